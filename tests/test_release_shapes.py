"""The map of each vintage, and users' own boundaries: one declared coordinate system, never mixed silently."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan, load_plan
from hfwork.release import gcj02
from hfwork.release.shapes import map_note, outline, shapes, touching

DATA = Path(__file__).resolve().parent.parent / "data"
BEFORE, AFTER = dt.date(2019, 12, 31), dt.date(2020, 6, 30)
METRES = 111_320.0  # of a degree of latitude


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(DATA / "ninghe-2016")


# -- tiles


@pytest.mark.parametrize(
    ("on", "count"), [(dt.date(2016, 7, 31), 14), (dt.date(2018, 6, 30), 14), (BEFORE, 14), (AFTER, 15)]
)
def test_one_tile_for_each_town_of_the_day(plan: Plan, on: dt.date, count: int) -> None:
    frame = shapes(plan, on)
    assert frame["code"].tolist() == plan.places.at(on, "township")["code"].tolist()
    assert len(frame) == count and frame.crs is None
    centres = {(round(shape.centroid.x, 2), round(shape.centroid.y, 2)) for shape in frame.geometry}
    assert len(centres) == count  # no two on one tile
    assert frame.geometry.is_valid.all() and not frame.geometry.union_all().is_empty


def test_only_the_south_east_corner_changes(plan: Plan) -> None:
    before, after = (shapes(plan, on).set_index("code") for on in (BEFORE, AFTER))
    both = before.index.intersection(after.index)
    assert len(both) == 13 and before.geometry[both].geom_equals(after.geometry[both]).all()
    assert before.geometry["120117100000"].equals(after.geometry["120117002000"])
    assert after.index[after["schematic"]].tolist() == ["120117002000", "120117105000"]


def test_the_note_names_what_is_schematic_on_the_day(plan: Plan) -> None:
    assert map_note(plan, BEFORE)["zh"] == (
        "示意图：只表示镇街相对位置，不表示边界、面积和距离；岳龙镇位置为示意。非行政区划图。"
    )
    after = map_note(plan, AFTER)
    assert "桥北街道、岳龙镇位置为示意" in after["zh"] and "Qiaobei, Yuelong is schematic" in after["en"]
    sure = [tile.model_copy(update={"basis": "sourced"}) for tile in plan.tiles]
    plain = Plan(**{**plan.__dict__, "tiles": sure})
    assert map_note(plain, AFTER)["zh"] == "示意图：只表示镇街相对位置，不表示边界、面积和距离。非行政区划图。"


@pytest.mark.parametrize(("on", "core", "wide"), [(BEFORE, 24, 3), (AFTER, 25, 4)])
def test_neighbours_of_each_vintage(plan: Plan, on: dt.date, core: int, wide: int) -> None:
    towns = set(plan.places.at(on, "township")["code"])
    pairs = [pair for pair in plan.neighbours if {pair.a, pair.b} <= towns]
    assert [sum(pair.use == use for pair in pairs) for use in ("core", "wide")] == [core, wide]
    touched = [code for pair in pairs if pair.use == "core" for code in (pair.a, pair.b)]
    assert set(touched) == towns


# -- GCJ-02


def test_a_published_pair() -> None:
    lon, lat = gcj02.to_wgs84(117.82828, 39.328886)
    assert (round(float(lon), 5), round(float(lat), 5)) == (117.82207, 39.32785)
    east, north = (117.82828 - lon) * METRES * np.cos(np.radians(lat)), (39.328886 - lat) * METRES
    assert 530 < east < 540 and 110 < north < 120


@given(st.floats(73, 135), st.floats(4, 54))
def test_there_and_back_is_less_than_a_metre(lon: float, lat: float) -> None:
    there = gcj02.from_wgs84(lon, lat)
    back = gcj02.to_wgs84(*there)
    assert abs(back[0] - lon) * METRES < 0.01 and abs(back[1] - lat) * METRES < 0.01
    assert 20 < np.hypot(there[0] - lon, there[1] - lat) * METRES < 1200


def test_outside_china_nothing_is_shifted() -> None:
    assert [float(v) for v in gcj02.from_wgs84(-79.0, 35.5)] == [-79.0, 35.5]


# -- users' own boundaries


def own_map(folder: Path, shift: Callable[..., Any] | None = None, crs: str = "WGS84", **changes: Any) -> Path:
    """A copy of the plan with squares of 600 m around invented points as boundaries of 2020.

    ``shift`` moves each corner from WGS 84; ``changes``: ``member`` (the file's own crs), other keys of map.yaml.
    """
    target = folder / "plan"
    if not target.exists():
        shutil.copytree(DATA / "ninghe-2016", target)
    member, scale = changes.pop("member", None), changes.pop("scale", 1.0)
    codes = load_plan(DATA / "ninghe-2016").places.at(AFTER, "township")["code"]
    features, points = [], ["code,lon,lat,kind,source"]
    for number, code in enumerate(codes):
        lon, lat = 117.4 + 0.03 * number, 39.3 + 0.01 * number
        corners = np.array(box(lon - 0.0035, lat - 0.0027, lon + 0.0035, lat + 0.0027).exterior.coords)
        if shift:
            corners = np.column_stack(shift(corners[:, 0], corners[:, 1]))
        shape = {"type": "Polygon", "coordinates": [(corners * scale).tolist()]}
        named = code if number else code[:9]  # nine digits are a town's code too
        features.append({"type": "Feature", "properties": {"code": named}, "geometry": shape})
        points.append(f"{code},{lon},{lat},seat,invented")
    content = {"type": "FeatureCollection", "features": features}
    if member:
        content["crs"] = {"type": "name", "properties": {"name": member}}
    (target / "map" / "own.geojson").write_text(json.dumps(content), "utf-8")
    (target / "map" / "points.csv").write_text("\n".join(points), "utf-8")
    spec = {"kind": "shapes", "file": "own.geojson", "crs": crs, "code_column": "code", "schematic": False}
    spec |= {"note": {"zh": "界线", "en": "Borders"}, "points": "points.csv"} | changes
    (target / "map" / "map.yaml").write_text(yaml.safe_dump(spec, allow_unicode=True), "utf-8")
    return target


def refused(folder: Path, on: dt.date = AFTER) -> HfworkError:
    with pytest.raises(HfworkError) as caught:
        shapes(load_plan(folder), on)
    assert all(caught.value.message(lang) for lang in ("zh", "en"))
    return caught.value


def centres(folder: Path, on: dt.date = AFTER) -> np.ndarray:
    """The middle of each shape in degrees WGS 84."""
    frame = shapes(load_plan(folder), on)
    assert frame.crs.is_projected
    middle = gpd.GeoSeries(frame.geometry.centroid, crs=frame.crs).to_crs("EPSG:4326")
    return np.column_stack([middle.x, middle.y])


def truth(count: int = 15) -> np.ndarray:
    return np.array([(117.4 + 0.03 * n, 39.3 + 0.01 * n) for n in range(count)])


@pytest.mark.slow
@pytest.mark.parametrize("crs", ["WGS84", "wgs-84", "EPSG:4326", "CGCS2000", "EPSG:4490"])
def test_degrees_are_placed_as_they_stand(tmp_path: Path, crs: str) -> None:
    found = centres(own_map(tmp_path, crs=crs))
    assert np.abs(found - truth()).max() * METRES < 1


@pytest.mark.parametrize("crs", ["GCJ-02", "gcj02"])
def test_gcj02_is_moved_to_where_it_belongs(tmp_path: Path, crs: str) -> None:
    found = centres(own_map(tmp_path, gcj02.from_wgs84, crs))
    assert np.abs(found - truth()).max() * METRES < 1


def test_metres_of_a_projected_system(tmp_path: Path) -> None:
    def project(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        moved = gpd.GeoSeries.from_xy(lon, lat, crs="EPSG:4326").to_crs("EPSG:4527")
        return moved.x.to_numpy(), moved.y.to_numpy()

    found = centres(own_map(tmp_path, project, "EPSG:4527", member="urn:ogc:def:crs:EPSG::4527"))
    assert np.abs(found - truth()).max() * METRES < 1
    assert refused(own_map(tmp_path, project, "WGS84")).code == "map_crs_range"


@pytest.mark.parametrize(
    ("shift", "declared", "meant"), [(gcj02.from_wgs84, "WGS84", "GCJ-02"), (None, "GCJ-02", "WGS84")]
)
def test_a_wrong_datum_is_refused_with_the_doubt_said(
    tmp_path: Path, shift: Callable[..., Any] | None, declared: str, meant: str
) -> None:
    folder = own_map(tmp_path, shift, declared)
    error = refused(folder)
    assert (error.code, error.facts["other"], error.facts["declared"]) == ("map_datum", meant, declared)
    assert (error.facts["inside"], error.facts["points"]) == (0, 15)
    spec = yaml.safe_load((folder / "map" / "map.yaml").read_text("utf-8"))
    (folder / "map" / "map.yaml").write_text(yaml.safe_dump(spec | {"points": None}), "utf-8")
    assert len(shapes(load_plan(folder), AFTER)) == 15  # without points nothing can be doubted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("member", "declared", "agrees"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "WGS84", True),
        ("urn:ogc:def:crs:EPSG::4490", "CGCS2000", True),
        ("urn:ogc:def:crs:EPSG::4490", "WGS84", False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "GCJ-02", False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4527", False),
    ],
)
def test_a_file_that_contradicts_the_declaration_is_refused(
    tmp_path: Path, member: str, declared: str, agrees: bool
) -> None:
    shift = gcj02.from_wgs84 if declared == "GCJ-02" else None
    folder = own_map(tmp_path, shift, declared, member=member)
    if agrees:
        assert np.abs(centres(folder) - truth()).max() * METRES < 1
    else:
        assert refused(folder).code == "map_crs_differs"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("crs", "code"),
    [("BD-09", "map_bd09"), ("bd09ll", "map_bd09"), ("Mars", "map_crs_unknown"), ("EPSG:999999", "map_unreadable")],
)
def test_what_cannot_be_converted_is_refused_by_name(tmp_path: Path, crs: str, code: str) -> None:
    error = refused(own_map(tmp_path, crs=crs))
    assert error.code == code and (code != "map_bd09" or error.given == crs)


def test_two_layers_of_one_file_are_not_mixed(tmp_path: Path) -> None:
    folder = own_map(tmp_path, file="own.gpkg")
    for number, crs in enumerate(("EPSG:4326", "EPSG:4490")):
        frame = gpd.GeoDataFrame({"code": ["x"]}, geometry=[box(117, 39, 118, 40)], crs=crs)
        frame.to_file(folder / "map" / "own.gpkg", layer=f"layer{number}")
    assert refused(folder).code == "map_layers"


@pytest.mark.slow
def test_other_mistakes_in_a_map_are_named(tmp_path: Path) -> None:
    error = refused(own_map(tmp_path, code_column="kode"))
    assert (error.code, error.meant) == ("map_column", ["code"])
    assert refused(own_map(tmp_path, display_crs="EPSG:4326")).code == "map_display"
    folder = own_map(tmp_path)
    (folder / "map" / "own.geojson").write_text("{", "utf-8")
    assert refused(folder).code == "map_unreadable"
    own_map(tmp_path)
    (folder / "map" / "points.csv").write_text("code,lon,lat,kind,source\n1,117,39,seat,x\n", "utf-8")
    assert (refused(folder).code, refused(folder).where) == ("unknown_value", "points.csv:2")


def test_boundaries_of_another_year_are_matched_one_to_one(tmp_path: Path) -> None:
    folder = own_map(tmp_path)
    error = refused(folder, dt.date(2016, 12, 31))  # 芦台镇 cannot be made of its streets by the map
    assert (error.code, error.given) == ("map_place", "120117100000")
    content = json.loads((folder / "map" / "own.geojson").read_text("utf-8"))
    content["features"][0]["properties"]["code"] = "120117100"
    (folder / "map" / "own.geojson").write_text(json.dumps(content), "utf-8")
    frame = shapes(load_plan(folder), dt.date(2016, 12, 31))
    assert {"120117204000", "120117205000", "120117206000"} <= set(frame["code"])


def test_an_outline_in_metres_keeps_its_shape(tmp_path: Path) -> None:
    frame = shapes(load_plan(own_map(tmp_path)), AFTER)
    drawn = outline(frame.geometry.iloc[0], true_shape=True)
    assert len(drawn["x"]) >= 4 and frame.geometry.iloc[0].covers(Point(drawn["cx"], drawn["cy"]))


def test_the_public_plan_is_in_metres() -> None:
    frame = shapes(load_plan(DATA / "north-carolina-1974"), dt.date(1978, 6, 30))
    assert len(frame) == 100 and frame.crs.to_epsg() == 32119


# -- neighbours


def test_shapes_that_touch_are_neighbours(plan: Plan) -> None:
    carolina = load_plan(DATA / "north-carolina-1974")
    units = shapes(carolina, carolina.campaign.monitoring.end)
    pairs = touching(carolina, units)
    names = dict(zip(units["code"], units.geometry, strict=True))
    plain = [(a, b) for a in names for b in names if a < b and names[a].intersects(names[b])]
    assert pairs == sorted(plain) and len(pairs) > 100
    units = shapes(plan, AFTER)
    squares = units.assign(geometry=[box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(len(units))])
    untold = dataclasses.replace(plan, map=plan.map.model_copy(update={"kind": "shapes"}))
    pairs, codes = touching(untold, squares), list(units["code"])
    assert (min(codes[0], codes[5]), max(codes[0], codes[5])) in pairs  # a corner is enough
    assert (min(codes[0], codes[2]), max(codes[0], codes[2])) not in pairs
    assert touching(plan, units) == []  # tiles claim no position
