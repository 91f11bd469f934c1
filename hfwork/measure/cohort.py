"""Cohort steps: followed from the day of entry, counted once due, never by the same month's events."""

from __future__ import annotations

import datetime as dt

from hfwork.plan.indicators import Cohort


def cohort_sql(cohort: Cohort, where: str | None) -> tuple[str, str, str]:
    """(entry date, due date, condition) of a cohort step as SQL.

    The step counts by the period of entry. Who is not yet due at ``as_of`` is censored: neither in the
    numerator nor in the denominator, also when the next step was reached early, so that recent
    months look neither worse nor better than they are.
    """
    entered = cohort.entered
    due = f"({entered}) + INTERVAL {cohort.within_days} DAY"
    parts = [f"({entered}) IS NOT NULL"] + ([f"({where})"] if where else [])
    if cohort.reached is not None:
        parts += [f"({cohort.reached}) >= ({entered})", f"({cohort.reached}) <= {due}"]
    return entered, due, " AND ".join(parts)


def all_due(cohort: Cohort, last_entry: dt.date, as_of: dt.date) -> bool:
    """True when everybody who entered until ``last_entry`` was due by ``as_of``."""
    return last_entry + dt.timedelta(days=cohort.within_days) <= as_of
