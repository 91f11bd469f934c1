"""The password of the page server: chosen or made up at the first start, kept only as a hash, slow to guess."""

from __future__ import annotations

import json
import math
import os
import secrets
import tempfile
import time
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hfwork import text
from hfwork.errors import HfworkError

SHORTEST = 8
FREE = 5  # wrong tries in a row before each further one costs a pause
LONGEST_PAUSE = 60  # seconds; anybody can make everybody wait this long, so it may not be longer
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud


@dataclass(frozen=True)
class Login:
    """What lets visitors in: the hash of the password, and the secret that signs their cookies."""

    password: str = field(repr=False)
    secret: str = field(repr=False, default_factory=lambda: secrets.token_hex(32))


@dataclass
class Entry:
    """The login of a server about to start; ``words`` is a password made up for it, to be shown once."""

    login: Login
    file: Path
    new: bool = False
    words: str = field(default="", repr=False)

    def keep(self) -> str:
        """Write a new login to its file and return what to tell the person who starts the server, if anything."""
        if self.new:
            write(self.login, self.file)
        return text.say("serve.password", password=self.words) if self.words else ""


def entry(release: str | Path, ask: Callable[[str], str] | None = None, *, renew: bool = False) -> Entry:
    """The login kept for a release, or a new one at the first start and with ``renew``.

    ``ask`` shows a prompt and returns what was typed; without it, or when nothing is typed, a password is made up.
    Raises ``HfworkError``: ``bad_login``, ``open_login``.
    """
    file = file_for(release)
    if not renew and (login := read(file)):
        return Entry(login, file)
    typed = _typed(ask) if ask else ""
    words = "" if typed else "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    return Entry(made(typed or words), file, True, words)


def file_for(release: str | Path) -> Path:
    """Where the login of a release's server is kept.

    ``login.json`` in the folder HFWORK_STATE; else in the workspace around the release; else, for a release that
    stands alone, in the user's own folder of states (XDG_STATE_HOME or ``~/.local/state``, there ``hfwork``).
    """
    around = (parent for parent in Path(release).resolve().parents if (parent / "workspace.yaml").is_file())
    own = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "hfwork"
    return Path(os.environ.get("HFWORK_STATE") or next(around, own)) / "login.json"


def made(password: str) -> Login:
    """A login with this password and a secret of its own: whoever was logged in with an older one is out."""
    from jupyter_server.auth.security import passwd  # argon2; only where a password is set

    return Login(passwd(plain(password)))


def read(file: Path) -> Login | None:
    """The login kept in a file, None where there is no file yet.

    Raises ``HfworkError('bad_login')`` for one that cannot be understood – a server without its login must not
    start – and ``open_login`` for one that others may read.
    """
    try:
        content = file.read_text("utf-8")
    except FileNotFoundError:
        return None
    if os.name != "nt" and file.stat().st_mode & 0o077:
        raise HfworkError("open_login", given=file)
    try:
        login = Login(**json.loads(content))
        if ":" in login.password and len(bytes.fromhex(login.secret)) >= 32:
            return login
    except (ValueError, TypeError):
        pass
    raise HfworkError("bad_login", given=file)


def write(login: Login, file: Path) -> None:
    """Keep a login for its owner's eyes only, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".login-", dir=file.parent)  # made with mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as part:
            json.dump(asdict(login), part)
            part.flush()
            os.fsync(part.fileno())
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def plain(password: str) -> str:
    """As typed with a Chinese keyboard, or pasted with a space too many: the same password."""
    return unicodedata.normalize("NFKC", password).strip()


class Gate:
    """Checks passwords and makes guessing slow: after five wrong ones in a row each costs a pause that doubles.

    One count for all visitors, since behind a proxy they come from one address. A check takes a fraction of a
    second and holds up everything else meanwhile; on purpose, for so no two tries pass the count together.
    """

    def __init__(self, hashed: str) -> None:
        self.hashed = hashed
        self.wrong = 0
        self.until = 0.0

    def wait(self) -> int:
        """Seconds until the next try is heard; a try before that is neither checked nor counted."""
        return max(0, math.ceil(self.until - time.monotonic()))

    def opens(self, password: str) -> bool:
        """Whether this is the password."""
        from jupyter_server.auth.security import passwd_check

        if passwd_check(self.hashed, plain(password)):
            self.wrong = 0
            return True
        self.wrong += 1
        if self.wrong >= FREE:
            self.until = time.monotonic() + min(2 ** min(self.wrong - FREE + 1, 10), LONGEST_PAUSE)
        return False


def _typed(ask: Callable[[str], str]) -> str:
    """A password typed twice alike and long enough, or nothing."""
    prompt = text.say("serve.ask", n=SHORTEST)
    problem = ""
    while True:
        try:
            first = ask(problem + prompt)
            if not plain(first):
                return ""
            if len(plain(first)) < SHORTEST:
                problem = text.say("serve.short", n=SHORTEST) + "\n"
            elif plain(ask(text.say("serve.again"))) == plain(first):
                return first
            else:
                problem = text.say("serve.differ") + "\n"
        except EOFError:  # the terminal was closed
            raise KeyboardInterrupt from None
