"""The question bank: each answer against a second plain calculation, and what must never stand in one."""

from __future__ import annotations

import json
import os
import random
import re
from fractions import Fraction
from math import ceil
from pathlib import Path

import pandas as pd
import pytest

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.present.pack import proof
from hfwork.present.pack.bank.ground import left
from hfwork.present.pack.bank.questions import CODES, Answer, answers, bank, notes
from hfwork.present.pack.bank.questions_page import prove_page, write_page
from hfwork.present.pack.facts import Cell, Facts, Gone
from hfwork.release.bundle import open_release

RECEIPT = re.compile(r"HF(?:-[0-9A-Z]+)+")
Bank = dict[tuple[str, str], list[Answer]]


@pytest.fixture(scope="module")
def both(release: Path) -> dict[str, Facts]:
    """The small release read in both languages."""
    return {lang: Facts(open_release(release), lang) for lang in text.LANGUAGES}


@pytest.fixture(scope="module")
def banks(both: dict[str, Facts]) -> dict[str, Bank]:
    return {lang: bank(facts) for lang, facts in both.items()}


def standing(facts: Facts, indicator: str, place: str) -> Cell | None:
    return facts.cell(indicator, facts.period(indicator), place) if indicator in facts.page["standing"] else None


def told(facts: Facts, found: list[Answer], code: str) -> str:
    return next(each.answer for each in found if each.code == code)


def test_every_entry_has_six_questions_in_both_languages(both: dict[str, Facts], banks: dict[str, Bank]) -> None:
    zh, en = banks["zh"], banks["en"]
    assert list(zh) == list(en) and len(zh) == len(both["zh"].indicators) * (len(both["zh"].places) + 1)
    for at, found in zh.items():
        assert [each.code for each in found] == [each.code for each in en[at]] == list(CODES)
        for one, other in zip(found, en[at], strict=True):
            assert [c["receipt"] for c in one.cells] == [c["receipt"] for c in other.cells]
            for each in (one, other):
                listed = [cell["receipt"] for cell in each.cells]
                assert RECEIPT.findall(each.answer) == listed and not re.search(r"[{}]|\bnan\b|None", each.answer)
                assert not listed or RECEIPT.sub("", each.answer)[-1] in "）)"  # they stand at the end
            assert one.question.endswith("？") and other.question.endswith("?")
            assert (
                re.match(r"[A-Z0-9“]", other.answer)
                and "。" in one.answer
                and not re.search("。。|；。|：。", one.answer)
            )
            without = re.sub("clause .+?;|clause .+? of|duty .+?:", "", other.answer)
            assert not re.search("[\u4e00-\u9fff]", without), without


def test_what_a_target_takes(both: dict[str, Facts], banks: dict[str, Bank]) -> None:
    facts, seen = both["zh"], {"short": 0, "met": 0, "none": 0, "sampled": 0}
    for (indicator, place), found in banks["zh"].items():
        own, cell = facts.indicators[indicator], standing(facts, indicator, place)
        said = told(facts, found, "takes")
        if cell is None or cell["state"] != "value":
            assert "不推算" in said
            continue
        if own["sensitive"] or own["direction"] == "none" or pd.isna(cell["target"]):
            assert "不推算差距" in said and "再有" not in said and "任务" not in said
            seen["none"] += 1
            continue
        x, n, target = int(cell["numerator"]), int(cell["denominator"]), Fraction(str(cell["target"]))
        missing = ceil(target * n / int(own["factor"])) - x
        if missing <= 0:
            assert "已达目标" in said and cell["status"] == "met"
            seen["met"] += 1
        elif indicator in ("campaign_awareness", "health_literacy", "defect_prevention_awareness"):
            assert "抽样调查" in said and "再有" not in said
            seen["sampled"] += 1
        else:
            assert re.search(f"再有{missing:,}(人|户|对夫妇|个)达到要求即达目标", said) and cell["status"] != "met"
            assert "可以谢绝" in said and f"差{missing:,}" in told(facts, found, "why")
            seen["short"] += 1
    assert all(seen.values()), seen


