"""Every selector and toggle of every page; what a page shows is what a second calculation from the release says.

HFWORK_STATE_WORKSPACE=DIR tries the same on another published workspace, such as the whole invented district.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from told import LEVELS, MOVING, SIGNS, Told, known
from watched import Watched

from hfwork import text
from hfwork.present import static
from hfwork.workspace import open_workspace

MADE = ["small", "carolina", *(["named"] if os.environ.get("HFWORK_STATE_WORKSPACE") else [])]
READ = """() => { const of = (e) => e.textContent.replace(/\\s+/g, " ").trim();
  const all = (s, what) => [...s.querySelectorAll(what)];
  const table = (t) => { const head = all(t, "thead th").map(of);
    const row = (r) => Object.fromEntries([...r.children].map((c, i) => [head[i], of(c)]));
    const chosen = (r) => String(r.classList.contains("hf-chosen"));
    return all(t, "tbody tr").map((r) => ({ code: r.dataset.code || "", chosen: chosen(r), ...row(r) })); };
  const title = (s) => all(s, ":scope > h2").map((e) => of(e).slice(of(e.firstChild).length)).join("");
  return Object.fromEntries(all(document, "[data-part]").filter((s) => !s.hidden)
    .map((s) => [s.dataset.part, { title: title(s), text: of(s), lines: all(s, "li").map(of),
      tables: all(s, "table").map(table) }])); }"""
Parts = dict[str, dict[str, Any]]


class Board(Watched):
    """The static edition of a release beside what it must say."""

    def __init__(self, page: Any, url: str, told: Told) -> None:
        super().__init__(page, url)
        self.told = told

    def go(self, name: str, **asked: str) -> Board:
        """A page with a view, by its address, without loading the file anew."""
        query = "&".join(f"{key}={value}" for key, value in {"page": name, "lang": self.told.lang, **asked}.items())
        self.page.evaluate(
            """(query) => { document.querySelector('#hf-board').dataset.state = '';
            window.history.pushState(null, '', '#' + query);
            window.dispatchEvent(new HashChangeEvent('hashchange')); }""",
            query,
        )
        self.drawn()
        return self

    def choose(self, name: str, value: object) -> Board:
        self.page.select_option(f"select[name={name}]", str(value))
        self.drawn()
        return self

    def press(self, key: str) -> Board:
        self.page.locator(f"[data-key='{key}']").click()
        self.drawn()
        return self

    def options(self, name: str) -> list[str]:
        return list(self.page.locator(f"select[name={name}] option").evaluate_all("(all) => all.map((o) => o.value)"))

    def value(self, name: str) -> str:
        return self.page.locator(f"select[name={name}]").input_value()

    @property
    def place(self) -> str:
        at = int(self.value("place"))
        return self.told.root if at < 0 else self.told.places[at]

    def parts(self) -> Parts:
        """Everything in words, the tables behind the figures too."""
        closed = "details.hf-data:not([open]) > summary"
        if self.page.locator(closed).count():
            self.page.evaluate("(closed) => document.querySelectorAll(closed).forEach((s) => s.click())", closed)
            self.page.wait_for_function("!document.querySelector('details.hf-data:not(:has(table))')")
        assert not self.page.locator("[role=alert]").count() and not self.errors
        return dict(self.page.evaluate(READ))


@pytest.fixture(scope="module", params=MADE)
def board(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Board]:
    named = os.environ.get("HFWORK_STATE_WORKSPACE", "")
    workspace = open_workspace(named) if request.param == "named" else request.getfixturevalue(request.param)
    out = static.board(workspace.releases / "current", tmp_path_factory.mktemp("state") / "board.html")
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True, offline=True)
    made = Board(context.new_page(), out.as_uri(), Told(workspace.current(), workspace.plan))
    made.open()
    yield made
    context.close()


def agree(shown: list[dict[str, str]], wanted: list[dict[str, str]], where: str) -> None:
    """Row for row; a column that a table leaves out is blank in all rows."""
    assert len(shown) == len(wanted), where
    for row, other in zip(shown, wanted, strict=True):
        there = {head: words for head, words in row.items() if head in other}
        assert there == {head: other[head] for head in there}, where
    for head in set().union(*wanted) - set().union(*shown) if shown else set():
        assert {row[head] for row in wanted} <= {"", "—"}, (where, head)


def names(told: Told, every: int = 4) -> list[str]:
    """Some of the indicators, among them one for each state a figure may be in."""
    states = {}
    for (name, period, _), cell in told.cells.items():
        if period in told.at:
            states.setdefault((cell["state"], cell["reason"], bool(cell["apportioned"])), name)
    wanted = {*list(told.plan.indicators)[::every], *states.values()}
    return [name for name in told.plan.indicators if name in wanted and told.periods_of(name)]


# -- the page of an indicator


def check_indicator(board: Board, parts: Parts) -> None:
    """All parts of the page at what is chosen now."""
    told, name, token, place = board.told, board.value("indicator"), board.value("period"), board.place
    where, unit = f"{name} {token} {place}", told.indicator(name).unit[told.lang]
    head = told.col("value")
    if unit and unit != "%":
        head += f"（{unit}）" if told.lang == "zh" else f" ({unit})"
    rows = []
    for code in [told.root, *told.places]:
        row = told.row(name, told.cell(name, token, code), target_unit=True)
        if not any(known(told.cell(name, token, other)["denominator"]) for other in [told.root, *told.places]):
            row.pop(told.col("numerator"))  # a plain count is its value
        rows.append({"code": code, head: row.pop(told.col("value")), **row})
    agree(parts["table"]["tables"][0], rows, where)
    assert [row["code"] for row in parts["table"]["tables"][0] if row["chosen"] == "true"] == (
        [place] if place != told.root else []
    )
    keep = ("value", "interval", "state", "receipt")
    on_map = [
        {told.col(k): told.row(name, told.cell(name, token, code))[told.col(k)] for k in keep} | {"code": code}
        for code in told.places
    ]
    agree(parts["map"]["tables"][0], on_map, where)
    check_trend(board, parts, name, place)
    said = told.found("sentences", indicator=name, period=token).to_dict("records")
    lead = [line for line in parts["lead"]["lines"] if line]
    assert lead == ([said[0][f"{told.lang}{i}"] for i in (1, 2, 3)] if said else lead), where
    check_judged(told, parts, name, token, place)


def check_trend(board: Board, parts: Parts, name: str, place: str) -> None:
    told = board.told
    pressed = board.page.locator("[data-key^='level-'][aria-pressed=true]")
    many = pressed.count()
    levels = [pressed.get_attribute("data-key").removeprefix("level-")] if many else told.levels(name)  # type: ignore[union-attr]
    series = sorted((p for p in told.periods_of(name) if p.level in levels), key=lambda p: p.start)
    keep = {told.col(key) for key in ("value", "numerator", "denominator", "interval", "target", "state", "receipt")}
    wanted = []
    for period in series:
        row = told.row(name, told.cell(name, period.token, place))
        wanted.append({told.col("period"): told.period(period.token), **{k: v for k, v in row.items() if k in keep}})
    agree(parts["trend"]["tables"][0], wanted, f"trend {name} {place} {levels}")


def check_judged(told: Told, parts: Parts, name: str, token: str, place: str) -> None:
    where = f"{name} {token} {place}"
    fit = told.found("funnel", indicator=name, period=token)["reason"].tolist()
    units = [(code, told.cell(name, token, code)) for code in told.places]
    units = [
        (code, cell)
        for code, cell in units
        if cell["state"] == "value" and known(cell["value"]) and known(cell["denominator"])
    ]
    flags = [
        "—" if fit != [""] else told.say(f"code.{told.compared(name, token, code, 'funnel')}") for code, _ in units
    ]
    keep = ("value", "numerator", "denominator", "receipt")
    rows = [
        {told.col(k): told.row(name, cell)[told.col(k)] for k in keep} | {"code": code, told.say("funnel.col"): flag}
        for (code, cell), flag in zip(units, flags, strict=True)
    ]
    agree(parts["funnel"]["tables"][0], rows, where)
    verdicts = told.found("verdicts", indicator=name, place=place)
    verdicts = verdicts[verdicts["period"].isin(list(told.at))].to_dict("records")
    own = next((v for v in verdicts if v["period"] == token), verdicts[0] if verdicts else None)
    if own:
        assert parts["control"]["title"] == own[told.lang].rstrip("。."), where
        assert told.say(f"answer.{own['code']}") in parts["control"]["text"], where
        for other in verdicts:
            assert other is own or other[told.lang] in parts["control"]["text"], where
    else:
        assert parts["control"]["title"] == told.say(
            "control.none", place=told.name(place), name=told.indicator(name).name[told.lang]
        )
    limits = told.found("courses", indicator=name, place=place).set_index("period")
    shown = parts["control"]["tables"]
    assert bool(shown) == bool(len(limits)), where
    if shown:
        decimals = told.decimals(name) + 1
        level = next(p.level for p in told.plan.campaign.periods() if p.token == limits.index[0])
        tokens = [p.token for p in told.plan.campaign.periods() if p.level == level and p.start <= told.as_of]
        figures = {p: told.cell(name, p, place) for p in tokens}
        tokens = tokens[next(i for i, p in enumerate(tokens) if known(figures[p]["value"])) :]
        for row in shown[0]:
            token = row[told.col("period")]
            cell, lines = figures[token], limits.loc[token] if token in limits.index else None
            assert row[told.say("control.col.value")] == told.number(cell["value"], decimals), (where, token)
            for line in ("centre", "lower", "upper"):
                wanted = told.number(lines[line], decimals) if lines is not None else "—"
                assert row[told.say(f"control.col.{line}")] == wanted, (where, token, line)
            rule = lines["rule"] if lines is not None else ""
            assert (told.say(f"verdict.rule.{rule}") if rule else row[told.col("state")]) == row[told.col("state")]
        assert [row[told.col("period")] for row in shown[0]] == tokens, where
    gaps = told.found("inequality", indicator=name, period=token).to_dict("records")
    head = {k: told.say(f"equity.col.{k}") for k in ("measure", "estimate", "lower", "upper", "reason")}
    rows = [{head["measure"]: told.say(f"equity.{g['measure']}"), head["estimate"]: told.number(g["estimate"], 2),
             head["lower"]: told.number(g["lower95"], 2), head["upper"]: told.number(g["upper95"], 2),
             head["reason"]: told.say(f"judged.{g['reason']}") if g["reason"] else ""} for g in gaps]  # fmt: skip
    agree(parts["equity"]["tables"][0] if gaps else [], rows, where)


def test_indicators_periods_places_and_levels(board: Board) -> None:
    told = board.told
    board.go("indicator")
    assert set(board.options("indicator")) == set(told.plan.indicators)
    places = iter([*range(-1, min(4, len(told.places)))] * 100)
    for name in names(told):
        board.choose("indicator", name)
        assert sorted(board.options("period")) == sorted(p.token for p in told.periods_of(name))
        assert board.value("period") in {p.token for p in told.periods_of(name)}
        check_indicator(board, board.parts())
        board.choose("place", next(places))
        check_indicator(board, board.parts())
    for name in names(told, 40):
        board.choose("indicator", name)
        for token in board.options("period")[::3]:
            board.choose("period", token)
            check_indicator(board, board.parts())
        levels = [level for level in LEVELS if level in told.levels(name)]
        for level in levels if len(told.levels(name)) > 1 else []:
            board.press(f"level-{level}")
            check_trend(board, board.parts(), name, board.place)
            assert f"level={level}" in board.page.url


def test_the_map_smoothed_and_as_counted(board: Board) -> None:
    told = board.told
    smooth = told.release.findings("smoothed")
    smooth = smooth[smooth["period"].isin(list(told.at)) & smooth["smooth"].notna()]
    assert len(smooth)
    for (name, token), rows in list(smooth.groupby(["indicator", "period"]))[:: max(1, len(smooth) // 60)][:6]:
        board.go("indicator", indicator=name, period=token).press("map-smoothed")
        assert "map=smoothed" in board.page.url
        found = {str(row["place"]): row for row in rows.to_dict("records")}
        wanted = []
        for code in told.places:
            row, cell = found.get(code), told.cell(name, token, code)
            gone = {"suppressed": "*", "unstable": "~", "not_applicable": told.say("state.not_applicable")}.get(
                cell["state"], "—"
            )
            weight = round(100 * row["weight"]) if row and known(row["weight"]) else 0
            value = ("≈" if cell["apportioned"] else "") + told.figure(row["smooth"], name, False) if row else gone
            own = f"{weight}%" if row else "—"
            wanted.append({"code": code, told.say("map.smoothed"): value, told.say("map.own"): own})
        agree(board.parts()["map"]["tables"][0], wanted, f"{name} {token}")
        board.press("map-raw")
        assert "map=" not in board.page.url
        check_indicator(board, board.parts())


def test_every_verdict_and_every_figure_in_both_languages(board: Board) -> None:
    """All of them, not only those on a screen: what the page would say is asked of the page."""
    told = board.go("indicator").told
    verdicts = told.release.findings("verdicts")
    verdicts = verdicts[verdicts["period"].isin(list(told.at)) & verdicts["place"].isin([told.root, *told.places])]
    at = {code: i for i, code in enumerate(told.places)} | {told.root: -1}
    rows = [[v["indicator"], at[v["place"]], v["period"]] for v in verdicts.to_dict("records")]
    speak = """([rows, lang]) => { const m = document.querySelector('#hf-board').hfBoard.model(lang);
      const is = (v, period) => m.page.periods[v.period].token === period;
      const own = (name, place, period) => m.verdicts(name, place).filter((v) => is(v, period));
      return rows.map(([name, place, period]) => own(name, place, period).map((v) => m.answer(v, name, place))); }"""
    for lang in text.LANGUAGES:
        assert board.page.evaluate(speak, [rows, lang]) == [[said] for said in verdicts[lang]]
    ask = """(rows) => { const m = document.querySelector('#hf-board').hfBoard.model('zh');
      return rows.map(([name, period, place]) => m.compared(name, period, place)); }"""
    made = told.release.findings("comparisons")
    made = made[made["period"].isin(list(told.at)) & made["place"].isin(list(at))].to_dict("records")
    codes = board.page.evaluate(ask, [[c["indicator"], c["period"], at[c["place"]]] for c in made])
    for row, found in zip(made, codes, strict=True):
        wanted = {"target": row["against_target"], **{key: row[key] for key in ("rest", "peers", "funnel", "before")}}
        assert found == wanted


def test_a_receipt_opens_its_figure(board: Board) -> None:
    told = board.told
    cells = [
        c
        for c in told.cells.values()
        if c["state"] == "value" and c["period"] in told.at and c["place"] in {told.root, *told.places}
    ]
    for cell in cells[:: max(1, len(cells) // 5)]:
        board.go("indicator", code=cell["receipt"])
        assert (board.value("indicator"), board.value("period"), board.place) == (
            cell["indicator"],
            cell["period"],
            cell["place"],
        )
        assert cell["receipt"] in board.parts()["table"]["text"]


# -- the other pages


def places_of(board: Board) -> list[int]:
    """A few of the places a page offers."""
    return [int(value) for value in board.options("place")][:: max(1, len(board.options("place")) // 3)]


def test_profiles(board: Board) -> None:
    told = board.go("profile").told
    for place in places_of(board):
        board.choose("place", place)
        for token in board.options("period")[:: max(1, len(board.options("period")) // 3)]:
            board.choose("period", token)
            parts, code = board.parts(), board.place
            check_spine(told, parts, token, code)
            name = board.value("indicator")
            check_trend(board, parts, name, code)
            near = told.nearest(name, token)
            for row in parts["peers"]["tables"][0] if parts["peers"]["tables"] else []:
                own = next(c for c in told.places if told.name(c) == row[told.col("place")])
                wanted = told.row(name, told.cell(name, near, own))
                keep = [told.col(key) for key in ("value", "interval", "denominator", "receipt")]
                agree([row], [{head: wanted[head] for head in keep}], name)
            if "chain" in parts and told.plan.campaign.chains:
                check_chain(told, parts, told.plan.campaign.chains[0].steps, token, code)
    before = board.page.locator("[data-key^=spine-]").count()
    assert before == board.page.locator("[data-part=spine] tbody tr").count()
    pick = board.page.locator("[data-key^=spine-][aria-pressed=false]").first
    key = str(pick.get_attribute("data-key"))
    pick.click()
    board.drawn()
    assert board.value("indicator") == key.removeprefix("spine-")
    assert board.page.evaluate("document.activeElement.dataset.key") == key
    check_trend(board, board.parts(), board.value("indicator"), board.place)


def check_spine(told: Told, parts: Parts, token: str, code: str) -> None:
    shown = [row for table in parts["spine"]["tables"] for row in table]
    wanted = [name for name in told.plan.indicators
              if not told.indicator(name).plain and told.periods_of(name) and not told.coarse(name)]  # fmt: skip
    assert len(shown) == len(wanted) and not any(row["code"] for row in shown)
    against = []
    for row, name in zip(shown, wanted, strict=True):
        near = told.nearest(name, token)
        cell, whole = told.cell(name, near, code), told.cell(name, near, told.root)
        title = told.indicator(name).name[told.lang]
        assert row[told.col("indicator")] == (title if near == token else f"{title} {told.period(near)}")
        assert row[told.name(code)] == told.shown(cell, name), (name, code)
        assert row[told.name(told.root)] == (
            told.figure(whole["value"], name) if known(whole["value"]) and whole["state"] == "value" else "—"
        )
        rest = told.compared(name, near, code, "rest")
        assert row[told.say("spine.against")] == (SIGNS[rest] + told.say(f"code.{rest}") if rest in SIGNS else ""), (
            name,
            code,
        )
        against.append(rest)
        if cell["status"] != "none":
            away = round(cell["value"] - cell["target"], told.decimals(name))
            sign = "+" if away > 0 else "−" if away < 0 else "±"
            assert (
                row[told.say("spine.target")]
                == f"{told.badge(cell['status'])} {sign}{told.number(abs(away), told.decimals(name))}"
            )
    n = len(against) - against.count("none")
    facts = {"better": against.count("better"), "worse": against.count("worse")}
    assert parts["spine"]["title"] == told.say(
        "spine.title", place=told.name(code), n=n, other=against.count("higher") + against.count("lower"), **facts
    )
    assert (
        told.say(
            "portrait.compared",
            place=told.name(code),
            n=n,
            same=n - sum(facts.values()),
            root=told.name(told.root),
            **facts,
        )
        in parts["portrait"]["lines"]
    )


def check_chain(told: Told, parts: Parts, steps: list[str], token: str, code: str) -> None:
    wanted = []
    for name in steps:
        near = told.nearest(name, token)
        cell = told.cell(name, near, code)
        row = told.row(name, cell)
        names_of = {"indicator": told.indicator(name).name[told.lang], "period": told.period(near)}
        row |= {told.col("value"): told.shown(cell, name)}
        wanted.append({**{told.col(key): words for key, words in names_of.items()}, **row})
    for row in wanted:
        for head in ("target", "status", "grade"):
            row.pop(told.col(head))
    agree(parts["chain"]["tables"][0], wanted, f"chain {token} {code}")


def test_cascades(board: Board) -> None:
    told = board.go("cascade").told
    chains = {chain.id: chain.steps for chain in told.plan.campaign.chains}
    if not chains:
        assert (
            board.page.locator("select[name=chain]").count() == 0
            and told.say("chain.none") in board.parts()["passage"]["text"]
        )
        return
    assert board.options("chain") == list(chains)
    for chain, steps in chains.items():
        board.choose("chain", chain)
        assert board.options("indicator") == steps
        for place in places_of(board):
            board.choose("place", place)
            for token in board.options("period")[::4]:
                board.choose("period", token)
                parts = board.parts()
                check_chain(told, parts, steps, token if token in told.at else "", board.place)
                check_cohorts(told, parts, steps, board.place)
                check_tartan(told, parts["steps"], steps, token)
        for step in steps[1:3]:
            board.choose("indicator", step)
            check_trend(board, board.parts(), step, board.place)


def check_cohorts(told: Told, parts: Parts, steps: list[str], code: str) -> None:
    waiting = set()
    for row, name in zip(parts["cohorts"]["tables"][0], steps, strict=True):
        level = "mc_year" if "mc_year" in told.levels(name) else "year"
        assert row[told.col("indicator")] == f"{told.indicator(name).name[told.lang]} {told.say(f'level.{level}')}"
        for period in (p for p in told.periods_of(name) if p.level == level):
            cell = told.cell(name, period.token, code)
            waiting |= {period.end.year} if cell["reason"] == "not_yet_due" else set()
            moves = cell["state"] == "value" and cell["reason"] in MOVING
            sign = " ◌" if cell["reason"] == "not_yet_due" else " ◔" if moves else ""
            assert row[str(period.end.year)] == told.shown(cell, name) + sign, (name, period.token)
    assert (told.say("cohorts.title", place=told.name(code), n=len(waiting)) == parts["cohorts"]["title"]) == bool(
        waiting
    )


def check_tartan(told: Told, part: dict[str, Any], inds: list[str], token: str) -> None:
    inds = [name for name in inds if not told.coarse(name)]
    if not inds:
        assert not part["tables"]
        return
    for row, code in zip(part["tables"][0], [told.root, *told.places], strict=True):
        assert row["code"] == code
        for name in inds:
            near = told.nearest(name, token)
            rest = "none" if code == told.root else told.compared(name, near, code, "rest")
            head = told.indicator(name).name[told.lang]
            assert row[head].endswith(told.shown(told.cell(name, near, code), name, unit=False)), (name, code)
            assert (told.say(f"code.{rest}") in row[head]) == (rest != "none"), (name, code, rest)


def test_kinds(board: Board) -> None:
    told = board.go("kinds").told
    kinds = {kind.id: kind for kind in told.plan.campaign.kinds}
    if not kinds:
        assert board.page.locator("select[name=kind]").count() == 0 and list(board.parts()) == ["kind"]
        return
    assert board.options("kind") == list(kinds)
    for kind, about in kinds.items():
        board.choose("kind", kind)
        own = [i for i in told.plan.indicators.values() if i.kind == kind]
        for token in board.options("period")[::7]:
            board.choose("period", token)
            parts = board.parts()
            assert all(
                method.text[told.lang] in parts["methods"]["text"] and method.clause in parts["methods"]["text"]
                for method in about.methods
            )
            open_ = [m for m in about.methods if not any(i.clause == m.clause for i in own)]
            assert parts["methods"]["text"].count(told.say("methods.open")) == len(open_)
            figures = [(i.id, told.nearest(i.id, token)) for i in own]
            for name, near in figures:
                if near in told.at and told.periods_of(name):
                    value = told.shown(told.cell(name, near, told.root), name)
                    line = f"{told.indicator(name).name[told.lang]}{value} · {told.period(near)}"
                    assert line in parts["methods"]["text"].replace(" · ", " · "), line
            counted = [(name, near) for name, near in figures if told.indicator(name).plain]
            assert len(parts["activities"]["tables"][0] if counted else []) == len(counted)
            for row, (name, near) in zip(parts["activities"]["tables"][0] if counted else [], counted, strict=True):
                now = told.cell(name, near, told.root)
                assert row[told.col("value")] == told.shown(now, name) and row[told.col("receipt")] == (
                    now["receipt"] or "—"
                )
                year = {p.token: p for p in told.periods if near in told.at and p.level == told.at[near].level}
                past = [
                    p
                    for p in year.values()
                    if (p.start.year, p.start.month) == (told.at[near].start.year - 1, told.at[near].start.month)
                ]
                assert row[told.say("activities.before")] == (
                    told.shown(told.cell(name, past[0].token, told.root), name) if past else "—"
                )
            if "towns" in parts:
                check_tartan(told, parts["towns"], [i.id for i in own if not i.plain and told.periods_of(i.id)], token)
    button = board.page.locator("[data-key=towns-0]")
    if button.count():
        button.click()
        board.drawn()
        assert board.place == told.places[0] and f"={told.places[0]}" in board.page.url


def test_quality(board: Board) -> None:
    told = board.go("quality").told
    returns = told.release.findings("completeness")
    tables = [name for name in told.plan.tables if (returns["table"] == name).any()]
    assert board.options("table") == tables
    counts = {
        (r["table"], r["place"], r["period"]): (int(r["expected"]), int(r["reported"]))
        for r in returns.to_dict("records")
    }
    for token in board.options("period")[:: max(1, len(board.options("period")) // 4)]:
        board.choose("period", token)
        for place in places_of(board)[:2]:
            board.choose("place", place)
            parts = board.parts()
            own = [counts.get((table, board.place, token), (0, 0)) for table in tables]
            expected, reported = (sum(pair[i] for pair in own if pair[0]) for i in (0, 1))
            if expected:
                facts = {
                    "place": told.name(board.place),
                    "period": told.period(token),
                    "expected": told.number(expected),
                    "reported": told.number(reported),
                }
                assert (
                    told.say("quality.returns", share=f"{told.number(100 * reported / expected, 1)}%", **facts)
                    in parts["completeness"]["lines"]
                )
            shown = [table for table in tables if counts.get((table, told.root, token), (0, 0))[0]]
            for row, code in zip(
                parts["returns"]["tables"][0] if shown else [], [told.root, *told.places], strict=bool(shown)
            ):
                for table in shown:
                    due, came = counts.get((table, code, token), (0, 0))
                    sign = "●" if came >= due else "◐" if came else "○"
                    assert row[told.plan.tables[table].title[told.lang]] == (f"{sign} {came}/{due}" if due else ""), (
                        table,
                        code,
                        token,
                    )
    for table in tables:
        board.choose("table", table)
        measures = told.plan.measures
        own_names = [
            i.id for i in told.plan.indicators.values() if any(measures[m].table == table for m in i.measure_ids())
        ]
        rows = board.parts()["rests"]["tables"][0]
        assert len(rows) == len(own_names)
        for row, name in zip(rows, own_names, strict=True):
            near = told.nearest(name, board.value("period"))
            cell = told.cell(name, near, board.place)
            assert row[told.col("value")] == told.shown(cell, name) and row[told.col("receipt")] == (
                cell["receipt"] or "—"
            )
            assert row[told.col("grade")] == (told.say("ui.grade_word", grade=cell["grade"]) if cell["grade"] else "—")


def latest(told: Told) -> dict[str, str]:
    """The district's latest complete figure of each indicator, the longest period of those that end last."""
    order = ["span", "year", "mc_year", "half", "quarter", "month"]
    found: dict[str, str] = {}
    for name in told.plan.indicators:
        whole = [p for p in told.periods_of(name) if p.level in order and p.end <= told.as_of]
        whole = [
            p
            for p in whole
            if (c := told.cell(name, p.token, told.root))["state"] == "value" and c["reason"] not in MOVING
        ]
        if whole:
            found[name] = max(whole, key=lambda p: (p.end, -order.index(p.level))).token
    return found


