"""Three sentences per indicator and period, made from published cells when the release is made."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from hfwork import text
from hfwork.judge import compare
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator


def sentences(plan: Plan, cells: pd.DataFrame) -> pd.DataFrame:
    """Columns ``indicator period zh1 zh2 zh3 en1 en2 en3``: where the district stands, how far the units
    differ from it beyond chance, and what the figures rest on and who acts next.

    ``cells`` must be the published ones: a suppressed number reaches no sentence.
    """
    root, units = plan.places.levels[0], plan.places.levels[1]
    rows = []
    for (indicator, period), part in cells.groupby(["indicator", "period"], sort=False):
        whole = part[part["level"] == root]
        if len(whole):
            row: dict[str, str] = {"indicator": str(indicator), "period": str(period)}
            definition = plan.indicators[str(indicator)]
            for lang in text.LANGUAGES:
                made = _three(plan, definition, whole.iloc[0], part[part["level"] == units], lang)
                row |= {f"{lang}{i}": sentence for i, sentence in enumerate(made, 1)}
            rows.append(row)
    return pd.DataFrame(rows)


def _three(plan: Plan, indicator: Indicator, whole: pd.Series, units: pd.DataFrame, lang: str) -> Iterator[str]:
    facts = {
        "name": indicator.name[lang],
        "place": plan.places.name(str(whole["place"]), lang),
        "period": text.period(str(whole["period"]), lang),
        "unit": indicator.unit[lang],
        "until": text.date(whole["end"], lang),
    }
    yield _standing(indicator, whole, facts, lang)
    yield _spread(indicator, whole, units, facts, lang)
    yield _basis(plan, indicator, whole, units, facts, lang)


def _standing(indicator: Indicator, whole: pd.Series, facts: dict[str, str], lang: str) -> str:
    if whole["state"] != "value":
        return text.say(f"sentence.{whole['state']}", lang, **facts, reason=_reason(whole, lang))
    facts = facts | {"value": figure(whole["value"], indicator, lang)}
    if indicator.plain:
        return text.say("sentence.count", lang, **facts)
    facts |= {
        "numerator": text.number(whole["numerator"]),
        "denominator": text.number(whole["denominator"]),
        "lower": text.number(whole["lower95"], indicator.decimals),
        "upper": text.number(whole["upper95"], indicator.decimals),
    }
    with_interval = "sentence.rate" if pd.notna(whole["lower95"]) else "sentence.ratio"
    sentence = text.say(with_interval, lang, **facts)
    if pd.notna(whole["target"]):
        target = figure(whole["target"], indicator, lang)
        sentence += text.say(f"sentence.target_{whole['status']}", lang, target=target)
    return sentence


def _spread(indicator: Indicator, whole: pd.Series, units: pd.DataFrame, facts: dict[str, str], lang: str) -> str:
    known = units[units["state"] == "value"]
    facts = facts | {"units": str(len(units)), "known": str(len(known))}
    if not len(units):
        return text.say("sentence.coarse", lang, **facts)
    if indicator.plain:
        return text.say("sentence.units_count", lang, **facts, none=int((known["value"] == 0).sum()))
    judged = known.dropna(subset=["lower998", "upper998"])
    if whole["state"] != "value" or not len(judged):
        return text.say("sentence.units_unknown", lang, **facts)
    # 99.8 % limits: among fourteen units one false alarm at 95 % would be the rule, not the exception.
    codes = compare.against(judged["lower998"], judged["upper998"], whole["value"], "none")
    high, low = int((codes == "higher").sum()), int((codes == "lower").sum())
    return text.say("sentence.units_spread", lang, **facts, high=high, low=low, same=len(judged) - high - low)


def _basis(
    plan: Plan, indicator: Indicator, whole: pd.Series, units: pd.DataFrame, facts: dict[str, str], lang: str
) -> str:
    grade = str(whole["grade"]) or text.DASH
    parts = [text.say("sentence.grade", lang, **facts, grade=grade)]
    missing = int((units["state"] == "missing").sum())
    hidden = int((units["state"] == "suppressed").sum())
    if missing:
        parts.append(text.say("sentence.units_missing", lang, count=missing))
    if hidden:
        parts.append(text.say("sentence.units_hidden", lang, count=hidden))
    behind = int((units["status"] == "behind").sum())
    lead = plan.campaign.department(indicator.lead).name[lang] if indicator.lead else ""
    if behind and lead:
        parts.append(text.say("sentence.next_behind", lang, lead=lead, count=behind))
    elif missing and lead:
        parts.append(text.say("sentence.next_missing", lang, lead=lead))
    elif lead:
        parts.append(text.say("sentence.lead", lang, lead=lead))
    else:
        parts.append(text.say("sentence.stop", lang))
    return "".join(parts)


def figure(value: float, indicator: Indicator, lang: str) -> str:
    """A value with its unit as it is read: ``86.3%``, ``1,204场``."""
    unit = indicator.unit[lang]
    number = text.number(value, 0 if indicator.plain else indicator.decimals)
    return number + (unit if lang == "zh" or unit.startswith(("%", "‰")) else f" {unit}")


def _reason(whole: pd.Series, lang: str) -> str:
    return text.say(f"reason.{whole['reason']}", lang) if whole["reason"] else ""
