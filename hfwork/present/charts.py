"""Charts declared once: plotly figure templates whose data are named columns, and ``bind`` that fills them.

``template/static/bind.js`` is the same function for pages; a browser test keeps the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

Table = Mapping[str, Any]

# Okabe–Ito for data; ink and grid are re-coloured by the page's style sheet in the dark.
INK, MUTED, GRID = "#16302F", "#536B69", "#DDE6E4"
SKY, GREY, ORANGE = "rgba(86,180,233,0.26)", "#8A9A98", "#D55E00"
FONT = "'Segoe UI','PingFang SC','Microsoft YaHei','Noto Sans CJK SC','WenQuanYi Micro Hei',sans-serif"

# Of figures in notebooks: the finding as title, what the signs mean under the axis, an axis that only holds words.
_WHOLE = {"x": 0, "xref": "container", "pad": {"l": 12, "t": "@drop"}, "yref": "container", "y": 1, "yanchor": "top"}
TITLE = {"title": {"text": "@title", **_WHOLE, "font": {"size": 16}, "subtitle": {"text": "@subtitle"}}}
KEY = {"text": "@key", "font": {"size": 12, "color": MUTED}, "standoff": 12}
PLAIN_AXIS = {"showgrid": False, "zeroline": False, "fixedrange": True}

# Nothing is sent anywhere: plotly's own default offers to upload a chart.
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": False,
    "scrollZoom": False,
    "doubleClick": False,
    "locale": "zh-CN",
    "locales": {
        "zh-CN": {
            "dictionary": {"Autoscale": "自动缩放", "Reset axes": "还原", "Download plot as a PNG": "下载图片"},
            "format": {
                "days": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
                "shortDays": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
                "months": [f"{m}月" for m in range(1, 13)],
                "shortMonths": [f"{m}月" for m in range(1, 13)],
                "date": "%Y年%-m月%-d日",
            },
        }
    },
}

_LAYOUT: dict[str, Any] = {
    "font": {"family": FONT, "size": 13, "color": INK},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "showlegend": False,
    "dragmode": False,
    "hoverlabel": {"bgcolor": "#FFFFFF", "bordercolor": "#9DB2AF", "align": "left",
                   "font": {"family": FONT, "size": 13, "color": INK}},
}  # fmt: skip


def layout(**more: Any) -> dict[str, Any]:
    """The layout all figures share, with more on top."""
    return {**_LAYOUT, **more}


# Columns: at (0, 1, 2 … one per period), value, hover, symbol, size; band_at and band_value outline the
# interval, runs parted by None; bar_up and bar_down are the interval of a point without neighbours; target;
# district (the root's values, for context); mark_at, mark (— or * where nothing is drawn); ticks, tick_words;
# scalars rangemode, suffix, line (colour).
TREND: dict[str, Any] = {
    "data": [
        {"type": "scatter", "mode": "none", "x": "@band_at", "y": "@band_value", "fill": "toself",
         "fillcolor": SKY, "hoverinfo": "skip", "name": "interval"},
        {"type": "scatter", "mode": "lines", "x": "@at", "y": "@district", "connectgaps": False,
         "line": {"color": GREY, "width": 1.5}, "hoverinfo": "skip", "name": "district"},
        {"type": "scatter", "mode": "lines", "x": "@at", "y": "@target", "connectgaps": False,
         "line": {"color": ORANGE, "width": 1.5, "dash": "6px,4px"}, "hoverinfo": "skip", "name": "target"},
        {"type": "scatter", "mode": "lines+markers", "x": "@at", "y": "@value", "connectgaps": False,
         "line": {"color": "@line", "width": 2.5},
         "marker": {"color": "@line", "symbol": "@symbol", "size": "@size", "line": {"color": "@line", "width": 2}},
         "error_y": {"type": "data", "symmetric": False, "array": "@bar_up", "arrayminus": "@bar_down",
                     "color": "#56B4E9", "thickness": 2, "width": 0},
         "hovertext": "@hover", "hoverinfo": "text", "name": "value"},
    ],
    "layout": layout(
        margin={"l": 52, "r": 16, "t": 10, "b": 46},
        hovermode="closest",
        xaxis={"tickvals": "@ticks", "ticktext": "@tick_words", "tickangle": 0, "showgrid": False,
               "zeroline": False, "fixedrange": True, "range": "@span", "ticks": "outside", "tickcolor": GRID,
               "linecolor": GRID, "showline": True},
        yaxis={"fixedrange": True, "gridcolor": GRID, "zeroline": False, "rangemode": "@rangemode",
               "ticksuffix": "@suffix", "nticks": 6, "automargin": True, "separatethousands": True,
               "exponentformat": "none"},
        annotations=[
            {"each": True, "x": "@mark_at", "yref": "paper", "y": 0.03, "text": "@mark", "showarrow": False,
             "font": {"size": 15, "color": MUTED}},
        ],
    ),
}  # fmt: skip

# Columns: row (one per phase), start, length (milliseconds), colour, words (inside the bar), hover; days (dates
# of named days), days_row, days_hover; row_words (axis), scalars as_of, as_of_words, as_of_side, first, last.
TIMELINE: dict[str, Any] = {
    "data": [
        {"type": "bar", "orientation": "h", "y": "@row", "base": "@start", "x": "@length", "width": 0.62,
         "marker": {"color": "@colour", "line": {"width": 0}}, "hovertext": "@hover", "hoverinfo": "text",
         "textposition": "none", "name": "phase"},
        {"type": "scatter", "mode": "markers", "x": "@days", "y": "@days_row", "hovertext": "@days_hover",
         "hoverinfo": "text", "marker": {"symbol": "diamond", "size": 9, "color": "#CC79A7",
                                         "line": {"color": "#FFFFFF", "width": 1}}, "name": "day"},
    ],
    "layout": layout(
        margin={"l": 10, "r": 16, "t": 26, "b": 34},
        hovermode="closest",
        bargap=0.2,
        xaxis={"type": "date", "range": ["@first", "@last"], "fixedrange": True, "gridcolor": GRID,
               "tickformat": "%Y", "dtick": "M12", "ticklabelmode": "period", "zeroline": False},
        yaxis={"fixedrange": True, "tickvals": "@rows", "ticktext": "@row_words", "automargin": True,
               "range": ["@bottom", -0.6], "showgrid": False, "zeroline": False},
        shapes=[{"type": "line", "x0": "@as_of", "x1": "@as_of", "yref": "paper", "y0": 0, "y1": 1,
                 "line": {"color": ORANGE, "width": 2}}],
        annotations=[{"x": "@as_of", "yref": "paper", "y": 1, "yanchor": "bottom", "text": "@as_of_words",
                      "xanchor": "@as_of_side", "showarrow": False, "font": {"size": 12, "color": INK}}],
    ),
}  # fmt: skip


def suffix(unit: str) -> str:
    """The unit on an axis, where it is a sign and not a word."""
    return unit if unit.startswith(("%", "‰")) else ""


def bind(template: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Fill a figure template from a table of named columns (lists) and single values.

    A string ``"@name"`` becomes the whole column; in a list, an element with ``"each": true`` is repeated for
    every row and there ``"@name"`` is that row's value. ``"@@"`` stands for a plain ``@``.
    Raises ``KeyError`` for a column the table has not, ``ValueError`` for columns of unequal length in one
    repeated element.
    """
    filled = _fill(template, table, None)
    assert isinstance(filled, dict)
    return filled


