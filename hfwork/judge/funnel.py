"""Funnel plots: where units of their size would lie if all were as the whole, and who lies outside.

Sources: Spiegelhalter, Stat. Med. 24 (2005) 1185; Spiegelhalter, Qual. Saf. Health Care 14 (2005) 347; Spiegelhalter
et al., J. R. Stat. Soc. A 175 (2012) 1 (over-dispersion). Limits at 95 % and 99.8 % (about 2 and 3 standard errors).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import pdtrik
from scipy.stats import rankdata

from hfwork.errors import HfworkError
from hfwork.judge.columns import Column, take_floats
from hfwork.judge.compare import pick
from hfwork.judge.intervals import poisson_exact, quantile_of, tail_of

Floats = NDArray[np.float64]
TRIM = 0.1  # the share of z-scores drawn in at each end before over-dispersion is judged
LEAST_UNITS = 5
SPREAD = 10  # φ above this: units differ so much that limits around one mean say nothing


def proportion_limits(total: Column, share: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Limits of a proportion in units of a size: ``share ± z·√(share(1 − share)/total)``, cut to 0 … 1.

    Parameters: ``total`` persons and ``share`` of the whole in [0, 1], one shape or single numbers. Returns: fractions;
    NaN where missing or total is 0. A unit lies outside exactly when its Wilson interval excludes ``share``.
    Errors: ``judge_confidence`` and those of ``columns.take``.
    """
    z = quantile_of(confidence)
    (n, p), give = take_floats(total=total, share=share)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * np.sqrt(p * (1 - p) / np.where(n > 0, n, np.nan))
    return give(np.maximum(p - half, 0.0)), give(np.minimum(p + half, 1.0))


