"""The notice as data: counts, clauses, overlapping phases, floating days – and what is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from hfwork.errors import HfworkError
from hfwork.plan.campaign import Campaign, load_campaign

NINGHE = Path(__file__).resolve().parent.parent / "data" / "ninghe-2016"


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign(NINGHE)


def load_changed(folder: Path, **changes: Any) -> Campaign:
    """The campaign of Ninghe with top-level parts replaced."""
    content = yaml.safe_load((NINGHE / "campaign.yaml").read_text("utf-8")) | changes
    (folder / "campaign.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return load_campaign(folder)


def test_five_kinds_hold_eighteen_methods(campaign: Campaign) -> None:
    assert [kind.id for kind in campaign.kinds] == ["civility", "health", "birth", "prosperity", "devotion"]
    assert [len(kind.methods) for kind in campaign.kinds] == [3, 4, 4, 4, 3]
    assert len(campaign.methods()) == 18


def test_every_method_keeps_the_number_of_its_clause(campaign: Campaign) -> None:
    for kind in campaign.kinds:
        wanted = [f"{kind.clause}{number}" for number in range(1, len(kind.methods) + 1)]
        assert [method.clause for method in kind.methods] == wanted


def test_four_actions_and_our_own_mapping(campaign: Campaign) -> None:
    names = {action.id: action.name.zh for action in campaign.actions}
    assert {kind.name.zh: names[kind.action or ""] for kind in campaign.kinds} == {
        "文明家庭": "家庭文化建设",
        "健康家庭": "公共健康服务",
        "优生家庭": "公共健康服务",
        "致富家庭": "脱贫帮扶行动",
        "奉献家庭": "志愿奉献行动",
    }
    assert len(names) == 4
    assert campaign.action_note is not None and "our reading" in campaign.action_note.en


def test_lead_group_names_nine_bodies_and_the_towns(campaign: Campaign) -> None:
    group = campaign.lead_group
    assert group is not None and group.towns is not None
    assert len(group.members) == len(set(group.members)) == 9
    assert campaign.department(group.office).name.zh == "区卫计委"


def test_eight_duty_paragraphs_of_which_one_is_shared(campaign: Campaign) -> None:
    assert [duty.clause for duty in campaign.duties()] == [f"五·{number}" for number in range(1, 9)]
    assert campaign.duties_of("publicity") == campaign.duties_of("civility_office")
    assert all(len(campaign.duties_of(department.id)) == 1 for department in campaign.departments)


def test_three_requirements(campaign: Campaign) -> None:
    assert [part.clause for part in campaign.requirements] == ["六（一）", "六（二）", "六（三）"]


@pytest.mark.parametrize(
    ("day", "phases"),
    [
        (dt.date(2016, 5, 31), []),
        (dt.date(2016, 6, 1), ["P1", "P2"]),
        (dt.date(2016, 6, 30), ["P1", "P2"]),
        (dt.date(2016, 7, 1), ["P2"]),
        (dt.date(2019, 9, 30), ["P2"]),
        (dt.date(2019, 10, 1), ["P2", "P3"]),
        (dt.date(2019, 12, 31), ["P2", "P3"]),
        (dt.date(2020, 1, 1), []),
    ],
)
def test_a_day_may_lie_in_two_phases(campaign: Campaign, day: dt.date, phases: list[str]) -> None:
    assert [phase.id for phase in campaign.phases_on(day)] == phases


def test_named_days_fall_on_their_dates(campaign: Campaign) -> None:
    dates = {day.id: (day.on(2017), day.on(2019)) for day in campaign.named_days}
    assert dates == {
        "families_day": (dt.date(2017, 5, 15), dt.date(2019, 5, 15)),
        "population_day": (dt.date(2017, 7, 11), dt.date(2019, 7, 11)),
        "association_day": (dt.date(2017, 5, 29), dt.date(2019, 5, 29)),
        "mothers_day": (dt.date(2017, 5, 14), dt.date(2019, 5, 12)),
        "fathers_day": (dt.date(2017, 6, 18), dt.date(2019, 6, 16)),
    }


def test_a_month_that_begins_on_sunday_counts_its_first_day(campaign: Campaign) -> None:
    mothers_day = next(day for day in campaign.named_days if day.id == "mothers_day")
    assert mothers_day.on(2016) == dt.date(2016, 5, 8)  # 1 May 2016 was a Sunday


def test_reported_periods_cover_the_days_watched(campaign: Campaign) -> None:
    by_level: dict[str, list[str]] = {}
    for period in campaign.periods():
        by_level.setdefault(period.level, []).append(period.token)
    assert len(by_level["month"]) == 55
    assert (by_level["month"][0], by_level["month"][-1]) == ("2016-06", "2020-12")
    assert by_level["year"] == ["2016", "2017", "2018", "2019", "2020"]
    assert by_level["mc_year"] == ["MC2016", "MC2017", "MC2018", "MC2019", "MC2020", "MC2021"]
    assert by_level["phase"] == ["P1", "P2", "P3"]


def test_explicit_periods_may_stand_beside_levels(tmp_path: Path) -> None:
    monitoring = {"start": "2016-06-01", "end": "2017-12-31", "periods": ["year", "2016-06..2018-06"]}
    changed = load_changed(tmp_path, monitoring=monitoring)
    assert [period.token for period in changed.periods()] == ["2016", "2017", "2016-06..2018-06"]


@pytest.mark.parametrize(("start", "end"), [("2018-03-20", "2018-05-31"), ("2018-03-01", "2018-05-10")])
def test_a_phase_of_half_months_is_refused(tmp_path: Path, start: str, end: str) -> None:
    phase = {"id": "P1", "name": {"zh": "一", "en": "One"}, "clause": "四（一）", "start": start, "end": end}
    error = refused(tmp_path, phases=[phase])
    assert (error.code, error.given) == ("not_whole_months", "P1")
    monitoring = {"start": start, "end": end, "periods": ["month"]}
    assert refused(tmp_path, monitoring=monitoring).given == "monitoring"


def test_a_campaign_without_notice_is_a_campaign(tmp_path: Path) -> None:
    empty: dict[str, Any] = {part: [] for part in ("kinds", "actions", "phases", "departments", "named_days")}
    monitoring = {"start": "2016-06-01", "end": "2016-12-31", "periods": ["year"]}
    changed = load_changed(tmp_path, **empty, clauses={}, requirements=[], lead_group=None, monitoring=monitoring)
    assert changed.methods() == [] and changed.phases_on(dt.date(2016, 6, 1)) == []


def refused(folder: Path, **changes: Any) -> HfworkError:
    with pytest.raises(HfworkError) as caught:
        load_changed(folder, **changes)
    assert str(folder / "campaign.yaml") in caught.value.where
    return caught.value


def test_a_misspelt_key_is_named_with_the_nearest(tmp_path: Path) -> None:
    error = refused(tmp_path, phase=[])
    assert (error.code, error.given, error.meant) == ("unknown_key", "phase", ["phases"])


def test_a_misspelt_key_deep_inside_is_named_with_its_path(tmp_path: Path) -> None:
    name = {"zh": "甲", "en": "A"}
    kind = {"id": "a", "name": name, "clause": "三", "methods": [{"id": "b", "claus": "三", "text": name}]}
    error = refused(tmp_path, kinds=[kind])
    assert (error.code, error.given, error.meant) == ("unknown_key", "claus", ["clause"])
    assert error.facts["path"] == "kinds.0.methods.0.claus"


def test_a_misspelt_key_inside_an_optional_part_is_named(tmp_path: Path) -> None:
    notice = {"titel": {"zh": "甲", "en": "A"}, "issuer": {"zh": "甲", "en": "A"}, "issued": "2016-07-22"}
    error = refused(tmp_path, notice=notice)
    assert (error.code, error.given, error.meant) == ("unknown_key", "titel", ["title"])


def test_a_missing_english_word_is_named_with_its_path(tmp_path: Path) -> None:
    error = refused(tmp_path, title={"zh": "宁河区"})
    assert (error.code, error.given, error.facts["path"]) == ("missing_key", "en", "title.en")
    error = refused(tmp_path, actions=[{"id": "a", "name": {"zh": "甲", "en": ""}, "clause": "二"}])
    assert (error.code, error.facts["path"]) == ("missing_key", "actions.0.name.en")


@pytest.mark.parametrize(
    ("part", "value", "code", "meant"),
    [
        ("action", "health_actions", "unknown_action", "health_action"),
        ("clause", "三（一）l", "unknown_clause", "三（一）"),
    ],
)
def test_a_kind_must_point_at_what_exists(tmp_path: Path, part: str, value: str, code: str, meant: str) -> None:
    content = yaml.safe_load((NINGHE / "campaign.yaml").read_text("utf-8"))
    content["kinds"][0][part] = value
    error = refused(tmp_path, kinds=content["kinds"])
    assert (error.code, error.given, error.meant) == (code, value, [meant])


def test_a_member_must_be_a_department(tmp_path: Path) -> None:
    content = yaml.safe_load((NINGHE / "campaign.yaml").read_text("utf-8"))
    content["lead_group"]["members"].append("womens")
    error = refused(tmp_path, lead_group=content["lead_group"])
    assert (error.code, error.given, error.meant) == ("unknown_department", "womens", ["women"])


def test_a_misspelt_period_level_is_named(tmp_path: Path) -> None:
    monitoring = {"start": "2016-06-01", "end": "2019-12-31", "periods": ["quarters"]}
    error = refused(tmp_path, monitoring=monitoring)
    assert (error.code, error.given, error.meant) == ("unknown_value", "quarters", ["quarter"])


@pytest.mark.parametrize(
    "day",
    [
        {"month": 2, "day": 30},
        {"month": 2, "day": 29},
        {"month": 5, "nth": 2},
        {"month": 5, "day": 1, "nth": 2, "weekday": "sunday"},
        {"month": 5},
        {"month": 13, "day": 1},
    ],
)
def test_a_day_that_is_no_day_is_refused(tmp_path: Path, day: dict[str, Any]) -> None:
    named = {"id": "x", "name": {"zh": "甲", "en": "A"}, "clause": "二", **day}
    assert refused(tmp_path, named_days=[named]).code == "bad_value"


def test_a_phase_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    phase = {"id": "P1", "name": {"zh": "甲", "en": "A"}, "clause": "四", "start": "2016-07-01"}
    assert refused(tmp_path, phases=[{**phase, "end": "2016-06-30"}]).code == "bad_value"


def test_an_id_may_not_stand_twice(tmp_path: Path) -> None:
    action = {"id": "health", "name": {"zh": "甲", "en": "A"}, "clause": "二"}
    assert refused(tmp_path, actions=[action, action]).code == "id_twice"
