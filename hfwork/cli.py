"""The commands: the workspace's doors, one message for every mistake, nothing half-done."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from hfwork import meeting, showing, text
from hfwork import options as line
from hfwork.errors import HfworkError, no_access
from hfwork.showing import folder_of, opened, plan_folder

Command = Callable[[argparse.Namespace], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return how it went.

    0: done. 1: a mistake the user can mend. 2: one in the command line. 3: a fault of hfwork. 130: stopped.
    """
    before = text.language()
    for name in ("stdout", "stderr"):  # a caller may have closed them
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):  # a name no console can show must not end the command
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return _run(list(sys.argv[1:] if argv is None else argv))
    finally:
        text.use(before)


def _run(arguments: list[str]) -> int:
    options = argparse.Namespace(workspace="")
    try:
        line.choose_language(arguments)
        options = line.read(arguments, COMMANDS)
        options.run(options)
        sys.stdout.flush()  # here, where a full disk can still be told
    except SystemExit as end:  # --help, --version, a server told to stop
        return end.code if isinstance(end.code, int) else 0
    except HfworkError as problem:
        return _fail(problem.message(), 2 if problem.code in line.USAGE_ERRORS else 1)
    except KeyboardInterrupt:
        return _fail(text.say("cli.stopped"), 130)
    except BrokenPipeError:  # the reader of a pipe has gone
        _drop_output()
        return 0
    except OSError as problem:
        return _fail(no_access(problem, folder_of(options)).message(), 1)
    except Exception as problem:
        if os.environ.get("HFWORK_DEBUG"):
            raise
        return _fail(text.say("cli.fault", why=f"{type(problem).__name__}: {problem}"[:300]), 3)
    return 0


def _fail(message: str, code: int) -> int:
    clear = "\r\033[K" if sys.stderr.isatty() else ""  # the line of a progress that stood still
    print(clear + message, file=sys.stderr)
    with suppress(OSError):
        sys.stdout.flush()
        return code
    _drop_output()
    return code


def _drop_output() -> None:
    """What is still to be written has nowhere to go; without this Python would complain when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _progress(label: str) -> Callable[[int, int, str], None]:
    """A line that is rewritten in a terminal; in a log, at most ten lines, and none for work soon done."""
    live, begun = sys.stderr.isatty(), time.monotonic()
    said = [-1]

    def show(done: int, total: int, what: str) -> None:
        tenth = done * 10 // max(total, 1)
        if live:
            print(f"\r{label} {done}/{total} {what[:40]:40}", end="\n" if done >= total else "", file=sys.stderr)
        elif tenth != said[0] and time.monotonic() - begun > 2:
            said[0] = tenth
            print(f"{label} {done}/{total}", file=sys.stderr)
        sys.stderr.flush()

    return show


def _demo(options: argparse.Namespace) -> None:
    from hfwork import demo
    from hfwork.plan.folder import load_plan

    name = "workspace" if options.plan == "ninghe-2016" else f"workspace-{Path(options.plan).name}"
    folder = Path(options.workspace or (f"{name}-small" if options.small else name))
    source = plan_folder(options.plan)
    workspace = demo.make(source, folder, small=options.small, progress=_progress)
    if workspace.plan.id != (wanted := load_plan(source).id):
        raise HfworkError("other_plan", given=folder, holds=workspace.plan.id, wanted=wanted)
    if not options.no_serve:
        showing.serve_release(workspace.releases / "current", options.port)  # a demonstration stops for no question


def _init(options: argparse.Namespace) -> None:
    from hfwork.workspace import init

    init(options.folder, plan_folder(options.plan))
    print(text.say("cli.made", given=options.folder))


def _template(options: argparse.Namespace) -> None:
    table, place, period = options.table, line.typed(options.place), line.typed(options.period)
    print(text.say("cli.written", given=opened(options).template(table, place, period, options.out)))


def _layout(options: argparse.Namespace) -> None:
    lang = text.language()
    for table in opened(options).plan.tables.values():
        print(f"{table.id}  {table.title[lang]}")
        for name, column in table.columns.items():
            print(f"  {name:20} {column.zh if lang == 'zh' else column.en}  ({column.type}){' *' * column.required}")


def _receive(options: argparse.Namespace) -> None:
    workspace, only_check = opened(options), options.command == "check"
    settings = {"set_aside": options.set_aside, "progress": _progress(text.say("cli.receive_step"))}
    if only_check:
        summary = workspace.check(options.files, today=dt.date.today(), **settings)
    else:
        settings |= {"correct": options.command == "correct", "by": os.environ.get("USER", "")}
        summary = workspace.receive(options.files, today=dt.date.today(), **settings)
    facts = {"files": len(summary.received), "rows": text.number(summary.rows), "again": len(summary.skipped)}
    print(text.say("cli.checked" if only_check else "cli.received", **facts))
    if summary.put_aside:
        print(text.say("cli.aside", count=text.number(summary.put_aside)))
    warnings = summary.findings[summary.findings["severity"] == "warning"]
    if len(warnings):
        print(text.say("cli.warnings", count=len(warnings)))
        print("\n".join(f"- {line}" for line in workspace.say(warnings.head(20))))


def _ledger(options: argparse.Namespace) -> None:
    for entry in opened(options).entries():
        facts = {name: getattr(entry, name) for name in ("seq", "at", "action", "table", "place", "rows", "name")}
        print(text.say("ledger.line", **facts, period=entry.period or entry.extract_date or ""))


def _verify(options: argparse.Namespace) -> None:
    from hfwork.intake.ledger import Ledger

    ledger = Ledger(opened(options).vault)
    problems = ledger.verify()
    if problems:
        raise HfworkError("not_verified", problems=problems)
    print(text.say("cli.verified", count=len(ledger.entries())))


def _build(options: argparse.Namespace) -> None:
    as_of = line.day(options.as_of, dt.date.today())
    identity = opened(options).build(as_of, _progress(text.say("cli.build_step")))
    print(text.say("cli.built", id=identity, as_of=as_of))


def _publish(options: argparse.Namespace) -> None:
    release = opened(options).publish(options.release)
    print(text.say("cli.published", id=release.id, as_of=release.meta["as_of"]))


def _rebuild(options: argparse.Namespace) -> None:
    identity = opened(options).rebuild(_progress(text.say("cli.receive_step")))
    print(text.say("cli.rebuilt", id=identity) if identity else text.say("cli.rebuilt_rows"))


def _pack(options: argparse.Namespace) -> None:
    meeting.pack(options, _progress)


COMMANDS: dict[str, Command] = {
    "demo": _demo,
    "init": _init,
    "template": _template,
    "layout": _layout,
    "receive": _receive,
    "correct": _receive,
    "check": _receive,
    "ledger": _ledger,
    "verify": _verify,
    "build": _build,
    "publish": _publish,
    "rebuild": _rebuild,
    "trace": showing.trace,
    "compare": showing.compare,
    "serve": showing.serve,
    "board": showing.board,
    "pack": _pack,
    "plan": showing.plan,
}


if __name__ == "__main__":
    sys.exit(main())
