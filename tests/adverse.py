"""The command in a process of its own, on machines that deny it something: the right to write, or room on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def shell(*words: object, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run ``hfwork`` with these words; ``settings`` go to ``subprocess.run``."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    command = [sys.executable, "-m", "hfwork.cli", *map(str, words)]
    settings = {"capture_output": True, "encoding": "utf-8", "timeout": 120} | settings
    return subprocess.run(command, env=environment, **settings)  # type: ignore[call-overload]


def no_privilege() -> None:
    """Even the superuser then needs the permission to write (Linux; elsewhere tests run as somebody else)."""
    import ctypes

    for capability in (1, 2, 3):  # override permissions, read everything, act as the owner
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def limited(size: int) -> Callable[[], None]:
    """A disk that is full once a file reaches a size."""

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit
