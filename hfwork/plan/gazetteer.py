"""``places.csv``, ``place_changes.csv`` and ``aliases.csv`` of a plan folder, checked line by line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.places import ALIAS_COLUMNS, CHANGE_COLUMNS, COLUMNS, FUNCTIONAL, Places
from hfwork.plan.reading import Row, place_in, read_code, read_date, read_rows, unknown_value

CHANGE_KINDS = ("recode", "rename", "upgrade", "split", "merge", "dissolve", "reuse")
CHANGE_BASES = ("sourced", "inferred")


def load_places(folder: Path, levels: list[str]) -> Places:
    """``places.csv`` and ``place_changes.csv`` of a plan folder; a wrong row is named by its line."""
    file = Path(folder) / "places.csv"
    lines = read_rows(file, COLUMNS, ("code", "level", "name_zh"))
    rows = [_place(row, levels, place_in(file, line)) for line, row in lines]
    where = [place_in(file, line) for line, _ in lines]
    _check_parents(rows, where, levels)
    _check_validity(rows, where)
    roots = {row["code"] for row in rows if row["level"] == levels[0]}
    if len(roots) != 1:
        raise HfworkError("one_root", given=len(roots), where=file, level=levels[0])
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("valid_from", "valid_to"):
        frame[column] = pd.to_datetime(frame[column])
    frame["rank"] = frame["level"].map({level: rank for rank, level in enumerate([*levels, FUNCTIONAL])})
    frame = frame.sort_values(["rank", "order", "code", "valid_from"], na_position="first", kind="stable")
    frame = frame.drop(columns="rank").reset_index(drop=True)
    codes = set(frame["code"])
    changes = _load_changes(Path(folder), codes)
    return Places(tuple(levels), frame, changes, _load_aliases(Path(folder), codes))


def _place(row: Row, levels: list[str], where: str) -> dict[str, object]:
    code, level = read_code(row["code"], where), row["level"]
    if level not in (*levels, FUNCTIONAL):
        raise unknown_value(level, "level", [*levels, FUNCTIONAL], where)
    if not row["name_en"]:  # village names are not romanised by guess: the Chinese name stands in
        if level not in (levels[-1], FUNCTIONAL):
            raise HfworkError("missing_key", given="name_en", where=where, path=code)
        row["name_en"] = row["name_zh"]
    if row["order"] and not row["order"].isdigit():
        raise HfworkError("bad_value", given=row["order"], where=where, path="order", why="0, 1, 2 …")
    start, end = (read_date(row[column], column, where) for column in ("valid_from", "valid_to"))
    if start and end and end <= start:
        raise HfworkError("dates_reversed", given=code, where=where, start=start, end=end)
    filled: dict[str, object] = {
        "code": code,
        "parent": read_code(row["parent"], where),
        "label_zh": row["label_zh"] or row["name_zh"],
        "label_en": row["label_en"] or row["name_en"],
        "valid_from": start,
        "valid_to": end,
        "order": int(row["order"] or 0),
    }
    return {**row, **filled}


def _check_parents(rows: list[dict[str, object]], where: list[str], levels: list[str]) -> None:
    rank = {level: number for number, level in enumerate([*levels, FUNCTIONAL])}
    ranks = {row["code"]: rank[str(row["level"])] for row in rows}
    above = {row["code"]: row["parent"] for row in rows}
    for row, place in zip(rows, where, strict=True):
        code, parent = row["code"], row["parent"]
        if not parent and row["level"] == levels[0]:
            continue
        if parent not in ranks or parent == code:
            allowed = [str(known) for known in ranks if known != code]
            raise HfworkError("unknown_parent", given=parent, allowed=allowed, where=place, code_given=code)
        within_area = row["level"] == FUNCTIONAL and ranks[parent] == rank[FUNCTIONAL] and above[parent] != code
        if ranks[parent] >= ranks[code] and not within_area:
            raise HfworkError("parent_not_above", given=parent, where=place, code_given=code)


def _check_validity(rows: list[dict[str, object]], where: list[str]) -> None:
    seen: dict[object, list[tuple[dt.date, dt.date, str, object]]] = {}
    for row, place in zip(rows, where, strict=True):
        start, end = row["valid_from"] or dt.date.min, row["valid_to"] or dt.date.max
        assert isinstance(start, dt.date) and isinstance(end, dt.date)
        for other_start, other_end, other, level in seen.setdefault(row["code"], []):
            if start < other_end and other_start < end:
                raise HfworkError("validity_overlaps", given=row["code"], where=place, other=other)
            if level != row["level"]:
                raise HfworkError("level_changes", given=row["code"], where=place, other=other)
        seen[row["code"]].append((start, end, place, row["level"]))


def _load_changes(folder: Path, codes: set[str]) -> pd.DataFrame:
    file = folder / "place_changes.csv"
    if not file.is_file():
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    rows: list[dict[str, object]] = []
    for line, row in read_rows(file, CHANGE_COLUMNS, ("from_code", "kind", "latest", "basis")):
        where = place_in(file, line)
        if row["kind"] not in CHANGE_KINDS:
            raise unknown_value(row["kind"], "kind", CHANGE_KINDS, where)
        if row["basis"] not in CHANGE_BASES:
            raise unknown_value(row["basis"], "basis", CHANGE_BASES, where)
        if not row["to_code"] and row["kind"] != "dissolve":
            raise HfworkError("empty_cell", given="to_code", where=where)
        if row["kind"] == "reuse" and row["to_code"] != row["from_code"]:
            raise HfworkError("bad_value", given=row["to_code"], where=where, path="to_code", why=row["from_code"])
        if row["kind"] in ("split", "merge") and row["to_code"] == row["from_code"]:
            raise HfworkError("own_heir", given=row["from_code"], where=where)
        for column in ("from_code", "to_code"):
            if row[column] and row[column] not in codes:
                raise unknown_value(row[column], column, sorted(codes), where)
        earliest, latest = (read_date(row[column], column, where) for column in ("earliest", "latest"))
        if earliest and latest and latest < earliest:
            code = row["from_code"]
            raise HfworkError("dates_reversed", given=code, where=where, start=earliest, end=latest)
        rows.append({**row, "earliest": earliest, "latest": latest, "weight": _weight(row, where)})
    frame = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    for column in ("earliest", "latest"):
        frame[column] = pd.to_datetime(frame[column])
    for kind, side in (("split", "from_code"), ("merge", "to_code")):
        totals = frame[frame["kind"] == kind].groupby(side)["weight"].sum()
        for unit, total in zip(totals.index, totals, strict=True):
            if abs(total - 1) > 1e-6:
                raise HfworkError("weights_not_one", given=f"{total:g}", where=file, code_given=unit, kind=kind)
    return frame


def _weight(row: Row, where: str) -> float:
    """The share a split or merge carries; any other change moves a unit whole."""
    given = row["weight"]
    shared = row["kind"] in ("split", "merge")
    if not shared and given:
        raise HfworkError("bad_value", given=given, where=where, path="weight", why=row["kind"])
    if not shared:
        return 1.0
    try:
        weight = float(given)
    except ValueError:
        weight = -1.0
    if not 0 < weight <= 1:
        raise HfworkError("bad_value", given=given, where=where, path="weight", why="0 < weight ≤ 1")
    return weight


def _load_aliases(folder: Path, codes: set[str]) -> pd.DataFrame:
    """Other spellings under which a unit is written in returns; none of them may be another unit's name."""
    file = folder / "aliases.csv"
    if not file.is_file():
        return pd.DataFrame(columns=list(ALIAS_COLUMNS))
    rows = []
    for line, row in read_rows(file, ALIAS_COLUMNS, ALIAS_COLUMNS):
        if row["code"] not in codes:
            raise unknown_value(row["code"], "code", sorted(codes), place_in(file, line))
        rows.append(dict(row))
    return pd.DataFrame(rows, columns=list(ALIAS_COLUMNS))
