"""Ready packs on the start page: a click leaves the file, a page of a pack opens as in a box."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from visitor import PASSWORD

from hfwork import text
from hfwork.present import login, server
from hfwork.present.pack.bank.questions_page import write_page
from hfwork.present.pack.facts import Facts
from hfwork.release.bundle import open_release

DRAWN = "#hf-board[data-state=drawn]"


@pytest.fixture(scope="module")
def workspace(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small release in a workspace of its own, with one ready pack."""
    folder = tmp_path_factory.mktemp("packs") / "workspace"
    opened = open_release(release)
    (folder / "releases").mkdir(parents=True)
    shutil.copytree(opened.folder, folder / "releases" / opened.id)
    (folder / "releases" / "current").symlink_to(opened.id)
    own = folder / "packs" / opened.id / "midterm-zh"
    (own / "briefs").mkdir(parents=True)
    write_page({lang: Facts(opened, lang) for lang in text.LANGUAGES}, own / "questions.html")
    (own / "deck.pptx").write_bytes(b"PK slides")
    (own / "briefs" / "芦台街道.docx").write_bytes(b"PK brief")
    titles = {"deck.pptx": "中期评估汇报", "questions.html": "问题库", "briefs/芦台街道.docx": "芦台街道简报"}
    files = [
        {"path": path, "title": title, "bytes": (own / path).stat().st_size}
        | {"sha256": hashlib.sha256((own / path).read_bytes()).hexdigest()}
        for path, title in titles.items()
    ]
    told = {"release": opened.id, "meeting": "midterm", "lang": "zh", "files": files}
    (own / "manifest.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture(scope="module")
def served(workspace: Path) -> Iterator[str]:
    running = server.start(workspace / "releases" / "current", login=login.made(PASSWORD))
    yield running.url
    running.stop()


@pytest.fixture(params=[390, 1280])
def page(browser: Browser, served: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    opened.goto(f"{served}login")
    opened.fill("input[type=password]", PASSWORD)
    opened.keyboard.press("Enter")
    opened.wait_for_selector(DRAWN)
    yield opened
    context.close()


def test_a_click_leaves_the_file(page: Page, served: str) -> None:
    page.wait_for_selector(".hf-packs")
    assert page.locator(".hf-packs h3").inner_text() == text.say("start.packs", "zh")
    assert page.locator(".hf-packs h4").inner_text() == "中期评估（中文）" and page.locator(".hf-packs a").count() == 3
    page.locator(".hf-packs summary").click()
    for title, content in (("中期评估汇报", b"PK slides"), ("芦台街道简报", b"PK brief")):
        with page.expect_download() as download:
            page.get_by_role("link", name=title).click()
        assert Path(download.value.path()).read_bytes() == content
        assert download.value.suggested_filename.startswith(title)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="English").click()
    page.wait_for_function("document.documentElement.lang === 'en'")
    assert page.locator(".hf-packs h4").inner_text() == "Mid-term review (in Chinese)"
    page.locator("[data-key=page-overview]").click()
    page.wait_for_selector(DRAWN)
    assert not page.locator(".hf-packs").count()


def test_the_question_bank_opens_in_a_box(page: Page) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.wait_for_selector(".hf-packs")
    page.get_by_role("link", name="问题库").click()
    page.fill("#q", "健康档案建档率")
    page.locator("article h3 button").first.click()
    assert page.locator(".answer:visible").count() == 1 and page.url.endswith("/why") and not errors
    reached = "fetch('/api/release').then(() => 'reached', () => 'refused')"
    assert page.evaluate(reached) == "refused"
    with pytest.raises(Exception, match="sandbox"):
        page.evaluate("document.cookie")


def test_without_a_pack_nothing_is_shown(browser: Browser, release: Path) -> None:
    running = server.start(release)
    page = browser.new_page()
    try:
        with page.expect_response("**/api/release") as told:
            page.goto(running.url, wait_until="commit")
        assert told.value.json() == {"release": open_release(release).id, "packs": []}
        page.wait_for_selector(DRAWN)
        assert not page.locator(".hf-packs").count()
    finally:
        page.close()
        running.stop()
