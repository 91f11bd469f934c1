"""Tables of how unequal units are, and of rates drawn towards the mean, for notebooks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.judge import equity, smoothing
from hfwork.plan.folder import Plan
from hfwork.present import readings


def inequality(cells: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The inequality measures valid for units without an order: name, estimate, 95 % limits, and why one is missing.

    ``cells``: one indicator and one period, published or internal; units with a figure take part. Standard errors are
    those of proportions, so there are limits only where a figure is a share.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    rows = cells[(cells["level"] == plan.places.levels[1]) & cells["value"].notna()]
    value, total = (rows[name].to_numpy(dtype=float) for name in ("value", "denominator"))
    share = value / indicator.factor
    proper = indicator.interval == "wilson" and bool((share <= 1).all())
    se = indicator.factor * np.sqrt(share * (1 - share) / total) if proper else None
    found = equity.groups(value, total, se, favourable=indicator.direction != "down", scale=indicator.factor)
    made = equity.measures(found)
    columns = {
        "measure": [text.say(f"equity.{name}") for name in made["measure"]],
        "estimate": made["estimate"].round(2),
        "lower": made["lower95"].round(2),
        "upper": made["upper95"].round(2),
        "reason": [text.say(f"equity.why.{reason}") if reason else "" for reason in made["reason"]],
    }
    return pd.DataFrame({text.say(f"equity.col.{name}"): column for name, column in columns.items()})


def smoothed(cells: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Each unit's own figure beside the empirical Bayes one, and how much of its own the latter keeps (%).

    ``cells``: as in ``inequality``. Units without a figure are left out; official order.
    """
    indicator = plan.indicators[str(cells["indicator"].iloc[0])]
    rows = cells[(cells["level"] == plan.places.levels[1]) & cells["value"].notna()]
    kind = "proportion" if indicator.interval == "wilson" else "rate"
    found = smoothing.empirical_bayes(rows["numerator"], rows["denominator"], kind=kind)
    columns = {
        "place": [cell["name"] for cell in _named(rows, plan)],
        "denominator": rows["denominator"].to_numpy(),
        "raw": (found.raw * indicator.factor).round(indicator.decimals),
        "smooth": (found.smooth * indicator.factor).round(indicator.decimals),
        "weight": (found.weight * 100).round(0),
    }
    return pd.DataFrame({text.say(f"equity.col.{name}"): column for name, column in columns.items()})


def _named(rows: pd.DataFrame, plan: Plan) -> list[dict[str, str]]:
    return [{"name": plan.places.name(str(cell["place"]), text.language())} for cell in readings.records(rows)]
