"""Three sentences per indicator and period, made from published cells when the release is made.

A sentence is first a few keys with counts (``parts``), without any language: a page carries only these and sets
its own names and figures in; ``said`` does the same here.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

import numpy as np
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
    now = cells[cells["boundaries"] != "then"]
    district, towns = now[now["level"] == root], now[now["level"] == units]
    counts = _counted(towns, district)
    rows = []
    for whole in district.to_dict("records"):
        indicator, period = str(whole["indicator"]), str(whole["period"])
        definition, own = plan.indicators[indicator], counts.get((indicator, period), {})
        made = [_standing(definition, whole), [_spread(definition, whole, own)], _basis(definition, own)]
        row: dict[str, Any] = {"indicator": indicator, "period": period}
        for lang in text.LANGUAGES:
            facts = _facts(plan, definition, whole, lang)
            row |= {f"{lang}{i}": said(parts, facts, lang) for i, parts in enumerate(made, 1)}
        rows.append(row | {"parts": json.dumps(made, separators=(",", ":"))})
    return pd.DataFrame(rows)


def _counted(units: pd.DataFrame, district: pd.DataFrame) -> dict[tuple[str, str], dict[str, int]]:
    """How many units of an indicator and period have, miss or hide a figure, differ from the district, or lag."""
    key = ["indicator", "period"]
    whole = units[key].merge(district[[*key, "value"]], on=key, how="left")["value"].to_numpy()
    known = (units["state"] == "value").to_numpy()
    lower, upper = (units[name].where(known).to_numpy() for name in ("lower998", "upper998"))
    # 99.8 % limits: among fourteen units one false alarm at 95 % would be the rule, not the exception.
    codes = compare.against(lower, upper, whole, np.full(len(units), "none"))
    flags = {
        "units": np.full(len(units), True),
        "known": known,
        "none": known & (units["value"] == 0).to_numpy(),
        "judged": known & ~np.isnan(lower) & ~np.isnan(upper),
        "high": codes == "higher",
        "low": codes == "lower",
        "missing": (units["state"] == "missing").to_numpy(),
        "hidden": (units["state"] == "suppressed").to_numpy(),
        "unstable": (units["state"] == "unstable").to_numpy(),
        "apportioned": units["apportioned"].to_numpy(dtype=bool),
        "behind": (units["status"] == "behind").to_numpy(),
    }
    sums = units[key].assign(**flags).groupby(key)[list(flags)].sum()
    return dict(zip(sums.index, sums.to_dict("records"), strict=True))


def said(parts: Parts, facts: dict[str, str], lang: str) -> str:
    """One sentence in a language."""
    return "".join(text.say(f"sentence.{key}", lang, **facts, **own) for key, own in parts)


def period_name(plan: Plan, token: str, lang: str) -> str:
    """A period in words; a phase by the name the plan gives it."""
    names = {phase.id: phase.name[lang] for phase in plan.campaign.phases}
    return names.get(token) or text.period(token, lang)


def _standing(indicator: Indicator, whole: dict[Hashable, Any]) -> Parts:
    if whole["state"] != "value":
        return [(str(whole["state"]), {})]
    if indicator.plain:
        return [("count", {})]
    parts: Parts = [("rate" if pd.notna(whole["lower95"]) else "ratio", {})]
    if pd.notna(whole["target"]):
        parts.append((f"target_{whole['status']}", {}))
    return parts


def _spread(indicator: Indicator, whole: dict[Hashable, Any], own: dict[str, int]) -> Part:
    if not own:
        return "coarse", {}
    if indicator.plain:
        return "units_count", {"known": own["known"], "none": own["none"]}
    if whole["state"] != "value" or not own["judged"]:
        return "units_unknown", {"units": own["units"], "known": own["known"]}
    same = own["judged"] - own["high"] - own["low"]
    return "units_spread", {"known": own["known"], "high": own["high"], "low": own["low"], "same": same}


def _basis(indicator: Indicator, own: dict[str, int]) -> Parts:
    parts: Parts = [("grade", {})]
    named = ("missing", "hidden", "unstable", "apportioned")
    parts += [(f"units_{name}", {"count": own[name]}) for name in named if own.get(name)]
    if not indicator.lead:
        return [*parts, ("stop", {})]
    if own.get("behind"):
        return [*parts, ("next_behind", {"count": own["behind"]})]
    return [*parts, ("next_missing" if own.get("missing") else "lead", {})]


def _facts(plan: Plan, indicator: Indicator, whole: dict[Hashable, Any], lang: str) -> dict[str, str]:
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
