"""Plan before counting: every measure becomes fire dates and conditions; equal ones are shared.

A flow fires on its date. A stock fires on the latest of the dates that make it true and again, as −1, when
it ends. A cohort step fires on entry and is known once it is due. All measures with one fire date share one
group-by; equal conditions are one column.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hfwork.measure.cohort import cohort_sql
from hfwork.plan.indicators import Measure
from hfwork.plan.tables import Table

FORMAT = 2  # of the prepared files; a change here makes all of them anew


@dataclass(frozen=True)
class Count:
    """One signed contribution of a condition's count to a measure: +1 at its fire, −1 at its end."""

    measure: str
    sign: int


@dataclass
class Fire:
    """One group-by: rows of ``table`` by place and the month of ``on``, once ``known`` has come.

    ``conditions`` maps a boolean SQL expression to the measures that count it.
    """

    table: str
    place: str
    on: str
    known: str
    conditions: dict[str, list[Count]] = field(default_factory=dict)


def stock_sql(measure: Measure) -> tuple[str, str | None, str]:
    """(begin, end or None, condition) of a stock: true from the latest ``from`` until the first ``to``."""
    assert measure.at_end is not None
    begins, ends = measure.at_end.begin, measure.at_end.end
    begin = begins[0] if len(begins) == 1 else f"greatest({', '.join(begins)})"
    end = None if not ends else ends[0] if len(ends) == 1 else f"least({', '.join(ends)})"
    # GREATEST skips nulls, but a state with one of its dates missing has not begun.
    parts = [f"({sql}) IS NOT NULL" for sql in begins] + ([f"({measure.where})"] if measure.where else [])
    if end:
        parts.append(f"(({end}) IS NULL OR ({end}) > ({begin}))")
    return begin, end, " AND ".join(parts)


def fires(measures: Iterable[Measure], tables: Mapping[str, Table]) -> list[Fire]:
    """The group-bys that all measures of extracts need, each once, in a stable order."""
    found: dict[tuple[str, str, str], Fire] = {}

    def add(measure: Measure, on: str, known: str, condition: str, sign: int) -> None:
        key = (measure.table, on, known)
        fire = found.setdefault(key, Fire(measure.table, tables[measure.table].place, on, known))
        fire.conditions.setdefault(condition, []).append(Count(measure.id, sign))

    for measure in measures:
        if measure.during is not None:
            where = f" AND ({measure.where})" if measure.where else ""
            add(measure, measure.during, measure.during, f"({measure.during}) IS NOT NULL{where}", 1)
        elif measure.at_end is not None:
            begin, end, condition = stock_sql(measure)
            add(measure, begin, begin, condition, 1)
            if end:
                add(measure, end, end, f"{condition} AND ({end}) IS NOT NULL", -1)
        elif measure.cohort is not None:
            entered, due, condition = cohort_sql(measure.cohort, measure.where)
            add(measure, entered, due, condition, 1)
    for fire in found.values():  # in an order of their own: columns are numbered by it, here and in the stored file
        fire.conditions = dict(sorted(fire.conditions.items()))
    return [found[key] for key in sorted(found)]


def fires_digest(wanted: Iterable[Fire]) -> str:
    """A short hash of the definitions: prepared files of other definitions are not used."""
    content = [[f.table, f.place, f.on, f.known, list(f.conditions)] for f in wanted]
    return hashlib.sha256(json.dumps([FORMAT, content]).encode()).hexdigest()[:12]


def prepare_sql(wanted: list[Fire], source: str) -> str:
    """The query that stores, per row, fire month (uint16), known day (date) and conditions (bool)."""
    columns = [f'"{wanted[0].place}" AS place']
    for g, fire in enumerate(wanted):
        columns.append(f"CAST(year({fire.on}) * 12 + month({fire.on}) - 1 AS USMALLINT) AS m{g}")
        columns.append(f"CAST({fire.known} AS DATE) AS k{g}")
        columns += [f"coalesce({sql}, false) AS c{g}_{j}" for j, sql in enumerate(fire.conditions)]
    return f"SELECT {', '.join(columns)} FROM {source}"


def count_sql(fire: Fire, g: int, source: str) -> str:
    """The group-by of one fire over prepared rows: place, month, one count per condition."""
    counts = [f"count(*) FILTER (c{g}_{j}) AS n{j}" for j in range(len(fire.conditions))]
    return f"SELECT place, m{g} AS month, {', '.join(counts)} FROM {source} WHERE k{g} <= $as_of GROUP BY ALL"
