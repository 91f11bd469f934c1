"""Counts across changes of units: nobody is lost or doubled, as then and as of agree, shared counts are marked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.measure.cube import roll_up
from hfwork.measure.engine import Engine, store_rows
from hfwork.measure.frame import THEN, Frame, frame_of, frames_then, gone
from hfwork.measure.sharing import split
from hfwork.plan.folder import load_plan
from hfwork.plan.gazetteer import load_places
from hfwork.plan.places import Places

PLAN = load_plan(Path(__file__).parent.parent / "data" / "ninghe-2016")
LEVELS = ["district", "township", "village"]
AS_OF = dt.date(2020, 12, 31)
START = "code,level,parent,name_zh,name_en,valid_from,valid_to"
CHANGED = "from_code,to_code,kind,earliest,latest,basis,weight,note"
# Two towns A (10) and B (20) with villages, and what happens to A or its village 101 on 1 July 2018.
BASE = ["1,district,,区,District,,", "20,township,1,乙镇,B,,", "201,village,20,乙村,B1,,"]
OLD = [
    "10,township,1,甲镇,A,,2018-07-01",
    "101,village,10,甲一村,A1,,2018-07-01",
    "102,village,10,甲二村,A2,,2018-07-01",
]
STAYS = ["10,township,1,甲镇,A,,", "102,village,10,甲二村,A2,,"]
NEW = [
    "11,township,1,甲街,A new,2018-07-01,",
    "111,village,11,甲一村,A1,2018-07-01,",
    "112,village,11,甲二村,A2,2018-07-01,",
]
STREETS = [
    "12,township,1,东街,East,2018-07-01,",
    "13,township,1,西街,West,2018-07-01,",
    "121,village,12,甲一村,A1,2018-07-01,",
]
DAY = "2018-06-01,2018-07-01,sourced"
CHANGES = {
    "recode": ([*OLD, *NEW], [f"10,11,recode,{DAY},,", f"101,111,recode,{DAY},,", f"102,112,recode,{DAY},,"]),
    "upgrade": ([*OLD, *NEW], [f"10,11,upgrade,{DAY},,", f"101,111,upgrade,{DAY},,", f"102,112,upgrade,{DAY},,"]),
    "rename": ([*STAYS, "101,village,10,甲一村,A1,,2018-07-01", "101,village,10,新甲村,A1 new,2018-07-01,"],
               [f"101,101,rename,{DAY},,"]),
    "dissolve": ([*STAYS, "101,village,10,甲一村,A1,,2018-07-01"], [f"101,,dissolve,{DAY},,"]),
    "split": ([*OLD, *STREETS], [f"10,12,split,{DAY},0.61,", f"10,13,split,{DAY},0.39,", f"101,121,recode,{DAY},,"]),
    "merge": ([*STAYS, "101,village,10,甲一村,A1,,2018-07-01", "103,village,10,甲三村,A3,,2018-07-01",
               "104,village,10,甲新村,A4,2018-07-01,"],
              [f"101,104,merge,{DAY},0.7,", f"103,104,merge,{DAY},0.3,"]),
    "reuse": ([*STAYS, "101,village,10,甲一村,A1,,2018-07-01", "101,village,10,另一村,Other,2018-07-01,"],
              [f"101,101,reuse,{DAY},,"]),
}  # fmt: skip


def written(folder: Path, rows: list[str], changes: list[str]) -> Places:
    (folder / "places.csv").write_text("\n".join([START, *BASE, *rows]) + "\n", "utf-8")
    (folder / "place_changes.csv").write_text("\n".join([CHANGED, *changes]) + "\n", "utf-8")
    return load_places(folder, LEVELS)


def frame_on(places: Places, as_of: dt.date = AS_OF) -> Frame:
    campaign = SimpleNamespace(monitoring=PLAN.campaign.monitoring, phase_dates=PLAN.campaign.phase_dates)
    return frame_of(SimpleNamespace(places=places, campaign=campaign), as_of)  # type: ignore[arg-type]


def people(places: Places, seed: int, *, written_on: dt.date | None = None) -> pd.DataFrame:
    """Residents with codes of either side of the change: kept from before, or typed after."""
    rng = np.random.default_rng(seed)
    villages = places.frame[places.frame["level"] == "village"]
    codes = [*villages["code"].unique(), "10"] if places.known("10") else list(villages["code"].unique())
    day = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 2000, 300), unit="D")
    out = day + pd.to_timedelta(rng.integers(1, 1500, 300), unit="D")
    return pd.DataFrame(
        {
            "person_id": [f"示例{i}" for i in range(300)],
            "village_code": rng.choice(codes, 300),
            "born_on": dt.date(1980, 1, 1),
            "moved_in": day.date,
            "moved_out": [d.date() if keep else None for d, keep in zip(out, rng.random(300) < 0.5, strict=True)],
        }
    )


def lectures(places: Places) -> pd.DataFrame:
    """One lecture a month in each village that exists on the month's last day."""
    rows = []
    for month in pd.period_range("2016-06", "2020-12", freq="M"):
        end = month.end_time.date()
        for code, town in places.at(end, "village")[["code", "parent"]].itertuples(index=False):
            row = {"village_code": code, "lectures": 1, "volunteers": 3, "_place": town}
            rows.append({**row, "_start": month.start_time.date(), "_end": end})
    return pd.DataFrame(rows)


