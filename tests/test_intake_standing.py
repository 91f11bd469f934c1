"""Codes and senders of the wrong year: understood or refused by rule, and nobody counted twice."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from hfwork.errors import HfworkError
from hfwork.intake import blank, checks, decisions, findings, records, sender, standing, template, workbook
from hfwork.intake.ledger import Entry, Ledger
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan, load_plan
from hfwork.plan.gazetteer import load_places

NINGHE = Path(__file__).resolve().parent.parent / "data" / "ninghe-2016"
LUTAI, SOUTH, NORTH = "120117100000", "120117001000", "120117002000"
TODAY = dt.date(2021, 3, 1)


@cache
def plan() -> Plan:
    return load_plan(NINGHE)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("code", "on", "settled", "verdict"),
    [
        ("120117104000", "2018-06-30", "120117104000", ""),
        ("120117204000", "2018-06-30", "120117113000", "other_year"),
        ("120117113000", "2016-06-30", "120117204000", "other_year"),
        ("120221204000", "2018-06-30", "120117113000", "other_year"),  # two changes of code
        ("120117113000", "2017-06-30", "120117204000", ""),  # inside the bracket
        ("120117113000", "2016-07-31", "120117204000", ""),  # its first day
        ("120117113000", "2016-07-30", "120117204000", "other_year"),
        (LUTAI, "2020-06-29", LUTAI, ""),
        (LUTAI, "2020-06-30", LUTAI, ""),  # the last day of the bracket
        (LUTAI, "2020-07-01", LUTAI, "split"),
        ("120221100000", "2020-07-01", LUTAI, "split"),
        (SOUTH, "2020-06-30", SOUTH, ""),
        (SOUTH, "2019-10-31", SOUTH, ""),
        (SOUTH, "2019-10-30", SOUTH, "not_yet"),
        ("120117100202", "2020-07-31", "120117001201", "other_year"),
        ("120117001201", "2020-01-31", "120117100202", ""),
        ("120117100206", "2018-10-31", "120117100206", ""),
        ("120117100206", "2018-11-01", "120117100206", "dissolved"),
        ("120117100036", "2019-01-31", "120117100036", ""),  # founded between two lists
        ("120117100036", "2018-10-30", "120117001029", "other"),
        ("120117402000", "2016-08-31", "120117402000", ""),  # reused: the unit of the day
        ("120117402000", "2018-08-31", "120117402000", ""),
        ("120117500000", "2020-07-31", "120117500000", "dissolved"),
    ],
)
def test_a_code_as_of_a_day(code: str, on: str, settled: str, verdict: str) -> None:
    stands = standing.standing(plan().places, code, day(on))
    if verdict == "other":  # a community of 2019 that later got another code did not exist in 2018
        assert stands.verdict == "not_yet"
        return
    assert (stands.code, stands.verdict) == (settled, verdict)
    assert bool(stands.said) == bool(verdict)


def test_what_became_of_a_unit_is_said_with_its_bracket() -> None:
    places = plan().places
    assert standing.standing(places, LUTAI, day("2020-12-31")).said == (
        "120117100000 芦台镇 → 120117001000 芦台街道、120117002000 桥北街道（2019-10-31～2020-06-30）"
    )
    assert standing.standing(places, SOUTH, day("2018-12-31")).said == (
        "120117001000 芦台街道 ← 120117100000 芦台镇（2019-10-31～2020-06-30）"
    )
    assert standing.standing(places, "120117100206", day("2019-12-31")).said == (
        "120117100206 小赵庄村委会（2017-10-31～2018-10-31）"
    )
    assert places.name("120117402000", on=day("2016-08-31")) != places.name("120117402000", on=day("2018-08-31"))


@pytest.mark.parametrize("on", ["2016-06-30", "2017-12-31", "2019-12-31", "2020-06-30", "2020-12-31", "2023-07-01"])
def test_every_valid_unit_stands_for_itself_and_every_code_for_at_most_one(on: str) -> None:
    places = plan().places
    valid = set(places.at(day(on))["code"])
    for code in set(places.frame["code"]):
        stands = standing.standing(places, code, day(on))
        if code in valid:
            assert stands == standing.Standing(code)
        elif stands.verdict == standing.OTHER_YEAR:
            assert stands.code in valid or places.level(code) == "functional"


def test_units_that_were_joined(tmp_path: Path) -> None:
    rows = [
        "code,level,parent,name_zh,name_en,valid_from,valid_to",
        "1,district,,区,District,,",
        "10,township,1,东镇,East,,2018-01-01",
        "11,township,1,西镇,West,,2018-01-01",
        "12,township,1,新镇,New,2018-01-01,",
    ]
    (tmp_path / "places.csv").write_text("\n".join(rows), "utf-8")
    edges = [f"{old},12,merge,2017-07-01,2018-01-01,sourced,{weight}," for old, weight in (("10", 0.4), ("11", 0.6))]
    heading = "from_code,to_code,kind,earliest,latest,basis,weight,note"
    (tmp_path / "place_changes.csv").write_text("\n".join([heading, *edges]), "utf-8")
    places = load_places(tmp_path, ["district", "township", "village"])
    assert standing.standing(places, "10", day("2018-06-30")).verdict == "merged"
    assert standing.standing(places, "12", day("2017-06-30")).verdict == "not_yet"
    assert [standing.standing(places, code, day("2017-08-31")).verdict for code in ("10", "11", "12")] == [""] * 3
    assert standing.parts_of("12", places) == {"10", "11"} and standing.wholes_of("10", places) == {"12"}
    assert standing.uncovered(places, ["10", "11"], frozenset({"12"})) == []
    assert standing.uncovered(places, ["12"], frozenset({"10"})) == ["11"]


# -- names and aliases


def read_as(text: str, sent_by: str, on: str) -> tuple[str | None, list[str]]:
    columns = plan().tables["residents"].columns
    cells = {"village_code": text}
    frame = pd.DataFrame({name: pd.array([cells.get(name, "")], dtype="str") for name in columns}).assign(_row=4)
    sheet = Sheet(Path("x"), "0" * 64, "x", "residents", sent_by, None, day(on), 3, frame)
    typed, found = records.normalise(sheet, plan())
    code = typed["village_code"].iloc[0]
    return None if pd.isna(code) else str(code), found["code"].tolist()


@pytest.mark.parametrize(
    ("text", "sent_by", "on", "code"),
    [
        ("洛里坨", "120117205000", "2016-12-31", "120117205203"),
        ("洛里坨村民委员会", "120117114000", "2018-12-31", "120117114203"),
        ("洛里陀村", "120117114000", "2018-12-31", "120117114203"),
        ("李麻𨟠", "120117105000", "2018-12-31", "120117105217"),
        ("李麻瞿阝村", "120117105000", "2018-12-31", "120117105217"),
        ("曹庄村民委员会", LUTAI, "2018-12-31", "120117100202"),
        ("曹庄村委会", SOUTH, "2020-12-31", "120117001201"),
        ("西窑", NORTH, "2020-12-31", "120117002208"),  # the name before, the unit of the day
        ("王前", LUTAI, "2018-12-31", "120117100204"),
        ("廉庄乡", "120117000000", "2017-01-31", "120117206000"),
        ("宁河县", "120117000000", "2017-01-31", "120117000000"),
    ],
)
def test_names_and_aliases_mean_the_unit_of_the_day(text: str, sent_by: str, on: str, code: str) -> None:
    assert read_as(text, sent_by, on) == (code, []) or read_as(text, sent_by, on)[0] == code


def test_an_alias_does_not_settle_an_ambiguous_name(tmp_path: Path) -> None:
    folder = shutil.copytree(NINGHE, tmp_path / "plan")
    with (folder / "aliases.csv").open("a", encoding="utf-8") as file:
        file.write("120117102000,宁河,inferred,test\n120117102000,老宁河,inferred,test\n")
    places = load_plan(folder).places
    named = sender.codes_of(places)
    assert "宁河" not in named and named["老宁河"] == {"120117102000"}


# -- returns


def send(folder: Path, table: str, place: str, period: str, codes: list[str], **changes: object) -> Path:
    """A return with one row per code, every count 3 (a part as large as its whole)."""
    shape = plan().tables[table]
    cells = {name: 1 if table == "villages" else 3 for name, column in shape.columns.items() if column.type == "count"}
    frame = pd.DataFrame({shape.place: codes}).assign(**cells | changes)
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{table}_{place}_{period}_{len(codes)}.xlsx"
    name = plan().places.name(place)
    return template.write(shape, path, place=place, place_name=name, period=period, frame=frame)


def villages(place: str, on: str) -> list[str]:
    units = plan().places.at(day(on), "village")
    return units.loc[units["parent"] == place, "code"].tolist()


def towns(on: str) -> list[str]:
    return plan().places.at(day(on), "township")["code"].tolist()


def judged(path: Path) -> tuple[pd.DataFrame, list[str]]:
    (sheet,) = workbook.read([path], plan().tables)
    sheet = sender.identify(sheet, plan())
    frame, found = records.normalise(sheet, plan())
    table = plan().tables[sheet.table]
    found = findings.join([found, checks.check(checks.with_context(frame, sheet, plan()), table, plan(), TODAY)])
    for finding in found.to_dict("records"):
        assert all(findings.sentence({str(k): v for k, v in finding.items()}, table, lang) for lang in ("zh", "en"))
    return frame, [f"{r} {g.split(' ')[0]} {c}" for r, g, c in found[["row", "given", "code"]].itertuples(index=False)]


@pytest.mark.parametrize(
    ("table", "period", "units"),
    [
        ("public_health", "2016-Q2", 14),
        ("maternal_child", "MC2017", 14),
        ("surveys", "2020", 15),
        ("assistance", "2020-Q2", 15),
    ],
)
def test_a_blank_form_of_the_district_lists_its_towns(tmp_path: Path, table: str, period: str, units: int) -> None:
    path = blank.write(plan(), table, "宁河区", period, tmp_path)
    (sheet,) = workbook.read([path], plan().tables)
    assert sheet.period == period and len(sheet.frame) == units
    codes = sheet.frame["township_code"].tolist()
    assert codes == towns(str(sender.reported_on(sheet, plan())))
    with pytest.raises(HfworkError) as caught:
        blank.write(plan(), table, "宁河镇", period, tmp_path)
    assert caught.value.code == "wrong_sender"


def test_a_row_of_a_wrong_level_and_a_town_without_a_row(tmp_path: Path) -> None:
    codes = [*towns("2018-06-30")[:-1], "120117104201"]
    frame, said = judged(send(tmp_path, "public_health", "120117000000", "2018-Q2", codes))
    assert said == ["0 廉庄镇（120117115000） village_missing", "17 120117104201 wrong_level"]
    assert frame["township_code"].isna().sum() == 1


@pytest.mark.slow
def test_either_side_of_a_division_reports_inside_the_bracket(tmp_path: Path) -> None:
    others = [code for code in towns("2018-06-30") if code != LUTAI]
    for period in ("2020-Q1", "2020-Q2"):
        for own in ([LUTAI], [SOUTH, NORTH]):
            _, said = judged(send(tmp_path, "public_health", "120117000000", period, own + others))
            assert said == []
    _, said = judged(send(tmp_path, "public_health", "120117000000", "2020-Q1", [SOUTH, *others]))
    assert said == ["0 桥北街道（120117002000） village_missing"]
    _, said = judged(send(tmp_path, "public_health", "120117000000", "2020-Q2", [LUTAI, SOUTH, *others]))
    assert said == ["4 120117100000 counted_twice"]


def test_outside_the_bracket_only_the_unit_of_the_day_reports(tmp_path: Path) -> None:
    others = [code for code in towns("2018-06-30") if code != LUTAI]
    _, said = judged(send(tmp_path, "public_health", "120117000000", "2020-Q3", [LUTAI, *others]))
    assert [line for line in said if not line.startswith("0")] == ["4 120117100000 place_split"]
    _, said = judged(send(tmp_path, "public_health", "120117000000", "2019-Q3", [SOUTH, NORTH, *others]))
    assert [line.split()[-1] for line in said] == ["village_missing", "place_not_yet", "place_not_yet"]


@pytest.mark.slow
@pytest.mark.parametrize("place", [SOUTH, NORTH, LUTAI])
@pytest.mark.parametrize("period", ["2019-10", "2020-03", "2020-06"])
def test_a_blank_form_inside_the_bracket_comes_back_clean(tmp_path: Path, place: str, period: str) -> None:
    path = blank.write(plan(), "activity", place, period, tmp_path)
    (sheet,) = workbook.read([path], plan().tables)
    codes = sheet.frame["village_code"].tolist()
    assert {plan().places.parent(code) for code in codes} == {place}
    _, said = judged(send(tmp_path / "filled", "activity", place, period, codes))
    assert [line for line in said if "village_missing" not in line] == []
    (sheet,) = workbook.read([path], plan().tables)
    assert sender.identify(sheet, plan()).place == place


@pytest.mark.parametrize(
    ("written", "token"),
    [
        ("MC2017", "MC2017"),
        ("mc2017", "MC2017"),
        ("2017妇幼年度", "MC2017"),
        ("2017年妇幼保健年度", "MC2017"),
        ("2017年度", "2017"),
    ],
)
def test_the_maternal_and_child_year_as_written(written: str, token: str) -> None:
    assert workbook.period_token(written) == token


# -- senders that share people


def receive(vault: Path, *paths: Path, **options: bool) -> list[Entry]:
    return decisions.receive(vault, plan(), list(paths), today=TODAY, by="test", **options).received


def refused(vault: Path, *paths: Path, **options: bool) -> list[str]:
    with pytest.raises(HfworkError) as caught:
        receive(vault, *paths, **options)
    assert all(caught.value.message(lang) for lang in ("zh", "en"))
    return [problem.code for problem in caught.value.problems]


def counts(vault: Path) -> set[str]:
    return {entry.place for entry in Ledger(vault).current()}


def monthly(folder: Path, place: str, period: str = "2020-05") -> Path:
    return send(folder, "activity", place, period, villages(place, "2020-06-30" if place != LUTAI else "2020-05-31"))


@pytest.mark.slow
def test_a_town_and_its_streets_do_not_both_report(tmp_path: Path) -> None:
    whole, *parts = [monthly(tmp_path / "in", place) for place in (LUTAI, SOUTH, NORTH)]
    first, second, third = (tmp_path / name for name in "abc")
    receive(first, whole)
    assert refused(first, parts[0]) == ["overlapping_sender"]
    assert refused(first, parts[0], correct=True) == ["overlapping_sender"]  # the other half would be lost
    assert refused(first, *parts) == ["overlapping_sender"] * 2
    receive(first, *parts, correct=True)
    assert counts(first) == {SOUTH, NORTH}
    assert refused(first, whole, correct=True) == ["overlapping_sender"]
    receive(second, parts[0])
    assert refused(second, whole) == ["overlapping_sender"]
    assert refused(third, *parts, whole) == ["overlapping_sender"]
    assert receive(second, monthly(tmp_path / "in", LUTAI, "2020-04"))  # another month


def residents(folder: Path, place: str, on: str) -> Path:
    code = villages(place, on)[0]
    frame = pd.DataFrame({"person_id": [place], "village_code": code, "born_on": day("1970-01-01")})
    frame["moved_in"] = day("2001-01-01")
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"residents_{place}_{on}.xlsx"
    shape = plan().tables["residents"]
    return template.write(shape, path, place=place, place_name="x", extract_date=day(on), frame=frame)


@pytest.mark.slow
def test_extracts_of_both_streets_take_the_place_of_the_towns(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    plan_names = plan().places
    assert plan_names.name(LUTAI) == "芦台镇"
    old = [residents(tmp_path, LUTAI, on) for on in ("2018-06-30", "2019-12-31")]
    new = [residents(tmp_path, place, "2020-07-31") for place in (SOUTH, NORTH)]
    receive(vault, *old)
    assert counts(vault) == {LUTAI}
    assert refused(vault, new[0]) == ["overlapping_sender"]
    receive(vault, *new)
    assert counts(vault) == {SOUTH, NORTH}  # no older extract of the town comes back
    receive(vault, residents(tmp_path, SOUTH, "2020-12-31"))
    assert len(Ledger(vault).current()) == 2
    for as_of in ("2020-05-31", "2020-07-31"):
        found = checks.completeness(plan(), Ledger(vault).current(), day(as_of))
        ours = found[(found["table"] == "residents") & found["place"].isin([LUTAI, SOUTH, NORTH])]
        assert ours["received"].all() and len(ours) == (1 if as_of < "2020-06-30" else 2)


# -- what is expected


def entry(table: str, place: str, period: str) -> Entry:
    return Entry("0" * 64, "x.xlsx", table, place, place, period, None, 10, 0, 0)


def test_returns_of_the_district_are_expected_also_for_partial_first_periods() -> None:
    found = checks.completeness(plan(), [entry("maternal_child", "120117000000", "MC2016")], day("2018-06-30"))
    due = {name: part["start"].dt.strftime("%Y-%m").tolist() for name, part in found.groupby("table")}
    assert due["maternal_child"] == ["2015-10", "2016-10"]
    assert due["surveys"] == ["2016-01", "2017-01"]
    assert (
        due["public_health"]
        == due["assistance"]
        == [f"{year}-{month:02d}" for year in (2016, 2017, 2018) for month in (1, 4, 7, 10)][1:-2]
    )
    assert found.loc[found["table"] == "maternal_child", "received"].tolist() == [1, 0]
    assert set(found.loc[found["table"] == "surveys", "place"]) == {"120117000000"}
    later = checks.completeness(plan(), [], day("2022-12-31"))
    assert later.loc[later["table"] == "maternal_child", "end"].max() == pd.Timestamp("2020-09-30")


def test_around_a_division_the_whole_stands_for_its_parts_and_the_parts_for_it() -> None:
    sent = [entry("activity", *sent) for sent in ((LUTAI, "2020-06"), (SOUTH, "2020-05"), (NORTH, "2020-05"))]
    sent.append(entry("activity", SOUTH, "2020-04"))
    found = checks.completeness(plan(), sent, day("2020-06-30"))
    found = found[(found["table"] == "activity") & found["place"].isin([LUTAI, SOUTH, NORTH])].tail(4)
    assert found[["place", "received", "rows"]].values.tolist() == [
        [LUTAI, 0, 0],
        [LUTAI, 1, 20],
        [SOUTH, 1, 10],
        [NORTH, 1, 10],
    ]


def test_a_district_and_its_towns_do_not_both_send_an_extract(tmp_path: Path) -> None:
    district, inside = "120117000000", tmp_path / "in"
    town, other = residents(inside, LUTAI, "2018-07-02"), residents(inside, "120117102000", "2018-07-02")
    whole = template.write(
        plan().tables["residents"], inside / "all.xlsx", place=district, place_name="宁河区",
        extract_date=day("2019-01-02"),
        frame=pd.DataFrame({"person_id": ["甲", "乙"], "village_code": [villages(LUTAI, "2019-01-02")[0]] * 2,
                            "born_on": day("1970-01-01"), "moved_in": day("2001-01-01")}),
    )  # fmt: skip
    first, second = tmp_path / "a", tmp_path / "b"
    receive(first, town, other)
    assert refused(first, whole) == ["covering_sender"]
    assert counts(first) == {LUTAI, "120117102000"}
    receive(second, whole)
    assert refused(second, town) == ["covering_sender"]
    assert refused(tmp_path / "c", town, whole) == ["covering_sender"]
