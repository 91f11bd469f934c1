"""A new page is one function and one notebook: made of parts there are and of general ones, without any JavaScript."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from watched import Watched

from hfwork import demo
from hfwork.present import server, static
from hfwork.release.pages import PAGES, Source

ROOT = Path(__file__).resolve().parent.parent.parent
BARS = {
    "data": [{"type": "bar", "orientation": "h", "x": "@births", "y": "@names", "marker": {"color": "#0072B2"}}],
    "layout": {"yaxis": {"autorange": "reversed", "automargin": True}, "margin": {"l": 8, "r": 8, "t": 8, "b": 32}},
}


def births(source: Source) -> dict[str, Any]:
    """The counties with most births, in the latest years."""
    rows = source.today[(source.today["indicator"] == "births") & (source.today["at_place"] >= 0)]
    rows = rows[rows["at_period"] == rows["at_period"].min()].sort_values("value", ascending=False).head(5)
    names = [source.plan.places.name(code, "en") for code in rows["place"]]
    columns = [{"zh": "县", "en": "County"}, {"zh": "活产数", "en": "Births", "num": True}]
    counts = rows["value"].astype(int).tolist()
    table = {"columns": columns, "rows": [list(row) for row in zip(names, counts, strict=True)]}
    most = {"zh": f"活产最多的是{names[0]}", "en": f"Most births: {names[0]}"}
    return {
        "title": {"zh": "活产", "en": "Births <b>&"},
        "question": {"zh": "哪里最多？", "en": "Where are most?"},
        "layout": [
            [{"part": "words", "title": most, "lines": [most, "<img src=x>"]}],
            [{"part": "plot", "title": most, "template": BARS, "columns": {"names": names, "births": counts},
              "table": table, "receipt": rows["receipt"].iloc[0]}, {"part": "sheet", "title": most, **table}],
            ["map", "trend"],
            [{"part": "sheet", "title": most, "columns": columns, "rows": [[1]]}],
        ],
        "selectors": ["indicator", "period", "place"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """A release with the page, and the folder of notebooks with one for it."""
    folder = tmp_path_factory.mktemp("adding")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PAGES, "births", births)
        workspace = demo.make(ROOT / "data" / "north-carolina-1974", folder / "workspace")
    notebooks = folder / "dashboards"
    notebooks.mkdir()
    for name in ("start", "births"):
        notebook = json.loads((ROOT / "dashboards" / "start.ipynb").read_text("utf-8"))
        text = json.dumps(notebook, ensure_ascii=False).replace('show_page(\\"start\\")', f'show_page(\\"{name}\\")')
        notebook = json.loads(text)
        notebook["metadata"] |= {"title": name, "hfwork": {"page": name}}
        (notebooks / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")
    yield workspace.releases / "current", notebooks


def look(watched: Watched, rows: list[list[Any]]) -> None:
    page = watched.page
    assert page.locator("h1").inner_text() == "Births <b>&" and not page.locator("main img").count()
    assert watched.texts("[data-part=words-1] li") == [f"Most births: {rows[0][0]}", "<img src=x>"]
    sheet = page.locator("[data-part=sheet-3] tbody tr").all_inner_texts()
    assert [line.split() for line in sheet] == [[name, f"{count:,}"] for name, count in rows]
    bars = page.evaluate("document.querySelector('[data-part=plot-2] .hf-plot').data[0].x")
    assert bars == [count for _, count in rows]
    assert page.locator("[data-part=plot-2] .main-svg").count() and page.locator("[data-part=map] .main-svg").count()
    for part in ("plot-2", "sheet-3"):
        assert [list(row.values())[:2] for row in watched.sheet(part)] == [[name, str(count)] for name, count in rows]
    with page.expect_download() as download:
        page.locator("[data-key=png-plot-2]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    failed = watched.texts("[role=alert]")  # one part was given a row too short: it says so, the rest stands
    assert len(failed) == 1 and "SHEET-4-" in failed[0]
    assert all("SHEET-4-" in error for error in watched.errors)


def test_a_page_is_one_function_and_one_notebook(
    browser: Browser, made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    release, notebooks = made
    page = json.loads((release / "pages" / "births.json").read_text("utf-8"))
    rows = page["layout"][1][1]["rows"]
    monkeypatch.setenv("HFWORK_DASHBOARDS", str(notebooks))
    running = server.start(release)
    context = browser.new_context(accept_downloads=True)
    try:
        watched = Watched(context.new_page(), running.url).open("?lang=en")
        watched.page.locator("[data-key=open-births]").click()
        watched.page.wait_for_selector("#hf-board[data-page=births]")
        look(watched.drawn(), rows)
        watched.page.select_option("select[name=indicator]", "births")
        watched.drawn()
        assert "births?indicator=births" in watched.page.url
        watched.page.wait_for_selector("#hf-board[data-kernel=ready]", state="attached", timeout=90_000)
        receipt = page["layout"][1][0]["receipt"]
        assert receipt in watched.page.locator("[data-part=plot-2]").inner_text()
    finally:
        context.close()
        running.stop()
    context = browser.new_context(accept_downloads=True, offline=True)
    file = static.board(release, tmp_path / "board.html")
    look(Watched(context.new_page(), file.as_uri()).open("#page=births&lang=en"), rows)
    context.close()
