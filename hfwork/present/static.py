"""The static edition: all pages of a release in one file that needs no server and no network."""

from __future__ import annotations

import os
from contextlib import suppress
from html import escape
from pathlib import Path

from hfwork.errors import no_access
from hfwork.present.pages import as_json, page, plotly_bundle, script, style
from hfwork.release.bundle import open_release

# The browser itself keeps the promise that the file asks for nothing.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "form-action 'none'; base-uri 'none'"
)

_FILE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:;base64,=">
<style>{style}</style>
</head>
<body class="hf-body">
<div id="hf-board" class="hf"></div>
<noscript><p class="hf-loading">{noscript}</p></noscript>
<script type="application/json" id="hf-page">{shared}</script>
<script type="application/json" id="hf-pages">{pages}</script>
<script type="module">
{script}
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const late = () => new Promise((resolve) => setTimeout(() => resolve(window.Plotly)));
draw(document.getElementById("hf-board"), read("hf-page"), {{ pages: read("hf-pages"), plotly: late }});
</script>
<script>{plotly}</script>
</body>
</html>
"""


def board(release: str | Path, out: str | Path) -> Path:
    """Write every page of a release into one HTML file and return its path; a file there is replaced whole.

    Raises ``HfworkError``: ``no_release``, ``damaged_release``, ``no_access`` when the file cannot be written.
    """
    opened = open_release(release)
    own = {name: opened.page_columns(name) for name in opened.pages()}
    first = next(iter(own))
    shared = {key: value for key, value in page(opened, first).items() if key not in own[first]}
    text = _FILE.format(
        policy=escape(_POLICY),
        title=escape(shared["release"]["title"]["zh"]),
        style=style(),
        noscript="请打开浏览器的脚本功能后查看本页。 Please allow scripts to see this page.",
        shared=as_json(shared),
        pages=as_json(own),
        script=script().replace("</script", "<\\/script"),
        plotly=plotly_bundle().read_text("utf-8").replace("</script", "<\\/script"),
    )
    target = Path(out)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8")
        os.replace(part, target)
    except OSError as problem:
        lost = target if target.parent.is_dir() else target.parent
        raise no_access(OSError(problem.errno, problem.strerror, str(lost)), lost) from problem
    finally:
        with suppress(OSError):  # there is none, or never was a folder for it
            part.unlink()
    return target
