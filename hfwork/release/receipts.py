"""A receipt for every published figure: a short printable code with a check character."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable

from hfwork.errors import HfworkError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
_READ_AS = str.maketrans("ILO", "110")
_BODY = 8


def issue(release: str, keys: Iterable[str], taken: Container[str] = ()) -> list[str]:
    """One code per key, e.g. ``HF-7K3M-92QD-5``: from the release id and the key, unlike any in ``taken``.

    40 bits collide now and then within a million figures; a code already in use is drawn again.
    """
    codes: list[str] = []
    own: set[str] = set()
    for key in keys:
        turn = 0
        while True:
            digest = hashlib.sha256(f"{release}|{key}|{turn}".encode()).digest()
            bits = int.from_bytes(digest[:5], "big")
            body = "".join(ALPHABET[(bits >> (5 * i)) & 31] for i in range(_BODY))
            code = f"HF-{body[:4]}-{body[4:]}-{check_character(body)}"
            if code not in own and code not in taken:
                break
            turn += 1
        own.add(code)
        codes.append(code)
    return codes


def check_character(body: str) -> str:
    """Weighted sum modulo 31: finds every wrong character (but 0 for Z) and every swap of neighbours."""
    total = sum((i + 1) * ALPHABET.index(letter) for i, letter in enumerate(body))
    return ALPHABET[total % 31]


def read(code: str) -> str:
    """A code as people type it, in its printed form; a mistyped one is refused before any search."""
    plain = _plain(code)
    if len(plain) != _BODY + 1 or any(letter not in ALPHABET for letter in plain):
        raise HfworkError("bad_receipt", given=code)
    if check_character(plain[:_BODY]) != plain[_BODY]:
        raise HfworkError("mistyped_receipt", given=code)
    return f"HF-{plain[:4]}-{plain[4:8]}-{plain[8]}"


def _plain(code: str) -> str:
    plain = re.sub(r"[^0-9A-Z]", "", str(code).upper())
    if len(plain) != _BODY + 1:  # a code may itself begin with HF
        plain = plain.removeprefix("HF")
    return plain.translate(_READ_AS)


def slips(code: str, known: Container[str]) -> list[str]:
    """The known receipts one slip away: a character wrong, missing or too many, or two neighbours swapped."""
    plain = _plain(code)
    if not _BODY <= len(plain) <= _BODY + 2:
        return []
    tried = {plain[:i] + a + plain[i + 1 :] for i in range(len(plain)) for a in ALPHABET}
    tried |= {plain[:i] + a + plain[i:] for i in range(len(plain) + 1) for a in ALPHABET}
    tried |= {plain[:i] + plain[i + 1 :] for i in range(len(plain))}
    tried |= {plain[:i] + plain[i + 1] + plain[i] + plain[i + 2 :] for i in range(len(plain) - 1)}
    codes = [f"HF-{body[:4]}-{body[4:8]}-{body[8:]}" for body in sorted(tried) if len(body) == _BODY + 1]
    return [found for found in codes if found in known]
