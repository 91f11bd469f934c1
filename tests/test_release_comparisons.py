"""The codes beside published figures agree with a plain second way, and nothing hidden is compared with anything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hfwork.judge import differences
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
    assert (
        (district["rest"] == "none").all() and (district["funnel"] == "none").all() and (district["fifth"] == 0).all()
    )
    judged = joined[(joined["funnel"] != "none") & (joined["rest"] != "none")]
    assert len(judged) > 100
    # whoever lies far outside the funnel differs from the rest as well, and never the other way round
    far = judged[judged["funnel"].isin(["high998", "low998"])]
    opposite = {"high998": {"up": "worse", "down": "better", "none": "lower"},
                "low998": {"up": "better", "down": "worse", "none": "higher"}}  # fmt: skip
    for row in far.to_dict("records"):
        assert row["rest"] != opposite[row["funnel"]][small.plan.indicators[row["indicator"]].direction]