def test_the_overview(board: Board) -> None:
    told = board.go("overview").told
    parts, now = board.parts(), latest(told)
    status = [told.cell(name, token, told.root)["status"] for name, token in now.items()]
    met, near, behind = (status.count(s) for s in ("met", "near", "behind"))
    t = met + near + behind
    facts = {
        "date": text.date(told.as_of, told.lang),
        "n": len(told.plan.indicators),
        "k": len(now),
        "place": told.name(told.root),
    }
    assert (
        told.say("brief.standing" if t else "brief.standing_none", t=t, met=met, near=near, behind=behind, **facts)
        in parts["brief"]["lines"]
    )
    told_of = []
    for name, token in now.items():
        if not told.indicator(name).lead:
            continue
        cells = [told.cell(name, token, code) for code in told.places if (name, token, code) in told.cells]
        whole = told.cell(name, token, told.root)
        verdict = told.found("verdicts", indicator=name, place=told.root, period=token)["code"].tolist()
        worse = {"up": ("lower", "falling"), "down": ("higher", "rising")}.get(told.indicator(name).direction, ())
        why = {"behind": whole["status"] == "behind", "worse": any(code in worse for code in verdict),
               "units_behind": 0 if whole["status"] == "behind" else sum(c["status"] == "behind" for c in cells),
               "missing": sum(c["state"] == "missing" for c in cells)}  # fmt: skip
        told_of += [(name, token, code, int(n)) for code, n in why.items() if n]
    if told_of:
        rows = board.sheet("attention")
        found = {(row[told.col("indicator")], row[told.col("period")], row[told.say("attention.why")]) for row in rows}
        unit = told.say(f"unit.{told.plan.places.levels[1]}")
        assert found == {
            (told.indicator(name).name[told.lang], told.period(token), told.say(f"attention.{code}", n=n, unit=unit))
            for name, token, code, n in told_of
        }
        assert len(rows) == len(told_of)
        leads = {told.plan.campaign.department(str(told.indicator(name).lead)).name[told.lang] for name, *_ in told_of}
        assert {row[told.say("attention.lead")] for row in rows} == leads
    else:
        assert parts["attention"]["title"] == told.say("attention.none")
    for name in names(told, 12):
        board.choose("indicator", name)
        parts = board.parts()
        token = board.value("period")
        wanted = [
            {"code": code}
            | {
                k: v
                for k, v in told.row(name, told.cell(name, token, code)).items()
                if k in map(told.col, ("value", "interval", "state", "receipt"))
            }
            for code in told.places
        ]
        agree(parts["map"]["tables"][0], wanted, name)
        check_trend(board, parts, name, board.place)
        if told.plan.campaign.kinds:
            button = board.page.locator(f"[data-key=indicator-{name}]")
            assert button.get_attribute("aria-pressed") == "true" and told.shown(
                told.cell(name, token, told.root), name
            ) in str(button.text_content())


