"""Elements as native shapes on a slide, each under the name that binds it to what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from hfwork.present.pack.elements import Grid, Plot, Tile, Tiles, Words
from hfwork.present.pack.slides import binding, native, typeset
from hfwork.present.pack.slides.binding import Binding
from hfwork.present.pack.slides.theme import INK, PALE

Box = tuple[float, float, float, float]  # inches: left, top, width, height
_SIZES = (22, 20, 18, 17, 16, 15, 14, 13, 12, 11, 10)
_LONG = 12  # lines of a table that stand at ease
_TABLE_SIZES = (16, 15, 14, 13, 12, 11, 10.5, 10, 9.5, 9, 8.5, 8)


def write(shape: Any, words: Words, key: str, lang: str, name: str, **look: Any) -> None:
    """Fill a shape's text frame and bind it."""
    typeset.fill(shape.text_frame, words.lines, lang, **look)
    shape.name = Binding(lang, key, prints=binding.words_prints(words.lines)).name(name)


def text_box(slide: Any, box: Box, words: Words, key: str, lang: str, name: str, **look: Any) -> Any:
    """A text box; its size of letters is the largest that fits unless ``size`` is told."""
    shape = slide.shapes.add_textbox(*(Inches(v) for v in box))
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    look.setdefault("size", typeset.fitting(words.lines, (box[2] - 0.3, box[3]), look.pop("sizes", _SIZES)))
    write(shape, words, key, lang, name, **look)
    return shape


def card(
    slide: Any, box: Box, words: Words, key: str, lang: str, name: str, fill: str, ink: str, large: float = 40
) -> Any:
    """A coloured card: one large number or word, with a word under it."""
    shape = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, *(Inches(v) for v in box))
    shape.adjustments[0] = 0.08
    _paint(shape, fill, None)
    write(shape, words, key, lang, name, size=16, colour=ink, align="center", middle=True)
    for run in shape.text_frame.paragraphs[0].runs:
        typeset.style(run, lang, large, True, ink)
    return shape


def table(slide: Any, box: Box, grid: Grid, key: str, lang: str, name: str) -> Any:
    """A native table, letters as large as the box allows."""
    lines = [grid.header, *grid.rows]
    frame = slide.shapes.add_table(len(lines), len(grid.header), *(Inches(v) for v in box))
    prints = f"{binding.grid_prints(lines)}~{binding.line_print(grid.alt)}"
    frame.name = Binding(lang, key, prints=prints).name(name)
    typeset.describe(frame, grid.alt)
    made = frame.table
    shares = grid.widths or tuple(1.0 for _ in grid.header)
    widths = [box[2] * share / sum(shares) for share in shares]
    size, heights = _table_size(lines, widths, box[3])
    for column, wide in zip(made.columns, widths, strict=True):
        column.width = Inches(wide)
    for row, high in zip(made.rows, heights, strict=True):
        row.height = Inches(high)
    _table_style(frame)
    pad = _pad(lines)
    for r, line in enumerate(lines):
        for c, said in enumerate(line):
            set_cell(made.cell(r, c), said, lang, size, head=r == 0, left=c in grid.left, band=r % 2 == 0, pad=pad)
    return frame


def _pad(lines: list[tuple[str, ...]]) -> float:
    """Inches above and below the words of a cell: long tables stand close."""
    return 0.03 if len(lines) <= _LONG else 0.01


def refit(frame: Any, lines: list[tuple[str, ...]], high: float) -> None:
    """Make the letters of a table smaller, all by one factor, when its new words need more room than ``high``."""
    made = frame.table
    sizes = [run.font.size.pt for row in made.rows for cell in row.cells for p in cell.text_frame.paragraphs
             for run in p.runs if run.font.size]  # fmt: skip
    widths = [column.width / Inches(1) for column in made.columns]
    if not sizes:
        return
    now = max(set(sizes), key=lambda size: (sizes.count(size), size))  # not that of a cell people made larger
    size, heights = _table_size(lines, widths, high, now)
    if size >= now:  # the letters stay as people left them; rows nobody set stand closer where there are more
        tall_now = [row.height for row in made.rows]
        usual = max(set(tall_now), key=tall_now.count)
        for row, tall in zip(made.rows, heights, strict=True):
            if sum(tall_now) > Inches(high + 0.01) and row.height == usual:
                row.height = min(row.height, Inches(tall))
        return
    for row, tall in zip(made.rows, heights, strict=True):
        row.height = Inches(tall)
        for run in (r for cell in row.cells for p in cell.text_frame.paragraphs for r in p.runs if r.font.size):
            run.font.size = Pt(max(round(run.font.size.pt * size / now * 2) / 2, _TABLE_SIZES[-1]))


