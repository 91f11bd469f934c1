"""Every number in a deck held against the release: text, tables, charts with their workbooks, maps, notes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from openpyxl import load_workbook
from pptx.oxml.ns import qn

from hfwork.present.pack import guard, proof
from hfwork.present.pack.elements import Grid, Plot, Tiles, Words
from hfwork.present.pack.facts import Facts, Gone
from hfwork.present.pack.proof import LOST, UNPROVED, WRONG, Finding, Line
from hfwork.present.pack.slides import binding, deck_text, drawing, native
from hfwork.present.pack.slides.binding import Binding
from hfwork.present.pack.slides.refresh import Sources, opened
from hfwork.release.bundle import Release

_NEAR = 1e-9
_PROVED = {qn("c:val"), qn("c:yVal"), qn("c:tx")}  # of a series: proved with its values and name


def prove(content: bytes, release: Release, file: str, facts: Facts | None = None) -> list[Finding]:
    """What in a deck is not as the release says. Raises ``pack_unreadable``."""
    deck, sources = opened(content), Sources(facts or Facts(release, "zh"))
    found: list[Finding] = []
    for number, slide in enumerate(deck.slides, 1):
        where = f"{number}"
        shapes = [
            *drawing.walk(slide.shapes),
            *(drawing.walk(slide.notes_slide.shapes) if slide.has_notes_slide else []),
        ]
        for shape in shapes:
            found += _shape(shape, sources, file, where)
        for held in slide._element.iter(deck_text.ALTERNATE):  # equations, inks: no shape to the reader
            found += _unproved(file, where, deck_text.texts(held))
    found += deck_text.beside(deck, [sources.facts(lang) for lang in ("zh", "en")], file)
    return found


def _shape(shape: Any, sources: Sources, file: str, where: str) -> Iterator[Finding]:
    words = shape.name.split(" [hf:")[0]
    at = f"{where} · {words}"
    bound = binding.read(shape.name)
    if bound is None:
        yield from _own(shape, file, at)
        return
    try:
        made = sources.element(bound)
    except Gone as gone:
        yield Finding(LOST, file, at, bound.key, str(gone))
        yield from _own(shape, file, at)
        return
    if isinstance(made, Words) and shape.has_text_frame:
        yield from proof.compare(file, made.lines, _lines(shape.text_frame, at))
    elif isinstance(made, Grid) and getattr(shape, "has_table", False):
        yield from _grid(shape.table, made, file, at)
    elif isinstance(made, Plot) and getattr(shape, "has_chart", False):
        yield from _plot(shape.chart, made, file, at)
    elif isinstance(made, Tiles) and bound.part:
        yield from _tile(shape, made, bound, file, at)
        return
    elif not (isinstance(made, Tiles) and hasattr(shape, "shapes")):
        yield from _own(shape, file, at)
        return
    alt = getattr(made, "alt", "")
    yield from proof.compare(file, [alt] if alt else [], [Line(f"{at} · alt", _described(shape))])


def _lines(frame: Any, at: str) -> list[Line]:
    return [Line(at, deck_text.said(p._p)) for p in frame.paragraphs]


def _described(shape: Any) -> str:
    held = shape._element.xpath(".//p:cNvPr")[0]
    return f"{held.get('title', '')} {held.get('descr', '')}".strip()


def _own(shape: Any, file: str, at: str) -> Iterator[Finding]:
    """A shape of somebody's own: whatever number it holds, nothing tells what it should be."""
    texts = []
    if hasattr(shape, "shapes"):  # what is in a group comes by itself
        texts.append(_described(shape))
    else:
        texts += deck_text.texts(shape._element)
        texts.append(_described(shape))
        if getattr(shape, "has_chart", False):
            texts += [held.text or "" for held in shape.chart._chartSpace.iter(qn("c:v"), qn("a:t"))]
    yield from _unproved(file, at, texts)


def _unproved(file: str, at: str, texts: Iterable[str]) -> Iterator[Finding]:
    for said in texts:
        for number in proof.numbers(said):
            yield Finding(UNPROVED, file, at, number)


def _tile(shape: Any, made: Tiles, bound: Binding, file: str, at: str) -> Iterator[Finding]:
    tile = next((t for t in made.tiles if t.code == bound.part), None)
    if tile is None:
        yield Finding(LOST, file, at, bound.part)
        yield from _own(shape, file, at)
        return
    yield from proof.compare(file, tile.lines, _lines(shape.text_frame, at))
    yield from proof.compare(file, [tile.alt], [Line(f"{at} · alt", _described(shape))])


def _grid(table: Any, made: Grid, file: str, at: str) -> Iterator[Finding]:
    """Whole rows first; a row that people reshaped is read cell by cell under its label and heads."""
    expected = [tuple(proof.tidy(cell) for cell in row) for row in (made.header, *made.rows)]
    actual = [tuple(proof.tidy(cell.text_frame.text) for cell in row.cells) for row in table.rows]
    left = list(expected)
    odd = []
    for r, row in enumerate(actual):
        if row in left:
            left.remove(row)
        else:
            odd.append((r, row))
    heads = dict(zip(actual[0] if actual else (), range(len(actual[0]) if actual else 0), strict=False))
    for r, row in odd:
        place = f"{at} · {r + 1}"
        twin = next((e for e in left if _bones(e) == _bones(row)), None)
        if twin is not None:
            left.remove(twin)
            for given, wanted in zip(row, twin, strict=True):
                pairs = zip(proof.numbers(given), proof.numbers(wanted), strict=True)
                yield from (Finding(WRONG, file, place, a, b) for a, b in pairs if a != b)
            continue
        own = expected[0] if r == 0 else next((e for e in expected[1:] if e[0] in row), _closest(row, left))
        yield from _cells(row, own, expected[0], heads, file, place)


