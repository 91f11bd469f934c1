"""The places and periods a count is rolled up to, as of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan
from hfwork.plan.periods import LEVELS, Period, calendar_periods, month_end, month_index, parse

_FOREVER = 9999 * 12


@dataclass(frozen=True)
class Frame:
    """The places and periods to roll up to.

    ``units``: one row per code ever valid, column ``code`` and one column per level with the unit it belongs
    to. ``valid``: columns ``code first last`` – the months (inclusive) in which a lowest-level unit exists.
    ``start`` … ``as_of``: the monitored days.
    """

    units: pd.DataFrame
    levels: list[str]
    valid: pd.DataFrame
    periods: list[Period]
    start: dt.date
    as_of: dt.date

    def window(self, period: Period) -> tuple[int, int]:
        """First and last month index of a period inside the monitored days."""
        return max(period.first_month, month_index(self.start)), min(period.last_month, month_index(self.as_of))


def frame_of(plan: Plan, as_of: dt.date) -> Frame:
    """Places and periods as of a day."""
    watched, places = plan.campaign.monitoring, plan.places
    if as_of < watched.start:
        raise HfworkError("before_start", given=as_of, start=watched.start)
    levels = [level for level in watched.periods if level in LEVELS]
    phases = plan.campaign.phase_dates
    periods = calendar_periods(watched.start, as_of, levels, phases)
    for token in watched.periods:
        if token not in LEVELS and (listed := parse(token, phases)).start <= as_of:
            periods.append(listed)
    lowest = places.frame[places.frame["level"] == places.levels[-1]]
    valid = pd.DataFrame(
        {
            "code": lowest["code"].to_numpy(),
            "first": [0 if pd.isna(d) else month_index(d) for d in lowest["valid_from"]],
            "last": [
                _FOREVER if pd.isna(d) else closed_month((d - pd.Timedelta(days=1)).date()) for d in lowest["valid_to"]
            ],
        }
    )
    return Frame(places.ancestors(as_of), list(places.levels), valid, periods, watched.start, as_of)


def cut_day(period: Period, as_of: dt.date) -> dt.date:
    """The day at which a period is read: its end, or ``as_of`` when that comes first."""
    return min(period.end, as_of)


def is_partial(period: Period, start: dt.date, as_of: dt.date) -> bool:
    """True when the monitored days do not cover the whole period."""
    return period.start < start or cut_day(period, as_of) < period.end


def closed_month(as_of: dt.date) -> int:
    """The last month that had wholly passed on ``as_of``."""
    index = month_index(as_of)
    return index if month_end(index) == as_of else index - 1
