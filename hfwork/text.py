"""Words in Chinese and English, numbers and dates; turns codes into sentences.

Every text stands in ``locale/<room>.yaml`` as ``key: {zh: …, en: …}``; a key has both languages or the
tests fail. ``{name}`` marks a placeholder.
"""

from __future__ import annotations

import datetime as dt
import math
import os
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("zh", "en")
DASH = "—"
_chosen: list[str] = []


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All words: key → language → text."""
    words: dict[str, dict[str, str]] = {}
    for file in sorted((Path(__file__).parent / "locale").glob("*.yaml")):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C, where it is installed
        for key, both in (yaml.load(file.read_text("utf-8"), Loader=loader) or {}).items():
            if key in words:
                raise KeyError(f"{file.name}: {key} stands twice")
            words[key] = both
    return words


def language() -> str:
    """The language in use: chosen by ``use``, else HFWORK_LANG, else Chinese."""
    lang = _chosen[-1] if _chosen else os.environ.get("HFWORK_LANG", "zh")[:2]
    return lang if lang in LANGUAGES else "zh"


def use(lang: str) -> None:
    """Choose the language of all further texts of this process: ``zh`` or ``en``."""
    if lang not in LANGUAGES:
        raise ValueError(f"{lang}: {', '.join(LANGUAGES)}")
    _chosen[:] = [lang]


def say(key: str, lang: str | None = None, /, **facts: object) -> str:
    """The text of ``key`` with its placeholders filled."""
    template = catalogue()[key][lang or language()]
    return template.format(**facts) if facts else template


def words(*prefixes: str) -> dict[str, dict[str, str]]:
    """All texts whose key starts with one of the prefixes, in both languages."""
    return {k: dict(v) for k, v in sorted(catalogue().items()) if k.startswith(prefixes)}


def number(value: float | int | None, decimals: int = 0) -> str:
    """1234567.8 → ``1,234,568``; missing → ``—``. Rounds half away from zero, as offices do."""
    if value is None or not math.isfinite(value):
        return DASH
    scale = 10**decimals
    rounded = math.floor(abs(value) * scale + 0.5 + 1e-9) / scale
    return f"{math.copysign(rounded, value) if rounded else 0:,.{decimals}f}"


def date(day: dt.date, lang: str | None = None) -> str:
    """2018年6月30日 · 30 June 2018."""
    if (lang or language()) == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B %Y}"


def period(token: str, lang: str | None = None) -> str:
    """The name of a period token, e.g. ``2018-Q2`` → 2018年第2季度 · Q2 2018."""
    lang = lang or language()
    if ".." in token:
        first, last = token.split("..")
        return say("period.span", lang, first=period(first, lang), last=period(last, lang))
    if token.endswith(" YTD"):
        return say("period.to_date", lang, month=period(token[:-4], lang))
    if token.startswith("MC"):
        return say("period.mc", lang, year=token[2:])
    if token.startswith("P"):
        return say("period.phase", lang, number=token[1:])
    year, _, part = token.partition("-")
    if not part:
        return say("period.year", lang, year=year)
    if part[0] in "QH":
        return say("period.quarter" if part[0] == "Q" else f"period.half{part[1]}", lang, year=year, number=part[1])
    names = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
             "November", "December"]  # fmt: skip
    return say("period.month", lang, year=year, number=int(part), name=names[int(part) - 1])