@pytest.mark.parametrize(
    ("numerator", "denominator", "target", "factor", "direction", "wanted"),
    [
        (29, 100, 29.0, 100.0, "up", 0),  # 29 / 100 · 100 is 28.999999999999996
        (28, 100, 29.0, 100.0, "up", 1),
        (10, 33, 90.0, 100.0, "up", 20),
        (7, 1000, 5.0, 1000.0, "down", 2),
        (5, 1000, 5.0, 1000.0, "down", 0),
        (4, None, 10.0, 1.0, "up", 6),
        (4, None, 10.0, 1.0, "none", None),
        (4, 10, None, 1.0, "up", None),
    ],
)
def test_what_is_left(
    numerator: int, denominator: int | None, target: float | None, factor: float, direction: str, wanted: int | None
) -> None:
    cell = {"state": "value", "numerator": float(numerator), "target": float("nan") if target is None else target}
    cell["denominator"] = float("nan") if denominator is None else float(denominator)
    assert left(cell, factor, direction) == wanted
    assert left(cell | {"state": "suppressed"}, factor, direction) is None


def test_since_when(both: dict[str, Facts], banks: dict[str, Bank], release: Path) -> None:
    facts, rows = both["zh"], open_release(release).rows()
    rows = rows[rows["boundaries"] == facts.meta["as_of"]]
    words = {"met": "达标", "near": "接近目标", "behind": "未达标"}
    runs = {"many": 0, "one": 0}
    for (indicator, place), found in banks["zh"].items():
        cell = standing(facts, indicator, place)
        if cell is None or cell["state"] != "value" or cell["status"] not in words:
            continue
        level = facts.periods[cell["period"]]["level"]
        tokens = [token for token, period in facts.periods.items() if period["level"] == level]
        own = rows[(rows["indicator"] == indicator) & (rows["place"] == place) & rows["period"].isin(tokens)]
        own = own[own["end"] <= cell["end"]].sort_values("end", ascending=False)
        first, count, known = "", 0, False
        for row in own.to_dict("records"):
            unfinished = count and row["reason"] in ("partial_period", "incomplete_returns", "not_yet_due")
            if row["status"] != cell["status"] or row["version"] != cell["version"] or unfinished:
                known = row["status"] in words and row["version"] == cell["version"] and not unfinished
                break
            first, count = str(row["period"]), count + 1
        said = told(facts, found, "since")
        way = "起" if count > 1 else "才" if known else ""
        assert f"{facts.when(first)}{way}{words[cell['status']]}" in said, said
        assert ("此前没有可比的完整数" in said) == (not known), said  # a run cut off by what is known is no beginning
        assert (f"连续{count}期" in said) == (count > 1)
        runs["many" if count > 1 else "one"] += 1
    assert all(runs.values()), runs


def test_compared_with_whom(both: dict[str, Facts], banks: dict[str, Bank], release: Path) -> None:
    facts, table = both["en"], open_release(release).findings("comparisons").set_index(["indicator", "place", "period"])
    seen: set[tuple[str, str]] = set()
    for (indicator, place), found in banks["en"].items():
        cell = standing(facts, indicator, place)
        if cell is None or cell["state"] != "value":
            continue
        said, codes = told(facts, found, "whom").lower(), table.loc[(indicator, place, cell["period"])]
        whole = standing(facts, indicator, facts.root)
        assert whole and (place == facts.root or f"in the same period: {facts.figure(whole)}".lower() in said)
        earlier = facts.cell(indicator, str(codes["before_period"]), place)
        if earlier:
            assert facts.figure(earlier).lower() in said and facts.when(earlier["period"]).lower() in said
        for side, whom in (("rest", "the rest of"), ("peers", "the five units"), ("before", "a year before"),
                           ("against_target", "the target of")):  # fmt: skip
            code = str(codes[side])
            if code in ("better", "worse", "higher", "lower"):
                assert f"{code} than {whom}" in said
            elif code == "similar":
                assert f"the difference from {whom}" in said and f"than {whom}" not in said
            else:
                assert f"than {whom}" not in said and f"difference from {whom}" not in said
            seen.add((side, code))
    assert {("rest", "worse"), ("rest", "similar"), ("before", "better"), ("against_target", "worse")} <= seen