def test_a_return_that_begins_before_a_window_is_not_due_in_it(tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES["recode"])
    measure, table = PLAN.measures["villages_returned"], PLAN.tables["villages"]
    assert table.every == "year"
    none = pd.DataFrame({"measure": [], "place": [], "month": [], "count": []})
    returned = pd.DataFrame(
        {"measure": [measure.id], "place": ["201"], "first": [2019 * 12], "last": [2019 * 12 + 11], "count": [1]}
    )
    rolled = roll_up(none, returned, {measure.id: measure}, {"villages": table}, {}, frame_on(places))
    mine = rolled.astype({"place": "str", "period": "str"}).query("place == '201'").set_index("period")
    assert mine.loc[["2019", "P2"], "reported"].to_list() == [1, 1]
    assert mine.loc[["2019-Q4", "2019-12", "P3"], ["expected", "reported"]].to_numpy().sum() == 0


def counted(tables: dict[str, pd.DataFrame], frame: Frame, folder: Path) -> pd.DataFrame:
    plan_tables = {name: PLAN.tables[name] for name in tables}
    wanted = ("residents", "lectures_held", "volunteers")
    measures = {n: PLAN.measures[n] for n in wanted if PLAN.measures[n].table in tables}
    files = {n: [store_rows(PLAN.tables[n], r.to_dict("records"), folder / f"{n}.parquet")] for n, r in tables.items()}
    engine = Engine(threads=1)
    cube = engine.count(measures.values(), plan_tables, files, AS_OF)
    returned = engine.returned(measures.values(), plan_tables, files, AS_OF)
    received = {"residents": {frame.places.root: AS_OF}}
    return roll_up(cube, returned, measures, plan_tables, received, frame).astype(
        dict.fromkeys(("measure", "place", "level", "period"), "str")
    )


def totals(counts: pd.DataFrame, level: str, column: str = "count") -> pd.Series:
    """Sum over the units of a level; a residents' row without a unit of the level would be missing here."""
    return counts[counts["level"] == level].groupby(["measure", "period"])[column].sum()


@pytest.mark.parametrize("kind", CHANGES)
def test_a_series_across_a_change_neither_loses_nor_doubles_anyone(kind: str, tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES[kind])
    tables = {"residents": people(places, 7), "activity": lectures(places)}
    before, after = dt.date(2018, 6, 30), AS_OF
    alone = tables["residents"]
    ends = {p.token: min(p.end, AS_OF) for p in frame_on(places).periods}
    true = {
        token: int(((alone["moved_in"] <= end) & ~(alone["moved_out"].fillna(dt.date.max) <= end)).sum())
        for token, end in ends.items()
    }
    for on in (before, after):
        frame = replace(frame_on(places), units=places.lineage(on), on=on, boundaries=on.isoformat())
        counts = counted(tables, frame, tmp_path)
        people_there = totals(counts, "district").loc["residents"]
        assert people_there.to_dict() == true
        pd.testing.assert_series_equal(totals(counts, "township"), totals(counts, "district"))
        if kind != "split":  # there both heirs rest on one return, which the district counts once
            reported = totals(counts, "township", "reported")
            pd.testing.assert_series_equal(reported, totals(counts, "district", "reported"))
        held = counts[(counts["measure"] == "lectures_held") & (counts["level"] == "district")]
        assert (held["count"] == held["reported"]).all() and (held["reported"] == held["expected"]).all()


