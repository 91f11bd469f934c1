"""The ledger: chained, whole, one writer; every alteration is found."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hfwork.errors import HfworkError
from hfwork.intake.ledger import FIRST, Entry, Ledger

BLANK = Entry("", "x.xlsx", "activity", "a", "a", "2018-06", None, 10, 0, 0)


def kept(ledger: Ledger, folder: Path, content: str, **facts: object) -> Entry:
    """An entry whose file really lies in the store."""
    source = folder / f"{content}.xlsx"
    source.write_text(content)
    sha = hashlib.sha256(content.encode()).hexdigest()
    ledger.store(source, sha)
    return replace(BLANK, sha256=sha, name=source.name, **facts)  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "vault")
    entries = [kept(ledger, tmp_path, f"f{n}", period=f"2018-0{n}") for n in range(1, 5)]
    with ledger.lock():
        ledger.append(entries[:2], by="甲")
        ledger.append(entries[2:], by="乙")
    return ledger


def test_entries_are_chained(ledger: Ledger) -> None:
    entries = ledger.entries()
    lines = ledger.file.read_bytes().splitlines()
    assert [e.seq for e in entries] == [1, 2, 3, 4]
    assert [e.by for e in entries] == ["甲", "甲", "乙", "乙"]
    assert [e.previous for e in entries] == [FIRST, *(hashlib.sha256(line).hexdigest() for line in lines[:-1])]
    assert ledger.head() == hashlib.sha256(lines[-1]).hexdigest()
    assert ledger.verify() == []
    file = ledger.stored(entries[0])
    assert file.stat().st_mode & 0o777 == 0o440
    assert Ledger(ledger.vault / "nothing").entries() == []


@pytest.mark.parametrize("line", [0, 1, 2])
def test_an_altered_line_breaks_the_chain(ledger: Ledger, line: int) -> None:
    lines = ledger.file.read_bytes().splitlines()
    values = json.loads(lines[line])
    values["rows"] = 11
    lines[line] = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ledger.file.write_bytes(b"\n".join(lines) + b"\n")
    (problem,) = ledger.verify()
    assert (problem.code, problem.given) == ("ledger_line", line + 2)  # the line after no longer follows


@pytest.mark.parametrize("change", ["remove", "swap", "cut", "garbage"])
def test_removed_swapped_and_cut_lines_are_found(ledger: Ledger, change: str) -> None:
    lines = ledger.file.read_bytes().splitlines()
    altered = {
        "remove": [lines[0], *lines[2:]],
        "swap": [lines[1], lines[0], *lines[2:]],
        "cut": [*lines[:3], lines[3][:-20]],
        "garbage": [*lines, b"{}"],
    }[change]
    ledger.file.write_bytes(b"\n".join(altered) + b"\n")
    assert [problem.code for problem in ledger.verify()] == ["ledger_line"]


def test_lines_cut_off_the_end_show_in_the_head(ledger: Ledger) -> None:
    head = ledger.head()
    lines = ledger.file.read_bytes().splitlines()
    ledger.file.write_bytes(b"\n".join(lines[:3]) + b"\n")
    assert ledger.verify() == []  # a shorter chain is sound in itself,
    assert ledger.head() != head  # which is why a release keeps the head


def test_altered_and_missing_files_are_found(ledger: Ledger) -> None:
    first, second = (ledger.stored(entry) for entry in ledger.entries()[:2])
    first.chmod(0o640)
    first.write_text("other")
    second.unlink()
    assert [problem.code for problem in ledger.verify()] == ["received_changed", "received_missing"]


def test_a_file_that_changes_under_the_reader_is_not_stored(tmp_path: Path) -> None:
    source = tmp_path / "a.xlsx"
    source.write_text("now")
    with pytest.raises(HfworkError) as refusal:
        Ledger(tmp_path / "vault").store(source, hashlib.sha256(b"before").hexdigest())
    assert refusal.value.code == "file_changed"


def test_current_counts_the_latest_of_each(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "vault")
    extract = {"table": "residents", "period": None}
    entries = [
        kept(ledger, tmp_path, "may", period="2018-05"),
        kept(ledger, tmp_path, "june", period="2018-06"),
        kept(ledger, tmp_path, "june2", period="2018-06", action="correct"),
        kept(ledger, tmp_path, "july", period="2018-07"),
        kept(ledger, tmp_path, "new", **extract, extract_date="2018-07-02"),
        kept(ledger, tmp_path, "old", **extract, extract_date="2018-01-02"),  # received later, but older
        kept(ledger, tmp_path, "old_town", **extract, extract_date="2017-01-02", place="z"),  # unit a, by its old code
        kept(ledger, tmp_path, "other", **extract, extract_date="2017-01-02", place="b", unit="b"),
    ]
    with ledger.lock():
        ledger.append(entries)
    assert [e.name for e in ledger.current(dt.date(2018, 6, 30))] == [
        "may.xlsx",
        "june2.xlsx",
        "new.xlsx",
        "other.xlsx",
    ]
    assert "july.xlsx" in [e.name for e in ledger.current()]


HOLDER = """
import sys, time
from hfwork.intake.ledger import Ledger
with Ledger(sys.argv[1]).lock("老张"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_writer_and_the_lock_of_the_dead(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "vault")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(ledger.vault)], stdout=subprocess.PIPE, env=environment
    )
    try:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        with pytest.raises(HfworkError) as refusal, ledger.lock("我"):
            pass
        assert refusal.value.code == "vault_busy"
        assert "老张" in str(refusal.value.given) and str(holder.pid) in str(refusal.value.given)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    leftover = ledger.vault / ".unfinished-1-x"
    leftover.write_text("half")
    with ledger.lock("我"):  # the dead hold nothing, and what they left half-written goes
        assert not leftover.exists()
