"""A release's page made ready to draw: its columns, figure templates, words, and the one script that draws it."""

from __future__ import annotations

import json
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from hfwork import text
from hfwork.present import charts, maps, plots

HERE = Path(__file__).parent
STATIC = HERE / "template" / "static"
# The modules of the script in the order they need one another; joined they are one module with one export.
_ORDER = ("bind", "packing", "findings", "element", "model", "drawing", "figures", "frame", "selectors",
          "parts/head", "parts/lead")  # fmt: skip


FIGURES = {"map": maps.MAP, "trend": charts.TREND, "timeline": charts.TIMELINE, "funnel": plots.FUNNEL,
           "control": plots.CONTROL, "steps": plots.STEPS, "dots": plots.DOTS, "spine": plots.SPINE}  # fmt: skip
# What a page may say: whole files of the locale but the words of commands and papers.
_WORDS = ("about.", "activities.", "answer.", "attention.", "brief.", "catalogue.counts.", "chain.", "changes.",
          "code.", "cohorts.", "control.", "equity.", "funnel.", "judged.", "kind.", "level.", "map.", "methods.",
          "part.", "peers.", "portrait.", "quality.", "reason.", "rests.", "returns.", "rows.", "sentence.", "spine.",
          "start.", "state.", "status.", "strengths.", "tartan.", "trend.", "ui.", "unit.", "verdict.",
          "views.")  # fmt: skip


class HasPages(Protocol):
    """What this room needs of an opened release."""

    def page(self, name: str) -> dict[str, Any]: ...


def page(release: HasPages, name: str = "overview") -> dict[str, Any]:
    """A page of a release with everything its drawing needs: ``figures``, ``words``, ``look``, shades.

    Raises ``HfworkError('unknown_page')`` for a page the release has not.
    """
    made = dict(release.page(name))
    made["breaks"] = maps.limits(made)
    made["figures"] = FIGURES
    made["look"] = maps.LOOK
    made["config"] = charts.CONFIG
    made["words"] = text.words(*_WORDS)
    return made


def find_release() -> Path:
    """Where the release to show lies: HFWORK_RELEASE, else ``releases/current`` of the workspace.

    The workspace is HFWORK_WORKSPACE, else ``workspace`` here or, for a notebook in a folder, one above.
    """
    if named := os.environ.get("HFWORK_RELEASE"):
        return Path(named)
    if workspace := os.environ.get("HFWORK_WORKSPACE"):
        return Path(workspace) / "releases" / "current"
    here = [Path.cwd() / "workspace", Path.cwd().parent / "workspace"]
    return next((w for w in here if (w / "releases").is_dir()), here[0]) / "releases" / "current"


@cache
def script() -> str:
    """The board as one ES module: notebooks and single files cannot import parts by name."""
    first = [STATIC / f"{name}.js" for name in _ORDER]
    rest = [file for file in sorted((STATIC / "parts").glob("*.js")) if file not in first]
    parts = []
    for file in [*first, *rest, HERE / "board.js"]:
        source = re.sub(r'^import .*"\.{1,2}/.*";\n', "", file.read_text("utf-8"), flags=re.M)
        parts.append(source if file.name == "board.js" else re.sub(r"^export ", "", source, flags=re.M))
    return "\n".join(parts)


@cache
def style() -> str:
    """The board's style sheets as one."""
    return "\n".join((STATIC / f"{name}.css").read_text("utf-8") for name in ("board", "parts"))


def plotly_bundle() -> Path:
    """The small plotly bundle when the set-up fetched it, else the whole one that comes with plotly."""
    small = Path(sys.prefix) / "share" / "hfwork" / "plotly-basic.min.js"
    if small.is_file():
        return small
    from importlib.util import find_spec  # found without importing plotly, which takes a while

    spec = find_spec("plotly")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


def as_json(made: dict[str, Any]) -> str:
    """JSON that may stand inside a ``<script>`` element: no text in it can end the element."""
    plain = json.dumps(made, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"),
                         ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):  # fmt: skip
        plain = plain.replace(sign, escape)
    return plain
