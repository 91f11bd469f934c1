"""Answers of the page server in words: both languages, no script, nothing of what is served behind them."""

from __future__ import annotations

from typing import Any

from tornado import web

from hfwork import text

BARE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"


class InWords(web.RequestHandler):
    """Answers in both languages; an error shows neither a traceback nor a name of anything that is served."""

    def render_bare(self, template: str, **facts: Any) -> None:
        """Write a page that needs no script and no other file."""
        base_url = self.settings["base_url"]
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Content-Security-Policy", BARE)
        self.set_header("Cache-Control", "no-store")
        made = self.settings["voila_jinja2_env"].get_template(template)
        self.write(made.render(say=text.say, base_url=base_url, **facts))

    def write_error(self, status_code: int, **_: Any) -> None:
        key = f"serve.notice.{status_code}"
        self.render_bare("notice.html.j2", key=key if key in text.catalogue() else "serve.notice.other")
