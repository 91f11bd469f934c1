"""Differences, ratios, standardised rates and exact tests: worked examples, a second way, properties, coverage."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, poisson
from statsmodels.stats.proportion import confint_proportions_2indep

from hfwork.errors import HfworkError
from hfwork.judge import differences, exact, funnel, stability, standardised

CONFIDENCES = st.floats(0.5, 0.999)
cells = st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
pairs = st.tuples(cells, cells)


def test_worked_differences() -> None:
    # Newcombe 1998 (Stat. Med. 17, 873), example (a): 56/70 − 48/80 = 0.2, method 10: 0.0524 to 0.3339
    assert np.round(differences.proportion_difference(56, 70, 48, 80), 4).tolist() == [0.2, 0.0524, 0.3339]
    # (h): 10/10 − 0/10: 0.6075 to 1
    assert np.round(differences.proportion_difference(10, 10, 0, 10), 4).tolist() == [1.0, 0.6075, 1.0]
    # 41 events in 28,010 person-years against 15 in 19,017: the share 41/56 has exact limits, which are turned round
    odds = [share / (1 - share) * 19017 / 28010 for share in binomtest(41, 56).proportion_ci(method="exact")]
    assert differences.rate_ratio(41, 28010, 15, 19017)[1:] == pytest.approx(odds)
    assert np.round(differences.rate_ratio(41, 28010, 15, 19017), 2).tolist() == [1.86, 1.01, 3.61]
    assert np.round(differences.mean_interval(10, 2, 4), 3).tolist() == [6.818, 13.182]


@given(pairs, CONFIDENCES)
def test_difference_is_statsmodels(pair: Any, confidence: float) -> None:
    (x, n), (y, m) = pair
    peer = confint_proportions_2indep(x, n, y, m, compare="diff", method="newcomb", alpha=1 - confidence)
    np.testing.assert_allclose(differences.proportion_difference(x, n, y, m, confidence)[1:], peer, atol=1e-9)


@given(pairs, CONFIDENCES)
def test_intervals_hold_the_value(pair: Any, confidence: float) -> None:
    (x, n), (y, m) = pair
    value, lower, upper = differences.proportion_difference(x, n, y, m, confidence)
    assert -1 <= lower <= value + 1e-12 and value - 1e-12 <= upper <= 1
    turned = differences.proportion_difference(y, m, x, n, confidence)
    assert turned == pytest.approx((-value, -upper, -lower), abs=1e-12)
    value, lower, upper = differences.rate_difference(x, n, y, m, 1000, confidence)
    assert lower <= value <= upper
    value, lower, upper = differences.rate_ratio(x, n, y, m, confidence)
    if y:
        assert 0 <= lower <= value * (1 + 1e-12) and value <= upper * (1 + 1e-12)
    low, high = exact.clopper_pearson(x, n, confidence)
    assert 0 <= low <= x / n <= high <= 1


@given(pairs, st.floats(0.5, 0.9), st.floats(0.91, 0.999))
def test_more_confidence_is_wider(pair: Any, less: float, more: float) -> None:
    (x, n), (y, m) = pair
    for interval in (differences.proportion_difference, differences.rate_difference, differences.rate_ratio):
        small = interval(x, n, y, m, confidence=less)  # type: ignore[operator]
        wide = interval(x, n, y, m, confidence=more)  # type: ignore[operator]
        if not np.isnan(small[1]):
            assert wide[1] <= small[1] + 1e-9 and small[2] <= wide[2] + 1e-9


def test_ratio_of_proportions_by_a_second_way() -> None:
    """Koopman's published example, full sides worked out by hand, and statsmodels where it can."""
    # Koopman 1984: 36/40 against 16/80: 4.5, 2.94 to 7.15
    assert np.round(differences.proportion_ratio(36, 40, 16, 80), 2).tolist() == [4.5, 2.94, 7.15]
    full = np.array(differences.proportion_ratio([5, 1, 10, 10], [10] * 4, [10, 10, 10, 9], [10] * 4)).T
    by_hand = [[0.5, 0.2366, 0.7881], [0.1, 0.0179, 0.4042], [1, 0.7225, 1.3841], [1.1111, 0.7906, 1.6783]]
    np.testing.assert_allclose(full, by_hand, atol=6e-5)
    random = np.random.default_rng(7)
    n, m = random.integers(5, 400, (2, 40))
    x, y = random.binomial(n, 0.4), random.binomial(m, 0.6)
    got = np.array(differences.proportion_ratio(x, n, y, m)).T
    for row, (a, b, c, d) in zip(got, zip(x, n, y, m, strict=True), strict=True):
        if 0 < a < b and 0 < c < d:
            peer = confint_proportions_2indep(a, b, c, d, compare="ratio", method="score", correction=False)
            np.testing.assert_allclose(row[1:], peer, rtol=1e-4)


