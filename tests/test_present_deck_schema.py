"""The XML of a deck as office programs want it: children in the order of the schema, names told apart by number."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from hfwork.present.pack.facts import Facts
from hfwork.present.pack.slides import deck
from hfwork.release.bundle import Release, open_release

_NAMES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
}
_AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr"
)
_AXIS += " txPr crossAx crosses crossesAt"
_SERIES = "idx order tx spPr"
_FILL = "noFill solidFill gradFill blipFill pattFill grpFill"
_RUN = f"ln {_FILL} effectLst effectDag highlight uLnTx uLn uFillTx uFill latin ea cs sym hlinkClick hlinkMouseOver rtl"
_RUN += " extLst"
# Element of the schema (ECMA-376, 5th edition, part 1) → the order of its children.
ORDERS = {
    "a:rPr": _RUN,
    "a:defRPr": _RUN,
    "a:endParaRPr": _RUN,
    "a:p": "pPr r br fld endParaRPr",
    "a:pPr": "lnSpc spcBef spcAft buClrTx buClr buSzTx buSzPct buSzPts buFontTx buFont buNone buAutoNum buChar buBlip"
             " tabLst defRPr extLst",
    "a:bodyPr": "prstTxWarp noAutofit normAutofit spAutoFit scene3d sp3d flatTx extLst",
    "a:tbl": "tblPr tblGrid tr",
    "a:tr": "tc extLst",
    "a:tc": "txBody tcPr extLst",
    "a:tcPr": f"lnL lnR lnT lnB lnTlToBr lnBlToTr cell3D {_FILL} headers extLst",
    "a:ln": "noFill solidFill gradFill pattFill prstDash custDash round bevel miter headEnd tailEnd extLst",
    "p:sp": "nvSpPr spPr style txBody extLst",
    "p:grpSp": "nvGrpSpPr grpSpPr sp grpSp graphicFrame cxnSp pic contentPart extLst",
    "p:graphicFrame": "nvGraphicFramePr xfrm graphic extLst",
    "p:spPr": f"xfrm custGeom prstGeom {_FILL} ln effectLst effectDag scene3d sp3d extLst",
    "p:txBody": "bodyPr lstStyle p",
    "c:chartSpace": "date1904 lang roundedCorners AlternateContent style clrMapOvr pivotFmts protection chart spPr txPr"
                    " externalData printSettings userShapes extLst",
    "c:chart": "title autoTitleDeleted pivotFmts view3D floor sideWall backWall plotArea legend plotVisOnly"
               " dispBlanksAs showDLblsOverMax extLst",
    "c:plotArea": "layout barChart lineChart catAx valAx dTable spPr extLst",
    "c:barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId extLst",
    "c:lineChart": "grouping varyColors ser dLbls dropLines hiLowLines upDownBars marker smooth axId extLst",
    "c:catAx": f"{_AXIS} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl extLst",
    "c:valAx": f"{_AXIS} crossBetween majorUnit minorUnit dispUnits extLst",
    "c:scaling": "logBase orientation max min extLst",
    "c:legend": "legendPos legendEntry layout overlay spPr txPr extLst",
    "c:dLbls": "dLbl delete numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent"
               " showBubbleSize separator showLeaderLines leaderLines extLst",
    "c:marker": "symbol size spPr extLst",
}  # fmt: skip
_SERIES_OF = {
    "barChart": f"{_SERIES} invertIfNegative pictureOptions dPt dLbls trendline errBars cat val shape extLst",
    "lineChart": f"{_SERIES} marker dPt dLbls trendline errBars cat val smooth extLst",
}
_FREE = {"a:p": {"r", "br", "fld"}, "p:grpSp": {"sp", "grpSp", "graphicFrame", "cxnSp", "pic"}}  # in any order


def _local(node: etree._Element) -> str:
    return etree.QName(node).localname


def _known(node: etree._Element) -> tuple[str, str] | None:
    """The name of an element as in ``ORDERS``, and its order."""
    space = next((short for short, long in _NAMES.items() if etree.QName(node).namespace == long), "")
    name = f"{space}:{_local(node)}"
    if name == "c:ser":
        return name, _SERIES_OF[_local(node.getparent())]
    if name == "c:marker" and _local(node.getparent()) == "lineChart":
        return None  # a switch, not a mark
    return (name, ORDERS[name]) if name in ORDERS else None


def _disorder(root: etree._Element) -> Iterator[str]:
    for node in root.iter(etree.Element):
        known = _known(node)
        if known is None:
            continue
        name, order = known[0], known[1].split()
        free = _FREE.get(name, set())
        first = min((order.index(tag) for tag in free), default=0)
        tags = [_local(child) for child in node if isinstance(child.tag, str)]
        places = [first if tag in free else order.index(tag) if tag in order else -1 for tag in tags]
        if -1 in places or places != sorted(places):
            yield f"{name}: {' '.join(tags)}"


def _parts(content: bytes) -> Iterator[tuple[str, etree._Element]]:
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        for name in held.namelist():
            if name.endswith((".xml", ".rels")):
                yield name, etree.fromstring(held.read(name))


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


@pytest.fixture(scope="module", params=["zh", "en"])
def content(request: pytest.FixtureRequest, release: Path) -> bytes:
    found: Release = open_release(release)
    return deck.build(Facts(found, request.param), "midterm")[0]


def test_children_stand_in_the_order_of_the_schema(content: bytes) -> None:
    made = ("ppt/slides/", "ppt/charts/", "ppt/notesSlides/", "ppt/slideLayouts/", "ppt/slideMasters/")
    found = {name: list(_disorder(root)) for name, root in _parts(content) if name.startswith(made)}
    assert {name: said for name, said in found.items() if said} == {}
    assert sum(name.startswith("ppt/charts/") for name in found) >= 4


def test_shapes_of_a_slide_have_numbers_of_their_own(content: bytes) -> None:
    found = {
        name: _twice([node.get("id", "") for node in root.iter(f"{{{_NAMES['p']}}}cNvPr")])
        for name, root in _parts(content)
    }
    assert {name: ids for name, ids in found.items() if ids} == {}


def test_relationships_of_a_part_have_names_of_their_own(content: bytes) -> None:
    found = {name: _twice([r.get("Id", "") for r in root]) for name, root in _parts(content) if name.endswith(".rels")}
    assert {name: ids for name, ids in found.items() if ids} == {}


def test_readers_without_sight_are_served(content: bytes) -> None:
    """The title comes first, tables name their head row, charts and maps say what they show."""
    faults = []
    for name, root in _parts(content):
        if not name.startswith("ppt/slides/slide"):
            continue
        tree = root.find(f".//{{{_NAMES['p']}}}spTree")
        assert tree is not None
        first = next(child for child in tree if _local(child) in ("sp", "grpSp", "graphicFrame"))
        placeholder = next(first.iter(f"{{{_NAMES['p']}}}ph"), None)
        if placeholder is None or placeholder.get("type") not in ("title", "ctrTitle"):
            faults.append(f"{name}: the title is not first")
        faults += [f"{name}: table without head row" for table in root.iter(f"{{{_NAMES['a']}}}tblPr")
                   if table.get("firstRow") != "1"]  # fmt: skip
        for shape in tree:
            drawn = _local(shape) == "grpSp" or next(shape.iter(f"{{{_NAMES['c']}}}chart"), None) is not None
            if drawn and not next(shape.iter(f"{{{_NAMES['p']}}}cNvPr")).get("descr"):
                faults.append(f"{name}: no words for a picture")
    assert faults == []
