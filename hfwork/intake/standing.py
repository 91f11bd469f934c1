"""How a code stands on a report's day: valid, of another year, divided, gone, or not there yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from hfwork.plan.places import ONE_TO_ONE, Places

OTHER_YEAR, SPLIT, MERGED, DISSOLVED, NOT_YET = "other_year", "split", "merged", "dissolved", "not_yet"


@dataclass(frozen=True)
class Standing:
    """``code``: the one to go on with; ``verdict``: empty when it may be used as it is; ``said``: what became of it."""

    code: str
    verdict: str = ""
    said: str = ""


@lru_cache(maxsize=65_536)
def standing(places: Places, code: str, on: dt.date) -> Standing:
    """A known code as of the last day a report covers.

    A unit with one counterpart then is taken as that; inside the bracket of a change either code is right. A
    reused code is the unit valid on the day.
    """
    now = places.current(code, on)
    if now == code and is_valid(places, code, on):
        return Standing(code)
    in_doubt = any(start <= on <= end for start, end in _brackets(places, code))
    if now != code:
        name = places.name(now, on=on)
        return Standing(now) if in_doubt else Standing(now, OTHER_YEAR, f"{code} → {now} {name}")
    if in_doubt:
        return Standing(code)
    first, last = oldest(code, places), newest(code, places)
    if _begins(places, first) > on:
        return Standing(first, NOT_YET, _origin(places, code, first))
    edges = _from(places, last)
    kinds = {str(kind) for kind in edges["kind"]}
    verdict = SPLIT if "split" in kinds else MERGED if "merge" in kinds else DISSOLVED
    return Standing(last, verdict, _fate(places, code, last, edges))


def is_valid(places: Places, code: str, on: dt.date) -> bool:
    """True for a unit of any level, functional areas included, on a day it was valid."""
    return any(start <= on < end for start, end in _validity(places)[code])


@lru_cache(maxsize=8)
def _validity(places: Places) -> dict[str, list[tuple[dt.date, dt.date]]]:
    """Code → first day and first day no longer, oldest first."""
    found: dict[str, list[tuple[dt.date, dt.date]]] = {}
    frame = places.frame
    starts, ends = frame["valid_from"].dt.date, frame["valid_to"].dt.date
    for code, start, end in zip(frame["code"], starts, ends, strict=True):
        stretch = (dt.date.min if pd.isna(start) else start, dt.date.max if pd.isna(end) else end)
        found.setdefault(code, []).append(stretch)
    return {code: sorted(stretches) for code, stretches in found.items()}


def valid_day(places: Places, code: str, on: dt.date) -> dt.date:
    """The day nearest to ``on`` on which a unit was valid: ``on`` itself, its first day or its last."""
    if is_valid(places, code, on):
        return on
    begins = _begins(places, code)
    return begins if begins > on else _ends(places, code) - dt.timedelta(days=1)


def newest(code: str, places: Places) -> str:
    """The newest code of a unit, so that 北淮淀乡 and 北淮淀镇 are one sender."""
    return _end_of(code, _steps(places)[0])


def oldest(code: str, places: Places) -> str:
    """The oldest code of a unit."""
    return _end_of(code, _steps(places)[1])


def parts_of(unit: str, places: Places) -> frozenset[str]:
    """The units (newest codes) a unit was divided into, or was made of; empty for all others."""
    return _parts(places).get(unit, frozenset())


def wholes_of(unit: str, places: Places) -> frozenset[str]:
    """The units (newest codes) that this one was a part of, or became a part of."""
    return frozenset(whole for whole, parts in _parts(places).items() if unit in parts)


def uncovered(places: Places, expected: Iterable[str], there: frozenset[str]) -> list[str]:
    """The expected units that are not among ``there`` (newest codes), neither whole nor by all their parts.

    Of a unit that came in parts, the parts that did not.
    """
    missing: list[str] = []
    for code in expected:
        unit = newest(code, places)
        parts = parts_of(unit, places)
        if parts & there:
            missing += sorted(parts - there)
        elif unit not in there and not wholes_of(unit, places) & there:
            missing.append(code)
    return missing


@lru_cache(maxsize=8)
def _parts(places: Places) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for old, new, kind in places.changes[["from_code", "to_code", "kind"]].itertuples(index=False):
        if kind in ("split", "merge"):
            whole, part = (old, new) if kind == "split" else (new, old)
            found.setdefault(newest(whole, places), set()).add(newest(part, places))
    return {whole: frozenset(parts) for whole, parts in found.items()}


@lru_cache(maxsize=8)
def _steps(places: Places) -> tuple[dict[str, str], dict[str, str]]:
    """One-to-one changes forward and backward."""
    changes = places.changes
    edges = changes[changes["kind"].isin(ONE_TO_ONE) & (changes["to_code"] != changes["from_code"])]
    edges = edges[(edges["to_code"] != "") & ~edges["from_code"].duplicated(keep=False)]
    edges = edges[~edges["to_code"].duplicated(keep=False)]
    return (
        dict(zip(edges["from_code"], edges["to_code"], strict=True)),
        dict(zip(edges["to_code"], edges["from_code"], strict=True)),
    )


def _end_of(code: str, steps: dict[str, str]) -> str:
    seen = {code}
    while (other := steps.get(code)) and other not in seen:
        seen.add(code := other)
    return code


@lru_cache(maxsize=4_096)
def _brackets(places: Places, code: str) -> list[tuple[dt.date, dt.date]]:
    """The stretches of days in which it is not known whether a code held yet or still.

    A unit that is new in a list without an edge came between the same two lists as that list's other changes.
    """
    changes = places.changes
    moved = changes["from_code"] != changes["to_code"]
    mine = changes[moved & ((changes["from_code"] == code) | (changes["to_code"] == code))]
    if not (mine["to_code"] == code).any():
        starts = places.frame.loc[places.frame["code"] == code, "valid_from"].min()
        mine = pd.concat([mine, changes[changes["earliest"].notna() & (changes["latest"] == starts)]])
    return [
        (latest.date() if pd.isna(earliest) else earliest.date(), latest.date())
        for earliest, latest in zip(mine["earliest"], mine["latest"], strict=True)
    ]


def _begins(places: Places, code: str) -> dt.date:
    return _validity(places)[code][0][0]


def _ends(places: Places, code: str) -> dt.date:
    return _validity(places)[code][-1][1]


def _from(places: Places, code: str) -> pd.DataFrame:
    """The edges that ended a unit: where it was divided, joined or dissolved."""
    changes = places.changes
    return changes[(changes["from_code"] == code) & (changes["to_code"] != code)]


def _fate(places: Places, code: str, last: str, edges: pd.DataFrame) -> str:
    """「120117100000 芦台镇 → 120117001000 芦台街道、120117002000 桥北街道（2019-10-31～2020-06-30）」."""
    names = "、".join(f"{other} {places.name(other)}" for other in edges["to_code"] if other)
    became = f" → {names}" if names else ""
    return f"{code} {places.name(last)}{became}{_span(edges) or f'（～{_ends(places, last)}）'}"


def _origin(places: Places, code: str, first: str) -> str:
    """「120117001000 芦台街道 ← 120117100000 芦台镇（2019-10-31～2020-06-30）」."""
    changes = places.changes
    edges = changes[(changes["to_code"] == first) & (changes["from_code"] != first)]
    names = "、".join(f"{other} {places.name(other)}" for other in edges["from_code"])
    came = f" ← {names}" if names else ""
    return f"{code} {places.name(code)}{came}{_span(edges) or f'（{_begins(places, first)}～）'}"


def _span(edges: pd.DataFrame) -> str:
    days = [day for day in (edges["earliest"].min(), edges["latest"].max()) if pd.notna(day)]
    return f"（{'～'.join(f'{day:%Y-%m-%d}' for day in days)}）" if days else ""
