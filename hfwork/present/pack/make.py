"""A whole pack from a release: every document made, then put in place at once."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hfwork import text
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

    The same release gives the same bytes. Files that people have edited since, or of their own under the name of a
    document, are not written over. Raises ``HfworkError``: ``unknown_meeting``, ``pack_edited``, ``pack_place``,
    ``no_pack`` for a manifest in the folder that is no pack's, ``no_access``.
    """
    if meeting not in MEETINGS:
        raise HfworkError("unknown_meeting", given=meeting, allowed=MEETINGS)
    facts, out = Facts(release, lang), _place(out)
    try:
        if changed := manifest.changed(out, _paths(facts, meeting, out)):
            raise HfworkError("pack_edited", given=out, files=text.say("list.comma").join(changed))
        with _part(out) as part:
            made = _write(facts, meeting, part, progress)
            _put(part, out)
    except OSError as problem:
        raise _refused(problem, out) from problem
    return made


def _refused(problem: OSError, given: Path) -> HfworkError:
    """What the system refused, said of the folder people named and not of the one beside it."""
    return no_access(OSError(problem.errno, problem.strerror), given)


def _place(out: Path) -> Path:
    """Where a pack may lie: not in a release, nor where a workspace keeps what it received and published."""
    whole = Path(os.path.abspath(out))
    for folder in (whole, *whole.parents):
        kept = folder.name in ("vault", "releases") and (folder.parent / "workspace.yaml").exists()
        if kept or (folder / "datapackage.json").exists():
            raise HfworkError("pack_place", given=out)
    if not whole.name:
        raise HfworkError("pack_place", given=out)
    return whole


def _paths(facts: Facts, meeting: str, out: Path) -> list[str]:
    """What a new pack writes into a folder, and what an older one there has named."""
    return list(dict.fromkeys([*(document.path for document in documents(facts, meeting)), *manifest.listed(out)]))


@contextmanager
def _part(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` to write into, gone afterwards; what a run that was killed left there goes first."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    for left in out.parent.glob(f".{glob.escape(out.name)}.*.part"):
        if left.is_dir() and not _running(left.name.split(".")[-2]):
            shutil.rmtree(left, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _running(number: str) -> bool:
    """Whether a process of this number runs here."""
    if not number.isdigit() or os.name != "posix":
        return True
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return int(number) == os.getpid()
    except PermissionError:
        return True
    return int(number) != os.getpid()


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
    deck_file, facts = folder / DECK, Facts(release, old["lang"])
    if not deck_file.is_file():
        raise HfworkError("no_pack", given=folder)
    kept = []
    try:
        changed = manifest.changed(folder, _paths(facts, old["meeting"], folder))
        content, renewal = refresh(deck_file.read_bytes(), release)
        with _part(Path(os.path.abspath(folder))) as part:
            made = _write(facts, old["meeting"], part, progress, deck_content=content)
            new = {str(file["path"]) for file in made["files"]}
            for path in changed:
                kept.append(str(keep(folder / path) if path in new else folder / path))
            _put(part, folder, spared=changed)
    except OSError as problem:
        raise _refused(problem, folder) from problem
    return Renewed(renewal, kept)


def replace(file: Path, content: bytes) -> Path | None:
    """Write a file whole; one that is there is kept beside it, and its new place returned."""
    file = Path(os.path.abspath(file))
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        aside = keep(file) if file.is_file() else None
        os.replace(part, file)
    except OSError as problem:
        raise no_access(problem, file) from problem
    finally:
        part.unlink(missing_ok=True)
    return aside


def keep(file: Path) -> Path:
    """Keep a file under a second name beside it; it stays where it is until another takes its place."""
    aside = _free(file)
    try:
        os.link(file, aside)
    except OSError:  # a file system without links, or a folder in the way
        if file.is_dir():
            os.replace(file, aside)
        else:
            shutil.copy2(file, aside)
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


def _put(part: Path, out: Path, spared: Iterable[str] = ()) -> None:
    """Move the new files into the folder, the manifest last; files of somebody's own stay.

    What the files will be is written first: a run broken off between two files can be made again. Documents of the
    pack before that the new one does not have are taken away, unless ``spared``.
    """
    new = [str(file.relative_to(part).as_posix()) for file in sorted(part.rglob("*")) if file.is_file()]
    new.remove(manifest.NAME)
    old = [path for path in manifest.listed(out) if path not in (*new, *spared)]
    if not out.exists():
        os.replace(part, out)
        return
    shutil.copyfile(part / manifest.NAME, out / f"{manifest.NEXT}.part")
    os.replace(out / f"{manifest.NEXT}.part", out / manifest.NEXT)
    for path in new:
        (out / path).parent.mkdir(exist_ok=True)
        os.replace(part / path, out / path)
    for path in old:
        (out / path).unlink(missing_ok=True)
    os.replace(out / manifest.NEXT, out / manifest.NAME)
