"""How unequally something is spread over the groups of one setting: simple, ordered and disproportionality measures.

Sources: Schlotheuber & Hosseinpoor, Int. J. Environ. Res. Public Health 19 (2022) 3697; Kakwani, Wagstaff & van
Doorslaer, J. Econom. 77 (1997) 87; Wagstaff, Health Econ. 14 (2005) 429; Erreygers, J. Health Econ. 28 (2009) 504;
Theil (1967); Walter, Biometrics 32 (1976) 829 (attributable fraction). Slopes stand in ``slope``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hfwork.errors import HfworkError
from hfwork.judge import slope

Floats = NDArray[np.float64]
Z = 1.959963984540054
SIMPLE = ("difference", "ratio", "par", "paf")
ORDERED = ("sii", "rii", "concentration_absolute", "concentration_relative")
UNORDERED = ("between_group_variance", "between_group_deviation", "coefficient_of_variation", "theil",
             "mean_log_deviation", "mean_difference_best", "mean_difference_mean", "disparity_index")  # fmt: skip


@dataclass(frozen=True)
class Groups:
    """Groups of one setting: ``value`` in the unit of ``scale`` (100 for %), standard errors ``se``, ``population``.

    All have shape (groups,). ``ordered``: the groups have a natural order and stand in it, most disadvantaged first.
    ``favourable``: more is better. ``reference``: position of the group to compare with, when there is one.
    """

    value: Floats
    population: Floats
    se: Floats
    ordered: bool = False
    favourable: bool = True
    reference: int | None = None
    scale: float = 100.0

    @property
    def share(self) -> Floats:
        """Population shares."""
        return self.population / self.population.sum()

    @property
    def mean(self) -> float:
        """Population-weighted mean: the setting's own value."""
        return float((self.share * self.value).sum())

    @property
    def best(self) -> int:
        """The most advantaged group when ordered, else the group with the best value."""
        if self.ordered:
            return len(self.value) - 1
        return int(np.argmax(self.value) if self.favourable else np.argmin(self.value))


def groups(
    value: ArrayLike,
    population: ArrayLike,
    se: ArrayLike | None = None,
    *,
    ordered: bool = False,
    favourable: bool = True,
    reference: int | None = None,
    scale: float = 100.0,
) -> Groups:
    """Check and keep the columns of ``Groups``; ``se`` is NaN when not given. Errors: ``judge_lengths``."""
    y, p = np.asarray(value, dtype=float), np.asarray(population, dtype=float)
    errors = np.full(y.shape, np.nan) if se is None else np.asarray(se, dtype=float)
    if not y.shape == p.shape == errors.shape or y.ndim != 1:
        raise HfworkError("judge_lengths", sizes=f"value {y.shape}, population {p.shape}, se {errors.shape}")
    return Groups(y, p, errors, ordered, favourable, reference, scale)


def valid(ordered: bool, count: int) -> list[str]:
    """The measures that mean something for a grouping; empty below two groups.

    Slopes and concentration need an order and at least three groups; Theil, MLD, variance and mean differences are for
    groups without one (they would not see whether the poor or the rich do worse).
    """
    if count < 2:
        return []
    if count == 2:
        return list(SIMPLE)
    return [*SIMPLE, *(ORDERED if ordered else UNORDERED)]


def measures(found: Groups) -> pd.DataFrame:
    """Every valid measure: columns ``measure estimate se lower95 upper95 method reason``, one row each.

    ``reason``: ``missing`` (a group without value or population), ``no_population``, ``zero_mean`` (relative measures
    of nothing), ``zero_value`` (logarithm of nothing), ``no_gap`` (PAR and PAF: the best group is no better than the
    mean; the estimate is 0). Without standard errors there is no interval.
    """
    rows = []
    for name in valid(found.ordered, len(found.value)):
        estimate, se, lower, upper, reason = np.nan, np.nan, np.nan, np.nan, _reason(found, name)
        if not reason:
            estimate, se, lower, upper = _MEASURES[name](found)
            if name in ("par", "paf") and estimate * (1 if found.favourable else -1) <= 0:
                estimate, reason = 0.0, "no_gap"
        rows.append((name, estimate, se, lower, upper, _METHODS.get(name, name), reason))
    return pd.DataFrame(rows, columns=["measure", "estimate", "se", "lower95", "upper95", "method", "reason"])


Estimate = tuple[float, float, float, float]  # estimate, standard error, lower and upper 95 % limit


