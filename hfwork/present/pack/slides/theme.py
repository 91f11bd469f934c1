"""The empty deck: 16:9, its colours, East-Asian fonts, layouts with footer and slide number."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

WIDTH, HEIGHT = 13.333, 7.5  # inches
MARGIN = 0.6
FONTS = {"zh": ("Segoe UI", "微软雅黑"), "en": ("Segoe UI", "微软雅黑")}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
INK, MUTED, TEAL, PALE, RULE, GOLD = "16302F", "536B69", "15595A", "E3F1EF", "79BAB5", "F2C14E"
_COLOURS = {"dk1": INK, "lt1": "FFFFFF", "dk2": TEAL, "lt2": PALE, "accent1": "0072B2", "accent2": "D55E00",
            "accent3": "007A5E", "accent4": "F2C14E", "accent5": "C44E00", "accent6": "8A9A98",
            "hlink": "0072B2", "folHlink": "536B69"}  # fmt: skip
COVER, CONTENT, TITLE_ONLY, BLANK = 0, 1, 2, 3  # the layouts kept, in this order
_KEPT = (0, 1, 5, 6)
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def empty(lang: str, footer: str) -> Any:
    """A presentation without slides; ``footer`` stands at the foot of every slide."""
    deck = Presentation()
    _forget(deck.part, "/printerSettings")
    _forget(deck.part.package, "/thumbnail")
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for at, layout in reversed(list(enumerate(deck.slide_layouts))):
        if at not in _KEPT:
            deck.slide_layouts.remove(layout)
    _recolour(deck, lang)
    _shape_master(deck)
    for at, layout in enumerate(deck.slide_layouts):
        for shape in list(layout.placeholders):
            if shape.placeholder_format.idx in (10, 11, 12):  # dates and footers that nobody fills
                shape._element.getparent().remove(shape._element)
        _place(layout, at)
        if at != COVER:
            _foot(layout, lang, footer)
    return deck


def _forget(part: Any, kind: str) -> None:
    """Take out what the template brought along: the settings of somebody's printer, a picture of another deck."""
    for name in [rel.rId for rel in part._rels.values() if rel.reltype.endswith(kind)]:
        part.drop_rel(name)


def _recolour(deck: Any, lang: str) -> None:
    """Theme colours and fonts, so that what people add looks like the rest."""
    part = next(r.target_part for r in deck.slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    root = etree.fromstring(part.blob)
    for name, colour in _COLOURS.items():
        slot = root.find(f".//{{{_A}}}clrScheme/{{{_A}}}{name}")
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, f"{{{_A}}}srgbClr", val=colour)
    latin, east = FONTS[lang]
    for scheme in ("majorFont", "minorFont"):
        fonts = root.find(f".//{{{_A}}}fontScheme/{{{_A}}}{scheme}")
        fonts.find(f"{{{_A}}}latin").set("typeface", latin)
        fonts.find(f"{{{_A}}}ea").set("typeface", east)
        for other in fonts.findall(f"{{{_A}}}font[@script='Hans']"):
            other.set("typeface", east)
    part.blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _shape_master(deck: Any) -> None:
    master = deck.slide_master
    for shape in list(master.placeholders):
        kind = shape.placeholder_format.type
        if kind is not None and kind.name == "TITLE":
            _box(shape, MARGIN, 0.35, WIDTH - 2 * MARGIN, 0.95)
        elif kind is not None and kind.name == "BODY":
            _box(shape, MARGIN, 1.5, WIDTH - 2 * MARGIN, 5.1)
        else:
            shape._element.getparent().remove(shape._element)
    styles = master._element.find(qn("p:txStyles"))
    for shape in master.placeholders:  # words begin where the rule and the tables begin
        shape.text_frame.margin_left = shape.text_frame.margin_right = 0
    title = styles.find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    title.set("algn", "l")
    run = title.find(qn("a:defRPr"))
    run.set("sz", "2400")
    run.set("b", "1")
    for level in styles.find(qn("p:bodyStyle")):
        size = level.find(qn("a:defRPr"))
        if size is not None:
            size.set("sz", str(min(int(size.get("sz", "1800")), 2000)))


