"""What is hidden cannot be worked out: an attacker who knows every published sum tries."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hfwork.measure.frame import Frame
from hfwork.plan.periods import Period, calendar_periods, parse
from hfwork.release.disclosure import hide_counts

TOWNS = {"T1": ["V1", "V2", "V3"], "T2": ["V4", "V5"], "T3": ["V6", "V7", "V8"]}
VILLAGES = [village for villages in TOWNS.values() for village in villages]
START, AS_OF = dt.date(2016, 6, 1), dt.date(2017, 6, 30)
PHASES = {"P1": (START, dt.date(2016, 6, 30)), "P2": (START, dt.date(2019, 12, 31))}
LISTED = [parse(token, {}) for token in ("2016-06..2016-10", "2016-09..2017-02", "2017-05 YTD")]
PERIODS = calendar_periods(START, AS_OF, ["month", "quarter", "half", "year", "phase", "mc_year"], PHASES) + LISTED
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


# Which kinds of period are shown: all, or any few of them.
KINDS = st.one_of(
    st.just(sorted({p.level for p in PERIODS})),
    st.sets(st.sampled_from([p.level for p in PERIODS]), min_size=1).map(sorted),
)


@settings(max_examples=40)
@given(st.one_of(RARE, COMMON), st.booleans(), st.booleans(), KINDS)
@example(np.full((8, 13), 20), True, False, ["month", "quarter"])
@example(tangled(), False, False, ["half", "mc_year", "month", "phase", "quarter", "year"])
def test_no_hidden_number_is_determined(
    leaves: np.ndarray, is_stock: bool, down_to_villages: bool, kinds: list[str]
) -> None:
    attack(leaves, is_stock, down_to_villages, kinds)


@pytest.mark.deep
@settings(max_examples=600)
@given(st.one_of(RARE, COMMON), st.booleans(), st.booleans(), KINDS)
def test_no_hidden_number_is_determined_in_many_tables(
    leaves: np.ndarray, is_stock: bool, to_villages: bool, kinds: list[str]
) -> None:
    attack(leaves, is_stock, to_villages, kinds)


def attack(leaves: np.ndarray, is_stock: bool, down_to_villages: bool, kinds: list[str]) -> None:
    counts = rolled(leaves, is_stock)
    shown_periods = [p.token for p in PERIODS if p.level in kinds]
    counts = counts[counts["period"].isin(shown_periods)].reset_index(drop=True)
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


def of_three_towns(periods: list[Period], small: dict[str, int]) -> tuple[pd.DataFrame, Frame]:
    """Counts of three towns with 30 a month, but for the months of T1 that are given; and their frame."""
    units = pd.DataFrame([("D", "D", None), *[(t, "D", t) for t in TOWNS]], columns=["code", "district", "township"])
    places = SimpleNamespace(heirs=lambda place, on: {place: 1.0})
    as_of = max(p.end for p in periods)
    start = max(START, min(p.start for p in periods))
    frame = Frame(units, LEVELS[:2], pd.DataFrame(), periods, start, as_of, places, as_of, as_of.isoformat())  # type: ignore[arg-type]
    months = calendar_periods(start, as_of, ["month"], {})
    rows = []
    for place in ["D", *TOWNS]:
        for period in periods:
            inside = [m.token for m in months if period.start <= m.start and m.end <= period.end]
            counts = {t: sum(small.get(token, 30) if t == "T1" else 30 for token in inside) for t in TOWNS}
            level = "district" if place == "D" else "township"
            rows.append((place, level, period.token, sum(counts.values()) if place == "D" else counts[place]))
    return pd.DataFrame(rows, columns=["place", "level", "period", "count"]), frame


def is_seen(counts: pd.DataFrame, hidden: pd.DataFrame, place: str, *periods: str) -> bool:
    keys = set(hidden.itertuples(index=False, name=None))
    assert set(periods) <= set(counts["period"])
    return not any((place, period) in keys for period in periods)


def test_one_phase_less_another_does_not_give_a_maternal_year_away() -> None:
    phases = {
        "P1": ("2016-06-01", "2016-06-30"),
        "P2": ("2016-06-01", "2019-12-31"),
        "P3": ("2019-10-01", "2019-12-31"),
    }
    dates = {name: (dt.date.fromisoformat(a), dt.date.fromisoformat(b)) for name, (a, b) in phases.items()}
    periods = calendar_periods(START, dt.date(2020, 9, 30), ["quarter", "phase", "mc_year"], dates)
    year = [m.token for m in calendar_periods(dt.date(2017, 10, 1), dt.date(2018, 9, 30), ["month"], {})]
    counts, frame = of_three_towns(periods, dict.fromkeys(year, 0) | {"2018-02": 4})
    shown = counts[~counts["period"].str.contains("Q")]  # quarters are not published
    hidden = hide_counts(counts, shown[["place", "period"]], frame, K, False)
    assert not is_seen(counts, hidden, "T1", "MC2018")
    assert not is_seen(counts, hidden, "T1", "P2", "P3", "MC2016", "MC2017", "MC2019")


def test_listed_periods_and_months_do_not_give_one_another_away() -> None:
    months = calendar_periods(dt.date(2018, 1, 1), dt.date(2018, 12, 31), ["month"], {})
    periods = [*months, parse("2018-06 YTD", {}), parse("2018-01..2018-05", {})]
    counts, frame = of_three_towns(periods, {"2018-06": 4})
    hidden = hide_counts(counts, counts[["place", "period"]], frame, K, False)
    assert not is_seen(counts, hidden, "T1", "2018-06")
    assert not is_seen(counts, hidden, "T1", "2018-06 YTD", "2018-01..2018-05")


def test_towns_that_were_merged_do_not_give_one_another_away() -> None:
    counts, frame = of_three_towns(calendar_periods(START, dt.date(2016, 12, 31), ["month"], {}), {})
    then = counts[counts["place"] == "T2"]
    parts = pd.concat([then.assign(place="A", count=4), then.assign(place="B", count=26)])
    places = SimpleNamespace(heirs=lambda place, on: {"T2": 1.0} if place in "AB" else {place: 1.0})
    everything = pd.concat([counts, parts], ignore_index=True)
    hidden = hide_counts(everything, everything[["place", "period"]], replace(frame, places=places), K, False)  # type: ignore[arg-type]
    assert not is_seen(everything, hidden, "A", "2016-07") and not is_seen(everything, hidden, "B", "2016-07")
