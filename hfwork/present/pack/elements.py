"""What documents are made of: words, tables, plots and tiles with the cells they show, composed from a key.

A key such as ``map/health_record_coverage/latest`` names what an element shows. Composed again on another release it
gives what the element shows there: that is how a deck is refreshed and how a pack is proved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import TypeVar

from hfwork.present.pack.facts import Cell, Facts, Gone


@dataclass(frozen=True)
class Words:
    """Lines of text; each is one paragraph and stands on its own."""

    lines: tuple[str, ...]
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table of texts; the first column names the row. ``widths`` are shares; ``left`` columns hold words."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    cells: tuple[Cell, ...] = ()
    widths: tuple[float, ...] = ()
    left: tuple[int, ...] = (0,)

    @property
    def alt(self) -> str:
        """What the table holds, for those who cannot see it: its heads."""
        return " · ".join(self.header)


@dataclass(frozen=True)
class Series:
    """One series of a plot: ``look`` is bar, line, limit, target, point, met, near, behind, plain, past or mark."""

    name: str
    values: tuple[float | None, ...]
    look: str


@dataclass(frozen=True)
class Plot:
    """A native chart. ``kind``: ``bars`` (lying), ``columns``, ``lines`` or ``stack``.

    ``format`` is that of its numbers; ``percent``: its axis need not go beyond 100.
    """

    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    format: str = "0.0"
    percent: bool = False
    alt: str = ""
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Tile:
    """One unit on the map: its rings in map units, what is written on it, its fill, its status."""

    code: str
    lines: tuple[str, ...]
    fill: str
    ink: str
    dashed: bool
    status: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    centre: tuple[float, float]
    alt: str


@dataclass(frozen=True)
class Tiles:
    """A map of native shapes."""

    tiles: tuple[Tile, ...]
    alt: str = ""
    cells: tuple[Cell, ...] = field(default=(), repr=False)


Element = Words | Grid | Plot | Tiles
Maker = TypeVar("Maker", bound=Callable[..., "Words | Grid | Plot | Tiles"])
MAKERS: dict[str, Callable[..., Element]] = {}


def element(maker: Maker) -> Maker:
    """Make a function ``(facts, *arguments) → element`` known under its own name."""
    MAKERS[maker.__name__] = maker
    return maker


def compose(facts: Facts, key: str) -> Element:
    """The element a key means on this release. Raises ``Gone`` where the release has nothing for it."""
    # They make their elements known.
    from hfwork.present.pack.content import (  # noqa: F401
        chains,
        courses,
        matters,
        measures,
        opening,
        programme,
        sources,
        work,
    )

    name, *arguments = key.split("/")
    try:
        signature(MAKERS[name]).bind(facts, *arguments)
    except (KeyError, TypeError):  # a key of another version, or one that somebody has typed
        raise Gone(key) from None
    return MAKERS[name](facts, *arguments)


def key(name: str, *arguments: str) -> str:
    """The key of an element."""
    return "/".join((name, *arguments))
