"""Judgements that are columns before they are colours: against a target, a reference, others of like size.

Sources: Altman & Bland, BMJ 326 (2003) 219 (a difference from two estimates); Benjamini & Hochberg, J. R. Stat. Soc. B
57 (1995) 289; Benjamini & Yekutieli, Ann. Stat. 29 (2001) 1165; Holm, Scand. J. Stat. 6 (1979) 65.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take, take_floats

DIRECTIONS = {"up": 1.0, "down": -1.0, "none": 0.0}
# 29 / 100 · 100 is 28.999999999999996: a value this close (relative) to a threshold has reached it.
SLACK = 1e-9


def status(value: Column, target: Column, direction: Column, near: float = 0.9) -> Column:
    """Has a value reached its target? One code per cell: ``met``, ``near``, ``behind`` or ``none``.

    Parameters: ``value`` and ``target`` in one unit, not negative, one shape or single numbers; ``direction``
    ``up`` (more is better), ``down`` (less is better) or ``none``, one for all or one per cell; ``near`` in
    (0, 1], the share of the way at which a value counts as near.
    Returns: up: met if value ≥ target, near if value ≥ near·target; down: met if value ≤ target, near if
    value ≤ target/near; otherwise behind; none where value or target is missing or direction is none.
    Errors: ``judge_direction``, ``judge_near``, and those of ``columns.take``.
    """
    if not 0 < near <= 1:
        raise HfworkError("judge_near", given=near)
    (values, targets, signs), give = take(value=value, target=target, direction=_signs(direction))
    judged = ~np.isnan(values) & ~np.isnan(targets) & (signs != 0)
    up = signs > 0
    slack = SLACK * np.abs(targets)
    met = np.where(up, values >= targets - slack, values <= targets + slack)
    close = np.where(up, values >= near * targets - slack, values <= targets / near + slack)
    return give(pick([~judged, met, close], ["none", "met", "near"], "behind"))


def against(lower: Column, upper: Column, reference: Column, direction: Column) -> Column:
    """Does an interval leave a reference value on one side? One code per cell.

    Parameters: ``lower`` and ``upper`` limits and ``reference`` in one unit, one shape or single numbers;
    ``direction`` as in ``status``.
    Returns: ``better`` or ``worse`` when the whole interval lies strictly on the good or bad side of the
    reference, ``higher`` or ``lower`` when direction is none, ``similar`` when the interval holds the
    reference, ``none`` when anything is missing. The reference is taken as known without error.
    Errors: ``judge_direction``, and those of ``columns.take``.
    """
    (lows, highs, references, signs), give = take(
        lower=lower, upper=upper, reference=reference, direction=_signs(direction)
    )
    missing = np.isnan(lows) | np.isnan(highs) | np.isnan(references)
    above, below = lows > references, highs < references
    tests = [missing, ~(above | below), above & (signs == 0), signs == 0, above == (signs > 0)]
    return give(pick(tests, ["none", "similar", "higher", "lower", "better"], "worse"))


def difference(lower: Column, upper: Column, direction: Column) -> Column:
    """What the interval of a difference (here less there, now less then) says; codes as ``against``, reference 0.

    Two overlapping intervals may still differ; judging the difference itself loses no power.
    """
    return against(lower, upper, 0.0, direction)


def ratio(lower: Column, upper: Column, direction: Column) -> Column:
    """What the interval of a ratio says; codes as ``against`` with the reference 1."""
    return against(lower, upper, 1.0, direction)


def peers(size: Column, count: int = 5) -> list[NDArray[np.int64]]:
    """For each unit the ``count`` others nearest in size (by ratio), as positions; none for a unit without a size.

    Parameters: ``size`` > 0 (persons), shape (units,). Ties go to official order. Towns have towns of like size as
    peers, not the best ones: size decides how far chance alone can move a figure.
    """
    (sizes,), _ = take(size=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(sizes > 0, np.log(sizes.astype(float)), np.nan)
    found = []
    for row, own in enumerate(logs):
        others = np.flatnonzero(~np.isnan(logs) & (np.arange(len(logs)) != row))
        near = others[np.argsort(np.abs(logs[others] - own), kind="stable")] if not np.isnan(own) else others[:0]
        found.append(np.sort(near[:count]))
    return found


def rest(count: Column, total: Column, whole_count: Column, whole_total: Column) -> tuple[Column, Column]:
    """What remains of a whole without the unit: ``(count, total)``; the fair counterpart of a part.

    NaN where anything is missing or the unit is not contained (more in the part than in the whole).
    """
    columns = take_floats(count=count, total=total, whole_count=whole_count, whole_total=whole_total)
    (x, n, xs, ns), give = columns
    inside = (x <= xs) & (n <= ns)
    return give(np.where(inside, xs - x, np.nan)), give(np.where(inside, ns - n, np.nan))


def quintiles(value: Column, direction: Column = "none") -> Column:
    """Fifths of the units by value, 1 … 5, where no interval can judge; 0 where missing or fewer than ten units.

    Parameters: ``value`` of shape (units,); ``direction`` as in ``status``: 5 is the best fifth, or simply the highest
    when none. Equal values share the lower fifth. Fifths order figures, they test nothing: about a fifth is always
    last. Errors: ``judge_direction`` and those of ``columns.take``.
    """
    (values, signs), give = take(value=value, direction=_signs(direction))
    known = ~np.isnan(values)
    fifths = np.zeros(len(values), dtype=np.int64)
    if known.sum() >= 10:
        scored = np.where(signs < 0, -values, values)[known]
        below = np.searchsorted(np.sort(scored), scored, side="left")
        fifths[known] = 1 + below * 5 // known.sum()
    return give(fifths)


def adjust(p: Column, method: str = "bh") -> Column:
    """p-values of many tests at once, made comparable with one level.

    Parameters: ``p`` in [0, 1], any shape, NaN allowed (left out, stays NaN); ``method`` ``bh`` (false discovery rate,
    Benjamini–Hochberg), ``by`` (the same under any dependence), ``holm`` or ``bonferroni`` (family-wise error).
    Returns: adjusted p, never below p. Through ``scipy.stats.false_discovery_control``; Holm and Bonferroni written
    out. Errors: ``judge_adjustment``, ``judge_probability``.
    """
    (values,), give = take(p=p)
    adjusted = np.full(values.shape, np.nan)
    known = ~np.isnan(values)
    own = values[known].astype(float)
    if ((own < 0) | (own > 1)).any():
        raise HfworkError("judge_probability", given=own[(own < 0) | (own > 1)][0])
    tests = len(own)
    if method in ("bh", "by"):
        adjusted[known] = false_discovery_control(own, method=method) if tests else own
    elif method == "bonferroni":
        adjusted[known] = np.minimum(own * tests, 1)
    elif method == "holm":
        order = np.argsort(own, kind="stable")
        steps = np.maximum.accumulate(np.minimum(own[order] * (tests - np.arange(tests)), 1))
        adjusted[np.flatnonzero(known)[order]] = steps
    else:
        raise HfworkError("judge_adjustment", given=method, allowed=("bh", "by", "holm", "bonferroni"))
    return give(adjusted)


def _signs(direction: Column) -> Column:
    """Directions as numbers: up 1, down −1, none 0, in the kind given."""
    given = direction if isinstance(direction, pd.Series) else pd.Series(np.ravel(direction), dtype=object)
    unknown = given[~given.isin(list(DIRECTIONS))]
    if len(unknown):
        raise HfworkError("judge_direction", given=unknown.iloc[0], allowed=DIRECTIONS)
    signs = given.astype(object).map(DIRECTIONS).astype(np.float64)
    if isinstance(direction, pd.Series):
        return signs
    return signs.to_numpy().reshape(np.shape(direction))


def pick(tests: list[Any], codes: list[str], otherwise: str) -> Any:
    """The code of the first test that holds, per cell; codes are shared objects, not copies."""
    names = np.array([*codes, otherwise], dtype=object)
    return names[np.select(tests, list(range(len(codes))), len(codes))]
