"""Charts that an analyst draws in a notebook: from cells to the named columns of a figure template."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.folder import Plan
from hfwork.present import charts, plots, readings, titles
from hfwork.present.charts import GRID, KEY, MUTED, TITLE, layout
from hfwork.present.readings import BLUE, SIGNS

# The toolbar is of use to analysts, but still nothing is sent anywhere.
CONFIG: dict[str, Any] = {
    **charts.CONFIG,
    "displayModeBar": "hover",
    "responsive": True,
    "modeBarButtonsToRemove": ["zoom2d", "pan2d", "select2d", "lasso2d", "autoScale2d", "resetScale2d"],
}
GREY = "#8A9A98"

# Columns, one row per place: row (0, 1, 2 …), name, value, plus, minus, hover, symbol, colour, target, counts
# (right of the plot), marks (where there is no value); reference, reference_words (one row or none); scalars
# title, subtitle, key, suffix, span, bottom, height, left (where the marks stand).
INTERVALS: dict[str, Any] = {
    "data": plots.DOTS_DATA,
    "layout": layout(
        **TITLE,
        height="@height",
        margin={"l": 10, "r": 190, "t": 112, "b": 60},
        hovermode="closest",
        xaxis={"range": "@span", "ticksuffix": "@suffix", "gridcolor": GRID, "zeroline": False, "fixedrange": True,
               "title": KEY},
        yaxis={"tickvals": "@row", "ticktext": "@name", "range": ["@bottom", -0.6], "showgrid": False,
               "zeroline": False, "fixedrange": True, "automargin": True},
        shapes=[{"each": True, "type": "line", "x0": "@reference", "x1": "@reference", "yref": "paper", "y0": 0,
                 "y1": 1, "layer": "below", "line": {"color": GREY, "width": 1.5}}],
        annotations=[
            {"each": True, "x": "@reference", "yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False,
             "text": "@reference_words", "font": {"size": 12, "color": MUTED}},
            {"each": True, "xref": "paper", "x": 1.01, "xanchor": "left", "y": "@row", "text": "@counts",
             "showarrow": False, "font": {"size": 12, "color": MUTED}},
            {"each": True, "x": "@left", "xanchor": "left", "y": "@row", "text": "@marks", "showarrow": False,
             "font": {"size": 12, "color": MUTED}},
        ],
    ),
}  # fmt: skip

# Columns, one row per indicator: row, name, numerator, denominator, words (right of the bar), pattern, hover;
# scalars title, subtitle, key, bottom, height.
STEPS: dict[str, Any] = {
    "data": plots.STEPS_DATA,
    "layout": layout(
        **TITLE,
        height="@height",
        margin={"l": 10, "r": 250, "t": 96, "b": 60},
        barmode="overlay",
        hovermode="closest",
        xaxis={"rangemode": "tozero", "gridcolor": GRID, "zeroline": False, "fixedrange": True, "title": KEY,
               "separatethousands": True},
        yaxis={"tickvals": "@row", "ticktext": "@name", "range": ["@bottom", -0.6], "showgrid": False,
               "fixedrange": True, "automargin": True},
    ),
}  # fmt: skip

# Columns: names (rows of the matrix), at and tick_words (its columns), shade, sign and hover (matrices);
# scalars title, subtitle, key, height.
STATES: dict[str, Any] = {
    "data": [
        {"type": "heatmap", "x": "@at", "y": "@names", "z": "@shade", "text": "@sign", "texttemplate": "%{text}",
         "hovertext": "@hover", "hoverinfo": "text", "xgap": 2, "ygap": 2, "zmin": 0, "zmax": 4, "showscale": False,
         "colorscale": [[0, "#F1F4F3"], [0.25, "#F6D9C4"], [0.5, "#E3F1EF"], [0.75, "#B4DAD5"], [1, "#79BAB5"]],
         "name": "state"},
    ],
    "layout": layout(
        **TITLE,
        height="@height",
        margin={"l": 10, "r": 16, "t": 96, "b": 60},
        xaxis={"tickvals": "@at", "ticktext": "@tick_words", "tickangle": 0, "showgrid": False, "fixedrange": True,
               "title": KEY, "automargin": True},
        yaxis={"type": "category", "autorange": "reversed", "showgrid": False, "fixedrange": True, "automargin": True},
    ),
}  # fmt: skip
_SHADES = {"": 0, "D": 1, "C": 2, "B": 3, "A": 4}


def interval_chart(cells: pd.DataFrame, plan: Plan, inside: str | None = None, note: str = "") -> charts.go.Figure:
    """The units inside a place (default: the whole district) with 95 % intervals, in official order.

    ``cells``: one indicator and one period at all levels. The title says how many units differ from the place
    beyond chance. Raises ``HfworkError('unknown_place')``.
    """
    place = inside or plan.places.root
    level = plan.places.level(place)
    below = plan.places.levels[plan.places.levels.index(level) + 1]
    units = plan.places.ancestors(pd.Timestamp(cells["boundaries"].iloc[0]).date())
    parts = cells[(cells["level"] == below) & cells["place"].isin(units.loc[units[level] == place, below])]
    whole = cells[cells["place"] == place]
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    name, said = plan.places.name(place, text.language()), indicator.name[text.language()]
    known = whole[whole["value"].notna()]
    limits = [parts[c] for c in ("lower95", "upper95", "value", "target")] + [known["value"]]
    low, high = (getattr(pd.concat(limits), end)() for end in ("min", "max"))
    low, high = (0.0, 100.0) if pd.isna(low) else (low, high)
    room = max(0.06 * (high - low), 0.5)
    rows = list(range(len(parts)))
    points = readings.points(parts, plan, indicator)
    columns = {
        **points,
        "row": rows,
        "counts": [readings.counts(cell) for cell in readings.records(parts)],
        "marks": ["" if cell["state"] == "value" else readings.said_state(cell) for cell in readings.records(parts)],
        "reference": readings.numbers(known["value"]),
        "reference_words": [f"{escape(name)} {readings.shown(v, indicator)}" for v in known["value"]],
        "suffix": charts.suffix(indicator.unit[text.language()]),
        "span": [low - room, high + room],
        "left": low - room / 2,
        "bottom": len(rows) - 0.4,
        "height": 172 + (32 if len(rows) < 30 else 21) * max(len(rows), 1),
        "key": readings.key(points, "dot", "bar", "target", "line", "reserved", place=name),
        **titles.headline(
            titles.spread(parts, whole, indicator, name), said, text.period(str(cells["period"].iloc[0])), note
        ),
    }
    return charts.figure(INTERVALS, columns)


def series_chart(cells: pd.DataFrame, plan: Plan, place: str, by: str = "month", note: str = "") -> charts.go.Figure:
    """One place over time with its 95 % intervals, the district and the target.

    ``cells``: one indicator; ``by``: the level of the periods to show (month, quarter, half, year, mc_year).
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    mine = cells[cells["place"] == place]
    tokens = [token for _, token in readings.choices(mine, plan, by)][::-1]
    mine = mine.set_index("period", drop=False).loc[tokens]
    whole = cells[cells["place"] == plan.places.root].set_index("period")["value"].reindex(tokens)
    points = readings.points(mine, plan, indicator)
    at = list(range(len(tokens)))
    every = -(-len(at) // 14)
    ticks = [i for i in at if (len(at) - 1 - i) % every == 0]
    gaps = [i for i in at if points["value"][i] is None]
    names = [plan.places.name(code, text.language()) for code in (place, plan.places.root)]
    columns = {
        **points,
        **_band(points["value"], points["plus"], points["minus"]),
        "at": at,
        "symbol": ["circle" + readings.style(row) for row in readings.records(mine)],
        "size": [9] * len(at),
        "line": BLUE,
        "district": [None] * len(at) if place == plan.places.root else readings.numbers(whole),
        "mark_at": gaps,
        "mark": [SIGNS.get(mine["state"].iloc[i], text.DASH) for i in gaps],
        "ticks": ticks,
        "tick_words": [_tick(tokens[i], tokens[j] if (j := i - every) >= 0 else "") for i in ticks],
        "span": [-0.5, len(at) - 0.5],
        "rangemode": "tozero" if indicator.plain else "normal",
        "suffix": charts.suffix(indicator.unit[text.language()]),
    }
    figure = charts.figure(charts.TREND, columns)
    figure.update_traces(marker_opacity=1, selector={"name": "value"})  # plotly fades markers of varying size
    head = titles.headline(titles.change(mine, indicator, names[0]), indicator.name[text.language()], note)
    context = () if place == plan.places.root else ("grey",)
    key = readings.key(points, "blue", "band", *context, "target", "reserved", place=names[0], whole=names[1])
    title = charts.bind(TITLE, head)["title"]
    figure.update_layout(title=title, height=430, margin={"t": 96, "b": 84}, xaxis_title=charts.bind(KEY, {"key": key}))
    return figure


def steps_chart(cells: pd.DataFrame, plan: Plan, note: str = "") -> charts.go.Figure:
    """Steps of a service at one place: for each indicator how many were due and how many reached it.

    ``cells``: one row per indicator, each with its own period (a calendar and a maternal year may stand together).
    """
    cells = cells.sort_values("indicator", key=lambda column: column.map(lambda i: plan.indicators[i].code))
    rows = readings.records(cells)
    of = [plan.indicators[str(cell["indicator"])] for cell in rows]
    lang = text.language()
    said = text.say("explore.comma").join(
        text.say("explore.one", name=i.name[lang], value=readings.marked(c, i))
        if c["state"] == "value"
        else text.say("explore.unpublished", name=i.name[lang], state=text.say(f"state.{c['state']}"))
        for i, c in zip(of, rows, strict=True)
    )
    hatched = [text.say("explore.key_hatched")] * any(cell["reason"] in UNFINISHED for cell in rows)
    columns = {
        "row": list(range(len(rows))),
        "name": [f"{escape(i.name[lang])}<br>{text.period(c['period'])}" for i, c in zip(of, rows, strict=True)],
        # a bar of nothing carries the mark of a hidden or missing one
        "denominator": [value or 0 for value in readings.numbers(cells["denominator"])],
        "numerator": readings.numbers(cells["numerator"]),
        "words": [f" {readings.reading(c, i)}" for i, c in zip(of, rows, strict=True)],
        "pattern": ["/" if c["reason"] in UNFINISHED else "" for c in rows],
        "hover": [readings.hover(c, i, i.name[lang]) for i, c in zip(of, rows, strict=True)],
        "bottom": len(rows) - 0.4,
        "height": 172 + 62 * len(rows),
        "key": text.say("explore.space").join([text.say("explore.key_steps"), *hatched]),
        **titles.headline(said, plan.places.name(str(cells["place"].iloc[0]), lang), note),
    }
    return charts.figure(STEPS, columns)


def states_chart(cells: pd.DataFrame, plan: Plan, by: str = "month", note: str = "") -> charts.go.Figure:
    """Which figures of one indicator exist: data grade, or a mark for missing, not shown and not applicable.

    ``cells``: one indicator; townships stand in official order, periods of the level ``by`` in time.
    """
    lang = text.language()
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    tokens = [token for _, token in readings.choices(cells, plan, by)][::-1]
    units = cells[(cells["level"] == plan.places.levels[1]) & cells["period"].isin(tokens)]
    places = list(units["place"].drop_duplicates())
    at = {(cell["place"], cell["period"]): cell for cell in readings.records(units)}
    grid = [[at[place, token] for token in tokens] for place in places]
    signs = [[SIGNS.get(cell["state"], cell["grade"]) for cell in row] for row in grid]
    shared = [[readings.SHARED * readings.is_shared(cell) for cell in row] for row in grid]
    names = [plan.places.name(place, lang) for place in places]
    counted = units["state"].value_counts()
    worst = units.loc[~units["state"].isin(list(SIGNS)), "grade"].max()
    facts = {"all": len(units), "missing": counted.get("missing", 0), "hidden": counted.get("suppressed", 0)}
    said = text.say("explore.cells", **facts, grade=text.DASH if pd.isna(worst) else worst)
    columns = {
        "names": [escape(name) for name in names],
        "at": list(range(len(tokens))),
        "tick_words": [_tick(token, before) for token, before in zip(tokens, ["", *tokens[:-1]], strict=True)],
        "sign": [[f"{a}{b}" for a, b in zip(*pair, strict=True)] for pair in zip(shared, signs, strict=True)],
        "shade": [[_SHADES.get(str(sign), 0) for sign in row] for row in signs],
        "hover": [
            [readings.hover(cell, indicator, name) for cell in row] for name, row in zip(names, grid, strict=True)
        ],
        "height": 220 + 30 * len(places),
        "key": text.say("explore.key_grid") + text.say("explore.key_grid_shared") * any(map(any, shared)),
        **titles.headline(said, indicator.name[lang], note),
    }
    return charts.figure(STATES, columns)


def _band(values: list[float | None], plus: list[float], minus: list[float]) -> dict[str, list[Any]]:
    """The outline of each unbroken run of intervals, and bars for points without neighbours."""
    known = [i for i, value in enumerate(values) if value is not None and (plus[i] or minus[i])]
    runs: list[list[int]] = []
    for i in known:
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    at: list[int | None] = []
    edge: list[float | None] = []
    for run in (run for run in runs if len(run) > 1):
        at += [*run, *run[::-1], None]
        edge += [(values[i] or 0) + plus[i] for i in run] + [(values[i] or 0) - minus[i] for i in run[::-1]] + [None]
    alone = {run[0] for run in runs if len(run) == 1}
    bars = {name: [size if i in alone else 0 for i, size in enumerate(sizes)]
            for name, sizes in (("bar_up", plus), ("bar_down", minus))}  # fmt: skip
    return {"band_at": at, "band_value": edge, **bars}


def _tick(token: str, before: str) -> str:
    """A short word for a period; the year is said when it changes."""
    year, _, part = token.partition("-")
    if not part:
        return text.period(token)
    word = {"H": f"explore.half{part[1:]}", "Q": "explore.quarter"}.get(part[0], "explore.month")
    return text.say(word, number=int(part.lstrip("HQ"))) + ("" if before.startswith(year) else f"<br>{year}")
