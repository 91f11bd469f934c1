"""Files put in place whole, and office files made the same from the same release: nothing in them tells the hour."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import zipfile
from contextlib import suppress
from pathlib import Path

from hfwork.errors import no_access

_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_OFFICE = (".xlsx", ".docx", ".pptx")


def seal(content: bytes, day: dt.date) -> bytes:
    """The same office file with fixed times, workbooks inside charts included."""
    made = io.BytesIO()
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(_OFFICE):
                data = seal(data, day)
            elif name == "docProps/core.xml":
                data = _DATES.sub(rb"\g<1>" + stamp + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return made.getvalue()


def put(target: Path, content: bytes) -> Path:
    """Write bytes beside the target, then rename. Raises ``no_access`` when that is not possible."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, target)
    except OSError as problem:
        lost = target if target.parent.is_dir() else target.parent
        raise no_access(OSError(problem.errno, problem.strerror, str(lost)), lost) from problem
    finally:
        with suppress(OSError):
            part.unlink()
    return target
