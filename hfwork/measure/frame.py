"""The places and periods a count is rolled up to, as of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan
from hfwork.plan.periods import LEVELS, Period, calendar_periods, month_end, month_index, parse
from hfwork.plan.places import Places

_FOREVER = 9999 * 12
THEN = "then"  # boundaries: each period read with the units of its own last day


@dataclass(frozen=True, eq=False)
class Frame:
    """The places and periods to roll up to.

    ``units``: ``code`` ever valid, one column per level with the unit it belongs to, and ``weight``; a code that
    was shared out has one row per heir. ``valid``: columns ``code level first last`` – the months
    (inclusive) in which a unit exists. ``listed``: the periods the plan names one by one. ``start`` … ``as_of``:
    the monitored days. ``on``: the day whose units these are; ``boundaries`` says so (ISO), or ``then``.
    """

    units: pd.DataFrame
    levels: list[str]
    valid: pd.DataFrame
    periods: list[Period]
    start: dt.date
    as_of: dt.date
    places: Places
    on: dt.date
    boundaries: str
    listed: Sequence[Period] = ()

    def window(self, period: Period) -> tuple[int, int]:
        """First and last month index of a period inside the monitored days."""
        return max(period.first_month, month_index(self.start)), min(period.last_month, month_index(self.as_of))


def frame_of(plan: Plan, as_of: dt.date) -> Frame:
    """Places and periods as of a day: every period is read with the units of that day."""
    watched, places = plan.campaign.monitoring, plan.places
    if as_of < watched.start:
        raise HfworkError("before_start", given=as_of, start=watched.start)
    levels = [level for level in watched.periods if level in LEVELS]
    phases = plan.campaign.phase_dates
    periods = calendar_periods(watched.start, as_of, levels, phases)
    listed = [parse(token, phases) for token in dict.fromkeys(watched.periods) if token not in LEVELS]
    there = {period.token for period in periods}
    periods += [period for period in listed if period.start <= as_of and period.token not in there]
    known = places.frame[places.frame["level"].isin(places.levels)]
    valid = pd.DataFrame(
        {
            "code": known["code"].to_numpy(),
            "level": known["level"].to_numpy(),
            "first": [0 if pd.isna(d) else month_index(d) for d in known["valid_from"]],
            "last": [
                _FOREVER if pd.isna(d) else closed_month((d - pd.Timedelta(days=1)).date()) for d in known["valid_to"]
            ],
        }
    )
    units, day = places.lineage(as_of), as_of.isoformat()
    return Frame(units, list(places.levels), valid, periods, watched.start, as_of, places, as_of, day, listed)


def frames_then(frame: Frame) -> list[Frame]:
    """The same periods, each with the units of its last day: one frame per stretch without a change of units."""
    counted = frame.places.frame[frame.places.frame["level"].isin(frame.levels)]
    dates = pd.concat([counted["valid_from"], counted["valid_to"]]).dropna().drop_duplicates().sort_values()
    stretches: dict[int, list[Period]] = {}
    for period in frame.periods:
        day = pd.Timestamp(cut_day(period, frame.as_of))
        stretches.setdefault(int(dates.searchsorted(day, side="right")), []).append(period)
    found = []
    for periods in stretches.values():
        on = cut_day(periods[0], frame.as_of)
        found.append(replace(frame, units=frame.places.lineage(on), periods=periods, on=on, boundaries=THEN))
    return found


def gone(then: Frame, now: Frame) -> list[str]:
    """The units above the finest level of one frame that in the other are several new ones, or together a new one.

    Where a unit that stays took in another, or units were dealt out anew among each other, the series keeps the
    units of the later day: old and new ones would not add up.
    """
    units = [str(unit) for unit in then.units[then.levels[:-1]].melt()["value"].dropna().unique()]
    heirs = {unit: set(now.places.heirs(unit, now.on)) for unit in units}
    origins: dict[str, set[str]] = {}
    for unit, into in heirs.items():
        for heir in into:
            origins.setdefault(heir, set()).add(unit)
    found = []
    for unit, into in heirs.items():
        split = len(into) > 1 and all(origins[heir] == {unit} for heir in into)
        beside = {other for heir in into for other in origins[heir]}
        merged = len(into) == 1 and len(beside) > 1 and all(heirs[other] == into for other in beside)
        if (split or merged) and not into & heirs.keys():
            found.append(unit)
    return found


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
