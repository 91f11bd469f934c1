"""Every indicator of a plan as a catalogue in Chinese and English, side by side, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hfwork import text
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Expectation, Indicator, Measure, Version
from hfwork.plan.policy import Target
from hfwork.plan.tables import Words
from hfwork.plan.tree import level_name

Pair = tuple[str, str]  # the same in Chinese and English
_PLAIN = "—"


def catalogue(plan: Plan) -> str:
    """The whole catalogue: a table of contents by kind of family, then one chapter per indicator."""
    groups = [(kind.name, [i for i in plan.indicators.values() if i.kind == kind.id]) for kind in plan.campaign.kinds]
    rest = [i for i in plan.indicators.values() if i.kind is None]
    if rest:
        groups.append((_words("catalogue.other"), rest))
    groups = [(name, own) for name, own in groups if own]
    lines = [f"# {_both('catalogue.title')}", "", f"{plan.title.zh} · {plan.title.en}", ""]
    lines += [text.say("catalogue.about", lang, count=len(plan.indicators)) for lang in text.LANGUAGES]
    for name, own in groups:
        lines += ["", f"- {name.zh} · {name.en} ({len(own)})", *(f"  - {_link(i)}" for i in own)]
    for name, own in groups:
        lines += ["", f"## {name.zh} · {name.en}"]
        for indicator in own:
            lines += ["", *_chapter(plan, indicator)]
    return "\n".join(lines) + "\n"


def _link(indicator: Indicator) -> str:
    return f"[{indicator.code} {indicator.name.zh} · {indicator.name.en}](#{indicator.id})"


def _chapter(plan: Plan, indicator: Indicator) -> Iterator[str]:
    yield f'<a id="{indicator.id}"></a>'
    yield ""
    yield f"### {indicator.code} {indicator.name.zh} · {indicator.name.en}".replace("###  ", "### ")
    yield ""
    yield f"`{indicator.id}`"
    yield ""
    yield from _table(["", "中文", "English"], [(f"**{_both(key)}**", *pair) for key, pair in _facts(plan, indicator)])
    yield ""
    yield f"**{_both('catalogue.versions')}**"
    yield ""
    for version in indicator.versions:
        yield from _version(plan, version)
    yield ""
    yield f"**{_both('catalogue.measures')}**"
    yield ""
    heads = [_both(f"catalogue.measure.{key}") for key in ("name", "table", "when", "where")]
    yield from _table(heads, [_measure(plan, plan.measures[name]) for name in indicator.measure_ids()])
    targets = [target for target in plan.targets if target.indicator == indicator.id]
    if targets:
        yield ""
        yield f"**{_both('catalogue.targets')}**"
        yield ""
        yield from (_target(plan, target) for target in targets)
    yield ""
    yield f"**{_both('catalogue.example')}**"
    yield ""
    yield from _example(plan, indicator)


def _facts(plan: Plan, indicator: Indicator) -> list[tuple[str, Pair]]:
    """What is said of an indicator, in the order of the standard: heading and the text in both languages."""
    grain = indicator.publish
    level = tuple(level_name(grain.place, lang) for lang in text.LANGUAGES)
    period = _pair(f"level.{grain.period}")
    clause = indicator.clause or _PLAIN
    lead = plan.campaign.department(indicator.lead).name if indicator.lead else None
    return [
        ("catalogue.definition", _of(indicator.definition)),
        ("catalogue.calculation", _of(indicator.calculation)),
        ("catalogue.notes", _of(indicator.notes)),
        ("catalogue.unit", _of(indicator.unit)),
        ("catalogue.counts", _pair(f"catalogue.counts.{indicator.counts}")),
        ("catalogue.source", _of(indicator.source)),
        ("catalogue.survey", _of(indicator.survey)),
        ("catalogue.frequency", _pair(f"level.{indicator.frequency}")),
        ("catalogue.direction", _pair(f"ui.direction.{indicator.direction}")),
        ("catalogue.year", _pair(f"catalogue.year.{indicator.year}")),
        ("catalogue.publish", (f"{level[0]}，{period[0]}", f"{level[1]}, {period[1]}")),
        ("catalogue.sensitive", _pair(f"catalogue.{'yes' if indicator.sensitive else 'no'}")),
        ("catalogue.clause", (clause, clause)),
        ("catalogue.lead", _of(lead) if lead else (_PLAIN, _PLAIN)),
    ]


def _version(plan: Plan, version: Version) -> Iterator[str]:
    sides = [tuple(" + ".join(plan.measures[m].name[lang] for m in side) for lang in text.LANGUAGES)
             for side in (version.numerator, version.denominator) if side]  # fmt: skip
    said = " · ".join(" ÷ ".join(side[row] for side in sides) for row in range(2))
    valid = ""
    if version.valid_from or version.valid_to:
        valid = f" ({version.valid_from or ''} … {version.valid_to or ''})"
    yield f"- `{version.version}`{valid}: {said}"
    if version.why:
        yield f"  - {version.why.zh} · {version.why.en}"


def _measure(plan: Plan, measure: Measure) -> list[str]:
    title = plan.tables[measure.table].title
    when = " · ".join(_when(measure, lang) for lang in text.LANGUAGES)
    where = f"`{measure.where}`" if measure.where else _PLAIN
    return [f"{measure.name.zh} · {measure.name.en}<br>`{measure.id}`", f"{title.zh} · {title.en}", when, where]


def _when(measure: Measure, lang: str) -> str:
    facts: dict[str, str] = {}
    way = next(way for way in ("during", "at_end", "cohort", "sum", "last") if getattr(measure, way) is not None)
    if measure.at_end:
        facts = {"begin": _code(measure.at_end.begin), "end": _code(measure.at_end.end) or _PLAIN}
    elif measure.cohort:
        facts = {"entered": _code([measure.cohort.entered]), "days": str(measure.cohort.within_days),
                 "reached": _code([measure.cohort.reached or ""])}  # fmt: skip
        way = "reached" if measure.cohort.reached else way
    else:
        facts = {"column": _code([str(getattr(measure, way))])}
    return text.say(f"catalogue.when.{way}", lang, **facts)


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _target(plan: Plan, target: Target) -> str:
    place = plan.places.name(target.place) if target.place else _both(f"catalogue.scope.{target.scope or 'local'}")
    value = f"{target.value:g}{target.unit}"
    said = f"{_both(f'catalogue.role.{target.role}')} {target.period} {place}: {value}"
    return f"- {said} – {target.source.zh} · {target.source.en}"


def _example(plan: Plan, indicator: Indicator) -> Iterator[str]:
    rows = {plan.tables[name].title: len(found) for name, found in indicator.example.rows.items()}
    for lang in text.LANGUAGES:
        said = text.say("list.comma", lang).join(
            text.say("catalogue.rows", lang, table=title[lang], count=count) for title, count in rows.items()
        )
        yield "- " + text.say("catalogue.given", lang, rows=said, as_of=indicator.example.as_of)
    for expected in indicator.example.expect:
        yield f"- {_expected(plan, indicator, expected)}"


def _expected(plan: Plan, indicator: Indicator, expected: Expectation) -> str:
    code = expected.place or plan.places.root
    place = f"{plan.places.name(code)} ({code})" if plan.places.known(code) else code
    said = f"{expected.period}, {place}: {expected.numerator}"
    if expected.denominator is None:
        return said
    said += f" ÷ {expected.denominator}"
    if not expected.denominator:
        return said
    value = text.number(expected.numerator * indicator.factor / expected.denominator, indicator.decimals)
    unit = indicator.unit.en if indicator.unit.en.startswith(("%", "‰")) else f" {indicator.unit.zh}"
    return f"{said} → {value}{unit}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    listed = list(heads)
    yield "| " + " | ".join(listed) + " |"
    yield "|" + "---|" * len(listed)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in row) + " |"


def _of(words: Words) -> Pair:
    return words.zh, words.en


def _words(key: str) -> Words:
    return Words(zh=text.say(key, "zh"), en=text.say(key, "en"))


def _pair(key: str) -> Pair:
    return text.say(key, "zh"), text.say(key, "en")


def _both(key: str) -> str:
    return " · ".join(_pair(key))
