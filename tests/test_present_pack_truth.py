"""What a pack says, worked out a second time and plainly from the rows of a release: counts, judgements, since when."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hfwork import text
from hfwork.present.pack.bank.questions import answers
from hfwork.present.pack.content import chains as chain_elements
from hfwork.present.pack.content import opening, programme, work
from hfwork.present.pack.content.measures import map_key, map_title
from hfwork.present.pack.facts import LATEST, Facts
from hfwork.present.pack.papers.assessment import Assessment, chains
from hfwork.present.pack.papers.brief import report
from hfwork.present.pack.papers.township import township
from hfwork.release.bundle import open_release

UNFINISHED = ("not_yet_due", "partial_period", "incomplete_returns")


@pytest.fixture(params=["zh", "en"])
def facts(request: pytest.FixtureRequest, release: Path) -> Facts:
    """The small release, read anew so that a test may change what was read."""
    return Facts(open_release(release), request.param)


def changed_rows(release: Path, folder: Path, change: Callable[[pd.DataFrame], None]) -> Path:
    """A release with other cells."""
    target = folder / release.resolve().name
    shutil.copytree(release.resolve(), target)
    rows = pd.read_parquet(target / "cells.parquet")
    change(rows)
    rows.to_parquet(target / "cells.parquet")
    return target


def numbers(said: str) -> list[str]:
    return re.findall(r"\d[\d,.]*\d|\d", said)


def the_board(facts: Facts) -> list[str]:
    """The three sentences of the start page's brief, as ``brief.js`` makes them of the same release."""
    page, lang = facts.page, facts.lang
    rows = facts.release.rows()
    rows = rows[(rows["boundaries"] == facts.meta["as_of"]) & (rows["place"] == page["root"]["code"])]
    at = {(str(r["indicator"]), str(r["period"])): r for r in rows.to_dict("records")}
    now = [at[name, page["periods"][n]["token"]] for name, n in page["standing"].items()]
    status = Counter(str(cell["status"]) for cell in now)
    counts = {s: status[s] for s in ("met", "near", "behind")}
    t, own = sum(counts.values()), {i["id"]: i for i in page["indicators"]}

    def say(key: str, **more: Any) -> str:
        return text.say(f"brief.{key}", lang, **more)

    place = page["root"]["name"][lang]
    said = [say("standing" if t else "standing_none", n=len(own), k=len(now), t=t, place=place, **counts)]
    change, moved = page["changes"], Counter[str]()
    for row in change["latest"] if change else ():
        direction = own[row["indicator"]]["direction"]
        way = "better" if (row["new"] > row["old"]) == (direction == "up") else "worse"
        apart = row["intervals"] == "apart" and direction != "none" and row["period"] != row["old_period"]
        moved[way if apart else "other"] += 1
        moved["same"] += row["intervals"] == "overlap" and row["period"] != row["old_period"]
    said += [
        say("changes", date=text.date(pd.Timestamp(change["as_of"]).date(), lang), up=moved["better"],
            down=moved["worse"], same=moved["same"], other=moved["other"] - moved["same"],
            revised=change["counts"].get("revised", 0))
        if change else say("first")
    ]  # fmt: skip
    leads: dict[str, list[str]] = {}
    for row in page["attention"]:
        lead = own[row["indicator"]]["lead"]
        leads.setdefault(lead[lang] if lead else "", []).append(row["indicator"])
    ordered = sorted(leads.items(), key=lambda item: -len(item[1]))
    told = [say("lead", lead=lead, n=len(set(names))) for lead, names in ordered[:3]]
    n = len({row["indicator"] for row in page["attention"]})
    joined = text.say("ui.and", lang).join(told) if lang == "zh" else ", ".join(told)
    more = say("more") if len(leads) > 3 else ""
    return [*said, say("attention", n=n, leads=joined, more=more) if n else say("calm")]


def test_the_brief_is_that_of_the_start_page(facts: Facts) -> None:
    assert list(opening.brief(facts).lines) == the_board(facts)
    page = facts.page
    lead = {name: own["lead"] for name, own in facts.indicators.items()}
    by_lead: dict[str, list[str]] = {}
    for name, found in lead.items():
        by_lead.setdefault(json.dumps(found), []).append(name)
    one, *_, many = sorted(by_lead.values(), key=len)
    listed = [{"indicator": n, "period": "2018", "why": "behind", "count": 1} for n in [one[0], *many[:3]]]
    facts.page = page | {"attention": listed}  # the department with one stands first in the list, and second when told
    said = opening.brief(facts).lines[2]
    assert said == the_board(facts)[2]
    assert numbers(said)[:3] == ["4", "3", "1"] if facts.lang == "zh" else numbers(said) == ["4", "3", "1"]


