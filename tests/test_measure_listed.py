"""Returns for periods that the plan lists one by one: what is due, what is added up, what a stock says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from hfwork.measure.cube import roll_up
from hfwork.measure.engine import Engine, store_rows
from hfwork.measure.frame import Frame, frame_of
from hfwork.plan.folder import load_plan
from hfwork.plan.indicators import Measure
from hfwork.plan.periods import Period, parse

PLAN = load_plan(Path(__file__).parent.parent / "data" / "north-carolina-1974")
COUNTY = PLAN.places.at(dt.date(1980, 1, 1), "county")["code"].iloc[0]
FLOW = PLAN.measures["live_births"]
STOCK = FLOW.model_copy(update={"sum": None, "last": "births"})
FIRST, SECOND, BOTH = "1974-07..1978-06", "1979-07..1984-06", "1974-07..1984-06"


def counted(folder: Path, measure: Measure, sent: dict[str, int], listed: list[str]) -> pd.DataFrame:
    """Counts of the county by period, of returns sent for some periods; all of ``listed`` are asked for."""
    spans = [parse(token, {}) for token in listed]
    frame: Frame = replace(frame_of(PLAN, dt.date(1984, 6, 30)), listed=spans, periods=[*spans, *_more(spans)])
    table = PLAN.tables["births"]
    rows = [
        {"county_code": COUNTY, "births": births, "nonwhite_births": 0, "sids": 0, "_place": PLAN.places.root,
         "_start": parse(token, {}).start, "_end": parse(token, {}).end}
        for token, births in sent.items()
    ]  # fmt: skip
    files = {"births": [store_rows(table, rows, folder / "births.parquet")]} if rows else {}
    engine, measures = Engine(threads=1), {measure.id: measure}
    cube = engine.count(measures.values(), PLAN.tables, files, frame.as_of)
    returned = engine.returned(measures.values(), PLAN.tables, files, frame.as_of)
    counts = roll_up(cube, returned, measures, PLAN.tables, {}, frame).astype({"place": "str", "period": "str"})
    return counts[counts["place"] == COUNTY].set_index("period")[["count", "expected", "reported"]]


def _more(spans: list[Period]) -> list[Period]:
    return [p for p in [parse(BOTH, {})] if p.token not in {span.token for span in spans}]


@pytest.mark.parametrize(("measure", "both"), [(FLOW, [150, 2, 2]), (STOCK, [90, 1, 1])], ids=["flow", "stock"])
def test_a_longer_period_adds_flows_and_reads_the_last_stock(tmp_path: Path, measure: Measure, both: list[int]) -> None:
    found = counted(tmp_path, measure, {FIRST: 60, SECOND: 90}, [FIRST, SECOND])
    assert found.loc[[FIRST, SECOND]].to_numpy().tolist() == [[60, 1, 1], [90, 1, 1]]
    assert found.loc[BOTH].to_list() == both


def test_what_did_not_come_is_due_all_the_same(tmp_path: Path) -> None:
    found = counted(tmp_path, FLOW, {SECOND: 90}, [FIRST, SECOND])
    assert found.loc[[FIRST, SECOND, BOTH]].to_numpy().tolist() == [[0, 1, 0], [90, 1, 1], [90, 2, 1]]


def test_a_listed_period_that_holds_others_is_its_own_return(tmp_path: Path) -> None:
    found = counted(tmp_path, FLOW, {FIRST: 60, SECOND: 90, BOTH: 155}, [FIRST, SECOND, BOTH])
    assert found.loc[[FIRST, SECOND, BOTH], "count"].to_list() == [60, 90, 155]
