"""Fixtures that more than one room's tests use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from hfwork import demo
from hfwork.workspace import Workspace, open_workspace

ROOT = Path(__file__).resolve().parent.parent
# A shared machine has slow moments: Hypothesis must not call them failures. The deep run tries many more cases.
settings.register_profile("hfwork", deadline=None)
settings.load_profile("hfwork")
# No calls home: a page test asserts that nothing outside is asked for.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def _browser_path() -> str | None:
    named = os.environ.get("BROWSER_PATH")
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return named or next(filter(None, found), None)


# One browser per test file, not per run: while playwright is started its event loop counts as running,
# and asyncio.run() - which notebooks and servers need - fails everywhere else in the process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window. Skips without one, unless HFWORK_REQUIRE_BROWSER=1."""
    path = _browser_path()
    if path is None:
        reason = "no chromium, chromium-browser or google-chrome found; set BROWSER_PATH or install one"
        if os.environ.get("HFWORK_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def reference() -> Path | None:
    """The folder of reference results from other software, or None when it is not beside the checkout."""
    folder = Path(os.environ.get("HFWORK_REFERENCE") or ROOT.parent / "shared" / "reference")
    return folder if folder.is_dir() else None


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The small invented district, gone the whole way once per run. Tests that write copy it first."""
    return demo.make(ROOT / "data" / "ninghe-2016", tmp_path_factory.mktemp("small") / "workspace", small=True)


@pytest.fixture(scope="session")
def carolina(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The public plan, gone the whole way."""
    return demo.make(ROOT / "data" / "north-carolina-1974", tmp_path_factory.mktemp("nc") / "workspace")


@pytest.fixture
def own_small(small: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the small district that a test may change."""
    return open_workspace(shutil.copytree(small.folder, tmp_path / "workspace", symlinks=True))


@pytest.fixture(scope="session")
def release(small: Workspace) -> Path:
    """The small district's published release."""
    return small.releases / "current"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for the browser is a browser test, marked or not."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
