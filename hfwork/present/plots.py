"""Figure templates beyond the map and the trend: funnel, control chart, service steps, dots with intervals, spine.

A page has its headings in words; the charts of notebooks (``judged``, ``profiles``, ``explore``) lay their own titles
over the same traces.
"""

from __future__ import annotations

from typing import Any

from hfwork.present.charts import GREY, GRID, INK, MUTED, ORANGE, PLAIN_AXIS, layout

BLUE, PALE = "#0072B2", "#CFE3F1"
AXES = {
    "xaxis": {
        "gridcolor": GRID,
        "zeroline": False,
        "fixedrange": True,
        "separatethousands": True,
        "exponentformat": "none",
    },
    "yaxis": {"gridcolor": GRID, "zeroline": False, "fixedrange": True, "ticksuffix": "@suffix", "automargin": True},
}
CURVES = (("low998", "solid"), ("high998", "solid"), ("low95", "dot"), ("high95", "dot"))
_LINES = (("lower", GREY, "6px,4px"), ("upper", GREY, "6px,4px"), ("centre", MUTED, "solid"))

# Columns: size (of the curves), low998 high998 low95 high95, centre; one row per unit: total, value, name (beside
# those outside), symbol, colour, hover; scalar suffix.
FUNNEL_DATA: list[dict[str, Any]] = [
    *({"type": "scatter", "mode": "lines", "x": "@size", "y": f"@{name}", "hoverinfo": "skip", "name": name,
       "line": {"color": GREY, "width": 1.5, "dash": dash}} for name, dash in CURVES),
    {"type": "scatter", "mode": "lines", "x": "@size", "y": "@centre", "hoverinfo": "skip", "name": "centre",
     "line": {"color": MUTED, "width": 1.5}},
    {"type": "scatter", "mode": "markers+text", "x": "@total", "y": "@value", "text": "@name", "name": "value",
     "textposition": "middle right", "hovertext": "@hover", "hoverinfo": "text", "cliponaxis": False,
     "marker": {"size": 11, "color": "@colour", "symbol": "@symbol", "line": {"width": 2, "color": "@colour"}}},
]  # fmt: skip

# Columns: at, value, done (without those that will still move), centre, lower, upper, symbol, colour, size, hover;
# ticks, tick_words; scalar suffix.
CONTROL_DATA: list[dict[str, Any]] = [
    *({"type": "scatter", "mode": "lines", "x": "@at", "y": f"@{name}", "hoverinfo": "skip", "name": name,
       "connectgaps": False, "line": {"color": colour, "width": 1.5, "dash": dash, "shape": "hvh"}}
      for name, colour, dash in _LINES),
    {"type": "scatter", "mode": "lines", "x": "@at", "y": "@done", "connectgaps": False, "name": "done",
     "line": {"color": BLUE, "width": 2}, "hoverinfo": "skip"},
    {"type": "scatter", "mode": "markers", "x": "@at", "y": "@value", "name": "value", "hovertext": "@hover",
     "hoverinfo": "text", "marker": {"size": "@size", "color": "@colour", "symbol": "@symbol", "opacity": 1}},
]  # fmt: skip

# Columns, one row per step: row, denominator, numerator, words (right of the bar), pattern, hover.
STEPS_DATA: list[dict[str, Any]] = [
    {"type": "bar", "orientation": "h", "y": "@row", "x": "@denominator", "width": 0.62, "hoverinfo": "skip",
     "marker": {"color": PALE}, "text": "@words", "textposition": "outside", "cliponaxis": False,
     "name": "denominator"},
    {"type": "bar", "orientation": "h", "y": "@row", "x": "@numerator", "width": 0.62, "hovertext": "@hover",
     "hoverinfo": "text", "marker": {"color": BLUE, "pattern": {"shape": "@pattern", "fgcolor": "#FFFFFF"}},
     "name": "numerator"},
]  # fmt: skip

# Columns, one row per unit: row, target, value, plus, minus, symbol, colour, hover.
DOTS_DATA: list[dict[str, Any]] = [
    {"type": "scatter", "mode": "markers", "x": "@target", "y": "@row", "hoverinfo": "skip", "name": "target",
     "marker": {"symbol": "line-ns-open", "size": 15, "color": ORANGE, "line": {"width": 2.5}}},
    {"type": "scatter", "mode": "markers", "x": "@value", "y": "@row", "hovertext": "@hover",
     "hoverinfo": "text", "marker": {"symbol": "@symbol", "size": 11, "color": "@colour"},
     "error_x": {"type": "data", "symmetric": False, "array": "@plus", "arrayminus": "@minus",
                 "color": INK, "thickness": 1.6, "width": 0}, "name": "value"},
]  # fmt: skip

