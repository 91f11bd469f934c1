"""A paper as a Word file: the same bytes from the same paper, written whole or not at all."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from hfwork.present.pack.package import put, seal
from hfwork.present.pack.papers import gbt
from hfwork.present.pack.papers.paper import (
    Annex,
    Attachments,
    Block,
    Heading,
    Note,
    Paper,
    Paragraph,
    Signature,
    Table,
    Title,
)

_WIDTH = round(gbt.WIDTH_MM / 25.4 * 1440)  # twips


def write_docx(paper: Paper, target: Path) -> Path:
    """Write a paper as DOCX and return its path; a file there is replaced whole. Raises ``no_access``."""
    return put(target, docx_bytes(paper))


def docx_bytes(paper: Paper) -> bytes:
    """The bytes of the Word file; equal papers give equal bytes."""
    document = gbt.page(paper)
    body = document.element.body
    for child in list(body)[:-1]:  # the last one is the section
        body.remove(child)
    xml = "".join(part for block in paper.blocks for part in _block(block, paper))
    for element in list(parse_xml(f"<w:body {nsdecls('w')}>{xml}</w:body>")):
        body.insert(len(body) - 1, element)
    _properties(document, paper)
    made = io.BytesIO()
    document.save(made)
    return seal(made.getvalue(), dt.date.fromisoformat(paper.as_of))


def _properties(document: Any, paper: Paper) -> None:
    core = document.core_properties
    core.title, core.subject, core.author, core.comments, core.keywords = paper.properties()
    core.last_modified_by, core.category, core.revision = paper.author, "", 1
    core.language = "zh-CN" if paper.lang == "zh" else "en"
    core.created = core.modified = dt.datetime.combine(dt.date.fromisoformat(paper.as_of), dt.time())


def _block(block: Block, paper: Paper) -> Iterator[str]:
    if isinstance(block, Title):
        yield from (_paragraph(line, "Title") for line in block.lines)
        if block.under:
            yield _paragraph(block.under, "Subtitle")
        if not paper.compact:
            yield _paragraph("", "Normal")
    elif isinstance(block, Heading):
        yield _paragraph(block.said, f"Heading{block.level}")
    elif isinstance(block, Paragraph):
        gap = "" if block.lang == "zh" else " "
        lead = _run(block.lead + gap, bold=True) if block.lead else ""
        yield _wrapped(lead + _run(gap.join(s.said for s in block.sentences)), "Normal")
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Note):
        yield _paragraph(block.said, "HFImprint" if block.ruled else "HFNote")
    elif isinstance(block, Attachments):
        yield from (_paragraph(line, "HFAttachment" if at else "HFFirst") for at, line in enumerate(block.lines))
    elif isinstance(block, Signature):
        yield _paragraph("", "HFSignature") * 2
        yield from (_paragraph(line, "HFSignature") for line in (block.unit, block.date) if line)
    else:
        yield from _annex(block)


def _annex(block: Annex) -> Iterator[str]:
    yield _wrapped(_run(block.label), "HFAnnex", "<w:pageBreakBefore/>")
    yield _paragraph("", "HFAnnex")
    yield _paragraph(block.title, "Title")
    yield _paragraph("", "HFNote")


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield _paragraph(table.caption, "Caption")
    total = sum(table.widths)
    widths = [round(_WIDTH * width / total) for width in table.widths]
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(f'<w:{side} w:w="50" w:type="dxa"/>' for side in ("left", "right"))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = [_row(table.header, widths, table.left, header=True)]
    rows += [_row(row.texts, widths, table.left) for row in table.rows]
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(texts: tuple[str, ...], widths: list[int], left: tuple[int, ...], *, header: bool = False) -> str:
    cells = []
    for at, (text, width) in enumerate(zip(texts, widths, strict=True)):
        style = "HFHead" if header else "HFWords" if at in left else "HFCell"
        first, *small = text.split("\n")
        said = _paragraph(first, style) + "".join(_paragraph(line, style if header else "HFCode") for line in small)
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>{said}</w:tc>'
        )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if header else ''}</w:trPr>{''.join(cells)}</w:tr>"


def _paragraph(said: str, style: str) -> str:
    return _wrapped(_run(said), style)


def _wrapped(runs: str, style: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{runs}</w:p>'


def _run(said: str, *, bold: bool = False) -> str:
    """A run; the hint gives quotation marks and dashes among Chinese words the Chinese face."""
    if not said:
        return ""
    hint = '<w:rFonts w:hint="eastAsia"/>' if any(ord(sign) > 0x2E80 for sign in said) else ""
    look = f"<w:rPr>{hint}{'<w:b/>' if bold else ''}</w:rPr>" if hint or bold else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(said)}</w:t></w:r>'
