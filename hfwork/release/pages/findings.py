"""Findings as short strings for pages: comparisons, verdicts, smoothed figures, control limits, funnels, gaps.

``template/static/findings.js`` reads the same in the browser.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from hfwork.judge import funnel
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.indicators import Indicator
from hfwork.release.packing import pack, units_of
from hfwork.release.pages.source import Source
from hfwork.release.verdicts import kind_of

_COMPARED = ["against_target", "rest", "peers", "funnel", "before"]
_CURVES = (("low998", 0, 0.998), ("high998", 1, 0.998), ("low95", 0, 0.95), ("high95", 1, 0.95))
_SIZES = 16  # points of a funnel's curve; sizes grow by equal ratios
_LINES = ("value", "centre", "lower", "upper")
_NONE, _INFINITE, _FIRST = 0, 1, 2


def signed(value: Any, decimals: int) -> int:
    """A number that may be negative, missing or infinite as a whole number from 0, rounded to ``decimals``."""
    if value is None or math.isnan(value):
        return _NONE
    if math.isinf(value):
        return _INFINITE
    whole = units_of(float(value), decimals)
    return _FIRST + (2 * whole if whole >= 0 else -2 * whole - 1)


def comparisons(source: Source) -> dict[str, Any]:
    """How each figure compares: per indicator a mark for each cell (place by place, period by period).

    ``marks``: the codes against target, the rest of the district, peers, the funnel, and the year before.
    """
    rows = source.numbered(source.found["comparisons"])
    marks: dict[tuple[str, ...], int] = {}
    blocks: list[str] = []
    parts = {str(name): part for name, part in rows.groupby("indicator")}
    for name in source.plan.indicators:
        if name not in parts:
            blocks.append("")
            continue
        part = parts[name]
        columns = (part["at_place"], part["at_period"], *(part[code] for code in _COMPARED))
        at = {(place, period): tuple(map(str, codes)) for place, period, *codes in zip(*columns, strict=True)}
        found = []
        for place in range(-1, len(source.places)):
            for period in source.periods_of[name]:
                codes = at.get((place, period))
                found.append(0 if codes is None else marks.setdefault(codes, len(marks) + 1))
        blocks.append(pack(found))
    return {"marks": [list(mark) for mark in marks], "mark": blocks}


def verdicts(source: Source) -> dict[str, Any]:
    """Verdicts on the latest complete figures: ``rows`` of indicator, place + 1, period, mark, points, lower, upper, p.

    ``marks``: code, test, reason, rule. Limits are rounded as their sentence prints them (``release.verdicts``).
    """
    marks: dict[tuple[str, ...], int] = {}
    rows: list[int] = []
    for row in source.numbered(source.found["verdicts"]).to_dict("records"):
        mark = tuple(str(row[name] or "") for name in ("code", "test", "reason", "rule"))
        scale, decimals = (100, 1) if row["test"] == "newcombe" else (1, 2)
        limits = [signed(row[name] * scale, decimals) for name in ("lower", "upper")]
        rows += [source.indicator_at[row["indicator"]], row["at_place"] + 1, row["at_period"],
                 marks.setdefault(mark, len(marks)), int(row["points"]), *limits, signed(row["p"], 3)]  # fmt: skip
    return {"marks": [list(mark) for mark in marks], "rows": pack(rows)}


def smoothed(source: Source) -> list[str]:
    """Per indicator: place, period, the smoothed figure (its decimals), how much it keeps of its own (%)."""
    made: dict[str, list[int]] = {name: [] for name in source.plan.indicators}
    for row in source.numbered(source.found["smoothed"]).to_dict("records"):
        decimals = source.plan.indicators[row["indicator"]].decimals
        if not math.isnan(row["smooth"]):
            weight = 0 if math.isnan(row["weight"]) else round(row["weight"] * 100)
            made[row["indicator"]] += [row["at_place"], row["at_period"], signed(row["smooth"], decimals), weight]
    return [pack(rows) for rows in made.values()]


def courses(source: Source) -> list[dict[str, Any] | None]:
    """Per indicator the periods of its control charts (all of them, also months a page else leaves out) and, per
    place, ``value centre lower upper`` for each period and a mark: rule, side, whether the figure will still move.

    One decimal more than the indicator prints.
    """
    found = source.found["courses"]
    made: list[dict[str, Any] | None] = []
    dates = {p.token: p for p in source.periods}
    parts = {str(name): part for name, part in found[found["place"].isin(source.place_at)].groupby("indicator")}
    figures = source.cells[source.cells["boundaries"] == source.meta["as_of"]]
    own_cells = {str(name): part for name, part in figures[figures["indicator"].isin(parts)].groupby("indicator")}
    for name, indicator in source.plan.indicators.items():
        if name not in parts:
            made.append(None)
            continue
        limits = parts[name].set_index(["place", "period"])
        level = dates[str(parts[name]["period"].iloc[0])].level
        tokens = [p.token for p in source.periods if p.level == level]
        cells = own_cells[name].set_index(["place", "period"])
        made.append(_course(source, indicator, limits, cells, tokens))
    return made


def _course(
    source: Source, indicator: Indicator, limits: pd.DataFrame, cells: pd.DataFrame, tokens: list[str]
) -> dict[str, Any]:
    decimals = (0 if indicator.plain else indicator.decimals) + 1
    marks: dict[tuple[str, int, int], int] = {}
    rows: dict[str, str] = {}
    charts: dict[str, str] = {}
    for code in dict.fromkeys(limits.index.get_level_values("place")):
        own, figures = limits.loc[code], cells.loc[code].reindex(tokens)
        lines = own.reindex(tokens)
        waiting = figures["reason"].isin(UNFINISHED)
        packed = []
        for value, centre, lower, upper, rule, side, moves in zip(
            figures["value"], *(lines[name] for name in _LINES[1:]), lines["rule"].fillna(""),
            lines["side"].fillna(0), waiting, strict=True):  # fmt: skip
            packed += [signed(number, decimals) for number in (value, centre, lower, upper)]
            packed.append(marks.setdefault((str(rule), int(side), int(moves)), len(marks)))
        place = str(source.place_at[str(code)])
        rows[place], charts[place] = pack(packed), str(own["chart"].iloc[0])
    return {"periods": tokens, "decimals": decimals, "marks": [list(m) for m in marks], "rows": rows, "charts": charts}


def funnels(source: Source) -> list[dict[str, list[Any]]]:
    """Per indicator, by period index: why there is no funnel, or the sizes it spans and four curves over them.

    Curves at sizes growing by equal ratios, one decimal more than the indicator prints.
    """
    fits = source.found["funnel"]
    fits = fits[fits["period"].isin(source.period_at)]
    today = source.today
    whole = today[today["at_place"] == -1].set_index(["indicator", "period"])["value"]
    units = today[(today["at_place"] >= 0) & today["value"].notna()]
    parts = {key: part for key, part in units.groupby(["indicator", "period"])["denominator"]}
    made: list[dict[str, list[Any]]] = []
    for name, own in _by_indicator(source, fits):
        indicator, rows = source.plan.indicators[name], {}
        for row in own.to_dict("records") if own is not None else []:
            at, key = str(source.period_at[row["period"]]), (name, row["period"])
            if row["reason"] or key not in parts:
                rows[at] = [row["reason"] or "too_few_units"]
                continue
            sizes = parts[key]
            low, high = max(1.0, float(sizes.min()) * 0.5), float(sizes.max()) * 1.05
            rows[at] = ["", round(low), round(high), _curves(indicator, round(low), round(high), float(whole[key]))]
        made.append(rows)
    return made


def _curves(indicator: Indicator, low: int, high: int, whole: float) -> str:
    sizes = np.geomspace(low, high, _SIZES)
    of, decimals = whole / indicator.factor, indicator.decimals + 1
    limits = {
        confidence: funnel.proportion_limits(sizes, of, confidence)
        if kind_of(indicator) == "proportion"
        else funnel.rate_limits(sizes, of, 1, confidence)
        for confidence in (0.998, 0.95)
    }
    return pack(
        signed(v * indicator.factor, decimals)
        for _, side, level in _CURVES
        for v in np.asarray(limits[level][side], dtype=float)
    )


def inequality(source: Source) -> dict[str, Any]:
    """Measures of how unequal the units are: ``rows`` per indicator of period, mark, estimate, lower, upper (two
    decimals); ``marks``: measure and why there is none.
    """
    rows_of = source.found["inequality"]
    rows_of = rows_of[rows_of["period"].isin(source.period_at)]
    marks: dict[tuple[str, str], int] = {}
    made = []
    for _, own in _by_indicator(source, rows_of):
        rows: list[int] = []
        for row in own.to_dict("records") if own is not None else []:
            mark = marks.setdefault((str(row["measure"]), str(row["reason"] or "")), len(marks))
            numbers = [signed(row[name], 2) for name in ("estimate", "lower95", "upper95")]
            rows += [source.period_at[row["period"]], mark, *numbers]
        made.append(pack(rows))
    return {"marks": [list(mark) for mark in marks], "rows": made}


def _by_indicator(source: Source, rows: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame | None]]:
    parts = {str(name): part for name, part in rows.groupby("indicator")}
    for name in source.plan.indicators:
        yield name, parts.get(name)
