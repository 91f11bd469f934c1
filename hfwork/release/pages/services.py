"""The page 优生服务链: how many of those due went through each step of a service."""

from __future__ import annotations

from typing import Any

from hfwork.release.pages.columns import both, opening
from hfwork.release.pages.source import Source


def cascade(source: Source) -> dict[str, Any]:
    """The chains of the plan step by step, each step by cohort, those not yet due apart from those lost."""
    return {
        "layout": [["passage"], ["chain"], ["cohorts"], ["steps"], ["trend"]],
        "selectors": ["chain", "period", "place", "indicator"],
        "chains": chains(source),
        "start": opening(source, whole_year=True),
    }


def chains(source: Source) -> list[dict[str, Any]]:
    """The service chains of the plan: a name and the indicators that are its steps, in order."""
    return [
        {"id": chain.id, "name": both(chain.name), "steps": list(chain.steps)} for chain in source.plan.campaign.chains
    ]
