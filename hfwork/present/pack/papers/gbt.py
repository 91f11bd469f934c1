"""The page of an official paper after GB/T 9704-2012: A4, type area, lines and characters, faces, page numbers.

Faces are named as offices have them; a machine without them shows its own. Lengths are in points unless they say mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm

from hfwork.present.pack.papers.paper import Paper

LINE = 28.95  # 22 lines in 225 mm
WIDTH_MM = 156.0
_TIGHT = -5  # twentieths of a point between characters: 28 of 16 pt in 156 mm
BODY, HEAVY, PLAIN, SONG, GRAND = "仿宋", "黑体", "楷体", "宋体", "方正小标宋简体"
_LATIN, _SANS = "Times New Roman", "Arial"


@dataclass(frozen=True)
class Look:
    """How a kind of paragraph is set. ``first left right hanging``: indents in characters of its own size."""

    face: str
    size: float
    line: float
    align: str = "both"
    bold: bool = False
    first: float = 0
    left: float = 0
    right: float = 0
    hanging: float = 0
    before: float = 0
    keep: bool = False
    sans: bool = False
    ruled: bool = False


FULL = {
    "Normal": Look(BODY, 16, LINE, first=2),
    "Title": Look(GRAND, 22, 35, "center", keep=True),
    "Subtitle": Look(PLAIN, 16, LINE, "center"),
    "Heading 1": Look(HEAVY, 16, LINE, first=2, keep=True, sans=True),
    "Heading 2": Look(PLAIN, 16, LINE, first=2, keep=True),
    "Heading 3": Look(BODY, 16, LINE, first=2, bold=True, keep=True),
    "Heading 4": Look(BODY, 16, LINE, first=2, keep=True),
    "Caption": Look(HEAVY, 12, 20, "center", before=8, keep=True, sans=True),
    "HF Note": Look(BODY, 10.5, 15, before=3),
    "HF Imprint": Look(BODY, 10.5, 16, before=14, ruled=True),
    "HF First": Look(BODY, 16, LINE, "left", left=6, hanging=4, before=LINE, keep=True),
    "HF Attachment": Look(BODY, 16, LINE, "left", left=6, hanging=1, keep=True),
    "HF Signature": Look(BODY, 16, LINE, "right", right=4, keep=True),
    "HF Annex": Look(HEAVY, 16, LINE, "left", keep=True, sans=True),
    "HF Cell": Look(SONG, 9, 12.5, "center"),
    "HF Words": Look(SONG, 9, 12.5, "left"),
    "HF Head": Look(HEAVY, 9, 12.5, "center", sans=True),
    "HF Code": Look(SONG, 6, 8, "center"),
    "Header": Look(SONG, 10.5, 14, "right"),
    "Footer": Look(SONG, 14, 18, "right", right=1),
    "HF Even": Look(SONG, 14, 18, "left", left=1),
}
COMPACT = FULL | {
    "Normal": Look(BODY, 12, 18, first=2),
    "Title": Look(GRAND, 20, 28, "center", keep=True),
    "Subtitle": Look(PLAIN, 12, 20, "center"),
    "Heading 1": Look(HEAVY, 12, 19, first=2, before=2, keep=True, sans=True),
    "Caption": Look(HEAVY, 10.5, 16, "center", before=4, keep=True, sans=True),
    "HF Note": Look(BODY, 9, 12, before=2),
    "HF Imprint": Look(BODY, 9, 12, before=4, ruled=True),
    "HF Cell": Look(SONG, 9, 12, "center"),
    "HF Words": Look(SONG, 9, 12, "left"),
    "HF Head": Look(HEAVY, 9, 12, "center", sans=True),
    "HF Code": Look(SONG, 6, 8, "center"),
}
LATIN = COMPACT | {  # one page in English holds longer words
    "Normal": Look(BODY, 10, 13.5, first=2),
    "Title": Look(GRAND, 16, 22, "center", keep=True),
    "Subtitle": Look(PLAIN, 10.5, 16, "center"),
    "HF Note": Look(BODY, 8, 10, before=2),
    "HF Imprint": Look(BODY, 8, 10, before=4, ruled=True),
    "HF Cell": Look(SONG, 8, 9.5, "center"),
    "HF Words": Look(SONG, 8, 9.5, "left"),
    "HF Head": Look(HEAVY, 8, 9.5, "center", sans=True),
    "HF Code": Look(SONG, 5.5, 7, "center"),
}
_OUTLINE = {f"Heading {level}": level - 1 for level in range(1, 5)} | {"HF Annex": 0}


def looks(paper: Paper) -> dict[str, Look]:
    """The looks of a paper's paragraphs by style."""
    return (LATIN if paper.lang == "en" else COMPACT) if paper.compact else FULL


