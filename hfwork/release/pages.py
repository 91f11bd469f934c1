"""The columns of each page, written when a release is made; a page shows and never computes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import LEVELS, Period
from hfwork.plan.tables import Words
from hfwork.release.cells import day
from hfwork.release.packing import pack, pack_cells
from hfwork.release.sentences import period_name
from hfwork.release.shapes import map_note, outline

_RECENT_MONTHS = 13  # older months stay in the release; a page shows them as quarters
_KEPT = ["place", "period", "state", "reason", "status", "grade", "target", "apportioned", "numerator", "denominator",
         "value", "lower95", "upper95", "receipt", "merge"]  # fmt: skip


def overview(
    plan: Plan,
    meta: dict[str, Any],
    cells: pd.DataFrame,
    sentences: pd.DataFrame,
    shapes: pd.DataFrame,
    periods: list[Period],
) -> dict[str, Any]:
    """The page 总览: phases, kinds with indicators and status, map, table, sentences.

    ``cells`` are the published ones with columns ``receipt`` and ``merge`` (``steadiness``); only the two coarsest
    levels are shown, and only those read with the units of the day of the release.
    """
    levels = list(plan.places.levels[:2])
    months = [p.token for p in periods if p.level == "month"]
    shown = [p for p in periods if p.level != "month" or p.token in months[-_RECENT_MONTHS:]]
    shown = sorted(shown, key=lambda p: (-LEVELS.index(p.level), -p.start.toordinal()))
    tokens = [p.token for p in shown]
    cells = cells[(cells["boundaries"] != "then") & cells["level"].isin(levels) & cells["period"].isin(tokens)]
    places = [str(code) for code in shapes["code"]]
    at = {place: i for i, place in enumerate(places)} | {plan.places.root: -1}
    row = {token: i for i, token in enumerate(tokens)}
    numbered = cells.assign(place=cells["place"].map(at), period=cells["period"].map(row))
    numbered = numbered[numbered["place"].notna()]
    parts = {str(name): part[_KEPT] for name, part in numbered.groupby("indicator")}
    have = {name: sorted(int(i) for i in part["period"].unique()) for name, part in parts.items()}
    made = [_indicator(plan, indicator, have.get(indicator.id, [])) for indicator in plan.indicators.values()]
    return {
        "page": "overview",
        "format": 3,
        "release": meta,
        "start": _start(plan, cells),
        "phases": [
            {"id": p.id, "name": _both(p.name), "start": str(p.start), "end": str(p.end), "clause": p.clause}
            for p in plan.campaign.phases
        ],
        "days": _days(plan),
        "kinds": [
            {
                "id": kind.id,
                "name": _both(kind.name),
                "clause": kind.clause,
                "indicators": [i.id for i in plan.indicators.values() if i.kind == kind.id],
            }
            for kind in plan.campaign.kinds
        ],
        "indicators": made,
        "places": [
            {
                "code": code,
                "name": {lang: plan.places.name(code, lang) for lang in text.LANGUAGES},
                "label": {lang: plan.places.label(code, lang) for lang in text.LANGUAGES},
                "schematic": bool(schematic),
                **outline(shape, plan.map.kind == "shapes"),
            }
            for code, schematic, shape in zip(places, shapes["schematic"], shapes["geometry"], strict=True)
        ],
        "root": {
            "code": plan.places.root,
            "name": {lang: plan.places.name(plan.places.root, lang) for lang in text.LANGUAGES},
        },
        "map": {"schematic": bool(plan.map.schematic), "note": map_note(plan, day(meta["as_of"]))},
        "periods": [
            {
                "token": p.token,
                "name": {lang: period_name(plan, p.token, lang) for lang in text.LANGUAGES},
                "level": p.level,
                "start": str(p.start),
                "end": str(p.end),
                "partial": p.start < plan.campaign.monitoring.start or p.end > day(meta["as_of"]),
            }
            for p in shown
        ],
        "cells": [
            pack_cells(_records(parts.get(entry["id"])), entry["at"], len(places), entry["decimals"]) for entry in made
        ],
        "sentences": _sentences(sentences, [str(entry["id"]) for entry in made], tokens),
    }


def _records(part: pd.DataFrame | None) -> list[dict[str, Any]]:
    return [] if part is None else [{str(k): v for k, v in row.items()} for row in part.to_dict("records")]


def _sentences(sentences: pd.DataFrame, ids: Sequence[str], tokens: Sequence[str]) -> dict[str, Any]:
    """The parts of all sentences: equal ones share a form; ``rows`` holds indicator, period, form and its counts."""
    forms: dict[str, int] = {}
    rows: list[int] = []
    for found in sentences[sentences["period"].isin(tokens)].itertuples():
        made: list[list[tuple[str, dict[str, int]]]] = json.loads(str(found.parts))
        form = json.dumps([[[key, *counts] for key, counts in parts] for parts in made])
        number = forms.setdefault(form, len(forms))
        counts = [count for parts in made for _, own in parts for count in own.values()]
        rows += [ids.index(str(found.indicator)), tokens.index(str(found.period)), number, *counts]
    return {"forms": [json.loads(form) for form in forms], "rows": pack(rows)}


def as_bytes(page: dict[str, Any]) -> bytes:
    """A page as compact JSON; NaN would be invalid and is an error."""
    return json.dumps(page, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _both(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _days(plan: Plan) -> list[dict[str, Any]]:
    years = range(plan.campaign.monitoring.start.year, plan.campaign.monitoring.end.year + 1)
    return [
        {"name": _both(named.name), "dates": [str(named.on(year)) for year in years]}
        for named in plan.campaign.named_days
    ]


def _indicator(plan: Plan, indicator: Indicator, periods: list[int]) -> dict[str, Any]:
    lead = plan.campaign.department(indicator.lead).name if indicator.lead else None
    return {
        "id": indicator.id,
        "code": indicator.code,
        "name": _both(indicator.name),
        "unit": _both(indicator.unit),
        "definition": _both(indicator.definition),
        "calculation": _both(indicator.calculation),
        "notes": _both(indicator.notes),
        "source": _both(indicator.source),
        "direction": indicator.direction,
        "kind": indicator.kind,
        "clause": indicator.clause or "",
        "lead": _both(lead) if lead else None,
        "decimals": 0 if indicator.plain else indicator.decimals,
        "factor": indicator.factor,
        "plain": indicator.plain,
        "method": indicator.interval,
        "sensitive": indicator.sensitive,
        "at": periods,
    }


def _start(plan: Plan, cells: pd.DataFrame) -> dict[str, str]:
    """What the page opens with: the first rate with a target and its latest, shortest figure with data."""
    whole = cells[(cells["level"] == plan.places.levels[0]) & (cells["state"] == "value")]
    ranked = whole[whole["target"].notna()] if whole["target"].notna().any() else whole
    if not len(ranked):
        first = cells.iloc[0]
        return {"indicator": str(first["indicator"]), "period": str(first["period"])}
    order = {name: i for i, name in enumerate(plan.indicators)}
    name = min(ranked["indicator"].unique(), key=lambda n: (plan.indicators[n].plain, order[n]))
    mine = ranked[ranked["indicator"] == name].sort_values("end", kind="stable")
    latest = mine[mine["end"] == mine["end"].iloc[-1]]
    by_length = latest.assign(days=(pd.to_datetime(latest["end"]) - pd.to_datetime(latest["start"])).dt.days)
    return {
        "indicator": str(name),
        "period": str(by_length.sort_values("days", kind="stable")["period"].iloc[0]),
    }
