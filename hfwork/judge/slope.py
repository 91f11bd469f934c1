"""Slope and relative index of inequality, in the two published definitions, which differ and are named.

``linear``: weighted least squares on cumulative mid-ranks, simulated limits (Low & Low, J. Public Health 26 (2004) 390;
as Fingertips). ``who``: logistic regression, difference and ratio of the predictions at ranks 1 and 0 (Schlotheuber
& Hosseinpoor 2022; as WHO HEAT, but with the population as weight once – HEAT and healthequal pass counts and weights,
so that population enters squared; ``power=2`` reproduces them).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hfwork.errors import HfworkError

Floats = NDArray[np.float64]
SCALES = ("identity", "log", "logit")
Z = 1.959963984540054


@dataclass(frozen=True)
class Slope:
    """SII (in the unit of the value), RII (a ratio), their limits, and the predicted value at rank 0."""

    sii: float
    rii: float
    intercept: float
    sii_limits: tuple[float, float] = (np.nan, np.nan)
    rii_limits: tuple[float, float] = (np.nan, np.nan)
    sii_se: float = np.nan
    rii_se: float = np.nan  # of the logarithm


def ranks(population: ArrayLike) -> Floats:
    """Cumulative mid-ranks in (0, 1): where the middle person of each group stands, most disadvantaged first."""
    share = np.asarray(population, dtype=float) / np.sum(population)
    return np.asarray(np.cumsum(share) - share / 2)


def linear(
    value: ArrayLike,
    population: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    *,
    simulated: str = "identity",
    fitted: str = "identity",
    confidence: float = 0.95,
    draws: int = 100_000,
    seed: int = 1,
) -> Slope:
    """SII and RII by weighted least squares on mid-ranks (Low & Low 2004), weights the population shares.

    Parameters: ``value`` and ``population`` of shape (groups,), most disadvantaged first; ``lower`` and ``upper`` 95 %
    limits of the values, from which draws are made on the scale ``simulated`` (``identity`` for means, ``log`` for
    rates, ``logit`` for proportions); ``fitted``: the scale on which the line is fitted, its ends turned
    back; ``draws`` with ``seed``.
    Returns: ``Slope``: SII = ŷ(1) − ŷ(0), RII = ŷ(1)/ŷ(0); limits are the simulated quantiles, NaN without intervals
    or with lower limits above upper ones.
    On the log and logit scales every drawn line passes through the observed mean, as the peer has it; a drawn mean
    would move the limits by up to 5 % of their width.
    NaN throughout with fewer than two groups or a missing value. Errors: ``judge_lengths``, ``judge_form``.
    """
    y, p = _columns(value, population)
    for scale in (simulated, fitted):
        if scale not in SCALES:
            raise HfworkError("judge_form", given=scale, allowed=SCALES)
    if len(y) < 2 or not np.isfinite(y).all() or not (p > 0).all():
        return Slope(np.nan, np.nan, np.nan)
    ends = _ends(p)
    low, high = _back(ends @ _onto(y, fitted), fitted)
    limits = {"sii": (np.nan, np.nan), "rii": (np.nan, np.nan)}
    if lower is not None and upper is not None:
        sides = [_columns(side, population)[0] for side in (lower, upper)]
        low_bound, high_bound = (_onto(side, simulated) for side in sides)
        se = np.where(high_bound >= low_bound, high_bound - low_bound, np.nan) / 2 / Z
        drawn = np.random.default_rng(seed).normal(_onto(y, simulated), se, (draws, len(y)))
        if simulated != fitted:
            drawn = _onto(_back(drawn, simulated), fitted)
        lines = ends @ drawn.T
        zero, one = _back(lines if fitted == "identity" else _through_mean(lines, _onto(y, fitted), p), fitted)
        tail = (1 - confidence) / 2
        for name, made in (("sii", one - zero), ("rii", one / zero)):
            first, last = np.quantile(made, [tail, 1 - tail])
            limits[name] = (float(first), float(last))
    return Slope(float(high - low), float(high / low), float(low), limits["sii"], limits["rii"])


def who(value: ArrayLike, population: ArrayLike, *, linear: bool = False, power: int = 1) -> Slope:
    """SII and RII by a regression on mid-ranks: logistic, or ``linear``; limits by the delta method.

    Parameters: ``value`` fractions and ``population`` of shape (groups,), most disadvantaged first; ``power`` of the
    population as weight: 1, or 2 to reproduce healthequal's logistic numbers. Returns: ``Slope``; SII a fraction.
    Standard errors are HC1 (squared residuals, n/(n − 2)), as the groups need not lie on the curve. Through
    statsmodels ``GLM``. NaN with fewer than three groups, a missing value, or groups that the ranks separate
    wholly. Errors: ``judge_lengths``.
    """
    from statsmodels.api import GLM, add_constant, families

    y, p = _columns(value, population)
    if len(y) < 3 or not np.isfinite(y).all() or not (p > 0).all() or (not linear and _separated(y)):
        return Slope(np.nan, np.nan, np.nan)
    family = families.Gaussian() if linear else families.Binomial()
    weight = p**power / (p**power).mean()
    model = GLM(y, add_constant(ranks(p)), family=family, var_weights=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # equal groups are met exactly, which is no fault
        fitted = model.fit(tol=1e-13, cov_type="HC0")
    cov = np.asarray(fitted.cov_params()) * len(y) / (len(y) - 2)
    rows = np.array([[1.0, 0.0], [1.0, 1.0]])
    zero, one = fitted.predict(rows)
    slopes = rows if linear else np.array([zero * (1 - zero), one * (1 - one)])[:, None] * rows
    to_difference, to_ratio = slopes[1] - slopes[0], slopes[1] / one - slopes[0] / zero
    sii, rii = float(one - zero), float(one / zero)
    se, log_se = (float(np.sqrt(g @ cov @ g)) for g in (to_difference, to_ratio))
    spread = float(np.exp(Z * log_se))
    return Slope(sii, rii, float(zero), (sii - Z * se, sii + Z * se), (rii / spread, rii * spread), se, log_se)


def signed(found: Slope, favourable: bool) -> dict[str, tuple[float, float, float, float]]:
    """``sii`` and ``rii`` as estimate, se, lower, upper; turned round for what should be rare, so that above 0 (or 1)
    the disadvantaged do worse."""
    (low, high), (ratio_low, ratio_high) = found.sii_limits, found.rii_limits
    if favourable:
        return {"sii": (found.sii, found.sii_se, low, high), "rii": (found.rii, found.rii_se, ratio_low, ratio_high)}
    with np.errstate(divide="ignore"):
        turned = [float(np.divide(1, number)) for number in (found.rii, ratio_high, ratio_low)]
    return {"sii": (-found.sii, found.sii_se, -high, -low), "rii": (turned[0], found.rii_se, *turned[1:])}  # type: ignore[dict-item]


def _columns(value: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    y, p = np.asarray(value, dtype=float), np.asarray(population, dtype=float)
    if y.shape != p.shape or y.ndim != 1:
        raise HfworkError("judge_lengths", sizes=f"value {y.shape}, population {p.shape}")
    return y, p


def _ends(population: Floats) -> Floats:
    """The fitted line at ranks 0 and 1 as a linear map of the values, shape (2, groups)."""
    share, rank = population / population.sum(), ranks(population)
    away = rank - (share * rank).sum()
    steep = share * away / (share * away**2).sum()
    level = share - steep * (share * rank).sum()
    return np.array([level, level + steep])


def _through_mean(drawn: Floats, observed: Floats, population: Floats) -> Floats:
    """Drawn lines (rows: at ranks 0 and 1) moved so that each passes through the observed weighted mean."""
    share, rank = population / population.sum(), ranks(population)
    at = float((share * rank).sum())
    steep = drawn[1] - drawn[0]
    level = float((share * observed).sum()) - steep * at
    return np.array([level, level + steep])


def _separated(y: Floats) -> bool:
    return bool(((y <= 0) | (y >= 1)).all())


def _onto(y: Floats, scale: str) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return y if scale == "identity" else np.log(y) if scale == "log" else np.log(y / (1 - y))


def _back(y: Floats, scale: str) -> Floats:
    return y if scale == "identity" else np.exp(y) if scale == "log" else 1 / (1 + np.exp(-y))
