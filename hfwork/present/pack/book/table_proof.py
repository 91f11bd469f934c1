"""Proving one table of a workbook: its columns, rows and cells found again wherever people have put them."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from hfwork.present.pack.book.formula import Unknown
from hfwork.present.pack.book.sheets import Column, Row, Sheet, Value
from hfwork.present.pack.book.workbook import Book, Seen, words
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import LOST, UNPROVED, WRONG, Finding, Line, compare, numbers, tidy
from hfwork.text import number

_ALIKE = 0.6  # a row or column is known by its contents from this share on
_PAIRS = 300_000  # rows held against rows; beyond, a table has lost all that names its rows
_SHOWS_ANOTHER = re.compile(r'"[^"]*\d[^"]*"|%|\\\d|[0#?],+(?:$|[;."\\])')  # formats that print another number


class Table:
    """Our table in a sheet of a file. ``inside``: the cells it covers; ``heads_left``: heads people have changed."""

    def __init__(self, facts: Facts, book: Book, name: str, sheet: Sheet) -> None:
        self._facts, self._book, self._name, self._sheet = facts, book, name, sheet
        self._lines: dict[int, dict[int, Seen]] = defaultdict(dict)
        for (row, column), seen in book.cells(name).items():
            self._lines[row][column] = seen
        self.heads_left: list[str] = []
        self.inside: set[tuple[int, int]] = set()
        self._head_row = self._header()
        self._columns = self._mapped()
        self._matches = self._matched()

    def findings(self, whole: bool) -> list[Finding]:
        """What is wrong, unproved or lost in it; with ``whole`` rows and columns that are gone are lost."""
        file = self._book.file.name
        found: list[Finding] = []
        for line, row in self._matches.items():
            found += self._prove_row(self._lines[line], row)
        if whole:
            gone = [c.head for i, c in enumerate(self._sheet.columns) if i not in self._columns]
            found += [Finding(LOST, file, self._name, head) for head in gone]
            there = {id(row) for row in self._matches.values()}
            lost = [row for row in self._sheet.rows if id(row) not in there]
            found += [Finding(LOST, file, self._name, self._told(row)) for row in lost]
        return found

    def _told(self, row: Row) -> str:
        """What names a row to people."""
        named = [words(v) for c, v in zip(self._sheet.columns, row.values, strict=True) if c.format == "name" and v]
        return " ".join(named)

    # -- finding it again --------------------------------------------------------------------------------------------

    def _header(self) -> int:
        """The row in which most of our heads stand; 0 where there is none."""
        heads = {tidy(head) for head in self._sheet.header}
        known = {row: len(heads & {tidy(words(s.value)) for s in line.values()}) for row, line in self._lines.items()}
        return max(known, key=lambda row: (known[row], -row)) if any(known.values()) else 0

    def _mapped(self) -> dict[int, int]:
        """Our column (from 0) → column of the file, by head; by contents where people have changed the head."""
        head = self._lines.get(self._head_row, {})
        at: dict[str, int] = {}
        for column in sorted(head, reverse=True):
            at[tidy(words(head[column].value))] = column
        columns = {i: at[tidy(h)] for i, h in enumerate(self._sheet.header) if tidy(h) in at}
        self.inside |= {(self._head_row, column) for column in columns.values()}
        free = {c for line in self._lines.values() for c in line} - set(columns.values())
        for i in sorted(set(range(len(self._sheet.header))) - set(columns)):
            wanted = [_text(row.values[i]) for row in self._sheet.rows if row.values[i] is not None]
            best = max(free, key=lambda c: self._overlap(c, wanted), default=0)
            if best and wanted and self._overlap(best, wanted) >= _ALIKE:
                columns[i] = best
                free.discard(best)
                self.heads_left.append(self._sheet.header[i])
        return columns

    def _overlap(self, column: int, wanted: list[str]) -> float:
        here = {_text(line[column].value) for line in self._lines.values() if column in line}
        return sum(said in here for said in wanted) / len(wanted) if wanted else 0.0

    def _matched(self) -> dict[int, Row]:
        """Row of the file → our row, by what names it, by most of its contents where that was changed."""
        sheet, known = self._sheet, defaultdict(list)
        for row in sheet.rows:
            for key in sheet.keys:
                said = tuple(_text(row.values[sheet.at[name]]) for name in key)
                if any(said):
                    known[key, said].append(row)
        matches: dict[int, Row] = {}
        strange: list[int] = []
        for at, line in self._lines.items():
            if at == self._head_row:
                continue
            hits = {id(row): row for key in sheet.keys for row in known.get((key, self._named(line, key)), ())}
            if hits:
                matches[at] = max(hits.values(), key=lambda row: self._equal(line, row))
            elif any(c in line for c in self._columns.values()):
                strange.append(at)
        there = {id(row) for row in matches.values()}
        free = [row for row in sheet.rows if id(row) not in there]
        for at in strange if len(strange) * len(free) <= _PAIRS else ():
            near = max(free, key=lambda row: self._equal(self._lines[at], row), default=None)
            if near is not None and self._equal(self._lines[at], near) >= _ALIKE * _filled(near):
                matches[at] = near
                free = [row for row in free if row is not near]
        mapped = set(self._columns.values())
        self.inside |= {(at, c) for at in matches for c in self._lines[at] if c in mapped}
        return matches

    def _named(self, line: dict[int, Seen], key: Iterable[str]) -> tuple[str, ...]:
        places = [self._columns.get(self._sheet.at[name]) for name in key]
        if None in places:
            return ()
        return tuple(_text(line[c].value) if c in line else "" for c in places if c is not None)

    def _equal(self, line: dict[int, Seen], row: Row) -> int:
        """How many filled cells of our row stand in this line."""
        pairs = ((row.values[i], line.get(c)) for i, c in self._columns.items())
        return sum(value is not None and seen is not None and same(value, seen.value) for value, seen in pairs)

    # -- proving cells -----------------------------------------------------------------------------------------------

    def _prove_row(self, line: dict[int, Seen], row: Row) -> Iterator[Finding]:
        for i, column in self._columns.items():
            own, expected, seen = self._sheet.columns[i], row.values[i], line.get(column)
            if seen is None:
                if expected is not None:
                    where = f"{self._name} {self._told(row)}"
                    yield Finding(LOST, self._book.file.name, where, own.head, _text(expected))
                continue
            yield from self._prove_cell(seen, row, i)

    def _prove_cell(self, seen: Seen, row: Row, i: int) -> Iterator[Finding]:
        file, say, own, expected = self._book.file.name, self._facts.say, self._sheet.columns[i], row.values[i]
        wanted, given = _text(expected), words(seen.value)
        if seen.formula:
            try:
                value = self._book.evaluated(self._name, seen)
            except Unknown:
                right = seen.value is not None and same(expected, seen.value)
                shown = say("appendix.found.unknown", formula=seen.formula)
                yield Finding(UNPROVED if right else WRONG, file, seen.where, shown, wanted)
                return
            if not same(expected, value):
                shown = say("appendix.found.formula", formula=seen.formula, value=_text(value))
                yield Finding(WRONG, file, seen.where, shown, wanted)
            elif seen.value is not None and not same(expected, seen.value):
                yield Finding(WRONG, file, seen.where, say("appendix.found.cached", value=given), wanted)
        elif not (same(expected, seen.value) or same(_printed(own, row, expected), seen.value)):
            if own.format == "words" and isinstance(seen.value, str):
                yield from compare(file, [wanted], [Line(seen.where, given)])
            elif row.live and own.name == self._sheet.formula[0]:
                yield Finding(WRONG, file, seen.where, say("appendix.found.typed", value=given), wanted)
            elif expected is not None or own.format == "name" or numbers(given):
                yield Finding(WRONG, file, seen.where, given, wanted)
        if isinstance(expected, (int, float)) and _SHOWS_ANOTHER.search(seen.format):
            yield Finding(WRONG, file, seen.where, say("appendix.found.format", format=seen.format), wanted)


def _printed(column: Column, row: Row, expected: Value) -> Value:
    """The figure as it is printed everywhere else, which people may paste over a formula."""
    if column.format != "figure" or not isinstance(expected, (int, float)):
        return expected
    return float(number(expected, row.decimals).replace(",", ""))


def same(expected: Value, given: Any) -> bool:
    """Whether a cell says what is expected: numbers to nine digits, as other programs keep them; texts tidied."""
    if expected is None:
        return given is None or given == ""
    if isinstance(expected, str):
        return tidy(words(given)) == tidy(expected)
    if isinstance(given, str):
        try:
            given = float(given.replace(",", ""))
        except ValueError:
            return False
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return False
    return math.isclose(given, expected, rel_tol=1e-9, abs_tol=1e-12)


def _text(value: Any) -> str:
    """A value as text that two programs agree on."""
    return f"{value:.9g}" if isinstance(value, float) and not value.is_integer() else tidy(words(value))


def _filled(row: Row) -> int:
    return sum(value is not None for value in row.values)
