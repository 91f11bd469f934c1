"""A plan folder as one thing: everything that is monitored, and the hash of its definitions."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from hfwork.errors import HfworkError
from hfwork.plan.campaign import Campaign, load_campaign
from hfwork.plan.gazetteer import load_places
from hfwork.plan.households import Households, check_households, load_households
from hfwork.plan.indicators import Indicator, Measure, load_measures_and_indicators
from hfwork.plan.places import Places
from hfwork.plan.policy import MapSpec, Neighbour, Policy, Target, Tile, load_map, load_policy, load_targets
from hfwork.plan.reading import unknown_value
from hfwork.plan.tables import Table, Words, load_tables

HOLDS = (
    "campaign.yaml", "places.csv", "columns.yaml", "indicators/", "targets.csv", "policy.yaml",
    "map/map.yaml",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything a district monitors, read from one folder."""

    folder: Path
    campaign: Campaign
    places: Places
    tables: dict[str, Table]
    measures: dict[str, Measure]
    indicators: dict[str, Indicator]
    targets: list[Target]
    policy: Policy
    map: MapSpec
    tiles: list[Tile]
    neighbours: list[Neighbour]
    households: Households | None = None

    @property
    def id(self) -> str:
        """The plan's name in folders and releases."""
        return self.campaign.id

    @property
    def title(self) -> Words:
        """The campaign's title."""
        return self.campaign.title

    def definitions(self) -> dict[str, Any]:
        """All definitions as plain values; the order of keys and files plays no part in ``digest``."""
        parts = (*self.tables.items(), *self.measures.items(), *self.indicators.items())
        return {
            "campaign": _plain(self.campaign),
            "places": _records(self.places.frame),
            "changes": _records(self.places.changes),
            "aliases": _records(self.places.aliases),
            "nouns": {f"{type(part).__name__}.{name}": _plain(part) for name, part in parts},
            "households": _plain(self.households) if self.households else None,
            "targets": _sorted([_plain(target) for target in self.targets]),
            "policy": _plain(self.policy),
            "map": _plain(self.map),
            "shapes": self._shapes(),
            "tiles": _sorted([_plain(tile) for tile in self.tiles]),
            "neighbours": _sorted([_plain(pair) for pair in self.neighbours]),
        }

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON of all definitions; no file bytes, names or times inside."""
        return hashlib.sha256(_canonical(self.definitions()).encode("utf-8")).hexdigest()

    def _shapes(self) -> str | None:
        """A hash of the user's own geometry file, by content when it is JSON."""
        if self.map.kind != "shapes" or self.map.file is None:
            return None
        raw = (self.folder / "map" / self.map.file).read_bytes()
        if self.map.file.endswith("json"):
            raw = _canonical(json.loads(raw)).encode("utf-8")
        return hashlib.sha256(raw).hexdigest()


def load_plan(path: str | Path) -> Plan:
    """The plan of a folder, every file checked and every reference between files resolved.

    Raises ``no_plan`` when the folder is none, and a named error for anything wrong inside.
    """
    folder = Path(path)
    if not (folder / "campaign.yaml").is_file():
        raise HfworkError("no_plan", given=str(path), holds=", ".join(HOLDS))
    campaign = load_campaign(folder)
    places = load_places(folder, campaign.levels)
    tables = load_tables(folder)
    households = load_households(folder, tables)
    if households:
        check_households(folder, households, campaign)
    measures, indicators = load_measures_and_indicators(folder, tables)
    _check_indicators(folder, campaign, indicators)
    indicators = _in_order(campaign, indicators)
    targets = load_targets(folder, indicators, places, campaign)
    shown = load_map(folder, places)
    policy = load_policy(folder)
    return Plan(folder, campaign, places, tables, measures, indicators, targets, policy, *shown, households)


def _in_order(campaign: Campaign, indicators: dict[str, Indicator]) -> dict[str, Indicator]:
    """Indicators by kind as in the campaign, then by official code, then by id."""
    rank = {kind.id: number for number, kind in enumerate(campaign.kinds)}
    found = sorted(indicators.values(), key=lambda i: (rank.get(i.kind or "", len(rank)), i.code, i.id))
    return {indicator.id: indicator for indicator in found}


def _check_indicators(folder: Path, campaign: Campaign, indicators: dict[str, Indicator]) -> None:
    """Kind, action, clause, lead and level of an indicator must exist in the campaign, and each step of a chain."""
    known = {
        "kind": [kind.id for kind in campaign.kinds],
        "action": [action.id for action in campaign.actions],
        "clause": list(campaign.clause_words()),
        "lead": [department.id for department in campaign.departments],
    }
    for indicator in indicators.values():
        file = folder / "indicators" / f"{indicator.id}.yaml"
        for field, allowed in known.items():
            given = getattr(indicator, field)
            if given is not None and given not in allowed:
                code = "unknown_department" if field == "lead" else f"unknown_{field}"
                raise HfworkError(code, given=given, allowed=allowed, where=file)
        grain = indicator.publish.place
        if grain not in campaign.levels:
            raise unknown_value(grain, "publish.place", campaign.levels, file)
    named = [(f"chains · {chain.id}", step) for chain in campaign.chains for step in chain.steps]
    for key, name in [*named, *([("opens_with", campaign.opens_with)] if campaign.opens_with else [])]:
        if name not in indicators:
            raise unknown_value(name, key, list(indicators), folder / "campaign.yaml")


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = [
        {str(k): (None if pd.isna(v) else v.date().isoformat() if isinstance(v, pd.Timestamp) else v)
         for k, v in row.items()}
        for row in frame.to_dict("records")
    ]  # fmt: skip
    return _sorted(rows)


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=_canonical)


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
