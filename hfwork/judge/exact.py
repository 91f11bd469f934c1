"""Exact tests and limits of binomial and Poisson counts, for numbers too small for any approximation.

Sources: Clopper & Pearson, Biometrika 26 (1934) 404; Garwood, Biometrika 28 (1936) 437; Fisher, Statistical
Methods for Research Workers (1934) § 21.02; for two Poisson counts Przyborowski & Wilenski, Biometrika 31 (1940) 313.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import binom, binomtest, fisher_exact, poisson

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take
from hfwork.judge.intervals import tail_of

ALTERNATIVES = ("two-sided", "less", "greater")
_TIE = 1 + 1e-7  # outcomes this close in probability to the observed one count as equally unlikely, as in R


def clopper_pearson(count: Column, total: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Exact interval of a proportion: covers at least ``confidence``, so it is wider than Wilson's.

    Parameters: ``count`` of ``total``, one shape; ``confidence`` two-sided. Returns: ``(lower, upper)`` as fractions;
    NaN where either is missing, total is 0 or count > total.
    Formula: lower = B(α/2; x, n − x + 1), upper = B(1 − α/2; x + 1, n − x), B the beta quantile (Clopper & Pearson
    1934). Errors: ``judge_confidence`` and those of ``columns.take``.
    """
    tail = tail_of(confidence)
    (x, n), give = take(count=count, total=total)
    x, n = x.astype(float), np.where((n == 0) | (x > n) | (x < 0), np.nan, n.astype(float))
    with np.errstate(invalid="ignore"):
        lower = np.where(x == 0, 0 * n, betaincinv(np.maximum(x, 1e-300), n - x + 1, tail))
        upper = np.where(x == n, 1 + 0 * n, betaincinv(x + 1, np.maximum(n - x, 1e-300), 1 - tail))
    return give(lower), give(upper)


def binomial_test(count: Column, total: Column, share: Column, alternative: str = "two-sided") -> Column:
    """Probability of a count at least as unlikely as the one seen, if the true proportion were ``share``.

    Parameters: ``count`` of ``total`` (whole numbers) and ``share`` in [0, 1], one shape or single numbers;
    ``alternative`` ``two-sided`` (all outcomes no likelier than the one seen), ``less`` or ``greater``.
    Returns: p in [0, 1]; NaN where anything is missing, total is 0 or count > total. Through ``scipy.stats.binomtest``.
    Errors: ``judge_alternative`` and those of ``columns.take``.
    """
    _check(alternative)

    def p(x: float, n: float, p0: float) -> float:
        if n == 0 or x > n or x < 0 or not 0 <= p0 <= 1:
            return np.nan
        if alternative == "less":  # binomtest rounds the sum of many outcomes; the distribution does not
            return float(binom.cdf(x, n, p0))
        if alternative == "greater":
            return float(binom.sf(x - 1, n, p0))
        return float(binomtest(round(x), round(n), p0).pvalue)

    return _each(p, count=count, total=total, share=share)


def poisson_test(count: Column, expected: Column, alternative: str = "two-sided") -> Column:
    """Probability of a number of events at least as unlikely as the one seen, if ``expected`` were true.

    Parameters: ``count`` of events and ``expected`` ≥ 0, one shape or single numbers; ``alternative`` as in
    ``binomial_test``. Returns: p; NaN where either is missing. Two-sided: the sum over all outcomes no likelier than
    the one seen (as R's ``poisson.test``), not twice the smaller tail.
    Errors: ``judge_alternative`` and those of ``columns.take``.
    """
    _check(alternative)

    def p(x: float, mean: float) -> float:
        if x < 0 or mean < 0 or not np.isfinite([x, mean]).all():
            return np.nan
        if alternative == "less":
            return float(poisson.cdf(x, mean))
        if alternative == "greater":
            return float(poisson.sf(x - 1, mean))
        if mean == 0:
            return float(x == 0)
        limit = poisson.pmf(x, mean) * _TIE
        if x < mean:  # the far tail above: the first outcome at or beyond the mode as unlikely, and all beyond
            start = int(np.ceil(mean))
            far = start + _turn(lambda steps: poisson.pmf(start + steps, mean) <= limit)
            return float(min(1.0, poisson.cdf(x, mean) + poisson.sf(far - 1, mean)))
        start = int(np.floor(mean))
        far = start - _turn(lambda steps: (steps > start) | (poisson.pmf(start - steps, mean) <= limit))
        return float(min(1.0, poisson.sf(x - 1, mean) + (poisson.cdf(far, mean) if far >= 0 else 0.0)))

    return _each(p, count=count, expected=expected)


def fisher_test(count: Column, total: Column, other_count: Column, other_total: Column) -> Column:
    """Fisher's exact test that two proportions are equal; p two-sided, through ``scipy.stats.fisher_exact``.

    Parameters: ``count`` of ``total`` against ``other_count`` of ``other_total``, one shape or single numbers.
    Returns: p; NaN where anything is missing, a total is 0 or a part exceeds its whole. It keeps its level at any
    size and is cautious: its true error is below the nominal one. Errors: those of ``columns.take``.
    """

    def p(x: float, n: float, y: float, m: float) -> float:
        if not (0 <= x <= n and 0 <= y <= m) or n == 0 or m == 0:
            return np.nan
        return float(fisher_exact([[x, n - x], [y, m - y]])[1])

    return _each(p, count=count, total=total, other_count=other_count, other_total=other_total)


def poisson_pair_test(count: Column, exposure: Column, other_count: Column, other_exposure: Column) -> Column:
    """Exact test that two rates are equal: given their sum, one count is binomial (Przyborowski & Wilenski 1940).

    Parameters: events and exposures of both, one shape or single numbers. Returns: two-sided p; NaN where anything is
    missing or an exposure is 0; 1 where there were no events at all. Errors: those of ``columns.take``.
    """

    def p(x: float, t: float, y: float, u: float) -> float:
        if t <= 0 or u <= 0 or x < 0 or y < 0:
            return np.nan
        return float(binomtest(round(x), round(x + y), t / (t + u)).pvalue) if x + y else 1.0

    return _each(p, count=count, exposure=exposure, other_count=other_count, other_exposure=other_exposure)


def _each(test: Callable[..., float], **columns: Column) -> Column:
    """A test that a library offers for one case, over whole columns; equal cells are worked out once."""
    arrays, give = take(**columns)
    cells: NDArray[Any] = np.column_stack([array.astype(float) for array in arrays])
    p = np.full(len(cells), np.nan)
    known = ~np.isnan(cells).any(axis=1)
    if known.any():
        unlike, back = np.unique(cells[known], axis=0, return_inverse=True)
        p[known] = np.array([test(*cell) for cell in unlike])[back.reshape(-1)]
    return give(p)


def _turn(unlikely: Callable[[int], Any]) -> int:
    """The first number of steps, from 0 on, at which something is and stays true; found by halving."""
    low, high = -1, 1
    while not unlikely(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if unlikely(middle) else (middle, high)
    return high


def _check(alternative: str) -> None:
    if alternative not in ALTERNATIVES:
        raise HfworkError("judge_alternative", given=alternative, allowed=ALTERNATIVES)
