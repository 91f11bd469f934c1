"""The one result shape: values, intervals, targets and states from counts; also its column names, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

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


def assemble(
    plan: Plan,
    counts: pd.DataFrame,
    frame: Frame,
    errors: pd.DataFrame,
    wanted: Iterable[str] | None = None,
    *,
    published: bool = False,
) -> pd.DataFrame:
    """Cells of every indicator (or of those ``wanted``), place and period, before disclosure control: ``COLUMNS``.

    ``counts`` from ``measure.cube.roll_up`` (periods it lacks are left out); ``errors`` has columns
    ``table place rows errors`` – accepted and faulty rows per table and place (any level). ``published`` keeps
    only what may be published at all. Counts are whole numbers kept as floats, so that a missing one is NaN;
    every rate is recomputed from its counts.
    """
    by_measure = {str(name): part.reset_index(drop=True) for name, part in counts.groupby("measure", sort=False)}
    keys = next(iter(by_measure.values()))[["place", "level", "period"]]
    faults = {str(table): part.set_index("place") for table, part in errors.groupby("table")}
    parts = []
    for name in plan.indicators if wanted is None else wanted:
        indicator = plan.indicators[name]
        versions: dict[str, tuple[Version | None, list[Period]]] = {}
        for period in frame.periods:
            if _has(indicator, period) and not (published and not _shown(indicator, period)):
                version = indicator.version_on(cut_day(period, frame.as_of))
                versions.setdefault(version.version if version else "", (version, []))[1].append(period)
        for version, periods in versions.values():
            rows = keys["period"].isin([period.token for period in periods])
            if published:
                rows &= keys["level"].isin(frame.levels[: frame.levels.index(indicator.publish.place) + 1])
            if rows.any():
                here = {each: by_measure[each][rows] for each in indicator.measure_ids()}
                parts.append(_cells(plan, indicator, version, periods, keys[rows].astype("str"), here, frame, faults))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    cells = pd.concat(parts, ignore_index=True)
    cells = _with_targets(plan, cells, frame)
    return cells[COLUMNS]


def _has(indicator: Indicator, period: Period) -> bool:
    """A maternal-and-child indicator has maternal years instead of calendar years."""
    return period.level != ("year" if indicator.year == "maternal" else "mc_year")


def _shown(indicator: Indicator, period: Period) -> bool:
    """True for a period at or above the finest an indicator may be published at."""
    order = ("month", "quarter", "half", "year")
    return period.level not in order or order.index(period.level) >= order.index(indicator.publish.period)


def _cells(
    plan: Plan,
    indicator: Indicator,
    version: Version | None,
    periods: list[Period],
    keys: pd.DataFrame,
    counts: Mapping[str, pd.DataFrame],
    frame: Frame,
    faults: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Cells of one version of an indicator; ``keys`` and each of ``counts`` have the same rows."""
    starts = {period.token: max(period.start, frame.start) for period in periods}
    ends = {period.token: cut_day(period, frame.as_of) for period in periods}
    cells = keys.reset_index(drop=True).assign(
        indicator=indicator.id,
        version=version.version if version else "",
        start=keys["period"].map(starts).to_numpy(),
        end=keys["period"].map(ends).to_numpy(),
        basis=indicator.year,
        boundaries=frame.boundaries,
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
    state, reason = _states(plan, indicator, version, periods, keys["period"], x, n, counts, frame)
    blank = state != "value"
    x, n = np.where(blank, np.nan, x), np.where(blank, np.nan, n)
    value = x if indicator.plain else np.divide(x * indicator.factor, n, out=np.full(len(x), np.nan), where=n > 0)
    shared = [counts[name]["shared"].to_numpy() for name in [*version.numerator, *version.denominator]]
    cells = cells.assign(numerator=x, denominator=n, value=value, state=state, reason=reason)
    cells["apportioned"] = np.any(shared, axis=0) & ~blank
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
    periods: list[Period],
    tokens: pd.Series,
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
    facts = {
        p.token: (
            not all(all_due(c, cut_day(p, frame.as_of), frame.as_of) for c in cohorts),
            is_partial(p, frame.start, frame.as_of),
            p.end <= frame.as_of,
        )
        for p in periods
    }
    waiting, partial, over = np.array([facts[token] for token in tokens]).T
    empty = np.zeros(len(x), dtype=bool) if indicator.plain else n == 0
    exceeds = (indicator.interval == "wilson") & (x > n)
    tests: list[tuple[np.ndarray, str, str]] = [
        (none & ~due & over & ~_stood(used[0]["place"], tokens, periods, frame), "not_applicable", "no_place"),
        (none & ~due & over, "not_applicable", "nothing_due"),
        (none & ~due, "missing", "not_yet_due"),
        (none, "missing", "returns_missing"),
        (gaps & (not indicator.plain), "missing", "returns_missing"),
        (empty & waiting, "missing", "not_yet_due"),
        (empty, "not_applicable", "no_denominator"),
        (_unlike(version, counts), "not_applicable", "unlike_shares"),
        (exceeds, "value", "part_exceeds_whole"),
        (gaps, "value", "incomplete_returns"),
        (waiting, "value", "not_yet_due"),
        (partial, "value", "partial_period"),
    ]
    masks = [test[0] for test in tests]
    state = np.select(masks, [test[1] for test in tests], "value").astype(object)
    reason = np.select(masks, [test[2] for test in tests], "").astype(object)
    return state, reason


def _stood(places: pd.Series, tokens: pd.Series, periods: list[Period], frame: Frame) -> np.ndarray:
    """True where a unit existed at some time of the period."""
    span = frame.valid.groupby("code").agg({"first": "min", "last": "max"}).reindex(places.astype("str"))
    windows = {period.token: frame.window(period) for period in periods}
    begin, end = np.array([windows[token] for token in tokens]).reshape(-1, 2).T
    return (span["first"].to_numpy() <= end) & (begin <= span["last"].to_numpy())


def _unlike(version: Version, counts: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """True where one side of a ratio was chiefly shared out by weights and the other chiefly counted in place.

    A return of a town that was split says nothing about where in the town its people live, so dividing its share by
    the residents of one heir would compare the weights, not the services.
    """
    if not version.denominator:
        return np.zeros(len(counts[version.numerator[0]]), dtype=bool)
    share = []
    for names in (version.numerator, version.denominator):
        parts, whole, shared = (
            sum(np.abs(counts[name][column].to_numpy(dtype=float)) for name in names)
            for column in ("apportioned", "count", "shared")
        )
        none = np.where(shared > 0, 1, np.nan)  # a share of 0 is a share; where nothing was counted nothing is unlike
        share.append(np.divide(parts, whole, out=none, where=whole > 0))
    return np.abs(share[0] - share[1]) > 0.5


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


def _with_targets(plan: Plan, cells: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Target and status: the next target at or after a cell's end counts, else the last one stated.

    A target set under an earlier code holds for the unit under its present one.
    """
    cells["target"] = np.nan
    wanted = [(t, parse(t.period, plan.campaign.phase_dates).end) for t in plan.targets if t.role == "target"]
    # Latest first, so that the nearest coming target is written last and stays; own target beats all-places.
    for target, day in sorted(wanted, key=lambda pair: (bool(pair[0].place), -pair[1].toordinal())):
        last = max(d for t, d in wanted if (t.indicator, t.place) == (target.indicator, target.place))
        mine = (cells["indicator"] == target.indicator) & ((cells["end"] <= day) | (day == last))
        if target.place:
            mine &= cells["place"] == plan.places.current(target.place, frame.on)
        cells.loc[mine, "target"] = target.value
    direction = cells["indicator"].map({i.id: i.direction for i in plan.indicators.values()})
    cells["status"] = compare.status(cells["value"], cells["target"], direction, plan.policy.near)
    return cells


def day(value: dt.date | str) -> dt.date:
    """A date given as a date or as ISO text."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