def page(paper: Paper) -> Any:
    """An empty python-docx document with the page, styles, header and page numbers of an official paper."""
    document = Document()
    held = document.part.package.rels  # the template's picture is one of another paper
    for name in [rel.rId for rel in held.values() if rel.reltype.endswith("/thumbnail")]:
        held.pop(name)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(28), Mm(210 - 28 - WIDTH_MM)
    section.top_margin, section.bottom_margin = (Mm(25), Mm(22)) if paper.compact else (Mm(37), Mm(35))
    section.header_distance, section.footer_distance = Mm(15), Mm(12 if paper.compact else 25)
    _grid(section, paper)
    for name, look in looks(paper).items():
        _style(document, name, look, paper)
    _language(document)
    document.settings.odd_and_even_pages_header_footer = True
    for header in (section.header, section.even_page_header):
        header.paragraphs[0].text = paper.header
    _number(section.footer, "Footer")
    _number(section.even_page_footer, "HFEven")
    return document


def _grid(section: Any, paper: Paper) -> None:
    old = section._sectPr.find(qn("w:docGrid"))
    if old is not None:
        section._sectPr.remove(old)
    if not paper.compact:
        section._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{_twips(LINE)}"/>'))


def _style(document: Any, name: str, look: Look, paper: Paper) -> None:
    if name not in document.styles:
        document.styles.add_style(name, 1)
        document.styles[name].base_style = document.styles["Normal"]
    element = document.styles[name].element
    for tag in ("w:pPr", "w:rPr"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    align = "left" if look.align == "both" and paper.lang == "en" else look.align
    keep = "<w:keepNext/>" if look.keep else ""
    rule = '<w:pBdr><w:top w:val="single" w:sz="6" w:space="4" w:color="auto"/></w:pBdr>' if look.ruled else ""
    outline = f'<w:outlineLvl w:val="{_OUTLINE[name]}"/>' if name in _OUTLINE else ""
    free = '<w:snapToGrid w:val="0"/>' if look.line != LINE else ""
    element.append(
        parse_xml(
            f'<w:pPr {nsdecls("w")}>{keep}<w:widowControl w:val="0"/>{rule}{free}'
            f'<w:spacing w:before="{_twips(look.before)}" w:after="0" w:line="{_twips(look.line)}" w:lineRule="exact"/>'
            f'{_indents(look)}<w:jc w:val="{align}"/>{outline}</w:pPr>'
        )
    )
    tight = _TIGHT if look.size == FULL["Normal"].size and paper.lang == "zh" else 0
    latin = _SANS if look.sans and paper.lang == "en" else _LATIN
    bold = look.bold or (paper.lang == "en" and (look.sans or name.startswith(("Title", "Heading"))))
    element.append(
        parse_xml(
            f"<w:rPr {nsdecls('w')}>"
            f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{latin}" w:eastAsia="{look.face}"/>'
            f'<w:b w:val="{int(bold)}"/><w:i w:val="0"/><w:color w:val="000000"/>'
            f'<w:spacing w:val="{tight}"/><w:kern w:val="0"/>'
            f'<w:sz w:val="{round(2 * look.size)}"/><w:szCs w:val="{round(2 * look.size)}"/></w:rPr>'
        )
    )


def _indents(look: Look) -> str:
    def both(name: str, chars: float) -> str:
        return f' w:{name}Chars="{round(100 * chars)}" w:{name}="{_twips(chars * look.size)}"'

    inside = both("hanging", look.hanging) if look.hanging else both("firstLine", look.first)
    return f"<w:ind{both('left', look.left)}{both('right', look.right)}{inside}/>"


def _language(document: Any) -> None:
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:eastAsia"), "zh-CN")
    settings = document.settings.element.find(qn("w:themeFontLang"))
    if settings is not None:
        settings.set(qn("w:eastAsia"), "zh-CN")


def _number(footer: Any, style: str) -> None:
    """``— 1 —`` at the outer edge, one character in."""
    paragraph = footer.paragraphs[0]._p
    for old in list(paragraph):
        paragraph.remove(old)
    hint = '<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>'
    paragraph.append(parse_xml(f'<w:pPr {nsdecls("w")}><w:pStyle w:val="{style}"/></w:pPr>'))
    paragraph.append(parse_xml(f'<w:r {nsdecls("w")}>{hint}<w:t xml:space="preserve">— </w:t></w:r>'))
    paragraph.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r>{hint}<w:t>1</w:t></w:r></w:fldSimple>')
    )
    paragraph.append(parse_xml(f'<w:r {nsdecls("w")}>{hint}<w:t xml:space="preserve"> —</w:t></w:r>'))


def _twips(points: float) -> int:
    return round(20 * points)
