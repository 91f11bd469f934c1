"""The attachments of a report: figures of the district and the units, definitions, methods and limits, receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from hfwork import text
from hfwork.present.pack.facts import Cell, Facts
from hfwork.present.pack.papers.assessment import Assessment, Item
from hfwork.present.pack.papers.paper import Annex, Block, Note, Paragraph, Row, Sentence, Table
from hfwork.present.pack.papers.wording import interval, target, units_noun

_COLUMNS = 5  # indicators side by side in a table of units


def all_of(own: Assessment, names: Sequence[str], used: Sequence[Cell]) -> list[Block]:
    """Three attachments; ``used`` are the cells of the text, whose receipts the last one lists."""
    facts = own.facts
    figures, definitions, methods = (
        Annex(facts.say("paper.annex.label", n=number), name) for number, name in enumerate(names, start=1)
    )
    return [
        *(figures, *_district(own), *_units(own)),
        *(definitions, _definitions(facts)),
        *(methods, *_methods(facts), *_targets(facts), *receipts(facts, used), imprint(facts)),
    ]


def _district(own: Assessment) -> Iterator[Block]:
    facts = own.facts
    heads = ("indicator", "period", "value", "interval", "target", "status")
    header = (*(facts.say(f"ui.col.{head}") for head in heads), facts.say("paper.col.change"))
    rows = tuple(_row(facts, item) for item in own.items)
    caption = facts.say("paper.table.district", n=1, place=facts.place(facts.root))
    yield Table(caption, header, rows, (42, 29, 26, 23, 15, 18, 18))
    yield Note(facts.say("ui.state_signs"))


def _row(facts: Facts, item: Item) -> Row:
    cell = item.cell
    texts = (
        facts.name(item.indicator),
        facts.when(cell["period"]),
        coded(facts.figure(cell), cell),
        interval(facts, cell),
        target(facts, cell),
        facts.status(cell) if item.status != "none" else text.DASH,
        facts.say(f"paper.way.{item.way}"),
    )
    return Row(texts, (cell,))


def coded(said: str, cell: Cell) -> str:
    """A figure with its receipt on the line below."""
    return f"{said}\n{cell['receipt']}"


def _units(own: Assessment) -> Iterator[Block]:
    facts, main = own.facts, own.main()
    for number, start in enumerate(range(0, len(main), _COLUMNS), start=2):
        items = main[start : start + _COLUMNS]
        header = (facts.say("ui.col.place"), *(_head(facts, item) for item in items))
        rows = [_across(facts, code, items) for code in (facts.root, *facts.places)]
        caption = facts.say("paper.table.units", n=number, unit=units_noun(facts))
        yield Table(caption, header, tuple(rows), (22, *[26] * len(items)))
    if main:
        yield Note(facts.say("ui.official_order") + facts.say("ui.state_signs"))


def _head(facts: Facts, item: Item) -> str:
    name, period = facts.name(item.indicator), facts.when(item.cell["period"])
    if pd.isna(item.cell["target"]):
        return f"{name}\n{period}"
    return f"{name}\n{period}\n{facts.say('ui.target', target=target(facts, item.cell))}"


def _across(facts: Facts, code: str, items: Sequence[Item]) -> Row:
    cells = [facts.cell(item.indicator, item.cell["period"], code) for item in items]
    texts = (coded(facts.marked(cell), cell) if cell else text.DASH for cell in cells)
    return Row((facts.place(code), *texts), tuple(cell for cell in cells if cell))


def _definitions(facts: Facts) -> Table:
    parts = ("about.code", "ui.col.indicator", "about.definition", "about.calculation", "about.lead")
    header = tuple(facts.say(part) for part in parts)
    rows = tuple(
        Row(
            (
                own["code"] or text.DASH,
                facts.say("paper.named", name=facts.name(name), unit=own["unit"][facts.lang]),
                own["definition"][facts.lang],
                own["calculation"][facts.lang],
                facts.lead(name) or text.DASH,
            )
        )
        for name, own in facts.indicators.items()
    )
    return Table("", header, rows, (12, 34, 54, 38, 18), (1, 2, 3))


def _methods(facts: Facts) -> Iterator[Block]:
    policy = facts.meta["policy"]
    rules = facts.say("ui.comma").join(
        facts.say(
            "rests.rule",
            grade=grade,
            completeness=text.number(100 * rule["completeness"], 1),
            errors=text.number(100 * rule["errors"], 1),
        )
        for grade, rule in policy["grades"].items()
    )
    near, least = text.number(100 * policy["near"]), policy["minimum_count"]
    names = ["basis", "status", "change", "compared", "states", "grades", "units", "sensitive", "limits"]
    for number, name in enumerate(names, start=1):
        said = facts.say(f"paper.method.{name}", near=near, least=least, rules=rules, unit=units_noun(facts))
        yield Paragraph((Sentence(said),), facts.lang, facts.say("paper.method.number", n=number))


def _targets(facts: Facts) -> Iterator[Block]:
    targets = [
        t for t in facts.release.plan()["targets"] if t["role"] == "target" and t["indicator"] in facts.indicators
    ]
    if targets:
        header = tuple(
            facts.say(key) for key in ("ui.col.indicator", "ui.col.period", "ui.col.target", "paper.col.source")
        )
        yield Table(
            facts.say("paper.table.targets"), header, tuple(_aim(facts, t) for t in targets), (50, 26, 20, 60), (0, 3)
        )


def _aim(facts: Facts, aim: dict[str, object]) -> Row:
    name, place = str(aim["indicator"]), aim["place"]
    where = (
        facts.say("paper.figure", name=facts.name(name), value=f"（{facts.place(str(place))}）")
        if place
        else facts.name(name)
    )
    value, source = float(str(aim["value"])), aim["source"]
    assert isinstance(source, dict)
    return Row((where, facts.when(str(aim["period"])), facts.with_unit(value, name), source[facts.lang]))


def receipts(facts: Facts, used: Sequence[Cell]) -> Iterator[Block]:
    """The receipts of the figures in the text, in the order in which they stand there."""
    if used:
        header = tuple(facts.say(f"ui.col.{head}") for head in ("indicator", "place", "period", "value", "receipt"))
        rows = tuple(Row((facts.name(c["indicator"]), *_said(facts, c)), (c,)) for c in used)
        yield Table(facts.say("paper.table.receipts"), header, rows, (46, 26, 27, 22, 35))


def _said(facts: Facts, cell: Cell) -> tuple[str, str, str, str]:
    return facts.place(cell["place"]), facts.when(cell["period"]), facts.figure(cell), cell["receipt"]


def imprint(facts: Facts) -> Note:
    """The last line of a paper: which release it was made from, and how to check a receipt."""
    sample = facts.say("paper.sample") if facts.meta["sample"] else ""
    return Note(facts.say("paper.imprint", release=facts.release.id, sample=sample), ruled=True)
