"""The map of places: its figure template, the five shades, and the limits between them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from hfwork.present.charts import layout
from hfwork.release.packing import unpack_cells

# One hue, falling lightness; the ink keeps 4.5:1 on each.
SHADES = ("#E3F1EF", "#B4DAD5", "#79BAB5", "#2E7D79", "#15595A")
INKS = ("#16302F", "#16302F", "#16302F", "#FFFFFF", "#FFFFFF")
EMPTY = {"fill": "#FFFFFF", "edge": "#8A9A98", "dash": "dot", "ink": "#536B69"}
STATUS = {
    "met": {"symbol": "circle", "mark": "●", "colour": "#007A5E"},
    "near": {"symbol": "triangle-up", "mark": "▲", "colour": "#B57500"},
    "behind": {"symbol": "square", "mark": "■", "colour": "#C44E00"},
}

# Columns, one row per place: x, y (outline), fill, edge, edge_width, dash, name, hover; cx, cy, name_y, label,
# value_y, shown, ink, status_y, symbol, status_colour, status_size; scalars label_size, value_size.
MAP: dict[str, Any] = {
    "data": [
        {"each": True, "type": "scatter", "mode": "lines", "x": "@x", "y": "@y", "fill": "toself",
         "fillcolor": "@fill", "line": {"color": "@edge", "width": "@edge_width", "dash": "@dash"},
         "hoveron": "fills", "hoverinfo": "text", "text": "@hover", "name": "@name"},
        {"type": "scatter", "mode": "text", "x": "@cx", "y": "@name_y", "text": "@label",
         "textfont": {"color": "@ink", "size": "@label_size"}, "hoverinfo": "skip", "name": "names"},
        {"type": "scatter", "mode": "text", "x": "@cx", "y": "@value_y", "text": "@shown",
         "textfont": {"color": "@ink", "size": "@value_size"}, "hoverinfo": "skip", "name": "values"},
        {"type": "scatter", "mode": "markers", "x": "@cx", "y": "@status_y", "hoverinfo": "skip",
         "marker": {"symbol": "@symbol", "color": "@status_colour", "size": "@status_size", "opacity": 1,
                    "line": {"color": "#FFFFFF", "width": 1.5}}, "name": "status"},
    ],
    "layout": layout(
        margin={"l": 2, "r": 2, "t": 2, "b": 2},
        hovermode="closest",
        xaxis={"visible": False, "fixedrange": True, "range": "@x_range"},
        yaxis={"visible": False, "fixedrange": True, "range": "@y_range", "scaleanchor": "x"},
    ),
}  # fmt: skip


def breaks(values: Iterable[float | None], whole: bool = False) -> list[float]:
    """The four round limits between the five shades; none when the values hardly differ.

    The outer shades are open, so every value has one. Steps are equal unless that would put most of the
    values into one shade; then the limits are rounded quintiles. ``whole``: counts, with whole limits.

    >>> breaks([61.2, 74.0, 88.9])
    [70.0, 75.0, 80.0, 85.0]
    """
    known = sorted(v for v in values if v is not None and math.isfinite(v))
    low, high = (known[0], known[-1]) if known else (0.0, 0.0)
    if high - low <= 1e-9 * max(1.0, abs(high)):
        return []
    limits = _equal_steps(low, high, whole)
    crowd = max(Counter(shade(v, limits) for v in known).values())
    if len(known) >= 10 and crowd > 0.7 * len(known):
        fifths = [_round_to_two(known[len(known) * k // 5], whole) for k in range(1, 5)]
        if low < fifths[0] and fifths == sorted(set(fifths)):
            return fifths
    return limits


def _equal_steps(low: float, high: float, whole: bool) -> list[float]:
    power = 10.0 ** math.floor(math.log10(high - low))
    for step in (5 * power, 2.5 * power, 2 * power, power, 0.5 * power, 0.25 * power, 0.2 * power, 0.1 * power):
        if whole and step != round(step):
            continue
        first = math.floor((low + high) / 2 / step - 1) * step  # so that the middle shade lies in the middle
        if first > low and first + 3 * step <= high:
            return [round(first + step * k, 10) for k in range(4)]
    return []


def _round_to_two(value: float, whole: bool) -> float:
    """Two digits that count: 4,632 → 4,600."""
    digits = 1 - math.floor(math.log10(abs(value))) if value else 0
    return round(value, min(digits, 0) if whole else digits)


def shade(value: float | None, limits: Sequence[float]) -> int:
    """Index of the shade of a value (0 = lightest), −1 when there is none; a limit belongs to the darker side."""
    if value is None or not math.isfinite(value):
        return -1
    return sum(value >= limit for limit in limits)


def limits(page: dict[str, Any]) -> list[list[list[float]]]:
    """The limits between shades, by indicator and by its periods in order; none where the values hardly differ.

    They come from the published values of places in that period: coverage that grows over years would
    otherwise end with one dark map. The legend says what each shade means.
    """
    made = []
    for block, indicator in zip(page["cells"], page["indicators"], strict=True):
        known: dict[int, list[float]] = {}
        for cell in unpack_cells(block, indicator["at"], len(page["places"]), indicator):
            if cell["place"] >= 0 and cell["value"] is not None:
                known.setdefault(cell["period"], []).append(cell["value"])
        whole = indicator["decimals"] == 0
        made.append([breaks(known[period], whole) if period in known else [] for period in indicator["at"]])
    return made


# What a page needs to know of colours and shapes; the dark page changes what stands on its ground.
LOOK: dict[str, Any] = {
    "shades": list(SHADES),
    "inks": list(INKS),
    "status": STATUS,
    "light": {"empty": EMPTY, "rim": "#FFFFFF", "chosen": "#16302F", "line": "#0072B2"},
    "dark": {
        "empty": {"fill": "#1B2C2B", "edge": "#7D9390", "dash": "dot", "ink": "#C6D5D3"},
        "rim": "#0F1A1A",
        "chosen": "#F0E442",
        "line": "#56B4E9",
    },
}
