"""Births, couples and returns of the invented district: plausible, consistent, with the stories they should tell."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow
NINGHE, DONGJITUO = "120117102000", "120117112000"

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


@pytest.fixture(scope="module")
def full(plan: Plan) -> Tables:
    return district.draw(plan)


def test_births_are_about_three_thousand_a_year_and_live_among_the_residents(full: Tables) -> None:
    babies, people = full["newborns"], full["residents"]
    live = babies[babies["outcome"] == "live"]
    by_year = live["born_on"].dt.year.value_counts()
    assert 3_000 < by_year[2016] < 3_300 and 3_000 < by_year[2017] < 3_400
    assert by_year[2017] > by_year[2018] > by_year[2019] > 2_600
    since = live[live["born_on"] >= "2016-06-01"]
    children = people[people["born_on"] >= "2016-06-01"]
    assert 0.97 < len(children) / len(since) < 1.0
    older = people[(people["born_on"] >= "2015-10-01") & (people["born_on"] < "2016-06-01")]
    assert 0.8 < len(older) / len(live[live["born_on"] < "2016-06-01"]) < 1.2
    months = live["born_on"].dt.month.value_counts()
    assert months[[10, 11, 12]].mean() > 1.02 * months[[3, 4, 5]].mean() * 4 / 5  # spring has a fifth year


def test_newborns_are_screened_visited_and_rarely_ill(full: Tables) -> None:
    babies, mothers = full["newborns"], full["deliveries"]
    live = babies[babies["outcome"] == "live"]
    assert 0.005 < len(babies) / len(mothers) - 1 < 0.015  # twins
    assert 0.003 < babies["outcome"].eq("still").mean() < 0.008
    assert 1.06 < live["sex"].eq("1").sum() / live["sex"].eq("2").sum() < 1.16
    due = live[live["born_on"] <= "2020-05-15"]
    year = due["born_on"].dt.year
    assert due["metabolic_on"].notna().groupby(year).mean().min() > 0.96
    hearing = due["hearing_on"].notna().groupby(year).mean()
    assert hearing.min() > 0.90 and hearing[2019] > hearing[2016]
    assert 0.93 < ((due["visited_on"] - due["born_on"]).dt.days <= 28).mean() < 0.99
    assert 0.007 < babies["defect_on"].notna().mean() < 0.013
    assert 0.001 < live["died_on"].notna().mean() < 0.006
    assert babies.loc[babies["outcome"] == "still", ["visited_on", "metabolic_on", "hearing_on"]].isna().all(axis=None)
    assert 0 < mothers["setting"].eq("other").sum() <= babies["setting"].eq("other").sum()


def test_mothers_register_early_and_few_die(full: Tables) -> None:
    mothers = full["deliveries"][full["deliveries"]["delivered_on"] <= "2020-05-15"]
    year = mothers["delivered_on"].dt.year
    early = (mothers["register_week"] < 13).groupby(year).mean()
    assert early.between(0.88, 0.97).all() and early[2019] > early[2016]
    assert mothers["registered_on"].isna().equals(mothers["register_week"].isna())
    waited = (mothers["visited_on"] - mothers["discharged_on"]).dt.days
    assert 0.85 < (waited <= 7).mean() < 0.95 < (waited <= 28).mean() < 0.99  # two definitions, two figures
    assert 0.65 < mothers["screened_on"].notna().mean() < 0.85
    assert mothers["setting"].eq("hospital").mean() > 0.995
    assert 0.85 < mothers["managed"].eq("yes").mean() < 0.95
    assert mothers["died_on"].notna().sum() <= 8


def test_couples_lose_some_at_every_step(full: Tables) -> None:
    couples = full["couples"]
    listed = couples[couples["listed_on"].dt.year == 2017]
    assert 3_700 < len(listed) < 4_400
    assert 0.12 < listed["declined_on"].notna().mean() < 0.17
    willing = listed[listed["declined_on"].isna() & listed["offered_on"].notna()]
    assert 0.85 < willing["checked_on"].notna().mean() < 0.92
    checked = couples.dropna(subset=["checked_on"])
    assert checked["risk"].notna().all()
    assert couples.loc[couples["checked_on"].isna(), "risk"].isna().all()
    assert 0.17 < (checked["risk"] == "high").mean() < 0.20
    due = checked[(checked["risk"] == "high") & (checked["checked_on"] <= "2020-05-31")]
    in_time = (due["counselled_on"] - due["checked_on"]).dt.days <= 30
    assert 0.85 < in_time.mean() < 0.91
    assert in_time.groupby(due["_place"]).mean().agg(lambda towns: towns.max() - towns.min()) > 0.05
    year_on = checked[checked["checked_on"] <= "2019-06-30"]
    assert 0.50 < ((year_on["pregnant_on"] - year_on["checked_on"]).dt.days <= 365).mean() < 0.60
    pregnant = couples[couples["pregnant_on"] <= "2020-04-01"]
    assert 0.70 < ((pregnant["followed_on"] - pregnant["pregnant_on"]).dt.days <= 84).mean() < 0.80
    ended = couples[couples["pregnant_on"] <= "2019-06-30"]
    assert 0.75 < ended["outcome_on"].notna().mean() < 0.90


def test_the_demonstration_town_improves_from_its_month_on_and_no_other_does(full: Tables) -> None:
    couples = full["couples"][full["couples"]["pregnant_on"] <= "2020-04-01"]
    in_time = (couples["followed_on"] - couples["pregnant_on"]).dt.days <= 84
    since = (couples["pregnant_on"] >= "2017-07-01").rename("since")
    share = in_time.groupby([couples["_place"], since]).mean().unstack()
    rise = share[True] - share[False]
    assert rise[NINGHE] > 0.15
    assert rise.drop(NINGHE).abs().max() < 0.12
    assert abs(rise.drop(NINGHE).mean()) < 0.03
    just_before = couples["pregnant_on"].between("2017-01-01", "2017-06-30") & (couples["_place"] == NINGHE)
    assert in_time[just_before].mean() < 0.80


def test_one_town_reports_figures_too_smooth_to_be_counted(full: Tables) -> None:
    activity, log = full["activity"], full["activities"]
    assert set(activity.loc[activity["_place"] == DONGJITUO, "lectures"]) == {1}
    for name, step in (("attendances", 10), ("volunteers", 10)):
        heaped = activity[name].mod(step).eq(0).where(activity[name] > 0).groupby(activity["_place"]).mean()
        assert heaped[DONGJITUO] == 1 and heaped.drop(DONGJITUO).max() < 0.35, name
    held = log[log["channel"] == "lecture"].groupby("_place").size()
    told = activity.groupby("_place")["lectures"].sum()
    assert held[DONGJITUO] / told[DONGJITUO] < 0.6
    same = held.index.intersection(told.index).drop(DONGJITUO)
    whole = [town for town in same if town[6:9] < "110" and town[6:9] > "100"]  # towns under one code throughout
    assert (held[whole] == told[whole]).all()


def test_the_log_agrees_with_the_returns_village_by_month(plan: Plan, full: Tables) -> None:
    log, activity = full["activities"], full["activity"]
    held = log[(log["channel"] == "lecture") & (log["_place"] == NINGHE)]
    month = held["held_on"].dt.to_period("M").rename("month")
    logged = held.groupby(["village_code", month]).agg(
        lectures=("activity_id", "size"), attendances=("attendances", "sum"), themed=("named_day", "count")
    )
    told = activity[(activity["_place"] == NINGHE) & (activity["lectures"] > 0)]
    told = told.assign(month=pd.to_datetime(told["_start"]).dt.to_period("M")).set_index(["village_code", "month"])
    logged = logged.reindex(told.index)
    for ours, theirs in (("lectures", "lectures"), ("attendances", "attendances"), ("themed", "themed_lectures")):
        np.testing.assert_array_equal(logged[ours], told[theirs], err_msg=ours)
    named = {day.id: day for day in plan.campaign.named_days}
    marked = log.dropna(subset=["named_day"])
    day = named["population_day"].on(2019)
    of_2019 = marked[(marked["named_day"] == "population_day") & (marked["held_on"].dt.year == 2019)]
    assert ((of_2019["held_on"] - pd.Timestamp(day)).dt.days.abs() <= 3).all()
    assert of_2019["held_on"].eq(pd.Timestamp(day)).mean() > 0.4
    assert log.loc[log["channel"] == "media", "attendances"].isna().all()


def test_no_contract_is_reported_before_the_scheme(full: Tables) -> None:
    returns = full["public_health"]
    before = returns["_end"] < dt.date(2017, 6, 1)
    for name in ("priority_signed", "items_signed", "items_done", "special_signed", "disabled_signed"):
        assert returns.loc[before, name].isna().all(), name
        assert returns.loc[~before, name].notna().all(), name
    assert returns.loc[before, "records_total"].notna().all()
    assert sorted(returns["_end"].unique())[:4] == [
        dt.date(2016, 6, 30), dt.date(2016, 9, 30), dt.date(2016, 12, 31), dt.date(2017, 3, 31)
    ]  # fmt: skip


def test_returns_of_the_district_agree_with_the_records(full: Tables) -> None:
    people, returns = full["residents"], full["public_health"]
    for end in (dt.date(2018, 12, 31), dt.date(2020, 6, 30)):
        day = pd.Timestamp(end)
        here = (people["moved_in"] <= day) & ~((people["moved_out"] <= day) | (people["died_on"] <= day))
        now = returns[returns["_end"] == end]
        assert abs(now["records_total"].sum() - (here & (people["record_on"] <= day)).sum()) <= 2  # two shares rounded
        old = here & (day - people["born_on"] >= pd.Timedelta(days=365.25 * 65))
        assert 0.3 < now["elderly_managed"].sum() / old.sum() < 0.95
    year = pd.to_datetime(returns["_end"]).dt.year
    for name in ("elderly_managed", "lectures_done", "items_done", "youth_reached"):
        so_far = returns.assign(year=year).groupby(["township_code", "year"])[name]
        assert (so_far.diff().dropna() >= 0).mean() > 0.97, name  # year to date: it grows within the year
    loans = full["households"]["loan_on"].between("2019-01-01", "2019-03-31").sum()
    quarter = full["assistance"][full["assistance"]["_end"] == dt.date(2019, 3, 31)]
    assert 30_000 < quarter["loan_amount"].sum() / loans < 46_000


def test_towns_are_those_of_the_end_of_the_period(plan: Plan, full: Tables) -> None:
    for name in ("public_health", "maternal_child", "assistance", "surveys"):
        for (end, sender), part in full[name].groupby(["_end", "_place"]):
            assert sender == plan.places.root
            assert list(part["township_code"]) == list(plan.places.at(end, "township")["code"]), (name, end)
    assert [end.isoformat() for end in full["maternal_child"]["_end"].unique()] == [
        "2016-09-30", "2017-09-30", "2018-09-30", "2019-09-30"
    ]  # fmt: skip


def test_villages_join_year_by_year(full: Tables) -> None:
    villages, activity = full["villages"], full["activity"]
    by_year = villages.groupby(pd.to_datetime(villages["_end"]).dt.year)[["running", "station", "demonstration"]].mean()
    assert 0.6 < by_year.loc[2016, "running"] < 0.8 and by_year.loc[2019, "running"] == 1
    assert by_year["station"].is_monotonic_increasing and by_year["demonstration"].is_monotonic_increasing
    assert set(np.unique(villages[["running", "lecture_held", "station", "demonstration"]])) == {0, 1}
    of_2019 = activity[pd.to_datetime(activity["_end"]).dt.year == 2019]
    held = of_2019.groupby("village_code")["lectures"].sum() > 0
    told = villages[villages["_end"] == dt.date(2019, 12, 31)].set_index("village_code")["lecture_held"]
    assert (told.astype(bool) == held.reindex(told.index)).all()
