"""The shapes of a map, read and reprojected once, when a release is made."""

from __future__ import annotations

import datetime as dt
import json
import re
from importlib.util import find_spec
from math import cos, pi, sin, sqrt
from pathlib import Path

import geopandas as gpd
import numpy as np
from pyproj import CRS
from shapely import transform
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan
from hfwork.plan.policy import datum, load_points
from hfwork.release.gcj02 import from_wgs84 as to_gcj02
from hfwork.release.gcj02 import to_wgs84

_GAP, _ROUND = 0.035, 0.10  # of a tile: the gap to its neighbour and the radius of its corners
GCJ02 = "GCJ-02"
_OPTIONAL = re.compile(r"\[([^\[\]]*\{places\}[^\[\]]*)\]")  # a part of the note that may stay away
_TOLERANCE = 400.0  # metres: what a page's outline may lose


def shapes(plan: Plan, as_of: dt.date) -> gpd.GeoDataFrame:
    """One row per mapped unit valid on ``as_of``: ``code schematic geometry`` in official order.

    Tiles are in tile units without a CRS (they claim no position); true shapes are in metres. Errors:
    ``map_place`` for a unit without a shape, ``map_crs_differs``, ``map_datum`` … for coordinates in doubt.
    """
    level = plan.places.levels[1]
    units = plan.places.at(as_of, level)
    found = _tiles(plan) if plan.map.kind == "tiles" else _polygons(plan, as_of)
    missing = [code for code in units["code"] if code not in found.index]
    if missing:
        raise HfworkError("map_place", given=missing[0], where=plan.folder / "map", allowed=list(found.index)[:12])
    found = found.loc[units["code"]]
    columns = {"code": units["code"].to_numpy(), "schematic": found["schematic"].to_numpy()}
    return gpd.GeoDataFrame(columns, geometry=found.geometry.to_numpy(), crs=found.crs)