@given(pairs)
def test_ratio_of_proportions_holds_its_value_and_turns(pair: Any) -> None:
    (x, n), (y, m) = pair
    value, lower, upper = differences.proportion_ratio(x, n, y, m)
    if not y:
        assert np.isnan([value, lower, upper]).all()
        return
    assert 0 <= lower <= value * (1 + 1e-9) and value <= upper * (1 + 1e-9)
    if x:
        turned = differences.proportion_ratio(y, m, x, n)
        np.testing.assert_allclose(turned, [1 / value, 1 / upper, 1 / lower], rtol=1e-6)


def test_small_integers_do_not_overflow() -> None:
    for kind in (np.int8, np.int32):
        big = kind(100 if kind is np.int8 else 1_000_000_000)
        one, two = np.array([big]), np.array([big // 2])
        for found in (
            differences.rate_ratio(two, one, two, one),
            differences.proportion_ratio(two, one, two, one),
            [differences.score_test(two, one, two, one)],
        ):
            assert np.isfinite(found).all() and found[0][0] == pytest.approx(1.0)
    assert funnel.rate_limits(np.array([100_000], dtype=np.int32), 30_000, 1e5)[0][0] == pytest.approx(
        29_660.5, abs=0.1
    )


@pytest.mark.parametrize(("p", "q"), [(0.1, 0.1), (0.3, 0.5), (0.85, 0.95), (0.5, 0.5)])
def test_difference_covers(p: float, q: float) -> None:
    n, m = 40, 60
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    chance = binom.pmf(x, n, p) * binom.pmf(y, m, q)
    for confidence, slack in ((0.95, 0.02), (0.998, 0.004)):
        _, lower, upper = differences.proportion_difference(x, n, y, m, confidence)
        assert chance[(lower <= p - q) & (p - q <= upper)].sum() == pytest.approx(confidence, abs=slack)


@pytest.mark.parametrize(("mean", "other"), [(4.0, 6.0), (12.0, 12.0), (30.0, 20.0)])
def test_rate_ratio_covers_at_least(mean: float, other: float) -> None:
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(90), np.arange(90), indexing="ij"))
    chance = poisson.pmf(x, mean) * poisson.pmf(y, other)
    _, lower, upper = differences.rate_ratio(x, 100, y, 100)
    covered = np.isnan(lower) | ((lower <= mean / other) & (mean / other <= upper))
    assert chance[covered].sum() >= 0.95
    _, lower, upper = differences.rate_difference(x, 100, y, 100)
    truth = (mean - other) / 100
    assert chance[(lower <= truth) & (truth <= upper)].sum() == pytest.approx(0.95, abs=0.035)


def test_dsr_covers() -> None:
    random = np.random.default_rng(11)
    population = np.array([900, 1500, 1200, 700, 300])
    rates = np.array([0.001, 0.002, 0.006, 0.02, 0.06])
    standard = np.array([1000, 1500, 1400, 900, 400])
    truth = (rates * standard).sum() / standard.sum()
    counts = random.poisson(rates * population, (4000, 5))
    value, lower, upper = standardised.dsr(counts, np.broadcast_to(population, counts.shape), standard, 1)
    known = ~np.isnan(value)
    assert known.mean() > 0.99
    assert ((lower <= truth) & (truth <= upper))[known].mean() == pytest.approx(0.95, abs=0.015)
    assert np.isfinite(value[known]).all() and (lower[known] <= value[known]).all()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(50, 999)), min_size=2, max_size=6), st.integers(2, 9))
def test_standardised_rates_do_not_mind_scales(bands: list[tuple[int, int]], times: int) -> None:
    x, n = np.array(bands, dtype=float).T
    standard = np.arange(1.0, len(x) + 1)
    once = standardised.dsr(x, n, standard)
    np.testing.assert_allclose(standardised.dsr(x, n, standard * times), once, rtol=1e-9)
    np.testing.assert_allclose(standardised.dsr(x[::-1], n[::-1], standard[::-1]), once, rtol=1e-9)
    # standardised to itself a place has its crude rate
    own = standardised.dsr(x, n, n, 1)[0]
    assert np.isnan(own) or own == pytest.approx(x.sum() / n.sum())
    ratio = standardised.isr(x, n, x * times + 1e-9, n * times)[0]
    assert np.isnan(ratio) or x.sum() == 0 or ratio == pytest.approx(1, rel=1e-6)


