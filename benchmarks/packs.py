"""A meeting pack of a release: seconds of each document, of refresh and of proof; the appendix beside plain writing."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil

from benchmarks.timing import compare
from hfwork.present.pack import documents, make, verify
from hfwork.present.pack.book import appendix
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.slides import deck, refresh
from hfwork.release.bundle import Release, open_release

MEETING, REPEATS = "midterm", 3


def main() -> None:
    release = open_release(os.environ.get("HFWORK_RELEASE", "workspace/releases/current"))
    print(f"release {release.id}, load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as folder:
        _documents(release, Path(folder))
        _whole(release, Path(folder) / "pack")
        _appendix(release, Path(folder))


def _documents(release: Release, folder: Path) -> None:
    facts = _timed("open the release", lambda: Facts(release, "zh"))
    _timed("read its cells", lambda: len(facts.cells))
    made = documents.documents(facts, MEETING)
    for document in made[:5]:
        _timed(document.path, lambda document=document: document.write(folder / document.path))
    _timed(f"{len(made) - 5} briefs", lambda: [document.write(folder / "brief.docx") for document in made[5:]])
    content, _ = deck.build(facts, MEETING)
    _timed("refresh a deck", lambda: refresh.refresh(content, release))


def _whole(release: Release, folder: Path) -> None:
    _timed("the whole pack", lambda: make.make_pack(release, MEETING, folder, "zh"))
    found = _timed("prove it", lambda: verify.verify_pack(folder, release))
    print(
        f"{'':40}{len(found)} findings; peak {psutil.Process().memory_info().rss / 2**20:,.0f} MiB resident at the end"
    )


def _timed(name: str, run: Callable[[], object]) -> object:
    wall, cpu = time.perf_counter(), time.process_time()
    made = run()
    print(f"{name:40}{time.perf_counter() - wall:8.2f} s wall{time.process_time() - cpu:8.2f} s CPU", flush=True)
    return made


def _appendix(release: Release, folder: Path) -> None:
    """The appendix beside pandas writing its rows plainly: no formats, formulas, charts or print set-up."""
    facts = Facts(release, "zh")
    tables = {s.name[:31]: pd.DataFrame([list(r.values) for r in s.rows]) for s in appendix.sheets(facts, MEETING)}

    def plainly() -> None:
        with pd.ExcelWriter(folder / "plain.xlsx", engine="xlsxwriter") as book:
            for name, table in tables.items():
                table.astype(str).to_excel(book, sheet_name=name, index=False)

    ways = {
        "hfwork appendix": (lambda: appendix.write(facts, MEETING, folder / "appendix.xlsx"), 1.0),
        "pandas to_excel of the same rows": (plainly, 1.0),
    }
    compare("Appendix", ways, "hfwork appendix", REPEATS)
