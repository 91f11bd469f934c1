"""What may be typed on the command line, and what was probably meant, in both languages."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from hfwork import __version__, text
from hfwork.errors import HfworkError

USAGE_ERRORS = (
    "usage", "unknown_command", "unknown_option", "unknown_language", "missing_argument", "missing_value",
    "needless_value", "not_together", "too_many", "bad_port", "empty_word",
    "unknown_verb", "pack_one", "no_meeting", "unknown_meeting",
)  # fmt: skip
_BEFORE = ("--lang", "--workspace")  # options with a value that may stand before the command
_NUMBER = re.compile(r"-\d+")
_COMPLAINTS = (  # argparse's own words, which it cannot say in Chinese
    ("missing_argument", re.compile(r"the following arguments are required: (.*)")),
    ("missing_value", re.compile(r"argument (.*): expected .*argument.*")),
    ("needless_value", re.compile(r"argument (.*): ignored explicit argument.*")),
    ("not_together", re.compile(r"argument (.*): not allowed with argument (?P<other>.*)")),
)


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are ``HfworkError`` and whose headings are in the chosen language."""

    def __init__(self, **settings: Any) -> None:
        settings |= {"add_help": False, "allow_abbrev": False, "formatter_class": _Help}
        super().__init__(**settings)
        self._positionals.title, self._optionals.title = text.say("cli.arguments"), text.say("cli.options")

    def add_helpers(self) -> None:
        """--help, and what every command takes; a value given before the command stays."""
        self.add_argument("-h", "--help", action="help", help=text.say("cli.help"))
        given = {"default": argparse.SUPPRESS}
        self.add_argument("--workspace", metavar="DIR", help=text.say("cli.workspace"), **given)  # type: ignore[arg-type]
        self.add_argument("--lang", type=language, metavar="zh|en", help=text.say("cli.lang"), **given)  # type: ignore[arg-type]

    @property
    def usage_line(self) -> str:
        """How the command is written, on one line."""
        return " ".join(self.format_usage().split()[1:])

    def error(self, message: str) -> NoReturn:
        """Argparse's complaint in the user's language."""
        for code, pattern in _COMPLAINTS:
            if match := pattern.fullmatch(message):
                other = match[match.re.groups]
                raise HfworkError(code, given=match[1], other=other, usage=self.usage_line)
        raise HfworkError("usage", given=message, usage=self.usage_line)


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, prefix if prefix is not None else text.say("cli.usage") + " ")


def choose_language(arguments: Sequence[str]) -> None:
    """Use the language asked for before anything is read, so that help and every mistake are in it too."""
    for position, word in enumerate(arguments):
        name, _, given = word.partition("=")
        if word == "--":
            return
        if name == "--lang":
            given = given or " ".join(arguments[position + 1 : position + 2])
            if given.strip().lower() in text.LANGUAGES:
                text.use(given.strip().lower())


