"""Proving an appendix that people may have edited: every number of the workbook against the release."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hfwork.present.pack.book.appendix_charts import Chart, charted
from hfwork.present.pack.book.appendix_content import margins, sheets
from hfwork.present.pack.book.chart_proof import prove_charts
from hfwork.present.pack.book.sheets import Sheet
from hfwork.present.pack.book.table_proof import Table
from hfwork.present.pack.book.workbook import Book, words
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import LOST, UNPROVED, Finding, Line, compare, numbers, tidy

_ALIKE = 0.3  # share of rows in common from which a sheet is one of ours, whatever its name
_EXCERPT = 0.5  # share of a person's rows that are ours, from which a sheet is an excerpt of ours


def prove(facts: Facts, meeting: str, file: Path) -> list[Finding]:
    """Every number of the workbook that is not the release's, and everything generated that is gone.

    Sheets are known by their rows, rows by their receipts or names, columns by their heads: sorting, moving, renaming,
    adding and saving again with another program change nothing. A file that is no workbook raises what openpyxl raises.
    """
    book = Book(file)
    expected = sheets(facts, meeting)
    ours = _paired(expected, book)
    found: list[Finding] = []
    for name in book.names:
        sheet, whole = ours.get(name, (None, False))
        found += _prove_sheet(facts, book, name, sheet, whole)
    there = {sheet.name for sheet, whole in ours.values() if whole}
    found += [Finding(LOST, file.name, sheet.title, "") for sheet in expected if sheet.name not in there]
    drawn = charted(facts, meeting)
    held, charts = drawn if drawn else (None, [])
    found += prove_charts(facts, book, held, charts)
    return found + compare(file.name, _said(charts), [*book.boxes, *_chart_words(book)])


def _said(charts: Iterable[Chart]) -> list[str]:
    return [said for chart in charts for said in (chart.title, chart.alt, *chart.series.values())]


def _chart_words(book: Book) -> list[Line]:
    return [Line(drawing.where, said) for drawing in book.charts for said in drawing.words]


def _paired(expected: list[Sheet], book: Book) -> dict[str, tuple[Sheet, bool]]:
    """Sheet of the file → which of ours it is, and whether it stands for it or is a copy or an excerpt."""
    texts = {name: {tidy(words(seen.value)) for seen in book.cells(name).values()} for name in book.names}
    marks = {sheet.name: _marks(sheet) for sheet in expected}
    every = set().union(*marks.values())
    likeness: list[tuple[float, str, Sheet]] = []
    for sheet in expected:
        own = marks[sheet.name]
        for name in book.names:
            both = len(own & texts[name])
            union = len(own | (texts[name] & every))
            score = both / union if union else 0.0
            if score >= _ALIKE or name == sheet.title or tidy(sheet.lines[0]) in texts[name]:
                titled = (name == sheet.title) + (tidy(sheet.lines[0]) in texts[name])
                likeness.append((score + titled, name, sheet))
    likeness.sort(key=lambda pair: -pair[0])
    ours: dict[str, tuple[Sheet, bool]] = {}
    taken: set[str] = set()
    for _, name, sheet in likeness:
        if name not in ours and sheet.name not in taken:
            ours[name] = (sheet, True)
            taken.add(sheet.name)
    for name in book.names:
        if name not in ours:
            near = max(expected, key=lambda sheet: len(marks[sheet.name] & texts[name]))
            known = texts[name] & every
            if known and len(marks[near.name] & known) >= _EXCERPT * len(known):
                ours[name] = (near, False)
    return ours


def _marks(sheet: Sheet) -> set[str]:
    """The texts that tell the rows of a sheet."""
    if not sheet.keys:
        return set()
    at = sheet.at[sheet.keys[0][0]]
    return {tidy(words(row.values[at])) for row in sheet.rows}


def _prove_sheet(facts: Facts, book: Book, name: str, sheet: Sheet | None, whole: bool) -> list[Finding]:
    file = book.file.name
    outside = dict(book.cells(name))
    found: list[Finding] = []
    said: list[str] = []
    printed: list[str] = []
    if sheet is not None:
        said = list(sheet.lines)
        printed = [part for line in margins(facts, sheet) for part in _parts(line)]
        if sheet.columns:
            table = Table(facts, book, name, sheet)
            found += table.findings(whole)
            said += table.heads_left
            outside = {at: seen for at, seen in outside.items() if at not in table.inside}
    lines = []
    for seen in outside.values():
        shown = words(seen.value) or (seen.formula if seen.formula and seen.value is None else "")
        if isinstance(seen.value, str):
            lines.append(Line(seen.where, shown))
        elif numbers(shown):
            found.append(Finding(UNPROVED, file, seen.where, f"{shown}{_behind(seen.formula, shown)}"))
    found += compare(file, said, lines)
    return found + compare(file, printed, book.lines(name))


def _behind(formula: str, shown: str) -> str:
    return f" ({formula})" if formula and formula != shown else ""


def _parts(line: str) -> list[str]:
    """What stands left and right in a line printed on every page."""
    left, _, right = line.removeprefix("&L").rpartition("&R")
    return [left, right]
