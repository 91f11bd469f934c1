"""Evaluating the plain arithmetic of a cell's formula by ourselves, without a spreadsheet program."""

from __future__ import annotations

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)"
    r"|(?P<cell>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?\$?[A-Za-z]{1,3}\$?\d+)(?![\w(])"
    r"|(?P<sign>[-+*/^()]))"
)


class Unknown(Exception):
    """A formula that is more than arithmetic over cells that hold numbers."""


Look = Callable[[str, str], float]  # (sheet, or "" for the formula's own; cell as ``B7``) → number; raises ``Unknown``


def evaluate(said: str, look: Look) -> float:
    """The value of ``=E5*G5/F5``: numbers, cells, ``+ - * / ^`` and brackets. Raises ``Unknown`` for all else."""
    tokens, at = [], 0
    said = said.removeprefix("=").rstrip()
    while at < len(said):
        found = _TOKEN.match(said, at)
        if not found:
            raise Unknown(said)
        tokens.append((str(found.lastgroup), found.group(str(found.lastgroup))))
        at = found.end()
    reader = _Reader(tokens, look)
    try:
        value = reader.total()
    except (ZeroDivisionError, OverflowError, RecursionError, TypeError) as failed:
        raise Unknown(said) from failed
    if reader.left() or isinstance(value, complex):
        raise Unknown(said)
    return value


class _Reader:
    """One pass over the tokens, each method reads what binds closer than the one before."""

    def __init__(self, tokens: list[tuple[str, str]], look: Look) -> None:
        self._tokens, self._look = tokens[::-1], look

    def left(self) -> bool:
        """Whether something stands behind the end."""
        return bool(self._tokens)

    def total(self) -> float:
        value = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            value = value + other if sign == "+" else value - other
        return value

    def _product(self) -> float:
        value = self._power()
        while sign := self._take("*", "/"):
            other = self._power()
            value = value * other if sign == "*" else value / other
        return value

    def _power(self) -> float:
        value = self._single()
        while self._take("^"):
            value = value ** self._single()
        return value

    def _single(self) -> float:
        if sign := self._take("-", "+"):
            value = self._single()
            return -value if sign == "-" else value
        if self._take("("):
            value = self.total()
            if not self._take(")"):
                raise Unknown("(")
            return value
        kind, said = self._tokens.pop() if self._tokens else ("", "")
        if kind == "number":
            return float(said)
        if kind != "cell":
            raise Unknown(said)
        sheet, _, cell = said.rpartition("!")
        if sheet.startswith("'"):
            sheet = sheet[1:-1].replace("''", "'")
        return self._look(sheet, cell.replace("$", "").upper())

    def _take(self, *signs: str) -> str:
        if self._tokens and self._tokens[-1][0] == "sign" and self._tokens[-1][1] in signs:
            return self._tokens.pop()[1]
        return ""
