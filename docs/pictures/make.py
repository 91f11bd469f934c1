"""Pictures for these documents: ``python docs/pictures/make.py RELEASE [PREFIX]``; ``… make.py --pack PACK``.

``RELEASE`` is a release's folder, such as ``workspace/releases/current`` of the demo; ``PACK`` that of a meeting pack.
Needs Debian's ``chromium``; for a pack also ``libreoffice`` and ``poppler-utils``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
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


WIDE = 960  # of the pictures of a pack
LARGEST = 60_000  # bytes of one
SLIDES = (1, 2, 5, 6, 7, 13)  # of the deck, side by side


def pages(file: Path, folder: Path) -> list[Image.Image]:
    """The pages of an office document as pictures."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file)]
    subprocess.run(convert, check=True, capture_output=True)
    subprocess.run(["pdftoppm", "-r", "110", "-png", folder / f"{file.stem}.pdf", folder / file.stem], check=True)
    return [Image.open(page).convert("RGB") for page in sorted(folder.glob(f"{file.stem}-*.png"))]


def keep(picture: Image.Image, name: str) -> None:
    """Save a picture 960 pixels wide, as sharp as its size allows."""
    small = picture.resize((WIDE, round(picture.height * WIDE / picture.width)), Image.Resampling.LANCZOS)
    target = HERE / name
    for quality in range(85, 20, -5):
        small.save(target, quality=quality, optimize=True)
        if target.stat().st_size <= LARGEST:
            break
    print(name, target.stat().st_size // 1024, "kB")


def pack(given: str) -> None:
    """Some slides of a pack side by side, the first page of its report, its questions with one answered."""
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        folder = Path(made)
        slides = [page for at, page in enumerate(pages(Path(given) / "deck.pptx", folder), 1) if at in SLIDES]
        wide, high = slides[0].size
        sheet = Image.new("RGB", (2 * wide + 12, -(-len(slides) // 2) * (high + 12) - 12), "#8A9A98")
        for at, page in enumerate(slides):
            sheet.paste(page, (at % 2 * (wide + 12), at // 2 * (high + 12)))
        keep(sheet, "pack-slides.jpg")
        report = pages(Path(given) / "report.docx", folder)[0]
        keep(report.crop((0, 0, report.width, report.height // 2)), "pack-report.jpg")
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((Path(given).resolve() / "questions.html").as_uri())
        page.locator("article h3 button").nth(1).click()
        page.screenshot(path=folder / "questions.png")
        keep(Image.open(folder / "questions.png").convert("RGB"), "pack-questions.jpg")
        browser.close()


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
    pack(sys.argv[2]) if sys.argv[1] == "--pack" else main(*sys.argv[1:])
