"""The commands: the whole way works, and every mistake ends in one clear message with nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from adverse import limited, no_privilege, shell
from openpyxl import load_workbook

from hfwork import cli, text
from hfwork.errors import HfworkError
from hfwork.intake.ledger import Ledger, hash_of
from hfwork.release import bundle, packing
from hfwork.workspace import Workspace, open_workspace

ROOT = Path(__file__).resolve().parent.parent
NINGHE = ROOT / "data" / "ninghe-2016"
LANGUAGES = ("zh", "en")
MONTH = "2017-11"  # the one month 丰台镇 has not reported in the small district
Capture = pytest.CaptureFixture[str]


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash, every link with its target."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        found[name] = os.readlink(path) if path.is_symlink() else "" if path.is_dir() else hash_of(path)
    return found


def run(capsys: Capture, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def done(capsys: Capture, *words: object) -> str:
    code, out, err = run(capsys, *words)
    assert code == 0, err
    return out


def refused(capsys: Capture, folder: Path, words: list[object], *named: str, code: int = 1) -> None:
    """In both languages: one message on stderr that names the offender, and the folder is as it was."""
    before = tree(folder)
    messages = []
    for lang in LANGUAGES:
        given, out, err = run(capsys, "--lang", lang, *words)
        assert (given, out) == (code, ""), err
        assert err.strip() and "Traceback" not in err and err.count("\n") < 30
        assert all(name in err for name in named if name), err
        messages.append(err)
    assert messages[0] != messages[1]
    assert tree(folder) == before


def filled(form: Path, target: Path, change: Callable[[Any], object] = lambda sheet: None, src: int = 1) -> Path:
    """A blank return filled in, in Excel's place: every village 1 lecture, 20 attendances …"""
    book = load_workbook(form)
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(4, sheet.max_row - 2):
        for cell, value in zip(row[1:], (src, 0, 20, 5, 1, 10), strict=True):
            cell.value = value
    change(sheet)
    book.save(target)
    return target


@pytest.fixture(scope="module")
def form(small: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small.template("activity", "丰台镇", MONTH, tmp_path_factory.mktemp("form"))


@pytest.fixture(scope="module")
def receipt(small: Workspace) -> str:
    code = small.current().cells()["receipt"].iloc[0]
    assert isinstance(code, str)
    return code


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    yield
    assert text.language() == "zh"  # a command leaves the language of the process alone


# -- the whole way


@pytest.mark.slow
def test_the_whole_way(small: Workspace, tmp_path: Path, capsys: Capture) -> None:
    ws, forms = tmp_path / "工作 区", tmp_path / "forms"
    place = ["--workspace", ws]
    assert str(ws) in done(capsys, "init", ws, "--plan", small.folder / "plan")
    assert "activity" in done(capsys, "layout", *place)
    done(capsys, "template", "activity", "丰台镇", "2018年6月", "--out", forms, *place)
    form = next(forms.glob("*.xlsx"))
    filled(form, form)
    code, _, err = run(capsys, "receive", tmp_path / "nothing.xlsx", *place)
    assert code == 1 and "nothing.xlsx" in err

    before = tree(ws)
    assert "28" in done(capsys, "check", form, *place)
    assert tree(ws) == before  # checking receives nothing
    assert "收到1份" in done(capsys, "receive", form, *place)
    received = tree(ws)
    assert "收到0份" in done(capsys, "receive", form, *place)  # the same file again
    copied = shutil.copy(form, tmp_path / "another name.xlsx")
    assert "重复1份" in done(capsys, "receive", copied, *place)
    assert tree(ws) == received
    wrong = filled(form, tmp_path / "second.xlsx", lambda sheet: None, 2)
    refused(capsys, ws, ["receive", wrong, *place], "second.xlsx", "2018-06", form.name)
    done(capsys, "correct", wrong, *place)
    assert len(done(capsys, "ledger", *place).splitlines()) == 2
    assert "2" in done(capsys, "verify", *place)

    done(capsys, "build", "--as-of", "2018-06-30", *place)
    assert not (ws / "releases" / "current").exists()  # built is not published
    identity = done(capsys, "publish", "--lang", "en", *place).split()[2]
    assert (ws / "releases" / "current").resolve().name == identity
    release = open_workspace(ws).current()
    cells = release.cells("family_lectures", by="township", period="2018-06").set_index("place")
    assert cells.loc["120117104000", "value"] == 28 * 2  # the correction counts, once
    traced = done(capsys, "trace", cells.loc["120117104000", "receipt"], "--lang", "en", *place)
    assert "second.xlsx" in traced and form.name not in traced and identity in traced


def figures(workspace: Workspace) -> list[dict[str, Any]]:
    """Every figure of the overview page with its names."""
    page = workspace.current().page("overview")
    places = [place["code"] for place in page["places"]] + [page["root"]["code"]]  # -1 is the root
    cells = packing.columns(page)
    rows = [dict(zip(cells, values, strict=True)) for values in zip(*cells.values(), strict=True)]
    for row in rows:
        row["indicator"] = page["indicators"][row["indicator"]]["id"]
        row["place"], row["period"] = places[row["place"]], page["periods"][row["period"]]["token"]
    return rows


COMPARED = ("indicator", "place", "period", "state", "numerator", "denominator", "value", "reason", "grade")


def same(page: dict[str, Any], cell: dict[str, Any]) -> bool:
    def plain(value: Any) -> Any:
        return None if value is None or value != value else value

    pairs = [(plain(page[name]), plain(cell[name])) for name in COMPARED]
    return all(
        shown == pytest.approx(true, rel=1e-4, abs=6e-5) if isinstance(shown, float) else (shown or "") == (true or "")
        for shown, true in pairs
    )


def test_every_figure_of_the_page_is_the_cell_of_its_receipt(small: Workspace) -> None:
    cells = {str(cell["receipt"]): cell for cell in small.current().cells().to_dict("records")}
    rows = [row for row in figures(small) if row["value"] is not None]
    assert len(rows) > 500 and len({row["receipt"] for row in rows}) == len(rows)
    assert {row["state"] for row in figures(small) if not row["receipt"]} == {"missing", "not_applicable", "suppressed"}
    assert [row for row in rows if not same(row, {str(k): v for k, v in cells[row["receipt"]].items()})] == []


@pytest.mark.slow
def test_figures_of_every_indicator_and_state_can_be_traced(small: Workspace, capsys: Capture) -> None:
    cells = small.current().cells()
    rows = [{str(k): v for k, v in cell.items()} for cell in cells[cells["level"] != "village"].to_dict("records")]
    kinds = {(row["indicator"], row["state"], row["reason"]): row for row in rows}
    for number, row in enumerate(kinds.values()):
        found = small.trace(row["receipt"])
        assert same(row, found["cell"])
        assert len(found["files"]) or row["state"] in ("missing", "not_applicable"), row
        if number < 12:
            out = done(
                capsys, "trace", row["receipt"].lower(), "--workspace", small.folder, "--lang", LANGUAGES[number % 2]
            )
            assert row["receipt"] in out and row["place"] in out and small.current().id in out


@pytest.mark.slow
@pytest.mark.parametrize("which", ["small", "carolina"])
def test_every_receipt_of_the_page_can_be_traced(which: str, request: pytest.FixtureRequest) -> None:
    workspace: Workspace = request.getfixturevalue(which)
    for row in (row for row in figures(workspace) if row["receipt"]):
        assert same(row, workspace.trace(row["receipt"])["cell"])


# -- the same inputs give the same release

AGAIN = """
import sys
from hfwork.workspace import open_workspace
import datetime as dt
ws = open_workspace(sys.argv[1]); ws.threads = int(sys.argv[2])
print(ws.build(dt.date(2018, 6, 30)))
"""


@pytest.mark.slow
def test_damaged_tables_are_named_and_a_rebuild_gives_the_same_release(own_small: Workspace, capsys: Capture) -> None:
    place, identity = ["--workspace", own_small.folder], own_small.current().id
    before = tree(own_small.releases)
    for name, damage in (("couples", Path.unlink), ("activity", lambda file: file.write_bytes(b"PAR1"))):
        for file in (own_small.vault / "tables" / name).iterdir():
            file.unlink() if file.suffix == ".prepared" else damage(file)
        refused(capsys, own_small.folder, ["build", "--as-of", "2018-06-30", *place], "hfwork rebuild", "tables")
    shutil.rmtree(own_small.vault / "tables")
    assert identity in done(capsys, "rebuild", *place)
    assert tree(own_small.releases) == before


@pytest.mark.slow
def test_the_release_does_not_depend_on_clock_locale_or_threads(own_small: Workspace) -> None:
    releases, identity = own_small.releases, own_small.current().id
    before = tree(releases)
    others = [("1", "1", {"TZ": "Asia/Shanghai", "LC_ALL": "zh_CN.GB18030"}),
              ("2", "2", {"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "HFWORK_LANG": "en"})]  # fmt: skip
    for seed, threads, environment in others:
        shutil.rmtree(releases / identity)  # written anew, not found there
        for prepared in (own_small.vault / "tables").rglob("*.prepared"):
            prepared.unlink()
        again = [sys.executable, "-c", AGAIN, str(own_small.folder), threads]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, **environment}
        out = subprocess.run(again, env=environment, capture_output=True, text=True, check=True).stdout
        assert out.strip() == identity
        assert tree(releases) == before  # also every byte, receipts included


@pytest.mark.slow
def test_counts_do_not_depend_on_threads(small: Workspace) -> None:
    alone = open_workspace(small.folder)
    alone.threads = 1
    day = small.built_as_of()
    assert alone.count(day).counts.equals(open_workspace(small.folder).count(day).counts)


@pytest.mark.slow
def test_an_unfinished_release_is_ignored(own_small: Workspace, receipt: str, capsys: Capture) -> None:
    releases, identity = own_small.releases, own_small.current().id
    part = shutil.copytree(releases / identity, releases / f".{identity}.123.part")
    (part / "cells.parquet").write_bytes(b"PAR1")
    (releases / "abc.txt").write_text("x")
    (releases / "notes").mkdir()
    place = ["--workspace", own_small.folder]
    assert identity in done(capsys, "publish", *place)
    assert identity in done(capsys, "trace", receipt, *place)
    for name in (part.name, "notes", "built", "current", ".."):
        refused(capsys, own_small.folder, ["publish", *place, "--", name], name, identity)


@pytest.mark.slow
def test_a_new_build_is_not_seen_before_it_is_published(own_small: Workspace, receipt: str, capsys: Capture) -> None:
    place = ["--workspace", own_small.folder]
    before = tree(own_small.releases / "current")
    identity = done(capsys, "build", "--as-of", "2018-05-31", "--lang", "en", *place).split()[1]
    assert own_small.current().id != identity and tree(own_small.releases / "current") == before
    done(capsys, "publish", *place)
    assert own_small.current().id == identity
    assert receipt in done(capsys, "trace", receipt, *place)  # figures of earlier releases stay traceable


# -- mistakes on the command line

USAGE: list[tuple[list[object], str, str]] = [
    (["biuld"], "biuld", "build"),
    (["BUILD"], "BUILD", "build"),
    (["build", "--asof", "2018-06-30"], "--asof", "--as-of"),
    (["build", "--as_of=2018-06-30"], "--as_of", "--as-of"),
    (["build"], "--as-of", "hfwork build"),
    (["build", "--as-of"], "--as-of", "DATE"),
    (["build", "--as"], "--as", "--as-of"),
    (["receive"], "FILE", "hfwork receive"),
    (["template", "activity"], "PLACE, PERIOD", "TABLE"),
    (["trace", "A", "B"], "B", "hfwork trace"),
    (["ledger", "extra"], "extra", "hfwork ledger"),
    (["demo", "--small=yes"], "--small", "hfwork demo"),
    (["--workspac", "x", "ledger"], "--workspac", "--workspace"),
    (["serve", "--port", "99999"], "99999", "65535"),
    (["serve", "--port", "-1"], "-1", "65535"),
    (["serve", "--port", "9" * 5000], "9999", "65535"),
    (["serve", "--port", "http"], "http", "65535"),
    (["serve", "--no-login", "--new-password"], "--no-login", "--new-password"),
    (["ledger", "--lang"], "--lang", "hfwork ledger"),
    (["-x"], "-x", "--help"),
    (["board"], "--out", "hfwork board"),
    (["receive", ""], '""', "hfwork receive"),
    (["ledger", "--workspace="], '""', "hfwork ledger"),
]


@pytest.mark.parametrize(("words", "offender", "meant"), USAGE, ids=lambda value: str(value)[:40])
def test_usage(words: list[object], offender: str, meant: str, tmp_path: Path, capsys: Capture) -> None:
    refused(capsys, tmp_path, words, offender, meant, code=2)


@pytest.mark.parametrize("words", [["--lang", "eng"], ["ledger", "--lang=eng"]])
def test_unknown_language(words: list[str], capsys: Capture) -> None:
    code, out, err = run(capsys, *words, *([] if "ledger" in words else ["ledger"]))
    assert (code, out) == (2, "") and "eng" in err and "zh、en" in err


# -- mistakes in what commands are given: {ws} a sound workspace, {tmp} an empty folder

GIVEN: list[tuple[str, str, str]] = [
    ("build --as-of 2018-06-31", "2018-06-31", "2018-06-30"),
    ("build --as-of 2018/6/30", "2018/6/30", "2018-06-30"),
    ("build --as-of 20180630", "20180630", "2018-06-30"),
    ("build --as-of 30.06.2018", "30.06.2018", "2018-06-30"),
    ("build --as-of 2018-W26-6", "2018-W26-6", ""),
    ("build --as-of nonsense", "nonsense", ""),
    ("build --as-of 2999-01-01", "2999-01-01", ""),
    ("build --as-of 2016-05-31", "2016-05-31", "2016-06-01"),
    ("build --as-of 0001-01-01", "0001-01-01", "2016-06-01"),
    ("template activty 丰台镇 2017-11", "activty", "activity"),
    ("template activity 丰台真 2017-11", "丰台真", "丰台镇"),
    ("template activity 丰台镇 2017-13", "2017-13", "2018-06"),
    ("template activity 丰台镇 2017-Q4", "2017-Q4", ""),
    ("template activity 丰台镇 2017-q4", "2017-q4", "2018-Q2"),
    ("template activity 丰台镇 0000-01", "0000-01", "2018-06"),
    ("template activity 丰台镇 MC0001", "MC0001", "MC2018"),
    ("template activity 宁河区 2017-11", "宁河区", "宁河镇"),
    ("template activity 12011710499 2017-11", "12011710499", ""),
    ("template couples 丰台镇 2018-07", "2018-07", ""),
    ("template activity 丰台镇 2017-11 --out {ws}/workspace.yaml", "workspace.yaml", ""),
    ("template activity 丰台镇 2017-11 --out {ws}/workspace.yaml/deeper", "workspace.yaml", ""),
    ("publish 0123456789abcdef", "0123456789abcdef", ""),
    ("publish current", "current", ""),
    ("trace hello", "hello", "HF-7K3M-92QD-5"),
    ("trace HF-7K3M-92QD-9", "HF-7K3M-92QD-9", ""),
    ("trace HF-0000-0000-0", "HF-0000-0000-0", ""),
    ("receive {ws}/inbx", "inbx", "inbox"),
    ("receive {ws}/releases", "releases", ""),
    ("check {tmp}", "{tmp}", ""),
    ("correct no/such/file.xlsx", "file.xlsx", ""),
    ("receive {long}", "nnnnnnnn", ""),
    ("init {ws}", "{ws}", ""),
    ("init {ws}/workspace.yaml", "workspace.yaml", ""),
    ("init {ws}/workspace.yaml/x", "workspace.yaml", ""),
    ("init {ws}/plan/inside --plan {ws}/plan", "inside", "plan"),
    ("init {tmp}/new --plan ninghe-2061", "ninghe-2061", "ninghe-2016"),
    ("init {tmp}/new --plan {ws}/vault", "vault", "campaign.yaml"),
    ("plan --plan north-carolina-1975", "north-carolina-1975", "north-carolina-1974"),
    ("demo --plan ningh --no-serve", "ningh", "ninghe-2016"),
    ("demo --plan north-carolina-1974 --no-serve", "{ws}", "north-carolina-1974"),
    ("ledger --workspace {tmp}", "{tmp}", "hfwork init"),
    ("plan --workspace {tmp}", "{tmp}", "hfwork init"),
    ("serve --workspace {tmp}", "{tmp}", "hfwork init"),
    ("build --as-of 2018-06-30 --workspace {ws}/plan", "plan", "hfwork init"),
    ("verify --workspace {ws}/workspace.yaml", "workspace.yaml", "hfwork init"),
    ("serve --release {ws}/plan", "plan", "datapackage.json"),
    ("board --release {ws}/plan --out {tmp}/board.html", "plan", "datapackage.json"),
    ("board --workspace {tmp} --out {tmp}/board.html", "{tmp}", "hfwork init"),
    ("board --out {tmp}/no/such/board.html", "{tmp}/no/such", ""),
    ("board --out {ws}/workspace.yaml/board.html", "{ws}/workspace.yaml", ""),
    ("board --out {ws}", "{ws}", ""),
]


@pytest.mark.slow
@pytest.mark.parametrize(("line", "offender", "meant"), GIVEN, ids=[line for line, _, _ in GIVEN])
def test_given(line: str, offender: str, meant: str, small: Workspace, tmp_path: Path, capsys: Capture) -> None:
    place = {"ws": small.folder, "tmp": tmp_path, "long": "n" * 300}
    words: list[object] = [word.format(**place) for word in line.split()]
    if "--workspace" not in words:
        words = ["--workspace", small.folder, *words]
    refused(capsys, small.folder, words, offender.format(**place), meant)
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_a_mistyped_receipt_finds_its_neighbour(small: Workspace, receipt: str, capsys: Capture) -> None:
    other = "A" if receipt[3] != "A" else "B"
    wrong = "A" if receipt[5] != "A" else "B"
    for typed in (receipt[:3] + other + receipt[4:], receipt[:5] + wrong + receipt[6:], receipt[:-1], receipt + "7"):
        refused(capsys, small.folder, ["trace", typed, "--workspace", small.folder], typed, receipt)


@pytest.mark.parametrize(("typed", "code"), [("healt_record_coverage", "unknown_indicator"), ("town", "unknown_level"),
                                             ("2018-Q9", "unknown_period"), ("2018-02-30", "bad_day")])  # fmt: skip
def test_analysts_misspell(typed: str, code: str, small: Workspace) -> None:
    asked: dict[str, dict[str, str]] = {
        "unknown_indicator": {"indicator": typed}, "unknown_level": {"by": typed},
        "unknown_period": {"period": typed}, "bad_day": {"as_of": typed},
    }  # fmt: skip
    doors = [small.cells] if code in ("unknown_indicator", "bad_day") else [small.current().cells]
    for door in doors:
        with pytest.raises(HfworkError) as error:
            door(**asked[code])
        assert error.value.code == code
        for lang in LANGUAGES:
            assert typed in error.value.message(lang)


def test_full_width_typing_is_understood(small: Workspace, tmp_path: Path, receipt: str, capsys: Capture) -> None:
    wide = {ord(a): ord(a) + 0xFEE0 for a in "0123456789-HFABCDEGJKMNPQRSTVWXYZ"}
    place = ["--workspace", small.folder]
    done(capsys, "template", "activity", "丰台镇", "2017-11".translate(wide), "--out", tmp_path, *place)
    assert receipt in done(capsys, "trace", receipt.translate(wide), *place)


def test_a_form_is_never_overwritten(small: Workspace, tmp_path: Path, capsys: Capture) -> None:
    words = ["template", "activity", "丰台镇", MONTH, "--out", tmp_path, "--workspace", small.folder]
    for lang in LANGUAGES:
        done(capsys, *words, "--lang", lang)
    for lang in LANGUAGES:
        before = tree(tmp_path)
        code, out, err = run(capsys, *words, "--lang", lang)
        assert (code, out) == (1, "") and f"_{MONTH}.xlsx" in err
        assert tree(tmp_path) == before and len(before) == 2


# -- mistakes in files


def say(sheet: Any, row: int, column: int, value: object) -> None:
    sheet.cell(row, column).value = value


def reword(sheet: Any, old: str, new: str) -> None:
    for cell in sheet[2]:
        cell.value = str(cell.value).replace(old, new) if cell.value else None


def make_bad_files(form: Path, couples: Path, folder: Path) -> dict[str, tuple[str, str]]:
    """Bad files by name: (what the message must name, what it must offer)."""
    made: dict[str, tuple[str, str]] = {}

    def sheet(name: str, offender: str, meant: str, change: Callable[[Any], object]) -> None:
        filled(form, folder / name, change)
        made[name] = (offender, meant)

    def raw(name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)
        made[name] = (name, "")

    def couple(name: str, offender: str, column: str, value: object) -> None:
        book = load_workbook(couples)
        rows = book.worksheets[0]
        headings = [cell.value for cell in rows[3]]
        row = {"夫妇编号": "C1", "村居代码": "120117104201", "列为目标人群日期": "2018-01-02", column: value}
        for heading, cell in row.items():
            say(rows, 4, headings.index(heading) + 1, cell)
        book.save(folder / name)
        made[name] = (offender, "")

    def repeat(sheet: Any) -> None:
        say(sheet, 4, 1, "120117104202")
        say(sheet, 4, 2, 7)

    sheet("unknown code.xlsx", "120117104299", "120117104219", lambda s: say(s, 4, 1, "120117104299"))
    sheet("misspelt.xlsx", "丰台东材村委会", "丰台东村村委会", lambda s: say(s, 4, 1, "丰台东材村委会"))
    sheet("other town.xlsx", "120117102201", "", lambda s: say(s, 4, 1, "120117102201"))
    sheet("no code.xlsx", "4", "", lambda s: say(s, 4, 1, None))
    sheet("words.xlsx", "八十", "", lambda s: say(s, 4, 2, "八十"))
    sheet("negative.xlsx", "-3", "", lambda s: say(s, 4, 2, -3))
    sheet("huge.xlsx", "1E+30", "", lambda s: say(s, 4, 2, 10**30))
    sheet("long.xlsx", "长长长", "", lambda s: say(s, 4, 1, "长" * 30_000))
    sheet("{brace}.xlsx", "{given}%s", "", lambda s: say(s, 4, 1, "{given}%s"))
    sheet("rule.xlsx", "9 / 1", "", lambda s: say(s, 4, 3, 9))
    sheet("twice.xlsx", "120117104202", "", repeat)
    sheet("merged.xlsx", "5", "", lambda s: s.merge_cells("B4:B6"))
    sheet("heading.xlsx", "讲座场数", "家庭文化讲座场次", lambda s: say(s, 3, 2, "家庭文化讲座场数"))
    sheet("same heading.xlsx", "讲座参加人次", "", lambda s: say(s, 3, 3, "讲座参加人次"))
    sheet("two sheets.xlsx", "activity Copy", "", lambda s: s.parent.copy_worksheet(s))
    sheet("sender.xlsx", "丰合镇", "丰台镇", lambda s: reword(s, "丰台镇（120117104000）", "丰合镇"))
    sheet("period.xlsx", "2017-13", "2018-06", lambda s: reword(s, MONTH, "2017-13"))
    sheet("future.xlsx", "2031-11", "", lambda s: reword(s, MONTH, "2031-11"))
    sheet("far cell.xlsx", "far cell.xlsx", "500,000", lambda s: say(s, 600_000, 2, 1))
    couple("future row.xlsx", "2029-01-01", "检查日期", "2029-01-01")
    couple("no such day.xlsx", "2018-02-30", "检查日期", "2018-02-30")
    couple("risk.xlsx", "高凤险", "风险评估", "高凤险")
    couple("mangled.xlsx", "1.2E+17", "夫妇编号", "1.2E+17")
    whole = form.read_bytes()
    raw("empty.xlsx", b"")
    raw("blank.xlsx", b" \n" * 50)
    raw("cut.xlsx", whole[:2000])
    raw("cut short.xlsx", whole[:-30])
    raw("text.xlsx", b"hello, world\n")
    raw("zeros.xlsx", bytes(5000))
    raw("no workbook.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    raw("page.xls", b"<html><table><tr><td>1</td></tr></table></html>")
    raw("utf-16.csv", "村居代码,家庭文化讲座场次\n".encode("utf-16"))
    raw("gbk.csv", "单位,数\n丰台,1\n".encode("gbk"))
    for name, inner in (("bomb.xlsx", bytes(200 * 2**20)), ("no zip workbook.xlsx", b"x")):
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("xl/workbook.xml" if "bomb" in name else "a.txt", "<x/>")
            archive.writestr("xl/worksheets/sheet1.xml", inner)
        made[name] = (name, "")
    return made


@pytest.mark.slow
def test_bad_files_are_refused_together_and_each_by_name(
    small: Workspace, form: Path, tmp_path: Path, capsys: Capture
) -> None:
    couples = small.template("couples", "丰台镇", "2018-07-10", tmp_path / "forms")
    folder = tmp_path / "bad"
    folder.mkdir()
    made = make_bad_files(form, couples, folder)
    before = tree(small.folder)
    said: dict[str, str] = {}
    for way in ("receive", "check"):
        with pytest.raises(HfworkError) as error:
            getattr(small, way)([folder], today=small.built_as_of().replace(year=2026))
        for lang in LANGUAGES:
            said[lang] = "\n".join(problem.message(lang) for problem in error.value.problems)
    assert tree(small.folder) == before
    missing = [(n, f, lang) for lang in LANGUAGES for n, pair in made.items() for f in pair if f not in said[lang]]
    assert missing == []
    assert max(map(len, said["zh"].splitlines())) < 1000
    refused(capsys, small.folder, ["receive", folder, "--workspace", small.folder], "cut.xlsx")


def test_one_bad_file_keeps_the_good_ones_out(small: Workspace, form: Path, tmp_path: Path, capsys: Capture) -> None:
    filled(form, tmp_path / "good.xlsx")
    bad = filled(form, tmp_path / "八十.xlsx", lambda s: say(s, 4, 2, "八十"))
    refused(capsys, small.folder, ["receive", tmp_path, "--workspace", small.folder], bad.name, "八十")


def test_odd_but_sound_files_are_received(own_small: Workspace, form: Path, tmp_path: Path, capsys: Capture) -> None:
    def two(sheet: Any) -> None:
        sheet.parent.copy_worksheet(sheet).sheet_state = "hidden"
        sheet.parent.create_sheet("说明").append(["本表每月 5 日前报送"])

    target = tmp_path / "深 层" / "目录 [1]"
    target.mkdir(parents=True)
    file = filled(form, target / "丰台　镇 {0} 'quoted' 🎉.xlsx", two)
    linked = tmp_path / "link"
    linked.symlink_to(target)
    place = ["--workspace", own_small.folder]
    assert "收到1份" in done(capsys, "receive", linked, *place)
    assert "重复1份" in done(capsys, "receive", file, *place)
    assert file.name in done(capsys, "ledger", *place)
    done(capsys, "verify", *place)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps such names")
def test_names_that_are_no_text(small: Workspace, form: Path, tmp_path: Path, capsys: Capture) -> None:
    named = os.fsencode(tmp_path) + "/丰台镇.xlsx".encode("gbk")
    with open(named, "wb") as handle:
        handle.write(filled(form, tmp_path / "x.xlsx").read_bytes())
    refused(capsys, small.folder, ["receive", os.fsdecode(named), "--workspace", small.folder], "xlsx")
    refused(capsys, small.folder, ["ledger", "--workspace", os.fsdecode(named)], "xlsx")


# -- damaged workspaces

SETTINGS = {
    "": "workspace.yaml", "sample: [": "workspace.yaml", "a": "workspace.yaml", "- 1": "workspace.yaml",
    "format: 1\nplan: x\nsampel: true": "sample", "format: 2\nplan: x": "format", "plan: x": "format",
    "format: 1\nplan: x\nsample: maybe": "maybe", "\0": "workspace.yaml", "a: &a [*a]": "workspace.yaml",
}  # fmt: skip


@pytest.mark.parametrize("content", SETTINGS)
def test_broken_settings(content: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "workspace.yaml").write_text(content)
    shutil.copytree(NINGHE, tmp_path / "plan")
    refused(capsys, tmp_path, ["ledger", "--workspace", tmp_path], "workspace.yaml", SETTINGS[content])


BROKEN_PLANS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "misspelt key": ("campaign.yaml", "monitoring:", "monitorng:", ("monitorng", "monitoring", "campaign.yaml")),
    "misspelt heading": ("places.csv", "valid_from", "valid_form", ("valid_form", "valid_from", "places.csv")),
    "misspelt policy": ("policy.yaml", "minimum_count", "minimum_cout", ("minimum_cout", "minimum_count")),
    "no file": ("columns.yaml", "", "", ("columns.yaml",)),
}


@pytest.mark.slow
@pytest.mark.parametrize("which", BROKEN_PLANS)
def test_broken_plan(which: str, tmp_path: Path, capsys: Capture) -> None:
    name, old, new, named = BROKEN_PLANS[which]
    plan = shutil.copytree(NINGHE, tmp_path / "计划")
    if old:
        (plan / name).write_text((plan / name).read_text("utf-8").replace(old, new, 1), "utf-8")
    else:
        (plan / name).unlink()
    refused(capsys, tmp_path, ["init", tmp_path / "new", "--plan", plan], *named)
    refused(capsys, tmp_path, ["plan", "--plan", plan], *named)
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "workspace.yaml").write_text("format: 1\nplan: x\n")
    plan.rename(tmp_path / "ws" / "plan")
    for command in (["verify"], ["build", "--as-of", "2018-06-30"], ["rebuild"], ["publish"]):
        refused(capsys, tmp_path, [*command, "--workspace", tmp_path / "ws"], *named)


@pytest.mark.slow
def test_an_empty_workspace(tmp_path: Path, capsys: Capture) -> None:
    ws = tmp_path / "ws"
    done(capsys, "init", ws, "--plan", NINGHE)
    for words, named in (
        (["build", "--as-of", "2018-06-30"], "hfwork receive"), (["build", "--as-of", "2016-05-31"], "2016-06-01"),
        (["publish"], "hfwork build"), (["trace", "HF-0000-0000-0"], "HF-0000-0000-0"),
        (["serve", "--port", "0"], "hfwork publish"),
    ):  # fmt: skip
        refused(capsys, ws, [*words, "--workspace", ws], named)
    assert done(capsys, "ledger", "--workspace", ws) == ""
    done(capsys, "rebuild", "--workspace", ws)


FILES = ("datapackage.json", "cells.parquet", "plan.json", "pages/overview.json", "findings/receipts.parquet")


@pytest.fixture(scope="module")
def hurt(small: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy whose release the tests damage, and mend again."""
    folder = tmp_path_factory.mktemp("hurt") / "workspace"
    return open_workspace(shutil.copytree(small.folder, folder, symlinks=True))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["gone", "cut", "altered"])
@pytest.mark.parametrize("name", FILES)
def test_damaged_release(name: str, how: str, hurt: Workspace, receipt: str, capsys: Capture) -> None:
    place, identity = ["--workspace", hurt.folder], hurt.current().id
    file = hurt.releases / identity / name
    content = file.read_bytes()
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 2] if how == "cut" else content.replace(b"0", b"1", 3))
    try:
        if (name, how) != ("datapackage.json", "altered"):  # nothing tells what a manifest should be
            refused(capsys, hurt.folder, ["publish", *place], file.name)
            refused(capsys, hurt.folder, ["publish", identity, *place], file.name)
        if how != "altered" and name == "pages/overview.json":
            refused(capsys, hurt.folder, ["serve", "--port", "0", *place], name.split("/")[1])
        elif how != "altered":
            refused(capsys, hurt.folder, ["trace", receipt, *place], file.name)
        if how != "altered" and name == "datapackage.json":
            refused(capsys, hurt.folder, ["serve", "--port", "0", *place], name)
            refused(capsys, hurt.folder, ["rebuild", *place], name)
    finally:
        file.write_bytes(content)


@pytest.mark.slow
def test_building_again_mends_a_damaged_release(own_small: Workspace, capsys: Capture) -> None:
    sound = tree(own_small.releases)
    (own_small.current().folder / "cells.parquet").write_bytes(b"PAR1")
    (own_small.current().folder / "plan.json").unlink()
    assert own_small.current().id in done(capsys, "build", "--as-of", "2018-06-30", "--workspace", own_small.folder)
    assert tree(own_small.releases) == sound  # to the byte: receipts on paper stay good


@pytest.mark.slow
def test_an_altered_vault_is_noticed(own_small: Workspace, capsys: Capture) -> None:
    place = ["--workspace", own_small.folder]
    entry = own_small.entries()[3]
    stored = own_small.vault / "received" / entry.sha256 / entry.name
    content = stored.read_bytes()
    stored.chmod(0o640)
    stored.write_bytes(content + b"x")
    refused(capsys, own_small.folder, ["verify", *place], entry.name)
    refused(capsys, own_small.folder, ["rebuild", *place], entry.name)
    stored.write_bytes(content)
    done(capsys, "verify", *place)
    ledger = own_small.vault / "ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ways: list[tuple[list[object], list[bytes]]] = [
        (["verify"], [*lines[:2], *lines[3:]]),
        (["ledger"], [*lines, b"[" * 5000 + b"\n"]),
        (["rebuild"], [*lines, b'{"a": 1}\n']),
        (["build", "--as-of", "2018-06-30"], [b"\xff\n", *lines]),
    ]
    for words, broken in ways:
        ledger.write_bytes(b"".join(broken))
        refused(capsys, own_small.folder, [*words, *place], "ledger.jsonl")


@pytest.mark.slow
def test_parts_of_a_workspace_that_are_something_else(
    own_small: Workspace, form: Path, tmp_path: Path, capsys: Capture
) -> None:
    ws, file = own_small.folder, filled(form, tmp_path / "good.xlsx")
    build: list[object] = ["build", "--as-of", "2018-06-30"]
    changes: list[tuple[str, str, list[list[object]]]] = [
        ("vault", "vault", [["receive", file], ["verify"], ["rebuild"], build]),
        ("vault/ledger.jsonl", "ledger.jsonl", [["receive", file], ["verify"], ["ledger"]]),
        ("vault/.lock", ".lock", [["receive", file]]),
        ("plan", "plan", [["verify"], ["plan"]]),
        ("releases/current", "current", [["publish"]]),
    ]
    for name, named, commands in changes:
        part, kept = ws / name, tmp_path / "kept"
        folder = part.is_dir() and not part.is_symlink()
        part.rename(kept)
        part.write_text("x") if folder else part.mkdir()
        for words in commands:
            refused(capsys, ws, [*words, "--workspace", ws], named)
        part.unlink() if folder else part.rmdir()
        kept.rename(part)
    stray = shutil.copytree(own_small.current().folder, own_small.releases / ("a" * 16))
    refused(capsys, ws, ["publish", stray.name, "--workspace", ws], stray.name)
    with Ledger(own_small.vault).lock("someone else"):
        refused(capsys, ws, ["receive", file, "--workspace", ws], "vault")
    done(capsys, "receive", file, "--workspace", ws)


# -- the machine in the way


def test_a_taken_port(small: Workspace, capsys: Capture) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused(capsys, small.folder, ["serve", "--port", port, "--workspace", small.folder], str(port))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs to drop a privilege")
@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_target_that_may_not_be_written(long: bool, own_small: Workspace, form: Path, tmp_path: Path) -> None:
    ws, file = own_small.folder, filled(form, tmp_path / "good.xlsx")
    quick = [
        ["receive", file],
        ["publish"],
        ["init", ws / "new"],
        ["template", "activity", "丰台镇", MONTH, "--out", ws],
    ]
    slow: list[list[object]] = [["rebuild"], ["build", "--as-of", "2018-06-29"]]
    ways = slow if long else quick
    folders = [ws, *(path for path in ws.rglob("*") if path.is_dir() and not path.is_symlink())]
    for folder in folders:
        folder.chmod(0o555)
    (ws / "vault" / ".lock").chmod(0o444)
    before = tree(ws)
    try:
        for lang, words in zip((*LANGUAGES, *LANGUAGES), ways, strict=False):
            out = shell(*words, "--workspace", ws, "--lang", lang, preexec_fn=no_privilege)
            assert (out.returncode, out.stdout) == (1, ""), (words, out.stderr)
            assert ("没有权限" if lang == "zh" else "permission denied") in out.stderr, words
            assert "Traceback" not in out.stderr
        assert tree(ws) == before
    finally:
        for folder in folders:
            folder.chmod(0o755)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on file sizes")
@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_full_target(long: bool, own_small: Workspace, form: Path, tmp_path: Path) -> None:
    file = filled(form, tmp_path / "good.xlsx")
    before = tree(own_small.folder)
    (tmp_path / "out").mkdir()
    quick: list[tuple[int, list[object]]] = [
        (20_000, ["receive", file]),  # the ledger does not fit
        (4_000, ["receive", file]),  # the file does not
        (5_000, ["init", tmp_path / "new"]),
        (1_000, ["template", "activity", "丰台镇", MONTH, "--out", tmp_path / "out"]),
    ]
    ways = [(60_000, ["build", "--as-of", "2018-06-29"]), (3_000, ["rebuild"])] if long else quick
    for size, words in ways:
        out = shell(*words, "--workspace", own_small.folder, "--lang", "en", preexec_fn=limited(size))
        assert (out.returncode, out.stdout) == (1, ""), (words, out.stderr)
        assert "no space left" in out.stderr and "Traceback" not in out.stderr
    assert tree(own_small.folder) == before
    assert not any((tmp_path / "out").iterdir()) and not list((tmp_path / "new").glob("*"))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_cannot_be_written(small: Workspace) -> None:
    with open("/dev/full", "w") as full:
        out = shell("plan", "--workspace", small.folder, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert out.returncode == 1 and "空间不足" in out.stderr and "Exception" not in out.stderr
    for closed in (">&-", "2>&-", "<&-"):
        command = f"{sys.executable} -m hfwork.cli {{}} {closed}"
        for words, code in (("plan --lang en", 0), ("bad --lang en", 2)):
            out = subprocess.run(["bash", "-c", command.format(words)], cwd=ROOT, capture_output=True, text=True)
            assert out.returncode == code and "Traceback" not in out.stderr
    words = f"{sys.executable} -m hfwork.cli ledger --workspace '{small.folder}' | head -n 1"
    piped = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {words}"], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True
    )
    assert piped.returncode == 0 and piped.stderr == b""


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "gbk", "latin-1"])
def test_a_console_without_the_letters(encoding: str, small: Workspace) -> None:
    environment = {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    out = shell("ledger", "--workspace", small.folder, env=environment, encoding=encoding)
    assert out.returncode == 0 and len(out.stdout.splitlines()) > 50
    out = shell("bulid", env=environment, encoding=encoding)
    assert out.returncode == 2 and "bulid" in out.stderr and "Traceback" not in out.stderr


# -- what commands say


def test_help_and_plan_in_both_languages(small: Workspace, capsys: Capture) -> None:
    said = {}
    for lang, words in (("zh", "用法"), ("en", "usage")):
        said[lang] = done(capsys, "--help", "--lang", lang)
        assert said[lang] == done(capsys, "--lang", lang) and words in said[lang]
        assert all(name in said[lang] for name in cli.COMMANDS)
        for name in cli.COMMANDS:
            command = done(capsys, name, "--help", f"--lang={lang}")
            assert words in command and "show this help message" not in command
        for command in ("plan", "layout"):
            said[command + lang] = done(capsys, command, "--lang", lang, "--workspace", small.folder)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in said["en"])
    assert "幸福家庭" in said["planzh"] and "Departments" in said["planen"]
    assert "村居代码" in said["layoutzh"] and "Village code" in said["layouten"]
    assert done(capsys, "plan", "--plan", "north-carolina-1974", "--lang", "en")
    assert done(capsys) == done(capsys, "-h") and done(capsys, "--version").strip()


def test_the_workspace_may_stand_in_the_environment(
    small: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("HFWORK_WORKSPACE", str(small.folder))
    lines = done(capsys, "ledger")
    assert len(lines.splitlines()) == len(small.entries())
    assert lines == done(capsys, "--workspace", small.folder, "ledger")
    refused(capsys, tmp_path, ["ledger", "--workspace", tmp_path], str(tmp_path))
    refused(capsys, tmp_path, ["--workspace", tmp_path, "ledger"], str(tmp_path))


def test_help_is_quick_and_loads_little() -> None:
    probe = (
        "import sys; from hfwork import cli; code = cli.main(['--help'])\n"
        "print('\\n'.join(sys.modules)); sys.exit(code)"
    )
    begun = time.monotonic()
    out = subprocess.run([sys.executable, "-c", probe], env={**os.environ, "PYTHONPATH": str(ROOT)},
                         capture_output=True, text=True, check=True)  # fmt: skip
    took = time.monotonic() - begun
    loaded = set(out.stdout.split())
    assert "hfwork.options" in loaded
    assert not loaded & {"pandas", "numpy", "pyarrow", "duckdb", "pydantic", "sqlglot", "hfwork.workspace"}
    assert took < 5  # a tenth of a second alone; the machine may be busy


def test_a_fault_of_ours_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def broken(options: object) -> None:
        raise RuntimeError("something we did not think of")

    monkeypatch.setitem(cli.COMMANDS, "verify", broken)
    for lang in LANGUAGES:
        code, out, err = run(capsys, "verify", "--lang", lang)
        assert (code, out) == (3, "") and "something we did not think of" in err and "Traceback" not in err
    monkeypatch.setenv("HFWORK_DEBUG", "1")
    with pytest.raises(RuntimeError):
        cli.main(["verify"])


@pytest.mark.slow
def test_a_real_process_says_one_thing(small: Workspace, tmp_path: Path) -> None:
    before = tree(small.folder)
    out = shell("build", "--as-of", "2999-01-01", "--workspace", small.folder)
    assert out.returncode == 1 and out.stdout == "" and out.stderr.count("\n") == 1 and "2999-01-01" in out.stderr
    out = shell("ledger", "--workspace", tmp_path, "--lang", "en")
    assert (out.returncode, out.stdout) == (1, "") and str(tmp_path) in out.stderr
    assert tree(small.folder) == before


def test_the_manifest_covers_every_file(small: Workspace) -> None:
    release = small.current()
    hashed = {resource["path"]: resource["hash"] for resource in release.meta["resources"]}
    files = {f.relative_to(release.folder).as_posix(): f for f in release.folder.rglob("*") if f.is_file()}
    assert set(hashed) == set(files) - {bundle.MANIFEST}
    for name, said in hashed.items():
        assert said == "sha256:" + hashlib.sha256(files[name].read_bytes()).hexdigest()
    assert json.loads(files[bundle.MANIFEST].read_text("utf-8"))["id"] == release.folder.name