@pytest.mark.parametrize("kind", CHANGES)
def test_as_then_and_as_of_agree_on_the_district_and_each_reads_its_own_units(kind: str, tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES[kind])
    tables = {"residents": people(places, 11), "activity": lectures(places)}
    frame = frame_on(places)
    as_of = counted(tables, frame, tmp_path)
    then = pd.concat([counted(tables, each, tmp_path) for each in frames_then(frame)])
    columns = ["count", "expected", "reported"]
    for column in columns:
        pd.testing.assert_series_equal(
            totals(as_of, "district", column), totals(then, "district", column), check_index_type=False
        )
    assert {f.boundaries for f in frames_then(frame)} == {THEN}
    for token, day in (("2018-05", dt.date(2018, 5, 31)), ("2018-08", dt.date(2018, 8, 31))):
        shown = then[(then["period"] == token) & (then["level"] == "township")]
        assert set(shown["place"]) == set(places.at(day, "township")["code"])


def test_a_split_town_is_shared_out_by_weight_and_says_so(tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES["split"])
    rows = pd.DataFrame({"person_id": [f"示例{i}" for i in range(100)], "village_code": ["102"] * 60 + ["101"] * 40})
    rows = rows.assign(born_on=dt.date(1980, 1, 1), moved_in=dt.date(2015, 1, 1))
    counts = counted({"residents": rows}, frame_on(places), tmp_path)
    now = counts[(counts["measure"] == "residents") & (counts["period"] == "2020-12")].set_index("place")
    # 101 became 121 in the east and moves whole; 102 has no heir of its own: 60 × 0.61 = 36.6 → 37 and 23.
    assert now["count"][["1", "12", "13", "121"]].to_dict() == {"1": 100, "12": 77, "13": 23, "121": 40}
    assert now["apportioned"][["1", "12", "13", "121", "20"]].to_dict() == {
        "1": 0, "12": 37, "13": 23, "121": 0, "20": 0,
    }  # fmt: skip
    then = pd.concat([counted({"residents": rows}, each, tmp_path) for each in frames_then(frame_on(places))])
    town = then[(then["measure"] == "residents") & (then["place"] == "10")].set_index("period")
    assert town.loc["2018-05", "count"] == 100 and town.loc["2018-05", "apportioned"] == 0
    assert "2018-08" not in town.index


def test_a_code_given_to_another_unit_does_not_carry_people_over(tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES["reuse"])
    activity = lectures(places)
    counts = counted({"activity": activity}, frame_on(places), tmp_path)
    held = counts[counts["measure"] == "lectures_held"].set_index(["place", "period"])["count"]
    # of the 2018 lectures under code 101 only those from July on are the new village's; the town keeps all
    assert [held[code, "2018"] for code in ("101", "102", "10")] == [6, 12, 24]
    then = pd.concat([counted({"activity": activity}, each, tmp_path) for each in frames_then(frame_on(places))])
    held = then[then["measure"] == "lectures_held"].set_index(["place", "period"])["count"]
    assert (held["101", "2018-05"], held["101", "2018-08"]) == (1, 1)


