"""Finds the header row of a received sheet, which layout it is, and who reports for when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hfwork.errors import HfworkError
from hfwork.intake.values import clean

HEADER_WITHIN = 12
Rows = Sequence[Sequence[str]]
Layouts = dict[str, dict[str, dict[str, object]]]  # table → column → {zh, en, required}

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)+[.、]?\s*|\d+\s*[、.)]\s*|\(\d+\)\s*|[(]?[一二三四五六七八九十]+[、)]\s*)")
_MARKS = "#*:;※ \t"
_SERIAL = ("序号", "no.", "no")
_LABELS = {
    "place": ("填报单位", "报送单位", "填报机构", "reporting unit"),
    "period": ("报告期间", "报告期", "填报期", "reporting period"),
    "extract_date": ("导出日期", "导出时间", "extracted on"),
    "number": ("表号", "form no."),
}
_ANY_LABEL = "|".join(re.escape(label) for labels in _LABELS.values() for label in labels)
_TOTAL = re.compile(r"\s*(?:合\s*计|总\s*计|grand total|total)\s*[::]?\s*$", re.IGNORECASE)
_SUBTOTAL = re.compile(r"\s*(?:小\s*计|subtotal)\s*[::]?\s*$", re.IGNORECASE)
_FOOTER = re.compile(
    r"\s*(?:单位负责人|统计负责人|填表人|填报人|制表人|审核人|报出日期|填报日期|联系电话"
    r"|head of unit|head of statistics|filled in by|sent on|(?:注|备注|说明|填表说明|note|notes)\s*\d*\s*[::.])",
    re.IGNORECASE,
)


@dataclass
class Found:
    """Where the header stands (index in the rows), the table, and the position of each column."""

    row: int
    table: str
    positions: dict[str, int]


def forms(heading: str) -> list[str]:
    """The ways a heading may be meant: as written, without units in brackets, without numbering."""
    written = clean(heading).strip(_MARKS)
    bare = _BRACKETS.sub("", written)
    shapes = [written, bare, _NUMBERING.sub("", written), _NUMBERING.sub("", bare)]
    folded = ["".join(shape.strip(_MARKS).split()).casefold() for shape in shapes]
    return [shape for shape in dict.fromkeys(folded) if shape]


def find(rows: Rows, layouts: Layouts, name: str) -> Found:
    """The header among the first rows and its layout.

    Raises ``layout_unknown``, or ``headings_wrong`` with a problem per unknown, repeated or missing heading.
    """
    lookup = {table: _lookup(columns) for table, columns in layouts.items()}
    best: tuple[float, int, str] | None = None
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        headings = [cell for cell in row if clean(cell)]
        for table, known in lookup.items():
            hits = len({column for cell in headings for column in [_match(cell, known)] if column})
            # of two layouts sharing headings, the one that explains more of itself
            score = hits + hits / len(layouts[table])
            if hits >= min(2, len(layouts[table])) and (best is None or score > best[0]):
                best = (score, index, table)
    if best is None:
        raise HfworkError("layout_unknown", where=name, rows=HEADER_WITHIN)
    _, index, table = best
    return Found(index, table, _positions(rows, index, layouts[table], lookup[table], f"{name} · {table}"))


def _lookup(columns: dict[str, dict[str, object]]) -> dict[str, str]:
    known: dict[str, str] = {}
    for column, words in columns.items():
        for word in (words["zh"], words["en"], column):
            for form in forms(str(word))[:2]:  # as written, and without brackets
                known.setdefault(form, column)
    return known


def _match(heading: str, known: dict[str, str]) -> str | None:
    return next((known[form] for form in forms(heading) if form in known), None)


def _positions(
    rows: Rows, index: int, columns: dict[str, dict[str, object]], known: dict[str, str], where: str
) -> dict[str, int]:
    positions: dict[str, int] = {}
    problems: list[HfworkError] = []
    names = [str(words["zh"]) for words in columns.values()]
    for position, cell in enumerate(rows[index]):
        heading = clean(cell)
        if not heading:
            if any(position < len(row) and clean(row[position]) for row in rows[index + 1 :]):
                problems.append(HfworkError("heading_empty", given=letters(position), where=where))
            continue
        column = _match(cell, known)
        if column in positions:
            problems.append(HfworkError("heading_twice", given=heading, where=where))
        elif column:
            positions[column] = position
        elif heading.casefold() not in _SERIAL:
            problems.append(HfworkError("heading_unknown", given=heading, allowed=names, where=where))
    for column, words in columns.items():
        if words["required"] and column not in positions:
            problems.append(HfworkError("heading_missing", given=words["zh"], where=where))
    if problems:
        together = HfworkError("headings_wrong", where=where, problems=problems)
        raise problems[0] if len(problems) == 1 else together
    return positions


def letters(position: int) -> str:
    """0 → A, 27 → AB."""
    found = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        found = chr(65 + rest) + found
    return found


def metadata(rows: Rows) -> dict[str, str]:
    """What the rows above the header say: ``place``, ``period``, ``extract_date``, ``number`` (raw text)."""
    facts: dict[str, str] = {}
    for row in rows:
        cells = [clean(cell) for cell in row]
        for position, cell in enumerate(cells):
            for fact, labels in _LABELS.items():
                label = "|".join(re.escape(word) for word in labels)
                pattern = rf"(?:{label})\s*(?::\s*(.*?)|)\s*(?=$|\s{{2,}}|(?:{_ANY_LABEL})\s*:)"
                match = re.search(pattern, cell, re.IGNORECASE)
                if match and fact not in facts:  # the value may stand in the next cell
                    value = match[1] or next((after for after in cells[position + 1 :] if after), "")
                    facts[fact] = value.strip()
    return facts


def kind_of_row(first: str) -> str:
    """What a row is by its first filled cell: ``data``, ``total``, ``subtotal`` or ``footer``."""
    first = clean(first)
    if _TOTAL.match(first):
        return "total"
    if _SUBTOTAL.match(first):
        return "subtotal"
    return "footer" if _FOOTER.match(first) else "data"
