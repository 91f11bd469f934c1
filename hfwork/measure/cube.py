"""Roll-up by recomputing from counts: village → town → district and month → quarter → year → phase.

Rates never pass through here. Flows are added over months, stocks are read at the end of a period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.measure.frame import Frame, closed_month, cut_day
from hfwork.measure.sharing import Sharing
from hfwork.plan.indicators import Measure
from hfwork.plan.periods import month_end, month_index
from hfwork.plan.tables import Table

COLUMNS = ["measure", "place", "level", "period", "count", "expected", "reported", "apportioned", "shared"]
# The last month of each reporting period, as month index modulo its length.
LENGTH = {"month": 1, "quarter": 3, "half": 6, "year": 12, "mc_year": 12}
CLOSES = {"month": 0, "quarter": 2, "half": 5, "year": 11, "mc_year": 8}
Received = Mapping[str, Mapping[str, dt.date]]


def roll_up(
    cube: pd.DataFrame,
    returned: pd.DataFrame,
    measures: Mapping[str, Measure],
    tables: Mapping[str, Table],
    received: Received,
    frame: Frame,
) -> pd.DataFrame:
    """Counts of every measure, place and period: columns ``COLUMNS``.

    ``cube`` and ``returned`` come from ``Engine``; ``received`` names, per extract table, the units whose extract
    arrived (as they were on its day) and that day: a period that ends later is not reported by it.
    ``expected`` and ``reported`` count the returns (or extracts) a number should and does rest on: ``reported`` 0
    means the number is missing, not zero. ``apportioned``: how much of the count was shared out by
    weights; ``shared``: some count was (its share may be 0).
    """
    sharing = Sharing(frame)
    grains = {table.grain for table in tables.values() if table.kind == "return"}
    alive = {grain: _alive(grain, sharing, frame) for grain in grains}
    there = _there(sharing, frame)
    leaf: list[np.ndarray] = []
    covered = {table: _covered(senders, sharing, frame) for table, senders in received.items()}
    returned = returned.assign(place=_meant(returned["place"], _month_ends(returned["last"].to_numpy()), frame))
    never = np.zeros(len(sharing.codes), dtype=np.int64)
    names = list(measures)
    for name in names:
        measure = measures[name]
        if measure.sum is not None or measure.last is not None:
            leaf.append(_returned_leaf(returned[returned["measure"] == name], measure, tables, sharing, alive, frame))
        else:
            mine, here = cube[cube["measure"] == name], covered.get(measure.table, never)
            written = here[_positions(mine["place"], sharing.index)]
            mine = mine.assign(place=_meant(mine["place"], np.where(written > 0, written, frame.on.toordinal()), frame))
            leaf.append(_extract_leaf(mine, measure, sharing, here, there, frame))
    return _up(names, np.stack(leaf), sharing, frame)


def _extract_leaf(
    cube: pd.DataFrame, measure: Measure, sharing: Sharing, here: np.ndarray, there: np.ndarray, frame: Frame
) -> np.ndarray:
    """(3, rows, periods): count, expected, reported of one measure of an extract."""
    first, last = month_index(frame.start), month_index(frame.as_of)
    table = np.zeros((len(sharing.codes), last - first + 2), dtype=np.int64)  # column 0: everything before the start
    months = np.clip(cube["month"].to_numpy() - first + 1, 0, None)
    np.add.at(table, (_positions(cube["place"], sharing.index), months), cube["count"].to_numpy())
    running = sharing.rows(table.cumsum(axis=1))
    out = np.zeros((3, len(running), len(frame.periods)), dtype=np.int64)
    for p, period in enumerate(frame.periods):
        begin, end = frame.window(period)
        at_end = running[:, end - first + 1]
        out[0, :, p] = at_end if measure.is_stock else at_end - running[:, begin - first]
        out[1, :, p] = there[:, p][sharing.origin]
        out[2, :, p] = (there[:, p] * (here >= cut_day(period, frame.as_of).toordinal()))[sharing.origin]
    return out


def _returned_leaf(
    rows: pd.DataFrame,
    measure: Measure,
    tables: Mapping[str, Table],
    sharing: Sharing,
    alive: Mapping[str, np.ndarray],
    frame: Frame,
) -> np.ndarray:
    """(3, rows, periods): count, expected, reported of one measure of a return."""
    table = tables[measure.table]
    units = alive[table.grain][sharing.origin]
    out = np.zeros((3, len(sharing.origin), len(frame.periods)), dtype=np.int64)
    columns = (rows[c].to_numpy() for c in ("first", "last", "count"))
    at = _positions(rows["place"], sharing.index)
    where, starts, ends, counts = sharing.spread(at, *columns, is_stock=measure.last is not None)
    first = month_index(frame.start)
    starts = np.maximum(starts, first)  # the first year's return covers what is monitored of it
    for p, period in enumerate(frame.periods):
        begin, end = frame.window(period)
        end = min(end, closed_month(frame.as_of))
        inside = (starts >= begin) & (ends <= end)
        if table.every == "listed":
            spans = _listed(begin, end, frame)
            inside &= [span in spans for span in zip(starts, ends, strict=True)]
        else:
            closing = [m for m in range(begin, end + 1) if m % LENGTH[table.every] == CLOSES[table.every]]
            spans = [(max(m - LENGTH[table.every] + 1, first), m) for m in closing]
            spans = [span for span in spans if span[0] >= begin]  # of a longer one this is a part: it is not due here
        spans = spans[-1:] if measure.last is not None else spans  # a stock is what the last return of the period says
        due = [last for _, last in spans]
        out[1, :, p] = units[:, [last - first for last in due]].sum(axis=1)
        inside &= np.isin(ends, due)
        np.add.at(out[0, :, p], where[inside], counts[inside])
        np.add.at(out[2, :, p], where[inside], 1)
    return out


def _listed(begin: int, end: int, frame: Frame) -> list[tuple[int, int]]:
    """The listed periods (first and last month) that make up a window: itself, else those inside without overlap."""
    spans = {frame.window(period) for period in frame.listed if period.end <= frame.as_of}
    if (begin, end) in spans:
        return [(begin, end)]
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans, key=lambda span: (span[1], -span[0])):
        if begin <= first and last <= end and (not found or first > found[-1][1]):
            found.append((first, last))
    return found


def _meant(places: pd.Series, days: np.ndarray, frame: Frame) -> pd.Series:
    """Codes given to another unit later: what was written about the one stays in its town, not with the other.

    ``days`` (ordinals): when each row was written.
    """
    for code, turned in frame.places.reused:
        later = frame.on >= turned
        other = (places == code).to_numpy() & ((days >= turned.toordinal()) != later)
        if other.any():
            before = turned - dt.timedelta(days=1) if later else turned
            places = places.mask(other, frame.places.parent(code, before))
    return places


def _month_ends(months: np.ndarray) -> np.ndarray:
    """Ordinals of the last days of months."""
    distinct, at = np.unique(months, return_inverse=True)
    return np.array([month_end(int(month)).toordinal() for month in distinct], dtype=np.int64)[at]


def _positions(places: pd.Series, index: dict[str, int]) -> np.ndarray:
    """Row numbers of place codes; rows of an unknown place are an error, never dropped."""
    found = places.map(index)
    if found.isna().any():
        raise HfworkError("unknown_place", given=places[found.isna()].iloc[0], allowed=index)
    return found.to_numpy(dtype=int)


def _covered(senders: Mapping[str, dt.date], sharing: Sharing, frame: Frame) -> np.ndarray:
    """Day (ordinal, 0 for never) of the extract that covers each code: its own, or that of a unit above.

    Units are read as they were on the day of the extract; a code shared out is covered by all its heirs or not, and
    then as of the oldest of theirs.
    """
    parts = []
    for place, day in senders.items():
        lineage = frame.places.lineage(frame.places.nearest(place, day))  # either name serves around a change
        mine = lineage[["code", *frame.levels]].isin([place]).any(axis=1)
        parts.append(lineage.loc[mine, ["code", "weight"]].assign(day=day.toordinal()))
    if not parts:
        return np.zeros(len(sharing.codes), dtype=np.int64)
    sent = pd.concat(parts).sort_values("day", ascending=False, kind="stable")
    whole = sent[sent.groupby("code")["weight"].cumsum() > 1 - 1e-6]
    return whole.groupby("code")["day"].max().reindex(sharing.codes, fill_value=0).to_numpy(dtype=np.int64)


def _alive(level: str, sharing: Sharing, frame: Frame) -> np.ndarray:
    """(codes, months): the units of a level (empty: the finest) that report on a whole month under a code."""
    valid = frame.valid[frame.valid["level"] == (level or frame.levels[-1])]
    months = np.arange(month_index(frame.start), month_index(frame.as_of) + 1)
    exists = (valid["first"].to_numpy()[:, None] <= months) & (months <= valid["last"].to_numpy()[:, None])
    return _under_code(valid["code"], exists, _month_ends(months), sharing, frame)


def _there(sharing: Sharing, frame: Frame) -> np.ndarray:
    """(codes, periods): the finest units that stand under a code on the day a period is read at."""
    known = frame.places.frame[frame.places.frame["level"] == frame.levels[-1]]
    days = np.array([cut_day(period, frame.as_of).toordinal() for period in frame.periods])
    begun = known["valid_from"].map(lambda day: 0 if pd.isna(day) else day.toordinal()).to_numpy()
    over = known["valid_to"].map(lambda day: np.inf if pd.isna(day) else day.toordinal()).to_numpy()
    exists = (begun[:, None] <= days) & (days < over[:, None])
    return _under_code(known["code"], exists, days, sharing, frame)


def _under_code(codes: pd.Series, exists: np.ndarray, days: np.ndarray, sharing: Sharing, frame: Frame) -> np.ndarray:
    """(units, days) → (codes, days): 1 where a code stands; the other owner of a reused code counts for its town."""
    found = np.zeros((len(sharing.codes), len(days)), dtype=np.int64)
    np.maximum.at(found, _positions(codes, sharing.index), exists.astype(np.int64))
    for code, turned in frame.places.reused:
        later = frame.on >= turned
        other = (days >= turned.toordinal()) != later
        before = turned - dt.timedelta(days=1) if later else turned
        town = sharing.index[str(frame.places.parent(code, before))]
        if code in set(codes):
            found[town, other] += found[sharing.index[code], other]
            found[sharing.index[code], other] = 0
    return found


def _up(names: list[str], leaf: np.ndarray, sharing: Sharing, frame: Frame) -> pd.DataFrame:
    """Add the leaves up to each level; ``leaf`` is (measures, 3, rows, periods). Keys are categories: they repeat."""
    tokens = [period.token for period in frame.periods]
    weight = frame.units["weight"].to_numpy(dtype=float)
    places = [unit for level in frame.levels for unit in np.sort(frame.units[level].dropna().unique().astype(str))]
    keys = {"measure": names, "place": places, "level": frame.levels, "period": tokens}
    kinds = {name: pd.CategoricalDtype(values) for name, values in keys.items()}
    offset = dict.fromkeys(keys, 0)
    behind = sharing.behind(leaf[:, 0])
    parts = []
    for level in frame.levels:
        here = frame.units[level]
        unit, units = pd.factorize(here, sort=True)
        inside = unit >= 0
        # A code whose heirs lie in one unit of this level is whole there: its return counts once, nothing is shared.
        again = pd.DataFrame({"code": sharing.origin, "unit": unit}).duplicated().to_numpy()
        shared = (weight < 1) & (here.fillna("").groupby(sharing.origin).transform("nunique").to_numpy() > 1)
        columns = [
            _added(leaf[:, 0], unit, inside),
            _added(leaf[:, 1], unit, inside & ~again).astype(np.int32),
            _added(leaf[:, 2], unit, inside & ~again).astype(np.int32),
            _added(np.abs(leaf[:, 0]), unit, inside & shared),
            _added(behind, unit, inside & shared) > 0,
        ]
        shape = (len(names), len(units), len(tokens))
        part = pd.DataFrame({name: column.ravel() for name, column in zip(COLUMNS[4:], columns, strict=True)})
        for at, key in enumerate(("measure", "place", "period")):
            turn = np.arange(shape[at]).reshape([-1 if axis == at else 1 for axis in range(3)])
            codes = np.broadcast_to(turn, shape).ravel()
            part[key] = pd.Categorical.from_codes(codes + offset[key], dtype=kinds[key])
        part["level"] = pd.Categorical.from_codes(np.full(len(part), frame.levels.index(level)), dtype=kinds["level"])
        offset["place"] += len(units)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _added(numbers: np.ndarray, unit: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(measures, rows, periods) → (measures, units, periods): the wanted rows of each unit added up."""
    total = np.zeros((numbers.shape[0], unit.max(initial=-1) + 1, numbers.shape[2]), dtype=np.int64)
    rows = np.flatnonzero(wanted)
    rows = rows[np.argsort(unit[rows], kind="stable")]
    found, starts = np.unique(unit[rows], return_index=True)
    if len(rows):
        total[:, found] = np.add.reduceat(numbers[:, rows], starts, axis=1)
    return total
