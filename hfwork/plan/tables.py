"""What may be received: the layouts of ``columns.yaml`` and the conditions that may be asked of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import sqlglot
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlglot import exp

from hfwork.errors import HfworkError

# What a condition may be made of. Anything else (sub-selects, other functions, casts) is refused.
_ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ,
    exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is, exp.Add, exp.Sub, exp.Interval, exp.Var,
    exp.Neg, exp.Greatest, exp.Least, exp.Coalesce, exp.Case, exp.If,
)  # fmt: skip
# The same safe loader in C where it is installed: a plan opens five times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Frozen(BaseModel):
    """A definition: unknown keys are refused, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Frozen):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Column(Frozen):
    """One column of a layout; ``future`` dates may lie after the day of receipt."""

    type: Literal["id", "place", "date", "code", "count", "number", "text"]
    zh: str
    en: str
    required: bool = False
    codes: dict[str, Words] | None = None
    unit: str = ""
    future: bool = False


class Rule(Frozen):
    """A logic check such as ``part <= whole`` that each row should pass when both sides are present."""

    id: str
    check: str
    zh: str
    en: str


class Table(Frozen):
    """A layout: a person-level extract or a return filled in by a unit for a period.

    ``sender`` and ``grain`` are levels: of the units that send a return, and of the units its rows stand for
    (empty: the finest).
    """

    id: str
    kind: Literal["extract", "return"]
    title: Words
    unit: Literal["person", "household", "couple", "event", "organisation"]
    key: str
    place: str
    columns: dict[str, Column]
    rules: list[Rule] = Field(default_factory=list)
    every: Literal["month", "quarter", "half", "year", "mc_year", "listed"] = "month"
    sender: str = ""
    grain: str = ""
    number: str = ""


def worst_error(problem: ValidationError) -> Any:
    """The complaint to tell first: a misspelt key explains the missing one it was meant to be."""
    return min(problem.errors(), key=lambda error: error["type"] != "extra_forbidden")


def refuse_model(problem: ValidationError, where: object, allowed: dict[str, list[str]]) -> HfworkError:
    """A pydantic complaint in the user's words: the key, where it stands, what is allowed there."""
    first = worst_error(problem)
    path = ".".join(str(part) for part in first["loc"])
    key = str(first["loc"][-1]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        parent = ".".join(str(part) for part in first["loc"][:-1])
        names = allowed.get(parent) or allowed.get("*", [])
        return HfworkError("unknown_key", given=key, allowed=names, where=where, path=path)
    if first["type"] in ("missing", "string_too_short"):
        return HfworkError("missing_key", given=key, where=where, path=path)
    return HfworkError("bad_value", given=first.get("input"), where=where, path=path, why=first["msg"])


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML mapping; a broken or missing file is a clear error."""
    if not file.is_file():
        raise HfworkError("no_file", given=file.name, where=file.parent)
    try:
        content = yaml.load(file.read_text("utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise HfworkError("bad_yaml", where=file, why=" ".join(str(problem).split())[:200]) from None
    if not isinstance(content, dict):
        raise HfworkError("bad_yaml", where=file, why=type(content).__name__)
    return content


def load_tables(folder: Path) -> dict[str, Table]:
    """The layouts declared in ``columns.yaml``."""
    file = Path(folder) / "columns.yaml"
    tables: dict[str, Table] = {}
    for name, content in read_yaml(file).get("tables", {}).items():
        try:
            table = Table(id=name, **content)
        except ValidationError as problem:
            names = {"": list(Table.model_fields), "*": list(Column.model_fields)}
            raise refuse_model(problem, f"{file} · {name}", names) from None
        for column in (table.key, table.place):
            _need_column(column, table, f"{file} · {name}")
        _check_headings(table, f"{file} · {name}")
        for rule in table.rules:
            expression(rule.check, table, f"{file} · {name} · {rule.id}")
        tables[name] = table
    return tables


def _check_headings(table: Table, where: str) -> None:
    """A received file is read by its headings, so no two columns may share one."""
    for lang in ("zh", "en"):
        seen: dict[str, str] = {}
        for name, column in table.columns.items():
            heading = getattr(column, lang)
            other = seen.setdefault(heading.casefold(), name)
            if other != name:
                raise HfworkError("heading_repeated", given=heading, where=where, column=name, other=other)


def expression(sql: str, table: Table, where: object = "") -> exp.Expr:
    """A checked SQL expression over the columns of ``table``.

    Raises ``unknown_column`` with the nearest name, ``bad_condition`` for anything that is not a plain
    comparison, date arithmetic or one of GREATEST, LEAST, COALESCE, CASE.
    """
    try:
        tree = sqlglot.parse_one(str(sql), read="duckdb")
    except sqlglot.errors.SqlglotError as problem:
        raise HfworkError("bad_condition", given=sql, where=where, why=str(problem).splitlines()[0]) from None
    for node in tree.walk():
        if not isinstance(node, _ALLOWED):
            raise HfworkError("bad_condition", given=sql, where=where, why=type(node).__name__)
        if isinstance(node, exp.Column):
            if node.table:
                raise HfworkError("bad_condition", given=sql, where=where, why=node.sql())
            _need_column(node.name, table, where)
    return tree


def _need_column(name: str, table: Table, where: object) -> None:
    if name not in table.columns:
        raise HfworkError("unknown_column", given=name, allowed=list(table.columns), where=where, table=table.id)
