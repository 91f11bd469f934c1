"""A page in a browser, with everything it asked for and complained of."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, TimeoutError

DRAWN = "#hf-board[data-state=drawn]"


class Watched:
    """A page with everything it asked for and complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.asked: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)

    def open(self, query: str = "") -> Watched:
        self.page.goto(self.url + query, wait_until="commit")
        return self.drawn()

    def drawn(self) -> Watched:
        self.page.wait_for_selector(DRAWN, timeout=60_000)
        return self

    def texts(self, selector: str) -> list[str]:
        return [t.strip() for t in self.page.locator(selector).all_inner_texts()]

    def sheet(self, part: str) -> list[dict[str, str]]:
        """The CSV file that a part's button leaves, as rows."""
        for turn in range(3):  # Chromium now and then drops one that follows a change of address by a script
            try:
                with self.page.expect_download(timeout=8_000) as download:
                    self.page.locator(f"[data-key='csv-{part}']").click()
                break
            except TimeoutError:
                assert turn < 2, part
        raw = Path(download.value.path()).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
