"""The one result shape: values, intervals, targets and states from counts; also its column names, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hfwork.judge import compare, intervals
from hfwork.measure.cohort import all_due
from hfwork.measure.frame import Frame, cut_day, is_partial
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator, Version
from hfwork.plan.periods import Period, parse

KEYS = ["indicator", "version", "place", "level", "period", "start", "end", "basis", "boundaries", "group"]
NUMBERS = ["numerator", "denominator", "value", "lower95", "upper95", "lower998", "upper998"]
COLUMNS = [*KEYS, *NUMBERS, "method", "target", "status", "state", "reason", "apportioned", "grade"]
STATES = ("value", "missing", "not_applicable", "suppressed", "unstable")
_CONFIDENCE = {"95": 0.95, "998": 0.998}


def assemble(plan: Plan, counts: pd.DataFrame, frame: Frame, errors: pd.DataFrame) -> pd.DataFrame:
    """Cells of every indicator, place and period, before disclosure control: columns ``COLUMNS``.

    ``counts`` from ``measure.cube.roll_up``; ``errors`` has columns ``table place rows errors`` – accepted and
    faulty rows per table and place (any level). Counts are whole numbers kept as floats, so that a missing
    one is NaN; every rate is recomputed from its counts.
    """
    by_measure = {str(name): part.reset_index(drop=True) for name, part in counts.groupby("measure", sort=False)}
    keys = next(iter(by_measure.values()))[["place", "level", "period"]]
    rows_of = {token: np.flatnonzero(keys["period"] == token) for token in keys["period"].unique()}
    faults = {str(table): part.set_index("place") for table, part in errors.groupby("table")}
    parts = []
    for indicator in plan.indicators.values():
        for period in frame.periods:
            if _has(indicator, period):
                rows = rows_of[period.token]
                here = {name: by_measure[name].iloc[rows] for name in indicator.measure_ids()}
                parts.append(_cells(plan, indicator, period, keys.iloc[rows], here, frame, faults))
    cells = pd.concat(parts, ignore_index=True)
    cells = _with_targets(plan, cells)
    return cells[COLUMNS]


def _has(indicator: Indicator, period: Period) -> bool:
    """A maternal-and-child indicator has maternal years instead of calendar years."""
    return period.level != ("year" if indicator.year == "maternal" else "mc_year")


def _cells(
    plan: Plan,
    indicator: Indicator,
    period: Period,
    keys: pd.DataFrame,
    counts: Mapping[str, pd.DataFrame],
    frame: Frame,
    faults: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    end = cut_day(period, frame.as_of)
    version = indicator.version_on(end)
    cells = keys.reset_index(drop=True).assign(
        indicator=indicator.id,
        version=version.version if version else "",
        start=max(period.start, frame.start),
        end=end,
        basis=indicator.year,
        boundaries=frame.as_of.isoformat(),
        group="",
        method="" if indicator.interval == "none" else indicator.interval,
        apportioned=False,
    )
    if version is None:
        return cells.assign(**dict.fromkeys(NUMBERS, np.nan), state="not_applicable", reason="before_version", grade="")
    numbers = {
        side: sum((counts[name]["count"].to_numpy(dtype=float) for name in names), np.zeros(len(cells)))
        for side, names in (("numerator", version.numerator), ("denominator", version.denominator))
    }
    x = numbers["numerator"]
    n = np.full(len(cells), np.nan) if indicator.plain else numbers["denominator"]
    state, reason = _states(plan, indicator, version, period, x, n, counts, frame)
    blank = state != "value"
    x, n = np.where(blank, np.nan, x), np.where(blank, np.nan, n)
    value = x if indicator.plain else np.divide(x * indicator.factor, n, out=np.full(len(x), np.nan), where=n > 0)
    cells = cells.assign(numerator=x, denominator=n, value=value, state=state, reason=reason)
    for name, confidence in _CONFIDENCE.items():
        lower, upper = _interval(indicator, x, n, confidence)
        cells[f"lower{name}"], cells[f"upper{name}"] = lower, upper
    cells["grade"] = _grades(plan, version, counts, cells["place"], faults)
    return cells


def _interval(indicator: Indicator, x: np.ndarray, n: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    if indicator.interval == "wilson":
        lower, upper = intervals.wilson(x, n, confidence)
        return lower * indicator.factor, upper * indicator.factor
    if indicator.interval == "byar":
        if indicator.plain:
            return intervals.count_interval(x, confidence)
        return intervals.rate(x, n, indicator.factor, confidence)
    return np.full(len(x), np.nan), np.full(len(x), np.nan)


def _states(
    plan: Plan,
    indicator: Indicator,
    version: Version,
    period: Period,
    x: np.ndarray,
    n: np.ndarray,
    counts: Mapping[str, pd.DataFrame],
    frame: Frame,
) -> tuple[np.ndarray, np.ndarray]:
    """State and reason codes: missing, zero and not applicable stay apart."""
    used = [counts[name] for name in [*version.numerator, *version.denominator]]
    due = np.all([part["expected"].to_numpy() > 0 for part in used], axis=0)
    none = np.any([part["reported"].to_numpy() == 0 for part in used], axis=0)
    gaps = np.any([part["reported"].to_numpy() < part["expected"].to_numpy() for part in used], axis=0)
    cohorts = [m.cohort for m in (plan.measures[name] for name in version.numerator) if m.cohort]
    waiting = np.full(len(x), not all(all_due(c, cut_day(period, frame.as_of), frame.as_of) for c in cohorts))
    partial = np.full(len(x), is_partial(period, frame.start, frame.as_of))
    empty = np.zeros(len(x), dtype=bool) if indicator.plain else n == 0
    exceeds = (indicator.interval == "wilson") & (x > n)
    over = np.full(len(x), period.end <= frame.as_of)
    tests: list[tuple[np.ndarray, str, str]] = [
        (none & ~due & over, "not_applicable", "no_place"),
        (none & ~due, "missing", "not_yet_due"),
        (none, "missing", "returns_missing"),
        (gaps & (not indicator.plain), "missing", "returns_missing"),
        (empty & waiting, "missing", "not_yet_due"),
        (empty, "not_applicable", "no_denominator"),
        (exceeds, "value", "part_exceeds_whole"),
        (gaps, "value", "incomplete_returns"),
        (waiting, "value", "not_yet_due"),
        (partial, "value", "partial_period"),
    ]
    masks = [test[0] for test in tests]
    state = np.select(masks, [test[1] for test in tests], "value").astype(object)
    reason = np.select(masks, [test[2] for test in tests], "").astype(object)
    return state, reason


def _grades(
    plan: Plan,
    version: Version,
    counts: Mapping[str, pd.DataFrame],
    places: pd.Series,
    faults: Mapping[str, pd.DataFrame],
) -> np.ndarray:
    """Data grade A–D: the worst over the measures used, from completeness and the share of faulty rows."""
    worst = np.full(len(places), "A", dtype=object)
    none_due = np.zeros(len(places), dtype=bool)
    for name in [*version.numerator, *version.denominator]:
        part = counts[name]
        expected, reported = part["expected"].to_numpy(dtype=float), part["reported"].to_numpy(dtype=float)
        complete = np.divide(reported, expected, out=np.zeros(len(part)), where=expected > 0)
        fault = faults.get(plan.measures[name].table)
        if fault is None:
            share = np.zeros(len(part))
        else:
            both = fault.reindex(places)
            share = (both["errors"] / both["rows"].clip(lower=1)).fillna(0).to_numpy()
        grade = np.full(len(part), "D", dtype=object)
        for letter in ("C", "B", "A"):
            bound = plan.policy.grades[letter]
            grade[(complete >= bound.completeness) & (share <= bound.errors)] = letter
        worst = np.maximum(worst, grade)
        none_due |= expected == 0
    return np.where(none_due, "", worst)  # nothing was due: there is nothing to grade


def _with_targets(plan: Plan, cells: pd.DataFrame) -> pd.DataFrame:
    """Target and status: the next target at or after a cell's end counts, else the last one stated."""
    cells["target"] = np.nan
    wanted = [(t, parse(t.period, plan.campaign.phase_dates).end) for t in plan.targets if t.role == "target"]
    # Latest first, so that the nearest coming target is written last and stays; own target beats all-places.
    for target, day in sorted(wanted, key=lambda pair: (bool(pair[0].place), -pair[1].toordinal())):
        last = max(d for t, d in wanted if (t.indicator, t.place) == (target.indicator, target.place))
        mine = (cells["indicator"] == target.indicator) & ((cells["end"] <= day) | (day == last))
        if target.place:
            mine &= cells["place"] == target.place
        cells.loc[mine, "target"] = target.value
    direction = cells["indicator"].map({i.id: i.direction for i in plan.indicators.values()})
    cells["status"] = compare.status(cells["value"], cells["target"], direction, plan.policy.near)
    return cells


def publishable(plan: Plan, cells: pd.DataFrame, levels: list[str]) -> pd.Series:
    """True for cells at or above the finest grain their indicator may be published at."""
    allowed = pd.Series(False, index=cells.index)
    period_level = period_levels(cells["period"])
    for indicator in plan.indicators.values():
        places = levels[: levels.index(indicator.publish.place) + 1]
        order = ("month", "quarter", "half", "year")
        coarse = [*order[order.index(indicator.publish.period) :], "mc_year", "phase", "span", "to_date"]
        mine = (cells["indicator"] == indicator.id) & cells["level"].isin(places) & period_level.isin(coarse)
        allowed |= mine
    return allowed


def period_levels(tokens: pd.Series) -> pd.Series:
    """The level of each period token (phases by their leading P)."""
    known = {t: "phase" if t.startswith("P") else parse(t).level for t in tokens.unique()}
    return tokens.map(known)


def day(value: dt.date | str) -> dt.date:
    """A date given as a date or as ISO text."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
