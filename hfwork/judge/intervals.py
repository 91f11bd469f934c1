"""Confidence intervals of proportions, counts and rates.

Every function takes numbers, numpy arrays or pandas Series of one length and returns ``(lower, upper)`` in
the same kind. Missing in means NaN out; a zero denominator gives NaN, never an exception; ``reason`` names
the cause.

Sources: Wilson, J. Am. Stat. Assoc. 22 (1927) 209; Newcombe & Altman, in Statistics with Confidence, 2nd ed.
(2000) ch. 6; Garwood, Biometrika 28 (1936) 437; Breslow & Day, Statistical Methods in Cancer Research II
(1987) p. 69.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainccinv, gammaincinv, ndtri

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take

BLOCK = 1 << 15  # cells at a time: the working arrays stay in the processor's cache, memory stays flat
EXACT_BELOW = 10  # events; Fingertips (Public Health England) changes from exact to Byar's limits here
REASONS = np.array(["", "no_denominator", "part_exceeds_whole", "missing"], dtype=object)

Floats = NDArray[np.float64]


def wilson(count: Column, total: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Wilson score interval of a proportion (Wilson 1927; Newcombe & Altman 2000).

    Parameters: ``count`` and ``total`` in the same unit (persons of persons), one shape; ``confidence``
    between 0 and 1, two-sided. Returns: ``(lower, upper)`` as fractions, 0 ≤ lower ≤ count/total ≤ upper ≤ 1.
    NaN where either is missing, where total is 0, and where count > total: a ratio above 1 is no proportion
    and needs a ratio interval (see ``rate``).
    Formula: (2x + z² ± z·√(z² + 4x(1 − x/n))) / 2(n + z²).
    Errors: ``judge_count`` (negative or infinite), ``judge_confidence``, and those of ``columns.take``.
    """
    z = quantile_of(confidence)
    (counts, totals), give = take(count=count, total=total)
    lower, upper = np.empty((2, counts.size))
    for start in range(0, counts.size, BLOCK):
        part = slice(start, start + BLOCK)
        x, n = _block("count", counts[part]), _block("total", totals[part])
        _wilson_block(x, n, z, lower[part], upper[part])
    return give(lower), give(upper)


def _wilson_block(x: Floats, n: Floats, z: float, lower: Floats, upper: Floats) -> None:
    """Fill ``lower`` and ``upper``; overwrites ``x`` and ``n``.

    With t = 2x + z² + z·√(…) the limits are 2x·(x/n)/t and t/2(n + z²): the product of the two roots is
    x²/n(n + z²), so nothing is ever subtracted and small proportions keep all their digits.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        n[x > n] = np.nan
        value = x / n
        root = x * value
        np.subtract(x, root, out=root)
        root *= 4
        root += z * z
        np.sqrt(root, out=root)
        root *= z
        root += z * z
        x *= 2
        root += x
        np.divide(x, root, out=lower)
        np.multiply(lower, value, out=lower)
        n += z * z
        n *= 2
        np.divide(root, n, out=upper)
        # Rounding may leave the last digit of a full count on either side of 1.
        np.maximum(upper, value, out=upper)
        np.minimum(upper, 1.0, out=upper)


def poisson_exact(count: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Exact interval of the expected number of events behind a Poisson count (Garwood 1936).

    Parameters: ``count`` of events ≥ 0; ``confidence`` between 0 and 1, two-sided. Returns: ``(lower,
    upper)`` in events; lower is 0 when count is 0; NaN where missing. Covers at least ``confidence``.
    Formula: lower = χ²(α/2; 2x)/2, upper = χ²(1 − α/2; 2x + 2)/2, through the inverse incomplete gamma.
    Errors: ``judge_count``, ``judge_confidence``, and those of ``columns.take``.
    """
    tail = tail_of(confidence)
    (counts,), give = take(count=count)
    return _give_pair(give, _exact(_block("count", counts), tail))


