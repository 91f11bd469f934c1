"""The invented district as the files its towns would send: extracts and monthly returns."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hfwork.intake import template
from hfwork.plan.folder import Plan
from hfwork.plan.tables import Table
from hfwork.sample import district

EXTRACTS, RETURNS = "个案", "月报"  # the two folders
SOURCE = {"source_zh": "示例目标（虚构，仅供演示）", "source_en": "Invented target, for demonstration only"}
# Invented values for the end of 2019, so that the demonstration shows all three judgements. Nothing that
# presses people: no target on checks taken, pregnancies or risk. A plain count such as lectures has none
# either, since one value cannot suit a month and a year.
TARGETS = {
    "health_record_coverage": 85,
    "family_doctor_coverage": 38,
    "household_participation": 58,
    "high_risk_counselling": 90,
    "early_pregnancy_followup": 80,
    "pairing_coverage": 80,
    "registered_volunteers": 2.5,
}
Progress = Callable[[int, int], None]  # files written, files in all


@dataclass(frozen=True)
class Job:
    """One file to write; ``rows`` fill it."""

    path: Path
    table: Table
    place: str
    place_name: str
    period: str | None
    extract_date: dt.date | None
    rows: pd.DataFrame

    def write(self) -> Path:
        """Write the workbook, marked as sample data."""
        return template.write(
            self.table,
            self.path,
            place=self.place,
            place_name=self.place_name,
            period=self.period,
            extract_date=self.extract_date,
            frame=self.rows,
            sample=True,
        )


def write(
    plan: Plan,
    out_dir: str | Path,
    *,
    seed: int = 2016,
    small: bool = False,
    as_of: dt.date = district.AS_OF,
    progress: Progress | None = None,
    workers: int = 2,
) -> list[Path]:
    """Draw the district and write one workbook per town and extract, and one per town and month.

    Extracts go to ``个案/``, returns to ``月报/`` under ``out_dir``. ``progress(done, total)`` is called as
    files are done. The small sample is written in this process; otherwise ``workers`` processes share the
    work. Equal arguments give equal files. Returns the paths: extracts first, then returns by month.
    """
    out_dir = Path(out_dir)
    for folder in (EXTRACTS, RETURNS):
        (out_dir / folder).mkdir(parents=True, exist_ok=True)
    tables = district.draw(plan, seed=seed, small=small, as_of=as_of)
    jobs = list(_jobs(plan, out_dir, tables, as_of + district.EXTRACT_AFTER))
    del tables
    paths = [job.path for job in jobs]
    total = len(jobs)
    if small or workers <= 1:
        for done, job in enumerate(jobs, start=1):
            job.write()
            if progress:
                progress(done, total)
        return paths
    # Spawned, not forked: the caller may hold threads (Arrow, DuckDB, a notebook's). The largest files go
    # first, so that the processes end together.
    jobs.sort(key=lambda job: -len(job.rows))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(write_batch, batch): len(batch) for batch in _batches(jobs)}
        del jobs
        done = 0
        for finished in as_completed(waiting):
            finished.result()
            done += waiting[finished]
            if progress:
                progress(done, total)
    return paths


def targets(plan: Plan) -> list[dict[str, str]]:
    """Rows for ``targets.csv``: invented targets for every unit, for indicators the plan has and wants up."""
    wanted = [plan.indicators[name] for name in TARGETS if name in plan.indicators]
    return [
        {
            "indicator": indicator.id,
            "place": "",
            "period": "2019",
            "value": str(TARGETS[indicator.id]),
            "unit": indicator.unit.zh,
            "role": "target",
            **SOURCE,
        }
        for indicator in wanted
        if indicator.direction == "up"
    ]


def write_batch(jobs: list[Job]) -> int:
    """Write several files; runs in a worker process. Returns how many."""
    for job in jobs:
        job.write()
    return len(jobs)


def _batches(jobs: list[Job], size: int = 25) -> list[list[Job]]:
    """Each large file alone, small ones together: a batch is what one process does at a time."""
    alone = [job for job in jobs if len(job.rows) > 500]
    together = [job for job in jobs if len(job.rows) <= 500]
    return [[job] for job in alone] + [together[at : at + size] for at in range(0, len(together), size)]


def _jobs(plan: Plan, out_dir: Path, tables: dict[str, pd.DataFrame], extract: dt.date) -> Iterator[Job]:
    for name, frame in tables.items():
        table = plan.tables[name]
        if table.kind == "extract":
            for town, part in frame.groupby("_place", sort=False):
                yield _job(plan, out_dir, table, str(town), part, None, extract)
        else:
            for _, part in frame.groupby(["_start", "_place"], sort=False):
                yield _job(plan, out_dir, table, part["_place"].iloc[0], part, part["_start"].iloc[0], None)


def _job(
    plan: Plan,
    out_dir: Path,
    table: Table,
    town: str,
    part: pd.DataFrame,
    month: dt.date | None,
    extract: dt.date | None,
) -> Job:
    """The file of one sender; the town carries the name of the day the file is about."""
    day = month or extract
    name = plan.places.name(town, "zh", part["_end"].iloc[0] if month else extract)
    period = f"{month:%Y-%m}" if month else None
    title = re.sub(r"(个案|月报|季报|半年报|年报)?表$", "", table.title.zh)
    file = f"示例_{title}_{name}_{period or day}.xlsx"
    columns = [column for column in table.columns if column in part]
    folder = RETURNS if month else EXTRACTS
    return Job(out_dir / folder / file, table, town, name, period, extract, part[columns])
