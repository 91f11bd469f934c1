"""The board as people meet it: one page with everything, served, in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from page_fixture import INDICATORS, SHARED, TOWNS, UNSTABLE, overview, write_release
from playwright.sync_api import Browser
from watched import Watched

from hfwork import text
from hfwork.present import server
from hfwork.release.bundle import open_release
from hfwork.release.packing import columns


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page server over a small release."""
    running = server.start(write_release(tmp_path_factory.mktemp("release") / "rel"))
    yield running.url
    running.stop()


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
        "2018年第2季度宁河区健康档案建档率81.4%（4,240/5,209，95%区间80.3–82.5），数据截至2018年6月30日。",
        "8个单位中有数据的2个，不足以比较。",
        "数据质量A级。牵头单位：区卫计委。",
    ]
    assert list(table(watched)) == ["宁河区", *(t[1] + (" †" if t[1] == "岳龙镇" else "") for t in TOWNS)]
    assert table(watched)["岳龙镇 †"] == "—"
    assert "示例数据" in watched.page.locator(".hf-sample").inner_text()
    assert watched.page.locator("[data-part=map] .main-svg").count() > 0
    assert watched.page.locator("[data-part=map] .hf-plot").get_attribute("aria-label")
    assert watched.page.locator("html").get_attribute("lang") == "zh-CN"


def seen(watched: Watched) -> list[object]:
    """What changes with a choice: first sentence, table, colours and hover texts of the map, its title."""
    traces = "document.querySelector('[data-part=map] .hf-plot').data.map((t) => [t.fillcolor, t.text])"
    return [
        watched.texts(".hf-says li")[0],
        table(watched),
        watched.page.evaluate(traces),
        watched.texts("[data-part=map] h2"),
    ]


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
    made = overview()
    risk = next(i for i in made["indicators"] if i["id"] == "risk_followed")
    assert sorted(offered) == sorted(made["periods"][at]["token"] for at in risk["at"])
    assert watched.page.locator("select[name=period]").input_value() == "2018-Q2"  # ends on the same day


def test_a_place_can_be_chosen_on_the_map_and_by_keyboard(watched: Watched) -> None:
    watched.open()
    watched.page.locator(".hf-table .hf-name", has_text="宁河镇").press("Enter")
    watched.drawn()
    assert watched.texts("[data-part=trend] h2")[0].split("\n")[-1].startswith("宁河镇：")
    assert watched.page.evaluate("document.activeElement.textContent") == "宁河镇"
    box = watched.page.locator("[data-part=map] .hf-plot")
    x, y = box.evaluate(
        """(el) => { const [a, b] = [el._fullLayout.xaxis, el._fullLayout.yaxis], r = el.getBoundingClientRect();
        window.scrollTo(0, r.top + window.scrollY - 100); const s = el.getBoundingClientRect();
        return [s.left + a._offset + a.d2p(4.5), s.top + b._offset + b.d2p(-2.75)]; }"""
    )
    watched.page.mouse.move(x - 3, y)
    watched.page.mouse.move(x, y)
    watched.page.mouse.click(x, y)
    watched.page.wait_for_function("document.querySelector('select[name=place]').value === '0'")
    assert "township=120117100" in watched.page.url
    watched.open("?place=120117102")  # as addresses were written before
    assert watched.page.locator("select[name=place]").input_value() == "1"


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
    made = columns(overview())
    i, j = len(INDICATORS) - 1, next(k for k, p in enumerate(overview()["periods"]) if p["token"] == "2018-Q2")
    states = [s for a, b, s in zip(made["indicator"], made["period"], made["state"], strict=True) if (a, b) == (i, j)]
    assert {"value", "missing", "suppressed", "not_applicable", "unstable"} == set(states)
    for value, state in zip(table(watched).values(), states, strict=True):
        assert {"missing": "—", "suppressed": "*", "not_applicable": "不适用", "unstable": "~"}.get(state, "%") in value
    unstable = watched.page.locator(f"tr[data-code='{TOWNS[UNSTABLE][0]}']")
    assert "合并最近2期可读" in unstable.inner_text() and "区间太宽" in unstable.inner_text()
    assert all(n.strip().replace(",", "").isdigit() for n in unstable.locator(".hf-c-numerator").all_inner_texts())
    suppressed = watched.page.locator("tr", has=watched.page.locator("td.hf-c-value", has_text="*"))
    for row in suppressed.all():
        numbers = row.locator(".hf-num").all_inner_texts()
        assert {n.strip() for n in numbers} <= {"*", "—"} and "不公布" in row.inner_text()


