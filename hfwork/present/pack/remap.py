"""A map of native shapes brought up to another release: fills by status in the colours people chose, labels, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn

from hfwork.present.pack import binding, drawing, typeset
from hfwork.present.pack import renew as renewal
from hfwork.present.pack.binding import Binding
from hfwork.present.pack.elements import Tile, Tiles

if TYPE_CHECKING:
    from hfwork.present.pack.refresh import Place

_INCH = 914400


def renew(place: Place, bound: Binding, made: Tiles) -> bool:
    """Bring a group, or one shape of a map that was taken apart, up to the release.

    True when the map was drawn anew because the units themselves have changed: no recolouring can show that.
    """
    shape = place.shape
    if bound.part:
        tile = next((t for t in made.tiles if t.code == bound.part), None)
        if tile is None:
            place.note("gone", shape.text_frame.text)
        else:
            _tile(place, bound, tile)
        return False
    alt = renewal.alternative(shape, bound.prints, made.alt)
    shape.name = binding.renamed(shape.name, Binding(bound.lang, bound.key, "", alt))
    if not hasattr(shape, "shapes"):
        return False
    own = [read.part for s in shape.shapes if (read := binding.read(s.name)) and read.part]
    units = {t.code for t in made.tiles}
    if set(own) <= units or len(set(own) & units) == 0:
        return False  # a person may have taken units out; that stays
    _draw_anew(place, bound, made)
    return True


def _draw_anew(place: Place, bound: Binding, made: Tiles) -> None:
    """The new units in the room of the old map, in its palette."""
    group = place.shape
    palette = _palette(place, bound)
    old = binding.plain(" ".join(s.text_frame.text for s in group.shapes if s.has_text_frame))
    box = tuple(v / _INCH for v in (group.left, group.top, group.width, group.height))
    name = group.name.split(" [hf:")[0]
    fresh = drawing.tiles(place.slide, box, made, bound.key, bound.lang, name)
    for shape in fresh.shapes:
        fill = _fill(shape)
        if fill in palette:
            shape.fill.fore_color.rgb = RGBColor.from_string(palette[fill])
    group._element.addprevious(fresh._element)  # where it stood among the other shapes
    group._element.getparent().remove(group._element)
    place.note("changed", old, " ".join(" ".join(t.lines) for t in made.tiles))


def _tile(place: Place, bound: Binding, tile: Tile) -> None:
    shape = place.shape
    head, _, printed = bound.prints.partition(",")
    was, _, status = head.partition(".")
    now, wanted = _fill(shape), tile.fill.lstrip("#")
    palette = _palette(place, bound)
    if now == was or was in palette:
        shown = palette.get(wanted, wanted)
        if now != shown:
            shape.fill.solid()
            shape.fill.fore_color.rgb = RGBColor.from_string(shown)
            _edge(shape, tile)
            _ink(shape, tile, bound.lang)
            place.note("changed", f"{tile.alt} {now}", shown)
    elif wanted != was:
        place.note("left", f"{tile.alt} {now}", wanted)
        wanted = was
    lines = renewal.lines(place, printed.split(",") if printed else [], tile.lines)
    typeset.describe(shape, tile.alt)
    kept = f"{wanted}.{tile.status if wanted != was else status},{lines}"
    shape.name = binding.renamed(shape.name, Binding(bound.lang, bound.key, bound.part, kept))


def _palette(place: Place, bound: Binding) -> dict[str, str]:
    """Generated fill → the fill people gave to all units that had it, on this slide and map."""
    seen: dict[str, set[str]] = {}
    for shape in drawing.walk(place.slide.shapes):
        own = binding.read(shape.name)
        if own and own.part and own.key == bound.key and own.lang == bound.lang:
            seen.setdefault(own.prints.split(".")[0], set()).add(_fill(shape))
    return {was: next(iter(now)) for was, now in seen.items() if len(now) == 1 and was not in now}


def _fill(shape: Any) -> str:
    """The colour of a shape as ``RRGGBB``; empty for none, a theme's colour by its name."""
    solid = shape._element.spPr.find(qn("a:solidFill"))
    if solid is None or not len(solid):
        return ""
    return str(solid[0].get("val", "")).upper()


def _edge(shape: Any, tile: Tile) -> None:
    """A dashed edge means: no figure."""
    shape.line.color.rgb = RGBColor.from_string("7D9390" if tile.dashed else "FFFFFF")
    shape.line.dash_style = MSO_LINE.ROUND_DOT if tile.dashed else None


def _ink(shape: Any, tile: Tile, lang: str) -> None:
    for paragraph in shape.text_frame.paragraphs:
        for run in paragraph.runs:
            run.font.color.rgb = RGBColor.from_string(tile.ink.lstrip("#"))
