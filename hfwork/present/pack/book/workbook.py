"""Reading a workbook again: what is typed, what formulas give, what charts and text boxes say."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries

from hfwork.present.pack.book.formula import Unknown, evaluate
from hfwork.present.pack.proof import Line

_DEEPEST = 40  # formulas that refer to formulas
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


@dataclass(frozen=True)
class Seen:
    """One cell of a file: what it shows, the formula behind it (empty where none), its number format, where."""

    value: Any
    formula: str
    format: str
    where: str
    row: int
    column: int


@dataclass(frozen=True)
class Points:
    """One series of a chart: stored labels and values by position, and the ranges they were read from."""

    name: str
    labels: dict[int, str]
    values: dict[int, float | str]
    label_range: str
    value_range: str


@dataclass(frozen=True)
class Drawing:
    """One chart of a file: its part in the package, its texts, its series."""

    where: str
    words: tuple[str, ...]
    series: tuple[Points, ...]


class Book:
    """A workbook file opened for proof. Raises what openpyxl and zipfile raise for a file that is none."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._typed = load_workbook(file)
        self._shown = load_workbook(file, data_only=True)
        self.names: list[str] = [sheet.title for sheet in self._typed.worksheets]
        self._found: dict[str, dict[tuple[int, int], Seen]] = {}

    def cells(self, name: str) -> dict[tuple[int, int], Seen]:
        """(row, column) from 1 → cell, of the cells of a sheet that are not empty, row by row."""
        if name not in self._found:
            self._found[name] = dict(self._read(name))
        return self._found[name]

    def _read(self, name: str) -> Iterator[tuple[tuple[int, int], Seen]]:
        # the cells that exist: a format on the last row of a sheet would make a walk over all rows endless
        typed, shown = (book[name]._cells for book in (self._typed, self._shown))
        for (row, column), cell in sorted(typed.items()):
            value, said = cell.value, ""
            if cell.data_type == "f":
                said = str(getattr(value, "text", value))
                other = shown.get((row, column))
                value = None if other is None else other.value
            if value is not None or said:
                yield (row, column), Seen(value, said, cell.number_format, f"{name}!{cell.coordinate}", row, column)

    def number(self, sheet: str, row: int, column: int, deep: int = 0) -> float:
        """The number in a cell, formulas evaluated anew; an empty cell is 0. Raises ``Unknown`` for words."""
        if sheet not in self.names or deep > _DEEPEST:
            raise Unknown(sheet)
        seen = self.cells(sheet).get((row, column))
        if seen is None:
            return 0.0
        if seen.formula:
            return self.evaluated(sheet, seen, deep)
        if isinstance(seen.value, bool) or not isinstance(seen.value, (int, float)):
            raise Unknown(seen.where)
        return float(seen.value)

    def evaluated(self, sheet: str, seen: Seen, deep: int = 0) -> float:
        """What a formula gives with the cells as they are now. Raises ``Unknown``."""

        def look(other: str, cell: str) -> float:
            column, row, _, _ = range_boundaries(cell)
            return self.number(other or sheet, int(row), int(column), deep + 1)

        return evaluate(seen.formula, look)

    def lines(self, name: str) -> list[Line]:
        """Texts of a sheet outside its cells: what is printed above and below pages, and people's remarks."""
        sheet = self._typed[name]
        found = []
        for kind in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
            for side in ("left", "center", "right"):
                said = getattr(getattr(sheet, kind), side).text
                if said:
                    found.append(Line(f"{name} {kind}", said.replace("&[Page]", "&P").replace("&[Pages]", "&N")))
        remarks = (cell for cell in sheet._cells.values() if cell.comment)
        return found + [Line(f"{name}!{cell.coordinate}", cell.comment.text) for cell in remarks]

    @cached_property
    def charts(self) -> list[Drawing]:
        """Every chart of the package."""
        return [_chart(part, root) for part, root in self._parts(r"xl/charts/chart[^/]*\.xml")]

    @cached_property
    def boxes(self) -> list[Line]:
        """The paragraphs of text boxes and shapes, and what is said of them to those who cannot see them."""
        parts = self._parts(r"xl/drawings/drawing[^/]*\.xml")
        told = [Line(part, one.get("descr", "")) for part, root in parts for one in root.iter(f"{_PLACED}cNvPr")]
        return told + [Line(part, said) for part, root in parts for said in _paragraphs(root)]

    def _parts(self, pattern: str) -> list[tuple[str, Element]]:
        with zipfile.ZipFile(self.file) as package:
            names = sorted(name for name in package.namelist() if re.fullmatch(pattern, name))
            return [(name, fromstring(package.read(name))) for name in names]

    def area(self, said: str) -> list[Seen | None]:
        """The cells of a range such as ``'图表数据'!$A$4:$A$19``. Raises ``Unknown`` where there is none."""
        sheet, _, cells = said.rpartition("!")
        sheet = sheet.strip("'").replace("''", "'")
        try:
            left, top, right, bottom = (int(edge) for edge in range_boundaries(cells) if edge is not None)
        except ValueError as none:
            raise Unknown(said) from none
        if sheet not in self.names or (right - left + 1) * (bottom - top + 1) > 100_000:
            raise Unknown(said)
        here = self.cells(sheet)
        return [here.get((r, c)) for r in range(top, bottom + 1) for c in range(left, right + 1)]


def words(value: Any) -> str:
    """A value of a cell as text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    return "" if value is None or isinstance(value, bool) else str(value)


def _paragraphs(root: Element) -> Iterator[str]:
    for paragraph in root.iter(f"{_DRAWN}p"):
        said = "".join(run.text or "" for run in paragraph.iter(f"{_DRAWN}t"))
        if said:
            yield said


def _chart(part: str, root: Element) -> Drawing:
    series = []
    for one in root.iter(f"{_CHART}ser"):
        name = "".join(v.text or "" for tx in one.findall(f"{_CHART}tx") for v in tx.iter(f"{_CHART}v"))
        labels, label_range = _cache(one, "cat", "xVal")
        values, value_range = _cache(one, "val", "yVal")
        numbers = {i: _float(said) for i, said in values.items()}
        series.append(Points(name, labels, numbers, label_range, value_range))
    return Drawing(part, tuple(_paragraphs(root)), tuple(series))


def _cache(series: Element, *names: str) -> tuple[dict[int, str], str]:
    part = next((found for name in names if (found := series.find(f"{_CHART}{name}")) is not None), None)
    if part is None:
        return {}, ""
    points = {int(point.get("idx", "0")): point.findtext(f"{_CHART}v", "") for point in part.iter(f"{_CHART}pt")}
    return points, next((said.text or "" for said in part.iter(f"{_CHART}f")), "")


def _float(said: str) -> float | str:
    try:
        return float(said)
    except ValueError:
        return said
