"""The invented district is plausible, lawful by its own rules, the same every time, and about nobody."""

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow
AS_OF = dt.date(2020, 6, 30)
EXTRACTS = ("residents", "households", "couples", "deliveries", "newborns", "activities")
PERSONAL = re.compile(r"(?<!\d)(?:\d{15}|\d{17}[\dXx]|1[3-9]\d{9})(?!\d)")  # identity numbers, mobile numbers

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


@pytest.fixture(scope="module")
def small(plan: Plan) -> Tables:
    return district.draw(plan, small=True)


@pytest.fixture(scope="module")
def full(plan: Plan) -> Tables:
    return district.draw(plan)


def living(residents: pd.DataFrame, day: str) -> pd.DataFrame:
    gone = (residents["moved_out"] <= day) | (residents["died_on"] <= day)
    return residents[(residents["moved_in"] <= day) & ~gone]


def test_equal_seeds_give_equal_tables_and_other_seeds_others(plan: Plan, small: Tables) -> None:
    again, other = district.draw(plan, small=True), district.draw(plan, small=True, seed=1)
    for name, frame in small.items():
        pd.testing.assert_frame_equal(frame, again[name])
        assert not frame.equals(other[name]), name


@pytest.mark.parametrize("size", ["small", "full"])
def test_columns_keys_and_rules_hold(plan: Plan, size: str, request: pytest.FixtureRequest) -> None:
    tables: Tables = request.getfixturevalue(size)
    assert list(tables) == list(plan.tables)
    for name, table in plan.tables.items():
        frame = tables[name]
        assert [c for c in frame if not c.startswith("_")] == list(table.columns), name
        required = [c for c, column in table.columns.items() if column.required]
        assert frame[required].notna().all(axis=None), name
        key = [table.key, "_start"] if table.kind == "return" else [table.key]
        assert not frame.duplicated(key).any(), name
        for rule in table.rules:
            sides = [word for word in re.findall(r"\w+", rule.check) if word in table.columns]
            assert frame.dropna(subset=sides).eval(rule.check).all(), rule.id
        for column, declared in table.columns.items():
            if declared.codes:
                assert set(frame[column].dropna()) <= set(declared.codes), column


def test_nothing_is_dated_after_the_day_but_the_end_of_contracts(full: Tables) -> None:
    for name in EXTRACTS:
        latest = full[name].select_dtypes("datetime").max()
        assert (latest.drop("contract_end", errors="ignore") <= pd.Timestamp(AS_OF)).all(), name
        assert full[name].select_dtypes("datetime").min().min() > pd.Timestamp(1900, 1, 1)
    assert full["residents"]["contract_end"].max() > pd.Timestamp(AS_OF)
    for name in full.keys() - set(EXTRACTS):
        assert full[name]["_end"].max() <= AS_OF and full[name]["_end"].min() > dt.date(2016, 6, 1), name


def test_people_are_about_as_many_and_as_old_as_a_district(full: Tables) -> None:
    """Near the census figures: 416 143 in 2010 and 395 314 in 2020."""
    people = full["residents"]
    assert 402_000 < len(living(people, "2016-06-01")) < 404_000
    now = living(people, "2020-06-30")
    assert 393_500 < len(now) < 397_500
    age = (pd.Timestamp(AS_OF) - now["born_on"]).dt.days / 365.25
    assert 0.13 < (age < 15).mean() < 0.165
    assert 0.145 < (age >= 65).mean() < 0.17
    assert age.max() < 112
    assert 0.51 < now["sex"].eq("1").mean() < 0.53
    homes = full["households"]
    assert 135_000 < len(homes) < 142_000
    assert set(people["household_id"]) == set(homes["household_id"])
    by_town = people.groupby("_place").size()
    assert len(by_town) == 15
    assert by_town.idxmax() == "120117001000"  # the larger half of the seat
    deaths = people["died_on"].dt.year.value_counts()
    assert 2_000 < deaths[2017] < 3_000


def test_people_of_one_household_live_at_one_address(full: Tables) -> None:
    people, homes = full["residents"], full["households"].set_index("household_id")["village_code"]
    assert (people["household_id"].map(homes) == people["village_code"]).all()


