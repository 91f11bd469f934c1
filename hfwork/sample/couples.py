"""Invented couples and the free pre-pregnancy check: offered, declined or taken, counselled, followed up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.sample.births import days
from hfwork.sample.homes import DEMONSTRATION, DEMONSTRATION_FROM, called
from hfwork.sample.people import NAT, later, within

SEASON = np.array([0.8, 0.7, 1.05, 1.15, 1.15, 1.05, 1.0, 0.95, 1.05, 1.05, 1.05, 1.0])  # quiet at new year
DECLINE, HIGH_RISK = 0.15, 0.185  # the share at risk as published: 17 to 20 %
EFFECT = 0.24  # more pregnancies followed up in the demonstration town, from its first day on


def draw(
    homes: pd.DataFrame, a_year: int, first: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    """About ``a_year`` target couples a year listed from ``first`` to ``last``; one row per couple.

    A step that has not happened by ``last`` is NaT; whoever was listed lately is simply not there yet.
    """
    listed = days(a_year, first, last, SEASON, rng)
    count = len(listed)
    home = rng.choice(len(homes), size=count, p=homes["size"].to_numpy())
    trait = {name: homes[name].to_numpy()[home] for name in ("check_share", "counsel_share", "follow_share")}
    final = np.full(count, last)
    chance = rng.uniform(0, 1, (6, count))

    offered = np.where(chance[0] < 0.98, later(listed, rng.gamma(2.0, 6.0, count)), NAT)
    declines = chance[1] < DECLINE
    declined = np.where(declines, later(offered, rng.gamma(2.0, 6.0, count)), NAT)
    comes = ~declines & (chance[2] < trait["check_share"])
    checked = np.where(comes, later(offered, 3 + rng.gamma(2.0, 16.0, count)), NAT)
    checked = within(checked, final)
    high = chance[3] < HIGH_RISK

    # High risk: most within 30 days, some late, some never. Others are mostly told by post or telephone.
    in_time = np.where(high, trait["counsel_share"], 0.55)
    told = chance[4] < in_time + 0.04
    delay = np.where(chance[4] < in_time, rng.uniform(1, 30, count), rng.uniform(31, 90, count))
    counselled = np.where(told, later(checked, delay), NAT)

    # Gamma waiting times: about 55 % of the checked couples report a pregnancy within a year.
    waited = 14 + rng.gamma(2.2, 85.0, count)
    pregnant = np.where(rng.uniform(0, 1, count) < 0.62, later(checked, waited), NAT)
    pregnant = within(pregnant, final)
    share = trait["follow_share"] + _effect(homes, home, pregnant)
    delay = np.where(chance[5] < share, rng.uniform(1, 28, count), rng.uniform(35, 80, count))
    followed = np.where(chance[5] < share + 0.05, later(pregnant, delay), NAT)
    # A tenth ends early; otherwise about 33 weeks remain. Some couples are then no longer found.
    remain = np.where(rng.uniform(0, 1, count) < 0.10, rng.uniform(14, 90, count), rng.normal(231, 12, count))
    outcome = later(pregnant, remain + rng.gamma(1.6, 14.0, count))
    outcome = np.where(rng.uniform(0, 1, count) < share + 0.12, outcome, NAT)

    steps = {"listed_on": listed, "offered_on": offered, "declined_on": declined, "checked_on": checked}
    steps |= {"counselled_on": counselled, "pregnant_on": pregnant, "followed_on": followed}
    steps["outcome_on"] = outcome
    frame = pd.DataFrame({"home": home, **{name: within(day, final) for name, day in steps.items()}})
    risk = pd.Series(np.where(high, "high", "usual"), dtype="str")
    return frame.assign(risk=risk.mask(np.isnat(checked)))


def _effect(homes: pd.DataFrame, home: np.ndarray, pregnant: np.ndarray) -> np.ndarray:
    """What the demonstration town gains with every pregnancy confirmed since it began."""
    there = called(homes, DEMONSTRATION, 0)[home]
    return np.where(there & (pregnant >= np.datetime64(DEMONSTRATION_FROM)), EFFECT, 0.0)
