"""What the appendix holds: its sheets in their order and what is printed above and below every page."""

from __future__ import annotations

from hfwork.present.pack.book import sheets_about as about
from hfwork.present.pack.book.appendix_charts import charted
from hfwork.present.pack.book.sheets import Sheet, by_place, courses, head, withheld
from hfwork.present.pack.facts import Facts


def sheets(facts: Facts, meeting: str) -> list[Sheet]:
    """The sheets in their order, as plain data; ``meeting`` is midterm, annual or acceptance."""
    drawn = charted(facts, meeting)
    shown = [by_place(facts, meeting), courses(facts), about.definitions(facts)]
    goals = about.targets(facts)
    shown += [goals] * bool(goals.rows) + [about.returns(facts), withheld(facts, meeting)]
    if drawn:
        canvas = Sheet("charts", facts.say("appendix.sheet.charts"), head(facts, "charts"), (), (), ())
        shown += [canvas, drawn[0]]
    return [about.guide(facts, meeting, shown), *shown]


def margins(facts: Facts, sheet: Sheet) -> tuple[str, str]:
    """What is printed above and below every page of a sheet, in the codes of spreadsheet programs."""
    mark = facts.say("ui.sample") if facts.meta["sample"] else ""
    title = sheet.lines[0].replace("&", "&&")
    of = facts.say("appendix.of", release=facts.meta["id"], date=facts.date(facts.meta["as_of"]))
    return f"&L{title}&R{mark}", f"&L{of}&R{facts.say('appendix.page')}"
