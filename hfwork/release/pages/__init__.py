"""The columns of each page, written when a release is made; a page shows and never computes.

A page is one function from a ``Source`` to its own columns, listed in ``PAGES``: ``layout`` names the parts row by
row, ``selectors`` what can be chosen; ``title`` and ``question`` are its own or those of the locale. What all pages
need is written once, as ``columns.json``. How to add a page: docs/dashboards.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hfwork import text
from hfwork.release.bundle import SHARED
from hfwork.release.pages import indicator, kinds, overview, profile, quality, services, start, views
from hfwork.release.pages.columns import shared
from hfwork.release.pages.source import Source

__all__ = ["PAGES", "Source", "as_bytes", "written"]

Page = Callable[[Source], dict[str, Any]]

# In the order in which the start page lists them.
PAGES: dict[str, Page] = {
    "start": start.start,
    "overview": overview.overview,
    "profile": profile.profile,
    "indicator": indicator.indicator,
    "cascade": services.cascade,
    "kinds": kinds.kinds,
    "quality": quality.quality,
    "meeting": views.meeting,
}


def written(source: Source) -> dict[str, dict[str, Any]]:
    """Every page of a release by name, and ``SHARED``: the columns of all of them."""
    pages = {name: {"page": name, **_titled(name), **make(source)} for name, make in PAGES.items()}
    listed = [{key: page[key] for key in ("page", "title", "question")} for page in pages.values()]
    return {SHARED: {**shared(source), "pages": listed}, **pages}


def _titled(name: str) -> dict[str, dict[str, str]]:
    """A page's title and the question it answers; a page without words in the locale bears its own name."""
    words = text.catalogue()
    return {
        part: words.get(f"page.{name}.{part}", dict.fromkeys(text.LANGUAGES, name)) for part in ("title", "question")
    }


def as_bytes(page: dict[str, Any]) -> bytes:
    """A page as compact JSON; NaN would be invalid and is an error."""
    return json.dumps(page, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
