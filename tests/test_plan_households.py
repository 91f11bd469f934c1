"""The household model: what it offers, what is refused in it, and that households are what is counted."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hfwork.errors import HfworkError
from hfwork.measure.engine import Engine, store_rows
from hfwork.plan.folder import Plan, load_plan
from hfwork.plan.tables import load_tables

DATA = Path(__file__).resolve().parent.parent / "data"
NINGHE = DATA / "ninghe-2016"
KINDS = ["civility", "health", "birth", "prosperity", "devotion"]
VILLAGE = "120117102201"

Content = dict[str, Any]
Change = Callable[[Content], object]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(NINGHE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NINGHE, tmp_path / "plan"))


def change(folder: Path, edit: Change) -> None:
    file = folder / "households.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    edit(content)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


def refused(folder: Path) -> HfworkError:
    with pytest.raises(HfworkError) as caught:
        load_plan(folder)
    return caught.value


def test_the_model_offers_a_stock_for_each_type_and_kind(plan: Plan) -> None:
    assert plan.households is not None
    offered = plan.households.measures()
    types = [f"households_{name}" for name in ("needy", "special", "reward")]
    assert list(offered) == [*types, *(f"households_in_{kind}" for kind in KINDS)]
    assert [kind.id for kind in plan.campaign.kinds] == KINDS
    assert offered["households_needy"]["at_end"] == {
        "from": ["formed_on", "needy_on"],
        "to": ["needy_until", "dissolved_on"],
    }
    assert offered["households_in_prosperity"]["at_end"] == {
        "from": ["formed_on", "joined_prosper"],
        "to": ["dissolved_on"],
    }


def test_offered_stocks_count_households_and_only_named_ones_are_kept(plan: Plan) -> None:
    assert plan.households is not None
    named = {name for indicator in plan.indicators.values() for name in indicator.measure_ids()}
    offered = set(plan.households.measures())
    assert offered & set(plan.measures) == offered & named
    assert {f"households_in_{kind}" for kind in KINDS} | {"households_needy", "households_special"} <= set(
        plan.measures
    )
    assert {plan.measures[name].unit for name in offered & named} == {"household"}


def test_each_kind_has_its_participation_over_all_households(plan: Plan) -> None:
    for kind in KINDS:
        indicator = plan.indicators[f"{kind}_participation"]
        (version,) = indicator.versions
        assert (indicator.kind, indicator.counts) == (kind, "household")
        assert (version.numerator, version.denominator) == ([f"households_in_{kind}"], ["households"])


def test_one_household_of_several_types_and_kinds_counts_once_in_each(plan: Plan, tmp_path: Path) -> None:
    """Two rows of one home each: a household in all five efforts, and one whose need ended on the day."""
    joined = {c: dt.date(2017, 3, 1) for c in plan.tables["households"].columns if c.startswith("joined_")}
    need = {"needy_on": dt.date(2017, 1, 10), "special_on": dt.date(2017, 2, 1)}
    home = {"village_code": VILLAGE, "formed_on": dt.date(2010, 5, 1)}
    rows = [
        {"household_id": "a", **home, **need, **joined},
        {"household_id": "b", **home, **need, "needy_until": dt.date(2018, 6, 30)},
    ]
    file = store_rows(plan.tables["households"], rows, tmp_path / "households.parquet")
    assert plan.households is not None
    wanted = [plan.measures[name] for name in plan.households.measures() if name in plan.measures]
    cube = Engine(threads=1).count(wanted, plan.tables, {"households": [file]}, dt.date(2018, 6, 30))
    state = cube.groupby("measure")["count"].sum().to_dict()
    expected = {f"households_in_{kind}": 1 for kind in KINDS} | {"households_needy": 1, "households_special": 2}
    assert state == expected


def test_declining_is_observed_and_never_judged(plan: Plan) -> None:
    declined = plan.indicators["pairing_offers_declined"]
    assert declined.direction == "none"
    assert (declined.publish.place, declined.publish.period) == ("district", "year")
    assert plan.indicators["birth_participation"].direction == "none"


def test_a_plan_without_the_file_has_no_household_model(folder: Path) -> None:
    assert load_plan(DATA / "north-carolina-1974").households is None
    (folder / "households.yaml").unlink()
    error = refused(folder)  # here indicators need what it offers
    assert error.code == "unknown_measure" and str(error.given).startswith("households_")


REFUSED: list[tuple[str, Change, str, str, str | None]] = [  # name, change, code, given, nearest
    ("key", lambda c: c.update(particpation=c.pop("participation")), "unknown_key", "particpation", "participation"),
    ("key in a type", lambda c: c["types"][0].update(form="x"), "unknown_key", "form", "from"),
    ("missing en", lambda c: c["types"][1]["name"].pop("en"), "missing_key", "en", None),
    ("missing en of a kind", lambda c: c["participation"][2]["name"].pop("en"), "missing_key", "en", None),
    ("empty zh", lambda c: c["types"][1]["name"].update(zh=""), "missing_key", "zh", None),
    ("missing clause", lambda c: c["types"][0].pop("clause"), "missing_key", "clause", None),
    ("missing begin", lambda c: c["types"][0].pop("from"), "missing_key", "from", None),
    ("table", lambda c: c.update(table="household"), "unknown_table", "household", "households"),
    ("begin", lambda c: c["types"][0].update({"from": "nedy_on"}), "unknown_column", "nedy_on", "needy_on"),
    ("end", lambda c: c["types"][0].update(to="need_until"), "unknown_column", "need_until", "needy_until"),
    ("formed", lambda c: c.update(formed="form_on"), "unknown_column", "form_on", "formed_on"),
    (
        "joined",
        lambda c: c["participation"][3].update(joined="joined_prosperity"),
        "unknown_column",
        "joined_prosperity",
        "joined_prosper",
    ),
    ("no date", lambda c: c["types"][0].update(to="village_code"), "not_a_date_column", "village_code", None),
    ("clause", lambda c: c["types"][0].update(clause="三（四）9"), "unknown_clause", "三（四）9", None),
    ("kind", lambda c: c["participation"][1].update(kind="helth"), "unknown_kind", "helth", "health"),
    ("type twice", lambda c: c["types"].append(c["types"][0]), "id_twice", "needy", None),
    ("kind twice", lambda c: c["participation"].append(c["participation"][0]), "id_twice", "civility", None),
]


@pytest.mark.parametrize(
    ("edit", "code", "given", "nearest"), [pytest.param(*case, id=name) for name, *case in REFUSED]
)
def test_refuses_by_name(folder: Path, edit: Change, code: str, given: str, nearest: str | None) -> None:
    change(folder, edit)
    error = refused(folder)
    assert (error.code, error.given) == (code, given)
    assert str(folder / "households.yaml") in error.where
    assert nearest is None or error.meant == [nearest]
    for lang in ("zh", "en"):
        assert given in error.message(lang)


def test_persons_and_couples_are_no_households(folder: Path) -> None:
    change(folder, lambda c: c.update(table="residents", formed="moved_in", dissolved="moved_out"))
    error = refused(folder)
    assert (error.code, error.given, error.allowed) == ("not_households", "residents", ["households"])
    assert load_tables(folder)["couples"].unit == "couple"


def test_a_measure_may_not_take_an_offered_name_for_something_else(folder: Path) -> None:
    taken = {"name": {"zh": "另一种户", "en": "Others"}, "table": "households", "during": "needy_on"}
    (folder / "measures" / "households_needy.yaml").write_text(yaml.safe_dump(taken, allow_unicode=True), "utf-8")
    error = refused(folder)
    assert (error.code, error.given) == ("measure_twice", "households_needy")


def test_the_digest_sees_the_model(plan: Plan, folder: Path) -> None:
    change(folder, lambda c: c["types"][2].update(clause="三（四）2"))  # of a type no indicator names yet
    assert load_plan(folder).digest() != plan.digest()
