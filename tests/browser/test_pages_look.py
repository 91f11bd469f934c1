"""Every page at every size and in both languages, as a careful reader would look it over."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from hfwork import text
from hfwork.present import server
from hfwork.release.pages import PAGES
from hfwork.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRAWN = "#hf-board[data-state=drawn]"
PROBE = (Path(__file__).parent / "probe.js").read_text("utf-8")
SIZES = {"phone": (390, 844), "office": (1366, 768), "wall": (1920, 1080)}
SHEET = (703, 1024)  # what A4 leaves inside our margins, in CSS pixels
SHEETS = {"start": 1, "profile": 3, "kinds": 4, "meeting": 1}  # at most; others four
# Clauses are cited as the notice numbers them, and people by their own names: also in English.
HAN = r"[\u4e00-\u9fff]"
CLAUSE = rf"[一二三四五六七八九十]+（[一二三四五六七八九十]+）\d*|(?<!{HAN})[一二三四五六七八九十]+(?!{HAN})"
KEY = re.compile(r"\b(?:ui|part|level|state|status|reason|unit|code|views|catalogue|equity|judged|answer)\.[a-z_]+\b")


@pytest.fixture(scope="module")
def served(release: Path) -> Iterator[str]:
    running = server.start(release)
    yield running.url
    running.stop()


@contextmanager
def opened(
    browser: Browser, served: str, name: str, size: tuple[int, int], lang: str, scheme: Any = "light", more: str = ""
) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page drawn to the end, with what it asked for and what it complained of."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    try:
        page.goto(f"{served}{'' if name == 'start' else name}?lang={lang}{more}", wait_until="commit")
        page.wait_for_selector(f"{DRAWN}[data-theme={scheme}]", timeout=60_000)
        page.evaluate(PROBE)
        yield page, asked, errors
    finally:
        context.close()


def looked(page: Page) -> dict[str, Any]:
    """What the probe finds wrong; nothing when all is well."""
    return {name: found for name, found in page.evaluate("hfLook()").items() if found}


@pytest.mark.parametrize("lang", text.LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_asks_for_nothing_outside(
    browser: Browser, served: str, name: str, size: str, lang: str
) -> None:
    with opened(browser, served, name, SIZES[size], lang) as (page, asked, errors):
        assert not [url for url in asked if not url.startswith((served, "data:", "blob:"))]
        assert not errors and not page.locator("[role=alert]").count()
        assert looked(page) == {}


@pytest.mark.parametrize("lang", text.LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_bones_and_speaks_one_language(browser: Browser, served: str, name: str, lang: str) -> None:
    with opened(browser, served, name, SIZES["office"], lang) as (page, *_):
        bones = page.evaluate("hfBones()")
        assert bones["lang"] == {"zh": "zh-CN", "en": "en"}[lang] and bones["title"]
        assert (bones["first"], bones["starts"], bones["jumps"]) == (1, 1, 0)
        for figure in bones["figures"]:
            assert figure["role"] == "img" and figure["table"], figure
            assert figure["label"] and figure["finding"] in figure["label"], figure
        assert not [words for words in bones["words"] if KEY.search(words)]
        if lang == "en":
            people = page.locator("[data-people]").all_inner_texts()
            left = [words for words in bones["words"] if words not in people]
            assert not [words for words in left if re.search(HAN, re.sub(CLAUSE, "", words))]


def test_a_plan_of_a_hundred_counties_is_whole(browser: Browser, carolina: Workspace) -> None:
    running = server.start(carolina.releases / "current")
    try:
        for name in ("overview", "profile", "indicator", "meeting"):
            for size in ("phone", "office"):
                with opened(browser, running.url, name, SIZES[size], "en") as (page, *_):
                    assert looked(page) == {}, (name, size)
    finally:
        running.stop()


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_every_view_of_the_meeting_is_whole_on_the_wall(browser: Browser, served: str, lang: str) -> None:
    with opened(browser, served, "meeting", SIZES["wall"], lang) as (page, _, errors):
        last = 0
        while not page.locator("[data-key=view-next]").is_disabled():
            assert looked(page) == {}, f"view {last}"
            page.keyboard.press("ArrowRight")
            page.wait_for_selector(DRAWN, timeout=60_000)
            last += 1
        assert last > 5 and looked(page) == {} and not errors


@pytest.mark.parametrize("lang", text.LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_printed_page_is_whole(browser: Browser, served: str, name: str, lang: str) -> None:
    with opened(browser, served, name, SIZES["office"], lang, "dark") as (page, *_):
        pdf = page.pdf(prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= SHEETS.get(name, 4)
        page.wait_for_selector(f"{DRAWN}[data-theme=dark]:not([data-printing])")  # paper is white, not the screen
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.set_viewport_size({"width": SHEET[0], "height": SHEET[1]})
        page.wait_for_timeout(300)
        assert looked(page) == {}
        assert not page.locator(".hf-controls, .hf-tools, .hf-nav, .hf-steer, .hf-lang").filter(visible=True).count()
        taller = "(all) => all.map((e) => e.getBoundingClientRect().height)"
        assert max([0, *page.locator(".hf-plot").evaluate_all(taller)]) < SHEET[1]
        if name == "profile" and lang == "zh":  # a unit's essentials stand on the first sheet; English takes two
            end = page.locator("[data-part=strengths]").evaluate("(e) => e.getBoundingClientRect().bottom + scrollY")
            assert end <= SHEET[1]


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's script, which ``run.py test`` fetches. Skips without it, unless HFWORK_REQUIRE_BROWSER=1."""
    path = Path(sys.prefix, "share", "hfwork", "axe.min.js")
    if not path.is_file():
        reason = f"axe-core is not at {path}; python3 run.py test fetches it where npm is installed"
        if os.environ.get("HFWORK_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return path.read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "office"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(browser: Browser, served: str, axe: str, name: str, size: str, scheme: str) -> None:
    for lang in text.LANGUAGES:
        with opened(browser, served, name, SIZES[size], lang, scheme) as (page, *_):
            page.evaluate(axe)
            found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((done) => done.violations)")
            serious = [one for one in found if one["impact"] in ("serious", "critical")]
            assert not [(one["id"], [node["html"][:120] for node in one["nodes"][:4]]) for one in serious], lang


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["overview", "profile", "indicator", "cascade"])
def test_letters_of_figures_stand_out(browser: Browser, served: str, name: str, scheme: str) -> None:
    with opened(browser, served, name, SIZES["office"], "zh", scheme) as (page, *_):
        assert page.evaluate("hfFaint()") == []


