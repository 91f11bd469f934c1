"""A whole pack from a release: every document made, then put in place at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hfwork.errors import HfworkError, no_access
from hfwork.present.pack import manifest
from hfwork.present.pack.documents import DECK, documents
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.slides.agenda import MEETINGS
from hfwork.present.pack.slides.refresh import Renewal, refresh, shown
from hfwork.release.bundle import Release

Progress = Callable[[int, int, str], None]


def make_pack(release: Release, meeting: str, out: Path, lang: str, progress: Progress | None = None) -> dict[str, Any]:
    """Write the pack of a meeting into a folder and return its manifest.

    The same release gives the same bytes. Files that people have edited since are not written over. Raises
    ``HfworkError``: ``unknown_meeting``, ``pack_edited``, ``no_access``.
    """
    if meeting not in MEETINGS:
        raise HfworkError("unknown_meeting", given=meeting, allowed=MEETINGS)
    if changed := manifest.edited(out):
        raise HfworkError("pack_edited", given=out, files=changed)
    facts = Facts(release, lang)
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        made = _write(facts, meeting, part, progress)
        _put(part, out)
    except OSError as problem:
        raise no_access(problem, out) from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return made


@dataclass(frozen=True)
class Renewed:
    """A pack brought up to another release: what happened to its deck, and which files stayed as people left them."""

    renewal: Renewal
    kept: list[str]


def refresh_pack(release: Release, folder: Path, progress: Progress | None = None) -> Renewed:
    """Bring a pack's folder up to a release: the deck keeps what people did to it, other unedited files are new.

    A paper or workbook that people have edited is kept as it is, the new one put beside it. Raises as ``make``, and
    ``no_pack``, ``pack_unreadable``.
    """
    old = manifest.read(folder)
    changed = manifest.edited(folder)
    deck_file = folder / DECK
    if not deck_file.is_file():
        raise HfworkError("no_pack", given=folder)
    content, renewal = refresh(deck_file.read_bytes(), release)
    facts = Facts(release, old["lang"])
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    kept = []
    try:
        part.mkdir(parents=True)
        _write(facts, old["meeting"], part, progress, deck_content=content)
        for path in [path for path in changed if path != DECK]:
            beside = folder / path
            aside = _free(beside)
            os.replace(beside, aside)
            kept.append(str(aside))
        if DECK in changed:
            aside = _free(deck_file)
            shutil.copy2(deck_file, aside)
            kept.append(str(aside))
        _put(part, folder)
    except OSError as problem:
        raise no_access(problem, folder) from problem
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Renewed(renewal, kept)


def replace(file: Path, content: bytes) -> Path | None:
    """Write a file whole; one that is there is kept beside it, and its new place returned."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        aside = None
        if file.is_file():
            aside = _free(file)
            os.replace(file, aside)
        os.replace(part, file)
    except OSError as problem:
        raise no_access(problem, file) from problem
    finally:
        part.unlink(missing_ok=True)
    return aside


def _free(file: Path) -> Path:
    """A name beside a file that nobody uses: deck.before.pptx, deck.before-2.pptx …"""
    for count in range(1, 1000):
        aside = file.with_name(f"{file.stem}.before{'' if count == 1 else f'-{count}'}{file.suffix}")
        if not aside.exists():
            return aside
    return file.with_name(f"{file.stem}.before-{os.getpid()}{file.suffix}")


def _write(
    facts: Facts, meeting: str, part: Path, progress: Progress | None, deck_content: bytes | None = None
) -> dict[str, Any]:
    planned = documents(facts, meeting)
    files, cells = {}, {}
    for at, document in enumerate(planned, 1):
        target = part / document.path
        target.parent.mkdir(exist_ok=True)
        if document.path == DECK and deck_content is not None:
            target.write_bytes(deck_content)
            cells[DECK] = shown(facts, deck_content)
        else:
            cells[document.path] = list(document.write(target))
        files[document.path] = (document.title, document.label, target.read_bytes())
        if progress:
            progress(at, len(planned), document.path)
    made = manifest.describe(facts, meeting, files, cells)
    (part / manifest.NAME).write_text(manifest.text(made), "utf-8")
    return made


def _put(part: Path, out: Path) -> None:
    """Move the new files into the folder, the manifest last; files of somebody's own stay."""
    out.mkdir(parents=True, exist_ok=True)
    listed = [file for file in sorted(part.rglob("*")) if file.is_file() and file.name != manifest.NAME]
    for file in [*listed, part / manifest.NAME]:
        target = out / file.relative_to(part)
        target.parent.mkdir(exist_ok=True)
        os.replace(file, target)
