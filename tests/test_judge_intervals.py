"""Intervals agree with published tools, cover what they promise and never stumble over a bad cell."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2, poisson
from statsmodels.stats.proportion import proportion_confint

from hfwork.errors import HfworkError
from hfwork.judge import intervals

GOLDEN = Path(__file__).parent / "golden"
COUNTS: list[Callable[..., Any]] = [intervals.poisson_exact, intervals.byar, intervals.count_interval]
CONFIDENCES = st.floats(0.5, 0.999)
cells = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, comment="#")


def by_confidence(path: Path) -> list[tuple[float, pd.DataFrame]]:
    frame = table(path)
    return [(float(level), frame[frame.confidence == level]) for level in frame.confidence.unique()]


@pytest.fixture
def peers(reference: Path | None) -> Path:
    return reference or pytest.skip("no folder of reference values")


def agree(got: tuple[Any, Any], lower: Any, upper: Any) -> None:
    np.testing.assert_allclose(np.asarray(got[0], float), np.asarray(lower, float), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(np.asarray(got[1], float), np.asarray(upper, float), rtol=1e-9, atol=1e-15)


def test_wilson_golden() -> None:
    for confidence, rows in by_confidence(GOLDEN / "wilson.csv"):
        agree(intervals.wilson(rows["count"], rows.total, confidence), rows.lower, rows.upper)


def test_rate_golden() -> None:
    for confidence, rows in by_confidence(GOLDEN / "rate.csv"):
        got = intervals.rate(rows["count"], rows.exposure, 100_000, confidence)
        agree(got, rows.lower, rows.upper)


def test_poisson_golden() -> None:
    rows = table(GOLDEN / "poisson.csv")
    agree(intervals.poisson_exact(rows["count"]), rows.lower, rows.upper)


def test_wilson_reference(peers: Path) -> None:
    rows = table(peers / "proportion_wilson.csv")  # its zero denominator is empty there and NaN here
    for confidence, name in ((0.95, "95_0"), (0.998, "99_8")):
        agree(intervals.wilson(rows.x, rows.n, confidence), rows[f"lower{name}cl"], rows[f"upper{name}cl"])
    for confidence, grid in by_confidence(peers / "proportion_wilson_grid.csv"):
        agree(intervals.wilson(grid.x, grid.n, confidence), grid.lower, grid.upper)


def test_rate_reference(peers: Path) -> None:
    rows = table(peers / "rate_byars_exact.csv")
    for confidence, name in ((0.95, "95_0"), (0.998, "99_8")):
        got = intervals.rate(rows.x, rows.n, 100_000, confidence)
        agree(got, rows[f"lower{name}cl"], rows[f"upper{name}cl"])
        limits = {"Exact": intervals.poisson_exact, "Byars": intervals.byar}
        for method, part in rows.dropna(subset="method").groupby("method"):
            lower, upper = limits[str(method)](part.x, confidence)
            scale = 100_000 / part.n
            agree((lower * scale, upper * scale), part[f"lower{name}cl"], part[f"upper{name}cl"])


def test_poisson_reference(peers: Path) -> None:
    rows = table(peers / "poisson_exact.csv")
    agree(intervals.poisson_exact(rows.x), rows.ci_lower95, rows.ci_upper95)


@given(st.lists(cells, min_size=1, max_size=40), CONFIDENCES)
def test_wilson_is_statsmodels(some: list[tuple[int, int]], confidence: float) -> None:
    count, total = np.array(some, dtype=float).T
    peer = proportion_confint(count, total, alpha=1 - confidence, method="wilson")
    got = intervals.wilson(count, total, confidence)
    # The peer subtracts and so loses digits near 0.
    np.testing.assert_allclose(got, peer, rtol=1e-9, atol=1e-14)


@given(st.integers(0, 10**6), CONFIDENCES)
def test_exact_is_chi_square(count: int, confidence: float) -> None:
    tail = (1 - confidence) / 2
    lower = chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    agree(intervals.poisson_exact(count, confidence), lower, chi2.isf(tail, 2 * count + 2) / 2)


# Worked examples


def test_worked_examples() -> None:
    # 81 of 263: Newcombe 1998 (Stat. Med. 17, 857), table I, method 3: 0.2553 to 0.3662
    assert np.round(intervals.wilson(81, 263), 4).tolist() == [0.2553, 0.3662]
    assert np.round(intervals.wilson(15, 148), 4).tolist() == [0.0624, 0.1605]
    assert np.round(intervals.wilson(0, 20), 4).tolist() == [0.0, 0.1611]
    assert np.round(intervals.wilson(1, 29), 4).tolist() == [0.0061, 0.1718]
    # nothing happened: the upper limit of a count is 3.69, the "rule of three" of a two-sided interval
    assert np.round(intervals.poisson_exact(0), 2).tolist() == [0.0, 3.69]
    # 10 events in 22,345 persons by hand: 10(1 − 1/90 − 1.959964/9.486833)³ = 4.78745 → 21.425 per 100,000
    assert np.round(intervals.rate(10, 22345, 100_000), 3).tolist() == [21.425, 82.307]


def test_count_interval_changes_at_ten() -> None:
    few, many = np.arange(10), np.arange(10, 200)
    agree(intervals.count_interval(few), *intervals.poisson_exact(few))
    agree(intervals.count_interval(many), *intervals.byar(many))
    exact, near = np.array(intervals.poisson_exact(many)), np.array(intervals.byar(many))
    assert np.abs(near / exact - 1).max() < 0.002


def test_small_proportions_keep_their_digits() -> None:
    # One case among 10⁹: the limits of a proportion become those of the same score interval on a count.
    z2 = 3.8414588206941254
    lower, upper = intervals.wilson(1, 10**9)
    wanted = (1 + z2 / 2 + np.sqrt(z2) * np.sqrt(1 + z2 / 4)) / 1e9
    assert upper == pytest.approx(wanted, rel=1e-8)
    assert lower == pytest.approx(1e-18 / wanted, rel=1e-8)
    assert intervals.wilson(0, 10**9)[0] == 0 and intervals.wilson(10**9, 10**9)[1] == 1


# Properties


@given(cells, CONFIDENCES)
def test_wilson_holds_the_value(cell: tuple[int, int], confidence: float) -> None:
    lower, upper = intervals.wilson(*cell, confidence)
    assert 0 <= lower <= cell[0] / cell[1] <= upper <= 1


@given(cells, CONFIDENCES)
def test_wilson_is_symmetric(cell: tuple[int, int], confidence: float) -> None:
    count, total = cell
    lower, upper = intervals.wilson(count, total, confidence)
    other_lower, other_upper = intervals.wilson(total - count, total, confidence)
    assert (lower, upper) == pytest.approx((1 - other_upper, 1 - other_lower), abs=1e-14)


@given(cells, CONFIDENCES, CONFIDENCES)
def test_more_confidence_is_wider(cell: tuple[int, int], one: float, two: float) -> None:
    one, two = sorted((one, two))
    pairs = [(intervals.wilson(*cell, one), intervals.wilson(*cell, two))]
    pairs += [(limits(cell[0], one), limits(cell[0], two)) for limits in COUNTS]
    for narrow, wide in pairs:
        slack = 1e-12 * max(1, wide[1])
        assert wide[0] <= narrow[0] + slack and narrow[1] <= wide[1] + slack


@given(st.integers(0, 10**7), CONFIDENCES)
def test_count_limits_hold_the_count_and_rise(count: int, confidence: float) -> None:
    for limits in COUNTS:
        lower, upper = limits([count, count + 1], confidence)
        assert 0 <= lower[0] <= count <= upper[0]
        assert upper[0] < upper[1] and lower[0] <= lower[1]


@given(st.lists(cells, min_size=1, max_size=50), st.randoms(use_true_random=False))
def test_order_does_not_matter(some: list[tuple[int, int]], random: Any) -> None:
    order = list(range(len(some)))
    random.shuffle(order)
    count, total = np.array(some).T
    for limits in (intervals.wilson, lambda x, n: intervals.rate(x, n, 1000)):
        straight, shuffled = limits(count, total), limits(count[order], total[order])
        np.testing.assert_array_equal(np.array(straight)[:, order], shuffled)


@given(st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=1, max_size=30), st.data())
def test_missing_stays_missing(count: list[int | None], data: st.DataObject) -> None:
    some = st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=len(count), max_size=len(count))
    total = data.draw(some)
    for name, limits in (("wilson", intervals.wilson), ("rate", lambda x, n: intervals.rate(x, n, 1000))):
        lower, upper = limits(count, total)
        for x, n, low, high in zip(count, total, lower, upper, strict=True):
            absent = x is None or n is None or n == 0 or (name == "wilson" and x > n)
            assert np.isnan(low) == np.isnan(high) == absent
    for limits in COUNTS:
        assert np.isnan(limits(count)).tolist() == [[x is None for x in count]] * 2


# Coverage, by adding up every possible outcome


def test_wilson_covers_on_average() -> None:
    for confidence in (0.95, 0.998):
        for total in (20, 50, 200):
            outcomes = np.arange(total + 1)
            lower, upper = intervals.wilson(outcomes, total, confidence)
            truth = np.linspace(0.02, 0.98, 97)[:, None]
            covered = (binom.pmf(outcomes, total, truth) * ((lower <= truth) & (truth <= upper))).sum(axis=1)
            assert covered.mean() == pytest.approx(confidence, abs=0.01)
            assert covered.min() > confidence - 0.12  # known dips near 0 and 1


@pytest.mark.parametrize("expected", [0.5, 3, 9.5, 12, 60])
def test_poisson_covers_at_least(expected: float) -> None:
    outcomes = np.arange(400)
    for confidence in (0.95, 0.998):
        chance = poisson.pmf(outcomes, expected)
        lower, upper = intervals.poisson_exact(outcomes, confidence)
        assert chance[(lower <= expected) & (expected <= upper)].sum() >= confidence
        lower, upper = intervals.count_interval(outcomes, confidence)
        assert chance[(lower <= expected) & (expected <= upper)].sum() == pytest.approx(confidence, abs=0.04)


# Cells that cannot have an interval


def test_reasons() -> None:
    count, total = [3, 0, 5, None, 3, None, 4, 0], [4, 0, 4, 4, None, 0, 0, 9]
    empty, over = "no_denominator", "part_exceeds_whole"
    wanted = ["", empty, over, "missing", "missing", "missing", empty, ""]
    assert intervals.reason(count, total).tolist() == wanted
    assert intervals.reason(3, 0) == "no_denominator"
    lower, upper = intervals.wilson(count, total)
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [bool(code) for code in wanted]


def test_rate_may_exceed_its_factor() -> None:
    lower, upper = intervals.rate([12, 0], [10, 10], 100)
    assert lower[0] < 120 < upper[0] and lower[1] == 0


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("judge_count", lambda: intervals.wilson([1, -1], [2, 2])),
        ("judge_count", lambda: intervals.wilson(1, -2)),
        ("judge_count", lambda: intervals.wilson(1, float("inf"))),
        ("judge_count", lambda: intervals.poisson_exact(-1)),
        ("judge_count", lambda: intervals.rate(1, -5, 1000)),
        ("judge_count", lambda: intervals.reason(-1, 2)),
        ("judge_confidence", lambda: intervals.wilson(1, 2, 95)),
        ("judge_confidence", lambda: intervals.wilson([], [], 0)),
        ("judge_confidence", lambda: intervals.count_interval(1, float("nan"))),
        ("judge_factor", lambda: intervals.rate(1, 2, 0)),
        ("judge_lengths", lambda: intervals.wilson([1, 2], [3, 4, 5])),
        ("judge_lengths", lambda: intervals.wilson([1], [3, 4, 5])),
        ("judge_index", lambda: intervals.wilson(pd.Series([1, 2]), pd.Series([2, 3], index=[1, 0]))),
        ("judge_numbers", lambda: intervals.wilson(["1"], [2])),
        ("judge_numbers", lambda: intervals.wilson(pd.Series(["1", None], dtype=object), 2)),
        ("judge_numbers", lambda: intervals.poisson_exact(pd.to_datetime(["2018-06-30"]))),
    ],
)
def test_errors_have_words(code: str, call: Callable[[], Any]) -> None:
    with pytest.raises(HfworkError) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.message("zh") != caught.value.message("en")


def test_kinds_come_back() -> None:
    index = pd.Index(["T03", "T01", "T02"], name="place")
    count = pd.Series([1, pd.NA, 3], index=index, dtype="Int64")
    lower, upper = intervals.wilson(count, np.array([4, 4, 4]))
    assert lower.index.equals(index) and upper.index.equals(index) and lower.dtype == np.float64
    assert np.isnan(lower["T01"]) and lower["T03"] == intervals.wilson(1, 4)[0]
    assert intervals.reason(count, 4).tolist() == ["", "missing", ""]
    assert type(intervals.wilson(1, 4)[0]) is float and type(intervals.reason(1, 4)) is str
    assert np.isnan(intervals.wilson(None, 4)[0]) and np.isnan(intervals.wilson(pd.NA, 4)[0])
    assert intervals.wilson([[1, 2], [3, 4]], 5)[0].shape == (2, 2)
    assert intervals.wilson([], [])[0].shape == (0,)
    masked = np.ma.array([1, 2], mask=[False, True])
    assert np.isnan(intervals.wilson(masked, 3)[0]).tolist() == [False, True]
    assert intervals.wilson([Decimal(1), None], 4)[0][0] == intervals.wilson(1, 4)[0]


def test_inputs_are_left_alone() -> None:
    count, total = np.array([1.0, 5.0, 0.0]), np.array([4.0, 4.0, 0.0])
    intervals.wilson(count, total)
    intervals.rate(count, total, 1000)
    assert count.tolist() == [1, 5, 0] and total.tolist() == [4, 4, 0]


def test_blocks_join_up_and_stay_small() -> None:
    total = np.arange(1, 3 * intervals.BLOCK + 8)
    count = total // 3
    tracemalloc.start()
    lower, upper = intervals.wilson(count, total)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < lower.nbytes + upper.nbytes + 10 * 8 * intervals.BLOCK
    some = [0, intervals.BLOCK - 1, intervals.BLOCK, total.size - 1]
    agree((lower[some], upper[some]), *intervals.wilson(count[some], total[some]))
    assert not np.isnan(lower).any()