def difference(found: Groups) -> Estimate:
    """Gap between two groups, in the unit of the value: positive when the disadvantaged do worse.

    Ordered: the two ends. Unordered: against ``reference`` if given (the group that does worst beside it), else the
    highest less the lowest. Standard error √(se₁² + se₂²).
    """
    high, low = _pair(found)
    se = float(np.hypot(found.se[high], found.se[low]))
    return _around(float(found.value[high] - found.value[low]), se)


def ratio(found: Groups) -> Estimate:
    """Ratio of the two groups of ``difference``; se is that of its logarithm, √((se₁/y₁)² + (se₂/y₂)²)."""
    high, low = _pair(found)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(np.divide(found.value[high], found.value[low]))
        se = float(np.hypot(found.se[high] / found.value[high], found.se[low] / found.value[low]))
        return estimate, se, estimate * float(np.exp(-Z * se)), estimate * float(np.exp(Z * se))


def par(found: Groups) -> Estimate:
    """Population attributable risk: how far the whole would move if all were as the best group, in the value's unit.

    best − mean; its standard error is the mean times that of ``paf`` (as fractions).
    """
    estimate = float(found.value[found.best] - found.mean)
    return _around(estimate, paf(found)[1] / 100 * found.mean)


def paf(found: Groups) -> Estimate:
    """Population attributable fraction, ``par`` in % of the mean; standard error in the same % by Walter (1976).

    √(c·n·(a·d(n − c) + b·c²)/((a + c)³(c + d)³)), c and d the best group with and without the outcome, a and b the
    rest. healthequal prints this as a fraction beside an estimate in %, so its interval is a hundred times too narrow.
    """
    estimate = 100 * float(found.value[found.best] / found.mean - 1)
    n, size = found.population.sum(), found.population[found.best]
    cases = found.value * found.population / found.scale
    c = cases[found.best]
    a, d = cases.sum() - c, size - c
    b = n - size - a
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = c * n * (a * d * (n - c) + b * c**2) / ((a + c) ** 3 * (c + d) ** 3)
        return _around(estimate, 100 * float(np.sqrt(variance)))


def concentration(found: Groups, form: str = "relative") -> Estimate:
    """Concentration index over ordered groups: positive when the advantaged have more.

    ``absolute``: Σw(2R − 1)y, R the cumulative mid-rank; ``relative``: that over the mean; ``wagstaff``: relative over
    1 − mean/scale; ``erreygers``: 4·absolute/scale (both for bounded values, 0 … scale).
    The standard error is that of the slope of 2σ²y on R (weighted least squares; Kakwani et al. 1997).
    """
    y, w, r = found.value, found.share, slope.ranks(found.population)
    absolute = float((w * (2 * r - 1) * y).sum())
    spread = float((w * (r - 0.5) ** 2).sum())
    away = r - (w * r).sum()
    left = 2 * spread * y
    left = left - (w * left).sum() - away * (w * away * left).sum() / spread
    degrees = len(y) - 2
    se = float(np.sqrt((w * left**2).sum() / degrees / spread)) if degrees > 0 else np.nan
    mean, top = found.mean, found.scale
    forms = {"absolute": 1.0, "relative": 1 / mean, "wagstaff": top / (mean * (top - mean)) if mean < top else np.nan}
    forms["erreygers"] = 4 / top
    if form not in forms:
        raise HfworkError("judge_form", given=form, allowed=forms)
    return _around(absolute * forms[form], se * forms[form])


def theil(found: Groups) -> Estimate:
    """Theil index × 1000: 1000·Σw(y/μ)ln(y/μ), 0 when all are equal; delta-method standard error (also × 1000).

    healthequal leaves its standard error unscaled beside the scaled estimate; here both are × 1000.
    """
    w, a = found.share, found.value / found.mean
    index = float((w * a * np.log(a)).sum())
    se = float(np.sqrt(((w * found.se / found.mean * (np.log(a) - index)) ** 2).sum()))
    return _around(1000 * index, 1000 * se)


def mean_log_deviation(found: Groups) -> Estimate:
    """Mean log deviation × 1000: 1000·Σw·ln(μ/y); standard error as ``theil``, delta method."""
    w, y, mean = found.share, found.value, found.mean
    se = float(np.sqrt((w**2 * found.se**2 * (1 / mean - 1 / y) ** 2).sum()))
    return _around(1000 * float((w * np.log(mean / y)).sum()), 1000 * se)


