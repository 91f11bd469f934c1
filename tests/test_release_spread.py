"""The stored gaps, smoothed figures, funnels and control limits are those of the published figures, and of no other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.periods import parse
from hfwork.present import judged, readings
from hfwork.release import courses, spread
from hfwork.release.verdicts import carries_over, kind_of
from hfwork.workspace import Workspace

KEY = ["indicator", "place", "period"]


@pytest.fixture(scope="module")
def shown(small: Workspace) -> pd.DataFrame:
    cells = small.current().cells()
    return cells[cells["level"].isin(["district", "township"]) & cells["state"].isin(["value", "unstable"])]


def units(shown: pd.DataFrame, row: object) -> pd.DataFrame:
    of = (shown["indicator"] == row.indicator) & (shown["period"] == row.period)  # type: ignore[attr-defined]
    return shown[of & (shown["level"] == "township") & (shown["state"] == "value")]


def test_columns_and_only_published_figures(small: Workspace, shown: pd.DataFrame) -> None:
    tables = {"inequality": spread.INEQUALITY, "smoothed": spread.SMOOTHED, "funnel": spread.FUNNEL}
    found = {name: small.current().findings(name) for name in [*tables, "courses"]}
    for name, columns in {**tables, "courses": courses.COLUMNS}.items():
        assert list(found[name].columns) == columns and len(found[name]) > 20
    published = pd.MultiIndex.from_frame(shown[KEY])
    for name in ("smoothed", "courses"):
        at = pd.MultiIndex.from_frame(found[name][KEY])
        assert at.is_unique and at.isin(published).all()
    assert not any(parse(t, small.plan.campaign.phase_dates).level == "month" for t in found["smoothed"]["period"])


def test_gaps(small: Workspace, shown: pd.DataFrame) -> None:
    """The difference is the highest less the lowest; Theil and the variance by a plain sum over units."""
    table = small.current().findings("inequality")
    for row in table[table["measure"] == "difference"].itertuples():
        value = units(shown, row)["value"]
        assert row.estimate == pytest.approx(value.max() - value.min())
        assert not (value.isin([0.0, 100.0]).any() and row.lower95 == row.upper95)
    for row in table[table["measure"] == "between_group_variance"].iloc[::5].itertuples():
        part = units(shown, row)
        weight = part["denominator"] / part["denominator"].sum()
        mean = (weight * part["value"]).sum()
        assert row.estimate == pytest.approx((weight * (part["value"] - mean) ** 2).sum())


def test_smoothed_figures_lie_between_their_own_and_the_mean(small: Workspace, shown: pd.DataFrame) -> None:
    table = small.current().findings("smoothed").merge(shown[[*KEY, "value", "numerator", "denominator"]], on=KEY)
    for (indicator, _), part in table.groupby(["indicator", "period"]):
        factor = small.plan.indicators[str(indicator)].factor
        mean = part["numerator"].sum() / part["denominator"].sum() * factor
        own = part["numerator"] / part["denominator"] * factor  # of unsteady units too, whose figure is withheld
        wanted = mean + part["weight"] * (own - mean)
        np.testing.assert_allclose(part["smooth"], wanted, rtol=1e-9)
        assert part["weight"].between(0, 1).all()
        assert ((part["weight"] == 0) == (part["reason"] == "no_between_variance")).all()


def test_funnels_say_why_they_are_not_drawn(small: Workspace, shown: pd.DataFrame) -> None:
    table = small.current().findings("funnel")
    asked = shown[(shown["level"] == "township") & (shown["state"] == "value")].groupby(["indicator", "period"]).size()
    for row in table.itertuples():
        assert row.units == asked[row.indicator, row.period]
        assert (row.reason == "over_dispersed") == bool(row.phi > 10)
        plain = small.plan.indicators[str(row.indicator)].plain
        assert not plain or row.reason == "no_interval"


def test_courses_are_what_the_chart_draws(small: Workspace, shown: pd.DataFrame) -> None:
    release = small.current()
    table = release.findings("courses")
    kinds = {"xmr_chart": "value", "c_prime_chart": "count", "u_prime_chart": "rate", "p_prime_chart": "proportion"}
    assert len(table) > 20
    for indicator, chart in table[["indicator", "chart"]].drop_duplicates().itertuples(index=False):
        kind = kind_of(small.plan.indicators[indicator])  # a share above its whole has the chart of plain values
        assert kind == kinds[chart] or (chart == "xmr_chart" and kind == "proportion")
    for (indicator, place), part in list(table.groupby(["indicator", "place"], sort=False))[::25]:
        cells = release.cells(str(indicator))
        chart = judged.control_chart(cells, small.plan, str(place), readings.finest(cells, small.plan))
        drawn = {trace.name: [v for v in trace.y if v is not None] for trace in chart.data}
        for line in courses.LINES:
            np.testing.assert_allclose(part[line], drawn[line])


def test_a_stock_has_no_limits(small: Workspace) -> None:
    """The people of one month end are largely those of the next: limits from month to month would be no limits."""
    plan, release = small.plan, small.current()
    stocks = {i.id for i in plan.indicators.values() if carries_over(plan, i)}
    assert {"health_record_coverage", "elderly_management"} <= stocks
    assert not stocks & {"preconception_check_coverage", "family_lectures"}  # flows, though over a stock or of returns
    assert not stocks & set(release.findings("courses")["indicator"])
    cells = release.cells("health_record_coverage")
    chart = judged.control_chart(cells, plan, plan.places.root, "month")
    drawn = {trace.name: list(trace.y) for trace in chart.data}
    assert all(set(drawn[line]) == {None} for line in courses.LINES) and any(v is not None for v in drawn["value"])
    assert "不画控制限" in chart.layout.xaxis.title.text and "上年同期" in chart.layout.title.text


def test_a_course_by_hand() -> None:
    """Six complete months, one still open: limits lie 2.66 mean ranges from the mean; the open one has none."""
    value = [10.0, 12.0, 11.0, 13.0, 12.0, 14.0, 2.0]
    frame = pd.DataFrame({"value": value, "numerator": value, "denominator": np.nan, "version": "1",
                          "reason": [""] * 6 + [UNFINISHED[0]]})  # fmt: skip

    class Count:
        interval, plain, factor = "none", True, 1.0

    found = courses.course(frame, Count())  # type: ignore[arg-type]
    mean, spread_of = 12.0, np.mean([2, 1, 2, 1, 2]) / 1.128 * 3
    np.testing.assert_allclose(found["centre"], [mean] * 6 + [np.nan])
    np.testing.assert_allclose(found["upper"], [mean + spread_of] * 6 + [np.nan])
    assert list(found["reason"]) == ["provisional"] * 6 + ["missing"] and set(found["chart"]) == {"xmr_chart"}


def test_a_course_of_rates_is_in_the_unit_of_the_rate() -> None:
    events = [20.0, 25, 18, 22, 24, 19, 21, 23, 20, 26, 22, 18]
    frame = pd.DataFrame({"numerator": events, "denominator": 4000.0, "version": "1", "reason": ""})
    frame["value"] = frame["numerator"] / 4000 * 1000

    class Rate:
        interval, plain, factor = "byar", False, 1000.0

    found = courses.course(frame, Rate())  # type: ignore[arg-type]
    mean = sum(events) / 12
    assert set(found["chart"]) == {"u_prime_chart"}
    np.testing.assert_allclose(found["centre"], mean / 4)
    np.testing.assert_allclose(found["upper"], (mean + 3 * mean**0.5) / 4)  # never narrower than chance


def test_a_funnel_of_rates_needs_units_and_no_great_spread(small: Workspace) -> None:
    rate = small.plan.indicators["birth_defect_prevalence"]
    assert kind_of(rate) == "rate"
    units = pd.DataFrame({"numerator": [20.0, 25, 18, 22, 24], "denominator": 1000.0})
    whole = 21.8 / 1000 * rate.factor
    phi, reason = spread.fit(small.plan, units, rate, whole)
    assert reason == "" and 0 < phi < 10
    assert spread.fit(small.plan, units.iloc[:4], rate, whole)[1] == "too_few_units"
    wild = units.assign(numerator=[20.0, 400, 3, 900, 24])
    assert spread.fit(small.plan, wild, rate, 269.4 / 1000 * rate.factor)[1] == "over_dispersed"
    none = units.assign(numerator=[20.0, 0, 0, 22, 24])  # who has no event has no logarithm, but stands in the funnel
    assert spread.fit(small.plan, none, rate, whole)[1] == ""
