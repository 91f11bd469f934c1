"""Invented targets, so that the demonstration shows every judgement."""

from __future__ import annotations

from hfwork.plan.folder import Plan

SOURCE = {"source_zh": "示例目标（虚构，仅供演示）", "source_en": "Invented target, for demonstration only"}
# For the end of 2019. Nothing that presses people: no target on births, checks taken, pregnancies or risk. A
# plain count such as lectures has none either, since one value cannot suit a month and a year.
TARGETS = {
    "health_record_coverage": 90,
    "family_doctor_coverage": 48,
    "household_participation": 58,
    "high_risk_counselling": 90,
    "early_pregnancy_followup": 80,
    "pairing_coverage": 80,
    "registered_volunteers": 2.5,
    "hypertension_standard_management": 75,
    "elderly_management": 70,
    "newborn_visit": 92,
    "campaign_awareness": 75,
}


def targets(plan: Plan) -> list[dict[str, str]]:
    """Rows for ``targets.csv``: invented targets for every unit, for indicators the plan has and wants up."""
    wanted = [plan.indicators[name] for name in TARGETS if name in plan.indicators]
    return [
        {
            "indicator": indicator.id,
            "place": "",
            "period": "2019",
            "value": str(TARGETS[indicator.id]),
            "unit": indicator.unit.zh,
            "role": "target",
            **SOURCE,
        }
        for indicator in wanted
        if indicator.direction == "up" and not indicator.sensitive
    ]
