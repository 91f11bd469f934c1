"""From counts to a release: assemble, hide what is small, word it, freeze it under a hash of its contents."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.measure.frame import THEN, Frame
from hfwork.plan.folder import Plan
from hfwork.release import bundle, pages, receipts, revisions
from hfwork.release.cells import COLUMNS, KEYS, assemble
from hfwork.release.comparisons import comparisons
from hfwork.release.courses import courses
from hfwork.release.disclosure import hide
from hfwork.release.patterns import neighbours, patterns
from hfwork.release.sentences import sentences
from hfwork.release.shapes import geojson, shapes, touching
from hfwork.release.spread import spreads
from hfwork.release.steadiness import steadying, withhold
from hfwork.release.verdicts import unfinished, verdicts

FORMAT = 4
_TYPES = {"object": "string", "str": "string", "bool": "boolean", "float64": "number", "int64": "integer",
          "Int64": "integer"}  # fmt: skip


def build(
    plan: Plan,
    counts: pd.DataFrame,
    frame: Frame,
    errors: pd.DataFrame,
    inputs: pd.DataFrame,
    releases: Path,
    *,
    gone: Sequence[tuple[pd.DataFrame, Frame]] = (),
    sample: bool = False,
) -> str:
    """Write the release of these counts below ``releases`` and return its id; ``current`` is not moved.

    ``gone``: counts of units that were since split or merged, as they were then, with their frames. ``inputs``:
    one row per received file, columns ``sha256 name table place period``. The id is a hash of the canonical
    contents – counts, definitions, inputs – so the same inputs give the same id whatever the clock, the time
    zone, the locale or the number of threads.
    """
    levels = list(plan.places.levels)
    views = [assemble(plan, *view, errors, published=True) for view in [(counts, frame), *gone]]
    cells = pd.concat(views, ignore_index=True)
    cells = hide(plan, cells, [counts, *(rolled for rolled, _ in gone)], frame)
    steady_or_not = _in_order(plan, cells, frame)
    cells, merge = withhold(plan, steady_or_not, frame.periods)
    lineage = _lineage(cells, frame)
    map_shapes = shapes(plan, frame.as_of)
    said = sentences(plan, cells[cells["boundaries"] != THEN])
    today = cells[cells["boundaries"] != THEN]
    spread = spreads(plan, today, frame.periods)
    found = {
        "comparisons": comparisons(plan, today, frame.periods, spread["funnel"]),
        "steadying": steadying(plan, cells, merge),
        "verdicts": verdicts(plan, today, frame.periods, unfinished(steady_or_not, frame.periods, frame.as_of)),
        "courses": courses(plan, today, frame.periods),
        **spread,
        "neighbours": (pairs := neighbours(plan, touching(plan, map_shapes), frame.as_of)),
        **patterns(plan, today, frame.periods, pairs),
    }
    completeness = _completeness(plan, counts, levels)
    inputs = inputs.sort_values(["table", "place", "period", "sha256"]).reset_index(drop=True)
    outline = geojson(map_shapes)
    identity = _identity(
        plan, frame.as_of, sample, [cells, said, *found.values(), completeness, lineage, inputs], outline
    )
    codes = issued(releases, identity)
    keys = map("|".join, zip(*(cells[name].astype(str) for name in KEYS), strict=True))
    numbered = cells.assign(receipt=receipts.issue(identity, keys, codes), merge=merge)
    meta = _meta(plan, identity, frame.as_of, numbered, sample)
    tables = {"cells": cells, "receipts": numbered[["receipt"]], "sentences": said, "completeness": completeness}
    tables |= {**found, "lineage": lineage}
    definitions = plan.definitions()
    before = _since_before(releases, Draft(meta | {"inputs": inputs.to_dict("records")}, definitions, today))
    source = pages.Source(plan, meta, numbered, tables, map_shapes, frame.periods, errors, before)
    columns = {f"pages/{name}.json": pages.as_bytes(page) for name, page in pages.written(source).items()}
    files: dict[str, bytes | pd.DataFrame] = {
        **{_path(name): table for name, table in tables.items()},
        "places.geojson": outline,
        "plan.json": _json(definitions),
        **columns,
        bundle.MANIFEST: _json(_manifest(plan, meta, inputs, tables, list(columns))),
    }
    bundle.write(releases, identity, files)
    return identity


@dataclass(frozen=True)
class Draft:
    """A release not yet written, as far as it is compared with another one."""

    meta: dict[str, Any]
    definitions: dict[str, Any]
    today: pd.DataFrame

    @property
    def id(self) -> str:
        return str(self.meta["id"])

    def plan(self) -> dict[str, Any]:
        return self.definitions

    def cells(self) -> pd.DataFrame:
        return self.today.reset_index(drop=True)


def _since_before(releases: Path, draft: Draft) -> revisions.Comparison | None:
    """The draft beside the release of the latest day before its own, where there is one of the same plan."""
    earlier = []
    for folder in bundle.folders(releases):
        with suppress(HfworkError):  # a damaged one is nothing to compare with
            release = bundle.Release(folder)
            if release.meta.get("as_of", "") < draft.meta["as_of"] and release.meta.get("plan") == draft.meta["plan"]:
                earlier.append(release)
    latest = max(earlier, key=lambda release: (release.meta["as_of"], release.id), default=None)
    return revisions.compare(latest, draft) if latest else None


def issued(releases: Path, but: str = "") -> set[str]:
    """Every receipt already given by other releases of this workspace."""
    taken: set[str] = set()
    for folder in bundle.folders(releases):
        if folder.name != but:
            with suppress(HfworkError):  # a damaged release must not keep others from being made
                taken |= set(bundle.Release(folder).findings("receipts")["receipt"])
    return taken


def canonical(frame: pd.DataFrame) -> bytes:
    """A table as text that does not depend on any writer: shortest exact numbers, ISO dates, LF."""
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.17g").encode()


def _identity(plan: Plan, as_of: dt.date, sample: bool, tables: list[pd.DataFrame], outline: bytes) -> str:
    digest = hashlib.sha256(f"hfwork {FORMAT} {plan.digest()} {as_of} {sample}\n".encode())
    for table in tables:
        digest.update(canonical(table))
    digest.update(outline)
    return digest.hexdigest()[:16]


def _in_order(plan: Plan, cells: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Official order everywhere: indicators as in the plan, places as in the code list, periods in time."""
    ranks = {
        "indicator": list(plan.indicators),
        "level": list(plan.places.levels),
        "place": list(dict.fromkeys([*plan.places.at(frame.as_of)["code"], *plan.places.frame["code"]])),
        "period": [p.token for p in frame.periods],
    }
    order = pd.DataFrame({k: cells[k].map({name: i for i, name in enumerate(v)}) for k, v in ranks.items()})
    rows = order.sort_values(["indicator", "level", "place", "period"], kind="stable").index
    return cells.loc[rows, COLUMNS].reset_index(drop=True)


