"""A browser without scripts, for tests of the page server."""

from __future__ import annotations

import http.client
import urllib.parse
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from tornado.httpclient import HTTPRequest

PASSWORD = "a password of the tests"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies, follows nothing."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, method: str, path: str, body: dict[str, str] | None = None, **headers: str) -> Answer:
        host = urllib.parse.urlsplit(self.url).netloc
        line = http.client.HTTPConnection(host, timeout=60)
        sent = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", **headers}
        line.request(method, path, urllib.parse.urlencode(body) if body else None, sent)
        answer = line.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return Answer(answer.status, dict(answer.headers.items()), answer.read())

    def log_in(self, password: str = PASSWORD, **more: str) -> Answer:
        self.ask("GET", "/login")
        return self.ask("POST", "/login", {"password": password, "_xsrf": self.cookies["_xsrf"], **more})

    def socket_to(self, kernel: str, **headers: str) -> HTTPRequest:
        address = self.url.replace("http", "ws") + f"api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        return HTTPRequest(address, headers={"Cookie": self.cookie, **headers})
