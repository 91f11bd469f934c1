"""The commands that show what there is: the plan, a figure's origin, two releases side by side, the pages."""

from __future__ import annotations

import argparse
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from hfwork import options as line
from hfwork import text
from hfwork.errors import HfworkError

PLANS = Path(__file__).resolve().parent.parent / "data"


def folder_of(options: argparse.Namespace) -> Path:
    """The workspace's folder."""
    return Path(options.workspace or "workspace")


def marked(folder: Path) -> Path:
    """The folder when it is a workspace. Raises ``no_workspace``."""
    if not (folder / "workspace.yaml").is_file():
        raise HfworkError("no_workspace", given=folder)
    return folder


def opened(options: argparse.Namespace) -> Any:
    """The workspace."""
    from hfwork.workspace import open_workspace

    return open_workspace(folder_of(options))


def plan_folder(given: str) -> Path:
    """A plan by folder or by the name of one that comes with hfwork."""
    for folder in (Path(given), PLANS / given):
        if (folder / "campaign.yaml").is_file():
            return folder
    if Path(given).is_dir() or os.sep in given:
        from hfwork.plan.folder import load_plan

        load_plan(given)  # says what a plan folder holds
    raise HfworkError("unknown_plan", given=given, allowed=sorted(p.parent.name for p in PLANS.glob("*/campaign.yaml")))


def trace(options: argparse.Namespace) -> None:
    """Where a figure comes from."""
    from hfwork.present import tables

    print(tables.trace(opened(options).trace(line.typed(options.code)), text.language()))


def compare(options: argparse.Namespace) -> None:
    """What changed between two releases."""
    from hfwork.present import comparison
    from hfwork.release import revisions

    folder = folder_of(options)
    if not all(Path(given).is_dir() for given in (options.old, options.new)):
        marked(folder)
    releases = folder / "releases"
    sides = [revisions.find(releases, line.typed(given)) for given in (options.old, options.new)]
    found = revisions.compare(*sides)
    print(comparison.summary(found, text.language()))
    if options.out:
        rows = comparison.table(found, text.language())
        write(options.out, rows.to_csv(index=False, lineterminator="\r\n"), "utf-8-sig")


def write(file: str, content: str, encoding: str = "utf-8") -> None:
    """Write a text and say where."""
    Path(file).write_text(content, encoding, newline="")
    print(text.say("cli.written", given=file))


def release_of(options: argparse.Namespace) -> Path:
    """The release named, else the workspace's current one."""
    return Path(options.release) if options.release else marked(folder_of(options)) / "releases" / "current"


def board(options: argparse.Namespace) -> None:
    """All pages as one file."""
    from hfwork.present import static

    print(text.say("cli.written", given=static.board(release_of(options), options.out)))


def serve(options: argparse.Namespace) -> None:
    """Serve the pages."""
    release = release_of(options)
    ask = getpass if sys.stdin and sys.stdin.isatty() else None
    serve_release(release, options.port, ask, login=not options.no_login, renew=options.new_password)


def serve_release(release: Path, port: int, ask: Any = None, *, login: bool = True, renew: bool = False) -> None:
    """Serve a release until stopped; ``ask`` asks for a password."""
    from hfwork.present import login as door
    from hfwork.present import server

    server.check(release, port)  # before a password is asked for
    entry = door.entry(release, ask, renew=renew) if login else None

    def said(url: str) -> None:
        words = entry.keep() if entry else text.say("serve.open")
        print(*filter(None, [text.say("cli.serving", url=url), words]), sep="\n", flush=True)

    server.serve(release, port, said, login=entry.login if entry else None)


def plan(options: argparse.Namespace) -> None:
    """The plan as a tree, or its indicators as a catalogue."""
    from hfwork.plan.folder import load_plan
    from hfwork.plan.tree import tree
    from hfwork.present.catalogue import catalogue

    if options.plan:
        folder = plan_folder(options.plan)
    elif options.workspace or (folder_of(options) / "workspace.yaml").is_file():
        folder = marked(folder_of(options)) / "plan"
    else:
        folder = plan_folder("ninghe-2016")
    plan = load_plan(folder)
    if options.catalogue:
        write(options.catalogue, catalogue(plan))
    else:
        print(tree(plan, text.language()))
