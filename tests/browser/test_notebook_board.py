"""The same pages in a notebook: drawn by the widget's script, without addresses and links, with keys of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from page_fixture import overview, write_release
from playwright.sync_api import Browser
from watched import DRAWN, Watched

from hfwork.present import pages, panels, static
from hfwork.release.packing import pack_cells
from hfwork.release.pages import PAGES
from hfwork.workspace import Workspace

# What a notebook does with a widget: render({model, el}), where the kernel answers for plotly with bytes.
RENDER = """async ([source, page, plotly]) => {
  const load = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  window.widget ||= (await import(load(source))).default;
  document.body.innerHTML = '<div id="cell" contenteditable="true">x</div><div id="out"></div>';
  const heard = [], values = { page, lang: "zh" };
  window.sent = window.sent || 0;
  const send = (content) => {
    window.sent += 1;
    setTimeout(() => heard.forEach((f) => f(content, [new TextEncoder().encode(plotly)])));
  };
  const model = { get: (name) => values[name], on: (_, f) => heard.push(f), send };
  window.widget.render({ model, el: document.querySelector("#out") });
}"""


@pytest.mark.slow
def test_every_page_is_the_same_in_a_notebook(browser: Browser, small: Workspace) -> None:
    context = browser.new_context(viewport={"width": 1100, "height": 800}, accept_downloads=True, offline=True)
    watched = Watched(context.new_page(), "about:blank")
    page, plotly = watched.page, pages.plotly_bundle().read_text("utf-8")
    for name in PAGES:
        board = panels.show_page(name, small.releases / "current")
        page.evaluate(RENDER, [pages.script(), board.page, plotly])
        page.wait_for_selector("[data-page]" + DRAWN.replace("#hf-board", ""), timeout=60_000)
        assert not page.locator("[role=alert]").count() and not watched.errors, (name, watched.errors)
        assert not page.locator("#out nav, #out a[href]").count() and page.locator("h1").inner_text()
        for select in page.locator("#out select").all():
            values = select.locator("option").evaluate_all("(all) => all.map((o) => o.value)")
            select.select_option(values[-1])
            page.wait_for_selector("[data-state=drawn]")
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("[data-state=drawn]")
        assert page.url == "about:blank" and not page.locator("[role=alert]").count() and not watched.errors
    assert page.evaluate("window.sent") == 1  # plotly is asked for once
    assert page.locator("#out > [data-lm-suppress-shortcuts]").count() == 1  # D twice must not delete a cell
    at = page.locator(".hf-at").inner_text()
    page.locator("#cell").click()
    page.keyboard.type("d l")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator(".hf-at").inner_text() == at and "d l" in page.locator("#cell").inner_text()
    page.locator("#hf-main").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("[data-state=drawn]")
    assert page.locator(".hf-at").inner_text() != at
    assert not [url for url in watched.asked if not url.startswith(("about:", "blob:", "data:"))]
    context.close()


def split(folder: Any) -> Any:
    """The invented release where the first two towns were one until the end of 2017, as it says for one indicator."""
    made = write_release(folder)
    page = overview()
    at = [entry["id"] for entry in page["indicators"]].index("record_coverage")
    entry, token = page["indicators"][at], [p["token"] for p in page["periods"]].index("2017")
    numbers = {"numerator": 900, "denominator": 1000, "value": 90.0, "lower95": 88.0, "upper95": 91.7, "target": 80}
    row = {"place": 0, "period": token, "state": "value", "reason": "", "status": "met", "grade": "A", **numbers}
    row |= {"apportioned": False, "merge": 0, "receipt": "HF-7K3M-92QD-P"}
    shared = json.loads((made / "pages" / "columns.json").read_text("utf-8"))
    then = [None] * len(page["indicators"])
    then[at] = pack_cells([row], entry["at"], 1, entry["decimals"])  # type: ignore[call-overload]
    unit = {"code": "120117999", "name": {"zh": "老镇", "en": "Old town"}, "heirs": [0, 1]}
    shared["then"] = {"units": [unit], "cells": then}
    (made / "pages" / "columns.json").write_text(json.dumps(shared), "utf-8")
    own = json.loads((made / "pages" / "overview.json").read_text("utf-8"))
    own |= {"selectors": ["indicator", "period", "place", "boundaries"]}
    (made / "pages" / "overview.json").write_text(json.dumps(own), "utf-8")
    return made


def test_units_as_they_were_and_as_they_are(browser: Browser, tmp_path: Any) -> None:
    file = static.board(split(tmp_path / "rel"), tmp_path / "board.html")
    context = browser.new_context(accept_downloads=True, offline=True)
    watched = Watched(context.new_page(), file.as_uri())
    watched.open("#page=overview&indicator=record_coverage&period=2017")
    today = watched.texts(".hf-table .hf-name")
    watched.page.select_option("select[name=boundaries]", "then")
    watched.drawn()
    assert "boundaries=then" in watched.page.url
    assert watched.texts(".hf-table .hf-name") == [today[0], "老镇", *today[3:]]
    row = watched.page.locator("tr[data-code='120117999']").inner_text()
    assert "90.0%" in row and "HF-7K3M-92QD-P" in row
    hovers = watched.page.evaluate("document.querySelector('[data-part=map] .hf-plot').data.map((t) => t.text)")
    assert all("老镇" in hover and "90.0%" in hover for hover in hovers[:2]) and "老镇" not in hovers[2]
    assert [r["区划代码"] for r in watched.sheet("table")][1:3] == ["120117999", "120117104"]
    watched.page.reload()
    watched.drawn()
    assert "老镇" in watched.texts(".hf-table .hf-name")
    watched.page.select_option("select[name=period]", "2018-Q1")  # a period that unit has no figure of
    watched.drawn()
    assert watched.texts(".hf-table .hf-name") == today
    watched.page.go_back()
    watched.drawn()
    watched.page.select_option("select[name=boundaries]", "as_of")
    watched.drawn()
    assert watched.texts(".hf-table .hf-name") == today and "boundaries" not in watched.page.url
    watched.page.goto(f"{watched.url}#page=overview&code=hf-7k3m-92qd-p")  # its receipt opens it
    watched.page.wait_for_function("document.querySelector('select[name=boundaries]').value === 'then'")
    watched.drawn()
    assert watched.page.locator("tr[data-code='120117999']", has_text="HF-7K3M-92QD-P").count() == 1
    assert not watched.errors
    context.close()
