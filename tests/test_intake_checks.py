"""Business faults as cases; completeness and grades against counting by hand."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
import yaml

from hfwork.errors import HfworkError
from hfwork.intake import checks, decisions, findings, records, sender, template, workbook
from hfwork.intake.ledger import Entry
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan, load_plan

ROOT = Path(__file__).parent
CASES = yaml.safe_load((ROOT / "golden" / "intake_cases.yaml").read_text("utf-8"))
TODAY = dt.date(2018, 7, 10)
BASE: dict[str, list[dict[str, object]]] = {
    "return": [
        {"village_code": f"12011711320{n}", "lectures": 10 + n, "themed_lectures": n, "attendances": 9, "volunteers": 5}
        for n in (1, 2, 3)
    ],
    "extract": [
        {"person_id": f"P{n}", "household_id": "H1", "village_code": f"12011711320{n}", "sex": n,
         "born_on": "1970-01-01", "moved_in": "2001-05-06"}
        for n in (1, 2)
    ],
}  # fmt: skip


@cache
def plan() -> Plan:
    return load_plan(ROOT.parent / "data" / "ninghe-2016")


def rows_of(case: dict[str, Any]) -> list[dict[str, object]]:
    rows = [dict(row) for row in BASE[case["form"]]]
    for number, change in case.get("set", {}).items():
        rows[number - 4] |= change
    rows += [rows[number - 4] | change for number, change in case.get("repeat", {}).items()]
    return [row for number, row in enumerate(rows, start=4) if number not in case.get("drop", [])]


def write_case(case: dict[str, Any], path: Path) -> None:
    """The case as a workbook, cell by cell, as an office would send it."""
    table = plan().tables["activity" if case["form"] == "return" else "residents"]
    rows, names = rows_of(case), list(table.columns)
    shift = 1 if case.get("numbered") else 0
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy/m/d"})
    sheet = book.add_worksheet()
    when = case.get("period", "2018-06" if case["form"] == "return" else "2018-07-02")
    label = "报告期" if case["form"] == "return" else "导出日期"
    sheet.write_row(0, 0, [table.title.zh])
    sheet.write_row(1, 0, [f"填报单位：{case.get('sender', '北淮淀镇（120117113000）')}"])
    sheet.write_row(1, 2, [f"{label}：{when}"] if when else [])
    headings = case.get("headings", {})
    sheet.write_row(2, 0, ["序号"] * shift)
    sheet.write_row(2, shift, [headings.get(name, template.heading(table.columns[name], "zh")) for name in names])
    total = {"village_code": "合计"} | {
        name: case.get("total", {}).get(name, sum(v for r in rows if isinstance(v := r.get(name), int)))
        for name in ("lectures", "volunteers")
    }
    body = [*rows]
    body[1:1] = [{"village_code": mark, "lectures": 3} if mark else {} for mark in case.get("extra", [])]
    if case["form"] == "return":
        body.insert(0 if case.get("total_first") else len(body), total)
        body += [
            {"village_code": "单位负责人：张某　填表人：李某　报出日期：2018-07-02"},
            {"village_code": "注：含分会场"},
        ]
    for number, row in enumerate(body, start=3):
        sheet.write_row(number, 0, [number - 2] * shift)
        for position, name in enumerate(names, start=shift):
            cell = row.get(name)
            if isinstance(cell, str) and cell.startswith("date:"):
                sheet.write_datetime(number, position, dt.datetime.fromisoformat(cell[5:]))
            elif isinstance(cell, str):
                sheet.write_string(number, position, cell)
            elif isinstance(cell, dt.date):
                sheet.write_string(number, position, cell.isoformat())
            elif isinstance(cell, int | float):
                sheet.write_number(number, position, cell)
    book.close()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sheet | HfworkError]:
    folder = tmp_path_factory.mktemp("cases")
    paths = {case["name"]: folder / f"{number}.xlsx" for number, case in enumerate(CASES)}
    for case in CASES:
        write_case(case, paths[case["name"]])
    return dict(zip(paths, workbook.read_all(list(paths.values()), plan().tables), strict=True))


def judged(sheet: Sheet, today: dt.date = TODAY) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = plan().tables[sheet.table]
    sheet = decisions._in_time(sender.identify(sheet, plan()), plan(), today)
    frame, found = records.normalise(sheet, plan())
    more = checks.check(checks.with_context(frame, sheet, plan()), table, plan(), today)
    return frame, findings.join([found, more, checks.check_totals(sheet, frame, table)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], answers: dict[str, Sheet | HfworkError]) -> None:
    answer = answers[case["name"]]
    if "refused" in case:
        with pytest.raises(HfworkError) as refusal:
            judged(answer, case.get("today", TODAY)) if isinstance(answer, Sheet) else _raise(answer)
        assert refusal.value.code == case["refused"]
        assert all(refusal.value.message(lang) for lang in ("zh", "en"))
        return
    assert isinstance(answer, Sheet), answer
    frame, found = judged(answer, case.get("today", TODAY))
    found = found[found["row"].isin(case.get("only", found["row"]))]
    said = [
        f"{row} {column} {code}" for row, column, code in zip(found["row"], found["column"], found["code"], strict=True)
    ]
    assert said == case.get("findings", [])
    for finding in found.to_dict("records"):
        for lang in ("zh", "en"):
            assert findings.sentence({str(k): v for k, v in finding.items()}, plan().tables[answer.table], lang)
    by_row = frame.set_index("_row")
    for number, wanted in case.get("values", {}).items():
        for name, value in wanted.items():
            read = by_row.loc[number, name]
            shown = None if pd.isna(read) else str(read.date()) if isinstance(read, pd.Timestamp) else read
            assert shown == value, name
    if not case.get("set") and not said:
        assert len(frame) == len(BASE[case["form"]])


def _raise(problem: HfworkError) -> None:
    raise problem


def test_every_finding_has_words() -> None:
    from hfwork import text

    words = text.words("finding.")
    assert {key.split(".", 1)[1] for key in words} == {*findings.ERRORS, *findings.WARNINGS, "rule"}
    cases = [found for case in CASES for found in case.get("findings", [])]
    untested = {*findings.ERRORS, *findings.WARNINGS} - {found.split()[-1] for found in cases}
    alone = {"bad_number", "ambiguous_place", "formula_no_value", "place_merged", "place_split", "counted_twice"}
    assert untested == alone  # have tests of their own


def test_one_name_for_two_units_is_not_guessed() -> None:
    sheet = _sheet(plan(), {"village_code": "大北涧沽"}, place="120117111000")  # the town, or the village in it
    _, found = records.normalise(sheet, plan())
    assert list(found["code"]) == ["ambiguous_place"]


def _sheet(used: Plan, row: dict[str, str], place: str) -> Sheet:
    columns = used.tables["residents"].columns
    frame = pd.DataFrame({name: pd.array([row.get(name, "")], dtype="str") for name in columns})
    frame["_row"] = 4
    day = dt.date(2022, 12, 1)
    return Sheet(Path("x.xlsx"), "0" * 64, "x.xlsx", "residents", place, None, day, 3, frame)


def _entry(table: str, place: str, period: str | None, rows: int = 100, errors: int = 0) -> Entry:
    extract = None if period else "2018-07-02"
    return Entry("0" * 64, "x.xlsx", table, place, place, period, extract, rows, errors, 0)


def test_completeness_counts_months_that_have_ended() -> None:
    as_of = dt.date(2018, 6, 29)
    entries = [
        _entry("activity", "120117204000", "2016-06"),
        _entry("activity", "120117113000", "2018-05", rows=3, errors=1),
        _entry("residents", "120117113000", None, rows=1000, errors=4),
    ]
    found = checks.completeness(plan(), entries, as_of)
    monthly = found[found["table"] == "activity"]
    assert len(monthly) == 24 * 14  # 2016-06 … 2018-05; June is not over; 14 towns throughout
    assert monthly["received"].sum() == 2
    came = monthly[monthly["received"] == 1]
    assert list(came["place"]) == ["120117204000", "120117113000"]  # each as the code valid then
    assert list(came["errors"]) == [0, 1]
    once = found[(found["table"] == "residents") & (found["received"] == 1)]
    assert once[["place", "rows", "errors"]].values.tolist() == [["120117113000", 1000, 4]]
    later = checks.completeness(plan(), entries, dt.date(2018, 6, 30))
    assert len(later[later["table"] == "activity"]) == 25 * 14


def test_an_extract_of_the_district_covers_its_towns() -> None:
    found = checks.completeness(plan(), [_entry("residents", "120117000000", None)], dt.date(2018, 6, 30))
    residents = found[found["table"] == "residents"]
    assert len(residents) == 14 and residents["received"].all()
    assert not found.loc[found["table"] == "couples", "received"].any()


def test_listed_periods_are_expected_from_the_top() -> None:
    carolina = load_plan(ROOT.parent / "data" / "north-carolina-1974")
    table = next(t for t in carolina.tables.values() if t.kind == "return")
    found = checks.completeness(carolina, [], dt.date(1990, 1, 1))
    ours = found[found["table"] == table.id]
    explicit = [p for p in carolina.campaign.monitoring.periods if p[0].isdigit()]
    assert len(ours) == len(explicit) and set(ours["place"]) == {carolina.places.root}
    none_over = checks.completeness(carolina, [], dt.date(1970, 1, 1))
    assert none_over[none_over["table"] == table.id].empty


@pytest.mark.parametrize(
    ("received", "errors", "letter"),
    [(50, 0, "A"), (49, 5, "A"), (49, 6, "B"), (48, 20, "B"), (47, 0, "C"), (50, 50, "C"), (50, 51, "D"), (39, 0, "D")],
)
def test_grades(received: int, errors: int, letter: str) -> None:
    month = {"table": "activity", "place": "a", "expected": 1}
    rows = [
        month | {"received": int(n < received), "rows": 1000 if n == 0 else 0, "errors": errors if n == 0 else 0}
        for n in range(50)
    ]
    graded = checks.grades(plan(), pd.DataFrame(rows))
    assert graded["grade"].tolist() == [letter]
    assert graded["completeness"].tolist() == [received / 50]
    assert graded["error_share"].tolist() == [errors / 1000]
