"""The contenders: who serves what how, each a process of ours on 127.0.0.1 that is ended by its own id."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psutil

from benchmarks.pages import figures
from hfwork.present import server
from hfwork.present.pages import plotly_bundle

PEERS = Path(__file__).parent / "peers"
OURS, CONTROL, STATIC = "hfwork", "Voila, ordinary page", "static file"
PATIENCE = 90.0


@dataclass
class Contender:
    """A served page. ``menu``: how its menu of indicators opens, when it is no ordinary select."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    menu: str | None = None
    option: str = "[role=option]"

    def uss(self) -> float:
        """Private MiB of the server without the kernels behind its pages."""
        kernels = {k.pid for k in self.kernels()}
        whole = [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]
        return sum(private(p) for p in whole if p.pid not in kernels)

    def kernels(self) -> list[psutil.Process]:
        """The kernels that run behind pages of this server."""
        return [
            p for p in psutil.Process(self.process.pid).children(recursive=True) if "ipykernel" in " ".join(words(p))
        ]


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def private(process: psutil.Process) -> float:
    """MiB that only this process holds; 0 for one that is gone."""
    try:
        return float(process.memory_full_info().uss) / 2**20
    except psutil.Error:
        return 0.0


def peers_python() -> Path | None:
    """The peers' own environment, made once per list of requirements; None when they cannot be installed."""
    wanted = PEERS / "requirements.txt"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hfwork-benchmarks"
    home = cache / f"peers-{sha256(wanted.read_bytes() + sys.version.encode()).hexdigest()[:12]}"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    done = home / "installed"
    if not done.is_file():
        print(f"installing the peers into {home.name} of the cache, once …", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        for command in (
            [sys.executable, "-m", "venv", str(home)],
            [str(python), "-m", "pip", "install", "-qq", "-r", str(wanted)],
        ):
            if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:
                return None
        done.touch()
    return python


@contextmanager
def started(release: Path, folder: Path) -> Iterator[list[Contender]]:
    """Everyone's server, ready to answer; all are ended on the way out."""
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHONPATH"))},
        "BENCH_FIGURES": str(folder),
        "PYTHONDONTWRITEBYTECODE": "",
        "HOME": str(folder),  # no settings of whoever runs this, and none left behind
    }
    running: list[subprocess.Popen[bytes]] = []

    def run(name: str, command: list[str], path: str = "", **menu: str) -> Contender:
        port = server.free_port(0)
        command = [word.replace("PORT", str(port)) for word in command]
        with (folder / f"{name.split()[0]}.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=folder, env={**environment, "BENCH_PORT": str(port)},
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # fmt: skip
        running.append(process)
        return Contender(name, _answering(f"http://127.0.0.1:{port}/{path}", process, name), process, **menu)

    ours = server.start(release)
    try:
        made = [Contender(OURS, ours.url + figures.PATH, ours.process)]
        if python := peers_python():
            made += [run(name, [str(python), *command], **menu) for name, command, menu in _peers()]
        else:
            print("The peers could not be installed; measured without them.")
        made.append(run(CONTROL, _voila(folder)))
        made.append(run(STATIC, _static(folder), "page.html"))
        yield made
    finally:
        ours.stop()
        for process in running:
            end(process)


def _peers() -> list[tuple[str, list[str], dict[str, str]]]:
    streamlit = "--server.headless=true --server.port=PORT --server.address=127.0.0.1 --browser.gatherUsageStats=false"
    panel = "--address=127.0.0.1 --port=PORT --index=panel_page"
    return [
        (
            "Streamlit",
            ["-m", "streamlit", "run", str(PEERS / "streamlit_page.py"), *streamlit.split()],
            {"menu": "[data-testid=stSelectbox] input"},
        ),
        ("Dash", [str(PEERS / "dash_page.py")], {"menu": "#indicator", "option": ".dash-options-list-option"}),
        ("Panel", ["-m", "panel", "serve", str(PEERS / "panel_page.py"), *panel.split()], {}),
    ]


def _voila(folder: Path) -> list[str]:
    """The notebook is written from its script as it is; nothing but the port is set."""
    cell = {"cell_type": "code", "id": "page", "metadata": {}, "execution_count": None, "outputs": [],
            "source": (PEERS / "voila_page.py").read_text("utf-8")}  # fmt: skip
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "voila_page.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return [sys.executable, "-m", "voila", str(path), "--no-browser", "--port=PORT", "--Voila.ip=127.0.0.1"]


def _static(folder: Path) -> list[str]:
    home = folder / "static"
    home.mkdir()
    made = (folder / "figures.json").read_text("utf-8").replace("</", "<\\/")
    whole = (PEERS / "static_page.html").read_text("utf-8").replace("/* FIGURES */ null", made)
    (home / "page.html").write_text(whole.replace("/* PLOTLY */", plotly_bundle().read_text("utf-8")), "utf-8")
    return [sys.executable, "-m", "http.server", "PORT", "--bind", "127.0.0.1", "--directory", str(home)]


def _answering(url: str, process: subprocess.Popen[bytes], name: str) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                answer.read()
                return url
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"{name} did not answer")


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server and the kernels it started, each by its own id."""
    try:
        mine = psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        mine = []
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in mine:
        try:
            child.terminate()
        except psutil.Error:
            continue
    for child in psutil.wait_procs(mine, 5)[1]:
        child.kill()
