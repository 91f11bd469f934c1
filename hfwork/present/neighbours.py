"""Charts of units beside their neighbours on the map, and of fine units beside the rest of the unit above them."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.judge import space
from hfwork.plan.folder import Plan
from hfwork.present import charts, mapped, readings, titles
from hfwork.present.charts import GREY, GRID, KEY, ORANGE, PLAIN_AXIS, TITLE, layout
from hfwork.present.mapped import Panel, swatch
from hfwork.present.readings import BLUE
from hfwork.release import patterns, spread

# Colour, ink on it, plotly's symbol and its sign: never colour alone.
LOOK = {
    "high_high": (BLUE, "#FFFFFF", "triangle-up", "▲"),
    "low_low": (ORANGE, "#FFFFFF", "triangle-down", "▼"),
    "high_low": ("#CC79A7", "#16302F", "diamond", "◆"),
    "low_high": ("#E69F00", "#16302F", "diamond-open", "◇"),
    "none": ("#D5DEDC", "#16302F", "circle-open", "○"),
}
WITHIN = {
    "higher": (BLUE, "#FFFFFF", "triangle-up", "▲"),
    "lower": (ORANGE, "#FFFFFF", "triangle-down", "▼"),
    "none": (GREY, "#16302F", "circle-open", "○"),
}

# One row per unit: value, at (its row, the unit above, set apart a little), colour, symbol, hover; rows, row_words;
# whole (the district, one or none).
STRIPS: dict[str, Any] = {
    "data": [
        {"type": "scatter", "mode": "markers", "x": "@value", "y": "@at", "name": "value", "hovertext": "@hover",
         "hoverinfo": "text", "marker": {"size": 9, "color": "@colour", "symbol": "@symbol", "opacity": 1,
                                         "line": {"width": 1, "color": GREY}}},
    ],
    "layout": layout(
        **TITLE, height="@height", margin={"l": 10, "r": 20, "t": 112, "b": 90}, hovermode="closest",
        xaxis={**PLAIN_AXIS, "showgrid": True, "gridcolor": GRID, "ticksuffix": "@suffix", "title": KEY},
        yaxis={**PLAIN_AXIS, "tickvals": "@rows", "ticktext": "@row_words", "automargin": True,
               "range": ["@bottom", -0.6]},
        shapes=[{"each": True, "type": "line", "x0": "@whole", "x1": "@whole", "yref": "paper", "y0": 0, "y1": 1,
                 "layer": "below", "line": {"color": GREY, "width": 1.5}}],
    ),
}  # fmt: skip


def cluster_map(
    cells: pd.DataFrame, plan: Plan, pairs: pd.DataFrame, page: dict[str, Any], note: str = ""
) -> charts.go.Figure:
    """Which units of the map lie high among high neighbours, low among low ones, or against theirs (LISA, FDR 5 %).

    ``cells``: one indicator and one period at all levels; ``pairs``: the release's findings ``neighbours``; ``page``:
    its overview, for the outlines. Title: how many, and Moran's I with its p; or why there is no pattern
    (``patterns.unfit``). Marks tell where to ask, not who is to blame.
    """
    lang, level = text.language(), plan.places.levels[1]
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    codes = [place["code"] for place in page["places"]]
    units = cells[cells["level"] == level].set_index("place", drop=False).reindex(codes)
    units = units.assign(place=codes).reset_index(drop=True)  # a unit without a row keeps its place on the map
    own = pairs[pairs["level"] == level]
    reason = patterns.unfit(plan, units, indicator, own)
    local = pd.DataFrame({"cluster": ["none"] * len(units), "reason": [reason] * len(units)})
    notes = [_basis(own)] if len(own) else []
    if not reason:
        whole, local = patterns.pattern(units, indicator, own)
        reason = whole.reason
        if whole.missing or whole.islands:
            left = {"missing": len(whole.missing), "islands": len(whole.islands)}
            notes.append(text.say("spatial.left_out", **left))
    said = text.say("spatial.cluster.none", why=text.say(f"judged.{reason}")) if reason else _said(whole, local)
    took = (local["reason"] == "").tolist()
    looks = [LOOK[cluster] for cluster in local["cluster"]]
    fills, inks = ([look[part] if on else "" for look, on in zip(looks, took, strict=True)] for part in (0, 1))
    shown, hover = [], []
    for cell, found, look, on in zip(readings.records(units), local.to_dict("records"), looks, took, strict=True):
        word = mapped.word(cell["value"] if pd.notna(cell["value"]) else None, cell, indicator)
        shown.append(look[3].strip("○") + word if on else word)
        name = plan.places.name(str(cell["place"]), lang)
        under = text.say(f"judged.{found['reason']}" if found["reason"] else f"spatial.{found['cluster']}")
        hover.append(f"{readings.hover(cell, indicator, name) if pd.notna(cell['state']) else escape(name)}<br>{under}")
    key = [swatch(look[0], f"{look[3]} {text.say(f'spatial.{name}')}") for name, look in LOOK.items()]
    notes = [] if reason else [text.say("explore.space").join([text.say("spatial.fdr"), *notes])]
    head = titles.headline(said, indicator.name[lang], titles.when(cells, plan.places.root), note)
    return mapped.figure(page, [Panel("", fills, inks, shown, hover)], [] if reason else key, notes, head)


def parts_chart(cells: pd.DataFrame, plan: Plan, level: str, pairs: pd.DataFrame, note: str = "") -> charts.go.Figure:
    """Fine units (villages), a row per unit above: those in a group of high or low neighbours, or unlike the rest.

    ``cells``: one indicator and one period at all levels; ``level``: that of the units; ``pairs``: as in
    ``cluster_map``. Where the plan tells who borders whom at this level they are marked by LISA; where nobody knows,
    each is set beside the rest of the unit above it (``spread.within``), and the title tells how much of all variation
    lies between the units above: where that is most of it, the question is about towns, not about villages. Units
    without counts are left out.
    """
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    units = spread.counted(cells[cells["level"] == level]).reset_index(drop=True)
    parents = [str(plan.places.parent(str(code))) for code in units["place"]]
    own = pairs[pairs["level"] == level]
    reason = spread.unsmoothable(plan, units, indicator) or ("" if len(units) > 1 else "too_few_units")
    said, found, looks = "", pd.DataFrame(), LOOK if len(own) else WITHIN
    if not reason and len(own):
        whole, local = patterns.pattern(units, indicator, own)
        said, reason, found = _said(whole, local), whole.reason, local.rename(columns={"cluster": "code"})
    elif not reason:
        found, share = spread.within(units, parents, indicator)
        above = plan.places.levels[plan.places.levels.index(level) - 1]
        facts = {name: int((found["code"] == code).sum()) for name, code in (("high", "higher"), ("low", "lower"))}
        named = {name: _unit(of) for name, of in (("unit", level), ("above", above))}
        said = text.say("spatial.within.found", units=len(units), share=text.number(share * 100), **facts, **named)
    if reason:
        said = text.say("spatial.within.none", why=text.say(f"judged.{reason}"))
    codes = ["none"] * len(units) if reason else found["code"].tolist()
    rows = list(dict.fromkeys(parents))
    apart = (units.groupby(parents).cumcount() % 5 - 2) * 0.13  # five to a row's height: equal values stay apart
    key = [swatch(look[0], f"{look[3]} {text.say(f'spatial.{name}')}") for name, look in looks.items()]
    notes = [text.say("spatial.key"), text.say("spatial.fdr"), *([_basis(own)] if len(own) else [])]
    columns = {
        "value": (units["numerator"] * indicator.factor / units["denominator"]).tolist(),
        "at": [rows.index(parent) + shift for parent, shift in zip(parents, apart.tolist(), strict=True)],
        "colour": [looks[code][0] for code in codes],
        "symbol": [looks[code][2] for code in codes],
        "hover": [
            f"{readings.hover(cell, indicator, plan.places.name(str(cell['place']), lang))}<br>"
            + text.say(f"spatial.{code}")
            for cell, code in zip(readings.records(units), codes, strict=True)
        ],
        "rows": list(range(len(rows))),
        "row_words": [escape(plan.places.name(place, lang)) for place in rows],
        "bottom": len(rows) - 0.4,
        "height": 230 + 34 * len(rows),
        "whole": readings.numbers(cells.loc[cells["place"] == plan.places.root, "value"].dropna()),
        "suffix": charts.suffix(indicator.unit[lang]),
        "key": "<br>".join([*(["　".join(key)] if not reason else []), escape(text.say("explore.space").join(notes))]),
        **titles.headline(said, indicator.name[lang], titles.when(cells, plan.places.root), note),
    }
    return charts.figure(STRIPS, columns)


def _unit(level: str) -> str:
    return text.say(f"unit.{level if f'unit.{level}' in text.catalogue() else 'place'}")


def _said(whole: space.Pattern, local: pd.DataFrame) -> str:
    counted = local["cluster"].value_counts()
    facts = {"high": int(counted.get("high_high", 0)), "low": int(counted.get("low_low", 0))}
    facts["odd"] = int(counted.get("high_low", 0) + counted.get("low_high", 0))
    p = text.number(whole.permuted_p, 3)
    moran = text.say("spatial.moran", value=text.number(whole.value, 2), p=p)
    key = "found" if any(facts.values()) else "nothing"
    return text.say(f"spatial.cluster.{key}", units=whole.units, moran=moran, **facts)


def _basis(pairs: pd.DataFrame) -> str:
    """Where the neighbours come from, and how many of them nobody has told."""
    if (pairs["basis"] == "shapes").all():
        return text.say("spatial.basis.shapes")
    guessed = int((pairs["basis"] != "sourced").sum())
    return text.say(f"spatial.basis.{'derived' if guessed else 'told'}", all=len(pairs), count=guessed)
