"""What goes wrong with the sample's files on purpose, and the answer key: what was planted and what intake does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from hfwork import text
from hfwork.plan.folder import Plan
from hfwork.plan.tables import Table

if TYPE_CHECKING:
    from hfwork.sample.files import Job

Spoil = Callable[[Plan, "Job", "list[Job]"], "Job | None"]  # the job, and all of its table and period; None: not here
COLUMNS = ("kind", "file", "unit", "unit_name", "period", "outcome", "code", "what_zh", "what_en", "then_zh", "then_en")


@dataclass(frozen=True)
class Fault:
    """One thing planted. ``outcome``: missing, late, refused or accepted; ``code``: what intake says, if anything."""

    kind: str
    file: str  # folder and name; empty for what never came
    unit: str
    unit_name: str
    period: str
    outcome: str
    code: str = ""

    def row(self) -> dict[str, str]:
        """The fault as a line of the answer key, with words in both languages."""
        words = {f"what_{lang}": text.say(f"fault.{self.kind}", lang) for lang in text.LANGUAGES}
        for lang in text.LANGUAGES:
            words[f"then_{lang}"] = text.say(f"outcome.{self.outcome}", lang)
            words[f"then_{lang}"] += text.say("outcome.said", lang, code=self.code) if self.code else ""
        own = {name: str(getattr(self, name)) for name in COLUMNS if hasattr(self, name)}
        return {name: (own | words)[name] for name in COLUMNS}


@dataclass(frozen=True)
class Planned:
    """A fault to plant: in which table and period, at which sender (position, or the first that fits)."""

    kind: str
    table: str
    period: str | None
    sender: int | None
    outcome: str
    code: str = ""
    spoil: Spoil | None = None


def plant(plan: Plan, jobs: list[Job], late: str, refused: str) -> tuple[list[Job], list[Job], list[Job], list[Fault]]:
    """The files in time, the late ones, those that intake refuses, and the key; ``late`` and ``refused`` are folders.

    A fault whose period or unit the sample does not have is left out. Of a refused file the right version stays
    among those in time.
    """
    sent, delayed, spoilt, key = list(jobs), [], [], []
    pools: dict[tuple[str, str | None], list[Job]] = {}
    for job in jobs:
        pools.setdefault((job.table.id, job.period), []).append(job)
    for planned in PLANNED:
        pool = pools.get((planned.table, planned.period), [])
        made = _made(plan, planned, pool)
        if made is None:
            continue
        job, wrong = made
        at = next(i for i, other in enumerate(sent) if other.path == job.path)
        if planned.outcome == "missing":
            del sent[at]
            key.append(_fault(planned, job, ""))
            continue
        if planned.outcome == "late":
            wrong = _moved(job, late, "")
            delayed.append(wrong)
            del sent[at]
        elif planned.outcome == "refused":
            wrong = _moved(wrong, refused, "_首报")
            spoilt.append(wrong)
        else:
            sent[at] = wrong
        key.append(_fault(planned, wrong, _name(wrong)))
    return sent, delayed, spoilt, key


def _made(plan: Plan, planned: Planned, pool: list[Job]) -> tuple[Job, Job] | None:
    """The job chosen and its spoilt version."""
    order = pool if planned.sender is None or not pool else [pool[planned.sender % len(pool)]]
    for job in order:
        wrong = planned.spoil(plan, job, pool) if planned.spoil else job
        if wrong is not None:
            return job, wrong
    return None


def _moved(job: Job, folder: str, mark: str) -> Job:
    return replace(job, path=job.path.parent.parent / folder / f"{job.path.stem}{mark}{job.path.suffix}")


def _name(job: Job) -> str:
    return Path(job.path.parent.name, job.path.name).as_posix()


def _fault(planned: Planned, job: Job, file: str) -> Fault:
    period = job.period or str(job.extract_date)
    return Fault(planned.kind, file, job.place, job.place_name, period, planned.outcome, planned.code)


def _cell(job: Job, column: str, change: Callable[[pd.Series], Any], *, as_text: bool = False) -> Job:
    """The job with one cell changed, in the middle of the file; ``change`` is given its row."""
    rows = job.rows.reset_index(drop=True).copy()
    at = len(rows) // 2
    value = change(rows.iloc[at])
    if as_text:
        rows[column] = rows[column].astype(object)
    rows.loc[at, column] = value
    return replace(job, rows=rows, table=_typed(job.table, column, "text") if as_text else job.table)


def _typed(table: Table, column: str, kind: str) -> Table:
    changed = table.columns[column].model_copy(update={"type": kind})
    return table.model_copy(update={"columns": table.columns | {column: changed}})


def _more(job: Job, row: pd.DataFrame) -> Job:
    return replace(job, rows=pd.concat([job.rows, row.astype(job.rows.dtypes)], ignore_index=True))


def _cell_of(column: str, change: Callable[[pd.Series], Any], *, as_text: bool = False) -> Spoil:
    return lambda plan, job, pool: _cell(job, column, change, as_text=as_text)


def _again(plan: Plan, job: Job, pool: list[Job]) -> Job:
    """One village twice, with other figures."""
    row = job.rows.iloc[[len(job.rows) // 2]]
    return _more(job, row.assign(volunteers=row["volunteers"] + 1))


def _repeated(plan: Plan, job: Job, pool: list[Job]) -> Job:
    return _more(job, job.rows.iloc[[len(job.rows) // 2]])


def _one_less(plan: Plan, job: Job, pool: list[Job]) -> Job:
    return replace(job, rows=job.rows.drop(job.rows.index[len(job.rows) // 2]))


def _elsewhere(plan: Plan, job: Job, pool: list[Job]) -> Job | None:
    """A village of another town."""
    others = [other for other in pool if other.place != job.place]
    if not others:
        return None
    code = others[-1].rows[job.table.place].iloc[0]
    return _cell(job, job.table.place, lambda row: code)


def _misnamed(plan: Plan, job: Job, pool: list[Job]) -> Job | None:
    """The code of one town beside the name of another."""
    others = [other.place_name for other in pool if other.place != job.place]
    return replace(job, place_name=others[0]) if others else None


def _old_codes(plan: Plan, job: Job, pool: list[Job]) -> Job | None:
    """Rows under the codes the villages had when the campaign began."""
    start = plan.campaign.monitoring.start
    codes = [plan.places.current(code, start) for code in job.rows[job.table.place]]
    if codes == list(job.rows[job.table.place]):
        return None
    return replace(job, rows=job.rows.assign(**{job.table.place: pd.array(codes, dtype="str")}))


def _dissolved(plan: Plan, job: Job, pool: list[Job]) -> Job | None:
    """A row for a village that no longer exists and has no heir."""
    frame = plan.places.frame
    gone = frame[(frame["parent"] == job.place) & (frame["valid_to"] < pd.Timestamp(f"{job.period}-01"))]
    gone = gone[[not plan.places.heirs(code, plan.campaign.monitoring.end) for code in gone["code"]]]
    if gone.empty:
        return None
    return _more(job, job.rows.iloc[[0]].assign(**{job.table.place: gone["code"].iloc[0]}))


def _too_early(plan: Plan, job: Job, pool: list[Job]) -> Job | None:
    """Sent in the name of a unit the town was divided into later."""
    heirs = list(plan.places.heirs(job.place, plan.campaign.monitoring.end))
    if len(heirs) < 2:
        return None
    return replace(job, place=heirs[0], place_name=plan.places.name(heirs[0], "zh"))


def _year_ahead(plan: Plan, job: Job, pool: list[Job]) -> Job:
    """A slip of the year: a visit in the year after the extract."""
    assert job.extract_date is not None
    day = pd.Timestamp(dt.date(job.extract_date.year + 1, 1, 15))
    return _cell(job, "visited_on", lambda row: day)


def _of(column: str, factor: int, added: int = 0) -> Callable[[pd.Series], Any]:
    return lambda row: int(row[column]) * factor + added


A = "activity"
PLANNED = (
    Planned("missing", A, "2017-11", 3, "missing"),
    Planned("missing", A, "2019-08", 12, "missing"),
    Planned("missing", A, "2020-02", 6, "missing"),
    Planned("missing", A, "2020-03", 6, "missing"),
    Planned("missing", "villages", "2018", 8, "missing"),
    Planned("late", A, "2018-04", 9, "late"),
    Planned("late", A, "2019-12", 5, "late"),
    Planned("late", A, "2019-12", 10, "late"),
    Planned("late", "villages", "2019", 7, "late"),
    Planned("part_exceeds_whole", A, "2017-07", 2, "refused", "rule:part_whole_lectures",
            _cell_of("themed_lectures", _of("lectures", 1, 3))),
    Planned("duplicate_village", A, "2017-03", 5, "refused", "duplicate_key", _again),
    Planned("unit_in_number", A, "2018-01", 1, "refused", "bad_count",
            _cell_of("attendances", lambda row: "95人次", as_text=True)),
    Planned("wrong_town", A, "2018-02", 4, "refused", "not_under_sender", _elsewhere),
    Planned("unknown_village", A, "2016-10", 7, "refused", "unknown_place",
            _cell_of("village_code", lambda row: f"{row['village_code'][:9]}999")),
    Planned("mangled_code", A, "2016-12", 3, "refused", "mangled_id",
            _cell_of("village_code", lambda row: "1.20117E+11")),
    Planned("sender_mismatch", A, "2017-05", 6, "refused", "sender_mismatch", _misnamed),
    Planned("wrong_period", A, "2017-09", 1, "refused", "wrong_period_level",
            lambda plan, job, pool: replace(job, period="2017-Q3")),
    Planned("rate_as_text", "public_health", "2018-Q1", 0, "refused", "bad_count",
            _cell_of("elderly_managed", lambda row: "68.35%", as_text=True)),
    Planned("minus_two", "maternal_child", "MC2017", 0, "refused", "negative_count",
            _cell_of("premarital_checked", lambda row: -2)),
    Planned("future_date", "newborns", None, 1, "refused", "future_date", _year_ahead),
    Planned("dissolved_village", A, "2019-03", None, "refused", "place_dissolved", _dissolved),
    Planned("sender_too_early", A, "2018-11", None, "refused", "sender_not_yet", _too_early),
    Planned("wrong_code_year", A, "2018-05", None, "accepted", "other_years_code", _old_codes),
    Planned("factor_ten_slip", A, "2018-03", 1, "accepted", "", _cell_of("volunteers", _of("volunteers", 10))),
    Planned("village_missing", A, "2017-04", 8, "accepted", "village_missing", _one_less),
    Planned("duplicate_row", A, "2017-10", 10, "accepted", "duplicate_row", _repeated),
)  # fmt: skip
