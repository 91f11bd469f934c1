"""The page server's own process: every dashboard behind one login, and nothing that they do not need.

Runs as ``python -m hfwork.present.site`` with its orders, one line of JSON, on standard input: so no secret stands
in an environment, on a command line or in a file.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from contextlib import aclosing, suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import FileFindHandler, JupyterHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.httputil import HTTPServerRequest, url_concat
from tornado.iostream import StreamClosedError
from tornado.log import access_log
from tornado.routing import Matcher, Rule
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.utils import create_include_assets_functions

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.present import dashboards, downloads
from hfwork.present.login import Gate
from hfwork.present.notices import InWords
from hfwork.present.settings import TEMPLATE, allowed_hosts, configure, current, keep_compiled, printed

STARTS = 2  # kernels that may start at one time: each fills a core for a second or two
PAUSE = 0.7  # seconds between a drawn page and its kernel, so that a crowd's pages all go out first
PATIENCE = 90  # seconds for a kernel to start and run its cells; Voila itself would wait for a dead one for ever
_FILE = r"(?:/[\w-][\w.-]*)+"  # Voila's handler stumbles over paths that lead upwards
_KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"


class Foreign(Matcher):
    """Matches requests under a foreign host name: a page elsewhere could otherwise have a visitor's browser
    read this server under its own name."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return None if request.host_name.strip("[]").lower() in allowed_hosts() else {}


class Refused(InWords):
    """The only answer to a foreign host name."""

    def prepare(self) -> None:
        raise web.HTTPError(403)


class SignIn(InWords, JupyterHandler):
    """The login page and what it sends."""

    def initialize(self, gate: Gate) -> None:
        self.gate = gate

    @allow_unauthenticated
    def get(self) -> None:
        if self.current_user:
            self.redirect(self.target())
        else:
            self.form()

    @allow_unauthenticated
    def post(self) -> None:
        if not self.current_user:
            if wait := self.gate.wait():
                self.set_header("Retry-After", wait)
                return self.form("serve.login.wait", 429, seconds=wait)
            if not self.gate.opens(self.get_body_argument("password", "")):  # of the body: never from a link
                return self.form("serve.login.wrong", 401)
            self.identity_provider.set_login_cookie(self, self.identity_provider.generate_anonymous_user(self))
        target = self.target()
        if self.get_argument("lang", "") == "en" and "lang=" not in target:  # chosen at the door
            target = url_concat(target, {"lang": "en"})
        self.redirect(target, status=303)

    def form(self, message: str = "", status: int = 200, **facts: Any) -> None:
        """The login page; ``message`` says why it stands here again."""
        self.set_status(status)
        lang, target = self.lang(), self.target()
        other = "en" if lang == "zh" else "zh"
        switch = url_concat(url_path_join(self.base_url, "login"), {"lang": other, "next": target})
        facts |= {
            "lang": lang,
            "other": other,
            "target": target,
            "switch": switch,
            "wrong": status == 401,
            "kind": message.rpartition(".")[2],
        }
        said = text.say(message, lang, **facts) if message else ""
        self.render_bare("login.html.j2", message=said, xsrf=self.xsrf_form_html(), **facts)

    def lang(self) -> str:
        """The language asked for here, else that of the page asked for, else Chinese."""
        asked = [self.get_argument("lang", ""), *parse_qs(urlsplit(self.target()).query).get("lang", [])]
        return next((lang for lang in asked if lang in text.LANGUAGES), "zh")

    def target(self) -> str:
        """Where the login leads: the page asked for with its query; the start page instead of anything elsewhere."""
        given = self.get_argument("next", "")
        inside = given.startswith(self.base_url) and not re.search(r"^//|\\|[\x00-\x20\x7f]", given)
        door = urlsplit(given).path.removeprefix(self.base_url.rstrip("/")) in ("/login", "/logout")
        return given if inside and not door else self.base_url


class SignOut(SignIn):
    """Ends a login and offers the next."""

    @allow_unauthenticated
    def get(self) -> None:
        self.identity_provider.clear_login_cookie(self)
        if self.login_available:
            self.form("serve.login.out")
        else:
            self.redirect(self.base_url)