def _place(layout: Any, at: int) -> None:
    for shape in layout.placeholders:
        title = shape.placeholder_format.idx == 0
        if at == COVER:
            top, height, size = (1.75, 1.5, 44) if title else (3.75, 1.5, 26)
            _box(shape, 1.1, top, WIDTH - 2.2, height)
            _default_size(shape, size, "FFFFFF")
        elif title:
            _drop_geometry(shape)
    if at == COVER:
        fill = layout.background.fill
        fill.solid()
        fill.fore_color.rgb = _rgb(TEAL)
        layout.shapes._spTree.append(_text_box(90, "hf-rule", (WIDTH / 2 - 1.5, 3.45, 3.0, 0.04), "", fill=GOLD))


def _foot(layout: Any, lang: str, footer: str) -> None:
    """A rule under the title, the footer and the number of the slide."""
    rule = layout.shapes  # layouts have no add_…: their tree takes what a slide's tree takes
    tree = rule._spTree
    tree.append(_text_box(90, "hf-rule", (MARGIN, 1.34, WIDTH - 2 * MARGIN, 0.03), "", fill=RULE))
    tree.append(_text_box(91, "hf-footer", (MARGIN, 7.06, 9.5, 0.3), footer, lang=lang))
    tree.append(_text_box(92, "hf-number", (WIDTH - 1.6, 7.06, 1.0, 0.3), None, lang=lang, right=True))


def _text_box(
    identity: int,
    name: str,
    box: tuple[float, ...],
    said: str | None,
    *,
    lang: str = "zh",
    fill: str = "",
    right: bool = False,
) -> Any:
    x, y, w, h = (int(v * 914400) for v in box)
    paint = f'<a:solidFill><a:srgbClr val="{fill}"/></a:solidFill>' if fill else "<a:noFill/>"
    props = f'<a:rPr lang="{LANGUAGES[lang]}" sz="1000"><a:solidFill><a:srgbClr val="{MUTED}"/></a:solidFill></a:rPr>'
    number = f'<a:fld id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">{props}<a:t>‹#›</a:t></a:fld>'
    run = number if said is None else f"<a:r>{props}<a:t/></a:r>" if said else ""
    align = ' algn="r"' if right else ""
    box_xml = (
        '<p:sp xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        f'xmlns:a="{_A}"><p:nvSpPr><p:cNvPr id="{identity}" name="{name}"/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>{paint}<a:ln><a:noFill/></a:ln></p:spPr>'
        '<p:txBody><a:bodyPr lIns="0" rIns="0" tIns="0" bIns="0" anchor="ctr"/><a:lstStyle/>'
        f"<a:p><a:pPr{align}/>{run}</a:p></p:txBody></p:sp>"
    )
    from pptx.oxml import parse_xml

    made = parse_xml(box_xml)
    if said:
        made.find(".//" + qn("a:t")).text = said
    return made


def _box(shape: Any, x: float, y: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = Inches(x), Inches(y), Inches(width), Inches(height)


def _drop_geometry(shape: Any) -> None:
    """A placeholder without its own place takes that of the master."""
    own = shape._element.spPr.find(qn("a:xfrm"))
    if own is not None:
        shape._element.spPr.remove(own)


def _default_size(shape: Any, size: int, colour: str) -> None:
    body = shape._element.txBody
    styles = body.find(qn("a:lstStyle"))
    for child in list(styles):
        styles.remove(child)
    level = etree.SubElement(styles, qn("a:lvl1pPr"), marL="0", indent="0", algn="ctr")
    etree.SubElement(level, qn("a:buNone"))
    run = etree.SubElement(level, qn("a:defRPr"), sz=str(Pt(size).centipoints))
    etree.SubElement(etree.SubElement(run, qn("a:solidFill")), qn("a:srgbClr"), val=colour)


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour)
