"""What a release finds, indicator by indicator and unit by unit, ready to be put into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hfwork.judge.verdict import UNFINISHED
from hfwork.present.pack.facts import Cell, Facts, Gone
from hfwork.release.packing import unpack

BETTER, WORSE, CHANGED, SAME, UNTOLD = "better", "worse", "changed", "same", "untold"
_UP = {"higher", "rising"}
_DOWN = {"lower", "falling"}
_MAIN = 10  # columns of the tables of units


@dataclass(frozen=True)
class Item:
    """One indicator at one place: its cell, the district's cell of that period, and what they say.

    ``status``: met, near, behind or none; ``way``: better, worse, changed (no better side), same or untold.
    """

    indicator: str
    cell: Cell
    whole: Cell
    status: str
    way: str
    against: str
    before: Cell | None = None

    @property
    def has_value(self) -> bool:
        """Whether a value is published."""
        return bool(self.cell["state"] == "value")


class Assessment:
    """The findings of one place – the district, or a unit – at the figures of one basis (``latest`` or ``year``)."""

    def __init__(self, facts: Facts, basis: str, place: str = "") -> None:
        self.facts, self.basis, self.place = facts, basis, place or facts.root

    @cached_property
    def items(self) -> list[Item]:
        """Every indicator that has a cell here, in the order of the plan."""
        found = []
        for name in self.facts.indicators:
            try:
                token = self.facts.period(name, self.basis)
            except Gone:
                continue
            cell, whole = self.facts.cell(name, token, self.place), self.facts.cell(name, token)
            if cell and whole:
                found.append(self._item(name, cell, whole))
        return found

    def _item(self, name: str, cell: Cell, whole: Cell) -> Item:
        sensitive, compared = self.facts.indicators[name]["sensitive"], self.facts.comparison(cell)
        verdict = self.facts.verdict(cell)
        code = str(verdict["code"]) if verdict else ""
        way = _way(code, self.facts.indicators[name]["direction"])
        return Item(
            name,
            cell,
            whole,
            "none" if sensitive else status(cell),
            CHANGED if sensitive and way in (BETTER, WORSE) else way,
            "none" if sensitive else compared["rest"],
            self._before(cell, code),
        )

    def _before(self, cell: Cell, code: str) -> Cell | None:
        """The figure of a year before, if it lies on the side from which the verdict says the figure has come."""
        now = self.facts.periods[cell["period"]]
        wanted = (now["level"], f"{int(now['start'][:4]) - 1}{now['start'][4:]}")
        tokens = (token for token, p in self.facts.periods.items() if (p["level"], p["start"]) == wanted)
        before = self.facts.cell(cell["indicator"], next(tokens, ""), self.place)
        if cell["state"] != "value" or not before or before["state"] != "value" or before["version"] != cell["version"]:
            return None
        moved = _UP if cell["value"] > before["value"] else _DOWN
        return before if code in moved else None

    @property
    def read(self) -> list[Item]:
        """Those with a published value."""
        return [item for item in self.items if item.has_value]

    def with_status(self, *wanted: str) -> list[Item]:
        """Those with one of these statuses, in the order of the plan."""
        return [item for item in self.items if item.status in wanted]

    def going(self, way: str) -> list[Item]:
        """Those whose change is real, or of another ``way``."""
        return [item for item in self.read if item.way == way]

    def states(self) -> dict[str, int]:
        """How many of the indicators here are missing, suppressed, unstable."""
        names = ("missing", "suppressed", "unstable")
        return {name: sum(item.cell["state"] == name for item in self.items) for name in names}

    def units_behind(self, item: Item) -> list[Cell]:
        """The units behind their target in an indicator, in official order; none of a sensitive one."""
        if self.facts.indicators[item.indicator]["sensitive"]:
            return []
        return [cell for cell in self.facts.units(item.indicator, item.cell["period"]) if status(cell) == "behind"]

    def main(self) -> list[Item]:
        """The indicators of short tables: those with a target, then rates published by unit, as the plan lists them."""
        own = self.facts.indicators
        by_unit = [i for i in self.items if self.facts.units(i.indicator, i.cell["period"])]
        aimed = [i for i in by_unit if i.whole["status"] != "none"]
        rates = [i for i in by_unit if i not in aimed and not own[i.indicator]["plain"]]
        steady = [i for i in rates if not own[i.indicator]["sensitive"]]
        wanted = {i.indicator for i in (aimed + steady)[:_MAIN]}
        return [i for i in self.items if i.indicator in wanted]


@dataclass(frozen=True)
class Chain:
    """A service step by step; ``lowest`` is told only where all steps have a settled figure of one period."""

    name: str
    steps: tuple[Item, ...]
    lowest: Item | None


def chains(assessment: Assessment) -> list[Chain]:
    """The service chains of the plan at one place."""
    facts = assessment.facts
    page = facts.release.page("cascade") if "cascade" in facts.release.pages() else {}
    items = {item.indicator: item for item in assessment.items}
    found = []
    for chain in page.get("chains") or []:
        steps = tuple(items[name] for name in chain["steps"] if name in items)
        if steps:
            found.append(Chain(chain["name"][facts.lang], steps, _lowest(facts, chain["steps"], steps)))
    return found


def _lowest(facts: Facts, named: Iterable[str], steps: Iterable[Item]) -> Item | None:
    own = facts.indicators
    judged = {n for n in named if n in own and own[n]["direction"] == "up" and not own[n]["sensitive"]}
    read = [s for s in steps if s.indicator in judged and _readable(s.cell)]
    whole = len(read) == len(judged) > 1 and len({s.cell["period"] for s in read}) == 1
    return min(read, key=lambda s: float(s.cell["value"])) if whole else None


def _readable(cell: Cell) -> bool:
    settled = cell["state"] == "value" and cell["reason"] not in UNFINISHED
    return settled and cell["denominator"] > 0 and cell["numerator"] <= cell["denominator"]


def status(cell: Cell) -> str:
    """A cell's status, none while its figure will still move."""
    return "none" if cell["reason"] in UNFINISHED else str(cell["status"])


