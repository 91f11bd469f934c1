"""What a meeting is asked to decide: each matter from a finding of the release, in words it can adopt."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hfwork.present.pack.content.opening import listed
from hfwork.present.pack.content.programme import clause
from hfwork.present.pack.content.work import attention, behind, reason
from hfwork.present.pack.elements import Grid, Words, element
from hfwork.present.pack.facts import Facts

_SHARES = {"zh": (4.4, 3.6, 1.8, 2.65), "en": (5, 3.8, 2.6, 2.2)}
_NAMED = 6  # units named in a matter; of more only the first


def _matters(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Matter, what it rests on, who is proposed to lead, by when it shows: each from a finding of the release."""
    made = []
    for row in attention(facts):
        name, period = row["indicator"], row["period"]
        why = facts.say("pack.comma").join(reason(facts, code, count) for code, count in row["why"])
        missing = [code for code, _ in row["why"]] == ["missing"]
        matter = _returns(facts, name) if missing else _help(facts, name, period)
        figure = facts.figure(facts.cell(name, period))
        basis = facts.say("pack.matter.grounds", period=facts.when(period), figure=figure, why=why)
        made.append((matter, basis, facts.lead(name) or facts.say("attention.nobody"), _next(facts, period)))
    open_methods = [m for k in _kinds(facts) for m in k["methods"] if not m["indicators"]]
    if open_methods:
        clauses = listed(facts, [clause(facts, m["clause"]) for m in open_methods])
        basis = facts.say("pack.matter.open_basis", clauses=clauses)
        made.append((facts.say("pack.matter.open"), basis, facts.say("pack.office"), facts.say("pack.at_meeting")))
    without = [n for n, c in facts.standing().items() if c["status"] == "none" and _may_have_target(facts, n)]
    if without:
        basis = facts.say("pack.matter.targets_basis", n=len(without))
        made.append((facts.say("pack.matter.targets"), basis, facts.say("pack.office"), facts.say("pack.at_meeting")))
    return made


def _returns(facts: Facts, name: str) -> str:
    return facts.say("pack.matter.returns", name=facts.name(name))


def _help(facts: Facts, name: str, period: str) -> str:
    """Whom to help with what: the units behind their target, in official order; else the whole."""
    late = [facts.label(c["place"]) for c in behind(facts, name, period)]
    units = listed(facts, late) if late else facts.say("pack.matter.whole")
    if len(late) > _NAMED:
        first = facts.say("pack.comma").join(late[: _NAMED // 2])
        units = facts.say("pack.matter.more", names=first, n=len(late), unit=facts.units_noun)
    key = {"up": "pack.matter.up", "down": "pack.matter.down"}.get(facts.indicators[name]["direction"])
    return facts.say(key or "pack.matter.other", units=units, name=facts.name(name))


def _kinds(facts: Facts) -> list[dict[str, Any]]:
    return facts.release.page_columns("kinds")["methods"] if "kinds" in facts.release.pages() else []


def _may_have_target(facts: Facts, name: str) -> bool:
    own = facts.indicators[name]
    return not own["plain"] and not own["sensitive"] and own["direction"] != "none"


def _next(facts: Facts, token: str) -> str:
    """The day on which the next period of the same length is over: when help can show."""
    level = facts.periods[token]["level"]
    today = facts.meta["as_of"]
    coming = sorted(p["end"] for p in facts.page["periods"] if p["level"] == level and p["end"] > today)
    if coming:
        return _by(facts, coming[0])
    months = {"month": 1, "quarter": 3, "half": 6}.get(level, 12)
    end = dt.date.fromisoformat(facts.periods[token]["end"])
    while end.isoformat() <= today:
        year, month = divmod(end.year * 12 + end.month - 1 + months + 1, 12)
        end = dt.date(year, month + 1, 1) - dt.timedelta(days=1)
    return _by(facts, end.isoformat())


def _by(facts: Facts, day: str) -> str:
    """A day in words; what ends after the monitoring will show nothing, so the meeting has to say."""
    if day > facts.monitoring_ends:
        return facts.say("pack.at_meeting")
    return facts.say("pack.before_day", date=facts.date(day))


@element
def decide_title(facts: Facts) -> Words:
    """How many matters the meeting is asked to decide."""
    n = len(_matters(facts))
    return Words((facts.say("pack.decide_title" if n > 1 else "pack.decide_title_one", n=n),))


@element
def decide(facts: Facts) -> Grid:
    """Matters to decide: what, on what grounds, who is proposed to lead, when it will show."""
    head = tuple(facts.say(f"pack.col.{name}") for name in ("matter", "grounds", "owner", "date"))
    cells = [c for r in attention(facts) if (c := facts.cell(r["indicator"], r["period"]))]
    return Grid(head, tuple(_matters(facts)), tuple(cells), _SHARES[facts.lang], (0, 1, 2, 3))


@element
def decide_note(facts: Facts) -> Words:
    """That these are proposals, and what the date is."""
    return Words((facts.say("pack.decide_note"),))
