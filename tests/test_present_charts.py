"""Charts are declared once: binding, in Python and in the browser, and the shades of the map."""

from __future__ import annotations

import json
from typing import Any

import pytest
from page_fixture import overview
from playwright.sync_api import Browser

from hfwork.present import charts, maps, pages
from hfwork.release.packing import columns

TILES = {"x": [[0, 1], [2, 3]], "name": ["甲", "乙"], "size": 9}
EXAMPLES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # a whole column, a single value, a plain @
    (
        {"data": [{"y": "@y", "size": "@size", "name": "@@me"}]},
        {"y": [1, None], "size": 4},
        {"data": [{"y": [1, None], "size": 4, "name": "@me"}]},
    ),
    # a trace for every row; a row may itself be a list, a single value stays
    (
        {"data": [{"each": True, "x": "@x", "line": {"width": "@size"}, "text": "@name"}]},
        TILES,
        {
            "data": [
                {"x": [0, 1], "line": {"width": 9}, "text": "甲"},
                {"x": [2, 3], "line": {"width": 9}, "text": "乙"},
            ]
        },
    ),
    # the same inside the layout, and a list that mixes both
    (
        {"data": [], "layout": {"notes": [{"text": "plain"}, {"each": True, "text": "@name"}], "range": ["@size", 1]}},
        TILES,
        {"data": [], "layout": {"notes": [{"text": "plain"}, {"text": "甲"}, {"text": "乙"}], "range": [9, 1]}},
    ),
    # no rows: nothing is drawn
    ({"data": [{"each": True, "x": "@x"}]}, {"x": []}, {"data": []}),
]


@pytest.mark.parametrize(("template", "table", "expected"), EXAMPLES)
def test_bind(template: dict[str, Any], table: dict[str, Any], expected: dict[str, Any]) -> None:
    assert charts.bind(template, table) == expected


def test_bind_names_what_is_missing() -> None:
    with pytest.raises(KeyError, match="absent"):
        charts.bind({"data": [{"x": "@absent"}]}, {})
    with pytest.raises(ValueError, match="unequal"):
        charts.bind({"data": [{"each": True, "x": "@x", "y": "@y"}]}, {"x": [1], "y": [1, 2]})


def test_browser_binds_as_python_does(browser: Browser) -> None:
    page = browser.new_page()
    source = pages.script() + "\nwindow.hfBind = bind;"
    page.add_script_tag(content=source, type="module")
    page.wait_for_function("() => window.hfBind")
    for template, table, expected in EXAMPLES:
        assert page.evaluate("([t, c]) => hfBind(t, c)", [template, table]) == expected
    trend = {name: [1, 2] for name in charts._columns(charts.TREND)}
    assert page.evaluate("([t, c]) => hfBind(t, c)", [charts.TREND, trend]) == json.loads(
        json.dumps(charts.bind(charts.TREND, trend))
    )
    page.close()


def test_figure_is_an_ordinary_plotly_figure() -> None:
    pytest.importorskip("plotly")
    template = {"data": [{"type": "bar", "x": "@x", "y": "@y"}], "layout": charts.layout()}
    drawn = charts.figure(template, {"x": ["芦台镇"], "y": [82.4]})
    assert list(drawn.data[0].y) == [82.4] and drawn.layout.dragmode is False


def test_nothing_offers_to_send_a_chart_away() -> None:
    assert charts.CONFIG["showSendToCloud"] is False and charts.CONFIG["plotlyServerURL"] == ""
    assert "http" not in json.dumps([charts.CONFIG, maps.MAP, charts.TREND, charts.TIMELINE])


@pytest.mark.parametrize(
    ("values", "whole", "limits"),
    [
        ([61.2, 74.0, 88.9], False, [70, 75, 80, 85]),
        ([55.0, 100.0], False, [60, 70, 80, 90]),
        ([12, 4000], True, [1000, 2000, 3000, 4000]),
        ([40, 41], True, []),  # no whole limit between them: one shade
        ([7.5, 7.5, None], False, []),
        ([*range(310, 1300, 66), 30757], True, [510, 710, 900, 1100]),  # one giant must not blank the rest
        ([], False, []),
    ],
)
def test_breaks(values: list[float | None], whole: bool, limits: list[float]) -> None:
    assert maps.breaks(values, whole) == limits


def test_a_limit_belongs_to_the_darker_shade() -> None:
    assert [maps.shade(v, [10, 20, 30, 40]) for v in (9.9, 10, 39.9, 40, None)] == [0, 1, 3, 4, -1]


def test_limits_come_from_published_values_of_places() -> None:
    made = overview()
    limits = maps.limits(made)
    assert [len(four) for four in limits] == [len(i["at"]) for i in made["indicators"]]
    known: dict[tuple[int, int], list[float]] = {}
    cells = columns(made)
    for row, place, period, value in zip(*(cells[c] for c in ("indicator", "place", "period", "value")), strict=True):
        if place >= 0 and value is not None:
            known.setdefault((row, period), []).append(value)
    for row, indicator in enumerate(made["indicators"]):
        for period, four in zip(indicator["at"], limits[row], strict=True):
            assert four == maps.breaks(known.get((row, period), []), indicator["decimals"] == 0)


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("shade", "ink"), list(zip(maps.SHADES, maps.INKS, strict=True)))
def test_words_on_the_map_can_be_read(shade: str, ink: str) -> None:
    light, dark = sorted([luminance(shade), luminance(ink)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
