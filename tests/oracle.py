"""A second, deliberately plain calculation of every measure: row by row definitions, no planner, no SQL.

It knows nothing of fire dates, running sums or prepared files; dates are compared as people would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pandas as pd

Rows = pd.DataFrame
JOINED = ["joined_civility", "joined_health", "joined_birth", "joined_prosper", "joined_devotion"]
UPGRADED = {"120117204": "120117113", "120117205": "120117114", "120117206": "120117115"}


def state(rows: Rows, begins: list[str], ends: list[str], day: pd.Timestamp) -> pd.Series:
    begun = (rows[begins].notna() & (rows[begins] <= day)).all(axis=1)
    over = (rows[ends].notna() & (rows[ends] <= day)).any(axis=1)
    # A state that ended before its last condition came true was never a state at all.
    latest = rows[begins].max(axis=1)
    never = rows[ends].min(axis=1) <= latest
    return begun & ~over & ~never


def happened(dates: pd.Series, start: pd.Timestamp, end: pd.Timestamp) -> pd.Series:
    return dates.notna() & (dates >= start) & (dates <= end)


def due(rows: Rows, entered: str, days: int, start: pd.Timestamp, end: pd.Timestamp, as_of: pd.Timestamp) -> pd.Series:
    return happened(rows[entered], start, end) & (rows[entered] + pd.Timedelta(days=days) <= as_of)


def reached(rows: Rows, entered: str, step: str, days: int) -> pd.Series:
    waited = rows[step] - rows[entered]
    return (waited >= pd.Timedelta(0)) & (waited <= pd.Timedelta(days=days))


def _after_check(rows: Rows) -> pd.Series:
    return rows["checked_on"] <= rows["pregnant_on"]


def _participating(rows: Rows, day: pd.Timestamp) -> pd.Series:
    first = rows.assign(joined=rows[JOINED].min(axis=1))
    return state(first, ["formed_on", "joined"], ["dissolved_on"], day)


GONE = ["moved_out", "died_on"]
NEED_OVER = ["needy_until", "dissolved_on"]
MEASURES: dict[str, tuple[str, Callable[[Rows, pd.Timestamp, pd.Timestamp, pd.Timestamp], pd.Series]]] = {
    "residents": ("residents", lambda r, s, e, a: state(r, ["moved_in"], GONE, e)),
    "residents_with_record": ("residents", lambda r, s, e, a: state(r, ["moved_in", "record_on"], GONE, e)),
    "residents_with_contract": (
        "residents",
        lambda r, s, e, a: state(r, ["moved_in", "contract_on"], ["contract_end", *GONE], e),
    ),
    "households": ("households", lambda r, s, e, a: state(r, ["formed_on"], ["dissolved_on"], e)),
    "households_taking_part": ("households", lambda r, s, e, a: _participating(r, e)),
    "needy_households": ("households", lambda r, s, e, a: state(r, ["needy_on"], NEED_OVER, e)),
    "needy_households_paired": (
        "households",
        lambda r, s, e, a: state(r, ["needy_on", "paired_on"], NEED_OVER, e),
    ),
    "couples_listed": ("couples", lambda r, s, e, a: happened(r["listed_on"], s, e)),
    "couples_checked": ("couples", lambda r, s, e, a: happened(r["checked_on"], s, e)),
    "couples_high_risk": (
        "couples",
        lambda r, s, e, a: happened(r["checked_on"], s, e) & (r["risk"] == "high"),
    ),
    "high_risk_due": (
        "couples",
        lambda r, s, e, a: due(r, "checked_on", 30, s, e, a) & (r["risk"] == "high"),
    ),
    "high_risk_counselled": (
        "couples",
        lambda r, s, e, a: (
            due(r, "checked_on", 30, s, e, a) & (r["risk"] == "high") & reached(r, "checked_on", "counselled_on", 30)
        ),
    ),
    "pregnancies_due": ("couples", lambda r, s, e, a: due(r, "pregnant_on", 84, s, e, a) & _after_check(r)),
    "pregnancies_followed": (
        "couples",
        lambda r, s, e, a: (
            due(r, "pregnant_on", 84, s, e, a) & _after_check(r) & reached(r, "pregnant_on", "followed_on", 84)
        ),
    ),
}


def count(
    measure: str,
    tables: dict[str, Rows],
    start: dt.date,
    end: dt.date,
    as_of: dt.date,
    monitored_from: dt.date,
) -> dict[str, int]:
    """Place code → count of one measure in one period, for every village, town and the district."""
    first = pd.Timestamp(max(start, monitored_from))
    last = pd.Timestamp(min(end, as_of))
    if measure in ("lectures_held", "volunteers"):
        rows = tables["activity"]
        column = {"lectures_held": "lectures", "volunteers": "volunteers"}[measure]
        if (last + pd.Timedelta(days=1)).day != 1:  # the running month has no return yet
            last = last.replace(day=1) - pd.Timedelta(days=1)
        begin = first if measure == "lectures_held" else max(first, last.replace(day=1))
        inside = (rows["_start"] >= begin) & (rows["_end"] <= last)
        hits = rows.loc[inside & rows[column].notna(), ["village_code", column]].rename(columns={column: "n"})
    else:
        table, rule = MEASURES[measure]
        rows = tables[table]
        hits = rows.loc[rule(rows, first, last, pd.Timestamp(as_of)), ["village_code"]].assign(n=1)
    found: dict[str, int] = {}
    for code, number in zip(hits["village_code"], hits["n"], strict=True):
        village = UPGRADED.get(code[:9], code[:9]) + code[9:]
        for place in {village, village[:9] + "000", "120117000000"}:
            found[place] = found.get(place, 0) + int(number)
    return found
