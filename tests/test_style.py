"""The linter, the formatter and the type checker find nothing to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ["hfwork", "tests", "notebooks", "dashboards", "benchmarks", "run.py"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [["ruff", "check", *FOLDERS], ["ruff", "format", "--check", *FOLDERS], ["mypy"]],
    ids=["ruff-check", "ruff-format", "mypy"],
)
def test_tool_is_content(command: list[str]) -> None:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    # mypy explains each overload it tried in lines as long as a page; the error itself says enough
    findings = [line for line in result.stdout.splitlines() if ": note:" not in line]
    assert result.returncode == 0, "\n".join(findings[-200:]) + result.stderr[-2000:]
