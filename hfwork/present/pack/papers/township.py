"""One page for one unit: three sentences, its main figures, strengths, and gaps with whom to ask for help."""

from __future__ import annotations

from collections.abc import Iterator

from hfwork import text
from hfwork.present.pack.facts import Cell, Facts, Gone
from hfwork.present.pack.papers.annexes import coded, imprint
from hfwork.present.pack.papers.assessment import BETTER, WORSE, Assessment, Item
from hfwork.present.pack.papers.brief import BASIS, identity, quality_said
from hfwork.present.pack.papers.paper import Block, Note, Paper, Paragraph, Row, Sentence, Table, Title, distinct
from hfwork.present.pack.papers.wording import change_said, few, joined, states_said, target, targets_said

_STRENGTHS, _GAPS = 4, 5  # named; the page says how many more there are
_MANY = 10  # gaps from here on are better looked at together


def township(facts: Facts, place: str, meeting: str) -> Paper:
    """The brief of a unit (its code) for a meeting. Raises ``Gone`` for a unit the release does not have."""
    if place not in facts.places:
        raise Gone(place)
    own = Assessment(facts, BASIS[meeting], place)
    campaign = _campaign(facts)
    title = facts.say("paper.township" if campaign else "paper.unit_title", place=facts.place(place), campaign=campaign)
    date = facts.date(facts.meta["as_of"])
    under = facts.say("paper.under_sample" if facts.meta["sample"] else "paper.under", date=date)
    table = _table(own)
    paragraphs = [Paragraph(tuple(_opening(own)), facts.lang), *_strengths(own), *_gaps(own), _quality(own)]
    shown = {cell["receipt"] for row in table.rows for cell in row.cells}
    used = distinct(c for p in paragraphs for s in p.sentences for c in s.cells if c["receipt"] not in shown)
    notes = [Note(facts.say("ui.state_signs") + facts.say("paper.town.order"))]
    last = [Note(facts.say("paper.town.receipts", receipts=_receipts(facts, used)))] if used else []
    blocks: list[Block] = [Title((title,), under), paragraphs[0], table, *notes, *paragraphs[1:], *last, imprint(facts)]
    return Paper(**identity(facts, title), blocks=tuple(blocks), compact=True)


def _receipts(facts: Facts, cells: list[Cell]) -> str:
    """The receipts of figures that stand in no table, those of one indicator together."""
    codes: dict[str, list[str]] = {}
    for cell in cells:
        codes.setdefault(facts.name(cell["indicator"]), []).append(cell["receipt"])
    return facts.say("paper.among").join(
        facts.say("paper.receipt", name=name, codes=facts.say("paper.comma").join(own)) for name, own in codes.items()
    )


def _campaign(facts: Facts) -> str:
    """The campaign without the district's name before it; empty where its title does not begin so."""
    title, root = facts.meta["title"][facts.lang], facts.place(facts.root)
    return title.removeprefix(root).strip() if title.startswith(root) else ""


def _opening(own: Assessment) -> Iterator[Sentence]:
    facts = own.facts
    known = [item for item in own.read if item.against != "none"]
    better, worse = (sum(item.against == code for item in known) for code in (BETTER, WORSE))
    key = ("both" if worse else "better") if better else ("worse" if worse else "none")
    counts = {"n": len(known), "better": better, "worse": worse, "same": len(known) - better - worse}
    words = {"place": facts.place(own.place), "root": facts.place(facts.root)}
    yield Sentence(facts.say(f"paper.town.compared.{key}" if known else "paper.town.uncompared", **words, **counts))
    aimed = [item for item in own.items if item.status != "none"]
    behind = own.with_status("behind")
    said = targets_said(facts, own.items) if aimed else facts.say("paper.town.no_targets")
    yield Sentence(said)
    if behind:
        key = "paper.town.behind" if len(behind) <= _GAPS else "paper.town.behind_more"
        yield joined(facts, key, [_against_target(facts, item) for item in behind[:_GAPS]])
    yield Sentence(change_said(facts, len(own.going(BETTER)), len(own.going(WORSE))))


