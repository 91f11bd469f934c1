"""How large a text may be in its box, and how it is set: sizes, East-Asian fonts, language, bullets."""

from __future__ import annotations

import re
from typing import Any
from unicodedata import east_asian_width

from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from hfwork.present.pack.slides.theme import FONTS, LANGUAGES

LEADING = 1.45  # of a line, in sizes of letters: the fonts of offices stand wide
# Widths of Latin letters in widths of a Chinese one, on the wide side of the fonts offices have.
_LATIN, _NARROW, _CAPITAL, _WIDE = 0.57, 0.35, 0.67, 0.88
_LATINS = dict.fromkeys("fijlrtI.,:;'()|!/- ", _NARROW) | dict.fromkeys("mwMW%", _WIDE)
_BESIDE = 0.25  # between Chinese and Latin, where programs set them apart
_PIECES = re.compile(r"[^\s\u2e80-\uffff]+|[\u2e80-\uffff]|\s+")


def width(said: str) -> float:
    """The length of a text in Chinese characters."""
    return sum(1.0 if east_asian_width(sign) in "WFA" else _latin(sign) for sign in said)


def _latin(sign: str) -> float:
    return _LATINS.get(sign) or (_CAPITAL if sign.isupper() else _LATIN)


def rows(said: str, room: float) -> int:
    """In how many lines a text stands, with room for so many Chinese characters in one."""
    count, filled, before = 1, 0.0, False
    for piece in _PIECES.findall(said):
        latin = piece < "\u2e80"
        size = width(piece) + _BESIDE * (latin != before and filled > 0)
        before = latin
        if filled + size > room and filled:
            count, filled = count + 1, 0.0
        filled += size
        while filled > room:  # a piece longer than a line is broken anywhere
            count, filled = count + 1, filled - room
    return count


def split(piece: str, room: float) -> bool:
    """Whether a Latin word does not stand in one line with room for so many Chinese characters."""
    return width(piece) > room and all(east_asian_width(sign) not in "WF" for sign in piece)


def fitting(lines: tuple[str, ...], box: tuple[float, float], sizes: tuple[float, ...], gap: float = 0.35) -> float:
    """The largest of the sizes (points) at which lines fit a box (inches wide, high); the last if none does."""
    for size in sizes:
        room = box[0] * 72 / size
        high = sum(rows(line, room) * 1.36 + gap for line in lines) * size
        if high <= box[1] * 72:
            return size
    return sizes[-1]


def fill(frame: Any, lines: tuple[str, ...], lang: str, **look: Any) -> None:
    """Write lines as paragraphs; ``look``: size, bold, colour, align, bullets, middle, gap (points after)."""
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE  # office programs shrink what people make longer
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE if look.get("middle") else MSO_ANCHOR.TOP
    while len(frame.paragraphs) < len(lines):
        frame.add_paragraph()
    for paragraph, line in zip(frame.paragraphs, lines, strict=False):
        run = paragraph.add_run()
        run.text = line
        style(run, lang, look.get("size"), look.get("bold"), look.get("colour"))
        if "align" in look:
            paragraph.alignment = {"center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT, "left": PP_ALIGN.LEFT}[
                look["align"]
            ]
        if look.get("gap"):
            paragraph.space_after = Pt(look["gap"])
        if look.get("bullets"):
            _bullet(paragraph)


def style(run: Any, lang: str, size: float | None = None, bold: bool | None = None, colour: str | None = None) -> None:
    """Size, weight, colour, language and both fonts of a run."""
    font = run.font
    if size:
        font.size = Pt(size)
    if bold is not None:
        font.bold = bold
    if colour:
        font.color.rgb = RGBColor.from_string(colour)
    properties = run._r.get_or_add_rPr()
    properties.set("lang", LANGUAGES[lang])
    properties.set("altLang", "en-US" if lang == "zh" else "zh-CN")
    for tag, face in (("a:latin", FONTS[lang][0]), ("a:ea", FONTS[lang][1])):  # the order of the schema
        old = properties.find(qn(tag))
        if old is not None:
            properties.remove(old)
        made = properties.makeelement(qn(tag), {"typeface": face})
        properties.append(made)


def _bullet(paragraph: Any) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(Inches(0.25)))
    properties.set("indent", str(-Inches(0.25)))
    properties.append(properties.makeelement(qn("a:buFont"), {"typeface": "Arial"}))
    properties.append(properties.makeelement(qn("a:buChar"), {"char": "•"}))


def describe(shape: Any, alt: str) -> None:
    """Set the alternative text of a shape, group or frame."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", alt)
