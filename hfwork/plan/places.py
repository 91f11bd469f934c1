"""Places that are valid in time, and the edges between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from hfwork.errors import HfworkError

COLUMNS = (
    "code", "level", "parent", "name_zh", "name_en", "label_zh", "label_en", "kind", "valid_from", "valid_to",
    "order", "source",
)  # fmt: skip
CHANGE_COLUMNS = ("from_code", "to_code", "kind", "earliest", "latest", "basis", "weight", "note")
ALIAS_COLUMNS = ("code", "alias", "basis", "source")
ONE_TO_ONE = ("recode", "rename", "upgrade")
FUNCTIONAL = "functional"  # statistical areas without a residents' committee: kept for joins, never counted


@dataclass(frozen=True, eq=False)
class Places:
    """All units a plan knows, with their validity.

    ``frame``: one row per code and validity (dates as datetime64, NaT = open; ``valid_to`` exclusive), in
    official order. ``changes``: one row per edge (``weight``: the share a split gives or a merge takes).
    ``aliases``: other spellings by code. ``levels``: coarse to fine.
    """

    levels: tuple[str, ...]
    frame: pd.DataFrame
    changes: pd.DataFrame
    aliases: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ALIAS_COLUMNS)))

    @property
    def root(self) -> str:
        """The code of the one unit of the coarsest level."""
        return str(self.frame.loc[self.frame["level"] == self.levels[0], "code"].iloc[0])

    def at(self, on: dt.date, level: str | None = None) -> pd.DataFrame:
        """Units valid on a day in official order, one row each: all counted levels, or one level."""
        valid = self.frame[self._valid(on)]
        wanted = valid["level"].isin(self.levels) if level is None else valid["level"] == level
        return valid[wanted].reset_index(drop=True)

    @cached_property
    def reused(self) -> list[tuple[str, dt.date]]:
        """Codes that were given to another unit, with the day from which they are the other's."""
        edges = self.changes[(self.changes["kind"] == "reuse") & self.changes["latest"].notna()]
        return [(code, day.date()) for code, day in edges[["from_code", "latest"]].itertuples(index=False)]

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

    def nearest(self, code: str, on: dt.date) -> dt.date:
        """The day nearest to a day on which a unit is valid. Raises ``unknown_place``."""
        if code not in self._rows:
            raise self._unknown(code)
        if self._is_valid(code, on):
            return on
        days = []
        for row in self._rows[code]:
            start, end = (pd.Timestamp(str(row[column])) for column in ("valid_from", "valid_to"))
            days += [start.date()] if pd.notna(start) else []
            days += [(end - pd.Timedelta(days=1)).date()] if pd.notna(end) else []
        return min(days, key=lambda day: abs(day - on))

    def heirs(self, code: str, on: dt.date) -> dict[str, float]:
        """The units a unit lives on in (or came from) on a day, with its share in each; shares add up to 1.

        Empty when it has no counterpart of its level then: a dissolved village, a village not yet founded.
        Raises ``unknown_place``.
        """
        if code not in self._rows:
            raise self._unknown(code)
        return self._walk(code, on, frozenset())

    def lineage(self, on: dt.date) -> pd.DataFrame:
        """Each code ever valid and its units on a day: ``code``, one column per level, ``weight``.

        A code that was split has one row per heir, with weights that add up to 1; all others have one row. A
        village that is gone on that day has no village, but stays in its town.
        """
        if on not in self._lineages:
            rows = [line | {"code": code} for code in self._rows for line in self._lines(code, on)]
            self._lineages[on] = pd.DataFrame(rows, columns=["code", *self.levels, "weight"])
        return self._lineages[on]

    def ancestors(self, on: dt.date) -> pd.DataFrame:
        """Each code ever valid, once: ``code`` + the unit on a day at every level, None where it is shared out."""
        grouped = self.lineage(on).groupby("code", sort=False)[list(self.levels)]
        one = grouped.first().astype(object)
        return one.where(grouped.nunique(dropna=False) == 1, None).where(one.notna(), None).reset_index()

    @cached_property
    def _lineages(self) -> dict[dt.date, pd.DataFrame]:
        return {}

    def _lines(self, code: str, on: dt.date) -> list[dict[str, object]]:
        """The units of a code at every level on a day, with its weight in each line."""
        heirs = self.heirs(code, on) or {"": 1.0}
        lines: list[dict[str, object]] = []
        for unit, weight in heirs.items():
            above = self.parent(unit or code, on)
            for line in self._lines(above, on) if above else [{"weight": 1.0}]:
                own = {self.level(unit): unit} if unit and self.level(unit) in self.levels else {}
                lines.append({**line, **own, "weight": weight * float(str(line["weight"]))})
        return lines

    def _walk(self, code: str, on: dt.date, seen: frozenset[str]) -> dict[str, float]:
        if self._is_valid(code, on):
            return {code: 1.0}
        ends = [pd.Timestamp(str(row["valid_to"])) for row in self._rows[code]]
        ended = all(end <= pd.Timestamp(on) for end in ends)  # an open end (NaT) is never past
        found: dict[str, float] = {}
        for other, share in self._moves[0 if ended else 1].get(code, []):
            if other not in seen:
                for unit, part in self._walk(other, on, seen | {code}).items():
                    found[unit] = found.get(unit, 0.0) + share * part
        whole = sum(found.values())  # not 1 where one heir is gone since, or edges met: nobody is lost or doubled
        return {unit: share / whole for unit, share in found.items()}

    @cached_property
    def _moves(self) -> tuple[dict[str, list[tuple[str, float]]], dict[str, list[tuple[str, float]]]]:
        """Where a code's people went and where they came from, each with the share of the code."""
        forward: dict[str, list[tuple[str, float]]] = {}
        backward: dict[str, list[tuple[str, float]]] = {}
        taken = dict(self.reused)
        columns = ["from_code", "to_code", "kind", "weight", "latest"]
        for old, new, kind, weight, latest in self.changes[columns].itertuples(index=False):
            if new and old != new:
                # what stands under a reused code now goes where its present owner goes
                if not (old in taken and latest <= pd.Timestamp(taken[old])):
                    forward.setdefault(old, []).append((new, weight if kind == "split" else 1.0))
                backward.setdefault(new, []).append((old, weight if kind == "merge" else 1.0))
        return forward, backward

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


def _covers(row: dict[str, object], on: dt.date) -> bool:
    day = pd.Timestamp(on)
    start, end = (pd.Timestamp(str(row[column])) for column in ("valid_from", "valid_to"))
    return not (day < start or day >= end)  # a comparison with an open end (NaT) is False