def test_downloads_hold_the_same_figures(board: Board) -> None:
    told = board.told
    for name in names(told, 30)[:5]:
        board.go("indicator", indicator=name)
        token = board.value("period")
        rows = board.sheet("table")
        assert [row[told.col("code")] for row in rows] == [told.root, *told.places]
        for row in rows:
            cell = told.cell(name, token, row[told.col("code")])
            for column, key in (
                ("value", "value"),
                ("numerator", "numerator"),
                ("denominator", "denominator"),
                ("target", "target"),
            ):
                value, words = cell[key], row[told.col(column)]
                if (cell["state"] not in ("value", "unstable") and key != "target") or (
                    cell["state"] == "unstable" and key == "value"
                ):
                    assert words in ("", "*"), (name, row)
                else:
                    assert words == "" if not known(value) else float(words) == pytest.approx(value, abs=0.51e-4), (
                        name,
                        row,
                    )
            assert row[told.col("receipt")] == cell["receipt"]
            assert row[told.col("grade")] == cell["grade"] and row[told.col("status")] == told.say(
                f"status.{cell['status']}"
            )
        for part in ("map", "trend", "funnel", "equity", "control"):
            if board.page.locator(f"[data-key=csv-{part}]").is_visible():
                shown = board.parts()[part]["tables"][0]
                left = board.sheet(part)
                assert [{k: v.lstrip("'") for k, v in row.items() if k in shown[0]} for row in left] == [
                    {k: v for k, v in row.items() if k in left[0]} for row in shown
                ]
    for page, parts in {
        "profile": ["spine", "trend", "peers"],
        "quality": ["returns", "rows", "rests"],
        "overview": ["attention"],
    }.items():
        board.go(page)
        for part in parts:
            assert board.sheet(part) or part == "attention", (page, part)


