"""Who reports for when: the sender as a code that may report then, the period as dates, the units below."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import lru_cache

from hfwork.errors import HfworkError
from hfwork.intake import standing
from hfwork.intake.standing import newest as unit_of
from hfwork.intake.values import clean
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period, parse
from hfwork.plan.places import Places
from hfwork.plan.tables import Table

__all__ = ["below", "codes_of", "grain", "identify", "padded", "period_of", "reported_on", "sender_level", "unit_of",
           "units_to_report", "valid_on"]  # fmt: skip

NAMES = ("name_zh", "name_en", "label_zh", "label_en")
_ENDINGS = ("区", "县", "镇", "乡", "街道")
_CODED = re.compile(r"(.*?)\s*\(\s*([0-9A-Za-z]+)\s*\)\s*")


def identify(sheet: Sheet, plan: Plan) -> Sheet:
    """The same sheet with its sender as the code of the day it reports for, and its period checked.

    Inside the bracket of a change a unit may report as what it was or as what it became. Raises
    ``unknown_sender``, ``sender_mismatch``, ``wrong_sender``, ``unknown_period``, ``wrong_period``, and
    ``sender_split`` … for a unit that did not exist then.
    """
    table = plan.tables[sheet.table]
    on = reported_on(sheet, plan)
    stands = standing.standing(plan.places, _code(sheet, plan.places, on), on)
    if stands.verdict not in ("", standing.OTHER_YEAR):
        level = plan.places.level(stands.code)
        names = list(plan.places.at(on, level)["name_zh"])
        code = f"sender_{stands.verdict}"
        raise HfworkError(code, given=sheet.place, allowed=names, where=sheet.name, became=stands.said, day=on)
    level = plan.places.level(stands.code)
    if table.kind == "return":
        wanted = sender_level(table, plan)
        if level != wanted:
            names = list(plan.places.at(on, wanted)["name_zh"])
            raise HfworkError("wrong_sender", given=sheet.place, allowed=names, where=sheet.name)
    return replace(sheet, place=stands.code, sent_as=stands.said or sheet.sent_as)


def sender_level(table: Table, plan: Plan) -> str:
    """The level of the units that send a table: as declared, the top for ``root``, else above the finest."""
    levels = plan.campaign.levels
    if table.sender in levels:
        return table.sender
    return levels[0] if table.kind == "return" or len(levels) < 3 else levels[-2]


def grain(table: Table, plan: Plan) -> str:
    """The level of the units a return's rows stand for: as declared, else the finest."""
    return table.grain or plan.campaign.levels[-1]


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
        code = _named(name, places, on, sheet.name)
    elif match and name:
        meant = codes_of(places).get(name, set())
        if meant and unit_of(code, places) not in {unit_of(other, places) for other in meant}:
            raise HfworkError("sender_mismatch", given=sheet.place, where=sheet.name, name=places.name(code))
    return code


def _named(name: str, places: Places, on: dt.date, where: str) -> str:
    try:
        return places.find(name, on)
    except HfworkError as problem:
        also = {standing.standing(places, code, on).code for code in codes_of(places).get(clean(name), set())}
        if len(also) == 1:
            return also.pop()
        raise HfworkError("unknown_sender", given=name, allowed=problem.allowed, where=where) from None


@lru_cache(maxsize=8)
def codes_of(places: Places) -> dict[str, set[str]]:
    """Every name a unit ever had (cleaned, both languages, also short) and every alias → its codes."""
    found: dict[str, set[str]] = {}
    for column in NAMES:
        for code, name in zip(places.frame["code"], places.frame[column], strict=True):
            found.setdefault(clean(name), set()).add(code)
    for code, alias in zip(places.aliases["code"], places.aliases["alias"], strict=True):
        name = clean(alias)
        meant = {unit_of(other, places) for end in _ENDINGS for other in found.get(name + end, ())}
        if len(meant) < 2:  # bare 宁河 is the district or the town: an alias does not decide that
            found.setdefault(name, set()).add(code)
    return found


def padded(given: str, places: Places) -> str | None:
    """A known code for a code as written: 9 digits of a town mean its 12-digit code; None when unknown."""
    longer = given.ljust(12, "0")
    for code in (given, longer) if given.isdigit() and len(given) < 12 else (given,):
        if places.known(code):
            return code
        also = codes_of(places).get(code, set()) if code.isdigit() else set()
        if len(also) == 1:
            return next(iter(also))
    return None


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
    """Code → its unit and every unit that was ever above it under any of its codes, each as the newest code."""
    above: dict[str, set[str]] = {}
    for code, parent in zip(places.frame["code"], places.frame["parent"], strict=True):
        above.setdefault(unit_of(code, places), set()).update({unit_of(parent, places)} if parent else ())
    found: dict[str, set[str]] = {}
    for unit in above:
        waiting, seen = [unit], {unit}
        while waiting:
            more = above.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        found[unit] = seen
    return {code: found[unit_of(code, places)] for code in places.frame["code"]}


@lru_cache(maxsize=128)
def _above_on(places: Places, on: dt.date, level: str) -> list[tuple[str, str]]:
    """Code and its unit of a level on a day; a code that was divided has several."""
    lineage = places.lineage(on)
    return list(zip(lineage["code"], lineage[level], strict=True))


def units_to_report(places: Places, sent_by: str, on: dt.date, level: str) -> list[str]:
    """The units a sender's return has rows for, in official order.

    A sender that is not yet or no longer valid (inside a bracket) lists the units of its own time.
    """
    day = standing.valid_day(places, sent_by, on)
    lineage = places.lineage(day)
    own = set(lineage.loc[lineage[places.level(sent_by)] == sent_by, level])
    return [code for code in valid_on(places, day, level) if code in own]


@lru_cache(maxsize=256)
def valid_on(places: Places, on: dt.date, level: str | None = None) -> list[str]:
    """The codes of the units valid on a day, in official order."""
    return list(places.at(on, level)["code"])
