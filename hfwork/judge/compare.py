"""Judgements that are columns before they are colours: against a target, against a reference value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take

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
    return give(_pick([~judged, met, close], ["none", "met", "near"], "behind"))


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
    return give(_pick(tests, ["none", "similar", "higher", "lower", "better"], "worse"))


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


def _pick(tests: list[Any], codes: list[str], otherwise: str) -> Any:
    """The code of the first test that holds, per cell; codes are shared objects, not copies."""
    names = np.array([*codes, otherwise], dtype=object)
    return names[np.select(tests, list(range(len(codes))), len(codes))]
