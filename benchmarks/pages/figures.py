"""What every page shows: the figures and table rows of a handful of indicators and periods, read off our own page.

Where our page lies and how its parts are found is said here and nowhere else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from hfwork import text
from hfwork.present.pages import page as page_of
from hfwork.release.bundle import open_release

PAGE, PATH = "indicator", "indicator"  # the page's name in a release, and its address below the server's
READY = "#hf-board[data-state=drawn]"
KERNEL = "#hf-board[data-kernel=ready]"
STAMP = "#hf-board[data-ready]"  # the page's own time of being ready, when it tells one
BOXES = {"map": "[data-part=map] .hf-plot", "trend": "[data-part=trend] .hf-plot"}
SELECTS = {"indicator": "select[name=indicator]", "period": "select[name=period]"}
ROWS = "[data-part=table] tbody tr"
CELLS = {"place": ".hf-name", "value": ".hf-c-value", "numerator": ".hf-c-numerator",
         "denominator": ".hf-c-denominator", "interval": ".hf-c-interval", "status": ".hf-c-status"}  # fmt: skip
DRAWN_PART_ENDS = b"</noscript>"  # what comes before it is all that drawing needs
WINDOW = {"width": 1366, "height": 768}
INDICATORS, PERIODS = 6, 4

_READ = """([boxes, rows, cells]) => {
  const plain = ({ data, layout }) => JSON.parse(JSON.stringify({ data, layout }));
  const figure = (css) => plain(document.querySelector(css));
  const words = (row, css) => (row.querySelector(css)?.textContent.trim() || "—");
  return { ...Object.fromEntries(Object.entries(boxes).map(([name, css]) => [name, figure(css)])),
    table: [...document.querySelectorAll(rows)].map((row) => cells.map((css) => words(row, css))),
    expected: window.hfBench.seen() };
}"""


@dataclass(frozen=True)
class Shown:
    """The folder peers read, and what must be seen at first and after the change of indicator."""

    folder: Path
    first: dict[str, Any]
    second: dict[str, Any]


def handful(page: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Indicators and periods that all have each other, the page's own start first."""
    at_start = next(i for i in page["indicators"] if i["id"] == page["start"]["indicator"])
    start = next(n for n, p in enumerate(page["periods"]) if p["token"] == page["start"]["period"])
    level = page["periods"][start]["level"]

    def whole(indicator: dict[str, Any], block: dict[str, Any]) -> bool:
        return start in indicator["at"] and block["units"] and indicator["unit"] == at_start["unit"]

    able = [i for i, block in zip(page["indicators"], page["cells"], strict=True) if whole(i, block)]
    able.sort(key=lambda i: i is not at_start)
    shared = set(at_start["at"]).intersection(*(i["at"] for i in able[:INDICATORS]))
    periods = sorted(shared, key=lambda n: (n != start, page["periods"][n]["level"] != level, n))[:PERIODS]
    return able[:INDICATORS], [page["periods"][n] for n in periods]


def write(browser: Browser, release: Path, url: str, probe: str, folder: Path) -> Shown:
    """Choose every pair on our served page, write what it draws to ``folder/figures.json`` and say what to expect."""
    page = page_of(open_release(release), PAGE)
    indicators, periods = handful(page)
    tab = browser.new_page(viewport=WINDOW, color_scheme="light")
    tab.add_init_script(probe)
    tab.goto(url + PATH, wait_until="commit")
    tab.wait_for_selector(READY, timeout=60_000)
    figures = {}
    for indicator in indicators:
        tab.select_option(SELECTS["indicator"], indicator["id"])
        for period in periods:
            tab.select_option(SELECTS["period"], period["token"])
            tab.wait_for_selector(READY, timeout=60_000)
            figures[f"{indicator['id']}/{period['token']}"] = tab.evaluate(_READ, [BOXES, ROWS, list(CELLS.values())])
        tab.select_option(SELECTS["period"], periods[0]["token"])
        tab.wait_for_selector(READY, timeout=60_000)
    tab.close()
    made = {
        "title": page["release"]["title"]["zh"],
        "indicators": [[i["id"], i["name"]["zh"]] for i in indicators],
        "periods": [[p["token"], p["name"]["zh"]] for p in periods],
        "columns": [text.say(f"ui.col.{key}") for key in CELLS],
        "config": page["config"],
        "figures": {pair: {key: found[key] for key in ("map", "trend", "table")} for pair, found in figures.items()},
    }
    (folder / "figures.json").write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")), "utf-8")
    return Shown(folder, *_expect(made, figures))


def _expect(made: dict[str, Any], figures: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The start and the first other indicator for which some place has another value of its own in map and table."""
    period = made["periods"][0][0]
    first = figures[f"{made['indicators'][0][0]}/{period}"]
    for name, label in made["indicators"][1:]:
        second = figures[f"{name}/{period}"]
        for before, after in zip(first["table"][1:], second["table"][1:], strict=True):
            numbers = before[1] != after[1] and all(row[1][-1:] in "0123456789%" for row in (before, after))
            if numbers and first["expected"]["trend"] != second["expected"]["trend"]:
                return (
                    {**first["expected"], "row": before[:3], "id": made["indicators"][0][0]},
                    {**second["expected"], "row": after[:3], "id": name, "label": label},
                )
    raise SystemExit("this release has no two indicators with values of one place in one period")
