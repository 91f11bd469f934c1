"""Is a change real? The verdict on one figure of a table of cells, and its one sentence in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.judge.verdict import STEPS, UNFINISHED, Verdict, a_year_earlier, months_of, real_change
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator, lookup
from hfwork.plan.periods import Period, parse
from hfwork.release.sentences import figure, period_name

COLUMNS = ["indicator", "place", "period", "code", "test", "reason", "rule", "points", "estimate", "lower", "upper",
           "p", "zh", "en"]  # fmt: skip
_SERIES = ("numerator", "denominator", "value", "lower95", "upper95", "reason", "start")
# Why there is no figure to compare with, by the state of the one a year before: there, but it will still move.
_BEFORE = {"suppressed": "before_not_published", "unstable": "before_unstable", "value": "before_unfinished"}
_UNJUDGED = (*UNFINISHED, "missing", "not_published", "new_definition", *_BEFORE.values())  # not for want of data
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
    found = judged(plan, cells, definition, place, period)
    own = cells[(cells["indicator"] == indicator) & (cells["place"] == place) & (cells["period"] == period)].iloc[0]
    words = {lang: said(found, _facts(plan, definition, own, lang), lang) for lang in text.LANGUAGES}
    return Answer(found, words["zh"], words["en"])


def verdicts(plan: Plan, cells: pd.DataFrame, periods: list[Period], waiting: pd.Series) -> pd.DataFrame:
    """The verdict on the latest complete figure of each length of period, in words: ``COLUMNS``.

    ``cells``: published ones at one set of boundaries; the two coarsest levels are judged, in the order of the cells.
    ``waiting``: row for row, whether a figure will still move (``unfinished``; the reason of a cell tells one thing
    only, and a figure too unsteady to be read may also be of a running year). A unit that has no complete figure of a
    length has no verdict on it. The same as ``answer``, for all at once.
    """
    steps = {p.token: p.level for p in periods if p.level in STEPS}
    own = cells[cells["level"].isin(plan.places.levels[:2]) & cells["period"].isin(steps)]
    own = own.assign(waiting=waiting[own.index], step=own["period"].map(steps))
    first = own.groupby(["indicator", "place", "step"], sort=False).ngroup()  # in the order of the cells
    own = own.assign(first=first).sort_values(["first", "start"], kind="stable")
    columns = {str(name): own[name].to_numpy(dtype=object) for name in own}
    rows = []
    for group in np.split(np.arange(len(own)), np.flatnonzero(np.diff(own["first"].to_numpy())) + 1):
        part = {name: column[group] for name, column in columns.items()}
        counted = np.isin(part["state"], ("value", "unstable")) & ~part["waiting"].astype(bool)
        if not counted.any():
            continue
        at = int(np.flatnonzero(counted)[-1])
        cell = {name: column[at] for name, column in part.items()}
        definition = plan.indicators[cell["indicator"]]
        found = _at(plan, part, definition, cell["step"], at)
        words = {lang: said(found, _facts(plan, definition, cell, lang), lang) for lang in text.LANGUAGES}
        rows.append({name: cell[name] for name in ("indicator", "place", "period")} | asdict(found) | words)
    return pd.DataFrame(rows, columns=COLUMNS)


def unfinished(cells: pd.DataFrame, periods: list[Period], as_of: dt.date) -> pd.Series:
    """Row for row, whether a figure will still move: by its reason, or because its period was not over ``as_of``."""
    running = {p.token for p in periods if p.end > as_of}
    return cells["reason"].isin(UNFINISHED) | cells["period"].isin(running)


def judged(plan: Plan, cells: pd.DataFrame, indicator: Indicator, place: str, period: str) -> Verdict:
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
    levels = {str(token): parse(str(token), plan.campaign.phase_dates).level for token in mine["period"].unique()}
    step = levels[period]
    series = mine[mine["period"].map(levels) == step].sort_values("start", kind="stable").reset_index(drop=True)
    at = int(series.index[series["period"] == period][0])
    return _at(plan, series, indicator, step, at)


def carries_over(plan: Plan, indicator: Indicator) -> bool:
    """Whether a figure counts the same people again in the next period: what is counted above is a stock."""
    return any(plan.measures[name].is_stock for version in indicator.versions for name in version.numerator)


def kind_of(indicator: Indicator) -> str:
    """What its figures are to a test: ``proportion``, ``rate``, ``count`` of events, or ``value`` (no interval)."""
    kind = _KINDS.get(indicator.interval, "value")
    return "count" if indicator.plain and kind == "rate" else kind


def said(verdict: Verdict, facts: dict[str, str], lang: str) -> str:
    """One sentence with the test named; ``facts``: ``name place period value`` in that language."""
    code = "unjudged" if verdict.reason in _UNJUDGED else verdict.code
    return text.say(f"verdict.{code}", lang, how=_how(verdict, lang), why=_why(verdict, lang), **facts)


def _at(plan: Plan, series: Mapping[str, Any] | pd.DataFrame, indicator: Indicator, step: str, at: int) -> Verdict:
    if series["state"][at] == "unstable":
        return Verdict("too_little", reason="unstable")
    named = {name: series[name] for name in _SERIES} | {"phase": series["version"]}
    found = real_change(named, kind_of(indicator), step, at, stock=carries_over(plan, indicator))
    if found.reason == "missing" and series["state"][at] == "suppressed":
        return replace(found, reason="not_published")
    if found.reason == "no_before":
        before = a_year_earlier(months_of(series["start"]), at)
        state = series["state"][before] if before >= 0 else ""
        return replace(found, reason=_BEFORE.get(state, "no_before"))
    return found


def _facts(plan: Plan, indicator: Indicator, cell: Mapping[str, Any] | pd.Series, lang: str) -> dict[str, str]:
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
    return text.say(f"judged.{verdict.reason}", lang) if verdict.reason else ""
