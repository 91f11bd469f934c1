"""Neighbours are told once; the pattern of published figures is theirs, and nothing is told where a count is hidden."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest

from hfwork.judge import adjacency, space
from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period, parse
from hfwork.plan.policy import Neighbour
from hfwork.release import patterns
from hfwork.release.shapes import borders, shapes
from hfwork.workspace import Workspace

KEY = ["indicator", "period", "level"]


def periods(plan: Plan, cells: pd.DataFrame) -> list[Period]:
    return [parse(str(token), plan.campaign.phase_dates) for token in cells["period"].unique()]


def test_towns_by_the_table_and_villages_by_their_town(small: Workspace) -> None:
    plan, found = small.plan, small.current().findings("neighbours")
    assert list(found.columns) == patterns.NEIGHBOURS and not found.duplicated(["a", "b"]).any()
    basis = found.groupby("level")["basis"].unique()
    assert [list(basis[level]) for level in ("township", "village")] == [["table"], ["group"]]
    villages = plan.places.at(small.built_as_of(), "village")
    inside = villages.groupby("parent").size()
    assert (found["level"] == "village").sum() == (inside * (inside - 1) // 2).sum()
    parent = villages.set_index("code")["parent"]
    own = found[found["level"] == "village"]
    assert (own["a"].map(parent) == own["b"].map(parent)).all()


def test_a_table_of_villages_takes_the_place_of_the_town(small: Workspace) -> None:
    on = small.built_as_of()
    first, second, third = small.plan.places.at(on, "village")["code"].iloc[:3]
    lines = [Neighbour(a=a, b=b, use=use, confidence="high", basis="sourced", source="实地核对")
             for a, b, use in ((second, first, "core"), (second, third, "no"))]  # fmt: skip
    plan = dataclasses.replace(small.plan, neighbours=[*small.plan.neighbours, *lines])
    found = patterns.neighbours(plan, borders(plan, shapes(plan, on), on), on)
    own = found[found["level"] == "village"]
    assert own.to_numpy().tolist() == [["village", min(first, second), max(first, second), "table"]]
    assert (found["level"] == "township").sum() == len(borders(small.plan, shapes(small.plan, on), on))


def test_shapes_that_touch(carolina: Workspace) -> None:
    found = carolina.current().findings("neighbours")
    assert set(found["basis"]) == {"shapes"} and set(found["level"]) == {"county"} and len(found) == 245


@pytest.mark.parametrize("which", ["small", "carolina"])
def test_what_is_stored_is_found_again(which: str, request: pytest.FixtureRequest) -> None:
    workspace: Workspace = request.getfixturevalue(which)
    release, plan = workspace.current(), workspace.plan
    cells, pairs = release.cells(), release.findings("neighbours")
    table, clusters = release.findings("patterns"), release.findings("clusters")
    assert list(table.columns) == patterns.PATTERNS and list(clusters.columns) == patterns.CLUSTERS
    told = table[table["reason"] == ""]
    assert len(told) and not told["moran"].isna().any()
    for row in told.iloc[:: max(len(told) // 6, 1)].itertuples():
        units = cells[(cells["indicator"] == row.indicator) & (cells["period"] == row.period)]
        units = units[units["level"] == row.level].reset_index(drop=True)
        near = {code: set() for code in units["place"]}
        for a, b in pairs.loc[pairs["level"] == row.level, ["a", "b"]].itertuples(index=False):
            near[a].add(b)
            near[b].add(a)
        known = units[units["numerator"].notna()].set_index("place")
        x, n = known["numerator"], known["denominator"]
        mean = x.sum() / n.sum()
        chance = mean * (1 - mean) if plan.indicators[row.indicator].interval == "wilson" else mean
        between = max((n * (x / n - mean) ** 2).sum() / n.sum() - chance / n.mean(), 0)
        z = (x / n - mean) / np.sqrt(between + chance / n)
        took = [code for code in z.index if near[code] & set(z.index)]
        away = z[took] - z[took].mean()
        lag = [away[sorted(near[code] & set(took))].mean() for code in took]
        assert row.moran == pytest.approx((away.to_numpy() * lag).sum() / (away**2).sum())
        assert row.units == len(took) and row.missing + row.islands == len(units) - len(took)
        local = clusters[(clusters["indicator"] == row.indicator) & (clusters["period"] == row.period)]
        local = local[local["place"].isin(units["place"])]
        assert set(local.loc[local["reason"] == "", "place"]) == set(took)


def test_nothing_is_told_beside_a_hidden_count(small: Workspace) -> None:
    release, plan = small.current(), small.plan
    cells = release.cells()
    hidden = cells[cells["state"] == "suppressed"].groupby(KEY).size()
    table = release.findings("patterns")
    at = pd.MultiIndex.from_frame(table[KEY])
    assert (table["reason"].eq("hidden").to_numpy() == at.isin(hidden.index)).all()
    assert table.loc[table["reason"] != "", ["moran", "p", "permuted_p"]].isna().all(axis=None)
    told = pd.MultiIndex.from_frame(release.findings("clusters")[["indicator", "period"]])
    assert not told.isin([key[:2] for key in hidden.index if key[2] == "township"]).any()
    # The same table once more with one count hidden: all of that period fall silent, the others stay as they are.
    row = table[table["reason"] == ""].iloc[0]
    mine = (cells[KEY] == row[KEY].to_numpy()).all(axis=1)
    cells.loc[mine.idxmax(), ["numerator", "denominator", "value"]] = np.nan
    cells.loc[mine.idxmax(), "state"] = "suppressed"
    again = patterns.patterns(plan, cells, periods(plan, cells), release.findings("neighbours"))
    pd.testing.assert_frame_equal(again["patterns"].drop(row.name), table.drop(row.name), check_dtype=False)
    assert again["patterns"]["reason"][row.name] == "hidden"


def test_organisations_and_counts_have_no_pattern(small: Workspace) -> None:
    told = set(small.current().findings("patterns")["indicator"])
    assert not told & {"health_station_coverage", "care_home_medical_service", "family_lectures"}
    assert not set(small.current().findings("smoothed")["indicator"]) & {"health_station_coverage"}


def test_a_plan_without_borders_says_so(small: Workspace) -> None:
    plan, release = dataclasses.replace(small.plan, neighbours=[]), small.current()
    on = dt.date.fromisoformat(release.meta["as_of"])
    pairs = patterns.neighbours(plan, borders(plan, shapes(plan, on), on), on)
    assert set(pairs["level"]) == {"village"}  # tiles touch nobody in truth
    cells = release.cells()
    found = patterns.patterns(plan, cells, periods(plan, cells), pairs)["patterns"]
    assert set(found.loc[found["level"] == "township", "reason"]) <= {"no_neighbours", "hidden"}


def test_a_gradient_is_found_in_villages_of_one_town() -> None:
    """Three towns of ten villages, high, middling and low: villages of one town resemble each other."""
    codes = [f"{town}{village}" for town in "abc" for village in range(10)]
    near = adjacency.within(codes, [code[0] for code in codes])
    assert near.islands == [] and near.positions[0] == tuple(range(1, 10))
    n = np.full(30, 400)
    x = np.random.default_rng(4).binomial(n, np.repeat([0.6, 0.75, 0.9], 10))
    found, local = space.moran_rate(x, n, near, kind="proportion"), space.lisa_rate(x, n, near, kind="proportion")
    assert found.permuted_p < 0.01 and found.value > 0.5
    assert (local["cluster"][:10] == "low_low").all() and (local["cluster"][-10:] == "high_high").all()
    assert adjacency.within(["x", "y"], ["p", "q"]).islands == ["x", "y"]
