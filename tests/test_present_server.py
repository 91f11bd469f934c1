"""The page server as a process: it says its address once it answers, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from page_fixture import write_release

from hfwork.errors import HfworkError
from hfwork.present import server

ROOT = Path(server.__file__).parents[2]
SERVE = """
import sys, tempfile
from hfwork.present.server import serve
serve(sys.argv[1], 0, lambda url: print(url, tempfile.gettempdir(), flush=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_server_and_its_child(tmp_path: Path, sign: signal.Signals) -> None:
    release = write_release(tmp_path / "rel")
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(release)], stdout=subprocess.PIPE, text=True, env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a shell starts a background job
    ) as running:  # fmt: skip
        assert running.stdout is not None
        url = running.stdout.readline().split()[0]
        assert urllib.request.urlopen(url + "voila/templates/hfwork/static/board.js", timeout=10).status == 200
        running.send_signal(sign)
        assert running.wait(30) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=5)
    assert not list((tmp_path / "tmp").glob("hfwork-*"))


@pytest.mark.slow
def test_a_server_that_does_not_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:  # taken between our look and Voila's start
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setattr(server, "free_port", lambda port: taken.getsockname()[1])
        with pytest.raises(HfworkError) as error:
            server.start(write_release(tmp_path / "rel"))
    assert error.value.code == "dashboard_failed" and "no available port" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("orders", ["", "{}", '{"ip": "127.0.0.1", "port": 0, "base_url": "/"}', '{"login": {}}'])
def test_no_server_without_its_orders(orders: str) -> None:
    """Voila would otherwise serve with its own settings, which are open, and a lost login must not mean none."""
    done = subprocess.run([sys.executable, "-m", server.SITE], input=orders, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "running at" not in done.stderr


@pytest.mark.slow
def test_served_however_the_package_was_found(tmp_path: Path) -> None:
    """A checkout that is on the path only because one stands in it."""
    code = "import sys; from hfwork.present import server; server.start(sys.argv[1]).stop()"
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", code, str(write_release(tmp_path / "rel"))], cwd=ROOT, env=bare, check=True)


@pytest.mark.slow
def test_the_command_says_a_made_up_password_once(tmp_path: Path) -> None:
    release, state = write_release(tmp_path / "rel"), tmp_path / "state"
    environment = {**os.environ, "HFWORK_STATE": str(state), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    said = []
    for more in ([], [], ["--new-password"], ["--no-login"]):
        with subprocess.Popen(
            [sys.executable, "-m", "hfwork.cli", "serve", "--release", str(release), "--port", "0", *more],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=environment,
        ) as running:  # fmt: skip
            assert running.stdout is not None
            address = running.stdout.readline()
            url = re.findall(r"http://[\d.:]+/", address)[0]
            asked = urllib.request.urlopen(url + "overview?indicator=doctor_coverage", timeout=10).url
            running.send_signal(signal.SIGTERM)
            said.append((running.stdout.read(), asked.removeprefix(url)))
            assert running.wait(30) == 0
    words = [re.findall(r"(?:[a-z2-9]{4}-){2}[a-z2-9]{4}", text) for text, _ in said]
    assert [len(found) for found in words] == [1, 0, 1, 0] and words[0] != words[2]
    assert [asked.split("?")[0] for _, asked in said] == ["login", "login", "login", "overview"]
    assert "未设登录" in said[3][0] and said[1][0] == ""
    kept = state / "login.json"
    assert os.name == "nt" or kept.stat().st_mode & 0o777 == 0o600
    assert words[2][0] not in kept.read_text()
