"""Heads counted by town for the returns the district sends: who lived where at the end of each period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period, calendar_periods
from hfwork.sample import homes as villages

# Two streets report in their own names from here on, though the list with their codes is later.
SPLIT_FROM, SPLIT_LISTED = dt.date(2020, 4, 1), dt.date(2020, 6, 30)


def periods(plan: Plan, every: str, as_of: dt.date) -> list[Period]:
    """The periods of a level that share a day with the campaign and ended by ``as_of``, oldest first."""
    watched = plan.campaign.monitoring
    found = calendar_periods(watched.start, watched.end, [every], plan.campaign.phase_dates)
    return [period for period in found if period.end <= as_of]


def coded_on(end: dt.date) -> dt.date:
    """The day whose codes a return for a period ending on ``end`` is written in."""
    return SPLIT_LISTED if SPLIT_FROM <= end < SPLIT_LISTED else end


class Towns:
    """The towns and how the villages share out among them; one table per set of codes, made once."""

    def __init__(self, plan: Plan, homes: pd.DataFrame) -> None:
        self.plan, self.homes = plan, homes
        changes = pd.concat([plan.places.frame["valid_from"], plan.places.frame["valid_to"]]).dropna()
        self._days = sorted(set(changes.dt.date))
        self._made: dict[int, tuple[pd.DataFrame, list[str], np.ndarray]] = {}

    def doors(self, on: dt.date) -> pd.DataFrame:
        """``homes.doors`` of a day."""
        return self._edition(on)[0]

    def codes(self, on: dt.date) -> list[str]:
        """The towns of the sample on a day, in official order."""
        return self._edition(on)[1]

    def add(self, by_home: np.ndarray, on: dt.date) -> np.ndarray:
        """Sums by town (order of ``codes``) of one number per village; whole numbers stay whole."""
        sums = by_home @ self._edition(on)[2]
        return np.rint(sums).astype(np.int64) if by_home.dtype.kind in "iu" else sums

    def _edition(self, on: dt.date) -> tuple[pd.DataFrame, list[str], np.ndarray]:
        """Doors, towns and shares village × town."""
        edition = sum(day <= on for day in self._days)
        if edition not in self._made:
            doors = villages.doors(self.plan, self.homes, on)
            listed = self.plan.places.at(on, self.plan.places.levels[-2])["code"]
            codes = [code for code in listed if code in set(doors["town"])]
            shares = np.zeros((len(self.homes), len(codes)))
            column = doors["town"].map({code: at for at, code in enumerate(codes)}).to_numpy()
            np.add.at(shares, (doors["home"].to_numpy(), column), doors["share"].to_numpy())
            self._made[edition] = doors, codes, shares
        return self._made[edition]

    def mean(self, trait: str, on: dt.date) -> np.ndarray:
        """A trait by town, weighted by the size of its villages."""
        size = self.homes["size"].to_numpy()
        return self.add(size * self.homes[trait].to_numpy(), on) / self.add(size, on)


class Census:
    """Residents as arrays, ready to be counted at many days."""

    def __init__(self, people: pd.DataFrame, towns: Towns) -> None:
        self.towns = towns
        self.home = people["home"].to_numpy()
        days = {}
        for name in ("born_on", "moved_in", "moved_out", "died_on", "record_on", "contract_on", "contract_end"):
            days[name] = people[name].to_numpy().astype("datetime64[D]").astype(np.int64)
        never = np.iinfo(np.int64).min  # how NaT looks as a number
        self.born, self.since = days["born_on"], days["moved_in"]
        gone = [np.where(days[name] == never, 10**6, days[name]) for name in ("moved_out", "died_on")]
        self.until = np.minimum(*gone)
        opened = ("record_on", "contract_on")
        self.record, self.contract = (np.where(days[n] == never, 10**6, days[n]) for n in opened)
        self.contract_end = days["contract_end"]

    def living(self, on: dt.date) -> np.ndarray:
        """True for those who live here on a day."""
        day = number(on)
        return (self.since <= day) & (self.until > day)

    def count(self, who: np.ndarray, on: dt.date) -> np.ndarray:
        """Heads by town of those marked."""
        return self.towns.add(np.bincount(self.home[who], minlength=len(self.towns.homes)), on)

    def age(self, on: dt.date) -> np.ndarray:
        """Age in years on a day (negative: not yet born)."""
        return (number(on) - self.born) / 365.25


def number(day: dt.date) -> int:
    """Days since 1970."""
    return (day - dt.date(1970, 1, 1)).days


def reports(plan: Plan, towns: Towns, table: str, as_of: dt.date) -> Iterator[tuple[Period, dt.date, list[str]]]:
    """Each period of a return of the district, the day of its codes, and its towns."""
    for period in periods(plan, plan.tables[table].every, as_of):
        on = coded_on(period.end)
        yield period, on, towns.codes(on)


def part(total: np.ndarray, share: np.ndarray | float, rng: np.random.Generator) -> np.ndarray:
    """A binomial part of counts; a share outside 0 … 1 is brought back."""
    return rng.binomial(np.maximum(total, 0), np.clip(share, 0, 1))


def sent(frame: Mapping[str, object], by: object, period: Period) -> pd.DataFrame:
    """Rows with who sends them (one unit, or one per row) and the days of their period."""
    return pd.DataFrame(frame).assign(_place=np.asarray(by), _start=period.start, _end=period.end)


def finish(plan: Plan, table: str, rows: list[pd.DataFrame]) -> pd.DataFrame:
    """One frame with the declared columns, counts as whole numbers that may be missing, and sender and period."""
    frame = pd.concat(rows, ignore_index=True)
    columns = plan.tables[table].columns
    for name, column in columns.items():
        if column.type == "count":
            frame[name] = frame[name].astype("Int64") if name in frame else pd.array([pd.NA] * len(frame), "Int64")
    return frame[[*columns, "_place", "_start", "_end"]]
