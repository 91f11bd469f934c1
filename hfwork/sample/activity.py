"""Invented monthly returns: lectures, attendances, volunteers and teams, village by village."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.plan.periods import month_end, month_index, month_start
from hfwork.sample import homes as villages

NOT_SENT = dt.date(2017, 11, 1)  # the month one town did not report: missing is not zero


def draw(plan: Plan, homes: pd.DataFrame, residents: int, as_of: dt.date, *, seed: int) -> pd.DataFrame:
    """One row per village and month from the start of monitoring to the last whole month.

    Codes are those valid at the month's end; ``_place`` is the sending town, ``_start`` and ``_end`` the
    month's days.
    """
    first = month_index(plan.campaign.monitoring.start)
    last = month_index(as_of + dt.timedelta(days=1)) - 1
    counts = _counts(plan, homes, residents, first, last, seed)
    months = []
    for at, index in enumerate(range(first, last + 1)):
        end = month_end(index)
        valid = villages.settled(plan, end).set_index("code")["town"]
        code = pd.Series([plan.places.current(c, end) for c in homes["first"]])
        frame = pd.DataFrame({name: values[:, at] for name, values in counts.items()})
        frame.insert(0, "village_code", code)
        frame = frame.assign(_place=code.map(valid), _start=month_start(index), _end=end)
        months.append(frame[frame["_place"].notna()])  # a dissolved village no longer reports
    table = pd.concat(months, ignore_index=True)
    not_sent = table["_place"].isin(_silent(plan, homes)) & (table["_start"] == NOT_SENT)
    return table[~not_sent].reset_index(drop=True)


def _silent(plan: Plan, homes: pd.DataFrame) -> list[str]:
    """Every code of the town whose return for one month was not sent."""
    towns = list(homes["first_town"].unique())
    named = [code for code in towns if plan.places.name(code, "zh") == villages.SMALL_TOWNS[1]]
    return named or towns[-1:]


def _quiet(plan: Plan, homes: pd.DataFrame) -> int:
    """The row of the village where no lecture is ever held: the last one of a town."""
    named = [plan.places.name(code, "zh") == villages.SMALL_TOWNS[0] for code in homes["first_town"]]
    return int(np.flatnonzero(named)[-1]) if any(named) else len(homes) - 1


def _counts(plan: Plan, homes: pd.DataFrame, residents: int, first: int, last: int, seed: int) -> dict[str, np.ndarray]:
    """Arrays village × month of each reported column."""
    rng = villages.generator(seed, 4)
    month = np.arange(first, last + 1)
    named = np.isin(month % 12 + 1, [day.month for day in plan.campaign.named_days])
    season = np.where(named, 1.5, 0.85) * np.where(np.isin(month % 12, [0, 1]), 0.6, 1.0)  # quiet at new year
    people = residents * homes["size"].to_numpy()
    busy = homes["lecture_rate"].to_numpy() * np.clip(people / people.mean(), 0.6, 1.8) ** 0.5
    lectures = rng.poisson(busy[:, None] * season)
    quiet = np.arange(len(homes)) == _quiet(plan, homes)
    lectures[quiet] = 0
    recent = lectures[:, -lectures.shape[1] // 3 :]  # no other village is without lectures for long, by chance
    lectures[~recent.any(axis=1) & ~quiet, -1] = 1
    themed = np.where(named, rng.binomial(lectures, 0.55), 0)
    crowd = np.clip(people / 40, 12, 60)
    attendances = rng.poisson(lectures * crowd[:, None] * rng.uniform(0.7, 1.3, lectures.shape))

    growth = 0.72 + 0.28 * (month - month[0]) / 24  # of the mid-2018 level; two years after mid-2016
    level = people[:, None] * homes["volunteer_share"].to_numpy()[:, None] * growth
    spread = rng.uniform(0.75, 1.25, (len(homes), 1))
    volunteers = np.maximum.accumulate(np.rint(level * spread).astype(np.int64), axis=1)
    leavers = rng.poisson(0.15, volunteers.shape)  # people also stop; the level dips a little
    volunteers = np.maximum(volunteers - leavers, 0)
    teams = np.maximum.accumulate(1 + volunteers // 30, axis=1)
    return {
        "lectures": lectures,
        "themed_lectures": themed,
        "attendances": attendances,
        "volunteers": volunteers,
        "teams": teams,
    }
