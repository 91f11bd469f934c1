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
    "HfworkError": "hfwork.errors",
}
__all__ = ["HfworkError", "open_release", "open_workspace", "show_page"]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(name)
    return getattr(import_module(_DOORS[name]), name)
