"""Control charts, rules, trends, funnels and comparisons: hand examples, properties, and false alarms counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table

from hfwork.errors import HfworkError
from hfwork.judge import change, compare, control, funnel, intervals, runs

series = st.lists(st.floats(-1e3, 1e3, allow_nan=False), min_size=5, max_size=40)


def test_xmr_by_hand() -> None:
    chart = control.xmr([10, 12, 11, 13, 9])  # ranges 2 1 2 4: mean 2.25, mean of values 11
    assert chart.centre.tolist() == [11] * 5
    assert chart.upper[0] == pytest.approx(11 + 3 * 2.25 / 1.128)
    assert chart.reason.tolist() == ["provisional"] * 5
    # one wild range above 3.267 means is left out, unless told not to: (7·1 + 20)/8 → 1
    wild = [1, 2, 1, 2, 1, 2, 1, 2, 22]
    assert control.mean_range(wild) == 1 and control.mean_range(wild, screen=False) == 3.375


@given(series, st.floats(0.1, 50), st.floats(-100, 100))
def test_xmr_moves_with_the_unit(values: list[float], scale: float, shift: float) -> None:
    y = np.array(values)
    one, other = control.xmr(y, screen=False), control.xmr(y * scale + shift, screen=False)
    for name in ("centre", "lower", "upper", "lower95", "upper95"):
        np.testing.assert_allclose(other[name], one[name] * scale + shift, rtol=1e-7, atol=1e-6)
    assert (one.lower <= one.lower95 + 1e-9).all() and (one.upper95 <= one.upper + 1e-9).all()


def test_limits_begin_anew_with_each_phase() -> None:
    y = [5, 6, 5, 6, 5, 50, 51, 50, 51, 50, 7]
    phases = ["a"] * 5 + ["b"] * 5 + ["a"]
    chart = control.xmr(y, phases=phases)
    assert chart.centre[:5].round(6).eq(5.4).all() and chart.centre[5:10].round(6).eq(50.4).all()
    assert chart.reason.tolist()[-1] == "too_few_points" and np.isnan(chart.upper.iloc[-1])
    assert not runs.flags(chart).outside.any() and runs.flags(control.xmr(y)).outside.any()


def test_proportion_chart_reasons() -> None:
    chart = control.p([9, 8, None, 5, 9, 9, 0, 12], [10, 10, 10, 0, 10, 10, 10, 10])
    assert chart.reason.tolist()[2:4] == ["missing", "no_denominator"]
    assert chart.reason.tolist()[-1] == "part_exceeds_whole" and np.isnan(chart.value.iloc[-1])
    known = chart.dropna(subset="value")
    assert known.centre.round(9).eq(round(35 / 50, 9)).all()
    assert known.upper.eq(1).all() and (known.lower >= 0).all()
    rates = control.u([3, 4, 2, 5], [1, 1, 1, 1])
    assert (
        rates.centre.eq(3.5).all() and rates.upper[0] == pytest.approx(3.5 + 3 * 3.5**0.5) and rates.lower.eq(0).all()
    )


def test_prime_widens_what_scatters_too_much() -> None:
    random = np.random.default_rng(3)
    n = np.full(40, 20_000)
    x = random.binomial(n, np.clip(random.normal(0.8, 0.02, 40), 0, 1))
    plain, prime = control.p(x, n), control.p(x, n, prime=True)
    assert runs.flags(plain).outside.mean() > 0.2 > runs.flags(prime).outside.mean()
    chance = random.binomial(n, 0.8)
    ratio = (control.p(chance, n, prime=True).upper - 0.8) / (control.p(chance, n).upper - 0.8)
    assert ratio.mean() == pytest.approx(1, abs=0.25)


def test_rare_events() -> None:
    random = np.random.default_rng(5)
    gaps = random.geometric(0.01, 400) - 1.0
    chart = control.g(gaps)
    assert chart.centre[0] == pytest.approx(gaps.mean()) and chart.lower.eq(0).all()
    assert runs.flags(chart).outside.mean() < 0.04  # the geometric's long tail: 1 to 2 % beyond three sigma
    assert runs.flags(control.g([*gaps[:60], 3000.0])).outside.iloc[-1]
    days = random.exponential(20, 400)
    timed = control.t(days)
    assert runs.flags(timed).outside.mean() < 0.01
    assert (timed.lower >= 0).all() and timed.centre[0] == pytest.approx((days ** (1 / 3.6)).mean() ** 3.6)
    assert runs.flags(control.t([*days[:60], 900.0])).side.iloc[-1] == 1


def chart_of(y: list[float], centre: float = 0, sigma: float = 1) -> pd.DataFrame:
    limits = {"lower": -3, "upper": 3, "lower95": -2, "upper95": 2}
    made = pd.DataFrame({"value": y, "centre": centre, "phase": 0})
    return made.assign(**{name: centre + z * sigma for name, z in limits.items()})


def test_rules() -> None:
    assert runs.flags(chart_of([0.1, 3.5, -0.1])).rule.tolist() == ["", "outside", ""]
    seven = runs.flags(chart_of([-0.2, 0.5, 0.3, 0.5, 0.3, 0.5, 0.3, 0.5, -0.1]))
    assert seven.rule.tolist() == ["", *["shift"] * 7, ""] and seven.side.tolist() == [0, *[1] * 7, 0]
    assert not runs.flags(chart_of([0.5, 0.3] * 3)).rule.any()
    falling = runs.flags(chart_of([0.9, 0.6, 0.3, 0.1, -0.3, -0.6, -0.9, 0.2]))
    assert falling.trend.tolist() == [True] * 7 + [False] and falling.side.tolist()[0] == -1
    near = runs.flags(chart_of([2.5, 0.1, 2.2, -2.5, 0.1, 0.1]))
    assert near.rule.tolist() == ["two_of_three", "", "two_of_three", "", "", ""]
    on_centre = runs.flags(chart_of([0.5] * 5 + [0.0] + [0.5] * 5))
    assert not on_centre["shift"].any()


@pytest.mark.slow
def test_false_alarms_are_few() -> None:
    random = np.random.default_rng(1)
    outside, shift, signals = [], [], []
    for _ in range(400):
        y = random.normal(size=24)
        flags = runs.flags(chart_of(y.tolist()))
        outside.append(flags.outside.mean())
        shift.append(flags["shift"].any())
        signals.append(runs.anhoej(y, np.median(y)).signal)
    assert np.mean(outside) < 0.006  # 0.27 % in theory
    assert np.mean(shift) < 0.2
    assert np.mean(signals) < 0.1


def test_no_rule_reaches_across_a_phase() -> None:
    chart = chart_of([0.5] * 4 + [0.4] * 4)
    chart["phase"] = [0] * 4 + [1] * 4
    assert not runs.flags(chart).rule.any()
    assert runs.flags(chart.assign(phase=0))["shift"].all()


# Trends


def test_armitage_is_statsmodels() -> None:
    x, n = np.array([30, 45, 50, 70, 80]), np.array([100, 120, 110, 130, 125])
    found = Table(np.column_stack([x, n - x]), shift_zeros=False).test_ordinal_association(row_scores=np.arange(5.0))
    total = n.sum()
    assert change.cochran_armitage(x, n)[0] == pytest.approx(found.zscore**2 * total / (total - 1))


def yearly(x: list[float], n: list[float]) -> change.Trend:
    lower, upper = intervals.wilson(x, n)
    return change.trend(np.array(x, dtype=float) / n, lower, upper, x, n)


def test_trend_rule() -> None:
    rising = yearly([300, 350, 400, 450, 500], [1000] * 5)
    assert (rising.code, rising.stable) == ("rising", True) and rising.slope == pytest.approx(0.05)
    assert yearly([500, 450, 400, 350, 300], [1000] * 5).code == "falling"
    assert yearly([300, 305, 299, 301, 303], [1000] * 5).code == "no_change"
    assert yearly([300, 350, 400, 450], [1000] * 4).code == "too_few_points"
    # a single last point makes the whole slope: not stable, hence no change
    one = yearly([300, 300, 299, 298, 420], [1000] * 5)
    assert one.statistic > change.CHI_SQUARE and not one.stable and one.code == "no_change"
    # no interval: nothing can be said, and "no change" would be a lie (a published service once said so)
    none = change.trend([1, 2, 3, 4, 5], [np.nan] * 5, [np.nan] * 5)
    assert none.code == "cannot_calculate"
    assert change.trend([1, 2, 3, 4, 5], [0.9, 1.9, np.nan, 3.9, 4.9], [1.1, 2.1, 3.1, 4.1, 5.1]).code == none.code
    assert change.trend([1, 2, 3, 4, 5], [0.9, 1.9, 2.9, 3.9, 4.9], [1.1, 2.1, 3.1, 4.1, 5.1]).code == "rising"


@given(st.lists(st.integers(1, 99), min_size=5, max_size=5), st.integers(2, 6))
def test_trend_does_not_mind_scale_or_direction(x: list[int], times: int) -> None:
    statistic, p, slope = change.cochran_armitage(x, [100] * 5)
    back = change.cochran_armitage(x[::-1], [100] * 5)
    assert back == pytest.approx((statistic, p, -slope), rel=1e-9, abs=1e-12)
    assert change.cochran_armitage(x, [100] * 5, np.arange(5) * times)[0] == pytest.approx(
        statistic, rel=1e-9, abs=1e-12
    )
    assert 0 <= p <= 1


@pytest.mark.slow
def test_trend_errs_as_seldom_as_said() -> None:
    random = np.random.default_rng(2)
    counts = random.binomial(400, 0.3, (3000, 5))
    codes = [yearly(row.tolist(), [400.0] * 5).code for row in counts]
    assert np.mean([code != "no_change" for code in codes]) < 0.005  # 0.2 % in theory


def test_seasonal() -> None:
    month = np.tile(np.sin(np.arange(12)) * 5, 5)
    noise = np.random.default_rng(4).normal(0, 0.5, 60)
    assert change.seasonal(month + noise, 12).code == "no_change"
    rising = change.seasonal(month + noise + np.arange(60) / 12 * 1.5, 12)
    assert rising.code == "rising" and rising.slope == pytest.approx(1.5, abs=0.3)
    assert change.seasonal(month[:24], 12).code == "too_few_points"
    gaps = month + noise - np.arange(60) / 6
    gaps[[3, 17, 40]] = np.nan
    assert change.seasonal(gaps, 12).code == "falling"
    with pytest.raises(HfworkError):
        change.seasonal(month, 1)


# Funnels and comparisons


@given(st.integers(1, 10**5), st.floats(0.01, 0.99), st.sampled_from([0.95, 0.998]))
def test_outside_the_funnel_is_an_interval_without_the_whole(total: int, share: float, confidence: float) -> None:
    low, high = funnel.proportion_limits(total, share, confidence)
    near = np.add.outer(np.array([low, high, share]) * total, [-1, 0, 1]).ravel()
    counts = np.clip(np.round([0, total, *near]), 0, total)
    lower, upper = intervals.wilson(counts, np.full(len(counts), total), confidence)
    edge = (np.abs(counts / total - low) < 1e-9) | (np.abs(counts / total - high) < 1e-9)
    outside = (counts / total < low) | (counts / total > high)
    assert (outside == ((lower > share) | (upper < share)))[~edge].all()


@given(st.floats(0.5, 1e5), st.sampled_from([0.95, 0.998]))
def test_rate_funnel_inverts_the_exact_interval(mean: float, confidence: float) -> None:
    low, high = funnel.rate_limits(mean, 1.0, 1, confidence)
    assert 0 <= low < 1 < high
    if low > 0:
        assert intervals.poisson_exact(low * mean, confidence)[1] == pytest.approx(mean, rel=1e-6)
    assert intervals.poisson_exact(high * mean, confidence)[0] == pytest.approx(mean, rel=1e-6)


def test_funnel_says_when_it_is_invalid() -> None:
    n = np.full(14, 4000)
    random = np.random.default_rng(8)
    calm = funnel.overdispersion(random.binomial(n, 0.8), n)
    assert calm.reason == "" and calm.phi < 2.5 and calm.tau2 < 1e-3
    wild = funnel.overdispersion(random.binomial(n, random.uniform(0.5, 0.95, 14)), n)
    assert wild.reason == "over_dispersed" and wild.tau2 > 0
    assert funnel.overdispersion([1, 2, 3], [4, 4, 4]).reason == "too_few_units"
    assert funnel.flags([1, None, 5, 0, 0], [0, 3, 4, 9, 10], 0.5).tolist() == ["none"] * 3 + ["low95", "low998"]
    with pytest.raises(HfworkError):
        funnel.flags(1, 2, 0.5, "share")


def test_comparisons() -> None:
    assert compare.difference([0.1, -0.1, -0.3], [0.3, 0.1, -0.2], "down").tolist() == ["worse", "similar", "better"]
    assert compare.ratio([1.1, None], [1.4, 2], "none").tolist() == ["higher", "none"]
    found = compare.peers([100, 1000, 110, 95, None, 900], 2)
    assert [peers.tolist() for peers in found] == [[2, 3], [2, 5], [0, 3], [0, 2], [], [1, 2]]
    part, whole = compare.rest([5, 9], [10, 20], [20, 8], [100, 30])
    assert part[0] == 15 and whole[0] == 90 and np.isnan(part[1])
    assert compare.quintiles(np.arange(10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert compare.quintiles(np.arange(10), "down").tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert compare.quintiles([1, 2, None]).tolist() == [0, 0, 0]
    with pytest.raises(HfworkError):
        compare.adjust([0.1, 1.2])
    with pytest.raises(HfworkError):
        compare.adjust([0.1], "fdr")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_keeps_order_and_never_falls(values: list[float]) -> None:
    p = np.array(values)
    for method in ("bh", "by", "holm", "bonferroni"):
        adjusted = compare.adjust(p, method)
        assert (adjusted >= p - 1e-12).all() and (adjusted <= 1).all()
        assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= -1e-12).all()
    gap = compare.adjust([*values, np.nan])
    assert np.isnan(gap[-1])
    np.testing.assert_allclose(gap[:-1], compare.adjust(p))


def test_the_fitting_chart_is_never_narrower_than_chance() -> None:
    y = np.array([80, 81, 80, 79, 80, 81, 80, 79, 80, 81, 80, 79, 80.0])  # closer together than chance has it
    chart, name = control.fitting(y / 100, y, np.full(13, 100.0), "proportion")
    plain, narrow = control.p(y, np.full(13, 100.0)), control.p(y, np.full(13, 100.0), prime=True)
    assert name == "p_prime_chart"
    np.testing.assert_allclose(chart.upper, plain.upper)
    assert (narrow.upper < plain.upper).all()
    scattered = np.array([60, 95] * 7, dtype=float)
    chart, _ = control.fitting(scattered / 100, scattered, np.full(14, 100.0), "proportion")
    np.testing.assert_allclose(chart.upper, control.p(scattered, np.full(14, 100.0), prime=True).upper)
    chart, name = control.fitting(y, y, np.full(13, np.nan), "count")
    assert name == "c_prime_chart" and chart.upper[0] == pytest.approx(y.mean() + 3 * y.mean() ** 0.5)


def test_figures_that_cannot_bear_limits_have_none() -> None:
    few, name = control.fitting([0, 1, 2, 1] * 4, [0, 1, 2, 1] * 4, [1000] * 16, "rate")
    assert name == "u_prime_chart" and set(few.reason) == {"too_few_events"} and few.upper.isna().all()
    assert not runs.flags(few).outside.any()
    almost, _ = control.fitting([0.99] * 12, [99] * 12, [100] * 12, "proportion")  # one in a hundred without
    assert set(almost.reason) == {"too_few_events"}
    still, name = control.fitting([7.0] * 8 + [9] * 4, [np.nan] * 12, [np.nan] * 12, "value")
    assert name == "xmr_chart" and set(still.reason) == {"too_coarse"}
    # each phase for itself
    phases = ["a"] * 12 + ["b"] * 12
    both, _ = control.fitting([np.nan] * 24, [20, 25] * 6 + [1, 0] * 6, [1000] * 24, "rate", phases=phases)
    assert both.upper[:12].notna().all() and both.upper[12:].isna().all()


def test_values_that_differ_in_their_last_digit_only_are_equal() -> None:
    for value in (83.3, 29 / 35, 0.1 + 0.2):
        assert not runs.flags(control.xmr([value] * 13)).outside.any()
    rising = np.linspace(0, 1e-15, 13) + 1
    assert not runs.flags(chart_of(list(rising), 1.0, 1.0)).any(axis=None)


def test_points_without_a_figure_are_left_out_of_models() -> None:
    x, n, t = [30, np.nan, 42, 50, 61, 5], [100, 100, 100, 100, 100, 0], [1, 2, 3, 4, 5, 6]
    kept = [0, 2, 3, 4]
    for model in (change.logistic, change.loglinear):
        whole = model(x, n, t)
        np.testing.assert_allclose(whole, model(*(np.array(column)[kept] for column in (x, n, t))))
    np.testing.assert_allclose(change.linear(x, t), change.linear(np.array(x)[[0, 2, 3, 4, 5]], [1, 3, 4, 5, 6]))
    assert change.kendall([1, np.nan, 2, 3], [1, 2, 3, 4])[0] == 1
    for model in (change.logistic, change.loglinear):
        for short in ([], [5.0], [5, np.nan, 7]):
            assert model(short, [10.0] * len(short), list(range(len(short)))).isna().all()
        assert model([0, 0, 0], [9, 9, 9], [1, 2, 3]).isna().all()
        assert model([1, 2, 3], [9, 9, 9], [4, 4, 4]).isna().all()
    assert change.linear([], []).isna().all() and change.linear([1, 2, 3], [2, 2, 2]).isna().all()
    assert np.isnan(change.kendall([1], [1])).all()
    assert change.linear([1, 2, np.nan], [1, 2, 3], [1, 1, 1]).isna().all()


def test_years_that_are_all_full_have_no_trend() -> None:
    found = yearly([100, 200, 150, 90, 80], [100, 200, 150, 90, 80])
    assert (found.code, found.slope, found.stable) == ("no_change", 0.0, True)
