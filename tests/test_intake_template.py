"""What the template writes, intake reads back whole."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from hfwork.intake import records, template, workbook
from hfwork.plan.folder import Plan, load_plan

ROOT = Path(__file__).parent.parent
TOWN, TOWN_NAME = "120117102000", "宁河镇"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


def invented(plan: Plan, table: str, rows: int) -> pd.DataFrame:
    """Rows with every column filled, and every tenth cell of an optional column missing."""
    on = dt.date(2018, 6, 30)
    villages = plan.places.at(on, "village")
    villages = villages.loc[villages["parent"] == TOWN, "code"].tolist()
    columns: dict[str, object] = {}
    for place, (name, column) in enumerate(plan.tables[table].columns.items()):
        number = np.arange(rows)
        missing = (number % 10 == place % 10) & (not column.required)
        if column.type == "date":
            days = np.datetime64("2001-01-01", "s") + (number * 37 % 5000 * 86400).astype("timedelta64[s]")
            columns[name] = pd.Series(days).mask(missing)
        elif column.type == "count":
            columns[name] = pd.array(pd.Series(number * 7 % 90, dtype="Int64").mask(missing))
        elif column.type == "place":
            columns[name] = pd.array([villages[n % len(villages)] for n in number], dtype="str")
        else:
            known = list(column.codes or ()) or [f"{name[0].upper()}{n:017d}" for n in number]
            columns[name] = pd.Series([known[n % len(known)] for n in number], dtype="str").mask(missing)
    return pd.DataFrame(columns)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("table", ["residents", "households", "couples", "activity"])
def test_round_trip_of_every_layout(plan: Plan, tmp_path: Path, table: str, lang: str) -> None:
    layout = plan.tables[table]
    rows = invented(plan, table, 27 if layout.kind == "return" else 300)
    when = {"period": "2018-06"} if layout.kind == "return" else {"extract_date": dt.date(2018, 7, 2)}
    path = tmp_path / "written.xlsx"
    template.write(layout, path, place=TOWN, place_name=TOWN_NAME, frame=rows, sample=True, lang=lang, **when)
    (sheet,) = workbook.read([path], plan.tables)
    assert (sheet.table, sheet.period, sheet.extract_date) == (table, when.get("period"), when.get("extract_date"))
    frame, found = records.normalise(sheet, plan)
    assert found.empty
    assert frame["_row"].tolist() == list(range(4, 4 + len(rows)))
    pd.testing.assert_frame_equal(frame.drop(columns="_row"), rows, check_dtype=True)


def test_office_shape(plan: Plan, tmp_path: Path) -> None:
    rows = pd.DataFrame({"village_code": ["120117102201", "120117102202"], "lectures": [2, 3], "volunteers": [1, None]})
    path = template.write(
        plan.tables["activity"],
        tmp_path / "a.xlsx",
        place=TOWN,
        place_name=TOWN_NAME,
        period="2018-06",
        frame=rows,
        sample=True,
    )
    sheet = openpyxl.load_workbook(path).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][0] == "创建幸福家庭活动情况月报表【示例数据】"
    assert [c for c in cells[1] if c] == ["表号：宁幸创01表", "填报单位：宁河镇（120117102000）", "报告期：2018-06"]
    assert cells[2][1] == "家庭文化讲座场次（场）"
    assert cells[5] == ["合计", 5, None, None, 1, None, None]  # a column nobody filled in has no total
    assert all(word in cells[6][0] for word in ("单位负责人", "统计负责人", "填表人", "报出日期"))
    assert [str(r) for r in sheet.merged_cells.ranges] == ["A1:G1"]
    assert sheet.freeze_panes == "A4"
    assert sheet.column_dimensions["A"].number_format == "@"


def test_blank_form_and_text_that_looks_like_a_formula(plan: Plan, tmp_path: Path) -> None:
    blank = template.write(
        plan.tables["residents"], tmp_path / "b.xlsx", place=TOWN, place_name="=1+1", extract_date=dt.date(2018, 7, 2)
    )
    (sheet,) = workbook.read([blank], plan.tables)
    assert sheet.frame.empty and list(sheet.frame) == [*plan.tables["residents"].columns, "_row"]
    assert b"<f>" not in blank.read_bytes()
    rows = pd.DataFrame({"person_id": ["=1+1", "http://a.b", "@x"]})
    filled = template.write(
        plan.tables["residents"],
        tmp_path / "f.xlsx",
        place=TOWN,
        place_name=TOWN_NAME,
        extract_date=dt.date(2018, 7, 2),
        frame=rows,
    )
    types = {cell.data_type for (cell,) in openpyxl.load_workbook(filled).active.iter_rows(min_row=4, max_col=1)}
    assert types == {"s"}


def test_same_arguments_give_the_same_bytes(plan: Plan, tmp_path: Path) -> None:
    rows = invented(plan, "couples", 20)
    written = [
        template.write(
            plan.tables["couples"],
            tmp_path / f"{n}.xlsx",
            place=TOWN,
            place_name=TOWN_NAME,
            extract_date=dt.date(2018, 7, 2),
            frame=rows,
        ).read_bytes()
        for n in range(2)
    ]
    assert written[0] == written[1]
