"""The invented district as tables: real units, invented people without names, numbers or telephones."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.sample import activity, assistance, births, couples, events, families, people, services
from hfwork.sample import homes as villages
from hfwork.sample.census import Census, Towns

AS_OF, SMALL_AS_OF = dt.date(2020, 6, 30), dt.date(2018, 6, 30)
# Residents on the first day of the campaign; target couples and deliveries in a middling year.
RESIDENTS, COUPLES, DELIVERIES = 403_000, 3_800, 2_980
# Three times as many couples and births per resident as in the full sample: some figures must be large enough to show.
SMALL_RESIDENTS, SMALL_COUPLES, SMALL_DELIVERIES = 6_000, 170, 135
EXTRACT_AFTER = dt.timedelta(days=2)


def draw(plan: Plan, *, seed: int = 2016, small: bool = False, as_of: dt.date | None = None) -> dict[str, pd.DataFrame]:
    """Every table of the plan that the sample knows, in the plan's order; ``as_of`` as in ``last_day``.

    Columns are the declared ones and, as in the vault, ``_place`` (code of the unit that sends the rows); in
    returns also ``_start`` and ``_end``. Village codes are those valid at the extract date (``as_of`` plus two
    days), in returns those of the period; people of a dissolved village carry its old code or, village not yet
    settled, the code of their town. Equal arguments give equal tables.
    """
    as_of = last_day(small, as_of)
    start = plan.campaign.monitoring.start
    first, last = np.datetime64(start, "D"), np.datetime64(as_of, "D")
    homes = villages.draw(plan, start, as_of + EXTRACT_AFTER, seed=seed, small=small)
    sizes = (SMALL_RESIDENTS, SMALL_COUPLES, SMALL_DELIVERIES) if small else (RESIDENTS, COUPLES, DELIVERIES)
    listed_from = np.datetime64(f"{start.year - 1}-10-01", "D")  # the maternal-and-child year of the start

    mothers, babies = births.draw(homes, sizes[2], listed_from, last, villages.generator(seed, 11))
    live = babies[babies["outcome"] == "live"]
    persons, houses = people.draw(homes, sizes[0], live, first, last, villages.generator(seed, 2))
    families.live(houses, homes, first, last, villages.generator(seed, 12))
    pairs = couples.draw(homes, sizes[1], listed_from, last, villages.generator(seed, 3))

    towns = Towns(plan, homes)
    census = Census(persons, towns)
    monthly, truth = activity.draw(plan, towns, sizes[0], as_of, seed=seed)
    log = events.draw(plan, homes, truth, seed=seed)
    special = houses.loc[houses["special_on"].notna(), ["home", "special_on", "special_until"]]
    returns = {
        "activity": monthly,
        "villages": activity.yearly(plan, towns, monthly, as_of, seed=seed),
        "public_health": services.public_health(plan, census, special, as_of, seed=seed),
        "maternal_child": services.maternal_child(plan, census, as_of, seed=seed),
        "assistance": assistance.assistance(plan, census, houses, as_of, seed=seed),
        "surveys": assistance.surveys(plan, census, as_of, seed=seed),
    }

    houses["household"] = np.arange(len(houses))
    houses["household_id"] = _ids("H", len(houses))
    persons["household_id"] = houses["household_id"].to_numpy()[persons["household"].to_numpy()]
    persons = persons.sort_values(["household", "born_on"], kind="stable", ignore_index=True)
    extracts = {"residents": persons, "households": houses, "couples": pairs, "deliveries": mothers}
    extracts |= {"newborns": babies, "activities": log}
    doors = towns.doors(as_of + EXTRACT_AFTER)
    tables = {name: _finish(plan, name, frame, doors) for name, frame in extracts.items() if name in plan.tables}
    tables |= returns
    return {name: tables[name] for name in plan.tables if name in tables}


def last_day(small: bool, as_of: dt.date | None = None) -> dt.date:
    """The day the sample ends: as asked for, else the middle of the campaign (small) or after its end (full)."""
    return as_of or (SMALL_AS_OF if small else AS_OF)


_LETTERS = {"residents": "P", "households": "H", "couples": "C", "deliveries": "D", "newborns": "N", "activities": "A"}


def _ids(letter: str, count: int) -> list[str]:
    """Numbers nobody can take for real ones."""
    return [f"示例{letter}{number:08d}" for number in range(1, count + 1)]


def _finish(plan: Plan, name: str, frame: pd.DataFrame, doors: pd.DataFrame) -> pd.DataFrame:
    """The declared columns with their dtypes, in official order of villages, and the sending town."""
    table = plan.tables[name]
    key = frame["household"] if "household" in frame else np.arange(len(frame))
    at = villages.address(doors, frame["home"].to_numpy(), np.asarray(key))
    town = doors["town"].to_numpy()[at]
    frame = frame.assign(village_code=doors["code"].to_numpy()[at], _place=town)
    if table.key not in frame:
        frame[table.key] = _ids(_LETTERS[name], len(frame))
    rank = pd.Series(range(len(doors)), index=doors.index).groupby(doors["town"], sort=False).min()
    frame = frame.iloc[np.argsort(rank.loc[town].to_numpy(), kind="stable")].reset_index(drop=True)
    done = {}
    kinds = {"date": "datetime64[s]", "count": "Int64"}
    for column, declared in table.columns.items():
        done[column] = frame[column].astype(pd.api.types.pandas_dtype(kinds.get(declared.type, "str")))
    return pd.DataFrame({**done, "_place": frame["_place"].astype("str")})
