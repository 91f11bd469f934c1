"""The columns all pages share: places, periods, indicators, cells and sentences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.measure.frame import THEN
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.tables import Words
from hfwork.release.cells import day
from hfwork.release.packing import pack, pack_cells
from hfwork.release.pages import findings
from hfwork.release.pages.source import Source
from hfwork.release.sentences import period_name
from hfwork.release.shapes import map_note, outline

FORMAT = 4
_KEPT = ["place", "period", "state", "reason", "status", "grade", "target", "apportioned", "numerator", "denominator",
         "value", "lower95", "upper95", "receipt", "merge"]  # fmt: skip


def shared(source: Source) -> dict[str, Any]:
    """The columns every page has: release, places with their outlines, periods, indicators, cells, sentences.

    Only the two coarsest levels are shown. ``then``: units that were since split or merged, with their own cells.
    """
    plan, meta = source.plan, source.meta
    parts = {str(name): part for name, part in source.today.groupby("indicator")}
    entries = [_indicator(plan, indicator, source.periods_of[indicator.id]) for indicator in plan.indicators.values()]
    tokens = list(source.period_at)
    return {
        "format": FORMAT,
        "release": meta,
        "start": opening(source),
        "phases": [
            {"id": p.id, "name": both(p.name), "start": str(p.start), "end": str(p.end), "clause": p.clause}
            for p in plan.campaign.phases
        ],
        "days": _days(plan),
        "kinds": [
            {
                "id": kind.id,
                "name": both(kind.name),
                "clause": kind.clause,
                "indicators": [i.id for i in plan.indicators.values() if i.kind == kind.id],
            }
            for kind in plan.campaign.kinds
        ],
        "indicators": entries,
        "places": [
            {
                **_named(plan, code),
                "label": {lang: plan.places.label(code, lang) for lang in text.LANGUAGES},
                "schematic": bool(schematic),
                **outline(shape, plan.map.kind == "shapes"),
            }
            for code, schematic, shape in zip(
                source.places, source.shapes["schematic"], source.shapes["geometry"], strict=True
            )
        ],
        "root": _named(plan, plan.places.root),
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
            for p in source.shown
        ],
        "cells": [
            pack_cells(_records(parts.get(e["id"])), e["at"], len(source.places), e["decimals"]) for e in entries
        ],
        "then": _then(source, entries),
        "comparisons": findings.comparisons(source),
        "verdicts": findings.verdicts(source),
        "sentences": _sentences(source.found["sentences"], list(plan.indicators), tokens),
    }


def _named(plan: Plan, code: str) -> dict[str, Any]:
    return {"code": code, "name": {lang: plan.places.name(code, lang) for lang in text.LANGUAGES}}


def _then(source: Source, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Units as they were: what they are now (``heirs``, indexes of places) and their cells, packed like the others."""
    lineage = source.found["lineage"]
    gone = [str(code) for code in lineage["place"].drop_duplicates()]
    heirs = {code: [source.place_at[h] for h in lineage.loc[lineage["place"] == code, "heir"] if h in source.place_at]
             for code in gone}  # fmt: skip
    units = [code for code in gone if heirs[code]]
    at = {code: i for i, code in enumerate(units)}
    rows = source.cells[(source.cells["boundaries"] == THEN) & source.cells["place"].isin(units)]
    rows = rows.assign(at_place=rows["place"].map(at), at_period=rows["period"].map(source.period_at)).dropna(
        subset="at_period"
    )
    parts = {str(name): part for name, part in rows.groupby("indicator")}
    return {
        "units": [{**_named(source.plan, code), "heirs": heirs[code]} for code in units],
        "cells": [
            pack_cells(_records(parts.get(e["id"])), e["at"], len(units), e["decimals"]) if e["id"] in parts else None
            for e in entries
        ],
    }


def _records(part: pd.DataFrame | None) -> list[dict[str, Any]]:
    if part is None:
        return []
    kept = part[_KEPT].assign(place=part["at_place"], period=part["at_period"])
    return [{str(k): v for k, v in row.items()} for row in kept.to_dict("records")]


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


def both(words: Words) -> dict[str, str]:
    """A text of the plan in both languages."""
    return {"zh": words.zh, "en": words.en}


def _days(plan: Plan) -> list[dict[str, Any]]:
    years = range(plan.campaign.monitoring.start.year, plan.campaign.monitoring.end.year + 1)
    return [
        {"name": both(named.name), "dates": [str(named.on(year)) for year in years]}
        for named in plan.campaign.named_days
    ]


def _indicator(plan: Plan, indicator: Indicator, periods: list[int]) -> dict[str, Any]:
    lead = plan.campaign.department(indicator.lead).name if indicator.lead else None
    return {
        "id": indicator.id,
        "code": indicator.code,
        "name": both(indicator.name),
        "unit": both(indicator.unit),
        "definition": both(indicator.definition),
        "calculation": both(indicator.calculation),
        "notes": both(indicator.notes),
        "source": both(indicator.source),
        "direction": indicator.direction,
        "kind": indicator.kind,
        "clause": indicator.clause or "",
        "lead": both(lead) if lead else None,
        "decimals": 0 if indicator.plain else indicator.decimals,
        "factor": indicator.factor,
        "plain": indicator.plain,
        "method": indicator.interval,
        "sensitive": indicator.sensitive,
        "at": periods,
    }


def opening(source: Source, *, whole_year: bool = False) -> dict[str, str]:
    """What pages open with: the indicator the plan names, else the first rate with a target; its latest figure, of a
    quarter if there is one: a month is mostly chance. ``whole_year``: the last year that is over instead, for pages
    that set many indicators side by side.
    """
    plan, cells = source.plan, source.today
    whole = cells[(cells["level"] == plan.places.levels[0]) & (cells["state"] == "value")]
    ranked = whole[whole["target"].notna()] if whole["target"].notna().any() else whole
    if not len(ranked):
        first = cells.iloc[0]
        return {"indicator": str(first["indicator"]), "period": str(first["period"])}
    order = {name: i for i, name in enumerate(plan.indicators)}
    named = plan.campaign.opens_with
    if named not in set(ranked["indicator"]):
        named = min(ranked["indicator"].unique(), key=lambda n: (plan.indicators[n].plain, order[n]))
    mine = ranked[ranked["indicator"] == named].sort_values("end", kind="stable")
    longer = mine[[token.count("-") == 0 or token[5] in "QH" for token in mine["period"]]]
    mine = longer if len(longer) else mine
    latest = mine[mine["end"] == mine["end"].iloc[-1]]
    by_length = latest.assign(days=(pd.to_datetime(latest["end"]) - pd.to_datetime(latest["start"])).dt.days)
    period = str(by_length.sort_values("days", kind="stable")["period"].iloc[0])
    years = [p.token for p in source.shown if p.level == "year" and p.end <= day(source.meta["as_of"])]
    return {"indicator": str(named), "period": years[0] if whole_year and years else period}