def test_records_and_contracts_rise_and_no_contract_is_earlier_than_the_scheme(full: Tables) -> None:
    people = full["residents"]
    share = {}
    for day in ("2016-06-30", "2018-06-30"):
        now = living(people, day)
        share[day] = (now["record_on"] <= day).groupby(now["_place"]).mean()
        share[day, "all"] = (now["record_on"] <= day).mean()
    assert 0.68 < share["2016-06-30", "all"] < 0.74
    assert 0.85 < share["2018-06-30", "all"] < 0.90
    assert (share["2018-06-30"] - share["2016-06-30"]).agg(lambda rise: rise.max() - rise.min()) > 0.08
    assert people["contract_on"].min() >= pd.Timestamp(2017, 6, 1)
    now = living(people, "2018-06-30")
    in_force = (now["contract_on"] <= "2018-06-30") & (now["contract_end"] > "2018-06-30")
    assert 0.32 < in_force.mean() < 0.38
    signed = people.dropna(subset=["contract_on"])
    assert ((signed["contract_end"] - signed["contract_on"]).dt.days % 365 == 0).all()
    assert (signed["record_on"] <= signed["contract_on"]).all()


def test_needy_households_are_few_and_more_and_more_of_them_paired(full: Tables) -> None:
    homes = full["households"]
    paired = {}
    for day in ("2017-06-30", "2018-06-30"):
        there = homes[(homes["formed_on"] <= day) & ~(homes["dissolved_on"] <= day)]
        needy = there[(there["needy_on"] <= day) & ~(there["needy_until"] <= day)]
        assert 0.02 < len(needy) / len(there) < 0.03
        paired[day] = (needy["paired_on"] <= day).mean()
    assert paired["2017-06-30"] < paired["2018-06-30"]
    assert 0.65 < paired["2018-06-30"] < 0.75
    joined = homes.filter(like="joined_").min(axis=1)
    assert joined.min() >= pd.Timestamp(2016, 6, 1)
    assert 0.4 < (joined <= "2018-06-30").mean() < 0.65
    assert (homes.dropna(subset=["pair_declined_on"])["paired_on"].isna()).all()
    assert 0.04 < homes.loc[homes["pair_offered_on"].notna(), "pair_declined_on"].notna().mean() < 0.09
    assert (homes["pair_offered_on"] <= homes["paired_on"]).loc[homes["paired_on"].notna()].all()


def test_special_rewarded_and_honoured_households_are_few(full: Tables) -> None:
    homes = full["households"]
    there = homes[(homes["formed_on"] <= "2019-12-31") & ~(homes["dissolved_on"] <= "2019-12-31")]
    special = there[(there["special_on"] <= "2019-12-31") & ~(there["special_until"] <= "2019-12-31")]
    assert 0.004 < len(special) / len(there) < 0.006
    assert 0.88 < (special["contact_on"] <= "2019-12-31").mean() < 0.97
    assert 0.02 < there["reward_on"].notna().mean() < 0.035
    assert 0.25 < homes["named_on"].notna().sum() / homes["nominated_on"].notna().sum() < 0.45
    assert homes["nominated_on"].dropna().dt.month.between(3, 5).all()
    assert 1_000 < homes["loan_on"].notna().sum() < 2_000
    for after, before in (("special_until", "special_on"), ("contact_on", "special_on"), ("loan_on", "joined_prosper")):
        assert homes.loc[homes[after].notna(), before].notna().all(), after


def test_codes_are_those_of_the_day(plan: Plan, full: Tables) -> None:
    extract = AS_OF + district.EXTRACT_AFTER
    valid = set(plan.places.at(extract, "village")["code"])
    gone = {f"120117100{number}" for number in (206, *range(208, 214), *range(215, 220))}
    for name in EXTRACTS:
        assert set(full[name]["village_code"]) <= valid | gone | {"120117001000", "120117002000"}, name
    assert full["residents"]["village_code"].str.startswith("120117113").any()
    early = {dt.date(2020, 4, 30), dt.date(2020, 5, 31)}
    for (end, town), part in full["activity"].groupby(["_end", "_place"]):
        month = plan.places.at(AS_OF if end in early else end, "village")
        assert set(part["village_code"]) == set(month.loc[month["parent"] == town, "code"]), (end, town)
    assert {"120117204000", "120117113000"} <= set(full["activity"]["_place"])
    sent = full["activity"].groupby("_place")["_end"].agg(["min", "max"])
    assert sent.loc["120117100000", "max"] == dt.date(2020, 3, 31)
    assert sent.loc["120117001000", "min"] == dt.date(2020, 4, 30)