def _table_size(
    lines: list[tuple[str, ...]], widths: list[float], high: float, largest: float = _TABLE_SIZES[0]
) -> tuple[float, list[float]]:
    words = [(piece, w) for line in lines for said, w in zip(line, widths, strict=True) for piece in said.split()]
    for size in [s for s in _TABLE_SIZES if s <= largest] or [largest]:
        last = size == min(_TABLE_SIZES[-1], largest)
        if not last and any(typeset.split(piece, (w - 0.17) * 72 / size / 1.1) for piece, w in words):
            continue
        heights = []
        for line in lines:
            wide = 1.1 if line is lines[0] else 1.0  # heads are bold
            deep = max(typeset.rows(said, (w - 0.17) * 72 / size / wide) for said, w in zip(line, widths, strict=True))
            heights.append((deep * size * typeset.LEADING) / 72 + 2 * _pad(lines))
        if sum(heights) <= high or last:
            spare = max(min((high - sum(heights)) / max(len(lines) - 1, 1), 0.4), 0)
            return size, [heights[0], *(h + spare for h in heights[1:])]
    raise AssertionError


def _table_style(frame: Any) -> None:
    """No banding of the program's own: the cells are painted."""
    properties = frame._element.graphic.graphicData.tbl.tblPr
    style = properties.find(qn("a:tableStyleId"))
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    properties.set("bandRow", "0")


def set_cell(cell: Any, said: str, lang: str, size: float, *, head: bool, left: bool, band: bool, pad: float) -> None:
    """Write and paint one cell."""
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.margin_top = cell.margin_bottom = Inches(pad)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string("15595A" if head else PALE if band else "FFFFFF")
    ink = "FFFFFF" if head else INK
    frame = cell.text_frame
    frame.word_wrap = True
    run = frame.paragraphs[0].add_run()
    run.text = said
    typeset.style(run, lang, size, head, ink)
    from pptx.enum.text import PP_ALIGN

    frame.paragraphs[0].alignment = PP_ALIGN.LEFT if left else PP_ALIGN.CENTER


def chart(slide: Any, box: Box, plot: Plot, key: str, lang: str, name: str) -> Any:
    """A native chart."""
    frame = native.draw(slide, tuple(Inches(v) for v in box), plot, lang)
    frame.name = Binding(
        lang, key, prints=f"{binding.values_print(native.print_of(plot))}~{binding.line_print(plot.alt)}"
    ).name(name)
    typeset.describe(frame, plot.alt)
    return frame


def tiles(slide: Any, box: Box, made: Tiles, key: str, lang: str, name: str) -> Any:
    """The map: one group of freeform shapes, each with its own label, name and alternative text."""
    xs = [x for tile in made.tiles for ring in tile.rings for x, _ in ring]
    ys = [y for tile in made.tiles for ring in tile.rings for _, y in ring]
    west, north = min(xs), max(ys)
    scale = min(box[2] / (max(xs) - min(xs)), box[3] / (max(ys) - min(ys)))
    left = box[0] + (box[2] - (max(xs) - min(xs)) * scale) / 2
    top = box[1] + (box[3] - (max(ys) - min(ys)) * scale) / 2
    group = slide.shapes.add_group_shape()
    wide = 0.8 * scale  # room for a label inside a shape
    longest = max((typeset.width(line) for tile in made.tiles for line in tile.lines), default=4)
    size = max(min(14.0, wide * 72 / max(longest, 4)), 6.0)
    for tile in made.tiles:
        builder = None
        for ring in tile.rings:
            points = [(Inches(left + (x - west) * scale), Inches(top + (north - y) * scale)) for x, y in ring]
            if builder is None:
                builder = group.shapes.build_freeform(*points[0], scale=1.0)
            else:
                builder.move_to(*points[0])
            builder.add_line_segments(points[1:-1] if points[-1] == points[0] else points[1:], close=True)
        if builder is None:
            continue
        shape = builder.convert_to_shape()
        _tile(shape, tile, key, lang, round(size * 2) / 2)
    group._element.recalculate_extents()  # freeforms leave that to their maker
    group.name = Binding(lang, key, prints=binding.line_print(made.alt)).name(name)
    typeset.describe(group, made.alt)
    return group


def _tile(shape: Any, tile: Tile, key: str, lang: str, size: float) -> None:
    _paint(shape, tile.fill.lstrip("#"), "7D9390" if tile.dashed else "FFFFFF", dashed=tile.dashed)
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    typeset.fill(frame, tile.lines, lang, size=size, colour=tile.ink.lstrip("#"), align="center", middle=True)
    frame.word_wrap = False
    from pptx.enum.text import MSO_AUTO_SIZE

    frame.auto_size = MSO_AUTO_SIZE.NONE
    prints = f"{tile.fill.lstrip('#')}.{tile.status},{binding.words_prints(tile.lines)}"
    shape.name = Binding(lang, key, tile.code, prints).name(tile.alt.partition(" ")[0])
    typeset.describe(shape, tile.alt)


def _paint(shape: Any, fill: str, edge: str | None, *, dashed: bool = False) -> None:
    """Fill and edge without the shadow that themes add."""
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor.from_string(fill)
    if edge is None:
        shape.line.fill.background()
    else:
        shape.line.color.rgb = RGBColor.from_string(edge)
        shape.line.width = Pt(1.25)
        if dashed:
            shape.line.dash_style = MSO_LINE.ROUND_DOT
    for effect in shape._element.xpath(".//a:effectRef"):
        effect.set("idx", "0")


def walk(shapes: Any) -> Iterator[Any]:
    """All shapes, groups before what is in them."""
    for shape in shapes:
        yield shape
        if shape.shape_type is not None and hasattr(shape, "shapes"):
            yield from walk(shape.shapes)
