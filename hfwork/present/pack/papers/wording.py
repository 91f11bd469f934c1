"""How papers put findings into words: lists, figures grouped by period, tallies, numbered headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import pandas as pd

from hfwork import text
from hfwork.present.pack.facts import Cell, Facts
from hfwork.present.pack.papers.assessment import Item
from hfwork.present.pack.papers.paper import Heading, Sentence

_NUMERALS = "一二三四五六七八九十"


class Outline:
    """Numbers headings as offices do: 一、（一）1. · 1. 1.1 1.1.1."""

    def __init__(self, lang: str) -> None:
        self.lang, self.at = lang, [0, 0, 0]

    def heading(self, level: int, said: str) -> Heading:
        """The next heading of a level (1–3)."""
        self.at = [*self.at[: level - 1], self.at[level - 1] + 1, *[0] * (3 - level)]
        if self.lang == "en":
            return Heading(level, ".".join(str(n) for n in self.at[:level]) + (". " if level == 1 else " ") + said)
        number = numeral(self.at[level - 1])
        return Heading(level, (f"{number}、", f"（{number}）", f"{self.at[level - 1]}.")[level - 1] + said)


def numeral(number: int) -> str:
    """A number up to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    return (_NUMERALS[tens - 1] * (tens > 1) + "十") * (tens > 0) + (_NUMERALS[ones - 1] if ones else "")


def units_noun(facts: Facts) -> str:
    """What units are called: 镇街 · townships."""
    key = f"unit.{facts.meta['levels'][1]}"
    return facts.say(key if key in text.catalogue() else "unit.place")


def listed(facts: Facts, names: Sequence[str]) -> str:
    """``甲、乙、丙`` · ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return facts.say("paper.comma").join(names[:-1]) + facts.say("ui.and") + names[-1]


def few(facts: Facts, names: Sequence[str], most: int) -> str:
    """The first names of a list, and that there are more."""
    if len(names) <= most:
        return listed(facts, names)
    return facts.say(
        "paper.more", names=facts.say("paper.comma").join(names[:most]), n=len(names), rest=len(names) - most
    )


def target(facts: Facts, cell: Cell) -> str:
    """A cell's target with its unit; a dash without one."""
    return text.DASH if pd.isna(cell["target"]) else facts.with_unit(cell["target"], cell["indicator"])


def interval(facts: Facts, cell: Cell) -> str:
    """``72.3–75.1``; a dash where none is published."""
    if cell["state"] != "value" or pd.isna(cell["lower95"]):
        return text.DASH
    return "–".join(facts.number(cell[end], cell["indicator"]) for end in ("lower95", "upper95"))


def by_period(facts: Facts, items: Sequence[Item]) -> Sentence:
    """Figures with their targets, those of one period together: no full stop yet."""
    ends = {token: str(period["end"]) for token, period in facts.periods.items()}
    newest = sorted(dict.fromkeys(i.cell["period"] for i in items), key=lambda token: ends[token], reverse=True)
    ranked = sorted(items, key=lambda i: newest.index(i.cell["period"]))
    parts = []
    for token, group in groupby(ranked, key=lambda i: i.cell["period"]):
        figures = facts.say("paper.among").join(figured(facts, item) for item in group)
        parts.append(facts.say("paper.in_period", period=facts.when(token), figures=figures))
    said = facts.say("paper.semicolon").join(parts)
    return Sentence(said[:1].upper() + said[1:], tuple(i.cell for i in ranked))


def figured(facts: Facts, item: Item) -> str:
    """``家庭参与率63.9%（目标58.0%）``."""
    name, value = facts.name(item.indicator), facts.figure(item.cell)
    if item.status == "none" or pd.isna(item.cell["target"]):
        return facts.say("paper.figure", name=name, value=value)
    return facts.say("paper.figure_target", name=name, value=value, target=target(facts, item.cell))


def moved(facts: Facts, item: Item) -> Sentence:
    """``创建活动知晓率（2019年）由70.2%升至74.1%``: no full stop."""
    value = facts.figure(item.cell)
    name = facts.say("paper.name_period", name=facts.name(item.indicator), period=facts.when(item.cell["period"]))
    if item.before is None or item.before["value"] == item.cell["value"]:
        return Sentence(facts.say("paper.moved", name=name, value=value), (item.cell,))
    key = "paper.rose" if item.cell["value"] > item.before["value"] else "paper.fell"
    said = facts.say(key, name=name, before=facts.figure(item.before), value=value)
    return Sentence(said, (item.before, item.cell))


def joined(facts: Facts, key: str, parts: Sequence[Sentence], /, **words: object) -> Sentence:
    """A sentence around a list of parts, with the cells of all of them; ``{parts}`` stands for the list."""
    said = facts.say("paper.among").join(part.said for part in parts)
    return Sentence(facts.say(key, parts=said, **words), tuple(cell for part in parts for cell in part.cells))


def tally(facts: Facts, items: Iterable[Item]) -> str:
    """``6项达标、4项接近目标``: only what there is; empty where nothing has a target."""
    counted = {name: sum(i.status == name for i in items) for name in ("met", "near", "behind")}
    return listed(facts, [facts.say(f"paper.part.{name}", n=n) for name, n in counted.items() if n])


def targets_said(facts: Facts, items: Sequence[Item]) -> str:
    """How many indicators with a target have reached it: one sentence."""
    aimed = [item for item in items if item.status != "none"]
    if not aimed:
        return facts.say("paper.targets.none")
    if len(aimed) == 1:
        return facts.say(f"paper.targets.one.{aimed[0].status}")
    if all(item.status == "met" for item in aimed):
        return facts.say("paper.targets.all", t=len(aimed))
    return facts.say("paper.targets.parts", t=len(aimed), parts=tally(facts, aimed))


def change_said(facts: Facts, up: int, down: int) -> str:
    """How many indicators have really changed: one sentence."""
    key = ("both" if down else "better") if up else ("worse" if down else "none")
    return facts.say(f"paper.change.{key}", up=up, down=down)


def states_said(facts: Facts, counted: dict[str, int], key: str, /, **words: object) -> str:
    """A sentence on those without a value, ``缺数1个、因数量小不公布3个``; empty where all have one."""
    parts = [facts.say(f"{key}.{name}", n=n) for name, n in counted.items() if n]
    return facts.say(key, parts=listed(facts, parts), **words) if parts else ""
