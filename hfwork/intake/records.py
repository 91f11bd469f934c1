"""Turns the text of a received sheet into typed rows; what cannot be understood becomes a finding."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from hfwork.intake import findings, sender, values
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan
from hfwork.plan.places import Places
from hfwork.plan.tables import Column, Table

Parser = Callable[[str], Any]
Names = dict[str, frozenset[str]]
_SUFFIX = re.compile(r"(?:社区居民委员会|社区居委会|社区居委|居民委员会|村民委员会|居委会|村委会|委员会|社区|村)$")


def normalise(sheet: Sheet, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of a sheet with declared types, and the findings.

    Ids, places, codes and texts are ``str``, dates ``datetime64[s]``, counts ``Int64``, numbers ``Float64``;
    plus ``_row`` (int32). A refused cell is missing in the rows and an error in the findings.
    """
    table = plan.tables[sheet.table]
    sheet = sender.identify(sheet, plan)
    context = about(sheet)
    rows = sheet.frame["_row"].to_numpy()
    frame: dict[str, Any] = {}
    found: list[pd.DataFrame] = []
    for name, column in table.columns.items():
        parser = _parser(column, sheet, plan)
        at, distinct = pd.factorize(sheet.frame[name])
        given = distinct.tolist()
        parsed, refused = _parse(given, parser)
        frame[name] = _typed(parsed, column).take(at)
        for code, positions in refused.items():
            hit = np.isin(at, positions)
            found.append(findings.make(code, name, rows[hit], [given[i] for i in at[hit]], context))
    typed = pd.DataFrame(frame, columns=list(table.columns))
    typed["_row"] = sheet.frame["_row"].astype("int32")
    found.append(_formulas(sheet, table, context))
    return typed, findings.join(found)


def about(sheet: Sheet) -> dict[str, str]:
    """What every finding of a sheet has in common."""
    day = sheet.extract_date.isoformat() if sheet.extract_date else ""
    return {
        "file": sheet.name,
        "table": sheet.table,
        "place": sheet.place,
        "period": sheet.period or day,
        "sha": sheet.sha256[:16],
    }


def _parse(given: list[str], parser: Parser) -> tuple[list[Any], dict[str, list[int]]]:
    """Each distinct cell once; refused ones by the code of the finding."""
    parsed: list[Any] = []
    refused: dict[str, list[int]] = {}
    for position, cell in enumerate(given):
        try:
            parsed.append(parser(cell))
        except values.Refused as problem:
            parsed.append(None)
            refused.setdefault(str(problem), []).append(position)
    return parsed, refused


def _typed(parsed: list[Any], column: Column) -> Any:
    """The distinct values as a pandas array with the column's type."""
    if column.type == "date":
        return pd.array(np.array(parsed, dtype="datetime64[D]").astype("datetime64[s]"))
    if column.type in ("count", "number"):
        return pd.array(parsed, dtype="Int64" if column.type == "count" else "Float64")
    return pd.array(parsed, dtype="str")


def _parser(column: Column, sheet: Sheet, plan: Plan) -> Parser:
    plain: dict[str, Parser] = {
        "date": values.date,
        "count": values.count,
        "number": values.number,
        "id": values.identifier,
        "text": values.stated,
    }
    if column.type in plain:
        return plain[column.type]
    if column.type == "code":
        return _coder(column)
    return _placer(plan.places, sheet, plan)


def _coder(column: Column) -> Parser:
    """Codes by code or by label in either language."""
    codes = column.codes or {}
    known: dict[str, str] = {}
    for code, words in codes.items():
        for word in (code, words.zh, words.en):
            known.setdefault(values.clean(word).casefold(), code)

    def parse(cell: str) -> str | None:
        stated = values.stated(cell)
        if stated is None or not codes:
            return stated
        if stated.casefold() not in known:
            raise values.Refused("unknown_code")
        return known[stated.casefold()]

    return parse


def _placer(places: Places, sheet: Sheet, plan: Plan) -> Parser:
    """Places by code, else by a name that means one unit below the sender."""
    names, stems = names_below(places, sheet.place, sender.reported_on(sheet, plan))

    def parse(cell: str) -> str | None:
        stated = values.stated(cell)
        if stated is None:
            return None
        if code := sender.padded(stated, places):
            return code
        if values.MANGLED.fullmatch(stated):
            raise values.Refused("mangled_id")
        codes = names.get(stated) or stems.get(_stem(stated)) or frozenset()
        if len(codes) != 1:
            raise values.Refused("ambiguous_place" if codes else "unknown_place")
        return next(iter(codes))

    return parse


@lru_cache(maxsize=512)
def names_below(places: Places, sent_by: str, on: dt.date) -> tuple[Names, Names]:
    """Name → codes and name without its suffix (村, 居委会, …) → codes, of units below a sender.

    A unit valid on the day goes before one that was or will be.
    """
    inside = sender.below(places, sent_by, on)
    valid = set(sender.valid_on(places, on))
    exact = {name: codes & inside for name, codes in sender.codes_of(places).items() if codes & inside}
    stems: dict[str, set[str]] = {}
    for name, codes in exact.items():
        stems.setdefault(_stem(name), set()).update(codes)
    return _prefer(exact, valid), _prefer(stems, valid)


def _prefer(codes: dict[str, set[str]], valid: set[str]) -> Names:
    return {name: frozenset(found & valid or found) for name, found in codes.items()}


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name) or name


def _formulas(sheet: Sheet, table: Table, context: dict[str, str]) -> pd.DataFrame:
    parts = [findings.make("formula_no_value", column, [row], [""], context) for row, column in sheet.formulas]
    return findings.join(parts)
