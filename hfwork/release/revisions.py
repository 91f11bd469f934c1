"""Two releases side by side: what was revised, what is new or gone, which definitions, targets and files changed.

Only published cells are read. A unit that merely got a new code or name is followed to its new code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.periods import parse
from hfwork.plan.places import ONE_TO_ONE
from hfwork.release import bundle
from hfwork.release.bundle import Release, open_release

KEY = ["indicator", "place", "period", "group"]
NUMBERS = ["value", "numerator", "denominator", "target"]
COLUMNS = ["what", "indicator", "place", "period", "field", "old", "new", "difference", "old_numerator",
           "new_numerator", "old_denominator", "new_denominator", "old_state", "new_state", "intervals"]  # fmt: skip
DEFINED = ("name", "unit", "definition", "calculation", "notes", "source", "direction", "year", "factor", "versions")
_COMPARED = (("year", "mc_year"), ("half",), ("quarter",), ("month",))  # a whole year has no season
_RESERVED = ("partial_period", "incomplete_returns", "not_yet_due", "part_exceeds_whole")


@dataclass(frozen=True)
class Comparison:
    """``rows``: one per change, columns ``COLUMNS``; ``latest``: one per indicator, the district then and now."""

    old: Compared
    new: Compared
    rows: pd.DataFrame
    latest: pd.DataFrame

    def count(self, *kinds: str) -> int:
        """How many rows are of these kinds."""
        return int(self.rows["what"].isin(kinds).sum())

    def names(self, kind: str, column: str) -> list[str]:
        """What the rows of a kind name in a column, once each."""
        return [str(name) for name in self.rows.loc[self.rows["what"] == kind, column].drop_duplicates()]


def find(releases: Path, given: str) -> Release:
    """A release by folder, id or the unique beginning of one, pointer (``current``, ``built``) or day.

    Raises ``unknown_release`` with the nearest id, ``ambiguous_release`` when several fit.
    """
    if (Path(given) / bundle.MANIFEST).is_file():
        return open_release(given)
    if given in ("current", "built") and (releases / given).exists():
        return open_release(releases / given)
    known = {folder.name: folder for folder in bundle.folders(releases)}
    fitting = [name for name in known if len(given) >= 4 and name.startswith(given.lower())]
    if not fitting and len(given) == 10:  # a day
        fitting = [name for name in known if _as_of(known[name]) == given]
    if len(fitting) > 1:
        raise HfworkError("ambiguous_release", given=given, allowed=fitting)
    if not fitting:
        raise HfworkError("unknown_release", given=given, allowed=known)
    return Release(known[fitting[0]])


def _as_of(folder: Path) -> str:
    try:
        return str(Release(folder).meta.get("as_of", ""))
    except HfworkError:  # a damaged one answers to its id only
        return ""


class Compared(Protocol):
    """What is needed of each side: an opened release, or one about to be written."""

    @property
    def id(self) -> str: ...
    @property
    def meta(self) -> Mapping[str, Any]: ...
    def plan(self) -> dict[str, Any]: ...
    def cells(self) -> pd.DataFrame: ...


def compare(old: Compared, new: Compared) -> Comparison:
    """Everything that differs from ``old`` to ``new``. Raises ``other_plans`` for releases of different plans."""
    if old.meta["plan"] != new.meta["plan"]:
        raise HfworkError("other_plans", given=old.meta["plan"], other=new.meta["plan"])
    before, after = old.plan(), new.plan()
    cells_old, cells_new = old.cells(), new.cells()
    taken, edges = _since(after["changes"], old.meta["as_of"], new.meta["as_of"])
    there = set(cells_new["place"])
    codes = _followed((set(cells_old["place"]) - there) | (set(cells_old["place"]) & taken), there, edges)
    without = cells_old["place"].isin(taken - codes.keys())  # their code is another unit's now
    lost = [{"what": "gone_place", "place": place, "old": place} for place in cells_old.loc[without, "place"].unique()]
    cells_old = cells_old[~without]
    cells_old = cells_old.assign(place=cells_old["place"].map(lambda place: codes.get(place, place)))
    rows = [
        *lost,
        *_figures(cells_old, cells_new),
        *_sets(cells_old, cells_new),
        *({"what": "recoded", "place": to, "old": code, "new": to} for code, to in codes.items()),
        *_definitions(before["nouns"], after["nouns"]),
        *_targets(before["targets"], after["targets"]),
        *_inputs(old.meta["inputs"], new.meta["inputs"]),
    ]
    made = pd.DataFrame(rows).reindex(columns=COLUMNS)
    return Comparison(old, new, made, _latest(cells_old, cells_new, new.meta["levels"][0]))


def _since(changes: Iterable[Mapping[str, Any]], old: str, new: str) -> tuple[set[str], list[Mapping[str, Any]]]:
    """Codes that became another unit's between two days, and the edges after the first day, oldest first."""
    dated = sorted(((str(edge.get("latest") or "9999")[:10], edge) for edge in changes), key=lambda pair: pair[0])
    taken = {edge["from_code"] for day, edge in dated if edge["kind"] == "reuse" and old < day <= new}
    return taken, [edge for day, edge in dated if day > old]


