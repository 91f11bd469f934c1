"""The sheets of the appendix as plain data: what stands in which cell, before any spreadsheet program is asked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pandas as pd

from hfwork.present.pack.facts import LATEST, YEAR, Cell, Facts
from hfwork.present.readings import SHARED, SIGNS

Value = str | float | None
RATE = ("value", "{numerator}*{factor}/{denominator}")  # the column that holds formulas, and what they say
_MOST = 16_000  # rows of the sheet of courses: above it quarters are those of the district only
_WHOLE = ("year", "mc_year", "half", "span")


@dataclass(frozen=True)
class Column:
    """One column. ``format``: words, name (words that say which figure this is), count, figure or plain numbers."""

    name: str
    head: str
    width: float
    format: str = "words"


@dataclass(frozen=True)
class Row:
    """Values in the order of the columns.

    ``live``: the sheet's formula stands here and gives the value told; ``whole``: the row is of the whole area.
    """

    values: tuple[Value, ...]
    decimals: int = 0
    live: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table with lines above it. ``keys``: groups of columns, each of which tells the rows apart."""

    name: str
    title: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    keys: tuple[tuple[str, ...], ...]
    formula: tuple[str, str] = ("", "")
    cells: tuple[Cell, ...] = field(default=(), repr=False)
    sortable: bool = True

    @property
    def header(self) -> tuple[str, ...]:
        """The words over the columns."""
        return tuple(column.head for column in self.columns)

    @property
    def at(self) -> dict[str, int]:
        """Column name → its place, from 0."""
        return {column.name: i for i, column in enumerate(self.columns)}

    @property
    def receipts(self) -> tuple[str, ...]:
        """The receipts of the figures in it."""
        return tuple(cell["receipt"] for cell in self.cells)


def basis(meeting: str) -> str:
    """Which period of each indicator a meeting looks at: whole years for the annual one, else the latest complete."""
    return YEAR if meeting == "annual" else LATEST


def standing(facts: Facts, meeting: str) -> dict[str, str]:
    """Indicator → the period shown, for those that have one, in the order of the plan."""
    shown = (name for name in facts.indicators if name in facts.page["standing"])
    return {name: facts.period(name, basis(meeting)) for name in shown}


def by_place(facts: Facts, meeting: str) -> Sheet:
    """Each indicator at its period: the district first, then the units in official order."""
    periods = standing(facts, meeting)
    cells = [cell for name, token in periods.items() for cell in _places(facts, name, token)]
    return table(facts, "places", cells, [facts.say("ui.official_order")])


def courses(facts: Facts) -> Sheet:
    """Complete years, half-years and quarters, place by place, the oldest first."""
    lasting = [token for token, period in facts.periods.items() if not period["partial"]]
    tokens = {level: [t for t in reversed(lasting) if facts.periods[t]["level"] == level] for level in _LEVELS}
    whole = [token for level in _WHOLE for token in tokens[level]]
    cells = list(_course(facts, whole, tokens["quarter"], tokens["quarter"]))
    note = "appendix.courses.all"
    if len(cells) > _MOST:
        cells, note = list(_course(facts, whole, tokens["quarter"], [])), "appendix.courses.quarters"
    return table(facts, "courses", cells, [facts.say(note), facts.say("ui.official_order")])


_LEVELS = (*_WHOLE, "quarter")


def _course(facts: Facts, whole: list[str], of_root: list[str], of_units: list[str]) -> Iterator[Cell]:
    for name in facts.indicators:
        root = {token: facts.cell(name, token) for token in [*whole, *of_root]}
        due = {token for token, cell in root.items() if cell and cell["state"] != "not_applicable"}
        for code in ("", *facts.places):
            for token in [*whole, *(of_units if code else of_root)]:
                cell = facts.cell(name, token, code) if token in due else None
                if cell:
                    yield cell


def _places(facts: Facts, indicator: str, period: str) -> list[Cell]:
    root = facts.cell(indicator, period)
    return [*([root] if root else []), *facts.units(indicator, period)]


def withheld(facts: Facts, meeting: str) -> Sheet:
    """The figures of ``by_place`` that are missing, not published or too unsteady, each with its reason."""
    shown = (c for name, token in standing(facts, meeting).items() for c in _places(facts, name, token))
    cells = [cell for cell in shown if cell["state"] in ("missing", "suppressed", "unstable")]
    columns = [_COLUMNS[name] for name in ("indicator", "period", "place", "sign", "state", "receipt")]
    rows = [
        Row((facts.name(c["indicator"]), facts.when(c["period"]), facts.place(c["place"]), SIGNS[c["state"]],
             state_words(facts, c), c["receipt"]))
        for c in cells
    ]  # fmt: skip
    return Sheet("withheld", facts.say("appendix.sheet.withheld"), head(facts, "withheld"), _named(facts, columns),
                 tuple(rows), KEYS, cells=tuple(cells))  # fmt: skip


