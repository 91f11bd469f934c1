"""What answers rest on besides cells: what is counted and how, duties of departments, marks of control charts."""

from __future__ import annotations

import math
from functools import cached_property

import pandas as pd

from hfwork.judge.compare import SLACK
from hfwork.present.pack.facts import Cell, Facts


def left(cell: Cell, factor: float, direction: str) -> int | None:
    """How many more (direction ``up``) or fewer (``down``) of the numerator the target takes at this denominator.

    0 when the target is met; None without a figure, target or direction.
    """
    if cell["state"] != "value" or pd.isna(cell["target"]) or direction not in ("up", "down"):
        return None
    plain = pd.isna(cell["denominator"])
    wanted = cell["target"] if plain else cell["target"] * cell["denominator"] / factor
    if direction == "up":
        return max(0, math.ceil(wanted - SLACK * wanted) - round(cell["numerator"]))
    return max(0, round(cell["numerator"]) - math.floor(wanted + SLACK * wanted))


class Ground:
    """Read once for a release in one language."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def sampled(self) -> set[str]:
        """Indicators whose survey is a sample (the plan says so in words): their counts are of those asked."""
        about = zip(self.facts.indicators, self.facts.release.page_columns("indicator")["about"], strict=True)
        return {name for name, own in about if "抽样" in own["survey"]["zh"] or "sample" in own["survey"]["en"].lower()}

    @cached_property
    def counted(self) -> dict[str, str]:
        """Indicator → ``person household couple event organisation``."""
        about = self.facts.release.page_columns("indicator")["about"]
        return {name: own["counts"] for name, own in zip(self.facts.indicators, about, strict=True)}

    @cached_property
    def duties(self) -> dict[tuple[str, str], list[dict[str, str]]]:
        """Kind of family and lead department → duties: ``clause text``."""
        found: dict[tuple[str, str], list[dict[str, str]]] = {}
        lang = self.facts.lang
        for kind in self.facts.release.page_columns("kinds")["methods"]:
            for duty in kind["duties"]:
                at = (kind["id"], duty["lead"][lang])
                found.setdefault(at, []).append({"clause": duty["clause"], "text": duty["text"][lang]})
        return found

    @cached_property
    def marks(self) -> dict[tuple[str, str], list[tuple[str, str, int]]]:
        """Indicator and place → period, rule and side of each point of its control chart, the oldest first."""
        found: dict[tuple[str, str], list[tuple[str, str, int]]] = {}
        courses = self.facts.findings("courses")
        columns = (courses[name] for name in ("indicator", "place", "period", "rule", "side"))
        for indicator, place, period, rule, side in zip(*columns, strict=True):
            found.setdefault((indicator, place), []).append((period, rule, int(side)))
        return found