def _followed(gone: set[str], there: set[str], edges: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Old code → new code along edges that keep a unit whole; a code's first edge is the one its unit took."""
    step: dict[str, str] = {}
    for edge in edges:
        if edge["kind"] in ONE_TO_ONE and edge["to_code"] != edge["from_code"]:
            step.setdefault(edge["from_code"], edge["to_code"])
    followed = {}
    for code in sorted(gone):
        heir, seen = step.get(code), {code}
        while heir and heir not in there and heir not in seen:
            seen.add(heir)
            heir = step.get(heir)
        if heir in there:
            followed[code] = heir
    shared = {heir for heir, times in Counter(followed.values()).items() if times > 1}  # several became one
    return {code: heir for code, heir in followed.items() if heir not in shared}


def _figures(old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, Any]]:
    """Cells in both whose number or state changed: ``revised``, or ``completed`` when the period has gone on."""
    both = old.merge(new, on=KEY, suffixes=("_old", "_new"))
    differ = both["state_old"] != both["state_new"]
    for name in NUMBERS[:3]:
        first, second = both[f"{name}_old"].to_numpy(float), both[f"{name}_new"].to_numpy(float)
        differ |= ~np.isclose(first, second, rtol=1e-9, atol=1e-9, equal_nan=True)
    changed = both[differ]
    longer = changed["end_old"].astype(str) != changed["end_new"].astype(str)
    made = changed.assign(
        what=np.where(longer, "completed", "revised"),
        field="value",
        old=changed["value_old"],
        new=changed["value_new"],
        difference=changed["value_new"] - changed["value_old"],
        intervals=_overlap(changed),
    ).rename(columns=lambda name: f"{name[-3:]}_{name[:-4]}" if name.endswith(("_old", "_new")) else name)
    return _records(made.reindex(columns=COLUMNS))


def _overlap(both: pd.DataFrame) -> np.ndarray:
    """``overlap`` or ``apart`` where both intervals are there; no test, only the picture of the two."""
    limits = {name: both[name].to_numpy(float) for name in ("lower95_old", "upper95_old", "lower95_new", "upper95_new")}
    apart = (limits["lower95_new"] > limits["upper95_old"]) | (limits["lower95_old"] > limits["upper95_new"])
    known = np.all([np.isfinite(limit) for limit in limits.values()], axis=0)
    return np.where(~known, "", np.where(apart, "apart", "overlap"))


def _sets(old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, Any]]:
    """Indicators, periods and units that only one of the two has."""
    rows = []
    for column in ("indicator", "period", "place"):
        here, there = list(old[column].drop_duplicates()), list(new[column].drop_duplicates())
        rows += [{"what": f"new_{column}", column: name, "new": name} for name in there if name not in set(here)]
        rows += [{"what": f"gone_{column}", column: name, "old": name} for name in here if name not in set(there)]
    return rows