def between_group_variance(found: Groups) -> Estimate:
    """Σw(y − μ)², in squared units; the standard error of a quadratic form: 4y′AΣAy + 2tr(AΣAΣ), A = diag(w) − ww′."""
    w, away, variance = found.share, found.value - found.mean, found.se**2
    a = np.diag(w) - np.outer(w, w)
    se = np.sqrt(4 * ((w * away) ** 2 * variance).sum() + 2 * (a**2 * np.outer(variance, variance)).sum())
    return _around(float((w * away**2).sum()), float(se))


def between_group_deviation(found: Groups) -> Estimate:
    """√ of the between-group variance, in the unit of the value; standard error by the delta method."""
    variance, se, *_ = between_group_variance(found)
    deviation = float(np.sqrt(variance))
    return _around(deviation, se / (2 * deviation) if deviation else np.nan)


def coefficient_of_variation(found: Groups) -> Estimate:
    """Between-group deviation in % of the mean."""
    deviation, se, *_ = between_group_deviation(found)
    return _around(100 * deviation / found.mean, 100 * se / found.mean)


def mean_difference(found: Groups, point: str = "mean", weighted: bool = True) -> Estimate:
    """Mean distance of the groups from a point: the ``mean``, the ``best`` group or the ``reference``; no interval.

    In the unit of the value; ``weighted`` by population, else every group alike. The distribution of a sum of absolute
    values has no simple form; peers simulate it.
    """
    points = {"mean": found.mean, "best": float(found.value[found.best])}
    if found.reference is not None:
        points["reference"] = float(found.value[found.reference])
    if point not in points:
        raise HfworkError("judge_form", given=point, allowed=points)
    share = found.share if weighted else np.full(len(found.value), 1 / len(found.value))
    return float((share * np.abs(found.value - points[point])).sum()), np.nan, np.nan, np.nan


def disparity_index(found: Groups, weighted: bool = True) -> Estimate:
    """Index of disparity: mean distance from the mean in % of it; no interval."""
    return 100 * mean_difference(found, "mean", weighted)[0] / found.mean, np.nan, np.nan, np.nan


def _pair(found: Groups) -> tuple[int, int]:
    """The positions of the group that should have more and of the one that should have less."""
    y = found.value
    if found.ordered:
        ends = (len(y) - 1, 0)
    elif found.reference is None:
        return int(np.argmax(y)), int(np.argmin(y))
    else:
        others = [i for i in range(len(y)) if i != found.reference]
        worst = min(others, key=lambda i: y[i]) if found.favourable else max(others, key=lambda i: y[i])
        ends = (found.reference, worst)
    return ends if found.favourable else ends[::-1]


def _around(estimate: float, se: float) -> Estimate:
    return estimate, se, estimate - Z * se, estimate + Z * se


def _reason(found: Groups, name: str) -> str:
    used = [0, len(found.value) - 1] if found.ordered and name in ("difference", "ratio") else slice(None)
    if np.isnan(found.value[used]).any():
        return "missing"
    if name in ("difference", "ratio"):
        return "zero_value" if name == "ratio" and found.value[_pair(found)[1]] == 0 else ""
    if np.isnan(found.population).any() or not found.population.sum() > 0 or (found.population < 0).any():
        return "no_population"
    if name not in ("sii", "concentration_absolute") and found.mean == 0:
        return "zero_mean"
    return "zero_value" if name in ("theil", "mean_log_deviation") and (found.value <= 0).any() else ""


def _slopes(found: Groups) -> dict[str, Estimate]:
    fitted = slope.who(found.value / found.scale, found.population, linear=False)
    made = slope.signed(fitted, found.favourable)
    times = {"sii": found.scale, "rii": 1.0}
    return {name: (e * times[name], se, low * times[name], high * times[name])
            for name, (e, se, low, high) in made.items()}  # fmt: skip


_METHODS = {"sii": "logistic_who", "rii": "logistic_who", "difference": "ends", "ratio": "ends"}
_MEASURES = {
    "difference": difference,
    "ratio": ratio,
    "par": par,
    "paf": paf,
    "sii": lambda found: _slopes(found)["sii"],
    "rii": lambda found: _slopes(found)["rii"],
    "concentration_absolute": lambda found: concentration(found, "absolute"),
    "concentration_relative": concentration,
    "between_group_variance": between_group_variance,
    "between_group_deviation": between_group_deviation,
    "coefficient_of_variation": coefficient_of_variation,
    "theil": theil,
    "mean_log_deviation": mean_log_deviation,
    "mean_difference_best": lambda found: mean_difference(found, "best"),
    "mean_difference_mean": mean_difference,
    "disparity_index": disparity_index,
}
