"""What a pack holds: its release, its files with their hashes, every figure with its receipt."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from hfwork import __version__
from hfwork.errors import HfworkError
from hfwork.present.pack.facts import Cell, Facts
from hfwork.present.pack.guard import MANIFEST_LIMIT
from hfwork.present.pack.slides.agenda import MEETINGS
from hfwork.text import LANGUAGES

NAME = "manifest.json"
NEXT = ".manifest.next.json"  # there while files are put in place: what they will be
FORMAT = 1
_FIGURE = ("receipt", "indicator", "place", "period", "state", "printed", "counts")


def describe(
    facts: Facts, meeting: str, files: Mapping[str, tuple[str, str, bytes]], cells: Mapping[str, Iterable[Cell]]
) -> dict[str, Any]:
    """The manifest of a pack: ``files`` maps paths to title, label and content, ``cells`` paths to what they show."""
    used: dict[str, tuple[Cell, list[str]]] = {}
    for path, shown in cells.items():
        for cell in shown:
            paths = used.setdefault(cell["receipt"], (cell, []))[1]
            if path not in paths:
                paths.append(path)
    return {
        "format": FORMAT,
        "made_by": f"hfwork {__version__}",
        "release": facts.meta["id"],
        "plan": facts.meta["plan"],
        "as_of": facts.meta["as_of"],
        "sample": facts.meta["sample"],
        "meeting": meeting,
        "lang": facts.lang,
        "files": [
            {"path": path, "sha256": digest(content), "bytes": len(content), "title": title, "label": label}
            for path, (title, label, content) in files.items()
        ],
        "figures": [_figure(facts, cell, paths) for cell, paths in used.values()],
    }


def _figure(facts: Facts, cell: Cell, paths: list[str]) -> dict[str, Any]:
    own = {name: cell[name] for name in ("receipt", "indicator", "place", "period", "state")}
    return {**own, "printed": facts.figure(cell), "counts": facts.counts(cell), "files": paths}


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def text(manifest: dict[str, Any]) -> str:
    """The manifest as it is written: one figure a line."""
    figures = ",\n".join("  " + json.dumps(f, ensure_ascii=False, sort_keys=True) for f in manifest["figures"])
    head = json.dumps({k: v for k, v in manifest.items() if k != "figures"}, ensure_ascii=False, indent=1)
    return f'{head[:-2]},\n "figures": [\n{figures}\n ]\n}}\n'


def read(folder: Path, name: str = NAME) -> dict[str, Any]:
    """The manifest of a pack. Raises ``no_pack`` where there is none that can be read, ``pack_format``."""
    try:
        if (folder / name).stat().st_size > MANIFEST_LIMIT:
            raise ValueError
        found = json.loads((folder / name).read_text("utf-8"))
        if found["format"] != FORMAT:
            raise HfworkError("pack_format", given=found["format"], allowed=[str(FORMAT)])
        if not _whole(found):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise HfworkError("no_pack", given=folder) from None
    return dict(found)


def _whole(found: dict[str, Any]) -> bool:
    """Whether a manifest, which anybody may have written, says all a pack's says, and names only files inside it."""
    named = isinstance(found["release"], str) and found["meeting"] in MEETINGS and found["lang"] in LANGUAGES
    files = all(_inside(file["path"]) and isinstance(file["sha256"], str) for file in found["files"])
    return named and files and all(isinstance(f[name], str) for f in found["figures"] for name in _FIGURE)


def _inside(path: str) -> bool:
    """Whether a path is a plain one below the folder, the same in every system."""
    return str(PurePosixPath(path)) == path and not re.search(r"^/|[\\:\x00-\x1f]|(^|/)\.", path)


def changed(folder: Path, paths: Iterable[str]) -> list[str]:
    """Those of the paths where a file lies that is not as a pack was made: edited since, or somebody's own.

    Raises ``no_pack`` where a manifest lies that cannot be read.
    """
    known: dict[str, set[str]] = {}
    for told in _manifests(folder):
        for file in told["files"]:
            known.setdefault(file["path"], set()).add(file["sha256"])
    there = ((path, folder / path) for path in paths if (folder / path).exists() or (folder / path).is_symlink())
    return [path for path, file in there if not file.is_file() or digest(file.read_bytes()) not in known.get(path, ())]


def listed(folder: Path) -> list[str]:
    """The paths a pack in a folder names; empty where there is none."""
    return list(dict.fromkeys(str(file["path"]) for told in _manifests(folder) for file in told["files"]))


def _manifests(folder: Path) -> list[dict[str, Any]]:
    """The manifest of a folder, and that of a pack whose putting in place was broken off."""
    made = [read(folder)] if (folder / NAME).exists() else []
    try:
        return [*made, read(folder, NEXT)]
    except HfworkError:  # none there: nothing was broken off
        return made
