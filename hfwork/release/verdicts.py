"""Is a change real? The verdict on one figure of a table of cells, and its one sentence in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.judge.verdict import Verdict, real_change
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator, lookup
from hfwork.plan.periods import parse
from hfwork.release.sentences import figure, period_name

_KINDS = {"wilson": "proportion", "byar": "rate"}


@dataclass(frozen=True)
class Answer:
    """A verdict and its sentence; printed, the sentence in the language in use."""

    verdict: Verdict
    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if text.language() == "zh" else self.en


def answer(plan: Plan, cells: pd.DataFrame, indicator: str, place: str, period: str) -> Answer:
    """Is this figure a real change? ``cells`` of ``release.cells.COLUMNS`` at one set of boundaries; see ``judged``."""
    definition = lookup(plan.indicators, indicator)
    found = judged(cells, definition, place, period, plan.campaign.phase_dates)
    own = cells[(cells["indicator"] == indicator) & (cells["place"] == place) & (cells["period"] == period)].iloc[0]
    made = {}
    for lang in text.LANGUAGES:
        facts = {"name": definition.name[lang], "place": plan.places.name(place, lang)}
        facts |= {"period": period_name(plan, period, lang), "value": figure(own["value"], definition, lang)}
        made[lang] = said(found, facts, lang)
    return Answer(found, made["zh"], made["en"])


def judged(
    cells: pd.DataFrame, indicator: Indicator, place: str, period: str, phases: dict[str, tuple[dt.date, dt.date]]
) -> Verdict:
    """The verdict on one figure; ``cells`` of this indicator at least, at one set of boundaries (``release.cells``).

    The series are the periods of the same length before it; a new version of the definition begins a new phase. A
    hidden figure is missing here: what nobody may see changes no verdict. Errors: ``unknown_place``,
    ``unknown_period``.
    """
    mine = cells[cells["indicator"] == indicator.id]
    for column, code, given in (("place", "unknown_place", place), ("period", "unknown_period", period)):
        if not (mine[column] == given).any():
            raise HfworkError(code, given=given, allowed=mine[column].drop_duplicates())
        if column == "place":
            mine = mine[mine["place"] == given]
    levels = {str(token): parse(str(token), phases).level for token in mine["period"].unique()}
    step = levels[period]
    series = mine[mine["period"].map(levels) == step].sort_values("start", kind="stable").reset_index(drop=True)
    at = int(series.index[series["period"] == period][0])
    kind = _KINDS.get(indicator.interval, "value")
    if indicator.plain and kind == "rate":
        kind = "count"
    return real_change(series.assign(phase=series["version"]), kind, step, at)


def said(verdict: Verdict, facts: dict[str, str], lang: str) -> str:
    """One sentence with the test named; ``facts``: ``name place period value`` in that language."""
    return text.say(f"verdict.{verdict.code}", lang, how=_how(verdict, lang), why=_why(verdict, lang), **facts)


def _how(verdict: Verdict, lang: str) -> str:
    if not verdict.test:
        return ""
    scale, decimals = (100, 1) if verdict.test == "newcombe" else (1, 2)
    key = "rate_ratio_none" if verdict.test == "rate_ratio" and pd.isna(verdict.lower) else verdict.test
    return text.say(
        f"verdict.how.{key}",
        lang,
        points=verdict.points,
        rule=text.say(f"verdict.rule.{verdict.rule or 'none'}", lang),
        lower=text.number(verdict.lower * scale, decimals),
        upper="∞" if verdict.upper == float("inf") else text.number(verdict.upper * scale, decimals),
        p=text.number(verdict.p, 3),
    )


def _why(verdict: Verdict, lang: str) -> str:
    return text.say(f"verdict.why.{verdict.reason}", lang) if verdict.reason else ""
