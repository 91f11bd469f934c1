"""How unequally something is spread over groups that have no order: variance, Theil, deviations from a point.

Sources: Schlotheuber & Hosseinpoor, Int. J. Environ. Res. Public Health 19 (2022) 3697; Theil (1967).
"""

from __future__ import annotations

import numpy as np

from hfwork.errors import HfworkError
from hfwork.judge.groups import Estimate, Groups, around


def theil(found: Groups) -> Estimate:
    """Theil index × 1000: 1000·Σw(y/μ)ln(y/μ), 0 when all are equal; delta-method standard error (also × 1000).

    healthequal leaves its standard error unscaled beside the scaled estimate; here both are × 1000.
    """
    w, a = found.share, found.value / found.mean
    index = float((w * a * np.log(a)).sum())
    se = float(np.sqrt(((w * found.se / found.mean * (np.log(a) - index)) ** 2).sum()))
    return around(1000 * index, 1000 * se)


def mean_log_deviation(found: Groups) -> Estimate:
    """Mean log deviation × 1000: 1000·Σw·ln(μ/y); standard error as ``theil``, delta method."""
    w, y, mean = found.share, found.value, found.mean
    se = float(np.sqrt((w**2 * found.se**2 * (1 / mean - 1 / y) ** 2).sum()))
    return around(1000 * float((w * np.log(mean / y)).sum()), 1000 * se)


def between_group_variance(found: Groups) -> Estimate:
    """Σw(y − μ)², in squared units; the standard error of a quadratic form: 4y′AΣAy + 2tr(AΣAΣ), A = diag(w) − ww′."""
    w, away, variance = found.share, found.value - found.mean, found.se**2
    a = np.diag(w) - np.outer(w, w)
    se = np.sqrt(4 * ((w * away) ** 2 * variance).sum() + 2 * (a**2 * np.outer(variance, variance)).sum())
    return around(float((w * away**2).sum()), float(se))


def between_group_deviation(found: Groups) -> Estimate:
    """√ of the between-group variance, in the unit of the value; standard error by the delta method."""
    variance, se, *_ = between_group_variance(found)
    deviation = float(np.sqrt(variance))
    return around(deviation, se / (2 * deviation) if deviation else np.nan)


def coefficient_of_variation(found: Groups) -> Estimate:
    """Between-group deviation in % of the mean."""
    deviation, se, *_ = between_group_deviation(found)
    return around(100 * deviation / found.mean, 100 * se / found.mean)


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