def _way(code: str, direction: str) -> str:
    if code not in _UP | _DOWN:
        return SAME if code == "no_change" else UNTOLD
    if direction == "none":
        return CHANGED
    return BETTER if (code in _UP) == (direction == "up") else WORSE


@dataclass(frozen=True)
class Returns:
    """Returns of a place in a period: expected, reported, and the kinds that are not complete."""

    period: str
    expected: int
    reported: int
    short: tuple[str, ...]
    rows: int
    aside: int

    @property
    def share(self) -> float:
        """Reported of expected, per cent."""
        return 100 * self.reported / self.expected


def returns(facts: Facts, basis: str, place: str = "") -> Returns:
    """What came in of the newest whole stretch of time by the release's day: a year, else a half, quarter or month."""
    page = facts.release.page("quality")
    titles = {table["id"]: table["title"][facts.lang] for table in page["tables"]}
    token, at = _stretch(facts, basis), place or facts.root
    table = facts.findings("completeness")
    own = table[(table["place"] == at) & (table["period"] == token) & (table["expected"] > 0)]
    short = own[own["reported"] < own["expected"]]["table"]
    codes = list(facts.places)
    rows, aside = 0, 0
    faults = unpack(page["faulty"])
    for start in range(0, len(faults), 4):
        _, where, count, errors = faults[start : start + 4]
        if where - 1 == (codes.index(at) if at in codes else -1):
            rows, aside = rows + count, aside + errors
    named = tuple(titles[name] for name in short if name in titles)
    return Returns(token, int(own["expected"].sum()), int(own["reported"].sum()), named, rows, aside)


def _stretch(facts: Facts, basis: str) -> str:
    wanted = ("year",) if basis == "year" else ("year", "half", "quarter", "month", "span")
    whole = [p for p in facts.periods.values() if p["level"] in wanted and not p["partial"]]
    whole = whole or [p for p in facts.periods.values() if not p["partial"]] or list(facts.periods.values())
    last = max(str(p["end"]) for p in whole)
    ends: list[dict[str, Any]] = [p for p in whole if p["end"] == last]
    return str(min(ends, key=lambda p: p["start"])["token"])
