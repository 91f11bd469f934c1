"""The page 乡镇画像: one unit in all indicators."""

from __future__ import annotations

from typing import Any

from hfwork.release.pages.columns import opening
from hfwork.release.pages.services import chains
from hfwork.release.pages.source import Source


def profile(source: Source) -> dict[str, Any]:
    """Spine of all indicators, distance to target, strengths and gaps, the service chain, peers, one trend."""
    return {
        "layout": [["portrait"], ["spine"], ["strengths"], ["trend", "peers"], ["chain"]],
        "selectors": ["place", "period", "indicator"],
        "chains": chains(source),
        "start": opening(source, whole_year=True),
    }
