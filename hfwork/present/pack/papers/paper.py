"""A paper before it is a file: typed blocks whose sentences and rows know the published cells they show.

Word and web versions are written from the same blocks, and proved against the same lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hfwork.present.pack.facts import Cell

BETWEEN = " | "  # between the cells of a row, where a row is read as one line


@dataclass(frozen=True)
class Sentence:
    """One sentence with its full stop, and the cells behind its figures."""

    said: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Title:
    """The title, in the lines it is broken into, and what stands under it."""

    lines: tuple[str, ...]
    under: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、) to 4 （1）; its number is part of what it says."""

    level: int
    said: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences; ``lead`` are words in bold before them."""

    sentences: tuple[Sentence, ...]
    lang: str = "zh"
    lead: str = ""

    @property
    def said(self) -> str:
        """The whole paragraph as one text."""
        return ("" if self.lang == "zh" else " ").join(filter(None, (self.lead, *(s.said for s in self.sentences))))


@dataclass(frozen=True)
class Row:
    """One row of a table: a text for each column; a second line in a text is set small (a receipt)."""

    texts: tuple[str, ...]
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table; ``widths`` are shares of the width, ``left`` the columns of words."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    left: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Note:
    """Small print; ``ruled``: with a line above, as the imprint of a paper has."""

    said: str
    ruled: bool = False


@dataclass(frozen=True)
class Attachments:
    """The list of attachments below the text, numbered in Arabic digits."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Signature:
    """Who signs (may be empty) and the date, at the right."""

    unit: str
    date: str


@dataclass(frozen=True)
class Annex:
    """An attachment begins on a page of its own: ``附件1`` and its title."""

    label: str
    title: str


Block = Title | Heading | Paragraph | Table | Note | Attachments | Signature | Annex


@dataclass(frozen=True)
class Paper:
    """A whole paper. ``header`` stands on every page; ``compact``: one page in smaller type."""

    lang: str
    title: str
    subject: str
    author: str
    about: str
    as_of: str
    blocks: tuple[Block, ...]
    header: str = ""
    compact: bool = False
    keywords: str = field(default="")

    def cells(self) -> Iterator[Cell]:
        """The published cells it shows, in the order in which they are first shown."""
        yield from distinct(cell for block in self.blocks for cell in _cells(block))

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence that stands in a paragraph."""
        yield from (s for block in self.blocks if isinstance(block, Paragraph) for s in block.sentences)

    def properties(self) -> tuple[str, ...]:
        """What the properties of the file say."""
        return (self.title, self.subject, self.author, self.about, self.keywords)

    def lines(self) -> list[str]:
        """Every line the file holds: paragraphs, and whole rows of tables."""
        return [line for block in self.blocks for line in _lines(block)] + [self.header, *self.properties()]


def distinct(cells: Iterable[Cell]) -> list[Cell]:
    """The cells without repetition, in order."""
    return list({cell["receipt"]: cell for cell in cells}.values())


def _cells(block: Block) -> Iterator[Cell]:
    if isinstance(block, Paragraph):
        yield from (cell for sentence in block.sentences for cell in sentence.cells)
    elif isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row.cells)


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        yield block.caption
        yield from (row_line(texts) for texts in (block.header, *(row.texts for row in block.rows)))
    elif isinstance(block, Title):
        yield from (*block.lines, block.under)
    elif isinstance(block, Attachments):
        yield from block.lines
    elif isinstance(block, Signature):
        yield from (block.unit, block.date)
    elif isinstance(block, Annex):
        yield from (block.label, block.title)
    else:
        yield block.said


def row_line(texts: Iterable[str]) -> str:
    """A row of a table as one line."""
    return BETWEEN.join(text.replace("\n", " ") for text in texts)
