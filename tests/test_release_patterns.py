"""Neighbours are told once; the pattern of published figures is theirs, and nothing is told where a count is hidden."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period, parse
from hfwork.plan.policy import Neighbour
from hfwork.release import comparisons, courses, patterns, spread
from hfwork.release.shapes import shapes, touching
from hfwork.workspace import Workspace

KEY = ["indicator", "period", "level"]


def periods(plan: Plan, cells: pd.DataFrame) -> list[Period]:
    return [parse(str(token), plan.campaign.phase_dates) for token in cells["period"].unique()]


def test_neighbours_of_the_table(small: Workspace) -> None:
    found = small.current().findings("neighbours")
    assert list(found.columns) == patterns.NEIGHBOURS and set(found["level"]) == {"township"}
    assert (found["a"] < found["b"]).all() and not found.duplicated(["a", "b"]).any()
    on, plan = small.built_as_of(), small.plan
    told = [line for line in plan.neighbours if line.use == "core"]
    wanted = {
        (*sorted((plan.places.current(line.a, on), plan.places.current(line.b, on))), line.basis) for line in told
    }
    towns = set(plan.places.at(on, "township")["code"])
    wanted = {(a, b, basis) for a, b, basis in wanted if {a, b} <= towns}
    assert set(found[["a", "b", "basis"]].itertuples(index=False, name=None)) == wanted
    assert not set(found["basis"]) <= {"sourced"}  # most of Ninghe's are derived, and said to be
    near = found.groupby("a").size().add(found.groupby("b").size(), fill_value=0)
    assert set(near.index) == towns


def test_each_level_has_its_own_lines(small: Workspace) -> None:
    """A told pair of villages gives those two a neighbour; who is told as not touching has none; towns keep theirs."""
    on = small.built_as_of()
    first, second, third = small.plan.places.at(on, "village")["code"].iloc[:3]
    lines = [Neighbour(a=a, b=b, use=use, confidence="high", basis="sourced", source="实地核对")
             for a, b, use in ((second, first, "core"), (second, third, "no"))]  # fmt: skip
    plan = dataclasses.replace(small.plan, neighbours=[*small.plan.neighbours, *lines])
    found = patterns.neighbours(plan, touching(plan, shapes(plan, on)), on)
    own = found[found["level"] == "village"]
    assert own.to_numpy().tolist() == [["village", min(first, second), max(first, second), "sourced"]]
    stored = small.current().findings("neighbours")
    pd.testing.assert_frame_equal(found[found["level"] == "township"], stored, check_dtype=False)


def test_shapes_that_touch(carolina: Workspace) -> None:
    found = carolina.current().findings("neighbours")
    assert set(found["basis"]) == {"shapes"} and set(found["level"]) == {"county"} and len(found) == 245


@pytest.mark.parametrize("which", ["small", "carolina"])
def test_what_is_stored_is_found_again(which: str, request: pytest.FixtureRequest) -> None:
    """By plain sums over the published counts."""
    workspace: Workspace = request.getfixturevalue(which)
    release, plan = workspace.current(), workspace.plan
    cells, pairs = release.cells(), release.findings("neighbours")
    table, clusters = release.findings("patterns"), release.findings("clusters")
    assert list(table.columns) == patterns.PATTERNS and list(clusters.columns) == patterns.CLUSTERS
    told = table[table["reason"] == ""]
    assert bool(len(told)) == (which == "carolina")  # the small district has four towns only
    assert not told["moran"].isna().any() and (table.loc[table["reason"] != "", ["took", "islands"]] == 0).all(
        axis=None
    )
    levels = {p.level for p in periods(plan, cells[cells["period"].isin(table["period"])])}
    assert levels <= {"year", "mc_year", "phase", "span"}
    for row in told.itertuples():
        units = cells[(cells["indicator"] == row.indicator) & (cells["period"] == row.period)]
        units = units[units["level"] == row.level].reset_index(drop=True)
        near: dict[str, set[str]] = {code: set() for code in units["place"]}
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
        assert (row.units, row.took) == (len(units), len(took))
        assert row.missing + row.islands == len(units) - len(took)
        local = clusters[(clusters[KEY] == [row.indicator, row.period, row.level]).all(axis=1)]
        assert set(local.loc[local["reason"] == "", "place"]) == set(took) and len(local) == len(units)


def test_nothing_is_told_beside_a_hidden_count(small: Workspace, carolina: Workspace) -> None:
    release = small.current()
    cells, table = release.cells(), release.findings("patterns")
    hidden = cells[cells["state"] == "suppressed"].groupby(KEY).size()
    at = pd.MultiIndex.from_frame(table[KEY])
    assert (table["reason"].eq("hidden").to_numpy() == at.isin(hidden.index)).all() and at.isin(hidden.index).any()
    # Where there was a pattern, with one count hidden: that period falls silent, the others stay as they are.
    release, plan = carolina.current(), carolina.plan
    cells, table = release.cells(), release.findings("patterns")
    row = table[table["reason"] == ""].iloc[0]
    mine = (cells[KEY] == row[KEY].to_numpy()).all(axis=1)
    cells.loc[mine.idxmax(), ["numerator", "denominator", "value"]] = np.nan
    cells.loc[mine.idxmax(), "state"] = "suppressed"
    again = patterns.patterns(plan, cells, periods(plan, cells), release.findings("neighbours"))
    pd.testing.assert_frame_equal(again["patterns"].drop(row.name), table.drop(row.name), check_dtype=False)
    assert again["patterns"]["reason"][row.name] == "hidden" and np.isnan(again["patterns"]["moran"][row.name])
    told = again["clusters"][["indicator", "period"]].drop_duplicates().to_numpy().tolist()
    assert [row["indicator"], row["period"]] not in told and len(told) == (table["reason"] == "").sum() - 1


def test_organisations_and_counts_have_no_pattern(small: Workspace) -> None:
    told = set(small.current().findings("patterns")["indicator"])
    assert "health_record_coverage" in told
    assert not told & {"health_station_coverage", "care_home_medical_service", "family_lectures"}
    assert not set(small.current().findings("smoothed")["indicator"]) & {"health_station_coverage"}


def test_a_plan_without_borders_says_so(small: Workspace) -> None:
    plan, release, on = dataclasses.replace(small.plan, neighbours=[]), small.current(), small.built_as_of()
    pairs = patterns.neighbours(plan, touching(plan, shapes(plan, on)), on)
    assert not len(pairs)  # tiles touch nobody in truth
    cells = release.cells()
    found = patterns.patterns(plan, cells, periods(plan, cells), pairs)["patterns"]
    assert set(found["reason"]) == {"no_neighbours", "hidden"} and set(found["took"]) == {0}


def test_what_a_release_finds_follows_from_what_it_publishes(small: Workspace, carolina: Workspace) -> None:
    """So it can give nothing away: whoever has the published cells can work out every finding on units."""
    for workspace in (small, carolina):
        release, plan = workspace.current(), workspace.plan
        cells = release.cells()
        again = patterns.patterns(plan, cells, periods(plan, cells), release.findings("neighbours"))
        again |= spread.spreads(plan, cells, periods(plan, cells))
        again["courses"] = courses.courses(plan, cells, periods(plan, cells))
        again["comparisons"] = comparisons.comparisons(plan, cells, periods(plan, cells), again["funnel"])
        for name, table in again.items():
            pd.testing.assert_frame_equal(table, release.findings(name), check_dtype=False)
