"""Maps for notebooks: as counted beside smoothed, and where neighbours resemble each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.plan.folder import Plan
from hfwork.present import charts, readings, titles
from hfwork.present.charts import MUTED, TITLE, layout
from hfwork.present.maps import EMPTY, INKS, SHADES, breaks, shade
from hfwork.release import spread

_WIDTH = 880  # pixels of a notebook's figure: what the letters are sized by
_FEW = 30  # a hundred counties leave no room for words


@dataclass(frozen=True)
class Panel:
    """One map: its name, and per unit the fill with the ink on it (empty: none), words inside and when pointed at."""

    name: str
    fills: list[str]
    inks: list[str]
    shown: list[str]
    hover: list[str]


def smoothed_map(cells: pd.DataFrame, plan: Plan, page: dict[str, Any], note: str = "") -> charts.go.Figure:
    """Two maps of one scale: the figures as counted, and drawn towards their mean as far as chance reaches.

    ``cells``: one indicator and one period at all levels; ``page``: the overview of a release, which holds the
    outlines. The title tells how much of the difference between units smoothing takes away; where smoothing means
    nothing (``spread.unsmoothable``) it says why, and the second map stays empty.
    """
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    codes = [place["code"] for place in page["places"]]
    units = cells[cells["level"] == plan.places.levels[1]].set_index("place", drop=False).reindex(codes)
    known = spread.counted(units)
    reason = spread.unsmoothable(plan, known, indicator) or ("too_few_units" if len(known) < 2 else "")
    smooth = pd.Series(np.nan, index=units.index)
    if not reason:
        found = spread.smoothed(known, indicator)
        smooth[known.index] = found.smooth * indicator.factor
    # Rounded as they are printed: 79.99 beside 80.0 is no other shade.
    rounded = {
        name: readings.rounded(c, indicator.decimals) for name, c in (("raw", units["value"]), ("smooth", smooth))
    }
    columns = {name: readings.numbers(column) for name, column in rounded.items()}
    limits = breaks([*columns["raw"], *columns["smooth"]], indicator.plain)
    steps = {name: [shade(value, limits) for value in values] for name, values in columns.items()}
    if reason:
        said = text.say("spatial.map.none", why=text.say(f"judged.{reason}"))
    else:
        said = _said(units["value"], smooth, steps, indicator)
    panels = []
    for name, values in columns.items():
        words = [
            word(value, cell, indicator) if name == "raw" or value is not None else ""
            for value, cell in zip(values, readings.records(units), strict=True)
        ]
        heads = [f"<b>{escape(place['name'][lang])}</b><br>{w}" for place, w in zip(page["places"], words, strict=True)]
        fills, inks = ([of[step] if step >= 0 else "" for step in steps[name]] for of in (SHADES, INKS))
        panels.append(Panel(text.say(f"spatial.map.panel.{name}"), fills, inks, words, heads))
    head = titles.headline(said, indicator.name[lang], titles.when(cells, plan.places.root), note)
    key = [swatch(colour, word) for colour, word in zip(SHADES, _steps(limits, indicator), strict=False)]
    blank = [text.say("spatial.map.blank")] if None in columns["raw"] else []
    shared = [text.say("explore.key.shared")] if any(w.startswith(readings.SHARED) for w in panels[0].shown) else []
    return figure(page, panels, [*key, *blank, *shared], [], head)


def figure(
    page: dict[str, Any], panels: Sequence[Panel], key: list[str], notes: list[str], head: dict[str, Any]
) -> charts.go.Figure:
    """Maps beside each other with one key below, then ``notes`` and the map's own; ``key`` of ``swatch``."""
    places = page["places"]
    corners = {side: [v for place in places for v in place[side] if v is not None] for side in ("x", "y")}
    left, right, low, high = (end(corners[side]) for side in ("x", "y") for end in (min, max))
    widths = [np.ptp([v for v in place["x"] if v is not None]) for place in places]
    size = float(np.median(widths))
    width = _WIDTH / len(panels) - 20
    height = min(520, width * (high - low) / (right - left))
    pixel = max((right - left) / width, (high - low) / height)  # map units in a pixel
    tile, few = size / pixel, len(places) <= _FEW
    lang = text.language()
    columns: dict[str, Any] = {
        **{name: [place[name] for place in places] for name in ("x", "y", "cx")},
        "name": [escape(place["name"][lang]) for place in places],
        "label": [escape(place["label"][lang]) if few else "" for place in places],
        "name_y": [place["cy"] + 0.1 * size for place in places],
        "value_y": [place["cy"] - 0.16 * size for place in places],
        "label_size": max(9, min(15, tile * (0.18 if lang == "zh" else 0.135))),
        "value_size": max(10, min(18, tile * 0.22)),
        "x_range": [left - 0.02 * size, right + 0.02 * size],
        "y_range": [low - 0.02 * size, high + 0.02 * size],
        "height": round(height) + 240,
        "key": "　".join(key),
        "note": "<br>".join(escape(line) for n in [*notes, page["map"]["note"][lang]] for line in titles.lines(n)),
        **head,
    }
    for at, panel in enumerate(panels):
        columns |= {
            f"panel{at}": escape(panel.name),
            f"fill{at}": [fill or EMPTY["fill"] for fill in panel.fills],
            f"edge{at}": ["#FFFFFF" if fill else EMPTY["edge"] for fill in panel.fills],
            f"dash{at}": ["solid" if fill else EMPTY["dash"] for fill in panel.fills],
            f"ink{at}": [ink or EMPTY["ink"] for ink in panel.inks],
            f"shown{at}": panel.shown if few else [""] * len(places),
            f"hover{at}": panel.hover,
        }
    return charts.figure(maps_beside(len(panels)), columns)


