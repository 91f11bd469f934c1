"""A deck that people have edited, brought up to another release: what they changed stays, what they did not is new."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pptx import Presentation
from pptx.oxml.ns import qn

from hfwork.errors import HfworkError
from hfwork.present.pack import guard, proof
from hfwork.present.pack.elements import Element, Grid, Plot, Tiles, Words, compose
from hfwork.present.pack.facts import Cell, Facts, Gone
from hfwork.present.pack.slides import binding, drawing, native, remap, renew
from hfwork.present.pack.slides.binding import Binding
from hfwork.present.pack.slides.deck import subject
from hfwork.release.bundle import Release

CHANGED, LEFT, GONE, NEW = "changed", "left", "gone", "new"


@dataclass(frozen=True)
class Note:
    """One thing the refresh did or left: on which slide, in which shape, what stood and what the release says."""

    kind: str
    slide: int
    shape: str
    old: str = ""
    new: str = ""


@dataclass
class Renewal:
    """What happened to a deck."""

    notes: list[Note] = field(default_factory=list)
    bound: int = 0
    palettes: dict[tuple[Any, ...], dict[str, str]] = field(default_factory=dict, repr=False)  # of maps, as they came

    def of(self, kind: str) -> list[Note]:
        """The notes of one kind."""
        return [note for note in self.notes if note.kind == kind]


@dataclass(frozen=True)
class Place:
    """Where a shape stands, and where to note what happens to it."""

    slide: Any
    number: int
    shape: Any
    renewal: Renewal

    def note(self, kind: str, old: str = "", new: str = "") -> None:
        """Write down what was done or left."""
        words = self.shape.name.split(" [hf:")[0]
        self.renewal.notes.append(Note(kind, self.number, words, binding.plain(old), binding.plain(new)))


class Sources:
    """The elements of a release, each composed once per language."""

    def __init__(self, facts: Facts) -> None:
        self._read = facts
        self._facts: dict[str, Facts] = {}
        self._made: dict[tuple[str, str], Element | Gone] = {}

    @property
    def langs(self) -> list[str]:
        """The languages asked for so far."""
        return list(self._facts)

    def facts(self, lang: str) -> Facts:
        """The release in a language."""
        if lang not in self._facts:
            self._facts[lang] = self._read.translated(lang)
        return self._facts[lang]

    def element(self, bound: Binding) -> Element:
        """What a binding shows on this release. Raises ``Gone``."""
        at = (bound.lang, bound.key)
        if at not in self._made:
            try:
                self._made[at] = compose(self.facts(bound.lang), bound.key)
            except Gone as gone:
                self._made[at] = gone
        made = self._made[at]
        if isinstance(made, Gone):
            raise made
        return made


def refresh(content: bytes, release: Release) -> tuple[bytes, Renewal]:
    """The deck with the figures of a release, and what was changed, left and gone.

    Every shape is taken for itself, so slides may have been moved, copied, deleted or merged from several decks.
    Raises ``HfworkError``: ``pack_unreadable``, ``pack_unbound`` when the deck holds nothing a pack was made with.
    """
    deck = opened(content)
    sources, renewal = Sources(Facts(release, "zh")), Renewal()
    for number, slide in enumerate(deck.slides, 1):
        title = slide.shapes.title
        if title is not None and binding.read(title.name) is None:
            _unbound_title(Place(slide, number, title, renewal), sources)
        for shape in list(_shapes(slide)):
            bound = binding.read(shape.name)
            if bound and _attached(shape):
                renewal.bound += 1
                _renew(Place(slide, number, shape, renewal), bound, sources)
    if not renewal.bound:
        raise HfworkError("pack_unbound")
    if sources.langs:
        deck.core_properties.subject = subject(sources.facts(sources.langs[0]))
    made = io.BytesIO()
    deck.save(made)
    return made.getvalue(), renewal


def _unbound_title(place: Place, sources: Sources) -> None:
    """List a title with figures that an office program has taken the name from: nothing tells who wrote it."""
    said = place.shape.text_frame.text
    if not proof.numbers(said):
        return
    for bound in filter(None, (binding.read(shape.name) for shape in place.slide.shapes)):
        name, *of = bound.key.split("/")
        with suppress(Gone):
            made = sources.element(Binding(bound.lang, "/".join((f"{name}_title", *of))))
            if isinstance(made, Words) and made.lines[0] != binding.plain(said):
                place.note(LEFT, said, made.lines[0])
            return


def shown(facts: Facts, content: bytes) -> list[Cell]:
    """The published cells of all that is bound in a deck."""
    sources = Sources(facts)
    cells: list[Cell] = []
    for slide in opened(content).slides:
        for shape in _shapes(slide):
            bound = binding.read(shape.name)
            with suppress(Gone):
                cells += sources.element(bound).cells if bound else ()
    return cells


def opened(content: bytes) -> Any:
    """A presentation from bytes. Raises ``pack_unreadable``, ``pack_too_large``."""
    guard.package(content)
    try:
        return Presentation(io.BytesIO(content))
    except Exception as problem:  # whatever a damaged or foreign file makes the reader stumble over
        raise HfworkError("pack_unreadable", why=f"{type(problem).__name__}") from problem


def _shapes(slide: Any) -> Iterator[Any]:
    yield from drawing.walk(slide.shapes)
    if slide.has_notes_slide:
        yield from drawing.walk(slide.notes_slide.shapes)


def _attached(shape: Any) -> bool:
    """Whether a shape still stands on its slide: those of a map that was drawn anew do not."""
    return any(above.tag in (qn("p:sld"), qn("p:notes")) for above in shape._element.iterancestors())


def _renew(place: Place, bound: Binding, sources: Sources) -> None:
    """Bring one shape up to the release."""
    shape = place.shape
    try:
        made = sources.element(bound)
    except Gone as gone:
        if not bound.part:
            place.note(GONE, bound.key, str(gone))
        return
    if isinstance(made, Words) and shape.has_text_frame:
        renew.words(place, bound, made)
    elif isinstance(made, Grid) and getattr(shape, "has_table", False):
        renew.grid(place, bound, made)
    elif isinstance(made, Plot) and getattr(shape, "has_chart", False):
        _plot(place, bound, made)
    elif isinstance(made, Tiles):
        remap.renew(place, bound, made)


def _plot(place: Place, bound: Binding, made: Plot) -> None:
    chart = place.shape.chart
    printed, _, alt = bound.prints.partition("~")
    old, new = native.shown(chart), native.print_of(made)
    fresh = binding.values_print(new)
    if binding.values_print(old) != printed:
        if fresh != printed:
            place.note(LEFT, native.told(old), native.told(new))
    elif fresh != printed:
        native.renew(chart, made)
        place.note(CHANGED, native.told(old), native.told(new))
        printed = fresh
    alt = renew.alternative(place.shape, alt, made.alt)
    place.shape.name = binding.renamed(place.shape.name, Binding(bound.lang, bound.key, "", f"{printed}~{alt}"))
