"""Ready packs that lie beside a release in its workspace: what may be offered, and what is still as it was made."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from hfwork import text
from hfwork.release.bundle import open_release

MANIFEST = "manifest.json"


class Altered(Exception):
    """A file of a pack is no longer what its manifest says."""


def packs(release_folder: Path) -> list[dict[str, Any]]:
    """The ready packs of a release, by name: ``name meeting lang files``, a file being ``path title bytes sha256``.

    ``release_folder``: ``<workspace>/releases/<id>``, or a pointer to it, which is followed. A pack lies in
    ``<workspace>/packs/<id>/<meeting>-<lang>``. One whose manifest names another release, or a file that is not
    there, is left out. Raises ``HfworkError('no_release')``.
    """
    shelf = _shelf(release_folder)
    found = (
        (_pack(folder) for folder in sorted(shelf.glob("[!.]*")) if folder.is_dir() and not folder.is_symlink())
        if shelf
        else ()
    )
    return [pack for pack in found if pack]


def read(release_folder: Path, name: str, path: str) -> tuple[dict[str, Any], bytes] | None:
    """A file of a pack: its line in the manifest and its bytes; None where no ready pack names it.

    Raises ``Altered`` for a file that has changed since the pack was made, ``HfworkError('no_release')``.
    """
    followed = release_folder.resolve()  # once: another release may take its place meanwhile
    for pack in packs(followed):
        for file in pack["files"] if pack["name"] == name else ():
            if file["path"] == path:
                content = Path(str(_shelf(followed)), name, path).read_bytes()
                if hashlib.sha256(content).hexdigest() != file["sha256"]:
                    raise Altered(f"{name}/{path}")
                return file, content
    return None


def _shelf(release_folder: Path) -> Path | None:
    """Where the packs of a release lie; None for a release that lies in no workspace."""
    release = open_release(release_folder)
    inside = release.folder.parent.name == "releases"
    return release.folder.parent.parent / "packs" / release.id if inside else None


def _pack(folder: Path) -> dict[str, Any] | None:
    """What a manifest says, where all of it holds."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = [_file(folder, each) for each in told["files"]]
        whole = told["release"] == folder.parent.name and f"{told['meeting']}-{told['lang']}" == folder.name
        known = re.fullmatch(r"\w[\w-]*", folder.name) and told["lang"] in text.LANGUAGES
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not (whole and known and all(files)):
        return None
    # One that somebody has edited since is not offered: nothing says what stands in it now.
    kept = [file for file in files if file and (folder / file["path"]).stat().st_size == file["bytes"]]
    return {"name": folder.name, "meeting": told["meeting"], "lang": told["lang"], "files": kept} if kept else None


def _file(folder: Path, told: dict[str, Any]) -> dict[str, Any] | None:
    """A file that is there, in the pack's own folder and nowhere a link leads to."""
    path = PurePosixPath(told["path"])
    plain = (
        str(path) == told["path"] and not path.is_absolute() and not re.search(r"[\\\x00-\x1f]|(^|/)\.", told["path"])
    )
    file = folder / path
    if not plain or file.resolve() != folder.resolve() / path or not file.is_file():
        return None
    if not isinstance(told["bytes"], int) or not re.fullmatch("[0-9a-f]{64}", told["sha256"]):
        return None
    title = told.get("title") or path.name
    label = told.get("label") or title
    return {
        "path": told["path"],
        "title": str(title),
        "label": str(label),
        "bytes": told["bytes"],
        "sha256": told["sha256"],
    }
