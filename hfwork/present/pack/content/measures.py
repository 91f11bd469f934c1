"""One indicator in a meeting: its map, and its units beside the target."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hfwork import text
from hfwork.present.maps import SHADES, STATUS, breaks, shade
from hfwork.present.pack.content.opening import listed
from hfwork.present.pack.elements import Plot, Series, Tile, Tiles, Words, element
from hfwork.present.pack.facts import LATEST, Cell, Facts, Gone

# Fill and ink of a unit by its status; the sign beside the figure tells it without colour.
FILLS = {
    "met": ("#007A5E", "#FFFFFF"),
    "near": ("#F2C14E", "#16302F"),
    "behind": ("#C44E00", "#FFFFFF"),
    "none": ("#DDE6E4", "#16302F"),
}
NOTHING = ("#FFFFFF", "#536B69")
_INKS = ("#16302F", "#16302F", "#16302F", "#FFFFFF", "#FFFFFF")
FEW = 30  # units; more leave no room for words on a map or a row each on a slide


def _spread(facts: Facts, indicator: str, basis: str) -> tuple[str, list[Cell]]:
    period = facts.period(indicator, basis)
    return period, facts.units(indicator, period)


@element
def map_title(facts: Facts, indicator: str, basis: str = LATEST) -> Words:
    """The finding of the map: how many units are on target, or between what their figures lie."""
    period, cells = _spread(facts, indicator, basis)
    known = [c for c in cells if c["state"] == "value"]
    own = {"name": facts.name(indicator), "unit": facts.units_noun}
    if not known:
        head = facts.say("pack.head", name=own["name"], period=facts.when(period))
        said = head + facts.say("ui.map_title_none", unit=own["unit"])
    elif any(c["status"] != "none" for c in known):
        counts = {s: sum(c["status"] == s for c in known) for s in ("met", "near", "behind", "none")}
        counts["empty"] = len(cells) - len(known)
        parts = listed(facts, [facts.say(f"ui.map_part.{s}", n=n) for s, n in counts.items() if n])
        said = facts.say("pack.map_title", n=len(cells), parts=parts, **own)
    else:
        low, high = min(c["value"] for c in known), max(c["value"] for c in known)
        percent = facts.indicators[indicator]["unit"]["en"][:1] in "%‰"
        ends = {"low": (facts.with_unit if percent else facts.number)(low, indicator)}
        ends["high"] = facts.with_unit(high, indicator)
        said = facts.say("pack.map_range", n=len(known), **ends, **own)
    return Words((said,), tuple(known))


@element
def map(facts: Facts, indicator: str, basis: str = LATEST) -> Tiles:
    """The units as shapes, coloured by status; by classes of the value where no unit is judged."""
    period, cells = _spread(facts, indicator, basis)
    judged = any(c["status"] != "none" for c in cells)
    plain = facts.indicators[indicator]["plain"]
    written = len(facts.places) <= FEW
    limits = breaks([c["value"] if c["state"] == "value" else None for c in cells], plain)
    tiles = []
    for code, place in facts.places.items():
        cell = facts.cell(indicator, period, code)
        known = cell is not None and cell["state"] == "value"
        fill, ink = FILLS["none"] if known else NOTHING
        if cell and known and judged:
            fill, ink = FILLS[cell["status"]]
        elif cell and known:
            at = shade(cell["value"], limits)
            fill, ink = (SHADES[at], _INKS[at]) if at is not None and at >= 0 else FILLS["none"]
        said = facts.marked(cell)
        alt = f"{facts.place(code)} {facts.figure(cell)} {facts.status(cell)}".strip()
        tiles.append(
            Tile(code, (facts.label(code), said) if written else (), fill, ink, not known,
                 cell["status"] if cell else "none", _rings(place), (place["cx"], place["cy"]), alt)
        )  # fmt: skip
    title = map_title(facts, indicator, basis).lines[0]
    return Tiles(tuple(tiles), facts.say("pack.alt", kind=facts.say("part.map"), title=title), tuple(cells))


def _rings(place: dict[str, Any]) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The outlines of a unit; one of several parts has them parted by None."""
    rings: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(place["x"], place["y"], strict=True):
        if x is None or y is None:
            rings.append([])
        else:
            rings[-1].append((x, y))
    return tuple(tuple(ring) for ring in rings if len(ring) > 2)


@element
def map_key(facts: Facts, indicator: str, basis: str = LATEST) -> Words:
    """What the colours mean, one status a line; nothing where no unit is judged."""
    _, cells = _spread(facts, indicator, basis)
    if not any(c["state"] == "value" and c["status"] != "none" for c in cells):
        return Words((facts.say("pack.shades"),))
    aims = list(dict.fromkeys(c["target"] for c in cells if pd.notna(c["target"])))
    lines = [f"{STATUS[s]['mark']} {facts.say(f'status.{s}')}" for s in STATUS]
    told = facts.say("ui.target", target=facts.with_unit(aims[0], indicator)) if len(aims) == 1 else ""
    return Words((*lines, told or facts.say("pack.own_targets")))


@element
def map_note(facts: Facts, indicator: str, basis: str = LATEST) -> Words:
    """What the signs mean, and that the map is schematic."""
    _spread(facts, indicator, basis)
    note = facts.page["map"].get("note")
    return Words((facts.say("pack.signs"), *([note[facts.lang]] if note else [])))


