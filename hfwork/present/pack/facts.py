"""A release read for a pack: its figures of the district and the units, its names and words in one language."""

from __future__ import annotations

import copy
import datetime as dt
from functools import cached_property
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.judge.verdict import UNFINISHED
from hfwork.present.maps import STATUS
from hfwork.present.readings import SHARED, SIGNS
from hfwork.release.bundle import Release

Cell = dict[str, Any]  # one published row (``release.cells.COLUMNS`` and ``receipt``)
_FINEST = 3  # decimals more, where rounding would hide on which side of its target a figure lies
LATEST, YEAR = "latest", "year"  # which period of an indicator is shown: its latest complete one, or a whole year


class Gone(Exception):
    """The release has nothing for what a part of a document shows; its one argument says what is gone."""


class _Known(dict[str, dict[str, Any]]):
    """What a release knows by id; asked for anything else it says what is gone."""

    def __missing__(self, key: str) -> dict[str, Any]:
        raise Gone(key)


class Facts:
    """What documents may say: published cells with the units of the release's day, findings, names, words."""

    def __init__(self, release: Release, lang: str) -> None:
        self.release, self.lang, self.meta = release, lang, release.meta
        self.page = release.page("overview")
        self.indicators: dict[str, dict[str, Any]] = _Known((i["id"], i) for i in self.page["indicators"])
        self.places: dict[str, dict[str, Any]] = _Known((p["code"], p) for p in self.page["places"])
        self.root: str = self.page["root"]["code"]
        self.periods: dict[str, dict[str, Any]] = {p["token"]: p for p in self.page["periods"]}
        self._tokens = list(self.periods)
        self._findings: dict[str, pd.DataFrame] = {}

    @cached_property
    def cells(self) -> list[Cell]:
        """Cells of the two coarsest levels, in the order of the release; one that will still move has no status."""
        rows = self.release.rows()
        own = rows[(rows["boundaries"] == self.meta["as_of"]) & rows["level"].isin(self.meta["levels"][:2])]
        found = [{str(k): v for k, v in row.items()} for row in own.to_dict("records")]
        for cell in found:
            if cell["reason"] in UNFINISHED:  # it will still move: nothing is judged before it stands
                cell["status"] = "none"
        return found

    @cached_property
    def _at(self) -> dict[tuple[str, str, str], Cell]:
        return {(c["indicator"], c["period"], c["place"]): c for c in self.cells}

    @cached_property
    def by_receipt(self) -> dict[str, Cell]:
        """Receipt → cell."""
        return {c["receipt"]: c for c in self.cells}

    def findings(self, name: str) -> pd.DataFrame:
        """A table of findings, read once."""
        if name not in self._findings:
            self._findings[name] = self.release.findings(name)
        return self._findings[name]

    def translated(self, lang: str) -> Facts:
        """The same release in another language, what was read once kept."""
        if lang == self.lang:
            return self
        for name in ("_at", "_verdicts", "_comparisons"):  # read before, so that both have them
            getattr(self, name)
        made = copy.copy(self)
        made.lang = lang
        return made

    # -- which cell --------------------------------------------------------------------------------------------------

    def cell(self, indicator: str, period: str, place: str = "") -> Cell | None:
        """The cell of a place (the district when empty), or None where the release has none."""
        return self._at.get((indicator, period, place or self.root))

    def units(self, indicator: str, period: str) -> list[Cell]:
        """The cells of the units, in official order; units without one are left out."""
        found = (self.cell(indicator, period, code) for code in self.places)
        return [cell for cell in found if cell]

    def series(self, indicator: str, level: str, place: str = "") -> list[Cell]:
        """A place's cells in all periods of one level, the oldest first."""
        wanted = place or self.root
        tokens = [p["token"] for p in reversed(self.page["periods"]) if p["level"] == level]
        return [c for token in tokens if (c := self.cell(indicator, token, wanted))]

    def period(self, indicator: str, basis: str = LATEST) -> str:
        """The period token a basis means for an indicator: ``latest``, ``year`` or a token. Raises ``Gone``."""
        self.indicators[indicator]
        if basis == LATEST:
            at = self.page["standing"].get(indicator)
            if at is None:
                raise Gone(self.name(indicator))
            return self._tokens[at]
        if basis == YEAR:
            return self._last_year(indicator)
        if not self.cell(indicator, basis):
            raise Gone(f"{self.name(indicator)} {basis}")
        return basis

    def _last_year(self, indicator: str) -> str:
        for token, period in self.periods.items():  # the newest first
            cell = self.cell(indicator, token) if period["level"] in ("year", "mc_year") else None
            if cell and cell["state"] == "value" and not period["partial"] and cell["reason"] not in UNFINISHED:
                return token
        return self.period(indicator, LATEST)

    def standing(self, basis: str = LATEST) -> dict[str, Cell]:
        """The district's cell of each indicator that has a complete figure, in the order of the plan."""
        found = {}
        for name in self.indicators:
            if name in self.page["standing"]:
                cell = self.cell(name, self.period(name, basis))
                if cell and cell["state"] == "value":
                    found[name] = cell
        return found

    def verdict(self, cell: Cell) -> dict[str, Any] | None:
        """The release's verdict on a figure: ``code test reason zh en`` and its numbers; None where it has none."""
        return self._verdicts.get((cell["indicator"], cell["period"], cell["place"]))

    @cached_property
    def _verdicts(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        rows = self.findings("verdicts").to_dict("records")
        return {(r["indicator"], r["period"], r["place"]): {str(k): v for k, v in r.items()} for r in rows}

    def comparison(self, cell: Cell) -> dict[str, Any]:
        """How a figure compares with the rest, peers, target and a year before; codes ``none`` where it does not."""
        return self._comparisons.get((cell["indicator"], cell["period"], cell["place"]), _UNCOMPARED)

    @cached_property
    def _comparisons(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        rows = self.findings("comparisons").to_dict("records")
        return {(r["indicator"], r["period"], r["place"]): {str(k): v for k, v in r.items()} for r in rows}

    # -- words -------------------------------------------------------------------------------------------------------

    def say(self, key: str, /, **facts: object) -> str:
        """A text of the catalogue in the language of the pack."""
        return text.say(key, self.lang, **facts)

    def name(self, indicator: str) -> str:
        """An indicator's name."""
        return self.indicators[indicator]["name"][self.lang]

    def lead(self, indicator: str) -> str:
        """The department that leads; empty where the plan names none."""
        lead = self.indicators[indicator]["lead"]
        return lead[self.lang] if lead else ""

    def place(self, code: str) -> str:
        """A place's whole name."""
        return (self.places.get(code) or self.page["root"])["name"][self.lang]

    def label(self, code: str) -> str:
        """A unit's short name, as on the map."""
        return self.places[code]["label"][self.lang]

    def when(self, token: str) -> str:
        """A period in words."""
        known = self.periods.get(token)
        return known["name"][self.lang] if known else text.period(token, self.lang)

    def date(self, day: str | dt.date) -> str:
        """A day in words."""
        return text.date(dt.date.fromisoformat(day) if isinstance(day, str) else day, self.lang)

    @property
    def monitoring_ends(self) -> str:
        """The last day of the monitoring the plan sets."""
        return str(self.release.plan()["campaign"]["monitoring"]["end"])

    @property
    def units_noun(self) -> str:
        """What the units are called: 镇街 · townships."""
        key = f"unit.{self.meta['levels'][1]}"
        return self.say(key if key in text.catalogue() else "unit.place")

    def number(self, value: float, indicator: str, finer: int = 0) -> str:
        """A value as printed, without its unit; ``finer``: decimals more than usual."""
        own = self.indicators[indicator]
        return text.number(value, 0 if own["plain"] else own["decimals"] + finer)

    def with_unit(self, value: float, indicator: str, finer: int = 0) -> str:
        """``86.3%`` · ``1,204场`` · ``1,204 lectures``."""
        unit = self.indicators[indicator]["unit"][self.lang]
        return self.number(value, indicator, finer) + (unit if self.lang == "zh" or unit[:1] in "%‰" else f" {unit}")

    def figure(self, cell: Cell | None) -> str:
        """A cell as printed with its unit, ≈ before one shared out by weight; a sign where there is no value."""
        if cell is None:
            return text.DASH
        if cell["state"] != "value":
            return SIGNS[cell["state"]]
        return SHARED * bool(cell["apportioned"]) + self.with_unit(cell["value"], cell["indicator"], self._finer(cell))

    def _finer(self, cell: Cell) -> int:
        """Decimals more than usual: 89.96% misses a target of 90.0% and must not read as if it met it."""
        short = cell["status"] in ("near", "behind") and not self.indicators[cell["indicator"]]["plain"]
        if not short or cell["value"] == cell["target"]:
            return 0
        printed = (self.number(cell["value"], cell["indicator"], n) for n in range(_FINEST + 1))
        aims = (self.number(cell["target"], cell["indicator"], n) for n in range(_FINEST + 1))
        return next((n for n, (own, aim) in enumerate(zip(printed, aims, strict=True)) if own != aim), _FINEST)

    def counts(self, cell: Cell) -> str:
        """``2,892 / 3,923``; the count alone of a plain one; empty where nothing is published."""
        if cell["state"] not in ("value", "unstable"):
            return ""
        if pd.isna(cell["denominator"]):
            return text.number(cell["numerator"])
        return f"{text.number(cell['numerator'])} / {text.number(cell['denominator'])}"

    def status(self, cell: Cell | None) -> str:
        """``● 达标``; empty where nothing is judged."""
        if cell is None or cell["status"] not in STATUS:
            return ""
        return f"{STATUS[cell['status']]['mark']} {self.say('status.' + cell['status'])}"

    def marked(self, cell: Cell | None) -> str:
        """A figure with the shape of its status: ``86.3% ●``."""
        mark = STATUS[cell["status"]]["mark"] if cell and cell["status"] in STATUS else ""
        return f"{self.figure(cell)} {mark}".rstrip()


_UNCOMPARED = dict.fromkeys(("against_target", "rest", "peers", "funnel", "before"), "none") | {"fifth": 0}
