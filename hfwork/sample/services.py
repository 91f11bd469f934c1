"""Invented quarterly returns of public-health services and the yearly one of maternal and child health."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.sample.census import Census, finish, number, part, reports, sent
from hfwork.sample.homes import generator

CONTRACTS_FROM = dt.date(2017, 6, 1)
# Columns about contracts stay empty before the scheme began: there was nothing to count, which is not zero.
ABOUT_CONTRACTS = ("priority_signed", "items_signed", "items_done", "special_signed", "disabled_signed")
RENEWALS = ("renewals_due", "renewals_done")
SERVED = {1: 0.24, 2: 0.52, 3: 0.80, 4: 1.00}  # of a year's services, done by the end of each quarter


def public_health(plan: Plan, census: Census, special: pd.DataFrame, as_of: dt.date, *, seed: int) -> pd.DataFrame:
    """One row per quarter and town. ``special``: home, special_on and special_until of special families."""
    rng, towns = generator(seed, 7), census.towns
    rows = []
    for period, on, codes in reports(plan, towns, "public_health", as_of):
        end, quarter = period.end, (period.end.month + 2) // 3
        there, age = census.living(end), census.age(end)
        people = census.count(there, on)
        elderly = census.count(there & (age >= 65), on)
        years = (end - plan.campaign.monitoring.start).days / 365.25
        pace = years * towns.mean("rise", on)
        served = towns.mean("service_share", on) + 0.03 * pace

        records = census.count(there & (census.record <= number(end)), on)
        electronic = part(records, 0.925 + 0.010 * pace, rng)
        frame = {"township_code": codes, "records_total": records, "records_electronic": electronic}
        frame["records_used"] = part(records, (0.42 + 0.05 * pace) * SERVED[quarter], rng)
        frame["records_compliant"] = part(electronic, 0.80 + 0.03 * pace, rng)
        frame |= _contracts(census, end, on, special, rng)
        frame["elderly_managed"] = part(elderly, served * SERVED[quarter], rng)
        frame["elderly_tcm"] = part(elderly, (served - 0.13) * SERVED[quarter], rng)
        toddlers = census.count(there & (age >= 0) & (age < 3), on)
        frame["children_tcm_due"] = toddlers
        frame["children_tcm"] = part(toddlers, (served + 0.02) * SERVED[quarter], rng)
        frame |= _chronic("hypertension", people, 0.088 + 0.004 * years, served, rng)
        frame |= _chronic("diabetes", people, 0.029 + 0.002 * years, served - 0.02, rng)
        stations = towns.add(np.ones(len(towns.homes), dtype=np.int64), on)
        due = 12 + 6 * np.maximum(stations // 4, 1)
        frame["lectures_due"] = due
        frame["lectures_done"] = np.rint(due * (0.80 + 0.05 * pace) * SERVED[quarter] * rng.uniform(0.9, 1.1, len(due)))
        youth = census.count(there & (age >= 10) & (age < 18), on)
        frame["youth_due"] = youth
        frame["youth_reached"] = part(youth, (0.45 + 0.08 * pace) * SERVED[quarter], rng)
        rows.append(sent(frame, plan.places.root, period))
    return finish(plan, "public_health", rows)


def _chronic(
    name: str, people: np.ndarray, share: float, served: np.ndarray, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    managed = part(people, share, rng)
    return {
        f"{name}_managed": managed,
        f"{name}_standard": part(managed, served + 0.06, rng),
        f"{name}_controlled": part(managed, served - 0.10, rng),
    }


def _contracts(
    census: Census, end: dt.date, on: dt.date, special: pd.DataFrame, rng: np.random.Generator
) -> dict[str, object]:
    """Priority groups, special families and disabled residents, and what was agreed with them."""
    there, age, day = census.living(end), census.age(end), number(end)
    in_force = there & (census.contract <= day) & (census.contract_end > day)
    priority = there & ((age >= 65) | ((age >= 0) & (age < 7)))
    people, signed = census.count(there, on), census.count(in_force, on)
    share = signed / np.maximum(people, 1)
    families = (special["special_on"] <= pd.Timestamp(end)) & ~(special["special_until"] <= pd.Timestamp(end))
    members = 2 * census.towns.add(np.bincount(special["home"][families], minlength=len(census.towns.homes)), on)
    disabled = part(people, 0.031, rng)
    items = 6 * census.count(in_force & priority, on)
    found: dict[str, object] = {
        "priority_people": census.count(priority, on),
        "priority_signed": census.count(in_force & priority, on),
        "items_signed": items,
        "items_done": part(items, (0.62 + 0.25 * share) * SERVED[(end.month + 2) // 3], rng),
        "special_people": members,
        "special_signed": part(members, 1.6 * share, rng),
        "disabled_people": disabled,
        "disabled_signed": part(disabled, 1.3 * share, rng),
    }
    january = number(dt.date(end.year, 1, 1))
    due = (census.contract < january) & (census.contract >= number(CONTRACTS_FROM)) & there
    found["renewals_due"] = census.count(due, on)
    found["renewals_done"] = part(census.count(due, on), 0.85 * SERVED[(end.month + 2) // 3], rng)
    empty = [*(ABOUT_CONTRACTS if end < CONTRACTS_FROM else ()), *(RENEWALS if end.year <= CONTRACTS_FROM.year else ())]
    return found | dict.fromkeys(empty, pd.NA)


def maternal_child(plan: Plan, census: Census, as_of: dt.date, *, seed: int) -> pd.DataFrame:
    """One row per maternal-and-child year and town."""
    rng, towns = generator(seed, 8), census.towns
    rows = []
    for period, on, codes in reports(plan, towns, "maternal_child", as_of):
        end = period.end
        there, age = census.living(end), census.age(end)
        years = (end - plan.campaign.monitoring.start).days / 365.25
        pace = years * towns.mean("rise", on)
        small = census.count(there & (age >= 0) & (age < 3), on)
        under7 = census.count(there & (age >= 0) & (age < 7), on)
        marrying = 2 * rng.poisson(census.count(there, on) * 0.0058 * (1 - 0.04 * years))
        care = 0.905 + 0.15 * (towns.mean("visit_share", on) - 0.89) + 0.008 * pace
        frame: dict[str, object] = {
            "township_code": codes,
            "children_under3": small,
            "children_under3_managed": part(small, care + 0.01, rng),
            "children_0_6": under7,
            "children_0_6_followed": part(under7, care + 0.02, rng),
            "children_under7": under7,
            "children_under7_managed": part(under7, care + 0.015, rng),
            "marrying": marrying,
            "premarital_checked": part(marrying, 0.55 + 0.04 * pace, rng),
        }
        rows.append(sent(frame, plan.places.root, period))
    return finish(plan, "maternal_child", rows)