def test_the_meeting_by_keyboard(board: Board) -> None:
    told, page = board.go("meeting").told, board.page
    shown = lambda: page.locator("[data-part=views]").inner_text()  # noqa: E731
    at = lambda: int(page.locator(".hf-at").inner_text().split("/")[0].split()[-1])  # noqa: E731

    def key(name: str) -> int:
        page.keyboard.press(name)
        board.drawn()
        assert not page.locator("[role=alert]").count()
        return at()

    last = int(page.locator(".hf-at").inner_text().split("/")[1].split()[0])
    assert at() == 1 and page.locator("[data-key=view-back]").is_disabled()
    for n in range(2, last + 1):
        before = shown()
        assert key("ArrowRight") == n and shown() != before and f"view={n - 1}" in page.url
    assert key("ArrowRight") == last and page.locator("[data-key=view-next]").is_disabled()
    assert key("ArrowLeft") == last - 1 and key("Home") == 1 and key("End") == last and key("Home") == 1
    assert key("PageDown") == 2 and key(" ") == min(3, last) and key("PageUp") == 2 and key("Home") == 1
    while at() < last and not page.locator("[data-key=view-open]").count():
        key("ArrowRight")
    if page.locator("[data-key=view-open]").count():
        here = at()
        key("ArrowDown")
        assert told.name(told.places[0]) in page.locator(".hf-subject").inner_text()
        assert f"={told.places[0]}" in page.url
        key("ArrowUp")
        assert told.name(told.places[0]) not in page.locator(".hf-subject").inner_text()
        key("ArrowUp")
        assert told.name(told.places[-1]) in page.locator(".hf-subject").inner_text()
        key("ArrowDown")
        assert key("d") == here and page.locator(".hf-data table").count() == 1 and "detail=1" in page.url
        assert key("D") == here and page.locator(".hf-data table:visible").count() == 0
        key("l")
        assert page.locator("html").get_attribute("lang") == "en" and at() == here
        key("L")
        board.press("view-next")
        assert at() == here + 1
        board.press("view-back")
        page.go_back()
        board.drawn()
        assert at() == here + 1
        page.go_forward()
        board.drawn()
        href = str(page.locator("[data-key=view-open]").get_attribute("href"))
        board.press("view-open")
        assert page.locator("#hf-board").get_attribute("data-page") == "indicator"
        assert f"indicator={board.value('indicator')}" in href and f"period={board.value('period')}" in href
        board.parts()
    board.go("meeting", view="999")
    assert at() == last
    page.evaluate(
        "HTMLElement.prototype.requestFullscreen = function () { window.full = true; return Promise.resolve(); }"
    )
    key("f")
    assert page.evaluate("window.full") is True


