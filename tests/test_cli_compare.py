"""``hfwork compare`` and ``hfwork plan --catalogue`` as commands: what they print, write and refuse."""

from __future__ import annotations

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

from hfwork import cli, text
from hfwork.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *words: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.slow
def test_compare_prints_words_and_writes_all_rows(own_small: Workspace, tmp_path: Path, capsys: Capture) -> None:
    earlier = own_small.build(dt.date(2018, 3, 31))
    later = own_small.current().id
    out = tmp_path / "变化.csv"
    place = ["--workspace", own_small.folder]
    code, said, err = run(capsys, "compare", earlier, "current", "--out", out, *place)
    assert (code, err) == (0, "")
    assert f"{earlier}（截至2018年3月31日）→ {later}（截至2018年6月30日）" in said
    assert "新增期间" in said and "区间" in said and str(out) in said
    raw = out.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert {"期间延长", "新增期间", "最近可比数字"} <= {row["变化"] for row in rows}
    assert all(row["指标"] for row in rows if row["指标标识符"])
    code, said, _ = run(capsys, "compare", "2018-03-31", later[:8], "--lang", "en", *place)
    assert code == 0 and "as of 31 March 2018" in said
    assert text.language() == "zh"


def test_an_unknown_release_is_refused_in_both_languages(small: Workspace, tmp_path: Path, capsys: Capture) -> None:
    known = small.current().id
    for lang, words in (("zh", "没有发布件"), ("en", "no release")):
        for pair in ((known[:-1] + "!", "current"), ("current", known[:-1] + "!")):
            code, out, err = run(capsys, "compare", *pair, "--workspace", small.folder, "--lang", lang)
            assert (code, out) == (1, "") and words in err and known in err
    code, out, err = run(capsys, "compare", "current", "current", "--workspace", tmp_path)
    assert (code, out) == (1, "") and str(tmp_path) in err
    code, out, err = run(capsys, "compare", "current", "--workspace", small.folder)
    assert (code, out) == (2, "") and "NEW" in err


def test_nothing_is_written_where_it_cannot_be(small: Workspace, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "nowhere" / "x.csv"
    code, _, err = run(capsys, "compare", "current", "current", "--out", out, "--workspace", small.folder)
    assert code == 1 and str(out) in err and not out.exists()


def test_plan_prints_its_outline(capsys: Capture) -> None:
    for lang, words in (
        ("zh", ("文明家庭", "组织发动阶段", "项")),
        ("en", ("Civility families", "Organisation", "indicators")),
    ):
        code, out, err = run(capsys, "plan", "--plan", "ninghe-2016", "--lang", lang)
        assert (code, err) == (0, "") and all(word in out for word in words)


def test_catalogue_in_docs_is_what_the_plan_gives(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "indicators.md"
    code, out, _ = run(capsys, "plan", "--plan", ROOT / "data" / "ninghe-2016", "--catalogue", file)
    assert code == 0 and str(file) in out
    assert file.read_bytes().decode() == (ROOT / "docs" / "indicators.md").read_bytes().decode().replace(
        os.linesep, "\n"
    )
