"""The start page: what pages there are, each with a small picture of itself."""

from __future__ import annotations

from typing import Any

from hfwork.release.pages.source import Source


def start(source: Source) -> dict[str, Any]:
    """Every page with its question and a preview; a code printed on a slide opens its view."""
    return {"layout": [["code"], ["previews"]], "selectors": []}
