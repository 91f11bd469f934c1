"""``hfwork pack`` as commands: made, refreshed, proved; what is refused, and that nothing of anybody's is lost."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from adverse import limited, no_privilege, shell
from pptx import Presentation

from hfwork import cli, text
from hfwork.present.pack import guard, make, manifest
from hfwork.workspace import Workspace, open_workspace

pytestmark = pytest.mark.slow
PROGRESS = re.compile(r" \d+/\d+$")
ROOT = Path(__file__).resolve().parent.parent
Capture = pytest.CaptureFixture[str]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: Capture) -> Run:
    """Run a command: its exit code, what it says, and what it says of errors."""

    def command(*words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err and code in (0, 1, 2), said.err
        return code, said.out, "\n".join(line for line in said.err.splitlines() if not PROGRESS.search(line))

    return command


@pytest.fixture(scope="module")
def two(small: Workspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str, str]:
    """A workspace with two releases: the earlier and the later one's id."""
    own = open_workspace(shutil.copytree(small.folder, tmp_path_factory.mktemp("two") / "w", symlinks=True))
    later = own.current().id
    return own, own.build(dt.date(2018, 3, 31)), later


@pytest.fixture(scope="module")
def ready(two: tuple[Workspace, str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of the earlier release."""
    from hfwork.release.bundle import open_release

    folder = tmp_path_factory.mktemp("ready") / "会议 材料"
    make.make_pack(open_release(two[0].releases / two[1]), "midterm", folder, "zh")
    return folder


@pytest.fixture
def pack(ready: Path, tmp_path: Path) -> Path:
    """A copy of the pack that a test may change."""
    return Path(shutil.copytree(ready, tmp_path / "会议 材料"))


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def told(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "manifest.json").read_text("utf-8")))


def tell(folder: Path, **other: object) -> None:
    (folder / "manifest.json").write_text(json.dumps(told(folder) | other, ensure_ascii=False), "utf-8")


def at(two: tuple[Workspace, str, str], which: int) -> Path:
    return two[0].releases / two[which]


def test_a_pack_is_made_refreshed_and_proved(two: tuple[Workspace, str, str], tmp_path: Path, run: Run) -> None:
    place = ["--workspace", two[0].folder]
    for lang, made, proved in (("zh", "会议材料已写到", "核对"), ("en", "files", "proved")):
        out = tmp_path / f"带 空格 {lang}" / "材料"
        words = ["--meeting", "midterm", "--release", at(two, 1), "--out", out, "--lang", lang, *place]
        code, said, err = run("pack", *words)
        assert code == 0 and made in said and str(out) in said and two[1] in said, err
        assert run("pack", *words)[0] == 0  # again, over itself
        code, said, _ = run("pack", "verify", out, "--lang", lang, *place)
        assert code == 0 and proved.lower() in said.lower() and two[1] in said
        code, said, _ = run("pack", "refresh", out, "--release", at(two, 2), "--lang", lang, *place)
        assert code == 0 and two[2] in said
        assert told(out)["release"] == two[2]
        assert sorted(p for p in content(out) if p != "manifest.json") == sorted(f["path"] for f in told(out)["files"])
        assert run("pack", "verify", out, *place)[0] == 0
        assert not list(tmp_path.rglob(".*"))
    assert text.language() == "zh"


def test_a_deck_alone_is_refreshed_and_the_old_one_kept(
    two: tuple[Workspace, str, str], pack: Path, tmp_path: Path, run: Run
) -> None:
    deck = tmp_path / "deck.pptx"
    shutil.copy(pack / "deck.pptx", deck)
    before = deck.read_bytes()
    code, said, _ = run("pack", "refresh", deck, "--release", at(two, 2))
    assert code == 0 and "deck.before.pptx" in said
    assert (tmp_path / "deck.before.pptx").read_bytes() == before != deck.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["deck.before.pptx", "deck.pptx"]


def test_planted_numbers_are_found(two: tuple[Workspace, str, str], pack: Path, run: Run) -> None:
    deck = Presentation(str(pack / "deck.pptx"))
    shape = next(s for s in deck.slides[1].shapes if "hf:zh:score/met" in s.name)
    paragraph = shape.text_frame.paragraphs[0]
    given = paragraph.text
    paragraph.runs[0].text = "98"
    deck.save(str(pack / "deck.pptx"))
    for lang, words in (("zh", "与发布件不符"), ("en", "not those of the release")):
        code, out, err = run("pack", "verify", pack, "--release", at(two, 1), "--lang", lang)
        assert code == 1 and words in err and "98" in err and given in err and "deck.pptx" in err
    assert out == ""


def test_what_a_command_lacks_is_said(pack: Path, two: tuple[Workspace, str, str], tmp_path: Path, run: Run) -> None:
    release = ["--release", at(two, 1)]
    for words, said in (
        ([*release], "--meeting"),
        (["--meeting", "weekly", *release], "midterm"),
        (["revise", pack], "refresh"),
        (["verify"], "verify"),
        (["refresh", pack, pack, *release], "refresh"),
        (["verify", tmp_path / "nothing", *release], "manifest.json"),
        (["verify", pack / "deck.pptx", *release], "manifest.json"),
        (["verify", pack, "--release", at(two, 2)], two[1]),
        (["refresh", tmp_path / "none.pptx", *release], "none.pptx"),
        (["--meeting", "midterm", "--release", tmp_path], str(tmp_path)),
    ):
        for lang in ("zh", "en"):
            code, _, err = run("pack", *words, "--lang", lang)
            assert code in (1, 2) and said in err, (words, err)


def test_files_of_other_people_are_never_written_over(
    two: tuple[Workspace, str, str], pack: Path, tmp_path: Path, run: Run
) -> None:
    make_one = ["pack", "--meeting", "midterm", "--release", at(two, 1), "--out"]
    foreign = tmp_path / "my talks"
    (foreign / "briefs").mkdir(parents=True)
    (foreign / "deck.pptx").write_bytes(b"my own talk")
    (foreign / "notes.txt").write_text("mine")
    before = content(foreign)
    code, _, err = run(*make_one, foreign)
    assert code == 1 and "deck.pptx" in err and content(foreign) == before
    (foreign / "deck.pptx").unlink()
    assert run(*make_one, foreign)[0] == 0
    assert (foreign / "notes.txt").read_text() == "mine"
    (pack / "report.docx").write_bytes(b"rewritten by hand")
    before = content(pack)
    code, _, err = run(*make_one, pack, "--lang", "en")
    assert code == 1 and "report.docx" in err and content(pack) == before
    code, said, _ = run("pack", "refresh", pack, "--release", at(two, 2))
    assert code == 0 and "report.before.docx" in said
    assert (pack / "report.before.docx").read_bytes() == b"rewritten by hand"
    (pack / "manifest.json").write_text("{}")  # somebody else's
    before = content(pack)
    assert run(*make_one, pack)[0] == 1 and content(pack) == before


def test_places_where_no_pack_belongs_are_refused(
    two: tuple[Workspace, str, str], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, release = two[0].folder, at(two, 1)
    file = tmp_path / "a file"
    file.write_text("x")
    before = content(release)
    for out in (release, release / "packs", two[0].releases / "x", folder / "vault" / "x", file, file / "in", "/"):
        for lang in ("zh", "en"):
            code, said, err = run("pack", "--meeting", "midterm", "--release", release, "--out", out, "--lang", lang)
            assert code == 1 and said == "" and str(out) in err
    assert content(release) == before and file.read_text() == "x"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert run("pack", "--meeting", "midterm", "--release", release, "--out", ".")[0] == 0
    assert (tmp_path / "here" / "deck.pptx").is_file()


def test_documents_a_new_pack_does_not_have_are_taken_away_unless_edited(
    two: tuple[Workspace, str, str], pack: Path, run: Run
) -> None:
    files = told(pack)["files"]
    for name in ("old", "edited"):
        (pack / "briefs" / f"{name}.docx").write_bytes(b"a unit of then")
        files.append({"path": f"briefs/{name}.docx", "sha256": manifest.digest(b"a unit of then"), "bytes": 14})
    tell(pack, files=files)
    (pack / "briefs" / "edited.docx").write_bytes(b"by hand")
    code, said, _ = run("pack", "refresh", pack, "--release", at(two, 2))
    assert code == 0 and "edited.docx" in said
    assert not (pack / "briefs" / "old.docx").exists()
    assert (pack / "briefs" / "edited.docx").read_bytes() == b"by hand"


class Broken(Exception):
    """Where a run is broken off."""


@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_run_broken_off_between_two_files_can_be_made_again(
    two: tuple[Workspace, str, str], pack: Path, run: Run, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    from hfwork.release.bundle import open_release

    real, calls = os.replace, []

    def broken(source: Any, target: Any) -> None:
        calls.append(target)
        if pack in Path(target).parents and len([c for c in calls if pack in Path(c).parents]) > after + 1:
            raise Broken
        real(source, target)

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(Broken):
        make.make_pack(open_release(at(two, 2)), "midterm", pack, "zh")
    monkeypatch.setattr(os, "replace", real)
    assert run("pack", "--meeting", "midterm", "--release", at(two, 2), "--out", pack)[0] == 0
    assert run("pack", "verify", pack, "--release", at(two, 2))[0] == 0
    assert not [name for name in content(pack) if name.startswith(".")]


def test_a_killed_run_leaves_no_half_pack(two: tuple[Workspace, str, str], tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out" / "材料"
    words = ["pack", "--meeting", "midterm", "--release", str(at(two, 1)), "--out", str(out)]
    code = f"from hfwork import cli; cli.main({words!r})"
    started = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while time.monotonic() < end and not list(out.parent.glob(".*.part/*")):
        time.sleep(0.02)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert list(out.parent.glob(".*.part")) and not out.exists()
    assert run(*words)[0] == 0
    assert [p.name for p in out.parent.iterdir()] == ["材料"]


def bomb(name: str, size: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as file:
        for _ in range(size // 2**20):
            file.write(bytes(2**20))
    return made.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(ord("b"), ord("k"))
) + b"]><l>&j;</l>"  # fmt: skip


def with_member(package: bytes, name: str, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, data if member == name else old.read(member))
    return made.getvalue()


MAIN = {"deck.pptx": "ppt/presentation.xml", "report.docx": "word/document.xml", "appendix.xlsx": "xl/workbook.xml"}


@pytest.mark.parametrize("document", MAIN)
def test_a_hostile_or_damaged_document_is_refused_in_words(
    two: tuple[Workspace, str, str], pack: Path, run: Run, document: str
) -> None:
    file, place = pack / document, ["--release", at(two, 1)]
    good = file.read_bytes()
    wrong = [b"", b"\xd0\xcf\x11\xe0 an old .ppt", good[: len(good) // 2], bomb(MAIN[document], 64 * 2**20),
             with_member(good, MAIN[document], ENTITIES), with_member(good, MAIN[document], b"<no")]  # fmt: skip
    for lang in ("zh", "en"):
        for damaged in wrong:
            file.write_bytes(damaged)
            before = content(pack)
            code, out, err = run("pack", "verify", pack, "--lang", lang, *place)
            assert (code, out) == (1, "") and document in err and len(err.splitlines()) == 2
            if document == "deck.pptx":
                for given in (file, pack):
                    code, out, err = run("pack", "refresh", given, "--lang", lang, *place)
                    assert (code, out) == (1, "") and len(err.splitlines()) == 1
            assert content(pack) == before


def test_a_package_that_unpacks_to_something_huge_is_not_read() -> None:
    for content_ in (bomb("x", 40 * 2**20), bytes(guard.SIZE_LIMIT + 1)):
        with pytest.raises(Exception, match="过大"):
            guard.package(content_)


HOSTILE: dict[str, Callable[[dict[str, Any]], object]] = {
    "a list": lambda made: [made],
    "no figures": lambda made: {k: v for k, v in made.items() if k != "figures"},
    "another format": lambda made: made | {"format": 99},
    "a language": lambda made: made | {"lang": "xx"},
    "a list for a language": lambda made: made | {"lang": ["zh"]},
    "a meeting": lambda made: made | {"meeting": "../x"},
    "a release": lambda made: made | {"release": 7},
    "a path up": lambda made: made | {"files": [made["files"][0] | {"path": "../../etc/passwd"}]},
    "a path of Windows": lambda made: made | {"files": [made["files"][0] | {"path": "C:\\x"}]},
    "an absolute path": lambda made: made | {"files": [made["files"][0] | {"path": "/etc/passwd"}]},
    "a path of nothing": lambda made: made | {"files": [made["files"][0] | {"path": "a\0b"}]},
    "a path that is a number": lambda made: made | {"files": [made["files"][0] | {"path": 5}]},
    "files as words": lambda made: made | {"files": "deck.pptx"},
    "a figure without a receipt": lambda made: made | {"figures": [{"printed": "5"}]},
    "a receipt that is a list": lambda made: made | {"figures": [made["figures"][0] | {"receipt": ["x"]}]},
    "a figure as a number": lambda made: made | {"figures": [5]},
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_hostile_manifest_is_refused_in_words(
    two: tuple[Workspace, str, str], pack: Path, run: Run, how: str
) -> None:
    (pack / "manifest.json").write_text(json.dumps(HOSTILE[how](told(pack))), "utf-8")
    before = content(pack)
    for words in (["verify", pack], ["refresh", pack], ["--meeting", "midterm", "--out", pack]):
        for lang in ("zh", "en"):
            code, out, err = run("pack", *words, "--release", at(two, 1), "--lang", lang)
            assert (code, out) == (1, "") and len(err.splitlines()) <= 2 and content(pack) == before


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_manifest_that_is_none_is_refused(two: tuple[Workspace, str, str], pack: Path, run: Run, raw: bytes) -> None:
    (pack / "manifest.json").write_bytes(raw)
    assert run("pack", "verify", pack, "--release", at(two, 1))[0] == 1


def test_a_tampered_manifest_is_found_out(two: tuple[Workspace, str, str], pack: Path, run: Run) -> None:
    good, place = told(pack), ["--release", at(two, 1)]
    for part, value in (("printed", "99.9%"), ("counts", "1 / 2"), ("receipt", "HF-0000-0000-0"), ("place", "x")):
        first = good["figures"][0] | {part: value}
        tell(pack, figures=[first, *good["figures"][1:]])
        code, _, err = run("pack", "verify", pack, *place)
        assert code == 1 and value in err
    deck = Presentation(str(pack / "deck.pptx"))
    next(s for s in deck.slides[1].shapes if "score/met" in s.name).text_frame.paragraphs[0].runs[0].text = "98"
    deck.save(str(pack / "deck.pptx"))
    tell(pack, figures=good["figures"], files=[f for f in good["files"] if f["path"] != "deck.pptx"])
    code, _, err = run("pack", "verify", pack, *place)  # a deck the manifest has forgotten is proved all the same
    assert code == 1 and "98" in err


@pytest.mark.skipif(sys.platform != "linux", reason="needs to drop a privilege")
@pytest.mark.parametrize(("lang", "said"), [("zh", "没有权限"), ("en", "permission denied")])
def test_a_folder_without_rights_is_said(
    two: tuple[Workspace, str, str], pack: Path, tmp_path: Path, lang: str, said: str
) -> None:
    before = content(pack)
    for folder in (tmp_path, pack, pack / "briefs"):
        folder.chmod(0o555)
    try:
        for words in (["--meeting", "midterm", "--out", tmp_path / "new"], ["refresh", pack]):
            out = shell("pack", *words, "--release", at(two, 2), "--lang", lang, preexec_fn=no_privilege)
            assert (out.returncode, out.stdout) == (1, "") and said in out.stderr, out.stderr
            assert "Traceback" not in out.stderr
    finally:
        for folder in (tmp_path, pack, pack / "briefs"):
            folder.chmod(0o755)
    assert content(pack) == before and list(tmp_path.iterdir()) == [pack]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on file sizes")
@pytest.mark.parametrize("size", [20_000, 60_000, 120_000, 200_000])
def test_a_full_disk_leaves_nothing(two: tuple[Workspace, str, str], pack: Path, tmp_path: Path, size: int) -> None:
    """Full while the papers, the slides, the appendix (a library's own writer) or the manifest are written."""
    before = content(pack)
    for words in (["--meeting", "midterm", "--out", tmp_path / "new"], ["refresh", pack]):
        out = shell("pack", *words, "--release", at(two, 2), "--lang", "en", preexec_fn=limited(size))
        assert (out.returncode, out.stdout) == (1, "") and "no space left" in out.stderr, out.stderr
        assert "Traceback" not in out.stderr
    assert content(pack) == before and list(tmp_path.iterdir()) == [pack]
