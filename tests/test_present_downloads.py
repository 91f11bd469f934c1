"""Ready packs beside a release: which are offered, to whom, and what else of the disk is never given."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_fixture import write_release
from visitor import PASSWORD, Visitor

from hfwork import text
from hfwork.present import login, server
from hfwork.present.downloads import disposition
from hfwork.present.pack import shelf

OVERVIEW = Path(server.__file__).parents[2] / "dashboards" / "overview.ipynb"
FILES = {
    "deck.pptx": ("中期评估汇报", b"PK slides"),
    "report.docx": ("中期评估报告", b"PK report"),
    "questions.html": ("问题库", b"<!DOCTYPE html><title>bank</title>"),
    "briefs/芦台街道.docx": ("芦台街道简报", b"PK brief"),
}


def fill(folder: Path, identity: str, **changed: Any) -> Path:
    """A pack with its manifest, as the command leaves one."""
    files = []
    for path, (title, content) in FILES.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        files.append(
            {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "title": title}
        )
    meeting, _, lang = folder.name.rpartition("-")
    told = {"release": identity, "meeting": meeting, "lang": lang, "files": files} | changed
    (folder / "manifest.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with one small release, ``current``, and a pack in each language."""
    made = write_release(tmp_path / "made")
    identity = json.loads((made / "datapackage.json").read_text("utf-8"))["id"]
    (tmp_path / "workspace" / "releases").mkdir(parents=True)
    made.rename(tmp_path / "workspace" / "releases" / identity)
    (tmp_path / "workspace" / "releases" / "current").symlink_to(identity)
    for name in ("midterm-zh", "midterm-en"):
        fill(tmp_path / "workspace" / "packs" / identity / name, identity)
    return tmp_path / "workspace"


def names(workspace: Path) -> list[str]:
    return [pack["name"] for pack in shelf.packs(workspace / "releases" / "current")]


def test_ready_packs_of_this_release_are_found(workspace: Path, tmp_path: Path) -> None:
    current = workspace / "releases" / "current"
    assert names(workspace) == ["midterm-en", "midterm-zh"]
    assert shelf.packs(current) == shelf.packs(current.resolve())
    found = shelf.packs(current)[1]
    assert (found["meeting"], found["lang"]) == ("midterm", "zh")
    assert [(f["path"], f["title"], f["bytes"]) for f in found["files"]] == [
        (path, title, len(content)) for path, (title, content) in FILES.items()
    ]
    loose = shutil.copytree(current.resolve(), tmp_path / "loose")  # a release outside a workspace has no packs
    assert shelf.packs(loose) == []
    shutil.rmtree(workspace / "packs")
    assert names(workspace) == []


def test_a_pack_that_is_not_whole_is_left_out(workspace: Path, tmp_path: Path) -> None:
    identity = (workspace / "releases" / "current").resolve().name
    own = workspace / "packs" / identity
    good = {"path": "deck.pptx", "sha256": hashlib.sha256(b"PK slides").hexdigest(), "bytes": 9, "title": "t"}
    (tmp_path / "secret.pptx").write_bytes(b"PK slides")

    def offered(**changed: Any) -> bool:
        shutil.rmtree(own / "annual-zh", ignore_errors=True)
        fill(own / "annual-zh", identity, **changed)
        (own / "annual-zh" / "link.pptx").symlink_to(tmp_path / "secret.pptx")
        (own / "annual-zh" / ".hidden.pptx").write_bytes(b"PK slides")
        return "annual-zh" in names(workspace)

    assert offered() and offered(files=[good]) and offered(files=[good | {"path": "briefs/芦台街道.docx", "bytes": 8}])
    assert not offered(release="0" * 16) and not offered(meeting="midterm") and not offered(lang="en")
    assert not offered(files=[]) and not offered(files="deck.pptx") and not offered(files=[{"path": "deck.pptx"}])
    for path in ("gone.pptx", "../../../../secret.pptx", str(tmp_path / "secret.pptx"), "link.pptx", ".hidden.pptx",
                 "briefs/../deck.pptx", "./deck.pptx", "briefs\\deck.pptx", "briefs", "", 7, None):  # fmt: skip
        assert not offered(files=[good, good | {"path": path}]), path
    assert not offered(files=[good | {"bytes": 8}]) and not offered(files=[good | {"sha256": "x"}])
    offered()
    for content in (b"", b"{", b"[]", b"\xff\xfe", b"null"):
        (own / "annual-zh" / "manifest.json").write_bytes(content)
        assert names(workspace) == ["midterm-en", "midterm-zh"]
    (own / "annual-zh" / "manifest.json").unlink()
    (own / ".midterm-zh.part").mkdir()
    (own / "acceptance-zh").symlink_to(own / "midterm-zh")
    assert names(workspace) == ["midterm-en", "midterm-zh"]


def test_only_what_a_manifest_names_is_read(workspace: Path) -> None:
    current = workspace / "releases" / "current"
    for path, (title, content) in FILES.items():
        found = shelf.read(current, "midterm-zh", path)
        assert found and found[0]["title"] == title and found[1] == content
    for name, path in (("midterm-zh", "manifest.json"), ("midterm-zh", "../midterm-en/deck.pptx"),
                       ("annual-zh", "deck.pptx"),
                       ("midterm-zh", "./deck.pptx"), ("..", "deck.pptx"), ("midterm-zh", "")):  # fmt: skip
        assert shelf.read(current, name, path) is None
    deck = workspace / "packs" / current.resolve().name / "midterm-zh" / "deck.pptx"
    deck.write_bytes(b"PK slidez")
    with pytest.raises(shelf.Altered):
        shelf.read(current, "midterm-zh", "deck.pptx")


