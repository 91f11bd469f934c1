"""The page 指标: one indicator in depth."""

from __future__ import annotations

from typing import Any

from hfwork.plan.indicators import Indicator
from hfwork.release.pages import findings
from hfwork.release.pages.columns import both
from hfwork.release.pages.source import Source


def indicator(source: Source) -> dict[str, Any]:
    """Map, trend, funnel, control chart with its verdict, table, inequality, definition and its versions."""
    return {
        "layout": [["lead"], ["map", "trend"], ["funnel", "control"], ["table"], ["equity"], ["about"]],
        "selectors": ["indicator", "period", "place", "boundaries"],
        "smoothed": findings.smoothed(source),
        "courses": findings.courses(source),
        "funnels": findings.funnels(source),
        "inequality": findings.inequality(source),
        "about": [_about(indicator) for indicator in source.plan.indicators.values()],
    }


def _about(indicator: Indicator) -> dict[str, Any]:
    """What a definition says beyond what every page has, and its versions with their dates."""
    return {
        "survey": both(indicator.survey),
        "frequency": indicator.frequency,
        "counts": indicator.counts,
        "year": indicator.year,
        "grain": [indicator.publish.place, indicator.publish.period],
        "written_by": indicator.written_by,
        "checked_by": indicator.checked_by,
        "review_on": str(indicator.review_on),
        "versions": [
            {
                "version": v.version,
                "from": str(v.valid_from or ""),
                "to": str(v.valid_to or ""),
                "why": both(v.why) if v.why else None,
            }
            for v in indicator.versions
        ],
    }
