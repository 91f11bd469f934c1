"""The page 五类家庭: each kind of family, its methods and clauses, and what of them is measured."""

from __future__ import annotations

from typing import Any

from hfwork.release.pages.columns import both, opening
from hfwork.release.pages.source import Source


def kinds(source: Source) -> dict[str, Any]:
    """Per kind its methods with their clauses and indicators; a method without one is not yet measured.

    An indicator belongs to the method whose clause it names; one that names the kind's own clause, or none of its
    methods, belongs to the kind as a whole.
    """
    plan, made = source.plan, []
    actions = {action.id: both(action.name) for action in plan.campaign.actions}
    for kind in plan.campaign.kinds:
        own = [i for i in plan.indicators.values() if i.kind == kind.id]
        clauses = {method.clause for method in kind.methods}
        made.append({
            "id": kind.id,
            "action": actions.get(kind.action or ""),
            "methods": [
                {
                    "clause": method.clause,
                    "text": both(method.text),
                    "indicators": [i.id for i in own if i.clause == method.clause],
                }
                for method in kind.methods
            ],
            "whole": [i.id for i in own if i.clause not in clauses],
            "duties": [
                {"lead": both(department.name), "clause": duty.clause, "text": both(duty.text)}
                for department in plan.campaign.departments
                for duty in department.duties
                if department.id in {i.lead for i in own}
            ],
        })  # fmt: skip
    return {
        "layout": [["kind"], ["methods"], ["activities"], ["towns"]],
        "selectors": ["kind", "period", "place"],
        "methods": made,
        "start": opening(source, whole_year=True),
    }
