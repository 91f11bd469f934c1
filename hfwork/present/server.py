"""Serves the dashboards: Voila on its own, on this computer only, with settings made for a locked-down page."""

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
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from hfwork.errors import HfworkError
from hfwork.present.pages import HERE, plotly_bundle, script, style
from hfwork.release.bundle import open_release

TEMPLATE = "hfwork"
SETTINGS = "from hfwork.present.settings import configure\nconfigure(get_config(), {settings})  # noqa: F821\n"
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
    dashboard: str = "overview",
    base_url: str = "/",
) -> None:
    """Serve a release until Ctrl-C or SIGTERM; ``said`` is called with the address once the page answers.

    Raises what ``start`` raises, and ``HfworkError('dashboard_failed')`` when the server dies by itself.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    # Ctrl-C too: a shell starts background jobs with it switched off, and then nothing could end them politely.
    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    server: Server | None = None
    try:
        server = start(release, port, dashboard=dashboard, base_url=base_url)
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
    release: str | Path, port: int = 0, *, dashboard: str = "overview", base_url: str = "/", patience: float = PATIENCE
) -> Server:
    """Start Voila as a child process on 127.0.0.1 and wait until it answers; port 0 takes a free one.

    ``release`` may be ``releases/current``: it is followed anew for every page view, never in the middle of one.
    Raises ``HfworkError``: ``no_release``, ``damaged_release``, ``no_dashboard``, ``port_taken``, ``dashboard_failed``.
    """
    notebook = dashboards() / f"{dashboard}.ipynb"
    if not notebook.is_file():
        raise HfworkError("no_dashboard", given=str(notebook))
    open_release(release).page(dashboard)  # refuse now rather than on the page
    port = free_port(port)
    folder = Path(tempfile.mkdtemp(prefix="hfwork-"))
    try:
        process = _launch(folder, Path(release).absolute(), notebook, port, base_url)
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


def dashboards() -> Path:
    """The folder of dashboard notebooks: HFWORK_DASHBOARDS, else ``dashboards`` beside the package."""
    return Path(os.environ.get("HFWORK_DASHBOARDS") or HERE.parent.parent / "dashboards")


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
    for name in ("conf.json", "index.html.j2"):
        shutil.copy(HERE / "template" / name, target / name)
    (target / "static" / "board.js").write_text(script(), "utf-8")
    (target / "board.css.j2").write_text("{% raw %}" + style() + "{% endraw %}", "utf-8")
    shutil.copy(plotly_bundle(), target / "static" / "plotly.min.js")


def _launch(folder: Path, release: Path, notebook: Path, port: int, base_url: str) -> subprocess.Popen[bytes]:
    share, config = folder / "share", folder / "config"
    template_into(share)
    for made in (config, folder / "ipython", folder / "run"):
        made.mkdir()
    settings = {"ip": "127.0.0.1", "port": port, "base_url": base_url, "connection_dir_root": str(folder / "run")}
    (config / "voila.py").write_text(SETTINGS.format(settings=json.dumps(settings)), "utf-8")
    here = {
        "HFWORK_RELEASE": str(release),
        "HFWORK_DRAWN": "1",
        # The very hfwork that serves, in Voila and in its kernels, however it was found here.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE.parent.parent), os.environ.get("PYTHONPATH")])),
        # Without our settings Voila would go on with its own, which are open: better no server at all.
        "TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR": "1",
        # Only our own settings count, never those of whoever starts the server.
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "JUPYTER_PATH": str(share),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--Voila.config_file_paths={config}"]
    with (folder / "voila.log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=notebook.parent, env={**os.environ, **here}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


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