# Columns, one row per indicator: row, low, reach (of all units), low_mid, reach_mid (of the middle half), at, colour,
# symbol, hover.
SPINE_DATA: list[dict[str, Any]] = [
    {"type": "bar", "orientation": "h", "y": "@row", "base": "@low", "x": "@reach", "width": 0.7, "name": "range",
     "marker": {"color": GRID}, "hoverinfo": "skip"},
    {"type": "bar", "orientation": "h", "y": "@row", "base": "@low_mid", "x": "@reach_mid", "width": 0.7,
     "name": "middle", "marker": {"color": "#B7C7C5"}, "hoverinfo": "skip"},
    {"type": "scatter", "mode": "markers", "x": "@at", "y": "@row", "name": "value", "hovertext": "@hover",
     "hoverinfo": "text", "marker": {"size": 12, "color": "@colour", "symbol": "@symbol",
                                     "line": {"width": 1, "color": "#FFFFFF"}}},
]  # fmt: skip

_NAMED_ROWS = {**PLAIN_AXIS, "tickvals": "@row", "ticktext": "@name", "range": ["@bottom", -0.6], "automargin": True,
               "ticks": "outside", "ticklen": 6, "tickcolor": "rgba(0,0,0,0)"}  # fmt: skip
_TICKS = {"tickvals": "@ticks", "ticktext": "@tick_words", "showgrid": False, "tickangle": 0}

# The templates of pages; titles, keys and notes stand in the page around them.
FUNNEL: dict[str, Any] = {
    "data": FUNNEL_DATA,
    "layout": layout(
        **{**AXES, "xaxis": {**AXES["xaxis"], "title": {"text": "@across", "font": {"size": 12, "color": MUTED}},
                             "nticks": 6}},
        margin={"l": 10, "r": "@right", "t": 10, "b": 48}, hovermode="closest",
    ),
}  # fmt: skip
CONTROL: dict[str, Any] = {
    "data": CONTROL_DATA,
    "layout": layout(**{**AXES, "xaxis": {**AXES["xaxis"], **_TICKS}},
                     margin={"l": 10, "r": 12, "t": 10, "b": 44}, hovermode="closest"),
}  # fmt: skip
STEPS: dict[str, Any] = {
    "data": STEPS_DATA,
    "layout": layout(
        margin={"l": 10, "r": "@right", "t": 6, "b": 34}, barmode="overlay", hovermode="closest",
        xaxis={**AXES["xaxis"], "rangemode": "tozero", "nticks": 5}, yaxis=_NAMED_ROWS,
    ),
}  # fmt: skip
DOTS: dict[str, Any] = {
    "data": DOTS_DATA,
    "layout": layout(
        margin={"l": 10, "r": 20, "t": 8, "b": 34}, hovermode="closest",
        xaxis={**AXES["xaxis"], "ticksuffix": "@suffix", "nticks": 6}, yaxis=_NAMED_ROWS,
        shapes=[{"each": True, "type": "line", "x0": "@reference", "x1": "@reference", "yref": "paper", "y0": 0,
                 "y1": 1, "layer": "below", "line": {"color": GREY, "width": 1.5}}],
    ),
}  # fmt: skip
SPINE: dict[str, Any] = {
    "data": [
        *SPINE_DATA,
        {"type": "scatter", "mode": "text", "x": "@edge", "y": "@row", "text": "@beside", "hoverinfo": "skip",
         "textposition": "middle right", "cliponaxis": False, "textfont": {"size": 12}, "name": "beside"},
    ],
    "layout": layout(
        margin={"l": 10, "r": 150, "t": 8, "b": 10}, barmode="overlay", hovermode="closest",
        xaxis={**PLAIN_AXIS, "range": [-1.05, 1.05], "showticklabels": False}, yaxis=_NAMED_ROWS,
        shapes=[{"type": "line", "x0": 0, "x1": 0, "yref": "paper", "y0": 0, "y1": 1,
                 "line": {"color": ORANGE, "width": 1.5}}],
    ),
}  # fmt: skip
