"""Places in time: the counts of the code lists, changes of code, and rows that are refused by name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from hfwork.errors import HfworkError
from hfwork.plan.gazetteer import load_places
from hfwork.plan.places import COLUMNS, Places

NINGHE = Path(__file__).resolve().parent.parent / "data" / "ninghe-2016"
LEVELS = ["district", "township", "village"]
EDITIONS = [dt.date(2016, 7, 31), dt.date(2018, 1, 1), dt.date(2018, 12, 1), dt.date(2019, 11, 30)]
LATER = [dt.date(2020, 6, 30), dt.date(2021, 12, 1), dt.date(2022, 12, 1), dt.date(2023, 7, 1)]


@pytest.fixture(scope="module")
def places() -> Places:
    return load_places(NINGHE, LEVELS)


def written(folder: Path, *rows: str, changes: str = "") -> Places:
    """Places of rows ``code,level,parent,name_zh,name_en,valid_from,valid_to``."""
    heading = "code,level,parent,name_zh,name_en,valid_from,valid_to"
    (folder / "places.csv").write_text("\n".join([heading, *rows]) + "\n", "utf-8")
    if changes:
        heading = "from_code,to_code,kind,earliest,latest,basis,weight,note"
        (folder / "place_changes.csv").write_text(f"{heading}\n{changes}\n", "utf-8")
    return load_places(folder, LEVELS)


def refused(folder: Path, *rows: str, changes: str = "") -> HfworkError:
    with pytest.raises(HfworkError) as caught:
        written(folder, *rows, changes=changes)
    return caught.value


ROOT_ROW = "1,district,,区,District,,"
TOWN_ROW = "10,township,1,镇,Town,,"


@pytest.mark.parametrize(("on", "villages"), list(zip(EDITIONS, [312, 312, 301, 304], strict=True)))
def test_fourteen_towns_and_the_villages_of_each_edition(places: Places, on: dt.date, villages: int) -> None:
    counts = places.at(on)["level"].value_counts().to_dict()
    assert counts == {"district": 1, "township": 14, "village": villages}


@pytest.mark.parametrize(("on", "villages"), list(zip(LATER, [304, 304, 311, 310], strict=True)))
def test_fifteen_units_and_their_villages_since_the_division(places: Places, on: dt.date, villages: int) -> None:
    assert places.at(on)["level"].value_counts().to_dict() == {"district": 1, "township": 15, "village": villages}
    assert places.at(on, "functional")["parent"].eq(places.root).sum() == 7
    below = places.at(on, "village")["parent"].value_counts()
    assert below["120117001000"] == 33 and below["120117002000"] == (
        26 if on < dt.date(2022, 10, 31) else 30 - (on.year > 2022)
    )


def test_every_village_of_the_divided_town_has_its_new_code(places: Places) -> None:
    old = places.at(dt.date(2020, 6, 29), "village")
    old = old.loc[old["parent"] == "120117100000", "code"]
    new = [places.current(code, LATER[0]) for code in old]
    assert len(set(new)) == 59 and {places.parent(code) for code in new} == {"120117001000", "120117002000"}
    edges = places.changes.set_index("from_code").loc[list(old)]
    edges = edges[edges["to_code"] != edges.index]
    assert edges["basis"].value_counts().to_dict() == {"sourced": 54, "inferred": 5}


def test_county_codes_end_with_the_county(places: Places) -> None:
    before = places.at(dt.date(2015, 6, 30), "township")["code"]
    assert len(before) == 14 and before.str.startswith("120221").all()
    assert [places.current(code, dt.date(2015, 9, 30))[6:] for code in before] == [code[6:] for code in before]


def test_villages_per_township_as_first_listed(places: Places) -> None:
    villages = places.at(dt.date(2016, 7, 31), "village")
    towns = places.at(dt.date(2016, 7, 31), "township")
    names = dict(zip(towns["code"], towns["name_zh"], strict=True))
    counts = villages["parent"].map(names).value_counts().to_dict()
    assert counts == {
        "芦台镇": 67, "宁河镇": 27, "苗庄镇": 30, "丰台镇": 28, "岳龙镇": 21, "板桥镇": 19,
        "潘庄镇": 17, "造甲城镇": 8, "七里海镇": 15, "大北涧沽镇": 11, "东棘坨镇": 42,
        "北淮淀乡": 3, "俵口乡": 8, "廉庄子乡": 16,
    }  # fmt: skip


def test_three_townships_become_towns_with_new_codes(places: Places) -> None:
    before, after = (set(places.at(day, "township")["code"]) for day in EDITIONS[:2])
    assert before - after == {"120117204000", "120117205000", "120117206000"}
    assert after - before == {"120117113000", "120117114000", "120117115000"}
    assert places.name("120117115000") == "廉庄镇"


def test_official_order_survives_the_change_of_code(places: Places) -> None:
    before, after = (places.at(day, "township")["code"].tolist() for day in EDITIONS[:2])
    assert [places.current(code, EDITIONS[1]) for code in before] == after


def test_current_follows_changes_both_ways(places: Places) -> None:
    assert places.current("120117204000", dt.date(2018, 1, 1)) == "120117113000"
    assert places.current("120117113000", dt.date(2016, 8, 1)) == "120117204000"
    assert places.current("120117206216", dt.date(2018, 1, 1)) == "120117115216"
    assert places.current("120117100000", dt.date(2018, 1, 1)) == "120117100000"
    assert places.current("120117100206", dt.date(2019, 1, 1)) == "120117100206"  # dissolved: no successor


def test_the_last_day_before_a_change_is_the_old_code(places: Places) -> None:
    assert places.current("120117113000", dt.date(2017, 10, 30)) == "120117204000"
    assert places.current("120117204000", dt.date(2017, 10, 31)) == "120117113000"


@pytest.mark.parametrize("on", EDITIONS)
def test_every_unit_ever_valid_has_exactly_one_line_of_ancestors(places: Places, on: dt.date) -> None:
    lines = places.ancestors(on)
    assert lines.columns.tolist() == ["code", *LEVELS]
    assert sorted(lines["code"]) == sorted(set(places.frame["code"]))
    assert (lines["district"] == places.root).all()
    reached = lines.dropna(subset="village")
    assert set(reached["village"]) == set(places.at(on, "village")["code"])
    assert set(reached["township"]) <= set(places.at(on, "township")["code"])


def test_people_of_a_dissolved_village_stay_in_their_town(places: Places) -> None:
    line = places.ancestors(dt.date(2019, 1, 1)).set_index("code").loc["120117100219"]
    assert line["township"] == "120117100000" and pd.isna(line["village"])


def test_a_village_follows_its_town_to_the_new_code(places: Places) -> None:
    line = places.ancestors(dt.date(2018, 6, 30)).set_index("code").loc["120117205203"]
    assert (line["village"], line["township"]) == ("120117114203", "120117114000")


def test_twelve_villages_dissolve(places: Places) -> None:
    gone = places.changes[(places.changes["kind"] == "dissolve") & (places.changes["latest"] == "2018-10-31")]
    assert len(gone) == 12 and gone["from_code"].str.startswith("120117100").all()
    before, after = (set(places.at(day, "village")["code"]) for day in EDITIONS[1:3])
    assert before - after == set(gone["from_code"])


def test_functional_areas_are_known_but_never_counted(places: Places) -> None:
    assert places.known("120117402000") and places.level("120117402000") == "functional"
    assert "120117402000" not in set(places.at(EDITIONS[0])["code"])
    areas = places.at(EDITIONS[1], "functional")
    assert (areas["parent"] == places.root).sum() == 8


def test_a_name_may_change_under_the_same_code(places: Places) -> None:
    code = "120117100010"
    assert places.name(code, on=dt.date(2018, 12, 1)) == "震新街社区居委会"
    assert places.name(code, on=dt.date(2019, 11, 30)) == places.name(code) == "朝阳花园社区居委会"


def test_names_in_both_languages(places: Places) -> None:
    assert places.name("120117104000", "en") == "Fengtai Town"
    assert places.name("120117104202", "en") == places.name("120117104202", "zh")  # villages: not romanised
    assert (places.label("120117111000"), places.name("120117111000")) == ("大北涧沽", "大北涧沽镇")


def test_parents(places: Places) -> None:
    assert places.parent("120117104202") == "120117104000"
    assert places.parent("120117104000") == places.root == "120117000000"
    assert places.parent(places.root) is None


def test_find_by_code_name_and_short_name(places: Places) -> None:
    assert places.find("120117104000") == places.find("丰台镇") == places.find("Fengtai") == "120117104000"
    assert places.find("俵口乡") == "120117114000"  # the latest code of the same unit
    assert places.find("俵口乡", dt.date(2016, 8, 1)) == "120117205000"


def test_an_unknown_place_offers_the_nearest_name_or_code(places: Places) -> None:
    with pytest.raises(HfworkError) as caught:
        places.find("丰台乡镇")
    assert (caught.value.code, caught.value.meant) == ("unknown_place", ["丰台镇"])
    with pytest.raises(HfworkError) as caught:
        places.name("12011710400")
    assert (caught.value.code, caught.value.meant) == ("unknown_place", ["120117104000"])


def test_a_name_of_several_units_is_not_guessed(tmp_path: Path) -> None:
    rows = (ROOT_ROW, TOWN_ROW, "100,village,10,大赵庄,,,", "101,village,10,大赵庄,,,")
    with pytest.raises(HfworkError) as caught:
        written(tmp_path, *rows).find("大赵庄")
    assert (caught.value.code, caught.value.allowed) == ("ambiguous_place", ["100", "101"])


@pytest.mark.parametrize(
    ("row", "code", "meant"),
    [
        ("100,village,11,村,,,", "unknown_parent", ["1"]),
        ("100,village,100,村,,,", "unknown_parent", ["10"]),
        ("11,township,10,镇二,Town,,", "parent_not_above", []),
        ("100,vilage,10,村,,,", "unknown_value", ["village"]),
        ("100,village,10,村,,2018-13-01,", "bad_date", []),
        ("100,village,10,村,,2018-06-30,2018-06-30", "dates_reversed", []),
        ("1.20117E+11,village,10,村,,,", "mangled_code", []),
        ("11,township,1,镇二,,,", "missing_key", []),
        ("100,village,10,,,,", "empty_cell", []),
        ("100,village,10", "bad_row", []),
    ],
)
def test_a_wrong_row_is_named_by_its_line(tmp_path: Path, row: str, code: str, meant: list[str]) -> None:
    error = refused(tmp_path, ROOT_ROW, TOWN_ROW, row)
    assert (error.code, error.where) == (code, "places.csv:4")
    assert not meant or error.meant == meant


def test_validity_of_one_code_may_touch_but_not_overlap(tmp_path: Path) -> None:
    rows = [ROOT_ROW, TOWN_ROW, "100,village,10,旧,,,2018-01-01"]
    places = written(tmp_path, *rows, "100,village,10,新,,2018-01-01,")
    assert places.name("100", on=dt.date(2017, 12, 31)) == "旧"
    assert places.name("100", on=dt.date(2018, 1, 1)) == "新"
    error = refused(tmp_path, *rows, "100,village,10,新,,2017-12-31,")
    assert (error.code, error.where, error.facts["other"]) == (
        "validity_overlaps",
        "places.csv:5",
        "places.csv:4",
    )


def test_there_is_one_root(tmp_path: Path) -> None:
    assert refused(tmp_path, ROOT_ROW, "2,district,,区二,District,,").code == "one_root"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ("10,19,upgrade,2017-01-01,2017-06-01,sourced,,", "unknown_value"),
        ("10,10,renamed,2017-01-01,2017-06-01,sourced,,", "unknown_value"),
        ("10,10,rename,2017-01-01,2017-06-01,guessed,,", "unknown_value"),
        ("10,10,rename,2017-06-01,2017-01-01,sourced,,", "dates_reversed"),
        ("10,,rename,2017-01-01,2017-06-01,sourced,,", "empty_cell"),
        ("10,10,split,2017-01-01,2017-06-01,sourced,0.6,", "own_heir"),
    ],
)
def test_a_wrong_change_is_named_by_its_line(tmp_path: Path, changes: str, code: str) -> None:
    error = refused(tmp_path, ROOT_ROW, TOWN_ROW, changes=changes)
    assert (error.code, error.where) == (code, "place_changes.csv:2")


def test_an_unknown_heading_is_named(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("code,level,parent,name_zh,valid_form\n", "utf-8")
    with pytest.raises(HfworkError) as caught:
        load_places(tmp_path, LEVELS)
    assert (caught.value.code, caught.value.meant) == ("unknown_heading", ["valid_from"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_are_read_as_offices_save_them(tmp_path: Path, encoding: str) -> None:
    rows = [
        ",".join(COLUMNS),
        "1,district,,宁河区,Ninghe,,,district,,,0,",
        "2,township,1,芦台镇,Lutai,,,,2016/7/1,,1,",
    ]
    (tmp_path / "places.csv").write_bytes("\r\n".join(rows).encode(encoding))
    places = load_places(tmp_path, LEVELS)
    assert places.name("2") == "芦台镇"
    assert places.at(dt.date(2016, 6, 30), "township").empty
    assert len(places.at(dt.date(2016, 7, 1), "township")) == 1


def test_a_unit_split_in_two_has_no_single_successor(tmp_path: Path) -> None:
    rows = (
        ROOT_ROW,
        "10,township,1,镇,Town,,2020-06-30",
        "11,township,1,东街,East,2020-06-30,",
        "12,township,1,西街,West,2020-06-30,",
    )
    edges = "\n".join(f"10,{new},split,2019-10-31,2020-06-30,sourced,{w}," for new, w in ((11, 0.6), (12, 0.4)))
    places = written(tmp_path, *rows, changes=edges)
    assert places.current("10", dt.date(2021, 1, 1)) == "10"
    assert places.heirs("10", dt.date(2021, 1, 1)) == {"11": 0.6, "12": 0.4}
    assert places.heirs("12", dt.date(2019, 1, 1)) == {"10": 1.0}
