"""The real villages an invented population lives in, their sizes, and how towns differ."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan

SMALL_TOWNS = ("宁河镇", "丰台镇")  # the two towns of the small sample, and where its two quirks are


def generator(seed: int, *stream: int) -> np.random.Generator:
    """A generator of its own for each subject, so that a change in one leaves the others alone."""
    return np.random.Generator(np.random.PCG64([seed, *stream]))


def settled(plan: Plan, on: dt.date) -> pd.DataFrame:
    """The units of the finest level valid on a day, in official order, without functional areas.

    Functional areas of the statistics office have one virtual community each and no residents.
    Columns: code, town (code), name_zh, kind.
    """
    fine, above = plan.places.levels[-1], plan.places.levels[-2]
    villages = plan.places.at(on, fine)
    frame = pd.DataFrame({"code": villages["code"], "name_zh": villages["name_zh"], "kind": villages["kind"]})
    frame["town"] = [plan.places.parent(code, on) for code in villages["code"]]
    rank = {code: at for at, code in enumerate(plan.places.at(on, above)["code"])}
    frame = frame[frame["town"].isin(rank)]
    return frame.sort_values("town", key=lambda town: town.map(rank), kind="stable", ignore_index=True)


def draw(plan: Plan, start: dt.date, extract: dt.date, *, seed: int, small: bool) -> pd.DataFrame:
    """Villages at the start of the campaign with their code at the extract date and their traits.

    One row per village: first (code on ``start``), code and town (codes on ``extract``), name_zh, size
    (share of all residents, sums to 1), and the town's traits, each repeated for its villages.
    """
    frame = settled(plan, start).rename(columns={"code": "first", "town": "first_town"})
    if frame.empty:
        raise HfworkError("sample_no_villages", given=start.isoformat(), where=plan.folder)
    frame["code"] = [plan.places.current(code, extract) for code in frame["first"]]
    later = settled(plan, extract).set_index("code")["town"]
    frame["town"] = frame["code"].map(later)
    rng = generator(seed, 1)
    frame["size"] = _sizes(frame, rng)
    frame = frame.merge(_traits(frame["first_town"].unique(), rng), on="first_town", how="left")
    frame = _rehouse(frame)
    if small:
        names = {code: plan.places.name(code, "zh", start) for code in frame["first_town"].unique()}
        chosen = [code for code, name in names.items() if name in SMALL_TOWNS] or list(names)[:2]
        frame = frame[frame["first_town"].isin(chosen)].reset_index(drop=True)
    return frame.assign(size=frame["size"] / frame["size"].sum())


def _sizes(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Log-normal village sizes; communities are larger, and the town with most villages is the seat."""
    seat = str(frame["first_town"].value_counts().idxmax())
    size = rng.lognormal(0.0, 0.45, len(frame))
    size *= np.where(frame["kind"].eq("community"), 1.7, 1.0)
    return size * np.where(frame["first_town"].eq(seat), 1.15, 1.0)


def _rehouse(frame: pd.DataFrame) -> pd.DataFrame:
    """People of a dissolved village are recorded in the largest village of their town."""
    gone = frame["town"].isna()
    if gone.any():
        best = frame[~gone].sort_values("size").groupby("first_town")[["code", "town"]].last()
        frame.loc[gone, "code"] = frame.loc[gone, "first_town"].map(best["code"])
        frame.loc[gone, "town"] = frame.loc[gone, "first_town"].map(best["town"])
    return frame


def _traits(towns: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """How the towns differ: shares unless named otherwise, one row per town."""
    count = len(towns)

    def between(low: float, high: float) -> np.ndarray:
        """Evenly spread over the range, in random order, so that every seed shows contrasts."""
        return low + (high - low) * (rng.permutation(count) + rng.uniform(0.2, 0.8, count)) / count

    return pd.DataFrame(
        {
            "first_town": towns,
            "record_before": between(0.62, 0.79),  # had a health record when the campaign began
            "record_rate": between(0.24, 0.82),  # of those without, opened per year
            "contract_ceiling": between(0.47, 0.68),  # of those with a record, would ever sign
            "check_share": between(0.85, 0.92),  # of couples offered and not declining
            "counsel_share": between(0.80, 0.96),  # of high-risk couples, within 30 days
            "follow_share": between(0.59, 0.81),  # of pregnancies, followed up within four weeks
            "join_share": between(0.50, 0.80),  # of households, ever take part
            "pair_days": between(200.0, 600.0),  # mean days until a needy household is paired
            "lecture_rate": between(0.25, 0.55),  # lectures per village and month
            "volunteer_share": between(0.018, 0.031),  # of residents, in the middle of 2018
        }
    )
