"""Proof of papers: the files are read again, whatever program has saved them, and held against the paper's lines."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from lxml import etree

from hfwork.present.pack.papers.paper import Paper, row_line
from hfwork.present.pack.proof import Finding, Line, compare, tidy

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = {f"{_W}moveFrom", f"{_W}del"}
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
_BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "li", "header", "footer", "main", "section", "aside",
           "title", "caption", "div", "table", "body", "figure", "figcaption", "blockquote", "pre"}  # fmt: skip
_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")  # what the office program itself counts


def prove_docx(paper: Paper, file: Path) -> list[Finding]:
    """What in a Word file is not as the paper says: text, tables, headers, footers, notes, boxes, properties."""
    with zipfile.ZipFile(file) as package:
        names = [name for name in sorted(package.namelist()) if _TEXT.fullmatch(name)]
        lines = [line for name in names for line in _part(name, etree.fromstring(package.read(name), _PARSER))]
        if "docProps/core.xml" in package.namelist():
            lines += _core(etree.fromstring(package.read("docProps/core.xml"), _PARSER))
    return compare(file.name, paper.lines(), lines)


def prove_html(paper: Paper, file: Path) -> list[Finding]:
    """What in a web page is not as the paper says: text, tables, title, descriptions, alternative texts."""
    reader = _Reader()
    reader.feed(file.read_text("utf-8"))
    reader.close()
    return compare(file.name, paper.lines(), reader.found)


def _part(name: str, root: Any) -> Iterator[Line]:
    where = name.removeprefix("word/").removesuffix(".xml")
    for number, (kind, said) in enumerate(_said(root), start=1):
        if tidy(said):
            yield Line(f"{where} {kind} {number}", said)


def _said(element: Any) -> Iterator[tuple[str, str]]:
    """Paragraphs and whole rows below an element; text boxes after the paragraph they hang on."""
    for child in element:
        if child.tag == f"{_W}p":
            yield "p", _own_text(child)
            yield from _boxes(child)
        elif child.tag == f"{_W}tr":
            own = [cell for cell in child.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is child]
            cells = [" ".join(said for _, said in _said(cell) if said) for cell in own]
            yield "row", row_line(cells)
        elif child.tag not in _GONE | {_FALLBACK}:
            yield from _said(child)


def _boxes(paragraph: Any) -> Iterator[tuple[str, str]]:
    for child in paragraph:
        if child.tag == f"{_W}txbxContent":
            yield from _said(child)
        elif child.tag != _FALLBACK:
            yield from _boxes(child)


def _own_text(paragraph: Any) -> str:
    """The text of a paragraph, insertions in it, without what was deleted, text boxes and counted fields."""
    said: list[str] = []
    fields: list[list[str]] = []  # instruction of each field that is open

    def walk(element: Any) -> None:
        for child in element:
            tag = str(child.tag).removeprefix(_W)
            if child.tag in _GONE or child.tag == _FALLBACK or tag == "txbxContent":
                continue
            if tag == "fldChar":
                kind = child.get(f"{_W}fldCharType")
                if kind == "begin":
                    fields.append([])
                elif kind == "end" and fields:
                    fields.pop()
            elif tag == "instrText" and fields:
                fields[-1].append(child.text or "")
            elif tag == "fldSimple" and _counted(child.get(f"{_W}instr") or ""):
                continue
            elif tag == "t":
                if not any(_counted("".join(instruction)) for instruction in fields):
                    said.append(child.text or "")
            elif tag in ("tab", "br", "cr"):
                said.append(" ")
            elif tag == "noBreakHyphen":
                said.append("-")
            else:
                walk(child)

    walk(paragraph)
    return "".join(said)


def _counted(instruction: str) -> bool:
    return instruction.strip().upper().startswith(_FIELDS)


def _core(root: Any) -> Iterator[Line]:
    for element in root:
        name = str(element.tag).rpartition("}")[2]
        if name in ("title", "subject", "creator", "description", "keywords", "category") and element.text:
            yield Line(f"properties {name}", element.text)


class _Reader(HTMLParser):
    """Reads the lines of a page: blocks of text, rows as wholes, and what attributes say to people."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Line] = []
        self.row: list[list[str]] | None = None
        self.text: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A new block, row or cell; what its attributes say."""
        named = dict(attrs)
        told = [named.get(key) or "" for key in ("alt", "title", "aria-label")]
        if tag == "meta" and named.get("name") not in (None, "viewport"):
            told.append(named.get("content") or "")
        self.found += [Line(f"{tag} attribute", said) for said in told if said]
        if tag in ("style", "script"):
            self.silent += 1
        elif tag == "tr":
            self._flush()
            self.row = []
        elif tag in ("td", "th") and self.row is not None:
            self.row.append([])
        elif tag in _BLOCKS:
            self._flush()
        elif tag in ("br", "small"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        """A block or row ends."""
        if tag in ("style", "script"):
            self.silent -= 1
        elif tag == "tr" and self.row is not None:
            self.found.append(Line(f"row {self.getpos()[0]}", row_line(tidy("".join(cell)) for cell in self.row)))
            self.row = None
        elif tag in _BLOCKS:
            self._flush()

    def handle_data(self, data: str) -> None:
        """Text, kept for the cell or block that is open."""
        if not self.silent:
            (self.row[-1] if self.row else self.text).append(data)

    def close(self) -> None:
        """The end of the page."""
        super().close()
        self._flush()

    def _flush(self) -> None:
        if said := tidy("".join(self.text)):
            self.found.append(Line(f"line {self.getpos()[0]}", said))
        self.text = []
