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
from hfwork.plan.indicators import Measure
from hfwork.plan.periods import month_index
from hfwork.plan.tables import Table

MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12, "listed": 0}
COLUMNS = ["measure", "place", "level", "period", "count", "expected", "reported"]


def roll_up(
    cube: pd.DataFrame,
    returned: pd.DataFrame,
    measures: Mapping[str, Measure],
    tables: Mapping[str, Table],
    received: Mapping[str, Mapping[str, dt.date]],
    frame: Frame,
) -> pd.DataFrame:
    """Counts of every measure, place and period: columns ``COLUMNS``.

    ``cube`` and ``returned`` come from ``Engine``; ``received`` names, per extract table, the units whose extract
    arrived and its day: a period that ends later is not reported by it. ``expected`` and ``reported`` count
    the returns (or extracts) a number should and does rest on: ``reported`` 0 means the number is
    missing, not zero.
    """
    codes = list(frame.units["code"])
    index = {code: i for i, code in enumerate(codes)}
    leaf: list[np.ndarray] = []
    names = list(measures)
    for name in names:
        measure = measures[name]
        if measure.sum is not None or measure.last is not None:
            every = tables[measure.table].every
            leaf.append(_returned_leaf(returned[returned["measure"] == name], measure, every, index, frame))
        else:
            leaf.append(_extract_leaf(cube[cube["measure"] == name], measure, index, received, frame))
    return _up(names, np.stack(leaf), frame)


def _extract_leaf(
    cube: pd.DataFrame,
    measure: Measure,
    index: dict[str, int],
    received: Mapping[str, Mapping[str, dt.date]],
    frame: Frame,
) -> np.ndarray:
    """(3, codes, periods): count, expected, reported of one measure of an extract."""
    first, last = month_index(frame.start), month_index(frame.as_of)
    table = np.zeros((len(index), last - first + 2), dtype=np.int64)  # column 0: everything before the start
    months = np.clip(cube["month"].to_numpy() - first + 1, 0, None)
    np.add.at(table, (_positions(cube["place"], index), months), cube["count"].to_numpy())
    running = table.cumsum(axis=1)
    out = np.zeros((3, len(index), len(frame.periods)), dtype=np.int64)
    here = _arrived(received.get(measure.table, {}), frame)
    for p, period in enumerate(frame.periods):
        begin, end = frame.window(period)
        at_end = running[:, end - first + 1]
        out[0, :, p] = at_end if measure.is_stock else at_end - running[:, begin - first]
        alive = _alive(index, end, end, frame)
        out[1, :, p] = alive
        out[2, :, p] = alive * (here >= cut_day(period, frame.as_of).toordinal())
    return out


def _returned_leaf(rows: pd.DataFrame, measure: Measure, every: str, index: dict[str, int], frame: Frame) -> np.ndarray:
    """(3, codes, periods): count, expected, reported of one measure of a return."""
    out = np.zeros((3, len(index), len(frame.periods)), dtype=np.int64)
    places = _positions(rows["place"], index)
    starts, ends, counts = (rows[c].to_numpy() for c in ("first", "last", "count"))
    length = MONTHS_OF[every]
    for p, period in enumerate(frame.periods):
        begin, end = frame.window(period)
        end = min(end, closed_month(frame.as_of))
        if measure.last is not None and length:
            begin = max(begin, end - length + 1)  # a stock is what the last return of the period says
        inside = (starts >= begin) & (ends <= end)
        np.add.at(out[0, :, p], places[inside], counts[inside])
        np.add.at(out[2, :, p], places[inside], 1)
        alive = _alive(index, begin, end, frame)
        spans = len(set(zip(starts[inside], ends[inside], strict=True)))
        out[1, :, p] = alive // length if length else np.minimum(alive, 1) * spans
    return out


def _positions(places: pd.Series, index: dict[str, int]) -> np.ndarray:
    """Row numbers of place codes; rows of an unknown place are an error, never dropped."""
    found = places.map(index)
    if found.isna().any():
        raise HfworkError("unknown_place", given=places[found.isna()].iloc[0], allowed=index)
    return found.to_numpy(dtype=int)


def _arrived(senders: Mapping[str, dt.date], frame: Frame) -> np.ndarray:
    """Day (ordinal, 0 for never) of the extract that covers each code: its own, or that of a unit above."""
    days = {code: day.toordinal() for code, day in senders.items()}
    covers = [frame.units[column].map(days).fillna(0) for column in ("code", *frame.levels)]
    return np.max(covers, axis=0)


def _alive(index: dict[str, int], begin: int, end: int, frame: Frame) -> np.ndarray:
    """Number of months of ``begin … end`` in which each lowest-level unit exists."""
    months = np.zeros(len(index), dtype=np.int64)
    valid = frame.valid
    both = np.minimum(valid["last"].to_numpy(), end) - np.maximum(valid["first"].to_numpy(), begin) + 1
    np.add.at(months, valid["code"].map(index).to_numpy(dtype=int), np.clip(both, 0, None))
    return months


def _up(names: list[str], leaf: np.ndarray, frame: Frame) -> pd.DataFrame:
    """Add the leaves up to each level; ``leaf`` is (measures, 3, codes, periods)."""
    tokens = [period.token for period in frame.periods]
    parts = []
    for level in frame.levels:
        unit, units = pd.factorize(frame.units[level], sort=True)
        total = np.zeros((leaf.shape[0], 3, len(units), leaf.shape[3]), dtype=np.int64)
        inside = unit >= 0
        np.add.at(total.transpose(2, 0, 1, 3), unit[inside], leaf.transpose(2, 0, 1, 3)[inside])
        keys = pd.MultiIndex.from_product([names, list(units), tokens], names=["measure", "place", "period"])
        numbers = total.transpose(1, 0, 2, 3).reshape(3, -1)
        part = pd.DataFrame(dict(zip(COLUMNS[4:], numbers, strict=True)), index=keys).reset_index()
        part.insert(2, "level", level)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)[COLUMNS]
