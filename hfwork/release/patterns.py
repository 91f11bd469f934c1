"""Do neighbouring units resemble each other? Who borders whom, and the spatial pattern of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from hfwork.judge import adjacency, space
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import Period
from hfwork.release.spread import counted, unsmoothable
from hfwork.release.verdicts import kind_of

NEIGHBOURS = ["level", "a", "b", "basis"]
PATTERNS = ["indicator", "period", "level", "units", "took", "islands", "missing", "moran", "expected", "z", "p",
            "permuted_p", "reason"]  # fmt: skip
CLUSTERS = ["indicator", "place", "period", "level", "local", "permuted_p", "adjusted_p", "quadrant", "cluster",
            "reason"]  # fmt: skip
_LONG = ("year", "mc_year", "phase", "span")  # the pattern of a month or a quarter is mostly chance


def neighbours(plan: Plan, touching: list[tuple[str, str]], as_of: dt.date) -> pd.DataFrame:
    """Pairs of neighbours at every level below the root, each once: ``NEIGHBOURS``.

    From the plan's own table (its ``core`` lines, under earlier codes too; ``basis`` as there: ``sourced``,
    ``derived``, ``schematic``); a level without a line has, where it is the map's, the pairs whose shapes touch
    (``touching``, of ``shapes``; ``basis`` ``shapes``), else none.
    """
    lines = [line for line in plan.neighbours if line.use == "core"]
    told: dict[tuple[str, str], str] = {
        (min(pair), max(pair)): line.basis
        for line in lines
        if (pair := (plan.places.current(line.a, as_of), plan.places.current(line.b, as_of)))[0] != pair[1]
    }
    rows: list[tuple[str, str, str, str]] = []
    for level in plan.places.levels[1:]:
        units = set(plan.places.at(as_of, level)["code"])
        own = [(level, a, b, basis) for (a, b), basis in sorted(told.items()) if a in units and b in units]
        if not own and level == plan.places.levels[1]:
            own = [(level, a, b, "shapes") for a, b in touching]
        rows += own
    return pd.DataFrame(rows, columns=NEIGHBOURS).astype("str")


def unfit(plan: Plan, units: pd.DataFrame, indicator: Indicator, pairs: pd.DataFrame) -> str:
    """Why units of one indicator, period and level have no spatial pattern; empty where they may have one.

    A reason of ``spread.unsmoothable``; ``hidden`` where a count did not pass disclosure control: the hidden ones are
    the small ones, and what is left would be a selected sample; ``no_neighbours``.
    """
    if reason := unsmoothable(plan, counted(units), indicator):
        return reason
    if (units["state"] == "suppressed").any():
        return "hidden"
    return "" if len(pairs) else "no_neighbours"


def pattern(units: pd.DataFrame, indicator: Indicator, pairs: pd.DataFrame) -> tuple[space.Pattern, pd.DataFrame]:
    """Moran's I of the units of one indicator, period and level, and the local pattern, row for row.

    ``units``: cells of ``release.cells.COLUMNS``, published or not, that are not ``unfit``; ``pairs``: the rows of
    ``neighbours`` of their level. Counts are standardised by their own variance first (``judge.space``), so that units
    too small to be read for themselves take part.
    """
    places = set(units["place"])
    told = ((a, b) for a, b in zip(pairs["a"], pairs["b"], strict=True) if a in places and b in places)
    near = adjacency.of_pairs(list(units["place"]), told)
    known = counted(units).index
    x, n = (units[side].where(units.index.isin(known)).to_numpy(dtype=float) for side in ("numerator", "denominator"))
    kind = kind_of(indicator)
    local = space.lisa_rate(x, n, near, kind=kind).reset_index(drop=True)
    return space.moran_rate(x, n, near, kind=kind), local


def patterns(plan: Plan, cells: pd.DataFrame, periods: list[Period], pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables ``patterns`` (``PATTERNS``) and ``clusters`` (``CLUSTERS``) of a release.

    ``cells``: published ones at one set of boundaries. Periods of a year and longer; indicators of people that have an
    interval. ``units``: how many there are; ``took``: how many took part, ``islands`` (no neighbour) and ``missing``
    (no counts) did not; all 0 where a ``reason`` (``unfit``, or of ``judge.space``) forbids a pattern.
    """
    found: list[dict[str, object]] = []
    local: list[pd.DataFrame] = []
    for (name, period, level), indicator, units in _groups(plan, cells, periods):
        own = pairs[pairs["level"] == level]
        row = {"indicator": name, "period": period, "level": level, "units": len(units)}
        row |= {"took": 0, "islands": 0, "missing": 0, "reason": unfit(plan, units, indicator, own)}
        if not row["reason"]:
            whole, parts = pattern(units, indicator, own)
            row["reason"] = whole.reason
            if not whole.reason:
                row |= {"took": whole.units, "islands": len(whole.islands), "missing": len(whole.missing)}
                row |= {n: getattr(whole, n) for n in ("expected", "z", "p", "permuted_p")} | {"moran": whole.value}
                keys = units[["indicator", "place", "period", "level"]].reset_index(drop=True)
                local.append(pd.concat([keys, parts], axis=1)[CLUSTERS])
        found.append(row)
    return {
        "patterns": pd.DataFrame(found, columns=PATTERNS),
        "clusters": pd.concat(local, ignore_index=True) if local else pd.DataFrame(columns=CLUSTERS),
    }


def _groups(
    plan: Plan, cells: pd.DataFrame, periods: list[Period]
) -> Iterator[tuple[tuple[str, str, str], Indicator, pd.DataFrame]]:
    """The units of each indicator, period and level below the root, of indicators that can have a pattern."""
    longer = {p.token for p in periods if p.level in _LONG}
    able = {i.id for i in plan.indicators.values() if not unsmoothable(plan, cells.iloc[:0], i)}
    below = cells["level"] != plan.places.levels[0]
    own = cells[cells["period"].isin(longer) & below & cells["indicator"].isin(able)]
    for key, units in own.groupby(["indicator", "period", "level"], sort=False):
        name, period, level = map(str, key)
        yield (name, period, level), plan.indicators[name], units
