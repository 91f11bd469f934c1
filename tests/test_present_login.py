"""The password: chosen or made up, kept as a hash for its owner only, slow to guess."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.present import login


def answers(*words: str) -> tuple[Callable[[str], str], list[str]]:
    """Somebody at a terminal, and what was asked."""
    asked: list[str] = []
    given: Iterator[str] = iter(words)

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return next(given)

    return ask, asked


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace" / "releases" / "0123"
    folder.mkdir(parents=True)
    (tmp_path / "workspace" / "workspace.yaml").write_text("format: 1\n")
    (folder.parent / "current").symlink_to(folder)
    return folder.parent / "current"


def test_a_password_is_made_up_and_said_once(release: Path) -> None:
    first = login.entry(release)
    assert first.words and not first.file.exists()  # not kept before the server answers: nobody would know it
    assert first.words in first.keep()
    assert first.file == release.parents[1] / "login.json"
    again = login.entry(release)
    assert again.keep() == "" and again.login == first.login
    assert login.Gate(again.login.password).opens(first.words)
    new = login.entry(release, renew=True)
    assert new.words != first.words and new.login.secret != first.login.secret
    assert login.read(first.file) == first.login
    new.keep()
    assert login.read(first.file) == new.login
    assert not login.Gate(new.login.password).opens(first.words)


def test_only_a_hash_is_kept_and_only_for_its_owner(release: Path) -> None:
    ask, _ = answers("健康 happy-2018", "健康 happy-2018")
    made = login.entry(release, ask)
    assert made.keep() == "" and "2018" not in made.file.read_text("utf-8")
    assert json.loads(made.file.read_text("utf-8"))["password"].startswith("argon2:")
    assert "argon2" not in repr(made) and made.login.secret not in repr(made)
    assert [file.name for file in made.file.parent.glob(".login*")] == []
    if os.name != "nt":
        assert made.file.stat().st_mode & 0o777 == 0o600
        made.file.chmod(0o640)
        with pytest.raises(HfworkError) as error:
            login.entry(release)
        assert error.value.code == "open_login" and "login.json" in str(error.value)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"password": "", "secret": ""}', '{"password": "a:b", "secret": "ff"}']
)
def test_a_file_that_holds_no_login_stops_the_server(release: Path, content: str) -> None:
    file = login.file_for(release)
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(HfworkError) as error:
        login.entry(release)
    assert error.value.code == "bad_login"
    login.entry(release, renew=True).keep()
    assert login.read(file)


def test_asked_twice_until_alike_and_long_enough(release: Path) -> None:
    ask, asked = answers("short", "long enough", "long enouhg", " ｌong enough ", "long enough")
    made = login.entry(release, ask)
    assert login.Gate(made.login.password).opens("long enough")
    assert made.words == "" and len(asked) == 5
    assert text.say("serve.short", n=8) in asked[1] and text.say("serve.differ") in asked[3]
    assert login.entry(release.parent / "other", answers("")[0]).words  # Enter alone: one is made up


def test_where_it_is_kept(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "own"))
    assert login.file_for(tmp_path / "alone") == tmp_path / "own" / "hfwork" / "login.json"
    monkeypatch.setenv("HFWORK_STATE", str(tmp_path / "state"))
    assert login.file_for(release) == tmp_path / "state" / "login.json"


def test_guessing_becomes_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(login.time, "monotonic", lambda: now[0])
    gate = login.Gate(login.made("the password").password)
    waits = []
    for _ in range(12):
        assert not gate.opens("a guess")
        waits.append(gate.wait())
        now[0] += waits[-1]
        assert gate.wait() == 0
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60]
    assert gate.opens("the password") and not gate.opens("a guess") and gate.wait() == 0
