"""Checks accepted text cannot pass alone: required cells, rules, dates, places, repeats, totals."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pandas as pd
from sqlglot import exp

from hfwork.intake import findings, sender, standing, values
from hfwork.intake.expected import completeness, grade, grades
from hfwork.intake.records import about
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan
from hfwork.plan.tables import Table, expression

__all__ = ["check", "check_totals", "completeness", "grade", "grades", "with_context"]

CONTEXT = ("file", "table", "place", "period", "sha")  # as columns of a frame: with a leading underscore


def with_context(frame: pd.DataFrame, sheet: Sheet, plan: Plan) -> pd.DataFrame:
    """The rows with who sent them for when (``_place``, ``_on`` …), so that many files are checked at once."""
    known = {f"_{name}": pd.Categorical([value]).repeat(len(frame)) for name, value in about(sheet).items()}
    on = np.full(len(frame), sender.reported_on(sheet, plan), dtype="datetime64[s]")
    return frame.assign(**known, _on=on)


def check(frame: pd.DataFrame, table: Table, plan: Plan, today: dt.date) -> pd.DataFrame:
    """Findings of normalised rows, one or many files of one table.

    ``frame`` as ``records.normalise`` gives it; the checks of sender, period and villages need the columns of
    ``with_context``. ``today`` is the last day that is not in the future.
    """
    rows = frame.reset_index(drop=True)
    for name in CONTEXT:
        if f"_{name}" not in rows:
            rows[f"_{name}"] = table.id if name == "table" else ""
    parts = [_columns(rows, table), _future(rows, table, today), _rules(rows, table), _repeated(rows, table)]
    if "_on" in rows:
        parts.append(_senders(rows, table, plan))
        if table.kind == "return":
            parts.append(_units(rows, table, plan))
    return findings.join(parts)


def _found(code: str, column: str, rows: pd.DataFrame, given: object) -> pd.DataFrame:
    if rows.empty:
        return findings.empty()
    context = pd.DataFrame({name: rows[f"_{name}"].astype("str").to_numpy() for name in CONTEXT})
    shown = [given] * len(rows) if isinstance(given, str) else list(given)  # type: ignore[call-overload]
    return findings.make(code, column, rows["_row"].to_numpy(), shown, context)


def _columns(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Column by column: filled where required, one of the codes where coded."""
    import pandera.pandas as pa  # costs more to load than most commands take

    schema = pa.DataFrameSchema(
        {
            name: pa.Column(
                checks=pa.Check.isin(list(column.codes), name="unknown_code") if column.codes else None,
                nullable=not column.required,
            )
            for name, column in table.columns.items()
        }
    )
    try:
        schema.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as problem:
        cases = problem.failure_cases
    else:
        return findings.empty()
    cases = cases[cases["index"].notna()]
    parts = []
    for (column, failed), group in cases.groupby(["column", "check"], sort=False):
        code = "required" if failed == "not_nullable" else "unknown_code"
        hit = rows.loc[group["index"].astype(int)]
        parts.append(_found(code, str(column), hit, "" if code == "required" else hit[column].astype(str)))
    return findings.join(parts)


def _future(rows: pd.DataFrame, table: Table, today: dt.date) -> pd.DataFrame:
    """Dates after today, or after the day the extract was made."""
    last = pd.Series(np.full(len(rows), today, dtype="datetime64[s]"))
    if "_on" in rows and table.kind == "extract":
        last = last.where(last <= rows["_on"], rows["_on"])
    parts = []
    for name, column in table.columns.items():
        if column.type == "date" and not column.future:
            hit = rows[rows[name] > last]
            parts.append(_found("future_date", name, hit, hit[name].dt.strftime("%Y-%m-%d")))
    return findings.join(parts)


