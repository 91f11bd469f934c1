"""What a meeting begins with: the cover, where the programme stands, what changed."""

from __future__ import annotations

from typing import Any

from hfwork import text
from hfwork.present.pack.elements import Grid, Words, element
from hfwork.present.pack.facts import LATEST, Cell, Facts, Gone

STATUSES = ("met", "near", "behind")
# Shares of the columns: names of departments are long in English.
_CHANGES = {"zh": (3.6, 3, 3, 1, 2), "en": (3.1, 2.5, 2.5, 0.9, 3.6)}
LEADS = 3  # departments named in a sentence


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
    by_status = {status: sum(cell["status"] == status for cell in own) for status in STATUSES}
    total = len(facts.indicators if names is None else names)
    return {"n": total, "known": len(own), "target": sum(by_status.values()), **by_status}


@element
def brief_title(facts: Facts, basis: str = LATEST) -> Words:
    """The message of the whole: how many of the indicators with a target meet it."""
    own = counted(facts, basis=basis)
    if not own["target"]:
        return Words((facts.say("pack.brief_title_none", n=own["n"], known=own["known"]),))
    parts = [facts.say(f"pack.brief_part.{status}", n=own[status]) for status in STATUSES if own[status]]
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
    joined = facts.say("ui.and").join(leads[:LEADS]) if facts.lang == "zh" else ", ".join(leads[:LEADS])
    more = facts.say("brief.more") if len(leads) > LEADS else ""
    return facts.say("brief.attention", n=len(set(names)), leads=joined, more=more)


@element
def score(facts: Facts, status: str, basis: str = LATEST) -> Words:
    """One large number: how many indicators have this status."""
    own = counted(facts, basis=basis)
    mark = {"met": "●", "near": "▲", "behind": "■"}[status]
    return Words((str(own[status]), f"{mark} {facts.say(f'status.{status}')}"))


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
