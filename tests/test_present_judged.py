"""Funnel and control charts: points and limits are those of the judgements, titles say what was found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hfwork import text
from hfwork.judge import control, funnel, runs
from hfwork.present import judged
from hfwork.workspace import Workspace


def trace(figure: Any, name: str) -> Any:
    return next(t for t in figure.data if t.name == name)


@pytest.fixture(scope="module")
def coverage(small: Workspace) -> pd.DataFrame:
    return small.current().cells("preconception_check_coverage")


def test_funnel(small: Workspace, coverage: pd.DataFrame) -> None:
    cells = coverage[coverage["period"] == "2018"]
    figure = judged.funnel_chart(cells, small.plan, "note")
    towns = cells[(cells["level"] == "township") & cells["value"].notna()]
    points, root = trace(figure, "value"), cells.loc[cells["place"] == small.plan.places.root, "value"].iloc[0]
    assert list(points.x) == towns["denominator"].tolist() and list(points.y) == towns["value"].tolist()
    reason = funnel.overdispersion(towns["numerator"], towns["denominator"]).reason
    low, high = trace(figure, "low998"), trace(figure, "high998")
    if reason:
        assert all(y is None for y in low.y) and text.say(f"judged.{reason}") in figure.layout.title.text
    else:
        wanted = funnel.proportion_limits(np.array(low.x), root / 100, 0.998)
        np.testing.assert_allclose([low.y, high.y], np.array(wanted) * 100)
    flags = funnel.flags(towns["numerator"], towns["denominator"], root / 100)
    outside = sum(flag in ("low998", "high998") for flag in flags) if not reason else 0
    assert sum(bool(name) for name in points.text) == outside  # only who lies outside is named
    assert "note" in figure.layout.title.subtitle.text


def made_up(cells: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    towns = cells[(cells["level"] == "township") | (cells["level"] == "district")]
    return towns.assign(reason="", state="value", **columns)


def test_funnel_says_why_there_are_no_limits(small: Workspace, coverage: pd.DataFrame) -> None:
    cells = coverage[coverage["period"] == "2018"].reset_index(drop=True)
    wild = made_up(cells, denominator=1000.0, numerator=np.where(np.arange(len(cells)) % 2, 100.0, 900.0))
    wild["value"] = wild["numerator"] / 10
    wild.loc[wild["place"] == small.plan.places.root, "value"] = 50.0
    figure = judged.funnel_chart(wild, small.plan)
    few = sum(wild["level"] == "township")
    wanted = "over_dispersed" if few >= 5 else "too_few_units"
    assert figure.layout.title.text == text.say("explore.funnel.none", why=text.say(f"judged.{wanted}"))
    assert all(y is None for y in trace(figure, "high95").y)
    none = judged.funnel_chart(cells[cells["place"] != small.plan.places.root], small.plan)
    assert none.layout.title.text == text.say("explore.funnel.none", why=text.say("judged.no_district"))


def test_control_chart(small: Workspace, coverage: pd.DataFrame) -> None:
    root = small.plan.places.root
    figure = judged.control_chart(coverage, small.plan, root, "quarter", "note")
    mine = coverage[(coverage["place"] == root) & coverage["period"].str.contains("-Q")].sort_values("start")
    waiting = mine["reason"].isin(["not_yet_due", "partial_period"])
    points = trace(figure, "value")
    assert [y for y in points.y if y is not None] == pytest.approx(mine["value"].dropna().tolist())
    x, n = (mine[name].mask(waiting).to_numpy(dtype=float) for name in ("numerator", "denominator"))
    over = bool((x > n).any())
    chart = control.xmr(mine["value"].mask(waiting)) if over else control.p(x, n, prime=True)
    scale = 1 if over else 100
    for name in ("centre", "lower", "upper"):
        got = [np.nan if y is None else y for y in trace(figure, name).y]
        np.testing.assert_allclose(got, chart[name].to_numpy() * scale)
    marked = runs.flags(chart)["rule"].ne("").tolist()
    assert [symbol == "diamond" for symbol in points.marker.symbol] == marked
    said = small.real_change("preconception_check_coverage", root, mine["period"][~waiting].iloc[-1], published=True)
    assert figure.layout.title.text.replace("<br>", "") == said.zh.rstrip("。")
