"""Runs the planned queries with DuckDB; the only place of this room that opens files."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hfwork.measure.prepare import Fire, count_sql, fires, fires_digest, prepare_sql
from hfwork.plan.indicators import Measure
from hfwork.plan.tables import Table

Progress = Callable[[int, int, str], None]
_CUBE = {"measure": "object", "place": "object", "month": "int64", "count": "int64"}


class Engine:
    """DuckDB in-process; it installs and loads nothing."""

    def __init__(self, threads: int = 2, memory: str = "1GB") -> None:
        self._db = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )

    def prepare(self, rows: Path, wanted: list[Fire]) -> Path:
        """The prepared file beside ``rows``: made once per file and definitions."""
        target = rows.with_name(f"{rows.stem}.{fires_digest(wanted)}.prepared")
        if not target.exists():
            part = target.with_suffix(f".{os.getpid()}.part")
            query = prepare_sql(wanted, "read_parquet($rows)")
            self._db.execute(
                f"COPY ({query}) TO '{_quoted(part)}' (FORMAT parquet, COMPRESSION zstd)", {"rows": str(rows)}
            )
            os.replace(part, target)
        return target

    def count(
        self,
        measures: Iterable[Measure],
        tables: Mapping[str, Table],
        files: Mapping[str, list[Path]],
        as_of: dt.date,
        progress: Progress | None = None,
    ) -> pd.DataFrame:
        """Signed counts by measure, place and month for the measures of extracts.

        Returns columns ``measure place month count``; ``month`` is ``year * 12 + month − 1``. A stock's rows
        are changes: its state is their running sum.
        """
        wanted = fires(measures, tables)
        parts: list[pd.DataFrame] = []
        by_table: dict[str, list[Fire]] = {}
        for fire in wanted:
            by_table.setdefault(fire.table, []).append(fire)
        total = sum(len(files.get(table, [])) for table in by_table)
        done = 0
        for table, group in by_table.items():
            prepared: list[str] = []
            for rows in files.get(table, []):
                prepared.append(str(self.prepare(rows, group)))
                done += 1
                if progress:
                    progress(done, total, table)
            if prepared:
                for g, fire in enumerate(group):
                    parts += self._count(fire, g, prepared, as_of)
        if not parts:
            return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _CUBE.items()})
        cube = pd.concat(parts, ignore_index=True)
        return cube.groupby(["measure", "place", "month"], sort=True)["count"].sum().reset_index()

    def _count(self, fire: Fire, g: int, prepared: list[str], as_of: dt.date) -> list[pd.DataFrame]:
        query = count_sql(fire, g, "read_parquet($files)")
        found = self._db.execute(query, {"files": prepared, "as_of": as_of}).fetchnumpy()
        parts = []
        for j, counts in enumerate(fire.conditions.values()):
            for count in counts:
                frame = pd.DataFrame(
                    {
                        "measure": count.measure,
                        "place": found["place"].astype(object),
                        "month": found["month"].astype("int64"),
                        "count": np.asarray(found[f"n{j}"], dtype=np.int64) * count.sign,
                    }
                )
                parts.append(frame[frame["count"] != 0])
        return parts

    def returned(
        self,
        measures: Iterable[Measure],
        tables: Mapping[str, Table],
        files: Mapping[str, list[Path]],
        as_of: dt.date,
    ) -> pd.DataFrame:
        """What returns state: columns ``measure place first last count``, months of the reported period.

        A row is a reported number (also zero); an empty cell of a return gives no row.
        """
        parts = []
        for measure in measures:
            column = measure.sum or measure.last
            names = [str(file) for file in files.get(measure.table, [])]
            if column is None or not names:
                continue
            # a row that fails the condition was reported all the same: nothing of it counts
            counted = f"CASE WHEN {measure.where} THEN {column} ELSE 0 END" if measure.where else column
            found = self._db.execute(
                f'SELECT "{tables[measure.table].place}" AS place, year(_start) * 12 + month(_start) - 1 AS first, '
                f"year(_end) * 12 + month(_end) - 1 AS last, sum(CAST({counted} AS BIGINT))::BIGINT AS count "
                f"FROM read_parquet($files) WHERE ({column}) IS NOT NULL AND _end <= $as_of "
                "GROUP BY ALL ORDER BY ALL",
                {"files": names, "as_of": as_of},
            ).df()
            found.insert(0, "measure", measure.id)
            parts.append(found)
        columns = ["measure", "place", "first", "last", "count"]
        if not parts:
            return pd.DataFrame(
                {name: pd.Series(dtype="object" if name in columns[:2] else "int64") for name in columns}
            )
        return pd.concat(parts, ignore_index=True).astype({"first": "int64", "last": "int64", "count": "int64"})


def store_rows(table: Table, rows: list[dict[str, Any]], path: Path) -> Path:
    """Write typed rows of ``table`` as intake does: text, dates, whole numbers; absent columns are empty."""
    kinds = {"date": pa.date32(), "count": pa.int64(), "number": pa.float64()}
    fields = {name: kinds.get(column.type, pa.string()) for name, column in table.columns.items()}
    if table.kind == "return":
        fields |= {"_place": pa.string(), "_start": pa.date32(), "_end": pa.date32()}
    columns = {}
    for name, kind in fields.items():
        values = [row.get(name) for row in rows]
        columns[name] = pa.array([str(v) if v is not None and kind == pa.string() else v for v in values], kind)
    pq.write_table(pa.table(columns), path)
    return path


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