# -- addresses


def test_an_address_reproduces_its_view(board: Board) -> None:
    told, page = board.told, board.page
    views = [
        ("overview", {}),
        ("profile", {}),
        ("indicator", {"map": "smoothed"}),
        ("cascade", {}),
        ("kinds", {}),
        ("quality", {}),
        ("meeting", {"view": "1"}),
        ("start", {}),
    ]
    name = names(told, 5)[-1]
    token, level = told.periods_of(name)[0].token, told.plan.places.levels[1]
    seen = []
    for lang in text.LANGUAGES:
        for which, more in views:
            asked = {"indicator": name, "period": token, level: told.places[-1], "lang": lang, **more}
            board.go(which, **asked)
            parts = board.parts()
            for select, value in (("indicator", name), ("period", token), ("place", str(len(told.places) - 1))):
                if page.locator(f"select[name={select}]").count() and which != "cascade":
                    assert board.value(select) == value, (which, select)
            page.reload()
            board.drawn()
            assert board.parts() == parts, which
            seen.append((page.url, parts))
    for url, parts in reversed(seen[:-1]):
        page.go_back()
        board.drawn()
        page.wait_for_function("(url) => window.location.href === url", arg=url)
        board.drawn()
        assert board.parts() == parts
    page.go_forward()
    page.wait_for_function("(url) => window.location.href === url", arg=seen[1][0])
    board.drawn()
    assert board.parts() == seen[1][1]


