"""Receives files: read and checked first, then all of them kept – or none."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.intake import accepted, checks, findings, overlap, records, sender, workbook
from hfwork.intake.ledger import OLD_TABLES, Entry, Ledger, counting, hash_of, sync_folder
from hfwork.intake.workbook import Sheet
from hfwork.plan.folder import Plan

Progress = Callable[[int, int, str], None]


@dataclass
class Summary:
    """What came of one call of ``receive``: entries written, files skipped as already received, findings."""

    received: list[Entry] = field(default_factory=list)
    skipped: list[Path] = field(default_factory=list)
    findings: pd.DataFrame = field(default_factory=findings.empty)

    @property
    def rows(self) -> int:
        """Data rows of the files received."""
        return sum(entry.rows for entry in self.received)

    @property
    def put_aside(self) -> int:
        """Rows with errors that were left out."""
        return sum(entry.errors for entry in self.received)


@dataclass
class Checked:
    """One file, read and judged: its rows, its findings, and the rows that may be kept."""

    sheet: Sheet
    frame: pd.DataFrame
    found: pd.DataFrame

    @property
    def wrong_rows(self) -> set[int]:
        """Source rows with an error."""
        return set(self.found.loc[self.found["severity"] == "error", "row"].tolist())

    @property
    def kept(self) -> pd.DataFrame:
        """The rows without errors, a repeated row once."""
        repeated = set(self.found.loc[self.found["code"] == "duplicate_row", "row"].tolist())
        return self.frame[~self.frame["_row"].isin(self.wrong_rows | repeated)]


def receive(
    vault: str | Path,
    plan: Plan,
    paths: Iterable[str | Path],
    *,
    set_aside: bool = False,
    correct: bool = False,
    today: dt.date,
    by: str,
    progress: Progress | None = None,
) -> Summary:
    """Receives files, or every workbook below folders: all of them or nothing.

    ``set_aside`` keeps the good rows of files with wrong ones; ``correct`` lets a file replace what was received
    for the same table, unit and period. Raises ``refused`` with every problem (unreadable files, wrong rows,
    ``already_reported``); the vault is then as it was.
    """
    ledger = Ledger(vault)
    hashed = [(path, hash_of(path)) for path in workbook.files_below(paths)]
    before = ledger.entries()
    known = {entry.sha256 for entry in (ledger.current() if correct else before)}
    fresh: dict[str, Path] = {}
    skipped: list[Path] = []
    for path, sha in hashed:
        if sha in known or sha in fresh:
            skipped.append(path)
        else:
            fresh[sha] = path
    answers = workbook.read_all(list(fresh.values()), plan.tables, progress)
    problems = [answer for answer in answers if isinstance(answer, HfworkError)]
    checked = _check_all([a for a in answers if isinstance(a, Sheet)], plan, today, problems)
    entries = [_entry(item, plan, set_aside, today, by) for item in checked]
    entries = _against_earlier(entries, before, correct, plan, problems)
    if not set_aside:
        problems += _row_problems(checked, plan)
    if problems:
        raise HfworkError("refused", problems=problems)
    if entries:
        with ledger.lock(by):
            if len(ledger.entries()) != len(before):  # somebody wrote meanwhile: judge again by what they wrote
                entries = _against_earlier(entries, ledger.entries(), correct, plan, problems)
                if problems:
                    raise HfworkError("refused", problems=problems)
            with _all_or_none(checked, Path(vault)):
                for item in checked:
                    ledger.store(item.sheet.path, item.sheet.sha256)
                    _write_tables(item, plan, Path(vault) / "tables")
                sync_folder(Path(vault) / "received")
                entries = ledger.append(entries)  # last: until this line nothing above counts
    return Summary(entries, skipped, findings.join(item.found for item in checked))


@contextmanager
def _all_or_none(checked: list[Checked], vault: Path) -> Iterator[None]:
    """Takes away again what was written for files that in the end could not be received (a full disk)."""
    files = []
    for sheet in (item.sheet for item in checked):
        tables = vault / "tables"
        rows = accepted.rows_file(tables, sheet.table, sheet.sha256)
        files += [vault / "received" / sheet.sha256 / sheet.name, rows, accepted.findings_file(tables, sheet.sha256)]
    new = [file for file in files if not file.exists()]
    try:
        yield
    except BaseException:
        for file in new:
            with suppress(OSError):
                file.unlink(missing_ok=True)
                file.parent.rmdir()  # only when nothing else is in it
        raise


def rebuild(vault: str | Path, plan: Plan, *, by: str = "", progress: Progress | None = None) -> int:
    """Makes ``tables/`` again from the received files and the ledger; returns the number of files.

    Each file is checked as on the day it was received. Raises ``refused`` when the received files are not those
    of the ledger; the old tables then stay.
    """
    ledger = Ledger(vault)
    tables = Path(vault) / "tables"
    with ledger.lock(by):
        problems = ledger.verify()
        if problems:
            raise HfworkError("refused", problems=problems)
        entries = {entry.sha256: entry for entry in ledger.entries()}
        sheets = workbook.read([ledger.stored(e) for e in entries.values()], plan.tables, progress)
        beside, old = tables.with_name(".tables-new"), tables.with_name(OLD_TABLES)
        for folder in (beside, old):
            shutil.rmtree(folder, ignore_errors=True)
        try:
            for day in dict.fromkeys(entry.today for entry in entries.values()):
                then = [sheet for sheet in sheets if entries[sheet.sha256].today == day]
                for item in _check_all(then, plan, dt.date.fromisoformat(day), problems):
                    _write_tables(item, plan, beside)
            if problems:
                raise HfworkError("refused", problems=problems)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        beside.mkdir(exist_ok=True)
        if tables.exists():
            os.replace(tables, old)
        os.replace(beside, tables)
        shutil.rmtree(old, ignore_errors=True)
    return len(entries)


def _check_all(sheets: list[Sheet], plan: Plan, today: dt.date, problems: list[HfworkError]) -> list[Checked]:
    """All sheets normalised and checked, those of one table together; refusals are added to ``problems``."""
    known: list[Sheet] = []
    for sheet in sheets:
        try:
            known.append(_in_time(sender.identify(sheet, plan), plan, today))
        except HfworkError as problem:
            problems.append(problem)
    checked: dict[str, Checked] = {}
    for name, table in plan.tables.items():
        frames = []
        for sheet in (sheet for sheet in known if sheet.table == name):
            frame, found = records.normalise(sheet, plan)
            found = findings.join([found, checks.check_totals(sheet, frame, table)])
            checked[sheet.sha256] = Checked(sheet, frame, found)
            frames.append(checks.with_context(frame, sheet, plan))
        if frames:
            together = checks.check(pd.concat(frames, ignore_index=True), table, plan, today)
            for sha, found in together.groupby("sha", sort=False):
                item = next(c for c in checked.values() if c.sheet.sha256.startswith(str(sha)))
                item.found = findings.join([item.found, found])
    return [checked[sheet.sha256] for sheet in known]


def _in_time(sheet: Sheet, plan: Plan, today: dt.date) -> Sheet:
    if sheet.extract_date and sheet.extract_date > today:
        raise HfworkError("extract_in_future", given=sheet.extract_date, where=sheet.name)
    if sheet.period and sender.reported_on(sheet, plan) > today:
        raise HfworkError("period_not_over", given=sheet.period, where=sheet.name)
    return sheet


def _entry(item: Checked, plan: Plan, set_aside: bool, today: dt.date, by: str) -> Entry:
    sheet = item.sheet
    return Entry(
        sha256=sheet.sha256,
        name=sheet.name,
        table=sheet.table,
        place=sheet.place,
        unit=sender.unit_of(sheet.place, plan.places),
        period=sheet.period,
        extract_date=sheet.extract_date.isoformat() if sheet.extract_date else None,
        rows=len(item.frame),
        errors=len(item.wrong_rows),
        warnings=int((item.found["severity"] == "warning").sum()),
        set_aside=set_aside,
        today=today.isoformat(),
        by=by,
    )


def _against_earlier(
    entries: list[Entry], before: list[Entry], correct: bool, plan: Plan, problems: list[HfworkError]
) -> list[Entry]:
    """The entries with what they supersede; a second version that is no correction is a problem."""
    known = {entry.key: entry for entry in before}
    here: dict[tuple[str, str, str], Entry] = {}
    judged: list[Entry] = []
    for entry in entries:
        twin, earlier = here.get(entry.key), known.get(entry.key)
        if twin or (earlier and not correct):
            other = twin or earlier
            assert other is not None
            problems.append(
                HfworkError(
                    "already_reported",
                    given=entry.key[2],
                    where=entry.name,
                    place=plan.places.name(entry.place),
                    table=plan.tables[entry.table].title.zh,
                    earlier=other.name,
                )
            )
            continue
        here[entry.key] = entry
        if earlier:
            entry = replace(entry, action="correct", supersedes=earlier.sha256)
        judged.append(entry)
    return overlap.settle(judged, counting(before), correct, plan, problems)


def _row_problems(checked: list[Checked], plan: Plan) -> Iterator[HfworkError]:
    left = findings.SHOWN
    for item in checked:
        table = plan.tables[item.sheet.table]
        wrong = item.found[item.found["severity"] == "error"].head(left)
        if wrong.empty:
            continue
        left -= len(wrong)
        on = sender.reported_on(item.sheet, plan)
        names = list(records.names_below(plan.places, item.sheet.place, on)[0])
        names += sorted(sender.below(plan.places, item.sheet.place, on))
        for finding in wrong.to_dict("records"):
            named = {str(key): value for key, value in finding.items()}
            yield findings.RowProblem(named, table, findings.allowed_for(named, table, names))


def _write_tables(item: Checked, plan: Plan, tables: Path) -> None:
    sheet = item.sheet
    table = plan.tables[sheet.table]
    rows = accepted.rows_file(tables, sheet.table, sheet.sha256)
    accepted.write_rows(item.kept, table, rows, place=sheet.place, period=sender.period_of(sheet, plan))
    accepted.write_findings(item.found, accepted.findings_file(tables, sheet.sha256))
