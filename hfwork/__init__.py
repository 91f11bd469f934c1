"""hfwork: a research and monitoring workbench for a district health commission."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
# Lazy, so that a dashboard's kernel never loads a room it does not ask for.
_DOORS = {
    "open_workspace": "hfwork.workspace",
    "open_release": "hfwork.release.bundle",
    "show_page": "hfwork.present.panels",
    "make_pack": "hfwork.present.pack.make",
    "refresh_pack": "hfwork.present.pack.make",
    "verify_pack": "hfwork.present.pack.verify",
    "HfworkError": "hfwork.errors",
}
__all__ = [
    "HfworkError", "make_pack", "open_release", "open_workspace", "refresh_pack", "show_page", "verify_pack",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(name)
    return getattr(import_module(_DOORS[name]), name)
