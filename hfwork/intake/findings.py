"""What was found in received rows: one table of codes, turned into sentences only when shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from hfwork import text
from hfwork.errors import HfworkError, shortened
from hfwork.plan.tables import Table

ERRORS = (
    "bad_date", "impossible_date", "bad_count", "negative_count", "bad_number", "spreadsheet_error",
    "mangled_id", "unknown_code", "unknown_place", "ambiguous_place", "required", "future_date",
    "not_under_sender", "duplicate_key", "place_split", "place_merged", "place_dissolved", "place_not_yet",
    "wrong_level", "counted_twice",
)  # fmt: skip
WARNINGS = (
    "duplicate_row", "total_differs", "village_missing", "formula_no_value", "other_years_code", "other_years_sender",
    "former_place",
)  # fmt: skip
RULE = "rule:"  # followed by the rule's id: its words stand in the plan
SHOWN = 1_000  # problems carried by one error

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("table", pa.string()),
        ("place", pa.string()),
        ("period", pa.string()),
        ("row", pa.int32()),
        ("column", pa.string()),
        ("given", pa.string()),
        ("code", pa.string()),
        ("severity", pa.string()),
    ]
)
COLUMNS = [*SCHEMA.names, "sha"]  # ``sha`` keeps apart files of one name; it is not stored


def severity(code: str) -> str:
    """``error`` or ``warning``."""
    return "warning" if code in WARNINGS else "error"


def make(
    code: str,
    column: str,
    rows: Sequence[int] | np.ndarray,
    given: Sequence[object] | np.ndarray,
    context: pd.DataFrame | dict[str, str],
) -> pd.DataFrame:
    """Findings of one code in one column. ``context``: file, table, place, period, sha, once or per row."""
    if not len(rows):
        return empty()
    frame = pd.DataFrame({"row": np.asarray(rows, dtype="int32")})
    frame["given"] = pd.array(["" if v is None or v is pd.NA else str(v) for v in given], dtype="str")
    for name in ("file", "table", "place", "period", "sha"):
        frame[name] = context[name].to_numpy() if isinstance(context, pd.DataFrame) else context[name]
    return frame.assign(column=column, code=code, severity=severity(code))[COLUMNS]


def join(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings by file, row and column; "required" gives way to a better reason for the same cell."""
    filled = [part for part in parts if len(part)]
    if not filled:
        return empty()
    found = pd.concat(filled, ignore_index=True)
    cell = ["sha", "file", "row", "column"]
    required = found["code"] == "required"
    if required.any():
        others = found.loc[~required & (found["severity"] == "error"), cell].drop_duplicates()
        known = found[cell].merge(others, on=cell, how="left", indicator=True)["_merge"] == "both"
        found = found[~(required & known.to_numpy())]
    return found.sort_values(cell, kind="stable").reset_index(drop=True)


def empty() -> pd.DataFrame:
    """A findings table without rows."""
    return _empty().copy()


@lru_cache(maxsize=1)
def _empty() -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.array([], dtype="str") for name in COLUMNS})
    return frame.astype({"row": "int32"})[COLUMNS]


def sentence(finding: dict[str, Any], table: Table, lang: str | None = None) -> str:
    """「第12行“出生日期”：“2018-02-30”不是存在的日期。」"""
    lang = lang or text.language()
    column = table.columns.get(finding["column"])
    heading = (column.zh if lang == "zh" else column.en) if column else finding["column"]
    code = str(finding["code"])
    facts = {"row": finding["row"], "column": heading, "given": shortened(finding["given"])}
    if code.startswith(RULE):
        rule = next((rule for rule in table.rules if rule.id == code[len(RULE) :]), None)
        words = (rule.zh if lang == "zh" else rule.en) if rule else code
        return text.say("finding.rule", lang, rule=words, **facts)
    return text.say(f"finding.{code}", lang, **facts)


class RowProblem(HfworkError):
    """One finding as an error: its sentence is made in the language asked for."""

    def __init__(self, finding: dict[str, Any], table: Table, allowed: Sequence[str]) -> None:
        super().__init__("row_wrong", given=finding["given"], allowed=allowed, where=finding["file"])
        self.finding = finding
        self.table = table

    def message(self, lang: str | None = None) -> str:
        """File, row, column, what was given, what is allowed, what was probably meant."""
        self.facts["sentence"] = sentence(self.finding, self.table, lang)
        return super().message(lang)


def allowed_for(finding: dict[str, Any], table: Table, places: Sequence[str]) -> list[str]:
    """What would have been right: the codes and labels of a coded column, the places under the sender."""
    column = table.columns.get(finding["column"])
    if finding["code"] == "unknown_code" and column and column.codes:
        return [f"{code} {words.zh}" for code, words in column.codes.items()]
    return list(places) if finding["code"] == "unknown_place" else []
