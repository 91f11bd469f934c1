"""Many visitors at one moment: each reads the page to its end and stays with its kernel, as a browser does."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import websocket  # jupyter_server's own

from benchmarks.pages.figures import DRAWN_PART_ENDS

PATIENCE = 180.0
_KERNEL = re.compile(rb'"kernelId": "([0-9a-f-]{36})"')


@dataclass
class Served:
    """Seconds from asking: to all that drawing needs, to the end of the document, to the kernel's first answer."""

    drawn: float
    whole: float
    kernel: float


class Burst:
    """``count`` visitors of a page, off at once; they stay until ``leave`` is called."""

    def __init__(self, url: str, count: int) -> None:
        self.url, self.count = url, count
        self._gate, self._stay, self._arrived = threading.Barrier(count), threading.Event(), threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(count)
        self._visits = [self._pool.submit(self._visit) for _ in range(count)]

    def wait(self) -> None:
        """Until each is served or has failed."""
        for _ in range(self.count):
            self._arrived.acquire()

    def leave(self) -> tuple[list[Served], list[str]]:
        """Let all go; what each was served, and what went wrong for the others."""
        self._stay.set()
        self._pool.shutdown()
        wrong = [visit.exception() for visit in self._visits]
        served = [visit.result() for visit, error in zip(self._visits, wrong, strict=True) if error is None]
        return served, [f"{type(error).__name__}: {error}" for error in wrong if error]

    def _visit(self) -> Served:
        try:
            self._gate.wait()
            start = time.monotonic()
            document, drawn = b"", 0.0
            with urllib.request.urlopen(self.url, timeout=PATIENCE) as answer:
                while piece := answer.read1(65536):
                    document += piece
                    if not drawn and DRAWN_PART_ENDS in document:
                        drawn = time.monotonic() - start
            whole = time.monotonic() - start
            kernel = _KERNEL.search(document)
            if not drawn or not kernel:
                raise ValueError("no drawn part" if kernel else "no kernel")
            with closing(_ask(self.url, kernel[1].decode())):
                served = Served(drawn, whole, time.monotonic() - start)
                self._arrived.release()
                self._stay.wait(PATIENCE)
                return served
        except BaseException:
            self._arrived.release()
            raise


def _ask(url: str, kernel: str) -> websocket.WebSocket:
    """A connection to a kernel that has answered who it is."""
    at = urlsplit(url)
    socket = websocket.create_connection(
        f"ws://{at.netloc}/api/kernels/{kernel}/channels", timeout=PATIENCE, origin=f"http://{at.netloc}"
    )
    one, session = uuid.uuid4().hex, uuid.uuid4().hex
    header = {"msg_id": one, "msg_type": "kernel_info_request", "username": "", "session": session, "version": "5.3"}
    message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": {}, "buffers": []}
    socket.send(json.dumps(message))
    while True:
        heard = json.loads(socket.recv())
        if heard.get("channel") == "shell" and heard["header"]["msg_type"] == "kernel_info_reply":
            return socket
