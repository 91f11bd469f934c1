"""Charts of all places over time: the gap between them, and small multiples."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.folder import Plan
from hfwork.present import charts, readings, titles
from hfwork.present.charts import GREY, GRID, KEY, ORANGE, PLAIN_AXIS, TITLE, layout
from hfwork.present.readings import BLUE

_ACROSS = 4  # panels beside each other

# One dot per unit and period: row, value, hover; one line per period: low_high, low_high_row (parted by None); the
# whole: whole, whole_row; rows, row_words.
GAP: dict[str, Any] = {
    "data": [
        {"type": "scatter", "mode": "lines", "x": "@low_high", "y": "@low_high_row", "name": "gap",
         "line": {"color": GREY, "width": 2}, "hoverinfo": "skip", "connectgaps": False},
        {"type": "scatter", "mode": "markers", "x": "@value", "y": "@row", "name": "value", "hovertext": "@hover",
         "hoverinfo": "text", "marker": {"size": 11, "color": BLUE, "opacity": 0.75, "symbol": "@symbol"}},
        {"type": "scatter", "mode": "markers", "x": "@whole", "y": "@whole_row", "name": "whole",
         "hoverinfo": "skip", "marker": {"size": 12, "color": ORANGE, "symbol": "diamond"}},
    ],
    "layout": layout(
        **TITLE, height="@height", margin={"l": 10, "r": 20, "t": 112, "b": 60}, hovermode="closest",
        xaxis={**PLAIN_AXIS, "showgrid": True, "gridcolor": GRID, "ticksuffix": "@suffix", "title": KEY},
        yaxis={**PLAIN_AXIS, "tickvals": "@rows", "ticktext": "@row_words", "automargin": True,
               "autorange": "reversed"},
    ),
}  # fmt: skip


def gap_chart(cells: pd.DataFrame, plan: Plan, by: str = "year", note: str = "") -> charts.go.Figure:
    """All units on one line per period (equiplot): how far apart the lowest and the highest are, and the district.

    ``cells``: one indicator, all levels; ``by``: the level of the periods. The title compares the first and the last
    complete period by the units that both have: a gap must not close because a unit fell silent.
    """
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    tokens = [token for _, token in readings.choices(cells, plan, by)][::-1]
    units = cells[(cells["level"] == plan.places.levels[1]) & cells["value"].notna() & cells["period"].isin(tokens)]
    row = {token: at for at, token in enumerate(tokens)}
    ends = units.groupby("period")["value"].agg(["min", "max"]).reindex(tokens)
    whole = cells[(cells["place"] == plan.places.root) & cells["period"].isin(tokens) & cells["value"].notna()]
    shown = whole.iloc[:0] if indicator.plain else whole  # the sum of all is no point among them
    of_root = cells[cells["place"] == plan.places.root].groupby("period")
    said_of = {str(token): titles.when(part, plan.places.root) for token, part in of_root if token in row}
    moving = {token: words for token, words in said_of.items() if words != text.period(token)}
    key = text.say("explore.key.gap", whole=plan.places.name(plan.places.root, lang))
    facts = _first_and_last(
        units, [t for t in tokens if t in set(whole.loc[~whole["reason"].isin(UNFINISHED), "period"])]
    )
    if facts:
        facts["unit"] = readings.difference_unit(indicator)
        facts |= {name: text.period(facts[name]) for name in ("first", "last")}
        facts |= {name: text.number(facts[name], indicator.decimals) for name in ("a", "b")}
    said = text.say(f"explore.gap.{'two' if facts else 'none'}", **facts)
    lines = [[lo, hi, None] for lo, hi in zip(ends["min"], ends["max"], strict=True)]
    columns = {
        "low_high": [None if v is None or pd.isna(v) else float(v) for line in lines for v in line],
        "low_high_row": [v for at in range(len(tokens)) for v in (at, at, None)],
        "value": readings.numbers(units["value"]),
        "row": [row[token] for token in units["period"]],
        "symbol": ["circle-open" if token in moving else "circle" for token in units["period"]],
        "hover": [
            readings.hover(cell, indicator, plan.places.name(cell["place"], lang)) for cell in readings.records(units)
        ],
        "whole": readings.numbers(shown["value"]),
        "whole_row": [row[token] for token in shown["period"]],
        "rows": list(range(len(tokens))),
        "row_words": [escape(moving.get(token) or text.period(token)) for token in tokens],
        "suffix": charts.suffix(indicator.unit[lang]),
        "height": 220 + 40 * len(tokens),
        "key": text.say("explore.space").join([key, *[text.say("explore.key.moving")] * bool(moving)]),
    }
    return charts.figure(GAP, {**columns, **titles.headline(said, indicator.name[lang], note)})


def _first_and_last(units: pd.DataFrame, tokens: list[str]) -> dict[str, Any]:
    """How far the units known in both the first and the last of ``tokens`` lie apart in each; empty without two."""
    wide = units.pivot(index="place", columns="period", values="value")
    tokens = [token for token in tokens if token in wide and wide[token].notna().sum() > 1]
    if len(tokens) < 2:
        return {}
    both = wide[[tokens[0], tokens[-1]]].dropna()
    if len(both) < 2:
        return {}
    a, b = np.ptp(both.to_numpy(dtype=float), axis=0)
    return {"first": tokens[0], "last": tokens[-1], "a": a, "b": b, "units": len(both)}


def multiples_chart(cells: pd.DataFrame, plan: Plan, by: str = "quarter", note: str = "") -> charts.go.Figure:
    """A small panel per unit on one common scale: its own series, the district in grey behind it.

    ``cells``: one indicator, all levels; ``by``: the level of the periods. The title tells the latest period known.
    """
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    tokens = [token for _, token in readings.choices(cells, plan, by)][::-1]
    units = cells.loc[cells["level"] == plan.places.levels[1], "place"].drop_duplicates().tolist()
    of = cells[cells["period"].isin(tokens)].set_index(["place", "period"])
    values = of["value"]
    starts = {str(token): str(at)[:4] for token, at in cells.groupby("period")["start"].first().items()}
    root, name = plan.places.root, plan.places.name(plan.places.root, lang)
    known = [token for token in tokens if pd.notna(values.get((root, token), np.nan))]
    last = cells[cells["period"] == (known[-1] if known else "")]
    said = titles.spread(
        last[last["level"] == plan.places.levels[1]], last[last["place"] == root], indicator, name
    ).rstrip("。.")
    columns: dict[str, Any] = {
        "at": list(range(len(tokens))),
        "whole": readings.numbers(values[root].reindex(tokens)) if root in of.index and not indicator.plain else [],
        "suffix": charts.suffix(indicator.unit[lang]),
        "ticks": [0, len(tokens) - 1],
        "tick_words": [starts[token] for token in (tokens[:1] + tokens[-1:])],
        "key": text.say("explore.key.multiples", whole=name),
    }
    for at, unit in enumerate(units):
        columns[f"place{at}"] = escape(plan.places.name(unit, lang))
        columns[f"value{at}"] = readings.numbers(values[unit].reindex(tokens))
    until = text.period(known[-1]) if known else ""
    columns |= titles.headline(said, until, indicator.name[lang], columns["key"], note)
    return charts.figure(multiples(len(units)), columns)


def multiples(count: int) -> dict[str, Any]:
    """The template of ``count`` panels: columns ``at``, ``whole`` (one row per period), ``value0 place0`` …."""
    rows = -(-count // _ACROSS) or 1
    data: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    names = []
    for at in range(count):
        down, across = divmod(at, _ACROSS)
        number = "" if at == 0 else str(at + 1)
        here = {"xaxis": f"x{number}", "yaxis": f"y{number}", "type": "scatter", "x": "@at", "connectgaps": False}
        data.append({**here, "mode": "lines", "y": "@whole", "line": {"color": GREY, "width": 1.5}, "name": "whole"})
        data.append({**here, "mode": "lines+markers", "y": f"@value{at}", "line": {"color": BLUE, "width": 2},
                     "marker": {"size": 4}, "name": "value"})  # fmt: skip
        left, top = across / _ACROSS, 1 - down / rows
        domain = {"x": [left + 0.015, left + 1 / _ACROSS - 0.015], "y": [top - 0.72 / rows, top - 0.14 / rows]}
        ticks = {
            "tickvals": "@ticks",
            "ticktext": "@tick_words",
            "showticklabels": down == rows - 1 or at + _ACROSS >= count,
        }
        axes[f"xaxis{number}"] = {**PLAIN_AXIS, **ticks, "domain": domain["x"], "anchor": f"y{number}",
                                  "tickfont": {"size": 10}, "showline": True, "linecolor": GRID}  # fmt: skip
        axes[f"yaxis{number}"] = {**PLAIN_AXIS, "domain": domain["y"], "anchor": f"x{number}", "showgrid": True,
                                  "gridcolor": GRID, "nticks": 3, "ticksuffix": "@suffix",
                                  "showticklabels": across == 0, "tickfont": {"size": 10},
                                  **({"matches": "y"} if at else {})}  # fmt: skip
        names.append({"x": domain["x"][0], "y": domain["y"][1], "xref": "paper", "yref": "paper",
                      "yanchor": "bottom", "xanchor": "left", "showarrow": False, "font": {"size": 12},
                      "text": f"@place{at}"})  # fmt: skip
    margin = {"l": 50, "r": 16, "t": 100, "b": 10}
    return {"data": data, "layout": layout(**TITLE, **axes, height=140 + 130 * rows, margin=margin, annotations=names)}