@element
def said(facts: Facts, indicator: str, basis: str = LATEST) -> Words:
    """The release's three sentences on an indicator: where it stands, how units differ, what it rests on."""
    period = facts.period(indicator, basis)
    found = facts.findings("sentences")
    own = found[(found["indicator"] == indicator) & (found["period"] == period)]
    cell = facts.cell(indicator, period)
    if own.empty or cell is None:
        raise Gone(facts.name(indicator))
    return Words(tuple(str(own[f"{facts.lang}{n}"].iloc[0]) for n in (1, 2, 3)), (cell,))


@element
def source(facts: Facts, indicator: str, basis: str = LATEST, place: str = "") -> Words:
    """The line under a figure: what it shows, as of when, from which release, and the receipt of its whole."""
    period = facts.period(indicator, basis)
    cell = facts.cell(indicator, period, place)
    if cell is None:
        raise Gone(facts.name(indicator))
    said = facts.say(
        "pack.source", name=facts.name(indicator), period=facts.when(period), release=facts.meta["id"][:8],
        place=facts.place(place or facts.root), figure=facts.figure(cell), receipt=cell["receipt"],
        date=facts.date(min(str(cell["end"]), facts.meta["as_of"])),
    )  # fmt: skip
    return Words((said,), (cell,))


@element
def units_title(facts: Facts, indicator: str, basis: str = LATEST) -> Words:
    """How many units are behind their target; without a target, between what their figures lie."""
    _, cells = _spread(facts, indicator, basis)
    known = [c for c in cells if c["state"] == "value"]
    target = _target(facts, cells)
    if not known or not target or any(c["status"] == "none" for c in known):
        return map_title(facts, indicator, basis)
    late, near = ([c for c in known if c["status"] == status] for status in ("behind", "near"))
    said = {"name": facts.name(indicator), "unit": facts.units_noun, "target": target}
    if len(late) == 1:
        return Words((facts.say("pack.units_behind_one", where=facts.place(late[0]["place"]), **said),), tuple(late))
    key = "pack.units_behind" if late else "pack.units_near" if near else "pack.units_met"
    return Words((facts.say(key, n=len(late or near or known), **said),), tuple(late or near or known))


def _target(facts: Facts, cells: list[Cell]) -> str:
    """The target of all these cells as printed; empty where there is none or more than one."""
    found = {facts.with_unit(c["target"], c["indicator"]) for c in cells if pd.notna(c["target"])}
    return found.pop() if len(found) == 1 else ""


@element
def units_note(facts: Facts, indicator: str, basis: str = LATEST) -> Words:
    """How far the units differ from the whole beyond chance, as the release says; that nobody is ranked."""
    return Words((said(facts, indicator, basis).lines[1], facts.say("pack.receipts_noted")))


@element
def units(facts: Facts, indicator: str, basis: str = LATEST) -> Plot:
    """The units' values as columns in official order, coloured by status, the target as a second series."""
    _, cells = _spread(facts, indicator, basis)
    names = tuple(_labelled(facts, c) for c in cells)
    looks = {"met": "met", "near": "near", "behind": "behind", "none": "plain"}
    known = {c["status"] for c in cells if c["state"] == "value"}
    used = [s for s in looks if s != "none" or "none" in known] if known - {"none"} else ["none"]
    decimals = 0 if facts.indicators[indicator]["plain"] else facts.indicators[indicator]["decimals"]
    series = [
        Series(
            _series_name(facts, indicator, s, alone=len(used) == 1),
            tuple(printed(c["value"], decimals) if c["status"] == s and c["state"] == "value" else None for c in cells),
            looks[s],
        )
        for s in used
    ]
    targets = tuple(printed(c["target"], decimals) for c in cells)
    if any(t is not None for t in targets):
        series.append(Series(target_name(facts, cells), targets, "target"))
    title = units_title(facts, indicator, basis).lines[0]
    alt = facts.say("pack.alt", kind=facts.say("part.towns"), title=title)
    return Plot("columns", names, tuple(series), format_of(decimals), is_percent(facts, indicator), alt, tuple(cells))


def _series_name(facts: Facts, indicator: str, status: str, *, alone: bool) -> str:
    if status in STATUS:
        return f"{STATUS[status]['mark']} {facts.say(f'status.{status}')}"
    return facts.name(indicator) if alone else facts.say(f"status.{status}")


def target_name(facts: Facts, cells: list[Cell]) -> str:
    """What the line of a target is called: with its value where all have the same."""
    one = _target(facts, cells)
    return facts.say("ui.target", target=one) if one else facts.say("ui.legend_target")


def _labelled(facts: Facts, cell: Cell) -> str:
    """A unit's label, under it the sign of its status or of why it has no column."""
    label = facts.label(cell["place"])
    if cell["state"] != "value":
        return f"{label}\n{facts.figure(cell)}"
    return f"{label}\n{STATUS[cell['status']]['mark']}" if cell["status"] in STATUS else label


def is_percent(facts: Facts, indicator: str) -> bool:
    """Whether an indicator is a share of a hundred."""
    return bool(facts.indicators[indicator]["unit"]["en"].startswith("%"))


def format_of(decimals: int) -> str:
    """The format of numbers in a chart and the workbook in it."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def printed(value: Any, decimals: int) -> float | None:
    """A number as it is printed: the workbook in a chart holds no digit more."""
    return None if pd.isna(value) else float(text.number(value, decimals).replace(",", ""))
