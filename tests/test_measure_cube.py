"""The cube against a plain second calculation, on the small sample and on random tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import oracle
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfwork.measure import examples
from hfwork.measure.cube import roll_up
from hfwork.measure.engine import Engine, store_rows
from hfwork.measure.frame import Frame, frame_of
from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district

DATA = Path(__file__).parent.parent / "data"
PLAN = load_plan(DATA / "ninghe-2016")
AS_OF = dt.date(2018, 6, 15)  # inside a month, so that the last month is cut
ALL_EXAMPLES = [
    pytest.param(plan, name, id=f"{plan.id}-{name}")
    for plan in (PLAN, load_plan(DATA / "north-carolina-1974"))
    for name in plan.indicators
]


@pytest.mark.parametrize(("plan", "name"), ALL_EXAMPLES)
def test_worked_example(plan: Plan, name: str) -> None:
    monitoring, phases = plan.campaign.monitoring, plan.campaign.phase_dates
    indicator = plan.indicators[name]
    found = examples.run(indicator, plan.tables, plan.measures, plan.places, monitoring.start, phases)
    expected = found[["period", "place", "expected_numerator", "expected_denominator"]]
    counted = found[["period", "place", "numerator", "denominator"]].set_axis(expected.columns, axis=1)
    pd.testing.assert_frame_equal(counted, expected)


def counted(tables: dict[str, pd.DataFrame], folder: Path, frame: Frame) -> pd.DataFrame:
    files, received = {}, {}
    for name, rows in tables.items():
        records = [oracle.plain(row, PLAN.tables[name]) for row in rows.to_dict("records")]
        files[name] = [store_rows(PLAN.tables[name], records, folder / f"{name}.parquet")]
        received[name] = dict.fromkeys(frame.units["township"].dropna(), frame.as_of)
    engine = Engine()
    measures = PLAN.measures
    cube = engine.count(measures.values(), PLAN.tables, files, frame.as_of)
    returned = engine.returned(measures.values(), PLAN.tables, files, frame.as_of)
    return roll_up(cube, returned, measures, PLAN.tables, received, frame).astype(
        dict.fromkeys(("measure", "place", "level", "period"), "str")
    )


def assert_equal_to_oracle(tables: dict[str, pd.DataFrame], counts: pd.DataFrame, frame: Frame) -> None:
    second = oracle.Plain(tables, PLAN.tables, frame.as_of, frame.start)
    for name, measure in PLAN.measures.items():
        mine = counts[counts["measure"] == name]
        for period in frame.periods:
            plain = second.count(measure, period.start, period.end)
            here = mine[mine["period"] == period.token].set_index("place")["count"]
            pd.testing.assert_series_equal(
                here[here != 0].sort_index(),
                pd.Series(plain, dtype="int64").loc[lambda s: s != 0].sort_index(),
                check_names=False,
                check_index_type=False,
                obj=f"{name} {period.token}",
            )


@pytest.mark.slow
def test_small_sample_equals_plain_calculation(tmp_path: Path) -> None:
    tables = district.draw(PLAN, small=True, as_of=dt.date(2018, 6, 30))
    for rows in tables.values():
        for column in rows.columns:
            if column.endswith(("_on", "_in", "_out", "_end", "_until", "_start")) or column.startswith("joined_"):
                rows[column] = pd.to_datetime(rows[column])
    for as_of in (AS_OF, dt.date(2018, 6, 30)):
        frame = frame_of(PLAN, as_of)
        counts = counted(tables, tmp_path, frame)
        assert_equal_to_oracle(tables, counts, frame)
        assert (counts.loc[counts["measure"] == "residents", "count"] > 0).any()


def test_prepared_columns_keep_their_meaning_in_any_order(tmp_path: Path) -> None:
    """Prepared files are found again by definitions; another order of the same ones must not swap columns."""
    rows = [{"couple_id": "a", "village_code": "120117102201", "checked_on": dt.date(2017, 1, 5), "risk": "high"}]
    file = store_rows(PLAN.tables["couples"], rows, tmp_path / "couples.parquet")
    for measures in (list(PLAN.measures.values()), list(PLAN.measures.values())[::-1]):
        cube = Engine().count(measures, PLAN.tables, {"couples": [file]}, AS_OF)
        counts = cube.groupby("measure")["count"].sum().to_dict()
        assert counts == {"couples_checked": 1, "couples_high_risk": 1, "high_risk_due": 1}
    assert len(list(tmp_path.glob("*.prepared"))) == 1


VILLAGES = ["120117102201", "120117102202", "120117104201", "120117204201", "120117113201"]
TOWNS = ["120117102000", "120117104000", "120117204000", "120117113000"]
DAY = st.none() | st.dates(dt.date(2016, 5, 20), dt.date(2018, 7, 10))
ENDS = {"month": "M", "quarter": "Q", "half": None, "year": "Y", "mc_year": "Y-SEP"}
REPORTED = {
    every: [
        (p.start_time.date(), p.end_time.date()) for p in pd.period_range("2016-06-01", "2018-12-31", freq=frequency)
    ]
    for every, frequency in ENDS.items()
    if frequency
}


def table_of(name: str) -> st.SearchStrategy[pd.DataFrame]:
    """Some rows of a table, anything in them that its layout allows; returns: one row per unit and period."""
    table = PLAN.tables[name]
    fields: dict[str, st.SearchStrategy[object]] = {}
    for column, declared in table.columns.items():
        if declared.type == "date":
            fields[column] = DAY
        elif declared.type == "count":
            fields[column] = st.none() | st.integers(0, 20)
        elif declared.codes:
            fields[column] = st.sampled_from([*declared.codes, None])
    fields[table.place] = st.sampled_from(TOWNS if table.grain == "township" else VILLAGES)
    if table.kind == "return":
        fields["_period"] = st.sampled_from(REPORTED[table.every])
    rows = st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=10)

    def frame(found: list[dict[str, object]]) -> pd.DataFrame:
        made = pd.DataFrame(found)
        if table.kind == "return":
            made = made.drop_duplicates([table.place, "_period"], ignore_index=True)
            made["_start"], made["_end"] = (pd.to_datetime([p[i] for p in made["_period"]]) for i in (0, 1))
        else:
            made[table.key] = [f"{name}{i}" for i in range(len(found))]
        for column, declared in table.columns.items():
            if declared.type == "date":
                made[column] = pd.to_datetime(made[column])
            elif declared.type == "count" and column in made:
                made[column] = made[column].astype("Int64")
            elif column not in made:
                made[column] = None
        return made.drop(columns="_period", errors="ignore")

    return rows.map(frame)


FEW = [p for p in frame_of(PLAN, AS_OF).periods if p.token in ("2016-06", "2016", "2017-Q2", "2018-06", "MC2017", "P2")]
RANDOM = st.fixed_dictionaries({name: table_of(name) for name in PLAN.tables})


@pytest.mark.slow
@settings(max_examples=15)
@given(tables=RANDOM)
def test_random_tables_equal_plain_calculation(
    tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_random(tables, tmp_path_factory)


@pytest.mark.deep
@settings(max_examples=400)
@given(tables=RANDOM)
def test_many_random_tables_equal_plain_calculation(
    tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_random(tables, tmp_path_factory)


def check_random(tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> None:
    frame = replace(frame_of(PLAN, AS_OF), periods=FEW)
    counts = counted(tables, tmp_path_factory.mktemp("rows"), frame)
    assert_equal_to_oracle(tables, counts, frame)
