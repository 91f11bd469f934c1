"""What a deck says where no generated shape stands: masters, layouts, comments, diagrams, properties, fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree
from pptx.oxml.ns import qn

from hfwork.present.pack import proof
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import Finding, Line
from hfwork.present.pack.slides import deck
from hfwork.present.pack.slides.agenda import MEETINGS

ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_TEXTS = (qn("a:t"), qn("p:text"), _MATH)
_COUNTED = ("slidenum", "datetime")  # fields that the program fills anew
# Parts proved with the slides, and those without words of people; app.xml counts words and pages.
_ELSEWHERE = ("/ppt/slides/", "/ppt/notesSlides/", "/ppt/charts/chart", "/ppt/presentation.xml", "/ppt/theme/",
              "/docProps/app.xml", "/docProps/core.xml")  # fmt: skip


def said(paragraph: Any) -> str:
    """The text of a paragraph with its fields, except those the program fills anew."""
    found = []
    for held in paragraph.iter(*_TEXTS, qn("a:br")):
        if held.tag == qn("a:br"):
            found.append("\v")
        elif not _counted(held):
            found.append(held.text or "")
    return "".join(found)


def _counted(held: Any) -> bool:
    field = held.getparent()
    return field.tag == qn("a:fld") and str(field.get("type", "")).startswith(_COUNTED)


def texts(held: Any) -> list[str]:
    """The texts anywhere below an element: whole paragraphs, and what stands in none."""
    found = [said(paragraph) for paragraph in held.iter(qn("a:p"))]
    alone = (t for t in held.iter(*_TEXTS) if all(above.tag != qn("a:p") for above in t.iterancestors()))
    return [*found, *(t.text or "" for t in alone)]


def beside(made: Any, facts: Iterable[Facts], file: str) -> Iterator[Finding]:
    """Numbers in all parts of a deck beside its slides, and in the properties of the file."""
    each = list(facts)
    feet = [deck.footer(own) for own in each]
    for part in made.part.package.iter_parts():
        name = str(part.partname)
        if name.startswith(_ELSEWHERE) or "xml" not in part.content_type or not name.endswith(".xml"):
            continue
        root = part._element if hasattr(part, "_element") else _parsed(part.blob)
        if root is not None:
            lines = [Line(name, line) for line in [*texts(root), *_values(root)]]
            yield from proof.compare(file, feet * len(lines), lines)
    yield from _properties(made, each, file)


def _parsed(blob: bytes) -> Any:
    try:
        return etree.fromstring(blob, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return None


def _values(root: Any) -> list[str]:
    """Texts among the file's own properties – its counts are the program's – and values of charts of newer kinds."""
    listed = [held for held in root.iter("{*}lpwstr", "{*}pt") if not len(held)]
    return [held.text or "" for held in listed if held.getparent().get("name") != "PresentationFormat"]


def _properties(made: Any, each: list[Facts], file: str) -> Iterator[Finding]:
    """The properties of the file name the release; a number of another one is wrong."""
    own = made.core_properties
    lines = [own.subject, own.title, own.keywords, own.comments, own.category, own.content_status, own.author]
    expected = [deck.subject(facts) for facts in each]
    for facts in each:
        expected += [f"{facts.meta['title'][facts.lang]} {facts.say(f'pack.meeting.{m}')}" for m in MEETINGS]
    yield from proof.compare(file, expected, [Line("docProps", line or "") for line in lines])
