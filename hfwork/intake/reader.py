"""Parses received files in a process of its own, so that a hostile one can only end this process.

Started by ``workbook`` with a JSON request on standard input; answers one JSON line per file, in order. Uses
nothing but text: what comes back cannot be code.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import sys
from pathlib import Path
from typing import Any

from hfwork.errors import HfworkError
from hfwork.intake import guard, headers

MEMORY_LIMIT = 4 * 2**30  # bytes of address space
CPU_LIMIT = 60  # seconds for one file
_EXACT = 10**15  # a spreadsheet keeps 15 digits


def main() -> None:
    """Answer the request on standard input."""
    request = json.load(sys.stdin)
    _limit_memory()
    for path in request["paths"]:
        _limit_time()
        answer: dict[str, Any]
        try:
            answer = read_file(Path(path), request["layouts"])
        except HfworkError as problem:
            answer = {"error": as_data(problem)}
        except MemoryError:
            answer = {"error": as_data(guard.too_large(Path(path).name))}
        except BaseException as problem:  # a panic of the parser is not an Exception
            why = f"{type(problem).__name__}: {problem}"[:200]
            answer = {"error": as_data(HfworkError("workbook_unreadable", where=Path(path).name, why=why))}
        sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")
        sys.stdout.flush()


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    """Give the next file its own seconds: the soft limit counts what the process has used so far."""
    if sys.platform != "win32":
        import resource

        usage = resource.getrusage(resource.RUSAGE_SELF)
        used = int(usage.ru_utime + usage.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (used + CPU_LIMIT, resource.RLIM_INFINITY))


def as_data(problem: HfworkError) -> dict[str, Any]:
    """An error as plain data, problems included."""
    return {
        "code": problem.code,
        "given": None if problem.given is None else str(problem.given),
        "allowed": problem.allowed,
        "where": problem.where,
        "facts": {key: str(value) for key, value in problem.facts.items()},
        "problems": [as_data(inner) for inner in problem.problems],
    }


def as_error(data: dict[str, Any]) -> HfworkError:
    """The error again."""
    problems = [as_error(inner) for inner in data["problems"]]
    code, where = data["code"], data["where"]
    return HfworkError(
        code, given=data["given"], allowed=data["allowed"], where=where, problems=problems, **data["facts"]
    )


def read_file(path: Path, layouts: headers.Layouts) -> dict[str, Any]:
    """One file as text: table, header row, metadata, columns (lists of equal length), rows, totals."""
    name = path.name
    if path.stat().st_size > guard.SIZE_LIMIT:
        raise guard.too_large(name)
    data = path.read_bytes()
    kind = guard.kind_of(data, name)
    bare = guard.scan(data, kind, name)
    sheets = {"": _csv_rows(data, name)} if kind == "csv" else _sheet_rows(data)
    rows, found = _choose(sheets, layouts, name)
    answer = _data(rows, found)
    answer["formulas"] = _formulas(bare, found, set(answer["rows"])) if len(bare) == 1 else []
    answer |= headers.metadata(rows[: found.row])
    answer["sha256"] = hashlib.sha256(data).hexdigest()
    return answer | {"table": found.table, "header_row": found.row + 1}


def _sheet_rows(data: bytes) -> dict[str, list[list[str]]]:
    """Every visible sheet as rows of text, from the sheet's first row."""
    import python_calamine as calamine

    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    visible = calamine.SheetVisibleEnum.Visible
    names = [sheet.name for sheet in book.sheets_metadata if sheet.visible == visible]
    sheets = {}
    for name in names:
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        sheets[name] = [[cell if type(cell) is str else _text(cell) for cell in row] for row in cells]
    return sheets


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        if abs(cell) >= _EXACT:
            return f"{cell:.15G}"
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    return str(cell)


def _csv_rows(data: bytes, name: str) -> list[list[str]]:
    if b"\0" in data:
        raise HfworkError("csv_nul", where=name)
    for encoding in ("utf-8-sig", "gb18030"):  # never guessed: short files fool every detector
        try:
            content = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise HfworkError("csv_encoding", where=name)
    head = content[:10_000]
    delimiter = "\t" if "\t" in head and "," not in head else ","
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter):
            if len(rows) >= guard.ROW_LIMIT or len(row) > guard.COLUMN_LIMIT:
                raise guard.too_large(name)
            # ="0123" is how exports keep a spreadsheet from eating zeros
            rows.append([cell[2:-1] if cell.startswith('="') and cell[-1] == '"' else cell for cell in row])
    except csv.Error as problem:
        raise HfworkError("workbook_unreadable", where=name, why=str(problem)) from None
    return rows


def _choose(
    sheets: dict[str, list[list[str]]], layouts: headers.Layouts, name: str
) -> tuple[list[list[str]], headers.Found]:
    """The one sheet with a known header; a sheet of explanations beside it is passed over."""
    hits: dict[str, headers.Found] = {}
    for sheet, rows in sheets.items():
        try:
            hits[sheet] = headers.find(rows, layouts, name)
        except HfworkError as problem:
            if problem.code != "layout_unknown":
                raise
    if not hits:
        raise HfworkError("layout_unknown", where=name, rows=headers.HEADER_WITHIN)
    if len(hits) > 1:
        raise HfworkError("several_sheets", given="、".join(hits), where=name)
    sheet, found = next(iter(hits.items()))
    return sheets[sheet], found


def _data(rows: list[list[str]], found: headers.Found) -> dict[str, Any]:
    wanted = list(found.positions.values())
    numbers: list[int] = []
    kept: list[list[str]] = []
    totals: dict[str, str] = {}
    total_row = 0
    for number, row in enumerate(rows[found.row + 1 :], start=found.row + 2):
        first = next((cell for cell in row if cell and not cell.isspace()), "")
        if not first:
            continue
        kind = headers.kind_of_row(first)
        if kind == "data":
            numbers.append(number)
            kept.append(row)
        elif kind == "total" and not total_row:
            total_row = number
            cells = {name: row[at] for name, at in found.positions.items() if at < len(row)}
            totals = {name: cell for name, cell in cells.items() if cell != first}
    width = max(wanted) + 1
    filled = [row if len(row) >= width else row + [""] * (width - len(row)) for row in kept]
    columns = {name: [row[at] for row in filled] for name, at in found.positions.items()}
    return {"columns": columns, "rows": numbers, "totals": totals, "total_row": total_row}


def _formulas(bare: dict[str, list[tuple[str, int]]], found: headers.Found, rows: set[int]) -> list[tuple[int, str]]:
    """Formula cells of the data rows that carry no value, as (row, column id)."""
    at = {headers.letters(position): column for column, position in found.positions.items()}
    cells = [cell for sheet in bare.values() for cell in sheet]
    return [(row, at[column]) for column, row in cells if column in at and row in rows]


if __name__ == "__main__":
    main()
