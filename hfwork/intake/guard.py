"""Looks at a received file before any parser does: size, kind, unpacked size, far-away cells."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from hfwork.errors import HfworkError

SIZE_LIMIT = 120 * 2**20  # bytes of one received file
UNPACKED_LIMIT = 800 * 2**20  # bytes of all its members together
RATIO_LIMIT = 100  # unpacked : packed, looked at once the unpacked size passes RATIO_FLOOR
RATIO_FLOOR = 30 * 2**20
MEMBER_LIMIT = 2_000
ROW_LIMIT = 500_000
COLUMN_LIMIT = 200
KINDS = ("xlsx", "xls", "ods", "csv")

_CHUNK = 4 * 2**20
_OVERLAP = 4_096  # kept between two chunks, so that a cell cut in two is still seen whole
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A reference beyond column GR (200) or row 499,999; only when it holds something is the cell refused.
_FAR = re.compile(
    rb"""r\s*=\s*["'](?:(?:[A-Z]{3,}|G[S-Z]|[H-Z][A-Z])\d+|[A-Z]+(?:[5-9]\d{5}|\d{7,}))["'][^>]*(?<!/)>"""
)
_SHEET = re.compile(r"xl/worksheets/.*\.xml|content\.xml")
_WIDE_ODS = re.compile(rb"""<table:table-cell\b(?=[^>]*office:value)[^>]*columns-repeated\s*=\s*["'](\d+)""")
_FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Z]+)(\d+)["'][^>]*>\s*"""
    rb"""<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*"""
    rb"""</(?:\w+:)?c>"""
)


def kind_of(data: bytes, name: str) -> str:
    """The kind of a file by its content, one of ``KINDS``; refuses what is not a workbook.

    Raises ``file_empty``, ``file_too_large``, ``workbook_encrypted``, ``not_a_workbook``.
    """
    if not data.strip():
        raise HfworkError("file_empty", where=name)
    if len(data) > SIZE_LIMIT:
        raise too_large(name)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise HfworkError("workbook_encrypted", where=name)
        return "xls"
    if data.startswith(b"PK"):
        return _kind_of_zip(data, name)
    if name.lower().endswith((".csv", ".txt")):
        return "csv"
    raise HfworkError("not_a_workbook", where=name)


def _kind_of_zip(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            locked = any(member.flag_bits & 1 for member in members)
            manifest = "META-INF/manifest.xml"
            if manifest in names and archive.getinfo(manifest).file_size < 2**20:
                locked = locked or b"encryption-data" in archive.read(manifest)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, ValueError, NotImplementedError):
        raise HfworkError("workbook_damaged", where=name) from None
    if locked:
        raise HfworkError("workbook_encrypted", where=name)
    unpacked = sum(member.file_size for member in members)
    swollen = unpacked > RATIO_FLOOR and unpacked > RATIO_LIMIT * len(data)
    if len(members) > MEMBER_LIMIT or unpacked > UNPACKED_LIMIT or swollen:
        raise too_large(name)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise HfworkError("not_a_workbook", where=name)


def scan(data: bytes, kind: str, name: str) -> dict[str, list[tuple[str, int]]]:
    """Streams the sheets of a workbook and refuses cells beyond the limits.

    Returns, per sheet member, the (column letters, row) of formula cells that carry no stored value. Raises
    ``file_too_large``, ``workbook_damaged``, ``not_a_workbook`` (a file with its own XML entities).
    """
    formulas: dict[str, list[tuple[str, int]]] = {}
    if kind not in ("xlsx", "ods"):
        return formulas
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                if _SHEET.fullmatch(member):
                    formulas[member] = _scan_member(archive, member, name)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, ValueError, NotImplementedError):
        raise HfworkError("workbook_damaged", where=name) from None
    return formulas


def _scan_member(archive: zipfile.ZipFile, member: str, name: str) -> list[tuple[str, int]]:
    bare: dict[tuple[str, int], None] = {}
    kept = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            text = kept + chunk
            if b"<!ENTITY" in text:
                raise HfworkError("not_a_workbook", where=name)
            if _FAR.search(text) or any(int(n) > COLUMN_LIMIT for n in _WIDE_ODS.findall(text)):
                raise too_large(name)
            if b"<f" in text or b":f" in text:
                for letters, row in _FORMULA.findall(text):
                    bare[letters.decode(), int(row)] = None
            kept = text[-_OVERLAP:]
    return list(bare)


def too_large(name: str) -> HfworkError:
    """The refusal of a file beyond the limits."""
    return HfworkError(
        "file_too_large", where=name, size=SIZE_LIMIT // 2**20, rows=f"{ROW_LIMIT:,}", columns=COLUMN_LIMIT
    )
