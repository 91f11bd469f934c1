"""Two releases side by side: revised figures, what is new or gone, changed definitions, targets and files."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hfwork.errors import HfworkError
from hfwork.present import comparison
from hfwork.release import bundle, revisions
from hfwork.release.bundle import Release
from hfwork.release.cells import COLUMNS
from hfwork.release.revisions import Comparison

IDS = ("aaaa000000000001", "bbbb000000000002")
VERSIONS = [{"version": "1", "numerator": ["done"], "denominator": ["due"]}]
WORDS = {name: {"zh": "示例", "en": "Sample"} for name in ("definition", "calculation", "notes", "source")}
NOUN = {"name": {"zh": "示例率", "en": "Sample rate"}, "unit": {"zh": "%", "en": "%"}, **WORDS, "direction": "up",
        "year": "calendar", "factor": 100, "decimals": 1, "versions": VERSIONS}  # fmt: skip
PLAN: dict[str, Any] = {
    "nouns": {
        "Indicator.rate": NOUN,
        "Measure.done": {"table": "visits", "where": None},
        "Table.visits": {"title": {"zh": "示例表", "en": "Sample file"}},
    },
    "places": [{"code": c, "name_zh": f"示例{c}", "name_en": f"Sample {c}"} for c in ("root", "a", "b", "b2", "c")],
    "changes": [
        {"from_code": "b", "to_code": "b2", "kind": "recode"},
        {"from_code": "c", "to_code": "a", "kind": "merge"},
    ],
    "targets": [{"indicator": "rate", "place": None, "period": "2018", "role": "target", "value": 80.0}],
}  # fmt: skip
ENDS = {"2017": "2017-12-31", "2018-06": "2018-06-30", "2018": "2018-06-30"}
FILES = [
    {"sha256": "1" * 64, "name": "示例一.xlsx", "table": "visits", "place": "a", "period": "2018-05"},
    {"sha256": "2" * 64, "name": "示例二.xlsx", "table": "visits", "place": "a", "period": "2018-06"},
]


def cell(place: str, period: str, part: float | None, whole: float = 200, **more: Any) -> dict[str, Any]:
    value = None if part is None else 100 * part / whole
    state = {"state": "value", "reason": ""} if part is not None else {"state": "missing", "reason": "returns_missing"}
    made = dict.fromkeys(COLUMNS, "")
    numbers = {"numerator": part, "denominator": whole if part is not None else None, "value": value, "target": 80.0}
    shifts = (("lower95", -3.0), ("upper95", 3.0), ("lower998", -4.0), ("upper998", 4.0))
    limits = {name: None if value is None else value + shift for name, shift in shifts}
    keys = {"indicator": "rate", "version": "1", "place": place, "level": "district" if place == "root" else "township"}
    rest = {
        "period": period,
        "end": ENDS.get(period, "2018-12-31"),
        "status": "none",
        "grade": "A",
        "apportioned": False,
    }
    return made | keys | rest | numbers | limits | state | more


def release(folder: Path, identity: str, cells: list[dict[str, Any]], **more: Any) -> Release:
    as_of = more.pop("as_of", "2018-06-30")
    plan, inputs = more.pop("plan", PLAN), more.pop("inputs", FILES)
    frame = pd.DataFrame([row | {"boundaries": as_of} for row in cells])
    resources = [{"path": name} for name in ("cells.parquet", "findings/receipts.parquet", "plan.json")]
    meta = {"id": identity, "plan": "sample", "as_of": as_of, "inputs": inputs, "levels": ["district", "township"]}
    files: dict[str, Any] = {
        "cells.parquet": frame[COLUMNS],
        "findings/receipts.parquet": pd.DataFrame({"receipt": [f"HF-{i}" for i in range(len(frame))]}),
        "plan.json": json.dumps(plan).encode(),
        bundle.MANIFEST: json.dumps(meta | {"resources": resources} | more).encode(),
    }
    return Release(bundle.write(folder, identity, files))


OLD = [cell("root", "2017", 160), cell("a", "2017", 80, 100), cell("b", "2017", 80, 100), cell("c", "2017", 50),
       cell("a", "2018-06", 70, 100), cell("b", "2018-06", None),
       cell("root", "2018", 90, reason="partial_period")]  # fmt: skip
NEW = [cell("root", "2017", 140), cell("a", "2017", 60, 100), cell("b2", "2017", 80, 100),
       cell("a", "2018-06", 70, 100), cell("b2", "2018-06", 60, 100), cell("root", "2018", 150, end="2018-12-31"),
       cell("a", "2018-12", 71, 100)]  # fmt: skip


@pytest.fixture
def found(tmp_path: Path) -> Comparison:
    plan = copy.deepcopy(PLAN)
    plan["nouns"]["Indicator.rate"]["definition"] = {"zh": "示例二", "en": "Sample two"}
    plan["nouns"]["Measure.done"]["where"] = "late = 0"
    plan["targets"] = [{**PLAN["targets"][0], "value": 85.0}]
    inputs = [FILES[0], {**FILES[1], "sha256": "3" * 64, "name": "更正.xlsx"}, {**FILES[1], "place": "b2"}]
    old = release(tmp_path, IDS[0], OLD)
    new = release(tmp_path, IDS[1], NEW, as_of="2018-12-31", plan=plan, inputs=inputs)
    return revisions.compare(old, new)


def kind(found: Comparison, what: str) -> list[dict[str, Any]]:
    rows = found.rows[found.rows["what"] == what].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def test_revised_figures_have_old_new_and_difference(found: Comparison) -> None:
    revised = {(row["place"], row["period"]): row for row in kind(found, "revised")}
    assert set(revised) == {("root", "2017"), ("a", "2017"), ("b2", "2018-06")}
    root = revised["root", "2017"]
    assert (root["old"], root["new"], root["difference"]) == (80, 70, -10)
    assert (root["old_numerator"], root["new_numerator"], root["intervals"]) == (160, 140, "apart")
    late = revised["b2", "2018-06"]  # under its new code
    assert (late["old_state"], late["new_state"], late["new"], late["intervals"]) == ("missing", "value", 60, "")
    assert pd.isna(late["old"]) and pd.isna(late["difference"])


def test_a_period_that_went_on_is_not_a_revision(found: Comparison) -> None:
    [row] = kind(found, "completed")
    assert (row["place"], row["period"], row["old"], row["new"]) == ("root", "2018", 45, 75)


def test_new_and_gone_units_and_periods(found: Comparison) -> None:
    assert found.names("new_period", "period") == ["2018-12"] and not found.count("gone_period")
    assert found.names("gone_place", "place") == ["c"]  # merged: not the same unit any more
    assert not found.count("new_place") and [row["old"] for row in kind(found, "recoded")] == ["b"]


def test_definitions_targets_and_files(found: Comparison) -> None:
    [changed] = kind(found, "definition")
    assert (changed["indicator"], changed["field"]) == ("rate", "definition") and changed["new"]["zh"] == "示例二"
    assert [row["field"] for row in kind(found, "measure")] == ["done"]
    [target] = kind(found, "target")
    assert (target["old"], target["new"], target["difference"]) == (80, 85, 5)
    [replaced] = kind(found, "replaced_file")
    assert (replaced["old"], replaced["new"], replaced["period"]) == ("示例二.xlsx", "更正.xlsx", "2018-06")
    assert [row["place"] for row in kind(found, "added_file")] == ["b2"] and not found.count("gone_file")


def test_latest_whole_years_of_the_district(found: Comparison) -> None:
    [row] = found.latest.to_dict("records")  # 2018 was partial then
    assert (row["old_period"], row["period"], row["old"], row["new"]) == ("2017", "2018", 80, 75)
    assert (row["intervals"], row["difference"]) == ("overlap", -5)


def test_another_version_is_not_comparable(tmp_path: Path) -> None:
    old, new = release(tmp_path, IDS[0], OLD), release(tmp_path, IDS[1], [{**row, "version": "2"} for row in NEW])
    [row] = revisions.compare(old, new).latest.to_dict("records")
    assert row["intervals"] == "definition" and pd.isna(row["difference"])


def test_equal_releases_differ_in_nothing(tmp_path: Path) -> None:
    same = revisions.compare(release(tmp_path, IDS[0], OLD), release(tmp_path, IDS[1], OLD))
    assert not len(same.rows)
    assert "均相同" in comparison.summary(same, "zh") and "the same" in comparison.summary(same, "en")
    assert len(comparison.table(same, "zh")) == 1  # the latest figure


def test_hidden_figures_stay_hidden(tmp_path: Path) -> None:
    hidden = cell("a", "2017", None, state="suppressed", reason="below_threshold")
    found = revisions.compare(release(tmp_path, IDS[0], [hidden]), release(tmp_path, IDS[1], [cell("a", "2017", 80)]))
    [row] = kind(found, "revised")
    assert row["old_state"] == "suppressed" and pd.isna(row["old"]) and pd.isna(row["old_denominator"])


def test_said_in_both_languages(found: Comparison) -> None:
    zh, en = (comparison.summary(found, lang) for lang in ("zh", "en"))
    said = ["修订的数字：3个", "新增期间1个：2018年12月", "不再有的单位1个：示例c", "定义变化：2处"]
    for words in (*IDS, *said, "示例率：2017年80.0% → 2018年75.0%，区间重叠"):
        assert words in zh
    assert "Sample rate: 80.0% (2017) → 75.0% (2018); intervals overlap" in en
    assert not any("一" <= letter <= "鿿" for letter in en)
    table = comparison.table(found, "zh")
    assert {"变化", "指标", "地区", "原", "现", "差", "95%区间"} <= set(table.columns)
    assert len(table) == len(found.rows) + 1 and set(table["变化"]) >= {
        "数字修订",
        "期间延长",
        "替换来件",
        "最近可比数字",
    }
    assert comparison.table(found, "en").columns[0] == "Change"


def test_no_text_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    inputs = [{**FILES[0], "sha256": "4" * 64, "name": "=cmd()|示例"}]
    found = revisions.compare(release(tmp_path, IDS[0], OLD), release(tmp_path, IDS[1], OLD, inputs=inputs))
    texts = comparison.table(found, "zh").map(str).to_numpy().ravel()
    assert "'=cmd()|示例" in texts


def test_releases_are_found_by_id_beginning_day_pointer_and_folder(tmp_path: Path) -> None:
    release(tmp_path, IDS[0], OLD)
    release(tmp_path, IDS[1], OLD, as_of="2018-12-31")
    bundle.point(tmp_path, "current", IDS[1])
    for given, identity in ((IDS[0], IDS[0]), ("BBBB", IDS[1]), ("2018-06-30", IDS[0]), ("current", IDS[1]),
                            (str(tmp_path / IDS[0]), IDS[0])):  # fmt: skip
        assert revisions.find(tmp_path, given).id == identity


@pytest.mark.parametrize(
    ("given", "code", "meant"),
    [
        ("aaaa000000000003", "unknown_release", [IDS[0]]),
        ("built", "unknown_release", []),
        ("2017-01-01", "unknown_release", []),
    ],
)
def test_unknown_release_is_refused_with_the_nearest(tmp_path: Path, given: str, code: str, meant: list[str]) -> None:
    release(tmp_path, IDS[0], OLD)
    release(tmp_path, IDS[1], OLD)
    with pytest.raises(HfworkError) as error:
        revisions.find(tmp_path, given)
    assert (error.value.code, error.value.meant) == (code, meant) and error.value.allowed == list(IDS)


def test_ambiguous_and_foreign_releases_are_refused(tmp_path: Path) -> None:
    old = release(tmp_path, IDS[0], OLD)
    other = release(tmp_path, "aaaa111111111111", OLD, plan_id="x")
    with pytest.raises(HfworkError) as error:
        revisions.find(tmp_path, "aaaa")
    assert error.value.code == "ambiguous_release"
    other.meta["plan"] = "other"
    with pytest.raises(HfworkError) as error:
        revisions.compare(old, other)
    assert error.value.code == "other_plans" and "other" in str(error.value)


def test_a_code_given_away_is_followed_by_its_unit(tmp_path: Path) -> None:
    plan = copy.deepcopy(PLAN)
    plan["changes"] = [
        {"from_code": "a", "to_code": "b", "kind": "recode", "latest": "2018-07-01T00:00:00"},
        {"from_code": "a", "to_code": "a", "kind": "reuse", "latest": "2018-07-01T00:00:00"},
    ]
    old = release(tmp_path, IDS[0], [cell("a", "2017", 80, 100)])
    new = release(tmp_path, IDS[1], [cell("b", "2017", 80, 100), cell("a", "2017", 10, 100)],
                  as_of="2018-12-31", plan=plan)  # fmt: skip
    found = revisions.compare(old, new)
    assert not kind(found, "revised") and not kind(found, "gone_place")
    assert [(row["old"], row["new"]) for row in kind(found, "recoded")] == [("a", "b")]
    assert [row["place"] for row in kind(found, "new_place")] == ["a"]
    lost = release(tmp_path, "cccc000000000003", [cell("a", "2017", 10, 100)], as_of="2018-12-31", plan=plan)
    found = revisions.compare(old, lost)  # the unit is gone; the new owner of its code is another
    assert not kind(found, "revised")
    assert [row["place"] for row in kind(found, "gone_place")] == ["a"]
    assert [row["place"] for row in kind(found, "new_place")] == ["a"]


def test_phases_may_have_any_name(tmp_path: Path) -> None:
    cells = [cell("root", "phase1", 160), cell("root", "准备", 150), cell("root", "2017", 160)]
    found = revisions.compare(release(tmp_path, IDS[0], cells), release(tmp_path, IDS[1], cells))
    assert found.latest["period"].to_list() == ["2017"]


def test_below_a_year_equal_seasons_are_set_side_by_side(tmp_path: Path) -> None:
    ends = {"2016-H2": "2016-12-31", "2017-H1": "2017-06-30", "2017-H2": "2017-12-31", "2018-H1": "2018-06-30"}
    cells = {token: cell("root", token, 100 + 10 * n, end=end) for n, (token, end) in enumerate(ends.items())}
    old = release(tmp_path, IDS[0], [cells["2016-H2"], cells["2017-H1"], cells["2017-H2"]])
    new = release(tmp_path, IDS[1], list(cells.values()))
    latest = revisions.compare(old, new).latest.iloc[0]
    assert (latest["old_period"], latest["period"], latest["difference"]) == ("2017-H1", "2018-H1", 10)
    none = revisions.compare(release(tmp_path, "cccc000000000003", [cells["2016-H2"]]),
                             release(tmp_path, "dddd000000000004", [cells["2018-H1"]]))  # fmt: skip
    assert none.latest.empty
