"""Turns the text of a received sheet into typed rows; what cannot be understood becomes a finding."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from hfwork.intake import findings, sender, standing, values
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan
from hfwork.plan.places import Places
from hfwork.plan.tables import Column, Table

Parser = Callable[[str], Any]
Names = dict[str, frozenset[str]]
_SUFFIX = re.compile(
    r"(?:社区居民委员会|社区居委会|社区居委|居民委员会|村?村民委员会|居委会|村?村委会|委员会|社区|村)$"
)


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
        if column.type == "place":
            found += _settle(parsed, at, rows, name, sheet, plan)
        frame[name] = _typed(parsed, column).take(at)
        for code, positions in refused.items():
            hit = np.isin(at, positions)
            found.append(findings.make(code, name, rows[hit], [given[i] for i in at[hit]], context))
    typed = pd.DataFrame(frame, columns=list(table.columns))
    typed["_row"] = sheet.frame["_row"].astype("int32")
    found.append(_formulas(sheet, table, context))
    if sheet.sent_as:
        found.append(findings.make("other_years_sender", table.place, [0], [sheet.sent_as], context))
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


def _settle(
    parsed: list[Any], at: np.ndarray, rows: np.ndarray, column: str, sheet: Sheet, plan: Plan
) -> list[pd.DataFrame]:
    """Turns codes of other years into those of the report's day, in place, and says so or refuses them.

    A return is refused a unit that was divided or is gone, and one of another level; a record of such a unit
    counts in the unit above. What is understood is said once per code, at its first row.
    """
    table, places, on = plan.tables[sheet.table], plan.places, sender.reported_on(sheet, plan)
    level = sender.grain(table, plan) if table.kind == "return" and column == table.place else ""
    found = []
    for position, code in enumerate(parsed):
        if code is None:
            continue
        stands = standing.standing(places, code, on)
        parsed[position], problem, said = stands.code, f"place_{stands.verdict}", stands.said
        if level and places.level(code) != level:
            problem, said = "wrong_level", f"{code} {places.name(code, on=on)}"
        elif not stands.verdict:
            continue
        elif stands.verdict == standing.OTHER_YEAR:
            problem = "other_years_code"
        elif table.kind == "extract" and stands.verdict != standing.NOT_YET:
            problem, parsed[position] = "former_place", _kept_by(stands.code, sheet.place, places, on)
        hit = rows[at == position]
        if findings.severity(problem) == "error":
            parsed[position] = None
        else:
            hit = hit[:1]
        found.append(findings.make(problem, column, hit, [said] * len(hit), about(sheet)))
    return found


def _kept_by(code: str, sent_by: str, places: Places, on: dt.date) -> str:
    """A record of a unit that is gone: of the part that sent it when its town was divided, else as it stands."""
    town = places.parent(code, on) if places.level(code) == places.levels[-1] else code
    parts = standing.parts_of(standing.newest(town or code, places), places)
    return sent_by if standing.newest(sent_by, places) in parts else code


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
    table = plan.tables[sheet.table]
    level, on = sender.grain(table, plan) if table.kind == "return" else "", sender.reported_on(sheet, plan)
    names, stems = names_below(places, sheet.place, on, level)

    def parse(cell: str) -> str | None:
        stated = values.stated(cell)
        if stated is None:
            return None
        if code := sender.padded(stated, places):
            return code
        if values.MANGLED.fullmatch(stated):
            raise values.Refused("mangled_id")
        named = names.get(stated) or stems.get(_stem(stated)) or frozenset()
        codes = {standing.standing(places, code, on).code for code in named}
        if len(codes) != 1:
            raise values.Refused("ambiguous_place" if codes else "unknown_place")
        return codes.pop()

    return parse


@lru_cache(maxsize=512)
def names_below(places: Places, sent_by: str, on: dt.date, level: str = "") -> tuple[Names, Names]:
    """Name → codes and name without its suffix (村, 居委会, …) → codes, of units below a sender.

    A unit of the wanted level, and one valid on the day, goes before others.
    """
    inside = sender.below(places, sent_by, on)
    wanted = {code for code in inside if places.level(code) == level} if level else inside
    valid = set(sender.valid_on(places, on))
    exact = {name: codes & inside for name, codes in sender.codes_of(places).items() if codes & inside}
    stems: dict[str, set[str]] = {}
    for name, codes in exact.items():
        stems.setdefault(_stem(name), set()).update(codes)
    return _prefer(exact, wanted, valid), _prefer(stems, wanted, valid)


def _prefer(codes: dict[str, set[str]], *better: set[str] | frozenset[str]) -> Names:
    for those in better:
        codes = {name: found & those or found for name, found in codes.items()}
    return {name: frozenset(found) for name, found in codes.items()}


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name) or name


def _formulas(sheet: Sheet, table: Table, context: dict[str, str]) -> pd.DataFrame:
    parts = [findings.make("formula_no_value", column, [row], [""], context) for row, column in sheet.formulas]
    return findings.join(parts)
