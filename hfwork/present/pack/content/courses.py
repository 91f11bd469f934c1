"""One indicator over time in a meeting: its course with control limits, and whether its last figure is a change."""

from __future__ import annotations

from typing import Any

from hfwork.judge.verdict import UNFINISHED
from hfwork.present.pack.content.measures import format_of, is_percent, printed, target_name
from hfwork.present.pack.elements import Plot, Series, Words, element
from hfwork.present.pack.facts import Cell, Facts, Gone

_LONG = 20  # points of a course on a slide
_LEVELS = ("quarter", "month", "half", "year", "mc_year")


def courses(facts: Facts) -> list[str]:
    """The indicators whose district course has control limits in this release."""
    found = facts.findings("courses")
    own = found[(found["place"] == facts.root) & found["centre"].notna()]
    return [name for name in facts.indicators if (own["indicator"] == name).any()]


def _course(facts: Facts, indicator: str, place: str) -> tuple[list[Cell], dict[str, dict[str, Any]]]:
    """A series long enough to be read, with the limits of its points by period."""
    found = facts.findings("courses")
    own = found[(found["indicator"] == indicator) & (found["place"] == (place or facts.root)) & found["centre"].notna()]
    limits = {str(row["period"]): {str(k): v for k, v in row.items()} for row in own.to_dict("records")}
    first = [p["level"] for token, p in facts.periods.items() if token in limits]
    for level in [*first[:1], *_LEVELS]:
        series = [c for c in facts.series(indicator, level, place) if c["reason"] not in UNFINISHED]
        if sum(c["state"] == "value" for c in series) > 2:
            return series[-_LONG:], limits
    raise Gone(facts.name(indicator))


@element
def trend_title(facts: Facts, indicator: str, place: str = "") -> Words:
    """From the first to the last figure, and whether the last is a real change."""
    series, _ = _course(facts, indicator, place)
    known = [c for c in series if c["state"] == "value"]
    first, last = known[0], known[-1]
    verdict = facts.verdict(last)
    name = facts.name(indicator)
    own = {"name": f"{facts.place(place)} {name}" if place else name, "last": facts.when(last["period"])}
    if verdict:
        said = facts.say("pack.trend_title_judged", b=facts.figure(last), answer=_answer(facts, verdict), **own)
        return Words((said,), (last,))
    ends = {"first": facts.when(first["period"]), "a": facts.figure(first), "b": facts.figure(last)}
    said = facts.say("pack.trend_title", **ends, **own)
    return Words((said,), (first, last))


def _answer(facts: Facts, verdict: dict[str, Any]) -> str:
    return facts.say(f"pack.answer.{verdict['code']}")


@element
def trend(facts: Facts, indicator: str, place: str = "") -> Plot:
    """The course of a figure with centre and control limits where the release has them, and the target."""
    series, limits = _course(facts, indicator, place)
    decimals = 0 if facts.indicators[indicator]["plain"] else facts.indicators[indicator]["decimals"]
    values = tuple(printed(c["value"], decimals) if c["state"] == "value" else None for c in series)
    made = [Series(facts.name(indicator), values, "line")]
    if any(c["period"] in limits for c in series):
        for name in ("centre", "upper", "lower"):
            line = tuple(printed(limits.get(c["period"], {}).get(name), decimals) for c in series)
            made.append(Series(facts.say(f"control.col.{name}"), line, "centre" if name == "centre" else "limit"))
        signals = tuple(v if limits.get(c["period"], {}).get("rule") else None
                        for v, c in zip(values, series, strict=True))  # fmt: skip
        if any(v is not None for v in signals):
            made.append(Series(facts.say("pack.signal"), signals, "point"))
    targets = tuple(printed(c["target"], decimals) for c in series)
    if any(t is not None for t in targets):
        made.append(Series(target_name(facts, series), targets, "target"))
    names = tuple(short_period(facts, c["period"]) for c in series)
    alt = facts.say("pack.alt", kind=facts.say("part.trend"), title=trend_title(facts, indicator, place).lines[0])
    return Plot("lines", names, tuple(made), format_of(decimals), is_percent(facts, indicator), alt, tuple(series))


def short_period(facts: Facts, token: str, *, whole: bool = False) -> str:
    """A period in few words: 2020年 第2季度, with a space for its line to break unless ``whole``; 2020 Q2."""
    if facts.lang == "zh":
        year, sign, rest = facts.when(token).partition("年")
        return facts.when(token) if whole else f"{year}{sign} {rest}".strip()
    return token.replace("-", " ") if "Q" in token or "H" in token else facts.when(token) if whole else token


@element
def trend_note(facts: Facts, indicator: str, place: str = "") -> Words:
    """The release's sentence on the last figure, and what the limits mean or why there are none."""
    series, limits = _course(facts, indicator, place)
    last = next(c for c in reversed(series) if c["state"] == "value")
    verdict = facts.verdict(last)
    said = [str(verdict[facts.lang])] if verdict else []
    has_limits = any(c["period"] in limits for c in series)
    note = facts.say("pack.control_note" if has_limits else "control.note_none")
    signals = any(limits.get(c["period"], {}).get("rule") for c in series)
    return Words((*said, note + facts.say("pack.control_signals") * signals), (last,))
