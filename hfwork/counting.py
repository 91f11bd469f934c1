"""Counts everything that was received, once for a day: the vault's rows become numbers by place and period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.intake import accepted
from hfwork.intake.ledger import Entry, Ledger
from hfwork.measure.cube import roll_up
from hfwork.measure.engine import Engine
from hfwork.measure.frame import Frame, frame_of, frames_then, gone
from hfwork.plan.folder import Plan

Progress = Callable[[int, int, str], None]
_PLAIN = dict.fromkeys(("measure", "place", "level", "period"), "str")
View = tuple[pd.DataFrame, Frame]  # a roll-up and the places and periods it is of


@dataclass(frozen=True, eq=False)
class Counted:
    """What one count of the vault gave, and what it rests on.

    ``errors``: columns ``table place rows errors``; ``inputs``: one row per received file that counts.
    """

    plan: Plan
    frame: Frame
    cube: pd.DataFrame
    returned: pd.DataFrame
    received: dict[str, dict[str, dt.date]]
    errors: pd.DataFrame
    inputs: pd.DataFrame

    @cached_property
    def as_of(self) -> View:
        """Every period read with the units of the day counted for."""
        return self._view(self.frame)

    @cached_property
    def then(self) -> list[View]:
        """Every period read with the units of its own last day: one view per stretch without a change."""
        return [self._view(frame) for frame in frames_then(self.frame)]

    @cached_property
    def gone(self) -> list[View]:
        """The part of ``then`` that ``as_of`` lacks: units above the finest level that were split or merged since."""
        found = []
        for frame in frames_then(self.frame):
            if units := gone(frame, self.frame):
                rolled, _ = self._view(frame)
                found.append((rolled[rolled["place"].isin(units)].astype(_PLAIN), frame))
        return found

    @property
    def counts(self) -> pd.DataFrame:
        """The roll-up of ``as_of``."""
        return self.as_of[0]

    def _view(self, frame: Frame) -> View:
        plan = self.plan
        return roll_up(self.cube, self.returned, plan.measures, plan.tables, self.received, frame), frame


def count(plan: Plan, vault: Path, as_of: dt.date, progress: Progress | None = None, *, threads: int = 2) -> Counted:
    """Count every measure of the plan over the files that count on a day.

    Raises ``before_start``, ``nothing_received``, ``tables_damaged``.
    """
    frame = frame_of(plan, as_of)  # first: a day before monitoring began is said as such
    current = Ledger(vault).current(as_of)
    if not current:
        raise HfworkError("nothing_received", where=vault.parent)
    files: dict[str, list[Path]] = {}
    received: dict[str, dict[str, dt.date]] = {}
    for entry in current:
        rows = accepted.rows_file(vault / "tables", entry.table, entry.sha256)
        if entry.table in plan.tables and not rows.is_file():
            raise HfworkError("tables_damaged", given=entry.name, where=rows, why=text.say("why.missing"))
        files.setdefault(entry.table, []).append(rows)
        if entry.extract_date:
            received.setdefault(entry.table, {})[entry.place] = dt.date.fromisoformat(entry.extract_date)
    engine = Engine(threads=threads)
    measures = plan.measures
    try:
        cube = engine.count(measures.values(), plan.tables, files, as_of, progress)
        returned = engine.returned(measures.values(), plan.tables, files, as_of)
    except duckdb.Error as problem:
        why = " ".join(str(problem).split())[:200]
        raise HfworkError("tables_damaged", where=vault / "tables", why=why) from None
    columns = ["sha256", "name", "table", "place", "period"]
    inputs = pd.DataFrame([[getattr(e, c) or "" for c in columns] for e in current], columns=columns)
    return Counted(plan, frame, cube, returned, received, _errors(current, frame), inputs)


def _errors(entries: list[Entry], frame: Frame) -> pd.DataFrame:
    """Rows and faulty rows per table and place, at every level (a village has its town's share)."""
    columns = ["table", "place", "rows", "errors"]
    sent = pd.DataFrame([[e.table, e.place, e.rows, e.errors] for e in entries], columns=columns)
    middle = frame.levels[min(1, len(frame.levels) - 1)]
    units = frame.places.ancestors(frame.as_of)
    sent["place"] = sent["place"].map(units.set_index("code")[middle]).fillna(sent["place"])
    by_unit = sent.groupby(["table", "place"], as_index=False)[["rows", "errors"]].sum()
    root = frame.places.root
    parts = [by_unit.groupby("table", as_index=False)[["rows", "errors"]].sum().assign(place=root), by_unit]
    for level in frame.levels[2:]:
        pairs = pd.DataFrame({"below": units[level], "place": units[middle]}).dropna().drop_duplicates()
        joined = by_unit.merge(pairs, on="place")
        parts.append(joined.assign(place=joined["below"]))
    found = pd.concat([part[columns] for part in parts], ignore_index=True)
    return found.drop_duplicates(["table", "place"], ignore_index=True)
