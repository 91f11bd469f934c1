"""One door to "is this change real?": picks the valid test for a figure, answers with a code and the test's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfwork.judge import change, control, differences, exact, runs

Floats = NDArray[np.float64]
LEAST_MONTHS = 12  # known points of a chart of months or quarters; fewer have provisional limits, which judge nothing
SMALL = 5.0  # smallest expected cell below which the exact test is taken
LEVEL = 0.05
_CHARTED, _YEARLY = ("month", "quarter"), ("year", "mc_year")
_A_YEAR = {"month": 12, "quarter": 4, "half": 2, "year": 1, "mc_year": 1}  # periods in a year
STEPS = tuple(_A_YEAR)
# Reasons of figures that will still move: neither judged nor compared with.
UNFINISHED = ("not_yet_due", "partial_period", "incomplete_returns")


@dataclass(frozen=True)
class Verdict:
    """``code``: ``higher lower rising falling no_change too_little cannot_calculate``; ``test`` names how it was found.

    ``test``: ``p_prime_chart u_prime_chart c_prime_chart xmr_chart cochran_armitage weighted_trend newcombe fisher
    rate_ratio`` or empty. ``reason``: why nothing can be said: ``missing``, ``part_exceeds_whole``, ``no_before``,
    ``new_definition``, ``no_interval``, ``no_denominator``, ``unstable`` or one of ``UNFINISHED``. ``rule`` of a
    chart, ``points`` of a series; ``estimate lower upper``: difference of two proportions (fraction), or ratio of two
    rates; ``p`` of a test.
    """

    code: str
    test: str = ""
    reason: str = ""
    rule: str = ""
    points: int = 0
    estimate: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    p: float = np.nan


def real_change(
    series: Mapping[str, Any] | pd.DataFrame, kind: str, step: str, at: int = -1, *, stock: bool = False
) -> Verdict:
    """Is the figure at one position of a series a real change?

    Parameters: ``series`` of one indicator and place in time order, one row per period of equal length, a table or a
    mapping of columns: ``numerator denominator value lower95 upper95 reason`` (NaN where there is no figure), ``phase``
    (a label; charts and trends begin anew where it changes) and ``start`` (dates; without it the rows are taken to have
    no gaps in the calendar); ``kind`` ``proportion`` (parts of a whole), ``rate`` (events per exposure), ``count`` of
    events or ``value`` (anything without an interval); ``step`` ``month``, ``quarter``, ``half``, ``year``,
    ``mc_year``; ``at`` the position judged, default the last, nothing after it counts; ``stock``: the same people are
    counted again in the next period.
    Returns: ``Verdict``. Months and quarters of a flow with at least twelve known points of the same phase: the control
    chart of ``control.fitting`` – ``higher`` or ``lower`` when a rule marks the point. A stock has none: neighbouring
    months hold the same people, so limits from month to month are far too narrow and cry out without end. Five years,
    the last five all known: the Fingertips trend rule. Otherwise, and where a chart cannot bear limits, the figure
    against the same period a year before, if of the same phase: Newcombe's interval, Fisher's exact test where an
    expected cell is below five, the exact ratio of two rates. Figures that will still move (``UNFINISHED``) are neither
    judged nor compared with. People who are in both years make the two figures alike; the test then errs towards "no
    change". Each figure is judged for itself at 95 % (trends 99.8 %, charts three sigma): of twenty that did not
    change one is called changed.
    """
    size = len(series["value"])
    past = _Series(series, range(size)[at] + 1 if size else 0)
    if not size or np.isnan(past.value[-1]):
        return Verdict("too_little", reason="missing")
    if past.reason[-1] in UNFINISHED:
        return Verdict("too_little", reason=past.reason[-1])
    if kind == "proportion" and past.x[-1] > past.n[-1]:
        return Verdict("cannot_calculate", reason="part_exceeds_whole")
    past.value[np.isin(past.reason, UNFINISHED)] = np.nan
    begin = int(np.flatnonzero(past.phase != past.phase[-1])[-1]) + 1 if (past.phase != past.phase[-1]).any() else 0
    points = int((~np.isnan(past.value[begin:])).sum())
    if step in _CHARTED and not stock and points >= LEAST_MONTHS and (charted := _by_chart(past, begin, kind)):
        return charted
    last = past.value[begin:][-change.POINTS :]
    if step in _YEARLY and len(last) == change.POINTS and not np.isnan(last).any() and past.yearly(change.POINTS):
        return _by_trend(past, kind)
    before = past.year_before(step)
    if before < 0 or np.isnan(past.value[before]):
        return Verdict("too_little", reason="no_before", points=points)
    if past.phase[before] != past.phase[-1]:
        return Verdict("too_little", reason="new_definition", points=points)
    return pair(past.counts(-1), past.counts(before), kind)


def pair(now: tuple[float, float], before: tuple[float, float], kind: str) -> Verdict:
    """Two figures of one indicator and place, apart in time: numerator and denominator of both. See above."""
    (x, n), (y, m) = now, before
    if kind == "value":
        return Verdict("cannot_calculate", reason="no_interval")
    if kind == "count":
        n = m = 1.0
    if np.isnan([x, n, y, m]).any():
        return Verdict("cannot_calculate", reason="missing")
    if kind == "proportion" and (x > n or y > m):
        return Verdict("cannot_calculate", reason="part_exceeds_whole")
    if n == 0 or m == 0:
        return Verdict("cannot_calculate", reason="no_denominator")
    if kind == "proportion":
        value, lower, upper = differences.proportion_difference(x, n, y, m)
        if differences.smallest_expected(x, n, y, m) >= SMALL:
            return Verdict(_side(lower, upper, 0.0), "newcombe", "", "", 2, value, lower, upper)
        p = float(exact.fisher_test(x, n, y, m))
        code = "no_change" if p > LEVEL else "higher" if value > 0 else "lower"
        return Verdict(code, "fisher", "", "", 2, value, lower, upper, p)
    value, lower, upper = differences.rate_ratio(x, n, y, m)
    if np.isnan(lower):
        return Verdict("no_change", "rate_ratio", "", "", 2)
    return Verdict(_side(lower, upper, 1.0), "rate_ratio", "", "", 2, value, lower, upper)


def months_of(start: Iterable[Any]) -> list[tuple[int, int]]:
    """Year and month of dates of any kind."""
    days = pd.DatetimeIndex(list(start))
    return list(zip(days.year, days.month, strict=True))


def a_year_earlier(months: list[tuple[int, int]], at: int) -> int:
    """The position of the same month a year before that ``at`` a position; −1 where there is none."""
    wanted = (months[at][0] - 1, months[at][1])
    return months.index(wanted) if wanted in months else -1


class _Series:
    """The columns of a series up to a position, as plain arrays: thousands of figures are judged for one release."""

    def __init__(self, series: Mapping[str, Any] | pd.DataFrame, size: int) -> None:
        def column(name: str) -> Floats:
            return np.array(series[name], dtype=float)[:size]

        self.value, self.lower, self.upper = column("value"), column("lower95"), column("upper95")
        self.x, self.n = column("numerator"), column("denominator")
        self.reason = np.asarray(series["reason"], dtype=object)[:size]
        self.phase = np.asarray(series["phase"], dtype=object)[:size] if "phase" in series else np.zeros(size)
        self.months = months_of(series["start"][:size]) if "start" in series else []

    def counts(self, at: int) -> tuple[float, float]:
        return float(self.x[at]), float(self.n[at])

    def yearly(self, points: int) -> bool:
        """Whether the last points are a year apart each, as far as their dates tell."""
        last = self.months[-points:]
        return all(year + 1 == after for (year, _), (after, _) in pairwise(last))

    def year_before(self, step: str) -> int:
        """The position of the same period a year before the last one, by its date where there is one; else −1."""
        if step not in _A_YEAR:
            return -1
        if self.months:
            return a_year_earlier(self.months, len(self.months) - 1)
        return max(len(self.value) - 1 - _A_YEAR[step], -1)


def _by_chart(past: _Series, begin: int, kind: str) -> Verdict | None:
    """The verdict of the chart of the known points from ``begin`` on; None where they cannot bear limits."""
    known = np.flatnonzero(~np.isnan(past.value[begin:])) + begin
    chart, test = control.fitting(past.value[known], past.x[known], past.n[known], kind)
    if pd.isna(chart["centre"].iloc[-1]):
        return None
    flag, point = runs.flags(chart).iloc[-1], chart.iloc[-1]
    rule, side = str(flag["rule"]), int(flag["side"])
    if rule == "trend" and flag["shift"]:  # falling for seven months is no fall while all of them lie high
        rule, side = "shift", int(np.sign(point["value"] - point["centre"]))
    code = "no_change" if not rule else "higher" if side > 0 else "lower"
    return Verdict(code, test, rule=rule, points=len(known))


def _by_trend(past: _Series, kind: str) -> Verdict:
    last = slice(-change.POINTS, None)
    x, n = past.x[last], past.n[last]
    counts = (x, n) if kind == "proportion" and bool((x <= n).all()) else (None, None)
    found = change.trend(past.value[last], past.lower[last], past.upper[last], *counts)
    reason = "no_interval" if found.code == "cannot_calculate" else ""
    return Verdict(found.code, found.test, reason, "", found.points, found.slope, p=found.p)


def _side(lower: float, upper: float, reference: float) -> str:
    return "higher" if lower > reference else "lower" if upper < reference else "no_change"
