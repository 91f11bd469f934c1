"""The shapes of a map, read and reprojected once, when a release is made."""

from __future__ import annotations

import datetime as dt
import json
from importlib.util import find_spec
from math import cos, pi, sin, sqrt
from pathlib import Path

import geopandas as gpd
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan

_GAP, _ROUND = 0.035, 0.10  # of a tile: the gap to its neighbour and the radius of its corners
_TOLERANCE = 400.0  # metres: what a page's outline may lose


def shapes(plan: Plan, as_of: dt.date) -> gpd.GeoDataFrame:
    """One row per mapped unit valid on ``as_of``: ``code schematic geometry`` in official order.

    Tiles are in tile units without a CRS (they claim no position); true shapes are in the declared
    ``display_crs``. Errors: ``map_place`` for a unit without a shape, ``map_crs`` for one without a CRS.
    """
    level = plan.places.levels[1]
    units = plan.places.at(as_of, level)
    found = _tiles(plan) if plan.map.kind == "tiles" else _polygons(plan)
    missing = [code for code in units["code"] if code not in found.index]
    if missing:
        raise HfworkError("map_place", given=missing[0], where=plan.folder / "map", allowed=list(found.index)[:12])
    found = found.loc[units["code"]]
    columns = {"code": units["code"].to_numpy(), "schematic": found["schematic"].to_numpy()}
    return gpd.GeoDataFrame(columns, geometry=found.geometry.to_numpy(), crs=found.crs)


def _tiles(plan: Plan) -> gpd.GeoDataFrame:
    side = 1 / sqrt(3)
    angles = [pi / 6 + pi / 3 * corner for corner in range(6)]
    hexagons = [Polygon([(t.x + side * cos(a), t.y + side * sin(a)) for a in angles]) for t in plan.tiles]
    rounded = [hexagon.buffer(-_GAP - _ROUND).buffer(_ROUND, 4) for hexagon in hexagons]
    columns = {"schematic": [t.basis == "schematic" for t in plan.tiles]}
    return gpd.GeoDataFrame(columns, index=[t.code for t in plan.tiles], geometry=rounded)


def _polygons(plan: Plan) -> gpd.GeoDataFrame:
    file = plan.folder / "map" / str(plan.map.file)
    if plan.map.package:
        spec = find_spec(plan.map.package)
        if spec is None or spec.origin is None:
            raise HfworkError("map_package", given=plan.map.package)
        file = Path(spec.origin).parent / str(plan.map.path)
    if not file.is_file():
        raise HfworkError("no_file", given=file.name, where=file.parent)
    frame = gpd.read_file(file)
    if frame.crs is None:
        if not plan.map.crs:
            raise HfworkError("map_crs", given=file.name)
        frame = frame.set_crs(plan.map.crs)
    frame = frame.to_crs(plan.map.display_crs or frame.crs)
    frame["code"] = frame[plan.map.code_column].astype(str)
    return frame.dissolve("code")[["geometry"]].assign(schematic=plan.map.schematic)


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
