"""The page of methods names functions that exist, and every function it should name."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from inspect import getdoc, getmembers, isfunction
from pathlib import Path

import pytest

from hfwork import text

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


CODE = re.compile(r"(too|no|not|part|zero|above|over)_[a-z_]+|missing|island|provisional|unstable|stock|hidden")
JUDGING = ("courses", "patterns", "spread", "steadiness", "verdicts")
NO_REASON = {"no_change", "too_little"}  # verdicts, which have sentences of their own


def test_every_reason_of_a_judgement_has_words() -> None:
    files = [*(ROOT / "hfwork" / "judge").glob("*.py"), *(ROOT / "hfwork" / "release" / f"{n}.py" for n in JUDGING)]
    codes = set()
    for file in files:
        nodes = ast.walk(ast.parse(file.read_text("utf-8")))
        said = {str(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        codes |= {code for code in said if CODE.fullmatch(code)}
    assert {"too_few_events", "over_dispersed", "island", "stock", "hidden", "not_of_people"} <= codes
    for code in sorted(codes - NO_REASON):
        keys = [f"{room}.{code}" for room in ("judged", "reason", "verdict.why")]
        said = [text.catalogue()[key] for key in keys if key in text.catalogue()]
        assert said and all(words["zh"] != words["en"] for words in said), code
