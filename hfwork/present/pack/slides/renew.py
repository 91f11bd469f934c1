"""Words, tables and alternative texts of a deck set anew, line by line and cell by cell, where nobody has written."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hfwork.present.pack.elements import Grid, Words
from hfwork.present.pack.slides import binding, drawing, retext
from hfwork.present.pack.slides.binding import Binding

if TYPE_CHECKING:
    from hfwork.present.pack.slides.refresh import Place

_INCH = 914400  # of the units of office files


def words(place: Place, bound: Binding, made: Words) -> None:
    """Each generated line that still stands, also inside a longer paragraph, becomes the new one."""
    shape = place.shape
    prints = bound.prints.split(",") if bound.prints else []
    shape.name = binding.renamed(shape.name, Binding(bound.lang, bound.key, "", lines(place, prints, made.lines)))


def lines(place: Place, prints: list[str], new: tuple[str, ...]) -> str:
    """Set the lines of a shape's text anew; returns the prints of what stands now."""
    frame = place.shape.text_frame
    kept: list[str] = []
    last: Any = None
    for at, printed in enumerate(prints):
        paragraph, span = _standing(frame, printed)
        line = new[at] if at < len(new) else None
        if paragraph is None or span is None:
            if line is None or binding.line_print(line) != printed:
                place.note("left", frame.text, line or "")
            kept.append(printed)
            continue
        last = paragraph
        old = binding.plain(retext.said(paragraph))[span[0] : span[1]]
        if line is None:
            place.note("changed", old, "")
            _remove(paragraph, span)
        else:
            if binding.line_print(line) != printed:
                retext.replace(paragraph, *span, line)
                place.note("changed", old, line)
            kept.append(binding.line_print(line))
    for line in new[len(prints) :]:
        if last is None:  # where nothing generated is left, nothing is put in
            place.note("left", frame.text, line)
            kept.append(binding.line_print(line))
        else:
            added = copy.deepcopy(last._p)
            last._p.addnext(added)
            last = next(p for p in frame.paragraphs if p._p is added)
            retext.put(last, line)
            place.note("changed", "", line)
            kept.append(binding.line_print(line))
    return ",".join(kept)


def _standing(frame: Any, printed: str) -> tuple[Any, tuple[int, int] | None]:
    """The paragraph in which a generated line still stands, and where in it."""
    for paragraph in frame.paragraphs:
        span = binding.find(printed, retext.said(paragraph))
        if span and span[1] > span[0]:
            return paragraph, span
    return None, None


def _remove(paragraph: Any, span: tuple[int, int]) -> None:
    """Take a line away: the paragraph with it, unless people wrote more into it or it is the only one."""
    whole = len(binding.plain(retext.said(paragraph))) == span[1] - span[0]
    others = [p for p in paragraph._p.getparent() if p.tag == paragraph._p.tag]
    if whole and len(others) > 1:
        paragraph._p.getparent().remove(paragraph._p)
    else:
        retext.replace(paragraph, *span, "")


def alternative(shape: Any, printed: str, new: str) -> str:
    """Set the alternative text anew unless people wrote their own; returns the print of what was generated."""
    held = shape._element.xpath(".//p:cNvPr")[0]
    current = held.get("descr", "")
    if printed and binding.line_print(current) != printed:
        return printed
    held.set("descr", new)
    return binding.line_print(new)


def grid(place: Place, bound: Binding, made: Grid) -> None:
    """A table whose cells nobody changed takes the new rows; in any other each unchanged cell takes its figure."""
    table = place.shape.table
    old = [tuple(_read(cell) for cell in row.cells) for row in table.rows]
    new = [made.header, *made.rows]
    printed, _, alt = bound.prints.partition("~")
    if binding.grid_prints(old) == printed:
        if [tuple(map(binding.plain, row)) for row in new] != old:
            _rebuild(table, new)
            drawing.refit(place.shape, new, _room(place))
            place.note("changed", _told(old), _told([tuple(r) for r in new], old))
        prints = binding.grid_prints(new)
    else:
        prints = _each_cell(place, table, old, new, printed.split(","))
    alt = alternative(place.shape, alt, made.alt)
    place.shape.name = binding.renamed(place.shape.name, Binding(bound.lang, bound.key, "", f"{prints}~{alt}"))


def _room(place: Place) -> float:
    """The height in inches a table may take: to the next shape under it, or the foot of the slide."""
    own = place.shape
    bottom = place.slide.part.package.presentation_part.presentation.slide_height - 0.7 * _INCH
    for other in place.slide.shapes:
        beside = other.left is None or other.left >= own.left + own.width or other.left + other.width <= own.left
        if other.shape_id != own.shape_id and not beside and other.top > own.top + _INCH:
            bottom = min(bottom, other.top)
    return float(max(bottom - own.top, _INCH) / _INCH)


