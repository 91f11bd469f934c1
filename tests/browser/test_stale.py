"""A page that stays open while another release takes its place."""

from __future__ import annotations

import json
from pathlib import Path

from page_fixture import write_release
from playwright.sync_api import Browser

from hfwork.present import server

DRAWN = "#hf-board[data-state=drawn]"
BACK = "document.dispatchEvent(new Event('visibilitychange'))"


def test_an_open_page_says_that_it_has_become_an_old_one(browser: Browser, tmp_path: Path) -> None:
    first = write_release(tmp_path / "first")
    second = write_release(tmp_path / "second")
    for name in ("datapackage.json", "pages/columns.json"):
        made = json.loads((second / name).read_text("utf-8"))
        made.get("release", made)["id"] = "0123456789abcdef"
        (second / name).write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    current = tmp_path / "current"
    current.symlink_to(first)
    running = server.start(current)
    page = browser.new_page()
    try:
        page.goto(running.url, wait_until="commit")
        page.wait_for_selector(DRAWN)
        with page.expect_response("**/api/release"):
            page.evaluate(BACK)
        assert page.locator(".hf-stale").count() == 0
        current.unlink()
        current.symlink_to(second)
        page.evaluate(BACK)
        page.locator(".hf-stale").wait_for()
        assert "已有新的发布件" in page.locator(".hf-stale").inner_text()
        page.locator(".hf-stale a").click()
        page.wait_for_function("document.querySelector('.hf-facts code')?.textContent === '0123456789abcdef'")
        page.wait_for_selector(DRAWN)
        assert page.locator(".hf-stale").count() == 0
    finally:
        page.close()
        running.stop()
