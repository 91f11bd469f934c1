"""The real villages an invented population lives in, their sizes, and how towns differ."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan

SMALL_TOWNS = ("宁河镇", "丰台镇")  # the two towns of the small sample, and where most quirks are
DEMONSTRATION = SMALL_TOWNS[0]  # begins to telephone every woman who reports a pregnancy …
DEMONSTRATION_FROM = dt.date(2017, 7, 1)  # … from this day, and its follow-up improves
QUIET = SMALL_TOWNS[0]  # in its last village no lecture is ever held: a true zero
INVENTIVE = "东棘坨镇"  # a town whose monthly figures look made up at the desk
UNSETTLED = 0.5  # of the people of a dissolved village, the share recorded under their town alone


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
    """Villages with their traits, one row each: those at the start of the campaign, then those founded later.

    Columns: first (code on ``start``, else the first one), first_town (code of the town on ``start``), name_zh,
    kind, size (share of all residents, sums to 1), and the town's traits, each repeated for its villages.
    """
    frame = settled(plan, start).rename(columns={"code": "first", "town": "first_town"})
    if frame.empty:
        raise HfworkError("sample_no_villages", given=start.isoformat(), where=plan.folder)
    rng = generator(seed, 1)
    frame["size"] = _sizes(frame, rng)
    traits = _traits(frame["first_town"].unique(), rng)
    names = {code: plan.places.name(code, "zh", start) for code in traits["first_town"]}
    traits["town_name"] = traits["first_town"].map(names)
    frame = pd.concat([frame, _founded(plan, frame, start, extract)], ignore_index=True)
    frame = frame.merge(traits, on="first_town", how="left")
    frame.loc[called(frame, DEMONSTRATION, 0), "follow_share"] = 0.62  # it begins among the last
    if small:
        chosen = [code for code, name in names.items() if name in SMALL_TOWNS] or list(names)[:2]
        frame = frame[frame["first_town"].isin(chosen)].reset_index(drop=True)
    return frame.assign(size=frame["size"] / frame["size"].sum())


def called(homes: pd.DataFrame, name: str, otherwise: int) -> np.ndarray:
    """True for the villages of the town of that name; in a plan without it, of the town at a position."""
    named = homes["town_name"].eq(name).to_numpy()
    return named if named.any() else homes["first_town"].eq(homes["first_town"].iloc[otherwise]).to_numpy()


def doors(plan: Plan, homes: pd.DataFrame, on: dt.date) -> pd.DataFrame:
    """Where the people of each village are recorded on a day: home (row number), code, town, share of the village.

    Mostly one row per village. People of a dissolved village live on in the heirs of their town: half under the
    town's own code, half under the code the village had. A village not yet founded counts in its town.
    """
    places = plan.places
    towns = settled(plan, on).set_index("code")["town"].to_dict()
    rows: list[tuple[int, str, str, float]] = []
    above = {town: places.heirs(town, on) or {town: 1.0} for town in homes["first_town"].unique()}
    for home, (first, town) in enumerate(zip(homes["first"], homes["first_town"], strict=True)):
        heirs = {code: share for code, share in places.heirs(first, on).items() if code in towns}
        rows += [(home, code, towns[code], share) for code, share in heirs.items()]
        if not heirs:
            for heir, share in above[town].items():
                rows.append((home, heir, heir, share * UNSETTLED))
                rows.append((home, first, heir, share * (1 - UNSETTLED)))
    return pd.DataFrame(rows, columns=["home", "code", "town", "share"])


def address(found: pd.DataFrame, home: np.ndarray, key: np.ndarray) -> np.ndarray:
    """The row of ``doors`` for each person: chosen by a number all of one household share."""
    upper = found["home"].to_numpy() + found.groupby("home")["share"].cumsum().to_numpy()
    last = ~found["home"].duplicated(keep="last").to_numpy()
    upper[last] = found["home"].to_numpy()[last] + 1.0
    scattered = key.astype(np.int64) * 0.6180339887498949 % 1.0  # even spread without drawing
    return np.searchsorted(upper, home + scattered, side="right")


def _founded(plan: Plan, known: pd.DataFrame, start: dt.date, extract: dt.date) -> pd.DataFrame:
    """Villages that came to be during the campaign: small and new, in the town they belonged to at the start."""
    places = plan.places
    heirs = {code for first in known["first"] for code in places.heirs(first, extract)}
    new = settled(plan, extract)
    new = new[~new["code"].isin({*heirs, *known["first"]})].rename(columns={"code": "first"})
    origin = [next(iter(places.heirs(town, start)), town) for town in new["town"]]
    new = new.assign(first_town=origin, size=0.6)
    return new.loc[new["first_town"].isin(known["first_town"]), list(known.columns)]


def _sizes(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Log-normal village sizes; communities are larger, and the town with most villages is the seat."""
    seat = str(frame["first_town"].value_counts().idxmax())
    size = rng.lognormal(0.0, 0.45, len(frame))
    size *= np.where(frame["kind"].eq("community"), 1.7, 1.0)
    return size * np.where(frame["first_town"].eq(seat), 1.15, 1.0)


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
            "pair_days": between(150.0, 480.0),  # mean days until a needy household is paired
            "lecture_rate": between(0.25, 0.55),  # lectures per village and month
            "volunteer_share": between(0.018, 0.031),  # of residents, in the middle of 2018
            "early_share": between(0.89, 0.97),  # of women delivered, registered before week 13
            "visit_share": between(0.84, 0.94),  # of mothers and newborns, visited in time
            "serum_share": between(0.66, 0.82),  # of women delivered, prenatal serum screening
            "metabolic_share": between(0.962, 0.980),  # of live births, metabolic screening
            "hearing_share": between(0.905, 0.945),  # of live births, hearing screening
            "service_share": between(0.58, 0.74),  # of elderly and chronic patients, served in a year
            "aware_share": between(0.46, 0.62),  # of people asked, aware of the campaign in 2016
            "rise": between(0.3, 1.7),  # how fast a town's services improve; 1 is the district's pace
        }
    )
