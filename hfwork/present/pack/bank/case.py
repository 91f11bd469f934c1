"""One indicator in one place, asked six questions: each answer is a few parts of sentences with published figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import takewhile

import pandas as pd

from hfwork import text
from hfwork.judge.verdict import UNFINISHED
from hfwork.present.pack.bank.ground import Ground, left
from hfwork.present.pack.facts import LATEST, Cell, Facts

_PEOPLE = ("person", "household", "couple")
_LEFT_OUT = ("missing", "suppressed", "unstable")
_JUDGED = ("met", "near", "behind")


class Case:
    """One indicator in one place at one period: its cell, and a method for each question."""

    def __init__(self, facts: Facts, ground: Ground, indicator: str, place: str, basis: str = LATEST) -> None:
        self.facts, self.ground, self.indicator, self.place = facts, ground, indicator, place
        self.own = facts.indicators[indicator]
        known = basis != LATEST or indicator in facts.page["standing"]
        self.token = facts.period(indicator, basis) if known else ""
        self.cell = facts.cell(indicator, self.token, place)
        self.names = {"name": facts.name(indicator), "root": facts.place(facts.root), "place": facts.place(place)}
        self.names["period"] = facts.when(self.token) if known else ""

    def asked(self, code: str) -> str:
        """The question in words: low and high are said only where a finding says so."""
        if code == "why" and self.cell and self.cell["state"] == "value":
            compared, down = self.facts.comparison(self.cell), self.own["direction"] == "down"
            words = {"worse": "why_high" if down else "why_low", "lower": "why_low", "higher": "why_high"}
            found = ["worse" if self.cell["status"] == "behind" else "", compared["rest"], compared["peers"]]
            code = next((words[each] for each in found if each in words), code)
        return self.say(f"ask.{code}")

    def answered(self, code: str) -> tuple[str, tuple[Cell, ...]]:
        """The answer in words, with the receipts at its end, and its cells."""
        cells = [self.cell] if self.cell else []
        if code == "who":
            said = self.who()
        elif self.cell is None or self.cell["state"] != "value":
            said = [self._lacks(), self.say(f"none.{code}")]
        else:
            said, more = getattr(self, code)(self.cell)
            cells += more
        ends = self.say("stop")
        whole = "".join(each[:1].upper() + each[1:] + ends for each in said if each).rstrip()
        unique = {cell["receipt"]: cell for cell in cells if code != "who"}
        if unique:
            whole += self.say("receipts", codes=self._list(unique))
        return whole, tuple(unique.values())

    def say(self, key: str, /, **more: object) -> str:
        """A text of the question bank with the names of this case."""
        return self.facts.say(f"question.{key}", **(self.names | more))

    def _list(self, words: Iterable[str]) -> str:
        return self.facts.say("list.comma").join(words)

    def _join(self, parts: Iterable[str]) -> str:
        return self.say("join").join(part for part in parts if part)

    def _lacks(self) -> str:
        if not self.token:
            return self.say("lacks.standing")
        if self.cell is None:
            return self.say("lacks.cell" if self.facts.units(self.indicator, self.token) else "lacks.coarse")
        state = self.facts.say(f"state.{self.cell['state']}").lower()
        return self.say("lacks.state", state=state, reason=self.facts.say(f"reason.{self.cell['reason']}"))

    def _unit(self, value: float) -> str:
        return self.facts.with_unit(value, self.indicator)

    def _noun(self) -> str:
        return self.say(f"noun.{self.ground.counted[self.indicator]}")

    def _counts(self, cell: Cell) -> str:
        return "" if self.own["plain"] else self.facts.counts(cell)

    def _ratio(self, cell: Cell) -> bool:
        """Whether the numerator counts something else than the indicator says it counts: hours, money."""
        return not cell["method"] and not self.own["plain"]

    # -- why: where and how much, never a cause ------------------------------------------------------------------------

    def why(self, cell: Cell) -> tuple[list[str], list[Cell]]:
        """How far from the target, the rest and peers; for the district which units; what to read with care."""
        counts = self._counts(cell)
        stands = "stands_counts" if counts else "stands"
        parts = [self.say(stands, value=self.facts.figure(cell), counts=counts), self._short(cell)]
        parts += self._where() if self.place == self.facts.root else self._beside(cell)
        care = self._care(cell)
        return [self._join(parts), self.say("care", list=self._list(care)) if care else "", self.say("cause")], []

    def _short(self, cell: Cell) -> str:
        if cell["status"] not in _JUDGED:
            return ""
        said = self.say(f"target_{cell['status']}", target=self._unit(cell["target"]))
        n = left(cell, self.own["factor"], self.own["direction"])
        if not n or self.own["sensitive"] or self.own["direction"] == "down":
            return said
        if self._ratio(cell) or self.indicator in self.ground.sampled:
            return said
        if self.own["plain"]:
            return self._join([said, self.say("short_plain", n=self._unit(n))])
        return self._join([said, self.say("short", n=text.number(n), noun=self._noun())])

    def _beside(self, cell: Cell) -> list[str]:
        compared = self.facts.comparison(cell)
        sides = [side for side in ("rest", "peers") if compared[side] != "none"]
        return [self.say(f"against.{compared[side]}", whom=self.say(side)) for side in sides]

    def _where(self) -> list[str]:
        if self.own["sensitive"]:
            return []
        units = [unit for unit in self.facts.units(self.indicator, self.token) if unit["state"] == "value"]
        behind = [unit for unit in units if unit["status"] == "behind"]
        worse = [unit for unit in units if self.facts.comparison(unit)["rest"] == "worse"]
        for key, found in (("where_behind", behind), ("where_worse", worse)):
            if found:
                names = self._list(self.facts.label(unit["place"]) for unit in found)
                return [self.say(key, n=len(found), names=names)]
        return []

    def _care(self, cell: Cell) -> list[str]:
        said = [self.facts.say(f"reason.{cell['reason']}")] if cell["reason"] else []
        said += [self.facts.say("ui.apportioned")] if cell["apportioned"] else []
        said += [self.say("care.grade", grade=cell["grade"])] if cell["grade"] not in ("", "A") else []
        figures = self._complete()
        first = next((c for c in figures if c["version"] == cell["version"]), cell)
        if figures and first is not figures[0]:
            said.append(self.say("care.version", period=self.facts.when(first["period"]), version=cell["version"]))
        if self.place == self.facts.root:
            states = [unit["state"] for unit in self.facts.units(self.indicator, self.token)]
            said += [self.say(f"care.{state}", n=states.count(state)) for state in _LEFT_OUT if state in states]
        return said

    def _complete(self) -> list[Cell]:
        """The complete figures of periods of this length before this one, the oldest first, and this one."""
        return [cell for cell in self._series() if self._told(cell)]

    def _series(self) -> list[Cell]:
        assert self.cell is not None
        level, end = self.facts.periods[self.token]["level"], self.cell["end"]
        return [*(c for c in self.facts.series(self.indicator, level, self.place) if c["end"] < end), self.cell]

    def _told(self, cell: Cell) -> bool:
        return cell is self.cell or (cell["state"] == "value" and cell["reason"] not in UNFINISHED)

    # -- real ----------------------------------------------------------------------------------------------------------

    def real(self, cell: Cell) -> tuple[list[str], list[Cell]]:
        """The release's verdict, and the interval."""
        verdict = self.facts.verdict(cell)
        said = verdict[self.facts.lang].rstrip("。.") if verdict else self.say("unjudged")
        if pd.isna(cell["lower95"]):
            return [said, self.say("no_interval")], []
        lower, upper = (self.facts.number(cell[end], self.indicator) for end in ("lower95", "upper95"))
        return [said, self.say("interval", lower=lower, upper=upper)], []

    # -- whom ----------------------------------------------------------------------------------------------------------

    def whom(self, cell: Cell) -> tuple[list[str], list[Cell]]:
        """Against the rest, peers, the target and a year before, each with the release's code."""
        compared, more, parts = self.facts.comparison(cell), [], [self.say("stands", value=self.facts.figure(cell))]
        whole = self.facts.cell(self.indicator, self.token)
        if self.place != self.facts.root and whole:
            parts.append(self.say("whole", value=self.facts.figure(whole)))
            parts += [self.say(f"against.{compared[side]}", whom=self.say(side)) for side in ("rest", "peers")]
            more.append(whole)
        target = self.say("no_target")
        if pd.notna(cell["target"]):
            whom = self.say("target", value=self._unit(cell["target"]))
            target = self.say(f"against.{compared['against_target']}", whom=whom)
        before = self.facts.cell(self.indicator, compared.get("before_period", ""), self.place)
        if before is None or compared["before"] == "none":
            return [self._join(parts), self._join([target, self.say("no_before")])], more
        whom = self.say("before", period=self.facts.when(before["period"]), value=self.facts.figure(before))
        changed = self.say(f"against.{compared['before']}", whom=whom) + self._change(cell, compared)
        return [self._join(parts), self._join([target, changed])], [*more, before]

    def _change(self, cell: Cell, compared: dict[str, float]) -> str:
        share, decimals, unit = cell["method"] == "wilson", self.own["decimals"], self.own["unit"][self.facts.lang]
        ends = {"change": "change", "lower": "change_lower", "upper": "change_upper"}
        said = {name: text.number(compared[column], decimals if share else 2) for name, column in ends.items()}
        return self.say("change_ratio" if not share else "change_points" if unit == "%" else "change_unit",
                        unit=unit, **said)  # fmt: skip

    # -- who -----------------------------------------------------------------------------------------------------------

    def who(self) -> list[str]:
        """The lead department with the clause of the plan and its duty there."""
        lead = self.facts.lead(self.indicator)
        if not lead:
            return [self.say("no_lead")]
        parts = [self.say("lead_is", lead=lead)]
        parts += [self.say("clause", clause=self.own["clause"])] if self.own["clause"] else []
        parts += [self.say("duty", **duty) for duty in self.ground.duties.get((self.own["kind"], lead), [])]
        return [self._join(parts), self.say("help")]

    # -- since ---------------------------------------------------------------------------------------------------------

    def since(self, cell: Cell) -> tuple[list[str], list[Cell]]:
        """Since when it stands so: against the target, else the rest, else its first figure; and the control chart."""
        last = {"last": self.names["period"], "value": self.facts.figure(cell)}
        status, rest = cell["status"], self.facts.comparison(cell)["rest"]
        if status in _JUDGED:
            run, before = self._run(lambda c: c["status"] == status, lambda c: c["status"] in _JUDGED)
            said = self._since(run, before, self.say(f"status.{status}"), last)
        elif rest not in ("none", "similar"):
            run, before = self._run(
                lambda c: self.facts.comparison(c)["rest"] == rest, lambda c: self.facts.comparison(c)["rest"] != "none"
            )
            said = self._since(run, before, self.say(f"against.{rest}", whom=self.say("rest")), last)
        else:
            run = [c for c in self._complete() if c["version"] == cell["version"]]
            when = {"period": self.facts.when(run[0]["period"]), "first": self.facts.figure(run[0])}
            said = self.say("since_only" if len(run) == 1 else "since_start", **last, **when)
        return [self._join([said, self._chart()])], run[:1]

    def _run(self, same: Callable[[Cell], bool], told: Callable[[Cell], bool]) -> tuple[list[Cell], bool]:
        """The figures one after another up to this one that are the same; whether the one before is known to differ.

        A gap or a new definition ends the run, and then nothing tells how it was before.
        """
        assert self.cell is not None
        version, series = self.cell["version"], self._series()

        def comparable(c: Cell) -> bool:
            return self._told(c) and c["version"] == version

        run = list(takewhile(lambda c: comparable(c) and same(c), reversed(series)))[::-1]
        before = series[: len(series) - len(run)][-1:]
        return run, bool(before) and comparable(before[0]) and told(before[0])

    def _since(self, run: list[Cell], known: bool, code: str, last: dict[str, str]) -> str:
        start = self.facts.when(run[0]["period"])
        key = ("since_run" if known else "since_open") if len(run) > 1 else "since_one" if known else "since_alone"
        return self.say(key, period=start, code=code, n=len(run), **last)

    def _chart(self) -> str:
        marks = self.ground.marks.get((self.indicator, self.place))
        if not marks:
            return ""
        found = [mark for mark in marks if mark[1]]
        if not found:
            return self.say("chart_calm")
        period, rule, side = found[-1]
        ends = self.say("chart_up" if side > 0 else "chart_down")
        return self.say("chart", period=self.facts.when(period), rule=self.say(f"chart_rule.{rule}"), side=ends)

    # -- takes ---------------------------------------------------------------------------------------------------------

    def takes(self, cell: Cell) -> tuple[list[str], list[Cell]]:
        """What the target would take at this denominator: services to offer, not people to press."""
        if self.own["sensitive"]:
            return [self.say("takes_sensitive")], []
        if self.own["direction"] == "none":
            return [self.say("takes_neither")], []
        n = left(cell, self.own["factor"], self.own["direction"])
        if n is None:
            return [self.say("takes_no_target")], []
        counts = self._counts(cell)
        facts = {"target": self._unit(cell["target"]), "counts": counts, "noun": self._noun()}
        facts |= {"value": self.facts.figure(cell), "n": self._unit(n) if self.own["plain"] else text.number(n)}
        if n and self.indicator in self.ground.sampled:
            return [self.say("takes_sampled", **facts)], []
        if not n:
            return [self.say("takes_met_counts" if counts else "takes_met", **facts)], []
        people = self.ground.counted[self.indicator] in _PEOPLE and self.own["direction"] == "up"
        way = "plain" if self.own["plain"] else "ratio" if self._ratio(cell) else "up"
        way = way if self.own["direction"] == "up" else "down"
        return [self.say(f"takes_{way}", **facts), self.say("takes_offer" if people else "takes_work")], []
