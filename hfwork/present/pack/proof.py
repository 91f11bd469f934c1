"""Proving what a document says against what the release says: every number, in its own line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WRONG, UNPROVED, LOST = "wrong", "unproved", "lost"
_NUMBER = re.compile(r"HF(?:-[0-9A-Z]+)+|\d[\d,]*(?:\.\d+)?")
_ALIKE = 0.6  # two lines are versions of one another from here on


@dataclass(frozen=True)
class Finding:
    """What is not as the release says.

    ``kind``: ``wrong`` – another number stands where the release has its own; ``unproved`` – a number in words that
    people wrote themselves, so nothing tells what it should be; ``lost`` – something the pack was made with is gone.
    """

    kind: str
    file: str
    where: str
    given: str
    expected: str = ""


@dataclass(frozen=True)
class Line:
    """One line of a document: where it stands, and its text."""

    where: str
    said: str


def numbers(said: str) -> list[str]:
    """The numbers and receipts in a text, in order, full-width digits read as plain ones."""
    return _NUMBER.findall(tidy(said))


def tidy(said: str) -> str:
    """A text with one kind of digits, spaces and dashes."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", said)).strip()


def skeleton(said: str) -> str:
    """The text without its numbers."""
    return _NUMBER.sub("□", tidy(said))


def compare(file: str, expected: Iterable[str], actual: Sequence[Line]) -> list[Finding]:
    """Hold the lines of a document against those the release gives, wherever they stand now.

    A line that is as generated is proved. One whose words are generated and whose numbers are not is ``wrong``. In a
    line people have written or rewritten, numbers that the release's line does not hold are ``unproved``.
    """
    left = [tidy(line) for line in expected]
    open_lines: list[Line] = []
    for line in actual:
        said = tidy(line.said)
        if said in left:
            left.remove(said)
        elif numbers(said):
            open_lines.append(line)
    found: list[Finding] = []
    for line in open_lines:
        twin = _same_words(line.said, left)
        if twin is not None:
            left.remove(twin)
            pairs = zip(numbers(line.said), numbers(twin), strict=True)
            found += [Finding(WRONG, file, line.where, given, wanted) for given, wanted in pairs if given != wanted]
            continue
        found += _rewritten(file, line, left)
    return found


def _same_words(said: str, left: Sequence[str]) -> str | None:
    """The generated line with the same words, the most like it when there are several."""
    bones, own = skeleton(said), numbers(said)
    twins = [line for line in left if skeleton(line) == bones]
    return min(twins, key=lambda line: sum(a != b for a, b in zip(own, numbers(line), strict=True)), default=None)


def _rewritten(file: str, line: Line, left: Sequence[str]) -> list[Finding]:
    said = tidy(line.said)
    inside = max((other for other in left if other and other in said), key=len, default="")
    likeness = ((SequenceMatcher(None, said, other, autojunk=False).ratio(), other) for other in left)
    near = (1.0, inside) if inside else max(likeness, default=(0.0, ""))
    known = numbers(near[1]) if near[0] >= _ALIKE else []
    found = []
    for number in numbers(said):
        if number in known:
            known.remove(number)
        else:
            found.append(Finding(UNPROVED, file, line.where, number, near[1] if near[0] >= _ALIKE else ""))
    return found