def _lineage(cells: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """What became of the units that are shown as then: columns ``place heir weight``."""
    gone = cells.loc[cells["boundaries"] == THEN, "place"].drop_duplicates()
    rows = [(place, heir, weight) for place in gone for heir, weight in frame.places.heirs(place, frame.as_of).items()]
    return pd.DataFrame(rows, columns=["place", "heir", "weight"]).astype({"weight": "float64"})


def _completeness(plan: Plan, counts: pd.DataFrame, levels: list[str]) -> pd.DataFrame:
    """Returns expected and received per unit, table and period (``table place period expected reported``)."""
    upper = counts[counts["level"].isin(levels[:2])].astype({"place": "str", "level": "str", "period": "str"})
    table = upper["measure"].map({name: measure.table for name, measure in plan.measures.items()})
    keys = ["table", "place", "level", "period"]
    # A flow rests on every return of a period, a stock on its last only: the longest expectation tells the returns.
    ranked = upper.assign(table=table).sort_values([*keys, "expected", "reported"], ascending=[True] * 5 + [False])
    return ranked.groupby(keys, sort=True)[["expected", "reported"]].last().reset_index()


def _meta(plan: Plan, identity: str, as_of: dt.date, cells: pd.DataFrame, sample: bool) -> dict[str, Any]:
    whole = cells[(cells["level"] == plan.places.levels[0]) & (cells["grade"] != "")]
    latest = whole[whole["end"] == whole["end"].max()]
    return {
        "id": identity,
        "as_of": as_of.isoformat(),
        "plan": plan.id,
        "sample": sample,
        "title": {"zh": plan.title.zh, "en": plan.title.en},
        "grade": str(latest["grade"].max()) if len(latest) else "",
        "levels": list(plan.places.levels),
    }


def _manifest(
    plan: Plan, meta: dict[str, Any], inputs: pd.DataFrame, tables: Mapping[str, pd.DataFrame], columns: Sequence[str]
) -> dict[str, Any]:
    resources = [
        {
            "name": name,
            "path": _path(name),
            "format": "parquet",
            "mediatype": "application/vnd.apache.parquet",
            "schema": {"fields": [{"name": c, "type": _kind(table[c])} for c in table.columns]},
        }
        for name, table in tables.items()
    ]
    return {
        **meta,
        "profile": "data-package",
        "name": f"hfwork-{plan.id}",
        "digest": plan.digest(),
        "policy": plan.policy.model_dump(mode="json"),
        "audit": {"minimum_count": plan.policy.minimum_count, "suppressed": int(_hidden(tables["cells"]))},
        "inputs": inputs.to_dict("records"),
        "resources": [
            *resources,
            {"name": "places", "path": "places.geojson", "format": "geojson"},
            {"name": "plan", "path": "plan.json", "format": "json"},
            *({"name": Path(file).stem, "path": file, "format": "json"} for file in columns),
        ],
    }


def _path(table: str) -> str:
    return "cells.parquet" if table == "cells" else f"findings/{table}.parquet"


def _hidden(cells: pd.DataFrame) -> int:
    return (cells["state"] == "suppressed").sum()


def _kind(column: pd.Series) -> str:
    if column.name in ("start", "end"):
        return "date"
    return _TYPES.get(str(column.dtype), "string")


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, default=str).encode()