def _definitions(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fields of an indicator, and measures, that are written otherwise."""
    rows = []
    for name in sorted(old.keys() & new.keys()):
        kind, _, identity = name.partition(".")
        fields = DEFINED if kind == "Indicator" else ("",) if kind == "Measure" else ()
        for field in fields:
            first, second = (side[name][field] if field else side[name] for side in (old, new))
            if first != second:
                what = "definition" if kind == "Indicator" else "measure"
                named = {"indicator": identity} if kind == "Indicator" else {}
                rows.append({"what": what, **named, "field": field or identity, "old": first, "new": second})
    return rows


def _targets(old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = ("indicator", "place", "period", "role", "scope")
    keyed = [{tuple(t.get(name) for name in names): t["value"] for t in side} for side in (old, new)]
    rows = []
    for key in sorted(keyed[0].keys() | keyed[1].keys(), key=str):
        first, second = (side.get(key) for side in keyed)
        if first != second:
            named = {"indicator": key[0], "place": key[1], "period": key[2], "field": key[3]}
            difference = second - first if first is not None and second is not None else None
            rows.append({"what": "target", **named, "old": first, "new": second, "difference": difference})
    return rows


def _inputs(old: Iterable[Mapping[str, str]], new: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Received files: added, no longer used, or replaced (same table, unit and period, other content)."""
    sides = [{(f["table"], f["place"], f["period"], f["sha256"]): f["name"] for f in side} for side in (old, new)]
    gone, added = sides[0].keys() - sides[1].keys(), sides[1].keys() - sides[0].keys()
    rows = []
    for key in sorted(added):
        mine = sorted(k for k in gone if k[:3] == key[:3])
        if mine:
            gone = gone - {mine[0]}
        what = "replaced_file" if mine else "added_file"
        before = sides[0][mine[0]] if mine else None
        rows.append(_file(what, key, before, sides[1][key]))
    return rows + [_file("gone_file", key, sides[0][key], None) for key in sorted(gone)]


def _file(what: str, key: tuple[str, str, str, str], old: str | None, new: str | None) -> dict[str, Any]:
    return {"what": what, "field": key[0], "place": key[1], "period": key[2], "old": old, "new": new}


def _latest(old: pd.DataFrame, new: pd.DataFrame, top: str) -> pd.DataFrame:
    """The district's latest whole figure in each, of the longest period that has gone on (else that both have) and,
    below a year, of the same season: columns of ``COLUMNS`` and ``old_period version``. ``intervals`` is ``overlap``,
    ``apart``, ``definition`` (another version) or empty.
    """
    rows = []
    for indicator in old["indicator"].drop_duplicates():
        sides = [side[(side["indicator"] == indicator) & (side["level"] == top) & (side["state"] == "value")
                      & ~side["reason"].isin(_RESERVED)] for side in (old, new)]  # fmt: skip
        pairs = []
        for levels in _COMPARED:
            first, second = (_last(side, levels) for side in sides)
            if seasons := first.keys() & second.keys():
                season = max(seasons, key=lambda name: str(second[name]["end"]))
                pairs.append((first[season], second[season]))
        # A year that was over in both says nothing new where a shorter period has gone on.
        moved = [pair for pair in pairs if str(pair[0]["end"]) < str(pair[1]["end"])]
        still = [pair for pair in pairs if str(pair[0]["end"]) == str(pair[1]["end"])]  # never back in time
        rows += [_pair(indicator, *pair) for pair in (moved or still)[:1]]
    return pd.DataFrame(rows).reindex(columns=[*COLUMNS, "old_period", "version"])


def _last(cells: pd.DataFrame, levels: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """The latest cell of each season (``H1``, ``Q2``, ``06``; a whole year has one)."""
    wanted = cells["period"].map(lambda token: _level(token) in levels).astype(bool)
    mine = _records(cells[wanted].sort_values("end", kind="stable"))
    return {"" if "year" in levels else cell["period"][5:]: cell for cell in mine}


def _level(token: str) -> str:
    """The level of a period; whatever is no token of the calendar is a phase of the plan."""
    try:
        return parse(token).level
    except HfworkError:
        return "phase"


def _pair(indicator: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = {f"{name}_{side}": cell[name] for side, cell in (("old", old), ("new", new)) for name in cell}
    same = old["version"] == new["version"]
    found = str(_overlap(pd.DataFrame([both]))[0]) if same else "definition"
    counts = {f"{side}_{name}": cell[name] for side, cell in (("old", old), ("new", new))
              for name in ("numerator", "denominator", "state", "period")}  # fmt: skip
    return {"what": "latest", "indicator": indicator, "place": new["place"], "period": new["period"], "field": "value",
            "old": old["value"], "new": new["value"], "difference": new["value"] - old["value"] if same else None,
            "intervals": found, "version": new["version"], **counts}  # fmt: skip


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
