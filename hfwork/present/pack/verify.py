"""A pack proved: every number of every document read again and held against the release."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hfwork.errors import HfworkError, no_access
from hfwork.present.pack import guard, manifest
from hfwork.present.pack.documents import Document, documents
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import LOST, WRONG, Finding
from hfwork.release.bundle import Release

Progress = Callable[[int, int, str], None]


def verify_pack(folder: Path, release: Release, progress: Progress | None = None) -> list[Finding]:
    """What in a pack is not as the release says; empty when everything is proved.

    Raises ``HfworkError``: ``no_pack``, ``pack_release`` when the pack was made from another release,
    ``pack_document`` for a document that cannot be read, ``no_access``.
    """
    made = manifest.read(folder)
    if made["release"] != release.id:
        raise HfworkError("pack_release", given=release.id, wanted=made["release"])
    facts = Facts(release, made["lang"])
    found = _manifest(facts, made)
    files = [str(file["path"]) for file in made["files"]]
    known = {document.path: document for document in documents(facts, made["meeting"])}
    files += [path for path in known if path not in files]  # a manifest may have lost what the folder still holds
    for at, path in enumerate(files, 1):
        if path in known and (folder / path).is_file():
            found += _proved(known[path], folder / path)
        else:
            found.append(Finding(LOST, path, "", ""))
        if progress:
            progress(at, len(files), path)
    return found


def _proved(document: Document, file: Path) -> list[Finding]:
    try:
        if file.suffix == ".html":
            file.read_text("utf-8")
        else:
            guard.package(file.read_bytes())
        return document.prove(file)
    except OSError as problem:
        raise no_access(problem, file) from problem
    except HfworkError as problem:
        raise HfworkError("pack_document", given=document.path, problems=[problem]) from problem
    except Exception as problem:  # whatever a damaged or foreign file makes a reader stumble over
        raise HfworkError(
            "pack_document", given=document.path, problems=[HfworkError("pack_unreadable", why=type(problem).__name__)]
        ) from problem


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
