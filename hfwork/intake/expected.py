"""What should have come, what came, and how far it can be trusted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from hfwork.intake import standing
from hfwork.intake.ledger import Entry
from hfwork.intake.sender import sender_level, unit_of
from hfwork.plan.campaign import PERIOD_LEVELS
from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period, calendar_periods, parse
from hfwork.plan.policy import Policy
from hfwork.plan.tables import Table

COLUMNS = ("table", "place", "start", "end", "expected", "received", "rows", "errors")


def completeness(plan: Plan, entries: Iterable[Entry], as_of: dt.date) -> pd.DataFrame:
    """One row per table, sending unit and period: was it expected, did it come, how many rows, how many wrong.

    A return is expected for every watched period that ended by ``as_of`` (also the first one, which may have
    begun before monitoring), from every unit valid on its last day; an extract once. ``place`` is the code valid
    then; ``rows`` and ``errors`` count the source rows of the file that covers it; ``entries`` are the files that
    count (``Ledger.current``).
    """
    counted = list(entries)
    rows: list[dict[str, object]] = []
    for table in plan.tables.values():
        ours = [entry for entry in counted if entry.table == table.id]
        came = {(unit_of(entry.place, plan.places), entry.period or ""): entry for entry in ours}
        for period in _periods(table, plan, as_of):
            token = period.token if table.kind == "return" else ""
            for place in plan.places.at(period.end, sender_level(table, plan))["code"]:
                own = _own(came, place, token, plan) or _from_above(came, place, token, plan, period)
                rows.append(_row(table, place, period, own))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    return frame.astype(dict.fromkeys(("expected", "received", "rows", "errors"), "int64"))


def _periods(table: Table, plan: Plan, as_of: dt.date) -> list[Period]:
    watched, phases = plan.campaign.monitoring, plan.campaign.phase_dates
    if table.kind == "extract":
        return [Period("", "span", watched.start, max(as_of, watched.start))]
    if table.every == "listed":
        found = [parse(token, phases) for token in watched.periods if token not in PERIOD_LEVELS]
    else:  # the first may have begun before monitoring; one that goes on after it is nobody's to report
        found = calendar_periods(watched.start, watched.end, [table.every], phases)
        found = [period for period in found if period.end <= watched.end]
    return [period for period in found if period.end <= as_of]


def _own(came: dict[tuple[str, str], Entry], place: str, token: str, plan: Plan) -> Entry | None:
    """The unit's own file; around a division also that of the whole, or the files of all parts together."""
    unit = unit_of(place, plan.places)
    for sent_by in (unit, *standing.wholes_of(unit, plan.places)):
        if entry := came.get((sent_by, token)):
            return entry
    parts = [came.get((part, token)) for part in standing.parts_of(unit, plan.places)]
    there = [entry for entry in parts if entry]
    if not there or len(there) < len(parts):
        return None
    return replace(there[0], rows=sum(e.rows for e in there), errors=sum(e.errors for e in there))


def _from_above(came: dict[tuple[str, str], Entry], place: str, token: str, plan: Plan, period: Period) -> Entry | None:
    """The file of a unit above covers those below it (a district may export all towns at once)."""
    here = plan.places.parent(place, period.end)
    while here:
        if entry := came.get((unit_of(here, plan.places), token)):
            return entry
        here = plan.places.parent(here, period.end)
    return None


def _row(table: Table, place: str, period: Period, entry: Entry | None) -> dict[str, object]:
    return {
        "table": table.id,
        "place": place,
        "start": period.start,
        "end": period.end,
        "expected": 1,
        "received": int(entry is not None),
        "rows": entry.rows if entry else 0,
        "errors": entry.errors if entry else 0,
    }


def grades(plan: Plan, found: pd.DataFrame, by: Iterable[str] = ("table", "place")) -> pd.DataFrame:
    """The rows of ``completeness`` added up by some of its columns, with shares and a grade A to D."""
    keys = list(by)
    counts = ["expected", "received", "rows", "errors"]
    frame = found.groupby(keys, sort=False, dropna=False)[counts].sum().reset_index()
    frame["completeness"] = frame["received"] / frame["expected"]
    frame["error_share"] = (frame["errors"] / frame["rows"].where(frame["rows"] > 0)).fillna(0.0)
    pairs = zip(frame["completeness"], frame["error_share"], strict=True)
    frame["grade"] = pd.array([grade(complete, wrong, plan.policy) for complete, wrong in pairs], dtype="str")
    return frame


def grade(complete: float, wrong: float, policy: Policy) -> str:
    """A, B or C when the share received is high and the share of wrong rows low enough, else D."""
    for name in sorted(policy.grades):
        limit = policy.grades[name]
        if complete >= limit.completeness and wrong <= limit.errors:
            return name
    return "D"
