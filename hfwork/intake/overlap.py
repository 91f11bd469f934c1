"""Files of units that share people – a town and its streets, a district and its towns – never count side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from hfwork.errors import HfworkError
from hfwork.intake import standing
from hfwork.intake.ledger import Entry
from hfwork.intake.sender import unit_of
from hfwork.plan.folder import Plan


def settle(
    entries: list[Entry], counting: Iterable[Entry], correct: bool, plan: Plan, problems: list[HfworkError]
) -> list[Entry]:
    """New entries with the file of the whole they take the place of; every other overlap is a problem.

    All parts together replace the whole: its older extract always, its return of the period when ``correct``.
    ``counting``: what counts so far.
    """
    before = list(counting)
    settled: list[Entry] = []
    for entry in entries:
        earlier = [other for other in [*before, *settled] if _overlaps(entry, other, plan)]
        replaced = [other for other in earlier if other in before and _replaces(entry, other, entries, correct, plan)]
        if clash := next((other for other in earlier if other not in replaced), None):
            problems.append(_problem(entry, clash, plan))
            continue
        if replaced and not entry.supersedes:
            entry = replace(entry, action="correct", supersedes=replaced[0].sha256)
        settled.append(entry)
    return settled


def _overlaps(entry: Entry, other: Entry, plan: Plan) -> bool:
    if entry.table != other.table or entry.period != other.period:  # of extracts the newest counts, whatever its day
        return False
    places = plan.places
    if entry.unit in standing.parts_of(other.unit, places) or other.unit in standing.parts_of(entry.unit, places):
        return True
    return _lies_in(entry, other, plan) or _lies_in(other, entry, plan)


def _lies_in(entry: Entry, above: Entry, plan: Plan) -> bool:
    """True when the one sender is a unit of the other."""
    on = dt.date.fromisoformat(entry.extract_date) if entry.extract_date else None
    here = plan.places.parent(entry.place, on)
    while here and unit_of(here, plan.places) != above.unit:
        here = plan.places.parent(here, on)
    return here is not None


def _replaces(entry: Entry, whole: Entry, entries: list[Entry], correct: bool, plan: Plan) -> bool:
    parts = standing.parts_of(whole.unit, plan.places)
    alike = [e for e in entries if e.table == whole.table and e.period == whole.period and e.unit in parts]
    day = whole.extract_date
    allowed = correct if day is None else all(str(e.extract_date) > day for e in alike)
    return allowed and entry.unit in parts and {e.unit for e in alike} == parts


def _problem(entry: Entry, other: Entry, plan: Plan) -> HfworkError:
    within = _lies_in(entry, other, plan) or _lies_in(other, entry, plan)
    return HfworkError(
        "covering_sender" if within else "overlapping_sender",
        given=entry.key[2],
        where=entry.name,
        place=plan.places.name(entry.place),
        table=plan.tables[entry.table].title.zh,
        other=plan.places.name(other.place),
        earlier=other.name,
    )