# name → (key of its head, width, format)
_COLUMNS = {
    "label": ("label", "appendix.col.label", 13, "words"),
    "indicator": ("indicator", "ui.col.indicator", 22, "name"),
    "period": ("period", "ui.col.period", 12, "name"),
    "place": ("place", "ui.col.place", 11, "name"),
    "numerator": ("numerator", "ui.col.numerator", 9, "count"),
    "denominator": ("denominator", "ui.col.denominator", 9, "count"),
    "factor": ("factor", "appendix.col.factor", 7, "count"),
    "value": ("value", "ui.col.value", 9, "figure"),
    "unit": ("unit", "ui.col.unit", 7, "words"),
    "lower": ("lower", "ui.col.lower", 10, "figure"),
    "upper": ("upper", "ui.col.upper", 10, "figure"),
    "target": ("target", "ui.col.target", 7, "plain"),
    "status": ("status", "ui.col.status", 9, "name"),
    "sign": ("sign", "appendix.col.sign", 7, "name"),
    "state": ("state", "ui.col.state", 32, "words"),
    "grade": ("grade", "ui.col.grade", 6, "name"),
    "apportioned": ("apportioned", "ui.col.apportioned", 14, "words"),
    "receipt": ("receipt", "ui.col.receipt", 17, "name"),
}
_WIDER = {
    "indicator": 30,
    "period": 18,
    "place": 19,
    "numerator": 10,
    "denominator": 12,
    "unit": 10,
    "status": 11,
}  # in English
_FIGURES = ("indicator", "period", "place", "numerator", "denominator", "factor", "value", "unit", "lower", "upper",
            "target", "status", "state", "grade", "apportioned", "receipt")  # fmt: skip
KEYS = (("receipt",), ("indicator", "period", "place"))


def _named(facts: Facts, columns: Iterable[tuple[str, str, float, str]]) -> tuple[Column, ...]:
    wider = _WIDER if facts.lang == "en" else {}
    return tuple(Column(name, facts.say(key), wider.get(name, width), kind) for name, key, width, kind in columns)


def head(facts: Facts, name: str, notes: Iterable[str] = ()) -> tuple[str, ...]:
    """The two lines above a table: what it is and of which plan; release, day and notes."""
    mark = facts.say("ui.sample") if facts.meta["sample"] else ""
    title = facts.say("appendix.title", sheet=facts.say(f"appendix.sheet.{name}"), plan=facts.meta["title"][facts.lang])
    line = [facts.say("appendix.of", release=facts.meta["id"], date=facts.date(facts.meta["as_of"])), *notes]
    space = "" if facts.lang == "zh" else " "
    return (f"{title}{facts.say('appendix.mark', mark=mark) if mark else ''}", space.join(line))


def table(facts: Facts, name: str, cells: list[Cell], notes: Iterable[str] = (), labels: Iterable[str] = ()) -> Sheet:
    """A sheet of figures, one a row, in the order given; with ``labels`` they stand first and signs are left out.

    A chart draws text as zero, so a sheet that feeds charts leaves a value that is not published empty.
    """
    said = list(labels)
    columns = [_COLUMNS[column] for column in (("label", *_FIGURES) if said else _FIGURES)]
    rows = [_row(facts, cell, said[i : i + 1]) for i, cell in enumerate(cells)]
    return Sheet(name, facts.say(f"appendix.sheet.{name}"), head(facts, name, notes), _named(facts, columns),
                 tuple(rows), KEYS, RATE, tuple(cells), sortable=not said)  # fmt: skip


def _row(facts: Facts, cell: Cell, label: list[str]) -> Row:
    own = facts.indicators[cell["indicator"]]
    known, shown = cell["state"] == "value", cell["state"] in ("value", "unstable")
    rate = known and not pd.isna(cell["denominator"])
    sign = None if label else SIGNS.get(cell["state"])
    counts = [_number(cell[side]) if shown else None for side in ("numerator", "denominator")]
    limits = [_number(cell[end]) if known else None for end in ("lower95", "upper95")]
    values: tuple[Value, ...] = (
        *label,
        facts.name(cell["indicator"]),
        facts.when(cell["period"]),
        facts.place(cell["place"]),
        *counts,
        _number(own["factor"]) if rate else None,
        _number(cell["value"]) if known else sign,
        own["unit"][facts.lang],
        *limits,
        _number(cell["target"]),
        facts.status(cell) or None,
        state_words(facts, cell) or None,
        cell["grade"] or None,
        f"{SHARED} {facts.say('ui.apportioned')}" if cell["apportioned"] and shown else None,
        cell["receipt"],
    )
    return Row(values, 0 if own["plain"] else own["decimals"], rate, cell["place"] == facts.root)


def state_words(facts: Facts, cell: Cell) -> str:
    """``* 不公布（数字较小或为防止推算）``; of a value only its reservation."""
    reason = facts.say(f"reason.{cell['reason']}") if cell["reason"] else ""
    if cell["state"] == "value":
        return reason
    state = f"{SIGNS[cell['state']]} {facts.say('state.' + cell['state'])}"
    return f"{state}{facts.say('appendix.because', reason=reason)}" if reason else state


def _number(value: float) -> float | None:
    """A whole number as one, so that files show no decimals; what is missing is None."""
    if pd.isna(value) or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
