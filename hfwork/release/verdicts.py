"""Is a change real? The verdict on one figure of a table of cells, and its one sentence in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.judge.verdict import STEPS, UNFINISHED, Verdict, real_change
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator, lookup
from hfwork.plan.periods import Period, parse
from hfwork.release.sentences import figure, period_name

COLUMNS = ["indicator", "place", "period", "code", "test", "reason", "rule", "points", "estimate", "lower", "upper",
           "p", "zh", "en"]  # fmt: skip
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
    words = {lang: said(found, _facts(plan, definition, own, lang), lang) for lang in text.LANGUAGES}
    return Answer(found, words["zh"], words["en"])


def verdicts(plan: Plan, cells: pd.DataFrame, periods: list[Period]) -> pd.DataFrame:
    """The verdict on the latest complete figure of each length of period, in words: ``COLUMNS``.

    ``cells``: published ones at one set of boundaries; the two coarsest levels are judged, in the order of the cells. A
    unit that has no complete figure of a length has no verdict on it. The same as ``answer``, for all at once.
    """
    steps = {p.token: p.level for p in periods if p.level in STEPS}
    own = cells[cells["level"].isin(plan.places.levels[:2]) & cells["period"].isin(steps)]
    rows = []
    for (name, place, step), part in own.groupby(["indicator", "place", own["period"].map(steps)], sort=False):
        series = part.sort_values("start", kind="stable").reset_index(drop=True)
        counted = series["state"].isin(["value", "unstable"]) & ~series["reason"].isin(UNFINISHED)
        if not counted.any():
            continue
        at = int(np.flatnonzero(counted)[-1])
        definition, cell = plan.indicators[str(name)], series.iloc[at]
        found = _at(series, definition, str(step), at)
        words = {lang: said(found, _facts(plan, definition, cell, lang), lang) for lang in text.LANGUAGES}
        rows.append({"indicator": name, "place": place, "period": cell["period"], **asdict(found), **words})
    return pd.DataFrame(rows, columns=COLUMNS)


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
    return _at(series, indicator, step, at)


def kind_of(indicator: Indicator) -> str:
    """What its figures are to a test: ``proportion``, ``rate``, ``count`` of events, or ``value`` (no interval)."""
    kind = _KINDS.get(indicator.interval, "value")
    return "count" if indicator.plain and kind == "rate" else kind


def said(verdict: Verdict, facts: dict[str, str], lang: str) -> str:
    """One sentence with the test named; ``facts``: ``name place period value`` in that language."""
    return text.say(f"verdict.{verdict.code}", lang, how=_how(verdict, lang), why=_why(verdict, lang), **facts)


def _at(series: pd.DataFrame, indicator: Indicator, step: str, at: int) -> Verdict:
    if series["state"].iloc[at] == "unstable":
        return Verdict("too_little", reason="unstable")
    return real_change(series.assign(phase=series["version"]), kind_of(indicator), step, at)


def _facts(plan: Plan, indicator: Indicator, cell: pd.Series, lang: str) -> dict[str, str]:
    return {
        "name": indicator.name[lang],
        "place": plan.places.name(str(cell["place"]), lang),
        "period": period_name(plan, str(cell["period"]), lang),
        "value": figure(cell["value"], indicator, lang),
    }


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