def test_published_for_the_district_only_is_not_missing(watched: Watched) -> None:
    watched.open("?indicator=high_risk_share&period=2017")
    page, places = watched.page, watched.texts(".hf-table tbody tr:not(.hf-root)")
    assert len(places) == len(TOWNS)
    assert all("仅按较大范围公布" in row and "缺数据" not in row for row in places)
    assert watched.texts("[data-part=map] h2")[0].split("\n")[-1] == "本指标只公布宁河区总体数，不分镇街"
    assert [w for w in watched.texts("[data-part=map] .hf-legend li") if w] == ["/ 仅按较大范围公布"]
    hovers = page.evaluate("document.querySelector('[data-part=map] .hf-plot').data.map((t) => t.text).slice(0, 8)")
    assert all("仅按较大范围公布" in hover and "缺数据" not in hover for hover in hovers)
    assert "缺数据" not in page.locator("[data-part=map]").inner_text() + page.locator("[data-part=table]").inner_text()
    page.locator(".hf-table .hf-name", has_text="宁河镇").click()
    watched.drawn()
    assert "本指标只公布" in watched.texts("[data-part=trend] h2")[0]


def test_the_legend_names_only_the_signs_there_are(watched: Watched) -> None:
    watched.open("?indicator=record_coverage&period=2018-Q2")  # one town has not reported
    assert "— 缺数据" in watched.texts("[data-part=map] .hf-legend li")
    watched.open("?indicator=record_coverage&period=2017")
    assert "缺数据" not in watched.page.locator("[data-part=map]").inner_text()


def test_shared_out_values_are_marked_in_table_map_chart_and_export(watched: Watched) -> None:
    watched.open(f"?indicator=record_coverage&period=2017&place={TOWNS[SHARED][0]}")
    shown = table(watched)
    assert shown["芦台镇"].startswith("≈") and not shown["宁河镇"].startswith("≈")
    row = watched.page.locator(f"tr[data-code='{TOWNS[SHARED][0]}']").inner_text()
    assert "按权重分摊" in row and "≈ 区划调整前" in watched.page.locator("[data-part=table]").inner_text()
    hovers = watched.page.evaluate("document.querySelector('[data-part=map] .hf-plot').data.map((t) => t.text)")
    assert "≈" in hovers[SHARED] and "按权重分摊" in hovers[SHARED] and "≈" not in hovers[1]
    read = "document.querySelector('[data-part=trend] .hf-plot').data.find((d) => d.name === 'value')"
    trend = watched.page.evaluate(f"(({{ marker, hovertext }}) => [marker.symbol, hovertext])({read})")
    marked = [symbol.startswith("diamond") for symbol in trend[0]]
    assert any(marked) and not all(marked)
    assert marked == ["按权重分摊" in hover for hover in trend[1]]
    assert "≈ 按权重分摊" in watched.texts("[data-part=trend] .hf-legend li")
    assert "≈ 按权重分摊" in watched.texts("[data-part=map] .hf-legend li")
    with watched.page.expect_download() as download:
        watched.page.locator("[data-part=table]").get_by_role("button", name="下载表格").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_bytes().decode("utf-8-sig"))))
    assert [r["分摊"] for r in rows] == ["按权重分摊" if r["地区"] == "芦台镇" else "" for r in rows]
    watched.open("?indicator=record_coverage&period=2017&lang=en")
    assert "shared out by weight" in watched.page.locator("tr", has_text="Lutai").inner_text()


def test_an_indicator_is_found_by_typing(watched: Watched) -> None:
    watched.open()
    page, shown = watched.page, ".hf-kind li button:visible .hf-k-name"
    assert watched.texts(shown) == ["健康档案建档率", "家庭医生签约率"]  # the group of the chosen one
    box = page.get_by_label("查找指标")
    wanted = {
        "孕前": ["孕前检查覆盖率", "孕前高风险比例"],
        "RECORD cover": ["健康档案建档率"],
        "ｘ０２": ["讲座覆盖率"],
        "risk_followed": ["高风险随访率"],
        "没有的": [],
    }
    for typed, found in wanted.items():
        box.fill(typed)
        assert watched.texts(shown) == found
        told = page.locator(".hf-found").inner_text()
        assert (f"找到{len(found)}项" in told) if found else ("没有" in told and typed in told)
    box.fill("孕前")
    box.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    watched.drawn()
    assert "indicator=high_risk_share" in page.url and box.input_value() == "孕前"
    assert "孕前高风险比例" in str(page.evaluate("document.activeElement.textContent"))
    page.keyboard.press("Escape")
    assert box.input_value() == "" and page.evaluate("document.activeElement.id") == "hf-find"
    assert watched.texts(shown) == ["孕前检查覆盖率", "孕前高风险比例", "高风险随访率"]
    box.fill("X01")
    box.press("Enter")
    watched.drawn()
    assert "indicator=lecture_sessions" in page.url


