"""Returns filled from a public data set: births and sudden infant deaths in North Carolina."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.intake import template
from hfwork.plan.folder import Plan

TABLE = "births"
# The period of each return and where the source keeps its columns.
SOURCES = {
    "1974-07..1978-06": {"births": "BIR74", "nonwhite_births": "NWBIR74", "sids": "SID74"},
    "1979-07..1984-06": {"births": "BIR79", "nonwhite_births": "NWBIR79", "sids": "SID79"},
}


def write(plan: Plan, out_dir: str | Path) -> list[Path]:
    """One return for each of the two periods, all counties in each; real figures, so no sample mark.

    Reads the package the plan's map names; nothing is fetched. Raises ``no_public_data`` when the plan names
    none or lacks the table, ``no_file`` when the package is not installed, ``unknown_place`` for a county the
    plan does not list.
    """
    if plan.map.package is None or TABLE not in plan.tables:
        raise HfworkError("no_public_data", given=plan.id)
    out_dir = Path(out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    source = _read(plan)
    table, state = plan.tables[TABLE], plan.places.root
    paths = []
    for period, columns in SOURCES.items():
        frame = source[list(columns.values())].set_axis(list(columns), axis="columns")
        frame.insert(0, table.key, source.index)
        path = out_dir / f"{table.title.zh}_{period}.xlsx"
        name = plan.places.name(state, "zh")
        paths.append(template.write(table, path, place=state, place_name=name, period=period, frame=frame))
    return paths


def _read(plan: Plan) -> pd.DataFrame:
    """Counts by county in official order; the index holds the plan's codes."""
    spec = find_spec(str(plan.map.package))
    file = Path(str(spec.origin)).parent / str(plan.map.path) if spec else Path(str(plan.map.path))
    if not file.is_file():
        raise HfworkError("no_file", given=file.name, where=plan.map.package)
    frame = pd.DataFrame(geopandas.read_file(file, ignore_geometry=True))
    columns = [column for names in SOURCES.values() for column in names.values()]
    counts = frame[columns].to_numpy(dtype=float)
    if not np.array_equal(counts, np.rint(counts)):  # the source stores counts as floating-point numbers
        where = plan.map.package
        raise HfworkError("bad_value", given=file.name, where=where, path=columns[0], why="whole numbers")
    codes = frame[str(plan.map.code_column)].astype("int64").astype("str")
    order = list(plan.places.at(plan.campaign.monitoring.start, plan.places.levels[-1])["code"])
    for code in codes:
        if code not in order:
            raise HfworkError("unknown_place", given=code, allowed=order, where=file)
    return pd.DataFrame(counts.astype("int64"), columns=columns, index=codes).reindex(order)
