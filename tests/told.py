"""What a page must say, worked out a second time and plainly: from a release's cells and findings, in Python."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import Period
from hfwork.release.bundle import Release
from hfwork.release.sentences import figure, period_name

Row = dict[str, str]
Cell = dict[str, Any]
MARKS = {"met": "●", "near": "▲", "behind": "■"}
SIGNS = {"better": "▲", "worse": "▼", "higher": "△", "lower": "▽", "similar": "＝"}
MOVING = ("not_yet_due", "partial_period", "incomplete_returns")
LEVELS = ("month", "quarter", "half", "year", "mc_year")


def known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


@dataclass
class Told:
    """A release, its plan and one language."""

    release: Release
    plan: Plan
    lang: str = "zh"

    def say(self, key: str, **facts: object) -> str:
        return text.say(key, self.lang, **facts)

    def col(self, key: str) -> str:
        return self.say(f"ui.col.{key}")

    # -- what there is

    @cached_property
    def cells(self) -> dict[tuple[str, str, str], Cell]:
        made = self.release.cells().drop(columns="boundaries").to_dict("records")
        steady = self.release.findings("steadying")
        steady = steady[steady["boundaries"] == self.release.meta["as_of"]]
        merge = {(r["indicator"], r["place"], r["period"]): r["periods"] for r in steady.to_dict("records")}
        keyed = {
            (str(c["indicator"]), str(c["period"]), str(c["place"])): {str(k): v for k, v in c.items()} for c in made
        }
        for (indicator, period, place), cell in keyed.items():
            cell["merge"] = merge.get((indicator, place, period), 0)
        return keyed

    @cached_property
    def periods(self) -> list[Period]:
        """Those a page shows: of months only the last thirteen."""
        have = {period for _, period, _ in self.cells}
        found = [p for p in self.plan.campaign.periods() if p.token in have]
        months = [p.token for p in found if p.level == "month"][-13:]
        return [p for p in found if p.level != "month" or p.token in months]

    @cached_property
    def at(self) -> dict[str, Period]:
        return {period.token: period for period in self.periods}

    @cached_property
    def places(self) -> list[str]:
        level, order = self.plan.places.levels[1], [str(code) for code in self.plan.places.at(self.as_of)["code"]]
        have = {place for (_, _, place), cell in self.cells.items() if cell["level"] == level}
        return [code for code in order if code in have]

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.release.meta["as_of"])

    @property
    def root(self) -> str:
        return self.plan.places.root

    def name(self, place: str) -> str:
        return self.plan.places.name(place, self.lang)

    def period(self, token: str) -> str:
        return period_name(self.plan, token, self.lang)

    def indicator(self, name: str) -> Indicator:
        return self.plan.indicators[name]

    def periods_of(self, name: str) -> list[Period]:
        level = self.plan.places.levels[:2]
        have = {period for (own, period, _), cell in self.cells.items() if own == name and cell["level"] in level}
        return [p for p in self.periods if p.token in have]

    def levels(self, name: str) -> list[str]:
        return [level for level in (*LEVELS, "span", "to_date") if any(p.level == level for p in self.periods_of(name))]

    def coarse(self, name: str) -> bool:
        level = self.plan.places.levels[1]
        return not any(
            own == name and cell["level"] == level and p in self.at for (own, p, _), cell in self.cells.items()
        )

    def cell(self, name: str, token: str, place: str) -> Cell:
        found = self.cells.get((name, token, place))
        none: Cell = {"status": "none", "reason": "", "grade": "", "receipt": "", "apportioned": False, "merge": 0}
        none |= dict.fromkeys(("value", "numerator", "denominator", "lower95", "upper95", "target"))
        if found is None:
            coarse = place != self.root and self.coarse(name) and token in {p.token for p in self.periods_of(name)}
            return none | ({"state": "not_applicable", "reason": "coarse_only"} if coarse else {"state": "missing"})
        if found["state"] not in ("value", "unstable"):
            return none | {key: found[key] for key in ("state", "reason", "grade", "status", "target", "apportioned")}
        return found

    def nearest(self, name: str, token: str) -> str:
        """The period an indicator is shown at where another one was chosen."""
        own, wanted = self.periods_of(name), self.at[token]
        if not own or token in {p.token for p in own}:
            return token

        def level(period: Period) -> str:
            return "year" if period.level == "mc_year" else period.level

        def far(p: Period) -> tuple[int, int, int]:
            other = 0 if level(p) == level(wanted) else 2 if p.level == "phase" else 1
            goes_on = str(p.end) > self.release.meta["as_of"] >= str(wanted.end)  # no match for one that is over
            return other + 4 * goes_on, abs((p.end - wanted.end).days), (p.end - p.start).days

        newest_first = sorted(own, key=lambda p: -p.start.toordinal())
        return min(newest_first, key=far).token

    # -- how it reads

    def decimals(self, name: str) -> int:
        return 0 if self.indicator(name).plain else self.indicator(name).decimals

    def number(self, value: Any, decimals: int = 0) -> str:
        return text.number(value, decimals) if known(value) else "—"

    def figure(self, value: float, name: str, unit: bool = True) -> str:
        if unit or self.indicator(name).unit[self.lang] == "%":
            return figure(value, self.indicator(name), self.lang)
        return self.number(value, self.decimals(name))

    def shown(self, cell: Cell, name: str, unit: bool = True) -> str:
        if cell["state"] in ("suppressed", "unstable"):
            return "*" if cell["state"] == "suppressed" else "~"
        if cell["state"] == "not_applicable":
            return self.say("state.not_applicable")
        if not known(cell["value"]):
            return "—"
        return ("≈" if cell["apportioned"] else "") + self.figure(cell["value"], name, unit)

    def interval(self, cell: Cell, name: str) -> str:
        if cell["state"] != "value" or not known(cell["lower95"]):
            return "—"
        return "–".join(self.number(cell[limit], self.decimals(name)) for limit in ("lower95", "upper95"))

    def note(self, cell: Cell) -> str:
        state = "" if cell["reason"] == "coarse_only" else self.say(f"state.{cell['state']}")
        reason = self.say(f"reason.{cell['reason']}") if cell["reason"] else ""
        both = f"{state}（{reason}）" if self.lang == "zh" else f"{state} ({reason})"
        merge = self.say("ui.steady_periods", count=cell["merge"]) if cell["merge"] > 0 else ""
        shared = f"≈ {self.say('ui.apportioned')}" if cell["apportioned"] else ""
        said = both if state and reason else state or reason
        return self.say("ui.comma").join(filter(None, [said, merge, shared]))

    def badge(self, status: str) -> str:
        return MARKS[status] + self.say(f"status.{status}") if status in MARKS else ""

    def row(self, name: str, cell: Cell, target_unit: bool = False) -> Row:
        """A cell by the heads of a table's columns."""
        target = self.number(cell["target"], self.decimals(name))
        if target_unit and known(cell["target"]):
            target = self.figure(cell["target"], name, False)
        return {
            self.col("value"): self.shown(cell, name, unit=False),
            self.col("numerator"): self.number(cell["numerator"]),
            self.col("denominator"): self.number(cell["denominator"]),
            self.col("interval"): self.interval(cell, name),
            self.col("target"): target,
            self.col("status"): self.badge(cell["status"]),
            self.col("state"): self.note(cell),
            self.col("grade"): cell["grade"] or "—",
            self.col("receipt"): cell["receipt"] or "—",
        }

    # -- findings

    @cached_property
    def _compared(self) -> dict[tuple[str, str, str], Cell]:
        rows = self.release.findings("comparisons").to_dict("records")
        return {
            (str(r["indicator"]), str(r["period"]), str(r["place"])): {str(k): v for k, v in r.items()} for r in rows
        }

    def compared(self, name: str, token: str, place: str, how: str) -> str:
        return str(self._compared.get((name, token, place), {}).get(how, "none"))

    def found(self, table: str, **wanted: str) -> pd.DataFrame:
        rows = self.release.findings(table)
        for column, value in wanted.items():
            rows = rows[rows[column] == value]
        return rows
