"""Receiving: all or nothing, once only, corrected when told, and the same after any crash."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hfwork.errors import HfworkError
from hfwork.intake import accepted, decisions, findings, template
from hfwork.intake.ledger import Ledger
from hfwork.plan.folder import Plan, load_plan

ROOT = Path(__file__).parent.parent
TODAY = dt.date(2018, 7, 10)
NINGHE = "120117102000"


@cache
def plan() -> Plan:
    return load_plan(ROOT / "data" / "ninghe-2016")


def send(
    folder: Path,
    town: str,
    period: str = "2018-06",
    *,
    name: str = "",
    lectures: object = 2,
    villages: int | None = None,
) -> Path:
    """A return of one town."""
    on = dt.date(2018, 6, 30)
    units = plan().places.at(on, "village")
    units = units.loc[units["parent"] == town, "code"].tolist()[:villages]
    frame = pd.DataFrame({"village_code": units, "lectures": [lectures, *[2] * (len(units) - 1)], "volunteers": 5})
    layout = plan().tables["activity"]
    if not isinstance(lectures, int):  # written as text, as a careless office would
        columns = {key: column.model_copy(update={"type": "text"}) if key == "lectures" else column
                   for key, column in layout.columns.items()}  # fmt: skip
        layout = layout.model_copy(update={"columns": columns})
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / (name or f"{town}_{period}.xlsx")
    return template.write(layout, path, place=town, place_name=plan().places.name(town), period=period, frame=frame)


def residents(folder: Path, day: dt.date, people: int) -> Path:
    frame = pd.DataFrame(
        {
            "person_id": [f"P{n:05d}" for n in range(people)],
            "village_code": [f"1201171022{1 + n % 3:02d}" for n in range(people)],
            "born_on": dt.date(1970, 1, 1),
            "moved_in": dt.date(2001, 1, 1),
        }
    )
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"residents_{day}.xlsx"
    town = "120117102000"
    return template.write(
        plan().tables["residents"], path, place=town, place_name="宁河镇", extract_date=day, frame=frame
    )


def receive(vault: Path, *paths: Path, **options: bool) -> decisions.Summary:
    return decisions.receive(vault, plan(), list(paths), today=TODAY, by="analyst", **options)


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder and the hash of its bytes."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def state(vault: Path) -> tuple[dict[str, str], list[dict[str, object]]]:
    """What a vault says: all files but lock and ledger, and the ledger without times and links."""
    files = {name: sha for name, sha in tree(vault).items() if name not in (".lock", "ledger.jsonl")}
    told = [{k: v for k, v in e.__dict__.items() if k not in ("at", "previous")} for e in Ledger(vault).entries()]
    return files, told


def refused(vault: Path, *paths: Path, **options: bool) -> list[HfworkError]:
    with pytest.raises(HfworkError) as refusal:
        receive(vault, *paths, **options)
    assert refusal.value.code == "refused"
    assert all(refusal.value.message(lang) for lang in ("zh", "en"))
    return refusal.value.problems


@pytest.fixture
def towns() -> list[str]:
    return plan().places.at(dt.date(2018, 6, 30), "township")["code"].tolist()[:4]


def test_received_rows_are_the_contract(tmp_path: Path, towns: list[str]) -> None:
    vault = tmp_path / "vault"
    summary = receive(vault, send(tmp_path / "in", towns[1]), residents(tmp_path / "in", dt.date(2018, 7, 2), 9))
    assert summary.findings.empty and len(summary.received) == 2
    for entry in summary.received:
        table = pq.read_table(accepted.rows_file(vault / "tables", entry.table, entry.sha256))
        assert table.num_rows == entry.rows
        layout = plan().tables[entry.table]
        extra = ["_place", "_start", "_end"] if layout.kind == "return" else []
        assert table.schema.names == [*layout.columns, "_row", *extra]
        types = {"date": pa.date32(), "count": pa.int64()}
        for name, column in layout.columns.items():
            assert table.schema.field(name).type == types.get(column.type, pa.string())
        places = table[layout.place].to_pylist()
        assert places == sorted(places)
        assert table.schema.metadata is None
        if extra:
            first = table.slice(0, 1).to_pylist()[0]
            assert [first[name] for name in extra] == [entry.place, dt.date(2018, 6, 1), dt.date(2018, 6, 30)]
        found = pq.read_table(accepted.findings_file(vault / "tables", entry.sha256))
        assert found.num_rows == 0 and found.schema == findings.SCHEMA
        stored = Ledger(vault).stored(entry)
        assert hashlib.sha256(stored.read_bytes()).hexdigest() == entry.sha256


def test_the_same_file_counts_once(tmp_path: Path, towns: list[str]) -> None:
    vault, path = tmp_path / "vault", send(tmp_path / "in", towns[1])
    copy = tmp_path / "in" / "copy.xlsx"
    copy.write_bytes(path.read_bytes())
    summary = receive(vault, tmp_path / "in")
    assert (len(summary.received), len(summary.skipped)) == (1, 1)
    before = tree(vault)
    again = receive(vault, path)
    assert (again.received, again.skipped) == ([], [path])
    assert tree(vault) == before


def test_other_content_for_the_same_month_needs_a_correction(tmp_path: Path, towns: list[str]) -> None:
    vault = tmp_path / "vault"
    first = receive(vault, send(tmp_path / "a", towns[1])).received[0]
    changed = send(tmp_path / "b", towns[1], lectures=7)
    before = tree(vault)
    (problem,) = refused(vault, changed)
    assert problem.code == "already_reported" and "hfwork correct" in problem.message("zh")
    assert tree(vault) == before
    corrected = receive(vault, changed, correct=True).received[0]
    assert (corrected.action, corrected.supersedes) == ("correct", first.sha256)
    assert [e.sha256 for e in Ledger(vault).current()] == [corrected.sha256]
    back = receive(vault, tmp_path / "a", correct=True).received[0]  # the first was right after all
    assert (back.sha256, back.supersedes) == (first.sha256, corrected.sha256)
    assert [e.sha256 for e in Ledger(vault).current()] == [first.sha256]
    assert Ledger(vault).verify() == []


def test_two_versions_in_one_batch_are_refused(tmp_path: Path, towns: list[str]) -> None:
    paths = [send(tmp_path, towns[1], name="a.xlsx"), send(tmp_path, towns[1], name="b.xlsx", lectures=9)]
    for correct in (False, True):
        (problem,) = refused(tmp_path / "vault", *paths, correct=correct)
        assert (problem.code, problem.where) == ("already_reported", "b.xlsx")


def test_a_newer_extract_replaces_without_a_correction(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    receive(vault, residents(tmp_path, dt.date(2018, 1, 2), 5))
    newer = receive(vault, residents(tmp_path, dt.date(2018, 7, 2), 6)).received[0]
    assert [e.sha256 for e in Ledger(vault).current()] == [newer.sha256]


def test_all_or_nothing(tmp_path: Path, towns: list[str]) -> None:
    vault = tmp_path / "vault"
    receive(vault, send(tmp_path / "before", towns[0]))
    before = tree(vault)
    good, bad = send(tmp_path / "in", towns[1]), send(tmp_path / "in", towns[2], lectures="95人")
    broken = tmp_path / "in" / "zz.xlsx"
    broken.write_bytes(good.read_bytes()[:3000])
    problems = refused(vault, tmp_path / "in")
    assert [problem.code for problem in problems] == ["workbook_damaged", "row_wrong"]
    said = problems[1].message("zh")
    assert bad.name in said and "第4行" in said and "家庭文化讲座场次" in said and "95人" in said
    assert tree(vault) == before
    never = tmp_path / "never"
    refused(never, bad)
    assert not never.exists()


def test_wrong_rows_can_be_put_aside(tmp_path: Path, towns: list[str]) -> None:
    vault, path = tmp_path / "vault", send(tmp_path / "in", towns[1], lectures="95人")
    summary = receive(vault, path, set_aside=True)
    (entry,) = summary.received
    assert (entry.errors, summary.put_aside, entry.set_aside) == (1, 1, True)
    kept = pq.read_table(accepted.rows_file(vault / "tables", entry.table, entry.sha256))
    assert kept.num_rows == entry.rows - 1
    assert 4 not in kept["_row"].to_pylist()
    found = pq.read_table(accepted.findings_file(vault / "tables", entry.sha256)).to_pylist()
    wrong = [f for f in found if f["severity"] == "error"]
    assert wrong == [
        {"file": path.name, "table": "activity", "place": towns[1], "period": "2018-06", "row": 4,
         "column": "lectures", "given": "95人", "code": "bad_count", "severity": "error"}
    ]  # fmt: skip
    unreadable = tmp_path / "x.xlsx"
    unreadable.write_bytes(b"")
    assert [p.code for p in refused(vault, unreadable, set_aside=True)] == ["file_empty"]


def test_a_misspelt_place_gets_the_nearest_name(tmp_path: Path) -> None:
    path = send(tmp_path, NINGHE, villages=2)
    frame = pd.DataFrame({"village_code": ["清泥村委员会会"], "lectures": [1], "volunteers": [1]})
    template.write(plan().tables["activity"], path, place=NINGHE, place_name="宁河镇", period="2018-06", frame=frame)
    (problem,) = refused(tmp_path / "vault", path)
    assert problem.meant == ["清泥村委会"]


def test_rebuild_gives_the_same_tables(tmp_path: Path, towns: list[str]) -> None:
    vault = tmp_path / "vault"
    receive(vault, send(tmp_path / "a", towns[0]), residents(tmp_path / "a", dt.date(2018, 7, 2), 50))
    receive(vault, send(tmp_path / "b", towns[1], lectures="八"), set_aside=True)
    receive(vault, send(tmp_path / "c", towns[0], lectures=8), correct=True)
    before = tree(vault)
    for file in (vault / "tables" / "activity").iterdir():
        file.write_bytes(b"damaged")
    (vault / "tables" / "stray.parquet").write_bytes(b"x")
    assert decisions.rebuild(vault, plan()) == 4
    assert tree(vault) == before
    stored = Ledger(vault).stored(Ledger(vault).entries()[0])
    stored.chmod(0o640)
    stored.write_bytes(b"forged")
    broken = tree(vault)
    with pytest.raises(HfworkError) as refusal:
        decisions.rebuild(vault, plan())
    assert [p.code for p in refusal.value.problems] == ["received_changed"]
    assert tree(vault) == broken


def test_a_rebuild_killed_between_its_renames_is_mended(tmp_path: Path, towns: list[str]) -> None:
    vault = tmp_path / "vault"
    receive(vault, send(tmp_path / "a", towns[0]))
    before = tree(vault / "tables")
    (vault / "tables").rename(vault / ".tables-old")
    receive(vault, send(tmp_path / "b", towns[1]))
    assert before.items() <= tree(vault / "tables").items()


def test_progress_and_who(tmp_path: Path, towns: list[str]) -> None:
    seen: list[tuple[int, int]] = []
    paths = [send(tmp_path, town) for town in towns]
    decisions.receive(
        tmp_path / "vault",
        plan(),
        paths,
        today=TODAY,
        by="老张",
        progress=lambda done, total, _: seen.append((done, total)),
    )
    assert seen == [(n, 4) for n in range(1, 5)]
    assert {(e.by, e.today) for e in Ledger(tmp_path / "vault").entries()} == {("老张", "2018-07-10")}


RECEIVER = """
import datetime as dt, sys
from hfwork.intake import decisions
from hfwork.plan.folder import load_plan
decisions.receive(sys.argv[1], load_plan(sys.argv[2]), [sys.argv[3]], today=dt.date(2018, 7, 10), by="analyst")
"""


@pytest.mark.slow
def test_killed_at_any_moment_and_received_again(tmp_path: Path, towns: list[str]) -> None:
    chance = random.Random(20180710)
    for town in towns:
        for month in ("2018-03", "2018-04", "2018-05", "2018-06"):
            send(tmp_path / "in", town, month)
    receive(tmp_path / "clean", tmp_path / "in")
    clean = state(tmp_path / "clean")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    outcomes = set()
    for attempt in range(6):
        vault = tmp_path / f"vault{attempt}"
        command = [sys.executable, "-c", RECEIVER, str(vault), str(ROOT / "data" / "ninghe-2016"), str(tmp_path / "in")]
        process = subprocess.Popen(command, env=environment)
        if attempt:  # wait until so many files are stored; the first is killed while still reading
            wanted = chance.randint(1, 16)
            while process.poll() is None and len(list(vault.glob("received/*"))) < wanted:
                time.sleep(0.0005)
            time.sleep(chance.random() * 0.004)
        else:
            time.sleep(0.4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        told = len(Ledger(vault).entries())
        outcomes.add(told)
        assert told in (0, 16)  # never a part of a batch
        receive(vault, tmp_path / "in")
        assert state(vault) == clean
        assert Ledger(vault).verify() == []
    assert 0 in outcomes
