"""Proving what a document says against what the release says: every number, in its own line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

WRONG, UNPROVED, LOST = "wrong", "unproved", "lost"
# A dash before a number is its sign unless it ties two: 2016-06, 3-5. 万 and 亿 are part of a number.
_NUMBER = re.compile(r"HF(?:-[0-9A-Z]+)+|(?:(?<![0-9A-Za-z%‰])-)?\d+(?:,\d{3}(?!\d))*(?:\.\d+)?[万亿]?")
_DASHES = re.compile(r"[\u2010-\u2013\u2212](?=\d)")
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
    return _DASHES.sub("-", re.sub(r"\s+", " ", unicodedata.normalize("NFKC", said)).strip())


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
    """Numbers in words people wrote: those of generated lines that stand whole in it, or in order in a like one."""
    rest, inside = tidy(line.said), ""
    for other in sorted(filter(None, left), key=len, reverse=True):
        at = _whole(rest, other)
        if at >= 0:
            rest, inside = f"{rest[:at]} {rest[at + len(other) :]}", inside or other
    if inside:
        return [Finding(UNPROVED, file, line.where, number, inside) for number in numbers(rest)]
    likeness = ((SequenceMatcher(None, rest, other, autojunk=False).ratio(), other) for other in left)
    near = max(likeness, default=(0.0, ""))
    like = near[1] if near[0] >= _ALIKE else ""
    own, known = numbers(rest), numbers(like)
    proved = {i for a, _, n in SequenceMatcher(None, own, known, autojunk=False).get_matching_blocks()
              for i in range(a, a + n)}  # fmt: skip
    return [Finding(UNPROVED, file, line.where, number, like) for i, number in enumerate(own) if i not in proved]


def _whole(said: str, line: str) -> int:
    """Where a line stands in a text without a digit of another number beside it; -1 where it does not."""
    at = said.find(line)
    while at >= 0:
        before, after = said[max(at - 2, 0) : at], said[at + len(line) :][:2]
        glued = line[:1].isdigit() and re.search(r"\d[.,]?$|-$", before)
        if not glued and not (line[-1:].isdigit() and re.match(r"[.,]?\d|[万亿]", after)):
            return at
        at = said.find(line, at + 1)
    return -1
