"""Releases of real workspaces: exact totals, four states, nothing small, a new indicator by one file."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
import pytest
import yaml

from hfwork.release.bundle import open_release
from hfwork.release.cells import COLUMNS, NUMBERS, STATES
from hfwork.release.packing import columns
from hfwork.workspace import Workspace, open_workspace

AS_OF = dt.date(2018, 6, 30)
LIMITS = ["value", "lower95", "upper95", "lower998", "upper998"]


def test_carolina_equals_its_source(carolina: Workspace) -> None:
    source = gpd.read_file(Path(libpysal.__file__).parent / "examples" / "sids2" / "sids2.shp")
    cells = carolina.current().cells()
    for token, births, deaths, other in [
        ("1974-07..1978-06", "BIR74", "SID74", "NWBIR74"),
        ("1979-07..1984-06", "BIR79", "SID79", "NWBIR79"),
    ]:
        here = cells[(cells["period"] == token) & (cells["level"] == "county")].set_index(["indicator", "place"])
        wanted = source.assign(code=source["FIPSNO"].astype(str)).set_index("code")[[births, deaths, other]]
        for indicator, side, column in [
            ("births", "numerator", births),
            ("sids_rate", "numerator", deaths),
            ("sids_rate", "denominator", births),
            ("nonwhite_birth_share", "numerator", other),
        ]:
            found = here.loc[indicator][side]
            expected = wanted[column].astype(float).loc[found.index]
            pd.testing.assert_series_equal(found, expected, check_names=False)
        state = cells[(cells["period"] == token) & (cells["level"] == "state")].set_index("indicator")
        assert state.loc["births", "value"] == source[births].sum()
        assert state.loc["sids_rate", "value"] == pytest.approx(1000 * source[deaths].sum() / source[births].sum())
    assert not (cells["state"] == "suppressed").any()  # a public source, no threshold


def test_one_result_shape_and_every_state(small: Workspace) -> None:
    cells = small.current().cells()
    assert list(cells.columns) == [*COLUMNS, "receipt"]
    assert set(cells["state"]) == set(STATES)
    assert cells["receipt"].is_unique
    blank = cells["state"] != "value"
    assert (cells.loc[blank, "status"] == "none").all()
    counted = cells["state"] == "unstable"  # the counts stay, the value goes
    assert cells.loc[blank & ~counted, NUMBERS].isna().all(axis=None) and cells.loc[counted, "value"].isna().all()
    assert cells.loc[~blank, "value"].notna().all()
    before = cells[(cells["indicator"] == "family_doctor_coverage") & (cells["end"] < dt.date(2017, 6, 1))]
    assert set(before["state"]) == {"not_applicable"} and set(before["reason"]) == {"before_version"}
    unsent = cells.query("indicator == 'family_lectures' and period == '2017-11' and level == 'township'")
    assert sorted(unsent["state"]) == ["missing", "value"]
    year = cells.query("indicator == 'family_lectures' and period == '2017' and level == 'district'").iloc[0]
    assert (year["state"], year["reason"]) == ("value", "incomplete_returns")
    quiet = cells.query("indicator == 'family_lectures' and place == '120117102227' and period == '2018-06'").iloc[0]
    assert (quiet["state"], quiet["value"]) == ("value", 0)  # zero is not missing


@pytest.mark.slow
def test_rates_are_recomputed_from_counts_at_every_level(small: Workspace) -> None:
    cells = small.cells(as_of=AS_OF)
    rates = cells[(cells["state"] == "value") & cells["denominator"].notna()]
    factor = rates["indicator"].map({i.id: i.factor for i in small.plan.indicators.values()})
    np.testing.assert_allclose(rates["value"], rates["numerator"] / rates["denominator"] * factor, rtol=1e-12)
    inside = rates.dropna(subset=LIMITS)
    assert (inside["lower998"] <= inside["lower95"]).all() and (inside["upper95"] <= inside["upper998"]).all()
    assert (inside["lower95"] <= inside["value"]).all() and (inside["value"] <= inside["upper95"]).all()
    stocks = cells[cells["indicator"] == "health_record_coverage"]
    for side in ("numerator", "denominator"):
        sums = stocks.groupby(["level", "period"], sort=False)[side].sum().unstack("level")
        assert (sums["district"] == sums["township"]).all() and (sums["township"] == sums["village"]).all()


def test_nothing_small_is_published(small: Workspace) -> None:
    published, true = small.current().cells(), small.cells(as_of=AS_OF)
    k = small.plan.policy.minimum_count
    people = [i.id for i in small.plan.indicators.values() if i.counts in small.plan.policy.protected_units]
    shown = published[published["indicator"].isin(people) & (published["state"] == "value")]
    for side in ("numerator", "denominator"):
        assert not shown[side].between(1, k - 1).any()
    both = published.merge(true, on=["indicator", "place", "period"], suffixes=("", "_true"))
    same = both[both["state"] == "value"]
    pd.testing.assert_series_equal(same["value"], same["value_true"], check_names=False)
    assert (both.loc[both["state"] == "suppressed", "state_true"] == "value").all()
    assert set(published.loc[published["state"] == "suppressed", "reason"]) == {"below_threshold"}


def test_pages_and_findings_hold_no_hidden_number(small: Workspace) -> None:
    release, true = small.current(), small.cells(as_of=AS_OF)
    page = release.page("overview")
    ids, places = [i["id"] for i in page["indicators"]], [p["code"] for p in page["places"]]
    places, tokens = [*places, page["root"]["code"]], [p["token"] for p in page["periods"]]
    cells = pd.DataFrame(columns(page))
    hidden = cells[cells["state"] == "suppressed"]
    assert len(hidden) and hidden[["value", "numerator", "denominator", "lower95", "upper95"]].isna().all(axis=None)
    said = release.findings("sentences")
    sentence = said.set_index(["indicator", "period"])["zh1"]
    values = true.set_index(["indicator", "place", "period"])["value"]
    for row in hidden[hidden["place"] == -1].itertuples():
        secret = values[ids[row.indicator], places[row.place], tokens[row.period]]
        first = sentence[ids[row.indicator], tokens[row.period]]
        assert "不公布" in first and f"{secret:.1f}" not in first
    assert sentence.index.is_unique


def test_sensitive_indicators_stay_coarse(small: Workspace) -> None:
    cells = small.current().cells("preconception_high_risk_share")
    assert set(cells["level"]) == {"district"}
    assert all("-" not in token for token in cells["period"])


@pytest.mark.slow
def test_a_new_indicator_is_one_file(own_small: Workspace) -> None:
    folder = own_small.folder / "plan" / "indicators"
    content = yaml.safe_load((folder / "family_lectures.yaml").read_text("utf-8"))
    content |= {"id": "lecture_attendances", "code": "W90"}
    content["name"] = {"zh": "家庭文化讲座参加人次", "en": "Lecture attendances"}
    content["unit"] = {"zh": "人次", "en": "attendances"}
    content["measures"] = {
        "attendances": {"name": {"zh": "参加人次", "en": "Attendances"}, "table": "activity", "sum": "attendances"}
    }
    content["versions"] = [{"version": "1", "numerator": "attendances"}]
    (folder / "lecture_attendances.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    workspace = open_workspace(own_small.folder)
    release = workspace.publish(workspace.build(AS_OF))
    cells = release.cells("lecture_attendances", by="district", period="2018-06")
    rows = pd.concat(pd.read_parquet(f) for f in (workspace.vault / "tables" / "activity").glob("*.parquet"))
    wanted = rows.loc[pd.to_datetime(rows["_end"]) == pd.Timestamp(AS_OF), "attendances"].sum()
    assert cells["value"].tolist() == [wanted]
    assert "lecture_attendances" in [i["id"] for i in release.page("overview")["indicators"]]


def test_manifest_names_every_file_and_its_hash(small: Workspace) -> None:
    release = small.current()
    assert release.folder.name == release.id and release.meta["sample"] is True
    for resource in release.meta["resources"]:
        data = (release.folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert {i["sha256"] for i in release.meta["inputs"]} == {e.sha256 for e in small.entries()}


@pytest.mark.slow
def test_equal_contents_give_the_same_folder(own_small: Workspace) -> None:
    before = own_small.current()
    stamp = before.folder.stat().st_mtime_ns
    assert own_small.build(AS_OF) == before.id
    assert before.folder.stat().st_mtime_ns == stamp
    other = own_small.build(dt.date(2018, 5, 31))
    assert other != before.id
    assert own_small.current().id == before.id  # a build alone changes nothing for readers
    assert own_small.publish(other).id == other
    codes = [set(open_release(own_small.releases / name).cells()["receipt"]) for name in (before.id, other)]
    assert not codes[0] & codes[1]


def test_hiding_needs_no_threshold_for_events(small: Workspace) -> None:
    lectures = small.current().cells("family_lectures", by="village")
    assert lectures["value"].between(1, 9).any()


@pytest.mark.slow
def test_an_extract_says_nothing_of_later_days(small: Workspace) -> None:
    later = small.cells("family_doctor_coverage", by="district", as_of="2019-12-31").set_index("period")
    assert later.loc["2018-06", "state"] == "value"
    assert later.loc["2018-12", ["state", "reason"]].tolist() == ["missing", "returns_missing"]
    earlier = small.cells("health_record_coverage", by="district", as_of="2016-12-31")
    assert set(earlier["state"]) == {"value"}


def test_completeness_counts_every_return_of_a_year(small: Workspace) -> None:
    found = small.current().findings("completeness").query("table == 'activity' and level == 'district'")
    both = found.set_index("period")[["expected", "reported"]]
    assert both.loc["2017", "expected"] == sum(both.loc[f"2017-{month:02d}", "expected"] for month in range(1, 13))
    assert both.loc["2017", "reported"] < both.loc["2017", "expected"]  # one town's November was not sent