class Page(InWords, TornadoVoilaHandler):
    """A dashboard: drawn at once from its release; its kernel comes when there is room for one."""

    gone = False

    def initialize(self, turns: asyncio.Semaphore, **kwargs: Any) -> None:
        super().initialize(**kwargs)
        self.turns = turns

    def on_connection_close(self) -> None:
        self.gone = True
        super().on_connection_close()

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        dashboard, drawn = self.chosen(path or "")
        self.xsrf_token  # noqa: B018 - sets the cookie by which the page may end its kernel when it is closed
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Cache-Control", "no-store")
        self.write(self.opening(dashboard, drawn))
        with suppress(StreamClosedError):
            await self.flush()
        await asyncio.sleep(PAUSE)
        self.notebook_path = dashboard.file.name
        async with self.turns:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.rest(), PATIENCE)

    def chosen(self, name: str) -> tuple[dashboards.Dashboard, str]:
        """The dashboard of this name and its page as JSON, which is empty for one without a page."""
        found = [dashboards.find(name)] if name else dashboards.homes()
        for dashboard in filter(None, found):
            try:
                return dashboard, printed(dashboard.page) if dashboard.page else ""
            except HfworkError as problem:
                if problem.code != "unknown_page":  # which a release has that is older than the dashboard
                    raise web.HTTPError(503, "%s", problem) from None  # the details are for the log
        raise web.HTTPError(404)

    def opening(self, dashboard: dashboards.Dashboard, drawn: str) -> str:
        """The document up to and with the script that draws it."""
        lang = "en" if self.get_query_argument("lang", "") == "en" else "zh"
        resources = create_include_assets_functions(TEMPLATE, self.base_url)
        made = self.settings["voila_jinja2_env"].get_template("opening.html.j2")
        facts = {"title": dashboard.title, "drawn": drawn, "lang": lang, "base_url": self.base_url}
        facts["login"] = self.login_available
        return str(made.render(resources=resources, say=text.say, **facts))

    async def rest(self) -> None:
        """The kernel and what its cells show; nothing for a visitor who has left meanwhile."""
        if self.gone:
            return
        async with aclosing(self.get_generator()) as pieces:
            async for piece in pieces:
                if self.gone:
                    return
                self.write(piece)
                self.flush()  # not awaited: a slow line must not hold a turn


def note(handler: web.RequestHandler) -> None:
    """A line in the log for each answer, without the query: what somebody typed there by mistake is not kept."""
    status, request = handler.get_status(), handler.request
    level = logging.INFO if status < 400 else logging.WARNING if status < 500 else logging.ERROR
    access_log.log(level, "%d %s %s %.0f ms", status, request.method, request.path, 1000 * request.request_time())


class Newest(InWords, JupyterHandler):
    """The id of the release now shown, by which an open page learns that it is an old one, and its ready packs."""

    @web.authenticated
    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        try:
            self.write({"release": current(), "packs": downloads.offered()})
        except HfworkError as problem:
            raise web.HTTPError(503, "%s", problem) from None


class Site(Voila):
    """Voila with our own list of what may be asked for."""

    def init_settings(self) -> dict[str, Any]:
        return {**super().init_settings(), "log_function": note}

    def init_handlers(self) -> list[Any]:
        """Everything this server answers; what is not here does not exist."""
        gate = {"gate": Gate(self.identity_provider.hashed_password)}
        page = {"template_paths": self.template_paths, "config": self.config, "turns": asyncio.Semaphore(STARTS)}
        page["voila_configuration"] = self.voila_configuration

        def at(path: str) -> str:
            return str(url_path_join(self.server_url, path))

        return [
            Rule(Foreign(), Refused),
            # Code only, the same for everybody: needs no login.
            (at(rf"/voila/templates/({TEMPLATE}/static{_FILE})"), TemplateStaticFileHandler),
            (at(r"/voila/static/(.+)"), MultiStaticFileHandler, {"paths": self.static_paths}),
            (at(r"/voila/labextensions/(.+)"), FileFindHandler, {"path": self.labextensions_path}),
            (at("/login"), SignIn, gate),
            (at("/logout"), SignOut, gate),
            # From here on every handler asks for the login by itself.
            (at(f"/api/kernels/{_KERNEL}"), KernelHandler),
            (at(f"/api/kernels/{_KERNEL}/channels"), VoilaKernelWebsocketHandler),
            (at(f"/voila/api/shutdown/{_KERNEL}"), VoilaShutdownKernelHandler),
            (at("/api/release"), Newest),
            (at(downloads.ADDRESS), downloads.Download),
            (at(r"/(.*)"), Page, page),
        ]


def main() -> None:
    """Read the orders and serve until told to stop. Ends at once when there are none."""
    keep_compiled()
    config = Config()
    configure(config, json.loads(sys.stdin.readline()))
    site = Site.instance(config=config)
    site.initialize([])
    site.start()


if __name__ == "__main__":
    main()
