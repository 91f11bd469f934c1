"""Judgements against targets and references, as small tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.errors import HfworkError
from hfwork.judge import compare

POSITIVE = st.floats(1e-3, 1e6)

STATUS = [  # value, target, direction, code at near = 0.9
    (95, 90, "up", "met"),
    (90, 90, "up", "met"),
    (89.9, 90, "up", "near"),
    (81, 90, "up", "near"),
    (80.9, 90, "up", "behind"),
    (0, 90, "up", "behind"),
    (8, 9, "down", "met"),
    (9, 9, "down", "met"),
    (9.1, 9, "down", "near"),
    (10, 9, "down", "near"),
    (10.1, 9, "down", "behind"),
    (0, 0, "down", "met"),
    (1, 0, "down", "behind"),
    (100.5, 90, "up", "met"),
    (95, 90, "none", "none"),
    (None, 90, "up", "none"),
    (95, None, "down", "none"),
    (29 / 100 * 100, 29, "up", "met"),  # 28.999999999999996 in floating point
    (0.07 * 100, 7, "down", "met"),  # 7.000000000000001
]
AGAINST = [  # lower, upper, reference, direction, code
    (86, 89, 85, "up", "better"),
    (80, 84, 85, "up", "worse"),
    (84, 86, 85, "up", "similar"),
    (85, 86, 85, "up", "similar"),
    (84, 85, 85, "down", "similar"),
    (86, 89, 85, "down", "worse"),
    (80, 84, 85, "down", "better"),
    (86, 89, 85, "none", "higher"),
    (80, 84, 85, "none", "lower"),
    (84, 86, 85, "none", "similar"),
    (None, 86, 85, "up", "none"),
    (84, None, 85, "down", "none"),
    (84, 86, None, "none", "none"),
]


@pytest.mark.parametrize(("value", "target", "direction", "code"), STATUS)
def test_status_of_one(value: Any, target: Any, direction: str, code: str) -> None:
    assert compare.status(value, target, direction) == code


@pytest.mark.parametrize(("lower", "upper", "reference_value", "direction", "code"), AGAINST)
def test_against_of_one(lower: Any, upper: Any, reference_value: Any, direction: str, code: str) -> None:
    assert compare.against(lower, upper, reference_value, direction) == code


def test_columns_give_the_same_codes() -> None:
    frame = pd.DataFrame(STATUS, columns=["value", "target", "direction", "code"])
    frame.index = pd.Index([f"T{i:02d}" for i in range(len(frame))], name="place")
    got = compare.status(frame.value, frame.target, frame.direction)
    assert got.index.equals(frame.index) and got.tolist() == frame.code.tolist()
    by_category = compare.status(frame.value, frame.target, frame.direction.astype("category"))
    assert by_category.tolist() == frame.code.tolist()
    lower, upper, references, directions, codes = (list(column) for column in zip(*AGAINST, strict=True))
    assert compare.against(lower, upper, references, directions).tolist() == codes
    two = compare.against(np.array([1.0, 3.0]), np.array([2.0, 4.0]), 2.5, "up")
    assert two.tolist() == ["worse", "better"]
    assert compare.status([], [], "up").tolist() == []


def test_near_is_an_argument() -> None:
    assert compare.status([70, 80], 100, "up", near=0.75).tolist() == ["behind", "near"]
    assert compare.status([99, 100], 100, "up", near=1).tolist() == ["behind", "met"]
    assert compare.status([125, 126], 100, "down", near=0.8).tolist() == ["near", "behind"]


@given(POSITIVE, POSITIVE, st.floats(0.1, 1))
def test_up_and_down_mirror(value: float, target: float, near: float) -> None:
    """Less of x against a target is more of 1/x against its inverse; exact ties may round either way."""
    thresholds = (target, target * near, target / near)
    if any(abs(value / threshold - 1) < 1e-6 for threshold in thresholds):
        return
    down = compare.status(value, target, "down", near)
    assert down == compare.status(1 / value, 1 / target, "up", near)


@given(POSITIVE, POSITIVE, POSITIVE)
def test_against_mirrors(one: float, two: float, reference_value: float) -> None:
    lower, upper = sorted((one, two))
    swap = {"better": "worse", "worse": "better", "similar": "similar"}
    up = compare.against(lower, upper, reference_value, "up")
    assert compare.against(lower, upper, reference_value, "down") == swap[up]
    plain = {"better": "higher", "worse": "lower", "similar": "similar"}
    assert compare.against(lower, upper, reference_value, "none") == plain[up]


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("judge_direction", lambda: compare.status(1, 2, "upp")),
        ("judge_direction", lambda: compare.status([1, 2], 2, ["up", None])),
        ("judge_direction", lambda: compare.against(1, 2, 2, None)),
        ("judge_near", lambda: compare.status(1, 2, "up", near=90)),
        ("judge_near", lambda: compare.status(1, 2, "up", near=0)),
        ("judge_lengths", lambda: compare.status([1, 2], [1, 2, 3], "up")),
        ("judge_lengths", lambda: compare.status([1, 2], 2, ["up"])),
        ("judge_index", lambda: compare.status(pd.Series([1]), pd.Series([1], index=["a"]), "up")),
        ("judge_numbers", lambda: compare.against(["1"], [2], 3, "up")),
    ],
)
def test_errors_have_words(code: str, call: Callable[[], Any]) -> None:
    with pytest.raises(HfworkError) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.message("zh") != caught.value.message("en")


def test_a_misspelt_direction_is_guessed() -> None:
    with pytest.raises(HfworkError) as caught:
        compare.status(1, 2, "dwon")
    assert caught.value.meant == ["down"] and caught.value.allowed == ["up", "down", "none"]
