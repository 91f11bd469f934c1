"""What a pack holds: its release, its files with their hashes, every figure with its receipt."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hfwork import __version__
from hfwork.errors import HfworkError
from hfwork.present.pack.facts import Cell, Facts

NAME = "manifest.json"
FORMAT = 1


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


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a pack. Raises ``no_pack`` where there is none that can be read."""
    try:
        found = json.loads((folder / NAME).read_text("utf-8"))
        if found["format"] != FORMAT:
            raise HfworkError("pack_format", given=found["format"], allowed=[str(FORMAT)])
        if not {"release", "files", "figures", "lang", "meeting"} <= set(found):
            raise ValueError
        if any(Path(file["path"]).is_absolute() or ".." in Path(file["path"]).parts for file in found["files"]):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise HfworkError("no_pack", given=folder) from None
    return dict(found)


def edited(folder: Path) -> list[str]:
    """The files of a pack that are no longer as they were made; empty where there is no pack."""
    if not (folder / NAME).is_file():
        return []
    found = []
    for file in read(folder)["files"]:
        path = folder / file["path"]
        if path.is_file() and digest(path.read_bytes()) != file["sha256"]:
            found.append(str(file["path"]))
    return found
