"""Rates made comparable between places of unlike age: direct and indirect standardisation.

Sources: Dobson, Kuulasmaa, Eberle & Scherer, Stat. Med. 10 (1991) 457; Breslow & Day, Statistical Methods in Cancer
Research II (1987) ch. 2. esda's ``direct_age_standardization`` gives the same rate with a gamma interval (Fay & Feuer
1997), slightly wider above; Fingertips publishes Dobson's, which stands here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hfwork.errors import HfworkError
from hfwork.judge.intervals import EXACT_BELOW, byar, count_interval

Floats = NDArray[np.float64]


def dsr(
    count: ArrayLike, population: ArrayLike, standard: ArrayLike, factor: float = 100_000, confidence: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Directly standardised rate with Dobson's limits: ``(value, lower, upper)`` per ``factor``.

    Parameters: ``count`` of events and ``population`` (person-years), arrays of shape (…, bands), one row per place;
    ``standard`` population of shape (bands,) or (…, bands). Returns: three arrays of shape (…).
    Formula: value = Σ w·x/n / Σw; var = Σ w²·x/n² / (Σw)²; limits = value + √(var/O)·(L − O), O all events of the
    place and L its Byar limit. NaN where a band is missing, a band of the standard has nobody to observe, or fewer
    than ten events were seen (``reasons`` says which): the rate would be chance.
    Errors: ``judge_lengths``, ``judge_factor``, ``judge_confidence``.
    """
    x, n, w = _bands(count, population, standard)
    if not 0 < factor < np.inf:
        raise HfworkError("judge_factor", given=factor)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = w / w.sum(axis=-1, keepdims=True)
        weight = np.where(share == 0, 0.0, share / n)  # a band that weighs nothing needs nobody in it
        term = weight * x
        total, value = x.sum(axis=-1), term.sum(axis=-1)
        spread = np.sqrt(np.einsum("...i,...i->...", weight, term) / total)
        withheld = ~(total >= EXACT_BELOW) | ~np.isfinite(value)
        seen = np.where(withheld, np.nan, total)
        low, high = byar(seen, confidence)
        lower, upper = value + spread * (low - seen), value + spread * (high - seen)
    return np.where(withheld, np.nan, value) * factor, lower * factor, upper * factor


def isr(
    count: ArrayLike,
    population: ArrayLike,
    standard_count: ArrayLike,
    standard_population: ArrayLike,
    factor: float = 1,
    confidence: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """Indirectly standardised ratio (SMR of deaths): ``(value, lower, upper)``; 1·factor = as expected.

    Parameters: ``count`` and ``population`` of shape (…, bands) or, for ``count``, already summed (…); the standard's
    counts and population of shape (bands,). Returns: three arrays of shape (…).
    Formula: O / E with E = Σ n·X/N; limits: ``intervals.count_interval`` of O over E (exact below ten events, then
    Byar's). NaN where anything is missing, E is 0, or the standard has nobody in a band that
    counts. Errors: ``judge_lengths``, ``judge_factor``, ``judge_confidence``.
    """
    if not 0 < factor < np.inf:
        raise HfworkError("judge_factor", given=factor)
    means = expected(population, standard_count, standard_population)
    x = np.asarray(count, dtype=float)
    seen = x.sum(axis=-1) if x.ndim > means.ndim else x
    if seen.shape != means.shape:
        raise HfworkError("judge_lengths", sizes=f"count {x.shape}, expected {means.shape}")
    lower, upper = count_interval(seen, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        per = factor / np.where((means > 0) & np.isfinite(means), means, np.nan)
        return seen * per, np.asarray(lower) * per, np.asarray(upper) * per


def expected(population: ArrayLike, standard_count: ArrayLike, standard_population: ArrayLike) -> Floats:
    """Events expected if the standard's rates held: Σ n·X/N over the last axis. Errors: ``judge_lengths``."""
    n, x, per = _bands(population, standard_count, standard_population)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n == 0, 0.0, n * x / per).sum(axis=-1)


def reasons(count: ArrayLike, population: ArrayLike, standard: ArrayLike) -> NDArray[Any]:
    """Why ``dsr`` gives no rate, a code per place: ``missing``, ``no_denominator``, ``too_few_events`` or empty."""
    x, n, w = _bands(count, population, standard)
    missing = (np.isnan(x) | np.isnan(n) | np.isnan(w)).any(axis=-1)
    empty = ((n == 0) & (w > 0)).any(axis=-1) | ~(w.sum(axis=-1) > 0)
    few = x.sum(axis=-1) < EXACT_BELOW
    codes = np.array(["", "missing", "no_denominator", "too_few_events"], dtype=object)
    return codes[np.select([missing, empty, few], [1, 2, 3], 0)]


def _bands(*columns: ArrayLike) -> list[Floats]:
    """Arrays with one last axis, the bands."""
    arrays = [np.asarray(column, dtype=float) for column in columns]
    if len({array.shape[-1:] for array in arrays}) > 1 or not arrays[0].ndim:
        raise HfworkError("judge_lengths", sizes=", ".join("×".join(map(str, array.shape)) for array in arrays))
    return arrays
