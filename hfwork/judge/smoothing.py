"""Empirical Bayes: small units' rates drawn towards the mean, as far as their size leaves them uncertain.

Source: Marshall, Appl. Stat. 40 (1991) 283. esda's ``Empirical_Bayes`` has no guard for a negative between-unit
variance, which a few small towns often give, and then leaves 0 … 1; here the variance is 0 at least, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import poisson

from hfwork.errors import HfworkError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Smoothed:
    """``raw`` and ``smooth`` rates (events per unit of ``total``), all columns of shape (units,).

    ``weight`` (0 … 1) is that of the own rate in the smooth one, ``mean`` what the unit is drawn to, ``variance`` that
    between units, ``reason`` a code per unit.
    """

    raw: Floats
    smooth: Floats
    weight: Floats
    variance: Floats
    mean: Floats
    reason: NDArray[np.object_]


def empirical_bayes(
    count: ArrayLike, total: ArrayLike, neighbours: Sequence[ArrayLike] | None = None, kind: str = "rate"
) -> Smoothed:
    """Marshall's estimator: global towards the mean of all, or local towards that of a unit and its neighbours.

    Parameters: ``count`` of ``total`` per unit, shape (units,); ``neighbours``: positions of each unit's neighbours
    (local form); ``kind`` ``rate`` (rare events, Poisson: chance variance m/n, as published) or ``proportion``
    (chance variance m(1 − m)/n: for a coverage of 70 % the Poisson one is three times too large and shrinks away
    what is real). Returns: ``Smoothed``; NaN with reason ``missing``, ``no_denominator`` or, of proportions,
    ``part_exceeds_whole`` (such units inform no mean).
    Formula, v = m or m(1 − m): m = Σx/Σn; A = Σn(r − m)²/Σn − v/n̄, 0 if negative (reason ``no_between_variance``: all
    variation may be chance, the smooth rate is the mean); weight C = A/(A + v/n); smooth = m + C(r − m).
    A smooth rate is a better guess of the underlying one, not what happened: never count services from it.
    """
    x, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    counted = np.isfinite(x) & np.isfinite(n) & (n > 0)
    over = counted & (x > n) if kind == "proportion" else np.zeros(x.shape, dtype=bool)
    known = counted & ~over
    raw = np.divide(x, n, out=np.full(x.shape, np.nan), where=counted)
    if neighbours is None:
        mean, variance = _prior(x[known], n[known], kind)
        means, variances = np.full(x.shape, mean), np.full(x.shape, variance)
    else:
        means, variances = np.full((2, *x.shape), np.nan)
        for i in np.flatnonzero(known).tolist():
            near = np.append(np.asarray(neighbours[i], dtype=np.int64), i)
            near = near[known[near]]
            means[i], variances[i] = _prior(x[near], n[near], kind)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = _chance(means, kind) / n
        weight = np.where(variances > 0, variances / (variances + chance), 0.0)
    weight = np.where(known, weight, np.nan)
    reason = np.select(
        [~np.isfinite(x) | ~np.isfinite(n), ~counted, over, variances == 0],
        ["missing", "no_denominator", "part_exceeds_whole", "no_between_variance"],
        "",
    )
    smooth = means + weight * (raw - means)
    return Smoothed(raw, smooth, weight, variances, means, reason.astype(object))


def standardised_rates(count: ArrayLike, total: ArrayLike, kind: str = "rate") -> Floats:
    """Rates as z-scores around the mean, each by its own variance (Assunção & Reis, Stat. Med. 18 (1999) 2147).

    For Moran's I of rates: (r − m)/√(A + v/n); ``kind``, v and A as in ``empirical_bayes``. NaN where missing.
    esda's ``assuncao_rate`` has v = m only, and keeps a negative A where the sum stays positive.
    """
    found = empirical_bayes(count, total, kind=kind)
    n = np.asarray(total, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((found.raw - found.mean) / np.sqrt(found.variance + _chance(found.mean, kind) / n))


def chance_map(count: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    """How likely so few (or so many) events are if every unit had the mean rate: ``(p_low, p_tail)``.

    ``p_low`` = P(X ≤ x), Poisson with mean n·m (a probability map); ``p_tail`` the tail on the unit's own side,
    P(X ≤ x) below the mean, P(X ≥ x) above (Choynowski, J. Am. Stat. Assoc. 54 (1959) 385). NaN where missing or
    without denominator.
    """
    x, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    known = np.isfinite(x) & np.isfinite(n) & (n > 0)
    mean = np.where(known, n, np.nan) * x[known].sum() / n[known].sum()
    low = np.where(known, poisson.cdf(x, mean), np.nan)
    return low, np.where(x < mean, low, np.where(known, poisson.sf(x - 1, mean), np.nan))


def _prior(x: Floats, n: Floats, kind: str) -> tuple[float, float]:
    """Mean and between-unit variance by the method of moments."""
    if not len(x):
        return np.nan, np.nan
    mean = x.sum() / n.sum()
    variance = (n * (x / n - mean) ** 2).sum() / n.sum() - _chance(mean, kind) / n.mean()
    return float(mean), max(float(variance), 0.0)


def _chance(mean: Any, kind: str) -> Any:
    """Variance by chance of one person's outcome."""
    if kind not in ("rate", "proportion"):
        raise HfworkError("judge_kind", given=kind, allowed=("rate", "proportion"))
    return mean * (1 - mean) if kind == "proportion" else mean
