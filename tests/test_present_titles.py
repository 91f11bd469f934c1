"""Titles are broken where a reader would: nothing is lost, no number or word is torn, no line begins with a comma."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hfwork.present import titles


@given(st.text("宁河区镇，。（）：%．abc12.3–′≈", max_size=120), st.integers(10, 120))
def test_lines_lose_nothing_and_tear_nothing(said: str, width: int) -> None:
    lines = titles.lines(said, width)
    assert "".join(lines) == said
    for before, after in pairwise(lines):
        assert not (before[-1].isascii() and after[0].isascii())
        assert after[0] not in "，。）：" and before[-1] not in "（"


def test_lines_by_hand() -> None:
    said = "与上年同期之差的95%区间为2.7至3.0个百分点（Newcombe法）"
    assert titles.lines(said, 40) == ["与上年同期之差的95%区间为2.7至3.0个百分", "点（Newcombe法）"]
    assert titles.lines("a real rise, 2.7 to 3.0 points", 16) == ["a real rise, 2.7", "to 3.0 points"]
    assert titles.lines("") == []
