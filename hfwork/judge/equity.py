"""How unequally something is spread over groups: which measures are valid, the simple and the ordered ones.

Sources: Schlotheuber & Hosseinpoor, Int. J. Environ. Res. Public Health 19 (2022) 3697; Kakwani, Wagstaff & van
Doorslaer, J. Econom. 77 (1997) 87; Wagstaff, Health Econ. 14 (2005) 429; Erreygers, J. Health Econ. 28 (2009) 504;
Walter, Biometrics 32 (1976) 829 (attributable fraction). Slopes stand in ``slope``, measures of groups without an order
in ``disproportion``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.judge import disproportion, slope
from hfwork.judge.groups import Estimate, Groups, Z, around

SIMPLE = ("difference", "ratio", "par", "paf")
ORDERED = ("sii", "rii", "concentration_absolute", "concentration_relative")
UNORDERED = ("between_group_variance", "between_group_deviation", "coefficient_of_variation", "theil",
             "mean_log_deviation", "mean_difference_best", "mean_difference_mean", "disparity_index")  # fmt: skip


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

    ``reason``: ``missing`` (a group without a value), ``no_population`` (unknown, negative or nobody at all),
    ``zero_mean`` (relative measures of nothing), ``zero_value`` (logarithm of nothing), ``above_scale`` (a slope of
    fractions above 1), ``not_fitted`` (no curve through groups of 0 and 100 % only), ``no_gap`` (PAR and PAF: the best
    group is no better than the mean; the estimate is 0, without limits). Without standard errors of all groups there is
    no interval.
    """
    rows = []
    for name in valid(found.ordered, len(found.value)):
        estimate, se, lower, upper, reason = np.nan, np.nan, np.nan, np.nan, _reason(found, name)
        if not reason:
            estimate, se, lower, upper = _MEASURES[name](found)
            if np.isnan(estimate):
                reason = "not_fitted"
            if name in ("par", "paf"):
                if estimate * (1 if found.favourable else -1) <= 0:
                    estimate, reason = 0.0, "no_gap"
                if reason or np.isnan(found.se).any():
                    se = lower = upper = np.nan
        rows.append((name, estimate, se, lower, upper, _METHODS.get(name, name), reason))
    return pd.DataFrame(rows, columns=["measure", "estimate", "se", "lower95", "upper95", "method", "reason"])


def difference(found: Groups) -> Estimate:
    """Gap between two groups, in the unit of the value: positive when the disadvantaged do worse.

    Ordered: the two ends. Unordered: against ``reference`` if given (the group that does worst beside it), else the
    highest less the lowest. Standard error √(se₁² + se₂²).
    """
    high, low = _pair(found)
    se = float(np.hypot(found.se[high], found.se[low]))
    return around(float(found.value[high] - found.value[low]), se)


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
    return around(estimate, paf(found)[1] / 100 * found.mean)


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
        return around(estimate, 100 * float(np.sqrt(variance)))


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
    forms = {"absolute": 1.0, "relative": 1 / mean if mean else np.nan}
    forms["wagstaff"] = top / (mean * (top - mean)) if 0 < mean < top else np.nan
    forms["erreygers"] = 4 / top
    if form not in forms:
        raise HfworkError("judge_form", given=form, allowed=forms)
    return around(absolute * forms[form], se * forms[form])


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
    if name in ("sii", "rii") and not ((found.value >= 0) & (found.value <= found.scale)).all():
        return "above_scale"
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
    "between_group_variance": disproportion.between_group_variance,
    "between_group_deviation": disproportion.between_group_deviation,
    "coefficient_of_variation": disproportion.coefficient_of_variation,
    "theil": disproportion.theil,
    "mean_log_deviation": disproportion.mean_log_deviation,
    "mean_difference_best": lambda found: disproportion.mean_difference(found, "best"),
    "mean_difference_mean": disproportion.mean_difference,
    "disparity_index": disproportion.disparity_index,
}
