"""Control charts: what a process does by chance, so that a real change stands out.

Sources: Shewhart (1931); Montgomery, Introduction to Statistical Quality Control, 7th ed. (2013); Nelson, J. Qual.
Technol. 14 (1982) 172 (screened moving ranges); Laney, Qual. Eng. 14 (2002) 531 (P′, U′); Benneyan, Health Care Manag.
Sci. 4 (2001) 305 (G); Nelson, J. Qual. Technol. 26 (1994) 239 (T).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hfwork.errors import HfworkError
from hfwork.judge.compare import SLACK

Floats = NDArray[np.float64]
COLUMNS = ["value", "centre", "lower", "upper", "lower95", "upper95", "phase", "reason"]
KINDS = ("proportion", "rate", "count", "value")
D2 = 1.128  # expected range of two standard normal values
SCREEN = 3.267  # a moving range above this many means is no chance variation (D4 of two observations)
ROUNDED = 2.66 * D2  # 2.66 is 3/1.128 rounded: NHS England charts use it, so limits there are 0.015 % wider
LEAST_POINTS = 12  # below this a phase has limits, but they are called provisional
FEWEST = 4  # below this there are none
LEAST_EVENTS = 5  # expected per point, and as many without the event: below, one event more is outside the limits


def xmr(
    value: ArrayLike,
    *,
    phases: ArrayLike | None = None,
    screen: bool = True,
    constant: float = 3.0,
    least: int = FEWEST,
) -> pd.DataFrame:
    """Chart of single values with limits from the moving range (XmR, also called I chart).

    Parameters: ``value`` in time order, shape (points,), any unit, NaN where missing; ``phases`` labels, one per
    point: each run of equal labels has its own limits (rebase at a phase or a break in definition); ``screen`` drops
    moving ranges above 3.267 times their mean once and takes the mean again (Nelson 1982); ``constant`` 3, or
    ``ROUNDED`` for the rounded 2.66 of other charts.
    Returns: one row per point, ``COLUMNS``: limits centre ± 3·mR̄/1.128; the warning limits ``lower95`` and
    ``upper95`` lie at two thirds of that (two standard errors). ``reason``: ``missing``, ``too_few_points`` (fewer than
    ``least`` in the phase: no limits), ``provisional`` (fewer than twelve).
    A missing value parts no range: neighbours are the known values before and after, as the cited peers have it.
    Errors: ``judge_lengths``.
    """

    def limits(y: Floats, _: Floats) -> tuple[float, Floats]:
        sigma = mean_range(y, screen) / D2 * constant / 3
        return float(y.mean()), np.full(len(y), sigma)

    y = np.asarray(value, dtype=float)
    return _chart(y, np.ones(len(y)), phases, limits, least)


def p(
    count: ArrayLike,
    total: ArrayLike,
    *,
    phases: ArrayLike | None = None,
    prime: bool = False,
    narrow: bool = True,
    screen: bool = True,
    least: int = FEWEST,
) -> pd.DataFrame:
    """Chart of proportions; with ``prime`` Laney's P′, for large denominators that scatter more than chance.

    Parameters: ``count`` of ``total`` per period, shape (points,); ``narrow``: whether P′ may be narrower than P, as
    published – where almost all moving ranges are 0 it then has no width at all; else as ``xmr``. Returns: as ``xmr``,
    fractions, the limits cut to 0 … 1. Formula: p̄ ± 3·√(p̄(1 − p̄)/n), p̄ = Σx/Σn; P′ multiplies by mR̄(z)/1.128, z
    the standardised values. ``reason`` also ``no_denominator`` and ``part_exceeds_whole``. Errors: ``judge_lengths``.
    """
    x, n = _pair(count, total)
    over = x > n
    chart = _chart(np.where(over, np.nan, _share(x, n)), n, phases, _pooled(_binomial, prime, narrow, screen), least)
    chart.loc[(n == 0), "reason"] = "no_denominator"
    chart.loc[over & (n > 0), "reason"] = "part_exceeds_whole"
    for name, end in (("lower", 0.0), ("lower95", 0.0), ("upper", 1.0), ("upper95", 1.0)):
        chart[name] = chart[name].clip(lower=end) if name.startswith("l") else chart[name].clip(upper=end)
    return chart


def u(
    count: ArrayLike,
    exposure: ArrayLike,
    *,
    phases: ArrayLike | None = None,
    prime: bool = False,
    narrow: bool = True,
    screen: bool = True,
    least: int = FEWEST,
) -> pd.DataFrame:
    """Chart of rates (events per exposure); with an exposure of 1 throughout, the C chart of counts.

    Parameters and results as ``p``, rates per unit of exposure, lower limits cut at 0. Formula: ū ± 3·√(ū/t).
    """
    x, t = _pair(count, exposure)
    limits = _pooled(lambda mean, size: np.sqrt(mean / size), prime, narrow, screen)
    chart = _chart(_share(x, t), t, phases, limits, least)
    chart.loc[t == 0, "reason"] = "no_denominator"
    chart[["lower", "lower95"]] = chart[["lower", "lower95"]].clip(lower=0)
    return chart


def g(gap: ArrayLike, *, phases: ArrayLike | None = None, least: int = FEWEST) -> pd.DataFrame:
    """Chart of opportunities between rare events (births between two birth defects), geometric limits.

    Parameters: ``gap`` ≥ 0, the number of uneventful cases between one event and the next, shape (gaps,). Returns: as
    ``xmr``; centre is the mean ḡ, limits ḡ ± 3·√(ḡ(ḡ + 1)) cut at 0: a long gap above the upper limit is an
    improvement, many short ones in a row show as a run. Formula: Benneyan 2001.
    """

    def limits(y: Floats, _: Floats) -> tuple[float, Floats]:
        mean = float(y.mean())
        return mean, np.full(len(y), np.sqrt(mean * (mean + 1)))

    gaps = np.asarray(gap, dtype=float)
    chart = _chart(gaps, np.ones(len(gaps)), phases, limits, least)
    chart[["lower", "lower95"]] = chart[["lower", "lower95"]].clip(lower=0)
    return chart


def t(days: ArrayLike, *, phases: ArrayLike | None = None, screen: bool = False, least: int = FEWEST) -> pd.DataFrame:
    """Chart of the time between rare events, XmR on the transformed time, turned back.

    Parameters: ``days`` > 0 between one event and the next (two on one day: half a day), shape (gaps,); NaN where
    missing. Returns: as ``xmr``, in days. Formula: y = days^(1/3.6) is nearly normal when events come at random
    (Nelson 1994); limits of y to the power 3.6.
    """
    y = np.asarray(days, dtype=float)
    chart = xmr(np.where(y > 0, y, np.nan) ** (1 / 3.6), phases=phases, screen=screen, least=least)
    for name in ("centre", "lower", "upper", "lower95", "upper95"):
        chart[name] = chart[name].clip(lower=0) ** 3.6
    return chart.assign(value=np.where(y > 0, y, np.nan))


def fitting(
    value: ArrayLike, count: ArrayLike, total: ArrayLike, kind: str, *, phases: ArrayLike | None = None
) -> tuple[pd.DataFrame, str]:
    """The chart that suits figures of a kind, and its name.

    Parameters: columns of shape (points,) in time order, NaN where missing; ``kind`` ``proportion``, ``rate``,
    ``count`` or ``value``; ``phases`` as in ``xmr``. Returns: ``COLUMNS`` of P′ (``p_prime_chart``, fractions), U′
    (``u_prime_chart``, per unit of ``total``), C′ (``c_prime_chart``, counts) or XmR (``xmr_chart``, in the unit of
    ``value``) – the last for values, and for shares of which one exceeds its whole: those have no binomial limits.
    Limits are never narrower than chance alone gives, and a phase that cannot bear them has none: ``reason``
    ``too_few_events`` where fewer than five events (or, of proportions, five without the event) are expected per point,
    ``too_coarse`` where half the moving ranges of an XmR chart are 0 (Wheeler, Understanding Variation, 2nd ed. 2000).
    Errors: ``judge_kind``, ``judge_lengths``.
    """
    if kind not in KINDS:
        raise HfworkError("judge_kind", given=kind, allowed=KINDS)
    x, n = _pair(count, total)
    if kind == "proportion" and not (x > n).any():
        chart = p(x, n, phases=phases, prime=True, narrow=False)
        return _bearing(chart, "too_few_events", lambda rows: _few(x[rows], n[rows] - x[rows])), "p_prime_chart"
    if kind in ("rate", "count"):
        exposure = n if kind == "rate" else np.where(np.isnan(x), np.nan, 1.0)
        chart = u(x, exposure, phases=phases, prime=True, narrow=False)
        name = "u_prime_chart" if kind == "rate" else "c_prime_chart"
        return _bearing(chart, "too_few_events", lambda rows: _few(x[rows])), name
    y = np.asarray(value, dtype=float)
    return _bearing(xmr(y, phases=phases), "too_coarse", lambda rows: _coarse(y[rows])), "xmr_chart"


def mean_range(value: ArrayLike, screen: bool = True) -> float:
    """Mean moving range of neighbouring values; with ``screen`` without those above 3.267 times their mean."""
    ranges = np.abs(np.diff(np.asarray(value, dtype=float)))
    if not len(ranges):
        return np.nan
    mean = ranges.mean()
    if screen:
        kept = ranges[ranges <= SCREEN * mean]
        mean = kept.mean() if len(kept) else mean
    return float(mean)


def _few(*sides: Floats) -> bool:
    return bool(min(side.mean() for side in sides) < LEAST_EVENTS)


def _coarse(y: Floats) -> bool:
    return bool((np.abs(np.diff(y)) <= SLACK * np.abs(y).max(initial=0)).mean() >= 0.5)


def _bearing(chart: pd.DataFrame, reason: str, unfit: Callable[[NDArray[np.bool_]], bool]) -> pd.DataFrame:
    """The chart without limits in phases that are ``unfit`` (asked of the known points of each), and why."""
    limits = ["centre", "lower", "upper", "lower95", "upper95"]
    known = chart["value"].notna() & chart["centre"].notna()
    for phase in chart.loc[known, "phase"].unique():
        rows = known & (chart["phase"] == phase)
        if unfit(rows.to_numpy()):
            chart.loc[rows, limits] = np.nan
            chart.loc[rows, "reason"] = reason
    return chart


def _pooled(
    spread: Callable[[float, Floats], Floats], prime: bool, narrow: bool, screen: bool
) -> Callable[..., tuple[float, Floats]]:
    """Centre and standard errors of proportions or rates around their pooled mean."""

    def limits(y: Floats, size: Floats) -> tuple[float, Floats]:
        mean = float((y * size).sum() / size.sum())
        sigma = spread(mean, size)
        if prime and (sigma > 0).all():
            times = mean_range((y - mean) / sigma, screen) / D2
            sigma = sigma * (times if narrow else max(times, 1.0))
        return mean, sigma

    return limits


def _binomial(mean: float, size: Floats) -> Floats:
    return np.asarray(np.sqrt(mean * (1 - mean) / size))


def _chart(
    y: Floats,
    size: Floats,
    phases: ArrayLike | None,
    limits: Callable[[Floats, Floats], tuple[float, Floats]],
    least: int,
) -> pd.DataFrame:
    """Limits phase by phase; ``limits`` gives centre and standard errors of the known points of one phase."""
    labels = np.zeros(len(y), dtype=np.int64) if phases is None else np.asarray(phases)
    if labels.shape != y.shape or y.ndim != 1:
        raise HfworkError("judge_lengths", sizes=f"value {y.shape}, phases {labels.shape}")
    known = np.isfinite(y) & (size > 0)
    phase = np.cumsum(np.r_[False, labels[1:] != labels[:-1]]) if len(y) else labels
    made = pd.DataFrame({name: np.full(len(y), np.nan) for name in COLUMNS[:6]}, index=range(len(y)))
    reason = np.where(known, "", "missing").astype(object)
    made["value"] = np.where(known, y, np.nan)
    for label in np.unique(phase):
        rows = (phase == label) & known
        points = int(rows.sum())
        if points < least:
            reason[rows] = "too_few_points"
            continue
        if points < LEAST_POINTS:
            reason[rows] = "provisional"
        centre, sigma = limits(y[rows], size[rows])
        for name, side, z in (("lower", -1, 3), ("upper", 1, 3), ("lower95", -1, 2), ("upper95", 1, 2)):
            made.loc[rows, name] = centre + side * z * sigma
        made.loc[rows, "centre"] = centre
    return made.assign(phase=phase, reason=reason)


def _pair(count: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.asarray(count, dtype=float), np.asarray(total, dtype=float)
    if x.shape != n.shape:
        raise HfworkError("judge_lengths", sizes=f"{x.shape}, {n.shape}")
    return x, n


def _share(x: Floats, n: Floats) -> Floats:
    return np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)
