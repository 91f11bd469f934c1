"""Tables of how unequal units are, of rates drawn towards the mean and of what steadies a rate, for notebooks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.judge import intervals, stability
from hfwork.plan.folder import Plan
from hfwork.plan.periods import parse
from hfwork.present import readings
from hfwork.release import spread
from hfwork.release.steadiness import together


def inequality(cells: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The inequality measures valid for units without an order: name, estimate, 95 % limits, and why one is missing.

    ``cells``: one indicator and one period, published or internal; units with a figure take part. Standard errors are
    those of proportions, so there are limits only where a figure is a share.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    rows = cells[cells["level"] == plan.places.levels[1]]
    made = spread.inequality(rows, indicator)
    columns = {
        "measure": [text.say(f"equity.{name}") for name in made["measure"]],
        "estimate": made["estimate"].round(2),
        "lower": made["lower95"].round(2),
        "upper": made["upper95"].round(2),
        "reason": [text.say(f"judged.{reason}") if reason else "" for reason in made["reason"]],
    }
    return pd.DataFrame({text.say(f"equity.col.{name}"): column for name, column in columns.items()})


def smoothed(cells: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Each unit's own figure beside the empirical Bayes one, and how much of its own the latter keeps (%).

    ``cells``: as in ``inequality``. Units without counts are left out, those too unsteady to be read have no figure of
    their own; official order. Where smoothing means nothing (``spread.unsmoothable``) a column says why.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    rows = spread.counted(cells[cells["level"] == plan.places.levels[1]])
    columns = {
        "place": [plan.places.name(str(place), text.language()) for place in rows["place"]],
        "denominator": rows["denominator"].round().astype("Int64").array,
        "raw": readings.rounded(rows["value"], indicator.decimals).array,
    }
    if reason := spread.unsmoothable(plan, rows, indicator):
        columns["reason"] = [text.say("spatial.map.none", why=text.say(f"judged.{reason}"))] * len(rows)
    else:
        found = spread.smoothed(rows, indicator)
        columns["smooth"] = readings.rounded(pd.Series(found.smooth * indicator.factor), indicator.decimals)
        columns["weight"] = pd.Series(found.weight * 100).round().astype("Int64").array
    return pd.DataFrame({text.say(f"equity.col.{name}"): column for name, column in columns.items()})


def merged(cells: pd.DataFrame, plan: Plan, place: str) -> pd.DataFrame:
    """The parts of a place joined, in official order, into groups whose figures can be read: names, counts, interval.

    ``cells``: one indicator and one period with the level below ``place``. Empty where there are none, where even all
    together are unsteady, or the indicator has no interval. Groups follow the order of the list, never the values.
    """
    parts = cells[[plan.places.parent(str(code)) == place for code in cells["place"]]].reset_index(drop=True)
    if not len(parts):
        return pd.DataFrame()
    indicator = plan.indicators[str(parts["indicator"].iloc[0])]
    groups = together(parts, indicator)
    x, n = (np.array([group[side].sum() for group in groups], dtype=float) for side in ("numerator", "denominator"))
    limits = intervals.wilson(x, n) if indicator.interval == "wilson" else intervals.rate(x, n, 1.0)
    lower, upper = (np.round(np.asarray(limit) * indicator.factor, indicator.decimals) for limit in limits)
    comma, lang = text.say("list.comma"), text.language()
    columns = {
        "units": [comma.join(plan.places.name(str(code), lang) for code in group["place"]) for group in groups],
        "numerator": [text.number(count) for count in x],
        "denominator": [text.number(count) for count in n],
        "value": np.round(x * indicator.factor / n, indicator.decimals),
        "lower": lower,
        "upper": upper,
    }
    return pd.DataFrame({text.say(f"steady.col.{name}"): column for name, column in columns.items()})


def steadied(cells: pd.DataFrame, plan: Plan, period: str) -> pd.DataFrame:
    """Each unit's figure where it is steady; where not, why it is withheld and what to add up for a steady one.

    ``cells``: one indicator that has an interval, all its periods; ``period``: the one read. The counts stay. What
    steadies: so many periods of the same length ending with this one, for flows (a stock is never summed); else the
    whole district.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    kind, phases = stability.kind_of(indicator.interval), plan.campaign.phase_dates
    level = parse(period, phases).level
    units = cells[cells["level"] == plan.places.levels[1]]
    tokens = [t for _, t in readings.choices(units, plan, level)][::-1]
    tokens = tokens[: tokens.index(period) + 1]
    x, n = (
        units.pivot(index="place", columns="period", values=side).reindex(units["place"].unique())[tokens]
        for side in ("numerator", "denominator")
    )
    code = np.asarray(stability.unstable(x[period].to_numpy(), n[period].to_numpy(), kind))
    value = x[period].to_numpy() * indicator.factor / n[period].where(n[period] > 0).to_numpy()
    flow = not any(plan.measures[name].is_stock for name in indicator.measure_ids())
    needed = stability.periods_needed(x.to_numpy(), n.to_numpy(), kind)[:, -1] if flow else np.zeros(len(x), dtype=int)
    merge = [
        "" if why in ("", "missing") else text.say(f"steady.{'periods' if count else 'district'}", count=int(count))
        for why, count in zip(code, needed, strict=True)
    ]
    state = units[units["period"] == period].set_index("place")["state"].reindex(x.index)
    code = np.where((code == "missing") & (state == "suppressed"), "not_published", code)
    columns = {
        "place": [plan.places.name(str(place), text.language()) for place in x.index],
        "numerator": [text.number(count) for count in x[period]],
        "denominator": [text.number(count) for count in n[period]],
        "value": np.where(code == "", value, np.nan).round(indicator.decimals),
        "reason": [text.say(f"judged.{why}") if why else "" for why in code],
        "merge": merge,
    }
    return pd.DataFrame({text.say(f"steady.col.{name}"): column for name, column in columns.items()})
