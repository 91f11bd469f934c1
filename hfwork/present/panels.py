"""The widgets of notebooks and dashboards: one board, drawn in the browser from a page's columns."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from hfwork import text
from hfwork.present.pages import as_json, find_release, page, plotly_bundle, script, style
from hfwork.release.bundle import open_release

__all__ = ["Board", "Marker", "page", "show_page"]

_MARK = """export default { render({ el }) {
  el.hidden = true;
  document.getElementById("hf-board")?.setAttribute("data-kernel", "ready");
} };"""


class Board(anywidget.AnyWidget):
    """A page drawn by ``board.js``. ``page`` holds its columns as JSON; plotly is handed over only when the
    browser asks, since a notebook may hold it already."""

    _esm = script()
    _css = style()
    page = traitlets.Unicode("").tag(sync=True)
    lang = traitlets.Unicode("zh").tag(sync=True)

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.on_msg(self._answer)

    def _answer(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        if message.get("kind") == "plotly":
            self.send({"kind": "plotly"}, buffers=[plotly_bundle().read_bytes()])


class Marker(anywidget.AnyWidget):
    """Stands where the page has been drawn before the kernel came; says only that the kernel is there."""

    _esm = _MARK


def drawn_already() -> bool:
    """Whether our own server has printed the page into the document, so that a second board would double it."""
    return os.environ.get("HFWORK_DRAWN") == "1" and os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def show_page(name: str = "overview", release: str | Path | None = None) -> anywidget.AnyWidget:
    """A page of a release as a widget: the whole board in a notebook, a mere marker where it is drawn already.

    ``release``: a release folder; without it HFWORK_RELEASE, else ``workspace/releases/current``.
    Raises ``HfworkError('no_release')`` or ``HfworkError('unknown_page')``.
    """
    if release is None and drawn_already():
        return Marker()
    made = page(open_release(release or find_release()), name)
    return Board(page=as_json(made), lang=text.language())
