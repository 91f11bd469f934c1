"""Profiles, tartan, gaps and small multiples draw the figures they were given, and their titles count right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hfwork import text
from hfwork.plan.folder import Plan, load_plan
from hfwork.present import courses, profiles
from hfwork.workspace import Workspace


def trace(figure: Any, name: str) -> Any:
    return next(t for t in figure.data if t.name == name)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).parent.parent / "data" / "ninghe-2016")


@pytest.fixture(scope="module")
def cells(small: Workspace, plan: Plan) -> pd.DataFrame:
    """Two indicators (more is better; less is better) at four towns and the district, two years; made up."""
    shown = small.current().cells()
    places = plan.places.at(dt.date(2019, 12, 31))
    towns = places.loc[places["level"] == plan.places.levels[1], "code"].tolist()[:4]
    row = shown[(shown["place"] == plan.places.root) & (shown["state"] == "value")].iloc[0]
    values = {"health_record_coverage": [50.0, 70.0, 80.0, 90.0], "birth_defect_prevalence": [1.0, 2.0, 3.0, 6.0]}
    rows = []
    for name, figures in values.items():
        for period, shift in (("2018", 0.0), ("2019", 2.0)):
            for place, value in [
                (plan.places.root, 75.0 if figures[0] > 10 else 3.0),
                *zip(towns, figures, strict=True),
            ]:
                level = "district" if place == plan.places.root else "township"
                stretched = value + shift * (value == figures[-1])
                rows.append(row.to_dict() | {
                    "indicator": name, "place": place, "level": level, "period": period, "start": f"{period}-01-01",
                    "value": stretched, "lower95": stretched - 0.5, "upper95": stretched + 0.5, "reason": "",
                    "lower998": stretched - 0.9, "upper998": stretched + 0.9, "state": "value", "status": "none",
                    "target": np.nan, "apportioned": False, "end": pd.Timestamp(f"{period}-12-31").date(),
                })  # fmt: skip
    return pd.DataFrame(rows)


def test_spine(plan: Plan, cells: pd.DataFrame) -> None:
    now = cells[cells["period"] == "2018"]
    town = now.loc[now["level"] == "township", "place"].unique()[3]
    figure = profiles.spine_chart(now, plan, town)
    # 90 of (50 … 90) around 75: 15 to the good of 25; 6 of (1 … 6) around 3, less is better: the farthest, to the bad.
    assert list(trace(figure, "value").x) == pytest.approx([15 / 25, -1.0])
    assert list(trace(figure, "range").base) == pytest.approx([-1.0, -1.0])
    assert list(trace(figure, "range").x) == pytest.approx([40 / 25, 5 / 3])
    assert list(trace(figure, "value").marker.symbol) == ["triangle-up", "triangle-down"]
    name = plan.places.name(town, "zh")
    assert figure.layout.title.text.replace("<br>", "") == (
        f"{name}：2项可判断的指标中，1项优于全区、1项差于全区、0项高低不同，其余差别可能是偶然"
    )
    few = now[now["place"].isin([plan.places.root, town])]
    assert not len(trace(profiles.spine_chart(few, plan, town), "value").x)  # no spread to stand in


def test_tartan(plan: Plan, cells: pd.DataFrame) -> None:
    now = cells[cells["period"] == "2018"].reset_index(drop=True)
    towns = now.loc[now["level"] == "township", "place"].unique()
    gone = (now["place"] == towns[1]) & (now["indicator"] == "health_record_coverage")
    now.loc[gone, ["value", "lower998", "upper998", "lower95", "upper95"]] = np.nan
    now.loc[gone, ["state", "reason"]] = ["suppressed", "below_threshold"]
    plot = trace(profiles.tartan_chart(now, plan), "value")
    assert [list(row) for row in plot.text] == [
        ["▼ 50.0", "▲ 1.0"], ["*", "▲ 2.0"], ["▲ 80.0", "3.0"], ["▲ 90.0", "▼ 6.0"],
    ]  # fmt: skip
    assert [list(row) for row in plot.z] == [[-1, 1], [None, 1], [1, 0], [1, -1]]


def test_gap(plan: Plan, cells: pd.DataFrame) -> None:
    mine = cells[cells["indicator"] == "health_record_coverage"].reset_index(drop=True)
    figure = courses.gap_chart(mine, plan)
    assert "2018年40.0个百分点，2019年42.0个百分点" in figure.layout.title.text
    assert list(trace(figure, "gap").x) == [50, 90, None, 50, 92, None]
    assert list(trace(figure, "whole").x) == [75, 75] and list(trace(figure, "value").y) == [0] * 4 + [1] * 4
    lowest = mine.loc[mine["level"] == "township", "place"].unique()[0]
    silent = mine[~((mine["place"] == lowest) & (mine["period"] == "2019"))]
    # The lowest fell silent: the other three, 20 apart, are now 22 apart, and nobody reads that the gap closed.
    assert "3个镇街" in courses.gap_chart(silent, plan).layout.title.text
    assert "2018年20.0个百分点，2019年22.0个百分点" in courses.gap_chart(silent, plan).layout.title.text
    partial = mine.assign(reason=np.where(mine["period"] == "2019", "partial_period", ""))
    assert courses.gap_chart(partial, plan).layout.title.text == text.say("explore.gap.none", "zh")


def test_multiples(plan: Plan, cells: pd.DataFrame) -> None:
    mine = cells[cells["indicator"] == "health_record_coverage"]
    figure = courses.multiples_chart(mine, plan, "year")
    own = [list(t.y) for t in figure.data if t.name == "value"]
    assert own == [[50, 50], [70, 70], [80, 80], [90, 92]]
    assert all(list(t.y) == [75, 75] for t in figure.data if t.name == "whole")
    towns = mine.loc[mine["level"] == "township", "place"].unique()
    assert [note.text for note in figure.layout.annotations] == [plan.places.name(t, "zh") for t in towns]
    assert figure.layout.title.text.startswith("有数据的4个单位中")


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_on_published_figures(small: Workspace, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every town and indicator of a real release is drawn without an error, in both languages."""
    monkeypatch.setattr(text, "_chosen", [lang])
    shown = small.current().cells(period="2018")
    for town in shown.loc[shown["level"] == "township", "place"].unique():
        profiles.spine_chart(shown, small.plan, town)
    grid = trace(profiles.tartan_chart(shown, small.plan), "value")
    assert len(grid.z) == shown.loc[shown["level"] == "township", "place"].nunique()
    for name in shown["indicator"].unique():
        own = small.current().cells(name)
        assert courses.gap_chart(own, small.plan).layout.title.text
        assert courses.multiples_chart(own, small.plan, "year").layout.title.text
