"""Reads received workbooks (xlsx, xlsm, xls, ods, csv) as text, each in a guarded child process."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from hfwork.errors import HfworkError
from hfwork.intake import values
from hfwork.intake.reader import as_data, as_error
from hfwork.plan.tables import Table

SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv")
WORKERS = 2
BATCH_FILES = 60
BATCH_BYTES = 3 * 2**20
PATIENCE = 60.0  # seconds a batch may take, plus as much again per 10 MB

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Sheet:
    """One received file as text.

    ``frame`` has every declared column of ``table`` as text (a missing optional column is empty) and
    ``_row``, the row in the spreadsheet. ``place`` is the sender as written (code or name), ``sent_as`` what
    is said of one that used another year's code, ``period`` a token, ``totals`` what the total row says,
    ``formulas`` the (row, column) of formulas without a value.
    """

    path: Path
    sha256: str
    name: str
    table: str
    place: str
    period: str | None
    extract_date: dt.date | None
    header_row: int
    frame: pd.DataFrame
    sent_as: str = ""
    totals: dict[str, str] = field(default_factory=dict)
    total_row: int = 0
    formulas: list[tuple[int, str]] = field(default_factory=list)


def files_below(paths: Iterable[str | Path]) -> list[Path]:
    """The files named, and every workbook below the folders named, each once, in order of name.

    Raises ``file_not_found``, ``no_workbooks`` (an empty folder), ``file_name`` (a name that is no text).
    """
    found: dict[Path, None] = {}
    for given in map(Path, paths):
        if given.is_dir():
            inside = [p for p in sorted(given.rglob("*")) if p.suffix.lower() in SUFFIXES and p.is_file()]
            inside = [p for p in inside if not p.name.startswith(("~$", "."))]  # what an open Excel leaves
            if not inside:
                raise HfworkError("no_workbooks", where=given)
            found |= dict.fromkeys(inside)
        elif given.is_file():
            found[given] = None
        else:
            beside = [p.name for p in given.parent.iterdir()] if given.parent.is_dir() else []
            raise HfworkError("file_not_found", given=given.name, allowed=sorted(beside), where=given.parent)
    for file in found:
        if any("\ud800" <= letter <= "\udfff" for letter in file.name):  # bytes that are no text: an old archive's GBK
            shown = file.name.encode("utf-8", "backslashreplace").decode()
            raise HfworkError("file_name", given=shown, where=file.parent)
    return list(found)


def read(paths: Sequence[str | Path], tables: Mapping[str, Table], progress: Progress | None = None) -> list[Sheet]:
    """Every file as a ``Sheet``, in the order given. Raises the one refusal, or ``refused`` with all."""
    answers = read_all(paths, tables, progress)
    problems = [answer for answer in answers if isinstance(answer, HfworkError)]
    if problems:
        raise problems[0] if len(problems) == 1 else HfworkError("refused", problems=problems)
    return [answer for answer in answers if isinstance(answer, Sheet)]


def read_all(
    paths: Sequence[str | Path], tables: Mapping[str, Table], progress: Progress | None = None
) -> list[Sheet | HfworkError]:
    """Like ``read``, but a refused file is an error in the list."""
    files = [Path(path) for path in paths]
    layouts = {
        name: {
            column: {"zh": spec.zh, "en": spec.en, "required": spec.required} for column, spec in table.columns.items()
        }
        for name, table in tables.items()
    }
    done: dict[Path, Sheet | HfworkError] = {}
    counted = threading.Lock()

    def keep(path: Path, answer: dict[str, Any]) -> None:
        try:
            found: Sheet | HfworkError = _sheet(path, answer, tables)
        except HfworkError as problem:
            found = problem
        with counted:
            done[path] = found
            if progress:
                progress(len(done), len(files), path.name)

    with ThreadPoolExecutor(WORKERS) as pool:
        for finished in [pool.submit(_read_batch, batch, layouts, keep) for batch in _batches(files)]:
            finished.result()
    return [done[path] for path in files]


def _batches(files: list[Path]) -> Iterator[list[Path]]:
    """Many small files share one process; every worker gets something to do."""
    share = max(1, min(BATCH_FILES, -(-len(files) // WORKERS)))
    batch: list[Path] = []
    size = 0
    for path in files:
        more = path.stat().st_size
        if batch and (len(batch) >= share or size + more > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += more
    if batch:
        yield batch


def _read_batch(paths: list[Path], layouts: object, keep: Callable[[Path, dict[str, Any]], None]) -> None:
    """Read in child processes; one that dies or hangs names its file, the rest go to the next process."""
    waiting = list(paths)
    while waiting:
        for answer in _child(waiting, layouts):
            keep(waiting.pop(0), answer)
        if waiting:  # the child ended before answering for this file
            guilty = waiting.pop(0)
            keep(guilty, {"error": as_data(HfworkError("workbook_ended_reader", where=guilty.name))})


def _child(paths: list[Path], layouts: object) -> Iterator[dict[str, Any]]:
    request = json.dumps({"paths": [str(path.resolve()) for path in paths], "layouts": layouts}).encode()
    # the child finds the same modules, also in a notebook that changed its path
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p or os.getcwd() for p in sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "hfwork.intake.reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    assert process.stdin and process.stdout
    patience = PATIENCE * (1 + sum(path.stat().st_size for path in paths) / 1e7)
    timer = threading.Timer(patience, process.kill)
    timer.start()
    try:
        process.stdin.write(request)
        process.stdin.close()
        for line in process.stdout:
            if not line.endswith(b"\n"):
                return  # cut off in the middle of an answer
            yield json.loads(line)
    except BrokenPipeError:
        return
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def _sheet(path: Path, answer: dict[str, Any], tables: Mapping[str, Table]) -> Sheet:
    """The answer of the child as a Sheet; refuses one that does not say who reports for when."""
    if "error" in answer:
        raise as_error(answer["error"])
    table = tables[answer["table"]]
    place = answer.get("place", "")
    if not place:
        raise HfworkError("no_sender", where=path.name)
    period = extracted = None
    if table.kind == "return":
        if not answer.get("period"):
            raise HfworkError("no_period", where=path.name)
        period = period_token(answer["period"])
    else:
        extracted = _extract_date(answer.get("extract_date", ""), path.name)
    rows = answer["rows"]
    texts = {name: answer["columns"].get(name, [""] * len(rows)) for name in table.columns}
    frame = pd.DataFrame({name: pd.array(cells, dtype="str") for name, cells in texts.items()})
    frame["_row"] = pd.Series(rows, dtype="int32")
    return Sheet(
        path=path,
        sha256=answer["sha256"],
        name=path.name,
        table=table.id,
        place=place,
        period=period,
        extract_date=extracted,
        header_row=answer["header_row"],
        frame=frame,
        totals=answer["totals"],
        total_row=answer["total_row"],
        formulas=[(row, column) for row, column in answer["formulas"]],
    )


def _extract_date(given: str, name: str) -> dt.date:
    if not given:
        raise HfworkError("no_extract_date", where=name)
    try:
        found = values.date(given)
    except values.Refused:
        found = None
    if found is None:
        raise HfworkError("bad_extract_date", given=given, where=name)
    return found


def period_token(given: str) -> str:
    """The token of a written period: 2018年6月, 2018.6 → 2018-06; 2018年第2季度 → 2018-Q2; else as given."""
    found = "".join(values.clean(given).split())
    if match := re.fullmatch(r"(\d{4})[-./年](\d{1,2})月?", found):
        return f"{match[1]}-{int(match[2]):02d}"
    if match := re.fullmatch(r"(\d{4})年?第?([1-4一二三四])季度?", found):
        return f"{match[1]}-Q{'一二三四'.find(match[2]) + 1 or match[2]}"
    if match := re.fullmatch(r"(\d{4})年?([上下])半年", found):
        return f"{match[1]}-H{1 if match[2] == '上' else 2}"
    if match := re.fullmatch(r"(?:MC|妇幼)(\d{4})(?:年度?)?|(\d{4})年?度?妇幼(?:保健)?年?度?", found, re.IGNORECASE):
        return f"MC{match[1] or match[2]}"
    if match := re.fullmatch(r"(\d{4})年(?:度)?", found):
        return match[1]
    return values.clean(given)
