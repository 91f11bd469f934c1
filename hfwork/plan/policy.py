"""What a plan decides besides counting: disclosure and grades, targets with their source, the map."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from hfwork.errors import HfworkError
from hfwork.plan.campaign import Campaign
from hfwork.plan.indicators import Indicator, Unit
from hfwork.plan.periods import parse
from hfwork.plan.places import Places
from hfwork.plan.reading import Row, build, place_in, read_rows, unknown_value
from hfwork.plan.tables import Frozen, Words, read_yaml

TARGET_COLUMNS = ("indicator", "place", "period", "scope", "value", "unit", "role", "source_zh", "source_en")
SCOPES = ("national", "municipal", "local")
TILE_COLUMNS = ("code", "label", "col", "row", "x", "y", "basis")
POINT_COLUMNS = ("code", "lon", "lat", "kind", "source")
NEIGHBOUR_COLUMNS = ("a", "b", "use", "confidence", "basis", "source")
DATUMS = ("WGS84", "CGCS2000", "GCJ-02")  # or EPSG:code
ROLES = ("target", "reference")


class Grade(Frozen):
    """The least completeness and the largest share of faulty rows a grade allows."""

    completeness: float = Field(ge=0, le=1)
    errors: float = Field(ge=0, le=1)


class Policy(Frozen):
    """Thresholds of publication and judgement, and who decided them."""

    minimum_count: int = Field(ge=0)
    protected_units: list[Unit]
    near: float = Field(gt=0, le=1)
    grades: dict[Literal["A", "B", "C"], Grade]
    source: Words

    @model_validator(mode="after")
    def _falling(self) -> Policy:
        if sorted(self.grades) != ["A", "B", "C"]:
            raise ValueError("grades A, B, C")
        for better, worse in pairwise(self.grades[name] for name in sorted(self.grades)):
            if better.completeness < worse.completeness or better.errors > worse.errors:
                raise ValueError("A ≥ B ≥ C")
        return self


class Target(Frozen):
    """A value to reach (``target``) or to compare with (``reference``); never without its source.

    ``place`` None means every unit; ``scope`` says whose value a reference is.
    """

    indicator: str
    place: str | None
    period: str
    scope: Literal["", "national", "municipal", "local"] = ""
    value: float = Field(allow_inf_nan=False)
    unit: str
    role: Literal["target", "reference"]
    source: Words


class MapSpec(Frozen):
    """Tiles of our own, or shapes from a declared package or a user's file with a declared CRS.

    ``crs`` is one of ``DATUMS`` or ``EPSG:code``. ``points`` are known places (WGS 84) that the shapes must
    contain. In ``note`` a part in square brackets with ``{places}`` names the units whose place is schematic.
    """

    kind: Literal["tiles", "shapes"]
    file: str | None = None
    package: str | None = None
    path: str | None = None
    crs: str | None = None
    code_column: str | None = None
    display_crs: str | None = None
    schematic: bool
    note: Words
    neighbours: str | None = None
    points: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> MapSpec:
        if (self.package is None) != (self.path is None) or (self.file is None) == (self.package is None):
            raise ValueError("file, or package with path")
        if self.kind == "tiles" and self.file is None:
            raise ValueError("tiles: file")
        if self.kind == "shapes" and not (self.crs and self.code_column):
            raise ValueError("shapes: crs, code_column")
        return self


class Tile(Frozen):
    """One unit's place on a tile map; ``basis`` says whether the place is sourced or schematic."""

    code: str
    label: str
    col: int
    row: int
    x: float
    y: float
    basis: Literal["sourced", "schematic"]


class Point(Frozen):
    """A known place inside a unit, in degrees WGS 84: its seat, or a village of it."""

    code: str
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    kind: Literal["seat", "inside"]
    source: str


class Neighbour(Frozen):
    """Two units that touch, how sure that is, and whether to use it."""

    a: str
    b: str
    use: Literal["core", "wide", "no"]
    confidence: Literal["high", "medium", "low"]
    basis: Literal["sourced", "derived", "schematic"]
    source: str


def load_policy(folder: Path) -> Policy:
    """``policy.yaml`` of a plan folder."""
    file = Path(folder) / "policy.yaml"
    return build(Policy, read_yaml(file), file)


