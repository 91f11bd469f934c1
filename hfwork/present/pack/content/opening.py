"""What a meeting begins with: where the programme stands, its phases, the five kinds, what changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hfwork import text
from hfwork.present.pack.elements import Grid, Plot, Series, Words, element
from hfwork.present.pack.facts import LATEST, Cell, Facts, Gone

_STATUSES = ("met", "near", "behind")
# Shares of the columns: names of departments are long in English.
_KINDS = {"zh": (1.8, 1, 1.2, 1.25, 1.25, 1.45, 2.2, 4.2), "en": (1.9, 1.3, 1.1, 1.05, 1.15, 1.3, 1.4, 4.2)}
_CHANGES = {"zh": (3.6, 3, 3, 1, 2), "en": (3.1, 2.5, 2.5, 0.9, 3.6)}
_METHODS = {"zh": (1.1, 4.2, 0.8, 6), "en": (0.8, 4, 0.9, 6.6)}
_LEADS = 3  # departments named in a sentence
_MARK = 0.06  # years: how wide the mark of a day is
_SIGNS = str.maketrans("一二三四五六七八九（）", "123456789()")  # of the clauses of a notice


@element
def cover_title(facts: Facts) -> Words:
    """The title of the programme."""
    return Words((facts.meta["title"][facts.lang],))


@element
def cover(facts: Facts, meeting: str) -> Words:
    """What the pack is for, and the day of its data."""
    meant = facts.say(f"pack.meeting.{meeting}")
    return Words((meant, facts.say("pack.as_of", date=facts.date(facts.meta["as_of"]))))


@element
def rests(facts: Facts) -> Words:
    """The release behind a pack, and whether its figures are invented."""
    lines = [facts.say("pack.release", id=facts.meta["id"], grade=facts.meta["grade"] or text.DASH)]
    return Words((*lines, facts.say("pack.sample_note")) if facts.meta["sample"] else tuple(lines))


@element
def sample(facts: Facts) -> Words:
    """The mark of invented figures. Raises ``Gone`` for real ones."""
    if not facts.meta["sample"]:
        raise Gone("sample")
    return Words((facts.say("ui.sample"),))


def counted(facts: Facts, names: list[str] | None = None, basis: str = LATEST) -> dict[str, int]:
    """Of these indicators (all when None): how many there are, ``known``, with a ``target``, and of each status."""
    cells = facts.standing(basis)
    own = [cells[name] for name in (names if names is not None else facts.indicators) if name in cells]
    by_status = {status: sum(cell["status"] == status for cell in own) for status in _STATUSES}
    total = len(facts.indicators if names is None else names)
    return {"n": total, "known": len(own), "target": sum(by_status.values()), **by_status}


@element
def brief_title(facts: Facts, basis: str = LATEST) -> Words:
    """The message of the whole: how many of the indicators with a target meet it."""
    own = counted(facts, basis=basis)
    if not own["target"]:
        return Words((facts.say("pack.brief_title_none", n=own["n"], known=own["known"]),))
    parts = [facts.say(f"pack.brief_part.{status}", n=own[status]) for status in _STATUSES if own[status]]
    return Words((facts.say("pack.brief_title", t=own["target"], parts=listed(facts, parts)),))


def listed(facts: Facts, parts: list[str]) -> str:
    """Several things in a row, as people say them: ``a, b and c``."""
    if facts.lang == "zh" or len(parts) < 2:
        return facts.say("pack.comma").join(parts)
    return facts.say("ui.and").join((facts.say("pack.comma").join(parts[:-1]), parts[-1]))


@element
def brief(facts: Facts, basis: str = LATEST) -> Words:
    """Three sentences: where it stands, what changed, what needs attention and whose it is."""
    own = counted(facts, basis=basis)
    place = facts.place(facts.root)
    facts_ = {"place": place, "n": own["n"], "k": own["known"], "t": own["target"]}
    key = "brief.standing" if own["target"] else "brief.standing_none"
    standing = facts.say(key, **facts_, met=own["met"], near=own["near"], behind=own["behind"])
    at = facts.say("pack.at_latest") if basis != LATEST and facts.page["attention"] else ""
    return Words((standing, _changed(facts), at + _attention(facts)))


def _changed(facts: Facts) -> str:
    found = facts.page["changes"]
    if not found:
        return facts.say("brief.first")
    said = [changed(facts, row) for row in found["latest"]]
    counts = {code: said.count(code) for code in ("better", "worse", "overlap")}
    same, listed = counts["overlap"], counts["better"] + counts["worse"] + counts["overlap"]
    numbers = {"up": counts["better"], "down": counts["worse"], "same": same, "other": len(facts.indicators) - listed}
    return facts.say(
        "brief.changes", date=facts.date(found["as_of"]), **numbers, revised=found["counts"].get("revised", 0)
    )


def changed(facts: Facts, row: dict[str, Any]) -> str:
    """How a figure changed since the release before: a key below ``changes.``."""
    indicator = facts.indicators[row["indicator"]]
    if row["period"] == row["old_period"] or row["intervals"] == "":
        return "no_period" if row["period"] == row["old_period"] else "unjudged"
    if row["intervals"] != "apart":
        return str(row["intervals"])
    if indicator["direction"] not in ("up", "down") or indicator["sensitive"]:
        return "apart"
    return "better" if (row["new"] > row["old"]) == (indicator["direction"] == "up") else "worse"


def _attention(facts: Facts) -> str:
    names: list[str] = [row["indicator"] for row in facts.page["attention"]]
    if not names:
        return facts.say("brief.calm")
    of: dict[str, list[str]] = {}
    for name in names:
        of.setdefault(facts.lead(name) or facts.say("attention.nobody"), []).append(name)
    ordered = sorted(of.items(), key=lambda item: -len(item[1]))  # as on the start page
    leads = [facts.say("brief.lead", lead=lead, n=len(set(own))) for lead, own in ordered]
    joined = facts.say("ui.and").join(leads[:_LEADS]) if facts.lang == "zh" else ", ".join(leads[:_LEADS])
    more = facts.say("brief.more") if len(leads) > _LEADS else ""
    return facts.say("brief.attention", n=len(set(names)), leads=joined, more=more)


@element
def score(facts: Facts, status: str, basis: str = LATEST) -> Words:
    """One large number: how many indicators have this status."""
    own = counted(facts, basis=basis)
    mark = {"met": "●", "near": "▲", "behind": "■"}[status]
    return Words((str(own[status]), f"{mark} {facts.say(f'status.{status}')}"))


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
        named = facts.say("pack.comma").join(list(leads)[:_LEADS]) + (facts.say("brief.more") if len(leads) > 3 else "")
        covered = f"{sum(bool(m['indicators']) for m in methods)} / {len(methods)}" if methods else text.DASH
        figures = [str(own[name]) for name in ("n", "target", *_STATUSES)]
        rows.append((kind["name"][facts.lang], *figures, covered, named))
        cells += [c for name, c in facts.standing(basis).items() if name in kind["indicators"]]
    header = tuple(facts.say(f"pack.col.{name}") for name in head)
    return Grid(header, tuple(rows), tuple(cells), _KINDS[facts.lang], (0, 7))


@element
def changes_title(facts: Facts) -> Words:
    """How many figures are better and worse than in the release before."""
    found = facts.page["changes"]
    if not found:
        return Words((facts.say("changes.first"),))
    said = [changed(facts, row) for row in found["latest"]]
    up, down = said.count("better"), said.count("worse")
    since = facts.say("pack.since", date=facts.date(found["as_of"]))
    key = {(True, True): "changes.title", (True, False): "pack.changes_up", (False, True): "pack.changes_down"}
    return Words((since + facts.say(key.get((up > 0, down > 0), "changes.title_none"), up=up, down=down),))


def _apart(facts: Facts) -> list[tuple[str, dict[str, Any]]]:
    """The figures with a change whose intervals lie apart, with what it is; worse ones first."""
    order = ("worse", "better", "apart")
    latest = (facts.page["changes"] or {"latest": []})["latest"]
    found = [(code, row) for row in latest if (code := changed(facts, row)) in order]
    return sorted(found, key=lambda item: order.index(item[0]))


@element
def changes(facts: Facts, most: str = "10") -> Grid:
    """The figures with a change whose intervals lie apart, worse ones first; at most so many."""
    rows: list[tuple[str, ...]] = []
    cells: list[Cell] = []
    for code, row in _apart(facts)[: int(most)]:
        name = row["indicator"]
        then, now = (
            facts.say("pack.in", value=facts.with_unit(row[value], name), period=facts.when(row[period]))
            for value, period in (("old", "old_period"), ("new", "period"))
        )
        rows.append((facts.name(name), then, now, facts.say(f"changes.{code}"), facts.lead(name) or text.DASH))
        cell = facts.cell(name, row["period"])
        cells += [cell] if cell else []
    head = tuple(facts.say(key) for key in ("ui.indicator", "changes.old", "changes.new", "changes.said",
                                            "attention.lead"))  # fmt: skip
    return Grid(head, tuple(rows), tuple(cells), _CHANGES[facts.lang], (0, 4))


@element
def changes_note(facts: Facts, most: str = "10") -> Words:
    """What is listed, and how much of it."""
    codes = [code for code, _ in _apart(facts)]
    key = "pack.changes_note" if len(codes) > int(most) else "pack.changes_note_all"
    return Words((facts.say(key, n=len(codes), plain=codes.count("apart"), shown=most),))


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
