"""Voila's settings for a locked-down server, the host names it answers to, and the pages it prints."""

from __future__ import annotations

import os
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jinja2
import jinja2.bccache

from hfwork.present.pages import as_json, page
from hfwork.release.bundle import open_release

TEMPLATE = "hfwork"
# What widgets need and nothing else: every further extension is half a megabyte and a stranger on the page.
EXTENSIONS = ["@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget"]
HEADERS = {
    # The browser itself keeps the promise that nothing loads from outside.
    "Content-Security-Policy": "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; "
    "frame-ancestors 'self'; form-action 'self'; base-uri 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: browsers then send forms with an Origin of "null", which is refused as foreign.
    "Referrer-Policy": "same-origin",
}
DAYS = 7  # a login lasts this long


class Compiled(jinja2.BytecodeCache):
    """Compiled templates kept in this process: Voila makes a new Jinja environment at every view."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if code := self.kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def keep_compiled() -> None:
    """Compile each of Voila's templates once, not at every view."""
    from nbconvert.exporters import templateexporter  # the server's own process only

    templateexporter.Environment = partial(jinja2.Environment, bytecode_cache=Compiled())  # type: ignore[assignment,misc]


def configure(config: Any, orders: dict[str, Any]) -> None:
    """Set every option of the served dashboards on Voila's config object.

    ``orders`` names ip, port, base_url, connection_dir_root and root_dir, and the login: its hash and secret, or
    None for no login. Raises ``KeyError`` when one is missing: a server that forgot its login must not start.
    """
    login = orders["login"]
    names = ("ip", "port", "base_url", "connection_dir_root", "root_dir")
    config.Voila.update({name: orders[name] for name in names})
    config.Voila.update({"open_browser": False, "port_retries": 0, "tornado_settings": {"headers": HEADERS}})
    config.Voila.update({"config_file_paths": [], "token": "", "auto_token": False})  # no way in by link
    config.PasswordIdentityProvider.update({
        "hashed_password": login["password"] if login else "",
        "allow_password_change": False,
        "cookie_options": {"samesite": "Lax", "expires_days": DAYS},
        "get_secure_cookie_kwargs": {"max_age_days": DAYS},
    })  # fmt: skip
    if login:
        config.Voila.cookie_secret = bytes.fromhex(login["secret"])
    config.VoilaConfiguration.update({
        "template": TEMPLATE,
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "show_tracebacks": False,
        "strip_sources": True,
        "preheat_kernel": False,
        "progressive_rendering": False,
        "http_header_envs": [],  # a kernel sees no cookie
        "extension_allowlist": EXTENSIONS,
        "extension_denylist": [],
    })  # fmt: skip
    # One kernel stands behind each open page; closed pages must not leave theirs.
    config.MappingKernelManager.update({"cull_idle_timeout": 120, "cull_interval": 30, "cull_connected": False})


def allowed_hosts() -> set[str]:
    """The names this server answers to: this computer, and those a reverse proxy adds by HFWORK_HOSTS."""
    more = os.environ.get("HFWORK_HOSTS", "").split(",")
    return {"127.0.0.1", "localhost", "::1", *(name.strip().lower() for name in more if name.strip())}


def printed(name: str) -> str:
    """A page of the release in HFWORK_RELEASE as JSON text to print into the document.

    ``releases/current`` is followed here, once per view. Raises what ``open_release`` and ``page`` raise.
    """
    return _page(str(Path(os.environ["HFWORK_RELEASE"]).resolve()), name)


def current() -> str:
    """The id of the release in HFWORK_RELEASE. Raises what ``open_release`` raises."""
    return open_release(os.environ["HFWORK_RELEASE"]).id


@lru_cache(maxsize=24)  # every page of the release before and of this one
def _page(folder: str, name: str) -> str:
    """A release never changes under its id, so its page is made ready once."""
    return as_json(page(open_release(folder), name))