def test_a_figure_that_will_still_move_is_not_judged(release: Path, tmp_path: Path) -> None:
    """Nowhere: not in a table, a map, a count, the appendix."""

    def unfinished(rows: pd.DataFrame) -> None:
        which = (rows["state"] == "value") & rows["status"].isin(["met", "near", "behind"])
        rows.loc[which & (rows["level"] == "township"), "reason"] = "incomplete_returns"

    facts = Facts(open_release(changed_rows(release, tmp_path, unfinished)), "zh")
    touched = [c for c in facts.cells if c["reason"] == "incomplete_returns" and c["state"] == "value"]
    assert touched and {c["status"] for c in touched} == {"none"}
    for name, cell in facts.standing().items():
        if cell["status"] != "none":
            assert not work.behind(facts, name, cell["period"])
            assert not re.search("达标|接近", map_title(facts, name).lines[0])
    own = [c for c in Facts(open_release(release), "zh").cells if c["reason"] in UNFINISHED]
    assert own and {c["status"] for c in own} == {"none"}


def test_a_figure_just_short_of_its_target_does_not_read_as_if_it_met_it(release: Path, tmp_path: Path) -> None:
    def short(rows: pd.DataFrame) -> None:
        which = (rows["state"] == "value") & rows["target"].notna() & rows["denominator"].notna()
        rows.loc[which, "value"] = rows.loc[which, "target"] - 0.004
        rows.loc[which, "status"] = "near"

    for lang in ("zh", "en"):
        facts = Facts(open_release(changed_rows(release, tmp_path / lang, short)), lang)
        cells = [c for c in facts.cells if c["state"] == "value" and c["status"] == "near"]
        assert cells
        for cell in cells:
            assert facts.figure(cell) != facts.with_unit(cell["target"], cell["indicator"])
            assert float(numbers(facts.figure(cell))[0].replace(",", "")) < cell["target"]
        assert facts.figure(cells[0] | {"value": cells[0]["target"], "status": "met"}) == facts.with_unit(
            cells[0]["target"], cells[0]["indicator"]
        )


def test_the_lowest_step_is_told_only_of_one_period(facts: Facts) -> None:
    """Half-years, calendar years and years of two ends are no one period; a step without a figure may be the lowest."""
    for basis in (LATEST, "year"):
        by_name = {chain.name: chain for chain in chains(Assessment(facts, basis))}
        for chain in facts.release.page_columns("cascade")["chains"]:
            names = [n for n in chain["steps"] if not facts.indicators[n]["sensitive"]]
            cells = [facts.standing(basis).get(n) for n in names]
            known = [c for c in cells if c and c["reason"] not in UNFINISHED]
            same = len(known) == len(names) > 1 and len({c["period"] for c in known}) == 1
            title = chain_elements.chain_title(facts, chain["id"], basis).lines[0]
            told = ("最低" if facts.lang == "zh" else "lowest") in title
            assert told == same, (chain["id"], basis, title)
            own = by_name.get(chain["name"][facts.lang])
            assert own is None or same or own.lowest is None


def test_steps_of_different_years_are_not_compared(facts: Facts) -> None:
    chain = next(c for c in facts.release.page_columns("cascade")["chains"] if len(c["steps"]) > 2)
    names = [n for n in chain["steps"] if not facts.indicators[n]["sensitive"]]
    tokens = list(facts.periods)
    periods = {n: [t for t in tokens if (c := facts.cell(n, t)) and c["state"] == "value"] for n in names}
    shown = {n: found[i % len(found)] for i, (n, found) in enumerate(periods.items()) if found}
    assert len(set(shown.values())) > 1
    standing = {n: tokens.index(token) for n, token in shown.items()}
    facts.page = facts.page | {"standing": standing}
    title = chain_elements.chain_title(facts, chain["id"]).lines[0]
    assert ("最低" if facts.lang == "zh" else "lowest") not in title


def test_cut_lists_say_so(facts: Facts) -> None:
    rows = [{"indicator": n, "period": facts.period(n), "why": "behind", "count": 1} for n in facts.page["standing"]]
    facts.page = facts.page | {"attention": rows[:12]}
    said = {"zh": "此处列{k}项，共12项。", "en": "{k} of 12 are listed here."}[facts.lang]
    assert work.pressing(facts).lines[-1] == said.format(k=4)
    assert len(work.help(facts).rows) == 9 and work.help_note(facts).lines[-1] == said.format(k=9)
    facts.page = facts.page | {"attention": rows[:4]}
    assert len(work.pressing(facts).lines) == 4 and len(work.help_note(facts).lines) == 1
    own = [n for n in facts.indicators if facts.indicators[n]["direction"] == "up"][:12]
    latest = [{"indicator": n, "period": "2018", "old_period": "2017", "new": 2.0, "old": 1.0, "intervals": "apart"}
              for n in own]  # fmt: skip
    facts.page = facts.page | {"changes": {"id": "x", "as_of": "2017-12-31", "latest": latest, "counts": {}}}
    assert len(opening.changes(facts).rows) == 10 and opening.changes_note(facts).lines[-1] == said.format(k=10)


