"""The page of methods names functions that exist, and every function it should name."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import getdoc, getmembers, isfunction
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "methods.md").read_text("utf-8")
ROOMS = sorted(file.stem for file in (ROOT / "hfwork" / "judge").glob("[!_]*.py"))


def test_named_functions_exist() -> None:
    named = [pair for pair in re.findall(r"`([a-z_]+)\.([a-z_]+)`", PAGE) if pair[0] != "hfwork"]
    assert len(named) > 30
    for module, name in named:
        assert hasattr(import_module(f"hfwork.judge.{module}"), name), f"{module}.{name}"


@pytest.mark.parametrize("module", ROOMS)
def test_every_function_is_described(module: str) -> None:
    judge = import_module(f"hfwork.judge.{module}")
    for name, function in getmembers(judge, isfunction):
        if function.__module__ == judge.__name__ and not name.startswith("_"):
            assert len(getdoc(function) or "") > 30, f"{module}.{name}"
