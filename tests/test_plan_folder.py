"""A plan folder as one thing: what it holds, its hash, and what is refused between its files."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan, load_plan
from hfwork.plan.policy import TARGET_COLUMNS
from hfwork.plan.tree import tree

DATA = Path(__file__).resolve().parent.parent / "data"
NINGHE = DATA / "ninghe-2016"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(NINGHE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NINGHE, tmp_path / "plan"))


def refused(folder: Path) -> HfworkError:
    with pytest.raises(HfworkError) as caught:
        load_plan(folder)
    return caught.value


def change_yaml(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = yaml.safe_load(file.read_text("utf-8"))
    change(content)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def write_target(folder: Path, **changes: str) -> None:
    row = {"indicator": "family_doctor_coverage", "place": "", "period": "2018", "value": "50", "unit": "%"}
    row |= {"scope": "", "role": "target", "source_zh": "某文件", "source_en": "Some document"} | changes
    cells = (row[column] for column in TARGET_COLUMNS)
    (folder / "targets.csv").write_text(",".join(TARGET_COLUMNS) + "\n" + ",".join(cells) + "\n", "utf-8")


def test_a_plan_knows_its_parts(plan: Plan) -> None:
    assert (plan.id, plan.title.zh) == ("ninghe-2016", "宁河区创建幸福家庭活动")
    assert set(plan.indicators) >= {"family_doctor_coverage", "preconception_check_coverage"}
    assert plan.policy.minimum_count == 10 and plan.map.schematic


def test_the_notice_states_no_target_only_references_are_carried(plan: Plan) -> None:
    found = {(t.indicator, t.period, t.scope, t.value, t.unit) for t in plan.targets}
    assert found >= {
        ("family_doctor_coverage", "2017", "national", 30.0, "%"),
        ("preconception_check_coverage", "2022", "national", 80.0, "%"),
        ("maternal_management", "2016", "national", 91.6, "%"),
        ("maternal_management", "2016", "municipal", 95.0, "%"),
        ("maternal_mortality", "2014", "municipal", 9.28, "/10万"),
    }
    assert {t.role for t in plan.targets} == {"reference"}
    assert all(target.source.zh and target.source.en and target.place is None for target in plan.targets)


@pytest.mark.parametrize("on", [dt.date(2016, 7, 31), dt.date(2018, 1, 1), dt.date(2019, 11, 30)])
def test_every_town_has_one_tile_and_core_neighbours_at_any_time(plan: Plan, on: dt.date) -> None:
    towns = set(plan.places.at(on, "township")["code"])
    tiles = [tile for tile in plan.tiles if tile.code in towns]
    assert len(tiles) == len({(tile.col, tile.row) for tile in tiles}) == len(towns)
    core = [pair for pair in plan.neighbours if {pair.a, pair.b} <= towns and pair.use == "core"]
    assert len(core) == 24
    assert {pair.a for pair in core} | {pair.b for pair in core} == towns


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_a_folder_that_is_no_plan_says_what_a_plan_holds(tmp_path: Path, path: str) -> None:
    error = refused(tmp_path / path)
    assert error.code == "no_plan"
    assert "campaign.yaml" in str(error.facts["holds"]) and "places.csv" in str(error.facts["holds"])


@pytest.mark.parametrize("name", ["policy.yaml", "places.csv", "targets.csv", "map/tiles.csv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    error = refused(folder)
    assert (error.code, error.given) == ("no_file", Path(name).name)


def test_an_unknown_key_is_named_with_the_nearest(folder: Path) -> None:
    change_yaml(folder / "policy.yaml", lambda c: c.update(minimum_counts=5))
    error = refused(folder)
    assert (error.code, error.given, error.meant) == ("unknown_key", "minimum_counts", ["minimum_count"])
    assert error.where == str(folder / "policy.yaml")


def test_a_missing_english_word_is_named_with_file_and_path(folder: Path) -> None:
    change_yaml(folder / "map" / "map.yaml", lambda c: c["note"].pop("en"))
    error = refused(folder)
    assert (error.code, error.given, error.facts["path"]) == ("missing_key", "en", "note.en")
    assert error.where == str(folder / "map" / "map.yaml")


def test_two_columns_of_one_heading_are_refused(folder: Path) -> None:
    def repeat(content: dict[str, Any]) -> None:
        columns = content["tables"]["activity"]["columns"]
        columns["teams"]["en"] = columns["volunteers"]["en"].upper()

    change_yaml(folder / "columns.yaml", repeat)
    error = refused(folder)
    assert error.code == "heading_repeated"
    assert {error.facts["column"], error.facts["other"]} == {"teams", "volunteers"}


@pytest.mark.parametrize(
    "grades",
    [
        {"A": {"completeness": 0.9, "errors": 0.01}},
        {name: {"completeness": value, "errors": 0.1} for name, value in (("A", 0.8), ("B", 0.9), ("C", 0.7))},
    ],
)
def test_grades_must_be_whole_and_fall(folder: Path, grades: dict[str, Any]) -> None:
    change_yaml(folder / "policy.yaml", lambda c: c.update(grades=grades))
    assert refused(folder).code == "bad_value"


@pytest.mark.parametrize(
    ("changes", "code", "meant"),
    [
        ({"source_zh": ""}, "target_without_source", []),
        ({"source_en": ""}, "target_without_source", []),
        ({"indicator": "family_docter_coverage"}, "unknown_value", ["family_doctor_coverage"]),
        ({"place": "120117104009"}, "unknown_value", ["120117104209"]),
        ({"period": "2018Q2"}, "unknown_value", ["2018-Q2"]),
        ({"unit": "‰"}, "target_unit", []),
        ({"value": "thirty"}, "bad_value", []),
        ({"value": "nan"}, "bad_value", []),
        ({"role": "goal"}, "bad_value", []),
        ({"indicator": "preconception_high_risk_share"}, "target_not_allowed", []),
    ],
)
def test_a_wrong_target_is_named_by_its_line(
    folder: Path, changes: dict[str, str], code: str, meant: list[str]
) -> None:
    write_target(folder, **changes)
    error = refused(folder)
    assert (error.code, error.where) == (code, "targets.csv:2")
    assert not meant or error.meant == meant


def test_a_sourced_target_of_one_place_is_kept(folder: Path) -> None:
    write_target(folder, place="120117104000", period="P2")
    (target,) = load_plan(folder).targets
    assert (target.place, target.period, target.value, target.source.en) == (
        "120117104000",
        "P2",
        50.0,
        "Some document",
    )


def test_the_same_target_twice_is_refused(folder: Path) -> None:
    write_target(folder)
    with (folder / "targets.csv").open("a", encoding="utf-8") as file:
        file.write("family_doctor_coverage,,2018,,60,%,target,另一文件,Another document\n")
    assert refused(folder).code == "target_twice"


@pytest.mark.parametrize(
    ("field", "value", "code", "meant"),
    [
        ("kind", "helth", "unknown_kind", "health"),
        ("action", "health_acton", "unknown_action", "health_action"),
        ("lead", "civil_affair", "unknown_department", "civil_affairs"),
        ("clause", "三（二）9", "unknown_clause", "三（二）2"),
    ],
)
def test_an_indicator_must_point_at_what_the_campaign_has(
    folder: Path, field: str, value: str, code: str, meant: str
) -> None:
    file = folder / "indicators" / "family_doctor_coverage.yaml"
    change_yaml(file, lambda c: c.update({field: value}))
    error = refused(folder)
    assert (error.code, error.given, error.where) == (code, value, str(file))
    assert field == "clause" or error.meant == [meant]
    assert meant in error.allowed


def test_shapes_need_a_declared_coordinate_system(folder: Path) -> None:
    (folder / "map" / "own.geojson").write_text("{}", "utf-8")
    shapes = {"kind": "shapes", "file": "own.geojson", "code_column": "code", "schematic": False}
    note = {"note": {"zh": "界线", "en": "Borders"}}
    (folder / "map" / "map.yaml").write_text(yaml.safe_dump(shapes | note), "utf-8")
    error = refused(folder)
    assert error.code == "bad_value" and "crs" in str(error.facts["why"])


def test_the_digest_does_not_see_the_order_of_keys_and_rows(plan: Plan, folder: Path) -> None:
    for name in ("campaign.yaml", "policy.yaml", "indicators/family_doctor_coverage.yaml"):
        content = yaml.safe_load((folder / name).read_text("utf-8"))
        turned = dict(reversed(content.items()))
        (folder / name).write_text(yaml.safe_dump(turned, allow_unicode=True, sort_keys=False), "utf-8")
    for name in ("targets.csv", "places.csv", "map/tiles.csv"):
        heading, *rows = (folder / name).read_text("utf-8").splitlines()
        (folder / name).write_text("\n".join([heading, *reversed(rows)]) + "\n", "utf-8")
    assert load_plan(folder).digest() == plan.digest() == load_plan(NINGHE).digest()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("policy.yaml", "minimum_count: 10", "minimum_count: 5"),
        ("campaign.yaml", "end: 2020-12-31 ", "end: 2020-11-30 "),
        ("places.csv", "丰台镇", "丰臺镇"),
        ("place_changes.csv", "2017-10-31", "2017-10-01"),
        ("aliases.csv", "廉庄乡", "廉庄子"),
        ("targets.csv", ",30,", ",31,"),
        ("map/neighbours.csv", ",wide,", ",no,"),
        ("indicators/family_doctor_coverage.yaml", "decimals: 1", "decimals: 2"),
    ],
)
def test_the_digest_sees_every_definition(plan: Plan, folder: Path, name: str, old: str, new: str) -> None:
    content = (folder / name).read_text("utf-8")
    if old not in content and name.startswith("indicators/"):
        content, old = content + "decimals: 1\n", "decimals: 1"
    assert old in content
    (folder / name).write_text(content.replace(old, new), "utf-8")
    assert load_plan(folder).digest() != plan.digest()


def test_the_digest_sees_the_users_own_shapes(folder: Path) -> None:
    shapes = {"kind": "shapes", "file": "own.geojson", "code_column": "code", "crs": "EPSG:4490"}
    note = {"schematic": False, "note": {"zh": "界线", "en": "Borders"}}
    (folder / "map" / "map.yaml").write_text(yaml.safe_dump(shapes | note), "utf-8")
    geometry = folder / "map" / "own.geojson"
    geometry.write_text(json.dumps({"type": "FeatureCollection", "features": []}), "utf-8")
    first = load_plan(folder).digest()
    geometry.write_text(json.dumps({"features": [], "type": "FeatureCollection"}, indent=2), "utf-8")
    assert load_plan(folder).digest() == first
    geometry.write_text(json.dumps({"features": [1], "type": "FeatureCollection"}), "utf-8")
    assert load_plan(folder).digest() != first


def test_the_tree_shows_clauses_phases_and_every_indicator(plan: Plan) -> None:
    lines = tree(plan, "zh", dt.date(2019, 11, 1)).splitlines()
    assert "│  │  ├─ 三（二）2 家庭医生签约与健康档案" in lines
    assert [line for line in lines if line.endswith("◀ 当前")] == [
        "│  ├─ P2 全面推进阶段 2016年6月1日至2019年12月31日 · 四（二） ◀ 当前",
        "│  └─ P3 总结验收阶段 2019年10月1日至2019年12月31日 · 四（三） ◀ 当前",
    ]
    assert "   └─ 村居：304个（2019年11月1日）" in lines
    assert all(any(f"[{indicator}]" in line for line in lines) for indicator in plan.indicators)
    english = tree(plan, "en")
    assert "Mother's Day (second Sunday of May)" in english and "◀" not in english


def test_a_plan_without_notice_is_read_and_shown_by_the_same_code() -> None:
    plan = load_plan(DATA / "north-carolina-1974")
    assert plan.campaign.kinds == [] and plan.campaign.phases == []
    assert len(plan.places.at(plan.campaign.monitoring.start, "county")) == 100
    assert "Phases" not in tree(plan, "en")


def test_chains_and_the_first_indicator_name_indicators(folder: Path, plan: Plan) -> None:
    steps = [step for chain in plan.campaign.chains for step in chain.steps]
    assert len(plan.campaign.chains) == 2 and set(steps) <= set(plan.indicators) and len(steps) == len(set(steps))
    assert plan.campaign.opens_with in plan.indicators
    file = folder / "campaign.yaml"
    change_yaml(file, lambda content: content.update(opens_with="health_record_coverag"))
    problem = refused(folder)
    assert (problem.code, problem.meant) == ("unknown_value", ["health_record_coverage"])
    assert "campaign.yaml" in str(problem) and "opens_with" in str(problem)
    change_yaml(file, lambda content: content.pop("opens_with"))
    assert load_plan(folder).campaign.opens_with is None
    change_yaml(file, lambda content: content["chains"][0]["steps"].append("premarital_chek"))
    problem = refused(folder)
    assert (problem.code, problem.meant) == ("unknown_value", ["premarital_check"])
    assert f"chains · {plan.campaign.chains[0].id}" in str(problem)
    change_yaml(file, lambda content: content["chains"][0].update(steps=[]))
    assert "steps" in str(refused(folder))
    change_yaml(file, lambda content: content.update(chains=[content["chains"][1]] * 2))
    assert plan.campaign.chains[1].id in str(refused(folder))
    change_yaml(file, lambda content: content.pop("chains"))
    assert load_plan(folder).campaign.chains == []