def test_an_extract_of_both_heirs_covers_the_unit_they_were(tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES["split"])
    frame = replace(frame_on(places), units=places.lineage(dt.date(2018, 6, 30)), on=dt.date(2018, 6, 30))
    rows = {"residents": people(places, 3)}
    measures = {"residents": PLAN.measures["residents"]}
    file = store_rows(PLAN.tables["residents"], rows["residents"].to_dict("records"), tmp_path / "r.parquet")
    cube = Engine(threads=1).count(
        measures.values(), {"residents": PLAN.tables["residents"]}, {"residents": [file]}, AS_OF
    )
    both, one = {"12": AS_OF, "13": AS_OF}, {"12": AS_OF}
    found = {}
    for name, senders in (("both", both), ("one", one)):
        none = pd.DataFrame({"measure": [], "place": [], "first": [], "last": [], "count": []})
        rolled = roll_up(cube, none, measures, PLAN.tables, {"residents": senders}, frame)
        found[name] = rolled[(rolled["place"] == "10") & (rolled["period"] == "2018-05")]["reported"].item()
    assert found == {"both": 2, "one": 1}  # 102 went to both streets: one of them alone does not cover it


def test_small_counts_of_a_split_unit_come_out_near_the_weights(tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES["split"])
    months = pd.period_range("2016-06", "2018-06", freq="M")
    rows = [
        {"village_code": code, "lectures": 1, "volunteers": 1, "_place": "10", "_start": m.start_time.date(),
         "_end": m.end_time.date()}
        for m in months
        for code in ("10", "102")
    ]  # fmt: skip
    counts = counted({"activity": pd.DataFrame(rows)}, frame_on(places), tmp_path)
    held = counts[(counts["period"] == "2017") & (counts["measure"] == "lectures_held")].set_index("place")
    assert held.loc[["12", "13"], "count"].sum() == held.loc["1", "count"] == 24
    assert abs(held.loc["12", "count"] - 24 * 0.61) < 2
    month = counts[(counts["period"] == "2017-03") & counts["place"].isin(["12", "13"])].set_index(["measure", "place"])
    for measure in ("lectures_held", "volunteers"):  # a share of nothing is a share too, and says so
        assert month.loc[measure, "count"].sum() == 2 and month.loc[measure, "shared"].all()
    stock = counts[(counts["measure"] == "volunteers") & (counts["place"] == "12")].set_index("period")["count"]
    assert stock[[f"2017-{month:02}" for month in range(1, 13)]].nunique() == 1  # a stock does not flicker


@given(st.integers(1, 40), st.data())
def test_a_shared_part_never_exceeds_its_shared_whole(whole: int, data: st.DataObject) -> None:
    part, turn = data.draw(st.integers(0, whole)), data.draw(st.floats(0, 50))
    weights = data.draw(st.sampled_from([[0.61, 0.39], [0.2, 0.5, 0.3], [0.999, 0.001]]))
    parts, wholes = (np.array(split(np.array([n]), weights, turn)).ravel() for n in (part, whole))
    assert parts.sum() == part and wholes.sum() == whole
    assert (parts >= 0).all() and (parts <= wholes).all() if len(weights) == 2 else (parts >= 0).all()


def test_a_reused_code_is_told_apart_by_the_day_not_the_month(tmp_path: Path) -> None:
    day = "2018-07-01,2018-07-31,sourced"
    before, after = "101,village,10,甲一村,A1,,2018-07-31", "101,village,10,另一村,Other,2018-07-31,"
    places = written(tmp_path, [*STAYS, before, after], [f"101,101,reuse,{day},,"])
    rows = pd.DataFrame({"person_id": [f"示例{i}" for i in range(60)], "village_code": "101"})
    rows = rows.assign(born_on=dt.date(1980, 1, 1), moved_in=dt.date(2015, 1, 1))
    for written_on, village in ((dt.date(2018, 7, 15), 60), (dt.date(2018, 7, 31), 60)):
        frame = frame_on(places, written_on)
        engine, table = Engine(threads=1), {"residents": PLAN.tables["residents"]}
        file = store_rows(table["residents"], rows.to_dict("records"), tmp_path / "r.parquet")
        measures = {"residents": PLAN.measures["residents"]}
        cube = engine.count(measures.values(), table, {"residents": [file]}, written_on)
        none = pd.DataFrame({"measure": [], "place": [], "first": [], "last": [], "count": []})
        rolled = roll_up(cube, none, measures, table, {"residents": {"1": written_on}}, frame).astype({"place": "str"})
        month = rolled[rolled["period"] == "2018-07"].set_index("place")
        assert month.loc["101", ["count", "expected", "reported"]].to_list() == [village, 1, 1]
        assert month.loc["10", "count"] == 60


