"""The notice as data: kinds, methods, actions, phases, duties, named days – each with its clause."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, model_validator

from hfwork.errors import HfworkError
from hfwork.plan.periods import Period, calendar_periods, parse
from hfwork.plan.reading import build, unknown_value
from hfwork.plan.tables import Frozen, Words, read_yaml

__all__ = ["Campaign", "Words", "load_campaign"]

PERIOD_LEVELS = ("month", "quarter", "half", "year", "phase", "mc_year")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS = get_args(Weekday)


class Notice(Frozen):
    """The document a plan follows."""

    title: Words
    issuer: Words
    issued: dt.date


class Monitoring(Frozen):
    """The days watched, and the period levels (or explicit tokens) that are reported."""

    start: dt.date
    end: dt.date
    periods: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Monitoring:
        if self.end < self.start:
            raise ValueError(f"end {self.end} < start {self.start}")
        return self


class Said(Frozen):
    """Something a clause says, in our own short words."""

    clause: str
    text: Words


class Named(Frozen):
    """Something a clause names."""

    id: str
    name: Words
    clause: str


class Method(Said):
    """One way of creating a kind of family."""

    id: str


class Kind(Named):
    """A family kind; ``action`` is our own reading (see ``Campaign.action_note``)."""

    action: str | None = None
    methods: list[Method] = Field(default=[])


class Action(Named):
    """One of the named actions."""


class Phase(Named):
    """A stretch of the campaign, both ends inclusive; phases may overlap."""

    start: dt.date
    end: dt.date
    text: Words | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Phase:
        if self.end < self.start:
            raise ValueError(f"end {self.end} < start {self.start}")
        return self


class LeadGroup(Frozen):
    """Who leads: members are department ids; ``towns`` says which units belong besides."""

    clause: str
    head: Words
    deputy: Words
    office: str
    office_name: Words
    members: list[str]
    towns: Words | None = None


class Duty(Said):
    """One paragraph of duties; ``also`` names departments that share it."""

    also: list[str] = Field(default=[])


class Department(Frozen):
    """A body with its duties."""

    id: str
    name: Words
    duties: list[Duty] = Field(default=[])


class NamedDay(Named):
    """A day of the year: a month and a day, or the nth weekday of a month."""

    month: int = Field(ge=1, le=12)
    day: int | None = Field(default=None, ge=1, le=31)
    nth: int | None = Field(default=None, ge=1, le=4)
    weekday: Weekday | None = None

    @model_validator(mode="after")
    def _one_way(self) -> NamedDay:
        floating = (self.nth is not None, self.weekday is not None)
        if floating not in ((True, True), (False, False)) or (self.day is None) != all(floating):
            raise ValueError("day, or nth with weekday")
        if self.day and self.day > calendar.monthrange(2017, self.month)[1]:  # must exist in every year
            raise ValueError(f"month {self.month} has no day {self.day} every year")
        return self

    def on(self, year: int) -> dt.date:
        """The date of this day in a year."""
        if self.day is not None:
            return dt.date(year, self.month, self.day)
        first = dt.date(year, self.month, 1)
        offset = (WEEKDAYS.index(str(self.weekday)) - first.weekday()) % 7
        return first + dt.timedelta(days=offset + 7 * ((self.nth or 1) - 1))


class Chain(Frozen):
    """A service that people pass step by step; ``steps`` are indicator ids in order."""

    id: str
    name: Words
    steps: list[str] = Field(min_length=1)


class Requirement(Said):
    """One requirement on the work."""

    name: Words


class Campaign(Frozen):
    """A whole campaign; every part but the title, the levels and the days watched may be empty."""

    id: str
    title: Words
    levels: list[str] = Field(min_length=1)
    monitoring: Monitoring
    notice: Notice | None = None
    clauses: dict[str, Words] = Field(default={})
    kinds: list[Kind] = Field(default=[])
    actions: list[Action] = Field(default=[])
    action_note: Words | None = None
    phases: list[Phase] = Field(default=[])
    lead_group: LeadGroup | None = None
    departments: list[Department] = Field(default=[])
    named_days: list[NamedDay] = Field(default=[])
    requirements: list[Requirement] = Field(default=[])
    chains: list[Chain] = Field(default=[])
    opens_with: str | None = None  # the indicator that pages begin with

    def phases_on(self, day: dt.date) -> list[Phase]:
        """Every phase a day lies in; phases overlap, so there may be two or none."""
        return [phase for phase in self.phases if phase.start <= day <= phase.end]

    @property
    def phase_dates(self) -> dict[str, tuple[dt.date, dt.date]]:
        """Phase id → first and last day, as ``periods.parse`` wants them."""
        return {phase.id: (phase.start, phase.end) for phase in self.phases}

    def periods(self) -> list[Period]:
        """Every period to report: the wanted levels over the days watched, then the explicit tokens."""
        watched, wanted = self.monitoring, self.monitoring.periods
        levels = [w for w in wanted if w in PERIOD_LEVELS]
        found = calendar_periods(watched.start, watched.end, levels, self.phase_dates)
        known = {period.token for period in found}
        explicit = [parse(w, self.phase_dates) for w in wanted if w not in PERIOD_LEVELS and w not in known]
        return found + explicit

    def methods(self) -> list[Method]:
        """All methods of all kinds, in the order of the notice."""
        return [method for kind in self.kinds for method in kind.methods]

    def duties(self) -> list[Duty]:
        """All paragraphs of duties, a shared one once."""
        return [duty for department in self.departments for duty in department.duties]

    def duties_of(self, department: str) -> list[Duty]:
        """The paragraphs that bind a department, its own and shared ones."""
        return [d for owner in self.departments for d in owner.duties if department in (owner.id, *d.also)]

    def department(self, given: str) -> Department:
        """The department of that id; a misspelt one is refused with the nearest match."""
        for department in self.departments:
            if department.id == given:
                return department
        allowed = [department.id for department in self.departments]
        raise HfworkError("unknown_department", given=given, allowed=allowed)

    def clause_words(self) -> dict[str, Words]:
        """Every clause number and what it says, wherever in the campaign its words stand."""
        words = dict(self.clauses)
        said: list[Said] = [*self.methods(), *self.duties(), *self.requirements]
        for part in said:
            words.setdefault(part.clause, part.text)
        return words


def load_campaign(folder: Path) -> Campaign:
    """The campaign of a plan folder, with every reference inside it checked."""
    file = Path(folder) / "campaign.yaml"
    campaign = build(Campaign, read_yaml(file), file)
    _check(campaign, file)
    return campaign


def _check(campaign: Campaign, file: Path) -> None:
    departments = [d.id for d in campaign.departments]
    actions = [a.id for a in campaign.actions]
    named: list[Named] = [*campaign.kinds, *campaign.actions, *campaign.phases, *campaign.named_days]
    _once([*(thing.id for thing in named), *(method.id for method in campaign.methods())], file)
    _once(departments, file)
    _once([chain.id for chain in campaign.chains], file)
    _once(campaign.levels, file)
    for kind in campaign.kinds:
        _known("unknown_action", [kind.action] if kind.action else [], actions, file, kind.id)
    for duty in campaign.duties():
        _known("unknown_department", duty.also, departments, file, duty.clause)
    if group := campaign.lead_group:
        _known("unknown_department", [group.office, *group.members], departments, file, "lead_group")
    if campaign.clauses:  # a campaign without a notice has no clauses to point at
        known = list(campaign.clause_words())
        for thing in named:
            _known("unknown_clause", [thing.clause], known, file, thing.id)
    _check_periods(campaign, file)


def _check_periods(campaign: Campaign, file: Path) -> None:
    for token in campaign.monitoring.periods:
        if token in PERIOD_LEVELS:
            continue
        try:
            parse(token, campaign.phase_dates)
        except HfworkError as problem:
            allowed = [*PERIOD_LEVELS, *problem.allowed]
            raise unknown_value(token, "monitoring.periods", allowed, file) from None
    watched = campaign.monitoring
    spans = {**campaign.phase_dates, "monitoring": (watched.start, watched.end)}
    for name, (start, end) in spans.items():  # counts are kept by month: half a month could not be told apart
        if start.day != 1 or (end + dt.timedelta(days=1)).day != 1:
            raise HfworkError("not_whole_months", given=name, start=start, end=end, where=file)


def _once(names: Iterable[str], file: Path) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise HfworkError("id_twice", given=name, where=file)
        seen.add(name)


def _known(code: str, given: Iterable[str], allowed: list[str], file: Path, key: str) -> None:
    for name in given:
        if name not in allowed:
            raise HfworkError(code, given=name, allowed=allowed, where=f"{file} · {key}")
