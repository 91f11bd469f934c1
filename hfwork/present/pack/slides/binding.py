"""How a shape on a slide remembers what it shows: a key and prints of what was generated, in the shape's name.

A name travels with a shape through moving, restyling, copying to another deck and other office programs. It reads
``分布图 [hf:zh:map/health_record_coverage/latest#…]``; what follows ``#`` tells generated content from rewritten.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_NAME = re.compile(r"\[hf:(zh|en):([^#\]@]+)(?:@([^#\]]+))?(?:#([^\]]*))?\]")
_SHORT = 2  # characters of a print of one cell of a table: one in 4,096 edits is overlooked
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"


@dataclass(frozen=True)
class Binding:
    """What a shape shows: ``key`` of an element, a ``part`` of it (a unit on a map), and ``prints``."""

    lang: str
    key: str
    part: str = ""
    prints: str = ""

    def name(self, words: str) -> str:
        """The shape's name; ``words`` say to people what it is."""
        part = f"@{self.part}" if self.part else ""
        prints = f"#{self.prints}" if self.prints else ""
        return f"{_NAME.sub('', words)} [hf:{self.lang}:{self.key}{part}{prints}]"


def read(name: str) -> Binding | None:
    """The binding in a shape's name; None for a shape of somebody's own."""
    found = _NAME.search(name or "")
    return Binding(found[1], found[2], found[3] or "", found[4] or "") if found else None


def renamed(name: str, binding: Binding) -> str:
    """The name with another binding in it, what people call the shape kept."""
    return _NAME.sub(lambda _: binding.name("").strip(), name, count=1)


def short(words: str) -> str:
    """Two characters that change with the text."""
    bits = int.from_bytes(hashlib.sha256(plain(words).encode()).digest()[:4], "big")
    return "".join(_LETTERS[(bits >> 6 * i) & 63] for i in range(_SHORT))


def plain(words: str) -> str:
    """A text without the differences office programs make: kinds of spaces and line ends."""
    return re.sub(r"[\s\u200b]+", " ", words).strip()


def line_print(words: str) -> str:
    """Length and print of one line, so that it is found again inside a longer one."""
    said = plain(words)
    return f"{len(said)}.{_digest(said)}"


def find(printed: str, words: str) -> tuple[int, int] | None:
    """Where in a text (as ``plain``) a generated line stands, from its print; None when it was rewritten."""
    length, _, digest = printed.partition(".")
    if not length.isdigit():
        return None
    size, said = int(length), plain(words)
    for start in range(len(said) - size + 1):
        end = start + size
        if _digest(said[start:end]) == digest and not (_glued(said, start) or _glued(said, end)):
            return start, end
    return None


def _glued(said: str, at: int) -> bool:
    """Whether a place in a text lies inside a number: what was 5 has become 15 or 5.2."""
    around = said[max(at - 2, 0) : at + 2]
    return bool(
        0 < at < len(said) and re.search(r"\d[.,]?\d", around) and re.match(r"[\d.,]{2}", said[at - 1 : at + 1])
    )


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def words_prints(lines: tuple[str, ...]) -> str:
    """Prints of the lines of a text box."""
    return ",".join(line_print(line) for line in lines)


def grid_prints(rows: list[tuple[str, ...]]) -> str:
    """Prints of a table, header first: two characters a cell, rows parted by commas."""
    return ",".join("".join(short(cell) for cell in row) for row in rows)


def values_print(values: object) -> str:
    """A print of the data of a chart."""
    return _digest(repr(values))
