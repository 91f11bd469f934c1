"""Periods and their tokens; several year bases; a date may lie in many periods."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hfwork.errors import HfworkError

LEVELS = ("month", "quarter", "half", "year", "mc_year", "phase", "span", "to_date")
_EXAMPLES = ("2018", "2018-H1", "2018-Q2", "2018-06", "MC2018", "P2", "2016-06..2018-06", "2018-06 YTD")


@dataclass(frozen=True)
class Period:
    """A stretch of days, both ends inclusive, named by its token."""

    token: str
    level: str
    start: dt.date
    end: dt.date

    @property
    def first_month(self) -> int:
        """Month index of the start (months since year 0, as ``year * 12 + month - 1``)."""
        return month_index(self.start)

    @property
    def last_month(self) -> int:
        """Month index of the end."""
        return month_index(self.end)


def month_index(day: dt.date) -> int:
    """Whole months since year 0: 2018-06 → 24221."""
    return day.year * 12 + day.month - 1


def month_start(index: int) -> dt.date:
    """First day of a month index."""
    return dt.date(index // 12, index % 12 + 1, 1)


def month_end(index: int) -> dt.date:
    """Last day of a month index."""
    year, month = index // 12, index % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _months(token: str, level: str, first: int, count: int) -> Period:
    return Period(token, level, month_start(first), month_end(first + count - 1))


def parse(token: str, phases: Mapping[str, tuple[dt.date, dt.date]] | None = None) -> Period:
    """A token such as ``2018-Q2`` as a Period; ``phases`` maps P1, P2 … to their dates.

    Raises ``HfworkError('unknown_period')`` for anything that is not a token.
    """
    given = str(token).strip()
    if phases and given in phases:
        start, end = phases[given]
        return Period(given, "phase", start, end)
    found = _calendar_period(given)
    if found is None:
        raise HfworkError("unknown_period", given=given, allowed=dict.fromkeys([*_EXAMPLES, *(phases or {})]))
    return found


def _calendar_period(given: str) -> Period | None:
    if not given.isascii() or re.match(r"0000|MC000[01]", given):  # full-width digits; days before the calendar's first
        return None
    if match := re.fullmatch(r"(\d{4})", given):
        return _months(given, "year", int(given) * 12, 12)
    if match := re.fullmatch(r"(\d{4})-H([12])", given):
        return _months(given, "half", int(match[1]) * 12 + 6 * (int(match[2]) - 1), 6)
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", given):
        return _months(given, "quarter", int(match[1]) * 12 + 3 * (int(match[2]) - 1), 3)
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", given):
        return _months(given, "month", int(match[1]) * 12 + int(match[2]) - 1, 1)
    if match := re.fullmatch(r"MC(\d{4})", given):  # the maternal-and-child year: 1 October – 30 September
        return _months(given, "mc_year", int(match[1]) * 12 - 3, 12)
    if match := re.fullmatch(r"(\d{4}-\d{2})\.\.(\d{4}-\d{2})", given):
        first, last = parse(match[1]), parse(match[2])
        if first.start <= last.start:
            return Period(given, "span", first.start, last.end)
    if match := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2]) YTD", given):
        return _months(given, "to_date", int(match[1]) * 12, int(match[2]))
    return None


def calendar_periods(
    start: dt.date, end: dt.date, levels: Iterable[str], phases: Mapping[str, tuple[dt.date, dt.date]]
) -> list[Period]:
    """Every period of the wanted levels that shares a day with ``start … end``, oldest first in a level."""
    found: dict[str, Period] = {}
    for index in range(month_index(start), month_index(end) + 1):
        year, month = index // 12, index % 12
        tokens = {
            "month": f"{year}-{month + 1:02d}",
            "quarter": f"{year}-Q{month // 3 + 1}",
            "half": f"{year}-H{month // 6 + 1}",
            "year": f"{year}",
            "mc_year": f"MC{year + (month >= 9)}",
        }
        for level in levels:
            if level in tokens:
                found.setdefault(tokens[level], parse(tokens[level]))
    if "phase" in levels:
        for token, (first, last) in phases.items():
            if first <= end and last >= start:
                found[token] = Period(token, "phase", first, last)
    return sorted(found.values(), key=lambda p: (LEVELS.index(p.level), p.start))
