"""Serves the dashboards: starts ``hfwork.present.site`` on this computer only, and sees to its end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from hfwork.errors import HfworkError
from hfwork.present import dashboards
from hfwork.present.login import Login
from hfwork.present.pages import HERE, plotly_bundle, script, style
from hfwork.present.settings import TEMPLATE
from hfwork.release.bundle import open_release

SITE = "hfwork.present.site"  # the module that runs as the child
PATIENCE = 90.0  # seconds; a cold start on a busy two-core machine took fifteen


@dataclass
class Server:
    """A running page server; ``stop`` ends it and removes what it had made."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path

    def stop(self) -> None:
        """End the server by its own process, its kernels with it. A second call does nothing."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def serve(
    release: str | Path,
    port: int = 8866,
    said: Callable[[str], None] = print,
    *,
    base_url: str = "/",
    login: Login | None = None,
) -> None:
    """Serve a release until Ctrl-C or SIGTERM; ``said`` is called with the address once the server answers.

    ``login`` is what visitors must pass; None lets everybody in who reaches the address.

    Raises what ``start`` raises, and ``HfworkError('dashboard_failed')`` when the server dies by itself.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    # Ctrl-C too: a shell starts background jobs with it switched off, and then nothing could end them politely.
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    server: Server | None = None
    try:
        server = start(release, port, base_url=base_url, login=login)
        said(server.url)
        server.process.wait()
        raise HfworkError("dashboard_failed", log=_last_words(server))
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # a second press must not leave the child behind
        if server:
            server.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def start(
    release: str | Path,
    port: int = 0,
    *,
    base_url: str = "/",
    login: Login | None = None,
    patience: float = PATIENCE,
) -> Server:
    """Start the server as a child process on 127.0.0.1 and wait until it answers; port 0 takes a free one.

    ``release`` may be ``releases/current``: it is followed anew for every page view, never in the middle of one.
    ``login`` is what visitors must pass; None lets everybody in who reaches the address.
    Raises what ``check`` raises, and ``HfworkError('dashboard_failed')``.
    """
    check(release, port)
    port = free_port(port)
    folder = Path(tempfile.mkdtemp(prefix="hfwork-"))
    try:
        process = _launch(folder, Path(release).absolute(), port, base_url, login)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server = Server(f"http://127.0.0.1:{port}{base_url}", process, folder)
    try:
        _wait(server, patience)
    except BaseException:
        server.stop()
        raise
    return server


def check(release: str | Path, port: int = 0) -> None:
    """Refuse now rather than on the page. A page that an older release has not yet is no mistake.

    Raises ``HfworkError``: ``no_release``, ``damaged_release``, ``no_dashboard``, ``bad_dashboard``, ``port_taken``.
    """
    opened = open_release(release)
    for page in dashboards.all_pages():
        try:
            opened.page(page)
        except HfworkError as problem:
            if problem.code != "unknown_page":
                raise
    free_port(port)


def free_port(port: int) -> int:
    """The port itself when nothing listens there, a free one for 0, else ``HfworkError('port_taken')``."""
    with socket.socket() as probe:
        if os.name != "nt":  # a port that was left a moment ago may be used again
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise HfworkError("port_taken", given=port) from error
        return int(probe.getsockname()[1])


def template_into(share: Path) -> None:
    """Lay out the Voila template below a Jupyter data folder: our pages, the board and plotly as static files."""
    target = share / "voila" / "templates" / TEMPLATE
    (target / "static").mkdir(parents=True)
    for file in (HERE / "template").iterdir():
        if file.is_file():
            shutil.copy(file, target / file.name)
    (target / "static" / "board.js").write_text(script(), "utf-8")
    (target / "board.css.j2").write_text("{% raw %}" + style() + "{% endraw %}", "utf-8")
    shutil.copy(plotly_bundle(), target / "static" / "plotly.min.js")


def _launch(folder: Path, release: Path, port: int, base_url: str, login: Login | None) -> subprocess.Popen[bytes]:
    share, config = folder / "share", folder / "config"
    template_into(share)
    for made in (config, folder / "ipython", folder / "run"):
        made.mkdir()
    notebooks = dashboards.folder().absolute()
    orders = {"ip": "127.0.0.1", "port": port, "base_url": base_url, "login": asdict(login) if login else None}
    orders |= {"connection_dir_root": str(folder / "run"), "root_dir": str(notebooks)}
    here = {
        "HFWORK_RELEASE": str(release),
        "HFWORK_DASHBOARDS": str(notebooks),
        "HFWORK_DRAWN": "1",
        # The very hfwork that serves, in Voila and in its kernels, however it was found here.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE.parent.parent), os.environ.get("PYTHONPATH")])),
        # Only our own settings count, never those of whoever starts the server.
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "JUPYTER_PATH": str(share),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    with (folder / "voila.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", SITE], cwd=notebooks, env={**os.environ, **here},
            stdin=subprocess.PIPE, stdout=log, stderr=log,
        )  # fmt: skip
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:  # one that died at once says why in its log
        process.stdin.write(json.dumps(orders).encode() + b"\n")
    return process


def _wait(server: Server, patience: float) -> None:
    """Until the static files answer: that starts no kernel."""
    until = time.monotonic() + patience
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}voila/templates/{TEMPLATE}/static/board.js", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.15)
    raise HfworkError("dashboard_failed", log=_last_words(server))


def _last_words(server: Server) -> str:
    lines = (server.folder / "voila.log").read_text("utf-8", "replace").strip().splitlines()
    return " / ".join(lines[-3:])