def _fill(node: Any, table: Table, row: int | None) -> Any:
    if isinstance(node, str):
        if not node.startswith("@"):
            return node
        if node.startswith("@@"):
            return node[1:]
        column = table[node[1:]]
        return column[row] if row is not None and isinstance(column, list) else column
    if isinstance(node, Mapping):
        return {key: _fill(value, table, row) for key, value in node.items() if key != "each"}
    if isinstance(node, list):
        filled: list[Any] = []
        for element in node:
            if isinstance(element, Mapping) and element.get("each"):
                filled += [_fill(element, table, r) for r in range(_rows(element, table))]
            else:
                filled.append(_fill(element, table, row))
        return filled
    return node


def _columns(node: Any) -> set[str]:
    if isinstance(node, str):
        return {node[1:]} if node.startswith("@") and not node.startswith("@@") else set()
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return set().union(*map(_columns, inner))


def _rows(element: Mapping[str, Any], table: Table) -> int:
    lengths = {len(table[name]) for name in _columns(element) if isinstance(table[name], list)}
    if len(lengths) > 1:
        raise ValueError(f"columns of unequal length: {sorted(_columns(element))}")
    return lengths.pop() if lengths else 1


def figure(template: Mapping[str, Any], table: Table) -> go.Figure:
    """A bound template as an ordinary plotly figure, for notebooks and papers."""
    import plotly.graph_objects as graph_objects  # only notebooks need it, a page's kernel must not load it

    return graph_objects.Figure(bind(template, table))
