"""The codes beside published figures agree with a plain second way, and nothing hidden is compared with anything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hfwork.judge import differences
from hfwork.judge.intervals import poisson_exact
from hfwork.release.comparisons import COLUMNS, KEY
from hfwork.workspace import Workspace

UNFINISHED = ("not_yet_due", "partial_period", "incomplete_returns")


@pytest.fixture(scope="module")
def joined(small: Workspace) -> pd.DataFrame:
    release = small.current()
    found = release.findings("comparisons")
    assert list(found.columns) == COLUMNS and not found.duplicated(KEY).any()
    return found.merge(release.cells(), on=KEY, how="left", validate="one_to_one")


def test_only_published_figures_are_compared(small: Workspace, joined: pd.DataFrame) -> None:
    assert (joined["state"] == "value").all()
    cells = small.current().cells()
    wanted = cells[cells["level"].isin(small.plan.places.levels[:2]) & (cells["state"] == "value")]
    assert len(joined) == len(wanted) > 500


def test_codes_by_hand(small: Workspace, joined: pd.DataFrame) -> None:
    rows = joined.set_index(KEY).to_dict("index")
    root, seen = small.plan.places.root, {"rest": 0, "before": 0}
    for (indicator, place, period), row in list(rows.items())[::7]:
        definition = small.plan.indicators[indicator]
        if definition.interval != "wilson" or row["numerator"] > row["denominator"]:
            continue
        whole = rows.get((indicator, root, period))
        if place != root and whole and row["denominator"] < whole["denominator"]:
            others = [whole[side] - row[side] for side in ("numerator", "denominator")]
            if 0 <= others[0] <= others[1]:
                _, low, high = differences.proportion_difference(row["numerator"], row["denominator"], *others, 0.998)
                assert row["rest"] == code(low, high, definition.direction)
                seen["rest"] += 1
        if row["before"] != "none":
            past = rows[(indicator, place, row["before_period"])]
            assert int(period.removeprefix("MC")[:4]) == int(row["before_period"].removeprefix("MC")[:4]) + 1
            assert row["reason"] not in UNFINISHED and past["reason"] not in UNFINISHED
            counts = [side[name] for side in (row, past) for name in ("numerator", "denominator")]
            value, low, high = (np.array(differences.proportion_difference(*counts)) * definition.factor).tolist()
            assert [row["change"], row["change_lower"], row["change_upper"]] == pytest.approx([value, low, high])
            assert row["before"] == code(low, high, definition.direction)
            seen["before"] += 1
    assert min(seen.values()) > 20


def code(low: float, high: float, direction: str) -> str:
    if low <= 0 <= high:
        return "similar"
    if direction == "none":
        return "higher" if low > 0 else "lower"
    return "better" if (low > 0) == (direction == "up") else "worse"


def test_the_district_has_no_rest_and_no_funnel(small: Workspace, joined: pd.DataFrame) -> None:
    district = joined[joined["place"] == small.plan.places.root]
    assert (district["rest"] == "none").all() and (district["funnel"] == "none").all()
    assert (district["fifth"] == 0).all()


def test_the_funnel_speaks_only_where_it_may_be_drawn(carolina: Workspace) -> None:
    release = carolina.current()
    cells, fit = release.cells(), release.findings("funnel").set_index(["indicator", "period"])["reason"]
    table = release.findings("comparisons").merge(cells, on=KEY)
    judged = table[table["funnel"] != "none"]
    assert len(judged) > 40
    assert {fit[key] for key in judged[["indicator", "period"]].itertuples(index=False, name=None)} == {""}
    assert set(fit["nonwhite_birth_share"]) == {"over_dispersed"}  # and so no county of it is judged
    for row in judged.to_dict("records"):
        whole = cells[(cells["place"] == carolina.plan.places.root) & (cells["indicator"] == row["indicator"])]
        of = whole.set_index("period")["value"][row["period"]]
        lower, upper = (float(limit) for limit in poisson_exact(row["numerator"], 0.998))
        expected = row["denominator"] * of / carolina.plan.indicators[row["indicator"]].factor
        assert (row["funnel"] == "high998") == (lower > expected)
        assert (row["funnel"] == "low998") == (upper < expected)


def test_peers_are_the_five_nearest_in_size(carolina: Workspace) -> None:
    release = carolina.current()
    cells = release.cells()
    table = release.findings("comparisons").set_index(KEY)["peers"]
    seen: set[str] = set()
    for (indicator, period), units in cells[cells["level"] == "county"].groupby(["indicator", "period"], sort=False):
        units = units[units["state"] == "value"].reset_index(drop=True)
        if carolina.plan.indicators[str(indicator)].plain or len(units) < 6:
            continue
        share = carolina.plan.indicators[str(indicator)].interval == "wilson"
        for at in range(0, len(units), 9):
            own = units.loc[at]
            others = units.drop(at)
            apart = (np.log(others["denominator"]) - np.log(own["denominator"])).abs()
            near = others.loc[apart.sort_values(kind="stable").index[:5], ["numerator", "denominator"]].sum()
            pair = differences.proportion_difference if share else differences.rate_ratio
            _, low, high = pair(own["numerator"], own["denominator"], *near, 0.998)
            limits = (low, high) if share else (np.log(low), np.log(high))
            direction = carolina.plan.indicators[str(indicator)].direction
            assert table[str(indicator), own["place"], str(period)] == code(*limits, direction)
            seen.add(code(*limits, direction))
    assert len(seen) > 1


def test_the_target_is_judged_by_the_interval(joined: pd.DataFrame, small: Workspace) -> None:
    directions = {i.id: i.direction for i in small.plan.indicators.values()}
    known = joined[joined["target"].notna() & joined["lower95"].notna()]
    assert len(known) > 20 and set(joined.loc[joined["target"].isna(), "against_target"]) == {"none"}
    for row in known.to_dict("records"):
        low, high = row["lower95"] - row["target"], row["upper95"] - row["target"]
        assert row["against_target"] == code(low, high, directions[row["indicator"]])
