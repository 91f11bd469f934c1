"""Voila's settings and the hook that prints a page's columns into the document before any kernel starts."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from hfwork.present.pages import as_json, page
from hfwork.release.bundle import open_release

# What widgets need and nothing else: every further extension is half a megabyte and a stranger on the page.
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
HEADERS = {
    # The browser itself keeps the promise that nothing loads from outside.
    "Content-Security-Policy": "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def configure(config: Any, server: dict[str, Any]) -> None:
    """Set every option of a served dashboard on Voila's config object; ``server`` names ip, port, base_url."""
    config.Voila.update(server)
    config.Voila.update({"open_browser": False, "port_retries": 0, "tornado_settings": {"headers": HEADERS}})
    config.VoilaConfiguration.update({
        "template": "hfwork",
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "file_allowlist": [r"assets/[\w-]+\.(png|svg|jpg)"],
        "show_tracebacks": False,
        "strip_sources": True,
        "preheat_kernel": False,
        "extension_allowlist": EXTENSIONS,
        "extension_denylist": [],
        "prelaunch_hook": print_page,
    })  # fmt: skip
    # One kernel stands behind each open page; closed pages must not leave theirs.
    config.MappingKernelManager.update({"cull_idle_timeout": 120, "cull_interval": 30, "cull_connected": False})


def allowed_hosts() -> set[str]:
    """The names this server answers to: this computer, and those a reverse proxy adds by HFWORK_HOSTS."""
    more = os.environ.get("HFWORK_HOSTS", "").split(",")
    return {"127.0.0.1", "localhost", "::1", *(name.strip().lower() for name in more if name.strip())}


def print_page(req: Any, notebook: Any, cwd: str) -> None:
    """Voila's prelaunch hook: the page named in the notebook's metadata goes into it as JSON text.

    ``releases/current`` is followed here, once per view. A request under a foreign host name is refused:
    a page elsewhere could otherwise make a visitor's browser read this one.
    """
    import tornado.web  # Voila's own; only the server process needs it

    if req.request.host_name.strip("[]").lower() not in allowed_hosts():
        raise tornado.web.HTTPError(403)
    name = notebook.metadata.get("hfwork", {}).get("page")
    if name:
        notebook.metadata["hfwork_page"] = _page(str(Path(os.environ["HFWORK_RELEASE"]).resolve()), name)


@lru_cache(maxsize=4)
def _page(folder: str, name: str) -> str:
    """A release never changes under its id, so its page is made ready once."""
    return as_json(page(open_release(folder), name))
