"""The server of all dashboards, really served: what it gives to whom, and when."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import select
import shutil
import socket
import sys
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from page_fixture import write_release
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect
from visitor import PASSWORD, Visitor

from hfwork import text
from hfwork.present import login, server

pytestmark = pytest.mark.slow
OVERVIEW = Path(server.__file__).parents[2] / "dashboards" / "overview.ipynb"
DRAWN = b"draw(document"
ENVIRONMENT = "import base64, json, os; print('ENV', base64.b64encode(json.dumps(dict(os.environ)).encode()).decode())"
WIRE = "v1.kernel.websocket.jupyter.org"


def notebook(code: str, **metadata: Any) -> str:
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "execution_count": None, "outputs": [], "source": code}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {"cells": [cell], "metadata": {"kernelspec": kernel, **metadata}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content)


@dataclass
class Site:
    server: server.Server
    login: login.Login
    dashboards: Path
    current: Path

    def visitor(self) -> Visitor:
        return Visitor(self.server.url)

    def log(self) -> str:
        return (self.server.folder / "voila.log").read_text("utf-8", "replace")

    def started(self) -> int:
        return self.log().count("Kernel started")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    dashboards = folder / "dashboards"
    dashboards.mkdir()
    shutil.copy(OVERVIEW, dashboards)
    content = {
        "look": notebook(ENVIRONMENT, title="<b>x"),
        "fails": notebook("secret = 4711\nraise ValueError('the secret is', secret)"),
        "later": notebook("1", hfwork={"page": "later"}),
        ".hidden": notebook("1"),
    }
    for name, code in content.items():
        (dashboards / f"{name}.ipynb").write_text(code)
    (dashboards / "torn.ipynb").write_text('{"cells": [')
    (dashboards / "assets").mkdir()
    (dashboards / "assets" / "map.png").write_bytes(b"png")
    (folder / "current").symlink_to(write_release(folder / "rel"))
    door = login.made(PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFWORK_DASHBOARDS", str(dashboards))
        patch.setenv("HFWORK_HOSTS", "board.example, 10.9.8.7")
        (dashboards / "torn.ipynb").rename(folder / "torn")  # a server does not start with it
        running = server.start(folder / "current", login=door)
        (folder / "torn").rename(dashboards / "torn.ipynb")
    yield Site(running, door, dashboards, folder / "current")
    running.stop()


@pytest.fixture(scope="module")
def leader(site: Site) -> Visitor:
    """Somebody who has logged in."""
    visitor = site.visitor()
    assert visitor.log_in().status == 303
    return visitor


@pytest.fixture(scope="module")
def kernel(leader: Visitor) -> str:
    """The kernel behind a page that the leader has open."""
    return re.findall(r'"kernelId": "([\w-]+)"', leader.ask("GET", "/overview").text)[0]


# -- nobody without the login

CODE = ["/voila/templates/hfwork/static/board.js", "/voila/templates/hfwork/static/plotly.min.js",
        "/voila/templates/hfwork/static/voila-style.js", "/voila/static/voila.js",
        "/voila/labextensions/anywidget/package.json"]  # fmt: skip
CLOSED = ["/", "/overview", "/overview?indicator=x&lang=en", "/start", "/nothing", "/look", "/overview.ipynb",
          "/%2e%2e/%2e%2e/etc/passwd", "/api", "/api/release", "/api/kernels", "/api/kernels/", "/api/contents",
          "/api/sessions", "/api/kernelspecs", "/api/terminals", "/api/status", "/metrics", "/tree",
          "/files/overview.ipynb",
          "/voila/tree", "/voila/render/overview.ipynb", "/voila/api/contents", "/voila/files/assets/map.png",
          "/voila/files/overview.ipynb", "/voila/api/themes/x", "/voila/query/a-b-c-d-e", "/voila/execution/a-b-c-d-e",
          "/voila/templates/lab/static/index.css", "/voila/templates/hfwork/conf.json", "/voila/templates/hfwork",
          "/static/style/style.min.css", "/kernelspecs/python3/logo-64x64.png", "/edit/x", "/login/x",
          "/packs", "/packs/", "/packs/midterm-zh/deck.pptx", "/packs/midterm-zh/manifest.json",
                    "/?token=", "/?token=x", "/overview?password=x"]  # fmt: skip
OUTSIDE = ["/voila/templates/hfwork/static/../conf.json", "/voila/templates/hfwork/static/..%2fconf.json",
           "/voila/templates/hfwork/static/..%2f..%2f..%2f..%2f..%2fconfig", "/voila/static/..%2fapp.py",
           "/voila/static/%2fetc%2fpasswd", "/voila/labextensions/..%2f..%2fvoila.log",
           "/voila/labextensions/%2fetc%2fpasswd"]  # fmt: skip


@pytest.mark.parametrize("path", CODE)
def test_code_needs_no_login(site: Site, path: str) -> None:
    assert site.visitor().ask("GET", path).status == 200


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_without_the_login(site: Site, path: str) -> None:
    visitor, before = site.visitor(), site.started()
    for headers in ({}, {"Authorization": "token x"}, {"Authorization": "token "}, {"Cookie": "username=x"}):
        answer = visitor.ask("GET", path, **headers)
        assert answer.status == 302 and not answer.text
        asked = urllib.parse.urlsplit(answer.headers["Location"])
        assert asked.path == "/login" and urllib.parse.parse_qs(asked.query) == {"next": [path]}  # known or not
    assert visitor.ask("HEAD", path).status == 302
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = visitor.ask(method, path, {"a": "b"} if method != "DELETE" else None)
        assert answer.status == 403 and "map" not in answer.text
    assert site.started() == before


@pytest.mark.parametrize("path", OUTSIDE)
def test_static_files_lead_nowhere_else(site: Site, path: str) -> None:
    answer = site.visitor().ask("GET", path)
    assert answer.status in (302, 403, 404) and "base_template" not in answer.text and "root:" not in answer.text


def test_a_kernel_is_its_visitors_own(site: Site, kernel: str, leader: Visitor) -> None:
    stranger = site.visitor()
    stranger.ask("GET", "/login")  # for the cookie that goes with forms
    form = {"_xsrf": stranger.cookies["_xsrf"]}
    for path in (f"/api/kernels/{kernel}", f"/voila/api/shutdown/{kernel}"):
        for method, body in (("GET", None), ("POST", form), ("DELETE", None), ("PUT", form)):
            assert stranger.ask(method, path, body).status in (403, 405), (method, path)
    for headers in ({}, {"Origin": "http://evil.example"}, {"Authorization": "token x"}):
        with pytest.raises(HTTPClientError) as error:
            asyncio.run(_connect(stranger.socket_to(kernel, **headers)))
        assert error.value.code == 403
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):  # a page elsewhere, with the cookie
        with pytest.raises(HTTPClientError) as error:
            asyncio.run(_connect(leader.socket_to(kernel, **headers)))
        assert error.value.code == 403
    assert leader.ask("GET", f"/api/kernels/{kernel}").status == 200  # still there


async def _connect(request: HTTPRequest) -> None:
    (await websocket_connect(request)).close()


@pytest.mark.parametrize("path", [*CODE, "/", "/login", "/logout", "/overview", "/nothing", "/api/kernels/a-b-c-d-e"])
def test_a_foreign_host_name_gets_nothing(site: Site, leader: Visitor, path: str) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.2", "[::2]"):
        for method in ("GET", "HEAD", "POST"):
            assert leader.ask(method, path, Host=host).status == 403
    for host in ("localhost", "board.example", "BOARD.example:443", "10.9.8.7", "[::1]:80"):
        assert site.visitor().ask("GET", path, Host=host).status in (200, 302, 403 if "kernels" in path else 200)


# -- the login


def test_the_login_lets_in_and_out(site: Site) -> None:
    visitor = site.visitor()
    page = visitor.ask("GET", "/login?next=/overview%3Fa%3Db%26c%3Dd")
    assert page.status == 200 and 'lang="zh-CN"' in page.text and 'value="/overview?a=b&amp;c=d"' in page.text
    assert not re.search(r"<script|<link (?!rel=\"icon\")|url\(|src=", page.text)  # no script, no other file
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    wrong = visitor.log_in("not it", next="/overview?a=b&c=d", lang="en")
    assert wrong.status == 401 and text.say("serve.login.wrong", "en") in wrong.text and 'role="alert"' in wrong.text
    assert "not it" not in wrong.text and 'value="/overview?a=b&amp;c=d"' in wrong.text
    right = visitor.log_in(next="/overview?a=b&c=d")
    assert (right.status, right.headers["Location"]) == (303, "/overview?a=b&c=d")
    given = right.headers["Set-Cookie"].lower()
    assert "httponly" in given and "samesite=lax" in given and "expires" in given
    assert visitor.ask("GET", "/login?next=/look").headers["Location"] == "/look"
    assert visitor.ask("GET", "/nothing").status == 404
    out = visitor.ask("GET", "/logout")
    assert out.status == 200 and text.say("serve.login.out", "zh") in out.text
    assert visitor.ask("GET", "/").status == 302


@pytest.mark.parametrize("target", [
    "http://evil.example/", "https:evil.example", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil",
    "/\t/evil.example", "/x\r\nSet-Cookie: a=b", "javascript:alert(1)", "overview", "@evil.example", "",
    " //evil.example",
])  # fmt: skip
def test_the_login_leads_nowhere_else(site: Site, target: str) -> None:
    answer = site.visitor().log_in(next=target)
    assert (answer.status, answer.headers["Location"]) == (303, "/")


def test_english_chosen_at_the_door_stays(site: Site) -> None:
    assert site.visitor().log_in(lang="en", next="/overview?a=b").headers["Location"] == "/overview?a=b&lang=en"
    page = site.visitor().ask("GET", "/login?next=/overview%3Flang%3Den").text
    assert text.say("serve.login.password", "en") in page and 'lang="en"' in page


def test_a_login_sent_from_elsewhere_is_refused(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.ask("POST", "/login", {"password": PASSWORD}).status == 403
    visitor.ask("GET", "/login")
    form = {"password": PASSWORD, "_xsrf": visitor.cookies["_xsrf"]}
    assert visitor.ask("POST", "/login", form, Origin="http://evil.example").status in (403, 404)
    query = urllib.parse.urlencode(form)
    assert visitor.ask("POST", f"/login?{query}", {"_xsrf": form["_xsrf"]}).status == 401  # not from an address
    assert visitor.ask("GET", f"/login?{query}").status == 200
    assert visitor.ask("GET", "/").status == 302
    assert visitor.log_in().status == 303


def test_guessing_has_to_wait(site: Site) -> None:
    visitor = site.visitor()
    assert [visitor.log_in(f"guess {n}").status for n in range(5)] == [401] * 5
    waiting = visitor.log_in()  # even with the right one
    assert waiting.status == 429 and int(waiting.headers["Retry-After"]) <= 2 and "秒" in waiting.text
    time.sleep(2.1)
    assert visitor.log_in().status == 303


def test_a_login_outlasts_the_server_but_not_its_password(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFWORK_DASHBOARDS", str(OVERVIEW.parent))
    visitor, port = site.visitor(), server.free_port(0)
    for door, status in ((site.login, 404), (login.made(PASSWORD), 302)):
        running = server.start(site.current, port, login=door)
        try:
            visitor.url = running.url
            if status == 404:
                assert visitor.log_in().status == 303
                running.stop()
                running = server.start(site.current, port, login=door)
            assert visitor.ask("GET", "/nothing").status == status
        finally:
            running.stop()


def test_without_a_login_everybody_may_look(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFWORK_DASHBOARDS", str(OVERVIEW.parent))
    running = server.start(site.current, base_url="/hf/")
    try:
        visitor = Visitor(running.url)
        assert visitor.ask("GET", "/hf/login").headers["Location"] == "/hf/"
        assert visitor.ask("GET", "/hf/logout").headers["Location"] == "/hf/"
        page = visitor.ask("GET", "/hf/")
        assert page.status == 200 and "/hf/voila/templates/hfwork/static/board.js" in page.text
        assert visitor.ask("GET", "/hf/nothing").status == 404
        assert visitor.ask("GET", "/hf/", Host="evil.example").status == 403
    finally:
        running.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_secret_lies_about(site: Site) -> None:
    site.visitor().log_in("a wrong password")
    process = Path(f"/proc/{site.server.process.pid}")
    secrets = [PASSWORD, "a wrong password", site.login.password, site.login.secret]
    secrets += [urllib.parse.quote_plus(PASSWORD), bytes.fromhex(site.login.secret).hex(" ")]
    written = [file.read_bytes() for file in site.server.folder.rglob("*") if file.is_file()]
    for content in (*written, (process / "environ").read_bytes(), (process / "cmdline").read_bytes()):
        assert not [secret for secret in secrets if secret.encode() in content]


# -- the pages


@pytest.mark.parametrize("path", ["/nothing", "/start", "/later", "/overview.ipynb", "/overview/", "/.hidden",
                                  "/Overview", "/%2e%2e/current", "/..%2foverview", "/assets/map.png", "/voila/tree",
                                  "/voila/files/assets/map.png", "/api/contents", "/" + "x" * 500])  # fmt: skip
def test_what_is_not_there_is_said_in_words(leader: Visitor, path: str) -> None:
    answer = leader.ask("GET", path)
    assert answer.status == 404 and "Traceback" not in answer.text
    assert all(text.say("serve.notice.404", lang) in answer.text for lang in text.LANGUAGES)
    assert "look" not in answer.text and "ipynb" not in answer.text and "voila" not in answer.text.lower()


def test_a_torn_notebook_and_a_damaged_release_are_said_in_words(site: Site, leader: Visitor, tmp_path: Path) -> None:
    torn = leader.ask("GET", "/torn")
    assert torn.status == 500 and text.say("serve.notice.other", "zh") in torn.text and "Traceback" not in torn.text
    sound = site.current.resolve()
    damaged = shutil.copytree(sound, tmp_path / "damaged")
    (damaged / "pages" / "overview.json").write_text("{")
    try:
        _point(site.current, damaged)
        answer = leader.ask("GET", "/overview")
        assert answer.status == 503 and text.say("serve.notice.503", "en") in answer.text
        assert "damaged" not in answer.text and str(tmp_path) not in answer.text
    finally:
        _point(site.current, sound)


def test_every_view_follows_the_current_release(site: Site, leader: Visitor, tmp_path: Path) -> None:
    sound = site.current.resolve()
    newer = shutil.copytree(sound, tmp_path / "newer")
    page = newer / "pages" / "columns.json"
    page.write_text(page.read_text("utf-8").replace("健康档案建档率", "新发布的指标名"), "utf-8")
    try:
        assert "新发布的指标名" not in leader.ask("GET", "/").text
        _point(site.current, newer)
        assert "新发布的指标名" in leader.ask("GET", "/").text
    finally:
        _point(site.current, sound)


def _point(current: Path, folder: Path) -> None:
    part = current.with_name("part")
    part.symlink_to(folder)
    part.replace(current)


def test_the_page_is_one_document(leader: Visitor) -> None:
    whole = leader.ask("GET", "/overview")
    lower = whole.text.lower()
    for mark in ("<!doctype", "<html", "<head>", "<body", "</body>", "</html>", 'id="hf-page"'):
        assert lower.count(mark) == 1, mark
    assert "kernelId" in whole.text and whole.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in whole.headers["Content-Security-Policy"]
    assert leader.ask("GET", "/overview?lang=en").text.count('<html lang="en">') == 1
    for query in ("?template=reveal", "?theme=dark", "?voila-template=lab"):
        changed = leader.ask("GET", "/overview" + query)
        assert changed.text.count("hf-board") == whole.text.count("hf-board") and "theme-dark" not in changed.text


def test_a_kernel_sees_no_secret_and_a_title_is_text(site: Site, leader: Visitor) -> None:
    page = leader.ask("GET", "/look?a=b").text
    seen = base64.b64decode(re.findall(r"ENV ([\w+/=]+)", page)[0]).decode()
    assert "HFWORK_RELEASE" in seen and "a=b" in seen  # it was the environment
    for secret in (PASSWORD, site.login.password, site.login.secret, *leader.cookies.values()):
        assert secret not in page and secret not in seen
    assert "argon2" not in seen and "COOKIE" not in seen.upper()
    assert "<title>&lt;b&gt;x</title>" in page


def test_a_failing_cell_shows_no_traceback(leader: Visitor) -> None:
    page = leader.ask("GET", "/fails").text
    assert "</html>" in page and "4711" not in page and "Traceback" not in page and "ValueError" not in page


# -- first the page, then the kernel


class Wire:
    """A plain connection that has asked for a page and reads as it comes."""

    def __init__(self, visitor: Visitor, path: str = "/overview") -> None:
        parts = urllib.parse.urlsplit(visitor.url)
        self.line = socket.create_connection((parts.hostname, parts.port), timeout=60)
        self.begun, self.content = time.monotonic(), b""
        head = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nCookie: {visitor.cookie}\r\nConnection: close\r\n\r\n"
        self.line.sendall(head.encode())

    def read_to(self, mark: bytes) -> float:
        """Read until the mark has come, and say after how many seconds it had."""
        while mark not in self.content:
            piece = self.line.recv(1 << 16)
            assert piece, self.content[-500:]
            self.content += piece
        return time.monotonic() - self.begun

    def ended(self) -> bool:
        """Whether the document has come to its end; reads what is there."""
        if b"</html>" not in self.content and select.select([self.line], [], [], 0.05)[0]:
            self.content += self.line.recv(1 << 16)
        return b"</html>" in self.content


def test_the_drawn_page_comes_before_any_kernel(site: Site, leader: Visitor) -> None:
    before, wire = site.started(), Wire(leader)
    wire.read_to(DRAWN)
    assert site.started() == before and b"kernelId" not in wire.content
    wire.read_to(b"</html>")
    assert site.started() == before + 1 and b"kernelId" in wire.content


def test_who_leaves_at_once_starts_no_kernel(site: Site, leader: Visitor) -> None:
    before = site.started()
    wires = [Wire(leader) for _ in range(30)]
    waited = [wire.read_to(DRAWN) for wire in wires]
    for wire in wires:
        wire.line.close()
    assert max(waited) < 5
    time.sleep(2)
    assert site.started() <= before + 2  # the first may have got theirs on a slow machine
    assert leader.ask("GET", "/overview").text.count("kernelId") == 1  # and nothing is stuck


def test_only_two_kernels_start_at_a_time(site: Site, leader: Visitor) -> None:
    before = site.started()
    wires = [Wire(leader) for _ in range(6)]
    for wire in wires:
        wire.read_to(DRAWN)
    waiting, running = list(wires), []
    while waiting:
        for wire in [w for w in waiting if w.ended()]:
            waiting.remove(wire)
        running.append(site.started() - before - (len(wires) - len(waiting)))
    # Two run; two more may have begun before their ends were read here.
    assert running[0] < 6 and max(running) <= 4 and site.started() == before + 6


# -- a kernel runs its notebook and nothing else

TRIED = ["execute_request", "complete_request", "inspect_request", "history_request", "debug_request", "input_reply",
         "is_complete_request", "interrupt_request", "usage_request", "create_subshell_request"]  # fmt: skip


def message(kind: str, channel: str, content: dict[str, Any]) -> dict[str, Any]:
    head = {"msg_id": f"{kind}-{channel}", "msg_type": kind, "session": "s", "version": "5.3"}
    head["username"] = uuid.uuid4().hex  # a kernel hears no message twice
    head["date"] = "2018-06-30T00:00:00Z"
    parts = {"parent_header": {}, "metadata": {}, "content": content, "buffers": [], "channel": channel}
    return {"header": head, "msg_id": head["msg_id"], "msg_type": kind, **parts}


@pytest.mark.parametrize("wire", ["", WIRE], ids=["json", "binary"])
def test_a_visitor_cannot_have_code_run(leader: Visitor, kernel: str, tmp_path: Path, wire: str) -> None:
    mark = tmp_path / "written"
    code = {"code": f"open({str(mark)!r}, 'w')", "silent": False, "store_history": False, "user_expressions": {}}
    code |= {"allow_stdin": False, "stop_on_error": False, "cursor_pos": 1, "value": "x", "detail_level": 0}
    code |= {"type": "request", "seq": 1, "command": "evaluate", "arguments": {"expression": code["code"]}}

    def packed(made: dict[str, Any]) -> str | bytes:
        if not wire:
            return json.dumps(made)
        return bytes(serialize_msg_to_ws_v1(made, made["channel"], lambda part: json.dumps(part).encode()))

    def unpacked(got: str | bytes) -> dict[str, Any]:
        if isinstance(got, str):
            return json.loads(got)  # type: ignore[no-any-return]
        count = int.from_bytes(got[:8], "little")
        ends = [int.from_bytes(got[8 * (n + 1) : 8 * (n + 2)], "little") for n in range(count)]
        parts = [got[a:b] for a, b in pairwise(ends)]
        return {"header": json.loads(parts[1]), "parent_header": json.loads(parts[2])}

    async def talk() -> list[dict[str, Any]]:
        line = await websocket_connect(leader.socket_to(kernel), subprotocols=[wire] if wire else None)
        assert line.selected_subprotocol == (wire or None)
        for kind in TRIED:
            for channel in ("shell", "control", "stdin", "iopub"):
                await line.write_message(packed(message(kind, channel, code)), binary=bool(wire))
        if not wire:  # two names in one header: who checks the one must not send the other
            twice = json.dumps(message("execute_request", "shell", code)).replace("execute_request-shell", "twice")
            name = '"msg_type": "execute_request"'
            await line.write_message(twice.replace(name, name + ', "msg_type": "kernel_info_request"'))
            await line.write_message(twice.replace(name, '"msg_type": "kernel_info_request", ' + name))
        await line.write_message(packed(message("kernel_info_request", "shell", {})), binary=bool(wire))
        heard = []
        while not heard or heard[-1]["parent_header"].get("msg_id") != "kernel_info_request-shell":
            got = await asyncio.wait_for(line.read_message(), 30)
            assert got is not None
            heard.append(unpacked(got))
        with_time = asyncio.get_running_loop().time() + 1
        while (left := with_time - asyncio.get_running_loop().time()) > 0:  # an answer may come late
            try:
                heard.append(unpacked(await asyncio.wait_for(line.read_message(), left)))  # type: ignore[arg-type]
            except TimeoutError:
                break
        line.close()
        return heard

    answered = {str(got["parent_header"].get("msg_id")) for got in asyncio.run(talk())}
    assert "kernel_info_request-shell" in answered  # the line was open
    assert not [name for name in answered if name.rpartition("-")[0] in TRIED]
    assert not mark.exists()


def test_a_closed_page_takes_its_kernel_along(leader: Visitor) -> None:
    own = re.findall(r'"kernelId": "([\w-]+)"', leader.ask("GET", "/overview").text)[0]
    assert leader.ask("POST", f"/voila/api/shutdown/{own}").status == 403  # not from a page elsewhere
    assert leader.ask("POST", f"/voila/api/shutdown/{own}", {"_xsrf": leader.cookies["_xsrf"]}).status == 204
    assert leader.ask("GET", f"/api/kernels/{own}").status == 404
