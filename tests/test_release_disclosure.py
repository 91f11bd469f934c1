"""What is hidden cannot be worked out: an attacker who knows every published sum tries."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hfwork.measure.frame import Frame
from hfwork.plan.periods import calendar_periods
from hfwork.release.disclosure import hide_counts

TOWNS = {"T1": ["V1", "V2", "V3"], "T2": ["V4", "V5"], "T3": ["V6", "V7", "V8"]}
VILLAGES = [village for villages in TOWNS.values() for village in villages]
START, AS_OF = dt.date(2016, 6, 1), dt.date(2017, 6, 30)
PHASES = {"P1": (START, dt.date(2016, 6, 30)), "P2": (START, dt.date(2019, 12, 31))}
PERIODS = calendar_periods(START, AS_OF, ["month", "quarter", "half", "year", "phase", "mc_year"], PHASES)
UNITS = pd.DataFrame(
    [("D", "D", None, None)]
    + [(t, "D", t, None) for t in TOWNS]
    + [(v, "D", t, v) for t, villages in TOWNS.items() for v in villages],
    columns=["code", "district", "township", "village"],
)
LEVELS = ["district", "township", "village"]
# T1 and T2 were one town until February 2017, which is shown as it was then beside them.
GONE, SPLIT = "T0", dt.date(2017, 3, 1)
PLACES = SimpleNamespace(heirs=lambda place, on: {"T1": 0.5, "T2": 0.5} if place == GONE else {place: 1.0})
FRAME = Frame(UNITS, LEVELS, pd.DataFrame(), PERIODS, START, AS_OF, PLACES, AS_OF, AS_OF.isoformat())  # type: ignore[arg-type]
MONTHS = [p for p in PERIODS if p.level == "month"]
BOTH = TOWNS["T1"] + TOWNS["T2"]
K = 10


def rolled(leaves: np.ndarray, is_stock: bool) -> pd.DataFrame:
    """Every sum of village × month numbers, by plain loops."""
    rows = []
    for place, level, members in [
        ("D", "district", VILLAGES),
        (GONE, "township", BOTH),
        *[(t, "township", v) for t, v in TOWNS.items()],
        *[(v, "village", [v]) for v in VILLAGES],
    ]:
        mine = leaves[[VILLAGES.index(v) for v in members]].sum(axis=0)
        for period in PERIODS:
            first, last = FRAME.window(period)
            inside = [i for i, m in enumerate(MONTHS) if first <= m.first_month <= last]
            if place == GONE and min(period.end, AS_OF) >= SPLIT:
                continue
            rows.append((place, level, period.token, int(mine[inside[-1]] if is_stock else mine[inside].sum())))
    return pd.DataFrame(rows, columns=["place", "level", "period", "count"])


def exactly_known(counts: pd.DataFrame, hidden: pd.DataFrame, is_stock: bool) -> int:
    """How many hidden numbers the published ones determine by linear algebra."""
    columns = {(v, i): n for n, (v, i) in enumerate((v, i) for v in VILLAGES for i in range(len(MONTHS)))}
    equations = np.zeros((len(counts), len(columns)))
    for row, (place, period) in enumerate(zip(counts["place"], counts["period"], strict=True)):
        members = VILLAGES if place == "D" else BOTH if place == GONE else TOWNS.get(place, [place])
        first, last = FRAME.window(next(p for p in PERIODS if p.token == period))
        inside = [i for i, m in enumerate(MONTHS) if first <= m.first_month <= last]
        for village in members:
            for i in inside[-1:] if is_stock else inside:
                equations[row, columns[village, i]] = 1
    keys = counts.merge(hidden, how="left", indicator=True)["_merge"].eq("both").to_numpy()
    known, unknown = equations[~keys], np.unique(equations[keys], axis=0)
    if not len(unknown):
        return 0
    rank = np.linalg.matrix_rank(known)
    return sum(np.linalg.matrix_rank(np.vstack([known, line])) == rank for line in unknown)


RARE = hnp.arrays(np.int64, (len(VILLAGES), len(MONTHS)), elements=st.sampled_from([0, 0, 1, 3, 9, 12, 30]))
COMMON = hnp.arrays(np.int64, (len(VILLAGES), len(MONTHS)), elements=st.sampled_from([4, 15, 40, 60]))


def tangled() -> np.ndarray:
    """All small but one month of one village: no equation is broken by itself, yet all together were."""
    leaves = np.full((8, 13), 4)
    leaves[3, 1] = 60
    return leaves


@settings(max_examples=40)
@given(st.one_of(RARE, COMMON), st.booleans(), st.booleans())
@example(np.full((8, 13), 20), True, False)
@example(tangled(), False, False)
def test_no_hidden_number_is_determined(leaves: np.ndarray, is_stock: bool, down_to_villages: bool) -> None:
    attack(leaves, is_stock, down_to_villages)


@pytest.mark.deep
@settings(max_examples=600)
@given(st.one_of(RARE, COMMON), st.booleans(), st.booleans())
def test_no_hidden_number_is_determined_in_many_tables(leaves: np.ndarray, is_stock: bool, to_villages: bool) -> None:
    attack(leaves, is_stock, to_villages)


def attack(leaves: np.ndarray, is_stock: bool, down_to_villages: bool) -> None:
    counts = rolled(leaves, is_stock)
    if not down_to_villages:
        counts = counts[counts["level"] != "village"].reset_index(drop=True)
    everything = rolled(leaves, is_stock)
    hidden = hide_counts(everything, counts[["place", "period"]], FRAME, K, is_stock)
    marked = counts.merge(hidden, how="left", indicator=True)["_merge"].eq("both")
    small = counts["count"].between(1, K - 1)
    assert not (small & ~marked).any()
    if not small.any():
        assert not marked.any()
    assert exactly_known(counts, hidden, is_stock) == 0


def test_one_small_village_takes_a_second_one_along() -> None:
    leaves = np.full((8, 13), 40)
    leaves[0] = 4
    hidden = hide_counts(rolled(leaves, True), rolled(leaves, True)[["place", "period"]], FRAME, K, True)
    assert set(hidden["place"]) == {"V1", "V2"}
    assert set(hidden["period"]) == {p.token for p in PERIODS}


def test_a_unit_of_then_does_not_give_its_heirs_away() -> None:
    leaves = np.full((8, 13), 40)
    leaves[:3] = 1  # T1 has 3 people: with T0 and T2 shown they would be known
    counts = rolled(leaves, True).query("level != 'village'")
    hidden = hide_counts(rolled(leaves, True), counts[["place", "period"]], FRAME, K, True)
    before = hidden[hidden["period"] == "2017-01"]
    assert set(before["place"]) >= {"T1"} and set(before["place"]) & {"T0", "T2"}


def test_a_return_that_comes_quarterly_is_hidden_by_its_own_number() -> None:
    """Its quarter has a small number where its last month has none: both are looked at."""
    everything = rolled(np.full((8, 13), 4), True)
    months = everything["period"].str.fullmatch(r"\d{4}-\d{2}")
    everything.loc[months, "count"] = 0
    shown = everything.loc[~months & (everything["level"] == "village"), ["place", "period"]]
    hidden = hide_counts(everything, shown, FRAME, K, True)
    assert len(hidden) == len(shown)