def parser(commands: dict[str, Callable[..., None]]) -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole line and that of each command; ``commands`` maps names to what they run."""
    whole = Parser(prog="hfwork", description=text.say("cli.about"))
    whole.add_helpers()
    whole.add_argument("--version", action="version", version=__version__, help=text.say("cli.version"))
    whole.set_defaults(workspace=os.environ.get("HFWORK_WORKSPACE", ""), run=None)
    group = whole.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser, title=text.say("cli.commands"))
    made: dict[str, Parser] = {}
    for name, run in commands.items():
        made[name] = group.add_parser(name, prog=f"hfwork {name}", help=text.say(f"cli.{name}"))
        made[name].add_helpers()
        made[name].set_defaults(run=run)
    _arguments(made)
    return whole, made


def _arguments(made: dict[str, Parser]) -> None:
    """What each command takes."""

    def plan(name: str, default: str | None) -> None:
        made[name].add_argument("--plan", default=default, metavar="NAME", help=text.say("cli.in"))

    def port_of(name: str) -> None:
        made[name].add_argument("--port", type=port, default=8866, metavar="PORT", help=text.say("cli.port"))

    made["demo"].add_argument("--small", action="store_true", help=text.say("cli.small"))
    plan("demo", "ninghe-2016")
    made["demo"].add_argument("--no-serve", action="store_true", help=text.say("cli.no_serve"))
    port_of("demo")
    made["init"].add_argument("folder", metavar="DIR", help=text.say("cli.folder"))
    plan("init", "ninghe-2016")
    for name in ("table", "place", "period"):
        made["template"].add_argument(name, metavar=name.upper(), help=text.say(f"cli.{name}"))
    made["template"].add_argument("--out", default=".", metavar="DIR", help=text.say("cli.out"))
    for name in ("receive", "correct", "check"):
        made[name].add_argument("files", nargs="+", metavar="FILE", help=text.say("cli.file"))
        made[name].add_argument("--set-aside", action="store_true", help=text.say("cli.set_aside"))
    made["build"].add_argument("--as-of", required=True, metavar="DATE", help=text.say("cli.as_of"))
    made["publish"].add_argument("release", nargs="?", metavar="ID", help=text.say("cli.id"))
    made["trace"].add_argument("code", metavar="CODE", help=text.say("cli.code"))
    port_of("serve")
    for name in ("serve", "board", "pack"):
        made[name].add_argument("--release", metavar="DIR", help=text.say("cli.release"))
    made["board"].add_argument("--out", required=True, metavar="FILE.html", help=text.say("cli.out_html"))
    made["pack"].add_argument("what", nargs="*", metavar="refresh FILE|verify DIR", help=text.say("cli.pack_what"))
    made["pack"].add_argument("--meeting", metavar="midterm|annual|acceptance", help=text.say("cli.meeting"))
    made["pack"].add_argument("--out", metavar="DIR", help=text.say("cli.out_pack"))
    for_login = made["serve"].add_mutually_exclusive_group()
    for_login.add_argument("--no-login", action="store_true", help=text.say("cli.no_login"))
    for_login.add_argument("--new-password", action="store_true", help=text.say("cli.new_password"))
    plan("plan", None)
    made["plan"].add_argument("--catalogue", metavar="FILE", help=text.say("cli.catalogue"))
    made["compare"].add_argument("old", metavar="OLD", help=text.say("cli.old"))
    made["compare"].add_argument("new", metavar="NEW", help=text.say("cli.new"))
    made["compare"].add_argument("--out", metavar="FILE.csv", help=text.say("cli.out_csv"))


def read(arguments: Sequence[str], commands: dict[str, Callable[..., None]]) -> argparse.Namespace:
    """The line as options; a misspelt command or option is named before anything it leaves missing.

    Raises ``HfworkError`` with one of ``USAGE_ERRORS``; ``--help`` and ``--version`` raise ``SystemExit(0)``.
    """
    whole, made = parser(commands)
    position = _command_at(arguments)
    named = arguments[position] if position < len(arguments) else None
    _check_options(arguments[:position], whole)
    if named is None:
        return whole.parse_args([*arguments, "--help"])
    if named not in made:
        raise HfworkError("unknown_command", given=named, allowed=made)
    _check_options(arguments[position + 1 :], made[named])
    if "" in arguments or any(word.endswith("=") for word in arguments if word.startswith("--")):
        raise HfworkError("empty_word", usage=made[named].usage_line)  # a variable of a script that was never set
    options, surplus = whole.parse_known_args(arguments)
    if surplus:
        raise HfworkError("too_many", given=surplus[0], usage=made[named].usage_line)
    return options


def _command_at(arguments: Sequence[str]) -> int:
    """Where the command stands: the first word that is neither an option nor its value."""
    position = 0
    while position < len(arguments) and arguments[position].startswith("-"):
        position += 2 if arguments[position] in _BEFORE else 1
    return min(position, len(arguments))


def _check_options(words: Iterable[str], command: Parser) -> None:
    allowed = [name for action in command._actions for name in action.option_strings]
    for word in words:
        if word == "--":
            return
        name = word.partition("=")[0]
        if len(word) > 1 and word.startswith("-") and name not in allowed and not _NUMBER.fullmatch(word):
            raise HfworkError("unknown_option", given=name, allowed=allowed)


def language(given: str) -> str:
    """zh or en."""
    if given.strip().lower() not in text.LANGUAGES:
        raise HfworkError("unknown_language", given=given, allowed=text.LANGUAGES)
    return given.strip().lower()


def port(given: str) -> int:
    """A port number; 0 takes a free one."""
    if not re.fullmatch(r"[0-9]{1,5}", given) or int(given) > 65535:
        raise HfworkError("bad_port", given=given)
    return int(given)


def typed(given: str) -> str:
    """As typed with a Chinese keyboard: ２０１８－０６ → 2018-06."""
    return unicodedata.normalize("NFKC", given).strip()


def day(given: str, today: dt.date) -> dt.date:
    """A day that is not after ``today``. Raises ``bad_day``, ``future_day``."""
    written = typed(given)
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
            raise ValueError
        found = dt.date.fromisoformat(written)
    except ValueError:
        problem = HfworkError("bad_day", given=given)
        problem.meant = _nearest_day(written)
        raise problem from None
    if found > today:
        raise HfworkError("future_day", given=given, today=today)
    return found


def _nearest_day(written: str) -> list[str]:
    """2018/6/31 → 2018-06-30."""
    numbers = re.fullmatch(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?", written)
    if not numbers:
        return []
    year, month, last = (int(number) for number in numbers.groups())
    for day_of_month in range(last, max(last - 4, 0), -1):
        with suppress(ValueError):
            return [dt.date(year, month, day_of_month).isoformat()]
    return []
