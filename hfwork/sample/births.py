"""Invented deliveries and newborns: booking, hospital, screening, visits – and the few that end badly."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.sample.people import NAT, later, within

# Of the yearly number, by year: a second-child wave, then fewer; and by month: more in autumn.
WAVE = {2015: 0.98, 2016: 1.04, 2017: 1.07, 2018: 0.99, 2019: 0.94, 2020: 0.84}
SEASON = np.array([1.00, 0.90, 0.94, 0.93, 0.95, 0.94, 1.00, 1.05, 1.07, 1.12, 1.06, 1.04])
SEX_RATIO, TWINS, STILL, DEFECTS, DEATHS, MATERNAL_DEATHS = 111, 0.010, 0.005, 0.0102, 0.0038, 0.0002


def draw(
    homes: pd.DataFrame, a_year: float, first: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Deliveries from ``first`` to ``last`` and their newborns, one row each, with a ``home`` row number.

    A step that has not happened by ``last`` is NaT.
    """
    delivered = days(a_year, first, last, SEASON, rng)
    count = len(delivered)
    home = rng.choice(len(homes), size=count, p=homes["size"].to_numpy())
    # Years since 2016, times the town's pace: what improves, improves with it.
    years = (delivered - np.datetime64("2016-01-01")).astype(int) / 365.25
    pace = np.clip(years, 0, None) * homes["rise"].to_numpy()[home]
    chance = rng.uniform(0, 1, (8, count))

    term = np.clip(rng.normal(39.2, 1.6, count), 28, 42)
    early = chance[0] < homes["early_share"].to_numpy()[home] + 0.006 * pace
    week = np.where(early, rng.triangular(5, 9, 13, count), rng.uniform(13, 34, count))
    week = np.minimum(week, term - 0.5)
    booked = np.where(chance[1] < 0.985, later(delivered, -(term - week) * 7), NAT)
    serum = later(delivered, -(term - rng.uniform(15, 20, count)) * 7)
    wants = chance[2] < homes["serum_share"].to_numpy()[home] + 0.02 * pace
    screened = np.where(wants & ~np.isnat(booked), np.maximum(serum, booked), NAT)
    discharged = later(delivered, 1.5 + rng.gamma(3.0, 0.9, count))
    visited = _visit(discharged, homes["visit_share"].to_numpy()[home] + 0.008 * pace, chance[3], rng)
    died = np.where(chance[4] < MATERNAL_DEATHS, later(delivered, rng.uniform(0, 30, count)), NAT)
    managed = early & ~np.isnat(booked) & ~np.isnat(visited) & (chance[5] < 0.985)

    steps = {"registered_on": booked, "screened_on": screened, "discharged_on": discharged, "visited_on": visited}
    frame = pd.DataFrame({"home": home, "delivered_on": delivered, "died_on": within(died, np.full(count, last))})
    frame = frame.assign(**{name: within(day, np.full(count, last), died) for name, day in steps.items()})
    known = ~np.isnat(booked)
    frame["register_week"] = pd.array(np.floor(week).astype(np.int64), dtype="Int64").copy()
    frame.loc[~known, "register_week"] = pd.NA
    frame["setting"] = np.where(chance[6] < 0.9985, "hospital", "other")
    frame["managed"] = np.where(managed, "yes", "no")
    return frame, _newborns(homes, frame, pace, last, rng)


def days(
    a_year: float, first: np.datetime64, last: np.datetime64, season: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Days of events in order: a Poisson number in each month, evenly within it; ``season`` has twelve factors."""
    months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
    wave = [WAVE.get(int(year), 0.8) for year in months.astype("datetime64[Y]").astype(int) + 1970]
    number = rng.poisson(a_year / 12 * np.array(wave) * season[months.astype(int) % 12])
    begin = months.astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[D]") - begin).astype(int)
    found = np.sort(later(np.repeat(begin, number), rng.uniform(0, 1, number.sum()) * np.repeat(length, number)))
    return found[(found >= first) & (found <= last)]


def _visit(discharged: np.ndarray, share: np.ndarray, chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Most are visited within a week of leaving hospital, some within four weeks, a few later, a few never."""
    count = len(discharged)
    wait = np.where(chance < share, rng.uniform(1, 7.9, count), rng.uniform(8, 26, count))
    wait = np.where(chance > share + 0.6 * (1 - share), rng.uniform(27, 55, count), wait)
    return np.where(chance < share + 0.75 * (1 - share), later(discharged, wait), NAT)


def _newborns(
    homes: pd.DataFrame, deliveries: pd.DataFrame, pace: np.ndarray, last: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    twin = rng.uniform(0, 1, len(deliveries)) < TWINS
    mother = np.repeat(np.arange(len(deliveries)), 1 + twin)
    count, pace = len(mother), pace[mother]
    home = deliveries["home"].to_numpy()[mother]
    day = {n: deliveries[n].to_numpy().astype("datetime64[D]")[mother] for n in ("delivered_on", "discharged_on")}
    born = day["delivered_on"]
    chance = rng.uniform(0, 1, (9, count))
    live = chance[0] >= STILL
    left = np.where(np.isnat(day["discharged_on"]), born + 3, day["discharged_on"])

    died = np.where(live & (chance[1] < DEATHS), later(born, rng.gamma(0.5, 80.0, count)), NAT)
    screened = chance[2] < np.minimum(homes["metabolic_share"].to_numpy()[home] + 0.003 * pace, 0.995)
    metabolic = np.where(screened, later(born, rng.uniform(3, 8, count)), NAT)
    heard = chance[3] < np.minimum(homes["hearing_share"].to_numpy()[home] + 0.010 * pace, 0.99)
    hearing = np.where(heard, later(born, np.where(chance[4] < 0.95, rng.uniform(2, 5, count), 42)), NAT)
    found = ~np.isnat(metabolic) & (chance[5] < 0.003)
    confirmed = np.where(found, later(born, rng.uniform(20, 80, count)), NAT)
    treated = np.where(chance[6] < 0.92, later(confirmed, rng.uniform(1, 20, count)), NAT)
    visited = _visit(left, homes["visit_share"].to_numpy()[home] + 0.008 * pace, chance[7], rng)
    defect = chance[8] < np.where(live, DEFECTS, 0.08)
    seen = np.where(rng.uniform(0, 1, count) < 0.65, rng.uniform(0, 7, count), rng.uniform(7, 330, count))
    diagnosed = np.where(defect, later(born, np.where(live, seen, 0)), NAT)

    final = np.full(count, last)
    steps = {"visited_on": visited, "metabolic_on": metabolic, "hearing_on": hearing}
    steps |= {"confirmed_on": confirmed, "treated_on": treated}
    steps = {name: np.where(live, day, NAT) for name, day in steps.items()} | {"defect_on": diagnosed}
    frame = pd.DataFrame({"home": home, "born_on": born, "died_on": within(died, final)})
    frame = frame.assign(**{name: within(day, final, died) for name, day in steps.items()})
    sex = np.where(rng.uniform(0, 1, count) < SEX_RATIO / (100 + SEX_RATIO), "1", "2")
    setting = deliveries["setting"].to_numpy()[mother]
    return frame.assign(sex=sex, outcome=np.where(live, "live", "still"), setting=setting)
