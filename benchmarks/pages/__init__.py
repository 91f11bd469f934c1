"""A page of a release beside the same page in Streamlit, Dash, Panel, ordinary Voila and one static file.

Same data, same plotly figures, one run, one browser without a cache, everybody in turn. ``python -m benchmarks pages
[--release DIR] [--rounds N] [--visitors N]``.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from benchmarks.pages import contenders, figures, measure
from benchmarks.pages.contenders import CONTROL, OURS, STATIC, Contender
from benchmarks.pages.measure import Visit
from benchmarks.pages.visitors import Burst
from hfwork import demo
from hfwork.present import server

ROOT = Path(__file__).resolve().parents[2]
READY_AIM, CHANGE_AIM, KERNEL_AIM = 0.5, 0.35, 60.0  # of the quickest peer, of the quickest peer, MiB


def main(options: Sequence[str] = ()) -> None:
    """Measure all contenders in alternation and print a table, the ratios, and a burst of visitors."""
    parser = argparse.ArgumentParser(prog="benchmarks pages")
    parser.add_argument("--release", type=Path, help="a release's folder; without it a small one is made")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--visitors", type=int, default=30)
    asked = parser.parse_args(list(options))
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("no chromium, chromium-browser or google-chrome found")
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever was started is ended too
    with tempfile.TemporaryDirectory(prefix="hfwork-pages-") as made, sync_playwright() as playwright:
        folder = Path(made)
        release = (asked.release or _small(folder)).resolve()
        with _browser(playwright, chromium) as browser:
            print(_load(), flush=True)
            shown = _shown(browser, release, folder)
            _alternate(browser, release, shown, asked.rounds)
        with _browser(playwright, chromium) as browser:
            _burst(browser, release, shown, asked.visitors)
        print(_load())


@contextmanager
def _browser(playwright: Playwright, path: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=path, args=measure.ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


def _load() -> str:
    """How busy the machine is by itself: with more than its cores, seconds say little and ratios less than usual."""
    return f"load of the last minute {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _small(folder: Path) -> Path:
    return demo.make(ROOT / "data" / "ninghe-2016", folder / "workspace", small=True).releases / "current"


def _shown(browser: Browser, release: Path, folder: Path) -> figures.Shown:
    ours = server.start(release)
    try:
        return figures.write(browser, release, ours.url, measure.PROBE, folder)
    finally:
        ours.stop()


def _alternate(browser: Browser, release: Path, shown: figures.Shown, rounds: int) -> None:
    with contenders.started(release, shown.folder) as all_:
        visits: dict[str, list[Visit]] = {c.name: [] for c in all_}
        memory = {c.name: [c.uss()] for c in all_}
        kernels: dict[str, list[float]] = {c.name: [] for c in all_}
        counted: dict[str, Visit] = {}
        for contender in all_:  # a throw-away visit, then one that counts bytes and weighs the new kernel
            _try(browser, contender, shown)
            known = {k.pid for k in contender.kernels()}
            weigh = lambda c=contender, k=known: kernels[c.name].extend(_new(c, k))  # noqa: E731
            if visit := _try(browser, contender, shown, count=True, settled=weigh):
                counted[contender.name] = visit
        for turn in range(rounds):
            for contender in all_[turn % len(all_) :] + all_[: turn % len(all_)]:
                measure.calm()
                if visit := _try(browser, contender, shown):
                    visits[contender.name].append(visit)
        for contender in all_:
            memory[contender.name].append(contender.uss())
    _table(visits, counted, memory, kernels, rounds)
    _ratios(visits, kernels)
    for name, seen in visits.items():
        outside = set().union(*(v.outside for v in [*seen, *filter(None, [counted.get(name)])]))
        if outside:
            print(f"{name} asks outside this computer, in vain here: {', '.join(sorted(outside))}")
            assert name == CONTROL, f"{name} must load nothing from outside"


def _try(browser: Browser, contender: Contender, shown: figures.Shown, **how: Any) -> Visit | None:
    """A visit; one that never gets ready is told and made once more. A change that never comes is told and left out."""
    for _ in range(2):
        try:
            visit = measure.visit(browser, contender, shown, **how)
        except Error as error:
            print(f"{contender.name} did not get ready: {error.message.splitlines()[0]}", flush=True)
            continue
        if visit.lacking:
            print(f"{contender.name} did not change: {visit.lacking}", flush=True)
        return visit
    return None


def _new(contender: Contender, known: set[int]) -> list[float]:
    return [contenders.private(k) for k in contender.kernels() if k.pid not in known]


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _spread(all_values: Iterable[float | None]) -> str:
    values = _known(all_values)
    if not values:
        return "never"
    return f"{median(values):.3f} ({min(values):.3f}–{max(values):.3f})"


def _table(
    visits: dict[str, list[Visit]], counted: dict[str, Visit], memory: dict[str, list[float]],
    kernels: dict[str, list[float]], rounds: int,
) -> None:  # fmt: skip
    print(f"\nmedian (least–most) of {rounds} rounds; MB and requests before ready and in all; private MiB")
    print("| page | ready s | change s | MB | requests | server, before and after | kernel of a page |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, seen in visits.items():
        none = (math.nan, 0)
        (mb, asked), (mb_all, asked_all) = (
            (counted[name].before, counted[name].total) if name in counted else (none, none)
        )
        cells = [
            name,
            _spread([v.ready for v in seen]),
            _spread([v.change for v in seen]),
            f"{mb:.1f}, {mb_all:.1f}",
            f"{asked}, {asked_all}",
            ", ".join(f"{m:.0f}" for m in memory[name]),
            f"{kernels[name][0]:.0f}" if kernels[name] else "–",
        ]
        print(f"| {' | '.join(cells)} |")
    if stamps := [v.stamp for v in visits[OURS] if v.stamp]:
        print(f"{OURS} by the page's own stamp: ready {_spread(stamps)} s")


def _ratios(visits: dict[str, list[Visit]], kernels: dict[str, list[float]]) -> None:
    peers = [name for name in visits if name not in (OURS, CONTROL, STATIC)]
    for what, aim in (("ready", READY_AIM), ("change", CHANGE_AIM)):
        known = {name: _known(getattr(v, what) for v in seen) for name, seen in visits.items()}
        middle = {name: median(values) if values else math.inf for name, values in known.items()}
        parts = [f"{middle[OURS] / middle[STATIC]:.2f} of the {STATIC}"]
        if peers:
            quickest = min(peers, key=middle.__getitem__)
            ratio = middle[OURS] / middle[quickest]
            parts.insert(0, f"{ratio:.2f} of {quickest}, the quickest peer (aim ≤ {aim})")
        print(f"{what}: {'; '.join(parts)}")
    print(f"kernel: {kernels[OURS][0]:.0f} MiB (aim ≤ {KERNEL_AIM:.0f})")


def _burst(browser: Browser, release: Path, shown: figures.Shown, count: int) -> None:
    """All at once on a fresh server, with one real browser among them."""
    ours = server.start(release)
    contender = Contender(OURS, ours.url + figures.PATH, ours.process)
    try:
        burst = Burst(contender.url, count)
        try:
            seen = f"ready after {measure.first_look(browser, contender, shown):.2f} s"
        except Error as error:
            seen = f"not ready: {error.message.splitlines()[0]}"
        burst.wait()
        weight = sum(contenders.private(k) for k in contender.kernels())
        served, wrong = burst.leave()
    finally:
        ours.stop()
    print(f"\n{count} visitors at once: {len(served)} served, each with its kernel; their kernels {weight:,.0f} MiB")
    for what in ("drawn", "whole", "kernel") if served else ():
        taken = [getattr(s, what) for s in served]
        words = {"drawn": "all that drawing needs", "whole": "the whole document", "kernel": "the kernel's answer"}[
            what
        ]
        print(f"{words}: median {median(taken):.2f} s, most {max(taken):.2f} s")
    print(f"a browser among them: {seen}")
    for error in sorted(set(wrong)):
        print(f"not served: {error}")
