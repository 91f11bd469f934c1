"""A deck as LibreOffice draws it: as many pages as slides, all texts there, nothing outside its box or over another."""

from __future__ import annotations

import html
import io
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from grown import LATER, grow
from office import converted, needed
from pptx import Presentation
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.util import Inches, Pt

from hfwork.present.pack.facts import Facts
from hfwork.present.pack.slides import binding, deck, drawing, native
from hfwork.release.bundle import Release, open_release

pytestmark = pytest.mark.slow
_POINT = 12700  # EMU
_NEAR = 7.0  # points a word may stand out of its box: line heights, and the programs' different fonts
_LAID = 0.35  # share of the smaller of two words that may lie under the other


@dataclass(frozen=True)
class Word:
    """A word on a page, in points from the left and the top."""

    said: str
    x0: float
    y0: float
    x1: float
    y1: float


@pytest.fixture(scope="module")
def later(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(grow(release.resolve(), tmp_path_factory.mktemp("grown"), LATER))


def words(pdf: Path) -> list[list[Word]]:
    """The words of each page."""
    told = subprocess.run(["pdftotext", "-bbox-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    found = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    pages = told.split("<page ")[1:]
    return [[Word(html.unescape(said), *map(float, box)) for *box, said in re.findall(found, page)] for page in pages]


def _bare(said: str) -> str:
    return re.sub(r"[\s\u200b]+", "", said)


def _boxes(slide: Any) -> tuple[list[tuple[list[str], Any]], str]:
    """The text boxes of a slide with their paragraphs, and all that is said elsewhere: in tables, charts, on maps."""
    boxes: list[tuple[list[str], Any]] = []
    rest = "".join(s.text_frame.text for s in slide.slide_layout.shapes if s.has_text_frame)
    for shape in drawing.walk(slide.shapes):
        own = binding.read(shape.name)
        if getattr(shape, "has_table", False):
            rest += "".join(cell.text_frame.text for row in shape.table.rows for cell in row.cells)
        elif getattr(shape, "has_chart", False):
            rest += native.told(native.shown(shape.chart))
        elif own and own.part:
            rest += shape.text_frame.text
        elif shape.has_text_frame and shape.text_frame.text:
            boxes.append(([_bare(p.text) for p in shape.text_frame.paragraphs if p.text], shape))
    return boxes, _bare(rest)


def troubles(made: Any, pages: list[list[Word]]) -> list[str]:
    """What stands outside the slide, outside its box, or over another text."""
    found = []
    wide, high = made.slide_width / _POINT, made.slide_height / _POINT
    for number, (slide, page) in enumerate(zip(made.slides, pages, strict=True), 1):
        found += [f"{number} outside the slide: {w.said}" for w in page if not _inside(w, 0, 0, wide, high)]
        boxes, rest = _boxes(slide)
        whole = "".join(_bare(w.said) for w in page)
        ends = [line[-4:] for lines, _ in boxes for line in lines]
        found += [f"{number} not on the page: {end}" for end in ends if end not in whole]
        for word in page:
            own = [s for lines, s in boxes if any(_bare(word.said) in line for line in lines)]
            if len(own) != 1 or len(word.said) < 4 or word.said in rest or word.said.replace(".", "").isdigit():
                continue
            x, y, w, h = (v / _POINT for v in (own[0].left, own[0].top, own[0].width, own[0].height))
            if not _inside(word, x, y, x + w, y + h):
                over = max(x - word.x0, word.x1 - x - w, y - word.y0, word.y1 - y - h)
                found.append(f"{number} outside its box by {over:.0f}: {word.said}")
        for at, one in enumerate(page):
            found += [
                f"{number} over one another: {one.said} | {two.said}" for two in page[at + 1 :] if _over(one, two)
            ]
    return found


def _inside(word: Word, x0: float, y0: float, x1: float, y1: float) -> bool:
    end = word.x1 - (word.y1 - word.y0 if word.said[-1] in "，、。；：）" else 0)  # which may hang in the margin
    across = x0 - _NEAR <= word.x0 and end <= x1 + _NEAR
    return across and y0 - _NEAR <= word.y0 and word.y1 <= y1 + _NEAR


def _over(one: Word, two: Word) -> bool:
    wide = min(one.x1, two.x1) - max(one.x0, two.x0)
    high = min(one.y1, two.y1) - max(one.y0, two.y0)
    least = min((w.x1 - w.x0) * (w.y1 - w.y0) for w in (one, two))
    return wide > 0 and high > 0 and least > 0 and wide * high / least > _LAID


def _texts(made: Any) -> list[list[str]]:
    """Of each slide its title and the labels on its map."""
    found = []
    for slide in made.slides:
        tiles = [s for s in drawing.walk(slide.shapes) if (own := binding.read(s.name)) and own.part]
        labels = [p.text for s in tiles for p in s.text_frame.paragraphs if p.text]
        found.append([slide.shapes.title.text_frame.text, *labels])
    return found


def _covered(made: Any) -> list[str]:
    """The characters of a deck that no font of this machine has."""
    said = {c for slide in made.slides for s in drawing.walk(slide.shapes) if s.has_text_frame
            for c in s.text_frame.text if c.isprintable() and not c.isspace()}  # fmt: skip
    return [c for c in said if not _fonts([c])] if not _fonts(sorted(said)) else []


def _fonts(signs: list[str]) -> str:
    charset = " ".join(f"{ord(c):x}" for c in signs)
    return subprocess.run(["fc-list", f":charset={charset}", "family"], capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(("meeting", "lang"), [("midterm", "zh"), ("acceptance", "en"), ("annual", "zh")])
def test_a_deck_is_drawn_whole(later: Release, meeting: str, lang: str, tmp_path: Path) -> None:
    content, _ = deck.build(Facts(later, lang), meeting)
    made = Presentation(io.BytesIO(content))
    pdf = converted(content, tmp_path, "pdf")
    pages = words(pdf)
    assert len(pages) == len(made.slides)
    for page, texts in zip(pages, _texts(made), strict=True):
        whole = "".join(_bare(w.said) for w in page)
        assert [said for said in texts if _bare(said) not in whole] == []
    assert _covered(made) == []
    fonts = subprocess.run(["pdffonts", str(pdf)], check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    embedded = [re.split(r"\s+", line)[-5:][0] for line in fonts]
    assert fonts and set(embedded) == {"yes"}
    assert "\n".join(troubles(made, pages)) == ""


def test_planted_overflows_are_found(later: Release, tmp_path: Path) -> None:
    content, _ = deck.build(Facts(later, "zh"), "midterm")
    made = Presentation(io.BytesIO(content))
    planted = {
        3: ("甲乙丙丁戊己庚辛", 0.2, 6.9, "not on the page"),
        4: ("子丑寅卯辰巳午未", 9.5, 1.0, "outside its box by"),
        6: ("金木水火土日月星", 0.6, 0.5, "over one another"),
    }
    for number, (said, x, y, _) in planted.items():
        box = made.slides[number - 1].shapes.add_textbox(Inches(x), Inches(y), Inches(2), Inches(0.4))
        box.text_frame.word_wrap, box.text_frame.auto_size = True, MSO_AUTO_SIZE.NONE
        for at in range(3):
            line = box.text_frame.paragraphs[0] if at == 0 else box.text_frame.add_paragraph()
            line.text = f"{said}{'一二三'[at]}"
            line.runs[0].font.size = Pt(22)
    held = io.BytesIO()
    made.save(held)
    found = troubles(made, words(converted(held.getvalue(), tmp_path, "pdf")))
    for number, (said, _, _, kind) in planted.items():
        told = [t for t in found if t.startswith(f"{number} {kind}")]
        assert [t for t in told if any(said[at : at + 3] in t for at in range(6))], (number, found)


def test_it_is_not_left_out_where_it_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("office.SOFFICE", None)
    monkeypatch.setenv("HFWORK_REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception):
        needed()
    monkeypatch.delenv("HFWORK_REQUIRE_BROWSER")
    with pytest.raises(pytest.skip.Exception):
        needed()
