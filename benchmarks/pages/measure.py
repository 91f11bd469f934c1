"""One visit to a page in a browser that has never been there: seconds to ready and of a change, bytes, requests."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Error, Page

from benchmarks.pages.contenders import Contender
from benchmarks.pages.figures import STAMP, WINDOW, Shown

PROBE = (Path(__file__).parent / "probe.js").read_text("utf-8")
# No calls home, and no name outside can be found: a page that asks for one fails at once instead of waiting.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
QUIET, LONGEST = 0.1, 20.0  # of one core; seconds


@dataclass
class Traffic:
    """What came over the wire: (time, bytes) of each piece and the time of each request."""

    pieces: list[tuple[float, int]] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)

    def until(self, end: float) -> tuple[float, int]:
        """MB and requests before that time."""
        return sum(n for at, n in self.pieces if at <= end) / 1e6, sum(at <= end for at in self.requests)


@dataclass
class Visit:
    """Seconds from the start of navigation and of a change (None when it never came, with what was lacking);
    ``stamp`` is the page's own word for ready."""

    ready: float
    change: float | None
    lacking: str
    stamp: float | None
    outside: set[str]
    before: tuple[float, int] = (0.0, 0)
    total: tuple[float, int] = (0.0, 0)


def visit(
    browser: Browser, contender: Contender, shown: Shown, *, count: bool = False,
    settled: Callable[[], None] = lambda: None,
) -> Visit:  # fmt: skip
    """Visit with an empty cache, wait until all is quiet, change the indicator. ``settled`` is called in between.

    ``count`` also counts bytes and requests, which costs a little time: not in the visits that are timed.
    """
    page = _fresh(browser, shown)
    outside: set[str] = set()
    page.on("request", lambda request: outside.add(request.url) if _outside(request.url) else None)
    page.on("websocket", lambda socket: outside.add(socket.url) if _outside(socket.url) else None)
    traffic = _watch(page) if count else Traffic()
    try:
        page.goto(contender.url, wait_until="commit")
        ready = page.evaluate("window.hfBench.ready")
        origin = page.evaluate("performance.timeOrigin")
        calm()
        settled()
        stamp = page.evaluate(f"document.querySelector('{STAMP}')?.dataset.ready")
        end = time.time()
        change, lacking = None, ""
        try:
            change = _change(page, contender, shown.second) / 1e3
        except Error as error:
            lacking = error.message.splitlines()[0]
    finally:
        page.context.close()
    return Visit(ready / 1e3, change, lacking, float(stamp) / 1e3 if stamp else None, outside,
                 traffic.until((origin + ready) / 1e3), traffic.until(end))  # fmt: skip


def first_look(browser: Browser, contender: Contender, shown: Shown) -> float:
    """Seconds to ready, and away."""
    page = _fresh(browser, shown)
    page.goto(contender.url, wait_until="commit", timeout=180_000)
    ready = float(page.evaluate("window.hfBench.ready"))
    page.context.close()
    return ready / 1e3


def _fresh(browser: Browser, shown: Shown) -> Page:
    page = browser.new_context(viewport=WINDOW, color_scheme="light").new_page()
    page.add_init_script(PROBE.replace("null /* EXPECTED */", json.dumps(shown.first)))
    return page


def _change(page: Page, contender: Contender, wanted: dict[str, Any]) -> float:
    if contender.menu is None:
        return float(page.evaluate("(wanted) => window.hfBench.choose(wanted)", wanted))
    page.locator(contender.menu).first.click()
    option = page.locator(contender.option, has_text=wanted["label"]).first
    option.wait_for()
    calm()
    page.evaluate("(wanted) => window.hfBench.arm(wanted)", wanted)
    option.click()
    return float(page.evaluate("window.hfBench.armed"))


def _outside(url: str) -> bool:
    return url.startswith(("http", "ws")) and url.split("/")[2].split(":")[0] != "127.0.0.1"


def _watch(page: Page) -> Traffic:
    """Count by the browser's own account; websocket messages as they are before any compression."""
    traffic = Traffic()
    clock = [0.0]  # from the browser's monotonic seconds to those since 1970
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")

    def asked(event: dict[str, Any]) -> None:
        clock[0] = event["wallTime"] - event["timestamp"]
        if event["request"]["url"].startswith("http"):
            traffic.requests.append(event["wallTime"])

    def came(event: dict[str, Any]) -> None:
        traffic.pieces.append((event["timestamp"] + clock[0], event["encodedDataLength"] or event["dataLength"]))

    def told(event: dict[str, Any]) -> None:
        frame = event["response"]
        size = len(frame["payloadData"]) * (1 if frame["opcode"] == 1 else 0.75)
        traffic.pieces.append((event["timestamp"] + clock[0], int(size)))

    client.on("Network.requestWillBeSent", asked)
    client.on("Network.dataReceived", came)
    client.on("Network.webSocketFrameReceived", told)
    client.on("Network.webSocketWillSendHandshakeRequest", lambda event: traffic.requests.append(event["wallTime"]))
    return traffic


def calm() -> None:
    """Until everything this run started - servers, kernels, browser - has been idle for half a second, or too long."""
    until, idle = time.monotonic() + LONGEST, 0
    before, at = _spent(), time.monotonic()
    while idle < 2 and time.monotonic() < until:
        time.sleep(0.25)
        now = _spent()
        used = sum(max(0.0, seconds - before.get(pid, 0.0)) for pid, seconds in now.items())
        idle = idle + 1 if used < QUIET * (time.monotonic() - at) else 0
        before, at = now, time.monotonic()


def _spent() -> dict[int, float]:
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            found[process.pid] = sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return found
