"""Do neighbouring units resemble each other? Who borders whom, and the spatial pattern of published figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from hfwork.judge import adjacency, space
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import Period
from hfwork.release.shapes import told
from hfwork.release.spread import counted, smoothable
from hfwork.release.verdicts import kind_of

NEIGHBOURS = ["level", "a", "b", "basis"]
PATTERNS = ["indicator", "period", "level", "basis", "units", "islands", "missing", "moran", "expected", "z", "p",
            "permuted_p", "reason"]  # fmt: skip
CLUSTERS = ["indicator", "place", "period", "local", "permuted_p", "adjusted_p", "quadrant", "cluster", "reason"]
_LONG = ("year", "mc_year", "phase", "span")  # the pattern of a month or a quarter is mostly chance


def neighbours(plan: Plan, bordering: list[tuple[str, str]], as_of: dt.date) -> pd.DataFrame:
    """Pairs of neighbours at every level below the root, each once: ``NEIGHBOURS``.

    ``bordering``: those of the map's units, of ``shapes.borders``. ``basis``: ``table`` (the plan's own), ``shapes``
    (they touch; only the level of the map), or, for finer units, ``group``: villages of one town are each other's
    where nobody has told who borders whom. A level without a basis has no pairs.
    """
    rows: list[tuple[str, str, str, str]] = []
    for level in plan.places.levels[1:]:
        units = plan.places.at(as_of, level)
        pairs, basis = told(plan, list(units["code"]), as_of), "table"
        if not pairs and level == plan.places.levels[1]:
            pairs, basis = bordering, "shapes"
        elif not pairs:
            parts = [part["code"] for _, part in units.groupby("parent", sort=False)]
            pairs, basis = sorted(tuple(sorted(pair)) for part in parts for pair in combinations(part, 2)), "group"
        rows += [(level, a, b, basis) for a, b in pairs]
    return pd.DataFrame(rows, columns=NEIGHBOURS).astype("str")


def pattern(units: pd.DataFrame, indicator: Indicator, pairs: pd.DataFrame) -> tuple[space.Pattern, pd.DataFrame]:
    """Moran's I of the units of one indicator, period and level, and the local pattern, row for row.

    ``units``: cells of ``release.cells.COLUMNS``, published or not, of an indicator that is ``spread.smoothable``;
    ``pairs``: the rows of ``neighbours`` of their level. Counts are standardised by their own variance first
    (``judge.space``), so that units too small to be read for themselves take part.
    """
    near = adjacency.of_pairs(list(units["place"]), _among(pairs, set(units["place"])))
    x, n = (units[side].to_numpy(dtype=float) for side in ("numerator", "denominator"))
    kind = kind_of(indicator)
    local = space.lisa_rate(x, n, near, kind=kind).reset_index(drop=True)
    return space.moran_rate(x, n, near, kind=kind), local


def patterns(plan: Plan, cells: pd.DataFrame, periods: list[Period], pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables ``patterns`` (``PATTERNS``) and ``clusters`` (``CLUSTERS``) of a release.

    ``cells``: published ones at one set of boundaries. Periods of a year and longer; shares and rates of people. Where
    the count of any unit did not pass disclosure control (``hidden``) nothing is told of any: whoever sees the
    neighbours' pattern might work it out.
    """
    found: list[dict[str, object]] = []
    local: list[pd.DataFrame] = []
    for (name, period, level), indicator, units in _groups(plan, cells, periods):
        own = pairs[pairs["level"] == level]
        of = {"indicator": name, "period": period, "level": level, "units": len(units)}
        reason = "hidden" if (units["state"] == "suppressed").any() else "" if len(own) else "no_neighbours"
        if reason:
            found.append({**of, "basis": own["basis"].iloc[0] if len(own) else "", "reason": reason})
            continue
        whole, parts = pattern(units, indicator, own)
        of |= {"basis": own["basis"].iloc[0], "units": whole.units, "reason": whole.reason}
        of |= {"islands": len(whole.islands), "missing": len(whole.missing), "moran": whole.value}
        found.append(of | {n: getattr(whole, n) for n in ("expected", "z", "p", "permuted_p")})
        if not whole.reason:
            keys = units[["indicator", "place", "period"]].reset_index(drop=True)
            local.append(pd.concat([keys, parts], axis=1)[CLUSTERS])
    made = pd.DataFrame(found, columns=PATTERNS)
    return {
        "patterns": made.astype(dict.fromkeys(["islands", "missing"], "Int64")),
        "clusters": pd.concat(local, ignore_index=True) if local else pd.DataFrame(columns=CLUSTERS),
    }


def _groups(
    plan: Plan, cells: pd.DataFrame, periods: list[Period]
) -> Iterator[tuple[tuple[str, str, str], Indicator, pd.DataFrame]]:
    """The units of each indicator, period and level below the root, the counts of eight of them known at least."""
    longer = {p.token for p in periods if p.level in _LONG}
    own = cells[cells["period"].isin(longer) & (cells["level"] != plan.places.levels[0])]
    for key, units in own.groupby(["indicator", "period", "level"], sort=False):
        name, period, level = map(str, key)
        known = counted(units)
        if len(known) >= space.LEAST_UNITS and not smoothable(plan, known, plan.indicators[name]):
            yield (name, period, level), plan.indicators[name], units


def _among(pairs: pd.DataFrame, places: set[str]) -> Iterator[tuple[str, str]]:
    return ((a, b) for a, b in zip(pairs["a"], pairs["b"], strict=True) if a in places and b in places)
