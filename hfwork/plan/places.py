"""Places that are valid in time, and the edges between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.reading import Row, place_in, read_code, read_date, read_rows, unknown_value

COLUMNS = (
    "code", "level", "parent", "name_zh", "name_en", "label_zh", "label_en", "kind", "valid_from", "valid_to",
    "order", "source",
)  # fmt: skip
CHANGE_COLUMNS = ("from_code", "to_code", "kind", "earliest", "latest", "basis", "note")
CHANGE_KINDS = ("recode", "rename", "upgrade", "split", "merge", "dissolve")
CHANGE_BASES = ("sourced", "inferred")
ONE_TO_ONE = ("recode", "rename", "upgrade")
FUNCTIONAL = "functional"  # statistical areas without a residents' committee: kept for joins, never counted


@dataclass(frozen=True, eq=False)
class Places:
    """All units a plan knows, with their validity.

    ``frame``: one row per code and validity (dates as datetime64, NaT = open; ``valid_to`` exclusive), in
    official order. ``changes``: one row per edge. ``levels``: coarse to fine.
    """

    levels: tuple[str, ...]
    frame: pd.DataFrame
    changes: pd.DataFrame

    @property
    def root(self) -> str:
        """The code of the one unit of the coarsest level."""
        return str(self.frame.loc[self.frame["level"] == self.levels[0], "code"].iloc[0])

    def at(self, on: dt.date, level: str | None = None) -> pd.DataFrame:
        """Units valid on a day in official order, one row each: all counted levels, or one level."""
        valid = self.frame[self._valid(on)]
        wanted = valid["level"].isin(self.levels) if level is None else valid["level"] == level
        return valid[wanted].reset_index(drop=True)

    def known(self, code: str) -> bool:
        """True for a code that is or was a unit."""
        return code in self._rows

    def name(self, code: str, lang: str = "zh", on: dt.date | None = None) -> str:
        """The name in a language, as on a day (without a day: the latest). Raises ``unknown_place``."""
        return str(self._row(code, on)[f"name_{lang}"])

    def label(self, code: str, lang: str = "zh", on: dt.date | None = None) -> str:
        """The short name for maps. Raises ``unknown_place``."""
        return str(self._row(code, on)[f"label_{lang}"])

    def level(self, code: str) -> str:
        """The level of a unit. Raises ``unknown_place``."""
        return str(self._row(code, None)["level"])

    def parent(self, code: str, on: dt.date | None = None) -> str | None:
        """The code of the unit above; None for the root. Raises ``unknown_place``."""
        return str(self._row(code, on)["parent"]) or None

    def find(self, given: str, on: dt.date | None = None) -> str:
        """The code for a code, name or short name; a unit valid on ``on`` (else the latest) is preferred.

        Raises ``unknown_place`` with the nearest match, or ``ambiguous_place`` with the codes in question.
        """
        if given in self._rows:
            return given
        names = self.frame[["name_zh", "name_en", "label_zh", "label_en"]]
        hits = self.frame[(names == given).any(axis=1)]
        codes = {self._chain(code)[-1] if on is None else self.current(code, on) for code in hits["code"]}
        if on is not None:
            codes = {code for code in codes if self._is_valid(code, on)} or codes
        if len(codes) > 1:
            raise HfworkError("ambiguous_place", given=given, allowed=sorted(codes))
        if not codes:
            raise self._unknown(given)
        return codes.pop()

    def current(self, code: str, on: dt.date) -> str:
        """The code that stands for this unit on a day, following one-to-one changes either way.

        Unchanged when the unit is valid then or has no such successor. Raises ``unknown_place``.
        """
        if code not in self._rows:
            raise self._unknown(code)
        if self._is_valid(code, on):
            return code
        chain = self._chain(code)
        return next((c for c in reversed(chain) if self._is_valid(c, on)), code)

    def ancestors(self, on: dt.date) -> pd.DataFrame:
        """Each code ever valid and its unit on a day at every level: ``code`` + one column per level.

        A village that is gone on that day has no village, but stays in its town.
        """
        return pd.DataFrame([self._lineage(code, on) for code in self._rows], columns=["code", *self.levels])

    def _lineage(self, code: str, on: dt.date) -> dict[str, str | None]:
        found: dict[str, str | None] = {"code": code}
        here: str | None = code
        for _ in range(len(self.levels) + 2):  # functional areas may stand one inside another, never deeper
            if here is None:
                break
            here = self.current(here, on)
            level = self.level(here)
            if level in self.levels and self._is_valid(here, on):
                found[level] = here
            here = self.parent(here, on)
        return found

    def _valid(self, on: dt.date) -> pd.Series:
        day = pd.Timestamp(on)
        begun = self.frame["valid_from"].isna() | (self.frame["valid_from"] <= day)
        return begun & (self.frame["valid_to"].isna() | (self.frame["valid_to"] > day))

    @cached_property
    def _rows(self) -> dict[str, list[dict[str, object]]]:
        """Code → its rows, oldest first."""
        rows: dict[str, list[dict[str, object]]] = {}
        oldest_first = self.frame.sort_values("valid_from", na_position="first", kind="stable")
        for row in oldest_first.to_dict("records"):
            rows.setdefault(str(row["code"]), []).append({str(k): v for k, v in row.items()})
        order = dict.fromkeys(self.frame["code"])
        return {code: rows[code] for code in order}

    def _row(self, code: str, on: dt.date | None) -> dict[str, object]:
        if code not in self._rows:
            raise self._unknown(code)
        rows = self._rows[code]
        return next((row for row in rows if on is not None and _covers(row, on)), rows[-1])

    def _is_valid(self, code: str, on: dt.date) -> bool:
        return any(_covers(row, on) for row in self._rows[code])

    @cached_property
    def _edges(self) -> tuple[dict[str, str], dict[str, str]]:
        """One-to-one edges forward and backward; a unit with several heirs or origins has none."""
        edges = self.changes[self.changes["kind"].isin(ONE_TO_ONE) & (self.changes["to_code"] != "")]
        edges = edges[edges["from_code"] != edges["to_code"]]
        alone = ~edges["from_code"].duplicated(keep=False) & ~edges["to_code"].duplicated(keep=False)
        pairs = list(zip(edges.loc[alone, "from_code"], edges.loc[alone, "to_code"], strict=True))
        return dict(pairs), {new: old for old, new in pairs}

    def _chain(self, code: str) -> list[str]:
        """All codes of one unit through its one-to-one changes, oldest first."""
        forward, backward = self._edges
        chain = [code]
        while (before := backward.get(chain[0])) and before not in chain:
            chain.insert(0, before)
        while (after := forward.get(chain[-1])) and after not in chain:
            chain.append(after)
        return chain

    def _unknown(self, given: str) -> HfworkError:
        names = dict.fromkeys([*self.frame["name_zh"], *self.frame["name_en"], *self.frame["code"]])
        return HfworkError("unknown_place", given=given, allowed=names)


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
    return Places(tuple(levels), frame, _load_changes(Path(folder), set(frame["code"])))


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
    for row, place in zip(rows, where, strict=True):
        code, parent = row["code"], row["parent"]
        if not parent and row["level"] == levels[0]:
            continue
        if parent not in ranks or parent == code:
            allowed = [str(known) for known in ranks if known != code]
            raise HfworkError("unknown_parent", given=parent, allowed=allowed, where=place, code_given=code)
        within_area = row["level"] == FUNCTIONAL and ranks[parent] == rank[FUNCTIONAL]
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
        for column in ("from_code", "to_code"):
            if row[column] and row[column] not in codes:
                raise unknown_value(row[column], column, sorted(codes), where)
        earliest, latest = (read_date(row[column], column, where) for column in ("earliest", "latest"))
        if earliest and latest and latest < earliest:
            code = row["from_code"]
            raise HfworkError("dates_reversed", given=code, where=where, start=earliest, end=latest)
        rows.append({**row, "earliest": earliest, "latest": latest})
    frame = pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))
    for column in ("earliest", "latest"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def _covers(row: dict[str, object], on: dt.date) -> bool:
    day = pd.Timestamp(on)
    start, end = (pd.Timestamp(str(row[column])) for column in ("valid_from", "valid_to"))
    return not (day < start or day >= end)  # a comparison with an open end (NaT) is False