def load_targets(folder: Path, indicators: Mapping[str, Indicator], places: Places, campaign: Campaign) -> list[Target]:
    """``targets.csv``: a row without source, or that names something unknown, is refused by its line."""
    file = Path(folder) / "targets.csv"
    found: dict[tuple[str, str | None, str, str, str], Target] = {}
    for line, row in read_rows(file, TARGET_COLUMNS, ("indicator", "period", "value", "unit", "role")):
        where = place_in(file, line)
        if row["indicator"] not in indicators:
            raise unknown_value(row["indicator"], "indicator", indicators, where)
        for column in ("source_zh", "source_en"):
            if not row[column]:
                raise HfworkError("target_without_source", given=row["indicator"], where=where, column=column)
        if row["place"]:
            _check_code(row, "place", places, where)
        if row["scope"] not in ("", *SCOPES):
            raise unknown_value(row["scope"], "scope", SCOPES, where)
        try:
            parse(row["period"], campaign.phase_dates)
        except HfworkError as problem:
            raise unknown_value(row["period"], "period", problem.allowed, where) from None
        source = {"zh": row.pop("source_zh"), "en": row.pop("source_en")}
        target = build(Target, {**row, "place": row["place"] or None, "source": source}, where)
        _check_meaning(target, indicators[target.indicator], where)
        key = (target.indicator, target.place, target.period, target.role, target.scope)
        if key in found:
            raise HfworkError("target_twice", given=target.indicator, where=where, period=target.period)
        found[key] = target
    return list(found.values())


def _check_meaning(target: Target, indicator: Indicator, where: str) -> None:
    if target.unit not in (indicator.unit.zh, indicator.unit.en):
        allowed, name = list(dict.fromkeys((indicator.unit.zh, indicator.unit.en))), indicator.id
        raise HfworkError("target_unit", given=target.unit, allowed=allowed, where=where, indicator=name)
    if target.role == "target" and indicator.direction == "none":
        raise HfworkError("target_not_allowed", given=indicator.id, where=where)


def load_map(folder: Path, places: Places) -> tuple[MapSpec, list[Tile], list[Neighbour]]:
    """``map/map.yaml`` with its tiles and neighbours (empty when the map has none)."""
    folder = Path(folder) / "map"
    spec = build(MapSpec, read_yaml(folder / "map.yaml"), folder / "map.yaml")
    _check_crs(spec, folder / "map.yaml")
    tiles, neighbours = [], []
    if spec.kind == "tiles" and spec.file:
        file = folder / spec.file
        for line, row in read_rows(file, TILE_COLUMNS, TILE_COLUMNS):
            _check_code(row, "code", places, place_in(file, line))
            tiles.append(build(Tile, dict(row), place_in(file, line)))
    elif spec.file and not (folder / spec.file).is_file():
        raise HfworkError("no_file", given=spec.file, where=folder)
    if spec.neighbours:
        file = folder / spec.neighbours
        for line, row in read_rows(file, NEIGHBOUR_COLUMNS, NEIGHBOUR_COLUMNS):
            _check_code(row, "a", places, place_in(file, line))
            _check_code(row, "b", places, place_in(file, line))
            neighbours.append(build(Neighbour, dict(row), place_in(file, line)))
    load_points(folder, spec, places)
    return spec, tiles, neighbours


def load_points(folder: Path, spec: MapSpec, places: Places) -> list[Point]:
    """The known points of a map folder; empty when it has none."""
    found = []
    if spec.points:
        file = folder / spec.points
        for line, row in read_rows(file, POINT_COLUMNS, POINT_COLUMNS):
            _check_code(row, "code", places, place_in(file, line))
            found.append(build(Point, dict(row), place_in(file, line)))
    return found


def _check_crs(spec: MapSpec, where: Path) -> None:
    """A coordinate system is named, known, and not one that nobody here can convert."""
    given = spec.crs or ""
    folded = re.sub(r"[\s_-]", "", given).upper()
    if folded in ("BD09", "BD09LL", "BD09MC"):
        raise HfworkError("map_bd09", given=given, allowed=DATUMS, where=where)
    if given and datum(given) is None:
        raise HfworkError("map_crs_unknown", given=given, allowed=[*DATUMS, "EPSG:4490"], where=where)


def datum(given: str) -> str | None:
    """A declared coordinate system in one spelling, such as ``GCJ-02`` or ``EPSG:4490``; None when unknown."""
    folded = re.sub(r"[\s_-]", "", given).upper()
    known = {"WGS84": "EPSG:4326", "WGS1984": "EPSG:4326", "CGCS2000": "EPSG:4490", "GCJ02": "GCJ-02"}
    return known.get(folded) or (folded if re.fullmatch(r"EPSG:\d{4,6}", folded) else None)


def _check_code(row: Row, column: str, places: Places, where: str) -> None:
    if not places.known(row[column]):
        raise unknown_value(row[column], column, dict.fromkeys(places.frame["code"]), where)
