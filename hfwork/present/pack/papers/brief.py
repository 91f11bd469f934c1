"""The report to a meeting: 中期评估报告, 年度评估报告, 验收评估报告, said as the findings are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hfwork.present.pack.facts import LATEST, YEAR, Cell, Facts
from hfwork.present.pack.papers import annexes, progress
from hfwork.present.pack.papers.assessment import BETTER, WORSE, Assessment, Item, chains, returns
from hfwork.present.pack.papers.paper import Attachments, Block, Paper, Paragraph, Sentence, Signature, Title, distinct
from hfwork.present.pack.papers.wording import (
    Outline,
    by_period,
    change_said,
    few,
    interval,
    joined,
    listed,
    moved,
    states_said,
    target,
    targets_said,
    units_noun,
)
from hfwork.present.titles import lines

BASIS = {"midterm": LATEST, "annual": YEAR, "acceptance": LATEST}
_NAMED = 3  # improvements named in a sentence
_UNITS = 15  # units named in a sentence
_TITLE = 40  # halves of a Chinese character in a line of the title


def report(facts: Facts, meeting: str) -> Paper:
    """The report for ``midterm``, ``annual`` or ``acceptance``."""
    own = Assessment(facts, BASIS[meeting])
    outline = Outline(facts.lang)
    title = (facts.meta["title"][facts.lang], facts.say(f"paper.report.{meeting}"))
    blocks: list[Block] = [Title((*_even(title[0]), title[1]), _under(facts)), _summary(own)]
    blocks += progress.said(own, outline)
    if meeting == "acceptance":
        blocks += progress.clauses(own, outline)
    blocks += [*_results(own, outline), *_problems(own, outline), *_quality(own, outline), *_advice(own, outline)]
    names = [facts.say(f"paper.annex.{name}") for name in ("figures", "definitions", "methods")]
    blocks += [Attachments(_attachments(facts, names)), Signature(signer(facts), facts.date(facts.meta["as_of"]))]
    used = distinct(c for b in blocks if isinstance(b, Paragraph) for s in b.sentences for c in s.cells)
    blocks += annexes.all_of(own, names, used)
    whole = facts.say("paper.whole_title", title=title[0], kind=title[1])
    return Paper(**identity(facts, whole), blocks=tuple(blocks))


def identity(facts: Facts, title: str) -> dict[str, Any]:
    """What every paper of a release says of itself."""
    return {
        "lang": facts.lang,
        "title": title,
        "subject": facts.meta["title"][facts.lang],
        "author": signer(facts) or facts.place(facts.root),
        "about": facts.say("paper.about", release=facts.release.id, date=facts.date(facts.meta["as_of"])),
        "as_of": facts.meta["as_of"],
        "header": facts.say("ui.sample") if facts.meta["sample"] else "",
        "keywords": facts.release.id,
    }


def signer(facts: Facts) -> str:
    """Who signs: the office of the lead group; empty where the plan names none."""
    if not facts.release.plan()["campaign"].get("lead_group"):
        return ""
    return facts.say("paper.signer", title=facts.meta["title"][facts.lang])


def _even(said: str) -> list[str]:
    """A title in as few lines as it needs, of about one length."""
    needed = len(lines(said, _TITLE))
    return next(made for width in range(_TITLE // 2, _TITLE + 1) if len(made := lines(said, width)) == needed)


def _under(facts: Facts) -> str:
    date = facts.date(facts.meta["as_of"])
    return facts.say("paper.under_sample" if facts.meta["sample"] else "paper.under", date=date)


def _attachments(facts: Facts, names: list[str]) -> tuple[str, ...]:
    first = facts.say("paper.attachment", name=f"1.{names[0]}")
    return (first, *(f"{number}.{name}" for number, name in enumerate(names[1:], start=2)))


def _paragraph(facts: Facts, *sentences: Sentence | str, lead: str = "") -> Paragraph:
    made = [Sentence(s) if isinstance(s, str) else s for s in sentences]
    return Paragraph(tuple(s for s in made if s.said), facts.lang, lead)


def _summary(own: Assessment) -> Paragraph:
    facts, read = own.facts, own.read
    key = "paper.summary.all" if len(read) == len(facts.indicators) else "paper.summary.some"
    said = facts.say(
        key, date=facts.date(facts.meta["as_of"]), place=facts.place(facts.root), n=len(facts.indicators), k=len(read)
    )
    named = [facts.name(item.indicator) for item in own.items if _asks(own, item)]
    asked = "paper.heed_year" if own.basis == YEAR else "paper.heed"  # the slides tell of the latest periods
    heed = facts.say(asked, n=len(named), names=few(facts, named, 5)) if named else facts.say("paper.calm")
    change = change_said(facts, len(own.going(BETTER)), len(own.going(WORSE)))
    return _paragraph(facts, said, targets_said(facts, own.items), change, heed)


def _asks(own: Assessment, item: Item) -> bool:
    return item.status == "behind" or item.way == WORSE or bool(own.units_behind(item))


def _results(own: Assessment, outline: Outline) -> Iterator[Block]:
    facts = own.facts
    yield outline.heading(1, facts.say("paper.results"))
    met, better = own.with_status("met"), own.going(BETTER)
    if not met and not better:
        aimed = any(item.status != "none" for item in own.items)
        yield _paragraph(facts, facts.say("paper.results.none" if aimed else "paper.results.no_better"))
    if met:
        yield outline.heading(2, facts.say("paper.results.met"))
        figures = by_period(facts, met)
        key = "paper.met" if len(met) > 1 else "paper.met_one"
        yield _paragraph(facts, Sentence(facts.say(key, n=len(met), figures=figures.said), figures.cells))
    if better:
        yield outline.heading(2, facts.say("paper.results.better"))
        yield _paragraph(facts, facts.say("paper.better" if len(better) > 1 else "paper.better_one", n=len(better)))
        yield from (_paragraph(facts, sentence) for sentence in _by_kind(facts, better))


def _by_kind(facts: Facts, items: list[Item]) -> Iterator[Sentence]:
    kinds = [(kind["id"], kind["name"][facts.lang]) for kind in facts.page["kinds"]]
    for kind, name in [*kinds, (None, "")]:
        mine = [item for item in items if facts.indicators[item.indicator]["kind"] == kind]
        aimed = sorted(mine, key=lambda item: item.status == "none")  # those with a target first
        if mine:
            parts = [moved(facts, item) for item in aimed[:_NAMED]]
            more = len(mine) - len(parts)
            key = "paper.kind_moved" if name else "paper.other_moved"
            yield joined(facts, f"{key}_more" if more else key, parts, kind=name, n=len(mine), rest=more)


def _problems(own: Assessment, outline: Outline) -> Iterator[Block]:
    facts = own.facts
    yield outline.heading(1, facts.say("paper.problems"))
    found = [part for part in (_behind(own), _units(own), _worse(own), _chains(own), _missing(own)) if part[1]]
    if not found:
        yield _paragraph(facts, facts.say("paper.problems.none"))
    for key, sentences in found:
        yield outline.heading(2, facts.say(key))
        yield from (_paragraph(facts, sentence) for sentence in sentences)


Part = tuple[str, list[Sentence]]


def _behind(own: Assessment) -> Part:
    facts = own.facts
    said = []
    for item in own.with_status("behind"):
        words = {"name": facts.name(item.indicator), "period": facts.when(item.cell["period"])}
        figures = {"value": facts.figure(item.cell), "interval": interval(facts, item.cell)}
        key = "paper.behind" if interval(facts, item.cell) != "—" else "paper.behind_bare"
        said.append(Sentence(facts.say(key, target=target(facts, item.cell), **words, **figures), (item.cell,)))
    if near := own.with_status("near"):
        figures_near = by_period(facts, near)
        said.append(
            Sentence(
                facts.say("paper.near_too" if said else "paper.near", figures=figures_near.said), figures_near.cells
            )
        )
    return ("paper.problems.behind" if own.with_status("behind") else "paper.problems.near"), said


def _units(own: Assessment) -> Part:
    facts, noun, said = own.facts, units_noun(own.facts), []
    for item in own.items:
        for behind in _by_target(own.units_behind(item)):
            names = [_unit(facts, cell) for cell in behind[:_UNITS]]
            more = "_more" if len(behind) > _UNITS else "_one" if len(behind) == 1 else ""
            words = {"name": facts.name(item.indicator), "period": facts.when(item.cell["period"]), "n": len(behind)}
            aim = target(facts, behind[0])
            listing = facts.say("paper.among").join(names)
            text = facts.say(f"paper.units{more}", unit=noun, target=aim, names=listing, **words)
            said.append(Sentence(text, tuple(behind[:_UNITS])))
    return "paper.problems.units", [*said, Sentence(facts.say("paper.official", unit=noun))] if said else []


def _by_target(behind: list[Cell]) -> list[list[Cell]]:
    """Units of one target together."""
    return [[cell for cell in behind if cell["target"] == aim] for aim in dict.fromkeys(c["target"] for c in behind)]


def _unit(facts: Facts, cell: Cell) -> str:
    reach = interval(facts, cell)
    key = "paper.unit" if reach != "—" else "paper.figure"
    return facts.say(key, name=facts.place(cell["place"]), value=facts.figure(cell), interval=reach)


def _worse(own: Assessment) -> Part:
    parts = [moved(own.facts, item) for item in own.going(WORSE)]
    return "paper.problems.worse", [joined(own.facts, "paper.worse", parts, n=len(parts))] if parts else []


def _chains(own: Assessment) -> Part:
    facts, said = own.facts, []
    for chain in chains(own):
        if chain.lowest:
            cell = chain.lowest.cell
            words = {"chain": chain.name, "name": facts.name(chain.lowest.indicator), "value": facts.figure(cell)}
            said.append(
                Sentence(
                    facts.say("paper.chain", period=facts.when(cell["period"]), counts=facts.counts(cell), **words),
                    (cell,),
                )
            )
    return "paper.problems.chain", said


def _missing(own: Assessment) -> Part:
    facts = own.facts
    gone = [i for i in own.items if any(c["state"] == "missing" for c in facts.units(i.indicator, i.cell["period"]))]
    names = few(facts, [facts.name(item.indicator) for item in gone], 5)
    said = facts.say("paper.missing", n=len(gone), names=names, unit=units_noun(facts))
    return "paper.problems.missing", [Sentence(said)] if gone else []


def _quality(own: Assessment, outline: Outline) -> Iterator[Block]:
    facts = own.facts
    yield outline.heading(1, facts.say("paper.quality"))
    yield _paragraph(facts, *quality_said(own))
    grades = sorted({str(item.cell["grade"]) for item in own.read if item.cell["grade"]})
    counted = [(grade, sum(item.cell["grade"] == grade for item in own.read)) for grade in grades]
    parts = listed(facts, [facts.say("rests.grade", grade=grade, n=n) for grade, n in counted])
    key = "paper.quality.grades" if len(grades) > 1 else "paper.quality.grade"
    cells = [cell for item in own.items for cell in facts.units(item.indicator, item.cell["period"])]
    states = {name: sum(cell["state"] == name for cell in cells) for name in ("missing", "suppressed", "unstable")}
    said = states_said(facts, states, "paper.quality.units", unit=units_noun(facts), n=f"{len(cells):,}")
    yield _paragraph(
        facts,
        facts.say(key, k=len(own.read), parts=parts, grade=grades[0]) if grades else "",
        said or facts.say("paper.quality.whole", unit=units_noun(facts), n=f"{len(cells):,}"),
        facts.say("paper.quality.hidden") if states["suppressed"] or states["unstable"] else "",
        facts.say("paper.quality.receipts"),
    )


def quality_said(own: Assessment) -> Iterator[str]:
    """What came of the returns of a place, and what was put aside."""
    facts, came = own.facts, returns(own.facts, own.basis, own.place)
    place, period = facts.place(own.place), facts.when(came.period)
    if not came.expected:
        yield facts.say("quality.nothing", place=place, period=period)
        return
    counts = {"expected": f"{came.expected:,}", "reported": f"{came.reported:,}", "share": f"{came.share:.1f}%"}
    yield facts.say("quality.returns", place=place, period=period, **counts)
    if came.short:
        key = "quality.short" if len(came.short) > _NAMED else "quality.short_all"
        yield facts.say(key, n=len(came.short), names=listed(facts, came.short[:_NAMED]))
    if came.aside:
        yield facts.say("quality.aside", rows=f"{came.rows:,}", aside=f"{came.aside:,}")


def _advice(own: Assessment, outline: Outline) -> Iterator[Block]:
    facts = own.facts
    yield outline.heading(1, facts.say("paper.advice"))
    leads: dict[str, list[Item]] = {}
    low = [chain.lowest.indicator for chain in chains(own) if chain.lowest]
    for item in own.items:
        if _asks(own, item) or item.status == "near" or item.indicator in low:
            leads.setdefault(facts.lead(item.indicator) or facts.say("attention.nobody"), []).append(item)
    for number, (lead, items) in enumerate(leads.items(), start=1):
        yield _paragraph(facts, *_asked(own, items, low), lead=facts.say("paper.advice.lead", number=number, lead=lead))
    if not leads:
        yield _paragraph(facts, facts.say("paper.advice.none"))
    came = returns(facts, own.basis)
    if came.short or came.aside:
        yield _paragraph(facts, facts.say("paper.advice.returns"))
    if any(indicator["sensitive"] for indicator in facts.indicators.values()):
        yield _paragraph(facts, facts.say("paper.advice.offer"))


def _asked(own: Assessment, items: list[Item], low: list[str]) -> Iterator[str]:
    facts = own.facts
    whole = [facts.name(i.indicator) for i in items if i.status == "behind" or i.way == WORSE]
    near = [facts.name(i.indicator) for i in items if i.status == "near" and i.way != WORSE]
    if whole:
        yield facts.say("paper.advice.behind", names=listed(facts, whole))
    if near:
        yield facts.say("paper.advice.near", names=listed(facts, near))
    places = [(item, [facts.place(cell["place"]) for cell in own.units_behind(item)]) for item in items]
    told = [
        facts.say("paper.advice.place", name=facts.name(item.indicator), units=few(facts, units, _UNITS))
        for item, units in places
        if units
    ]
    if told:
        parts = facts.say("paper.semicolon").join(told)
        yield facts.say("paper.advice.units", parts=parts, unit=units_noun(facts))
    for item in items:
        if item.indicator in low and item.status not in ("behind", "near"):
            yield facts.say("paper.advice.chain", name=facts.name(item.indicator))