def _rules(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The logic rules of the layout; a rule with a missing side is not judged (SQL: NULL is not false)."""
    if not table.rules or rows.empty:
        return findings.empty()
    parts = []
    with duckdb.connect(config={"enable_external_access": False}) as engine:
        for rule in table.rules:
            tree = expression(rule.check, table, rule.id)
            used = list(dict.fromkeys(column.name for column in tree.find_all(exp.Column)))
            engine.register("received", rows[used].assign(_position=np.arange(len(rows))))
            query = f"SELECT _position FROM received WHERE NOT ({tree.sql('duckdb')}) ORDER BY _position"
            hit = rows.iloc[[position for (position,) in engine.execute(query).fetchall()]]
            cells = [hit[name].astype("str").fillna("").str.slice(0, 10) for name in used]
            given = [" / ".join(pair) for pair in zip(*cells, strict=True)]
            parts.append(_found(findings.RULE + rule.id, used[0], hit, given))
            engine.unregister("received")
    return findings.join(parts)


def _repeated(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """A key twice in one file: the same row again counts once, a differing one is an error."""
    key = ["_sha", table.key]
    same_key = rows[rows[table.key].notna() & rows.duplicated(key, keep=False)]
    if same_key.empty:
        return findings.empty()
    again = same_key.duplicated(["_sha", *table.columns])
    versions = (~again).groupby([same_key["_sha"], same_key[table.key]], observed=True).transform("sum")
    differing, repeated = same_key[versions > 1], same_key[again & (versions == 1)]
    return findings.join(
        [
            _found("duplicate_key", table.key, differing, differing[table.key]),
            _found("duplicate_row", table.key, repeated, repeated[table.key]),
        ]
    )


def _senders(rows: pd.DataFrame, table: Table, plan: Plan) -> pd.DataFrame:
    """Rows of places outside the unit that sent them."""
    key = ["_place", "_on", table.place]
    seen = rows[key].drop_duplicates().dropna()
    pairs = zip(seen["_place"], seen["_on"], seen[table.place], strict=True)
    outside = [code not in sender.below(plan.places, str(place), _day(on)) for place, on, code in pairs]
    if not any(outside):
        return findings.empty()
    wrong = pd.MultiIndex.from_frame(seen[outside])
    hit = rows[pd.MultiIndex.from_frame(rows[key]).isin(wrong)]
    return _found("not_under_sender", table.place, hit, hit[table.place])


def _units(rows: pd.DataFrame, table: Table, plan: Plan) -> pd.DataFrame:
    """Units of the return's grain without a row, and units that stand there beside parts of themselves."""
    places, level, parts = plan.places, sender.grain(table, plan), []
    units = rows[table.place].map(lambda code: sender.unit_of(code, places), na_action="ignore")
    for (_, place, on), units_there in units.groupby([rows[k] for k in ("_sha", "_place", "_on")], observed=True):
        day, there = _day(on), frozenset(units_there.dropna())
        expected = sender.units_to_report(places, str(place), day, level)
        if missing := standing.uncovered(places, expected, there):
            head = rows.loc[[units_there.index[0]] * len(missing)].assign(_row=0)
            names = [f"{places.name(code, 'zh', day)}（{code}）" for code in missing]
            parts.append(_found("village_missing", table.place, head, names))
        twice = [unit for unit in there if standing.parts_of(unit, places) & there]
        hit = rows.loc[units_there.index[units_there.isin(twice)]]
        parts.append(_found("counted_twice", table.place, hit, hit[table.place]))
    return findings.join(parts)


def _day(value: object) -> dt.date:
    return pd.Timestamp(str(value)).date()


def check_totals(sheet: Sheet, frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Warnings where the sender's own total row differs from the sum of the rows."""
    parts = []
    for name, column in table.columns.items():
        if column.type != "count" or name not in sheet.totals:
            continue
        try:
            stated = values.count(sheet.totals[name])
        except values.Refused:
            stated = None
        added = int(frame[name].sum())
        if stated is not None and stated != added:
            parts.append(findings.make("total_differs", name, [sheet.total_row], [f"{stated} ≠ {added}"], about(sheet)))
    return findings.join(parts)
