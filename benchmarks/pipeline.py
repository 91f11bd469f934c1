"""Seconds and memory of each step, from nothing to a published release of the 400-thousand district."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from hfwork import demo
from hfwork.sample import files
from hfwork.workspace import Workspace, init, open_workspace

ROOT = Path(__file__).resolve().parent.parent
AS_OF = demo.RELEASES[-1]


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print wall and CPU seconds and the peak proportional memory of this process and its children."""
    peak, done = [0], threading.Event()

    def watch() -> None:
        me = psutil.Process()
        while not done.wait(0.1):
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except (psutil.Error, AttributeError):
                    continue
            peak[0] = max(peak[0], total)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    wall, before = time.monotonic(), os.times()
    yield
    after = os.times()
    done.set()
    watcher.join()
    cpu = sum(after[:4]) - sum(before[:4])
    print(f"{name:34} {time.monotonic() - wall:8.1f} {cpu:8.1f} {peak[0] / 2**20:10.0f}", flush=True)


def prepared_again(workspace: Workspace) -> None:
    """Count with the prepared files already there: what a second build of the same inputs costs."""
    open_workspace(workspace.folder).count(AS_OF)


def main() -> None:
    """Run all steps in a temporary folder and print a table."""
    print(f"{'step':34} {'wall s':>8} {'CPU s':>8} {'peak MiB':>10}")
    with tempfile.TemporaryDirectory() as folder, step("whole way"):
        workspace = init(Path(folder) / "workspace", ROOT / "data" / "ninghe-2016", sample=True)
        with step("sample: draw and write xlsx"):
            written = files.write(workspace.plan, Path(folder) / "inbox")
        with step(f"receive: {len(written.files)} files"):
            workspace.receive(written.files, today=dt.date(2020, 7, 10), by="benchmark")
        with step("prepare and count"):
            workspace.count(AS_OF)
        with step("count again (already prepared)"):
            prepared_again(workspace)
        for as_of in demo.RELEASES:
            with step(f"build {as_of}: count, hide, freeze"):
                workspace.build(as_of)
            with step("publish"):
                workspace.publish()
            if as_of == demo.RELEASES[0]:
                with step(f"receive: {len(written.late)} late files"):
                    workspace.receive(written.late, today=dt.date(2020, 7, 20), by="benchmark")
        with step("rebuild all from received files"):
            open_workspace(workspace.folder).rebuild()


if __name__ == "__main__":
    main()