def test_returns_of_the_earlier_owner_of_a_code_are_expected_of_its_town(tmp_path: Path) -> None:
    places = written(tmp_path, *CHANGES["reuse"])
    counts = counted({"activity": lectures(places)}, frame_on(places), tmp_path)
    year = counts[(counts["period"] == "2017") & (counts["measure"] == "lectures_held")].set_index("place")
    # the new 101 did not exist in 2017; its town still expects and has the 24 returns of its two villages
    assert year.loc["101", ["count", "expected", "reported"]].to_list() == [0, 0, 0]
    assert year.loc["10", ["count", "expected", "reported"]].to_list() == [24, 24, 24]


def test_a_unit_that_ends_within_the_month_is_still_there_before(tmp_path: Path) -> None:
    places = written(
        tmp_path, [*STAYS, "101,village,10,甲一村,A1,,2018-10-31"], ["101,,dissolve,,2018-10-31,sourced,,"]
    )
    rows = pd.DataFrame({"person_id": ["示例1"], "village_code": ["101"]})
    rows = rows.assign(born_on=dt.date(1980, 1, 1), moved_in=dt.date(2015, 1, 1))
    counts = counted({"residents": rows}, frame_on(places, dt.date(2018, 10, 15)), tmp_path)
    month = counts[(counts["period"] == "2018-10") & (counts["place"] == "101")]
    assert month[["count", "expected", "reported"]].to_numpy().tolist() == [[1, 1, 1]]


def test_towns_that_were_merged_are_gone_units(tmp_path: Path) -> None:
    towns = ["30,township,1,丙镇,C,,2018-07-01", "40,township,1,丁镇,D,2018-07-01,"]
    rows = ["10,township,1,甲镇,A,,2018-07-01", "102,village,10,甲二村,A2,,2018-07-01", *towns,
            "402,village,40,甲二村,A2,2018-07-01,"]  # fmt: skip
    places = written(tmp_path, rows, [f"10,40,merge,{DAY},0.5,", f"30,40,merge,{DAY},0.5,", f"102,402,recode,{DAY},,"])
    now = frame_on(places)
    assert [gone(each, now) for each in frames_then(now)] == [["10", "30"], []]


def test_a_merger_of_parts_keeps_the_units_of_the_later_day(tmp_path: Path) -> None:
    rows = ["10,township,1,甲镇,A,,2018-07-01", "12,township,1,东街,East,2018-07-01,",
            "13,township,1,西街,West,2018-07-01,2019-07-01", "14,township,1,丁镇,D,,2019-07-01",
            "30,township,1,新镇,New,2019-07-01,"]  # fmt: skip
    later = "2019-06-01,2019-07-01,sourced"
    places = written(tmp_path, rows, [f"10,12,split,{DAY},0.6,", f"10,13,split,{DAY},0.4,",
                                      f"13,30,merge,{later},0.5,", f"14,30,merge,{later},0.5,"])  # fmt: skip
    now = frame_on(places)
    first, second, _ = frames_then(now)  # 30 took in part of 10: nothing of then adds up to what is now
    assert gone(first, now) == [] and gone(second, now) == ["13", "14"]


def test_part_of_a_village_that_became_no_village_is_marked(tmp_path: Path) -> None:
    area = ["190,functional,1,园区,Park,2018-07-01,", "103,village,10,甲三村,A3,2018-07-01,"]
    rows = [*STAYS, "101,village,10,甲一村,A1,,2018-07-01", *area]
    places = written(tmp_path, rows, [f"101,103,split,{DAY},0.7,", f"101,190,split,{DAY},0.3,"])
    people = pd.DataFrame({"person_id": [f"示例{i}" for i in range(100)], "village_code": "101"})
    people = people.assign(born_on=dt.date(1980, 1, 1), moved_in=dt.date(2015, 1, 1))
    counts = counted({"residents": people}, frame_on(places), tmp_path)
    now = counts[(counts["measure"] == "residents") & (counts["period"] == "2020-12")].set_index("place")
    assert now.loc["1", "count"] == 100 and now.loc["103", ["count", "apportioned"]].to_list() == [70, 70]


