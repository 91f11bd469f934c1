"""Targets find their unit, and its status follows, also when it has another code by now."""

from __future__ import annotations

import datetime as dt

import pytest

from hfwork.plan.policy import Target
from hfwork.plan.tables import Words
from hfwork.release.cells import assemble
from hfwork.workspace import Workspace

INDICATOR = "health_record_coverage"


@pytest.mark.parametrize("under", ["old", "present"])
def test_a_target_under_an_earlier_code_holds_for_the_unit(small: Workspace, under: str) -> None:
    counted = small.count(small.built_as_of())
    places, on = small.plan.places, counted.frame.on
    towns = counted.counts.loc[counted.counts["level"] == "township", "place"].unique().astype(str)
    town = str(towns[0])
    earlier = places.current(town, dt.date(2015, 1, 1))
    assert earlier != town and places.current(earlier, on) == town
    source = Words(zh="示例目标", en="Invented target")
    mine = Target(indicator=INDICATOR, place=earlier if under == "old" else town, period="2019", value=12.5, unit="%",
                  role="target", source=source)  # fmt: skip
    plan = small.plan.__class__(**{**vars(small.plan), "targets": [*small.plan.targets, mine]})
    cells = assemble(plan, counted.counts, counted.frame, counted.errors, [INDICATOR])
    year = cells[cells["period"] == "2017"].set_index("place")
    assert year.loc[town, "target"] == 12.5 and year.loc[town, "status"] == "met"
    assert (year.drop(index=town)["target"] != 12.5).all()
