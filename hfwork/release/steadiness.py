"""Published figures too unsteady to be read: the counts stay, the value goes, and what would steady it is said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.judge import stability
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import Period
from hfwork.release.cells import NUMBERS

_STEPS = ("month", "quarter", "half", "year", "mc_year")  # periods that can be added up
_SERIES = ["indicator", "version", "level", "boundaries"]
_PEOPLE = ("person", "household", "couple")  # of whom a share is asked; six of a town's seven clinics is no sample
_SIDES = ["numerator", "denominator"]
_WHY = ("too_few", "too_wide")
COLUMNS = ["indicator", "place", "period", "boundaries", "reason", "periods", "together"]


def withhold(plan: Plan, cells: pd.DataFrame, periods: list[Period]) -> tuple[pd.DataFrame, pd.Series]:
    """The cells with every unsteady value blanked, and what steadies it: ``(cells, merge)``, row for row.

    ``cells``: published ones after disclosure control. Shares of people and their rates are asked
    (``stability.unstable``); counts, shares of organisations and what has no interval are not. An unsteady cell gets
    state ``unstable``, reason ``too_few`` or ``too_wide`` and status ``none``; numerator and denominator stay.
    ``merge``: how many periods of the same length, ending with this one, make a steady value when added up (flows
    only: a stock is never summed); 0 where none do, or nothing needs them.
    """
    x, n = cells["numerator"].to_numpy(dtype=float), cells["denominator"].to_numpy(dtype=float)
    kinds = {i.id: stability.kind_of(i.interval) if of_people(plan, i) else "" for i in plan.indicators.values()}
    kind = cells["indicator"].map(kinds).to_numpy(dtype=object)
    code = np.full(len(cells), "", dtype=object)
    for each in stability.KINDS:
        rows = (kind == each) & (cells["state"] == "value").to_numpy()
        code[rows] = stability.unstable(x[rows], n[rows], each)
    rows = np.isin(code, _WHY)
    made = cells.copy()
    made.loc[rows, [name for name in NUMBERS if name not in _SIDES]] = np.nan
    made.loc[rows, ["state", "status"]] = ["unstable", "none"]
    made.loc[rows, "reason"] = code[rows]
    return made, _merge(plan, cells, rows, kinds, periods)


def steadying(plan: Plan, cells: pd.DataFrame, merge: pd.Series) -> pd.DataFrame:
    """What was withheld, why, and what makes it steady: ``COLUMNS``.

    ``periods``: how many to add up. ``together``: villages of the same town, next in official order, to read together
    (codes parted by spaces). 0 and empty: read the next coarser level.
    """
    rows = cells["state"] == "unstable"
    made = cells[rows].assign(periods=merge[rows], together=_together(plan, cells, rows)[rows])
    return made[COLUMNS].reset_index(drop=True)


def together(units: pd.DataFrame, indicator: Indicator) -> list[pd.DataFrame]:
    """The cells of one place's parts (one indicator and period, official order) in groups that have steady values.

    None where even all of them together are unsteady, or the indicator has no interval. See ``judge.units_merged``.
    """
    kind = stability.kind_of(indicator.interval)
    if not kind:
        return []
    x, n = (units[side].to_numpy(dtype=float) for side in _SIDES)
    groups = stability.units_merged(x, n, kind)
    return [units[groups == number] for number in range(groups.max(initial=-1) + 1)]


def _together(plan: Plan, cells: pd.DataFrame, rows: pd.Series) -> pd.Series:
    made = pd.Series("", index=cells.index, dtype="str")
    below = cells["level"].isin(plan.places.levels[2:])
    asked = cells[below & cells["indicator"].isin(set(cells.loc[rows & below, "indicator"]))]
    parents = asked["place"].map({code: plan.places.parent(str(code)) for code in asked["place"].unique()})
    for (name, *_), part in asked.groupby([*_SERIES, "period", parents], sort=False):
        if rows[part.index].any():
            for group in together(part, plan.indicators[str(name)]):
                made[group.index] = " ".join(group["place"])
    return made


def of_people(plan: Plan, indicator: Indicator) -> bool:
    """Whether an indicator asks about persons, households or couples, of whom chance may speak, not organisations."""
    below = [name for version in indicator.versions for name in version.denominator]
    return bool(below) and all(plan.measures[name].unit in _PEOPLE for name in below)


def _merge(
    plan: Plan, cells: pd.DataFrame, rows: np.ndarray, kinds: dict[str, str], periods: list[Period]
) -> pd.Series:
    merge = pd.Series(0, index=cells.index, dtype="int64")
    flows = {i.id for i in plan.indicators.values() if not any(plan.measures[m].is_stock for m in i.measure_ids())}
    steps = {p.token: p.level for p in periods if p.level in _STEPS}
    asked = cells[cells["indicator"].isin(set(cells.loc[rows, "indicator"]) & flows) & cells["period"].isin(steps)]
    for (name, *_), part in asked.groupby([*_SERIES, asked["period"].map(steps)], sort=False):
        wanted = rows[part.index]
        if not wanted.any():
            continue
        own = set(part["period"])
        tokens = pd.Index([token for token in steps if token in own])
        x, n = (part.pivot(index="place", columns="period", values=side)[tokens] for side in _SIDES)
        needed = stability.periods_needed(x.to_numpy(dtype=float), n.to_numpy(dtype=float), kinds[str(name)])
        own_row, own_column = (
            index.get_indexer(pd.Index(part[name])) for index, name in ((x.index, "place"), (tokens, "period"))
        )
        merge[part.index[wanted]] = needed[own_row, own_column][wanted]
    return merge