def test_people_of_dissolved_villages_stay_in_the_streets(full: Tables) -> None:
    """Half are recorded under the street alone, half still under the old village; 61 to 39 between the streets."""
    people = full["residents"]
    unsettled = people[people["village_code"].isin(["120117001000", "120117002000"])]
    old = people[people["village_code"].str.startswith("120117100")]
    assert old["village_code"].nunique() == 12
    assert 0.45 < len(unsettled) / (len(unsettled) + len(old)) < 0.55
    assert set(old["_place"]) == {"120117001000", "120117002000"}
    for part in (unsettled, old):
        assert 0.57 < part["_place"].eq("120117001000").mean() < 0.65


def test_only_one_village_never_held_a_lecture(plan: Plan, full: Tables, small: Tables) -> None:
    for activity, towns in ((full["activity"], {14, 15}), (small["activity"], {2})):
        assert set(activity.groupby("_start")["_place"].nunique()) == towns
        last = sorted(activity["_start"].unique())[-9]
        recent = activity[activity["_start"] >= last]
        unit = recent["village_code"].map(lambda code: plan.places.current(code, AS_OF))
        recent = recent.groupby(unit)["lectures"].sum()
        assert list(recent[recent == 0].index) == ["120117102227"]
        named = [start.month in (5, 6, 7) for start in activity["_start"]]
        assert activity.loc[[not is_named for is_named in named], "themed_lectures"].eq(0).all()
        assert activity.loc[activity["lectures"] == 0, "attendances"].eq(0).all()
    assert 0.3 < full["activity"]["lectures"].mean() < 0.5
    last = full["activity"][full["activity"]["_end"] == dt.date(2018, 6, 30)]
    assert 0.02 < last["volunteers"].sum() / len(living(full["residents"], "2018-06-30")) < 0.03


def test_the_rows_are_about_nobody(small: Tables) -> None:
    for name in EXTRACTS:
        frame = small[name]
        assert not {"name", "phone", "address", "id_number"} & set(frame)
        assert frame.filter(like="_id").apply(lambda ids: ids.str.match(r"示例[PHCDNA]\d{8}$")).all(axis=None)
        for column in frame.select_dtypes("str"):
            assert not frame[column].dropna().str.contains(PERSONAL).any(), (name, column)


def test_small_is_two_towns(small: Tables) -> None:
    assert len(living(small["residents"], "2016-06-01")) > 5_950
    for name in EXTRACTS:
        assert set(small[name]["_place"]) == {"120117102000", "120117104000"}, name
    assert small["newborns"]["born_on"].dt.year.value_counts()[2017] > 100
    assert set(small["public_health"]["township_code"]) == {"120117102000", "120117104000"}


@pytest.mark.parametrize("as_of", [dt.date(2016, 12, 31), dt.date(2019, 12, 31)])
def test_other_days_follow_the_units(plan: Plan, as_of: dt.date) -> None:
    """At the end of 2019 twelve villages of the seat are gone, the town still stands."""
    tables = district.draw(plan, small=as_of.year == 2016, as_of=as_of)
    valid = plan.places.at(as_of + district.EXTRACT_AFTER)
    codes = set(tables["residents"]["village_code"])
    if as_of.year == 2019:
        assert "120117100000" in codes
        assert len(codes - set(valid["code"])) == 12
        renewed = (tables["residents"]["contract_end"] - tables["residents"]["contract_on"]).dt.days > 365
        assert renewed.any()
    else:
        assert codes <= set(valid["code"])
        assert tables["residents"]["contract_on"].isna().all()
    assert tables["activity"]["_end"].max() == as_of
    assert {period.year for period in tables["villages"]["_end"]} == set(range(2016, as_of.year + 1))
