"""A service passed step by step in a meeting: the share reached at each step, and its figures."""

from __future__ import annotations

from hfwork.judge.verdict import UNFINISHED
from hfwork.present.pack.content.measures import is_percent, printed
from hfwork.present.pack.elements import Grid, Plot, Series, Words, element
from hfwork.present.pack.facts import LATEST, Cell, Facts, Gone

_SHARES = {"zh": (3.8, 2.4, 2, 1.6, 2.6), "en": (4.1, 2.7, 1.4, 1.2, 3.5)}


@element
def chain_title(facts: Facts, chain: str, basis: str = LATEST) -> Words:
    """The lowest step of a service, said only where all steps have a figure of one and the same period."""
    name, cells = _steps(facts, chain, basis)
    place = facts.place(facts.root)
    known = [c for c in cells if c["state"] == "value" and not facts.indicators[c["indicator"]]["sensitive"]]
    periods = {c["period"] for c in known}
    if not known:
        return Words((facts.say("chain.title_none", place=place, chain=name),))
    complete = len(periods) == 1 and not any(c["reason"] in UNFINISHED for c in known) and len(known) > 1
    if not complete or len(known) < _judged(facts, chain):
        low, high = (facts.figure(pick(known, key=lambda c: c["value"])) for pick in (min, max))
        key = "pack.chain_title" if len(periods) > 1 else "pack.chain_title_part"
        return Words((facts.say(key, chain=name, low=low, high=high),), tuple(known))
    lowest = min(known, key=lambda c: c["value"])
    said = {"name": facts.name(lowest["indicator"]), "value": facts.figure(lowest)}
    return Words((facts.say("pack.chain_lowest", chain=name, **said),), (lowest,))


def _judged(facts: Facts, chain: str) -> int:
    """How many steps of a service may be compared: those that are not only described."""
    steps = next(c["steps"] for c in facts.release.page_columns("cascade")["chains"] if c["id"] == chain)
    return sum(name in facts.indicators and not facts.indicators[name]["sensitive"] for name in steps)


def _steps(facts: Facts, chain: str, basis: str) -> tuple[str, list[Cell]]:
    found = next((c for c in facts.release.page_columns("cascade")["chains"] if c["id"] == chain), None)
    if found is None:
        raise Gone(chain)
    cells = []
    for name in found["steps"]:
        if name in facts.page["standing"]:
            cell = facts.cell(name, facts.period(name, basis))
            cells += [cell] if cell else []
    return found["name"][facts.lang], cells


@element
def chain(facts: Facts, chain: str, basis: str = LATEST) -> Plot:
    """The steps of a service as lying bars, each on its own denominator; what is only described stands apart."""
    _, cells = _steps(facts, chain, basis)
    names = tuple(facts.name(c["indicator"]) for c in cells)
    values = [printed(c["value"], 1) if c["state"] == "value" else None for c in cells]
    described = [facts.indicators[c["indicator"]]["sensitive"] for c in cells]
    reached = tuple(None if d else v for v, d in zip(values, described, strict=True))
    told = tuple(v if d else None for v, d in zip(values, described, strict=True))
    made = [Series(facts.say("pack.reached"), reached, "met")]
    if any(v is not None for v in told):
        made.append(Series(facts.say("pack.described"), told, "pale"))
    alt = facts.say("pack.alt", kind=facts.say("part.chain"), title=chain_title(facts, chain, basis).lines[0])
    percent = all(is_percent(facts, c["indicator"]) for c in cells)
    return Plot("bars", names, tuple(made), "0.0", percent, alt, tuple(cells))


@element
def chain_steps(facts: Facts, chain: str, basis: str = LATEST) -> Grid:
    """Period, numerator, denominator and figure of each step; the receipts stand in the notes."""
    _, cells = _steps(facts, chain, basis)
    rows = tuple(
        (
            facts.name(c["indicator"]),
            facts.when(c["period"]),
            facts.counts(c),
            facts.marked(c),
            facts.lead(c["indicator"]),
        )
        for c in cells
    )
    head = tuple(facts.say(key) for key in ("pack.col.step", "pack.col.period", "pack.col.counts", "ui.col.value",
                                            "attention.lead"))  # fmt: skip
    return Grid(head, rows, tuple(cells), _SHARES[facts.lang], (0, 1, 4))
