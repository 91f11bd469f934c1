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

from hfwork.judge.compare import SLACK

RUN = 7  # points on one side of the centre, or rising or falling
RULES = ("outside", "trend", "shift", "two_of_three")  # in this order a point is named


def flags(chart: pd.DataFrame, run: int = RUN) -> pd.DataFrame:
    """Special causes of each point of a chart: columns ``outside shift trend two_of_three`` (bool), ``rule``, ``side``.

    ``chart``: rows of ``control`` (value, centre, limits, phase) in time order. No rule reaches across a phase.
    ``outside``: beyond a three-sigma limit. ``shift``: in a run of at least seven on one side of the centre (a point on
    the centre ends it). ``trend``: among seven or more each higher, or each lower, than the one before.
    ``two_of_three``: beyond two thirds of the way to a limit with another such point on the same side among three in a
    row. ``rule``: the first of these, or empty. ``side``: 1 high or rising, −1 low or falling, 0 none.
    Missing points are passed over: a run goes on behind a gap. Values that differ in their last digits only are equal.
    """
    columns = {name: chart[name].to_numpy() for name in ("value", "centre", "lower", "upper", "lower95", "upper95")}
    phases = chart["phase"].to_numpy()
    known = np.isfinite(columns["value"]) & np.isfinite(columns["centre"])
    codes = np.zeros((len(RULES), len(chart)), dtype=np.int64)
    for phase in pd.unique(phases[known]):
        rows = known & (phases == phase)
        y, centre, lower, upper, lower95, upper95 = (column[rows] for column in columns.values())
        slack = SLACK * np.maximum(np.abs(y), np.abs(centre))
        beyond, near = _side(y, lower, upper, slack), _side(y, lower95, upper95, slack)
        shift = _long_runs(_side(y, centre, centre, slack), run)
        trend = _trends(_side(y[1:], y[:-1], y[:-1], slack[1:]), run)
        codes[:, rows] = beyond, trend, shift, _two_of_three(near)
    broken = codes != 0
    made = pd.DataFrame(dict(zip(RULES, broken, strict=True)), index=chart.index)
    rule = np.select(list(broken), list(RULES), "").astype(object)
    return made.assign(rule=rule, side=np.select(list(broken), list(codes), 0))


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


def _side(
    y: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64], slack: NDArray[np.float64]
) -> NDArray[np.int64]:
    """1 above ``upper``, −1 below ``lower``, else 0."""
    return (y > upper + slack) * np.int64(1) - (y < lower - slack) * np.int64(1)


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
