"""The programme in a meeting: its phases over the years, its kinds of family and their methods."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hfwork import text
from hfwork.present.pack.content.opening import LEADS, STATUSES, counted, listed
from hfwork.present.pack.elements import Grid, Plot, Series, Words, element
from hfwork.present.pack.facts import LATEST, Facts

# Shares of the columns: names of departments are long in English.
_KINDS = {"zh": (1.8, 1, 1.2, 1.25, 1.25, 1.45, 2.2, 4.2), "en": (1.9, 1.3, 1.1, 1.05, 1.15, 1.3, 1.4, 4.2)}
_METHODS = {"zh": (1.1, 4.2, 0.8, 6), "en": (0.8, 4, 0.9, 6.6)}
_MARK = 0.06  # years: how wide the mark of a day is
_SIGNS = str.maketrans("一二三四五六七八九（）", "123456789()")  # of the clauses of a notice


@element
def timeline_title(facts: Facts) -> Words:
    """Which phases the release's day lies in."""
    today = facts.meta["as_of"]
    phases = facts.page["phases"]
    running = [p["name"][facts.lang] for p in phases if p["start"] <= today <= p["end"]]
    if running:
        return Words((facts.say("pack.phase_now", phases=listed(facts, running)),))
    if not phases or any(p["end"] >= today for p in phases):
        return Words((facts.say("pack.phase_none"),))
    if today >= facts.monitoring_ends:
        return Words((facts.say("pack.phases_done", n=len(phases)),))
    return Words((facts.say("pack.phases_over" if len(phases) > 1 else "pack.phases_over_one", n=len(phases)),))


@element
def timeline(facts: Facts) -> Plot:
    """The phases as lying bars over the years: what is over dark, what is to come light, last the day of the data."""
    day = dt.date.fromisoformat(facts.meta["as_of"])
    today = _year(day + dt.timedelta(days=1))
    starts, done, left, names = [], [], [], []
    for phase in facts.page["phases"]:
        start = _year(dt.date.fromisoformat(phase["start"]))
        end = _year(dt.date.fromisoformat(phase["end"]) + dt.timedelta(days=1))
        over = min(max(today - start, 0), end - start)
        starts.append(start)
        done.append(round(over, 2))
        left.append(round(end - start - over, 2))
        names.append(phase["name"][facts.lang])
    none: list[float | None] = [None] * len(names)
    series = (
        Series(facts.say("pack.before"), (*starts, today), "gap"),
        Series(facts.say("pack.over"), (*done, None), "past"),
        Series(facts.say("pack.to_come"), (*left, None), "pale"),
        Series(facts.say("pack.today"), (*none, _MARK), "mark"),
    )
    alt = facts.say("pack.alt", kind=facts.say("part.timeline"), title=timeline_title(facts).lines[0])
    return Plot("stack", (*names, facts.say("pack.today")), series, "0.00", False, alt)


def _year(day: dt.date) -> float:
    """A day as a year with its hundredths: 1 July 2016 → 2016.5."""
    first, after = dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1)
    return round(day.year + (day - first).days / (after - first).days, 2)


@element
def timeline_notes(facts: Facts) -> Words:
    """The clause of each phase, the day of the data, and the named days to come."""
    today = facts.meta["as_of"]
    lines = [
        facts.say("pack.phase", name=p["name"][facts.lang], start=facts.date(p["start"]), end=facts.date(p["end"]),
                  clause=clause(facts, p["clause"]))
        for p in facts.page["phases"]
    ]  # fmt: skip
    coming = sorted((day, named["name"][facts.lang]) for named in facts.page["days"] for day in named["dates"])
    lines.append(facts.say("pack.as_of", date=facts.date(today)))
    days = [facts.say("pack.in", value=name, period=facts.date(day)) for day, name in coming if day > today][:3]
    if days:
        lines.append(facts.say("ui.next_days", days=facts.say("pack.comma").join(days)))
    return Words(tuple(lines))


def clause(facts: Facts, said: str) -> str:
    """The number of a clause as readers of the language write it: 三（二）1 · 3(2)1."""
    return said if facts.lang == "zh" else said.translate(_SIGNS)


def _methods(facts: Facts, kind: str) -> list[dict[str, Any]]:
    found = facts.release.page_columns("kinds")["methods"] if "kinds" in facts.release.pages() else []
    return next((own["methods"] for own in found if own["id"] == kind), [])


@element
def kinds_title(facts: Facts) -> Words:
    """How many of the methods of the notice are measured."""
    methods = [method for kind in facts.page["kinds"] for method in _methods(facts, kind["id"])]
    measured = sum(bool(method["indicators"]) for method in methods)
    key = "pack.kinds_title" if methods else "pack.kinds_title_none"
    return Words((facts.say(key, n=len(methods), measured=measured, k=len(facts.page["kinds"])),))


@element
def kinds(facts: Facts, basis: str = LATEST) -> Grid:
    """One row per kind of family: indicators, targets by status, methods that are measured, who leads."""
    head = ("kind", "indicators", "with_target", "met", "near", "behind", "methods", "leads")
    rows, cells = [], []
    for kind in facts.page["kinds"]:
        own = counted(facts, kind["indicators"], basis)
        methods = _methods(facts, kind["id"])
        leads = dict.fromkeys(filter(None, (facts.lead(name) for name in kind["indicators"])))
        named = facts.say("pack.comma").join(list(leads)[:LEADS]) + (facts.say("brief.more") if len(leads) > 3 else "")
        covered = f"{sum(bool(m['indicators']) for m in methods)} / {len(methods)}" if methods else text.DASH
        figures = [str(own[name]) for name in ("n", "target", *STATUSES)]
        rows.append((kind["name"][facts.lang], *figures, covered, named))
        cells += [c for name, c in facts.standing(basis).items() if name in kind["indicators"]]
    header = tuple(facts.say(f"pack.col.{name}") for name in head)
    return Grid(header, tuple(rows), tuple(cells), _KINDS[facts.lang], (0, 7))


@element
def methods(facts: Facts) -> Grid:
    """The methods of the notice clause by clause: what measures each, and where that stands."""
    standing = facts.standing()
    rows, cells = [], []
    for kind in facts.page["kinds"]:
        for method in _methods(facts, kind["id"]):
            own = [standing[name] for name in method["indicators"] if name in standing]
            shown = own[:2]
            said = facts.say("pack.comma").join(
                f"{facts.name(c['indicator'])} {facts.when(c['period'])} {facts.marked(c)}" for c in shown
            )
            said += facts.say("brief.more") if len(own) > len(shown) else ""
            count = str(len(method["indicators"])) if method["indicators"] else text.DASH
            without = facts.say("pack.no_complete" if method["indicators"] else "pack.open")
            rows.append((clause(facts, method["clause"]), method["text"][facts.lang], count, said or without))
            cells += shown
    header = tuple(facts.say(f"pack.col.{name}") for name in ("clause", "method", "indicators", "standing"))
    return Grid(header, tuple(rows), tuple(cells), _METHODS[facts.lang], (0, 1, 3))
