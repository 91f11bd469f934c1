"""What a reader should find in the sample though no file is wrong: the second half of the answer key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hfwork.plan.folder import Plan
from hfwork.plan.periods import parse
from hfwork.sample.faults import Fault
from hfwork.sample.homes import DEMONSTRATION, DEMONSTRATION_FROM, INVENTIVE, QUIET

if TYPE_CHECKING:
    from hfwork.sample.files import Job


def known(plan: Plan, jobs: list[Job]) -> list[Fault]:
    """One row each for the demonstration town, the inventive town, the quiet village, the break in the contracts,
    and where dissolved villages and divided towns show. ``jobs``: the files in time."""
    found: list[Fault] = []
    first: dict[tuple[str, str], Job] = {}
    for job in jobs:
        first.setdefault((job.table.id, job.place_name), job)
    for kind, table, town, since in (
        ("demonstration_effect", "couples", DEMONSTRATION, DEMONSTRATION_FROM.isoformat()),
        ("invented_figures", "activity", INVENTIVE, plan.campaign.monitoring.start.isoformat()),
        ("true_zero", "activity", QUIET, plan.campaign.monitoring.start.isoformat()),
    ):
        if (table, town) in first:
            found.append(_row(kind, first[table, town], since))
    for job in jobs:
        level = plan.places.levels[-2]
        if job.table.id == "public_health" and job.rows["priority_signed"].isna().all():
            found.append(_row("before_contracts", job, str(job.period)))
        if job.table.id == "residents":
            codes = set(job.rows["village_code"])
            if any(plan.places.level(code) == level for code in codes):
                found.append(_row("village_unsettled", job, str(job.extract_date)))
            if any(not plan.places.heirs(code, job.extract_date) for code in codes if job.extract_date):
                found.append(_row("village_gone", job, str(job.extract_date), "former_place"))
        elif job.period and job.table.id == "activity" and _before_its_time(plan, job):
            found.append(_row("new_code_early", job, job.period))
    return found


def _before_its_time(plan: Plan, job: Job) -> bool:
    """True for a return in the name of a unit that no list had yet at the end of the period."""
    return job.place not in set(plan.places.at(parse(str(job.period)).end)["code"])


def _row(kind: str, job: Job, period: str, code: str = "") -> Fault:
    file = Path(job.path.parent.name, job.path.name).as_posix()
    return Fault(kind, file, job.place, job.place_name, period, "accepted", code)
