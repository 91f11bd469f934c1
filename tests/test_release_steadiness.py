"""Unsteady values are withheld beside their counts, and what is said to steady them does, by a second count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hfwork.judge import stability
from hfwork.plan.folder import Plan
from hfwork.plan.periods import parse
from hfwork.release.cells import NUMBERS
from hfwork.release.steadiness import COLUMNS, steadying, withhold
from hfwork.workspace import Workspace

INDICATOR = "early_pregnancy_followup"  # births: a flow, a proportion of couples
PEOPLE = ("person", "household", "couple")


def published(plan: Plan, counts: dict[str, tuple[float, float]], indicator: str = INDICATOR) -> pd.DataFrame:
    """Cells as disclosure control leaves them, of one town, by period."""
    assert plan.indicators[indicator].interval == "wilson"
    x, n = np.array(list(counts.values())).T
    made = pd.DataFrame({"period": list(counts), "numerator": x, "denominator": n, "value": 100 * x / n})
    missing = made["value"].isna()
    made = made.assign(indicator=indicator, version="1", place="120117101", level="township", boundaries="2018-06-30")
    made = made.assign(state=np.where(missing, "suppressed", "value"), reason="", status="met")
    return made.assign(**dict.fromkeys([name for name in NUMBERS if name not in made], 1.0))


def test_value_goes_counts_stay_and_periods_are_counted(small: Workspace) -> None:
    counts = {
        "2017-Q1": (20.0, 24.0),
        "2017-Q2": (np.nan, np.nan),
        "2017-Q3": (10.0, 12.0),
        "2017-Q4": (13.0, 14.0),
        "2018-Q1": (9.0, 10.0),
        "2018-Q2": (290.0, 300.0),
    }
    cells = published(small.plan, counts)
    made, merge = withhold(small.plan, cells, [parse(token) for token in counts])
    assert made["state"].tolist() == ["unstable", "suppressed", "unstable", "unstable", "unstable", "value"]
    assert made["reason"].tolist() == ["too_few", "", "too_few", "too_few", "too_few", ""]
    assert merge.tolist() == [0, 0, 0, 0, 3, 0]  # nothing is added across the hidden quarter
    gone = made.loc[made["state"] == "unstable", [n for n in NUMBERS if n not in ("numerator", "denominator")]]
    assert gone.isna().all(axis=None) and (made.loc[gone.index, "status"] == "none").all()
    pd.testing.assert_frame_equal(made[["numerator", "denominator"]], cells[["numerator", "denominator"]])
    found = steadying(small.plan, made, merge)
    assert found["periods"].tolist() == [0, 0, 0, 3] and set(found["together"]) == {""}  # towns are not merged


def test_small_villages_are_read_together_with_the_next_ones(small: Workspace) -> None:
    """Official order, whatever the values; a hidden village joins nobody; the end joins the last group."""
    units = small.plan.places.at(small.built_as_of(), "village")
    town = units["parent"].iloc[0]
    codes = units.loc[units["parent"] == town, "code"].iloc[:6]
    counts = pd.DataFrame({"numerator": [9.0, 22, np.nan, 60, 11, 9], "denominator": [10.0, 28, np.nan, 80, 12, 10]})
    cells = published(small.plan, {f"2018-0{i}": (1.0, 2.0) for i in range(1, 7)}).assign(**counts, period="2018-Q2")
    cells = cells.assign(
        place=codes.to_numpy(), level="village", value=100 * counts["numerator"] / counts["denominator"]
    )
    cells["state"] = np.where(counts["numerator"].isna(), "suppressed", "value")
    made, merge = withhold(small.plan, cells, [parse("2018-Q2")])
    assert made["state"].tolist() == ["unstable", "unstable", "suppressed", "value", "unstable", "unstable"]
    found = steadying(small.plan, made, merge).set_index("place")["together"]
    first, last = " ".join(codes.iloc[:2]), " ".join(codes.iloc[3:])
    assert found.tolist() == [first, first, last, last]
    assert set(found.index) == set(codes.iloc[[0, 1, 4, 5]])


def test_shares_of_organisations_are_shown(small: Workspace) -> None:
    cells = published(small.plan, {"2018-Q2": (5.0, 7.0)}, "health_station_coverage")
    made, _ = withhold(small.plan, cells, [parse("2018-Q2")])
    pd.testing.assert_frame_equal(made, cells)


def test_release_shows_no_unsteady_value(small: Workspace) -> None:
    release, plan = small.current(), small.plan
    cells, found = release.cells(), release.findings("steadying")
    assert list(found.columns) == COLUMNS
    unstable = cells[cells["state"] == "unstable"]
    pd.testing.assert_frame_equal(
        found[["indicator", "place", "period", "reason"]],
        unstable[["indicator", "place", "period", "reason"]].reset_index(drop=True),
    )
    assert unstable[["value", "lower95", "upper95", "lower998", "upper998"]].isna().all(axis=None)
    assert unstable[["numerator", "denominator"]].notna().all(axis=None) and (unstable["status"] == "none").all()
    for (name, _), part in cells[cells["state"] == "value"].groupby(["indicator", "version"]):
        definition = plan.indicators[str(name)]
        units = {plan.measures[m].unit for version in definition.versions for m in version.denominator}
        kind = stability.kind_of(definition.interval)
        if kind and units and units <= set(PEOPLE):
            codes = set(stability.unstable(part["numerator"], part["denominator"], kind))
            assert not codes & {"too_few", "too_wide"}, name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sentence_of_an_unsteady_district(small: Workspace, lang: str) -> None:
    release = small.current()
    cells, said = release.cells(), release.findings("sentences").set_index(["indicator", "period"])
    whole = cells[(cells["state"] == "unstable") & (cells["level"] == small.plan.places.levels[0])]
    for row in whole.itertuples():
        words = said.loc[(row.indicator, row.period), f"{lang}1"]
        assert ("数值不稳" if lang == "zh" else "too unstable") in words and "nan" not in words
