"""Invented residents and who lives with whom: ages, moves, deaths, records, contracts.

Dates are numpy ``datetime64[D]`` arrays; NaT means that it has not happened by the last day.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

Days = np.ndarray  # datetime64[D]

NAT = np.datetime64("NaT", "D")
CONTRACTS_FROM = np.datetime64("2017-06-01", "D")  # city-wide start of family-doctor contracts
RECORDS_FROM = np.datetime64("2009-06-01", "D")  # the national basic public-health services began
# Shares of residents by age, near the 2020 census of the district, the youngest near the births of 2013–2016.
AGES = (
    (0, 3, 0.0235), (3, 11, 0.0915), (11, 15, 0.0400), (15, 60, 0.6480), (60, 65, 0.0700), (65, 80, 0.0990),
    (80, 96, 0.0280),
)  # fmt: skip
MEAN_HOUSEHOLD = 3.08
MOVES_IN, MOVES_OUT = 0.0085, 0.0153  # of residents, per year
REGISTERED = 0.985  # of live births, entered among the residents


def later(day: Days, days: np.ndarray) -> Days:
    """Dates a number of (possibly fractional) days after others."""
    return day + np.floor(days).astype("timedelta64[D]")


def within(day: Days, *limits: Days) -> Days:
    """The date where it is not after any limit that exists, else NaT."""
    kept = day
    for limit in limits:
        kept = np.where(np.isnat(limit) | (day <= limit), kept, NAT)
    return kept


def uniform(low: Days, high: Days, rng: np.random.Generator, count: int) -> Days:
    """Dates spread evenly from low to high, both included."""
    span = (high - low).astype(np.int64) + 1
    return later(low, rng.uniform(0, 1, count) * np.maximum(span, 1))


def draw(
    homes: pd.DataFrame,
    count: int,
    babies: pd.DataFrame,
    start: np.datetime64,
    last: np.datetime64,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everyone who lived here between ``start`` and ``last``: ``count`` from the first day, newborns, arrivals.

    ``babies`` are live births with home, sex, born_on and died_on. Returns residents and their households, both
    with a ``home`` row number.
    """
    people = _residents(homes, count, babies, start, last, rng)
    home, minor = people["home"].to_numpy(), people["born_on"].to_numpy() > start - np.timedelta64(7305, "D")
    household, first_home, head = _households(home, minor | people["arrived"].to_numpy(), len(homes), rng)
    people["household"] = household
    houses = _house_dates(people, first_home, head, start, last, rng)
    _records(people, homes, start, last, rng)
    return people, houses


def _residents(
    homes: pd.DataFrame,
    settled: int,
    babies: pd.DataFrame,
    start: np.datetime64,
    last: np.datetime64,
    rng: np.random.Generator,
) -> pd.DataFrame:
    years = (last - start).astype(int) / 365.25
    moved = int(rng.poisson(settled * MOVES_IN * years))
    babies = babies[(babies["born_on"] >= start) & (rng.uniform(0, 1, len(babies)) < REGISTERED)]
    count = settled + len(babies) + moved
    group = np.repeat(np.arange(3), (settled, len(babies), moved))  # 0 was here, 1 born here, 2 moved in
    home = rng.choice(len(homes), size=count, p=homes["size"].to_numpy())
    home[group == 1] = babies["home"]
    low, high, share = (np.array(part, float) for part in zip(*AGES, strict=True))
    band = rng.choice(len(AGES), size=count, p=share / share.sum())
    age = low[band] + (high - low)[band] * rng.uniform(0, 1, count) ** np.where(low[band] >= 65, 1.4, 1.0)
    age = np.where(group == 2, 18 + np.minimum(rng.gamma(2.0, 8.0, count), 60), age)
    born = later(np.full(count, start), -age * 365.25 - 1)
    born[group == 1] = babies["born_on"].to_numpy().astype("datetime64[D]")
    arrival = uniform(np.full(count, start), np.full(count, last), rng, count)
    since_birth = rng.uniform(0, 1, count) < 0.62
    moved_in = np.where(since_birth, born, uniform(born, np.full(count, start - 1), rng, count))
    moved_in = np.where(group == 0, moved_in, np.where(group == 1, born, arrival))

    begin = np.maximum(moved_in, start)
    hazard = 0.0002 + 0.000022 * np.exp(0.094 * np.minimum(age, 95))
    hazard = np.where(group == 1, 0.0003, hazard)
    died = later(begin, rng.exponential(1 / hazard) * 365.25)
    in_infancy = babies["died_on"].to_numpy().astype("datetime64[D]")
    died[group == 1] = np.where(np.isnat(in_infancy), died[group == 1], in_infancy)
    leaving = MOVES_OUT * np.where((age >= 18) & (age < 36), 1.9, 0.7)
    left = later(begin, rng.exponential(1 / leaving) * 365.25 + 30)
    died = within(died, left, np.full(count, last))
    left = np.where(np.isnat(died), within(left, np.full(count, last)), NAT)
    sex = np.where(rng.uniform(0, 1, count) < 0.519, "1", "2")
    sex[group == 1] = babies["sex"]
    return pd.DataFrame(
        {"home": home, "sex": sex, "born_on": born, "moved_in": moved_in, "moved_out": left, "died_on": died}
    ).assign(arrived=group > 0)


