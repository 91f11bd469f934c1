"""Maps as counted and smoothed, and charts of neighbours: what is drawn is what is stored, in words that are true."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hfwork import text
from hfwork.judge import smoothing
from hfwork.present import mapped, neighbours
from hfwork.present.maps import EMPTY, SHADES, breaks
from hfwork.release import patterns, spread
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
    for indicator, word in (("health_station_coverage", "不是抽样"), ("family_lectures", "没有区间")):
        period = cells.loc[(cells["indicator"] == indicator) & cells["value"].notna(), "period"].iloc[-1]
        figure = mapped.smoothed_map(at(cells, indicator, period), plan, page)
        assert word in figure.layout.title.text and "不作平滑" in figure.layout.title.text
        assert not any(colour in SHADES for colour in fills(figure, "x2"))


def drawn(carolina: Workspace, counts: list[tuple[float, float]], unsteady: tuple[int, ...] = ()) -> Any:
    """The map of the first counties with these counts, the others without any."""
    release, plan = carolina.current(), carolina.plan
    page = release.page("overview")
    cells = at(release.cells(), "nonwhite_birth_share", "1974-07..1978-06").set_index("place", drop=False)
    numbers = ["numerator", "denominator", "value"]
    cells.loc[cells["level"] == "county", numbers] = np.nan
    for i, (x, n) in enumerate(counts):
        value = np.nan if i in unsteady or not n else 100 * x / n
        cells.loc[page["places"][i]["code"], numbers] = [x, n, value]
    return mapped.smoothed_map(cells, plan, page)


def test_titles_of_the_smoothed_map_are_true(carolina: Workspace) -> None:
    """By hand: one case for each thing that can be said."""
    figure = drawn(carolina, [(60, 100), (62, 100), (58, 100), (61, 100)])  # far closer together than chance has it
    assert "最高与最低相差4.0个百分点，但单位之间的差别可能全是偶然" in figure.layout.title.text
    assert len(set(fills(figure, "x2")) - {EMPTY["fill"]}) == 1
    figure = drawn(carolina, [(600000, 10**6), (700000, 10**6), (800000, 10**6), (900000, 10**6)])
    assert "平滑几乎不改变" in figure.layout.title.text and "相差30.0个百分点" in figure.layout.title.text
    figure = drawn(carolina, [(20, 50), (45, 50), (700, 1000), (640, 1000)])
    smooth = smoothing.empirical_bayes([20, 45, 700, 640], [50, 50, 1000, 1000], kind="proportion").smooth * 100
    colours = [fills(figure, axis) for axis in ("x", "x2")]
    moved = sum(one != other for one, other in zip(*colours, strict=True))
    said = f"由50.0变为{text.number(np.ptp(smooth), 1)}个百分点，{moved}个单位换了颜色档"
    assert said in figure.layout.title.text.replace("<br>", "") and moved > 0
    # Ranges are of the units that can be read; with fewer than two of them only the smoothed ones are told.
    figure = drawn(carolina, [(9, 10), (8, 10), (700, 1000), (600, 1000)], unsteady=(0, 1))
    assert "由10.0变为" in figure.layout.title.text
    figure = drawn(carolina, [(9, 10), (8, 10), (7, 11), (600, 1000)], unsteady=(0, 1, 2))
    assert (
        "可直接读的单位不足两个；平滑后4个单位在" in figure.layout.title.text and "nan" not in figure.layout.title.text
    )
    figure = drawn(carolina, [(0, 0), (0, 0), (0, 0), (30, 60)])
    assert "有数的单位太少" in figure.layout.title.text


def test_a_legend_tells_the_shades(carolina: Workspace) -> None:
    counts = [(62000, 10**5), (74000, 10**5), (88000, 10**5), (70000, 10**5)]  # so many that smoothing moves nothing
    figure = drawn(carolina, counts)
    key = next(note.text for note in figure.layout.annotations if "⬢" in note.text)
    words = [text.number(limit) for limit in breaks([x / n * 100 for x, n in counts])]
    assert words == ["70", "75", "80", "85"]
    assert "低于70" in key and "70–75" in key and "85及以上" in key
    assert [key.index(shade) for shade in SHADES] == sorted(key.index(shade) for shade in SHADES)


@pytest.mark.usefixtures("lang")
def test_clusters_on_the_map(carolina: Workspace) -> None:
    release, plan = carolina.current(), carolina.plan
    page, pairs = release.page("overview"), release.findings("neighbours")
    row = release.findings("patterns").set_index("indicator").loc["nonwhite_birth_share"].iloc[0]
    local = at(release.findings("clusters"), "nonwhite_birth_share", row.period).set_index("place")
    cells = at(release.cells(), "nonwhite_birth_share", row.period)
    figure = neighbours.cluster_map(cells, plan, pairs, page)
    counted = local["cluster"].value_counts()
    facts = {"high": counted["high_high"], "low": counted["low_low"]}
    facts["odd"] = counted.get("high_low", 0) + counted.get("low_high", 0)
    moran = text.say("spatial.moran", value=text.number(row.moran, 2), p=text.number(row.permuted_p, 3))
    wanted = escape(text.say("spatial.cluster.found", units=row.took, moran=moran, **facts))
    assert figure.layout.title.text.replace("<br>", " ").replace(" ", "") == wanted.replace(" ", "")
    colours = [neighbours.LOOK[local.loc[place["code"], "cluster"]][0] for place in page["places"]]
    assert fills(figure, "x") == colours and len(set(colours)) > 2


def test_who_takes_no_part_is_said(carolina: Workspace) -> None:
    release, plan = carolina.current(), carolina.plan
    page, pairs = release.page("overview"), release.findings("neighbours")
    cells = at(release.cells(), "nonwhite_birth_share", "1974-07..1978-06")
    counties = cells.loc[cells["level"] == "county", "place"]
    gone = cells[cells["place"] != counties.iloc[3]]  # a county without a row keeps its place on the map
    alone = pairs[(pairs["a"] != counties.iloc[7]) & (pairs["b"] != counties.iloc[7])]
    figure = neighbours.cluster_map(gone, plan, alone, page)
    note = next(n.text for n in figure.layout.annotations if "错误发现率" in n.text)
    assert "没有数的1个、没有邻居的1个" in note and "边界相接" in note
    assert fills(figure, "x").count(EMPTY["fill"]) == 2
    hidden = cells.copy()
    hidden.loc[hidden["place"] == counties.iloc[0], ["state", "numerator", "value"]] = ["suppressed", np.nan, np.nan]
    figure = neighbours.cluster_map(hidden, plan, pairs, page)
    assert "有单位的数不公布" in figure.layout.title.text and set(fills(figure, "x")) == {EMPTY["fill"]}
    hovers = [t.text for t in figure.data if t.fill == "toself"]
    assert not any("没有数" in hover for hover in hovers)  # withheld is not missing
    figure = neighbours.cluster_map(cells, plan, pairs.iloc[:0], page)
    assert "不知道哪些单位相邻" in figure.layout.title.text


def test_where_neighbours_come_from_is_counted(carolina: Workspace) -> None:
    release, plan = carolina.current(), carolina.plan
    cells = at(release.cells(), "nonwhite_birth_share", "1974-07..1978-06")
    pairs = release.findings("neighbours").assign(basis="sourced")
    some = pairs.assign(basis=["derived"] * 3 + ["schematic"] + ["sourced"] * (len(pairs) - 4))
    for own, wanted in ((some, f"{len(pairs)}对中4对为推定"), (pairs, "方案的相邻表")):
        figure = neighbours.cluster_map(cells, plan, own, release.page("overview"))
        note = next(n.text for n in figure.layout.annotations if "错误发现率" in n.text)
        assert wanted in note and ("推定" in note) == ("推定" in wanted)


def test_villages_stand_by_their_town(small: Workspace, lang: str) -> None:
    plan, pairs = small.plan, small.current().findings("neighbours")
    cells = at(small.cells("health_record_coverage"), "health_record_coverage", "2017").copy()
    villages = cells.index[cells["level"] == "village"]
    parents = cells.loc[villages, "place"].map(plan.places.parent)
    x, n = np.full(len(villages), 700.0), np.full(len(villages), 1000.0)
    x[0], x[5] = 850, 500  # two villages unlike the rest of their towns
    cells.loc[villages, ["numerator", "denominator"]] = np.c_[x, n]
    figure = neighbours.parts_chart(cells, plan, "village", pairs)
    assert list(figure.data[0].x) == (x / n * 100).tolist()
    towns = [plan.places.name(code, lang) for code in parents.unique()]
    assert list(figure.layout.yaxis.ticktext) == towns
    rows = [towns.index(plan.places.name(code, lang)) for code in parents]
    assert [round(row) for row in figure.data[0].y] == rows and len(set(figure.data[0].y)) > len(towns)
    marked = {i: symbol for i, symbol in enumerate(figure.data[0].marker.symbol) if symbol != "circle-open"}
    assert marked == {0: "triangle-up", 5: "triangle-down"}
    _, share = spread.within(cells.loc[villages], list(parents), plan.indicators["health_record_coverage"])
    facts = {"unit": text.say("unit.village"), "above": text.say("unit.township"), "share": text.number(share * 100)}
    wanted = text.say("spatial.within.found", units=len(villages), high=1, low=1, **facts)
    assert figure.layout.title.text.replace("<br>", " ").replace(" ", "") == wanted.replace(" ", "")
    none = neighbours.parts_chart(cells.assign(numerator=np.nan), plan, "village", pairs)
    assert ("有数的单位太少" if lang == "zh" else "too few units") in none.layout.title.text


def test_villages_with_told_neighbours_have_clusters(small: Workspace) -> None:
    """Villages in a row, high in the first third and low in the last: LISA marks them, whatever the town."""
    plan = small.plan
    cells = at(small.cells("health_record_coverage"), "health_record_coverage", "2017").copy()
    villages = cells.index[cells["level"] == "village"]
    codes, n = cells.loc[villages, "place"].tolist(), np.full(len(villages), 1000.0)
    third = len(villages) // 3
    x = np.full(len(villages), 700.0)
    x[:third], x[-third:] = 900, 500
    cells.loc[villages, ["numerator", "denominator"]] = np.c_[x, n]
    near = [*pairwise(codes), *zip(codes, codes[2:], strict=False), *zip(codes, codes[3:], strict=False)]
    told = [("village", min(pair), max(pair), "sourced") for pair in near]
    figure = neighbours.parts_chart(cells, plan, "village", pd.DataFrame(told, columns=patterns.NEIGHBOURS))
    symbols = list(figure.data[0].marker.symbol)
    assert symbols[:third].count("triangle-up") > third / 2 and "triangle-down" not in symbols[:third]
    assert symbols[-third:].count("triangle-down") > third / 2 and "triangle-up" not in symbols[-third:]
    assert "高值聚集" in figure.layout.title.text and "莫兰指数" in figure.layout.title.text
    assert "按方案的相邻表" in figure.layout.xaxis.title.text


def test_units_within_the_one_above_by_hand(small: Workspace) -> None:
    """Two towns of three villages; the second town lies higher as a whole, one village of it far lower."""
    indicator = small.plan.indicators["health_record_coverage"]
    units = pd.DataFrame({"numerator": [70.0, 72, 68, 90, 92, 40], "denominator": [100.0] * 6})
    found, share = spread.within(units, list("aaabbb"), indicator)
    assert found["code"].tolist() == ["none"] * 3 + ["higher", "higher", "lower"]
    rates, means = units["numerator"] / 100, np.repeat([0.70, 0.74], 3)
    assert share == pytest.approx(((means - 0.72) ** 2).sum() / ((rates - 0.72) ** 2).sum())
    alone, _ = spread.within(units.iloc[:2], list("ab"), indicator)
    assert alone["code"].tolist() == ["none", "none"]  # no rest to stand beside
