"""The slides of a meeting as a PPTX of native text, tables, charts and shapes, every one bound to what it shows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from pptx.dml.color import RGBColor

from hfwork import text
from hfwork.present.pack.elements import Cell, Element, Grid, Plot, Tiles, Words, compose, key
from hfwork.present.pack.facts import Facts, Gone
from hfwork.present.pack.package import seal
from hfwork.present.pack.slides import drawing, theme, typeset
from hfwork.present.pack.slides.agenda import Part, Slide, slides
from hfwork.present.pack.slides.binding import Binding, words_prints

Progress = Callable[[int, int, str], None]
_CARDS = {"met": ("007A5E", "FFFFFF"), "near": ("F2C14E", "16302F"), "behind": ("C44E00", "FFFFFF")}
_NAMES = {"table": "table", "chart": "chart", "map": "map", "source": "source", "note": "note"}


def build(facts: Facts, meeting: str, progress: Progress | None = None) -> tuple[bytes, list[Cell]]:
    """The deck as bytes, the same for the same release, and the published cells it shows."""
    deck = theme.empty(facts.lang, footer(facts))
    cells: list[Cell] = []
    cells += _cover(deck, facts, meeting)
    planned = slides(facts, meeting)
    for at, slide in enumerate(planned, 1):
        if progress:
            progress(at, len(planned), facts.say("pack.file.deck"))
        cells += _slide(deck, facts, slide)
    _properties(deck, facts, meeting)
    made = io.BytesIO()
    deck.save(made)
    return seal(made.getvalue(), dt.date.fromisoformat(facts.meta["as_of"])), cells


def footer(facts: Facts) -> str:
    """What stands at the foot of every slide."""
    sample = facts.say("ui.sample") + " · " if facts.meta["sample"] else ""
    return f"{sample}{facts.meta['title'][facts.lang]}"


def subject(facts: Facts) -> str:
    """What the properties of the file say it rests on."""
    return facts.say("pack.release", id=facts.meta["id"], grade=facts.meta["grade"] or text.DASH)


def _properties(deck: Any, facts: Facts, meeting: str) -> None:
    day = dt.datetime.combine(dt.date.fromisoformat(facts.meta["as_of"]), dt.time())
    own = deck.core_properties
    own.title = f"{facts.meta['title'][facts.lang]} {facts.say(f'pack.meeting.{meeting}')}"
    own.author = own.last_modified_by = "hfwork"
    own.subject = subject(facts)
    own.keywords = facts.say("ui.sample") if facts.meta["sample"] else ""
    own.language = theme.LANGUAGES[facts.lang]
    own.created = own.modified = day
    own.revision = 1


def _cover(deck: Any, facts: Facts, meeting: str) -> tuple[Cell, ...]:
    slide = deck.slides.add_slide(deck.slide_layouts[theme.COVER])
    words = facts.say("pack.shape.text")
    title, under = slide.placeholders
    for shape, own, lines in ((title, "cover_title", None), (under, "cover", meeting)):
        bound = key(own, *filter(None, [lines]))
        drawing.write(shape, _words(compose(facts, bound)), bound, facts.lang, words)
    rests = _words(compose(facts, "rests"))
    box = (1.1, 6.2, theme.WIDTH - 2.2, 0.8)
    drawing.text_box(slide, box, rests, "rests", facts.lang, words, size=14, colour=theme.PALE, align="center")
    if facts.meta["sample"]:
        mark = _words(compose(facts, "sample"))
        box = (theme.WIDTH - 2.6, 0.5, 2.0, 0.6)
        drawing.card(slide, box, mark, "sample", facts.lang, words, *_CARDS["near"], large=20)
    return ()


def _slide(deck: Any, facts: Facts, planned: Slide) -> list[Cell]:
    try:
        title = _words(compose(facts, planned.title))
        parts = [(part, compose(facts, part.key)) for part in planned.parts]
    except Gone:
        return []
    if any(isinstance(made, Grid) and not made.rows for _, made in parts):
        return []  # nothing to show in this release: no empty slide
    slide = deck.slides.add_slide(deck.slide_layouts[theme.TITLE_ONLY])
    shape = slide.shapes.title
    drawing.write(shape, title, planned.title, facts.lang, facts.say("pack.shape.title"), middle=True)
    cells = list(title.cells)
    for part, made in parts:
        _part(slide, facts, part, made)
        cells += made.cells
    cells += _notes(slide, facts, key("notes", planned.notes))
    return cells


def _part(slide: Any, facts: Facts, part: Part, made: Element) -> None:
    lang, look = facts.lang, part.look
    name = facts.say(f"pack.shape.{_NAMES.get(look, 'text')}")
    if isinstance(made, Grid):
        drawing.table(slide, part.box, made, part.key, lang, name)
    elif isinstance(made, Plot):
        drawing.chart(slide, part.box, made, part.key, lang, name)
    elif isinstance(made, Tiles):
        drawing.tiles(slide, part.box, made, part.key, lang, name)
    elif look.startswith("card_"):
        drawing.card(slide, part.box, made, part.key, lang, name, *_CARDS[look.removeprefix("card_")])
    elif look == "key":
        shape = drawing.text_box(slide, part.box, made, part.key, lang, name, sizes=(14, 13, 12, 11), colour=theme.INK)
        _colour_signs(shape, lang)
    elif look == "source":
        drawing.text_box(
            slide, part.box, made, part.key, lang, name, sizes=(10, 9, 8, 7), colour=theme.MUTED, middle=True
        )
    elif look == "note":
        drawing.text_box(
            slide, part.box, made, part.key, lang, name, sizes=(14, 13, 12, 11, 10, 9), colour=theme.MUTED, gap=4
        )
    else:
        drawing.text_box(
            slide, part.box, made, part.key, lang, name, colour=theme.INK, bullets=look == "points", gap=10
        )


def _colour_signs(shape: Any, lang: str) -> None:
    """The sign of a status in the colour its units have on the map."""
    for paragraph, colour in zip(shape.text_frame.paragraphs, ("007A5E", "8A5A00", "C44E00"), strict=False):
        for run in [run for run in paragraph.runs if run.text[:1] in "●▲■"]:
            run.font.color.rgb = RGBColor.from_string(colour)


def _notes(slide: Any, facts: Facts, bound: str) -> tuple[Cell, ...]:
    made = _words(compose(facts, bound))
    frame = slide.notes_slide.notes_text_frame
    frame.text = "\n".join(made.lines)
    for run in (run for paragraph in frame.paragraphs for run in paragraph.runs):
        typeset.style(run, facts.lang)
    shape = slide.notes_slide.notes_placeholder
    shape.name = Binding(facts.lang, bound, prints=words_prints(made.lines)).name(facts.say("pack.shape.notes"))
    return made.cells


def _words(made: Element) -> Words:
    assert isinstance(made, Words)
    return made
