"""The invented district as tables: real units, invented people without names, numbers or telephones."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.sample import activity, couples, people
from hfwork.sample import homes as villages

AS_OF = dt.date(2018, 6, 30)
RESIDENTS, COUPLES = 400_000, 3_800  # rows of residents; target couples a year
# Three times as many couples per resident as in the full sample: some figures must be large enough to show.
SMALL_RESIDENTS, SMALL_COUPLES = 6_000, 170
EXTRACT_AFTER = dt.timedelta(days=2)


def draw(plan: Plan, *, seed: int = 2016, small: bool = False, as_of: dt.date = AS_OF) -> dict[str, pd.DataFrame]:
    """The tables ``residents``, ``households``, ``couples`` (extracts) and ``activity`` (monthly returns).

    Columns are the declared ones and, as in the vault, ``_place`` (code of the town that sends the rows); in
    ``activity`` also ``_start`` and ``_end``. Village codes are those valid at the extract date (``as_of``
    plus two days), in ``activity`` those of the month. Equal arguments give equal tables.
    """
    start = plan.campaign.monitoring.start
    first, last = np.datetime64(start, "D"), np.datetime64(as_of, "D")
    homes = villages.draw(plan, start, as_of + EXTRACT_AFTER, seed=seed, small=small)
    count, a_year = (SMALL_RESIDENTS, SMALL_COUPLES) if small else (RESIDENTS, COUPLES)
    persons, houses = people.draw(homes, count, first, last, villages.generator(seed, 2))
    listed_from = np.datetime64(f"{start.year - 1}-10-01", "D")  # the maternal-and-child year of the start
    pairs = couples.draw(homes, a_year, listed_from, last, villages.generator(seed, 3))

    houses["household_id"] = _ids("H", len(houses))
    persons["household_id"] = houses["household_id"].to_numpy()[persons["household"].to_numpy()]
    persons = persons.sort_values(["household", "born_on"], kind="stable", ignore_index=True)
    persons["person_id"] = _ids("P", len(persons))
    pairs["couple_id"] = _ids("C", len(pairs))
    extracts = {"residents": persons, "households": houses, "couples": pairs}
    tables = {name: _finish(plan, name, frame, homes) for name, frame in extracts.items()}
    return tables | {"activity": activity.draw(plan, homes, count, as_of, seed=seed)}


def _ids(letter: str, count: int) -> list[str]:
    """Numbers nobody can take for real ones."""
    return [f"示例{letter}{number:08d}" for number in range(1, count + 1)]


def _finish(plan: Plan, name: str, frame: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """The declared columns with their dtypes, in official order of villages, and the sending town."""
    home = frame["home"].to_numpy()
    frame["village_code"] = homes["code"].to_numpy()[home]
    done = {}
    for column, declared in plan.tables[name].columns.items():
        done[column] = frame[column].astype("datetime64[s]" if declared.type == "date" else "str")
    return pd.DataFrame({**done, "_place": pd.array(homes["town"].to_numpy()[home], dtype="str")})