def test_low_and_high_are_said_where_a_finding_says_so(both: dict[str, Facts], banks: dict[str, Bank]) -> None:
    facts, seen = both["zh"], set()
    for (indicator, place), found in banks["zh"].items():
        cell, why = standing(facts, indicator, place), found[0]
        if cell is None or cell["state"] != "value":
            assert why.question == "为什么是这个水平？" and "不作解释" in why.answer
            continue
        compared = facts.comparison(cell)
        bad = "worse" in (compared["rest"], compared["peers"]) or cell["status"] == "behind"
        if facts.indicators[indicator]["direction"] == "up":
            assert why.question == ("为什么偏低？" if bad else "为什么是这个水平？")
        seen.add(why.question)
        assert "数据只能说明在哪里、有多大，不能说明原因。" in why.answer and not re.search(
            "因为|由于|导致", why.answer
        )
        verdict, real = facts.verdict(cell), told(facts, found, "real")
        assert (verdict["zh"] in real) if verdict else ("没有作真实变化的判断" in real)
        if pd.notna(cell["lower95"]):
            low, high = (facts.number(cell[end], indicator) for end in ("lower95", "upper95"))
            assert f"95%区间为{low}至{high}" in real
    assert len(seen) >= 2


def test_who_is_responsible(both: dict[str, Facts], banks: dict[str, Bank], release: Path) -> None:
    methods = {kind["id"]: kind["duties"] for kind in open_release(release).page("kinds")["methods"]}
    for (indicator, _), found in banks["zh"].items():
        own, said = both["zh"].indicators[indicator], told(both["zh"], found, "who")
        assert f"牵头单位是{own['lead']['zh']}" in said and own["clause"] in said and "不是责任认定" in said
        duties = [duty for duty in methods.get(own["kind"], []) if duty["lead"] == own["lead"]]
        assert all(duty["text"]["zh"] in said and duty["clause"] in said for duty in duties)
        assert ("其职责" in said) == bool(duties)


def test_a_hidden_or_missing_figure_leaves_no_number(both: dict[str, Facts], banks: dict[str, Bank]) -> None:
    states = set()
    for lang, facts in both.items():
        for (indicator, place), found in banks[lang].items():
            cell = standing(facts, indicator, place)
            if cell is not None and cell["state"] == "value":
                continue
            names = [facts.name(indicator), *(facts.when(cell["period"]) for _ in [0] if cell)]
            for each in found:
                said = RECEIPT.sub("", each.answer)
                for name in names:
                    said = said.replace(name, "").replace(name[:1].upper() + name[1:], "")
                assert each.code == "who" or not re.search(r"\d", said), said
            states.add(cell["state"] if cell else "none")
    assert states == {"none", "suppressed", "unstable"}


def test_what_is_not_there_is_gone_and_notes_are_the_answers(both: dict[str, Facts]) -> None:
    facts = both["zh"]
    for indicator, place, basis in (("nothing", "", "latest"), ("health_record_coverage", "1", "latest"),
                                    ("health_record_coverage", "", "1999")):  # fmt: skip
        with pytest.raises(Gone):
            answers(facts, indicator, place, basis)
    found = answers(facts, "health_record_coverage", "", "year")
    assert "2017年健康档案建档率" in found[0].answer
    lines = notes(facts, "health_record_coverage", "", "year")
    assert lines == tuple(each.question + each.answer for each in found)
    assert notes(both["en"], "health_record_coverage")[1].startswith("Is it real? Health record coverage, ")


def test_a_plan_without_departments_or_targets_is_answered(carolina: object) -> None:
    facts = Facts(open_release(carolina.releases / "current"), "en")  # type: ignore[attr-defined]
    for found in bank(facts).values():
        assert "names no lead" in told(facts, found, "who") and "worked out" in told(facts, found, "takes")


# -- the page


