"""Charts of many indicators at once: a place's profile within the spread of all, and the tartan of places."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.judge import compare
from hfwork.plan.folder import Plan
from hfwork.present import charts, plots, readings, titles
from hfwork.present.charts import GREY, KEY, MUTED, ORANGE, PLAIN_AXIS, TITLE, layout
from hfwork.present.readings import BLUE

BETTER, WORSE = "#009E73", ORANGE
_LOOK = {"better": ("▲", BETTER, 1), "worse": ("▼", WORSE, -1), "higher": ("△", BLUE, 0.5), "lower": ("▽", BLUE, -0.5)}
_SYMBOLS = {"▲": "triangle-up", "▼": "triangle-down", "△": "triangle-up-open", "▽": "triangle-down-open"}
_SHADES = [[0.0, "#F6C7A3"], [0.25, "#CFE3F1"], [0.5, "#F4F6F6"], [0.75, "#CFE3F1"], [1.0, "#BFE5D8"]]
_NARROW = 12  # halves of a Chinese character in a line above a column
_LEAST = 3  # units with a figure, below which there is no spread to stand in

# One row per indicator: row, low, reach (of all units), low_mid, reach_mid (of the middle half), at, colour, symbol,
# hover, row_words, beside; scalars title, subtitle, key, bottom.
SPINE: dict[str, Any] = {
    "data": plots.SPINE_DATA,
    "layout": layout(
        **TITLE, height="@height", margin={"l": 10, "r": 190, "t": 112, "b": 50}, barmode="overlay",
        hovermode="closest",
        xaxis={**PLAIN_AXIS, "range": [-1.05, 1.05], "showticklabels": False, "title": KEY},
        yaxis={**PLAIN_AXIS, "tickvals": "@row", "ticktext": "@row_words", "range": ["@bottom", -0.6],
               "automargin": True},
        shapes=[{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1,
                 "line": {"color": ORANGE, "width": 1.5}}],
        annotations=[{"each": True, "x": 1.01, "xref": "paper", "y": "@row", "text": "@beside", "showarrow": False,
                      "xanchor": "left", "font": {"size": 12}}],
    ),
}  # fmt: skip

# shade and words: a row per place of one number or text per indicator; hover likewise; places, indicators (axis words).
TARTAN: dict[str, Any] = {
    "data": [
        {"type": "heatmap", "z": "@shade", "zmin": -1, "zmax": 1, "colorscale": _SHADES, "showscale": False,
         "text": "@words", "texttemplate": "%{text}", "textfont": {"size": 12}, "hovertext": "@hover",
         "hoverinfo": "text", "xgap": 2, "ygap": 2, "name": "value"},
    ],
    "layout": layout(
        **TITLE, height="@height", margin={"l": 10, "r": 10, "t": 190, "b": 60},
        xaxis={**PLAIN_AXIS, "tickvals": "@columns", "ticktext": "@indicators", "tickangle": 0, "side": "top",
               "ticklabeloverflow": "allow", "tickfont": {"size": 11}},
        yaxis={**PLAIN_AXIS, "tickvals": "@rows", "ticktext": "@places", "autorange": "reversed", "automargin": True},
        annotations=[{"text": "@key", "xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "left",
                      "yanchor": "top", "yshift": -8, "align": "left", "showarrow": False,
                      "font": {"size": 12, "color": MUTED}}],
    ),
}  # fmt: skip


def spine_chart(cells: pd.DataFrame, plan: Plan, place: str, note: str = "") -> charts.go.Figure:
    """A place's profile: each indicator's figure within the spread of all units, the district in the middle.

    ``cells``: one period, several indicators, all levels. Right is better (higher, where neither is): every row is
    scaled by the unit farthest from the district. Indicators with fewer than three units known are left out; the sign
    says whether the 99.8 % interval leaves out the district.
    """
    lang = text.language()
    rows: list[dict[str, Any]] = []
    for indicator, own, units, whole in _by_indicator(cells, plan):
        mine = own[own["place"] == place]
        if not len(mine) or pd.isna(mine["value"].iloc[0]) or len(units) < _LEAST:
            continue
        turn = -1 if indicator.direction == "down" else 1
        away = turn * (units["value"].to_numpy(dtype=float) - whole)
        scale = np.abs(away).max() or 1.0
        low, low_mid, high_mid, high = np.quantile(away / scale, [0, 0.25, 0.75, 1])
        cell, code = readings.records(mine)[0], _codes(mine, whole, indicator.direction)[0]
        mark, colour, _ = _LOOK.get(code, ("●", GREY, 0))
        rows.append({
            "row": len(rows), "low": low, "reach": high - low, "low_mid": low_mid, "reach_mid": high_mid - low_mid,
            "at": turn * (cell["value"] - whole) / scale, "code": code, "colour": colour,
            "symbol": _SYMBOLS.get(mark, "circle"),
            "hover": readings.hover(cell, indicator, plan.places.name(place, lang)),
            "row_words": escape(indicator.name[lang]),
            "beside": escape(f"{mark} {readings.marked(cell, indicator)} / {readings.shown(whole, indicator)}"),
        })  # fmt: skip
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else _NO_ROW)}
    codes = columns.pop("code", [])
    said = _said("spine", codes, place=plan.places.name(place, lang))
    made = {"height": 200 + 34 * len(rows), "bottom": len(rows) - 0.4, "key": text.say("explore.key.spine")}
    return charts.figure(SPINE, {**columns, **made, **_headline(said, cells, plan.places.root, note)})


def tartan_chart(cells: pd.DataFrame, plan: Plan, note: str = "") -> charts.go.Figure:
    """Units by indicators: each figure with its sign against the district (99.8 % interval), official order both ways.

    ``cells``: one period, several indicators, all levels. No figure, no colour: the state's sign stands instead.
    """
    lang = text.language()
    units = cells.loc[cells["level"] == plan.places.levels[1], "place"].drop_duplicates().tolist()
    shade: list[list[Any]] = []
    words: list[list[Any]] = []
    hover: list[list[Any]] = []
    names: list[str] = []
    codes: list[str] = []
    for indicator, own, _, whole in _by_indicator(cells, plan):
        towns = own.set_index("place", drop=False).reindex(units).dropna(subset="indicator")
        found = dict(zip(towns["place"], _codes(towns, whole, indicator.direction), strict=True))
        by_place = {row["place"]: row for row in readings.records(towns)}
        column: list[tuple[Any, str, str]] = []
        for unit in units:
            cell, name = by_place.get(unit), plan.places.name(unit, lang)
            if cell is None:
                column.append((None, "", ""))
                continue
            mark, _, tone = _LOOK.get(found[unit], ("", "", 0))
            number = text.number(cell["value"], indicator.decimals)
            own_words = f"{mark} {readings.SHARED * readings.is_shared(cell)}{number}".strip()
            known = cell["state"] == "value"
            column.append((tone if known else None, own_words if known else readings.SIGNS.get(cell["state"], ""),
                           readings.hover(cell, indicator, name)))  # fmt: skip
        for into, part in zip((shade, words, hover), zip(*column, strict=True), strict=True):
            into.append(list(part))
        names.append("<br>".join(map(escape, titles.lines(indicator.name[lang], _NARROW))))
        codes += list(found.values())
    columns = {
        "shade": [list(row) for row in zip(*shade, strict=True)],
        "words": [list(row) for row in zip(*words, strict=True)],
        "hover": [list(row) for row in zip(*hover, strict=True)],
        "columns": list(range(len(names))),
        "indicators": names,
        "rows": list(range(len(units))),
        "places": [escape(plan.places.name(unit, lang)) for unit in units],
        "height": 290 + 30 * len(units),
        "key": "<br>".join(map(escape, titles.lines(text.say("explore.key.tartan")))),
    }
    return charts.figure(TARTAN, {**columns, **_headline(_said("tartan", codes), cells, plan.places.root, note)})


_NO_ROW = ("row", "low", "reach", "low_mid", "reach_mid", "at", "colour", "symbol", "hover", "row_words", "beside")


def _by_indicator(cells: pd.DataFrame, plan: Plan) -> Any:
    """Per indicator in official order with the district known: definition, its cells, its known units, the whole."""
    for indicator in plan.indicators.values():
        own = cells[cells["indicator"] == indicator.id]
        whole = own.loc[own["place"] == plan.places.root, "value"]
        if len(whole) and pd.notna(whole.iloc[0]) and not indicator.plain:
            units = own[(own["level"] == plan.places.levels[1]) & own["value"].notna()]
            if len(units):
                yield indicator, own, units, float(whole.iloc[0])


def _codes(cells: pd.DataFrame, whole: float, direction: str) -> list[str]:
    return [str(code) for code in compare.against(cells["lower998"], cells["upper998"], whole, direction)]


def _said(kind: str, codes: list[str], **facts: str) -> str:
    judged = [code for code in codes if code != "none"]
    counted = {name: judged.count(name) for name in ("better", "worse")}
    other = judged.count("higher") + judged.count("lower")
    key = kind if judged else "unjudged"
    return text.say(f"explore.profile.{key}", all=len(judged), other=other, **counted, **facts)


def _headline(said: str, cells: pd.DataFrame, root: str, note: str) -> dict[str, Any]:
    return titles.headline(said, titles.when(cells, root), note)
