"""Maps as counted and smoothed, and charts of neighbours: what is drawn is what is stored, in words that are true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from hfwork import text
from hfwork.present import mapped, neighbours
from hfwork.present.maps import SHADES
from hfwork.workspace import Workspace


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> Iterator[str]:
    text.use(request.param)
    yield request.param
    text.use("zh")


def at(frame: pd.DataFrame, indicator: str, period: str) -> pd.DataFrame:
    return frame[(frame["indicator"] == indicator) & (frame["period"] == period)]


def fills(figure: object, axis: str) -> list[str]:
    traces = [t for t in figure.data if t.fill == "toself" and t.xaxis == axis]  # type: ignore[attr-defined]
    return [t.fillcolor for t in traces]


def words(figure: object, name: str) -> list[str]:
    return list(next(t for t in figure.data if t.name == name).text)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("lang")
def test_two_maps_of_one_scale(small: Workspace) -> None:
    release, plan = small.current(), small.plan
    stored, page = release.findings("smoothed"), release.page("overview")
    codes = [place["code"] for place in page["places"]]
    for indicator, period in stored[["indicator", "period"]].drop_duplicates().iloc[::40].itertuples(index=False):
        cells, decimals = at(release.cells(), indicator, period), plan.indicators[indicator].decimals
        figure = mapped.smoothed_map(cells, plan, page)
        smooth = at(stored, indicator, period).set_index("place")["smooth"].reindex(codes)
        said = [text.number(v, decimals) for v in smooth]
        shown = [w.strip("≈") for w in words(figure, "shown1")]
        assert [s for s, v in zip(shown, smooth, strict=True) if pd.notna(v)] == [s for s in said if s != text.DASH]
        raw = cells.set_index("place")["value"].reindex(codes)
        assert [w.strip("≈") for w, v in zip(words(figure, "shown0"), raw, strict=True) if pd.notna(v)] == [
            text.number(v, decimals) for v in raw.dropna()
        ]
        for axis, values in (("x", raw), ("x2", smooth)):
            assert [colour in SHADES for colour in fills(figure, axis)] == values.notna().tolist()


def test_unsteady_units_have_a_smoothed_figure_and_none_of_their_own(carolina: Workspace) -> None:
    release = carolina.current()
    cells = at(release.cells(), "sids_rate", "1974-07..1978-06")
    figure = mapped.smoothed_map(cells, carolina.plan, release.page("overview"))
    unsteady = cells.set_index("place")["state"].reindex([p["code"] for p in release.page("overview")["places"]])
    assert [colour in SHADES for colour in fills(figure, "x")] == (unsteady == "value").tolist()
    assert all(colour in SHADES for colour in fills(figure, "x2")) and "8.71" in figure.layout.title.text
    assert any("虚线边" in note.text for note in figure.layout.annotations)


def test_where_smoothing_means_nothing_the_title_says_why(small: Workspace) -> None:
    release, plan = small.current(), small.plan
    page, cells = release.page("overview"), release.cells()
    for indicator, word in (("health_station_coverage", "机构"), ("family_lectures", "计数")):
        period = cells.loc[(cells["indicator"] == indicator) & cells["value"].notna(), "period"].iloc[-1]
        figure = mapped.smoothed_map(at(cells, indicator, period), plan, page)
        assert word in figure.layout.title.text
        assert not any(colour in SHADES for colour in fills(figure, "x2"))


def test_equal_units_are_said_to_be_chance(small: Workspace) -> None:
    release, plan = small.current(), small.plan
    cells = at(release.cells(), "health_record_coverage", "2017").copy()
    towns = cells["level"] == "township"
    count = np.resize([60, 62, 58], towns.sum())  # far closer together than chance has it
    cells.loc[towns, ["numerator", "denominator", "value"]] = np.c_[count, np.full(towns.sum(), 100), count]
    figure = mapped.smoothed_map(cells, plan, release.page("overview"))
    assert "可能全是偶然" in figure.layout.title.text and len(set(fills(figure, "x2"))) == 1


@pytest.mark.usefixtures("lang")
def test_clusters_on_the_map(carolina: Workspace) -> None:
    release, plan = carolina.current(), carolina.plan
    page, pairs = release.page("overview"), release.findings("neighbours")
    row = release.findings("patterns").set_index("indicator").loc["nonwhite_birth_share"].iloc[0]
    local = at(release.findings("clusters"), "nonwhite_birth_share", row.period).set_index("place")
    cells = at(release.cells(), "nonwhite_birth_share", row.period)
    figure = neighbours.cluster_chart(cells, plan, "county", pairs, page)
    title = figure.layout.title.text.replace("<br>", "")
    assert text.number(row.moran, 2) in title and text.number(row.permuted_p, 3) in title
    for cluster in ("high_high", "low_low"):
        assert str((local["cluster"] == cluster).sum()) in title
    wanted = [neighbours.LOOK[local.loc[place["code"], "cluster"]][0] for place in page["places"]]
    assert fills(figure, "x") == wanted and len(set(wanted)) > 2


def test_clusters_of_villages_stand_by_town(small: Workspace, lang: str) -> None:
    release, plan = small.current(), small.plan
    page, pairs = release.page("overview"), release.findings("neighbours")
    cells = at(small.cells("health_record_coverage"), "health_record_coverage", "2017")
    figure = neighbours.cluster_chart(cells, plan, "village", pairs, page)
    villages = cells[cells["level"] == "village"]
    assert [v for v in figure.data[0].x if v is not None] == villages["value"].dropna().tolist()
    towns = [plan.places.name(code, lang) for code in villages["place"].map(plan.places.parent).unique()]
    assert list(figure.layout.yaxis.ticktext) == towns
    assert [round(row) for row in figure.data[0].y] == [
        towns.index(plan.places.name(str(plan.places.parent(code)), lang)) for code in villages["place"]
    ]
    assert ("同一上级单位" if lang == "zh" else "one parent") in figure.layout.xaxis.title.text
    hidden = cells.assign(numerator=np.nan)
    figure = neighbours.cluster_chart(hidden, plan, "village", pairs, page)
    assert ("不足8个" if lang == "zh" else "Fewer than eight") in figure.layout.title.text


def test_no_neighbours_no_analysis(small: Workspace) -> None:
    release = small.current()
    pairs = release.findings("neighbours").query("level == 'village'")
    cells = at(release.cells(), "health_record_coverage", "2017")
    figure = neighbours.cluster_chart(cells, small.plan, "township", pairs, release.page("overview"))
    assert "没有相邻关系表" in figure.layout.title.text
