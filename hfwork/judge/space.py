"""Do neighbours resemble each other beyond chance, and where? For analysts, at village level.

Sources: Moran, Biometrika 37 (1950) 17; Geary, Inc. Stat. 5 (1954) 115; Cliff & Ord, Spatial Processes (1981); Anselin,
Geogr. Anal. 27 (1995) 93; Sokal, Oden & Thomson, Geogr. Anal. 30 (1998) 331; Ord & Getis, Geogr. Anal. 27 (1995) 286.
esda does the work; what differs from spdep is said where it is so.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from hfwork.errors import HfworkError
from hfwork.judge.adjacency import Neighbours
from hfwork.judge.compare import adjust
from hfwork.judge.smoothing import standardised_rates

Floats = NDArray[np.float64]
LEAST_UNITS = 8
FEW_UNITS = 1000  # esda compiles its permutations anew in every process, some fifteen seconds: worth it above this
QUADRANTS = np.array(["none", "high_high", "low_high", "low_low", "high_low"], dtype=object)  # esda's numbers 1 … 4
COLUMNS = ["local", "expected", "variance", "z", "p", "permuted_p", "adjusted_p", "quadrant", "cluster", "reason"]


@dataclass(frozen=True)
class Pattern:
    """A global measure: value, expectation and variance without a pattern, z, p by normal theory and by permutation.

    ``units`` took part, ``islands`` and ``missing`` did not. ``reason``: empty, ``too_few_units``, ``no_variance``.
    """

    value: float
    expected: float
    variance: float
    z: float
    p: float
    permuted_p: float
    units: int
    islands: list[str]
    missing: list[str]
    reason: str = ""


def moran(value: ArrayLike, near: Neighbours, permutations: int = 999, seed: int = 1, normal: bool = False) -> Pattern:
    """Moran's I, row-standardised: above its expectation −1/(n − 1) neighbours resemble each other.

    Parameters: ``value`` of shape (units,), NaN where missing (left out, as are islands); variance under randomisation,
    or under ``normal`` values. Returns: ``Pattern``, p two-sided; ``permuted_p`` two-sided from seeded permutations
    (twice the smaller tail). Through ``esda.Moran``. For rates use ``moran_rate``: small units scatter more, and their
    noise hides or feigns a pattern. Errors: ``judge_lengths``.
    """
    import esda

    y, kept, whole = _kept(value, near)
    if reason := _unfit(y):
        return _none(whole, reason)
    found = esda.Moran(y, kept.weights, transformation="r", permutations=0)
    variance, z, p = (
        (found.VI_norm, found.z_norm, found.p_norm) if normal else (found.VI_rand, found.z_rand, found.p_rand)
    )
    permuted = _permuted(y, kept, permutations, seed)
    high, low = (permuted >= found.I - 1e-12).sum() + 1, (permuted <= found.I + 1e-12).sum() + 1
    both = min(1.0, 2 * min(high, low) / (permutations + 1)) if permutations else np.nan
    return Pattern(float(found.I), float(found.EI), float(variance), float(z), float(p), both, len(y), *whole)


def moran_rate(
    count: ArrayLike, total: ArrayLike, near: Neighbours, permutations: int = 999, seed: int = 1, kind: str = "rate"
) -> Pattern:
    """Moran's I of rates standardised by their own variance (Assunção & Reis 1999); else as ``moran``.

    ``kind`` as in ``smoothing.standardised_rates``. esda's ``Moran_Rate`` gives the same for rates, but for its
    handling of a negative between-unit variance.
    """
    return moran(standardised_rates(count, total, kind), near, permutations, seed)


def geary(value: ArrayLike, near: Neighbours) -> Pattern:
    """Geary's C: below 1 neighbours resemble each other; variance under randomisation. Through ``esda.Geary``.

    z is turned so that it is positive for resemblance, as in spdep. Parameters and errors as ``moran``.
    """
    import esda

    y, kept, whole = _kept(value, near)
    if reason := _unfit(y):
        return _none(whole, reason)
    found = esda.Geary(y, kept.weights, transformation="r", permutations=0)
    z = float((1 - found.C) / np.sqrt(found.VC_rand))
    return Pattern(float(found.C), 1.0, float(found.VC_rand), z, float(2 * ndtr(-abs(z))), np.nan, len(y), *whole)


def lisa(
    value: ArrayLike, near: Neighbours, permutations: int = 999, seed: int = 1, level: float = 0.05
) -> pd.DataFrame:
    """Local Moran: which units lie in a group of high or low values, or stand out from their neighbours.

    Parameters: as ``moran``; ``level`` of the false discovery rate. Returns: one row per unit in order, ``COLUMNS``:
    ``local`` I (divided by Σz²/n, as spdep; esda's is n/(n − 1) times less), its conditional expectation and variance,
    z and two-sided p; ``permuted_p`` two-sided with ties on both sides (spdep draws neighbours with replacement, which
    widens its reference by about n/(n − 1)); ``adjusted_p`` Benjamini–Hochberg of that; ``quadrant`` of value and
    neighbours' mean; ``cluster`` the quadrant where ``adjusted_p`` ≤ ``level``, else ``none``; ``reason`` ``missing``,
    ``island``, ``too_few_units`` or ``no_variance``. Through ``esda.Moran_Local``. Errors: ``judge_lengths``.
    """
    import esda

    y, kept, _ = _kept(value, near)
    values = np.asarray(value, dtype=float)
    columns: dict[str, Any] = {name: np.full(len(values), np.nan) for name in COLUMNS[:7]}
    for name in ("quadrant", "cluster"):
        columns[name] = np.full(len(values), "none", dtype=object)
    took = _took(values, near)
    reason = np.where(~np.isfinite(values), "missing", np.where(took, "", "island")).astype(object)
    fault = _unfit(y)
    if fault:
        reason[took] = fault
        return pd.DataFrame(columns | {"reason": reason}, index=list(near.ids))[COLUMNS]
    n = len(y)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of esda's own p, which is not used here
        drawn = permutations if n > FEW_UNITS else 0
        found = esda.Moran_Local(y, kept.weights, permutations=drawn, seed=seed, n_jobs=1)
    z = y - y.mean()
    m2 = (z**2).mean()
    size = np.fromiter((len(part) for part in kept.positions), dtype=float, count=n)
    columns["local"][took] = found.Is * n / (n - 1)
    columns["expected"][took] = expected = -(z**2) / ((n - 1) * m2)
    spread = n / (n - 2) * (1 / size - 1 / (n - 1)) * (m2 - z**2 / (n - 1))
    columns["variance"][took] = variance = (z / m2) ** 2 * spread
    spare = np.where(variance > 1e-12 * np.abs(expected), variance, np.nan)  # all others are neighbours: nothing varies
    columns["z"][took] = score = (columns["local"][took] - expected) / np.sqrt(spare)
    columns["p"][took] = 2 * ndtr(-np.abs(score))
    if permutations:
        # Among thousands of units a tie, which esda counts in one tail only, does not matter.
        p = np.minimum(1, 2 * found.p_sim) if drawn else _local_p(z, kept, permutations, seed)
        columns["permuted_p"][took] = p
        columns["adjusted_p"][took] = adjusted = adjust(columns["permuted_p"][took])
        columns["cluster"][took] = np.where(adjusted <= level, QUADRANTS[found.q], "none")
    columns["quadrant"][took] = QUADRANTS[found.q]
    return pd.DataFrame(columns | {"reason": reason}, index=list(near.ids))[COLUMNS]


def lisa_rate(
    count: ArrayLike,
    total: ArrayLike,
    near: Neighbours,
    permutations: int = 999,
    seed: int = 1,
    level: float = 0.05,
    kind: str = "rate",
) -> pd.DataFrame:
    """Local Moran of rates standardised by their own variance; else as ``lisa``; ``kind`` as in ``moran_rate``."""
    return lisa(standardised_rates(count, total, kind), near, permutations, seed, level)


def getis_ord(value: ArrayLike, near: Neighbours, star: bool = False) -> Floats:
    """Local G (or G*, which counts the unit itself) as z-scores with binary weights: high values near high ones.

    Parameters as ``moran``; meant for values above 0. Returns: shape (units,), NaN for missing units and islands.
    Through ``esda.G_Local``.
    """
    import esda

    y, kept, _ = _kept(value, near)
    made = np.full(len(near.ids), np.nan)
    if not _unfit(y):
        found = esda.G_Local(y, kept.weights, transform="B", star=star, permutations=0)
        made[_took(np.asarray(value, dtype=float), near)] = found.Zs
        kept.weights.transform = "r"
    return made


def _local_p(z: Floats, near: Neighbours, permutations: int, seed: int) -> Floats:
    """Two-sided p of each unit: twice the smaller tail, a tie counting in both.

    A unit keeps its place and its neighbours are drawn from all others, without replacement; the same draws serve
    every unit, as in esda. Among few units the same neighbours are drawn again, so ties matter.
    """
    n, most = len(z), max(map(len, near.positions))
    order = np.broadcast_to(np.arange(n - 1), (permutations, n - 1))
    picks = np.random.default_rng(seed).permuted(order, axis=1)[:, :most]
    made, slack = np.ones(n), 1e-12 * (z**2).mean()
    for i, part in enumerate(near.positions):
        drawn = z[i] * np.delete(z, i)[picks[:, : len(part)]].mean(axis=1)
        seen = z[i] * z[list(part)].mean()
        high, low = (drawn >= seen - slack).sum(), (drawn <= seen + slack).sum()
        made[i] = min(1.0, 2 * (min(high, low) + 1) / (permutations + 1))
    return made


def _took(value: Floats, near: Neighbours) -> NDArray[np.bool_]:
    """Units with a value and at least one neighbour that takes part."""
    took = np.isfinite(value)
    while True:
        alone = took.all() and all(near.positions)
        some = took if alone else took & np.array([bool(took[list(part)].any()) for part in near.positions], dtype=bool)
        if (some == took).all():
            return some
        took = some  # with pairs that count one way only, who is left out may have been somebody's last neighbour


def _kept(value: ArrayLike, near: Neighbours) -> tuple[Floats, Neighbours, tuple[list[str], list[str]]]:
    """The values that take part, their neighbours, and the names of islands and of units without a value."""
    y = np.asarray(value, dtype=float)
    if y.shape != (len(near.ids),):
        raise HfworkError("judge_lengths", sizes=f"value {y.shape}, units {len(near.ids)}")
    took, missing = _took(y, near), ~np.isfinite(y)
    names = np.array(near.ids, dtype=object)
    return y[took], near.among(took), (names[~took & ~missing].tolist(), names[missing].tolist())


def _unfit(y: Floats) -> str:
    if len(y) < LEAST_UNITS:
        return "too_few_units"
    return "" if np.ptp(y) > 0 else "no_variance"


def _none(whole: tuple[list[str], list[str]], reason: str) -> Pattern:
    return Pattern(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, 0, *whole, reason)


def _permuted(y: Floats, near: Neighbours, permutations: int, seed: int) -> Floats:
    """Moran's I of seeded permutations of the values."""
    if not permutations:
        return np.array([])
    z = y - y.mean()
    mixed = np.random.default_rng(seed).permuted(np.broadcast_to(z, (permutations, len(z))), axis=1)
    return np.asarray((mixed * (near.weights.sparse @ mixed.T).T).sum(axis=1) / (z**2).sum())
