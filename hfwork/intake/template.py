"""Writes a workbook in the office's shape: title, who reports for when, header, rows, total, signatures."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from hfwork import text
from hfwork.plan.tables import Column, Table

_WIDTH = {"id": 16, "place": 16, "date": 14, "code": 10, "count": 18, "number": 14, "text": 24}


def write(
    table: Table,
    path: str | Path,
    *,
    place: str,
    place_name: str,
    period: str | None = None,
    extract_date: dt.date | None = None,
    frame: pd.DataFrame | None = None,
    sample: bool = False,
    lang: str = "zh",
) -> Path:
    """One sender's workbook of ``table``: blank without ``frame``, else filled with its rows.

    ``frame`` may lack columns (they stay empty); dates are written as ISO text, ids and codes as text, counts
    as numbers. ``period`` is the token of a return, ``extract_date`` the day of an extract. The same
    arguments give the same bytes.
    """
    path = Path(path)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1), "title": table.title[lang]})
        sheet = book.add_worksheet(table.id[:31])
        _set_columns(book, sheet, table)
        facts = _facts(table, place, place_name, period, extract_date, lang)
        _write_head(book, sheet, table, facts, sample, lang)
        values = [_cells(frame, name, column) for name, column in table.columns.items()]
        count = 0 if frame is None else len(frame)
        _write_rows(sheet, table, values)
        if table.kind == "return":
            total_format = book.add_format({"bold": True, "top": 1})
            _write_total(sheet, table, values, 3 + count, total_format, lang)
            signatures = [text.say(f"form.{who}", lang) for who in ("head", "statistician", "filler", "sent")]
            sheet.write_string(4 + count, 0, "　".join(signatures))
        sheet.freeze_panes(3, 0)
    return path


def _facts(
    table: Table, place: str, place_name: str, period: str | None, extract_date: dt.date | None, lang: str
) -> list[str]:
    """The cells of the second row."""
    facts = [text.say("form.unit", lang, name=place_name, code=place)]
    if table.number:
        facts.insert(0, text.say("form.number", lang, number=table.number))
    if table.kind == "return" and period:
        facts.append(text.say("form.period", lang, period=period))
    if extract_date:
        facts.append(text.say("form.extracted", lang, date=extract_date.isoformat()))
    return facts


def _set_columns(book: Any, sheet: Any, table: Table) -> None:
    typed_as_text = book.add_format({"num_format": "@"})  # so that a typed 18-digit number is not rounded
    for position, column in enumerate(table.columns.values()):
        shape = None if column.type in ("count", "number") else typed_as_text
        sheet.set_column(position, position, _WIDTH[column.type], shape)


def _write_head(book: Any, sheet: Any, table: Table, facts: list[str], sample: bool, lang: str) -> None:
    title = table.title[lang] + (text.say("form.sample", lang) if sample else "")
    centred = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    if len(table.columns) > 1:
        sheet.merge_range(0, 0, 0, len(table.columns) - 1, title, centred)
    else:
        sheet.write_string(0, 0, title, centred)
    for position, fact in enumerate(facts):
        sheet.write_string(1, position * 2, fact)
    shape = {"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter"}
    bold = book.add_format(shape)
    for position, column in enumerate(table.columns.values()):
        sheet.write_string(2, position, heading(column, lang), bold)


def heading(column: Column, lang: str) -> str:
    """The header text of a column; counts carry their unit, as on office forms: 「讲座场次（场）」."""
    if lang == "zh":
        return f"{column.zh}（{column.unit}）" if column.unit else column.zh
    return column.en


def _cells(frame: pd.DataFrame | None, name: str, column: Column) -> list[Any]:
    """One column as a list of cells; None is an empty cell."""
    if frame is None or name not in frame:
        return []
    values = frame[name]
    if column.type in ("count", "number"):
        whole = int if column.type == "count" else float
        return [None if pd.isna(v) else whole(v) for v in values.tolist()]
    if pd.api.types.is_datetime64_any_dtype(values):
        days = np.datetime_as_string(values.to_numpy().astype("datetime64[D]"))
        return [None if day == "NaT" else day for day in days.tolist()]
    size = 10 if column.type == "date" else None  # a timestamp becomes its day
    return [None if v is None or v is pd.NaT or v != v else str(v)[:size] for v in values.tolist()]


def _write_rows(sheet: Any, table: Table, values: list[list[Any]]) -> None:
    numeric = [column.type in ("count", "number") for column in table.columns.values()]
    write_string, write_number = sheet.write_string, sheet.write_number
    for row, cells in enumerate(itertools.zip_longest(*values), start=3):
        for position, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if numeric[position]:
                write_number(row, position, cell)
            else:
                write_string(row, position, cell)


def _write_total(sheet: Any, table: Table, values: list[list[Any]], row: int, shape: Any, lang: str) -> None:
    """The total row: each count's sum; a column nobody filled in stays empty."""
    written = False
    for position, column in enumerate(table.columns.values()):
        if column.type != "count":
            if not written:
                sheet.write_string(row, position, text.say("form.total", lang), shape)
            written = True
            continue
        filled = [cell for cell in values[position] if cell is not None]
        if filled:
            sheet.write_number(row, position, sum(filled), shape)
