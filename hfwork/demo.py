"""The whole way at once: files of an invented (or public) district, received, built and published."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan, load_plan
from hfwork.sample.narrow import narrow
from hfwork.workspace import Workspace, init, open_workspace

if TYPE_CHECKING:
    from hfwork.sample.files import Written

Progress = Callable[[str], Callable[[int, int, str], None]]
# The mid-term meeting, the acceptance, and the first day across the split of 2020.
RELEASES = (dt.date(2018, 6, 30), dt.date(2019, 12, 31), dt.date(2020, 6, 30))


def make(plan_folder: Path, folder: Path, *, small: bool = False, progress: Progress | None = None) -> Workspace:
    """A workspace at ``folder`` with a published release; one made before is opened as it is.

    A plan whose map comes from a public data set is filled from it; any other plan is filled with an
    invented district, marked as sample data everywhere: the full one has a release for each day of ``RELEASES``,
    the last of them published last.
    """
    if (folder / "releases" / "current").exists():
        return open_workspace(folder)
    begun = time.monotonic()
    progress = progress or _silent
    source = load_plan(plan_folder)
    public = source.map.package is not None
    making = folder.with_name(f".{folder.name}.part")  # an interrupted demo is begun anew, never found half-made
    shutil.rmtree(making, ignore_errors=True)
    if folder.exists() and any(folder.iterdir()):
        raise HfworkError("not_empty", given=str(folder))
    workspace = init(making, plan_folder, sample=not public)
    late: list[Path] = []
    days: tuple[dt.date, ...]
    if public:
        files, days = _public_files(source, making / "inbox"), (source.campaign.monitoring.end,)
    else:
        if small:
            narrow(making / "plan")
            workspace = open_workspace(making)
        written = _sample_files(workspace, small, progress)
        files, late = written.files, written.late
        days = RELEASES[:1] if small else RELEASES
        workspace = open_workspace(making)  # its plan now has the invented targets
    for wave, as_of in enumerate(days):
        arrived = files if wave == 0 else late if wave == 1 else []
        if arrived:
            workspace.receive(
                arrived, today=dt.date.today(), by="demo", progress=progress(text.say("cli.receive_step"))
            )
        workspace.build(as_of, progress(text.say("cli.build_step")))
        release = workspace.publish()
        print(text.say("cli.published", id=release.id, as_of=as_of), file=sys.stderr)
    if folder.exists():
        folder.rmdir()
    making.rename(folder)
    print(text.say("cli.took", seconds=f"{time.monotonic() - begun:.0f}"), file=sys.stderr)
    return open_workspace(folder)


def _public_files(plan: Plan, inbox: Path) -> list[Path]:
    from hfwork.sample import public

    return public.write(plan, inbox)


def _sample_files(workspace: Workspace, small: bool, progress: Progress) -> Written:
    from hfwork.sample import files

    plan, folder = workspace.plan, workspace.folder
    file = folder / "plan" / "targets.csv"
    heading = next(csv.reader(io.StringIO(file.read_text("utf-8-sig"))))
    with file.open("a", encoding="utf-8", newline="") as handle:
        csv.DictWriter(handle, heading, lineterminator="\n").writerows(files.targets(plan))
    shown = progress(text.say("cli.sample_step"))
    return files.write(plan, folder / "inbox", small=small, progress=lambda done, total: shown(done, total, ""))


def _silent(label: str) -> Callable[[int, int, str], None]:
    return lambda done, total, what: None
