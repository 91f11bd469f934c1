"""Values too unsteady to be read, and how much would have to be merged for a steady one.

Sources: Parker et al., National Center for Health Statistics, Vital Health Stat. 2 (175) (2017) for proportions;
ten events as the least for a rate: Public Health England, Fingertips technical guidance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take, take_floats
from hfwork.judge.intervals import EXACT_BELOW, check_counts, wilson

LEAST_TOTAL = 30  # persons below a proportion
WIDEST = 0.30  # of an interval, upper − lower
NARROW = 0.05  # an interval this narrow is steady whatever it is relative to
WIDEST_RELATIVE = 1.30  # interval width over the proportion
KINDS = ("proportion", "rate")


def unstable(count: Column, total: Column, kind: str = "proportion") -> Column:
    """Why a value should be withheld, as a code per cell; empty where it is steady.

    Parameters: ``count`` of ``total``, one shape; ``kind`` ``proportion`` or ``rate`` (events over exposure).
    Returns: ``missing``, ``no_denominator``, ``part_exceeds_whole`` (proportions), ``too_few`` (fewer than 30 persons
    below a proportion, fewer than ten events of a rate), ``too_wide`` (95 % Wilson interval at least 30 points wide, or
    wider than 5 points and more than 1.3 times p), else empty.
    A count of 0 is steady when its interval is at most 5 points wide. 58 of 60 is steady although its complement, 2 of
    60, is not: the source shows the first and withholds the second. The cited standard uses
    Clopper–Pearson adjusted for survey design; on full counts Wilson serves.
    Errors: ``judge_kind``, ``judge_count`` and those of ``columns.take``.
    """
    if kind not in KINDS:
        raise HfworkError("judge_kind", given=kind, allowed=KINDS)
    (x, n), give = take_floats(count=count, total=total)
    check_counts("count", x)
    check_counts("total", n)
    missing, empty = np.isnan(x) | np.isnan(n), n == 0
    if kind == "rate":
        tests = [(missing, "missing"), (empty, "no_denominator"), (x < EXACT_BELOW, "too_few")]
    else:
        lower, upper = (np.asarray(limit, float) for limit in wilson(x, n))
        with np.errstate(divide="ignore", invalid="ignore"):
            width, share = upper - lower, x / n
            wide = (width >= WIDEST) | ((width > NARROW) & (width > WIDEST_RELATIVE * share))
        tests = [(missing, "missing"), (empty, "no_denominator"), (x > n, "part_exceeds_whole")]
        tests += [(n < LEAST_TOTAL, "too_few"), (wide, "too_wide")]
    codes = np.array(["", *(code for _, code in tests)], dtype=object)
    picked = np.select([test for test, _ in tests], list(range(1, len(codes))), 0)
    return give(codes[picked])


def withheld(value: Column, count: Column, total: Column, kind: str = "proportion") -> tuple[Column, Column]:
    """A value where it is steady, NaN where not, and the reason: ``(value, reason)``. Parameters as ``unstable``."""
    (values, x, n), give = take(value=value, count=count, total=total)
    codes = unstable(x, n, kind)
    return give(np.where(codes == "", values, np.nan)), give(codes)


def periods_needed(count: ArrayLike, total: ArrayLike, kind: str = "proportion") -> NDArray[np.int64]:
    """How many periods ending with each one must be added up for a steady value; 0 where all of them do not suffice.

    Parameters: ``count`` and ``total`` of shape (…, periods), oldest first, of periods that do not overlap: counts of
    a flow (a stock is never summed). Returns: whole numbers of the same shape; 1 where the period is steady by itself.
    A missing period ends the run: nothing is added across a gap.
    """
    x, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    needed = np.zeros(x.shape, dtype=np.int64)
    last = x.shape[-1]
    for length in range(1, last + 1):
        start = length - 1
        window = [np.lib.stride_tricks.sliding_window_view(part, length, axis=-1).sum(axis=-1) for part in (x, n)]
        steady = np.asarray(unstable(window[0], window[1], kind)) == ""
        here = needed[..., start:]
        here[(here == 0) & steady] = length
    return needed


def units_merged(count: ArrayLike, total: ArrayLike, kind: str = "proportion") -> NDArray[np.int64]:
    """Neighbouring units joined into groups that have steady values: the number of the group of each unit.

    Parameters: ``count`` and ``total`` of units in official order (villages of one town), shape (units,). Returns:
    group numbers from 0, rising; −1 for units with a missing count; what remains too small at the end joins the last
    group. All −1 where even the whole is unsteady. Groups follow the official order, never the values, so that the
    grouping cannot be bent towards a result.
    """
    x, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    groups = np.full(x.shape, -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(x) & ~np.isnan(n))
    number, start = 0, 0
    for end in range(1, len(known) + 1):
        part = known[start:end]
        if unstable(x[part].sum(), n[part].sum(), kind) == "":
            groups[part] = number
            number, start = number + 1, end
    if number and start < len(known):
        groups[known[start:]] = number - 1
    return groups


def kind_of(method: str) -> str:
    """The kind of value an interval method speaks of: ``wilson`` → proportion, ``byar`` → rate, else empty."""
    kinds: dict[str, Any] = {"wilson": "proportion", "byar": "rate"}
    return str(kinds.get(method, ""))
