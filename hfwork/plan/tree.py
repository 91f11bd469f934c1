"""The plan as a tree to read in a terminal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from hfwork import text
from hfwork.plan.campaign import Campaign, NamedDay
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator

Node = tuple[str, list["Node"]]  # a line and what hangs under it
DOT = " · "


def tree(plan: Plan, lang: str | None = None, as_of: dt.date | None = None) -> str:
    """The plan as lines with box-drawing characters; ``as_of`` marks the phases of that day.

    Parts a plan does not have (kinds, phases …) are left out.
    """
    lang = lang or text.language()
    campaign = plan.campaign
    watched = campaign.monitoring
    first, last = (text.date(day, lang) for day in (watched.start, watched.end))
    title = text.say("tree.title", lang, title=plan.title[lang], id=plan.id, first=first, last=last)
    title += text.say("tree.indicator_count", lang, count=len(plan.indicators))
    sections: list[tuple[str, list[Node]]] = [
        ("tree.kinds", _kinds(plan, lang)),
        ("tree.indicators", _indicators([i for i in plan.indicators.values() if i.kind is None], lang)),
        ("tree.actions", _actions(campaign, lang)),
        ("tree.phases", _phases(campaign, lang, as_of)),
        ("tree.lead_group", _lead_group(campaign, lang)),
        ("tree.departments", _departments(campaign, lang)),
        ("tree.days", [(_day(day, lang) + DOT + day.clause, []) for day in campaign.named_days]),
        ("tree.requirements", _requirements(campaign, lang)),
        ("tree.places", _places(plan, lang, as_of or watched.start)),
    ]
    sections.insert(1, ("tree.household_types", _household_types(plan, lang)))
    branches: list[Node] = [(text.say(key, lang), nodes) for key, nodes in sections if nodes]
    return "\n".join([title, *_draw(branches, "")])


def _draw(nodes: list[Node], margin: str) -> Iterable[str]:
    for number, (line, below) in enumerate(nodes, 1):
        is_last = number == len(nodes)
        yield margin + ("└─ " if is_last else "├─ ") + line
        yield from _draw(below, margin + ("   " if is_last else "│  "))


def _kinds(plan: Plan, lang: str) -> list[Node]:
    actions = {action.id: action.name[lang] for action in plan.campaign.actions}
    nodes: list[Node] = []
    for kind in plan.campaign.kinds:
        line = kind.name[lang] + DOT + kind.clause
        if kind.action:
            line += " → " + actions[kind.action]
        below: list[Node] = [(f"{method.clause} {method.text[lang]}", []) for method in kind.methods]
        own = _indicators([i for i in plan.indicators.values() if i.kind == kind.id], lang)
        nodes.append((line, [*below, (f"{text.say('tree.indicators', lang)} ({len(own)})", own)] if own else below))
    return nodes


def _indicators(indicators: list[Indicator], lang: str) -> list[Node]:
    facts = [{"name": i.name[lang], "unit": i.unit[lang].strip("（）()"), "id": i.id} for i in indicators]
    return [(text.say("tree.indicator", lang, **fact), []) for fact in facts]


def _household_types(plan: Plan, lang: str) -> list[Node]:
    if plan.households is None:
        return []
    return [(kind.name[lang] + DOT + kind.clause, []) for kind in plan.households.types]


def _actions(campaign: Campaign, lang: str) -> list[Node]:
    nodes: list[Node] = [(action.name[lang] + DOT + action.clause, []) for action in campaign.actions]
    return [*nodes, (campaign.action_note[lang], [])] if campaign.action_note else nodes


def _phases(campaign: Campaign, lang: str, as_of: dt.date | None) -> list[Node]:
    now = {phase.id for phase in campaign.phases_on(as_of)} if as_of else set()
    nodes: list[Node] = []
    for phase in campaign.phases:
        first, last = text.date(phase.start, lang), text.date(phase.end, lang)
        line = text.say("tree.phase", lang, id=phase.id, name=phase.name[lang], first=first, last=last)
        mark = " " + text.say("tree.now", lang) if phase.id in now else ""
        nodes.append((line + DOT + phase.clause + mark, []))
    return nodes


def _lead_group(campaign: Campaign, lang: str) -> list[Node]:
    group = campaign.lead_group
    if group is None:
        return []
    members = [campaign.department(member).name[lang] for member in group.members]
    if group.towns:
        members.append(group.towns[lang])
    lines = {
        "tree.head": group.head[lang],
        "tree.deputy": group.deputy[lang],
        "tree.office": group.office_name[lang],
        "tree.members": text.say("list.comma", lang).join(members),
    }
    return [(text.say(key, lang, names=names), []) for key, names in lines.items()]


def _departments(campaign: Campaign, lang: str) -> list[Node]:
    nodes: list[Node] = []
    for department in campaign.departments:
        duties = campaign.duties_of(department.id)
        nodes.append((department.name[lang], [(f"{duty.clause} {duty.text[lang]}", []) for duty in duties]))
    return nodes


def _requirements(campaign: Campaign, lang: str) -> list[Node]:
    return [(f"{part.clause} {part.name[lang]}", [(part.text[lang], [])]) for part in campaign.requirements]


def _day(day: NamedDay, lang: str) -> str:
    month = day.month if lang == "zh" else f"{dt.date(2000, day.month, 1):%B}"
    if day.day is not None:
        when = text.say("tree.fixed", lang, month=month, day=day.day)
    else:
        weekday = text.say(f"weekday.{day.weekday}", lang)
        when = text.say("tree.floating", lang, month=month, nth=text.say(f"nth.{day.nth}", lang), weekday=weekday)
    return f"{day.name[lang]} {when}"


def _places(plan: Plan, lang: str, on: dt.date) -> list[Node]:
    counts = plan.places.at(on)["level"].value_counts()
    nodes: list[Node] = []
    for level in plan.places.levels:
        facts = {"level": level_name(level, lang), "count": text.number(int(counts.get(level, 0)))}
        nodes.append((text.say("tree.count", lang, date=text.date(on, lang), **facts), []))
    return nodes


def level_name(level: str, lang: str | None = None) -> str:
    """A level in words; a level we have no word for is itself."""
    key = f"place_level.{level}"
    return text.say(key, lang) if key in text.catalogue() else level