def maps_beside(count: int) -> dict[str, Any]:
    """The template of ``count`` maps: columns of ``figure``, those of a panel with its number behind."""
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    notes: list[dict[str, Any]] = [
        {"text": "@key", "y": 0, "yshift": -14, "font": {"size": 12}},
        {"text": "@note", "y": 0, "yshift": -38, "font": {"size": 12, "color": MUTED}},
    ]
    for at in range(count):
        number = "" if at == 0 else str(at + 1)
        here = {"type": "scatter", "xaxis": f"x{number}", "yaxis": f"y{number}"}
        data.append({"each": True, **here, "mode": "lines", "x": "@x", "y": "@y", "fill": "toself",
                     "fillcolor": f"@fill{at}", "hoveron": "fills", "hoverinfo": "text", "text": f"@hover{at}",
                     "line": {"color": f"@edge{at}", "width": 1, "dash": f"@dash{at}"}, "name": "@name"})  # fmt: skip
        for y, words, font in (("@name_y", "@label", "@label_size"), ("@value_y", f"@shown{at}", "@value_size")):
            data.append({**here, "mode": "text", "x": "@cx", "y": y, "text": words, "hoverinfo": "skip",
                         "textfont": {"color": f"@ink{at}", "size": font}, "name": words[1:]})  # fmt: skip
        hidden = {"visible": False, "fixedrange": True}
        domain = [at / count + 0.005, (at + 1) / count - 0.005]
        axes[f"xaxis{number}"] = {**hidden, "domain": domain, "range": "@x_range"}
        axes[f"yaxis{number}"] = {**hidden, "range": "@y_range", "scaleanchor": f"x{number}", "anchor": f"x{number}"}
        if count > 1:
            notes.append({"text": f"@panel{at}", "x": domain[0], "y": 1, "yshift": 4, "font": {"size": 14}})
    notes = [{"xref": "paper", "yref": "paper", "x": 0, "xanchor": "left", "align": "left", "showarrow": False,
              "yanchor": "bottom" if note["y"] else "top", **note} for note in notes]  # fmt: skip
    margin = {"l": 10, "r": 10, "t": 124 if count > 1 else 96, "b": 100}
    return {
        "data": data,
        "layout": layout(**TITLE, **axes, height="@height", margin=margin, annotations=notes, hovermode="closest"),
    }


def _said(raw: pd.Series, smooth: pd.Series, steps: dict[str, list[int]], indicator: readings.Indicator) -> str:
    """What smoothing does to the units that can be read as they are."""
    both = raw.notna() & smooth.notna()
    if both.sum() < 2:
        low, high = (readings.shown(end, indicator) for end in (smooth.min(), smooth.max()))
        return text.say("spatial.map.few", units=int(smooth.notna().sum()), low=low, high=high)
    a, b = (text.number(float(np.ptp(column[both])), indicator.decimals) for column in (raw, smooth))
    moved = sum(one != other for one, other in zip(*steps.values(), strict=True) if one >= 0)
    kind = "chance" if np.ptp(smooth.dropna()) == 0 else "same" if a == b and not moved else "smoothed"
    return text.say(f"spatial.map.{kind}", a=a, b=b, moved=moved, unit=readings.difference_unit(indicator))


def word(value: float | None, cell: readings.Cell, indicator: readings.Indicator) -> str:
    """What stands inside a unit: its number, ≈ before one shared out by weight, or the sign of its state."""
    if value is not None:
        return readings.SHARED * readings.is_shared(cell) + text.number(value, indicator.decimals)
    return readings.SIGNS.get(str(cell["state"]), text.DASH)


def _steps(limits: list[float], indicator: readings.Indicator) -> list[str]:
    if not limits:
        return []
    decimals = 0 if all(limit == round(limit) for limit in limits) else max(indicator.decimals, 1)
    words = [text.number(limit, decimals) for limit in limits]
    between = [text.say("ui.between", low=a, high=b) for a, b in pairwise(words)]
    return [text.say("ui.below", high=words[0]), *between, text.say("ui.from", low=words[-1])]


def swatch(colour: str, word: str) -> str:
    """One entry of a key."""
    return f'<span style="color:{colour}">⬢</span> {escape(word)}'