def _against_target(facts: Facts, item: Item) -> Sentence:
    words = {"name": facts.name(item.indicator), "value": facts.figure(item.cell), "target": target(facts, item.cell)}
    return Sentence(facts.say("paper.figure_target", **words), (item.cell,))


def _table(own: Assessment) -> Table:
    facts = own.facts
    header = (
        facts.say("ui.col.indicator"),
        facts.say("ui.col.period"),
        facts.place(own.place),
        facts.place(facts.root),
        facts.say("spine.against"),
        facts.say("spine.target"),
        facts.say("paper.col.change"),
    )
    rows = tuple(_row(facts, item) for item in own.main())
    widths = (35, 24, 24.5, 24.5, 15.5, 16, 16.5) if facts.lang == "zh" else (37, 24, 22, 22, 15, 20, 16)
    return Table(facts.say("paper.town.table"), header, rows, widths)


def _row(facts: Facts, item: Item) -> Row:
    aim = text.DASH
    if item.status != "none":
        aim = f"{target(facts, item.cell)} {facts.status(item.cell)}"
    against = {"none": text.DASH, "similar": facts.say("paper.like")}.get(item.against)
    texts = (
        facts.name(item.indicator),
        facts.when(item.cell["period"]),
        coded(facts.figure(item.cell), item.cell),
        coded(facts.figure(item.whole), item.whole),
        against or facts.say(f"code.{item.against}"),
        aim,
        facts.say(f"paper.way.{item.way}"),
    )
    return Row(texts, (item.cell, item.whole))


def _strengths(own: Assessment) -> Iterator[Paragraph]:
    facts = own.facts
    good = [item for item in own.read if item.against == BETTER]
    ranked = sorted(good, key=lambda item: item.status == "none")[:_STRENGTHS]
    lead = facts.say("paper.town.strengths")
    if not good:
        yield Paragraph((Sentence(facts.say("paper.town.no_strengths")),), facts.lang, lead)
        return
    key = "paper.town.good_more" if len(good) > len(ranked) else "paper.town.good"
    parts = [_beside(facts, item) for item in ranked]
    yield Paragraph((joined(facts, key, parts, rest=len(good) - len(ranked)),), facts.lang, lead)


def _beside(facts: Facts, item: Item) -> Sentence:
    words = {"name": facts.name(item.indicator), "value": facts.figure(item.cell), "whole": facts.figure(item.whole)}
    return Sentence(facts.say("paper.beside", root=facts.place(facts.root), **words), (item.cell, item.whole))


def _gaps(own: Assessment) -> Iterator[Paragraph]:
    facts, lead = own.facts, own.facts.say("paper.town.gaps")
    gaps = [item for item in own.read if item.status == "behind" or item.against == WORSE]
    if not gaps:
        near = [facts.name(item.indicator) for item in own.with_status("near")]
        key = "paper.town.near" if near else "paper.town.no_gaps"
        yield Paragraph((Sentence(facts.say(key, names=few(facts, near, _GAPS))),), facts.lang, lead)
        return
    ranked = sorted(gaps, key=lambda item: ("behind", "near", "met", "none").index(item.status))[:_GAPS]
    leads: dict[str, list[Sentence]] = {}
    for item in ranked:
        leads.setdefault(facts.lead(item.indicator), []).append(_beside(facts, item))
    said = [
        joined(facts, "paper.town.ask" if name else "paper.town.ask_nobody", parts, lead=name)
        for name, parts in leads.items()
    ]
    rest = len(gaps) - len(ranked)
    more = facts.say("paper.town.many" if len(gaps) >= _MANY else "paper.town.more", n=len(gaps), rest=rest)
    yield Paragraph((*said, *([Sentence(more)] if rest else [])), facts.lang, lead)


def _quality(own: Assessment) -> Paragraph:
    facts = own.facts
    said = states_said(facts, own.states(), "paper.town.states", n=len(own.items))
    sentences = [*quality_said(own), said or facts.say("paper.town.all_read", n=len(own.items))]
    return Paragraph(tuple(Sentence(s) for s in sentences), facts.lang, facts.say("paper.town.quality"))