def test_reasons_instead_of_errors() -> None:
    x, n, w = np.array([[5.0, 6], [5, np.nan], [5, 6], [1, 2]]), np.array([[9.0, 9], [9, 9], [9, 0], [9, 9]]), [1, 1]
    assert standardised.reasons(x, n, w).tolist() == ["", "missing", "no_denominator", "too_few_events"]
    assert np.isnan(standardised.dsr(x, n, w)[0]).tolist() == [False, True, True, True]
    assert np.isnan(differences.proportion_difference([1, 5, None], [0, 4, 4], 1, 2)[0]).all()
    assert np.isnan(differences.rate_ratio([1, None], [0, 5], 1, 2)[1]).all()
    assert np.isnan(exact.fisher_test([5, 1, None], [4, 0, 3], 1, 2)).all()
    assert np.isnan(exact.binomial_test([1, None, 5], [0, 3, 4], 0.5)).all()
    assert np.isnan(differences.score_test([1, 9], [0, 3], 1, 2)).all()
    for call in (
        lambda: standardised.dsr([1, 2], [1, 2, 3], [1, 2]),
        lambda: standardised.isr([1, 2], [1, 2], [1, 2], [1, 2], factor=0),
        lambda: exact.binomial_test(1, 2, 0.5, "more"),
        lambda: differences.rate_difference(1, 2, 3, 4, factor=-1),
        lambda: differences.mean_interval(1, 2, 3, confidence=2),
    ):
        with pytest.raises(HfworkError):
            call()


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4))
def test_exact_tests_stay_in_bounds(some: Any) -> None:
    x, n, y, m = np.array([(a % 40, 40, b % 30, 30) for (a, _), (b, _) in some]).T
    for p in (exact.fisher_test(x, n, y, m), exact.poisson_pair_test(x, n, y, m), differences.score_test(x, n, y, m)):
        assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(exact.fisher_test(x, n, y, m), exact.fisher_test(y, m, x, n), rtol=1e-7)


# What is too unsteady to be read


def test_unstable() -> None:
    count, total = [0, 3, 15, 290, 2, 1, None, 5, 0], [20, 25, 30, 300, 1000, 0, 4, 4, 100]
    wanted = ["too_few", "too_few", "too_wide", "", "", "no_denominator", "missing", "part_exceeds_whole", ""]
    assert stability.unstable(count, total).tolist() == wanted
    assert stability.unstable([9, 10, 0], [100, 100, 0], "rate").tolist() == ["too_few", "", "no_denominator"]
    value, reason = stability.withheld([50.0, 97.0], [15, 290], [30, 300])
    assert np.isnan(value).tolist() == [True, False] and reason.tolist() == ["too_wide", ""]


def test_how_much_must_be_merged() -> None:
    count, total = [[3, 4, 5, 400]], [[10, 12, 11, 500]]
    assert stability.periods_needed(count, total).tolist() == [[0, 0, 0, 1]]
    assert stability.periods_needed([3, 4, 5, 6], [100, 100, 100, 100], "rate").tolist() == [0, 0, 3, 2]
    assert stability.periods_needed([9, np.nan, 9, 9], [99, 99, 99, 99], "rate").tolist() == [0, 0, 0, 2]
    assert stability.units_merged([4, 7, 3, 12, 1], [1, 1, 1, 1, 1], "rate").tolist() == [0, 0, 1, 1, 1]
    assert stability.units_merged([4, np.nan, 1], [1, 1, 1], "rate").tolist() == [-1, -1, -1]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(30, 300)), min_size=1, max_size=12))
def test_merged_values_are_steady(units: list[tuple[int, int]]) -> None:
    x, n = np.array(units, dtype=float).T
    x = np.minimum(x, n)
    groups = stability.units_merged(x, n)
    for number in set(groups.tolist()) - {-1, int(groups.max())}:
        assert stability.unstable(x[groups == number].sum(), n[groups == number].sum()) == ""
    needed = stability.periods_needed(x, n)
    for at in np.flatnonzero(needed):
        part = slice(at + 1 - needed[at], at + 1)
        assert stability.unstable(x[part].sum(), n[part].sum()) == ""


@given(st.integers(0, 40), st.integers(1, 60))
def test_poisson_test_by_brute_force(count: int, halves: int) -> None:
    """All outcomes no likelier than the one seen; a mean that is whole has two likeliest outcomes."""
    mean = halves / 2
    chance = poisson.pmf(np.arange(400), mean)
    wanted = chance[chance <= chance[count] * (1 + 1e-7)].sum()
    assert exact.poisson_test(count, mean) == pytest.approx(min(wanted, 1.0), rel=1e-9, abs=1e-12)


def test_poisson_test_of_many_events() -> None:
    assert exact.poisson_test([1_000_000_000, 999_900_000], 1e9) == pytest.approx([1.0, 0.0015654], rel=1e-2)


def test_a_standard_with_nobody_in_a_band() -> None:
    assert np.isnan(standardised.isr([3, 4], [100, 100], [5, 6], [0, 100])).all()
    assert standardised.reasons([9, 9], [10, 10], [0, 0]) == "no_denominator"


def test_stability_refuses_what_it_cannot_judge() -> None:
    for call in (lambda: stability.unstable(5, 10, "count"), lambda: stability.unstable(-5, 10, "rate")):
        with pytest.raises(HfworkError):
            call()
