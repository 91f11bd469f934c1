"""The columns of pages: what is packed comes back, what is listed is so, what is hidden is nowhere."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.measure.frame import THEN
from hfwork.plan.folder import Plan
from hfwork.present import static
from hfwork.release import packing, publish, revisions
from hfwork.release.bundle import SHARED, Release
from hfwork.release.pages import PAGES, Source, findings, overview, quality, written
from hfwork.release.pages import as_bytes as page_bytes
from hfwork.workspace import Workspace

# -- reading what findings.py packs, as findings.js does


def number(whole: int, decimals: int) -> float | None:
    if whole == 0:
        return None
    if whole == 1:
        return math.inf
    n = whole - 2
    return (-(n + 1) // 2 if n % 2 else n // 2) / 10**decimals


def rows_of(packed: str, width: int) -> list[list[int]]:
    numbers = packing.unpack(packed)
    assert len(numbers) % width == 0
    return [numbers[at : at + width] for at in range(0, len(numbers), width)]


FINITE = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@given(st.one_of(st.none(), st.just(math.nan), st.just(math.inf), FINITE), st.integers(0, 4))
def test_signed_numbers_come_back(value: float | None, decimals: int) -> None:
    whole = findings.signed(value, decimals)
    [read] = packing.unpack(packing.pack([whole]))
    found = number(read, decimals)
    if value is None or math.isnan(value):
        assert found is None
    elif math.isinf(value):
        assert found == math.inf
    else:
        assert found == pytest.approx(value, abs=0.51 / 10**decimals, rel=1e-12)


# -- a small source made by hand


@pytest.fixture(scope="module")
def plan(small: Workspace) -> Plan:
    return small.plan


INDICATORS = ("family_lectures", "health_record_coverage", "preconception_check_coverage")


def source_of(plan: Plan, cells: list[dict[str, Any]], **found: pd.DataFrame) -> Source:
    """A source of a few cells; every table of findings that is not given is empty."""
    defaults = {"state": "value", "reason": "", "status": "none", "grade": "A", "target": np.nan, "apportioned": False,
                "numerator": 1.0, "denominator": 2.0, "value": 50.0, "lower95": 40.0, "upper95": 60.0, "merge": 0,
                "receipt": "HF-0000-0000-0", "boundaries": "2018-06-30", "level": "township"}  # fmt: skip
    frame = pd.DataFrame([defaults | cell for cell in cells])
    frame.loc[frame["place"] == plan.places.root, "level"] = plan.places.levels[0]
    periods = [p for p in plan.campaign.periods() if p.end <= dt.date(2018, 12, 31)]
    empty = pd.DataFrame(columns=["indicator", "place", "period", "code"])
    tables = {"verdicts": empty, **found}
    codes = sorted({str(p) for p in frame["place"]} - {plan.places.root})
    shapes = pd.DataFrame({"code": codes})
    meta = {"id": "0" * 16, "as_of": "2018-06-30", "levels": list(plan.places.levels)}
    return Source(plan, meta, frame, tables, shapes, periods, pd.DataFrame())


@pytest.fixture(scope="module")
def towns(plan: Plan) -> list[str]:
    level = plan.places.frame["level"] == plan.places.levels[1]
    return sorted(map(str, plan.places.frame.loc[level, "code"]))


def test_only_the_last_thirteen_months_are_shown(plan: Plan) -> None:
    source = source_of(plan, [{"indicator": INDICATORS[0], "place": plan.places.root, "period": "2018-06"}])
    months = [p.token for p in source.shown if p.level == "month"]
    every = [p.token for p in source.periods if p.level == "month"]
    assert months == every[-13:][::-1] and len(every) > 20
    assert [p.token for p in source.shown if p.level == "quarter"] == [
        p.token for p in source.periods if p.level == "quarter"
    ][::-1]


def test_standing_is_the_longest_complete_figure_that_ends_last(plan: Plan, towns: list[str]) -> None:
    a, b, c = INDICATORS
    root = plan.places.root
    source = source_of(plan, [
        {"indicator": a, "place": root, "period": "2017"},
        {"indicator": a, "place": root, "period": "2018-Q2"},
        {"indicator": a, "place": root, "period": "2018-H1"},
        {"indicator": a, "place": root, "period": "2018"},  # not over
        {"indicator": b, "place": root, "period": "2017"},
        {"indicator": b, "place": root, "period": "2018-Q2", "reason": "incomplete_returns"},
        {"indicator": b, "place": root, "period": "2018-Q1", "state": "suppressed"},
        {"indicator": c, "place": root, "period": "2018-Q2", "state": "missing"},
        {"indicator": c, "place": towns[0], "period": "2017"},
        {"indicator": c, "place": root, "period": "P1"},  # a phase is no figure to stand on
    ])  # fmt: skip
    found = overview.standing(source)
    assert {name: cell["period"] for name, cell in found.items()} == {a: "2018-H1", b: "2017"}


def test_attention_tells_the_most_pressing_first(plan: Plan, towns: list[str]) -> None:
    b, c = "health_record_coverage", "preconception_check_coverage"
    root = plan.places.root
    cells = [
        {"indicator": b, "place": root, "period": "2018-H1", "status": "behind"},
        {"indicator": b, "place": towns[0], "period": "2018-H1", "status": "behind"},
        {"indicator": c, "place": root, "period": "2018-H1", "status": "near"},
        {"indicator": c, "place": towns[0], "period": "2018-H1", "status": "behind"},
        {"indicator": c, "place": towns[1], "period": "2018-H1", "state": "missing"},
        {"indicator": c, "place": towns[1], "period": "2018-Q1", "state": "missing"},
    ]
    verdicts = pd.DataFrame([
        {"indicator": b, "place": root, "period": "2018-H1", "code": "higher"},  # good news
        {"indicator": c, "place": root, "period": "2018-H1", "code": "lower"},
        {"indicator": c, "place": towns[0], "period": "2018-H1", "code": "lower"},  # one town
    ])  # fmt: skip
    source = source_of(plan, cells, verdicts=verdicts)
    rows = overview.attention(source, overview.standing(source))
    assert [(row["indicator"], row["why"], row["count"]) for row in rows] == [
        (b, "behind", 1), (c, "worse", 1), (c, "units_behind", 1), (c, "missing", 1),
    ]  # fmt: skip
    assert {row["period"] for row in rows} == {"2018-H1"}
    assert overview.changes(source) is None


def test_quality_counts_what_came(plan: Plan, towns: list[str]) -> None:
    tables = list(plan.tables)[:2]
    rows = [
        (tables[0], plan.places.root, "2018-Q2", 4, 3),
        (tables[0], towns[0], "2018-Q2", 2, 1),
        (tables[1], towns[1], "2018-06", 1, 1),
        (tables[1], "120117999000", "2018-06", 9, 9),
        (tables[1], towns[1], "2015-01", 9, 9),
    ]
    completeness = pd.DataFrame(rows, columns=["table", "place", "period", "expected", "reported"])
    errors = pd.DataFrame([(tables[0], towns[0], 100, 7), (tables[1], "nowhere", 5, 5), ("unknown", towns[0], 5, 5)],
                          columns=["table", "place", "rows", "errors"])  # fmt: skip
    cells = [
        {"indicator": INDICATORS[0], "place": place, "period": "2018-Q2"} for place in (plan.places.root, *towns[:2])
    ]
    source = replace(source_of(plan, cells, completeness=completeness), errors=errors)
    made = quality.quality(source)
    assert [table["id"] for table in made["tables"]] == tables
    at = source.period_at
    assert rows_of(made["tables"][0]["returns"], 4) == [[0, at["2018-Q2"], 4, 3], [1, at["2018-Q2"], 2, 1]]
    assert rows_of(made["tables"][1]["returns"], 4) == [[2, at["2018-06"], 1, 1]]
    assert rows_of(made["faulty"], 4) == [[0, 1, 100, 7]] and made["late"] == []


# -- a made release


@pytest.fixture(scope="module", params=["small", "carolina"])
def made(request: pytest.FixtureRequest) -> tuple[Workspace, Release, dict[str, Any], dict[str, dict[str, Any]]]:
    workspace = request.getfixturevalue(request.param)
    release = workspace.current()
    own = {name: release.page_columns(name) for name in release.pages()}
    return workspace, release, release.page("start"), own


def test_every_page_is_there_and_valid_json(made: Any) -> None:
    workspace, release, shared, own = made
    assert list(own) == list(PAGES) == [page["page"] for page in shared["pages"]]

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    for name in [SHARED, *PAGES]:
        text = (release.folder / "pages" / f"{name}.json").read_text("utf-8")
        read = json.loads(text, parse_constant=refuse)
        assert page_bytes(read).decode() == text
    for name, page in own.items():
        assert page["page"] == name and all(page[part][lang] for part in ("title", "question") for lang in ("zh", "en"))
        assert all(page["layout"]) and set(page["selectors"]) <= {
            "kind",
            "chain",
            "table",
            "indicator",
            "period",
            "place",
            "boundaries",
        }
        # Nothing twice, but where a page begins: those of many indicators open with the last year that is over.
        assert set(page) & (set(shared) - set(own["start"])) <= {"start"}
        own_start = page.get("start", shared["start"])
        assert own_start["indicator"] == shared["start"]["indicator"]
        over = [p["token"] for p in shared["periods"] if p["level"] == "year" and p["end"] <= release.meta["as_of"]]
        assert own_start["period"] == (over[0] if "start" in page and over else shared["start"]["period"])
    with pytest.raises(ValueError, match="JSON"):
        page_bytes({"value": math.nan})
    assert workspace.plan.campaign.opens_with in (None, shared["start"]["indicator"])


def test_findings_come_back_from_their_strings(made: Any) -> None:
    _, release, shared, own = made
    page, at = own["indicator"], {p["token"]: i for i, p in enumerate(shared["periods"])}
    index = {it["id"]: i for i, it in enumerate(shared["indicators"])}
    place_at = {it["code"]: i for i, it in enumerate(shared["places"])} | {shared["root"]["code"]: -1}

    def kept(name: str) -> list[dict[str, Any]]:
        rows = release.findings(name)
        rows = rows[rows["period"].isin(list(at))]
        return list((rows[rows["place"].isin(list(place_at))] if "place" in rows else rows).to_dict("records"))

    verdicts = [
        [*row[:3], shared["verdicts"]["marks"][row[3]], *row[4:]] for row in rows_of(shared["verdicts"]["rows"], 8)
    ]
    for row, found in zip(kept("verdicts"), verdicts, strict=True):
        assert found[:3] == [index[row["indicator"]], place_at[row["place"]] + 1, at[row["period"]]]
        assert found[3] == [str(row[key] or "") for key in ("code", "test", "reason", "rule")]
        scale, decimals = (100, 1) if row["test"] == "newcombe" else (1, 2)
        for key, whole in (("lower", found[5]), ("upper", found[6])):
            same(number(whole, decimals), row[key] * scale, decimals)
        same(number(found[7], 3), row["p"], 3)
    smooth: dict[tuple[int, int, int], tuple[float | None, int]] = {}
    for i, packed in enumerate(page["smoothed"]):
        for place, period, value, weight in rows_of(packed, 4):
            smooth[i, place, period] = number(value, shared["indicators"][i]["decimals"]), weight
    rows = [row for row in kept("smoothed") if not math.isnan(row["smooth"])]
    assert len(rows) == len(smooth)
    for row in rows:
        value, weight = smooth[index[row["indicator"]], place_at[row["place"]], at[row["period"]]]
        same(value, row["smooth"], shared["indicators"][index[row["indicator"]]]["decimals"])
        assert weight == (0 if math.isnan(row["weight"]) else round(100 * row["weight"]))
    gaps = [(i, *row) for i, packed in enumerate(page["inequality"]["rows"]) for row in rows_of(packed, 5)]
    for row, gap in zip(sorted(kept("inequality"), key=lambda r: index[r["indicator"]]), gaps, strict=True):
        assert gap[:2] == (index[row["indicator"]], at[row["period"]])
        assert page["inequality"]["marks"][gap[2]] == [row["measure"], row["reason"] or ""]
        for key, whole in zip(("estimate", "lower95", "upper95"), gap[3:], strict=True):
            same(number(whole, 2), row[key], 2)
    found = {}
    for i, packed in enumerate(shared["comparisons"]["mark"]):
        periods, marks = shared["indicators"][i]["at"], packing.unpack(packed)
        for k, mark in enumerate(marks):
            if mark:
                found[i, k // len(periods) - 1, periods[k % len(periods)]] = shared["comparisons"]["marks"][mark - 1]
    rows = kept("comparisons")
    assert len(rows) == len(found)
    for row in rows:
        codes = [row[key] for key in ("against_target", "rest", "peers", "funnel", "before")]
        assert found[index[row["indicator"]], place_at[row["place"]], at[row["period"]]] == codes
    for i, block in enumerate(page["courses"]):
        if block:
            limits = release.findings("courses")
            limits = limits[limits["indicator"] == shared["indicators"][i]["id"]].set_index(["place", "period"])
            codes = {v: k for k, v in place_at.items()}
            for place, packed in block["rows"].items():
                for token, row in zip(block["periods"], rows_of(packed, 5), strict=True):
                    key = (codes[int(place)], token)
                    for name, whole in zip(("centre", "lower", "upper"), row[1:4], strict=True):
                        same(
                            number(whole, block["decimals"]),
                            limits.loc[key, name] if key in limits.index else math.nan,
                            block["decimals"],
                        )


def same(found: float | None, wanted: float, decimals: int) -> None:
    if wanted is None or math.isnan(wanted):
        assert found is None
    else:
        assert found == wanted or found == pytest.approx(wanted, abs=0.51 / 10**decimals)


HIDDEN = ("suppressed", "missing", "not_applicable")


def test_what_is_not_published_has_no_number_on_any_page(made: Any) -> None:
    """A cell's state comes back, and without one there is nothing to unpack; findings hold no more than cells do."""
    _, release, shared, own = made
    places = [place["code"] for place in shared["places"]]
    tokens = [period["token"] for period in shared["periods"]]
    states: dict[tuple[str, str, str, bool], str] = {}
    for then in (False, True):
        blocks = shared["then"]["cells"] if then else shared["cells"]
        codes = [unit["code"] for unit in shared["then"]["units"]] if then else places
        for block, ind in zip(blocks, shared["indicators"], strict=True):
            if block is None:
                continue
            issued = 0
            for cell in packing.unpack_cells(block, ind["at"], len(codes), ind):
                code = shared["root"]["code"] if cell["place"] < 0 else codes[cell["place"]]
                states[ind["id"], tokens[cell["period"]], code, then] = cell["state"]
                numbers = [cell[key] for key in ("value", "numerator", "denominator", "lower95", "upper95")]
                if cell["state"] in HIDDEN:
                    assert numbers == [None] * 5 and not cell["receipt"]
                issued += bool(cell["receipt"])
            counts = sum(
                len(str(m[6]).replace("h", "")) + ("i" in m[6])
                for m in (block["marks"][i - 1] for i in packing.unpack(block["mark"]) if i)
            )
            assert len(packing.unpack(block["numbers"])) == counts  # nothing stands there that no cell reads
    rows = release.rows()
    rows = rows[rows["period"].isin(tokens) & rows["place"].isin([shared["root"]["code"], *places])]
    for row in rows[rows["boundaries"] != THEN].to_dict("records"):
        assert states[row["indicator"], row["period"], row["place"], False] == row["state"]
    hidden = {
        (r["indicator"], r["period"], r["place"])
        for r in release.rows().to_dict("records")
        if r["state"] in HIDDEN and r["boundaries"] != THEN
    }
    for i, block in enumerate(own["indicator"]["courses"]):
        for place, packed in (block or {"rows": {}})["rows"].items():
            code = shared["root"]["code"] if place == "-1" else places[int(place)]
            for token, row in zip(block["periods"], rows_of(packed, 5), strict=True):
                if (shared["indicators"][i]["id"], token, code) in hidden:
                    assert number(row[0], 1) is None
    for i, packed in enumerate(own["indicator"]["smoothed"]):
        for place, period, _, _ in rows_of(packed, 4):
            assert (shared["indicators"][i]["id"], tokens[period], places[place]) not in hidden
    for row in own["overview"]["attention"]:
        assert (row["indicator"], row["period"], shared["root"]["code"]) not in hidden


