"""Two releases of one larger district, grown from the small one: more units, an earlier and a later day, a split.

Decks are tried on them: between the two every figure differs, a unit is split in two, periods pass, cells are withheld.
In the columns of a withheld cell stands ``SECRET`` – a release never has a number there – so that one that leaks shows.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hfwork.release.bundle import MANIFEST, SHARED

SECRET = 98765.4
SPLIT = {"120117999002": ("120117999003", "120117999004")}  # unit of the earlier release → units of the later
_NAMES = {
    "120117999001": ("示例甲镇", "Sample Alpha"),
    "120117999002": ("示例乙镇", "Sample Beta"),
    "120117999003": ("示例乙东街道", "Sample Beta East"),
    "120117999004": ("示例乙西街道", "Sample Beta West"),
}
_UNFINISHED = ("partial_period", "incomplete_returns")


@dataclass(frozen=True)
class Grown:
    """What one of the two releases is like."""

    identity: str
    as_of: str
    units: tuple[str, ...]
    seed: int
    span: tuple[float, float]  # what the counts are multiplied by


EARLIER = Grown("aaaa2018033100aa", "2018-03-31", ("120117999001", "120117999002"), 1, (0.72, 0.97))
LATER = Grown("bbbb2018063000bb", "2018-06-30", ("120117999001", "120117999003", "120117999004"), 2, (0.85, 1.12))


def grow(source: Path, folder: Path, grown: Grown) -> Path:
    """Write the release into ``folder`` and return its place."""
    target = folder / grown.identity
    shutil.copytree(source, target)
    rng = np.random.default_rng(grown.seed)
    pages = target / "pages"
    shared, own = (json.loads((pages / f"{name}.json").read_text("utf-8")) for name in (SHARED, "overview"))
    held = {key: page for page in (shared, own) for key in page}
    cells = _cells(source, grown, rng, {p["token"]: p for p in held["periods"]["periods"]})
    _findings(source, target, grown, rng, cells)
    places = held["places"]["places"]
    pattern = places[0]
    for at, code in enumerate(grown.units, 1):
        places.append(_place(pattern, code, at))
    root = cells[(cells["place"] == held["root"]["root"]["code"])]
    held["standing"]["standing"] = _standing(root, list(held["periods"]["periods"]))
    held["changes"]["changes"] = _changes(root, held["periods"]["periods"], held["standing"]["standing"], rng)
    own["attention"] = _attention(own["attention"], held["standing"]["standing"], held["periods"]["periods"])
    for name, page in ((SHARED, shared), ("overview", own)):
        _write(pages / f"{name}.json", page)
    meta = json.loads((target / MANIFEST).read_text("utf-8"))
    _write(target / MANIFEST, meta | {"id": grown.identity, "as_of": grown.as_of})
    return target


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def _place(pattern: dict[str, Any], code: str, at: int) -> dict[str, Any]:
    zh, en = _NAMES[code]
    made = copy.deepcopy(pattern) | {"code": code, "name": {"zh": zh, "en": en}, "label": {"zh": zh, "en": en}}
    return made | {"x": [x + 1.1 * at for x in pattern["x"]], "cx": pattern["cx"] + 1.1 * at}


def _cells(source: Path, grown: Grown, rng: np.random.Generator, periods: dict[str, Any]) -> pd.DataFrame:
    rows = pd.read_parquet(source / "cells.parquet")
    district, town = rows["level"].unique()[:2] if rows["level"].iloc[0] == "district" else ("district", "township")
    two = rows[rows["level"].isin([district, town])]
    pattern = two[two["place"] == two.loc[two["level"] == town, "place"].iloc[0]]
    made = pd.concat([two, *(pattern.assign(place=code) for code in grown.units)], ignore_index=True)
    made = made[made["end"].astype(str) <= grown.as_of].reset_index(drop=True)
    made["boundaries"] = grown.as_of
    before = made["numerator"].copy()
    factor = rng.uniform(*grown.span, len(made))
    made["numerator"] = np.maximum((before * factor).round(), 1).where(before > 0, before)
    made["numerator"] = made[["numerator", "denominator"]].min(axis=1).where(before.notna())
    ratio = (made["numerator"] / before).where(before > 0, 1)
    for column in ("value", "lower95", "upper95", "lower998", "upper998"):
        made[column] = made[column] * ratio
    own = made["value"] / made["target"]
    judged = made["target"].notna() & (made["state"] == "value")
    made.loc[judged, "status"] = np.select([own >= 1, own >= 0.9], ["met", "near"], "behind")[judged]
    towns = made["level"] == town
    for state, share in (("suppressed", 0.06), ("unstable", 0.04), ("missing", 0.04)):
        hit = towns & (made["state"] == "value") & (rng.random(len(made)) < share)
        made.loc[hit, "state"] = state
        made.loc[hit, "status"] = "none"
        if state == "missing":
            made.loc[hit, ["numerator", "denominator", "value"]] = np.nan
    made.loc[made["state"] == "suppressed", ["numerator", "denominator", "value"]] = SECRET
    made.loc[made["state"] == "unstable", "value"] = SECRET
    return made


def _receipt(row: tuple[str, ...]) -> str:
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    drawn = [letters[byte % 32] for byte in hashlib.sha256("|".join(row).encode()).digest()]
    return f"HF-{''.join(drawn[:4])}-{''.join(drawn[4:8])}-{drawn[8]}"


def _findings(source: Path, target: Path, grown: Grown, rng: np.random.Generator, cells: pd.DataFrame) -> None:
    cells.to_parquet(target / "cells.parquet")
    keys = cells[["indicator", "period", "place"]].itertuples(index=False)
    receipts = [_receipt((grown.identity, *map(str, key))) for key in keys]
    found = target / "findings"
    pd.DataFrame({"receipt": receipts}).to_parquet(found / "receipts.parquet")
    compared = pd.read_parquet(found / "comparisons.parquet")
    kind = compared[compared["place"] == compared["place"].iloc[-1]]
    every = [compared, *(kind.assign(place=code) for code in grown.units)]
    compared = pd.concat(every, ignore_index=True)
    compared["rest"] = rng.choice(["better", "worse", "similar", "none"], len(compared))
    compared.to_parquet(found / "comparisons.parquet")
    for name, columns in (("sentences", ("zh1", "zh2", "en1", "en2")), ("verdicts", ("zh", "en"))):
        table = pd.read_parquet(found / f"{name}.parquet")
        for column in columns:
            table[column] = [_other(said, grown.seed) for said in table[column]]
        table.to_parquet(found / f"{name}.parquet")
    courses = pd.read_parquet(found / "courses.parquet")
    for column in ("centre", "lower", "upper"):
        courses[column] = courses[column] * (0.8 + grown.seed / 50)
    courses.to_parquet(found / "courses.parquet")
    returns = pd.read_parquet(found / "completeness.parquet")
    returns["reported"] = (returns["reported"] * (0.9 + grown.seed / 50)).round().astype(int)
    returns.to_parquet(found / "completeness.parquet")


def _other(said: str, seed: int) -> str:
    """The sentence with other figures: the release's day is in the rest of it."""
    return re.sub(r"(\d+\.\d)(?=%)", lambda m: f"{float(m[1]) * (1 - seed / 100):.1f}", str(said))