def test_sensitive_indicators_are_never_better_or_worse(facts: Facts) -> None:
    sensitive = [n for n, own in facts.indicators.items() if own["sensitive"]]
    assert any(facts.indicators[n]["direction"] in ("up", "down") for n in sensitive)
    for name in sensitive:
        row = {"indicator": name, "period": "2018", "old_period": "2017", "new": 2.0, "old": 1.0, "intervals": "apart"}
        assert opening.changed(facts, row) == "apart"
        assert name not in work.main_indicators(facts)


def test_no_date_is_proposed_before_the_data_or_after_the_monitoring(facts: Facts) -> None:
    from hfwork.present.pack.content.work import _next

    ends, today = facts.monitoring_ends, facts.meta["as_of"]
    open_ = facts.say("pack.at_meeting")
    for token, period in facts.periods.items():
        by = _next(facts, token)
        days = [p["end"] for p in facts.page["periods"] if p["level"] == period["level"] and today < p["end"] <= ends]
        assert by == open_ or not days or by == facts.date(min(days))
    facts.page = facts.page | {"periods": [p for p in facts.page["periods"] if p["end"] <= ends]}
    facts.meta = facts.meta | {"as_of": ends}
    assert {_next(facts, token) for token in facts.periods} == {open_}


def test_a_method_with_indicators_and_no_figure_is_not_called_unmeasured(facts: Facts) -> None:
    facts.page = facts.page | {"standing": {}}
    for row in programme.methods(facts).rows:
        wanted = "pack.open" if row[2] == text.DASH else "pack.no_complete"
        assert row[3] == facts.say(wanted)


def test_figures_of_methods_and_of_changes_name_their_period(facts: Facts) -> None:
    standing = facts.standing()
    for row in programme.methods(facts).rows:
        for name, cell in standing.items():
            if f"{facts.name(name)} {facts.when(cell['period'])}" in row[3]:
                break
        else:
            assert not numbers(row[3]) or row[2] == text.DASH
    for item in Assessment(facts, LATEST).going("better"):
        said = "\n".join(report(facts, "midterm").lines())
        if item.before and facts.figure(item.before) in said:
            period = facts.when(item.cell["period"])
            assert facts.say("paper.name_period", name=facts.name(item.indicator), period=period) in said
            break
    else:
        pytest.fail("nothing has become better")


def test_figures_withheld_to_protect_others_are_not_called_small(facts: Facts) -> None:
    word = {"zh": ("因数量小不公布", "防止推算"), "en": ("withheld for small numbers", "revealing")}[facts.lang]
    papers = [report(facts, "midterm"), *(township(facts, code, "midterm") for code in facts.places)]
    said = "\n".join(line for paper in papers for line in paper.lines())
    assert word[0] not in said and word[1] in said


def test_the_plan_is_not_told_as_work_done(release: Path) -> None:
    said = "\n".join(report(Facts(open_release(release), "zh"), "midterm").lines())
    assert "开展工作，即" not in said and "已有进展" not in said


def test_units_with_targets_of_their_own_are_told_apart(facts: Facts) -> None:
    name, cell = next(
        (n, c) for n, c in facts.standing().items() if c["status"] != "none" and facts.units(n, c["period"])
    )
    units = [c for c in facts.units(name, cell["period"]) if c["state"] == "value"]
    for at, unit in enumerate(units):
        unit["target"], unit["status"] = float(unit["value"]) + 20 + at % 2, "behind"
        if at % 2 == 0:
            unit["target"] = 99.0
        else:
            unit["target"] = 98.0
    assert facts.say("pack.own_targets") in map_key(facts, name).lines
    said = [line for line in report(facts, "midterm").lines() if facts.name(name) in line]
    assert len(units) < 2 or all(any(aim in line for line in said) for aim in ("98", "99"))


def test_since_when_is_not_said_of_a_run_cut_off_by_what_is_known(facts: Facts) -> None:
    word = {"zh": "此前没有可比的完整数", "en": "no complete figure before it can be compared"}[facts.lang]
    seen = set()
    for name in facts.indicators:
        for place in (facts.root, *facts.places):
            cell = facts.cell(name, facts.period(name), place) if name in facts.page["standing"] else None
            if not cell or cell["state"] != "value" or cell["status"] == "none":
                continue
            level = facts.periods[cell["period"]]["level"]
            past = [c for c in facts.series(name, level, place) if c["end"] < cell["end"]][::-1]
            cut = True
            for c in past:
                if c["state"] != "value" or c["reason"] in UNFINISHED or c["version"] != cell["version"]:
                    break
                if c["status"] != cell["status"]:
                    cut = c["status"] == "none"
                    break
            said = next(a.answer for a in answers(facts, name, place) if a.code == "since")
            assert (word in said) == cut, said
            seen.add(cut)
    assert True in seen
