"""The invented district as the files its towns would send: in time, late, sent back – with the answers."""

from __future__ import annotations

import csv
import datetime as dt
import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hfwork.intake import template
from hfwork.plan.folder import Plan
from hfwork.plan.periods import calendar_periods
from hfwork.plan.tables import Table
from hfwork.sample import district, faults
from hfwork.sample.census import coded_on
from hfwork.sample.faults import Fault
from hfwork.sample.known import known
from hfwork.sample.targets import TARGETS, targets

__all__ = ["TARGETS", "Job", "Written", "targets", "write"]

EXTRACTS, LATE, REFUSED, ANSWERS = "个案", "迟报", "退回", "答案.csv"
RETURNS = {"month": "月报", "quarter": "季报", "half": "半年报", "year": "年报", "mc_year": "年报"}
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


@dataclass(frozen=True)
class Written:
    """What was written: ``files`` to receive first, then ``late`` ones, ``refused`` ones, and the ``key`` to it all."""

    files: list[Path]
    late: list[Path]
    refused: list[Path]
    key: list[Fault]
    answers: Path


def write(
    plan: Plan,
    out_dir: str | Path,
    *,
    seed: int = 2016,
    small: bool = False,
    as_of: dt.date | None = None,
    progress: Progress | None = None,
    workers: int = 2,
) -> Written:
    """Draw the district and write one workbook per sender and extract, and one per sender and period of a return.

    Under ``out_dir``: extracts in ``个案/``, returns in ``月报/``, ``季报/`` and ``年报/``; those that come late in
    ``迟报/``, those that intake sends back in ``退回/`` (the right version is among the returns), and what is wrong
    where in ``答案.csv``. ``progress(done, total)`` is called as files are done. The small sample is written in
    this process; otherwise ``workers`` processes share the work. Equal arguments give equal files. ``files`` are
    in order: extracts first, then returns by the end of their period.
    """
    out_dir = Path(out_dir)
    as_of = district.last_day(small, as_of)
    tables = district.draw(plan, seed=seed, small=small, as_of=as_of)
    jobs = _jobs(plan, out_dir, tables, as_of + district.EXTRACT_AFTER)
    del tables
    sent, late, refused, key = faults.plant(plan, jobs, LATE, REFUSED)
    key += known(plan, sent)
    jobs = [*sent, *late, *refused]
    for folder in dict.fromkeys(job.path.parent for job in jobs):
        folder.mkdir(parents=True, exist_ok=True)
    paths = [[job.path for job in part] for part in (sent, late, refused)]
    answers = _answer(key, out_dir / ANSWERS)
    del sent, late, refused
    _write_all(jobs, 1 if small else workers, progress)
    return Written(paths[0], paths[1], paths[2], key, answers)


def _write_all(jobs: list[Job], workers: int, progress: Progress | None) -> None:
    total = len(jobs)
    if workers <= 1:
        for done, job in enumerate(jobs, start=1):
            job.write()
            if progress:
                progress(done, total)
        return
    # Spawned, not forked: the caller may hold threads (Arrow, DuckDB, a notebook's). The largest files go
    # first, so that the processes end together.
    jobs.sort(key=lambda job: -len(job.rows))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting = {pool.submit(write_batch, batch): len(batch) for batch in _batches(jobs)}
        jobs.clear()
        done = 0
        for finished in as_completed(waiting):
            finished.result()
            done += waiting[finished]
            if progress:
                progress(done, total)


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


def _answer(key: list[Fault], path: Path) -> Path:
    """The key as a table that Excel opens as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [fault.row() for fault in key]
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, faults.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _jobs(plan: Plan, out_dir: Path, tables: dict[str, pd.DataFrame], extract: dt.date) -> list[Job]:
    """Extracts by table and town, then returns by the end of their period, table and sender."""
    extracts: list[Job] = []
    returns: list[tuple[dt.date, Job]] = []
    for name, frame in tables.items():
        table = plan.tables[name]
        if table.kind == "extract":
            for town, part in frame.groupby("_place", sort=False):
                extracts.append(_job(plan, out_dir / EXTRACTS, table, str(town), part, None, extract))
        else:
            for _, part in frame.groupby(["_start", "_end", "_place"], sort=False):
                start, end, sender = part[["_start", "_end", "_place"]].iloc[0]
                period = calendar_periods(start, end, [table.every], plan.campaign.phase_dates)[0]
                job = _job(plan, out_dir / RETURNS[table.every], table, str(sender), part, period.token, end)
                returns.append((end, job))
    return extracts + [job for _, job in sorted(returns, key=lambda pair: pair[0])]


def _job(
    plan: Plan, folder: Path, table: Table, sender: str, part: pd.DataFrame, period: str | None, day: dt.date
) -> Job:
    """The file of one sender; it carries the name the sender had on the day the file is about."""
    name = plan.places.name(sender, "zh", coded_on(day))
    title = re.sub(r"(个案|月报|季报|半年报|年报)?表$", "", table.title.zh)
    file = f"示例_{title}_{name}_{period or day}.xlsx"
    columns = [column for column in table.columns if column in part]
    extract = None if period else day
    return Job(folder / file, table, sender, name, period, extract, part[columns])