def test_true_counts_of_hidden_cells_stand_nowhere(small: Workspace, tmp_path: Path) -> None:
    """The vault knows them; the parts of pages that name such a cell hold no digit of it."""
    release, key = small.current(), ["indicator", "period", "place"]
    true = small.cells(as_of=release.meta["as_of"]).set_index(key)
    hidden = release.cells()
    hidden = hidden[hidden["state"] == "suppressed"]
    counted = [
        row
        for row in map(tuple, hidden[key].to_numpy())
        if row in true.index and not math.isnan(true.loc[row, "numerator"])
    ]
    assert len(counted) > 100  # there was something to hide
    assert (
        hidden[["value", "numerator", "denominator", "lower95", "upper95", "lower998", "upper998"]].isna().all().all()
    )
    assert set(hidden["receipt"]).isdisjoint(_receipts(release))
    file = static.board(release.folder, tmp_path / "board.html").read_text("utf-8")
    for code in hidden["receipt"]:
        assert code not in file
    assert all(str(name) not in file for name in ("vault", "received/"))


def _receipts(release: Release) -> set[str]:
    """Every receipt that a page can show."""
    shared = release.page("start")
    found = set()
    for block, ind in zip(shared["cells"], shared["indicators"], strict=True):
        found |= {cell["receipt"] for cell in packing.unpack_cells(block, ind["at"], len(shared["places"]), ind)}
    return found


