"""What stands beside a figure: the line with its receipts, and the notes the speaker reads."""

from __future__ import annotations

from collections.abc import Iterable

from hfwork.present.pack.bank import questions
from hfwork.present.pack.content.work import attention
from hfwork.present.pack.elements import Plot, Tiles, Words, compose, element, key
from hfwork.present.pack.facts import LATEST, Cell, Facts

_PRINTED = 3  # receipts in a line; the rest stands in the notes


@element
def sources(facts: Facts, *of: str) -> Words:
    """The line under a figure of several cells: its first receipts, the district's before those of units."""
    cells = _each(compose(facts, key(*of)).cells)
    first = [c for c in cells if c["place"] == facts.root] or cells
    own = {"release": facts.meta["id"][:8], "date": facts.date(facts.meta["as_of"])}
    if not cells:
        return Words((facts.say("pack.source_none", **own),))
    listed = facts.say("pack.comma").join(c["receipt"] for c in first[:_PRINTED])
    more = facts.say("pack.source_more", n=len(cells)) if len(cells) > len(first[:_PRINTED]) else ""
    return Words((facts.say("pack.source_many", receipts=listed, more=more, **own),), tuple(cells))


@element
def notes(facts: Facts, *of: str) -> Words:
    """Speaker's notes: the message, the likely questions with their answers, every figure with its receipt."""
    shown = compose(facts, key(*of))
    cells = _each(shown.cells)
    head = [shown.alt] if isinstance(shown, Plot | Tiles) else []
    asked = [line for indicator, basis in _asked(facts, of) for line in questions.notes(facts, indicator, basis=basis)]
    return Words((*head, *asked, *receipts(facts, cells)), tuple(cells))


def _asked(facts: Facts, of: tuple[str, ...]) -> list[tuple[str, str]]:
    """The indicators a slide will be asked about, with the basis it shows them on."""
    if of[0] == "help":
        return [(row["indicator"], LATEST) for row in attention(facts)[:_PRINTED]]
    if of[0] == "trend":
        shown = compose(facts, key(*of)).cells
        return [(of[1], next(c["period"] for c in reversed(shown) if c["state"] == "value"))]
    return [(of[1], of[2] if len(of) > 2 else LATEST)] if of[0] in ("map", "units") else []


def receipts(facts: Facts, cells: Iterable[Cell]) -> list[str]:
    """One line per place: its figures with their receipts."""
    by_place: dict[str, list[str]] = {}
    listed = _each(cells)
    several = len({(c["indicator"], c["period"]) for c in listed}) > 1
    for cell in listed:
        what = f"{facts.name(cell['indicator'])} " if several else ""
        when = f"{facts.when(cell['period'])} "
        said = f"{what}{when}{facts.figure(cell)} {cell['receipt']}"
        by_place.setdefault(cell["place"], []).append(said)
    colon, stop = facts.say("pack.colon"), facts.say("pack.semicolon")
    return [f"{facts.place(place)}{colon}{stop.join(said)}" for place, said in by_place.items()]


def _each(cells: Iterable[Cell]) -> list[Cell]:
    """Cells without repetition, in order."""
    return list({c["receipt"]: c for c in cells}.values())