def rate_limits(exposure: Column, rate: Column, factor: float = 1, confidence: float = 0.95) -> tuple[Column, Column]:
    """Limits of a rate per ``factor`` in units of an exposure, by the inverse Poisson (as Fingertips).

    Parameters: ``exposure`` and the whole's ``rate`` per ``factor``, one shape or single numbers. Returns: the rates
    whose own exact interval just reaches ``rate``: with E = exposure·rate/factor the lower is O/E·rate where E is the
    upper exact limit of O events, 0 when even no event would not be too few; O need not be whole.
    NaN where missing or E is 0. Errors: ``judge_factor``, ``judge_confidence`` and those of ``columns.take``.
    """
    tail = tail_of(confidence)
    if not 0 < factor < np.inf:
        raise HfworkError("judge_factor", given=factor)
    (t, r), give = take_floats(exposure=exposure, rate=rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(t * r > 0, t * r / factor, np.nan)
        low = np.where(np.exp(-mean) >= tail, 0.0, pdtrik(tail, mean))
        high = pdtrik(1 - tail, mean) + 1
        return give(np.maximum(np.nan_to_num(low, nan=0.0), 0) / mean * r), give(high / mean * r)


def ratio_limits(expected: Column, confidence: float = 0.95) -> tuple[Column, Column]:
    """Limits of observed over expected around 1, by the exact interval of the expected number.

    Parameters: ``expected`` events > 0. Returns: ``poisson_exact(expected)/expected``, the form of published mortality
    funnels; NaN where missing or 0. Errors: ``judge_count``, ``judge_confidence`` and those of ``columns.take``.
    """
    (mean,), give = take_floats(expected=expected)
    known = np.where(mean > 0, mean, np.nan)
    lower, upper = (np.asarray(limit, float) for limit in poisson_exact(known, confidence))
    return give(lower / known), give(upper / known)


def flags(count: Column, total: Column, whole: Column, kind: str = "proportion", factor: float = 1) -> Column:
    """Where each unit lies: ``low998``, ``low95``, ``inside``, ``high95``, ``high998``; ``none`` where not judged.

    Parameters: ``count`` of ``total``; ``whole`` the value of all units together (a fraction; a rate per ``factor``
    when ``kind`` is ``rate``; the expected ratio, 1, when ``kind`` is ``ratio`` and ``total`` holds expected events).
    A rate or ratio is judged by the exact interval of its own count against the whole, which inverts ``rate_limits``.
    Errors: ``judge_kind`` and those of ``columns.take``.
    """
    if kind not in ("proportion", "rate", "ratio"):
        raise HfworkError("judge_kind", given=kind, allowed=("proportion", "rate", "ratio"))
    (x, n, centre), give = take_floats(count=count, total=total, whole=whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = (n > 0) & ~np.isnan(x) & ~np.isnan(centre)
        tests = [~known]
        for confidence in (0.998, 0.95):
            if kind == "proportion":
                known &= x <= n
                tests[0] = ~known
                low, high = (np.asarray(limit, float) for limit in proportion_limits(n, centre, confidence))
                tests += [x / n < low, x / n > high]
            else:
                low, high = (
                    np.asarray(limit, float) for limit in poisson_exact(np.where(known, x, np.nan), confidence)
                )
                mean = n * centre / (factor if kind == "rate" else 1)
                tests += [high < mean, low > mean]
    return give(pick(tests, ["none", "low998", "high998", "low95", "high95"], "inside"))


@dataclass(frozen=True)
class Dispersion:
    """How far units scatter beyond chance: φ (1 = chance alone), between-unit variance τ² on the working scale."""

    phi: float
    tau2: float
    units: int
    reason: str  # empty, or why no funnel around one mean should be drawn: too_few_units, over_dispersed, no_spread


def overdispersion(count: ArrayLike, total: ArrayLike, kind: str = "proportion", trim: float = TRIM) -> Dispersion:
    """Additive over-dispersion of a funnel (Spiegelhalter et al. 2012).

    Parameters: ``count`` and ``total`` of units, shape (units,); ``kind`` ``proportion`` (working scale
    arcsin √p, s = 1/2√n, z-scores winsorised at ``trim``) or ``ratio`` (``total`` holds expected events, scale log,
    s = 1/√E, the lowest and highest ``trim`` left out, as the NHS mortality indicator does). Units with a missing or
    zero cell are left out.
    Formula: z = (y − target)/s; φ = Σz²/k; τ² = max(0, (kφ − (k − 1)) / (Σw − Σw²/Σw)), w = 1/s²
    (DerSimonian–Laird). ``reason``: ``too_few_units`` below five, ``over_dispersed`` when φ exceeds 10.
    """
    x, n = (np.asarray(column, dtype=float) for column in (count, total))
    known = (n > 0) & (x >= 0) & ((x > 0) if kind == "ratio" else (x <= n))
    x, n = x[known], n[known]
    k = len(x)
    if k < LEAST_UNITS:
        return Dispersion(np.nan, np.nan, k, "too_few_units")
    y, target, s = _working(x, n, kind)
    z = (y - target) / s
    used = np.ones(k, dtype=bool)
    if kind == "ratio":
        groups = round(1 / trim)
        class_of = np.floor(rankdata(z, "ordinal") * groups / (k + 1))
        used = (class_of > 0) & (class_of < groups - 1)
    else:
        z = np.clip(z, *np.quantile(z, [trim, 1 - trim]))
    z, w, k = z[used], 1 / s[used] ** 2, int(used.sum())
    phi = float((z**2).sum() / k)
    room = w.sum() - (w**2).sum() / w.sum()
    tau2 = max(0.0, float((k * phi - (k - 1)) / room)) if room > 0 else np.nan
    reason = "over_dispersed" if phi > SPREAD else "no_spread" if np.isnan(tau2) else ""
    return Dispersion(phi, tau2, len(x), reason)


def adjusted_limits(
    total: Column, target: float, tau2: float, kind: str = "proportion", confidence: float = 0.95
) -> tuple[Column, Column]:
    """Funnel limits widened by the between-unit variance: target ± z·√(s² + τ²) on the working scale, turned back.

    Parameters: ``total`` persons (or expected events), ``target`` a fraction (or ratio), ``tau2`` of ``overdispersion``
    (0 gives the unadjusted arcsine or log limits). Returns: fractions or ratios. Errors: ``judge_confidence``.
    """
    z = quantile_of(confidence)
    (n,), give = take_floats(total=total)
    size = np.where(n > 0, n, np.nan)
    if kind == "ratio":
        half = z * np.sqrt(1 / size + tau2)
        return give(target * np.exp(-half)), give(target * np.exp(half))
    centre, half = np.arcsin(np.sqrt(target)), z * np.sqrt(1 / (4 * size) + tau2)
    lower, upper = np.clip(centre - half, 0, np.pi / 2), np.clip(centre + half, 0, np.pi / 2)
    return give(np.sin(lower) ** 2), give(np.sin(upper) ** 2)


def _working(x: Floats, n: Floats, kind: str) -> tuple[Floats, Any, Floats]:
    if kind == "ratio":
        return np.log(x / n), 0.0, 1 / np.sqrt(n)
    return np.arcsin(np.sqrt(x / n)), np.arcsin(np.sqrt(x.sum() / n.sum())), 1 / (2 * np.sqrt(n))
