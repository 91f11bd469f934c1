"""A small invented page 总览 with every state, and a release folder that holds it."""

from __future__ import annotations

import json
from math import cos, pi, sin, sqrt
from pathlib import Path
from typing import Any

from hfwork import text
from hfwork.plan.periods import Period, calendar_periods, parse
from hfwork.release import receipts
from hfwork.release.packing import pack, pack_cells

# code, names, place on the map; 岳龙镇 has no return in June and the second quarter of 2018
TOWNS = [
    ("120117100", "芦台镇", "Lutai", 4.5, -2.598),
    ("120117102", "宁河镇", "Ninghe", 2.5, -0.866),
    ("120117104", "丰台镇", "Fengtai", 3.0, 0.0),
    ("120117105", "岳龙镇", "Yuelong", 4.0, 0.0),
    ("120117106", "板桥镇", "Banqiao", 3.5, -0.866),
    ("120117109", "造甲城镇", "Zaojiacheng", 1.0, -3.464),
    ("120117111", "大北涧沽镇", "Dabeijiangu", 3.5, -2.598),
    ("120117112", "东棘坨镇", "Dongjituo", 2.0, -1.732),
]
UNREPORTED, UNSTABLE, ABSENT, SHARED = 3, 2, 7, 0  # SHARED: counts of 2017 are shared out by weight
KINDS = [("civility", "文明家庭", "Civility"), ("health", "健康家庭", "Health"), ("birth", "优生家庭", "Healthy birth")]
# id, kind, names, unit, target, the usual share or monthly count, whether small numbers are hidden
INDICATORS: list[tuple[str, str, str, str, str, float | None, float, bool]] = [
    ("lecture_sessions", "civility", "讲座场次", "Lectures held", "场", None, 6, False),
    ("lecture_reach", "civility", "讲座覆盖率", "Families reached", "%", 60, 0.57, False),
    ("record_coverage", "health", "健康档案建档率", "Health records", "%", 80, 0.79, False),
    ("doctor_coverage", "health", "家庭医生签约率", "Contracted doctors", "%", 45, 0.43, False),
    ("check_coverage", "birth", "孕前检查覆盖率", "Preconception checks", "%", 85, 0.83, False),
    ("high_risk_share", "birth", "孕前高风险比例", "High-risk share", "%", None, 0.12, False),
    ("risk_followed", "birth", "高风险随访率", "High risk followed up", "%", 90, 0.7, True),
]
COARSE = {"high_risk_share"}  # published for the district by year only
PHASES = [
    ("P1", "组织发动", "Launch", "2016-06-01", "2016-06-30"),
    ("P2", "全面推进", "Roll-out", "2016-06-01", "2019-12-31"),
    ("P3", "总结验收", "Review", "2019-10-01", "2019-12-31"),
]
# What the page has for itself; a made release has more, and spreads it over more pages.
OWN: dict[str, Any] = {
    "page": "overview",
    "title": {"zh": "总览", "en": "Overview"},
    "question": {"zh": "全区走到哪一步？", "en": "Where do we stand?"},
    "layout": [["lead"], ["kinds"], ["map", "trend"], ["timeline"], ["table"]],
    "selectors": ["indicator", "period", "place"],
}
NAMES = ["value", "numerator", "denominator", "lower95", "upper95", "target", "state", "status", "reason", "grade"]


def both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _place(code: str, zh: str, en: str, x: float, y: float) -> dict[str, Any]:
    corners, side = [pi / 6 + pi / 3 * k for k in range(7)], 0.93 / sqrt(3)
    return {
        "code": code,
        "name": both(zh, en),
        "label": both(zh if len(zh) < 5 else zh[:-1], en),
        "cx": x,
        "cy": y,
        "x": [round(x + side * cos(a), 3) for a in corners],
        "y": [round(y + side * sin(a), 3) for a in corners],
        "schematic": zh == "岳龙镇",
    }


def _cell(indicator: int, place: int, period: Period) -> list[Any]:
    """Values of NAMES, made up but always the same; place −1 is the district."""
    *_, target, usual, hides = INDICATORS[indicator]
    wave = ((indicator * 37 + place * 61 + sum(map(ord, period.token)) * 13) % 97) / 97
    scale = len(TOWNS) if place < 0 else 1
    if place == UNREPORTED and period.token in ("2018-06", "2018-Q2"):
        return [None] * 5 + [target, "missing", "none", "returns_missing", "D"]
    if hides and place == ABSENT:
        return [None] * 5 + [None, "not_applicable", "none", "no_place", ""]
    if hides and place >= 0 and place != UNSTABLE and wave < 0.5:
        return [None] * 5 + [None, "suppressed", "none", ("below_threshold", "complementary")[place % 2], "B"]
    if usual >= 1:
        count = round((usual + 9 * wave) * scale)
        return [count, count, None, None, None, None, "value", "none", "", "B"]
    total = round((280 + 400 * wave) * scale)
    part = round(total * (usual + (wave - 0.5) * 0.28 / (1 if place >= 0 else 5)))
    value = round(100 * part / total, 4)
    if hides and place == UNSTABLE:
        return [None, part, total, None, None, target, "unstable", "none", "too_wide", "C"]
    half = 196 * sqrt(part / total * (1 - part / total) / total)
    status = "none" if target is None else "met" if value >= target else "near" if value >= 0.9 * target else "behind"
    return [value, part, total, round(value - half, 2), round(value + half, 2), target, "value", status, "", "A"]


