"""Proving the charts of a workbook: the numbers stored in them, and the cells they refer to."""

from __future__ import annotations

from collections.abc import Iterator

from hfwork.present.pack.book.appendix_charts import Chart
from hfwork.present.pack.book.formula import Unknown
from hfwork.present.pack.book.sheets import Sheet, Value
from hfwork.present.pack.book.table_proof import same
from hfwork.present.pack.book.workbook import Book, Drawing, Points, words
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import LOST, UNPROVED, WRONG, Finding, tidy

Wanted = dict[str, dict[str, Value]]  # name of a series → label of a point → its value


def prove_charts(facts: Facts, book: Book, held: Sheet | None, charts: list[Chart]) -> list[Finding]:
    """Each generated chart, known by its title or its points; others must show what the cells they refer to hold."""
    file = book.file.name
    wanted = {chart.title: _wanted(held, chart) for chart in charts} if held else {}
    left = list(charts)
    found: list[Finding] = []
    for drawing in book.charts:
        mine = max(left, key=lambda chart: _likeness(drawing, chart, wanted[chart.title]), default=None)
        if mine is not None and _likeness(drawing, mine, wanted[mine.title]) >= 0.5:
            left.remove(mine)
            found += _prove(facts, book, drawing, wanted[mine.title])
        else:
            found += _prove_others(facts, book, drawing)
    return found + [Finding(LOST, file, chart.title, "") for chart in left]


def _wanted(held: Sheet, chart: Chart) -> Wanted:
    rows = held.rows[chart.first : chart.last + 1]
    label = held.at["label"]
    return {
        name: {tidy(words(row.values[label])): row.values[held.at[column]] for row in rows}
        for column, name in chart.series.items()
    }


def _likeness(drawing: Drawing, chart: Chart, wanted: Wanted) -> float:
    """1 for the same title, and the share of points that are the same."""
    titled = float(tidy(chart.title) in {tidy(said) for said in drawing.words})
    points = [(name, label, value) for name, row in wanted.items() for label, value in row.items() if value is not None]
    known = {(tidy(s.name), tidy(s.labels.get(i, ""))): v for s in drawing.series for i, v in s.values.items()}
    hits = sum(same(value, known.get((tidy(name), label))) for name, label, value in points)
    return titled + (hits / len(points) if points else 0.0)


def _prove(facts: Facts, book: Book, drawing: Drawing, wanted: Wanted) -> Iterator[Finding]:
    file = book.file.name
    by_name = {tidy(name): row for name, row in wanted.items()}
    used: set[str] = set()
    for series in drawing.series:
        own = by_name.get(tidy(series.name)) or _nearest(series, by_name, used)
        if own is None:
            yield from _from_cells(facts, book, drawing, series)
            continue
        used |= {name for name, row in by_name.items() if row is own}
        where = f"{drawing.where} {series.name}"
        for i, value in sorted(series.values.items()):
            label = tidy(series.labels.get(i, ""))
            if label not in own:
                yield Finding(WRONG, file, where, f"{label} {words(value)}".strip())
            elif not _point(own[label], value):
                yield Finding(WRONG, file, f"{where} {label}", words(value), words(own[label]))
        drawn = {tidy(series.labels.get(i, "")) for i in series.values}
        for label in own if series.values else ():
            if own[label] is not None and label not in drawn:
                yield Finding(LOST, file, f"{where} {label}", words(own[label]))
        yield from _range(facts, book, where, series, own)
    for name, row in by_name.items():
        if name not in used and any(value is not None for value in row.values()):
            yield Finding(LOST, file, drawing.where, name)


def _nearest(series: Points, by_name: Wanted, used: set[str]) -> dict[str, Value] | None:
    """Our series behind one that people have renamed."""
    for name, row in by_name.items():
        hits = sum(_point(row.get(tidy(series.labels.get(i, ""))), value) for i, value in series.values.items())
        if name not in used and series.values and hits >= 0.5 * len(series.values):
            return row
    return None


def _point(expected: Value, value: float | str) -> bool:
    return same(expected, value) if expected is not None else value == ""


def _range(facts: Facts, book: Book, where: str, series: Points, own: dict[str, Value]) -> Iterator[Finding]:
    """What the chart will show as soon as a program reads its cells again."""
    held = _cells(book, series)
    for label, value in held:
        if not same(own.get(tidy(label)), value) or tidy(label) not in own:
            shown = facts.say("appendix.found.range", range=series.value_range, value=f"{label} {words(value)}".strip())
            yield Finding(WRONG, book.file.name, where, shown, words(own.get(tidy(label))))
    missing = [label for label, value in own.items() if value is not None and label not in {tidy(t) for t, _ in held}]
    for label in missing:
        yield Finding(WRONG, book.file.name, where, series.value_range, f"{label} {words(own[label])}")


def _cells(book: Book, series: Points) -> list[tuple[str, float | str | None]]:
    """Labels and values in the cells a series refers to."""
    try:
        labels, values = book.area(series.label_range), book.area(series.value_range)
    except Unknown:
        return []
    found: list[tuple[str, float | str | None]] = []
    for label, value in zip(labels, values, strict=False):
        number: float | str | None = None if value is None else value.value
        if value is not None and value.formula:
            try:
                number = book.evaluated(value.where.rpartition("!")[0], value)
            except Unknown:
                number = words(value.value)
        found.append((words(label.value) if label else "", number))
    return found


def _prove_others(facts: Facts, book: Book, drawing: Drawing) -> Iterator[Finding]:
    for series in drawing.series:
        yield from _from_cells(facts, book, drawing, series)


def _from_cells(facts: Facts, book: Book, drawing: Drawing, series: Points) -> Iterator[Finding]:
    """A series people have added: proved as far as it shows cells of the workbook, which are proved themselves."""
    held = [value for _, value in _cells(book, series)] if series.label_range else _alone(book, series)
    for i, value in sorted(series.values.items()):
        cell = held[i] if i < len(held) else None
        if not isinstance(value, float) or not isinstance(cell, (int, float)) or not same(float(cell), value):
            where = f"{drawing.where} {series.name} {series.labels.get(i, '')}".strip()
            yield Finding(UNPROVED, book.file.name, where, words(value))


def _alone(book: Book, series: Points) -> list[float | str | None]:
    try:
        return [None if seen is None else seen.value for seen in book.area(series.value_range)]
    except Unknown:
        return []
