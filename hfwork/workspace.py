"""The analyst's front door: a workspace is a plan, a vault and its releases."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml

from hfwork import counting
from hfwork.counting import Counted
from hfwork.errors import HfworkError
from hfwork.intake import blank, decisions, findings
from hfwork.intake.decisions import Summary
from hfwork.intake.ledger import Entry, Ledger
from hfwork.measure.frame import THEN
from hfwork.plan.folder import Plan, load_plan
from hfwork.plan.indicators import lookup
from hfwork.plan.reading import build as build_model
from hfwork.plan.tables import Frozen, read_yaml
from hfwork.release import bundle, publish, tracing, verdicts
from hfwork.release.bundle import Release, narrow, open_release
from hfwork.release.cells import assemble
from hfwork.release.verdicts import Answer

Progress = Callable[[int, int, str], None]
_MARK = "workspace.yaml"


class Settings(Frozen):
    """What ``workspace.yaml`` holds; ``sample`` marks invented data everywhere."""

    format: Literal[1]
    plan: str
    sample: bool = False


class Workspace:
    """A folder with ``plan/``, ``vault/`` and ``releases/``; ``threads`` is how many may count at once."""

    threads = 2

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = folder / "vault"
        self.releases = folder / "releases"
        self.settings = build_model(Settings, read_yaml(folder / _MARK), folder / _MARK)
        self.plan: Plan = load_plan(folder / "plan")
        self._counted: dict[dt.date, Counted] = {}
        self._cells: dict[tuple[dt.date, str | None, str | None], pd.DataFrame] = {}

    # -- files in

    def _forget(self) -> None:
        """What was counted no longer holds once files have come in."""
        self._counted.clear()
        self._cells.clear()

    def template(self, table: str, place: str, period: str, folder: str | Path = ".") -> Path:
        """A blank workbook that ``receive`` would take from this unit: ``period`` is a token, for extracts a day.

        An existing file is left alone (``file_there``); a wrong unit or period is refused as on receipt.
        """
        return blank.write(self.plan, table, place, period, Path(folder))

    def receive(self, paths: Iterable[str | Path], *, today: dt.date, by: str = "", **options: Any) -> Summary:
        """Take files into the vault, all or none; see ``intake.decisions.receive``."""
        self._forget()
        return decisions.receive(self.vault, self.plan, paths, today=today, by=by, **options)

    def check(self, paths: Iterable[str | Path], *, today: dt.date, **options: Any) -> Summary:
        """What ``receive`` would do, done to a passing copy of the ledger: this workspace stays as it is."""
        with tempfile.TemporaryDirectory() as passing:
            if Ledger(self.vault).file.exists():
                shutil.copy(Ledger(self.vault).file, passing)
            return decisions.receive(passing, self.plan, paths, today=today, by="check", **options)

    def say(self, found: pd.DataFrame) -> list[str]:
        """Findings as sentences, one per row, each with its file."""
        rows = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
        return [f"{row['file']}: {findings.sentence(row, self.plan.tables[row['table']])}" for row in rows]

    def entries(self) -> list[Entry]:
        """The ledger, oldest first."""
        return Ledger(self.vault).entries()

    def rebuild(self, progress: Progress | None = None) -> str | None:
        """Delete everything derived, make it again from received files and ledger, build what was built."""
        built = self._pointer("built")
        as_of = dt.date.fromisoformat(open_release(built).meta["as_of"]) if built else None
        try:
            decisions.rebuild(self.vault, self.plan, progress=progress)
        except HfworkError as problem:
            if problem.code == "refused":  # those words are for files that come in
                raise HfworkError("not_verified", problems=problem.problems) from None
            raise
        self._forget()
        return self.build(as_of, progress) if as_of else None

    # -- counts

    def count(self, as_of: dt.date, progress: Progress | None = None) -> Counted:
        """Count every measure at every place and period up to ``as_of``; kept until files are received."""
        if as_of not in self._counted:
            self._counted[as_of] = counting.count(self.plan, self.vault, as_of, progress, threads=self.threads)
        return self._counted[as_of]

    def cells(
        self,
        indicator: str | None = None,
        *,
        by: str | None = None,
        period: str | None = None,
        as_of: dt.date | str | None = None,
        boundaries: str | None = None,
    ) -> pd.DataFrame:
        """Cells straight from the vault, at every level, before disclosure control: for analysts only.

        ``as_of`` defaults to the day of the latest build. With ``boundaries="then"`` every period is read with
        the units of its own last day, else with those of ``as_of``. Columns: ``release.cells.COLUMNS``.
        """
        if boundaries not in (None, THEN):
            raise HfworkError("unknown_boundaries", given=boundaries, allowed=[THEN])
        if indicator is not None:
            lookup(self.plan.indicators, indicator)
        try:
            day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or self.built_as_of()
        except ValueError:
            raise HfworkError("bad_day", given=as_of) from None
        key = (day, boundaries, indicator)
        if key not in self._cells:
            counted = self.count(day)
            wanted = None if indicator is None else [indicator]
            views = counted.then if boundaries else [counted.as_of]
            parts = [assemble(self.plan, counts, frame, counted.errors, wanted) for counts, frame in views]
            self._cells[key] = pd.concat(parts, ignore_index=True)
        return narrow(self._cells[key], by=by, period=period)

    def real_change(self, indicator: str, place: str, period: str, *, published: bool = False) -> Answer:
        """Is a figure a real change? One sentence that names its test; see ``judge.verdict.real_change``.

        Judged from the vault, or with ``published`` from the current release, where a hidden figure is missing.
        """
        lookup(self.plan.indicators, indicator)
        cells = self.current().cells(indicator) if published else self.cells(indicator)
        return verdicts.answer(self.plan, cells, indicator, place, period)

    # -- releases

    def build(self, as_of: dt.date, progress: Progress | None = None) -> str:
        """Write the release of ``as_of`` and return its id; readers see it only after ``publish``."""
        counted = self.count(as_of, progress)
        self.releases.mkdir(exist_ok=True)
        identity = publish.build(
            self.plan,
            counted.counts,
            counted.frame,
            counted.errors,
            counted.inputs,
            self.releases,
            gone=counted.gone,
            sample=self.settings.sample,
        )
        bundle.point(self.releases, "built", identity)
        return identity

    def publish(self, identity: str | None = None) -> Release:
        """Make a built release the current one by atomic rename."""
        if identity is None:
            built = self._pointer("built")
            if built is None:
                raise HfworkError("nothing_built")
            identity = built.resolve().name
        known = [folder.name for folder in bundle.folders(self.releases)]
        if identity not in known:
            raise HfworkError("unknown_release", given=identity, allowed=known)
        bundle.verify(self.releases / identity)  # what readers see is whole, or stays as it was
        bundle.point(self.releases, "current", identity)
        return self.current()

    def current(self) -> Release:
        """The published release."""
        return open_release(self.releases / "current")

    def built_as_of(self) -> dt.date:
        """The day of the latest build."""
        built = self._pointer("built")
        if built is None:
            raise HfworkError("nothing_built")
        return dt.date.fromisoformat(open_release(built).meta["as_of"])

    def trace(self, code: str) -> dict[str, Any]:
        """Where a figure comes from: its ``cell``, its ``release``, the received ``files``; see ``release.tracing``."""
        return tracing.trace(self.releases, self.plan, code)

    def _pointer(self, name: str) -> Path | None:
        return self.releases / name if (self.releases / name).exists() else None


def open_workspace(path: str | Path = "workspace") -> Workspace:
    """Open an existing workspace."""
    folder = Path(path)
    if not (folder / _MARK).is_file():
        raise HfworkError("no_workspace", given=str(path))
    workspace = Workspace(folder)
    if not workspace.vault.is_dir():
        raise HfworkError("no_vault", given=str(path))
    return workspace


def init(path: str | Path, plan: str | Path, *, sample: bool = False) -> Workspace:
    """Make a workspace with its own copy of a plan folder; an occupied folder is left alone."""
    folder, source = Path(path), Path(plan)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise HfworkError("not_empty", given=str(path))
    checked = load_plan(source)
    if source.resolve() in [folder.resolve(), *folder.resolve().parents]:
        raise HfworkError("inside_plan", given=str(path), where=source)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _copy_plan(source, folder / "plan")
        (folder / "releases").mkdir()
        (folder / "vault").mkdir()
        settings = Settings(format=1, plan=checked.id, sample=sample).model_dump()
        (folder / _MARK).write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    except BaseException:
        for made in folder.iterdir():
            shutil.rmtree(made, ignore_errors=True) if made.is_dir() else made.unlink(missing_ok=True)
        raise
    return Workspace(folder)


def _copy_plan(source: Path, target: Path) -> None:
    """A copy of a plan folder that may be edited, whatever the permissions of the original."""
    failed: list[OSError] = []

    def copy(file: str, to: str) -> None:
        try:
            shutil.copyfile(file, to)
        except OSError as problem:
            failed.append(problem)
            raise

    try:
        shutil.copytree(source, target, copy_function=copy)
    except shutil.Error:  # all failures in one text; the first one is enough, and says why
        raise failed[0] if failed else OSError(str(source)) from None