def _closest(row: tuple[str, ...], left: list[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The row as generated whose label people have changed: most of its cells are in this one."""
    shared = {other: sum(cell in row for cell in other[1:]) for other in left}
    best = max(left, key=lambda other: shared[other], default=None)
    return best if best and 2 * shared[best] >= len(best) else None


def _bones(row: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(proof.skeleton(cell) for cell in row)


def _cells(
    row: tuple[str, ...],
    own: tuple[str, ...] | None,
    header: tuple[str, ...],
    heads: dict[str, int],
    file: str,
    place: str,
) -> Iterator[Finding]:
    expected = {heads[h]: cell for h, cell in zip(header, own or (), strict=False) if h in heads}
    for c, said in enumerate(row):
        wanted = expected.get(c)
        if wanted is not None and proof.skeleton(wanted) == proof.skeleton(said):
            pairs = zip(proof.numbers(said), proof.numbers(wanted), strict=True)
            yield from (Finding(WRONG, file, place, a, b) for a, b in pairs if a != b)
        elif said != wanted:
            known = proof.numbers(wanted or "")
            for number in proof.numbers(said):
                if number in known:
                    known.remove(number)
                else:
                    yield Finding(UNPROVED, file, place, number, wanted or "")


def _plot(chart: Any, made: Plot, file: str, at: str) -> Iterator[Finding]:
    """The numbers a chart draws, those in the workbook behind it, and the words on it."""
    categories, series = native.shown(chart)
    expected = {s.name: dict(zip(made.categories, s.values, strict=True)) for s in made.series}
    yield from _series(categories, series, made, expected, file, at)
    yield from _workbook(chart, made, expected, file, f"{at} · xlsx")
    yield from _unproved(file, at, _spoken(chart, categories))


def _spoken(chart: Any, categories: tuple[str, ...]) -> Iterator[str]:
    """Titles and labels people gave a chart, and categories it remembers by other names."""
    for held in chart._chartSpace.iter(qn("a:t"), qn("c:v")):
        said = held.text or ""
        above = {parent.tag for parent in held.iterancestors()}
        own = held.tag == qn("c:v") and qn("c:ser") in above and not above.isdisjoint(_PROVED)
        if not own and not (qn("c:cat") in above and said in categories):
            yield said


def _series(categories: Any, series: Any, made: Plot, expected: Any, file: str, at: str) -> Iterator[Finding]:
    for place, (given, named) in enumerate(zip(categories, made.categories, strict=False)):
        if given != named:
            yield Finding(WRONG, file, f"{at} · {place + 1}", given, named)
    for given in categories[len(made.categories) :]:
        yield Finding(UNPROVED, file, at, given)
    for index, (name, values) in enumerate(series):
        own = expected.get(name)
        if own is None and len(series) == len(made.series):
            own = dict(zip(made.categories, made.series[index].values, strict=True))
            if proof.numbers(name) != proof.numbers(made.series[index].name):
                yield Finding(WRONG, file, at, name, made.series[index].name)
        for category, value in zip(made.categories, values, strict=False):
            wanted = own.get(category) if own is not None else None
            if own is None and value is not None:
                yield Finding(UNPROVED, file, f"{at} · {name} {category}", f"{value:g}")
            elif own is not None and not _same(value, wanted):
                yield Finding(WRONG, file, f"{at} · {name} {category}", _plain(value), _plain(wanted))
        for value in filter(None, values[len(made.categories) :]):
            yield Finding(UNPROVED, file, f"{at} · {name}", _plain(value))


def _same(value: float | None, wanted: float | None) -> bool:
    if value is None or wanted is None:
        return value is None and wanted is None
    return abs(value - wanted) <= _NEAR * max(1.0, abs(wanted))


def _plain(value: float | None) -> str:
    return "—" if value is None else f"{value:.10g}"


def _workbook(chart: Any, made: Plot, expected: Any, file: str, at: str) -> Iterator[Finding]:
    """What people see when they open the data of a chart: nothing but what it draws."""
    part = chart.part.chart_workbook.xlsx_part
    if part is None:
        return
    try:
        sheets = load_workbook(io.BytesIO(guard.package(part.blob))).worksheets
    except Exception as problem:  # whatever a damaged or foreign workbook makes the reader stumble over
        yield Finding(UNPROVED, file, at, type(problem.__cause__ or problem).__name__)
        return
    known = [*made.categories, *expected]
    for sheet in sheets:
        table: list[tuple[Any, ...]] = list(sheet.iter_rows(values_only=True))
        head, rows = (table[0], table[1:]) if table else ((), [])
        yield from _unproved(file, f"{at} 1", [str(cell) for cell in head if cell is not None and cell not in known])
        for r, row in enumerate(rows, 2):
            category = "" if not row or row[0] is None else str(row[0])
            if category and category not in made.categories:
                yield Finding(WRONG if proof.numbers(category) else UNPROVED, file, f"{at} {r}", category)
            for name, value in zip(map(str, head[1:]), row[1:], strict=False):
                meant = expected.get(name, {}).get(category)
                given = float(value) if isinstance(value, int | float) else None
                if (value is not None and given is None) or not _same(given, meant):
                    kind = WRONG if name in expected and category in made.categories else UNPROVED
                    yield Finding(kind, file, f"{at} {name} {category}", str(value), _plain(meant))
