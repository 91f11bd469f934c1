"""One door to "is this change real?": the right test is picked, named, and never stands in for missing data."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.judge import intervals
from hfwork.judge.verdict import Verdict, real_change
from hfwork.release.verdicts import said
from hfwork.workspace import Workspace


def series(count: list[float | None], total: list[float | None], reason: dict[int, str] | None = None) -> pd.DataFrame:
    x, n = np.array(count, dtype=float), np.array(total, dtype=float)
    lower, upper = intervals.wilson(x, n)
    made = pd.DataFrame({"numerator": x, "denominator": n, "value": x / n * 100, "reason": "", "phase": "1"})
    made["lower95"], made["upper95"] = lower * 100, upper * 100
    for row, code in (reason or {}).items():
        made.loc[row, "reason"] = code
    return made


def test_months_have_a_control_chart() -> None:
    calm: list[float | None] = [80, 82, 79, 81, 80, 78, 82, 81, 79, 80, 81, 80]
    whole: list[float | None] = [100.0] * 13
    found = real_change(series([*calm, 80], whole), "proportion", "month")
    assert (found.code, found.test, found.points, found.rule) == ("no_change", "p_prime_chart", 13, "")
    found = real_change(series([*calm, 99], whole), "proportion", "month")
    assert (found.code, found.rule) == ("higher", "outside")
    found = real_change(series([*calm, 60], whole), "proportion", "quarter")
    assert found.code == "lower"
    # what comes later changes nothing
    assert real_change(series([*calm, 60], whole), "proportion", "month", at=11).code == "no_change"
    rates = series([*calm, 140], [1000.0] * 13)
    assert real_change(rates, "rate", "month").test == "u_prime_chart"
    assert real_change(rates, "value", "month").test == "xmr_chart"
    over = series([*calm, 140], whole)  # a share above 100 % is a fault of counting, and no change
    assert real_change(over, "proportion", "month") == Verdict("cannot_calculate", reason="part_exceeds_whole")
    before = series([140, *calm], whole)  # one that was above it leaves the chart of plain values
    assert real_change(before, "proportion", "month").test == "xmr_chart"


def test_a_new_definition_begins_anew() -> None:
    rows = series([50] * 12 + [80, 81], [100.0] * 14)
    rows.loc[12:, "phase"] = "2"
    found = real_change(rows, "proportion", "month")  # two points of the new definition are no chart
    assert (found.code, found.reason, found.points) == ("too_little", "new_definition", 2)
    rows.loc[1, "phase"] = "2"  # the same month a year before was counted in the same way
    found = real_change(rows, "proportion", "month")
    assert (found.code, found.test, found.points) == ("higher", "newcombe", 2)


def test_years_have_a_trend_or_a_year_before() -> None:
    five = series([300, 350, 400, 450, 500], [1000] * 5)
    found = real_change(five, "proportion", "year")
    assert (found.code, found.test, found.points) == ("rising", "cochran_armitage", 5)
    four = real_change(five.iloc[1:].reset_index(drop=True), "proportion", "year")
    assert (four.code, four.test) == ("higher", "newcombe")  # four years are no trend; two years may still differ
    assert four.estimate == pytest.approx(0.05)
    few = real_change(series([1, 7], [8, 9]), "proportion", "year")
    assert (few.code, few.test) == ("higher", "fisher") and few.p < 0.05
    assert real_change(series([2, 3], [8, 9]), "proportion", "year").code == "no_change"
    events = real_change(series([12, 40], [1000, 1000]), "rate", "year")
    assert (events.code, events.test) == ("higher", "rate_ratio") and events.estimate == pytest.approx(40 / 12)
    counts = series([12, 13], [1, 1])
    counts["denominator"] = np.nan
    assert real_change(counts, "count", "year").code == "no_change"
    halves = series([300, 100, 400, 100], [1000] * 4)
    assert real_change(halves, "proportion", "half").estimate == pytest.approx(0)  # against the same half, not the last


def test_too_little_is_said() -> None:
    assert real_change(series([1], [2]), "proportion", "year").reason == "no_before"
    assert real_change(series([1, None], [2, 5]), "proportion", "year").reason == "missing"
    assert real_change(series([None, 1], [2, 5]), "proportion", "year").reason == "no_before"
    waiting = series([10, 20], [100, 100], {1: "not_yet_due"})
    assert real_change(waiting, "proportion", "mc_year").reason == "not_yet_due"
    short = series([10, 20], [100, 100], {0: "partial_period"})
    assert real_change(short, "proportion", "year").reason == "no_before"
    over = real_change(series([50, 120], [100, 100]), "proportion", "year")
    assert (over.code, over.reason) == ("cannot_calculate", "part_exceeds_whole")
    assert real_change(series([50, 60], [100, 100]), "value", "year").reason == "no_interval"
    assert real_change(series([50, 60], [100, 100]), "proportion", "phase").reason == "no_before"
    assert real_change(series([0, 0], [100, 100]), "rate", "year").code == "no_change"
    none = series([300, 350, 400, 450, 500], [1000] * 5).assign(lower95=np.nan)
    assert real_change(none, "value", "year").code == "cannot_calculate"


def test_a_rare_event_is_no_real_change() -> None:
    """Most months have none: one more, or one less, is chance, whatever the width of limits from month to month."""
    for last in ([0] * 23 + [1], [0] * 10 + [1] + [0] * 13):
        for kind in ("rate", "count"):
            assert real_change(series(last, [1000.0] * 24), kind, "month").code == "no_change"
    full: list[float | None] = [50.0] * 10 + [49] + [50] * 13
    assert real_change(series(full, [50.0] * 24), "proportion", "month").code == "no_change"
    assert real_change(series([8000] * 12 + [8001], [10000] * 13), "proportion", "month").code == "no_change"
    assert real_change(series([83.3] * 13, [100] * 13), "value", "month").code == "cannot_calculate"  # nothing moves


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mean", "size"),
    [("rate", 0.05, 0), ("rate", 0.3, 0), ("rate", 1, 0), ("rate", 5, 0), ("rate", 40, 0), ("count", 6, 0),
     ("proportion", 0.995, 60), ("proportion", 0.99, 100), ("proportion", 0.8, 400), ("proportion", 0.1, 80)],
)  # fmt: skip
def test_chance_seldom_passes_for_a_change(kind: str, mean: float, size: int) -> None:
    """Twenty-four months (or two years) at one risk: the last is called changed at most once in twenty-five times."""
    random = np.random.default_rng(11)
    called = 0
    for _ in range(300):
        drawn = random.binomial(size, mean, 24) if size else random.poisson(mean, 24)
        made = real_change(series(list(drawn), [size or 1000] * 24), kind, "month")
        called += made.code in ("higher", "lower")
    assert called <= 12


@pytest.mark.slow
def test_a_stock_is_not_charted_from_month_to_month() -> None:
    """Two thousand persons, coverage 80 % throughout, 5 % replaced a month: the same people make months alike."""
    random = np.random.default_rng(5)
    called = {True: 0, False: 0}
    for _ in range(100):
        covered = random.random(2000) < 0.8
        months = []
        for _month in range(24):
            moved = random.random(2000) < 0.05
            covered = np.where(moved, random.random(2000) < 0.8, covered)
            months.append(covered.sum())
        rows = series(months, [2000] * 24)
        for stock in called:
            found = real_change(rows, "proportion", "month", stock=stock)
            assert found.test == ("newcombe" if stock else "p_prime_chart")
            called[stock] += found.code != "no_change"
    assert called[True] <= 8 < 20 < called[False]


def test_returns_still_to_come_are_not_judged() -> None:
    late = series([60, 25], [1, 1], {1: "incomplete_returns"})
    assert real_change(late, "count", "year") == Verdict("too_little", reason="incomplete_returns")
    before = series([25, 60], [1, 1], {0: "incomplete_returns"})
    assert real_change(before, "count", "year").reason == "no_before"


def test_years_all_full_or_empty_have_not_changed() -> None:
    for count in ([100.0] * 5, [0.0] * 5):
        found = real_change(series(list(count), [100.0] * 5), "proportion", "year")
        assert (found.code, found.test, found.p) == ("no_change", "cochran_armitage", 1.0)


def test_a_gap_among_five_years_leaves_the_year_before() -> None:
    rows = series([300, 320, 340, None, 380, 500], [1000.0] * 6)
    found = real_change(rows, "proportion", "year")
    assert (found.code, found.test) == ("higher", "newcombe")


def test_a_year_before_is_found_by_its_date() -> None:
    rows = series([300, 400, 500], [1000.0] * 3)
    rows["start"] = [dt.date(2015, 1, 1), dt.date(2016, 1, 1), dt.date(2018, 1, 1)]
    assert real_change(rows, "proportion", "year").reason == "no_before"  # 2016 is not the year before 2018
    rows.loc[2, "start"] = dt.date(2017, 1, 1)
    assert real_change(rows, "proportion", "year").estimate == pytest.approx(0.1)
    months = series([100.0] * 3, [200.0] * 3)
    months["start"] = [dt.date(2017, 3, 1), dt.date(2017, 4, 1), dt.date(2018, 4, 1)]
    assert real_change(months, "proportion", "month").test == "newcombe"


def test_falling_back_is_no_fall_while_it_lies_high() -> None:
    """Seven months high after seventeen low, each lower than the one before: still a rise."""
    low = [280, 276, 284, 281, 279, 283, 278, 280, 282, 277, 281, 279, 284, 280, 276, 281, 279]
    high = [340, 336, 332, 328, 324, 320, 316]
    found = real_change(series([*low, *high], [400] * 24), "proportion", "month")
    assert (found.code, found.rule) == ("higher", "shift")


def test_a_real_shift_is_found() -> None:
    """Coverage up from 70 to 80 % of 400 for seven months; events up from 20 to 35."""
    random = np.random.default_rng(8)
    found = {"proportion": 0, "rate": 0}
    for _ in range(60):
        shares = [*random.binomial(400, 0.7, 17), *random.binomial(400, 0.8, 7)]
        events = [*random.poisson(20, 17), *random.poisson(35, 7)]
        found["proportion"] += real_change(series(shares, [400] * 24), "proportion", "month").code == "higher"
        found["rate"] += real_change(series(events, [1000] * 24), "rate", "month").code == "higher"
    assert found["proportion"] >= 58 and found["rate"] >= 42


def test_five_years_with_a_year_between_are_no_trend() -> None:
    rows = series([500, 550, 600, 650, 700], [1000] * 5)
    rows["start"] = [dt.date(year, 1, 1) for year in (2003, 2004, 2010, 2011, 2018)]
    assert real_change(rows, "proportion", "year").reason == "no_before"
    rows["start"] = pd.to_datetime([f"{year}-01-01" for year in range(2014, 2019)])
    assert real_change(rows, "proportion", "year").test == "cochran_armitage"


def test_every_answer_has_words() -> None:
    facts = {"name": "建档率", "place": "甲镇", "period": "2018年", "value": "86.3%"}
    codes = [key.split(".")[1] for key in text.catalogue() if re.fullmatch(r"verdict\.[a-z_]+", key)]
    tests = [key.split(".")[2] for key in text.catalogue() if key.startswith("verdict.how.")]
    reasons = [key.split(".")[2] for key in text.catalogue() if key.startswith("verdict.why.")]
    for lang in text.LANGUAGES:
        for code in codes:
            for test in ["", *(t for t in tests if t != "rate_ratio_none")]:
                for reason in ["", *reasons]:
                    sentence = said(Verdict(code, test, reason, "shift", 14, 0.1, 0.05, 0.15, 0.01), facts, lang)
                    assert "86.3%" in sentence or code in ("too_little", "cannot_calculate", "unjudged")
                    assert "{" not in sentence and sentence[-1] in "。."


@pytest.mark.slow
def test_the_door_of_a_workspace(small: Workspace) -> None:
    cells = small.cells("health_record_coverage")
    township = str(cells.loc[cells.level == "township", "place"].iloc[0])
    months = cells[(cells.place == township) & cells.period.str.fullmatch(r"\d{4}-\d{2}")]
    found = small.real_change("health_record_coverage", township, str(months.period.iloc[-1]))
    assert found.verdict.test in ("p_prime_chart", "newcombe", "fisher", "") and found.zh != found.en
    assert str(found) == found.zh
    published = small.real_change("health_record_coverage", small.plan.places.root, "2018", published=True)
    assert published.verdict.code and "2018" in published.en
    for call in (
        lambda: small.real_change("health_record", township, "2018"),
        lambda: small.real_change("health_record_coverage", "nowhere", "2018"),
        lambda: small.real_change("health_record_coverage", township, "2031"),
    ):
        with pytest.raises(HfworkError):
            call()