@pytest.fixture(scope="module")
def page(both: dict[str, Facts], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("bank") / "questions.html"
    said: list[str] = []
    cells = write_page(both, file, said.append)
    assert said == ["问题库", "Question bank"] and [f.name for f in file.parent.iterdir()] == [file.name]
    shown = {cell["receipt"] for cell in cells}
    assert shown == set(RECEIPT.findall(file.read_text("utf-8"))) and len(shown) == len(cells) > 100
    return file


def content(file: Path) -> dict[str, object]:
    return json.loads(re.findall(r'id="bank">(.+?)</script>', file.read_text("utf-8"))[0])  # type: ignore[no-any-return]


def test_the_page_holds_each_answer_once_and_asks_for_nothing(page: Path, banks: dict[str, Bank]) -> None:
    held, whole = content(page), page.read_text("utf-8")
    assert page.stat().st_size < 6_000_000 and held["release"]["sample"] is True  # type: ignore[index]
    assert not re.search(r"https?:|//[a-z]|src=|@import|url\(", re.sub(r'"bank">.+?</script>', "", whole))
    assert "default-src 'none'" in whole.replace("&#x27;", "'") and "unsafe" not in whole
    for lang in text.LANGUAGES:
        pool = held["pool"][lang]  # type: ignore[index]
        for (at, row), found in zip(held["rows"].items(), banks[lang].values(), strict=True):  # type: ignore[attr-defined]
            assert banks[lang][tuple(at.split("/"))] == found  # type: ignore[index]
            assert [pool[n] for n in row[1:]] == [said for each in found for said in (each.question, each.answer)]
    assert len(held["pool"]["zh"]) == len(set(zip(*held["pool"].values(), strict=True)))  # type: ignore[index,attr-defined]


def test_the_proof_finds_every_wrong_number_and_no_other(both: dict[str, Facts], page: Path, tmp_path: Path) -> None:
    assert prove_page(both, page) == []
    whole = page.read_text("utf-8")
    chance, bad = random.Random(6), tmp_path / "questions.html"
    begin = whole.index('"pool"')
    places = [m.span() for m in re.finditer(r"(?<![\dA-Z-])\d[\d,]*\.\d(?!\d)|HF(?:-[0-9A-Z]+)+", whole[begin:])]
    for start, end in chance.sample(places, 12):
        at = begin + start + chance.randrange(end - start - 2) + (2 if whole[begin + start] == "H" else 0)
        while not whole[at].isdigit():
            at += 1
        digit = str((int(whole[at]) + chance.randrange(1, 10)) % 10)
        bad.write_text(whole[:at] + digit + whole[at + 1 :], "utf-8")
        found = prove_page(both, bad)
        assert [each.kind for each in found] == [proof.WRONG] and found[0].given != found[0].expected, found


def test_the_proof_finds_other_harm(both: dict[str, Facts], page: Path, tmp_path: Path) -> None:
    whole, bad = page.read_text("utf-8"), tmp_path / "questions.html"
    rows = re.findall(r'"\w+/\d+":\[\d+(?:,\d+){12}\]', whole)
    first, other = rows[0], next(row for row in rows if row.split(",")[-1] != rows[0].split(",")[-1])
    text_out = re.findall(r'"pool":{"zh":\[("[^"]+",)', whole)[0]
    harmed = {
        "a text of another entry": whole.replace(first, first.rsplit(",", 1)[0] + "," + other.rsplit(",", 1)[1]),
        "a number in the frame": whole.replace("<main>", "<main><p>共 123 户</p>"),
        "an entry taken out": whole.replace(first + ",", ""),
        "a text taken out, so that all others move up": whole.replace(text_out, "", 1),
        "words without a number": whole.replace("不能说明原因", "也能说明原因"),
        "the answers taken out": re.sub(r'"bank">.+?</script>', '"bank">{}</script>', whole),
    }
    for what, said in harmed.items():
        assert said != whole
        bad.write_text(said, "utf-8")
        assert prove_page(both, bad), what


def test_a_page_is_replaced_whole_or_not_at_all(
    both: dict[str, Facts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "questions.html"
    target.write_text("old", "utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", full)
        with pytest.raises(HfworkError) as refused:
            write_page({"en": both["en"]}, target)
    assert refused.value.code == "no_access" and target.read_text("utf-8") == "old"
    write_page({"en": both["en"]}, target)
    assert content(target)["langs"] == ["en"] and [f.name for f in tmp_path.iterdir()] == [target.name]
    assert '<html lang="en">' in target.read_text("utf-8") and prove_page({"en": both["en"]}, target) == []
