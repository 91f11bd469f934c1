"""The control limits around published figures, found when a release is made, so that a page only draws them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.judge import control, runs
from hfwork.judge.verdict import STEPS, UNFINISHED
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import Period
from hfwork.release.verdicts import carries_over, kind_of

LINES = ("centre", "lower", "upper")
COLUMNS = ["indicator", "place", "period", "chart", *LINES, "rule", "side", "reason"]


def course(series: pd.DataFrame, indicator: Indicator, *, stock: bool = False) -> pd.DataFrame:
    """Control limits of one place's figures: one row per row of ``series``, ``COLUMNS`` from ``chart`` on.

    Parameters: ``series`` of ``release.cells.COLUMNS``, one indicator, place and length of period, in time order.
    ``stock``: the figures count the same people again and again (``verdicts.carries_over``).
    Returns: ``chart`` ``p_prime_chart``, ``u_prime_chart``, ``c_prime_chart`` or ``xmr_chart``; ``centre lower upper``
    in the unit of the figure; ``rule`` and ``side`` of a point that chance does not explain (``judge.runs.flags``);
    ``reason`` of ``judge.control``, or ``stock``, which has no chart and no limits. A new version of the definition
    begins a new phase; figures not complete, or with cohorts not yet due, set no limits and are not marked.
    """
    if stock:
        none = dict.fromkeys(LINES, np.nan) | {"rule": "", "side": 0, "reason": "stock"}
        return pd.DataFrame({"chart": "", **none}, index=pd.RangeIndex(len(series)))
    waiting = series["reason"].isin(UNFINISHED).to_numpy()
    counts = (series[name].mask(waiting).to_numpy(dtype=float) for name in ("numerator", "denominator"))
    value = series["value"].mask(waiting)
    x, n = (np.where(value.notna(), column, np.nan) for column in counts)
    made, chart = control.fitting(value.to_numpy(dtype=float), x, n, kind_of(indicator), phases=series["version"])
    marks = runs.flags(made)
    factor = indicator.factor if chart in ("p_prime_chart", "u_prime_chart") else 1.0
    lines = {name: made[name] * factor for name in LINES}
    columns = {"chart": chart, **lines, "rule": marks["rule"], "side": marks["side"], "reason": made["reason"]}
    return pd.DataFrame(columns, index=made.index)


def courses(plan: Plan, cells: pd.DataFrame, periods: list[Period]) -> pd.DataFrame:
    """The limits of every place of the two coarsest levels, at the finest length of period it is known by: ``COLUMNS``.

    ``cells``: published ones at one set of boundaries. Only rows with limits are kept.
    """
    steps = {p.token: STEPS.index(p.level) for p in periods if p.level in STEPS}
    flows = {i.id for i in plan.indicators.values() if not carries_over(plan, i)}
    own = cells[cells["level"].isin(plan.places.levels[:2]) & cells["period"].isin(steps)]
    own = own[own["indicator"].isin(flows)]
    own = own.assign(step=own["period"].map(steps).astype("int64"))
    finest = own.groupby("indicator", sort=False)["step"].transform("min")
    own = own[own["step"] == finest].sort_values("start", kind="stable")
    parts = []
    for (name, _), part in own.groupby(["indicator", "place"], sort=False):
        found = course(part, plan.indicators[str(name)]).set_axis(part.index)
        parts.append(pd.concat([part[["indicator", "place", "period"]], found], axis=1)[found["centre"].notna()])
    made = pd.concat(parts).sort_index() if parts else pd.DataFrame(columns=COLUMNS)
    return made[COLUMNS].reset_index(drop=True)