@pytest.mark.parametrize(
    ("sent", "reported"),
    [
        ({"10": dt.date(2018, 7, 2)}, [1, 1]),  # the old name, after the change
        ({"12": dt.date(2018, 6, 29), "13": dt.date(2018, 6, 29)}, [1, 1]),  # the new names, before it
        ({"12": dt.date(2018, 6, 29)}, [1, 0]),
        ({"12": AS_OF, "13": dt.date(2020, 12, 30)}, [1, 1]),  # on different days
    ],
)
def test_extracts_around_a_division_cover_their_people(
    sent: dict[str, dt.date], reported: list[int], tmp_path: Path
) -> None:
    places = written(tmp_path, *CHANGES["split"])
    frame = frame_on(places)
    cube = pd.DataFrame({"measure": ["residents"], "place": ["102"], "month": [0], "count": [9]})
    none = pd.DataFrame({"measure": [], "place": [], "first": [], "last": [], "count": []})
    measures = {"residents": PLAN.measures["residents"]}
    rolled = roll_up(cube, none, measures, {"residents": PLAN.tables["residents"]}, {"residents": sent}, frame)
    month = rolled.astype({"place": "str", "period": "str"}).query("period == '2018-05'").set_index("place")
    # village 101 went to street 12, village 102 to both: its people are covered when both have sent
    assert month.loc["1", "reported"] == sum(reported)


EDGES = {
    "one heir is gone since": (
        ["12,township,1,东街,East,2018-07-01,2019-01-01", "13,township,1,西街,West,2018-07-01,"],
        [f"10,12,split,{DAY},0.6,", f"10,13,split,{DAY},0.4,", "12,,dissolve,2018-12-31,2019-01-01,sourced,,"],
    ),
    "another town joined one heir": (
        ["12,township,1,东街,East,2018-07-01,", "13,township,1,西街,West,2018-07-01,",
         "14,township,1,戊镇,E,,2018-07-01"],
        [f"10,12,split,{DAY},0.6,", f"10,13,split,{DAY},0.4,", f"14,13,merge,{DAY},1,"],
    ),
    "a code changed, was given away, and changed again": (
        ["12,township,1,东街,East,2018-07-01,", "10,township,1,新镇,New,2018-07-01,2019-07-01",
         "15,township,1,新街,Newer,2019-07-01,"],
        [f"10,12,recode,{DAY},,", "10,10,reuse,2018-06-01,2018-07-02,sourced,,",
         "10,15,recode,2019-06-01,2019-07-01,sourced,,"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EDGES)
@pytest.mark.parametrize("on", [dt.date(2018, 5, 1), dt.date(2018, 8, 1), AS_OF])
def test_nobody_is_lost_where_edges_meet(case: str, on: dt.date, tmp_path: Path) -> None:
    rows, changes = EDGES[case]
    old = ["10,township,1,甲镇,A,,2018-07-01", "102,village,10,甲二村,A2,,2018-07-01"]
    places = written(tmp_path, [*old, *rows], changes)
    lineage = places.lineage(on)
    assert np.allclose(lineage.groupby("code")["weight"].sum(), 1)
    there = lineage[lineage["code"].isin([row.split(",")[0] for row in rows if "township" in row])]
    dissolved = {"12"} if case == "one heir is gone since" and on == AS_OF else set()
    assert set(there.loc[there["township"].isna(), "code"]) <= dissolved


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40), st.lists(st.floats(0.01, 1), min_size=2, max_size=4))
def test_shares_add_up_and_never_fall_as_counts_grow(steps: list[int], raw: list[float]) -> None:
    weights = [w / sum(raw) for w in raw]
    running = np.cumsum(steps)
    parts = split(running, weights)
    assert (sum(parts) == running).all()
    assert all((np.diff(part) >= 0).all() and (part >= 0).all() for part in parts)
    assert all(np.abs(part - running * w).max() < len(weights) for part, w in zip(parts, weights, strict=True))
