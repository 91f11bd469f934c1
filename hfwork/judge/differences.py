"""Differences and ratios of two proportions or two rates, and intervals of means.

Sources: Newcombe, Stat. Med. 17 (1998) 873 (hybrid score); Miettinen & Nurminen, Stat. Med. 4 (1985) 213; Koopman,
Biometrics 40 (1984) 513 (score ratio); Gu, Ng, Tang & Schucany, Biom. J. 50 (2008) 283 (Poisson). statsmodels holds
them; where a whole column can be done at once in closed form (Newcombe) that is written out and tested against it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize.elementwise import find_root
from scipy.special import betaincinv, stdtrit

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take_floats
from hfwork.judge.intervals import check_counts, count_interval, quantile_of, tail_of, wilson

Floats = NDArray[np.float64]


def proportion_difference(
    count: Column, total: Column, other_count: Column, other_total: Column, confidence: float = 0.95
) -> tuple[Column, Column, Column]:
    """Difference of two independent proportions with Newcombe's hybrid score interval: ``(value, lower, upper)``.

    Parameters: ``count`` of ``total`` less ``other_count`` of ``other_total``, one shape or single numbers. Returns:
    fractions in [−1, 1]; NaN where anything is missing, a total is 0 or a part exceeds its whole. The two groups must
    share nobody: for a town against its district use the rest of the district.
    Formula: d − √((p₁−l₁)² + (u₂−p₂)²) … d + √((u₁−p₁)² + (p₂−l₂)²) with Wilson limits l, u (Newcombe 1998).
    Errors: ``judge_count``, ``judge_confidence`` and those of ``columns.take``.
    """
    (x, n, y, m), give = take_floats(count=count, total=total, other_count=other_count, other_total=other_total)
    low, high = (np.asarray(limit, float) for limit in wilson(x, n, confidence))
    other_low, other_high = (np.asarray(limit, float) for limit in wilson(y, m, confidence))
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = x / n, y / m
        value = np.where(np.isnan(low) | np.isnan(other_low), np.nan, p - q)
        down = np.sqrt((p - low) ** 2 + (other_high - q) ** 2)
        up = np.sqrt((high - p) ** 2 + (q - other_low) ** 2)
    return give(value), give(np.maximum(value - down, -1)), give(np.minimum(value + up, 1))


def proportion_ratio(
    count: Column, total: Column, other_count: Column, other_total: Column, confidence: float = 0.95
) -> tuple[Column, Column, Column]:
    """Ratio of two independent proportions with Koopman's score interval: ``(value, lower, upper)``.

    Parameters and NaN as ``proportion_difference``; also NaN where the other proportion is 0 (the ratio has no upper
    end). Formula: the φ at which (p₁ − φp₂)²/(p̃₁q̃₁/n + φ²p̃₂q̃₂/m) = z², p̃ the likeliest proportions whose ratio is φ
    (Gart & Nam, Biometrics 44 (1988) 323). Found as roots by scipy; statsmodels' ``method="score"`` agrees while
    neither proportion is 100 %, where it goes wrong. Errors: as ``proportion_difference``.
    """
    z = quantile_of(confidence)
    (x, n, y, m), give = take_floats(count=count, total=total, other_count=other_count, other_total=other_total)
    for name, column in (("count", x), ("total", n), ("other_count", y), ("other_total", m)):
        check_counts(name, column)
    known = (x <= n) & (y <= m) & (y > 0) & (n > 0)
    made = np.full((3, x.size), np.nan)
    if known.any():
        made[:, known] = _koopman(x[known], n[known], y[known], m[known], z)
    return give(made[0]), give(made[1]), give(made[2])


def _koopman(x: Floats, n: Floats, y: Floats, m: Floats, z: float) -> tuple[Floats, Floats, Floats]:
    def away(log_ratio: Floats, x: Floats, n: Floats, y: Floats, m: Floats) -> Floats:
        ratio = np.exp(log_ratio)
        a, b, c = (n + m) * ratio, -(n * ratio + x + m + y * ratio), x + y
        second = np.clip(2 * c / (-b + np.sqrt(np.maximum(b * b - 4 * a * c, 0))), 0, 1)
        first = np.clip(ratio * second, 0, 1)
        spread = first * (1 - first) / n + ratio**2 * second * (1 - second) / m
        apart = (x / n - ratio * y / m) ** 2
        return np.divide(apart, spread, out=np.where(apart > 0, np.inf, 0.0), where=spread > 0) - z * z

    value = x * m / (n * y)
    middle = np.log(np.where(x > 0, value, 1.0))
    far = np.full(x.shape, 40.0)  # beyond e⁴⁰ times the estimate there is no limit of any count
    lower = find_root(away, (middle - far, middle), args=(x, n, y, m)).x
    upper = find_root(away, (np.where(x > 0, middle, -far), middle + far), args=(x, n, y, m)).x
    return value, np.where(x > 0, np.exp(lower), 0.0), np.exp(upper)


def rate_ratio(
    count: Column, exposure: Column, other_count: Column, other_exposure: Column, confidence: float = 0.95
) -> tuple[Column, Column, Column]:
    """Ratio of two independent Poisson rates with exact limits: ``(value, lower, upper)``.

    Parameters: events and exposures (persons, person-years) of both, one shape or single numbers. Returns: NaN where
    anything is missing or an exposure is 0; upper is infinite where the other count is 0, value then NaN.
    Also the interval for a part that may exceed its whole (services over persons listed).
    Formula: given x + y, x is binomial with share p = ρt/(ρt + u); Clopper–Pearson limits of p turned into ρ.
    Errors: ``judge_confidence`` and those of ``columns.take``.
    """
    tail = tail_of(confidence)
    columns = take_floats(count=count, exposure=exposure, other_count=other_count, other_exposure=other_exposure)
    (x, t, y, u), give = columns
    with np.errstate(divide="ignore", invalid="ignore"):
        known = (t > 0) & (u > 0) & (x >= 0) & (y >= 0) & (x + y > 0)
        a, b = np.where(known, x, np.nan), np.where(known, y, np.nan)
        low = np.where(a == 0, 0.0, betaincinv(np.maximum(a, 1e-300), b + 1, tail))
        high = np.where(b == 0, 1.0, betaincinv(a + 1, np.maximum(b, 1e-300), 1 - tail))
        scale = u / t
        value = np.where(b > 0, a / b * scale, np.nan)
        lower, upper = low / (1 - low) * scale, np.where(b == 0, np.inf, high / (1 - high) * scale)
        none = np.isnan(a)
    return give(value), give(np.where(none, np.nan, lower)), give(np.where(none, np.nan, upper))


def rate_difference(
    count: Column,
    exposure: Column,
    other_count: Column,
    other_exposure: Column,
    factor: float = 1,
    confidence: float = 0.95,
) -> tuple[Column, Column, Column]:
    """Difference of two independent Poisson rates per ``factor``: ``(value, lower, upper)``.

    Parameters and NaN as ``rate_ratio`` (counts of 0 are allowed). Formula: the limits of both rates joined as
    Newcombe joins those of proportions (MOVER; Zou & Donner, Stat. Med. 27 (2008) 1693), each from
    ``intervals.count_interval``. Errors: ``judge_count``, ``judge_factor``, ``judge_confidence``, ``columns.take``.
    """
    if not 0 < factor < np.inf:
        raise HfworkError("judge_factor", given=factor)
    columns = take_floats(count=count, exposure=exposure, other_count=other_count, other_exposure=other_exposure)
    (x, t, y, u), give = columns
    with np.errstate(divide="ignore", invalid="ignore"):
        per, other = (factor / np.where(over > 0, over, np.nan) for over in (t, u))
        low, high = (np.asarray(limit, float) * per for limit in count_interval(x, confidence))
        other_low, other_high = (np.asarray(limit, float) * other for limit in count_interval(y, confidence))
        r, s = x * per, y * other
        down, up = np.hypot(r - low, other_high - s), np.hypot(high - r, s - other_low)
    return give(r - s), give(r - s - down), give(r - s + up)


def mean_interval(mean: Column, deviation: Column, size: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Student's interval of a mean: mean ± t·s/√n with n − 1 degrees of freedom.

    Parameters: ``mean`` and standard ``deviation`` (n − 1) of ``size`` observations, one shape. Returns: ``(lower,
    upper)`` in the unit of the mean; NaN where anything is missing or size < 2. Errors: ``judge_confidence`` and those
    of ``columns.take``.
    """
    tail = tail_of(confidence)
    (centre, spread, n), give = take_floats(mean=mean, deviation=deviation, size=size)
    with np.errstate(divide="ignore", invalid="ignore"):
        many = np.where(n >= 2, n, np.nan)
        half = stdtrit(many - 1, 1 - tail) * spread / np.sqrt(many)
    return give(centre - half), give(centre + half)


