"""The sample arrives as the files towns would send: readable, marked as sample, and quick to make."""

import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district, files

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


@pytest.fixture(scope="module")
def written(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return files.write(plan, tmp_path_factory.mktemp("sample"), small=True)


def cells(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_the_small_sample_takes_seconds_and_says_how_far_it_is(plan: Plan, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    begun = time.monotonic()
    paths = files.write(plan, tmp_path, small=True, progress=lambda done, total: told.append((done, total)))
    assert time.monotonic() - begun < 10
    assert told[-1] == (len(paths), len(paths))
    assert sorted(tmp_path.rglob("*.*")) == sorted(paths)


def test_one_file_for_each_sender(written: list[Path]) -> None:
    names = [f"{path.parent.name}/{path.name}" for path in written]
    assert len(names) == 3 * 2 + 2 * 25 - 1  # one return was not sent
    assert "个案/示例_居民健康档案_宁河镇_2018-07-02.xlsx" in names
    assert "个案/示例_家庭户_丰台镇_2018-07-02.xlsx" in names
    assert "月报/示例_创建幸福家庭活动情况_丰台镇_2018-06.xlsx" in names
    assert "月报/示例_创建幸福家庭活动情况_丰台镇_2017-11.xlsx" not in names


def test_every_file_is_marked_and_tells_its_sender(plan: Plan, written: list[Path]) -> None:
    for path in written:
        title, facts = cells(path)[:2]
        assert "示例数据" in str(title[0]), path.name
        said = " ".join(str(fact) for fact in facts)
        assert "宁河镇（120117102000）" in said or "丰台镇（120117104000）" in said
        assert "导出日期：2018-07-02" in said if path.parent.name == "个案" else "报告期：" in said
    for path in (written[0], written[-1]):
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert "示例数据" in sheet["A1"].value


def test_the_files_hold_the_drawn_rows(plan: Plan, written: list[Path]) -> None:
    drawn = district.draw(plan, small=True)["residents"]
    town = drawn[drawn["_place"] == "120117102000"].drop(columns="_place")
    body = pd.DataFrame(cells(written[0])[3:], columns=list(town))
    for column in town:
        wanted = town[column]
        if pd.api.types.is_datetime64_any_dtype(wanted):
            wanted = wanted.dt.strftime("%Y-%m-%d")
        assert body[column].tolist() == wanted.fillna("").tolist(), column


def test_equal_seeds_give_equal_files(plan: Plan, written: list[Path], tmp_path: Path) -> None:
    again = files.write(plan, tmp_path, small=True)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in written]


def test_targets_are_sourced_and_press_nobody(plan: Plan, tmp_path: Path) -> None:
    targets = files.targets(plan)
    for target in targets:
        indicator = plan.indicators[target["indicator"]]
        assert indicator.direction == "up" and not indicator.sensitive
        assert (target["unit"], target["role"], target["place"]) == (indicator.unit.zh, "target", "")
        assert target["source_zh"] == "示例目标（虚构，仅供演示）"
        assert target["source_en"] == "Invented target, for demonstration only"
    named = {target["indicator"] for target in targets}
    assert {"health_record_coverage", "pairing_coverage", "registered_volunteers"} <= named
    assert not {"preconception_high_risk_share", "preconception_check_coverage"} & named


@pytest.mark.slow
def test_the_whole_sample_is_shared_between_processes(plan: Plan, tmp_path: Path) -> None:
    told: list[int] = []
    paths = files.write(plan, tmp_path, progress=lambda done, total: told.append(done))
    assert len(paths) == 3 * 14 + 14 * 25 - 1 == told[-1]
    assert all(path.is_file() for path in paths)
    by_hand = files.write(plan, tmp_path / "one", workers=1)
    for shared, alone in zip(paths, by_hand, strict=True):
        assert shared.read_bytes() == alone.read_bytes(), shared.name
    residents = [path for path in paths if "居民健康档案" in path.name]
    assert sum(len(cells(path)) - 3 for path in residents) == 400_000
