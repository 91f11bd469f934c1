"""Pictures of the pages for these documents: ``python docs/pictures/make.py RELEASE [PREFIX]``.

``RELEASE`` is a release's folder, such as ``workspace/releases/current`` of the demo. Needs Debian's ``chromium``.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from hfwork.present.static import board

HERE = Path(__file__).parent
SIZES = {"phone": (390, 844), "office": (1366, 980), "wall": (1920, 1080), "print": (794, 1123)}
# page, size, language, what else the address says
TAKEN = [
    ("start", "office", "zh", ""), ("overview", "office", "zh", ""), ("overview", "phone", "zh", ""),
    ("profile", "office", "zh", ""), ("profile", "print", "zh", ""),
    ("indicator", "office", "zh", ""), ("indicator", "office", "en", ""), ("indicator", "phone", "en", ""),
    ("cascade", "office", "zh", "&period=2019"), ("kinds", "office", "zh", "&kind=birth&period=2019"),
    ("quality", "office", "zh", ""), ("meeting", "wall", "zh", "&view=3"),
]  # fmt: skip


def take(page: Page, address: str, size: str, target: Path) -> None:
    """One picture of what a reader sees first; of paper, the first sheet."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("#hf-board[data-state=drawn]")
    if size == "print":
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.screenshot(path=target, type="jpeg", quality=76, clip={"x": 0, "y": 0, "width": width, "height": height})
    page.emulate_media(media="screen")


def main(release: str, prefix: str = "") -> None:
    """Take all of ``TAKEN``, or with a prefix only the indicator page under that name."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = board(release, Path(folder) / "board.html")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for name, size, lang, more in [("indicator", "office", "zh", "")] if prefix else TAKEN:
            known = "" if lang == "zh" else f"-{lang}"
            target = HERE / f"{prefix or name}-{size}{known}.jpg"
            take(page, f"{file.as_uri()}#page={name}&lang={lang}{more}", size, target)
            print(target.name, target.stat().st_size // 1024, "kB")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