def test_a_page_of_its_own_brings_its_title(small: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    titled = {"title": {"zh": "甲", "en": "A"}, "question": {"zh": "乙？", "en": "B?"}}
    for name in list(PAGES):
        monkeypatch.delitem(PAGES, name)
    monkeypatch.setitem(PAGES, "own", lambda _: {**titled, "layout": [["map"]], "selectors": []})
    monkeypatch.setitem(PAGES, "bare", lambda _: {"layout": [["map"]], "selectors": []})
    monkeypatch.setattr("hfwork.release.pages.shared", lambda _: {})
    pages = written(
        source_of(small.plan, [{"indicator": INDICATORS[0], "place": small.plan.places.root, "period": "2018-06"}])
    )
    assert pages[SHARED]["pages"] == [
        {"page": "own", **titled},
        {"page": "bare", "title": {"zh": "bare", "en": "bare"}, "question": {"zh": "bare", "en": "bare"}},
    ]


# -- beside the release before


def test_a_draft_is_compared_as_a_release_would_be(small: Workspace) -> None:
    """The changes on a page are those that ``hfwork compare`` finds later."""
    release = small.current()
    cells = release.cells()
    draft = publish.Draft(release.meta, release.plan(), cells)
    same_again = revisions.compare(release, draft)
    assert not len(same_again.rows) and (same_again.latest["difference"] == 0).all()
    moved = cells.copy()
    at = (
        (moved["indicator"] == "health_record_coverage")
        & (moved["place"] == release.page("start")["root"]["code"])
        & (moved["period"] == "2018-Q1")
    )
    moved.loc[at, ["value", "numerator"]] = [99.0, 999.0]
    found = revisions.compare(release, publish.Draft(release.meta | {"id": "f" * 16}, release.plan(), moved))
    assert found.new.id == "f" * 16 and found.count("revised") == 1
    [row] = found.rows.to_dict("records")
    assert (row["indicator"], row["period"], row["new"]) == ("health_record_coverage", "2018-Q1", 99.0)


@pytest.mark.slow
def test_changes_of_a_later_release(own_small: Workspace) -> None:
    first = own_small.current()
    own_small.publish(own_small.build(dt.date(2018, 9, 30)))
    later = own_small.current()
    change = later.page("overview")["changes"]
    wanted = revisions.compare(first, later)
    assert (change["id"], change["as_of"]) == (first.id, "2018-06-30")
    counts = dict(change["counts"])
    moved = [counts.pop(kind) for kind in ("revised", "withheld", "released")]  # told apart by what is listed
    assert sum(moved) == wanted.count("revised") - sum(
        "value" not in (row["old_state"], row["new_state"])
        for row in wanted.rows.to_dict("records")
        if row["what"] == "revised"
    )
    assert counts == {kind: wanted.count(kind) for kind in counts}
    shown = {period["token"] for period in later.page("overview")["periods"]}
    latest = wanted.latest[wanted.latest["period"].isin(shown)].to_dict("records")
    assert len(latest) == len(change["latest"]) > 0
    for row, found in zip(latest, change["latest"], strict=True):
        assert (found["indicator"], found["period"], found["old_period"]) == (
            row["indicator"],
            row["period"],
            row["old_period"],
        )
        assert (found["old"], found["new"]) == (
            pytest.approx(row["old"], abs=1e-4),
            pytest.approx(row["new"], abs=1e-4),
        )
    assert any(view["part"] == "changes" for view in later.page("meeting")["views"])
    assert not any(view["part"] == "changes" for view in first.page("meeting")["views"])