def test_links_between_pages_keep_what_was_chosen(board: Board) -> None:
    told, level = board.told, board.told.plan.places.levels[1]
    name = names(told, 5)[-1]
    token = told.periods_of(name)[0].token
    board.go("indicator", indicator=name, period=token, lang="en", **{level: told.places[-1]})
    for which in ("quality", "kinds", "start", "meeting", "profile", "overview", "indicator"):
        board.press(f"page-{which}")
        for part in (
            f"indicator={name}",
            f"period={token.replace('..', '..')}",
            f"{level}={told.places[-1]}",
            "lang=en",
        ):
            assert part in board.page.url, (which, part)
    assert (board.value("indicator"), board.value("period"), board.place) == (name, token, told.places[-1])


HOSTILE = ["../../x", "'; DROP TABLE cells; --", "<img src=x onerror=window.hacked=1>", "__proto__", "9" * 400]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: value[:12])
def test_what_an_address_names_wrongly_is_ignored(board: Board, value: str) -> None:
    page, told = board.page, board.told
    level = told.plan.places.levels[1]
    keys = [
        "indicator",
        "period",
        "place",
        level,
        "kind",
        "chain",
        "table",
        "boundaries",
        "map",
        "level",
        "view",
        "detail",
        "lang",
    ]
    for which in ("overview", "profile", "indicator", "cascade", "kinds", "quality", "meeting", "start"):
        board.go(which)
        plain = board.parts()
        query = page.evaluate(
            "([keys, value, page]) => String(new URLSearchParams([['page', page], ...keys.map((k) => [k, value])]))",
            [keys, value, which],
        )
        page.goto(f"{board.url}#{query}")
        board.drawn()
        assert {name: part["text"] for name, part in board.parts().items()} == {
            name: part["text"] for name, part in plain.items()
        }, which
    page.goto(f"{board.url}#page={value}&code={value}")
    board.drawn()
    assert page.locator("#hf-board").get_attribute("data-page") == "start"
    assert page.evaluate("window.hacked") is None and not page.locator("img").count()