def byar(count: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Byar's approximation to the exact Poisson interval (Breslow & Day 1987).

    Parameters and errors as ``poisson_exact``. Returns: ``(lower, upper)`` in events, lower never below 0
    (the formula dips under it at very small counts). Within 0.2 % of exact from 10 events at 95 %.
    Formula: lower = x(1 − 1/9x − z/3√x)³; upper = y(1 − 1/9y + z/3√y)³ with y = x + 1.
    """
    z = quantile_of(confidence)
    (counts,), give = take(count=count)
    return _give_pair(give, _byar(_block("count", counts), z))


def count_interval(count: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Interval of a number of events: exact below 10 events, Byar's from 10, as Fingertips publishes.

    Parameters, results and errors as ``poisson_exact``.
    """
    tail_of(confidence)
    (counts,), give = take(count=count)
    return _give_pair(give, _count_limits(_block("count", counts), confidence))


def rate(count: Column, exposure: Column, factor: float, confidence: float = 0.95) -> tuple[Column, Column]:
    """Interval of a rate or ratio ``count / exposure · factor`` whose count is Poisson.

    Parameters: ``count`` of events; ``exposure`` in persons, person-years or whatever the rate is per, taken
    as known without error; ``factor`` e.g. 1000 or 100000; ``confidence`` as elsewhere. Returns: ``(lower,
    upper)`` in the unit of the rate; may exceed ``factor``. NaN where either is missing or exposure is 0.
    Formula: ``count_interval`` / exposure · factor.
    Errors: ``judge_count``, ``judge_confidence``, ``judge_factor``, and those of ``columns.take``.
    """
    tail_of(confidence)
    if not 0 < factor < np.inf:
        raise HfworkError("judge_factor", given=factor)
    (counts, exposures), give = take(count=count, exposure=exposure)
    per = _block("exposure", exposures)
    per[per == 0] = np.nan
    lower, upper = _count_limits(_block("count", counts), confidence)
    return give(lower / per * factor), give(upper / per * factor)


def reason(count: Column, total: Column) -> Column:
    """Why a cell has no Wilson interval, as a code per cell.

    Parameters: as ``wilson``. Returns: ``missing`` (either is missing), else ``no_denominator`` (total is 0),
    else ``part_exceeds_whole`` (count > total), else an empty string. Errors: as ``wilson``.
    """
    (counts, totals), give = take(count=count, total=total)
    codes = np.empty(counts.size, dtype=object)
    for start in range(0, counts.size, BLOCK):
        part = slice(start, start + BLOCK)
        x, n = _block("count", counts[part]), _block("total", totals[part])
        codes[part] = REASONS[np.select([np.isnan(x) | np.isnan(n), n == 0, x > n], [3, 1, 2], 0)]
    return give(codes)


def _give_pair(give: Any, limits: tuple[Floats, Floats]) -> tuple[Column, Column]:
    return give(limits[0]), give(limits[1])


def _count_limits(x: Floats, confidence: float) -> tuple[Floats, Floats]:
    lower, upper = _byar(x, quantile_of(confidence))
    few = x < EXACT_BELOW
    lower[few], upper[few] = _exact(x[few], tail_of(confidence))
    return lower, upper


def _exact(x: Floats, tail: float) -> tuple[Floats, Floats]:
    lower = np.where(x == 0, 0.0, gammaincinv(x, tail))
    return lower, gammainccinv(x + 1, tail)


def _byar(x: Floats, z: float) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        base = 1 - 1 / (9 * x) - z / (3 * np.sqrt(x))
        lower = np.where(x == 0, 0.0, x * np.maximum(base, 0) ** 3)
    y = x + 1
    return lower, y * (1 - 1 / (9 * y) + z / (3 * np.sqrt(y))) ** 3


def _block(name: str, column: NDArray[Any]) -> Floats:
    """A float copy of some cells, refused when one of them cannot be a count."""
    cells = column.astype(np.float64)
    check_counts(name, cells)
    return cells


def check_counts(name: str, cells: Floats) -> None:
    """Refuse a column one of whose cells cannot be a count: negative or infinite. Errors: ``judge_count``."""
    for extreme in (np.fmin.reduce(cells, initial=0.0), np.fmax.reduce(cells, initial=0.0)):
        if not 0 <= extreme < np.inf:
            raise HfworkError("judge_count", where=name, given=extreme)


def tail_of(confidence: float) -> float:
    """The probability left out on each side."""
    if not 0 < confidence < 1:
        raise HfworkError("judge_confidence", given=confidence)
    return (1 - confidence) / 2


def quantile_of(confidence: float) -> float:
    """The standard normal quantile: 1.959964 for 0.95."""
    return -float(ndtri(tail_of(confidence)))
