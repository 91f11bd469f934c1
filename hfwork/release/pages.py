"""The columns of each page, written when a release is made; a page shows and never computes."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import LEVELS, Period
from hfwork.plan.tables import Words
from hfwork.release.cells import day
from hfwork.release.shapes import outline

_RECENT_MONTHS = 13  # older months stay in the release; a page shows them as quarters
_NUMBERS = ("value", "numerator", "denominator", "lower95", "upper95", "target")
_CODES = ("state", "status", "reason", "grade", "receipt")


def overview(
    plan: Plan,
    meta: dict[str, Any],
    cells: pd.DataFrame,
    sentences: pd.DataFrame,
    shapes: pd.DataFrame,
    periods: list[Period],
) -> dict[str, Any]:
    """The page 总览: phases, kinds with indicators and status, map, table, sentences.

    ``cells`` are the published ones with a column ``receipt``; only the two coarsest levels are shown.
    """
    levels = list(plan.places.levels[:2])
    months = [p.token for p in periods if p.level == "month"]
    shown = [p for p in periods if p.level != "month" or p.token in months[-_RECENT_MONTHS:]]
    shown = sorted(shown, key=lambda p: (-LEVELS.index(p.level), -p.start.toordinal()))
    tokens = [p.token for p in shown]
    cells = cells[cells["level"].isin(levels) & cells["period"].isin(tokens)]
    ids = list(plan.indicators)
    places = [str(code) for code in shapes["code"]]
    column = {
        "indicator": cells["indicator"].map({name: i for i, name in enumerate(ids)}),
        "place": cells["place"].map({place: i for i, place in enumerate(places)} | {plan.places.root: -1}),
        "period": cells["period"].map({token: i for i, token in enumerate(tokens)}),
    }
    have = {name: set(part["period"]) for name, part in cells.groupby("indicator")}
    said = sentences[sentences["period"].isin(tokens)]
    return {
        "page": "overview",
        "format": 1,
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
                "indicators": [name for name in ids if plan.indicators[name].kind == kind.id],
            }
            for kind in plan.campaign.kinds
        ],
        "indicators": [
            _indicator(plan, plan.indicators[name], [t for t in tokens if t in have.get(name, ())]) for name in ids
        ],
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
        "map": {"schematic": bool(plan.map.schematic), "note": _both(plan.map.note)},
        "periods": [
            {
                "token": p.token,
                "name": {lang: _period_name(plan, p, lang) for lang in text.LANGUAGES},
                "level": p.level,
                "start": str(p.start),
                "end": str(p.end),
                "partial": p.start < plan.campaign.monitoring.start or p.end > day(meta["as_of"]),
            }
            for p in shown
        ],
        "cells": {name: values.astype(int).tolist() for name, values in column.items()}
        | {name: [_number(v) for v in cells[name]] for name in _NUMBERS}
        | {name: cells[name].astype(str).tolist() for name in _CODES},
        "sentences": {
            "indicator": said["indicator"].map({name: i for i, name in enumerate(ids)}).tolist(),
            "period": said["period"].map({token: i for i, token in enumerate(tokens)}).tolist(),
            "zh": said[["zh1", "zh2", "zh3"]].to_numpy().tolist(),
            "en": said[["en1", "en2", "en3"]].to_numpy().tolist(),
        },
    }


def as_bytes(page: dict[str, Any]) -> bytes:
    """A page as compact JSON; NaN would be invalid and is an error."""
    return json.dumps(page, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _both(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _number(value: float) -> float | int | None:
    if pd.isna(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 4)


def _period_name(plan: Plan, period: Period, lang: str) -> str:
    for phase in plan.campaign.phases:
        if phase.id == period.token:
            return phase.name[lang]
    return text.period(period.token, lang)


def _days(plan: Plan) -> list[dict[str, Any]]:
    years = range(plan.campaign.monitoring.start.year, plan.campaign.monitoring.end.year + 1)
    return [
        {"name": _both(named.name), "dates": [str(named.on(year)) for year in years]}
        for named in plan.campaign.named_days
    ]


def _indicator(plan: Plan, indicator: Indicator, periods: list[str]) -> dict[str, Any]:
    lead = plan.campaign.department(indicator.lead).name if indicator.lead else None
    return {
        "id": indicator.id,
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
        "plain": indicator.plain,
        "method": indicator.interval,
        "sensitive": indicator.sensitive,
        "coarse": indicator.publish.place == plan.places.levels[0],
        "periods": periods,
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
