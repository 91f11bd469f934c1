"""One door to "is this change real?": picks the valid test for a figure, answers with a code and the test's name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from hfwork.judge import change, control, differences, exact, runs

LEAST_MONTHS = 12  # known points of a chart of months or quarters; fewer have provisional limits, which judge nothing
SMALL = 5.0  # smallest expected cell below which the exact test is taken
LEVEL = 0.05
_CHARTED = ("month", "quarter")
_A_YEAR = {"month": 12, "quarter": 4, "half": 2, "year": 1, "mc_year": 1}  # periods in a year
STEPS = tuple(_A_YEAR)
UNFINISHED = ("not_yet_due", "partial_period")  # reasons of figures that are neither judged nor compared with


@dataclass(frozen=True)
class Verdict:
    """``code``: ``higher lower rising falling no_change too_little cannot_calculate``; ``test`` names how it was found.

    ``test``: ``p_prime_chart u_prime_chart xmr_chart cochran_armitage weighted_trend newcombe fisher rate_ratio`` or
    empty. ``reason``: why nothing can be said: ``missing``, ``too_few_points``, ``part_exceeds_whole``, ``no_before``,
    ``no_interval``, ``not_yet_due``, ``partial_period``, ``no_denominator``. ``rule`` of a chart, ``points`` of a
    series; ``estimate lower upper``: difference of two proportions (fraction), or ratio of two rates; ``p`` of a test.
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


def real_change(series: pd.DataFrame, kind: str, step: str, at: int = -1) -> Verdict:
    """Is the figure at one position of a series a real change?

    Parameters: ``series`` of one indicator and place in time order, one row per period of equal length without gaps in
    the calendar: columns ``numerator denominator value lower95 upper95 reason`` (NaN where there is no figure), and
    ``phase`` (a label; charts and trends begin anew where it changes); ``kind`` ``proportion`` (parts of a whole),
    ``rate`` (events per exposure), ``count`` of events or ``value`` (anything without an interval); ``step`` ``month``,
    ``quarter``, ``half``, ``year``, ``mc_year``; ``at`` the position judged, default the last. Nothing after it counts.
    Returns: ``Verdict``. Months and quarters with at least twelve known points of the same phase: a control chart (P′,
    U′; XmR for counts) – ``higher`` or ``lower`` when a rule marks the point. Years with at least five: the Fingertips
    trend rule. Otherwise the figure against the same period a year before: Newcombe's interval, Fisher's exact test
    where an expected cell is below five, the exact ratio of two rates. Figures of periods
    not yet complete, or with cohorts not yet due, are neither judged nor compared with.
    People who are in both years make the two figures alike; the test then errs towards "no change".
    """
    at = at % len(series) if len(series) else 0
    past = series.iloc[: at + 1]
    if not len(past) or pd.isna(past["value"].iloc[-1]):
        return Verdict("too_little", reason="missing")
    if str(past["reason"].iloc[-1]) in UNFINISHED:
        return Verdict("too_little", reason=str(past["reason"].iloc[-1]))
    past = past.assign(value=past["value"].mask(past["reason"].isin(UNFINISHED)))
    phase = past["phase"] if "phase" in past else pd.Series(0, index=past.index)
    last = past[(phase != phase.iloc[-1]).iloc[::-1].cumsum().iloc[::-1] == 0]
    known = last[last["value"].notna()]
    if step in _CHARTED and len(known) >= LEAST_MONTHS:
        return _by_chart(known, kind)
    if step in ("year", "mc_year") and len(known) >= change.POINTS:
        return _by_trend(last, kind)
    before = len(past) - 1 - _A_YEAR.get(step, len(past))
    if before < 0 or pd.isna(past["value"].iloc[before]):
        return Verdict("too_little", reason="no_before", points=len(known))
    return pair(past.iloc[-1], past.iloc[before], kind)


def pair(now: pd.Series, before: pd.Series, kind: str) -> Verdict:
    """Two figures of one indicator and place, apart in time; ``numerator`` and ``denominator`` of both. See above."""
    x, n, y, m = (float(row[side]) for row in (now, before) for side in ("numerator", "denominator"))
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


def _by_chart(known: pd.DataFrame, kind: str) -> Verdict:
    chart, test = control.fitting(known["value"], known["numerator"], known["denominator"], kind)
    flag = runs.flags(chart).iloc[-1]
    code = "no_change" if not flag["rule"] else "higher" if flag["side"] > 0 else "lower"
    return Verdict(code, test, rule=str(flag["rule"]), points=len(known))


def _by_trend(last: pd.DataFrame, kind: str) -> Verdict:
    columns = [last[name].to_numpy(dtype=float) for name in ("value", "lower95", "upper95")]
    counts = [last[name].to_numpy(dtype=float) for name in ("numerator", "denominator")]
    proper = kind == "proportion" and bool((counts[0] <= counts[1])[-change.POINTS :].all())
    found = change.trend(*columns, *(counts if proper else [None, None]))  # type: ignore[arg-type]
    reason = {"cannot_calculate": "no_interval", "too_few_points": "too_few_points"}.get(found.code, "")
    code = "too_little" if found.code == "too_few_points" else found.code
    return Verdict(code, found.test, reason, "", found.points, found.slope, p=found.p)


def _side(lower: float, upper: float, reference: float) -> str:
    return "higher" if lower > reference else "lower" if upper < reference else "no_change"
