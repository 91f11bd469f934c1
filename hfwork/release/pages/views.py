"""The page 中期会: a sequence of views with one message each, for a full screen."""

from __future__ import annotations

from typing import Any

from hfwork.release.pages.overview import attention, changes, standing
from hfwork.release.pages.services import chains
from hfwork.release.pages.source import Source

_RATES_PER_KIND = 1  # a view for the first rate with a target of each kind


def meeting(source: Source) -> dict[str, Any]:
    """The views in order; each names a part and what it shows. The message is the part's own title."""
    latest = standing(source)
    return {
        "layout": [["views"]],
        "selectors": [],
        "views": views(source, latest),
        "standing": {name: source.period_at[cell["period"]] for name, cell in latest.items()},
        "attention": attention(source, latest),
        "changes": changes(source),
        "chains": chains(source),
    }


def views(source: Source, latest: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Opening, changes, one map and one trend for each kind's first rate, the service chains, who acts next."""
    plan = source.plan
    made: list[dict[str, Any]] = [{"part": "brief"}]
    if plan.campaign.phases:
        made.append({"part": "timeline"})
    if source.before is not None:
        made.append({"part": "changes"})
    groups = [[i for i in plan.indicators.values() if i.kind == kind.id] for kind in plan.campaign.kinds]
    for group in groups or [list(plan.indicators.values())]:
        shown = [i for i in group if i.id in latest and not i.plain]
        shown.sort(key=lambda i: latest[i.id]["status"] == "none")
        for one in shown[:_RATES_PER_KIND]:
            state = {"indicator": one.id, "period": latest[one.id]["period"]}
            made += [{"part": "map", **state}, {"part": "trend", **state}]
    made += [{"part": "chain", "chain": chain.id} for chain in plan.campaign.chains]
    return [*made, {"part": "attention"}]
