"""Invented returns of the villages: the monthly one of lectures and volunteers, the yearly one of yes and no."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.plan.periods import month_end, month_index, month_start
from hfwork.sample import homes as villages
from hfwork.sample.census import Towns, coded_on, finish, periods, sent

Counts = dict[str, np.ndarray]  # column → village × month


def draw(plan: Plan, towns: Towns, residents: int, as_of: dt.date, *, seed: int) -> tuple[pd.DataFrame, Counts]:
    """The monthly returns, one row per village and month, and what truly happened as arrays village × month.

    Codes are those valid at the month's end; ``_place`` is the sending town, ``_start`` and ``_end`` the month's
    days. What one inventive town reports is smooth and round; what happened there is in the arrays.
    """
    first = month_index(plan.campaign.monitoring.start)
    last = month_index(as_of + dt.timedelta(days=1)) - 1
    truth = _counts(plan, towns.homes, residents, first, last, seed)
    told = _invent(truth, towns.homes)
    months = []
    for at, index in enumerate(range(first, last + 1)):
        end = month_end(index)
        there = _there(towns, coded_on(end))
        rows = there["home"].to_numpy()
        frame = pd.DataFrame({name: values[rows, at] for name, values in told.items()})
        frame = frame.assign(village_code=there["code"].to_numpy(), _place=there["town"].to_numpy())
        months.append(frame.assign(_start=month_start(index), _end=end))
    return finish(plan, "activity", months), truth


def yearly(plan: Plan, towns: Towns, table: pd.DataFrame, as_of: dt.date, *, seed: int) -> pd.DataFrame:
    """One row per village and year: campaign running, lecture held (as the monthly returns say), station, honour."""
    rng, begins = villages.generator(seed, 6), _begins(towns.homes, seed)
    station = 2016 + rng.choice(7, size=len(towns.homes), p=[0.20, 0.12, 0.14, 0.14, 0.12, 0.10, 0.18])
    named = begins + 1 + rng.choice(20, size=len(towns.homes))  # a few villages, some time after they began
    year = pd.to_datetime(table["_start"]).dt.year
    rows = []
    for period in periods(plan, "year", as_of):
        now = period.end.year
        there = _there(towns, coded_on(period.end))
        home = there["home"].to_numpy()
        lectures = table[year == now].groupby("village_code")["lectures"].sum()
        # a village that changed its code during the year held its lectures under both
        held = pd.Series(0, index=there["code"])
        for code, count in lectures.items():
            held = held.add(pd.Series({plan.places.current(str(code), period.end): int(count)}), fill_value=0)
        lecture = (held.reindex(there["code"]).to_numpy() > 0).astype(np.int64)
        running = np.maximum(lecture, begins[home] <= now)
        frame = {"village_code": there["code"], "running": running, "lecture_held": lecture}
        frame |= {"station": (station[home] <= now).astype(np.int64), "demonstration": running * (named[home] <= now)}
        rows.append(sent(frame, there["town"], period))
    return finish(plan, "villages", rows)


def _begins(homes: pd.DataFrame, seed: int) -> np.ndarray:
    """The year in which each village joins the campaign; none holds lectures before."""
    return 2016 + villages.generator(seed, 13).choice(3, size=len(homes), p=[0.66, 0.23, 0.11])


def _there(towns: Towns, on: dt.date) -> pd.DataFrame:
    """The villages that report on a day, one row each; a dissolved village no longer does."""
    doors = towns.doors(on)
    valid = set(towns.plan.places.at(on, towns.plan.places.levels[-1])["code"])
    return doors[doors["code"].isin(valid)].drop_duplicates("code")


def _quiet(homes: pd.DataFrame) -> int:
    """The row of the village where no lecture is ever held: the last one of a town."""
    return int(np.flatnonzero(villages.called(homes, villages.QUIET, -1))[-1])


def _counts(plan: Plan, homes: pd.DataFrame, residents: int, first: int, last: int, seed: int) -> Counts:
    rng = villages.generator(seed, 4)
    month = np.arange(first, last + 1)
    named = np.isin(month % 12 + 1, [day.month for day in plan.campaign.named_days])
    season = np.where(named, 1.5, 0.85) * np.where(np.isin(month % 12, [0, 1]), 0.6, 1.0)  # quiet at new year
    season = season * np.where((month >= 2020 * 12 + 1) & (month <= 2020 * 12 + 3), 0.25, 1.0)  # gatherings paused
    pace = homes["rise"].to_numpy()[:, None] * (month - first) / 12
    people = residents * homes["size"].to_numpy()
    busy = homes["lecture_rate"].to_numpy() * np.clip(people / people.mean(), 0.6, 1.8) ** 0.5
    lectures = rng.poisson(busy[:, None] * season * (1 + 0.05 * pace))
    lectures[_begins(homes, seed)[:, None] > month // 12] = 0
    quiet = np.arange(len(homes)) == _quiet(homes)
    lectures[quiet] = 0
    recent = lectures[:, -9:]  # no other village is without lectures for long, by chance
    lectures[~recent.any(axis=1) & ~quiet, -1] = 1
    themed = np.where(named, rng.binomial(lectures, 0.55), 0)
    crowd = np.clip(people / 40, 12, 60)
    attendances = rng.poisson(lectures * crowd[:, None] * rng.uniform(0.7, 1.3, lectures.shape))

    growth = np.minimum(0.72 + 0.28 * (month - month[0]) / 24, 1.35)  # of the mid-2018 level
    level = people[:, None] * homes["volunteer_share"].to_numpy()[:, None] * growth
    spread = rng.uniform(0.75, 1.25, (len(homes), 1))
    volunteers = np.maximum.accumulate(np.rint(level * spread).astype(np.int64), axis=1)
    leavers = rng.poisson(0.15, volunteers.shape)  # people also stop; the level dips a little
    volunteers = np.maximum(volunteers - leavers, 0)
    teams = np.maximum.accumulate(1 + volunteers // 30, axis=1)
    hours = rng.poisson(volunteers * 0.95 * season * rng.uniform(0.75, 1.25, (len(homes), 1)))
    return {
        "lectures": lectures,
        "themed_lectures": themed,
        "attendances": attendances,
        "volunteers": volunteers,
        "teams": teams,
        "hours": hours,
    }


def _invent(truth: Counts, homes: pd.DataFrame) -> Counts:
    """What is reported: the truth, but for one town that writes a lecture a month for everyone, in round numbers."""
    told = {name: values.copy() for name, values in truth.items()}
    if not homes["town_name"].eq(villages.INVENTIVE).any():
        return told
    there = villages.called(homes, villages.INVENTIVE, -1)
    months = np.arange(told["lectures"].shape[1])
    told["lectures"][there] = 1
    told["themed_lectures"][there] = np.minimum(told["themed_lectures"][there], 1)
    told["attendances"][there] = np.where(months % 2, 40, 50)
    level = np.rint(told["volunteers"][there, :1] / 10) * 10  # ten more every year, the same in every village
    told["volunteers"][there] = (level + 10 * (months // 12)).astype(np.int64)
    told["hours"][there] = told["volunteers"][there]
    return told
