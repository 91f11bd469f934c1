"""What pages are made from: the published cells and findings of a release, with places and periods numbered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from hfwork.measure.frame import THEN
from hfwork.plan.folder import Plan
from hfwork.plan.periods import LEVELS, Period
from hfwork.release.revisions import Comparison

_RECENT_MONTHS = 13  # older months stay in the release; a page shows them as quarters


@dataclass(frozen=True)
class Source:
    """The material of all pages.

    ``cells``: published ones at every set of boundaries, with columns ``receipt`` and ``merge`` (``steadiness``).
    ``found``: tables of findings by name. ``errors``: rows sent and put aside, by table and place. ``before``: this
    release beside the one before it, where there is one.
    """

    plan: Plan
    meta: dict[str, Any]
    cells: pd.DataFrame
    found: Mapping[str, pd.DataFrame]
    shapes: pd.DataFrame
    periods: list[Period]
    errors: pd.DataFrame
    before: Comparison | None = None

    @cached_property
    def shown(self) -> list[Period]:
        """The periods of a page: coarse before fine, new before old; of months only the last thirteen."""
        months = [p.token for p in self.periods if p.level == "month"]
        kept = [p for p in self.periods if p.level != "month" or p.token in months[-_RECENT_MONTHS:]]
        return sorted(kept, key=lambda p: (-LEVELS.index(p.level), -p.start.toordinal()))

    @cached_property
    def period_at(self) -> dict[str, int]:
        return {period.token: i for i, period in enumerate(self.shown)}

    @cached_property
    def places(self) -> list[str]:
        """Codes of the units, in the order of the page; the root is none of them."""
        return [str(code) for code in self.shapes["code"]]

    @cached_property
    def place_at(self) -> dict[str, int]:
        """Code → index; −1 is the root."""
        return {place: i for i, place in enumerate(self.places)} | {self.plan.places.root: -1}

    @cached_property
    def indicator_at(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.plan.indicators)}

    @cached_property
    def today(self) -> pd.DataFrame:
        """Cells with the units of the release's day, of the two coarsest levels, in the periods shown; numbered."""
        cells = self.cells[self.cells["boundaries"] != THEN]
        return self.numbered(cells[cells["level"].isin(self.plan.places.levels[:2])])

    def numbered(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of shown periods and places with the indexes ``at_place`` and ``at_period``."""
        made = rows.assign(at_place=rows["place"].map(self.place_at), at_period=rows["period"].map(self.period_at))
        made = made[made["at_place"].notna() & made["at_period"].notna()]
        return made.astype({"at_place": "int64", "at_period": "int64"})

    @cached_property
    def periods_of(self) -> dict[str, list[int]]:
        """The shown periods each indicator has cells in."""
        have = {str(name): sorted(part.unique()) for name, part in self.today.groupby("indicator")["at_period"]}
        return {name: [int(i) for i in have.get(name, [])] for name in self.plan.indicators}
