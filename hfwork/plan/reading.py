"""Rows and models of a plan folder: read as offices save them, refused by name when wrong."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from hfwork.errors import HfworkError
from hfwork.plan.tables import refuse_model, worst_error

Model = TypeVar("Model", bound=BaseModel)
Row = dict[str, str]


def build(model: type[Model], content: dict[str, Any], where: object) -> Model:
    """The content as a checked model; the worst complaint names the file, the key and its path."""
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        parent = worst_error(problem)["loc"][:-1]
        names = {".".join(str(step) for step in parent): keys_at(model, parent)}
        raise refuse_model(problem, where, names) from None


def keys_at(model: type[BaseModel], path: Sequence[int | str]) -> list[str]:
    """The keys a model allows at a path such as ``("kinds", 0, "name")``."""
    here: Any = model
    for step in path:
        fields = _fields(here)
        here = fields[str(step)] if fields else _inner(here)
    return list(_fields(here))


def _fields(annotation: Any) -> dict[str, Any]:
    """The fields of a model, also of ``Model | None``; nothing for a list, a dict or a plain type."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return {(f.alias or name): f.annotation for name, f in kind.model_fields.items()}
    return {}


def _inner(annotation: Any) -> Any:
    """What stands inside ``list[X]`` or ``dict[str, X]``."""
    parts = get_args(annotation)
    return parts[-1] if parts else None


def read_rows(file: Path, columns: Sequence[str], required: Sequence[str] = ()) -> list[tuple[int, Row]]:
    """The rows of a CSV file with their line numbers; cells are stripped text, absent columns empty.

    UTF-8 (with or without a mark) or GB18030, as Excel and WPS save. Raises ``no_file``,
    ``unknown_heading``, ``missing_heading``, ``empty_cell`` and ``bad_row``.
    """
    if not file.is_file():
        raise HfworkError("no_file", given=file.name, where=file.parent)
    reader = csv.reader(io.StringIO(_text(file), newline=""))
    heading = [name.strip() for name in next(reader, [])]
    for name in heading:
        if name not in columns or heading.count(name) > 1:
            raise HfworkError("unknown_heading", given=name, allowed=columns, where=file)
    for name in required:
        if name not in heading:
            raise HfworkError("missing_heading", given=name, where=file)
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heading):
            where = place_in(file, reader.line_num)
            raise HfworkError("bad_row", given=len(cells), where=where, wanted=len(heading))
        row = dict.fromkeys(columns, "") | {n: c.strip() for n, c in zip(heading, cells, strict=True)}
        for name in required:
            if not row[name]:
                raise HfworkError("empty_cell", given=name, where=place_in(file, reader.line_num))
        rows.append((reader.line_num, row))
    return rows


def unknown_value(given: str, column: str, allowed: Iterable[str], where: object) -> HfworkError:
    """A cell or item that names something that does not exist."""
    return HfworkError("unknown_value", given=given, allowed=allowed, where=where, column=column)


def place_in(file: Path, line: int) -> str:
    """Where a row stands, for messages: ``places.csv:12``."""
    return f"{file.name}:{line}"


def read_code(text: str, where: object) -> str:
    """A code as text; one that a spreadsheet turned into 1.2E+11 is refused."""
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", text):
        raise HfworkError("mangled_code", given=text, where=where)
    return text


def read_date(text: str, column: str, where: object) -> dt.date | None:
    """2018-06-30 or 2018/6/30 as a date; empty is None."""
    if not text:
        return None
    try:
        year, month, day = (int(part) for part in re.split(r"[-/]", text))
        return dt.date(year, month, day)
    except ValueError:
        raise HfworkError("bad_date", given=text, where=where, column=column) from None


def _text(file: Path) -> str:
    raw = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise HfworkError("bad_encoding", where=file)
