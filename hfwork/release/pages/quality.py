"""The page 数据质量: which returns came, which did not, and what each figure rests on."""

from __future__ import annotations

from typing import Any

from hfwork.release.packing import pack
from hfwork.release.pages.columns import both
from hfwork.release.pages.source import Source


def quality(source: Source) -> dict[str, Any]:
    """Returns expected and received by table, place and period; rows put aside; returns that came late.

    ``late``: files of periods that were over on the day of the release before this one, received only since.
    """
    plan = source.plan
    rows = source.numbered(source.found["completeness"])
    names = [name for name in plan.tables if (rows["table"] == name).any()]
    parts = {str(name): part for name, part in rows.groupby("table")}
    return {
        "layout": [["completeness"], ["returns"], ["rows"], ["rests"]],
        "selectors": ["table", "period", "place"],
        "tables": [
            {
                "id": name,
                "title": both(plan.tables[name].title),
                "returns": pack(
                    int(number)
                    for row in zip(*(parts[name][c] for c in ("at_place", "at_period", "expected", "reported")),
                                   strict=True)
                    for number in (row[0] + 1, *row[1:])
                ),
                "indicators": _resting(source, name),
            }
            for name in names
        ],
        "faulty": _faulty(source, names),
        "late": _late(source),
        "policy": {name: dict(grade) for name, grade in plan.policy.grades.items()},
    }  # fmt: skip


def _resting(source: Source, table: str) -> list[str]:
    """The indicators that count rows of a table."""
    measures = source.plan.measures
    return [
        name
        for name, indicator in source.plan.indicators.items()
        if any(measures[measure].table == table for measure in indicator.measure_ids())
    ]


def _faulty(source: Source, tables: list[str]) -> str:
    """Rows sent and rows put aside: table, place + 1, rows, errors."""
    errors = source.errors[source.errors["place"].isin(source.place_at) & source.errors["table"].isin(tables)]
    packed: list[int] = []
    for table, place, rows, faults in errors[["table", "place", "rows", "errors"]].itertuples(index=False):
        packed += [tables.index(table), source.place_at[place] + 1, int(rows), int(faults)]
    return pack(packed)


def _late(source: Source) -> list[dict[str, Any]]:
    """Per table and unit how many returns came only after the release that should have held them."""
    if source.before is None:
        return []
    files = source.before.rows[source.before.rows["what"] == "added_file"]
    ends = {p.token: str(p.end) for p in source.periods}
    was = str(source.before.old.meta["as_of"])
    over = files["period"].map(lambda token: ends.get(str(token), "9999") <= was).astype(bool)
    late = files[over & files["place"].isin(source.place_at)]
    grouped = late.groupby(["field", "place"], sort=False).size().reset_index(name="count")
    return [
        {"table": row["field"], "place": source.place_at[row["place"]], "count": int(row["count"])}
        for row in grouped.to_dict("records")
    ]
