"""Receipts: printable, unlike each other, safe against a slip of the finger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.errors import HfworkError
from hfwork.release.receipts import ALPHABET, issue, read

BODY = st.text(ALPHABET, min_size=8, max_size=8)


def test_codes_are_distinct_and_stable() -> None:
    keys = [f"indicator|{i}" for i in range(30_000)]
    codes = issue("r1", keys)
    assert len(set(codes)) == len(codes)
    assert codes == issue("r1", keys)
    assert not set(codes[:100]) & set(issue("r2", keys[:100]))


def test_a_taken_code_is_drawn_again() -> None:
    first = issue("r1", ["a", "b"])
    again = issue("r1", ["a", "b"], taken={first[0]})
    assert again[0] != first[0] and again[1] == first[1]
    assert read(again[0]) == again[0]


@given(st.integers(0, 5_000))
def test_read_forgives_how_people_type(number: int) -> None:
    code = issue("r", [str(number)])[0]
    typed = code.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert read(typed) == code


@given(st.integers(0, 2_000), st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(number: int, at: int, letter: str) -> None:
    code = issue("r", [str(number)])[0]
    plain = code.removeprefix("HF-").replace("-", "")
    wrong = plain[:at] + letter + plain[at + 1 :]
    if wrong == plain:
        return
    # 32 letters, 31 check values: 0 and Z weigh alike, which is the one slip that can pass.
    if {plain[at], letter} == {"0", "Z"}:
        return
    with pytest.raises(HfworkError, match=r"HF|receipt|编号"):
        read(f"HF-{wrong}")


@pytest.mark.parametrize("given", ["", "HF-1234", "hello", "HF-7K3M-92QD-5-99"])
def test_not_a_receipt(given: str) -> None:
    with pytest.raises(HfworkError) as error:
        read(given)
    assert error.value.code == "bad_receipt"
