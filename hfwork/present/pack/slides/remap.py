"""A map of native shapes brought up to another release: fills by status in the colours people chose, labels, places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.oxml.ns import qn

from hfwork.present.pack.elements import Tile, Tiles
from hfwork.present.pack.slides import binding, drawing, typeset
from hfwork.present.pack.slides import renew as renewal
from hfwork.present.pack.slides.binding import Binding

if TYPE_CHECKING:
    from hfwork.present.pack.slides.refresh import Place

_INCH = 914400
_EDGES = ("7D9390", "FFFFFF")  # as drawing paints them
_INKS = ("16302F", "FFFFFF", "536B69")


def renew(place: Place, bound: Binding, made: Tiles) -> None:
    """Bring a group, or one shape of a map that was taken apart, up to the release.

    The map is drawn anew when the units themselves have changed: no recolouring can show that.
    """
    shape = place.shape
    if bound.part:
        tile = next((t for t in made.tiles if t.code == bound.part), None)
        if tile is None:
            place.note("gone", shape.text_frame.text)
        else:
            _tile(place, bound, tile)
        return
    alt = renewal.alternative(shape, bound.prints, made.alt)
    shape.name = binding.renamed(shape.name, Binding(bound.lang, bound.key, "", alt))
    if not hasattr(shape, "shapes"):
        return
    own = [read.part for s in shape.shapes if (read := binding.read(s.name)) and read.part]
    units = {t.code for t in made.tiles}
    if set(own) <= units or len(set(own) & units) == 0:
        return  # a person may have taken units out; that stays
    _draw_anew(place, bound, made)


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
    for shape in [s for s in group.shapes if binding.read(s.name) is None]:
        _take_out(group, shape)
    group._element.getparent().remove(group._element)
    place.note("changed", old, " ".join(" ".join(t.lines) for t in made.tiles))


def _take_out(group: Any, shape: Any) -> None:
    """A shape somebody put into the group stays where it is on the slide, beside the new map."""
    held = group._element.grpSpPr.find(qn("a:xfrm"))
    start, size = held.find(qn("a:chOff")), held.find(qn("a:chExt"))
    wide, high = group.width / int(size.get("cx")), group.height / int(size.get("cy"))
    left = group.left + (shape.left - int(start.get("x"))) * wide
    top = group.top + (shape.top - int(start.get("y"))) * high
    shape.width, shape.height = round(shape.width * wide), round(shape.height * high)
    shape.left, shape.top = round(left), round(top)
    group._element.addprevious(shape._element)


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
            _ink(shape, tile)
            place.note("changed", f"{tile.alt} {now}", shown)
    elif wanted != was:
        place.note("left", f"{tile.alt} {now}", wanted)
        wanted = was
    lines = renewal.lines(place, printed.split(",") if printed else [], tile.lines)
    typeset.describe(shape, tile.alt)
    kept = f"{wanted}.{tile.status if wanted != was else status},{lines}"
    shape.name = binding.renamed(shape.name, Binding(bound.lang, bound.key, bound.part, kept))


def _palette(place: Place, bound: Binding) -> dict[str, str]:
    """Generated fill → the fill people gave to all units that had it, on this slide and map, before any is renewed."""
    at = (place.number, bound.lang, bound.key)
    if at in place.renewal.palettes:
        return place.renewal.palettes[at]
    seen: dict[str, set[str]] = {}
    for shape in drawing.walk(place.slide.shapes):
        own = binding.read(shape.name)
        if own and own.part and own.key == bound.key and own.lang == bound.lang:
            seen.setdefault(own.prints.split(".")[0], set()).add(_fill(shape))
    found = {was: next(iter(now)) for was, now in seen.items() if len(now) == 1 and was not in now}
    return place.renewal.palettes.setdefault(at, found)


def _fill(shape: Any) -> str:
    """The colour of a shape as ``RRGGBB``; empty for none, a theme's colour by its name."""
    return _colour(shape._element.spPr)


def _colour(held: Any) -> str:
    solid = held.find(qn("a:solidFill")) if held is not None else None
    if solid is None or not len(solid):
        return ""
    return str(solid[0].get("val", "")).upper()


def _edge(shape: Any, tile: Tile) -> None:
    """A dashed edge means: no figure. Its colour stays where people chose one."""
    shape.line.dash_style = MSO_LINE.ROUND_DOT if tile.dashed else None
    if _colour(shape._element.spPr.find(qn("a:ln"))) in _EDGES:
        shape.line.color.rgb = RGBColor.from_string("7D9390" if tile.dashed else "FFFFFF")


def _ink(shape: Any, tile: Tile) -> None:
    """Letters that can be read on the new fill; those people coloured stay."""
    for paragraph in shape.text_frame.paragraphs:
        for run in paragraph.runs:
            if _colour(run._r.rPr) in _INKS:
                run.font.color.rgb = RGBColor.from_string(tile.ink.lstrip("#"))
