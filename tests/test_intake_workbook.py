"""Hostile and odd files: each is refused by name or read right, and never takes the reader down."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from hfwork.errors import HfworkError
from hfwork.intake import guard, headers, records, template, workbook
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan, load_plan

ROOT = Path(__file__).parent.parent
TOWN = "120117102000"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


@pytest.fixture(scope="module")
def good(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = pd.DataFrame({"village_code": ["120117102201"], "lectures": [2], "volunteers": [1]})
    path = tmp_path_factory.mktemp("good") / "good.xlsx"
    return template.write(plan.tables["activity"], path, place=TOWN, place_name="宁河镇", period="2018-06", frame=rows)


def changed(
    good: Path, path: Path, member: str, change: tuple[bytes, bytes], extra: dict[str, bytes] | None = None
) -> Path:
    """A copy of a workbook with one member altered and others added."""
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == member:
                assert change[0] in data
                data = data.replace(*change)
            new.writestr(name, data)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"
CSV = (
    "活动月报\n填报单位：宁河镇（120117102000）,报告期：2018-06\n"
    "村居代码,家庭文化讲座场次,月末注册志愿者人数\n120117102201,2,1\n"
)


def hostile(good: Path, folder: Path) -> dict[str, tuple[Path, str]]:
    """Name → file and the error it must give."""
    locked = io.BytesIO()
    with zipfile.ZipFile(locked, "w") as archive:
        archive.writestr("content.xml", "<x/>")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    raw = {
        "empty": (b"", "file_empty"),
        "blank": (b" \n\r\n", "file_empty"),
        "truncated": (good.read_bytes()[:2000], "workbook_damaged"),
        "half": (good.read_bytes()[: good.stat().st_size // 2], "workbook_damaged"),
        "renamed_text": ("这不是表格".encode(), "not_a_workbook"),
        "renamed_zip": (_zip({"a.txt": b"x"}), "not_a_workbook"),
        "password": (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "workbook_encrypted",
        ),
        "password_ods": (locked.getvalue(), "workbook_encrypted"),
        "broken_ole": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook_unreadable"),
    }
    found = {name: (folder / f"{name}.xlsx", code) for name, (_, code) in raw.items()}
    for name, (data, _) in raw.items():
        found[name][0].write_bytes(data)
    last = b"</sheetData>"
    altered = {
        "far_cell": ((last, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + last), "file_too_large"),
        "far_down": ((last, b'<row r="1048576"><c r="T1048576" t="str"><v>x</v></c></row>' + last), "file_too_large"),
        "entities": ((b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'), "not_a_workbook"),
        "bad_xml": ((last, b"<row"), "workbook_unreadable"),
    }
    for name, (change, code) in altered.items():
        found[name] = (changed(good, folder / f"{name}.xlsx", SHEET, change), code)
    same = (b"<sheetData>", b"<sheetData>")
    bomb = {"xl/media/a.bin": b"0" * (300 * 2**20)}
    found["bomb"] = (changed(good, folder / "bomb.xlsx", SHEET, same, bomb), "file_too_large")
    texts = {
        "nul.csv": (CSV.encode().replace(b"120117102201", b"1201\x0017102201"), "csv_nul"),
        "utf16.csv": (CSV.encode("utf-16"), "csv_nul"),
        "latin.csv": (b"\xff\xfe\xff,1\n", "csv_encoding"),
        "other.csv": ("甲,乙\n1,2\n".encode(), "layout_unknown"),
    }
    for name, (data, code) in texts.items():
        found[name] = (folder / name, code)
        found[name][0].write_bytes(data)
    return found


def _zip(members: dict[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return sink.getvalue()


def test_hostile_files_are_refused_by_name_and_the_rest_is_read(plan: Plan, good: Path, tmp_path: Path) -> None:
    files = hostile(good, tmp_path)
    answers = workbook.read_all([*(path for path, _ in files.values()), good], plan.tables)
    for (name, (path, code)), answer in zip(files.items(), answers, strict=False):
        assert isinstance(answer, HfworkError), name
        assert (name, answer.code) == (name, code)
        assert all(path.name in answer.message(lang) for lang in ("zh", "en")), name
    assert isinstance(answers[-1], Sheet)


def test_a_parser_that_dies_names_its_file(plan: Plan, good: Path, tmp_path: Path) -> None:
    # written so that the guard cannot see the far cell: only the child's own limits are left
    cell = b'<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row></sheetData>'
    dying = changed(good, tmp_path / "dying.xlsx", SHEET, (b"</sheetData>", cell))
    copies = [tmp_path / f"{name}.xlsx" for name in ("a", "b", "c")]
    for copy in copies:
        copy.write_bytes(good.read_bytes())
    answers = workbook.read_all([copies[0], dying, *copies[1:]], plan.tables)
    assert [type(answer) for answer in answers] == [Sheet, HfworkError, Sheet, Sheet]
    problem = answers[1]
    assert isinstance(problem, HfworkError) and problem.where == "dying.xlsx"
    assert problem.code in ("workbook_ended_reader", "workbook_unreadable", "file_too_large")


def test_far_formats_without_content_are_harmless(plan: Plan, good: Path, tmp_path: Path) -> None:
    far = (b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    path = changed(good, tmp_path / "formatted.xlsx", SHEET, far)
    (sheet,) = workbook.read([path], plan.tables)
    assert len(sheet.frame) == 1


def test_size_cap(monkeypatch: pytest.MonkeyPatch, good: Path) -> None:
    monkeypatch.setattr(guard, "SIZE_LIMIT", 100)
    with pytest.raises(HfworkError) as refusal:
        guard.kind_of(good.read_bytes(), "good.xlsx")
    assert refusal.value.code == "file_too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_short_csv_in_the_encodings_of_offices(plan: Plan, tmp_path: Path, encoding: str, newline: str) -> None:
    path = tmp_path / "来件.csv"
    path.write_bytes(CSV.replace("\n", newline).replace("120117102201", '="120117102201"').encode(encoding))
    (sheet,) = workbook.read([path], plan.tables)
    assert (sheet.table, sheet.period, sheet.header_row) == ("activity", "2018-06", 3)
    frame, found = records.normalise(sheet, plan)
    assert found.empty
    assert frame[["village_code", "lectures", "volunteers", "_row"]].values.tolist() == [["120117102201", 2, 1, 4]]


def test_formulas_without_stored_results_are_named(plan: Plan, good: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(good)
    book.active["B4"], book.active["B5"] = "=1+1", "=SUM(B4)"  # openpyxl stores no results; row 5 is the total
    book.save(tmp_path / "formula.xlsx")
    (sheet,) = workbook.read([tmp_path / "formula.xlsx"], plan.tables)
    assert sheet.formulas == [(4, "lectures")]
    _, found = records.normalise(sheet, plan)
    assert found[["row", "column", "code", "severity"]].values.tolist() == [
        [4, "lectures", "formula_no_value", "warning"]
    ]


def test_a_sheet_of_explanations_is_passed_over_and_two_returns_are_not(plan: Plan, good: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(good)
    book.create_sheet("填表说明", 0)["A1"] = "请按月填报"
    book.save(tmp_path / "one.xlsx")
    (sheet,) = workbook.read([tmp_path / "one.xlsx"], plan.tables)
    assert len(sheet.frame) == 1
    book.copy_worksheet(book["activity"])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(HfworkError) as refusal:
        workbook.read([tmp_path / "two.xlsx"], plan.tables)
    assert refusal.value.code == "several_sheets"


def test_unknown_headings_come_with_the_nearest(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(CSV.replace("月末注册志愿者人数", "月末登记志愿者人数"), "utf-8")
    with pytest.raises(HfworkError) as refusal:
        workbook.read([path], plan.tables)
    unknown, missing = refusal.value.problems
    assert (unknown.code, unknown.meant) == ("heading_unknown", ["月末注册志愿者人数"])
    assert (missing.code, missing.given) == ("heading_missing", "月末注册志愿者人数")


def test_files_below_folders(good: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("in/b.xlsx", "in/deep/a.CSV", "in/~$b.xlsx", "in/readme.md"):
        (tmp_path / name).write_bytes(b"x")
    found = workbook.files_below([tmp_path / "in", tmp_path / "in" / "b.xlsx"])
    assert [p.name for p in found] == ["b.xlsx", "a.CSV"]
    (tmp_path / "none").mkdir()
    for path, code in ((tmp_path / "none", "no_workbooks"), (tmp_path / "in" / "b.xlxs", "file_not_found")):
        with pytest.raises(HfworkError) as refusal:
            workbook.files_below([path])
        assert refusal.value.code == code
    assert refusal.value.meant == ["b.xlsx"]


@pytest.mark.parametrize(
    ("given", "token"),
    [
        ("2018-06", "2018-06"),
        ("2018年6月", "2018-06"),
        ("2018/6", "2018-06"),
        ("２０１８．０６", "2018-06"),
        ("2018年第2季度", "2018-Q2"),
        ("2018年二季度", "2018-Q2"),
        ("2018年上半年", "2018-H1"),
        ("2018年", "2018"),
        ("2018年度", "2018"),
        ("MC2018", "MC2018"),
        ("2018-06 YTD", "2018-06 YTD"),
        ("1974-07..1978-06", "1974-07..1978-06"),
    ],
)
def test_period_tokens(given: str, token: str) -> None:
    assert workbook.period_token(given) == token


@pytest.mark.parametrize(
    ("rows", "facts"),
    [
        ([["填报单位：甲镇（1）", "", "报告期：2018-06"]], {"place": "甲镇(1)", "period": "2018-06"}),
        ([["填报单位", "甲镇", "报告期", "2018年6月"]], {"place": "甲镇", "period": "2018年6月"}),
        ([["填报单位: 甲镇   报告期: 2018-06   表号：X"]], {"place": "甲镇", "period": "2018-06", "number": "X"}),
        ([["填报单位：甲镇 报告期：2018-06"]], {"place": "甲镇", "period": "2018-06"}),
        (
            [["Reporting unit: A Town (1)"], ["Extracted on: 2018-07-02"]],
            {"place": "A Town (1)", "extract_date": "2018-07-02"},
        ),
        ([["月报表"], [""]], {}),
    ],
)
def test_metadata(rows: list[list[str]], facts: dict[str, str]) -> None:
    assert headers.metadata(rows) == facts


def test_patience_ends_a_hanging_reader(plan: Plan, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "PATIENCE", 0.0)
    (answer,) = workbook.read_all([good], plan.tables)
    assert isinstance(answer, HfworkError) and answer.code == "workbook_ended_reader"


def test_dates_of_a_spreadsheet(plan: Plan, tmp_path: Path) -> None:
    path = template.write(
        plan.tables["residents"], tmp_path / "r.xlsx", place=TOWN, place_name="宁河镇", extract_date=dt.date(2018, 7, 2)
    )
    book = openpyxl.load_workbook(path)
    book.active.append(["P1", None, 120117102201, 1, dt.datetime(1980, 2, 29), dt.datetime(2010, 1, 1, 8, 30), 43282])
    book.save(path)
    (sheet,) = workbook.read([path], plan.tables)
    frame, found = records.normalise(sheet, plan)
    assert frame["born_on"].iloc[0] == pd.Timestamp("1980-02-29")
    assert frame["moved_in"].iloc[0] == pd.Timestamp("2010-01-01")
    assert found[["column", "given", "code"]].values.tolist() == [
        ["moved_out", "43282", "bad_date"]
    ]  # a bare serial number