def touching(plan: Plan, frame: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Pairs of units of a map whose shapes touch, each once; none on a schematic map, which touches nobody in truth.

    ``frame``: of ``shapes``.
    """
    if plan.map.kind == "tiles":
        return []
    codes = list(frame["code"])
    at = frame.sindex.query(frame.geometry.to_numpy(), predicate="intersects").T
    return sorted({(min(codes[i], codes[j]), max(codes[i], codes[j])) for i, j in at if i != j})


def map_note(plan: Plan, as_of: dt.date) -> dict[str, str]:
    """The note under the map in both languages: it names the units of the day whose place is schematic."""
    valid = plan.places.at(as_of, plan.places.levels[1])["code"]
    placed = {tile.code for tile in plan.tiles if tile.basis == "schematic"}
    said = {}
    for lang in text.LANGUAGES:
        named = [plan.places.label(code, lang, as_of) for code in valid if code in placed]
        listed = text.say("list.comma", lang).join(named)
        kept = r"\1" if named else ""
        said[lang] = _OPTIONAL.sub(kept, plan.map.note[lang]).replace("{places}", listed)
    return said


def _tiles(plan: Plan) -> gpd.GeoDataFrame:
    side = 1 / sqrt(3)
    angles = [pi / 6 + pi / 3 * corner for corner in range(6)]
    hexagons = [Polygon([(t.x + side * cos(a), t.y + side * sin(a)) for a in angles]) for t in plan.tiles]
    rounded = [hexagon.buffer(-_GAP - _ROUND).buffer(_ROUND, 4) for hexagon in hexagons]
    columns = {"schematic": [t.basis == "schematic" for t in plan.tiles]}
    return gpd.GeoDataFrame(columns, index=[t.code for t in plan.tiles], geometry=rounded)


def _polygons(plan: Plan, as_of: dt.date) -> gpd.GeoDataFrame:
    file = plan.folder / "map" / str(plan.map.file)
    if plan.map.package:
        spec = find_spec(plan.map.package)
        if spec is None or spec.origin is None:
            raise HfworkError("map_package", given=plan.map.package)
        file = Path(spec.origin).parent / str(plan.map.path)
    if not file.is_file():
        raise HfworkError("no_file", given=file.name, where=file.parent)
    frame = _read(file, str(plan.map.crs))
    if plan.map.code_column not in frame:
        allowed = [str(name) for name in frame.columns if name != "geometry"]
        raise HfworkError("map_column", given=plan.map.code_column, allowed=allowed, where=file.name)
    codes = frame[plan.map.code_column].astype(str).str.replace(r"\.0$", "", regex=True)
    frame["code"] = [_code_on(code, plan, as_of) for code in codes]
    frame = frame.dissolve("code")[["geometry"]]
    _check_points(frame, plan, file.name)
    if _datum(plan) == GCJ02:
        frame = frame.set_geometry(transform(frame.geometry.to_numpy(), _unshifted)).set_crs("EPSG:4326")
    if plan.map.display_crs and CRS(plan.map.display_crs).is_geographic:
        raise HfworkError("map_display", given=plan.map.display_crs)
    degrees = frame.crs.is_geographic
    frame = frame.to_crs(plan.map.display_crs or (frame.estimate_utm_crs() if degrees else frame.crs))
    return frame.assign(schematic=plan.map.schematic)


def _read(file: Path, declared: str) -> gpd.GeoDataFrame:
    """The one layer of a file in its declared CRS; degrees of GCJ-02 have none that libraries know."""
    name = datum(declared)
    try:
        layers = gpd.list_layers(file)
        if len(layers) > 1:
            raise HfworkError("map_layers", given=file.name, allowed=list(layers["name"]))
        frame = gpd.read_file(file)
        crs = CRS("EPSG:4326" if name == GCJ02 else name)
    except (OSError, RuntimeError, ValueError) as problem:  # pyogrio and pyproj errors are of these kinds
        why = " ".join(str(problem).split())[:200]
        raise HfworkError("map_unreadable", given=file.name, why=why) from None
    own = _own_crs(file, frame)
    if own is not None and (name == GCJ02 or not own.equals(crs, ignore_axis_order=True)):
        raise HfworkError("map_crs_differs", given=file.name, own=own.name, declared=declared)
    west, south, east, north = frame.total_bounds
    if crs.is_geographic and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise HfworkError("map_crs_range", given=file.name, declared=declared)
    return frame.set_crs(crs, allow_override=True)


def _own_crs(file: Path, frame: gpd.GeoDataFrame) -> CRS | None:
    """What a file itself says; GeoJSON without a ``crs`` member says nothing, whatever a reader assumes."""
    if file.suffix.lower() in (".geojson", ".json"):
        own = json.loads(file.read_text("utf-8-sig")).get("crs")
        return CRS(own["properties"]["name"]) if own else None
    return frame.crs


def _code_on(given: str, plan: Plan, as_of: dt.date) -> str:
    """A code of the file as the unit's code on the day; nine digits of a town mean twelve."""
    longer = given.ljust(12, "0") if given.isdigit() else given
    code = next((code for code in (given, longer) if plan.places.known(code)), None)
    return plan.places.current(code, as_of) if code else given


def _check_points(frame: gpd.GeoDataFrame, plan: Plan, name: str) -> None:
    """Refuses shapes that hold the known points only when read as the other datum (some 500 m away)."""
    points = [point for point in load_points(plan.folder / "map", plan.map, plan.places) if point.code in frame.index]
    if not points or not frame.crs.is_geographic:
        return
    held = {}
    for other in (False, True):
        shifted = (_datum(plan) == GCJ02) != other
        at = to_gcj02([p.lon for p in points], [p.lat for p in points]) if shifted else None
        places = [Point(*pair) for pair in (zip(*at, strict=True) if at else ((p.lon, p.lat) for p in points))]
        pairs = zip(points, places, strict=True)
        held[other] = sum(frame.geometry[point.code].covers(place) for point, place in pairs)
    if held[False] < held[True] == len(points):
        other_name = "WGS84" if _datum(plan) == GCJ02 else GCJ02
        facts = {"declared": plan.map.crs, "other": other_name, "inside": held[False], "points": len(points)}
        raise HfworkError("map_datum", given=name, **facts)


def _datum(plan: Plan) -> str | None:
    return datum(str(plan.map.crs))


def _unshifted(corners: np.ndarray) -> np.ndarray:
    return np.column_stack(to_wgs84(corners[:, 0], corners[:, 1]))


def rings(geometry: BaseGeometry, precision: int) -> tuple[list[float | None], list[float | None]]:
    """The outer rings of a shape as x and y lists, parts separated by None."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for part in getattr(geometry, "geoms", [geometry]):
        if xs:
            xs.append(None)
            ys.append(None)
        xs += [round(x, precision) for x in part.exterior.coords.xy[0]]
        ys += [round(y, precision) for y in part.exterior.coords.xy[1]]
    return xs, ys


def outline(geometry: BaseGeometry, true_shape: bool) -> dict[str, object]:
    """What a page needs of a shape: rings ``x y`` and a point inside ``cx cy``."""
    drawn = geometry.simplify(_TOLERANCE) if true_shape else geometry
    precision = 0 if true_shape else 3
    xs, ys = rings(drawn, precision)
    inside = geometry.representative_point() if true_shape else geometry.centroid
    return {"x": xs, "y": ys, "cx": round(inside.x, precision), "cy": round(inside.y, precision)}


def geojson(frame: gpd.GeoDataFrame) -> bytes:
    """The map as GeoJSON: WGS 84 for true shapes, tile units (said in each feature) for a schematic."""
    frame = frame if frame.crs is None else frame.to_crs("EPSG:4326")
    content = json.loads(frame.set_geometry(frame.geometry.set_precision(1e-6)).to_json())
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