PLANTED = """<body style="margin:0;font:16px/1.6 sans-serif"><section data-part="planted" style="width:380px">
<h1>Heading</h1><p>First line</p><p {shift}>Second line</p><p style="{cut}width:60px">Uncuttableword</p>
<svg width="200" height="60"><text x="10" y="20">one label</text><text x="{x}" y="20">another</text>
<text x="10" y="{y}">low</text></svg><div style="overflow:auto;height:20px" tabindex="0"><p>On</p><p>purpose</p></div>
<span style="position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden">for ears</span></section>"""


@pytest.mark.parametrize(
    ("flaw", "kind", "words"),
    [
        ({}, "", ""),
        ({"shift": "style='margin-top:-38px'"}, "overlaps", "First line"),
        ({"x": "40"}, "overlaps", "one label"),
        ({"y": "70"}, "clipped", "low"),
        ({"cut": "overflow:hidden;"}, "clipped", "Uncuttable"),
        ({"shift": "style='margin-left:350px;white-space:nowrap'"}, "outside", "Second line"),
    ],
)
def test_the_probe_finds_a_planted_flaw_and_no_other(
    browser: Browser, flaw: dict[str, str], kind: str, words: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 600})
    page.set_content(PLANTED.format(**{"shift": "", "cut": "overflow:visible;", "x": "120", "y": "45", **flaw}))
    page.evaluate(PROBE)
    found = looked(page)
    page.close()
    found.pop("wide", None)
    assert set(found) == ({kind} if kind else set()) and all(words in line for line in found.get(kind, []))
