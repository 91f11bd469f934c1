"""Trends over years and seasons: is a series rising, falling, or can it not be said?

Sources: Cochran, Biometrics 10 (1954) 417; Armitage, Biometrics 11 (1955) 375; Fingertips technical guidance, "Trend
markers" (the last five points, χ² above 9.5495 = 99.8 %, and a slope whose sign no single point decides); Hirsch &
Slack, Water Resour. Res. 20 (1984) 727. What statsmodels, scipy and pymannkendall hold is taken from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc
from scipy.stats import kendalltau, linregress

from hfwork.errors import HfworkError

Floats = NDArray[np.float64]
POINTS = 5  # non-overlapping periods; fewer are too few, and the bar is not lowered
CHI_SQUARE = 9.549535706083244  # 99.8 % point with one degree of freedom
_WIDTH = 3.92  # a 95 % interval in standard errors


@dataclass(frozen=True)
class Trend:
    """A verdict on a series: ``code`` rising, falling, no_change, too_few_points or cannot_calculate."""

    code: str
    test: str
    statistic: float = np.nan
    p: float = np.nan
    slope: float = np.nan  # change per step, in the unit of the value (fraction for proportions)
    points: int = 0
    stable: bool = False  # no single point decides the sign of the slope


def cochran_armitage(count: ArrayLike, total: ArrayLike, score: ArrayLike | None = None) -> tuple[float, float, float]:
    """Cochran–Armitage χ² for a trend in proportions: ``(statistic, p, slope per score)``.

    Parameters: ``count`` of ``total``, shape (points,); ``score`` the times, default 1, 2, …. NaN when a cell is
    missing, a total is 0, a part exceeds its whole, or all are 0 % or 100 %.
    Formula: slope b = Σn(t − t̄)(p − p̄)/Σn(t − t̄)²; χ² = b²Σn(t − t̄)²/(p̄(1 − p̄)), as R's ``prop.trend.test``.
    statsmodels' ``Table.test_ordinal_association`` gives it times (N − 1)/N.
    """
    x, n, t = _series(count, total, score)
    if not ((n > 0) & (x >= 0) & (x <= n)).all() or len(x) < 2:
        return np.nan, np.nan, np.nan
    mean = x.sum() / n.sum()
    away = t - (n * t).sum() / n.sum()
    spread = (n * away**2).sum()
    if not 0 < mean < 1 or spread == 0:
        return np.nan, np.nan, np.nan
    slope = (n * away * (x / n - mean)).sum() / spread
    statistic = slope**2 * spread / (mean * (1 - mean))
    return float(statistic), float(chdtrc(1, statistic)), float(slope)


def weighted_trend(
    value: ArrayLike, lower: ArrayLike, upper: ArrayLike, score: ArrayLike | None = None
) -> tuple[float, float, float]:
    """Trend in any value with a 95 % interval, weighted by its precision: ``(statistic, p, slope per score)``.

    Parameters: ``value`` with ``lower`` and ``upper`` 95 % limits, shape (points,). NaN when any is missing: without an
    interval nothing can be said. Formula: w = 1/se², se = (upper − lower)/3.92; b = Σw(t − t̄)(y − ȳ)/Σw(t − t̄)²;
    χ² = b²Σw(t − t̄)² (variances known; not the residual-based t of a fitted line).
    """
    y, low, t = _series(value, lower, score)
    high = np.asarray(upper, dtype=float)
    se = (high - low) / _WIDTH
    if len(y) < 2 or not np.isfinite(y).all() or not (se > 0).all():
        return np.nan, np.nan, np.nan
    w = 1 / se**2
    away = t - (w * t).sum() / w.sum()
    spread = (w * away**2).sum()
    slope = (w * away * y).sum() / spread
    statistic = slope**2 * spread
    return float(statistic), float(chdtrc(1, statistic)), float(slope)


def trend(
    value: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    count: ArrayLike | None = None,
    total: ArrayLike | None = None,
    points: int = POINTS,
) -> Trend:
    """The Fingertips rule: is there a trend over the last ``points`` periods?

    Parameters: yearly values with 95 % limits, oldest first, not overlapping; for proportions also ``count`` and
    ``total`` (then Cochran–Armitage, else the weighted slope). Returns: ``Trend``. ``too_few_points`` with fewer
    than ``points`` known values – the bar is never lowered; ``cannot_calculate`` when the last ``points`` have a gap
    or a missing interval – which is not the same as no change; ``rising`` or ``falling`` when χ² > 9.5495 (99.8 %)
    and the sign of the slope holds when any one point is left out; else ``no_change``, also where all are 0 % or 100 %.
    """
    y, low, _ = _series(value, lower, None)
    high = np.asarray(upper, dtype=float)
    test = "weighted_trend" if count is None else "cochran_armitage"
    if len(y) < points or np.isfinite(y).sum() < points:
        return Trend("too_few_points", test, points=int(np.isfinite(y).sum()))
    last = slice(len(y) - points, None)
    t = np.arange(1.0, points + 1)
    whole, steady = (np.nan, np.nan, np.nan), False
    if count is not None and total is not None:
        x, n = (np.asarray(column, dtype=float)[last] for column in (count, total))
        if (n > 0).all() and ((x == 0).all() or (x == n).all()):
            return Trend("no_change", test, 0.0, 1.0, 0.0, points, True)
    if not (np.isnan(low[last]) | np.isnan(high[last])).any():
        columns = [y[last], low[last], high[last]]
        method: Callable[..., tuple[float, float, float]] = weighted_trend
        if count is not None and total is not None:
            columns = [np.asarray(count, dtype=float)[last], np.asarray(total, dtype=float)[last]]
            method = cochran_armitage
        whole = method(*columns, t)
        without = [method(*(np.delete(c, i) for c in columns), np.delete(t, i))[2] for i in range(points)]
        steady = bool((np.sign(without) == np.sign(whole[2])).all())
    if not np.isfinite(whole[0]):
        return Trend("cannot_calculate", test, points=points)
    moved = whole[0] > CHI_SQUARE and steady
    code = ("rising" if whole[2] > 0 else "falling") if moved else "no_change"
    return Trend(code, test, *whole, points=points, stable=steady)


def linear(value: ArrayLike, score: ArrayLike, weight: ArrayLike | None = None, confidence: float = 0.95) -> pd.Series:
    """Least-squares slope per score, plain (``scipy.stats.linregress``) or weighted (statsmodels ``WLS``).

    Returns: ``slope se p lower upper``. The spread comes from the residuals: a few points give wide limits. Points with
    a missing cell are left out, as R does; NaN with fewer than three left, or all at one score.
    """
    y, t, w = _complete(value, score, np.ones(np.shape(value)) if weight is None else weight)
    if not len(y):
        return pd.Series(np.nan, index=["slope", "se", "p", "lower", "upper"])
    from statsmodels.regression.linear_model import WLS

    if weight is None:
        found = linregress(t, y)
        slope, se, p = found.slope, found.stderr, found.pvalue
    else:
        fitted = WLS(y, np.column_stack([np.ones(len(t)), t]), weights=w).fit()
        slope, se, p = fitted.params[1], fitted.bse[1], fitted.pvalues[1]
    from scipy.stats import t as student

    half = student.ppf((1 + confidence) / 2, len(y) - 2) * se
    return pd.Series({"slope": slope, "se": se, "p": p, "lower": slope - half, "upper": slope + half})


def logistic(count: ArrayLike, total: ArrayLike, score: ArrayLike, quasi: bool = False) -> pd.Series:
    """Log-odds slope per score from a binomial model (statsmodels ``GLM``): ``slope se z p intercept dispersion``.

    ``quasi`` scales the standard error by the Pearson dispersion and uses Student's t with n − 2 degrees of freedom,
    for series that scatter more than chance. With a dispersion below 1 it is bolder than the plain model. Points with a
    missing cell or without a denominator are left out, as R does; NaN with fewer than three left, or where all are 0 %
    or all 100 % and no slope is finite.
    """
    from statsmodels.api import GLM, add_constant, families

    x, n, t = _complete(count, total, score, positive=True)
    if not 0 < x.sum() < n.sum():
        return pd.Series(np.nan, index=["slope", "se", "z", "p", "intercept", "dispersion"])
    # Shares weighted by their size: given counts of two columns, statsmodels' Pearson dispersion lacks the size.
    model = GLM(x / n, add_constant(t), family=families.Binomial(), var_weights=n)
    fitted = model.fit(scale="X2", use_t=True, tol=1e-12) if quasi else model.fit(tol=1e-12)
    names = {"slope": fitted.params[1], "se": fitted.bse[1], "z": fitted.tvalues[1], "p": fitted.pvalues[1]}
    return pd.Series(names | {"intercept": fitted.params[0], "dispersion": fitted.scale})


def loglinear(count: ArrayLike, exposure: ArrayLike, score: ArrayLike) -> pd.Series:
    """Log-rate slope per score from a Poisson model (statsmodels ``GLM``): ``slope se p rate_ratio`` (per score).

    Points with a missing cell or without exposure are left out; NaN with fewer than three left or without any event.
    """
    from statsmodels.api import GLM, add_constant, families

    x, t, years = _complete(count, exposure, score, positive=True)
    if not x.sum() > 0:
        return pd.Series(np.nan, index=["slope", "se", "p", "rate_ratio"])
    fitted = GLM(x, add_constant(years), family=families.Poisson(), exposure=t).fit(tol=1e-12)
    slope = fitted.params[1]
    return pd.Series({"slope": slope, "se": fitted.bse[1], "p": fitted.pvalues[1], "rate_ratio": np.exp(slope)})


def kendall(value: ArrayLike, score: ArrayLike) -> tuple[float, float]:
    """Kendall's τ with time and its two-sided p (``scipy.stats.kendalltau``, normal approximation): ``(tau, p)``.

    Missing points are left out; NaN with fewer than three left.
    """
    y, t, _ = _complete(value, score, np.ones(np.shape(value)))
    if not len(y):
        return np.nan, np.nan
    found = kendalltau(t, y, method="asymptotic")
    return float(found.statistic), float(found.pvalue)


def seasonal(value: ArrayLike, period: int, alpha: float = 0.05, least: int = 3) -> Trend:
    """Seasonal Mann–Kendall test: a monotone trend beneath a yearly pattern (pymannkendall ``seasonal_test``).

    Parameters: ``value`` in time order without gaps in the calendar (NaN where missing), ``period`` values per year
    (12 months, 4 quarters). Returns: ``Trend`` with the seasonal Sen slope per year; ``too_few_points`` with fewer
    than ``least`` full years. Ties and serial correlation within a season weaken it; it says nothing on when.
    """
    y = np.asarray(value, dtype=float)
    if period < 2:
        raise HfworkError("judge_period", given=period)
    known = int(np.isfinite(y).sum())
    if known < least * period:
        return Trend("too_few_points", "seasonal_mann_kendall", points=known)
    from pymannkendall import seasonal_test

    found = seasonal_test(y, period=period, alpha=alpha)
    code = {"increasing": "rising", "decreasing": "falling"}.get(found.trend, "no_change")
    return Trend(code, "seasonal_mann_kendall", float(found.z), float(found.p), float(found.slope), known, True)


def _series(first: ArrayLike, second: ArrayLike, score: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    x, n = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    t = np.arange(1.0, len(x) + 1) if score is None else np.asarray(score, dtype=float)
    if not x.shape == n.shape == t.shape or x.ndim != 1:
        raise HfworkError("judge_lengths", sizes=f"{x.shape}, {n.shape}, {t.shape}")
    return x, n, t


def _complete(
    first: ArrayLike, second: ArrayLike, score: ArrayLike, positive: bool = False
) -> tuple[Floats, Floats, Floats]:
    """The points without a missing cell (and with ``second`` above 0); none when they bear no line."""
    columns = _series(first, second, score)
    kept = np.isfinite(columns).all(axis=0) & ((columns[1] > 0) if positive else True)
    x, n, t = (column[kept] for column in columns)
    fit = len(x) > 2 and np.ptp(t if positive else n) > 0
    return (x, n, t) if fit else (x[:0], n[:0], t[:0])
