"""The dashboard notebooks: under which name each is served, and which page of a release it shows."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from hfwork.errors import HfworkError
from hfwork.present.pages import HERE

HOME = ("start", "overview")  # what stands at the address itself: the first of these that there is


@dataclass(frozen=True)
class Dashboard:
    """A notebook that is served; ``page`` is empty for one that shows no page of a release."""

    file: Path
    title: str
    page: str


def folder() -> Path:
    """The folder of dashboard notebooks: HFWORK_DASHBOARDS, else ``dashboards`` beside the package."""
    return Path(os.environ.get("HFWORK_DASHBOARDS") or HERE.parent.parent / "dashboards")


def find(name: str) -> Dashboard | None:
    """The dashboard of this name, or None. No name leads out of the folder, or to a hidden file.

    Raises ``HfworkError('bad_dashboard')`` for a file that is no notebook.
    """
    file = folder() / f"{name}.ipynb"
    if not re.fullmatch(r"\w[\w-]{0,80}", name) or not file.is_file():
        return None
    try:
        metadata = json.loads(file.read_text("utf-8"))["metadata"]
        return Dashboard(file, str(metadata.get("title", name)), str(metadata.get("hfwork", {}).get("page", "")))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise HfworkError("bad_dashboard", given=file) from error


def homes() -> list[Dashboard]:
    """What may stand at the address itself, best first. Raises ``HfworkError('no_dashboard')`` when nothing may."""
    found = [dashboard for dashboard in map(find, HOME) if dashboard]
    if not found:
        raise HfworkError("no_dashboard", given=folder() / f"{HOME[0]}.ipynb")
    return found


def all_pages() -> list[str]:
    """The pages of a release that the dashboards show. Raises ``HfworkError``: ``no_dashboard``, ``bad_dashboard``."""
    homes()
    found = [find(file.stem) for file in sorted(folder().glob("*.ipynb"))]
    return [dashboard.page for dashboard in found if dashboard and dashboard.page]
