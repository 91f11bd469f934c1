"""A second, deliberately plain calculation of every measure: definitions read row by row, no planner, no SQL engine.

It knows nothing of fire dates, running sums or prepared files. Conditions are evaluated by the small reader
below (three-valued, as SQL means them); dates are compared as people would.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import sqlglot
from sqlglot import exp

from hfwork.plan.indicators import Measure
from hfwork.plan.tables import Table

Rows = pd.DataFrame
Day = dt.date | None
UPGRADED = {"120117204": "120117113", "120117205": "120117114", "120117206": "120117115"}
DISTRICT = "120117000000"
CLOSING = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "half": (6, 12), "year": (12,), "mc_year": (9,)}
COMPARE = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
}


def value(node: exp.Expression, row: dict[str, Any]) -> Any:
    """What an expression says of a row; None is SQL's NULL."""
    if isinstance(node, exp.Column):
        return row[node.name]
    if isinstance(node, exp.Literal):
        return node.this if node.is_string else float(node.this)
    if isinstance(node, exp.Boolean):
        return node.this
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, exp.Paren):
        return value(node.this, row)
    if isinstance(node, exp.Not):
        inner = value(node.this, row)
        return None if inner is None else not inner
    if isinstance(node, exp.And | exp.Or):
        sides = [value(node.left, row), value(node.right, row)]
        decides = isinstance(node, exp.Or)
        return decides if decides in sides else None if None in sides else not decides
    if isinstance(node, exp.Is):
        return value(node.this, row) is None
    if isinstance(node, exp.In):
        mine = value(node.this, row)
        return None if mine is None else mine in [value(each, row) for each in node.expressions]
    if isinstance(node, exp.Between):
        mine, low, high = (value(node.args[k], row) for k in ("this", "low", "high"))
        return None if None in (mine, low, high) else low <= mine <= high
    if isinstance(node, exp.Greatest | exp.Least):
        known = [v for v in (value(each, row) for each in [node.this, *node.expressions]) if v is not None]
        return (max if isinstance(node, exp.Greatest) else min)(known, default=None)
    if isinstance(node, exp.Coalesce):
        return next((v for v in (value(each, row) for each in [node.this, *node.expressions]) if v is not None), None)
    if isinstance(node, exp.Case):
        hits = (branch.args["true"] for branch in node.args["ifs"] if value(branch.this, row))
        chosen = next(hits, node.args.get("default"))
        return None if chosen is None else value(chosen, row)
    if isinstance(node, exp.Add | exp.Sub):
        return moved(node, row)
    left, right = value(node.left, row), value(node.right, row)
    return None if left is None or right is None else COMPARE[type(node)](left, right)


def moved(node: exp.Add | exp.Sub, row: dict[str, Any]) -> Any:
    sign = 1 if isinstance(node, exp.Add) else -1
    left = value(node.left, row)
    if isinstance(node.right, exp.Interval):
        step = {str(node.right.unit).lower().rstrip("s") + "s": sign * int(node.right.this.name)}
        return None if left is None else (pd.Timestamp(left) + pd.DateOffset(**step)).date()
    right = value(node.right, row)
    return None if left is None or right is None else left + sign * right


class Plain:
    """The rows of all tables, read once; ``count`` answers for one measure and period."""

    def __init__(self, tables: dict[str, Rows], layouts: dict[str, Table], as_of: dt.date, start: dt.date) -> None:
        self.layouts, self.as_of, self.start = layouts, as_of, start
        self.rows = {name: [plain(row, layouts[name]) for row in t.to_dict("records")] for name, t in tables.items()}
        self._events: dict[str, list[Any]] = {}

    def count(self, measure: Measure, start: dt.date, end: dt.date) -> dict[str, int]:
        """Place code → count, for every village, town and the district."""
        start, end = max(start, self.start), min(end, self.as_of)
        if measure.id not in self._events:
            self._events[measure.id] = self._read(measure)
        found: dict[str, int] = {}
        for place, number in self._hits(measure, self._events[measure.id], start, end):
            village = UPGRADED.get(place[:9], place[:9]) + place[9:]
            for unit in {village, village[:9] + "000", DISTRICT}:
                found[unit] = found.get(unit, 0) + number
        return found

    def _read(self, measure: Measure) -> list[Any]:
        """Per row that meets the condition: its place, its dates or number, and nothing else."""
        of = {sql: sqlglot.parse_one(sql, read="duckdb") for sql in sql_of(measure)}
        place, read = self.layouts[measure.table].place, []
        for row in self.rows.get(measure.table, []):
            if measure.where and value(of[measure.where], row) is not True:
                continue
            said = {sql: value(tree, row) for sql, tree in of.items() if sql != measure.where}
            read.append((row[place], said, row.get("_start"), row.get("_end")))
        return read

    def _hits(self, measure: Measure, read: list[Any], start: dt.date, end: dt.date) -> list[tuple[str, int]]:
        if measure.during:
            return [(p, 1) for p, said, *_ in read if within(said[measure.during], start, end)]
        if measure.at_end:
            begins, ends = measure.at_end.begin, measure.at_end.end
            return [(p, 1) for p, said, *_ in read if holds([said[s] for s in begins], [said[s] for s in ends], end)]
        if measure.cohort:
            return [(p, 1) for p, said, *_ in read if self._stepped(measure, said, start, end)]
        return self._returned(measure, read, start, end)

    def _stepped(self, measure: Measure, said: dict[str, Day], start: dt.date, end: dt.date) -> bool:
        assert measure.cohort is not None
        entered, wait = said[measure.cohort.entered], dt.timedelta(days=measure.cohort.within_days)
        if entered is None or not start <= entered <= end or entered + wait > self.as_of:
            return False
        if measure.cohort.reached is None:
            return True
        step = said[measure.cohort.reached]
        return step is not None and entered <= step <= entered + wait

    def _returned(self, measure: Measure, read: list[Any], start: dt.date, end: dt.date) -> list[tuple[str, int]]:
        months = CLOSING[self.layouts[measure.table].every]
        sql = str(measure.sum or measure.last)
        due = {day for day in month_ends(start, end) if day.month in months}
        if measure.last and due:
            due = {max(due)}
        return [
            (place, int(said[sql]))
            for place, said, first, last in read
            if said[sql] is not None and last in due and max(first, self.start) >= start
        ]


def sql_of(measure: Measure) -> list[str]:
    stock = [*measure.at_end.begin, *measure.at_end.end] if measure.at_end else []
    cohort = [measure.cohort.entered, measure.cohort.reached] if measure.cohort else []
    return [sql for sql in [measure.where, measure.during, measure.sum, measure.last, *stock, *cohort] if sql]


def plain(row: dict[str, Any], layout: Table) -> dict[str, Any]:
    """A row with dates as dates and nothing as None, whatever pandas made of them."""
    empty = dict.fromkeys(layout.columns)
    return empty | {
        str(name): None if pd.isna(v) else v.date() if isinstance(v, pd.Timestamp) else v for name, v in row.items()
    }


def within(day: Day, start: dt.date, end: dt.date) -> bool:
    return day is not None and start <= day <= end


def holds(begins: list[Day], ends: list[Day], day: dt.date) -> bool:
    """True on a day when all that begins has come and nothing that ends has.

    A state that ended before its last condition came true was never a state at all.
    """
    if any(b is None or b > day for b in begins):
        return False
    over = min((e for e in ends if e is not None), default=dt.date.max)
    return over > day and over > max(b for b in begins if b is not None)


def month_ends(start: dt.date, end: dt.date) -> list[dt.date]:
    days = pd.date_range(start, end, freq="ME")
    return [day.date() for day in days]
