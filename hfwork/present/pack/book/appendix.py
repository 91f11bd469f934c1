"""The appendix of a meeting pack: a workbook of published figures, rates as live formulas, charts to edit."""

from __future__ import annotations

import datetime as dt
import math
import os
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from hfwork.present.maps import STATUS
from hfwork.present.pack.book.appendix_charts import Chart, charted, pattern
from hfwork.present.pack.book.appendix_content import margins, sheets
from hfwork.present.pack.book.appendix_proof import prove
from hfwork.present.pack.book.sheets import Column, Row, Sheet
from hfwork.present.pack.facts import Cell, Facts

__all__ = ["prove", "sheets", "write"]

_FONTS = {"zh": "宋体", "en": "Arial"}
_DARK, _PALE = "#15595A", "#E3F1EF"
_LINE_HEIGHT, _HIGHEST = 13.5, 405  # points
_WIDE, _NARROW = 1.95, 0.93  # widths of letters, in those of the digits that columns are measured in
_TABLE = 3  # the first row of a table, from 0: title, note and header stand above


def write(facts: Facts, meeting: str, target: Path) -> list[Cell]:
    """Write the workbook (XLSX) whole or not at all. Returns the published cells in it, each once.

    The same release, meeting and language give the same bytes.
    """
    made = sheets(facts, meeting)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(part), options) as book:
            day = dt.datetime.fromisoformat(facts.meta["as_of"])
            book.set_properties({"created": day, "title": made[0].lines[0]})
            drawn = charted(facts, meeting)
            book.formats[0].set_font_name(_FONTS[facts.lang])
            formats = _Formats(book, facts.lang)
            for sheet in made:
                _write_sheet(book, sheet, facts, formats)
            if drawn:
                _write_charts(book, *drawn, facts)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return list({cell["receipt"]: cell for sheet in made for cell in sheet.cells}.values())


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any, lang: str) -> None:
        self._book, self._font, self._made = book, _FONTS[lang], {}  # type: ignore[var-annotated]

    def __call__(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({"font_name": self._font, "font_size": 10, **look})
        return self._made[key]

    def cell(self, column: Column, row: Row) -> Any:
        """The format of one cell of a table."""
        look: dict[str, Any] = {"border": 1, "border_color": "#B4C4C2", "valign": "top"}
        look |= {"bold": True, "bg_color": _PALE} if row.whole else {}
        if column.format in ("words", "name"):
            return self(text_wrap=True, **look)
        numbers = {"count": "#,##0", "figure": pattern(row.decimals), "plain": "General"}
        return self(num_format=numbers[column.format], align="right", **look)


def _write_sheet(book: Any, sheet: Sheet, facts: Facts, formats: _Formats) -> None:
    page = book.add_worksheet(sheet.title)
    above, below = margins(facts, sheet)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.set_header(above)
    page.set_footer(below)
    page.hide_gridlines(2)
    page.write_string(0, 0, sheet.lines[0], formats(bold=True, font_size=14, font_color=_DARK))
    for i, line in enumerate(sheet.lines[1:], start=1):
        page.write_string(i, 0, line, formats(font_color="#536B69"))
    if not sheet.columns:  # charts: two beside one another, all on one page
        page.set_portrait()
        page.set_default_row(16)  # told, so that every program gives the charts the same height
        page.fit_to_pages(1, 1)
        return
    page.set_row(_TABLE - 1, 30)
    look = formats(bold=True, bg_color=_DARK, font_color="#FFFFFF", border=1, text_wrap=True, align="center",
                   valign="vcenter")  # fmt: skip
    for i, column in enumerate(sheet.columns):
        page.set_column(i, i, column.width)
        page.write_string(_TABLE - 1, i, column.head, look)
    page.freeze_panes(_TABLE, 1)
    page.repeat_rows(_TABLE - 1)
    if sheet.sortable and sheet.rows:
        page.autofilter(_TABLE - 1, 0, _TABLE - 1 + len(sheet.rows), len(sheet.columns) - 1)
    for at, row in enumerate(sheet.rows, start=_TABLE):
        _write_row(page, sheet, row, at, formats)


def _write_row(page: Any, sheet: Sheet, row: Row, at: int, formats: _Formats) -> None:
    lines = max(_lines(v, c.width) for c, v in zip(sheet.columns, row.values, strict=True))
    if lines > 1:  # not every program makes room for wrapped text by itself
        page.set_row(at, min(_HIGHEST, 3 + _LINE_HEIGHT * lines))
    for i, (column, value) in enumerate(zip(sheet.columns, row.values, strict=True)):
        look = formats.cell(column, row)
        if row.live and column.name == sheet.formula[0]:
            page.write_formula(at, i, formula(sheet, at), look, value)
        elif isinstance(value, str):
            page.write_string(at, i, value, look)
        elif value is None:
            page.write_blank(at, i, None, look)
        else:
            page.write_number(at, i, value, look)


@lru_cache(50_000)
def _lines(value: Any, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two letters."""
    if not isinstance(value, str):
        return 1
    wide = (sum(_WIDE if east_asian_width(c) in "WFA" else _NARROW for c in line) for line in value.split("\n"))
    return sum(max(1, math.ceil(letters / width)) for letters in wide)


def formula(sheet: Sheet, at: int) -> str:
    """The formula of a row of the file, ``at`` from 0."""
    cells = {name: xl_rowcol_to_cell(at, i) for name, i in sheet.at.items()}
    return "=" + sheet.formula[1].format(**cells)


def _write_charts(book: Any, sheet: Sheet, charts: list[Chart], facts: Facts) -> None:
    page = book.get_worksheet_by_name(facts.say("appendix.sheet.charts"))
    page.set_column(0, 20, 9)
    for i, chart in enumerate(charts):
        drawn = _chart(book, sheet, chart, facts.lang)
        drawn.set_size({"width": 660, "height": 400})
        place = {"x_offset": 4 + 670 * (i % 2), "y_offset": 50 + 410 * (i // 2), "description": chart.alt}
        page.insert_chart(0, 0, drawn, place)


def _chart(book: Any, sheet: Sheet, chart: Chart, lang: str) -> Any:
    font = {"name": _FONTS[lang], "size": 9, "bold": False}
    drawn = book.add_chart({"type": chart.kind})
    for column, name in chart.series.items():
        series = {
            "name": name,
            "categories": _range(sheet, chart, "label"),
            "values": _range(sheet, chart, column),
            "categories_data": _stored(sheet, chart, "label"),
            "values_data": _stored(sheet, chart, column),  # read from blank cells they would be stored as zeros
        }
        if column == "target":
            line = {"color": STATUS["behind"]["colour"], "dash_type": "dash", "width": 1.5}
            lines = book.add_chart({"type": "line"}) if chart.kind == "column" else drawn
            lines.add_series({**series, "line": line, "marker": {"type": "none"}})
            if lines is not drawn:
                drawn.combine(lines)
        else:
            look = {"fill": {"color": "#2E7D79"}, "gap": 60} if chart.kind == "column" else _LINE
            drawn.add_series({**series, **look})
    drawn.set_title({"name": chart.title, "name_font": {**font, "size": 11, "bold": True}, "overlay": False})
    drawn.set_x_axis({"num_font": font, "line": {"color": "#8A9A98"}})
    grid = {"visible": True, "line": {"color": "#DDE5E4", "width": 0.5}}
    axis = {"num_font": font, "num_format": chart.format, "major_gridlines": grid, "line": {"none": True}}
    drawn.set_y_axis(axis | ({"min": 0} if chart.kind == "column" else {}))  # a bar tells by its length
    drawn.set_legend({"position": "bottom", "font": font})
    return drawn


_LINE = {"line": {"color": "#2E7D79", "width": 2.25}, "marker": {"type": "circle", "size": 6,
         "fill": {"color": "#2E7D79"}, "border": {"color": "#FFFFFF"}}}  # fmt: skip


def _range(sheet: Sheet, chart: Chart, column: str) -> list[Any]:
    at = sheet.at[column]
    return [sheet.title, _TABLE + chart.first, at, _TABLE + chart.last, at]


def _stored(sheet: Sheet, chart: Chart, column: str) -> list[Any]:
    return [row.values[sheet.at[column]] for row in sheet.rows[chart.first : chart.last + 1]]
