"""Cells against a plain parser, and names of places."""

from __future__ import annotations

import datetime as dt
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.intake import values
from hfwork.intake.values import Refused

FULL = str.maketrans("0123456789-/.,", "０１２３４５６７８９－／．，")
DATE_FORMS = ("{y:04}-{m:02}-{d:02}", "{y:04}/{m}/{d}", "{y:04}.{m}.{d}", "{y:04}{m:02}{d:02}", "{y:04}年{m}月{d}日",
              "{y:04}-{m:02}-{d:02} 00:00:00", "{y:04}年{m}月{d}")  # fmt: skip
PADDING = st.sampled_from(["", " ", "\u3000", "\u200b", "\t", "\ufeff"])


def plain_date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day) if 1850 <= year <= 2150 else None
    except ValueError:
        return None


@given(
    st.integers(1700, 2300), st.integers(0, 13), st.integers(0, 32), st.sampled_from(DATE_FORMS), st.booleans(), PADDING
)
def test_dates_agree_with_the_calendar(year: int, month: int, day: int, form: str, wide: bool, padding: str) -> None:
    written = padding + form.format(y=year, m=month, d=day) + padding
    expected = plain_date(year, month, day)
    try:
        found = values.date(written.translate(FULL) if wide else written)
    except Refused as problem:
        assert expected is None and str(problem) == "impossible_date"
    else:
        assert found == expected is not None


@given(st.text(alphabet=string.digits + "-/.年月日 零一二abc", max_size=12))
def test_a_date_is_read_only_when_its_digits_say_so(written: str) -> None:
    try:
        found = values.date(written)
    except Refused:
        return
    if found is None:
        assert written.strip() in values.MISSING
    else:
        digits = [part for part in "".join(c if c.isdigit() else " " for c in written).split()]
        whole = "".join(digits)
        parts = [int(whole[:4]), int(whole[4:6]), int(whole[6:])] if len(digits) == 1 else [int(p) for p in digits]
        assert parts == [found.year, found.month, found.day]


@given(st.integers(0, 10**12), st.booleans(), st.booleans(), st.sampled_from(["", ".0"]), PADDING)
def test_counts_are_read_in_every_spelling(number: int, wide: bool, marks: bool, end: str, padding: str) -> None:
    written = padding + (f"{number:,}" if marks else str(number)) + end + padding
    assert values.count(written.translate(FULL) if wide else written) == number


def plain_count(written: str) -> int | str | None:
    """Digit by digit, without a regular expression; a str says why not."""
    text = unicodedata.normalize("NFKC", written).strip()
    if text in values.MISSING:
        return None
    whole, dot, rest = text.partition(".")
    if dot and (not rest or rest.strip("0")):
        return "bad"
    groups = whole.split(",")
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])):
        return "bad"
    digits = "".join(groups)
    if not digits or len(digits) > 15 or any(c not in string.digits for c in digits):
        return "bad"
    return int(digits)


@given(st.text(alphabet="0123456789０５９,，.．-+—…人八 eE", max_size=9))
def test_counts_agree_with_a_plain_parser(written: str) -> None:
    try:
        found: int | str | None = values.count(written)
    except Refused:
        found = "bad"
    assert found == plain_count(written)


@given(st.text(max_size=30))
def test_no_text_breaks_a_parser(written: str) -> None:
    for parse in (values.date, values.count, values.number, values.identifier, values.stated):
        try:
            parse(written)
        except Refused as problem:
            assert str(problem)
    assert values.clean(values.clean(written)) == values.clean(written)


@pytest.mark.parametrize(
    ("parse", "written", "expected"),
    [
        (values.count, "-2", "negative_count"),
        (values.count, "95人", "bad_count"),
        (values.count, "1.2E+17", "bad_count"),
        (values.count, "12,34", "bad_count"),
        (values.count, "#REF!", "spreadsheet_error"),
        (values.number, "98.53", 98.53),
        (values.number, "-1,234.5", -1234.5),
        (values.number, "98.53%", "bad_number"),
        (values.identifier, "1.2E+17", "mangled_id"),
        (values.identifier, "Ｐ００１", "P001"),
        (values.identifier, "12E", "12E"),
        (values.date, "2018-6-31", "impossible_date"),
        (values.date, "2018-6/30", "bad_date"),
        (values.date, "201806", "bad_date"),
        (values.date, "2016-02-29", dt.date(2016, 2, 29)),
        (values.stated, " …… ", None),
    ],
)
def test_cells(parse: object, written: str, expected: object) -> None:
    assert callable(parse)
    try:
        found = parse(written)
    except Refused as problem:
        found = str(problem)
    assert found == expected
