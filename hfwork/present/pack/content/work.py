"""What a meeting has to act on: townships side by side, who helps where, how good the data are."""

from __future__ import annotations

from typing import Any

from hfwork import text
from hfwork.present.pack.content.courses import short_period
from hfwork.present.pack.elements import Grid, Words, element
from hfwork.present.pack.facts import LATEST, Cell, Facts

_COLUMNS = 7  # indicators beside one another on one slide
_HELP = {"zh": (3.9, 1.3, 2.1, 4.7, 1.8), "en": (3.2, 1.3, 2.2, 4.6, 2.7)}
_ROWS, _TABLES = 9, 9  # rows of a table on a slide
_SIGNS = {"better": "▲", "worse": "▼", "higher": "△", "lower": "▽"}


def main_indicators(facts: Facts, basis: str = LATEST, most: int = _COLUMNS) -> list[str]:
    """Rates known by unit to stand side by side: in turn from each kind, those with a target first."""
    cells = facts.standing(basis)
    groups = []
    for kind in facts.page["kinds"] or [{"indicators": list(facts.indicators)}]:
        own = [n for n in kind["indicators"] if n in cells and not facts.indicators[n]["plain"]]
        own = [n for n in own if not facts.indicators[n]["sensitive"] and _known(facts, cells[n]) > 1]
        groups.append(sorted(own, key=lambda n: cells[n]["status"] == "none"))
    turns = [group[i] for i in range(max(map(len, groups), default=0)) for group in groups if i < len(group)]
    chosen = sorted(turns, key=lambda n: cells[n]["status"] == "none")[:most]
    return [name for name in facts.indicators if name in chosen]


def _known(facts: Facts, cell: Cell) -> int:
    return sum(c["state"] == "value" for c in facts.units(cell["indicator"], cell["period"]))


def _side_by_side(facts: Facts, basis: str) -> tuple[list[str], dict[str, list[Cell | None]]]:
    names = main_indicators(facts, basis)
    periods = {name: facts.period(name, basis) for name in names}
    return names, {code: [facts.cell(n, periods[n], code) for n in names] for code in facts.places}


@element
def towns_title(facts: Facts, basis: str = LATEST) -> Words:
    """How many of the figures side by side differ from the rest beyond chance."""
    _, rows = _side_by_side(facts, basis)
    codes = [facts.comparison(c)["rest"] for row in rows.values() for c in row if c and c["state"] == "value"]
    judged = [code for code in codes if code != "none"]
    if not judged:
        return Words((facts.say("tartan.none"),))
    counts = {"n": len(judged), "better": judged.count("better"), "worse": judged.count("worse")}
    return Words((facts.say("pack.towns_title", unit=facts.units_noun, **counts),))


@element
def towns(facts: Facts, basis: str = LATEST) -> Grid:
    """Units in official order, main indicators side by side: figure, status, and whether it differs beyond chance."""
    names, rows = _side_by_side(facts, basis)
    head = [f"{facts.name(n)} {short_period(facts, facts.period(n, basis), whole=True)}" for n in names]
    whole = [facts.cell(n, facts.period(n, basis)) for n in names]
    made = [(facts.place(facts.root), *(facts.marked(c) for c in whole))]
    made += [(facts.place(code), *(_compared(facts, c) for c in own)) for code, own in rows.items()]
    cells = [c for own in (whole, *rows.values()) for c in own if c]
    widths = (1.7, *(1.6 for _ in names))
    return Grid((facts.say("ui.place"), *head), tuple(made), tuple(cells), widths)


def _compared(facts: Facts, cell: Cell | None) -> str:
    sign = _SIGNS.get(facts.comparison(cell)["rest"], "") if cell and cell["state"] == "value" else ""
    return f"{facts.marked(cell)} {sign}".rstrip()


@element
def towns_note(facts: Facts) -> Words:
    """What the signs mean, and that nobody is ranked."""
    return Words((facts.say("pack.status_signs") + facts.say("tartan.note") + facts.say("pack.receipts_listed"),))


@element
def official(facts: Facts) -> Words:
    """Units stand in official order."""
    return Words((facts.say("pack.receipts_noted"),))


def attention(facts: Facts) -> list[dict[str, Any]]:
    """What needs attention, one row per indicator with its reasons joined, as the release found it."""
    found: dict[str, dict[str, Any]] = {}
    for row in facts.page["attention"]:
        own = found.setdefault(row["indicator"], {"indicator": row["indicator"], "period": row["period"], "why": []})
        own["why"].append((row["why"], row["count"]))
    return list(found.values())


def behind(facts: Facts, indicator: str, period: str) -> list[Cell]:
    """The units behind their target, in official order."""
    return [c for c in facts.units(indicator, period) if c["status"] == "behind"]


@element
def help_title(facts: Facts) -> Words:
    """How many indicators need attention, and how many departments lead them."""
    rows = attention(facts)
    if not rows:
        return Words((facts.say("attention.none"),))
    leads = sorted({facts.lead(row["indicator"]) or facts.say("attention.nobody") for row in rows})
    if len(rows) == 1:
        return Words((facts.say("pack.help_title_one", name=facts.name(rows[0]["indicator"]), lead=leads[0]),))
    key = "pack.help_title" if len(leads) > 1 else "pack.help_title_lead"
    return Words((facts.say(key, n=len(rows), k=len(leads), lead=leads[0]),))


