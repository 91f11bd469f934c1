"""A pack proved: every number of every document read again and held against the release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hfwork.errors import HfworkError
from hfwork.present.pack import manifest
from hfwork.present.pack.documents import documents
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import LOST, WRONG, Finding
from hfwork.release.bundle import Release

Progress = Callable[[int, int, str], None]


def verify_pack(folder: Path, release: Release, progress: Progress | None = None) -> list[Finding]:
    """What in a pack is not as the release says; empty when everything is proved.

    Raises ``HfworkError``: ``no_pack``, ``pack_release`` when the pack was made from another release,
    ``pack_unreadable``.
    """
    made = manifest.read(folder)
    if made["release"] != release.id:
        raise HfworkError("pack_release", given=release.id, wanted=made["release"])
    facts = Facts(release, made["lang"])
    found = _manifest(facts, made)
    files = [str(file["path"]) for file in made["files"]]
    known = {document.path: document for document in documents(facts, made["meeting"])}
    for at, path in enumerate(files, 1):
        if path in known and (folder / path).is_file():
            found += known[path].prove(folder / path)
        else:
            found.append(Finding(LOST, path, "", ""))
        if progress:
            progress(at, len(files), path)
    return found


def _manifest(facts: Facts, made: dict[str, Any]) -> list[Finding]:
    """Every figure listed is that of its receipt."""
    found = []
    for figure in made["figures"]:
        cell = facts.by_receipt.get(figure["receipt"])
        where = f"{figure['indicator']} {figure['place']} {figure['period']}"
        if cell is None:
            found.append(Finding(WRONG, manifest.NAME, where, figure["receipt"]))
            continue
        for name, given in (("printed", facts.figure(cell)), ("counts", facts.counts(cell))):
            if figure[name] != given:
                found.append(Finding(WRONG, manifest.NAME, where, figure[name], given))
        for name in ("indicator", "place", "period", "state"):
            if figure[name] != cell[name]:
                found.append(Finding(WRONG, manifest.NAME, where, figure[name], cell[name]))
    return found
