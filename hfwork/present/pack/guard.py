"""Looks at an office file that people hand back before any reader does: its size, and what it unpacks to."""

from __future__ import annotations

import io
import zipfile
import zlib

from hfwork.errors import HfworkError

SIZE_LIMIT = 300 * 2**20  # bytes of one file; people put pictures and films into decks
UNPACKED_LIMIT = 800 * 2**20  # bytes of all its members together
RATIO_LIMIT = 100  # unpacked : packed of one member, looked at once it unpacks to more than RATIO_FLOOR
RATIO_FLOOR = 30 * 2**20
MEMBER_LIMIT = 20_000
MANIFEST_LIMIT = 100 * 2**20


def package(content: bytes) -> bytes:
    """The bytes of a zip package as they came. Raises ``pack_unreadable`` for none, ``pack_too_large`` for a bomb."""
    if len(content) > SIZE_LIMIT:
        raise HfworkError("pack_too_large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, ValueError, NotImplementedError) as problem:
        raise HfworkError("pack_unreadable", why=type(problem).__name__) from problem
    swollen = any(m.file_size > RATIO_FLOOR and m.file_size > RATIO_LIMIT * m.compress_size for m in members)
    if swollen or len(members) > MEMBER_LIMIT or sum(m.file_size for m in members) > UNPACKED_LIMIT:
        raise HfworkError("pack_too_large")
    return content
