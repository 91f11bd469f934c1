"""The command ``pack``: a meeting's documents made from a release, brought up to a newer one, and proved."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

from hfwork import text
from hfwork.errors import HfworkError, no_access
from hfwork.release.bundle import Release, folders, open_release
from hfwork.showing import folder_of, marked, release_of

Progress = Callable[[str], Callable[[int, int, str], None]]
VERBS = ("refresh", "verify")
_LINES = 3  # changes listed of one shape; the rest is counted
_SHOWN = 160  # characters of what stood and what stands, in the list of a refresh


def pack(options: argparse.Namespace, progress: Progress) -> None:
    """Make, refresh or verify, as the words after ``pack`` say."""
    if not options.what:
        return _make(options, progress)
    verb, *rest = options.what
    if verb not in VERBS:
        raise HfworkError("unknown_verb", given=verb, allowed=VERBS)
    if len(rest) != 1:
        raise HfworkError("pack_one", verb=verb)
    run = _refresh if verb == "refresh" else _verify
    return run(options, Path(rest[0]), progress)


def _make(options: argparse.Namespace, progress: Progress) -> None:
    from hfwork.present.pack import make
    from hfwork.present.pack.slides.agenda import MEETINGS

    if not options.meeting:
        raise HfworkError("no_meeting", allowed=MEETINGS)
    if options.meeting not in MEETINGS:
        raise HfworkError("unknown_meeting", given=options.meeting, allowed=MEETINGS)
    release = open_release(release_of(options))
    lang = text.language()
    out = Path(options.out) if options.out else _shelf(options) / release.id / f"{options.meeting}-{lang}"
    made = make.make_pack(release, options.meeting, out, lang, progress(text.say("cli.pack_step")))
    print(text.say("cli.pack_made", given=out, files=len(made["files"]), figures=len(made["figures"]), id=release.id))


def _shelf(options: argparse.Namespace) -> Path:
    """Where the page server looks for packs: beside the releases of the workspace."""
    return marked(folder_of(options)) / "packs"


def _refresh(options: argparse.Namespace, given: Path, progress: Progress) -> None:
    from hfwork.present.pack import make
    from hfwork.present.pack.slides import refresh

    release = open_release(release_of(options))
    if given.is_dir():
        told = make.refresh_pack(release, given, progress(text.say("cli.pack_step")))
        renewal, kept, at = told.renewal, told.kept, given
    else:
        old = _read(given)
        content, renewal = refresh.refresh(old, release)
        at = Path(options.out) if options.out else given
        before = make.replace(at, content)
        kept = [str(before)] if before else []
    _say(renewal, at, kept, release)


def _say(renewal: Any, at: Path, kept: list[str], release: Release) -> None:
    counts = {kind: len(renewal.of(kind)) for kind in ("changed", "left", "gone", "new")}
    print(text.say("cli.refreshed", given=at, id=release.id, bound=renewal.bound, **counts))
    for kind in ("left", "gone", "new", "changed"):
        notes = renewal.of(kind)
        if notes:
            print(text.say(f"cli.refreshed_{kind}"))
        for (slide, shape), own in groupby(notes, lambda note: (note.slide, note.shape)):
            listed = list(own)
            few = listed[:_LINES] if kind == "changed" else listed  # the notes of a slide hold a line for every unit
            for note in few:
                facts = {"slide": slide, "shape": shape, "old": _short(note.old), "new": _short(note.new)}
                print(text.say(f"cli.refreshed_{kind}_line", **facts))
            if len(listed) > len(few):
                print(text.say("cli.refreshed_more", slide=slide, shape=shape, n=len(listed) - len(few)))
    for file in kept:
        print(text.say("cli.refreshed_kept", given=file))


def _short(said: str) -> str:
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"


def _verify(options: argparse.Namespace, folder: Path, progress: Progress) -> None:
    from hfwork.present.pack import manifest, verify
    from hfwork.present.pack.proof import LOST, UNPROVED, WRONG

    made = manifest.read(folder)
    release = open_release(options.release) if options.release else _release(options, made["release"])
    found = verify.verify_pack(folder, release, progress(text.say("cli.verify_step")))
    by_kind = {kind: [f for f in found if f.kind == kind] for kind in (WRONG, LOST, UNPROVED)}
    for kind in (UNPROVED, LOST):
        for one in by_kind[kind]:
            print(text.say(f"cli.proof_{kind}", file=one.file, at=one.where, given=one.given))
    if by_kind[WRONG]:
        problems = [
            HfworkError("pack_wrong_one", given=f.given, file=f.file, at=f.where, expected=f.expected or text.DASH)
            for f in by_kind[WRONG]
        ]
        raise HfworkError("pack_wrong", given=folder, count=len(problems), problems=problems)
    facts = {"files": len(made["files"]), "figures": len(made["figures"]), "id": release.id}
    print(text.say("cli.proved", given=folder, unproved=len(by_kind[UNPROVED]), lost=len(by_kind[LOST]), **facts))


def _release(options: argparse.Namespace, identity: str) -> Release:
    """The release a pack was made from, found in the workspace."""
    releases = marked(folder_of(options)) / "releases"
    known = {folder.name: folder for folder in folders(releases)}
    if identity not in known:
        raise HfworkError("unknown_release", given=identity, allowed=known)
    return open_release(known[identity])


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise no_access(problem, file) from problem
