"""Rules for control and run charts: which points or runs are more than chance.

Sources: Provost & Murray, The Health Care Data Guide (2011); NHS England, Making Data Count (outside the limits; seven
on one side; seven rising or falling; two of three near a limit); Anhøj & Olesen, PLoS ONE 9 (2014) e113825.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom

RUN = 7  # points on one side of the centre, or rising or falling
RULES = ("outside", "trend", "shift", "two_of_three")  # in this order a point is named


def flags(chart: pd.DataFrame, run: int = RUN) -> pd.DataFrame:
    """Special causes of each point of a chart: columns ``outside shift trend two_of_three`` (bool), ``rule``, ``side``.

    ``chart``: rows of ``control`` (value, centre, limits, phase) in time order. No rule reaches across a phase.
    ``outside``: beyond a three-sigma limit. ``shift``: in a run of at least seven on one side of the centre (a point on
    the centre ends it). ``trend``: among seven or more each higher, or each lower, than the one before.
    ``two_of_three``: beyond two thirds of the way to a limit with another such point on the same side among three in a
    row. ``rule``: the first of these, or empty. ``side``: 1 high or rising, −1 low or falling, 0 none.
    Missing points are passed over: a run goes on behind a gap.
    """
    made = pd.DataFrame(False, index=chart.index, columns=[*RULES])
    side = np.zeros(len(chart), dtype=np.int64)
    for _, part in chart.groupby("phase"):
        part = part[part["value"].notna() & part["centre"].notna()]
        if not len(part):
            continue
        y, centre = part["value"].to_numpy(), part["centre"].to_numpy()
        above = np.sign(y - centre).astype(np.int64)
        where = chart.index.get_indexer(part.index)
        beyond = (y > part["upper"].to_numpy()) * 1 - (y < part["lower"].to_numpy()) * 1
        near = (y > part["upper95"].to_numpy()) * 1 - (y < part["lower95"].to_numpy()) * 1
        shift = _long_runs(above, run)
        steps = np.sign(np.diff(y)).astype(np.int64)
        trend = _trends(steps, run)
        pair = _two_of_three(near)
        codes = (beyond, trend, shift, pair)
        for name, code in zip(RULES, codes, strict=True):
            made.loc[part.index, name] = code != 0
        side[where] = np.select([code != 0 for code in codes], codes, 0)
    named = np.select([made[name].to_numpy() for name in RULES], list(RULES), "")
    return made.assign(rule=named.astype(object), side=side)


@dataclass(frozen=True)
class Runs:
    """Anhøj's two numbers of a run chart and what chance allows."""

    points: int
    longest: int
    longest_allowed: float
    crossings: int
    crossings_needed: float

    @property
    def signal(self) -> bool:
        """True when the longest run is too long or the centre is crossed too seldom."""
        return self.longest > self.longest_allowed or self.crossings < self.crossings_needed


def anhoej(value: ArrayLike, centre: ArrayLike) -> Runs:
    """Run rules of Anhøj & Olesen: a longest run above round(log₂ n) + 3, or fewer crossings than the 5 % point of a
    binomial (n − 1, ½).

    Parameters: ``value`` in time order, ``centre`` one number or one per point; NaN and points on the centre do not
    count. Returns: ``Runs``; limits NaN with no point. The rules find persistent shifts, not single points.
    """
    y = np.asarray(value, dtype=float)
    sides = np.sign(y - np.asarray(centre, dtype=float))
    sides = sides[np.isfinite(sides) & (sides != 0)]
    n = len(sides)
    if not n:
        return Runs(0, 0, np.nan, 0, np.nan)
    changes = np.flatnonzero(np.diff(sides)) + 1
    lengths = np.diff(np.r_[0, changes, n])
    needed = float(binom.ppf(0.05, n - 1, 0.5)) if n > 1 else 0.0
    return Runs(n, int(lengths.max()), float(np.round(np.log2(n)) + 3), len(changes), needed)


def _long_runs(side: NDArray[np.int64], run: int) -> NDArray[np.int64]:
    """The side of each point that lies in a run of at least ``run`` on one side, else 0."""
    cuts = np.r_[0, np.flatnonzero(np.diff(side)) + 1, len(side)]
    found = np.zeros(len(side), dtype=np.int64)
    for start, end in pairwise(cuts):
        if end - start >= run:
            found[start:end] = side[start]
    return found


def _trends(steps: NDArray[np.int64], run: int) -> NDArray[np.int64]:
    """Points among at least ``run`` that rise or fall throughout: n points have n − 1 steps."""
    runs = _long_runs(steps, run - 1)
    found = np.zeros(len(steps) + 1, dtype=np.int64)
    found[1:] = runs
    found[:-1] = np.where(found[:-1] == 0, runs, found[:-1])
    return found


def _two_of_three(near: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.zeros(len(near), dtype=np.int64)
    for side in (1, -1):
        is_near = near == side
        for start in range(max(len(near) - 2, 0)):
            if is_near[start : start + 3].sum() >= 2:
                found[start : start + 3][is_near[start : start + 3]] = side
    return found
