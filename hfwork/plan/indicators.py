"""Measures and indicators as files: nouns in data, checked at the door.

A measure is a named count over one table and says *when* it counts, in one of five ways::

    during: checked_on                                  # a flow: rows whose date lies in the period
    at_end: {from: [moved_in], to: [moved_out]}         # a stock: from the latest `from` until the first `to`
    cohort: {entered: checked_on, within_days: 30}      # entered in the period and due (entered + N days) by as_of
    cohort: {…, reached: counselled_on}                 # of these, reached within N days
    sum: lectures   |   last: volunteers                # returns: a flow to add up, a stock as reported

An indicator is numerator over denominator times a factor, or a plain count; see ``Indicator``.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from hfwork.errors import HfworkError
from hfwork.plan.households import FILE, load_households
from hfwork.plan.tables import Frozen, Table, Words, expression, read_yaml, refuse_model

Unit = Literal["person", "household", "couple", "event", "organisation"]
PERIOD_ORDER = ("month", "quarter", "half", "year")  # phases, spans and maternal years count as years


class Stock(Frozen):
    """The dates that make a state true, and those that end it (SQL date expressions)."""

    begin: list[str] = Field(alias="from", min_length=1)
    end: list[str] = Field(alias="to", default_factory=list)

    @field_validator("begin", "end", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class Cohort(Frozen):
    """Entered by one event; reached the next within N days; not yet due is censored, not failed."""

    entered: str
    within_days: int = Field(ge=0)
    reached: str | None = None


class Measure(Frozen):
    """A named count: a table, a condition, and when it counts."""

    id: str
    name: Words
    table: str
    unit: Unit
    where: str | None = None
    during: str | None = None
    at_end: Stock | None = None
    cohort: Cohort | None = None
    sum: str | None = None
    last: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Measure:
        ways = [w for w in ("during", "at_end", "cohort", "sum", "last") if getattr(self, w) is not None]
        if len(ways) != 1:
            raise ValueError(f"one of during, at_end, cohort, sum, last; given: {', '.join(ways) or 'none'}")
        return self

    @property
    def is_stock(self) -> bool:
        """True for a state at the end of a period (never summed over time)."""
        return self.at_end is not None or self.last is not None


class Version(Frozen):
    """One definition with its validity: inclusive dates, open when empty."""

    version: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    numerator: list[str]
    denominator: list[str] = Field(default_factory=list)
    why: Words | None = None

    @field_validator("numerator", "denominator", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value


class Grain(Frozen):
    """The finest place level and period level that may be published."""

    place: str
    period: Literal["month", "quarter", "half", "year"] = "month"


class Expectation(Frozen):
    """What the example rows must give: counts for one place and period."""

    period: str
    place: str | None = None
    numerator: int
    denominator: int | None = None


class Example(Frozen):
    """Worked example: rows (also some that must *not* count) and the expected counts."""

    as_of: dt.date
    rows: dict[str, list[dict[str, Any]]]
    expect: list[Expectation] = Field(min_length=1)


class Indicator(Frozen):
    """One indicator file (fields after WS/T 598, plus the programme's own)."""

    id: str
    code: str = ""
    name: Words
    unit: Words
    definition: Words
    calculation: Words
    notes: Words
    survey: Words
    source: Words
    frequency: Literal["month", "quarter", "half", "year"]
    kind: str | None = None
    action: str | None = None
    clause: str | None = None
    lead: str | None = None
    direction: Literal["up", "down", "none"]
    year: Literal["calendar", "maternal"] = "calendar"
    counts: Unit
    sensitive: bool = False
    publish: Grain
    factor: float = 1
    decimals: int = Field(default=1, ge=0, le=4)
    interval: Literal["wilson", "byar", "none"]
    versions: list[Version] = Field(min_length=1)
    written_by: str
    checked_by: str
    review_on: dt.date
    example: Example

    @property
    def plain(self) -> bool:
        """True for a count without a denominator."""
        return not any(v.denominator for v in self.versions)

    def version_on(self, day: dt.date) -> Version | None:
        """The definition valid on a day."""
        for version in self.versions:
            if (version.valid_from or day) <= day <= (version.valid_to or day):
                return version
        return None

    def measure_ids(self) -> list[str]:
        """Every measure any version needs, once, in order."""
        return list(dict.fromkeys(m for v in self.versions for m in [*v.numerator, *v.denominator]))


def load_measures_and_indicators(
    folder: Path, tables: dict[str, Table]
) -> tuple[dict[str, Measure], dict[str, Indicator]]:
    """Every file of ``measures/`` and ``indicators/``; equal names with different content are refused.

    Of the stocks that the household model offers, those an indicator names are kept.
    """
    folder = Path(folder)
    measures: dict[str, Measure] = {}
    households = load_households(folder, tables)
    offered = households.measures() if households else {}
    for name, stock in offered.items():
        _add_measure(measures, tables, name, stock, folder / FILE)
    indicators: dict[str, Indicator] = {}
    for file in sorted((folder / "measures").glob("*.yaml")):
        _add_measure(measures, tables, file.stem, read_yaml(file), file)
    files = sorted((folder / "indicators").glob("*.yaml"))
    if not files:
        raise HfworkError("no_indicators", where=folder / "indicators")
    contents = {file: read_yaml(file) for file in files}
    for file, content in contents.items():
        for name, inline in (content.pop("measures", None) or {}).items():
            _add_measure(measures, tables, name, inline, file)
    for file, content in contents.items():
        indicators[file.stem] = _indicator(content, file, measures)
    used = {name for indicator in indicators.values() for name in indicator.measure_ids()}
    return {name: m for name, m in measures.items() if name in used or name not in offered}, indicators


def _add_measure(
    measures: dict[str, Measure], tables: dict[str, Table], name: str, content: dict[str, Any], file: Path
) -> None:
    where = f"{file} · {name}"
    if content.get("table") not in tables:
        raise HfworkError("unknown_table", given=content.get("table"), allowed=list(tables), where=where)
    table = tables[content["table"]]
    try:
        measure = Measure(**{"id": name, "unit": table.unit, **content})
    except ValidationError as problem:
        names = {"": list(Measure.model_fields), "at_end": ["from", "to"], "cohort": list(Cohort.model_fields)}
        raise refuse_model(problem, where, names) from None
    if name in measures and measures[name] != measure:
        raise HfworkError("measure_twice", given=name, where=where)
    is_return = measure.sum is not None or measure.last is not None
    if is_return != (table.kind == "return"):
        raise HfworkError("measure_way", given=name, where=where, table=table.id, kind=table.kind)
    for sql in expressions(measure):
        expression(sql, table, where)
    measures[name] = measure


def expressions(measure: Measure) -> list[str]:
    """Every SQL expression a measure uses."""
    found = [measure.where, measure.during, measure.sum, measure.last]
    if measure.at_end:
        found += [*measure.at_end.begin, *measure.at_end.end]
    if measure.cohort:
        found += [measure.cohort.entered, measure.cohort.reached]
    return [sql for sql in found if sql is not None]


def _indicator(content: dict[str, Any], file: Path, measures: dict[str, Measure]) -> Indicator:
    try:
        indicator = Indicator(**content)
    except ValidationError as problem:
        words = {name: ["zh", "en"] for name in ("name", "unit", "definition", "calculation", "notes", "survey")}
        names = {"": [*Indicator.model_fields, "measures"], "publish": list(Grain.model_fields), **words}
        raise refuse_model(problem, file, names) from None
    if indicator.id != file.stem:
        raise HfworkError("id_is_not_file", given=indicator.id, allowed=[file.stem], where=file)
    for name in indicator.measure_ids():
        if name not in measures:
            raise HfworkError("unknown_measure", given=name, allowed=list(measures), where=file)
    return indicator


def lookup(indicators: dict[str, Indicator], given: str) -> Indicator:
    """The indicator of that id; a misspelt one is refused with the nearest match."""
    if given not in indicators:
        raise HfworkError("unknown_indicator", given=given, allowed=list(indicators))
    return indicators[given]
