"""Charts of units beside their neighbours: on the map, or, for finer units, in one row per unit above."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.judge import space
from hfwork.plan.folder import Plan
from hfwork.present import charts, mapped, readings
from hfwork.present.charts import GREY, GRID, KEY, ORANGE, PLAIN_AXIS, TITLE, layout
from hfwork.present.mapped import Panel, swatch
from hfwork.present.readings import BLUE
from hfwork.release import patterns, spread

# Colour, ink on it, and sign: never colour alone.
LOOK = {
    "high_high": (BLUE, "#FFFFFF", "triangle-up"),
    "low_low": (ORANGE, "#FFFFFF", "triangle-down"),
    "high_low": ("#CC79A7", "#16302F", "diamond"),
    "low_high": ("#E69F00", "#16302F", "diamond-open"),
    "none": ("#D5DEDC", "#16302F", "circle-open"),
}
_MARKS = {"high_high": "▲", "low_low": "▼", "high_low": "◆", "low_high": "◇", "none": "○"}

# One row per unit: value, at (its row, the unit above, set apart a little), colour, symbol, hover; rows, row_words;
# whole (the district, one or none).
STRIPS: dict[str, Any] = {
    "data": [
        {"type": "scatter", "mode": "markers", "x": "@value", "y": "@at", "name": "value", "hovertext": "@hover",
         "hoverinfo": "text", "marker": {"size": 9, "color": "@colour", "symbol": "@symbol", "opacity": 1,
                                         "line": {"width": 1, "color": GREY}}},
    ],
    "layout": layout(
        **TITLE, height="@height", margin={"l": 10, "r": 20, "t": 124, "b": 100}, hovermode="closest",
        xaxis={**PLAIN_AXIS, "showgrid": True, "gridcolor": GRID, "ticksuffix": "@suffix", "title": KEY},
        yaxis={**PLAIN_AXIS, "tickvals": "@rows", "ticktext": "@row_words", "automargin": True,
               "range": ["@bottom", -0.6]},
        shapes=[{"each": True, "type": "line", "x0": "@whole", "x1": "@whole", "yref": "paper", "y0": 0, "y1": 1,
                 "layer": "below", "line": {"color": GREY, "width": 1.5}}],
    ),
}  # fmt: skip


def cluster_chart(
    cells: pd.DataFrame, plan: Plan, level: str, pairs: pd.DataFrame, page: dict[str, Any], note: str = ""
) -> charts.go.Figure:
    """Which units lie high among high neighbours, low among low ones, or against theirs (LISA, FDR 5 %).

    ``cells``: one indicator and one period at all levels; ``level``: that of the units asked about; ``pairs``: the
    release's findings ``neighbours``; ``page``: the release's overview, for the map. Units of the map's level are drawn
    on it, finer ones in a row per unit above. Marks are for a few units among many: they tell where to ask, not who is
    to blame. Title: how many, and Moran's I with its p.
    """
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    units = cells[cells["level"] == level].reset_index(drop=True)
    own = pairs[pairs["level"] == level]
    reason = spread.smoothable(plan, spread.counted(units), indicator) or ("" if len(own) else "no_neighbours")
    local = pd.DataFrame({"cluster": ["none"] * len(units), "reason": [""] * len(units)})
    under = [text.say(f"spatial.basis.{own['basis'].iloc[0]}", confidence=_confidence(plan))] if len(own) else []
    if not reason:
        whole, local = patterns.pattern(units, indicator, own)
        reason = whole.reason
        if whole.missing or whole.islands:
            left = {"missing": len(whole.missing), "islands": len(whole.islands)}
            under.append(text.say("spatial.left_out", **left))
    said = text.say(f"spatial.why.{reason}") if reason else _said(whole, local)
    head = readings.headline(said, indicator.name[lang], text.period(str(cells["period"].iloc[0])), note)
    notes = [text.say("explore.space").join([text.say("spatial.fdr"), *under])]
    looks = [LOOK[cluster] for cluster in local["cluster"]]
    hover = [
        f"{readings.hover(cell, indicator, plan.places.name(str(cell['place']), lang))}<br>{_word(found)}"
        for cell, found in zip(readings.records(units), local.to_dict("records"), strict=True)
    ]
    key = [swatch(LOOK[name][0], f"{_MARKS[name]} {text.say(f'spatial.{name}')}") for name in LOOK]
    if level == plan.places.levels[1]:
        at = {str(code): i for i, code in enumerate(units["place"])}
        order = [at[place["code"]] for place in page["places"]]
        values = readings.numbers(units["value"])
        shown = ["" if values[i] is None else text.number(values[i], indicator.decimals) for i in order]
        words = [f"{_MARKS[local['cluster'].iloc[i]].strip('○')}{word}" for i, word in zip(order, shown, strict=True)]
        took = ((local["reason"] == "") & units["numerator"].notna()).tolist()
        fills, inks = ([looks[i][part] if took[i] else "" for i in order] for part in (0, 1))
        return mapped.figure(page, [Panel("", fills, inks, words, [hover[i] for i in order])], key, notes, head)
    lines = ["　".join(key), *map(escape, [text.say("spatial.key"), *notes])]
    return _strips(cells, units, plan, looks, hover, {**head, "key": "<br>".join(lines)})


def _strips(
    cells: pd.DataFrame,
    units: pd.DataFrame,
    plan: Plan,
    looks: list[tuple[str, str, str]],
    hover: list[str],
    head: dict[str, Any],
) -> charts.go.Figure:
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    above = [str(plan.places.parent(str(code))) for code in units["place"]]
    rows = list(dict.fromkeys(above))
    within = units.groupby(above).cumcount().to_numpy()
    apart = (within % 5 - 2) * 0.13  # five to a row height, so that dots of one value stay apart
    whole = cells.loc[cells["place"] == plan.places.root, "value"].dropna()
    columns = {
        "value": readings.numbers(units["value"]),
        "at": [rows.index(place) + shift for place, shift in zip(above, apart.tolist(), strict=True)],
        "colour": [look[0] for look in looks],
        "symbol": [look[2] for look in looks],
        "hover": hover,
        "rows": list(range(len(rows))),
        "row_words": [escape(plan.places.name(place, lang)) for place in rows],
        "bottom": len(rows) - 0.4,
        "height": 230 + 34 * len(rows),
        "whole": readings.numbers(whole),
        "suffix": charts.suffix(indicator.unit[lang]),
    }
    return charts.figure(STRIPS, {**columns, **head})


def _said(whole: space.Pattern, local: pd.DataFrame) -> str:
    counted = local["cluster"].value_counts()
    facts = {"high": int(counted.get("high_high", 0)), "low": int(counted.get("low_low", 0))}
    facts["odd"] = int(counted.get("high_low", 0) + counted.get("low_high", 0))
    p = text.number(whole.permuted_p, 3)
    moran = text.say("spatial.moran", value=text.number(whole.value, 2), p=p)
    key = "found" if any(facts.values()) else "nothing"
    return text.say(f"spatial.cluster.{key}", units=whole.units, moran=moran, **facts)


def _word(found: dict[Any, Any]) -> str:
    return text.say(f"judged.{found['reason']}" if found["reason"] else f"spatial.{found['cluster']}")


def _confidence(plan: Plan) -> str:
    sourced = [line.basis == "sourced" for line in plan.neighbours if line.use == "core"]
    return text.say(f"spatial.basis.{'sourced' if sourced and all(sourced) else 'derived'}")
