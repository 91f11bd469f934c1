"""The invented log of activities: every lecture that was held, and visits, campaigns and service besides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.plan.campaign import NamedDay
from hfwork.plan.folder import Plan
from hfwork.plan.periods import month_end, month_index, month_start
from hfwork.sample import homes as villages
from hfwork.sample.activity import Counts

KINDS = ("civility", "health", "birth", "prosperity", "devotion")
# By channel: how often per village and month, of what kind, and how many come (none: nobody can count them).
CHANNELS = {
    "lecture": (0.0, (0.46, 0.26, 0.16, 0.08, 0.04), 0),
    "campaign": (0.10, (0.40, 0.25, 0.20, 0.10, 0.05), 55),
    "visit": (0.28, (0.15, 0.35, 0.25, 0.20, 0.05), 8),
    "media": (0.05, (0.35, 0.35, 0.20, 0.10, 0.0), 0),
    "service": (0.22, (0.05, 0.15, 0.0, 0.10, 0.70), 14),
}
AUDIENCES = ("residents", "couples", "elderly", "youth", "women")
LISTENERS = {
    "civility": (0.60, 0.05, 0.10, 0.15, 0.10),
    "health": (0.45, 0.05, 0.35, 0.10, 0.05),
    "birth": (0.05, 0.60, 0.0, 0.10, 0.25),
    "prosperity": (0.55, 0.05, 0.05, 0.05, 0.30),
    "devotion": (0.50, 0.0, 0.40, 0.05, 0.05),
}


def draw(plan: Plan, homes: pd.DataFrame, truth: Counts, *, seed: int) -> pd.DataFrame:
    """One row per activity with a ``home`` row number, by day; lectures agree with ``truth``, village by month."""
    rng = villages.generator(seed, 5)
    first = month_index(plan.campaign.monitoring.start)
    lectures = truth["lectures"]
    number = {name: rng.poisson(rate, lectures.shape) for name, (rate, _, _) in CHANNELS.items() if rate}
    in_spring = np.isin((first + np.arange(lectures.shape[1])) % 12 + 1, [5, 6, 7])
    number["campaign"] = rng.poisson(CHANNELS["campaign"][0] * np.where(in_spring, 2.2, 0.6), lectures.shape)
    rows = []
    for name in CHANNELS:
        count = lectures if name == "lecture" else number[name]
        home, month = np.repeat(np.argwhere(count), count[count > 0], axis=0).T
        _, kinds, crowd = CHANNELS[name]
        frame = pd.DataFrame({"home": home, "month": month, "channel": name})
        frame["kind"] = np.array(KINDS)[rng.choice(len(KINDS), size=len(home), p=kinds)]
        order = _within(home * lectures.shape[1] + month)
        if name == "lecture":
            frame["themed"] = order < truth["themed_lectures"][home, month]
            held, come = lectures[home, month], truth["attendances"][home, month]
            frame["attendances"] = come // held + (order < come % held)
        else:
            frame["themed"] = (name == "campaign") & in_spring[month] & (rng.uniform(0, 1, len(home)) < 0.7)
            frame["attendances"] = rng.poisson(crowd, len(home)) if crowd else pd.NA
        rows.append(frame.astype({"attendances": "Int64"}))
    log = pd.concat(rows, ignore_index=True)
    log["audience"] = ""
    for kind, shares in LISTENERS.items():
        of_kind = log["kind"] == kind
        log.loc[of_kind, "audience"] = np.array(AUDIENCES)[rng.choice(5, size=int(of_kind.sum()), p=shares)]
    log["held_on"], log["named_day"] = _dates(plan, log, first, rng)
    return log.sort_values(["held_on", "home"], kind="stable", ignore_index=True)


def _within(group: np.ndarray) -> np.ndarray:
    """0, 1, 2 … within each run of equal numbers."""
    begins = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    return np.arange(len(group)) - np.repeat(begins, np.diff(np.r_[begins, len(group)]))


def _dates(plan: Plan, log: pd.DataFrame, first: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A day of each activity's month; what marks a named day is held on it or in the days around it."""
    held = np.empty(len(log), dtype="datetime64[D]")
    named = np.full(len(log), None, dtype=object)
    months = log["month"].to_numpy()
    themed = log["themed"].to_numpy()
    for month in np.unique(months):
        begin, end = (np.datetime64(day(first + int(month)), "D") for day in (month_start, month_end))
        at = np.flatnonzero(months == month)
        held[at] = begin + rng.integers(0, (end - begin).astype(int) + 1, len(at))
        days = [day for day in plan.campaign.named_days if day.month == (first + int(month)) % 12 + 1]
        marks = at[themed[at]]
        if days and len(marks):
            which = rng.integers(0, len(days), len(marks))
            on = np.array([np.datetime64(day.on((first + int(month)) // 12), "D") for day in days])[which]
            around = np.where(rng.uniform(0, 1, len(marks)) < 0.6, 0, rng.integers(-3, 4, len(marks)))
            held[marks] = np.clip(on + around, begin, end)
            named[marks] = np.array([_code(plan, day) for day in days], dtype=object)[which]
    return held, named


def _code(plan: Plan, day: NamedDay) -> str | None:
    """The code of a named day in the log: the same id, else the same name; a day the log does not know has none."""
    codes = plan.tables["activities"].columns["named_day"].codes or {}
    same = [code for code, words in codes.items() if code == day.id or words.zh == day.name.zh]
    return same[0] if same else None