def test_groups_open_and_close_and_sum_up(watched: Watched) -> None:
    watched.open()
    heads = watched.texts(".hf-kind h3 button")
    assert [head.split("\n")[0] for head in heads] == ["文明家庭", "健康家庭", "优生家庭"]
    assert all("项" in head for head in heads)
    page = watched.page
    birth = page.locator("[data-kind=birth] h3 button")
    assert birth.get_attribute("aria-expanded") == "false"
    birth.press("Enter")
    assert birth.get_attribute("aria-expanded") == "true" and page.locator("#hf-list-birth").is_visible()
    page.locator("[data-key=indicator-check_coverage]").click()
    watched.drawn()
    assert page.locator("#hf-list-birth").is_visible() and page.locator("#hf-list-health").is_visible()
    page.locator("[data-kind=health] h3 button").click()
    assert not page.locator("#hf-list-health").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#hf-list-health").is_visible() and not page.locator(".hf-find").is_visible()


def test_downloads(watched: Watched) -> None:
    watched.open("?indicator=risk_followed&period=2018-Q2")
    with watched.page.expect_download() as download:
        watched.page.locator("[data-part=table]").get_by_role("button", name="下载表格").click()
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [r["区划代码"] for r in rows] == ["120117", *(t[0] for t in TOWNS)] and "示例数据" in rows[0]
    assert {r["状态"] for r in rows} == {"有数值", "缺数据", "不公布", "不适用", "数值不稳"}
    assert [r["原因"] for r in rows if r["状态"] == "缺数据"] == ["未收到报表"]
    assert all(not (r["分子"] or r["分母"] or r["目标"]) for r in rows if r["数值"] == "*")
    assert not [v for r in rows for v in r.values() if v[:1] in tuple("=+-@")]
    with watched.page.expect_download() as download:
        watched.page.locator("[data-part=map]").get_by_role("button", name="下载图片").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")


def test_nothing_outside_no_error_no_share_button_one_board(watched: Watched) -> None:
    watched.open()
    watched.page.wait_for_selector("#hf-board[data-kernel=ready]", state="attached", timeout=60_000)
    assert watched.page.locator("[data-part=map]").count() == 1
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
    failed = watched.page.locator("[data-part=trend] [role=alert]").inner_text()
    assert "未能显示" in failed and "TREND-" in failed
    assert watched.page.locator("[data-part=map] .main-svg").count() > 0 and len(table(watched)) == len(TOWNS) + 1


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
    assert context.get(f"{watched.url}voila/files/overview.ipynb").status == 404
    assert "frame-ancestors 'self'" in context.get(watched.url).headers["content-security-policy"]
    assert context.get(watched.url, headers={"Host": "evil.example"}).status == 403


