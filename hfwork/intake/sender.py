"""Who reports for when: the sender as a valid code, the period as dates, the villages below."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import lru_cache

from hfwork.errors import HfworkError
from hfwork.intake.values import clean
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period, parse
from hfwork.plan.places import ONE_TO_ONE, Places
from hfwork.plan.tables import Table

NAMES = ("name_zh", "name_en", "label_zh", "label_en")
_CODED = re.compile(r"(.*?)\s*\(\s*([0-9A-Za-z]+)\s*\)\s*")


def identify(sheet: Sheet, plan: Plan) -> Sheet:
    """The same sheet with its sender as the code valid on the day it reports for, and its period checked.

    Raises ``unknown_sender``, ``sender_mismatch``, ``wrong_sender``, ``unknown_period``, ``wrong_period``.
    """
    table = plan.tables[sheet.table]
    on = reported_on(sheet, plan)
    code = plan.places.current(_code(sheet, plan.places, on), on)
    level = plan.places.level(code)
    if table.kind == "return":
        wanted = sender_level(table, plan)
        if level != wanted:
            names = list(plan.places.at(on, wanted)["name_zh"])
            raise HfworkError("wrong_sender", given=sheet.place, allowed=names, where=sheet.name)
    return replace(sheet, place=code)


def sender_level(table: Table, plan: Plan) -> str:
    """The level of the units that send a table: as declared, the top for ``root``, else above the finest."""
    levels = plan.campaign.levels
    if table.sender in levels:
        return table.sender
    return levels[0] if table.kind == "return" or len(levels) < 3 else levels[-2]


def period_of(sheet: Sheet, plan: Plan) -> Period | None:
    """The period a return reports for; None for an extract."""
    if sheet.period is None:
        return None
    table = plan.tables[sheet.table]
    try:
        period = parse(sheet.period, plan.campaign.phase_dates)
    except HfworkError as problem:
        raise HfworkError("unknown_period", given=sheet.period, allowed=problem.allowed, where=sheet.name) from None
    listed = plan.campaign.monitoring.periods
    if table.every == "listed" and period.token not in listed:
        raise HfworkError("wrong_period", given=sheet.period, allowed=listed, where=sheet.name)
    if table.every not in ("listed", period.level):
        raise HfworkError("wrong_period_level", given=sheet.period, where=sheet.name, every=table.every)
    return period


def reported_on(sheet: Sheet, plan: Plan) -> dt.date:
    """The day a file reports for: the last day of its period, or the day of the extract."""
    period = period_of(sheet, plan)
    day = period.end if period else sheet.extract_date
    assert day is not None  # workbook.read refuses a file with neither
    return day


def _code(sheet: Sheet, places: Places, on: dt.date) -> str:
    match = _CODED.fullmatch(sheet.place)
    name, given = (match[1], match[2]) if match else (sheet.place, sheet.place)
    code = padded(given, places)
    if match and code is None:
        raise HfworkError("unknown_sender", given=given, allowed=valid_on(places, on), where=sheet.name)
    if code is None:
        try:
            code = places.find(name, on)
        except HfworkError as problem:
            raise HfworkError("unknown_sender", given=name, allowed=problem.allowed, where=sheet.name) from None
    elif match and name:
        meant = codes_of(places).get(name, set())
        if meant and unit_of(code, places) not in {unit_of(other, places) for other in meant}:
            raise HfworkError("sender_mismatch", given=sheet.place, where=sheet.name, name=places.name(code))
    return code


@lru_cache(maxsize=8)
def codes_of(places: Places) -> dict[str, set[str]]:
    """Every name a unit ever had (cleaned, both languages, also short) → its codes."""
    found: dict[str, set[str]] = {}
    for column in NAMES:
        for code, name in zip(places.frame["code"], places.frame[column], strict=True):
            found.setdefault(clean(name), set()).add(code)
    return found


def padded(given: str, places: Places) -> str | None:
    """A known code for a code as written: 9 digits of a town mean its 12-digit code; None when unknown."""
    if places.known(given):
        return given
    longer = given.ljust(12, "0")
    return longer if given.isdigit() and len(given) < 12 and places.known(longer) else None


def unit_of(code: str, places: Places) -> str:
    """The newest code of a unit, so that 北淮淀乡 and 北淮淀镇 are one sender."""
    following = _successors(places)
    seen = {code}
    while (after := following.get(code)) and after not in seen:
        seen.add(code := after)
    return code


@lru_cache(maxsize=8)
def _successors(places: Places) -> dict[str, str]:
    changes = places.changes
    edges = changes[changes["kind"].isin(ONE_TO_ONE) & (changes["to_code"] != changes["from_code"])]
    edges = edges[(edges["to_code"] != "") & ~edges["from_code"].duplicated(keep=False)]
    return dict(zip(edges["from_code"], edges["to_code"], strict=True))


@lru_cache(maxsize=512)
def below(places: Places, sender: str, on: dt.date) -> frozenset[str]:
    """Every code that was ever a unit at or below the sender as of a day, also under its former codes."""
    level = places.level(sender)
    # a sender may still report as the unit it was (the date of a change is only known between two lists)
    unit = unit_of(sender, places)
    found = {code for code, above in _ever_above(places).items() if unit in above}
    if level in places.levels:
        found |= {code for code, above in _above_on(places, on, level) if above == sender}
    return frozenset(found)


@lru_cache(maxsize=8)
def _ever_above(places: Places) -> dict[str, set[str]]:
    """Code → itself and every unit above it, each as the newest code of the unit."""
    found: dict[str, set[str]] = {}
    parents: dict[str, set[str]] = {}
    for code, parent in zip(places.frame["code"], places.frame["parent"], strict=True):
        parents.setdefault(code, set()).update({parent} - {""})
    for code in parents:
        waiting, seen = [code], {code}
        while waiting:
            more = parents.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        found[code] = {unit_of(each, places) for each in seen}
    return found


@lru_cache(maxsize=128)
def _above_on(places: Places, on: dt.date, level: str) -> list[tuple[str, str]]:
    """Code and its unit of a level on a day."""
    lineage = places.ancestors(on)
    return list(zip(lineage["code"], lineage[level], strict=True))


@lru_cache(maxsize=256)
def valid_on(places: Places, on: dt.date, level: str | None = None) -> list[str]:
    """The codes of the units valid on a day, in official order."""
    return list(places.at(on, level)["code"])
