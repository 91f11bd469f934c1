"""The title of a chart: what it found, of when and whose release, in lines that fit a notebook."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from unicodedata import east_asian_width

import pandas as pd

from hfwork import text
from hfwork.judge import compare
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.indicators import Indicator
from hfwork.present.readings import shown

_WIDTH = 106  # halves of a Chinese character in one line of a title in a notebook
# What stays in one line: a run without spaces of anything but Chinese, or one Chinese sign, with the marks at its ends.
_PIECES = re.compile(r"[（“《]*(?:[^\s\u2e80-\uffff]+|[\u2e80-\uffff])[，。；：、）”》]*\s*")


def headline(said: str, *under: str) -> dict[str, Any]:
    """``title`` in lines that fit a notebook, ``drop`` (pixels it needs above its first line) and ``subtitle``."""
    wrapped = lines(said)
    under_it = escape(" · ".join(filter(None, under)))
    return {"title": "<br>".join(map(escape, wrapped)), "drop": 12 + 18 * (len(wrapped) - 1), "subtitle": under_it}


def lines(said: str, width: int = _WIDTH) -> list[str]:
    """A sentence in lines that fit a notebook, none broken inside a number or a Latin word or before a comma.

    ``width`` in halves of a Chinese character.
    """
    made = [""]
    for piece in _PIECES.findall(said):
        if made[-1] and _half_widths(made[-1] + piece.rstrip()) > width:
            made.append("")
        made[-1] += piece if made[-1] else piece.lstrip()
    return [line.rstrip() for line in made if line.strip()]


def _half_widths(words: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)


def when(cells: pd.DataFrame, root: str) -> str:
    """The name of the cells' one period, with a word when the whole's figure (``root``) will still move."""
    token = str(cells["period"].iloc[0])
    reasons = cells.loc[cells["place"] == root, "reason"]
    moving = [reason for reason in reasons if reason in UNFINISHED]
    return text.period(token) + (text.say("explore.moving", why=text.say(f"reason.{moving[0]}")) if moving else "")


def spread(parts: pd.DataFrame, whole: pd.DataFrame, indicator: Indicator, name: str) -> str:
    """One sentence: how many units differ from the whole beyond chance (99.8 % limits)."""
    known = parts[parts["state"] == "value"]
    judged = known.dropna(subset=["lower998", "upper998"])
    facts = {"units": len(parts), "known": len(known), "place": name}
    if indicator.plain and len(known):
        some = int((known["value"] > 0).sum())
        return text.say("sentence.units_count", **facts, some=some, none=len(known) - some)
    if not len(judged) or not whole["value"].notna().any():
        return text.say("sentence.units_unknown", **facts)
    codes = compare.against(judged["lower998"], judged["upper998"], whole["value"].iloc[0], "none")
    high, low = int((codes == "higher").sum()), int((codes == "lower").sum())
    return text.say("sentence.units_spread", **facts, high=high, low=low, same=len(judged) - high - low)


def change(cells: pd.DataFrame, indicator: Indicator, name: str) -> str:
    """One sentence: the first and the last known value of a series, and their difference in points."""
    known = cells[cells["value"].notna()]
    if not len(known):
        return text.say("ui.trend_title_none", place=name)
    first, last = known.iloc[0], known.iloc[-1]
    facts = {"place": name, "last": text.period(last["period"]), "b": shown(last["value"], indicator)}
    if len(known) == 1:
        return text.say("ui.trend_title_one", **facts)
    facts |= {"first": text.period(first["period"]), "a": shown(first["value"], indicator)}
    if indicator.plain or not indicator.unit["en"].startswith("%"):
        return text.say("ui.trend_title", **facts)
    diff = last["value"] - first["value"]
    return text.say("ui.trend_title_points", **facts, diff=("+" if diff > 0 else "") + text.number(diff, 1))
