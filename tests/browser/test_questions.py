"""The page of the question bank, opened from a disk with every network refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hfwork import text
from hfwork.present.pack.bank.questions import CODES, answers
from hfwork.present.pack.bank.questions_page import write_page
from hfwork.present.pack.facts import Facts
from hfwork.release.bundle import open_release

pytestmark = pytest.mark.browser
SIZES = {"phone": (390, 844), "office": (1280, 800)}
INDICATOR = "health_record_coverage"


@pytest.fixture(scope="module")
def both(release: Path) -> dict[str, Facts]:
    return {lang: Facts(open_release(release), lang) for lang in text.LANGUAGES}


@pytest.fixture(scope="module")
def file(both: dict[str, Facts], tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bank") / "问题库 questions.html"
    write_page(both, target)
    return target


@pytest.fixture(params=SIZES)
def page(browser: Browser, file: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page in a size, without a network; fails when it asks for anything else or complains."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    opened, asked, errors = context.new_page(), [], []
    opened.on("request", lambda sent: asked.append(sent.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    opened.goto(file.as_uri())
    yield opened
    assert not errors and all(url.startswith((file.as_uri(), "data:")) for url in asked)
    context.close()


def keys(page: Page) -> list[str]:
    return [str(each.get_attribute("data-key")) for each in page.locator("article").all()]


def test_it_finds_by_place_receipt_code_and_words(page: Page, both: dict[str, Facts]) -> None:
    facts, place = both["zh"], next(iter(both["zh"].places))
    assert "示例数据" in page.inner_text(".sample") and f"找到{83 * 3}条，显示20条" in page.inner_text("#count")
    page.fill("#q", facts.label(place))
    assert keys(page)[0] == f"family_lectures/{place}" and all(key.endswith(place) for key in keys(page))
    cell = facts.cell(INDICATOR, facts.period(INDICATOR), place)
    assert cell
    for typed in (cell["receipt"], cell["receipt"].lower(), f"　{cell['receipt']} "):
        page.fill("#q", typed)
        assert keys(page)[0] == f"{INDICATOR}/{place}"
    page.fill("#q", facts.indicators[INDICATOR]["code"].lower())
    assert keys(page)[0] == f"{INDICATOR}/{facts.root}"
    page.fill("#q", "health record Lutai" if "Lutai" in both["en"].label(place) else f"health record {place}")
    assert f"{INDICATOR}/{place}" in keys(page)
    page.fill("#q", "可以谢绝")
    assert keys(page) and "可以谢绝" in page.locator("article .answer").last.text_content()
    page.fill("#q", "没有这个字词")
    assert not keys(page) and page.inner_text("#count") == text.say("question.page.nothing", "zh")


def test_it_filters_by_place_kind_and_department(page: Page, both: dict[str, Facts]) -> None:
    facts, place = both["zh"], list(both["zh"].places)[1]
    page.select_option("#place", place)
    page.select_option("#kind", "prosperity")
    page.select_option("#lead", label="区民政局")
    wanted = [
        i["id"] for i in facts.indicators.values() if (i["kind"], facts.lead(i["id"])) == ("prosperity", "区民政局")
    ]
    assert wanted and keys(page) == [f"{name}/{place}" for name in wanted]
    page.get_by_role("button", name="English").click()
    assert keys(page) == [f"{name}/{place}" for name in wanted] and page.locator("html").get_attribute("lang") == "en"
    assert page.locator("#lead option:checked").inner_text() == "Civil affairs bureau"


def test_questions_open_one_at_a_time_and_the_address_tells_which(page: Page, both: dict[str, Facts]) -> None:
    facts, place = both["zh"], next(iter(both["zh"].places))
    page.goto(f"{page.url}#{INDICATOR}/{place}/since")
    assert keys(page) == [f"{INDICATOR}/{place}"]
    visible = page.locator(".answer:visible")
    found = {each.code: each.answer for each in answers(facts, INDICATOR, place)}
    assert visible.all_inner_texts() == [found["since"]]
    for code in CODES:
        button = page.locator(f"button[data-code={code}]")
        button.focus()
        if button.get_attribute("aria-expanded") == "false":
            page.keyboard.press("Enter")
        assert visible.all_inner_texts() == [found[code]] and page.url.endswith(f"#{INDICATOR}/{place}/{code}")
    page.keyboard.press("Enter")
    assert visible.count() == 0 and page.url.endswith(f"#{INDICATOR}/{place}")
    page.evaluate(f"location.hash = '#{INDICATOR}'")  # without a place: the whole
    page.wait_for_function(f"document.querySelector('article').dataset.key === '{INDICATOR}/{facts.root}'")
    page.evaluate("location.hash = '#nothing/at/all'")
    page.wait_for_function("!document.querySelector('article')")
    assert text.say("question.page.gone", "zh") in page.inner_text("#count")
    page.get_by_role("button", name=text.say("question.page.whole", "zh")).click()
    assert len(keys(page)) == 20
    page.locator("#more").click()
    assert (
        len(keys(page)) == 40
        and page.evaluate("document.activeElement.closest('article').dataset.key") == keys(page)[20]
    )


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('h2') !== null")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(".answer:visible").count() == 1


def test_nothing_scrolls_sideways(page: Page) -> None:
    for name in ("中文", "English"):
        if page.get_by_role("button", name=name, exact=True).count():
            page.get_by_role("button", name=name, exact=True).click()
        for n in range(6):
            page.locator("article").first.locator("h3 button").nth(n).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_print_holds_every_answer(page: Page, both: dict[str, Facts]) -> None:
    page.goto(f"{page.url}#{INDICATOR}")
    page.emulate_media(media="print")
    shown = page.locator(".answer:visible").all_inner_texts()
    assert shown == [each.answer for each in answers(both["zh"], INDICATOR)]
    assert not page.locator("form, #lang, #more, .all").filter(visible=True).count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Page, scheme: str) -> None:
    axe = Path(sys.prefix, "share", "hfwork", "axe.min.js")
    if not axe.is_file():
        reason = f"axe-core is not at {axe}; python3 run.py test fetches it where npm is installed"
        pytest.fail(reason) if os.environ.get("HFWORK_REQUIRE_BROWSER") == "1" else pytest.skip(reason)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.locator("article h3 button").first.click()
    for lang in ("zh-CN", "en"):
        if page.locator("html").get_attribute("lang") != lang:
            page.locator("#lang").click()
        page.evaluate(axe.read_text("utf-8"))
        found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((done) => done.violations)")
        assert not [(one["id"], [node["html"][:120] for node in one["nodes"][:4]]) for one in found], lang
