"""Periods: tokens, tiling, the maternal-and-child year, overlapping phases."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.errors import HfworkError
from hfwork.plan.periods import calendar_periods, month_end, month_index, month_start, parse

PHASES = {
    "P1": (dt.date(2016, 6, 1), dt.date(2016, 6, 30)),
    "P2": (dt.date(2016, 6, 1), dt.date(2019, 12, 31)),
    "P3": (dt.date(2019, 10, 1), dt.date(2019, 12, 31)),
}
YEARS = st.integers(1900, 2100)
DAYS = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("token", "level", "start", "end"),
    [
        ("2018", "year", dt.date(2018, 1, 1), dt.date(2018, 12, 31)),
        ("2018-H1", "half", dt.date(2018, 1, 1), dt.date(2018, 6, 30)),
        ("2018-H2", "half", dt.date(2018, 7, 1), dt.date(2018, 12, 31)),
        ("2018-Q2", "quarter", dt.date(2018, 4, 1), dt.date(2018, 6, 30)),
        ("2016-02", "month", dt.date(2016, 2, 1), dt.date(2016, 2, 29)),
        ("MC2018", "mc_year", dt.date(2017, 10, 1), dt.date(2018, 9, 30)),
        ("P2", "phase", dt.date(2016, 6, 1), dt.date(2019, 12, 31)),
        ("2016-06..2018-06", "span", dt.date(2016, 6, 1), dt.date(2018, 6, 30)),
        ("2018-06 YTD", "to_date", dt.date(2018, 1, 1), dt.date(2018, 6, 30)),
    ],
)
def test_each_token_names_its_days(token: str, level: str, start: dt.date, end: dt.date) -> None:
    period = parse(token, PHASES)
    assert (period.token, period.level, period.start, period.end) == (token, level, start, end)


@pytest.mark.parametrize(
    "token",
    ["", "18", "2018-Q5", "2018-H3", "2018-13", "2018-6", "MC18", "P9", "2018-06..2016-06", "2018 YTD"],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(HfworkError) as caught:
        parse(token, PHASES)
    assert (caught.value.code, caught.value.given) == ("unknown_period", token)
    assert "P1" in caught.value.allowed


@given(year=YEARS)
def test_quarters_halves_and_years_tile_the_months(year: int) -> None:
    months = [parse(f"{year}-{month:02d}") for month in range(1, 13)]
    for wider, size in (("Q", 3), ("H", 6)):
        for number in range(12 // size):
            period, inside = parse(f"{year}-{wider}{number + 1}"), months[number * size : (number + 1) * size]
            assert (period.start, period.end) == (inside[0].start, inside[-1].end)
    whole = parse(str(year))
    assert (whole.start, whole.end) == (months[0].start, months[-1].end)
    for earlier, later in pairwise(months):
        assert earlier.end + dt.timedelta(days=1) == later.start


@given(year=YEARS)
def test_maternal_years_follow_each_other_and_begin_in_october(year: int) -> None:
    this, following = parse(f"MC{year}"), parse(f"MC{year + 1}")
    assert this.start == dt.date(year - 1, 10, 1)
    assert this.end + dt.timedelta(days=1) == following.start
    assert this.last_month - this.first_month == 11


@given(day=DAYS)
def test_month_indexes_go_there_and_back(day: dt.date) -> None:
    index = month_index(day)
    assert month_start(index) <= day <= month_end(index)
    assert month_index(month_start(index)) == month_index(month_end(index)) == index
    assert month_end(index) + dt.timedelta(days=1) == month_start(index + 1)


@given(first=DAYS, length=st.integers(0, 1500))
def test_every_day_watched_lies_in_one_period_of_each_calendar_level(first: dt.date, length: int) -> None:
    last = first + dt.timedelta(days=length)
    levels = ["month", "quarter", "half", "year", "mc_year"]
    periods = calendar_periods(first, last, levels, {})
    for day in (first, last, first + dt.timedelta(days=length // 2)):
        assert sorted(p.level for p in periods if p.start <= day <= p.end) == sorted(levels)
    assert all(p.start <= last and p.end >= first for p in periods)


def test_a_date_may_lie_in_two_phases() -> None:
    found = calendar_periods(dt.date(2019, 10, 1), dt.date(2019, 10, 31), ["phase"], PHASES)
    assert [period.token for period in found] == ["P2", "P3"]
    found = calendar_periods(dt.date(2016, 6, 1), dt.date(2016, 6, 30), ["month", "phase"], PHASES)
    assert [period.token for period in found] == ["2016-06", "P1", "P2"]


def test_wanted_levels_only_and_oldest_first() -> None:
    found = calendar_periods(dt.date(2016, 6, 1), dt.date(2017, 1, 31), ["quarter"], PHASES)
    assert [period.token for period in found] == ["2016-Q2", "2016-Q3", "2016-Q4", "2017-Q1"]
