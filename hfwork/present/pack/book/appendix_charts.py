"""The charts of the appendix: which figures they show, and in which rows of their sheet these stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from hfwork.present.pack.book.sheets import Sheet, standing, table
from hfwork.present.pack.facts import Cell, Facts
from hfwork.present.readings import SIGNS

_MOST = 4  # indicators that get charts
_FEWEST = 2  # points a chart is worth drawing for


@dataclass(frozen=True)
class Chart:
    """One native chart over the rows ``first`` to ``last`` (from 0) of the sheet; ``series``: column → its name."""

    title: str
    kind: str
    first: int
    last: int
    unit: str
    series: dict[str, str]
    format: str
    alt: str


def chosen(facts: Facts, meeting: str) -> list[str]:
    """Indicators with a target and units to compare, each of another kind where there are enough; at most four."""
    fit: list[str] = []
    for name, token in standing(facts, meeting).items():
        known = [c for c in facts.units(name, token) if c["state"] == "value" and not pd.isna(c["target"])]
        if len(known) >= _FEWEST and not facts.indicators[name]["sensitive"]:
            fit.append(name)
    firsts = list({facts.indicators[name]["kind"]: name for name in reversed(fit)}.values())
    more = [name for name in fit if name not in firsts]
    taken = {*firsts[-_MOST:], *more[: max(0, _MOST - len(firsts))]}
    return [name for name in fit if name in taken]


def charted(facts: Facts, meeting: str) -> tuple[Sheet, list[Chart]] | None:
    """The sheet the charts refer to and the charts; None where no indicator has a target to draw."""
    cells: list[Cell] = []
    labels: list[str] = []
    charts: list[Chart] = []
    for name, kind, own in _blocks(facts, meeting):
        charts.append(_chart(facts, name, kind, own, len(cells)))
        cells += own
        labels += [_label(facts, cell, kind) for cell in own]
    if not cells:
        return None
    return table(facts, "charted", cells, [facts.say("appendix.charted.note")], labels), charts


def _blocks(facts: Facts, meeting: str) -> Iterator[tuple[str, str, list[Cell]]]:
    periods = standing(facts, meeting)
    for name in chosen(facts, meeting):
        yield name, "column", facts.units(name, periods[name])
        level = facts.periods[periods[name]]["level"]
        for length in (level, "half", "quarter"):
            whole = [c for c in facts.series(name, length) if not facts.periods[c["period"]]["partial"]]
            course = [c for c in whole if c["state"] != "not_applicable"]
            if sum(c["state"] == "value" for c in course) >= _FEWEST:
                yield name, "line", course
                break


def _label(facts: Facts, cell: Cell, kind: str) -> str:
    """What stands under a point; the sign where there is none."""
    said = facts.label(cell["place"]) if kind == "column" else facts.when(cell["period"])
    return f"{said} {SIGNS.get(cell['state'], '')}".strip()


def _chart(facts: Facts, name: str, kind: str, cells: list[Cell], first: int) -> Chart:
    own = facts.indicators[name]
    unit = own["unit"][facts.lang]
    series = {"value": facts.say("ui.col.value")}
    if any(not pd.isna(cell["target"]) for cell in cells):
        series["target"] = facts.say("ui.col.target")
    words = {"indicator": facts.name(name), "unit": unit, "period": facts.when(cells[0]["period"])}
    words["place"] = facts.place(facts.root)
    title = facts.say(f"appendix.chart.{kind}", **words)
    decimals = 0 if own["plain"] else own["decimals"]
    return Chart(title, kind, first, first + len(cells) - 1, unit, series, pattern(decimals),
                 facts.say("appendix.chart.alt", title=title))  # fmt: skip


def pattern(decimals: int) -> str:
    """The number format of so many decimals."""
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"
