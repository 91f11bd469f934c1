"""Households as the plan sees them: types with the dates that bound them, and dated participation by kind.

``households.yaml`` is optional. From it come stocks that indicator files may name without writing SQL again::

    households_<type>       households of that type at the end of a period
    households_in_<kind>    households taking part in that kind of effort at the end of a period

They count households: neither persons nor couples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from hfwork.errors import HfworkError
from hfwork.plan.campaign import Campaign
from hfwork.plan.reading import build
from hfwork.plan.tables import Frozen, Table, Words, read_yaml

FILE = "households.yaml"


class HouseholdType(Frozen):
    """One type: a household is of it from ``begin`` until ``end`` (date columns), or for good without ``end``."""

    id: str
    name: Words
    clause: str
    begin: str = Field(alias="from")
    end: str | None = Field(default=None, alias="to")


class Participation(Frozen):
    """Households taking part in a family kind since the date in column ``joined``."""

    kind: str
    name: Words
    joined: str


class Households(Frozen):
    """All types and participations of one table; nothing holds before ``formed`` or after ``dissolved``."""

    table: str
    formed: str
    dissolved: str
    types: list[HouseholdType] = Field(default=[])
    participation: list[Participation] = Field(default=[])

    def measures(self) -> dict[str, dict[str, Any]]:
        """The derived stocks, written as an indicator file would write them."""
        found = {f"households_{t.id}": self._stock(t.name, t.begin, t.end) for t in self.types}
        return found | {f"households_in_{p.kind}": self._stock(p.name, p.joined) for p in self.participation}

    def _stock(self, name: Words, begin: str, end: str | None = None) -> dict[str, Any]:
        ends = [end, self.dissolved] if end else [self.dissolved]
        stock = {"from": [self.formed, begin], "to": ends}
        return {"name": name.model_dump(), "table": self.table, "at_end": stock}


def load_households(folder: Path, tables: Mapping[str, Table]) -> Households | None:
    """The model of a plan folder, its table and columns checked; None for a plan without that file."""
    file = Path(folder) / FILE
    if not file.exists():
        return None
    households = build(Households, read_yaml(file), file)
    if households.table not in tables:
        raise HfworkError("unknown_table", given=households.table, allowed=list(tables), where=file)
    table = tables[households.table]
    if table.unit != "household":
        fitting = [name for name, other in tables.items() if other.unit == "household"]
        raise HfworkError("not_households", given=table.id, allowed=fitting, where=file)
    _dates((households.formed, households.dissolved), table, str(file))
    for kind in households.types:
        _dates((kind.begin, *([kind.end] if kind.end else [])), table, f"{file} · {kind.id}")
    for part in households.participation:
        _dates((part.joined,), table, f"{file} · {part.kind}")
    _once((kind.id for kind in households.types), file)
    _once((part.kind for part in households.participation), file)
    return households


def check_households(folder: Path, households: Households, campaign: Campaign) -> None:
    """Every clause and kind the model names must exist in the campaign."""
    file = Path(folder) / FILE
    clauses, kinds = list(campaign.clause_words()), [kind.id for kind in campaign.kinds]
    for kind in households.types:
        if kind.clause not in clauses:
            raise HfworkError("unknown_clause", given=kind.clause, allowed=clauses, where=f"{file} · {kind.id}")
    for part in households.participation:
        if part.kind not in kinds:
            raise HfworkError("unknown_kind", given=part.kind, allowed=kinds, where=file)


def _dates(columns: Iterable[str], table: Table, where: str) -> None:
    dates = [name for name, column in table.columns.items() if column.type == "date"]
    for name in columns:
        if name not in table.columns:
            raise HfworkError("unknown_column", given=name, allowed=dates, where=where, table=table.id)
        if name not in dates:
            raise HfworkError("not_a_date_column", given=name, allowed=dates, where=where, table=table.id)


def _once(names: Iterable[str], file: Path) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise HfworkError("id_twice", given=name, where=file)
        seen.add(name)
