"""Invented residents and households: ages, moves, deaths, records, contracts, joining dates.

Dates are numpy ``datetime64[D]`` arrays; NaT means that it has not happened by the last day.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

Days = np.ndarray  # datetime64[D]

NAT = np.datetime64("NaT", "D")
CONTRACTS_FROM = np.datetime64("2017-06-01", "D")  # city-wide start of family-doctor contracts
RECORDS_FROM = np.datetime64("2009-06-01", "D")  # the national basic public-health services began
# Shares of residents by age, near the 2020 census of the district: from, below, share.
AGES = ((0, 15, 0.158), (15, 60, 0.633), (60, 65, 0.070), (65, 80, 0.108), (80, 96, 0.031))
MEAN_HOUSEHOLD = 3.08
BIRTHS, MOVES_IN, MOVES_OUT = 0.0076, 0.012, 0.013  # of residents, per year
JOINING = {
    "joined_civility": 0.80,
    "joined_health": 0.70,
    "joined_birth": 0.20,
    "joined_prosper": 0.12,
    "joined_devotion": 0.35,
}  # of households that take part at all, by the end of the campaign


def later(day: Days, days: np.ndarray) -> Days:
    """Dates a number of (possibly fractional) days after others."""
    return day + np.floor(days).astype("timedelta64[D]")


def within(day: Days, *limits: Days) -> Days:
    """The date where it is not after any limit that exists, else NaT."""
    kept = day
    for limit in limits:
        kept = np.where(np.isnat(limit) | (day <= limit), kept, NAT)
    return kept


def _uniform(low: Days, high: Days, rng: np.random.Generator, count: int) -> Days:
    """Dates spread evenly from low to high, both included."""
    span = (high - low).astype(np.int64) + 1
    return later(low, rng.uniform(0, 1, count) * np.maximum(span, 1))


def draw(
    homes: pd.DataFrame, count: int, start: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Residents (exactly ``count`` rows) and their households, as frames with a ``home`` row number."""
    people = _residents(homes, count, start, last, rng)
    home, minor = people["home"].to_numpy(), people["born_on"].to_numpy() > start - np.timedelta64(7305, "D")
    household, first_home, head = _households(home, minor | people["arrived"].to_numpy(), len(homes), rng)
    people["household"] = household
    houses = _house_dates(people, first_home, head, start, last, rng)
    _take_part(houses, homes, start, last, rng)
    _records(people, homes, start, last, rng)
    return people, houses


def _residents(
    homes: pd.DataFrame, count: int, start: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    years = (last - start).astype(int) / 365.25
    born_later, moved = int(count * BIRTHS * years), int(count * MOVES_IN * years)
    settled = count - born_later - moved
    home = np.sort(rng.choice(len(homes), size=count, p=homes["size"].to_numpy()))
    group = np.repeat(np.arange(3), (settled, born_later, moved))  # 0 was here, 1 born here, 2 moved in
    group = rng.permutation(group)
    low, high, share = (np.array(part, float) for part in zip(*AGES, strict=True))
    band = rng.choice(len(AGES), size=count, p=share / share.sum())
    age = low[band] + (high - low)[band] * rng.uniform(0, 1, count) ** np.where(band >= 3, 1.4, 1.0)
    age = np.where(group == 2, 18 + rng.gamma(2.0, 8.0, count), age)
    born = later(np.full(count, start), -age * 365.25 - 1)
    arrival = _uniform(np.full(count, start), np.full(count, last), rng, count)
    born = np.where(group == 1, arrival, born)
    since_birth = rng.uniform(0, 1, count) < 0.62
    moved_in = np.where(since_birth, born, _uniform(born, np.full(count, start - 1), rng, count))
    moved_in = np.where(group == 0, moved_in, arrival)

    begin = np.maximum(moved_in, start)
    hazard = 0.0002 + 0.000022 * np.exp(0.094 * np.minimum(age, 95))
    hazard = np.where(group == 1, 0.003, hazard)
    died = later(begin, rng.exponential(1 / hazard) * 365.25)
    leaving = MOVES_OUT * np.where((age >= 18) & (age < 36), 1.9, 0.7)
    left = later(begin, rng.exponential(1 / leaving) * 365.25 + 30)
    died = within(died, left, np.full(count, last))
    left = np.where(np.isnat(died), within(left, np.full(count, last)), NAT)
    sex = np.where(rng.uniform(0, 1, count) < 0.519, "1", "2")
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
    formed = _uniform(np.minimum(grown, before), before, rng, count)
    divided = rng.uniform(0, 1, count) < 0.015
    formed = np.where(divided, _uniform(before + 1, np.full(count, last), rng, count), formed)
    # A household ends when its last member has died or moved away.
    gone = people["died_on"].fillna(people["moved_out"]).to_numpy().astype("datetime64[D]")
    ended = np.full(count, np.datetime64("1900-01-01", "D")).astype(np.int64)
    number = people["household"].to_numpy()
    np.maximum.at(ended, number, np.where(np.isnat(gone), 10**6, gone.astype(np.int64)))
    dissolved = np.where(ended < 10**6, ended.astype("datetime64[D]"), NAT)
    dissolved = np.where(dissolved >= formed, dissolved, NAT)
    return pd.DataFrame({"home": home, "formed_on": formed, "dissolved_on": dissolved})


def _take_part(
    houses: pd.DataFrame,
    homes: pd.DataFrame,
    start: np.datetime64,
    last: np.datetime64,
    rng: np.random.Generator,
) -> None:
    """Need, pairing and the joining dates, written into ``houses``."""
    count, home = len(houses), houses["home"].to_numpy()
    formed = houses["formed_on"].to_numpy().astype("datetime64[D]")
    ended = houses["dissolved_on"].to_numpy().astype("datetime64[D]")
    final = np.full(count, last)
    found = _uniform(np.full(count, start - 1500), np.full(count, start + 1000), rng, count)
    found = np.maximum(found, formed)
    needy = np.where(rng.uniform(0, 1, count) < 0.036, within(found, ended, final), NAT)
    until = later(needy, 400 + rng.exponential(2600, count))
    until = within(until, ended, final)
    wait = rng.exponential(1.0, count) * homes["pair_days"].to_numpy()[home]
    paired = within(later(np.maximum(needy, start), wait), until, ended, final)
    houses["needy_on"], houses["needy_until"], houses["paired_on"] = needy, until, paired

    active = rng.uniform(0, 1, count) < homes["join_share"].to_numpy()[home]
    campaign = 1310  # days of the campaign, 2016-06 to 2019-12
    for name, share in JOINING.items():
        rate = np.full(count, share)
        if name == "joined_prosper":
            rate = np.where(np.isnat(needy), share, 0.45)
        joins = active & (rng.uniform(0, 1, count) < rate)
        day = later(np.full(count, start), campaign * rng.beta(1.2, 1.25, count))
        day = np.maximum(day, formed)
        houses[name] = np.where(joins, within(day, ended, final), NAT)


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
    opened_before = _uniform(np.minimum(np.maximum(day["moved_in"], RECORDS_FROM), early), early, rng, count)
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
