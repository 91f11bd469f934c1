"""The way in and out as people meet it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_fixture import write_release
from playwright.sync_api import Browser, Page, expect

from hfwork import text
from hfwork.present import login, server

PASSWORD = "开门 open-2018"
LINK = "overview?indicator=doctor_coverage&period=2017"
DRAWN = "#hf-board[data-state=drawn]"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a login."""
    running = server.start(write_release(tmp_path_factory.mktemp("release") / "rel"), login=login.made(PASSWORD))
    yield running.url
    running.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


def enter(page: Page, password: str) -> None:
    page.get_by_label("密码").or_(page.get_by_label("Password")).fill(password)
    page.keyboard.press("Enter")


def test_a_deep_link_survives_the_login_and_logging_out_ends_it(page: Page, served: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served + LINK)
    assert page.url.startswith(served + "login?next=") and page.evaluate("document.activeElement.id") == "password"
    assert len([url for url in asked if not url.startswith("data:")]) == 2  # the page asked for, the login: no more
    enter(page, "not the password")
    expect(page.get_by_role("alert")).to_have_text(text.say("serve.login.wrong", "zh"))
    assert page.locator("#password").get_attribute("aria-describedby") == "said"
    enter(page, PASSWORD)
    page.wait_for_selector(DRAWN)
    assert page.url == served + LINK
    assert page.locator("select[name=indicator]").input_value() == "doctor_coverage"
    page.wait_for_selector("#hf-board[data-kernel=ready]", state="attached", timeout=60_000)
    assert PASSWORD not in page.content() and not [url for url in asked if "open-2018" in url]

    page.goto(served + "logout")
    expect(page.get_by_role("alert")).to_have_text(text.say("serve.login.out", "zh"))
    page.go_back()
    page.wait_for_selector("#password")  # nothing of the page is left behind the door
    assert page.locator(DRAWN).count() == 0


def test_english_from_the_door_on(page: Page, served: str) -> None:
    page.goto(served)
    page.get_by_text("English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    enter(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text(text.say("serve.login.wrong", "en"))
    enter(page, "  开门 ｏpen-2018 ")  # pasted and typed with a Chinese keyboard
    page.wait_for_selector(DRAWN)
    assert page.url == served + "?lang=en" and page.locator("html").get_attribute("lang") == "en"
    page.goto(served + "nothing")
    assert text.say("serve.notice.404", "zh") in page.locator("h1").inner_text()
    page.get_by_role("link").click()
    page.wait_for_selector(DRAWN)


@pytest.mark.parametrize("lang", text.LANGUAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_without_scripts(browser: Browser, served: str, scheme: str, lang: str) -> None:
    settings = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False, "color_scheme": scheme}
    context = browser.new_context(**settings)
    page = context.new_page()
    page.goto(f"{served}login?lang={lang}")
    enter(page, "wrong")
    for part in ("main", "#password", "button", "#said", ".foot a"):
        box = page.locator(part).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 320
        assert part in ("main", "#said") or box["height"] >= 24
    seen = page.locator("h1, .soft, #said, label, button, .foot p, .foot a").evaluate_all(CONTRAST)
    assert len(seen) == 7 and min(seen) >= 4.5, seen
    enter(page, PASSWORD)
    page.wait_for_selector("#hf-board", state="attached")
    context.close()


# Contrast of text to what lies behind it, by the formula of WCAG.
CONTRAST = """(all) => all.map((node) => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = node;
  while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const pair = [getComputedStyle(node).color, getComputedStyle(behind).backgroundColor].map(light);
  return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
})"""
