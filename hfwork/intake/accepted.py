"""The tables of the vault: accepted rows and findings as Parquet, one file per received file."""

from __future__ import annotations

import datetime as dt
import io
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from hfwork.intake import findings
from hfwork.intake.ledger import write_whole
from hfwork.plan.periods import Period
from hfwork.plan.tables import Table

_TYPES = {
    "id": pa.string(),
    "place": pa.string(),
    "code": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "count": pa.int64(),
    "number": pa.float64(),
}


def schema(table: Table) -> pa.Schema:
    """The declared columns, ``_row``, and for returns ``_place``, ``_start``, ``_end``."""
    fields = [(name, _TYPES[column.type]) for name, column in table.columns.items()]
    fields.append(("_row", pa.int32()))
    if table.kind == "return":
        fields += [("_place", pa.string()), ("_start", pa.date32()), ("_end", pa.date32())]
    return pa.schema(fields)


def rows_file(tables: Path, table: str, sha256: str) -> Path:
    """``tables/<table>/<sha16>.parquet``."""
    return tables / table / f"{sha256[:16]}.parquet"


def findings_file(tables: Path, sha256: str) -> Path:
    """``tables/findings/<sha16>.parquet``."""
    return tables / "findings" / f"{sha256[:16]}.parquet"


def write_rows(frame: pd.DataFrame, table: Table, file: Path, *, place: str = "", period: Period | None = None) -> None:
    """Accepted rows in order of place and source row."""
    frame = frame.sort_values([table.place, "_row"], kind="stable")
    if table.kind == "return":
        assert period is not None
        frame = frame.assign(_place=place, _start=_days(period.start, frame), _end=_days(period.end, frame))
    _write(frame, schema(table), file)


def _days(day: dt.date, frame: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.Timestamp(day).as_unit("s"), index=frame.index)


def write_findings(found: pd.DataFrame, file: Path) -> None:
    """The findings of one file (``findings.SCHEMA``)."""
    _write(found, findings.SCHEMA, file)


def _write(frame: pd.DataFrame, shape: pa.Schema, file: Path) -> None:
    write_whole(file, _bytes(frame, shape) if len(frame) else _no_rows(shape), synced=False)


@lru_cache(maxsize=16)
def _no_rows(shape: pa.Schema) -> bytes:
    return _bytes(pd.DataFrame(columns=shape.names), shape)


def _bytes(frame: pd.DataFrame, shape: pa.Schema) -> bytes:
    # pandas leaves its own notes in the schema's metadata; without them equal rows give equal files
    table = pa.Table.from_pandas(frame[shape.names], schema=shape, preserve_index=False, safe=True)
    sink = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(None), sink, compression="zstd")
    return sink.getvalue()
