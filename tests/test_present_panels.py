"""What a page is handed, the widgets, and the server's door – without a browser."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page_fixture import Fixed, overview, write_release

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.present import pages, panels, server, settings
from hfwork.release.packing import columns


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_release(tmp_path / "rel")


def test_page_has_all_that_drawing_needs() -> None:
    made = pages.page(Fixed())
    assert set(made["figures"]) == set(re.findall(r'template: "(\w+)"', pages.script()))
    assert len(made["breaks"]) == len(made["cells"]) == len(made["indicators"])
    for code in set(columns(made)["reason"]) - {""}:
        assert f"reason.{code}" in made["words"]
    for level in {p["level"] for p in made["periods"]}:
        assert f"level.{level}" in made["words"]


def test_the_script_asks_only_for_words_there_are() -> None:
    known = pages.page(Fixed())["words"]
    rooms = {key.split(".")[0] for key in known}
    asked = {key for key in re.findall(r'"([a-z_]+\.[\w.]+)"', pages.script()) if key.split(".")[0] in rooms}
    assert len(asked) > 250 and asked <= set(known)


def test_reasons_for_hiding_read_the_same() -> None:
    words = text.words("reason.")
    assert words["reason.below_threshold"] == words["reason.complementary"]


def test_json_cannot_end_its_script_element() -> None:
    made = pages.as_json({"name": "</script><!-- & \u2028"})
    assert not set("<>&\u2028") & set(made) and json.loads(made)["name"] == "</script><!-- & \u2028"


def test_script_is_one_module_with_one_door() -> None:
    source = pages.script()
    assert not re.search(r"^import ", source, re.M)
    assert re.findall(r"^export (?:default|function \w+)", source, re.M) == ["export function draw", "export default"]
    assert "innerHTML" not in source and "http" not in source.replace("http://www.w3.org", "")


def test_board_holds_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFWORK_RELEASE", str(folder))
    board = panels.show_page("overview")
    assert isinstance(board, panels.Board)
    assert json.loads(board.page)["release"]["id"] == overview()["release"]["id"]


def test_board_hands_plotly_over_when_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    board = panels.show_page("overview", folder)
    sent: list[Any] = []
    monkeypatch.setattr(board, "send", lambda content, buffers: sent.append((content, buffers)))
    board._handle_custom_msg({"kind": "something else"}, [])
    board._handle_custom_msg({"kind": "plotly"}, [])
    [(content, [bundle])] = sent
    assert content == {"kind": "plotly"} and len(bundle) > 500_000


def test_behind_a_drawn_page_stands_only_a_marker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFWORK_DRAWN", "1")
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5.13")
    monkeypatch.setenv("HFWORK_RELEASE", "/nowhere")  # not even looked at
    assert isinstance(panels.show_page("overview"), panels.Marker)


def test_release_is_found_in_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HFWORK_RELEASE", raising=False)
    monkeypatch.delenv("HFWORK_WORKSPACE", raising=False)
    (tmp_path / "workspace" / "releases").mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert pages.find_release() == tmp_path / "workspace" / "releases" / "current"
    monkeypatch.setenv("HFWORK_WORKSPACE", str(tmp_path / "other"))
    assert pages.find_release() == tmp_path / "other" / "releases" / "current"


def test_the_page_printed_is_that_of_the_current_release(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    current = folder.parent / "current"
    current.symlink_to(folder)
    monkeypatch.setenv("HFWORK_RELEASE", str(current))
    assert json.loads(settings.printed("overview"))["page"] == "overview"


def test_start_says_what_is_wrong(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HfworkError) as error:
        server.start(tmp_path / "nothing")
    assert error.value.code == "no_release"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(HfworkError) as error:
            server.start(folder, taken.getsockname()[1])
    assert error.value.code == "port_taken" and str(taken) and "0" in str(error.value)
    monkeypatch.setenv("HFWORK_DASHBOARDS", str(tmp_path))
    with pytest.raises(HfworkError) as error:
        server.start(folder)
    assert error.value.code == "no_dashboard"
    (tmp_path / "overview.ipynb").write_text("{")
    with pytest.raises(HfworkError) as error:
        server.start(folder)
    assert error.value.code == "bad_dashboard" and "overview.ipynb" in str(error.value)


def test_a_page_loads_nothing_heavy() -> None:
    code = "import sys, hfwork.present.panels, hfwork.present.settings; print('\\n'.join(sys.modules))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"pandas", "plotly", "pyarrow", "geopandas", "duckdb", "hfwork.intake", "hfwork.measure"}
