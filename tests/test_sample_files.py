"""The sample arrives as the files towns would send: readable, marked as sample, and quick to make."""

import csv
import shutil
import time
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district, files
from hfwork.sample.files import Written
from hfwork.sample.narrow import narrow

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


@pytest.fixture(scope="module")
def written(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return files.write(plan, tmp_path_factory.mktemp("sample"), small=True)


def every(written: Written) -> list[Path]:
    return [*written.files, *written.late, *written.refused]


def cells(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_the_small_sample_takes_seconds_and_says_how_far_it_is(plan: Plan, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    begun = time.process_time()
    written = files.write(plan, tmp_path, small=True, progress=lambda done, total: told.append((done, total)))
    assert time.process_time() - begun < 6
    assert told[-1] == (len(every(written)), len(every(written)))
    assert sorted(tmp_path.rglob("*.*")) == sorted([*every(written), written.answers])


def test_one_file_for_each_sender(written: Written) -> None:
    names = [f"{path.parent.name}/{path.name}" for path in written.files]
    monthly, yearly = 2 * 25 - 2, 2 * 2  # one monthly return was not sent, one is late
    by_district = 9 + 2 + 9 + 2  # quarters, maternal-and-child years, quarters, years
    assert len(names) == 6 * 2 + monthly + yearly + by_district
    assert "个案/示例_居民健康档案_宁河镇_2018-07-02.xlsx" in names
    assert "个案/示例_家庭户_丰台镇_2018-07-02.xlsx" in names
    assert "个案/示例_孕产妇保健_丰台镇_2018-07-02.xlsx" in names
    assert "月报/示例_创建幸福家庭活动情况_丰台镇_2018-06.xlsx" in names
    assert "月报/示例_创建幸福家庭活动情况_丰台镇_2017-11.xlsx" not in names
    assert "季报/示例_基本公共卫生服务_宁河区_2018-Q2.xlsx" in names
    assert "年报/示例_妇幼保健_宁河区_MC2017.xlsx" in names
    assert "年报/示例_村居创建工作_宁河镇_2016.xlsx" in names
    assert [path.parent.name for path in written.files[:12]] == ["个案"] * 12
    assert {path.parent.name for path in written.late} == {"迟报"}
    assert {path.parent.name for path in written.refused} == {"退回"}


def test_every_file_is_marked_and_tells_its_sender(written: Written) -> None:
    for path in every(written):
        title, facts = cells(path)[:2]
        assert "示例数据" in str(title[0]), path.name
        said = " ".join(str(fact) for fact in facts)
        senders = ("（120117102000）", "（120117104000）", "（120117000000）")
        assert any(sender in said for sender in senders), path.name
        assert "导出日期：2018-07-02" in said if "2018-07-02" in path.name else "报告期：" in said
    for path in (written.files[0], written.files[-1]):
        sheet = openpyxl.load_workbook(path).worksheets[0]
        assert "示例数据" in sheet["A1"].value


def test_the_files_hold_the_drawn_rows(plan: Plan, written: Written) -> None:
    drawn = district.draw(plan, small=True)["residents"]
    town = drawn[drawn["_place"] == "120117102000"].drop(columns="_place")
    body = pd.DataFrame(cells(written.files[0])[3:], columns=list(town))
    for column in town:
        wanted = town[column]
        if pd.api.types.is_datetime64_any_dtype(wanted):
            wanted = wanted.dt.strftime("%Y-%m-%d")
        assert body[column].tolist() == wanted.fillna("").tolist(), column


def test_equal_seeds_give_equal_files(plan: Plan, written: Written, tmp_path: Path) -> None:
    again = files.write(plan, tmp_path, small=True)
    assert [path.read_bytes() for path in every(again)] == [path.read_bytes() for path in every(written)]
    assert again.answers.read_bytes() == written.answers.read_bytes()


def test_a_narrowed_plan_gives_the_same_district(written: Written, tmp_path: Path) -> None:
    """The demonstration cuts its plan to the two towns first."""
    folder = Path(shutil.copytree(ROOT / "data" / "ninghe-2016", tmp_path / "plan"))
    narrow(folder)
    cut = files.write(load_plan(folder), tmp_path / "inbox", small=True)
    assert [path.name for path in every(cut)] == [path.name for path in every(written)]


def test_the_answers_open_in_a_spreadsheet(written: Written) -> None:
    assert written.answers.name == "答案.csv"
    assert written.answers.read_bytes().startswith("\ufeff".encode())
    with written.answers.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == len(written.key)
    assert all(all(row[column] for column in row if column not in ("file", "code")) for row in rows)
    for row in rows:
        assert (row["file"] == "") == (row["outcome"] == "missing")
        assert not row["file"] or (written.answers.parent / row["file"]).is_file(), row["file"]


def test_targets_are_sourced_and_press_nobody(plan: Plan) -> None:
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


def test_the_whole_sample_is_shared_between_processes(plan: Plan, tmp_path: Path) -> None:
    told: list[int] = []
    written = files.write(plan, tmp_path, progress=lambda done, total: told.append(done))
    months = 14 * 46 + 15 * 3 - 4 - 3  # two streets from 2020-04 on; four were not sent, three are late
    assert len(written.files) == 6 * 15 + months + (14 * 4 - 2) + 17 + 4 + 17 + 4
    assert len(every(written)) == told[-1]
    assert all(path.is_file() for path in every(written))
    tables = district.draw(plan)
    alone = files._jobs(plan, tmp_path / "one", tables, district.AS_OF + district.EXTRACT_AFTER)
    shared = {path.name: path for path in written.files}
    for job in alone[7::120]:  # a few of them, written here
        job.path.parent.mkdir(parents=True, exist_ok=True)
        assert job.write().read_bytes() == shared[job.path.name].read_bytes(), job.path.name
    residents = [path for path in written.files if "居民健康档案" in path.name]
    assert sum(len(cells(path)) - 3 for path in residents) == len(tables["residents"])
