"""The indicator files of both plans, and what the loader refuses in one."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import libpysal
import pytest
import yaml

from hfwork.errors import HfworkError
from hfwork.plan.folder import Plan, load_plan
from hfwork.plan.indicators import Indicator, Measure, load_measures_and_indicators, lookup
from hfwork.plan.tables import load_tables

DATA = Path(__file__).resolve().parent.parent / "data"
NINGHE = DATA / "ninghe-2016"
CAROLINA = DATA / "north-carolina-1974"
VICTIM = "high_risk_counselling"
FILES = sorted([*NINGHE.glob("indicators/*.yaml"), *CAROLINA.glob("indicators/*.yaml")])
NAMES = {
    *("family_lectures", "household_participation", "health_record_coverage", "family_doctor_coverage"),
    *("preconception_check_coverage", "preconception_high_risk_share", "high_risk_counselling"),
    *("early_pregnancy_followup", "pairing_coverage", "registered_volunteers"),
}

Content = dict[str, Any]
Change = Callable[[Content], object]


@pytest.fixture(scope="module", params=[NINGHE, CAROLINA], ids=lambda folder: folder.name)
def plan(request: pytest.FixtureRequest) -> Plan:
    """Each of the two plans, loaded as a whole."""
    return load_plan(request.param)


@pytest.fixture(scope="module")
def ninghe() -> tuple[dict[str, Measure], dict[str, Indicator]]:
    """The measures and indicators of the first plan."""
    return load_measures_and_indicators(NINGHE, load_tables(NINGHE))


def refuse(folder: Path, change: Change) -> HfworkError:
    """Spoil one indicator file of a copy of the plan and return what the loader says."""
    for part in ("measures", "indicators"):
        shutil.copytree(NINGHE / part, folder / part)
    for name in ("columns.yaml", "households.yaml"):
        shutil.copy(NINGHE / name, folder)
    file = folder / "indicators" / f"{VICTIM}.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    change(content)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(HfworkError) as caught:
        load_measures_and_indicators(folder, load_tables(folder))
    return caught.value


def rename(content: Content, old: str, new: str) -> None:
    """Misspell a key."""
    content[new] = content.pop(old)


def due(content: Content) -> Content:
    """The denominator measure of the file that is spoilt."""
    measure: Content = content["measures"]["high_risk_due"]
    return measure


def reached(content: Content) -> Content:
    """The cohort of its numerator measure."""
    cohort: Content = content["measures"]["high_risk_counselled"]["cohort"]
    return cohort


SUBSELECT = "couple_id IN (SELECT couple_id FROM couples)"
REFUSED: list[tuple[str, Change, str, str, str | None]] = [  # name, change, code, offender, nearest
    ("misspelt key", lambda c: rename(c, "factor", "factr"), "unknown_key", "factr", "factor"),
    ("unknown key", lambda c: c.update(sensitve=True), "unknown_key", "sensitve", "sensitive"),
    ("key in publish", lambda c: c["publish"].update(perod="half"), "unknown_key", "perod", "period"),
    ("other language", lambda c: c["name"].update(eng="x"), "unknown_key", "eng", "en"),
    ("key in a measure", lambda c: due(c).update(wher="x"), "unknown_key", "wher", "where"),
    ("key in a cohort", lambda c: reached(c).update(reachd="x"), "unknown_key", "reachd", "reached"),
    ("missing en", lambda c: c["name"].pop("en"), "missing_key", "name.en", None),
    ("empty zh", lambda c: c["notes"].update(zh=""), "missing_key", "notes.zh", None),
    ("missing en in a measure", lambda c: due(c)["name"].pop("en"), "missing_key", "name.en", None),
    ("missing field", lambda c: c.pop("review_on"), "missing_key", "review_on", None),
    ("missing example", lambda c: c.pop("example"), "missing_key", "example", None),
    ("column in where", lambda c: due(c).update(where="risc = 'high'"), "unknown_column", "risc", "risk"),
    (
        "column as a date",
        lambda c: reached(c).update(reached="counseled_on"),
        "unknown_column",
        "counseled_on",
        "counselled_on",
    ),
    ("unknown table", lambda c: due(c).update(table="couple"), "unknown_table", "couple", "couples"),
    (
        "unknown measure",
        lambda c: c["versions"][0].update(denominator="high_risk_dues"),
        "unknown_measure",
        "high_risk_dues",
        "high_risk_due",
    ),
    ("sub-select", lambda c: due(c).update(where=SUBSELECT), "bad_condition", SUBSELECT, None),
    (
        "exists",
        lambda c: due(c).update(where="EXISTS (SELECT 1)"),
        "bad_condition",
        "EXISTS (SELECT 1)",
        None,
    ),
    ("function", lambda c: due(c).update(where="lower(risk) = 'high'"), "bad_condition", "lower(risk)", None),
    (
        "other table's column",
        lambda c: due(c).update(where="residents.sex = '1'"),
        "bad_condition",
        "residents.sex",
        None,
    ),
    ("two ways", lambda c: due(c).update(during="checked_on"), "bad_value", "during, cohort", None),
    ("no way", lambda c: due(c).pop("cohort"), "bad_value", "none", None),
    (
        "a return's way",
        lambda c: (due(c).pop("cohort"), due(c).update(sum="risk")),
        "measure_way",
        "high_risk_due",
        None,
    ),
    (
        "id is not the file",
        lambda c: c.update(id="high_risk_counseling"),
        "id_is_not_file",
        "high_risk_counseling",
        VICTIM,
    ),
    ("direction", lambda c: c.update(direction="upp"), "bad_value", "upp", None),
    (
        "same measure, other meaning",
        lambda c: rename(c["measures"], "high_risk_due", "residents"),
        "measure_twice",
        "residents",
        None,
    ),
]
CASES = [pytest.param(*case, id=name) for name, *case in REFUSED]


@pytest.mark.parametrize(("change", "code", "offender", "nearest"), CASES)
def test_refuses(tmp_path: Path, change: Change, code: str, offender: str, nearest: str | None) -> None:
    error = refuse(tmp_path, change)
    assert error.code == code
    assert f"{VICTIM}.yaml" in error.where or code == "measure_twice"
    for lang in ("zh", "en"):
        message = error.message(lang)
        assert offender in message
        if nearest:
            assert error.meant == [nearest]
            assert nearest in message


def test_required_key_misspelt(tmp_path: Path) -> None:
    """The misspelt key is named, not only the one it should have been."""
    error = refuse(tmp_path, lambda c: rename(c, "direction", "directon"))
    for lang in ("zh", "en"):
        assert "directon" in error.message(lang)
        assert "direction" in error.message(lang)


def test_unknown_indicator_is_refused_with_the_nearest(
    ninghe: tuple[dict[str, Measure], dict[str, Indicator]],
) -> None:
    with pytest.raises(HfworkError) as caught:
        lookup(ninghe[1], "health_record_covrage")
    assert caught.value.meant == ["health_record_coverage"]
    assert lookup(ninghe[1], "family_lectures").plain


def test_no_indicators_is_an_error(tmp_path: Path) -> None:
    shutil.copy(NINGHE / "columns.yaml", tmp_path)
    with pytest.raises(HfworkError) as caught:
        load_measures_and_indicators(tmp_path, load_tables(tmp_path))
    assert caught.value.code == "no_indicators"


@cache
def _definitions(folder: Path) -> tuple[dict[str, Measure], dict[str, Indicator]]:
    return load_measures_and_indicators(folder, load_tables(folder))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
def test_every_file_loads_and_is_complete(file: Path) -> None:
    measures, indicators = _definitions(file.parent.parent)
    indicator = indicators[file.stem]
    for words in (indicator.name, indicator.definition, indicator.calculation, indicator.notes):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh)
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in words.en)
    assert indicator.written_by
    assert indicator.checked_by
    used = {measures[name].table for name in indicator.measure_ids()}
    assert set(indicator.example.rows) == used
    assert {measures[n].unit for n in indicator.versions[0].numerator} == {indicator.counts}
    for expected in indicator.example.expect:
        assert (expected.denominator is None) == indicator.plain


def test_example_rows_follow_the_layouts(plan: Plan) -> None:
    kinds = {"date": dt.date, "count": int, "number": float}
    for indicator in plan.indicators.values():
        for name, rows in indicator.example.rows.items():
            table = plan.tables[name]
            own = {"_place": str, "_start": dt.date, "_end": dt.date} if table.kind == "return" else {}
            types = {c: kinds.get(column.type, str) for c, column in table.columns.items()} | own
            required = {c for c, column in table.columns.items() if column.required} | set(own)
            for row in rows:
                assert required <= set(row) <= set(types), (indicator.id, row)
                for column, value in row.items():
                    assert isinstance(value, types[column]), (indicator.id, column, value)
                codes = (row[c] for c in row if c in ("_place", table.place))
                assert all(plan.places.known(code) for code in codes)
        named = [e.place for e in indicator.example.expect if e.place]
        assert all(plan.places.known(code) for code in named)


def test_each_example_has_a_superseded_row(plan: Plan) -> None:
    """The same person, household, couple or village and month twice: only the last row may count."""
    for indicator in plan.indicators.values():
        seen = []
        for name, rows in indicator.example.rows.items():
            table = plan.tables[name]
            seen += [(name, row[table.key], row.get("_place"), row.get("_start")) for row in rows]
        assert len(seen) > len(set(seen)), indicator.id


def test_unused_measures_do_not_lie_about(plan: Plan) -> None:
    used = {name for indicator in plan.indicators.values() for name in indicator.measure_ids()}
    assert used == set(plan.measures)


def test_indicators_of_every_sort(ninghe: tuple[dict[str, Measure], dict[str, Indicator]]) -> None:
    measures, indicators = ninghe
    assert set(indicators) >= NAMES
    found = indicators.values()
    kinds = Counter(i.kind for i in found)
    least = {"health": 10, "birth": 14, "prosperity": 8, "civility": 5, "devotion": 5}
    assert kinds.total() >= 48 and set(kinds) == set(least)
    assert all(kinds[kind] >= number for kind, number in least.items())
    assert {i.counts for i in found} == {"person", "household", "couple", "event", "organisation"}
    assert {i.year for i in found} == {"calendar", "maternal"}
    assert {i.publish.place for i in found} == {"village", "township", "district"}
    assert {i.publish.period for i in found} >= {"month", "quarter", "year"}
    assert {i.interval for i in found} == {"wilson", "byar", "none"}
    ways = {"during", "at_end", "cohort", "sum", "last"}
    assert {way for measure in measures.values() for way in ways if getattr(measure, way)} == ways


def test_what_presses_nobody_is_never_a_target_and_stays_at_the_district(
    ninghe: tuple[dict[str, Measure], dict[str, Indicator]],
) -> None:
    """Births, deaths, defects and risk: no direction upwards, no finer than the district and the year."""
    _, indicators = ninghe
    sensitive = {"maternal_mortality", "infant_mortality", "birth_defect_prevalence", "sex_ratio_at_birth"}
    for name in sensitive | {"preconception_high_risk_share"}:
        indicator = indicators[name]
        assert indicator.sensitive and indicator.direction in ("none", "down")
        assert (indicator.publish.place, indicator.publish.period) == ("district", "year")


def test_risk_share_presses_nobody(ninghe: tuple[dict[str, Measure], dict[str, Indicator]]) -> None:
    share = ninghe[1]["preconception_high_risk_share"]
    assert (share.direction, share.sensitive) == ("none", True)
    assert (share.publish.place, share.publish.period) == ("district", "year")


def test_contracts_start_city_wide(ninghe: tuple[dict[str, Measure], dict[str, Indicator]]) -> None:
    contracts = ninghe[1]["family_doctor_coverage"]
    assert contracts.version_on(dt.date(2017, 5, 31)) is None
    first = contracts.version_on(dt.date(2017, 6, 1))
    assert first is not None
    assert first.why is not None


def test_counties_are_those_of_the_public_example() -> None:
    plan = load_plan(CAROLINA)
    shapes = geopandas.read_file(libpysal.examples.get_path("sids2.shp"))
    counties = plan.places.at(dt.date(1974, 7, 1), "county")
    assert len(counties) == 100
    assert set(counties["code"]) == {str(code) for code in shapes["FIPSNO"]}
    names = dict(zip(shapes["FIPSNO"].astype(str), shapes["NAME"], strict=True))
    assert dict(zip(counties["code"], counties["name_en"], strict=True)) == names
    assert list(counties["code"]) == sorted(counties["code"])
    assert counties["parent"].eq(plan.places.root).all()
    package = Path(libpysal.__file__).parent
    assert (package / str(plan.map.path)).is_file()


def test_carolina_reports_two_stretches() -> None:
    plan = load_plan(CAROLINA)
    assert [p.token for p in plan.campaign.periods()] == ["1974-07..1978-06", "1979-07..1984-06"]
    assert set(plan.indicators) == {"sids_rate", "nonwhite_birth_share", "sids_deaths", "births"}
    assert plan.policy.minimum_count == 0
    assert plan.targets == []