def _households(
    home: np.ndarray, not_head: np.ndarray, villages: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Household number of each person, village of each household, and the person who heads it.

    Every household has one settled adult; the others join a household of their village by chance.
    """
    people = np.bincount(home, minlength=villages)
    adults = np.bincount(home[~not_head], minlength=villages)
    houses = np.minimum(np.maximum(np.rint(people / MEAN_HOUSEHOLD).astype(int), 1), adults)
    first = np.concatenate(([0], np.cumsum(houses)[:-1]))
    order = np.lexsort((rng.uniform(0, 1, len(home)), not_head, home))
    place = home[order]
    rank = np.arange(len(home)) - np.concatenate(([0], np.cumsum(people)[:-1]))[place]
    own = rank < houses[place]
    number = first[place] + np.where(own, rank, (rng.uniform(0, 1, len(home)) * houses[place]).astype(int))
    household = np.empty(len(home), dtype=np.int64)
    household[order] = number
    head = np.empty(int(houses.sum()), dtype=np.int64)
    head[number[own]] = order[own]
    return household, np.repeat(np.arange(villages), houses), head


def _house_dates(
    people: pd.DataFrame,
    home: np.ndarray,
    head: np.ndarray,
    start: np.datetime64,
    last: np.datetime64,
    rng: np.random.Generator,
) -> pd.DataFrame:
    count = len(head)
    day = {name: people[name].to_numpy().astype("datetime64[D]") for name in ("born_on", "moved_in")}
    grown = np.maximum(later(day["born_on"][head], np.full(count, 7305.0)), day["moved_in"][head])
    before = np.full(count, start - 1)
    formed = uniform(np.minimum(grown, before), before, rng, count)
    divided = rng.uniform(0, 1, count) < 0.015
    formed = np.where(divided, uniform(before + 1, np.full(count, last), rng, count), formed)
    # A household ends when its last member has died or moved away.
    gone = people["died_on"].fillna(people["moved_out"]).to_numpy().astype("datetime64[D]")
    ended = np.full(count, np.datetime64("1900-01-01", "D")).astype(np.int64)
    number = people["household"].to_numpy()
    np.maximum.at(ended, number, np.where(np.isnat(gone), 10**6, gone.astype(np.int64)))
    dissolved = np.where(ended < 10**6, ended.astype("datetime64[D]"), NAT)
    dissolved = np.where(dissolved >= formed, dissolved, NAT)
    return pd.DataFrame({"home": home, "formed_on": formed, "dissolved_on": dissolved})


def _records(
    people: pd.DataFrame,
    homes: pd.DataFrame,
    start: np.datetime64,
    last: np.datetime64,
    rng: np.random.Generator,
) -> None:
    """Health records and family-doctor contracts, written into ``people``."""
    count, home = len(people), people["home"].to_numpy()
    dates = ("born_on", "moved_in", "moved_out", "died_on")
    day = {name: people[name].to_numpy().astype("datetime64[D]") for name in dates}
    final, early = np.full(count, last), np.full(count, start - 1)
    arrived = people["arrived"].to_numpy()
    had = ~arrived & (rng.uniform(0, 1, count) < homes["record_before"].to_numpy()[home])
    opened_before = uniform(np.minimum(np.maximum(day["moved_in"], RECORDS_FROM), early), early, rng, count)
    rate = np.where(arrived, 1.1, homes["record_rate"].to_numpy()[home])
    opened = later(np.maximum(day["moved_in"], start), rng.exponential(1.0, count) / rate * 365.25)
    record = np.where(had, opened_before, within(opened, day["moved_out"], day["died_on"], final))

    age = (start - day["born_on"]).astype(np.int64) / 365.25
    ceiling = homes["contract_ceiling"].to_numpy()[home] * np.where((age >= 65) | (age < 7), 1.25, 0.93)
    wait = rng.gamma(2.0, 165.0, count)
    signed = np.maximum(later(np.full(count, CONTRACTS_FROM), wait), record)
    signed = np.where(rng.uniform(0, 1, count) < ceiling, signed, NAT)
    signed = within(signed, day["moved_out"], day["died_on"], final)
    ends = signed + 365  # in force until the day before
    for _ in range(12):  # a renewal moves the end of the agreement by a year; it is agreed when the year ends
        due = (ends <= last) & (rng.uniform(0, 1, count) < 0.85)
        due &= ~(day["moved_out"] <= ends) & ~(day["died_on"] <= ends)
        ends = np.where(due, ends + 365, ends)
    people["record_on"], people["contract_on"], people["contract_end"] = record, signed, ends
