"""The record of what was received: a chained ledger, and the files themselves under their own hash."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from hfwork.errors import HfworkError
from hfwork.plan.periods import parse

OLD_TABLES = ".tables-old"  # where a rebuild puts the tables it is about to replace
FIRST = "0" * 64  # what the first line names as the line before it


@dataclass(frozen=True)
class Entry:
    """One decision about one received file.

    ``rows`` counts the file's data rows, ``errors`` those put aside, ``unit`` is the newest code of the sender
    (``place`` is the code valid when reported), ``today`` the day the checks took for today, ``previous`` the
    SHA-256 of the line before.
    """

    sha256: str
    name: str
    table: str
    place: str
    unit: str
    period: str | None
    extract_date: str | None
    rows: int
    errors: int
    warnings: int
    action: str = "receive"
    supersedes: str = ""
    set_aside: bool = False
    today: str = ""
    by: str = ""
    at: str = ""
    seq: int = 0
    previous: str = FIRST

    @property
    def key(self) -> tuple[str, str, str]:
        """What may count only once: table, unit, and the period or the day of the extract."""
        return self.table, self.unit, self.period or self.extract_date or ""


class Ledger:
    """The ledger and the store of a vault folder; reading never locks, writing takes ``lock``."""

    def __init__(self, vault: str | Path) -> None:
        self.vault = Path(vault)
        self.file = self.vault / "ledger.jsonl"

    def entries(self) -> list[Entry]:
        """All entries, oldest first. Raises ``ledger_line`` for a line that does not follow from the one before."""
        known = {field.name for field in fields(Entry)}
        found: list[Entry] = []
        previous = FIRST
        for number, line in enumerate(self._lines(), start=1):
            try:
                values = json.loads(line)
                entry = Entry(**{name: value for name, value in values.items() if name in known})
            except (ValueError, TypeError, AttributeError, RecursionError):
                raise self._broken(number) from None
            if entry.previous != previous or entry.seq != number:
                raise self._broken(number)
            previous = hashlib.sha256(line).hexdigest()
            found.append(entry)
        return found

    def head(self) -> str:
        """The hash of the last line: whoever keeps it can later tell whether lines were cut off the end."""
        lines = self._lines()
        return hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST

    def current(self, as_of: dt.date | None = None) -> list[Entry]:
        """The files that count: per table, unit and period the latest; of extracts the newest per table and unit.

        With ``as_of``, returns of periods that begin later are left out. A file gives way to those of the units its
        sender was divided into. In order of table, unit and period.
        """
        return counting(self.entries(), as_of)

    def append(self, entries: Entry | Iterable[Entry], *, by: str | None = None) -> list[Entry]:
        """Adds entries, all or none, and returns them with number, time and link to the line before.

        The caller holds ``lock``. The file is replaced in one rename, so a reader or a crash sees the ledger
        before or after, nothing between.
        """
        lines, number, previous = self._lines(), len(self.entries()), self.head()
        added: list[Entry] = []
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        for entry in [entries] if isinstance(entries, Entry) else entries:
            number += 1
            entry = replace(entry, seq=number, at=now, by=entry.by if by is None else by, previous=previous)
            line = json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
            previous = hashlib.sha256(line).hexdigest()
            lines.append(line)
            added.append(entry)
        if added:
            write_whole(self.file, b"\n".join(lines) + b"\n")
        return added

    def stored(self, entry: Entry) -> Path:
        """Where a received file lies."""
        return self.vault / "received" / entry.sha256 / entry.name

    def store(self, source: Path, sha256: str) -> Path:
        """Keeps a copy of a file under its hash, read-only. Raises ``file_changed`` when it is another by now."""
        target = self.vault / "received" / sha256 / source.name
        if target.is_file() and hash_of(target) == sha256:
            return target
        data = source.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise HfworkError("file_changed", given=source.name)
        write_whole(target, data, mode=0o440)
        return target

    def verify(self) -> list[HfworkError]:
        """Every broken link of the chain and every received file that is gone or altered; empty when sound."""
        try:
            entries = self.entries()
        except HfworkError as problem:
            return [problem]
        problems: list[HfworkError] = []
        for entry in entries:
            file = self.stored(entry)
            if not file.is_file():
                problems.append(HfworkError("received_missing", given=entry.name, where=file))
            elif hash_of(file) != entry.sha256:
                problems.append(HfworkError("received_changed", given=entry.name, where=file))
        return problems

    @contextmanager
    def lock(self, by: str = "") -> Iterator[None]:
        """The one writer of the vault. Raises ``vault_busy`` naming the owner and since when.

        The system drops the lock of a process that died, whatever the lock file says.
        """
        self.vault.mkdir(parents=True, exist_ok=True)
        file = self.vault / ".lock"
        with open(file, "a+", encoding="utf-8") as handle:
            if not _take(handle.fileno()):
                handle.seek(0)
                raise HfworkError("vault_busy", given=handle.read().strip(), where=self.vault)
            handle.truncate(0)
            now = dt.datetime.now().isoformat(" ", timespec="seconds")
            handle.write(f"{by or 'hfwork'} · pid {os.getpid()} · {now}")
            handle.flush()
            try:
                self._sweep()
                yield
            finally:
                handle.truncate(0)

    def _sweep(self) -> None:
        """Removes what a writer that was killed left unfinished."""
        for leftover in self.vault.rglob(".unfinished-*"):
            with suppress(OSError):
                leftover.unlink()
        for folder in (self.vault / "received").glob("*"):
            with suppress(OSError):  # only an empty folder goes
                folder.rmdir()
        tables, old = self.vault / "tables", self.vault / OLD_TABLES
        if old.is_dir() and not tables.exists():  # a rebuild was killed between its two renames
            os.replace(old, tables)

    def _lines(self) -> list[bytes]:
        return self.file.read_bytes().splitlines() if self.file.exists() else []

    def _broken(self, number: int) -> HfworkError:
        return HfworkError("ledger_line", given=number, where=self.file)


def counting(entries: Iterable[Entry], as_of: dt.date | None = None) -> list[Entry]:
    """Of all entries those that count; see ``Ledger.current``."""
    known = list(entries)
    latest: dict[tuple[str, str, str], Entry] = {}
    for entry in known:
        latest[entry.key] = entry
    found: dict[tuple[str, str, str], Entry] = {}
    for _, entry in sorted(latest.items()):
        if entry.extract_date is not None:  # sorted by date: the newest comes last
            found[entry.table, entry.unit, ""] = entry
        elif as_of is None or _begins(entry.period) <= as_of:
            found[entry.key] = entry
    replaced = {(entry.supersedes, entry.unit): entry.seq for entry in known if entry.supersedes}
    gone = {
        entry.key
        for entry in found.values()
        if any(sha == entry.sha256 and unit != entry.unit and seq > entry.seq for (sha, unit), seq in replaced.items())
    }
    return [entry for entry in found.values() if entry.key not in gone]


def _begins(period: str | None) -> dt.date:
    try:
        return parse(str(period)).start
    except HfworkError:  # a phase: its dates stand in the plan, so it is left to the build
        return dt.date.min


def _take(handle: int) -> bool:
    """True when this process now holds the lock of an open file."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 2**30, os.SEEK_SET)  # a byte nobody reads: the owner's name stays readable
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def hash_of(file: Path) -> str:
    """SHA-256 (hex) of a file."""
    with open(file, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_whole(target: Path, data: bytes, mode: int = 0o640, *, synced: bool = True) -> None:
    """Writes a file completely or not at all: beside it, then renamed.

    ``synced`` also outlives a power cut; what can be derived again does without.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.parent / f".unfinished-{os.getpid()}-{target.name}"
    try:
        with open(beside, "wb") as handle:
            handle.write(data)
            handle.flush()
            if synced:
                os.fsync(handle.fileno())
        os.chmod(beside, mode)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    if synced:
        sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder outlive a power cut (Windows has no such call and needs none)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