def _standing(root: pd.DataFrame, periods: list[dict[str, Any]]) -> dict[str, int]:
    """Indicator → place of its latest complete period in the list."""
    order = {p["token"]: at for at, p in enumerate(periods)}
    good = root[(root["state"] == "value") & ~root["reason"].isin(_UNFINISHED)]
    good = good[good["period"].isin([p["token"] for p in periods if p["level"] != "phase"])]
    found: dict[str, int] = {}
    for name, period in zip(good["indicator"], good["period"], strict=True):
        found[name] = min(found.get(name, order[period]), order[period])
    return found


def _changes(root: pd.DataFrame, periods: list[dict[str, Any]], standing: dict[str, int], rng: Any) -> dict[str, Any]:
    values = {(i, p): v for i, p, v in root[["indicator", "period", "value"]].itertuples(index=False)}
    latest = []
    for at, (name, place) in enumerate(standing.items()):
        if at % 4 == 3:
            continue
        token = periods[place]["token"]
        new = values[name, token]
        before = next((p["token"] for p in periods[place + 1 :] if (name, p["token"]) in values), "2016")
        old = float(new * rng.uniform(0.8, 1.2))
        row = {"indicator": name, "period": token, "old_period": before, "new": float(new), "old": old}
        latest.append(row | {"intervals": ("apart", "overlap", "apart")[at % 3]})
    return {"id": "f" * 16, "as_of": "2017-12-31", "latest": latest, "counts": {"revised": int(rng.integers(1, 9))}}


def _attention(rows: list[dict[str, Any]], standing: dict[str, int], periods: list[dict[str, Any]]) -> list[Any]:
    known = [row for row in rows if row["indicator"] in standing]
    return [row | {"period": periods[standing[row["indicator"]]]["token"]} for row in known]
