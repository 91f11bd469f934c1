"""What the page server hands out beside its pages: ready packs of the release it shows, file by file."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from hfwork.errors import HfworkError
from hfwork.present.notices import InWords
from hfwork.present.pack import shelf

ADDRESS = r"/packs/([\w-]+)/(.+)"
# A page of a pack is shown as in a box: its scripts run, but they reach neither this server nor the login.
BOXED = (
    "sandbox allow-scripts allow-modals allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".html": "text/html; charset=UTF-8",
}


class Download(InWords, JupyterHandler):
    """A file of a ready pack: only what a manifest names, and only as it was made."""

    @web.authenticated
    def get(self, pack: str, path: str) -> None:
        try:
            found = shelf.read(Path(os.environ["HFWORK_RELEASE"]), pack, path)
        except shelf.Altered as changed:
            raise web.HTTPError(410, "%s is not what its manifest says", changed) from None
        except (HfworkError, OSError) as problem:
            raise web.HTTPError(503, "%s", problem) from None
        if found is None:
            raise web.HTTPError(404)
        told, content = found
        kind = PurePosixPath(path).suffix.lower()
        self.set_header("Content-Type", TYPES.get(kind, "application/octet-stream"))
        self.set_header("Content-Security-Policy", BOXED)
        self.set_header("Cache-Control", "no-store")
        shown = kind == ".html" and "download" not in self.request.query_arguments
        self.set_header("Content-Disposition", disposition("inline" if shown else "attachment", told))
        self.write(content)


def disposition(way: str, told: dict[str, Any]) -> str:
    """The header that names a file by its title (RFC 5987), with a plain name for what cannot read that."""
    path = PurePosixPath(told["path"])
    title = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", told["title"]).strip(" .") or path.stem
    name = title if title.endswith(path.suffix) else title + path.suffix
    plain = re.sub(r"[^\w.-]+", "_", path.name, flags=re.ASCII).strip("_") or f"file{path.suffix}"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def offered() -> list[dict[str, Any]]:
    """The ready packs as an open page is told: without what only this server needs. Raises what ``packs`` raises."""
    found = shelf.packs(Path(os.environ["HFWORK_RELEASE"]))
    return [
        pack | {"files": [{k: f[k] for k in ("path", "title", "label", "bytes")} for f in pack["files"]]}
        for pack in found
    ]
