"""The appendix of the meeting pack: a workbook whose rates recompute, and the proof that finds what was changed."""

from __future__ import annotations

import random
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from office import needed
from openpyxl.worksheet.worksheet import Worksheet

from hfwork.present.pack.book import appendix
from hfwork.present.pack.book.appendix_charts import chosen
from hfwork.present.pack.book.formula import Unknown, evaluate
from hfwork.present.pack.facts import Cell, Facts
from hfwork.present.pack.proof import LOST, UNPROVED, WRONG, Finding
from hfwork.release.bundle import open_release
from hfwork.workspace import Workspace

pytestmark = pytest.mark.slow

LANGUAGES = ("zh", "en")
HEAD = 3  # the row of the heads


@pytest.fixture(scope="module", params=LANGUAGES)
def facts(request: pytest.FixtureRequest, release: Path) -> Facts:
    return Facts(open_release(release), request.param)


@pytest.fixture(scope="module")
def made(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The appendix of the small release; tests that change it work on a copy."""
    file = tmp_path_factory.mktemp("appendix") / "appendix.xlsx"
    appendix.write(facts, "midterm", file)
    return file


def fewer(release: Path, lang: str) -> Facts:
    """The same release with a few indicators, charted and suppressed ones: for the many files that people change."""
    facts = Facts(open_release(release), lang)
    shown = [name for name in facts.indicators if name in facts.page["standing"]]
    hidden = [n for n in shown if any(c["state"] == "suppressed" for c in facts.units(n, facts.period(n)))]
    names = [*chosen(facts, "midterm")[:2], *shown[:4], *hidden[:2]]
    facts.indicators = {name: own for name, own in facts.indicators.items() if name in names}
    return facts


@pytest.fixture(scope="module")
def few(release: Path) -> Facts:
    return fewer(release, "zh")


@pytest.fixture(scope="module")
def brief(few: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The appendix of ``few``."""
    file = tmp_path_factory.mktemp("appendix") / "brief.xlsx"
    appendix.write(few, "midterm", file)
    return file


def prove(facts: Facts, file: Path) -> list[Finding]:
    return appendix.prove(facts, "midterm", file)


def tab(facts: Facts, name: str) -> str:
    return facts.say(f"appendix.sheet.{name}")


def heads(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[HEAD] if cell.value}


def at(facts: Facts, sheet: Worksheet, key: str) -> int:
    return heads(sheet)[facts.say(key)]


def rewritten(file: Path, target: Path, change: Callable[[str, str], str]) -> Path:
    """A copy of the package with ``change(part, text)`` applied to its parts: caches stay as they are."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part).decode()))
    return target


def by_receipt(facts: Facts, sheet: Worksheet) -> Iterator[tuple[Cell, tuple[Any, ...]]]:
    column = heads(sheet).get(facts.say("ui.col.receipt"))
    for row in sheet.iter_rows(min_row=HEAD + 1):
        if column:
            yield facts.by_receipt[str(row[column - 1].value)], row


# -- what is written -------------------------------------------------------------------------------------------------


def test_every_rate_is_a_formula_that_gives_the_published_value(facts: Facts, made: Path) -> None:
    typed, shown = openpyxl.load_workbook(made), openpyxl.load_workbook(made, data_only=True)
    rates = counts = 0
    for name in ("places", "courses", "charted"):
        sheet, other = typed[tab(facts, name)], shown[tab(facts, name)]
        column = at(facts, sheet, "ui.col.value")

        def look(_: str, where: str, sheet: Worksheet = sheet) -> float:
            return float(sheet[where].value)  # type: ignore[arg-type]

        for cell, row in by_receipt(facts, sheet):
            given = row[column - 1]
            cached = other[given.coordinate].value
            if cell["state"] != "value":
                assert given.data_type != "f"
            elif cell["denominator"] == cell["denominator"]:
                assert evaluate(given.value, look) == cell["value"] == cached
                rates += 1
            else:
                assert given.data_type == "n" and given.value == cell["value"]
                counts += 1
    assert rates > 500 and counts > 100


def test_rows_stand_in_official_order_with_what_was_published(facts: Facts, made: Path) -> None:
    sheet = openpyxl.load_workbook(made, data_only=True)[tab(facts, "places")]
    own = [cell for name in facts.page["standing"] for cell in
           [facts.cell(name, facts.period(name)), *facts.units(name, facts.period(name))] if cell]  # fmt: skip
    rows = list(by_receipt(facts, sheet))
    order = list(facts.indicators)
    assert [cell["receipt"] for cell, _ in rows] == [
        cell["receipt"] for cell in sorted(own, key=lambda cell: order.index(cell["indicator"]))
    ]
    column = {key: at(facts, sheet, f"ui.col.{key}") - 1 for key in ("place", "numerator", "denominator", "grade")}
    for cell, row in rows:
        said = {key: row[i].value for key, i in column.items()}
        shown = cell["state"] in ("value", "unstable")
        assert said["place"] == facts.place(cell["place"]) and (said["grade"] or "") == cell["grade"]
        assert said["numerator"] == (cell["numerator"] if shown else None)
    assert sheet.freeze_panes == "B4" and sheet.auto_filter.ref and sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert facts.meta["id"] in str(sheet.oddFooter.left.text)
    assert sheet.oddHeader.right.text == facts.say("ui.sample")


def test_what_is_not_published_has_no_number(facts: Facts, made: Path) -> None:
    """Row by row in the parts of the package, where every cell and every stored result stands."""
    hidden = [cell for cell in facts.cells if cell["state"] in ("suppressed", "missing")]
    receipts = {cell["receipt"] for cell in hidden}
    book = openpyxl.load_workbook(made)
    seen = 0
    with zipfile.ZipFile(made) as package:
        strings = re.findall(r"<si><t[^>]*>(.*?)</t></si>", package.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        for i, name in enumerate(book.sheetnames, start=1):
            allowed = [heads(book[name])[facts.say(key)] for key in ("ui.col.target",)
                       if facts.say(key) in heads(book[name])]  # fmt: skip
            text = package.read(f"xl/worksheets/sheet{i}.xml").decode()
            for row in re.findall(r"<row [^>]*>(.*?)</row>", text, re.DOTALL):
                cells = re.findall(r'<c r="([A-Z]+\d+)"([^>]*?)(?:/>|>(.*?)</c>)', row)
                said = {strings[int(v)] for _, kind, inner in cells if 't="s"' in kind
                        for v in re.findall(r"<v>(.*?)</v>", inner)}  # fmt: skip
                if said & receipts:
                    seen += 1
                    numbers = [ref for ref, kind, inner in cells if inner and 't="s"' not in kind]
                    assert all(book[name][ref].column in allowed for ref in numbers), (name, numbers)
        charts = [part for part in package.namelist() if part.startswith("xl/charts/")]
        for part in charts:
            text = package.read(part).decode()
            for series in re.findall(r"<c:ser>.*?</c:ser>", text, re.DOTALL)[:1]:
                labels, values = (
                    dict(re.findall(r'<c:pt idx="(\d+)"><c:v>(.*?)</c:v>', series.split(f"<c:{half}>")[1]))
                    for half in ("cat", "val")
                )
                assert not [i for i, label in labels.items() if label.endswith((" *", " —")) and i in values]
    assert seen > 50 and receipts and charts


def test_the_same_release_gives_the_same_bytes(facts: Facts, made: Path, tmp_path: Path) -> None:
    used = appendix.write(facts, "midterm", tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == made.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.xlsx"]
    told = [receipt for sheet in appendix.sheets(facts, "midterm") for receipt in sheet.receipts]
    assert [cell["receipt"] for cell in used] == list(dict.fromkeys(told))


def test_the_annual_meeting_shows_whole_years(few: Facts, tmp_path: Path) -> None:
    shown = {(cell["indicator"], cell["period"]) for cell in appendix.sheets(few, "annual")[1].cells}
    wanted = {(name, few.period(name, "year")) for name in few.indicators if name in few.page["standing"]}
    assert shown == wanted != {(name, few.period(name)) for name, _ in wanted}
    appendix.write(few, "annual", tmp_path / "annual.xlsx")
    assert appendix.prove(few, "annual", tmp_path / "annual.xlsx") == []
    assert appendix.prove(few, "midterm", tmp_path / "annual.xlsx")


# -- what is proved --------------------------------------------------------------------------------------------------


def test_nothing_is_found_in_a_file_nobody_changed(facts: Facts, made: Path) -> None:
    assert prove(facts, made) == []


def test_nothing_is_found_in_a_file_saved_unchanged(few: Facts, brief: Path, tmp_path: Path) -> None:
    openpyxl.load_workbook(brief).save(tmp_path / "saved.xlsx")  # without stored results of formulas
    assert prove(few, tmp_path / "saved.xlsx") == []
    old, new = openpyxl.load_workbook(brief), openpyxl.load_workbook(tmp_path / "saved.xlsx")
    assert [[*sheet.values] for sheet in old] == [[*sheet.values] for sheet in new]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_another_plan(carolina: Workspace, lang: str, tmp_path: Path) -> None:
    facts = Facts(open_release(carolina.releases / "current"), lang)
    appendix.write(facts, "acceptance", tmp_path / "other.xlsx")
    assert appendix.prove(facts, "acceptance", tmp_path / "other.xlsx") == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hundred_wrong_numbers_typed_into_cells_are_found(release: Path, lang: str, tmp_path: Path) -> None:
    few = fewer(release, lang)
    appendix.write(few, "midterm", tmp_path / "made.xlsx")
    assert missed(few, tmp_path / "made.xlsx", tmp_path, seed=f"typed {lang}") == set()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_hundreds_more_are_found_in_the_whole_workbook(facts: Facts, made: Path, seed: int, tmp_path: Path) -> None:
    assert missed(facts, made, tmp_path, seed=f"more {seed}") == set()


def missed(facts: Facts, made: Path, tmp_path: Path, *, seed: str) -> set[str]:
    """Where of a hundred wrong numbers planted in cells and formulas none is reported."""
    chance = random.Random(seed)
    book = openpyxl.load_workbook(made)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if _has_number(cell.value)]
    planted = []
    for cell in chance.sample(cells, 100):
        value = cell.value
        if cell.data_type == "f":
            formulas = (re.sub(r"(\d+)", lambda row: str(int(row[1]) + 40), str(value), count=1), f"{value}+1", 12.3)
            cell.value = chance.choice(formulas)
            if cell.value != 12.3 and chance.random() < 0.2:
                cell.value = f"=SUM({str(value)[1:]},1)"
        elif isinstance(value, str):
            spots = [i for i, letter in enumerate(value) if letter.isascii() and letter.isdigit()]
            spot = chance.choice(spots)
            cell.value = value[:spot] + str((int(value[spot]) + 1) % 10) + value[spot + 1 :]
        else:
            cell.value = value + chance.choice((1, -1, 0.1, 1000))
        planted.append(f"{cell.parent.title}!{cell.coordinate}")
    book.save(tmp_path / "typed.xlsx")
    found = prove(facts, tmp_path / "typed.xlsx")
    return set(planted) - {finding.where for finding in found}


def _has_number(value: object) -> bool:
    return isinstance(value, (int, float)) or (isinstance(value, str) and bool(re.search("[0-9]", value)))


def test_wrong_stored_results_are_found(facts: Facts, made: Path, tmp_path: Path) -> None:
    chance = random.Random(f"stored {facts.lang}")
    names = openpyxl.load_workbook(made, read_only=True).sheetnames
    planted: list[str] = []

    def change(part: str, text: str) -> str:
        number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
        formulas = re.findall(r'(<c r="([A-Z]+\d+)"[^>]*><f>[^<]*</f><v>)([^<]*)', text) if number else []
        for whole, where, value in chance.sample(formulas, min(len(formulas), 15)):
            text = text.replace(f"{whole}{value}<", f"{whole}{float(value) + 0.1}<")
            planted.append(f"{names[int(number[1]) - 1]}!{where}")  # type: ignore[index]
        return text

    found = prove(facts, rewritten(made, tmp_path / "stored.xlsx", change))
    assert sorted(finding.where for finding in found) == sorted(planted) and len(planted) >= 45
    assert {finding.kind for finding in found} == {WRONG}


def test_wrong_numbers_in_charts_are_found(few: Facts, brief: Path, tmp_path: Path) -> None:
    chance = random.Random(f"charts {few.lang}")
    planted: list[str] = []

    def change(part: str, text: str) -> str:
        if not part.startswith("xl/charts/chart"):
            return text
        value = chance.choice(re.findall(r"<c:numCache>.*?</c:numCache>", text))
        point = chance.choice(re.findall(r"<c:v>[^<]*</c:v>", value))
        given = f"<c:v>{float(point[5:-6]) + 3}</c:v>"
        planted.append(given[5:-6])
        return text.replace(value, value.replace(point, given, 1))

    found = prove(few, rewritten(brief, tmp_path / "points.xlsx", change))
    assert [f.given for f in found] == [str(int(float(v))) if float(v).is_integer() else v for v in planted] and planted

    def shift(part: str, text: str) -> str:
        one_on = re.compile(r"(<c:val><c:numRef><c:f>[^<]*\$)(\d+)(:\$[A-Z]+\$)(\d+)")
        moved = one_on.sub(lambda f: f"{f[1]}{int(f[2]) + 1}{f[3]}{int(f[4]) + 1}", text, count=1)
        return moved if part == "xl/charts/chart1.xml" else text

    found = prove(few, rewritten(brief, tmp_path / "range.xlsx", shift))
    assert found and {f.kind for f in found} == {WRONG} and all("chart1.xml" in f.where for f in found)
    title = re.compile(r"(<a:t>[^<]*?)20(\d\d)")
    found = prove(few, rewritten(brief, tmp_path / "title.xlsx", lambda part, text: title.sub(r"\g<1>21\2", text)
                                   if part.startswith("xl/charts/") else text))  # fmt: skip
    assert found and {f.kind for f in found} == {WRONG} and {f.given[:2] for f in found} == {"21"}
    gone = re.compile(r"<c:ser>.*?</c:ser>", re.DOTALL)
    found = prove(few, rewritten(brief, tmp_path / "series.xlsx", lambda part, text: gone.sub("", text, count=1)
                                   if part == "xl/charts/chart1.xml" else text))  # fmt: skip
    assert [(f.kind, f.where) for f in found] == [(LOST, "xl/charts/chart1.xml")]


def test_wrong_numbers_above_and_below_pages_are_found(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    first, second = book[tab(few, "places")], book[tab(few, "courses")]
    first.oddFooter.left.text = str(first.oddFooter.left.text).replace("20", "21")
    second.oddHeader.center.text = "共 77 项"
    book.save(tmp_path / "margins.xlsx")
    found = prove(few, tmp_path / "margins.xlsx")
    assert {(f.kind, f.where) for f in found} == {
        (WRONG, f"{first.title} oddFooter"), (UNPROVED, f"{second.title} oddHeader")}  # fmt: skip


def test_a_changed_formula_is_told_clearly(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    sheet = book[tab(few, "places")]
    column = at(few, sheet, "ui.col.value")
    live = [row[column - 1] for cell, row in by_receipt(few, sheet) if row[column - 1].data_type == "f"]
    known = {row[column - 1].coordinate: cell["value"] for cell, row in by_receipt(few, sheet)}
    typed, right, other, strange, printed = live[:5]
    typed.value, right.value = known[typed.coordinate] + 1, known[right.coordinate]
    printed.value = float(few.number(known[printed.coordinate], "health_record_coverage"))  # one decimal, as all have
    other.value = str(other.value) + "*2"
    strange.value = f"=ROUND({str(strange.value)[1:]},1)"
    book.save(tmp_path / "formulas.xlsx")
    found = {f.where.split("!")[1]: f for f in prove(few, tmp_path / "formulas.xlsx")}
    assert set(found) == {typed.coordinate, other.coordinate, strange.coordinate}
    said = few.say("appendix.found.typed", value="")
    assert found[typed.coordinate].kind == WRONG and said in found[typed.coordinate].given
    assert found[other.coordinate].kind == WRONG and str(other.value) in found[other.coordinate].given
    assert found[strange.coordinate].kind == WRONG and str(strange.value) in found[strange.coordinate].given


def test_work_of_people_stays_and_their_own_numbers_are_unproved(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    places, courses = book[tab(few, "places")], book[tab(few, "courses")]
    _sort(places, at(few, places, "ui.col.receipt"))
    _swap(places, 2, at(few, places, "ui.col.place"))
    places.title = "改名 renamed"
    courses.cell(1, 20).value = "合计 total 55"
    courses.cell(HEAD, 18).value = "备注 remark"
    courses.cell(9, 18).value = 321
    courses.append(["新的一行 a new row", None, None, 44])
    note = book.create_sheet("自己的 own")
    note["A1"], note["A2"], note["A3"] = "没有数 none", 17, "=A2*2"
    book.save(tmp_path / "edited.xlsx")
    found = prove(few, tmp_path / "edited.xlsx")
    last = courses.max_row
    assert {(f.kind, f.where) for f in found} == {
        (UNPROVED, f"{courses.title}!T1"), (UNPROVED, f"{courses.title}!R9"), (UNPROVED, f"{courses.title}!D{last}"),
        (UNPROVED, f"{note.title}!A2"), (UNPROVED, f"{note.title}!A3")}  # fmt: skip


def _sort(sheet: Worksheet, column: int) -> None:
    """As a spreadsheet program sorts: whole rows, formulas following their row."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEAD + 1)]
    numbered = sorted(enumerate(rows, start=HEAD + 1), key=lambda pair: str(pair[1][column - 1]))
    for new, (old, values) in enumerate(numbered, start=HEAD + 1):
        for i, value in enumerate(values, start=1):
            own = isinstance(value, str) and value.startswith("=")
            moved = re.sub(rf"([A-Z]){old}\b", rf"\g<1>{new}", value) if own else value  # type: ignore[arg-type]
            sheet.cell(new, i).value = moved


def _swap(sheet: Worksheet, one: int, other: int) -> None:
    """Two columns of words change places."""
    for row in range(HEAD, sheet.max_row + 1):
        a, b = sheet.cell(row, one), sheet.cell(row, other)
        a.value, b.value = b.value, a.value


def test_a_number_for_what_is_not_published_is_wrong(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    sheet = book[tab(few, "places")]
    row = next(row for cell, row in by_receipt(few, sheet) if cell["state"] == "suppressed")
    value, numerator = (row[at(few, sheet, f"ui.col.{key}") - 1] for key in ("value", "numerator"))
    value.value, numerator.value = 4.5, 3
    status, remark = (row[at(few, sheet, f"ui.col.{key}") - 1] for key in ("status", "apportioned"))
    status.value, remark.value = few.say("status.met"), "见附件 8"
    book.save(tmp_path / "told.xlsx")
    found = prove(few, tmp_path / "told.xlsx")
    assert {(f.kind, f.where.split("!")[1], f.given, f.expected) for f in found} == {
        (WRONG, value.coordinate, "4.5", "*"), (WRONG, numerator.coordinate, "3", ""),
        (WRONG, status.coordinate, few.say("status.met"), ""), (UNPROVED, remark.coordinate, "8", "")}  # fmt: skip


def test_a_format_that_prints_another_number_is_wrong(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    sheet = book[tab(few, "places")]
    cells = [sheet.cell(HEAD + 1, at(few, sheet, "ui.col.numerator")) for _ in range(1)]
    cells[0].number_format = '"99"'
    sheet.cell(HEAD + 2, cells[0].column).number_format = "0.00"
    book.save(tmp_path / "format.xlsx")
    assert [f.where for f in prove(few, tmp_path / "format.xlsx")] == [f"{sheet.title}!{cells[0].coordinate}"]


def test_what_is_gone_is_lost(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    del book[tab(few, "targets")]
    sheet = book[tab(few, "definitions")]
    name = sheet.cell(sheet.max_row, 2).value
    sheet.delete_rows(sheet.max_row)
    courses = book[tab(few, "courses")]
    for row in range(HEAD, courses.max_row + 1):
        courses.cell(row, at(few, sheet, "ui.col.indicator") + 14).value = None  # grade or shared out, as it falls
    book.save(tmp_path / "gone.xlsx")
    found = prove(few, tmp_path / "gone.xlsx")
    assert {f.kind for f in found} == {LOST}
    assert {f.where for f in found} >= {tab(few, "targets"), sheet.title, courses.title}
    assert any(str(name) in f.given for f in found)


def test_a_table_without_its_heads_and_receipts_is_still_proved(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    sheet = book[tab(few, "courses")]
    receipts = at(few, sheet, "ui.col.receipt")
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, receipts).value = None
    for column in range(1, receipts):
        sheet.cell(HEAD, column).value = None
    lower = sheet.cell(HEAD + 1, at(few, book[tab(few, "places")], "ui.col.numerator"))
    lower.value += 1
    book.save(tmp_path / "bare.xlsx")
    found = prove(few, tmp_path / "bare.xlsx")
    assert [f.where for f in found if f.kind == WRONG] == [f"{sheet.title}!{lower.coordinate}"]
    assert few.say("ui.col.receipt") in [f.given for f in found if f.kind == LOST]


def test_a_copied_excerpt_is_proved_by_its_receipts(few: Facts, brief: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(brief)
    sheet, copy = book[tab(few, "places")], book.create_sheet("摘录 excerpt")
    for row in sheet.iter_rows(min_row=HEAD, max_row=HEAD + 6):
        for cell in row:
            copy.cell(cell.row, cell.column).value = cell.value
    book.save(tmp_path / "excerpt.xlsx")
    assert prove(few, tmp_path / "excerpt.xlsx") == []
    copy.cell(HEAD + 2, 2).value = "2031"
    book.save(tmp_path / "excerpt.xlsx")
    assert [(f.kind, f.where) for f in prove(few, tmp_path / "excerpt.xlsx")] == [(WRONG, f"{copy.title}!B5")]


@pytest.mark.slow
def test_saved_again_by_libreoffice(facts: Facts, made: Path, tmp_path: Path) -> None:
    office = needed()
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), str(made)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    saved = tmp_path / "saved" / made.name
    assert prove(facts, saved) == []
    point = re.compile(r"(<c:numCache>.*?<c:v>)([^<]*)", re.DOTALL)
    changed = rewritten(saved, tmp_path / "changed.xlsx", lambda part, text: point.sub(r"\g<1>1.5", text, count=1)
                        if part.startswith("xl/charts/chart") else text)  # fmt: skip
    found = prove(facts, changed)
    assert found and {f.kind for f in found} == {WRONG} and {f.given for f in found} == {"1.5"}


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("=A1*B2/C3", 8.0),
        ("= -A1 + 2 * ( B2 - 1 )", 4.0),
        ("='它 表'!$A$1^2", 4.0),
        ("=A1/B2/2", 0.25),
        ("=1e2+.5", 100.5),
    ],
)
def test_plain_arithmetic_is_evaluated(said: str, value: float) -> None:
    assert evaluate(said, lambda _, cell: {"A1": 2.0, "B2": 4.0, "C3": 1.0}[cell]) == value


@pytest.mark.parametrize("said", ["=SUM(A1:B2)", "=A1+", "=1/0", "=A1 B2", '="5"', "=(A1", "=LOG10(5)", "=(0-1)^0.5"])
def test_all_else_is_unknown(said: str) -> None:
    with pytest.raises(Unknown):
        evaluate(said, lambda _, __: 2.0)
