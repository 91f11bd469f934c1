"""Invented fates of households: need, offers of pairing taken or declined, help, allowances, loans, honours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.sample.people import NAT, later, uniform, within

CAMPAIGN = 1310  # days, 2016-06 to 2019-12
JOINING = {
    "joined_civility": 0.80,
    "joined_health": 0.70,
    "joined_birth": 0.20,
    "joined_prosper": 0.12,
    "joined_devotion": 0.35,
}  # of households that take part at all, by the end of the campaign
SPECIAL, REWARDED, DECLINE = 0.005, 0.035, 0.07
NEEDY = 0.036  # of households, found in 2500 days


def live(
    houses: pd.DataFrame, homes: pd.DataFrame, start: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> None:
    """Write every date of the table ``households`` into ``houses``, which has home, formed_on, dissolved_on."""
    ended = houses["dissolved_on"].to_numpy().astype("datetime64[D]")
    final = np.full(len(houses), last)
    steps = _need(houses, homes, start, last, rng) | _special(houses, start, last, rng)
    steps |= _joining(houses, homes, start, steps["needy_on"], rng)
    steps |= _honours(steps["joined_civility"], rng)
    steps |= _help(steps, start, rng)
    for name, day in steps.items():
        houses[name] = within(day, ended, final)
    # What can only follow another step is not there without it.
    for name, needs in (("needy_until", "needy_on"), ("special_until", "special_on"), ("reward_until", "reward_on")):
        houses[name] = houses[name].where(houses[needs].notna())


def _formed(houses: pd.DataFrame) -> np.ndarray:
    return houses["formed_on"].to_numpy().astype("datetime64[D]")


def _need(
    houses: pd.DataFrame, homes: pd.DataFrame, start: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Need, the offer of a helper, and what became of it; who declines is not asked again."""
    count, home = len(houses), houses["home"].to_numpy()
    begin, end = start - 1500, max(last, start + 1000)
    found = uniform(np.full(count, begin), np.full(count, end), rng, count)
    share = NEEDY * (end - begin).astype(int) / 2500
    needy = np.where(rng.uniform(0, 1, count) < share, np.maximum(found, _formed(houses)), NAT)
    until = later(needy, 400 + rng.exponential(2600, count))
    wait = rng.exponential(1.0, count) * homes["pair_days"].to_numpy()[home]
    offered = within(later(np.maximum(needy, start), wait), until)
    declines = rng.uniform(0, 1, count) < DECLINE
    answer = later(offered, rng.gamma(2.0, 9.0, count))
    return {
        "needy_on": needy,
        "needy_until": until,
        "pair_offered_on": offered,
        "pair_declined_on": within(np.where(declines, answer, NAT), until),
        "paired_on": within(np.where(declines, NAT, answer), until),
    }


def _special(
    houses: pd.DataFrame, start: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Special families with a named contact person, and families with the yearly reward for the old."""
    count = len(houses)
    day = uniform(np.full(count, start - 2500), np.full(count, last), rng, count)
    special = np.where(rng.uniform(0, 1, count) < SPECIAL, np.maximum(day, _formed(houses)), NAT)
    until = np.where(rng.uniform(0, 1, count) < 0.04, later(special, rng.uniform(300, 2000, count)), NAT)
    wait = rng.gamma(1.2, 110.0, count)
    contact = np.where(rng.uniform(0, 1, count) < 0.96, later(np.maximum(special, start + 60), wait), NAT)
    year = uniform(np.full(count, start - 2500), np.full(count, last), rng, count).astype("datetime64[Y]")
    july = year.astype("datetime64[D]") + 181 + rng.integers(0, 20, count)  # lists are confirmed once a year
    reward = np.where((rng.uniform(0, 1, count) < REWARDED) & (july >= _formed(houses)), july, NAT)
    over = np.where(rng.uniform(0, 1, count) < 0.05, later(reward, rng.uniform(400, 2500, count)), NAT)
    return {
        "special_on": special,
        "special_until": until,
        "contact_on": within(contact, until),
        "reward_on": reward,
        "reward_until": over,
    }


def _joining(
    houses: pd.DataFrame, homes: pd.DataFrame, start: np.datetime64, needy: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    count, home = len(houses), houses["home"].to_numpy()
    active = rng.uniform(0, 1, count) < homes["join_share"].to_numpy()[home]
    joined = {}
    for name, share in JOINING.items():
        rate = np.where(np.isnat(needy), share, 0.45) if name == "joined_prosper" else np.full(count, share)
        joins = active & (rng.uniform(0, 1, count) < rate)
        day = later(np.full(count, start), CAMPAIGN * rng.beta(1.2, 1.25, count))
        joined[name] = np.where(joins, np.maximum(day, _formed(houses)), NAT)
    return joined


def _honours(joined: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Villages nominate in spring, a year or more after joining; the district names some in July."""
    count = len(joined)
    spring = (joined + 365).astype("datetime64[Y]").astype("datetime64[D]") + 70 + rng.integers(0, 60, count)
    nominated = np.where((rng.uniform(0, 1, count) < 0.035) & (spring > joined), spring, NAT)
    july = nominated.astype("datetime64[Y]").astype("datetime64[D]") + 188 + rng.integers(0, 12, count)
    return {"nominated_on": nominated, "named_on": np.where(rng.uniform(0, 1, count) < 0.42, july, NAT)}


def _help(steps: dict[str, np.ndarray], start: np.datetime64, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """First help by volunteers and small loans: mostly, not only, for those who need them."""
    count = len(steps["needy_on"])
    known = {name: ~np.isnat(steps[name]) for name in ("needy_on", "special_on", "joined_prosper", "joined_devotion")}
    wished = np.where(known["special_on"], 0.85, np.where(known["needy_on"], 0.70, 0.02))
    since = np.fmax(np.fmax(steps["needy_on"], steps["special_on"]), start)
    helped = np.where(rng.uniform(0, 1, count) < wished, later(since, rng.gamma(1.5, 260.0, count)), NAT)
    asks = known["joined_prosper"] & (rng.uniform(0, 1, count) < np.where(known["needy_on"], 0.30, 0.09))
    loan = np.where(asks, later(steps["joined_prosper"], 30 + rng.gamma(2.0, 90.0, count)), NAT)
    return {"helped_on": helped, "loan_on": loan}
