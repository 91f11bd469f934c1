"""A rate is stated only where its two parts were brought to a unit alike: both shared out by weight, or neither."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hfwork.release.cells import assemble
from hfwork.workspace import Workspace

RATE = "elderly_management"  # numerator from a town's return, denominator from residents counted by village
PLAIN = "volunteer_teams"


def with_shares(workspace: Workspace, indicator: str, shares: dict[str, float]) -> pd.Series:
    """The first town's cell of 2017 when these shares of its measures had been shared out by weight."""
    counted = workspace.count(workspace.built_as_of())
    counts = counted.counts.astype({"measure": "str", "place": "str", "period": "str"})
    town = counts.loc[counts["level"] == "township", "place"].iloc[0]
    here = counts["place"] == town
    for measure, share in shares.items():
        rows = here & (counts["measure"] == measure)
        counts.loc[rows, "apportioned"] = np.rint(counts.loc[rows, "count"] * share).astype(np.int64)
        counts.loc[rows, "shared"] = share > 0
    cells = assemble(workspace.plan, counts, counted.frame, counted.errors, [indicator])
    return cells[(cells["place"] == town) & (cells["period"] == "2017")].iloc[0]


@pytest.mark.parametrize(
    ("numerator", "denominator", "state"),
    [(0, 0, "value"), (1, 1, "value"), (0.1, 0, "value"), (1, 0, "not_applicable"), (0, 1, "not_applicable")],
)
def test_a_rate_of_unlike_shares_is_not_stated(
    small: Workspace, numerator: float, denominator: float, state: str
) -> None:
    version = small.plan.indicators[RATE].versions[-1]
    assert version.numerator == ["elderly_managed"] and version.denominator == ["residents_65_plus"]
    cell = with_shares(small, RATE, {"elderly_managed": numerator, "residents_65_plus": denominator})
    assert (cell["state"], cell["reason"] == "unlike_shares") == (state, state != "value")
    numbers = cell[["numerator", "denominator", "value", "lower95", "upper95"]]
    assert numbers.isna().all() if state != "value" else numbers.notna().all()
    assert cell["apportioned"] == (state == "value" and numerator + denominator > 0)


def test_a_plain_count_has_no_other_part(small: Workspace) -> None:
    measure = small.plan.indicators[PLAIN].versions[-1].numerator[0]
    cell = with_shares(small, PLAIN, {measure: 1})
    assert (cell["state"], bool(cell["apportioned"])) == ("value", True)