def test_the_code_box(board: Board) -> None:
    told, page = board.told, board.page
    cell = [
        c for c in told.cells.values() if c["state"] == "value" and c["period"] in told.at and c["place"] in told.places
    ][-1]
    code = str(cell["receipt"])
    wide = "".join(chr(ord(c) + 0xFEE0) if c != "-" else "－" for c in code)
    for typed in (
        code,
        code.lower(),
        f"  {code} ",
        code.replace("-", ""),
        code.removeprefix("HF-"),
        wide,
        code.replace("0", "O").replace("1", "l"),
    ):
        board.go("start")
        page.locator("#hf-code").fill(typed)
        page.keyboard.press("Enter")
        page.wait_for_selector("#hf-board[data-page=indicator]")
        board.drawn()
        assert (board.value("indicator"), board.value("period"), board.place) == (
            cell["indicator"],
            cell["period"],
            cell["place"],
        ), typed
    swapped = (
        code[:3] + code[4] + code[3] + code[5:] if code[3] != code[4] else code[:-1] + ("2" if code[-1] != "2" else "3")
    )
    for typed, why in (
        (swapped, "mistyped"),
        ("HF-0000-0000-0", "unknown"),
        ("hello", "bad"),
        ("<b>x</b>", "bad"),
        ("' OR 1=1", "bad"),
    ):
        board.go("start")
        page.locator("#hf-code").fill(typed)
        page.locator("[data-part=code] button[type=submit]").click()
        assert page.locator("#hf-code-said").inner_text() == told.say(f"code.{why}", code=typed)
        assert page.locator("#hf-board").get_attribute("data-page") == "start"
    page.goto(f"{board.url}#code={code}")  # as printed on a slide
    page.wait_for_selector("#hf-board[data-page=indicator]")
    assert board.drawn().page.locator(f".hf-table tr[data-code='{cell['place']}']", has_text=code).count() == 1
    page.goto(f"{board.url}#code=HF-0000-0000-0")
    page.wait_for_selector("#hf-board[data-page=start]")
    assert told.say("code.unknown", code="HF-0000-0000-0") in board.drawn().parts()["code"]["text"]
    assert Path(page.url.split("#")[0]).name == "board.html"