def _indicator(row: int, periods: list[int]) -> dict[str, Any]:
    name, kind, zh, en, unit, _, _, hides = INDICATORS[row]
    rate = unit == "%"
    return {
        "id": name,
        "code": f"X{row + 1:02d}",
        "name": both(zh, en),
        "unit": both(unit, "%" if rate else "events"),
        "definition": both(f"{zh}：符合条件的占应计的比例。", f"{en}: share of those to be counted."),
        "direction": "up",
        "kind": kind,
        "clause": "三（二）2",
        "lead": both("区卫计委", "the health commission"),
        "decimals": 1 if rate else 0,
        "factor": 100 if rate else 1,
        "plain": not rate,
        "method": "wilson" if rate else "none",
        "sensitive": hides,
        "calculation": both("分子÷分母×100%", "Numerator / denominator"),
        "notes": both("示例", "Sample"),
        "source": both("示例表", "Sample file"),
        "at": periods,
    }


def _period(period: Period, as_of: str) -> dict[str, Any]:
    names = {p[0]: both(p[1], p[2]) for p in PHASES}
    made = {lang: text.period(period.token, lang) for lang in text.LANGUAGES}
    ends = {"start": str(period.start), "end": str(period.end), "partial": str(period.end) > as_of}
    return {"token": period.token, "level": period.level, "name": names.get(period.token, made), **ends}


def overview() -> dict[str, Any]:
    """The page as a release would hold it, without what this room adds."""
    phases = {p[0]: (parse(p[3][:7]).start, parse(p[4][:7]).end) for p in PHASES}
    periods = calendar_periods(
        parse("2016-06").start, parse("2018-06").end, ["month", "quarter", "year", "phase"], phases
    )
    order = ["phase", "year", "quarter", "month"]
    periods = [p for p in periods if p.level != "month" or p.token >= "2017-06"]
    periods.sort(key=lambda p: (order.index(p.level), -p.start.toordinal()))
    blocks, said, have = [], list[int](), list[list[int]]()
    forms = (
        [[["rate"]], [["units_unknown", "units", "known"]], [["grade"], ["lead"]]],
        [[["count"]], [["coarse"]], [["grade"], ["stop"]]],
    )
    for i, (name, _, _, _, unit, _, _, hides) in enumerate(INDICATORS):
        levels = (
            ("year",)
            if name in COARSE
            else ("quarter", "year", "phase")
            if hides
            else ("month", "quarter", "year", "phase")
        )
        have.append([j for j, period in enumerate(periods) if period.level in levels])
        rows = []
        for place in range(-1, 0 if name in COARSE else len(TOWNS)):
            for j in have[i]:
                cell = dict(zip(NAMES, _cell(i, place, periods[j]), strict=True))
                shared = place == SHARED and periods[j].token.startswith("2017") and cell["state"] == "value"
                [code] = receipts.issue("fixture", [f"{i} {place} {j}"])
                rows.append({"place": place, "period": j, **cell, "apportioned": shared, "receipt": code,
                             "merge": 2 if cell["state"] == "unstable" else 0})  # fmt: skip
        blocks.append(pack_cells(rows, have[i], len(TOWNS), 1 if unit == "%" else 0))
        for j in have[i]:
            said += [i, j, 0, len(TOWNS), 2] if unit == "%" else [i, j, 1]
    return {
        **OWN,
        "format": 4,
        "release": {
            "id": "5f0c91ab00aa11bb",
            "as_of": "2018-06-30",
            "plan": "ninghe-2016",
            "sample": True,
            "grade": "B",
            "title": both("宁河区创建幸福家庭活动", "Ninghe happy-family campaign"),
            "levels": ["district", "township", "village"],
        },
        "start": {"indicator": "record_coverage", "period": "2018-Q2"},
        "phases": [{"id": p[0], "name": both(p[1], p[2]), "start": p[3], "end": p[4], "clause": "四"} for p in PHASES],
        "days": [{"name": both("世界人口日", "World Population Day"), "dates": ["2017-07-11", "2018-07-11"]}],
        "kinds": [
            {"id": k, "name": both(zh, en), "clause": "三", "indicators": [i[0] for i in INDICATORS if i[1] == k]}
            for k, zh, en in KINDS
        ],
        "indicators": [_indicator(row, have[row]) for row in range(len(INDICATORS))],
        "places": [_place(*town) for town in TOWNS],
        "root": {"code": "120117", "name": both("宁河区", "Ninghe District")},
        "map": {"schematic": True, "note": both("示意图：只表示相对位置。", "Schematic: relative positions only.")},
        "periods": [_period(p, "2018-06-30") for p in periods],
        "cells": blocks,
        "sentences": {"forms": list(forms), "rows": pack(said)},
        "pages": [{name: OWN[name] for name in ("page", "title", "question")}],
        "then": {"units": [], "cells": [None for _ in INDICATORS]},
        "comparisons": {"marks": [], "mark": ["" for _ in INDICATORS]},
        "verdicts": {"marks": [], "rows": ""},
    }


class Fixed:
    """Stands for an opened release that holds one page."""

    def __init__(self, made: dict[str, Any] | None = None) -> None:
        self.made = made or overview()

    def page(self, name: str) -> dict[str, Any]:
        assert name == self.made["page"]
        return self.made


def write_release(folder: Path) -> Path:
    """A release folder with this page, enough for a server."""
    (folder / "pages").mkdir(parents=True)
    made = overview()
    shared = {name: column for name, column in made.items() if name not in OWN}
    for file, columns in (("columns", shared), ("overview", OWN)):
        (folder / "pages" / f"{file}.json").write_text(json.dumps(columns, ensure_ascii=False), "utf-8")
    manifest = {"id": made["release"]["id"], "as_of": made["release"]["as_of"], "inputs": [], "resources": []}
    (folder / "datapackage.json").write_text(json.dumps(manifest), "utf-8")
    return folder
