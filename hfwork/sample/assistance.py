"""Invented returns of family assistance (quarterly) and of surveys and institutions (yearly)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.sample.census import Census, finish, part, reports, sent
from hfwork.sample.homes import generator

REWARD, SPECIAL = 960, 5_000  # yuan a year and person; the second is invented
CONFIRMED = {1: 0.35, 2: 0.80, 3: 1.00, 4: 1.00}  # of a year's list, by the end of each quarter
PAID = {1: 0.00, 2: 0.30, 3: 0.90, 4: 1.00}


def assistance(plan: Plan, census: Census, houses: pd.DataFrame, as_of: dt.date, *, seed: int) -> pd.DataFrame:
    """One row per quarter and town; loans and allowances agree with the households they went to."""
    rng, towns = generator(seed, 9), census.towns
    rows = []
    for period, on, codes in reports(plan, towns, "assistance", as_of):
        start, end, quarter = pd.Timestamp(period.start), pd.Timestamp(period.end), (period.end.month + 2) // 3
        people = census.count(census.living(period.end), on)
        years = (period.end - plan.campaign.monitoring.start).days / 365.25
        whole = 0.965 + 0.01 * np.minimum(years, 3) * towns.mean("rise", on)  # of the money due, paid by December

        def among(who: pd.Series, on: dt.date = on) -> np.ndarray:
            return towns.add(np.bincount(houses["home"][who], minlength=len(towns.homes)), on)

        def held(name: str, end: pd.Timestamp = end) -> pd.Series:
            return (houses[f"{name}_on"] <= end) & ~(houses[f"{name}_until"] <= end)

        reward = np.rint(1.4 * among(held("reward")) * CONFIRMED[quarter]).astype(np.int64)
        special = np.rint(1.7 * among(held("special")) * CONFIRMED[quarter]).astype(np.int64)
        paid = [part(number, PAID[quarter] * whole, rng) for number in (reward, special)]
        loans = among((houses["loan_on"] >= start) & (houses["loan_on"] <= end))
        frame = {
            "township_code": codes,
            "reward_confirmed": reward,
            "reward_paid": paid[0],
            "special_confirmed": special,
            "special_paid": paid[1],
            "funds_due": REWARD * reward + SPECIAL * special,
            "funds_paid": REWARD * paid[0] + SPECIAL * paid[1],
            "loan_amount": 1_000 * rng.poisson(38 * loans),
            "women_projects": rng.poisson(people * 0.00055 * (1 + 0.25 * years)),
            "trainings": rng.poisson(people * 0.0021 * (1.3 if quarter in (1, 4) else 0.7)),  # when the fields rest
            "girls_supported": rng.poisson(people * 0.00016),
            "counselling": rng.poisson(people * 0.0011 * (1 + 0.2 * years)),
        }
        rows.append(sent(frame, plan.places.root, period))
    return finish(plan, "assistance", rows)


def surveys(plan: Plan, census: Census, as_of: dt.date, *, seed: int) -> pd.DataFrame:
    """One row per year and town."""
    rng, towns = generator(seed, 10), census.towns
    rows = []
    for period, on, codes in reports(plan, towns, "surveys", as_of):
        count, years = len(codes), period.end.year - plan.campaign.monitoring.start.year
        pace = years * towns.mean("rise", on)
        stations = towns.add(np.ones(len(towns.homes), dtype=np.int64), on)
        aware = towns.mean("aware_share", on) + 0.07 * pace
        asked = {"literacy": rng.integers(180, 260, count), "campaign": rng.integers(90, 130, count)}
        asked["defect"] = rng.integers(60, 90, count)
        homes_for_old = 1 + stations // 15
        clinics = 1 + np.rint(stations * 0.7).astype(np.int64)
        frame = {
            "township_code": codes,
            "literacy_surveyed": asked["literacy"],
            "literate": part(asked["literacy"], 0.115 + 0.018 * pace, rng),
            "campaign_surveyed": asked["campaign"],
            "campaign_aware": part(asked["campaign"], aware, rng),
            "defect_surveyed": asked["defect"],
            "defect_aware": part(asked["defect"], aware + 0.08, rng),
            "care_homes": homes_for_old,
            "care_homes_medical": np.rint(homes_for_old * np.minimum(0.35 + 0.12 * pace, 1)),
            "clinics": clinics,
            "clinics_green": np.rint(clinics * np.minimum(0.50 + 0.10 * pace, 1)),
            "demonstration_town": (pace >= 2.2).astype(np.int64),  # the towns that improve fastest are named first
        }
        rows.append(sent(frame, plan.places.root, period))
    return finish(plan, "surveys", rows)
