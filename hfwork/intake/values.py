"""Single cells: cleaned text, dates, counts, numbers. A cell is understood or refused, never guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

# What offices write for "not known" or "nothing to report"; read as missing, never as zero.
MISSING = frozenset(("", "-", "--", "—", "——", "–", "―", "...", "......", "…", "……", "⋯"))
EARLIEST_YEAR, LATEST_YEAR = 1850, 2150
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
_DATE = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COUNT = re.compile(r"(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.0+)?")
_NUMBER = re.compile(r"[-+]?(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(\.\d{1,15})?")
MANGLED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_SPREADSHEET_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")


class Refused(ValueError):
    """A cell that cannot be understood; its argument is the code of the finding."""


def clean(text: str) -> str:
    """Full-width to half-width (NFKC), invisible characters out, ends stripped."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).strip()


def stated(text: str) -> str | None:
    """The cleaned text, None when the cell means "missing". Raises ``Refused`` for #N/A and the like."""
    found = clean(text)
    if found in MISSING:
        return None
    if found[0] == "#" and _SPREADSHEET_ERROR.fullmatch(found):
        raise Refused("spreadsheet_error")
    return found


def date(text: str) -> dt.date | None:
    """2018-06-01, 2018/6/1, 2018.6.1, 20180601, 2018年6月1日, each with or without a time of day."""
    found = stated(text)
    if found is None:
        return None
    match = _DATE.fullmatch(found)
    if not match:
        raise Refused("bad_date")
    year, month, day = int(match[1]), int(match[3] or match[5] or match[7]), int(match[4] or match[6] or match[8])
    try:
        day_found = dt.date(year, month, day)
    except ValueError:
        raise Refused("impossible_date") from None
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Refused("impossible_date")
    return day_found


def count(text: str) -> int | None:
    """A whole number ≥ 0, such as 1234, 1,234 or １２３４; ``95人``, 八十, 9.5 are refused."""
    found = stated(text)
    if found is None:
        return None
    if match := _COUNT.fullmatch(found):
        return int(match[1].replace(",", ""))
    raise Refused("negative_count" if _NUMBER.fullmatch(found) and found[0] == "-" else "bad_count")


def number(text: str) -> float | None:
    """A decimal number with or without thousands marks."""
    found = stated(text)
    if found is None:
        return None
    if not _NUMBER.fullmatch(found):
        raise Refused("bad_number")
    return float(found.replace(",", ""))


def identifier(text: str) -> str | None:
    """An id as text; one that a spreadsheet turned into 1.2E+17 has lost its digits and is refused."""
    found = stated(text)
    if found is not None and MANGLED.fullmatch(found):
        raise Refused("mangled_id")
    return found
