"""The question bank: what is likely to be asked in the room, answered from published figures and findings only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from hfwork.present.pack.bank.case import Case
from hfwork.present.pack.bank.ground import Ground
from hfwork.present.pack.facts import LATEST, Cell, Facts, Gone

CODES = ("why", "real", "whom", "who", "since", "takes")


@dataclass(frozen=True)
class Answer:
    """One question about an indicator in a place and its answer, which ends with the receipts of its ``cells``."""

    code: str
    question: str
    answer: str
    cells: tuple[Cell, ...] = ()


def answers(facts: Facts, indicator: str, place: str = "", basis: str = LATEST) -> list[Answer]:
    """The six questions (``CODES``) about an indicator in a place (the district when empty), in their order.

    ``basis``: as in ``Facts.period``. A question without an answer says in words why. Raises ``Gone`` for an
    indicator, place or period that the release has not.
    """
    if indicator not in facts.indicators or place not in ("", facts.root, *facts.places):
        raise Gone(f"{indicator} {place}".strip())
    case = Case(facts, _ground(facts), indicator, place or facts.root, basis)
    return [Answer(code, case.asked(code), *case.answered(code)) for code in CODES]


def bank(facts: Facts) -> dict[tuple[str, str], list[Answer]]:
    """All answers by indicator and place: the district first, then the units in official order."""
    places = (facts.root, *facts.places)
    return {(name, place): answers(facts, name, place) for name in facts.indicators for place in places}


def notes(facts: Facts, indicator: str, place: str = "", basis: str = LATEST) -> tuple[str, ...]:
    """The answers as lines for the notes of a slide, question and answer in one."""
    gap = "" if facts.lang == "zh" else " "
    return tuple(f"{each.question}{gap}{each.answer}" for each in answers(facts, indicator, place, basis))


@lru_cache(maxsize=2)  # the two languages of a page
def _ground(facts: Facts) -> Ground:
    return Ground(facts)
