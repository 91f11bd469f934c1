"""From a receipt back to the cell, its definition and the received files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan
from hfwork.plan.periods import parse
from hfwork.release import bundle, receipts
from hfwork.release.bundle import Release


def trace(releases: Path, plan: Plan, code: str) -> dict[str, Any]:
    """The ``cell`` of a receipt, the ``release`` that holds it and the received ``files`` it rests on.

    Raises ``bad_receipt`` or ``mistyped_receipt`` with the receipt one slip away, ``unknown_receipt``, and
    ``damaged_release`` when the receipt may lie in a release that cannot be read.
    """
    damaged: list[HfworkError] = []
    known: dict[str, Release] = {}
    for folder in bundle.folders(releases):
        try:
            release = Release(folder)
            known |= dict.fromkeys(release.findings("receipts")["receipt"], release)
        except HfworkError as problem:
            damaged.append(problem)
    try:
        wanted = receipts.read(code)
    except HfworkError as problem:
        problem.meant = receipts.slips(code, known)
        raise
    if wanted not in known:
        raise damaged[0] if damaged else HfworkError("unknown_receipt", given=code)
    release = known[wanted]
    cells = release.rows()
    cell = {str(name): value for name, value in cells[cells["receipt"] == wanted].iloc[0].items()}
    return {"cell": cell, "release": release, "files": _files_behind(release, plan, cell)}


def _files_behind(release: Release, plan: Plan, cell: dict[str, Any]) -> pd.DataFrame:
    """The inputs of a release that a cell rests on: its tables, its units, its period."""
    definitions = release.plan()["nouns"]
    versions = definitions[f"Indicator.{cell['indicator']}"]["versions"]
    used = [m for v in versions if v["version"] == cell["version"] for m in [*v["numerator"], *v["denominator"]]]
    tables = {definitions[f"Measure.{name}"]["table"] for name in used}
    inputs = pd.DataFrame(release.meta["inputs"])
    as_of = dt.date.fromisoformat(release.meta["as_of"])
    lineage = plan.places.lineage(as_of if cell["boundaries"] == release.meta["as_of"] else cell["end"])
    unit, level = cell["place"], cell["level"]
    top = plan.places.levels[:2]
    if level not in top:
        unit, level = lineage.set_index("code").loc[unit, top[1]], top[1]
    # also the files of a unit that was split: its heirs rest on them by weight
    behind = set(lineage.loc[lineage[level] == unit, "code"]) | {plan.places.root}
    inside = inputs["place"].isin(behind)
    within = inputs["period"].map(lambda token: _overlaps(token, cell["start"], cell["end"], plan)).astype(bool)
    return inputs[inputs["table"].isin(tables) & inside & within].reset_index(drop=True)


def _overlaps(token: str, start: dt.date, end: dt.date, plan: Plan) -> bool:
    if not token:  # an extract holds all dates
        return True
    period = parse(token, plan.campaign.phase_dates)
    return period.start <= end and period.end >= start
