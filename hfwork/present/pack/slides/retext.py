"""New words in text that people have styled: what did not change keeps its run, what did takes that of its place."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any
from unicodedata import east_asian_width

from pptx.oxml.ns import qn

from hfwork.present.pack.slides import binding

Sign = tuple[str, Any]  # a character, and the run or line break it stands in


def said(paragraph: Any) -> str:
    """The text of a paragraph's runs and line breaks, without fields such as the slide's number."""
    return "".join(sign for sign, _ in _signs(paragraph))


def put(paragraph: Any, new: str) -> None:
    """Replace the whole text of a paragraph; its runs keep their looks."""
    old = binding.plain(said(paragraph))
    if old:
        replace(paragraph, 0, len(old), new)
    elif new:
        runs = paragraph.runs
        (runs[0] if runs else paragraph.add_run()).text = new


def replace(paragraph: Any, start: int, end: int, new: str) -> None:
    """Put ``new`` where the plain text (``binding.plain``) of a paragraph has ``start:end``; the rest stays."""
    signs = _signs(paragraph)
    places = _places(signs)
    first, last = places[start], places[end - 1] + 1
    made = _owned(signs[first:last], new)
    texts: dict[Any, str] = {}
    for sign, owner in [*signs[:first], *made, *signs[last:]]:
        texts[owner] = texts.get(owner, "") + sign
    for owner in dict.fromkeys(owner for _, owner in signs):
        if owner.tag != qn("a:r"):
            continue  # a line break stays between the runs it stands between
        if owner not in texts:
            paragraph._p.remove(owner)
        else:
            owner.find(qn("a:t")).text = texts[owner]
    _trim(paragraph, {owner for _, owner in signs[first:last] if owner.tag == qn("a:br")})


def _trim(paragraph: Any, breaks: set[Any]) -> None:
    """Take away line breaks that no longer part two runs."""
    for broken in breaks:
        before, after = broken.getprevious(), broken.getnext()
        if after is None or after.tag != qn("a:r") or before is None or before.tag != qn("a:r"):
            paragraph._p.remove(broken)


def _owned(old: list[Sign], new: str) -> list[Sign]:
    """The new characters, each with the run of the old one it equals or replaces; a line break owns none."""
    runs = [owner for _, owner in old if owner.tag == qn("a:r")]
    before = "".join(sign for sign, owner in old if owner.tag == qn("a:r"))
    made: list[Sign] = []
    for code, a, b, c, d in SequenceMatcher(None, before, new, autojunk=False).get_opcodes():
        if code == "equal":
            made += list(zip(new[c:d], runs[a:b], strict=True))
        else:
            made += [(sign, runs[a if b > a else max(a - 1, 0)]) for sign in new[c:d]]
    return made


def _signs(paragraph: Any) -> list[Sign]:
    found: list[Sign] = []
    for child in paragraph._p:
        if child.tag == qn("a:r"):
            held = child.find(qn("a:t"))
            found += [(sign, child) for sign in (held.text or "")] if held is not None else []
        elif child.tag == qn("a:br"):
            found.append(("\v", child))
    return [(_broken(found, at) if sign == "\v" else sign, owner) for at, (sign, owner) in enumerate(found)]


def _broken(signs: list[Sign], at: int) -> str:
    """What a line break stands for: nothing beside a Chinese character, else a space."""
    beside = [sign for sign, _ in signs[max(at - 1, 0) : at + 2]]
    return "" if any(east_asian_width(sign) in "WF" for sign in beside) else "\v"


def _places(signs: list[Sign]) -> list[int]:
    """For each character of the plain text, where it stands: leading spaces are none, several are one."""
    places: list[int] = []
    gap = True
    for at, (sign, _) in enumerate(signs):
        if not sign:
            continue
        space = not binding.plain(sign)
        if not (space and gap):
            places.append(at)
        gap = space
    if places and gap:
        places.pop()
    return places
