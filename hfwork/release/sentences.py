"""Three sentences per indicator and period, made from published cells when the release is made.

A sentence is first a few keys with counts (``parts``), without any language: a page carries only these and sets
its own names and figures in; ``said`` does the same here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.judge import compare
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator

Part = tuple[str, dict[str, int]]  # a key below ``sentence.`` and the counts in it
Parts = list[Part]  # of one sentence


def sentences(plan: Plan, cells: pd.DataFrame) -> pd.DataFrame:
    """Columns ``indicator period zh1 zh2 zh3 en1 en2 en3 parts``: where the district stands, how far the units
    differ from it beyond chance, and what the figures rest on and who acts next; ``parts`` is JSON of three ``Parts``.

    ``cells`` must be the published ones: a suppressed number reaches no sentence. Cells read with the units of
    their own time are left out.
    """
    root, units = plan.places.levels[0], plan.places.levels[1]
    rows = []
    now = cells[(cells["boundaries"] != "then") & cells["level"].isin([root, units])]
    for (indicator, period), part in now.groupby(["indicator", "period"], sort=False):
        whole = part[part["level"] == root]
        if len(whole):
            definition = plan.indicators[str(indicator)]
            made = list(_three(definition, whole.iloc[0], part[part["level"] == units]))
            row: dict[str, Any] = {"indicator": str(indicator), "period": str(period)}
            for lang in text.LANGUAGES:
                facts = _facts(plan, definition, whole.iloc[0], lang)
                row |= {f"{lang}{i}": said(parts, facts, lang) for i, parts in enumerate(made, 1)}
            rows.append(row | {"parts": json.dumps(made, separators=(",", ":"))})
    return pd.DataFrame(rows)


def said(parts: Parts, facts: dict[str, str], lang: str) -> str:
    """One sentence in a language."""
    return "".join(text.say(f"sentence.{key}", lang, **facts, **own) for key, own in parts)


def period_name(plan: Plan, token: str, lang: str) -> str:
    """A period in words; a phase by the name the plan gives it."""
    names = {phase.id: phase.name[lang] for phase in plan.campaign.phases}
    return names.get(token) or text.period(token, lang)


def _three(indicator: Indicator, whole: pd.Series, units: pd.DataFrame) -> Iterator[Parts]:
    yield _standing(indicator, whole)
    yield [_spread(indicator, whole, units)]
    yield _basis(indicator, units)


def _standing(indicator: Indicator, whole: pd.Series) -> Parts:
    if whole["state"] != "value":
        return [(str(whole["state"]), {})]
    if indicator.plain:
        return [("count", {})]
    parts: Parts = [("rate" if pd.notna(whole["lower95"]) else "ratio", {})]
    if pd.notna(whole["target"]):
        parts.append((f"target_{whole['status']}", {}))
    return parts


def _spread(indicator: Indicator, whole: pd.Series, units: pd.DataFrame) -> Part:
    known = units[units["state"] == "value"]
    if not len(units):
        return "coarse", {}
    if indicator.plain:
        return "units_count", {"known": len(known), "none": int((known["value"] == 0).sum())}
    judged = known.dropna(subset=["lower998", "upper998"])
    if whole["state"] != "value" or not len(judged):
        return "units_unknown", {"units": len(units), "known": len(known)}
    # 99.8 % limits: among fourteen units one false alarm at 95 % would be the rule, not the exception.
    codes = compare.against(judged["lower998"], judged["upper998"], whole["value"], "none")
    high, low = int((codes == "higher").sum()), int((codes == "lower").sum())
    return "units_spread", {"known": len(known), "high": high, "low": low, "same": len(judged) - high - low}


def _basis(indicator: Indicator, units: pd.DataFrame) -> Parts:
    counts = {
        "missing": int((units["state"] == "missing").sum()),
        "hidden": int((units["state"] == "suppressed").sum()),
        "apportioned": int(units["apportioned"].sum()),
    }
    parts: Parts = [("grade", {})]
    parts += [(f"units_{name}", {"count": count}) for name, count in counts.items() if count]
    behind = int((units["status"] == "behind").sum())
    if not indicator.lead:
        return [*parts, ("stop", {})]
    if behind:
        return [*parts, ("next_behind", {"count": behind})]
    return [*parts, ("next_missing" if counts["missing"] else "lead", {})]


def _facts(plan: Plan, indicator: Indicator, whole: pd.Series, lang: str) -> dict[str, str]:
    """Names and figures of the district's own cell, which every sentence may use; the page knows them too."""
    return {
        "name": indicator.name[lang],
        "place": plan.places.name(str(whole["place"]), lang),
        "period": period_name(plan, str(whole["period"]), lang),
        "until": text.date(whole["end"], lang),
        "value": "≈" * bool(whole["apportioned"]) + figure(whole["value"], indicator, lang),
        "numerator": text.number(whole["numerator"]),
        "denominator": text.number(whole["denominator"]),
        "lower": text.number(whole["lower95"], indicator.decimals),
        "upper": text.number(whole["upper95"], indicator.decimals),
        "target": figure(whole["target"], indicator, lang),
        "grade": str(whole["grade"]) or text.DASH,
        "lead": plan.campaign.department(indicator.lead).name[lang] if indicator.lead else "",
        "reason": text.say(f"reason.{whole['reason']}", lang) if whole["reason"] else "",
    }


def figure(value: float, indicator: Indicator, lang: str) -> str:
    """A value with its unit as it is read: ``86.3%``, ``1,204场``."""
    unit = indicator.unit[lang]
    number = text.number(value, 0 if indicator.plain else indicator.decimals)
    return number + (unit if lang == "zh" or unit.startswith(("%", "‰")) else f" {unit}")
