"""Sheets of the appendix that say what the figures are: guide, definitions, targets, returns received."""

from __future__ import annotations

from collections.abc import Iterable

from hfwork.present.pack.book.sheets import Column, Row, Sheet, Value, head, standing
from hfwork.present.pack.facts import Facts


def _sheet(facts: Facts, name: str, columns: Iterable[tuple[str, str, float, str]], rows: Iterable[Row],
           keys: tuple[tuple[str, ...], ...], formula: tuple[str, str] = ("", "")) -> Sheet:  # fmt: skip
    named = tuple(Column(column, facts.say(key), width, kind) for column, key, width, kind in columns)
    return Sheet(name, facts.say(f"appendix.sheet.{name}"), head(facts, name), named, tuple(rows), keys, formula)


def guide(facts: Facts, meeting: str, others: Iterable[Sheet]) -> Sheet:
    """What the workbook is, what its signs mean, how to recompute a figure and trace it."""
    texts = {
        "what": facts.say("appendix.guide.what", plan=facts.meta["title"][facts.lang]),
        "release": facts.meta["id"],
        "as_of": facts.date(facts.meta["as_of"]),
        "sample": facts.say("appendix.guide.sample_text") if facts.meta["sample"] else "",
        "period": facts.say("appendix.guide.period_year" if meeting == "annual" else "appendix.guide.period_latest"),
        "signs": _space(facts, "ui.missing_note", "ui.suppressed_note", "ui.unstable_note", "ui.apportioned_note"),
        "order": facts.say("ui.official_order"),
        "recompute": facts.say("appendix.guide.recompute_text"),
        "receipt": facts.say("appendix.guide.receipt_text"),
        "verify": facts.say("appendix.guide.verify_text"),
        "left_out": _left_out(facts, meeting),
    }
    rows = [Row((facts.say(f"appendix.guide.{name}_head"), said)) for name, said in texts.items() if said]
    rows += [Row((other.title, facts.say(f"appendix.about.{other.name}"))) for other in others]
    columns = [("item", "appendix.col.item", 26, "name"), ("text", "appendix.col.text", 110, "words")]
    return _sheet(facts, "guide", columns, rows, (("item",),))


def _space(facts: Facts, *keys: str) -> str:
    return "\n".join(facts.say(key) for key in keys)


def _left_out(facts: Facts, meeting: str) -> str:
    """Indicators without a complete figure, by name."""
    shown = standing(facts, meeting)
    names = [facts.name(name) for name in facts.indicators if name not in shown]
    return facts.say("list.comma").join(names)


def definitions(facts: Facts) -> Sheet:
    """What each indicator counts, how, from where, and who leads."""
    columns = [
        ("code", "appendix.col.code", 8, "name"),
        ("indicator", "ui.col.indicator", 24, "name"),
        ("unit", "catalogue.unit", 10, "words"),
        ("definition", "catalogue.definition", 40, "words"),
        ("calculation", "catalogue.calculation", 34, "words"),
        ("notes", "catalogue.notes", 44, "words"),
        ("source", "catalogue.source", 22, "words"),
        ("direction", "catalogue.direction", 12, "words"),
        ("clause", "catalogue.clause", 12, "words"),
        ("lead", "catalogue.lead", 14, "words"),
    ]
    rows = []
    for name, own in facts.indicators.items():
        said = [own[part][facts.lang] for part in ("unit", "definition", "calculation", "notes", "source")]
        direction = facts.say(f"ui.direction.{own['direction']}")
        words = (own["code"], facts.name(name), *said, direction, own["clause"], facts.lead(name))
        rows.append(Row(tuple(word or None for word in words)))
    return _sheet(facts, "definitions", columns, rows, (("indicator",), ("code",)))


def targets(facts: Facts) -> Sheet:
    """Targets and reference values, each with its source; a plan may have none."""
    columns = [
        ("indicator", "ui.col.indicator", 34, "name"),
        ("role", "appendix.col.role", 12, "name"),
        ("scope", "appendix.col.scope", 14, "name"),
        ("period", "ui.col.period", 14, "name"),
        ("value", "ui.col.value", 12, "plain"),
        ("unit", "ui.col.unit", 14, "words"),
        ("source", "appendix.col.source", 70, "words"),
    ]
    rows = []
    for target in facts.release.plan().get("targets") or []:
        own = facts.indicators.get(target["indicator"])
        if own is None:
            continue
        place = target["place"]
        scope = facts.place(place) if place else facts.say(f"catalogue.scope.{target['scope'] or 'local'}")
        period = facts.when(target["period"]) if target["period"] else None
        said: tuple[Value, ...] = (
            facts.name(target["indicator"]),
            facts.say(f"catalogue.role.{target['role']}"),
            scope,
            period,
            target["value"],
            own["unit"][facts.lang],
            target["source"][facts.lang],
        )
        rows.append(Row(said))
    return _sheet(facts, "targets", columns, rows, (("indicator", "role", "scope", "period"),))


def returns(facts: Facts) -> Sheet:
    """Returns expected and received, of each table at its latest complete period, by place."""
    columns = [
        ("table", "explore.kind", 34, "name"),
        ("period", "ui.col.period", 18, "name"),
        ("place", "ui.col.place", 24, "name"),
        ("expected", "explore.expected", 12, "count"),
        ("reported", "explore.reported", 12, "count"),
        ("complete", "explore.complete", 14, "figure"),
    ]
    found = facts.findings("completeness")
    titles = {name.removeprefix("Table."): noun["title"] for name, noun in facts.release.plan()["nouns"].items()
              if name.startswith("Table.")}  # fmt: skip
    rows = []
    for name, part in found[found["expected"] > 0].groupby("table", sort=False):
        period = _latest(facts, set(part.loc[part["place"] == facts.root, "period"]))
        here = part[part["period"] == period]
        at = {str(row["place"]): row for row in here.to_dict("records")}
        for code in (facts.root, *facts.places):
            if code in at:
                expected, reported = int(at[code]["expected"]), int(at[code]["reported"])
                named = (titles[str(name)][facts.lang], facts.when(period), facts.place(code))
                rows.append(Row((*named, expected, reported, reported / expected * 100), 1, True, code == facts.root))
    formula = ("complete", "{reported}/{expected}*100")
    return _sheet(facts, "returns", columns, rows, (("table", "period", "place"),), formula)


def _latest(facts: Facts, tokens: set[str]) -> str:
    """The complete period that ends last, the longest of those; phases overlap and are left aside."""
    whole = [t for t, p in facts.periods.items() if t in tokens and not p["partial"] and p["level"] != "phase"]
    ends = {t: (facts.periods[t]["end"], -int(facts.periods[t]["start"].replace("-", ""))) for t in whole}
    return max(whole, key=lambda token: ends[token], default="")
