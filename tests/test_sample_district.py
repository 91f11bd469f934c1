"""The invented district is plausible, lawful by its own rules, the same every time, and about nobody."""

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district

ROOT = Path(__file__).resolve().parent.parent
AS_OF = dt.date(2018, 6, 30)
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
    for name in ("residents", "households", "couples"):
        latest = full[name].select_dtypes("datetime").max()
        assert (latest.drop("contract_end", errors="ignore") <= pd.Timestamp(AS_OF)).all(), name
        assert full[name].select_dtypes("datetime").min().min() > pd.Timestamp(1900, 1, 1)
    assert full["residents"]["contract_end"].max() > pd.Timestamp(AS_OF)


def test_people_are_about_as_many_and_as_old_as_a_district(full: Tables) -> None:
    people = full["residents"]
    assert len(people) == 400_000
    now = living(people, "2018-06-30")
    assert 375_000 < len(now) < 395_000
    age = (pd.Timestamp(AS_OF) - now["born_on"]).dt.days / 365.25
    assert 0.14 < (age < 15).mean() < 0.17
    assert 0.14 < (age >= 65).mean() < 0.17
    assert age.max() < 112
    assert 0.51 < now["sex"].eq("1").mean() < 0.53
    homes = full["households"]
    assert 125_000 < len(homes) < 135_000
    assert set(people["household_id"]) == set(homes["household_id"])
    by_town = people.groupby("_place").size()
    assert len(by_town) == 14
    assert by_town.idxmax() == "120117100000"  # the seat


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


def test_couples_lose_some_at_every_step(full: Tables) -> None:
    couples = full["couples"]
    listed = couples[couples["listed_on"].dt.year == 2017]
    assert 3_600 < len(listed) < 4_000
    assert 0.12 < listed["declined_on"].notna().mean() < 0.17
    willing = listed[listed["declined_on"].isna() & listed["offered_on"].notna()]
    assert 0.85 < willing["checked_on"].notna().mean() < 0.92
    checked = couples.dropna(subset=["checked_on"])
    assert checked["risk"].notna().all()
    assert couples.loc[couples["checked_on"].isna(), "risk"].isna().all()
    assert 0.155 < (checked["risk"] == "high").mean() < 0.185
    due = checked[(checked["risk"] == "high") & (checked["checked_on"] <= "2018-05-31")]
    in_time = (due["counselled_on"] - due["checked_on"]).dt.days <= 30
    assert 0.85 < in_time.mean() < 0.91
    assert in_time.groupby(due["_place"]).mean().agg(lambda towns: towns.max() - towns.min()) > 0.05
    year_on = checked[checked["checked_on"] <= "2017-06-30"]
    assert 0.50 < ((year_on["pregnant_on"] - year_on["checked_on"]).dt.days <= 365).mean() < 0.60
    pregnant = couples[couples["pregnant_on"] <= "2018-04-01"]
    assert 0.70 < ((pregnant["followed_on"] - pregnant["pregnant_on"]).dt.days <= 84).mean() < 0.80


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


def test_codes_are_those_of_the_day(plan: Plan, full: Tables) -> None:
    extract = AS_OF + district.EXTRACT_AFTER
    valid = set(plan.places.at(extract, "village")["code"])
    for name in ("residents", "households", "couples"):
        assert set(full[name]["village_code"]) <= valid
    assert full["residents"]["village_code"].str.startswith("120117113").any()
    for (end, town), part in full["activity"].groupby(["_end", "_place"]):
        month = plan.places.at(end, "village")
        assert set(part["village_code"]) == set(month.loc[month["parent"] == town, "code"]), (end, town)
    assert {"120117204000", "120117113000"} <= set(full["activity"]["_place"])


def test_one_return_is_missing_and_one_village_without_lectures(full: Tables, small: Tables) -> None:
    for activity, towns in ((full["activity"], 14), (small["activity"], 2)):
        sent = activity.groupby("_start")["_place"].nunique()
        assert len(sent) == 25
        assert sent[sent < towns].to_dict() == {dt.date(2017, 11, 1): towns - 1}
        recent = activity[activity["_start"] >= dt.date(2017, 10, 1)].groupby("village_code")["lectures"].sum()
        assert list(recent[recent == 0].index) == ["120117102227"]
        named = [start.month in (5, 6, 7) for start in activity["_start"]]
        assert activity.loc[[not is_named for is_named in named], "themed_lectures"].eq(0).all()
        assert activity.loc[activity["lectures"] == 0, "attendances"].eq(0).all()
    assert 0.3 < full["activity"]["lectures"].mean() < 0.5
    last = full["activity"][full["activity"]["_end"] == AS_OF]
    assert 0.02 < last["volunteers"].sum() / len(living(full["residents"], "2018-06-30")) < 0.03


def test_the_rows_are_about_nobody(small: Tables) -> None:
    for name in ("residents", "households", "couples"):
        frame = small[name]
        assert not {"name", "phone", "address", "id_number"} & set(frame)
        assert frame.filter(like="_id").apply(lambda ids: ids.str.match(r"示例[PHC]\d{8}$")).all(axis=None)
        for column in frame.select_dtypes("str"):
            assert not frame[column].dropna().str.contains(PERSONAL).any(), (name, column)


def test_small_is_two_towns(small: Tables) -> None:
    assert len(small["residents"]) == 6_000
    assert set(small["residents"]["_place"]) == {"120117102000", "120117104000"}


def test_later_days_follow_the_units(plan: Plan) -> None:
    """At the end of 2019 twelve villages of the seat are gone; their people are recorded elsewhere in it."""
    tables = district.draw(plan, as_of=dt.date(2019, 12, 31))
    valid = plan.places.at(dt.date(2020, 1, 2), "village")
    assert set(tables["residents"]["village_code"]) <= set(valid["code"])
    assert len(tables["residents"]) == 400_000
    renewed = (tables["residents"]["contract_end"] - tables["residents"]["contract_on"]).dt.days > 365
    assert renewed.any()
    assert tables["activity"]["_end"].max() == dt.date(2019, 12, 31)
