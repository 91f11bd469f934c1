"""The page 总览 as people meet it: served, in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_fixture import INDICATORS, TOWNS, overview, write_release
from playwright.sync_api import Browser, Page

from hfwork.present import server

DRAWN = "#hf-board[data-state=drawn]"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page server over a small release."""
    running = server.start(write_release(tmp_path_factory.mktemp("release") / "rel"))
    yield running.url
    running.stop()


class Watched:
    """A page with everything it asked for and complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.asked: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)

    def open(self, query: str = "") -> Watched:
        self.page.goto(self.url + query, wait_until="commit")
        return self.drawn()

    def drawn(self) -> Watched:
        self.page.wait_for_selector(DRAWN, timeout=60_000)
        return self

    def texts(self, selector: str) -> list[str]:
        return [t.strip() for t in self.page.locator(selector).all_inner_texts()]


@pytest.fixture
def watched(browser: Browser, served: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    yield Watched(context.new_page(), served)
    context.close()


def table(watched: Watched) -> dict[str, str]:
    """Place → value as the table shows them."""
    return dict(zip(watched.texts(".hf-table .hf-name"), watched.texts(".hf-table .hf-c-value"), strict=True))


def test_opens_with_sentences_map_and_table(watched: Watched) -> None:
    watched.open()
    assert watched.texts(".hf-says h2") == ["健康档案建档率"]
    assert watched.texts(".hf-says li") == [
        "2018年第2季度健康档案建档率为81.4。",
        "各镇街相差不大。",
        "下一步：区卫计委牵头。",
    ]
    assert list(table(watched)) == ["宁河区", *(t[1] + (" †" if t[1] == "岳龙镇" else "") for t in TOWNS)]
    assert table(watched)["岳龙镇 †"] == "—"
    assert "示例数据" in watched.page.locator(".hf-sample").inner_text()
    assert watched.page.locator(".hf-map .main-svg").count() > 0
    assert watched.page.locator(".hf-map .hf-plot").get_attribute("aria-label")
    assert watched.page.locator("html").get_attribute("lang") == "zh-CN"


def seen(watched: Watched) -> list[object]:
    """What changes with a choice: first sentence, table, colours and hover texts of the map, its title."""
    traces = "document.querySelector('.hf-map .hf-plot').data.map((t) => [t.fillcolor, t.text])"
    return [watched.texts(".hf-says li")[0], table(watched), watched.page.evaluate(traces), watched.texts(".hf-map h2")]


def test_choosing_changes_map_table_and_sentences_and_back_works(watched: Watched) -> None:
    watched.open()
    first = seen(watched)
    watched.page.select_option("select[name=indicator]", "doctor_coverage")
    watched.drawn()
    second = seen(watched)
    assert all(a != b for a, b in zip(first, second, strict=True))
    watched.page.select_option("select[name=period]", "2017")
    watched.drawn()
    third = seen(watched)
    assert all(a != b for a, b in zip(second[:3], third[:3], strict=True))
    assert "indicator=doctor_coverage&period=2017" in watched.page.url
    watched.page.go_back()
    watched.drawn()
    assert seen(watched) == second
    assert watched.page.locator("[data-kind=health] [data-key=indicator-doctor_coverage]").get_attribute(
        "aria-pressed"
    ) == "true"  # fmt: skip


def test_periods_are_those_of_the_indicator(watched: Watched) -> None:
    watched.open("?indicator=risk_followed&period=2018-06")
    offered = watched.page.locator("select[name=period] option").evaluate_all("(all) => all.map((o) => o.value)")
    risk = next(i for i in overview()["indicators"] if i["id"] == "risk_followed")
    assert sorted(offered) == sorted(risk["periods"])
    assert watched.page.locator("select[name=period]").input_value() == "2018-Q2"  # ends on the same day


def test_a_place_can_be_chosen_on_the_map_and_by_keyboard(watched: Watched) -> None:
    watched.open()
    watched.page.locator(".hf-table .hf-name", has_text="宁河镇").press("Enter")
    watched.drawn()
    assert watched.texts(".hf-trend h2")[0].split("\n")[-1].startswith("宁河镇：")
    assert watched.page.evaluate("document.activeElement.textContent") == "宁河镇"
    box = watched.page.locator(".hf-map .hf-plot")
    x, y = box.evaluate(
        """(el) => { const [a, b] = [el._fullLayout.xaxis, el._fullLayout.yaxis], r = el.getBoundingClientRect();
        window.scrollTo(0, r.top + window.scrollY - 100); const s = el.getBoundingClientRect();
        return [s.left + a._offset + a.d2p(4.5), s.top + b._offset + b.d2p(-2.75)]; }"""
    )
    watched.page.mouse.move(x - 3, y)
    watched.page.mouse.move(x, y)
    watched.page.mouse.click(x, y)
    watched.page.wait_for_function("document.querySelector('select[name=place]').value === '0'")
    assert "place=120117100" in watched.page.url


def test_english_by_one_switch(watched: Watched) -> None:
    watched.open()
    watched.page.get_by_role("button", name="English").click()
    watched.drawn()
    assert watched.texts(".hf-says h2") == ["Health records"] and "lang=en" in watched.page.url
    words = (
        watched.page.locator("#hf-board").inner_text().replace("中文", "").replace("三（二）2", "").replace("三", "")
    )
    assert not [c for c in words if "\u4e00" <= c <= "\u9fff"]
    assert watched.page.locator("html").get_attribute("lang") == "en"


def test_states_stay_apart(watched: Watched) -> None:
    watched.open("?indicator=risk_followed&period=2018-Q2")
    made = overview()["cells"]
    i, j = len(INDICATORS) - 1, next(k for k, p in enumerate(overview()["periods"]) if p["token"] == "2018-Q2")
    states = [s for a, b, s in zip(made["indicator"], made["period"], made["state"], strict=True) if (a, b) == (i, j)]
    assert {"value", "missing", "suppressed", "not_applicable", "unstable"} == set(states)
    for value, state in zip(table(watched).values(), states, strict=True):
        assert {"missing": "—", "suppressed": "*", "not_applicable": "不适用"}.get(state, "%") in value
    suppressed = watched.page.locator("tr", has=watched.page.locator("td.hf-c-value", has_text="*"))
    for row in suppressed.all():
        numbers = row.locator(".hf-num").all_inner_texts()
        assert {n.strip() for n in numbers} <= {"*", "—"} and "不公布" in row.inner_text()


def test_downloads(watched: Watched) -> None:
    watched.open("?indicator=risk_followed&period=2018-Q2")
    with watched.page.expect_download() as download:
        watched.page.get_by_role("button", name="下载表格").click()
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [r["区划代码"] for r in rows] == ["120117", *(t[0] for t in TOWNS)] and "示例数据" in rows[0]
    assert all(not (r["分子"] or r["分母"] or r["目标"]) for r in rows if r["数值"] == "*")
    assert not [v for r in rows for v in r.values() if v[:1] in tuple("=+-@")]
    with watched.page.expect_download() as download:
        watched.page.get_by_role("button", name="下载图片").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_nothing_outside_no_error_no_share_button_one_board(watched: Watched) -> None:
    watched.open()
    watched.page.wait_for_selector("#hf-board[data-kernel=ready]", state="attached", timeout=60_000)
    assert watched.page.locator(".hf-map").count() == 1
    assert not [u for u in watched.asked if not u.startswith((watched.url, "data:", "blob:"))]
    assert not watched.errors
    content = watched.page.content()
    assert "Share chart" not in content and watched.page.locator(".modebar-btn").count() == 0
    assert watched.page.locator("#loading, .hf-loading").count() == 0


def test_phone_needs_no_sideways_scroll(browser: Browser, served: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    watched = Watched(context.new_page(), served).open("?indicator=risk_followed&period=2018-Q2&lang=en")
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= 390
    small = watched.page.locator("button:visible, select:visible").evaluate_all(
        "(all) => all.filter((e) => e.getBoundingClientRect().height < 24).map((e) => e.textContent)"
    )
    assert not small
    context.close()


def test_one_broken_panel_leaves_the_rest(watched: Watched) -> None:
    watched.page.route(  # a page whose trend template names a column that does not exist
        watched.url,
        lambda route: route.fulfill(
            body=(answer := route.fetch()).text().replace('"@band_at"', '"@no_such"'), headers=answer.headers
        ),
    )
    watched.open()
    failed = watched.page.locator(".hf-trend [role=alert]").inner_text()
    assert "未能显示" in failed and "TREND-" in failed
    assert watched.page.locator(".hf-map .main-svg").count() > 0 and len(table(watched)) == len(TOWNS) + 1


def test_printed_pages_are_whole(watched: Watched) -> None:
    watched.open()
    pdf = watched.page.pdf(prefer_css_page_size=True)
    assert 2 <= pdf.count(b"/Type /Page\n") <= 4
    watched.page.emulate_media(media="print")
    assert (
        not watched.page.locator(".hf-controls").is_visible()
        and not watched.page.locator(".hf-tools").first.is_visible()
    )


def test_server_keeps_to_itself(watched: Watched) -> None:
    context = watched.page.request
    assert context.get(f"{watched.url}voila/files/overview.ipynb").status == 403
    assert "frame-ancestors 'self'" in context.get(watched.url).headers["content-security-policy"]
    assert context.get(watched.url, headers={"Host": "evil.example"}).status == 403


@pytest.mark.parametrize(("made", "kinds", "timeline"), [("small", 5, True), ("carolina", 0, False)])
def test_made_releases_draw(
    browser: Browser, request: pytest.FixtureRequest, made: str, kinds: int, timeline: bool
) -> None:
    """The invented district, and a plan without family kinds, phases or tiles: parts that are not there hide."""
    running = server.start(request.getfixturevalue(made).releases / "current")
    try:
        watched = Watched(browser.new_page(), running.url).open()
        assert watched.page.locator(".hf-kind").count() == kinds
        assert watched.page.locator(".hf-timeline").is_visible() is timeline
        assert len(watched.texts(".hf-says li")) == 3 and "—" not in table(watched).values()
        before = seen(watched)
        chosen = {name: watched.page.locator(f"select[name={name}]").input_value() for name in ("indicator", "period")}
        for name in ("indicator", "period"):  # another indicator, then another of its periods
            options = watched.page.locator(f"select[name={name}] option").evaluate_all(
                "(all) => all.map((o) => o.value)"
            )
            watched.page.select_option(f"select[name={name}]", next(o for o in options if o != chosen[name]))
            watched.drawn()
            after = seen(watched)
            assert all(a != b for a, b in zip(before[:3], after[:3], strict=True)), name
            before, chosen["period"] = after, watched.page.locator("select[name=period]").input_value()
        assert not watched.page.locator("[role=alert]").count() and not watched.errors
        assert {url.split("/")[2] for url in watched.asked if url.startswith("http")} == {running.url.split("/")[2]}
        watched.page.wait_for_timeout(4_000)  # the kernel arrives behind the drawn page
        assert "Share chart" not in watched.page.content()
        watched.page.close()
    finally:
        running.stop()
