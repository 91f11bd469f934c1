"""A page's cells and counts as short strings, so that a phone can load forty thousand figures.

A number takes one sign below 44, two below 1,936, three below 85,184; what repeats is written once in a list of
``marks``. ``template/static/model.js`` reads the same in the browser; a browser test keeps the two equal.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hfwork.release.receipts import ALPHABET, check_character

# What stands unescaped in JSON and inside an HTML element; the first half ends a number, the second goes on.
SIGNS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"'&<>\\")
BASE = len(SIGNS) // 2
_VALUE = {sign: value for value, sign in enumerate(SIGNS)}
COUNTED = ("value", "unstable")  # the states with counts; only the first has a value
Cell = Mapping[str, Any]


def pack(numbers: Iterable[int]) -> str:
    """Whole numbers from 0 as one string; ``unpack`` gives them back."""
    signs = []
    for number in numbers:
        while number >= BASE:
            signs.append(SIGNS[BASE + number % BASE])
            number //= BASE
        signs.append(SIGNS[number])
    return "".join(signs)


def unpack(packed: str) -> list[int]:
    """The numbers of a packed string."""
    numbers, number, unit = [], 0, 1
    for sign in packed:
        value = _VALUE[sign]
        if value < BASE:
            numbers.append(number + value * unit)
            number, unit = 0, 1
        else:
            number += (value - BASE) * unit
            unit *= BASE
    return numbers


def pack_cells(cells: Iterable[Cell], periods: Sequence[int], places: int, decimals: int) -> dict[str, Any]:
    """The cells of one indicator: place by place (−1, the district, first), period by period.

    ``cells`` have ``place period`` (indexes), ``state reason status grade target apportioned numerator denominator
    value lower95 upper95 receipt merge``, the last from ``steadiness``. Limits are kept with ``decimals``; a count
    shared out has two.
    """
    at = {(cell["place"], cell["period"]): cell for cell in cells}
    units = any(place >= 0 for place, _ in at)
    marks: dict[tuple[Any, ...], int] = {}
    found, numbers, codes = [], list[int](), bytearray()
    for place in range(-1, places if units else 0):
        for period in periods:
            cell = at.get((place, period))
            if cell is None:
                found.append(0)
                continue
            has, own = _numbers(cell, decimals)
            mark = (*(str(cell[key]) for key in ("state", "reason", "status", "grade")),
                    _plain(cell["target"]), int(bool(cell["apportioned"])), has, int(cell["merge"]))  # fmt: skip
            found.append(marks.setdefault(mark, len(marks) + 1))
            numbers += own
            if has:
                codes += _receipt_bytes(cell["receipt"])
    return {
        "units": int(units),
        "marks": [list(mark) for mark in marks],
        "mark": pack(found),
        "numbers": pack(numbers),
        "receipts": base64.b64encode(codes).decode(),
    }


def unpack_cells(block: Cell, periods: Sequence[int], places: int, indicator: Cell) -> Iterator[dict[str, Any]]:
    """The cells of a packed block; ``indicator`` has ``factor`` and ``decimals``."""
    numbers, codes, issued = iter(unpack(block["numbers"])), base64.b64decode(block["receipts"]), 0
    marks = iter(unpack(block["mark"]))
    for place in range(-1, places if block["units"] else 0):
        for period in periods:
            mark = next(marks)
            if not mark:
                continue
            state, reason, status, grade, target, apportioned, has, merge = block["marks"][mark - 1]
            cell = {"place": place, "period": period, "state": state, "reason": reason, "status": status,
                    "grade": grade, "target": target, "apportioned": bool(apportioned), "numerator": None,
                    "denominator": None, "value": None, "lower95": None, "upper95": None, "receipt": "",
                    "merge": merge}  # fmt: skip
            if has:
                share = 100 if "h" in has else 1
                cell["numerator"] = cell["value"] = next(numbers) / share
                if "d" in has:
                    cell["denominator"] = next(numbers) / share
                    cell["value"] = cell["numerator"] * indicator["factor"] / cell["denominator"]
                if "i" in has:
                    scale = 10 ** indicator["decimals"]
                    middle = units_of(cell["value"], indicator["decimals"])
                    cell["lower95"] = (middle - next(numbers)) / scale
                    cell["upper95"] = (middle + next(numbers)) / scale
                if state == "unstable":
                    cell["value"] = None
                cell["receipt"] = _receipt(codes[5 * issued : 5 * issued + 5])
                issued += 1
            yield cell


def units_of(value: float, decimals: int) -> int:
    """A value in units of its last decimal, rounded as ``text.number`` rounds."""
    return int(math.copysign(math.floor(abs(value) * 10**decimals + 0.5 + 1e-9), value))


def _numbers(cell: Cell, decimals: int) -> tuple[str, list[int]]:
    """Which numbers a cell has (n d i, h: hundredths) and the numbers: counts, then the limits' distances."""
    if cell["state"] not in COUNTED or _plain(cell["numerator"]) is None:
        return "", []
    counts = [cell["numerator"]] + ([] if _plain(cell["denominator"]) is None else [cell["denominator"]])
    share = 1 if all(float(count).is_integer() for count in counts) else 100
    has, numbers = "nd"[: len(counts)], [round(count * share) for count in counts]
    if _plain(cell["lower95"]) is not None:
        middle = units_of(cell["value"], decimals)
        numbers += [middle - units_of(cell["lower95"], decimals), units_of(cell["upper95"], decimals) - middle]
        has += "i"
    return has + "h" * (share > 1), numbers


def _plain(value: Any) -> float | int | None:
    if value is None or math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 4)


def _receipt_bytes(code: str) -> bytes:
    number = 0
    for letter in code.removeprefix("HF-").replace("-", "")[:8]:
        number = number * 32 + ALPHABET.index(letter)
    return number.to_bytes(5, "big")


def _receipt(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    body = "".join(ALPHABET[(number >> (5 * i)) & 31] for i in range(7, -1, -1))
    return f"HF-{body[:4]}-{body[4:]}-{check_character(body)}"


def columns(page: Cell) -> dict[str, list[Any]]:
    """All cells of a page as columns; ``indicator place period`` are indexes, place −1 is the district."""
    made: dict[str, list[Any]] = {}
    for row, (block, indicator) in enumerate(zip(page["cells"], page["indicators"], strict=True)):
        for cell in unpack_cells(block, indicator["at"], len(page["places"]), indicator):
            for key, value in {"indicator": row, **cell}.items():
                made.setdefault(key, []).append(value)
    return made