def test_a_file_is_named_by_its_title() -> None:
    header = disposition("attachment", {"path": "briefs/芦台街道.docx", "title": '芦台"街/道\r\n简报'})
    assert header.isascii() and "\r" not in header and '"file.docx"' not in header.split("filename*")[0][30:]
    assert urllib.parse.unquote(header.split("filename*=UTF-8''")[1]) == "芦台 街 道 简报.docx"
    assert disposition("inline", {"path": "deck.pptx", "title": "deck.pptx"}).startswith('inline; filename="deck.pptx"')
    assert urllib.parse.unquote(disposition("attachment", {"path": "a.xlsx", "title": " .. "})).endswith("''a.xlsx")


# -- really served


@pytest.fixture
def served(workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    (tmp_path / "dashboards").mkdir()
    shutil.copy(OVERVIEW, tmp_path / "dashboards")
    monkeypatch.setenv("HFWORK_DASHBOARDS", str(tmp_path / "dashboards"))
    running = server.start(workspace / "releases" / "current", login=login.made(PASSWORD))
    yield Visitor(running.url)
    running.stop()


@pytest.mark.slow
def test_a_pack_is_given_to_those_with_the_login_and_nothing_else(served: Visitor, workspace: Path) -> None:
    identity = (workspace / "releases" / "current").resolve().name
    paths = [f"/packs/midterm-zh/{urllib.parse.quote(path)}" for path in FILES]
    for path in (*paths, "/packs/midterm-zh/manifest.json", "/packs/nothing-zh/deck.pptx", "/packs/x"):
        stranger = Visitor(served.url)
        answer = stranger.ask("GET", path)
        assert answer.status == 302 and not answer.text  # known or not
        assert urllib.parse.urlsplit(answer.headers["Location"]).path == "/login"
        assert stranger.ask("HEAD", path).status == 302
        assert all(stranger.ask(method, path).status == 403 for method in ("POST", "PUT", "DELETE"))
    assert served.log_in().status == 303
    told = json.loads(served.ask("GET", "/api/release").text)
    assert told["release"] == identity and [pack["name"] for pack in told["packs"]] == ["midterm-en", "midterm-zh"]
    assert all(set(file) == {"path", "title", "label", "bytes"} for pack in told["packs"] for file in pack["files"])
    assert str(workspace) not in json.dumps(told)
    for path, (file, (title, content)) in zip(paths, FILES.items(), strict=True):
        answer = served.ask("GET", path)
        assert answer.status == 200 and answer.content == content and answer.headers["Cache-Control"] == "no-store"
        given = answer.headers["Content-Disposition"]
        assert given.startswith("inline" if file.endswith(".html") else "attachment")
        assert urllib.parse.unquote(given.split("''")[1]) == f"{title}{Path(file).suffix}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox ") and "default-src 'none'" in policy and "allow-same-origin" not in policy
    assert served.ask("GET", paths[2] + "?download").headers["Content-Disposition"].startswith("attachment")
    for path in ("/packs", "/packs/", "/packs/midterm-zh", "/packs/midterm-zh/", "/packs/midterm-zh/manifest.json",
                 "/packs/annual-zh/deck.pptx", "/packs/midterm-zh/../midterm-en/deck.pptx",
                 "/packs/midterm-zh/..%2fmidterm-en%2fdeck.pptx",
                 f"/packs/..%2f{identity}/midterm-zh/deck.pptx", "/packs/%2e%2e/deck.pptx",
                 "/packs/midterm-zh/.%2fdeck.pptx",
                 "/packs/midterm-zh/%2fetc%2fpasswd", "/packs/midterm-zh/deck.pptx%00", "/packs/midterm-zh//deck.pptx",
                 f"/packs/midterm-zh/..%2f..%2f..%2f..%2freleases%2f{identity}%2fdatapackage.json"):  # fmt: skip
        answer = served.ask("GET", path)
        assert answer.status in (400, 404) and b"PK" not in answer.content and "Traceback" not in answer.text, path
        assert "resources" not in answer.text and "sha256" not in answer.text
    assert served.ask("GET", paths[0], Host="evil.example").status == 403


@pytest.mark.slow
def test_a_changed_file_is_refused_in_words_and_another_release_has_its_own(served: Visitor, workspace: Path) -> None:
    served.log_in()
    current = workspace / "releases" / "current"
    identity = current.resolve().name
    (workspace / "packs" / identity / "midterm-zh" / "deck.pptx").write_bytes(b"PK slidez")
    answer = served.ask("GET", "/packs/midterm-zh/deck.pptx")
    assert answer.status == 410 and b"slidez" not in answer.content and str(workspace) not in answer.text
    assert all(text.say("serve.notice.410", lang) in answer.text for lang in text.LANGUAGES)
    assert served.ask("GET", "/packs/midterm-en/deck.pptx").status == 200
    other = shutil.copytree(current.resolve(), workspace / "releases" / "0123456789abcdef")
    manifest = json.loads((other / "datapackage.json").read_text("utf-8"))
    (other / "datapackage.json").write_text(json.dumps(manifest | {"id": other.name}), "utf-8")
    part = workspace / "releases" / "part"
    part.symlink_to(other.name)
    os.replace(part, current)
    assert served.ask("GET", "/packs/midterm-en/deck.pptx").status == 404
    assert json.loads(served.ask("GET", "/api/release").text) == {"release": other.name, "packs": []}
