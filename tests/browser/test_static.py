"""The static edition: one file, opened from a disk, with every network refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from watched import Watched

from hfwork import cli
from hfwork.errors import HfworkError
from hfwork.present import static
from hfwork.release.bundle import open_release
from hfwork.workspace import Workspace

PAGES = ["start", "overview", "profile", "indicator", "cascade", "kinds", "quality", "meeting"]


@pytest.fixture(scope="module")
def file(small: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages of the small district in one file, as the command writes it."""
    out = tmp_path_factory.mktemp("static") / "幸福家庭 board.html"
    assert cli.main(["board", "--workspace", str(small.folder), "--out", str(out)]) == 0
    return out


@pytest.fixture
def alone(browser: Browser, file: Path) -> Iterator[Watched]:
    """The file in a browser without a network."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True, offline=True)
    context.route(lambda url: not url.startswith(("file:", "data:", "blob:")), lambda route: route.abort())
    yield Watched(context.new_page(), file.as_uri())
    context.close()


def test_it_is_one_file_that_asks_for_nothing(alone: Watched, file: Path) -> None:
    alone.open()
    assert [f.name for f in file.parent.iterdir()] == [file.name] and file.stat().st_size < 8_000_000
    for name in PAGES:
        alone.page.locator(f"[data-key=page-{name}]").click()
        alone.drawn()
        assert alone.page.locator("#hf-board").get_attribute("data-page") == name
        assert alone.page.locator("[aria-current=page]").get_attribute("data-key") == f"page-{name}"
        assert not alone.page.locator("[role=alert]").count() and "示例数据" in alone.texts(".hf-sample")[0]
    for name in reversed(PAGES[:-1]):
        alone.page.go_back()
        alone.drawn()
        assert alone.page.locator("#hf-board").get_attribute("data-page") == name
    assert not alone.errors and all(url.startswith((alone.url, "data:", "blob:")) for url in alone.asked)


def test_an_address_reproduces_a_view(alone: Watched, release: Path) -> None:
    cells = open_release(release).cells("health_record_coverage", by="township", period="2018-Q1")
    cell = cells.iloc[-1].to_dict()
    query = f"#page=indicator&indicator=health_record_coverage&period=2018-Q1&township={cell['place']}"
    alone.open(query)
    row = f"tr[data-code='{cell['place']}']"
    assert f"{cell['value']:.1f}%" in alone.texts(f".hf-table {row}")[0]
    assert alone.page.locator(f".hf-table {row}.hf-chosen").count() == 1
    said = alone.texts("main")
    alone.page.get_by_role("button", name="English").click()
    alone.drawn()
    assert "lang=en" in alone.page.url and alone.page.locator("html").get_attribute("lang") == "en"
    alone.page.locator("[data-key=page-profile]").click()
    alone.drawn()
    for part in ("page=profile", "lang=en", f"township={cell['place']}", "period=2018-Q1", "health_record_coverage"):
        assert part in alone.page.url
    alone.page.go_back()
    alone.page.go_back()
    alone.drawn()
    assert alone.texts("main") == said
    alone.page.reload()
    alone.drawn()
    assert alone.texts("main") == said


def test_a_code_and_downloads_work_without_a_server(alone: Watched, release: Path) -> None:
    cells = open_release(release).cells("health_record_coverage", by="township", period="2018-Q1")
    alone.open()
    alone.page.get_by_label("凭据码").fill(cells["receipt"].iloc[0].lower())
    alone.page.keyboard.press("Enter")
    alone.drawn()
    assert alone.page.locator("#hf-board").get_attribute("data-page") == "indicator"
    rows = alone.sheet("table")
    found = {row["区划代码"]: row for row in rows}[str(cells["place"].iloc[0])]
    assert float(found["数值"]) == pytest.approx(cells["value"].iloc[0], abs=1e-4)
    with alone.page.expect_download() as download:
        alone.page.locator("[data-key=png-map]").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    assert not alone.errors


def test_a_file_is_replaced_whole_or_not_at_all(release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "board.html"
    out.write_text("the old one", "utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", full)
        with pytest.raises(HfworkError) as refused:
            static.board(release, out)
    assert refused.value.code == "no_access" and str(out) in str(refused.value) and "空间" in str(refused.value)
    assert out.read_text("utf-8") == "the old one" and [f.name for f in tmp_path.iterdir()] == ["board.html"]
    hurt = tmp_path / "rel"
    shutil.copytree(release.resolve(), hurt)
    (hurt / "pages" / "quality.json").write_text("{", "utf-8")
    with pytest.raises(HfworkError) as refused:
        static.board(hurt, out)
    assert refused.value.code == "damaged_release" and out.read_text("utf-8") == "the old one"
    with pytest.raises(HfworkError) as refused:
        static.board(release, tmp_path / "nowhere" / "board.html")
    assert "nowhere" in str(refused.value) and not (tmp_path / "nowhere").exists()
    assert static.board(release, out) == out and "hf-pages" in out.read_text("utf-8")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["board.html", "rel"]