def _read(cell: Any) -> str:
    return binding.plain("\n".join(retext.said(p) for p in cell.text_frame.paragraphs))


def _rebuild(table: Any, new: list[tuple[str, ...]]) -> None:
    body = table._tbl
    while len(table.rows) > len(new):
        body.remove(body.tr_lst[-1])
    while len(table.rows) < len(new):
        body.tr_lst[-1].addnext(copy.deepcopy(body.tr_lst[-1]))
    wide = len(new[0])
    columns = body.tblGrid.gridCol_lst
    for row in body.tr_lst:
        cells = row.tc_lst
        for cell in cells[wide:]:
            row.remove(cell)
        for _ in range(wide - len(cells)):
            row.tc_lst[-1].addnext(copy.deepcopy(row.tc_lst[-1]))
    if len(columns) != wide:
        total = sum(int(column.get("w")) for column in columns)
        for column in columns[wide:]:
            body.tblGrid.remove(column)
        for _ in range(wide - len(columns)):
            body.tblGrid.append(copy.deepcopy(columns[-1]))
        for column in body.tblGrid.gridCol_lst:
            column.set("w", str(total // wide))
    for r, line in enumerate(new):
        for c, said in enumerate(line):
            _write(table.cell(r, c), said)


def _write(cell: Any, said: str) -> None:
    paragraphs = cell.text_frame.paragraphs
    if _read(cell) == binding.plain(said):
        return
    for surplus in paragraphs[1:]:
        surplus._p.getparent().remove(surplus._p)
    retext.put(paragraphs[0], said)


def _each_cell(
    place: Place, table: Any, old: list[tuple[str, ...]], new: list[tuple[str, ...]], prints: list[str]
) -> str:
    """Cells by row label and column head: rows and columns may have been moved, added or taken out."""
    printed = [[row[i : i + 2] for i in range(0, len(row), 2)] for row in prints]
    columns = _columns(old[0], printed[0] if printed else [])
    labels = {row[0]: row for row in printed[1:] if row}
    fresh = {binding.short(row[0]): row for row in new[1:]}
    for r, line in enumerate(old):
        first = next((c for c, at in columns.items() if at == 0), None)
        label = binding.short(line[first]) if first is not None else ""
        own, wanted = (printed[0], new[0]) if r == 0 else (labels.get(label), fresh.get(label))
        if own is None and (was := _relabelled(line, columns, labels, old, first)):
            own, wanted = labels[was], fresh.get(was)
        if own is None:
            continue  # a row of somebody's own
        if wanted is None:
            place.note("gone", " | ".join(line))
            continue
        for c, at in columns.items():
            if at >= len(own) or at >= len(wanted) or line[c] == binding.plain(wanted[at]):
                continue
            if binding.short(line[c]) == own[at]:
                _write(table.cell(r, c), wanted[at])
                place.note("changed", f"{line[first or 0]} {line[c]}", wanted[at])
            elif binding.short(wanted[at]) != own[at]:
                place.note("left", f"{line[first or 0]} {line[c]}", wanted[at])
    for row in new[1:]:
        if binding.short(row[0]) not in labels:
            place.note("new", "", " | ".join(row))
    known = [binding.grid_prints([row]) for row in new]
    return ",".join(known)


def _relabelled(
    line: tuple[str, ...],
    columns: dict[int, int],
    labels: dict[str, list[str]],
    old: list[tuple[str, ...]],
    first: int | None,
) -> str:
    """The print of the label a row had before people gave it another: most of its other cells are as generated."""
    standing = {binding.short(row[first]) for row in old} if first is not None else set()
    others = {c: at for c, at in columns.items() if at}
    for label, own in labels.items():
        same = sum(at < len(own) and c < len(line) and binding.short(line[c]) == own[at] for c, at in others.items())
        if label not in standing and 2 * same > len(others):
            return label
    return ""


def _columns(head: tuple[str, ...], printed: list[str]) -> dict[int, int]:
    """Column of the table → column as generated, by its head; by position where no head was touched in number."""
    found: dict[int, int] = {}
    for c, said in enumerate(head):
        at = next((i for i, p in enumerate(printed) if p == binding.short(said) and i not in found.values()), None)
        if at is not None:
            found[c] = at
    if len(head) == len(printed):  # rewritten heads stand where they stood
        for c in range(len(head)):
            if c not in found and c not in found.values():
                found[c] = c
    return found


def _told(rows: list[tuple[str, ...]], before: list[tuple[str, ...]] | None = None) -> str:
    """The rows of a table that differ, in one line, for the list of what was done."""
    differing = [row for i, row in enumerate(rows) if before is None or i >= len(before) or row != before[i]]
    return " ‖ ".join(" | ".join(row) for row in differing)
