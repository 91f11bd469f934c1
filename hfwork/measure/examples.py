"""Runs the worked example of an indicator through the real counting, on its own few rows."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd

from hfwork.measure.cube import roll_up
from hfwork.measure.engine import Engine, store_rows
from hfwork.measure.frame import Frame
from hfwork.plan.indicators import Indicator, Measure
from hfwork.plan.periods import Period, month_index, parse
from hfwork.plan.places import Places
from hfwork.plan.tables import Table


def run(
    indicator: Indicator, tables: dict[str, Table], measures: dict[str, Measure], places: Places, start: dt.date,
    phases: dict[str, tuple[dt.date, dt.date]],
) -> pd.DataFrame:  # fmt: skip
    """Expected and counted numbers, one row per expectation.

    Columns ``period place numerator denominator expected_numerator expected_denominator``; a key given twice in
    the example counts once (its last row), as in intake.
    """
    example = indicator.example
    used = {name: measures[name] for name in indicator.measure_ids()}
    tokens = list(dict.fromkeys(e.period for e in example.expect))
    levels = list(places.levels)
    known = places.frame.loc[places.frame["level"].isin(levels), ["code", "level"]].drop_duplicates()
    valid = known.assign(first=0, last=month_index(dt.date.max))
    periods = [parse(token, phases) for token in tokens]
    units, day = places.lineage(example.as_of), example.as_of
    spans = {(row["_start"], row["_end"]) for rows in example.rows.values() for row in rows if "_end" in row}
    listed = [Period(f"{first}..{last}", "span", first, last) for first, last in sorted(spans)]
    frame = Frame(units, levels, valid, periods, start, day, places, day, day.isoformat(), listed)
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, rows in example.rows.items():
            table = tables[name]
            unique = {(row[table.key], row.get("_start")): row for row in rows}
            files[name] = [store_rows(table, list(unique.values()), Path(folder) / f"{name}.parquet")]
        engine = Engine(threads=1)
        cube = engine.count(used.values(), tables, files, example.as_of)
        returned = engine.returned(used.values(), tables, files, example.as_of)
    rolled = roll_up(cube, returned, used, tables, {}, frame)
    counts = rolled.set_index(["measure", "place", "period"])["count"].to_dict()
    found = []
    for wanted in example.expect:
        place = wanted.place or places.root
        version = indicator.version_on(min(parse(wanted.period, phases).end, example.as_of))
        sides = {"numerator": version.numerator, "denominator": version.denominator} if version else {}
        row: dict[str, object] = {"period": wanted.period, "place": place}
        for side, names in sides.items():
            row[side] = sum(counts[name, place, wanted.period] for name in names) if names else None
            row[f"expected_{side}"] = getattr(wanted, side)
        found.append(row)
    return pd.DataFrame(found)