def test_a_made_release_says_coarse_only_and_speaks_as_its_findings_do(
    browser: Browser, request: pytest.FixtureRequest
) -> None:
    """What a page composes in the browser is what Python wrote into the release: figures and sentences."""
    folder = request.getfixturevalue("small").releases / "current"
    running = server.start(folder)
    try:
        watched = Watched(browser.new_page(), running.url)
        watched.open("indicator?indicator=preconception_high_risk_share&period=2017")
        towns = watched.texts(".hf-table tbody tr:not(.hf-root)")
        assert towns and all("仅按较大范围公布" in town and "缺数据" not in town for town in towns)
        assert "缺数据" not in watched.page.locator("[data-part=map]").inner_text()
        release = open_release(folder)
        said = release.findings("sentences").to_dict("records")
        shown = {period["token"] for period in release.page("indicator")["periods"]}
        said = [row for row in said if row["period"] in shown]
        speak = """([rows, lang]) => { const m = document.querySelector('#hf-board').hfBoard.model(lang);
            return rows.map((r) => m.sentences(r.indicator, r.period)); }"""
        for lang in text.LANGUAGES:
            spoken = watched.page.evaluate(speak, [said, lang])
            assert spoken == [[row[f"{lang}{i}"] for i in (1, 2, 3)] for row in said]
        cells = release.cells()
        cells = cells[cells["period"].isin(shown) & (cells["level"] == "township") & (cells["boundaries"] != "then")]
        codes = [place["code"] for place in release.page("indicator")["places"]]
        decimals = {entry["id"]: entry["decimals"] for entry in release.page("indicator")["indicators"]}
        keys = ["value", "lower95", "upper95", "numerator", "receipt"]
        rows = [[c["indicator"], c["period"], codes.index(c["place"])] for c in cells.to_dict("records")]
        read = """(rows) => { const m = document.querySelector('#hf-board').hfBoard.model('zh');
            return rows.map((r) => m.cell(...r)).map((c) => [c.value, c.lower, c.upper, c.numerator, c.receipt]); }"""
        for cell, found in zip(cells.to_dict("records"), watched.page.evaluate(read, rows), strict=True):
            wanted = [None if cell[key] != cell[key] else cell[key] for key in keys]
            if cell["state"] == "value":
                assert found[0] == pytest.approx(wanted[0]) and found[3:] == wanted[3:]
                assert found[1:3] == pytest.approx(wanted[1:3], abs=0.51 / 10 ** decimals[cell["indicator"]])
            elif cell["state"] == "unstable":
                assert found[:3] == [None] * 3 and found[3:] == wanted[3:]
            else:
                assert found[:4] == [None] * 4
        watched.page.close()
    finally:
        running.stop()


@pytest.mark.parametrize(("made", "kinds", "timeline"), [("small", 5, True), ("carolina", 0, False)])
def test_made_releases_draw(
    browser: Browser, request: pytest.FixtureRequest, made: str, kinds: int, timeline: bool
) -> None:
    """The invented district, and a plan without family kinds, phases or tiles: parts that are not there hide."""
    running = server.start(request.getfixturevalue(made).releases / "current")
    try:
        watched = Watched(browser.new_page(), running.url).open()
        assert len(watched.texts(".hf-says li")) == 3 and watched.page.locator(".hf-preview").count() == 7
        watched.open("overview")
        assert watched.page.locator(".hf-kind").count() == kinds
        assert watched.page.locator("[data-part=timeline]").is_visible() is timeline
        assert len(watched.texts(".hf-says li")) == 3
        watched.open("indicator")
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


def test_addresses_of_served_pages(browser: Browser, release: Path) -> None:
    """A code on a slide, a view sent by mail, links that keep it, back; what an address names wrongly is ignored."""
    cells = open_release(release).cells("health_record_coverage", by="township", period="2018-Q1")
    cell = cells.iloc[-1].to_dict()
    view = f"indicator=health_record_coverage&period=2018-Q1&township={cell['place']}"
    running = server.start(release)
    context = browser.new_context()
    try:
        watched = Watched(context.new_page(), running.url)
        page = watched.page
        page.goto(f"{running.url}?code={cell['receipt'].lower()}&lang=en", wait_until="commit")
        page.wait_for_selector("#hf-board[data-page=indicator]")
        watched.drawn()
        assert page.url == f"{running.url}indicator?{view}&lang=en"
        assert cell["receipt"] in watched.texts(f".hf-table tr[data-code='{cell['place']}'].hf-chosen")[0]
        said = watched.texts("main")
        for name in ("profile", "quality", "indicator"):
            page.locator(f"[data-key=page-{name}]").click()
            page.wait_for_selector(f"#hf-board[data-page={name}]")
            watched.drawn()
            assert all(f"{pair}" in page.url for pair in [*view.split("&"), "lang=en"])
        assert watched.texts("main") == said
        page.go_back()
        page.wait_for_selector("#hf-board[data-page=quality]")
        watched.drawn()
        watched.open("indicator")
        plain = watched.texts("main")
        for value in ("../../x", "'; DROP TABLE cells; --", "<img src=x onerror=window.hacked=1>"):
            query = "&".join(
                f"{key}={quote(value)}" for key in ("indicator", "period", "township", "lang", "code", "map")
            )
            watched.open(f"indicator?{query}")
            assert watched.texts("main") == plain and page.evaluate("window.hacked") is None
        assert page.request.get(f"{running.url}..%2f..%2fcells.parquet").status == 404
        assert not watched.errors
    finally:
        context.close()
        running.stop()