@element
def help(facts: Facts, most: str = f"{_ROWS}") -> Grid:
    """Where help is needed and which department answers for it: one row per indicator."""
    rows, cells = [], []
    for row in attention(facts)[: int(most)]:
        name, period = row["indicator"], row["period"]
        cell = facts.cell(name, period)
        late = behind(facts, name, period)
        named = facts.say("pack.comma").join(
            facts.say("pack.of", name=facts.label(c["place"]), value=facts.figure(c)) for c in late
        )
        why = facts.say("pack.comma").join(reason(facts, code, count) for code, count in row["why"])
        what = facts.say("pack.in", value=facts.name(name), period=facts.when(period))
        rows.append((what, facts.marked(cell), why, named or text.DASH,
                     facts.lead(name) or facts.say("attention.nobody")))  # fmt: skip
        cells += [c for c in (cell, *late) if c]
    head = tuple(facts.say(key, unit=facts.units_noun) for key in ("ui.indicator", "pack.col.whole", "attention.why",
                                                                   "pack.col.where", "attention.lead"))  # fmt: skip
    return Grid(head, tuple(rows), tuple(cells), _HELP[facts.lang], (0, 2, 3, 4))


@element
def pressing(facts: Facts, most: str = "4") -> Words:
    """What needs attention in a line each: figure, why, who leads; else that nothing does."""
    lines, cells = [], []
    for row in attention(facts)[: int(most)]:
        cell = facts.cell(row["indicator"], row["period"])
        why = facts.say("pack.comma").join(reason(facts, code, count) for code, count in row["why"])
        own = {"name": facts.name(row["indicator"]), "period": facts.when(row["period"]), "why": why}
        lead = facts.lead(row["indicator"]) or facts.say("attention.nobody")
        lines.append(facts.say("pack.pressing", figure=facts.marked(cell), lead=lead, **own))
        cells += [cell] if cell else []
    rest = (*lines, *_listed(facts, len(lines), len(attention(facts))))
    return Words(rest or (facts.say("brief.calm"),), tuple(cells))


def _listed(facts: Facts, shown: int, there: int) -> tuple[str, ...]:
    """That a list is cut short; nothing where it is whole."""
    return (facts.say("pack.listed", k=shown, n=there),) if shown < there else ()


def reason(facts: Facts, code: str, count: int) -> str:
    """Why an indicator needs attention, in words."""
    return facts.say(f"attention.{code}", n=count, unit=facts.units_noun)


@element
def help_note(facts: Facts) -> Words:
    """What the list is and what it is not."""
    there = len(attention(facts))
    return Words((facts.say("pack.help_note"), *_listed(facts, min(there, _ROWS), there)))


def _returns(facts: Facts) -> tuple[str, list[tuple[str, int, int]]]:
    """The latest period over by the release's day, and per table what was expected and received of the district."""
    found = facts.findings("completeness")
    own = found[found["place"] == facts.root]
    over = [t for t, p in facts.periods.items() if p["end"] <= facts.meta["as_of"] and p["level"] in ("half", "year")]
    titles = {t["id"]: t["title"][facts.lang] for t in facts.release.page_columns("quality")["tables"]}
    newest = sorted(over, key=lambda t: (facts.periods[t]["end"], facts.periods[t]["level"] == "half"), reverse=True)
    for token in newest:
        rows = own[(own["period"] == token) & (own["expected"] > 0)]
        if len(rows):
            listed = rows[["table", "expected", "reported"]].itertuples(index=False)
            return token, [(titles.get(str(t), str(t)), int(e), int(r)) for t, e, r in listed]
    return "", []


@element
def quality_title(facts: Facts) -> Words:
    """How complete the returns are, and the grade of the release."""
    token, rows = _returns(facts)
    if not rows:
        return Words((facts.say("returns.nothing"),))
    expected, reported = sum(row[1] for row in rows), sum(row[2] for row in rows)
    share = text.number(reported / expected * 100, 1) + "%"
    said = facts.say("pack.quality_title", period=facts.when(token), share=share, grade=facts.meta["grade"])
    return Words((said,))


@element
def quality(facts: Facts, most: str = f"{_TABLES}") -> Grid:
    """Returns expected and received, the least complete first."""
    _, rows = _returns(facts)
    listed = sorted(rows, key=lambda row: row[2] / row[1])[: int(most)]
    made = tuple((name, text.number(e), text.number(r), text.number(r / e * 100, 1) + "%") for name, e, r in listed)
    head = tuple(facts.say(key) for key in ("ui.returns", "returns.expected", "returns.reported", "quality.share"))
    return Grid(head, made, (), (5, 1.4, 1.4, 1.4))


@element
def quality_note(facts: Facts) -> Words:
    """How many of the units' latest figures are missing, withheld, unsteady or shared out by weight."""
    cells = [c for name, whole in facts.standing().items() for c in facts.units(name, whole["period"])]
    counts = {state: sum(c["state"] == state for c in cells) for state in ("missing", "suppressed", "unstable")}
    tables = len(_returns(facts)[1])
    cut = _listed(facts, min(tables, _TABLES), tables)
    shared = sum(bool(c["apportioned"]) and c["state"] == "value" for c in cells)
    return Words(
        (
            facts.say("pack.states", n=text.number(len(cells)), unit=facts.units_noun, shared=shared, **counts),
            facts.say("pack.signs"),
            *cut,
        )
    )


@element
def limits_title(facts: Facts) -> Words:
    """The heading of the last slide."""
    return Words((facts.say("pack.limits_title"),))


@element
def limits(facts: Facts) -> Words:
    """How the figures were made and what they cannot say."""
    policy: dict[str, Any] = facts.meta["policy"]
    own = {"least": policy["minimum_count"], "release": facts.meta["id"], "near": text.number(policy["near"] * 100)}
    keys = ["counts", "chance", "withheld", "targets", "voluntary", "map", "receipt"]
    if not policy["minimum_count"]:
        keys.remove("withheld")
    return Words(tuple(facts.say(f"pack.limit.{name}", **own) for name in keys))
