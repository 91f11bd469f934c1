"""Where the plan stands: its phases, its kinds of family one by one, and – for acceptance – clause by clause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hfwork.present.pack.facts import Facts
from hfwork.present.pack.papers.assessment import Assessment, Item
from hfwork.present.pack.papers.paper import Block, Paragraph, Sentence
from hfwork.present.pack.papers.wording import Outline, by_period, listed, targets_said

_FIGURES = 4  # figures named of one kind of family


def said(own: Assessment, outline: Outline) -> Iterator[Block]:
    """一、工作进展."""
    facts = own.facts
    yield outline.heading(1, facts.say("paper.progress"))
    if facts.page["phases"]:
        yield outline.heading(2, facts.say("paper.phases"))
        yield Paragraph(tuple(_phases(facts)), facts.lang)
    kinds = _methods(facts)
    if not kinds:
        figures = by_period(facts, [item for item in own.read if not _sensitive(facts, item)])
        described = _described(own, list(facts.indicators))
        sentences = (Sentence(facts.say("paper.figures", figures=figures.said), figures.cells), *described)
        yield Paragraph(sentences if figures.said else described, facts.lang)
        return
    yield outline.heading(2, facts.say("paper.kinds"))
    for kind in facts.page["kinds"]:
        yield outline.heading(3, kind["name"][facts.lang])
        yield Paragraph(tuple(_kind(own, kind, kinds[kind["id"]])), facts.lang)


def _methods(facts: Facts) -> dict[str, dict[str, Any]]:
    page = facts.release.page("kinds") if "kinds" in facts.release.pages() else {}
    return {kind["id"]: kind for kind in page.get("methods") or []}


def _phases(facts: Facts) -> Iterator[Sentence]:
    phases, day = facts.page["phases"], facts.meta["as_of"]
    names = [
        facts.say("paper.phase", name=p["name"][facts.lang], start=facts.date(p["start"]), end=facts.date(p["end"]))
        for p in phases
    ]
    listing = facts.say("paper.among").join(names)
    yield Sentence(facts.say("paper.phases.list", n=len(phases), names=listing))
    now = [p["name"][facts.lang] for p in phases if p["start"] <= day <= p["end"]]
    ended = "over" if day < facts.monitoring_ends else "done"
    key = "now" if now else ended if day > max(p["end"] for p in phases) else "between"
    yield Sentence(facts.say(f"paper.phases.{key}", date=facts.date(day), names=listed(facts, now)))


def _kind(own: Assessment, kind: dict[str, Any], page: dict[str, Any]) -> Iterator[Sentence]:
    facts, methods = own.facts, page["methods"]
    items = [item for item in own.items if item.indicator in kind["indicators"]]
    names = [method["text"][facts.lang] for method in methods]
    unmeasured = [method["text"][facts.lang] for method in methods if not method["indicators"]]
    yield Sentence(facts.say("paper.kind.methods", n=len(methods), names=facts.say("paper.among").join(names)))
    if unmeasured:
        yield Sentence(facts.say("paper.kind.open", names=facts.say("paper.among").join(unmeasured)))
    aimed = any(item.status != "none" for item in items)
    yield Sentence(facts.say("paper.kind.count" if aimed else "paper.kind.no_targets", n=len(kind["indicators"])))
    if aimed:
        yield Sentence(targets_said(facts, items))
    read = [item for item in items if item.has_value and not _sensitive(facts, item)]
    ranked = sorted(read, key=lambda i: (i.status == "none", facts.indicators[i.indicator]["plain"]))[:_FIGURES]
    if ranked:
        figures = by_period(facts, ranked)
        yield Sentence(facts.say("paper.figures", figures=figures.said), figures.cells)
    yield from _described(own, kind["indicators"])
    leads = list(dict.fromkeys(duty["lead"][facts.lang] for duty in page.get("duties") or []))
    if leads:
        key = "paper.kind.leads" if len(leads) > 1 else "paper.kind.lead"
        yield Sentence(facts.say(key, leads=listed(facts, leads)))


def _described(own: Assessment, indicators: Iterable[str]) -> tuple[Sentence, ...]:
    """Sensitive indicators: what they are, and that nobody judges them."""
    facts = own.facts
    only = [i for i in own.read if i.indicator in indicators and _sensitive(facts, i)]
    if not only:
        return ()
    figures = by_period(facts, only)
    return (Sentence(facts.say("paper.described", figures=figures.said), figures.cells),)


def _sensitive(facts: Facts, item: Item) -> bool:
    return bool(facts.indicators[item.indicator]["sensitive"])


def clauses(own: Assessment, outline: Outline) -> Iterator[Block]:
    """The methods of the plan, clause by clause: what was measured of each, and what has to be seen on the spot."""
    facts, kinds = own.facts, _methods(own.facts)
    if not kinds:
        return
    every = [method for kind in kinds.values() for method in kind["methods"]]
    measured = sum(bool(method["indicators"]) for method in every)
    yield outline.heading(1, facts.say("paper.clauses"))
    key = "paper.clauses.all" if measured == len(every) else "paper.clauses.some"
    opening = facts.say(key, n=len(every), measured=measured, rest=len(every) - measured)
    yield Paragraph((Sentence(opening),), facts.lang)
    items = {item.indicator: item for item in own.items}
    for kind in facts.page["kinds"]:
        yield outline.heading(2, kind["name"][facts.lang])
        for method in kinds[kind["id"]]["methods"]:
            lead = facts.say("paper.clause", clause=method["clause"], text=method["text"][facts.lang])
            found = [items[name] for name in method["indicators"] if name in items]
            yield Paragraph(tuple(_clause(own, method, found)), facts.lang, lead)


def _clause(own: Assessment, method: dict[str, Any], items: list[Item]) -> Iterator[Sentence]:
    facts = own.facts
    read = [item for item in items if item.has_value and not _sensitive(facts, item)]
    if not method["indicators"]:
        yield Sentence(facts.say("paper.clause.open"))
        return
    if read:
        figures = by_period(facts, read)
        yield Sentence(facts.say("paper.sentence", said=figures.said), figures.cells)
    elif not _described(own, method["indicators"]):
        yield Sentence(facts.say("paper.clause.none"))
    yield from _described(own, method["indicators"])
    if any(item.status != "none" for item in items):
        yield Sentence(targets_said(facts, items))
