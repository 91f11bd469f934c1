"""The stored verdicts are those of the one door, on the latest complete figures, and reveal nothing withheld."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from hfwork.errors import HfworkError
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.periods import parse
from hfwork.release.verdicts import COLUMNS, judged, unfinished
from hfwork.workspace import Workspace


@pytest.fixture(scope="module")
def found(small: Workspace) -> pd.DataFrame:
    return small.current().findings("verdicts")


def test_one_verdict_on_each_latest_complete_figure(small: Workspace, found: pd.DataFrame) -> None:
    assert list(found.columns) == COLUMNS and len(found) > 300
    cells = small.current().cells()
    level = {t: parse(str(t), small.plan.campaign.phase_dates).level for t in cells["period"].unique()}
    cells = cells.assign(step=cells["period"].map(level))
    cells = cells[cells["step"].isin(["month", "quarter", "half", "year", "mc_year"]) & (cells["level"] != "village")]
    key = ["indicator", "place", "period"]
    # A cell tells one reason: of a running year that is also too unsteady to be read only the vault tells both.
    inside = small.cells().set_index(key)["reason"].reindex(pd.MultiIndex.from_frame(cells[key])).to_numpy()
    end = cells["period"].map({t: parse(str(t), small.plan.campaign.phase_dates).end for t in cells["period"].unique()})
    over = end <= small.built_as_of()
    done = cells[cells["numerator"].notna() & ~pd.Series(inside, cells.index).isin(UNFINISHED) & over]
    latest = done.sort_values("start").groupby(["indicator", "place", "step"], sort=False).tail(1)
    wanted = latest[key].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(found[key].sort_values(key, ignore_index=True), wanted)


def test_stored_words_are_those_of_the_door(small: Workspace, found: pd.DataFrame) -> None:
    for row in found.iloc[::23].itertuples():
        told = small.real_change(str(row.indicator), str(row.place), str(row.period), published=True)
        assert (told.verdict.code, told.verdict.test, told.zh, told.en) == (row.code, row.test, row.zh, row.en)


def test_an_unsteady_figure_is_not_judged(small: Workspace, found: pd.DataFrame) -> None:
    cells = small.current().cells()
    unstable = cells[cells["state"] == "unstable"]
    key = ["indicator", "place", "period"]
    judged = found.merge(unstable[key], on=key)
    assert len(judged) and set(judged["code"]) == {"too_little"} and set(judged["reason"]) == {"unstable"}
    assert not (found["zh"] + found["en"]).str.contains(r"\bnan\b", case=False).any()


def test_a_release_answers_without_the_vault(small: Workspace, found: pd.DataFrame) -> None:
    name, place = found.loc[0, "indicator"], found.loc[0, "place"]
    told = small.current().real_change(str(name), str(place))
    assert told["period"].is_unique and place in set(found["place"]) and set(told["indicator"]) == {name}
    with pytest.raises(HfworkError) as problem:
        small.current().real_change(str(name), "120117999")
    assert problem.value.code == "unknown_place"


def test_a_running_period_still_moves_whatever_its_reason(small: Workspace) -> None:
    """Of a running year a cell may tell that its numerator exceeds its denominator, and no more."""
    cells = pd.DataFrame({"period": ["2017", "2018", "2018-Q2"], "reason": ["", "part_exceeds_whole", "not_yet_due"]})
    periods = [parse(token) for token in cells["period"]]
    assert unfinished(cells, periods, dt.date(2018, 6, 30)).tolist() == [False, True, True]
    assert unfinished(cells, periods, dt.date(2018, 12, 31)).tolist() == [False, False, True]


def test_hidden_is_not_missing_and_not_too_little(small: Workspace) -> None:
    """A town's figure hidden this year, or a year before, is said to be unpublished, by the door too."""
    release, plan = small.current(), small.plan
    cells = release.cells("preconception_check_coverage")
    told = set()
    for row in cells[(cells["level"] == "township") & (cells["state"] == "suppressed")].itertuples():
        answer = small.real_change("preconception_check_coverage", row.place, row.period, published=True)
        if parse(row.period, plan.campaign.phase_dates).level in ("year", "quarter", "half"):
            told.add(answer.verdict.reason)
            assert "不公布" in answer.zh and "不作判断" in answer.zh and "没有" not in answer.zh
    assert told == {"not_published"}
    years = ["2017", "2018"]
    cells = cells[(cells["place"] == plan.places.root) & cells["period"].isin(years)].copy()
    cells["reason"] = ""
    cells["end"] = cells["period"].map({y: dt.date(int(y), 12, 31) for y in years})
    cells.loc[cells["period"] == "2017", ["state", "value", "numerator"]] = ["suppressed", None, None]
    found = judged(plan, cells, plan.indicators["preconception_check_coverage"], plan.places.root, "2018")
    assert (found.code, found.reason) == ("too_little", "before_not_published")
    cells.loc[cells["period"] == "2017", "state"] = "unstable"
    found = judged(plan, cells, plan.indicators["preconception_check_coverage"], plan.places.root, "2018")
    assert found.reason == "before_unstable"
    cells.loc[cells["period"] == "2017", ["state", "value", "reason"]] = ["value", 50.0, "incomplete_returns"]
    found = judged(plan, cells, plan.indicators["preconception_check_coverage"], plan.places.root, "2018")
    assert found.reason == "before_unfinished"
