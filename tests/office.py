"""LibreOffice for tests: convert a file, without a window and in a profile of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def needed() -> str:
    """The program; skips the test where there is none, fails it where HFWORK_REQUIRE_BROWSER=1 says all must run."""
    if SOFFICE is None:
        reason = "no soffice found; install LibreOffice Impress"
        if os.environ.get("HFWORK_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return SOFFICE


def converted(content: bytes, folder: Path, to: str) -> Path:
    """A presentation saved by LibreOffice as ``pptx`` or ``pdf``."""
    source = folder / "given" / "deck.pptx"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [needed(), profile, "--headless", "--convert-to", to, "--outdir", str(folder / to), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / to / f"deck.{to}"
