"""Charts that judge: a funnel of the units of one period, a control chart of one place."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.judge import funnel
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.folder import Plan
from hfwork.present import charts, plots, readings, titles
from hfwork.present.charts import KEY, ORANGE, TITLE, layout
from hfwork.present.readings import BLUE
from hfwork.release.courses import LINES, course
from hfwork.release.spread import fit
from hfwork.release.verdicts import answer, carries_over, kind_of

_HIGH_LOW = {
    "low998": "triangle-down",
    "high998": "triangle-up",
    "low95": "triangle-down-open",
    "high95": "triangle-up-open",
}
_KEYED = {**plots.AXES, "xaxis": {**plots.AXES["xaxis"], "title": KEY}}
_TICKS = {"tickvals": "@ticks", "ticktext": "@tick_words", "showgrid": False}

# The columns of ``plots``, and scalars title, subtitle, key.
FUNNEL: dict[str, Any] = {
    "data": plots.FUNNEL_DATA,
    "layout": layout(**TITLE, **_KEYED, height=460, margin={"l": 10, "r": 70, "t": 112, "b": 60}, hovermode="closest"),
}
CONTROL: dict[str, Any] = {
    "data": plots.CONTROL_DATA,
    "layout": layout(**TITLE, **{**_KEYED, "xaxis": {**_KEYED["xaxis"], **_TICKS}},
                     height=430, margin={"l": 10, "r": 16, "t": 112, "b": 84}, hovermode="closest"),
}  # fmt: skip


def funnel_chart(cells: pd.DataFrame, plan: Plan, note: str = "") -> charts.go.Figure:
    """Units against the limits of their size around the district; the title says how many lie outside.

    ``cells``: one indicator and one period at all levels. Units without a published figure are not in it. With
    over-dispersed units, fewer than five, or an indicator without an interval there are points but no limits.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    rows = cells[(cells["level"] == plan.places.levels[1]) & cells["value"].notna()].reset_index(drop=True)
    whole = cells.loc[cells["place"] == plan.places.root, "value"]
    centre = float(whole.iloc[0]) if len(whole) else np.nan
    x, n = rows["numerator"].to_numpy(dtype=float), rows["denominator"].to_numpy(dtype=float)
    kind = kind_of(indicator)
    _, reason = fit(plan, rows, indicator, centre)
    of = centre / indicator.factor
    flags = np.full(len(rows), "none", dtype=object) if reason else np.asarray(funnel.flags(x, n, of, kind))
    outside = np.isin(flags, ["low998", "high998"])
    points = readings.points(rows, plan, indicator)
    reach = n.max() * 1.05 if len(n) else 1.0
    sizes = np.linspace(max(1.0, n.min() * 0.5 if len(n) else 1.0), reach, 120)
    curves = (
        {name: [None] * len(sizes) for name, _ in plots.CURVES}
        if reason
        else _curves(sizes, of, kind, indicator.factor)
    )
    facts = {"all": len(rows), "high": int((flags == "high998").sum()), "low": int((flags == "low998").sum())}
    why = text.say(f"judged.{reason}") if reason else ""
    key = "none" if reason else "outside" if outside.any() else "inside"
    said = text.say(f"explore.funnel.{key}", why=why, **facts)
    columns = {
        **points,
        **curves,
        "size": sizes.tolist(),
        "centre": [None if reason == "no_district" else centre] * len(sizes),
        "total": n.tolist(),
        "name": [name if out else "" for name, out in zip(points["name"], outside, strict=True)],
        "symbol": [_HIGH_LOW.get(str(flag), "circle") for flag in flags],
        "colour": [ORANGE if out else BLUE for out in outside],
        "suffix": charts.suffix(indicator.unit[text.language()]),
        "key": text.say("explore.key.size" if reason else "explore.key.funnel"),
        **titles.headline(said, indicator.name[text.language()], titles.when(cells, plan.places.root), note),
    }
    return charts.figure(FUNNEL, columns)


def control_chart(cells: pd.DataFrame, plan: Plan, place: str, by: str = "quarter", note: str = "") -> charts.go.Figure:
    """One place over time with control limits; the title answers whether the latest change is real.

    ``cells``: one indicator; ``by``: the level of the periods. Limits begin anew at a new version of the definition;
    periods not complete, or with cohorts not yet due, stand hollow and set no limits. Where there are none at all the
    key says why: a stock, too few events or points.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    mine = cells[cells["place"] == place]
    tokens = [token for _, token in readings.choices(mine, plan, by)][::-1]
    mine = mine.set_index("period", drop=False).loc[tokens]
    waiting = mine["reason"].isin(UNFINISHED).to_numpy()
    chart = course(mine, indicator, stock=carries_over(plan, indicator))
    marked = chart["rule"].to_numpy() != ""
    complete = mine["period"][mine["value"].notna() & ~waiting]
    said = text.say("explore.no_chart")
    if len(complete):
        said = str(answer(plan, cells, indicator.id, place, str(complete.iloc[-1]))).rstrip("。.")
    points = readings.points(mine, plan, indicator)
    at = list(range(len(tokens)))
    every = -(-len(at) // 8) or 1
    moving = [text.say("explore.key.moving")] * bool(waiting.any())
    columns = {
        **points,
        **{name: readings.numbers(chart[name]) for name in LINES},
        "at": at,
        "done": readings.numbers(mine["value"].mask(waiting)),
        "size": [12 if mark else 8 for mark in marked],
        "symbol": [
            "diamond" if mark else "circle-open" if wait else "circle"
            for mark, wait in zip(marked, waiting, strict=True)
        ],
        "colour": [ORANGE if mark else BLUE for mark in marked],
        "ticks": at[::every],
        "tick_words": [escape(text.period(token)) for token in tokens[::every]],
        "suffix": charts.suffix(indicator.unit[text.language()]),
        "key": "<br>".join(titles.lines(text.say("explore.space").join([_key(chart), *moving]))),
        **titles.headline(said, plan.places.name(place, text.language()), indicator.name[text.language()], note),
    }
    return charts.figure(CONTROL, columns)


def _key(chart: pd.DataFrame) -> str:
    """What the lines mean, or why there are none."""
    if chart["centre"].notna().any():
        return text.say("explore.key.control")
    why = [reason for reason in chart["reason"] if reason in ("stock", "too_few_events", "too_coarse")]
    return text.say("explore.key.no_limits", why=text.say(f"judged.{why[-1] if why else 'too_few_points'}"))


def _curves(sizes: np.ndarray, of: float, kind: str, factor: float) -> dict[str, list[float]]:
    made = {}
    for confidence, name in ((0.998, "998"), (0.95, "95")):
        limits = funnel.proportion_limits(sizes, of, confidence) if kind == "proportion" else funnel.rate_limits(
            sizes, of, 1, confidence)  # fmt: skip
        made[f"low{name}"], made[f"high{name}"] = ((np.asarray(limit) * factor).tolist() for limit in limits)
    return made