def score_test(count: Column, total: Column, other_count: Column, other_total: Column) -> Column:
    """Two-sided p that two independent proportions are equal: pooled z test (Pearson's χ² without correction).

    Parameters as ``proportion_difference``. Returns: p; NaN where undefined, 1 where both are 0 % or both 100 %.
    Meant for counts whose expected cells are at least five; below that use ``exact.fisher_test``.
    """
    from scipy.special import ndtr

    (x, n, y, m), give = take_floats(count=count, total=total, other_count=other_count, other_total=other_total)
    with np.errstate(divide="ignore", invalid="ignore"):
        ok = (n > 0) & (m > 0) & (x <= n) & (y <= m)
        pool = np.where(ok, (x + y) / (n + m), np.nan)
        spread = np.sqrt(pool * (1 - pool) * (1 / n + 1 / m))
        z = np.where(spread > 0, np.abs(x / n - y / m) / spread, np.where(np.isnan(pool), np.nan, 0.0))
    return give(2 * ndtr(-z))


def smallest_expected(count: ArrayLike, total: ArrayLike, other_count: ArrayLike, other_total: ArrayLike) -> Column:
    """The smallest expected cell of the two by two table: below five the pooled z test does not hold."""
    x, n, y, m = (np.asarray(column, dtype=float) for column in (count, total, other_count, other_total))
    with np.errstate(divide="ignore", invalid="ignore"):
        pool = (x + y) / (n + m)
        return np.minimum(pool, 1 - pool) * np.minimum(n, m)
