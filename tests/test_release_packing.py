"""A page's cells as strings: what is packed comes back, and a big page stays small."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.release import packing, pages, receipts
from hfwork.release.sentences import figure
from hfwork.workspace import Workspace


@given(st.lists(st.integers(min_value=0, max_value=10**12)))
def test_numbers_come_back(numbers: list[int]) -> None:
    packed = packing.pack(numbers)
    assert packing.unpack(packed) == numbers
    assert not set(packed) & set("\"\\<>&'") and packed.isascii()


def test_small_numbers_are_short() -> None:
    assert [len(packing.pack([n])) for n in (0, 43, 44, 1935, 1936, 85183)] == [1, 1, 2, 2, 3, 3]


def cell(place: int, period: int, **more: Any) -> dict[str, Any]:
    [code] = receipts.issue("示例", [f"{place} {period}"])
    plain = {"state": "value", "reason": "", "status": "none", "grade": "A", "target": None, "apportioned": False,
             "numerator": None, "denominator": None, "value": None, "lower95": None, "upper95": None,
             "merge": 0}  # fmt: skip
    return {"place": place, "period": period, **plain, "receipt": code, **more}


RATE = {"factor": 100, "decimals": 1}


def test_every_kind_of_cell_comes_back() -> None:
    cells = [
        cell(-1, 4, numerator=1234, denominator=1567, value=123400 / 1567, lower95=76.7, upper95=80.7, target=80.5),
        cell(-1, 7, state="suppressed", reason="below_threshold"),
        cell(0, 4, numerator=0, denominator=12, value=0.0, lower95=0.0, upper95=24.2, status="behind", target=80.5),
        cell(0, 7, state="missing", reason="returns_missing", grade="D"),
        cell(2, 4, numerator=40.5, denominator=61.25, value=4050 / 61.25, apportioned=True),
        cell(2, 7, state="unstable", numerator=3, denominator=4, reason="too_few", merge=2),
    ]
    block = packing.pack_cells(cells, [4, 7], 3, 1)
    found = list(packing.unpack_cells(json.loads(json.dumps(block)), [4, 7], 3, RATE))
    assert len(found) == len(cells)  # place 1 has none
    for was, now in zip(cells, found, strict=True):
        assert now.pop("receipt") == (was["receipt"] if was["numerator"] is not None else "")
        assert now == {key: pytest.approx(was[key]) if key == "value" and was[key] else was[key] for key in now}


def test_the_district_alone_has_no_units() -> None:
    block = packing.pack_cells([cell(-1, 0, numerator=5, value=5.0)], [0], 14, 0)
    assert block["units"] == 0 and len(packing.unpack(block["mark"])) == 1


def test_limits_are_rounded_as_text_rounds_them() -> None:
    assert [packing.units_of(value, 1) for value in (86.25, 86.24999, 0.0, -2.35)] == [863, 862, 0, -24]


def test_a_big_page_can_be_loaded_by_a_phone() -> None:
    """65 indicators, 15 towns, 40 periods, all with figures: the packed cells stay below a megabyte."""
    periods = list(range(40))
    size = 0
    for indicator in range(65):
        cells = []
        for place in range(-1, 15):
            for period in periods:
                wave = (indicator * 7919 + place * 104729 + period * 1299709) % 9973
                whole, part = 4000 + wave, 3000 + wave // 2
                value = 100 * part / whole
                limits = {"lower95": value - 1.3, "upper95": value + 1.2}
                cells.append(
                    cell(place, period, numerator=part, denominator=whole, value=value, **limits)
                    | {"receipt": "HF-7K3M-92QD-5"}
                )
        size += len(pages.as_bytes(packing.pack_cells(cells, periods, 15, 1)))
    assert size < 750_000


def test_a_made_page_holds_the_cells_of_its_release(small: Workspace) -> None:
    release = small.current()
    page = release.page("overview")
    places = [place["code"] for place in page["places"]] + [page["root"]["code"]]
    made = pd.DataFrame(packing.columns(page))
    made["indicator"] = [page["indicators"][i]["id"] for i in made["indicator"]]
    made["place"] = [places[i] for i in made["place"]]
    made["period"] = [page["periods"][i]["token"] for i in made["period"]]
    cells = release.cells()
    cells = cells[(cells["level"] != "village") & cells["period"].isin(made["period"].unique())]
    both = made.merge(cells, on=["indicator", "place", "period"], suffixes=("", "_true"))
    assert len(both) == len(made) == len(cells)
    for name in ("state", "reason", "status", "grade", "apportioned"):
        assert (both[name] == both[f"{name}_true"]).all(), name
    for name in ("numerator", "denominator", "value", "target"):
        pd.testing.assert_series_equal(both[name].astype(float), both[f"{name}_true"], check_names=False)
    decimals = both["indicator"].map({i["id"]: i["decimals"] for i in page["indicators"]})
    for name in ("lower95", "upper95"):
        assert ((both[name] - both[f"{name}_true"]).abs().fillna(0) <= 0.5001 * 10.0**-decimals).all()
        assert (both[name].isna() == both[f"{name}_true"].isna()).all()
    shown = both["numerator"].notna()
    assert shown.sum() > both["value"].notna().sum()  # some values are withheld beside their counts
    assert (both.loc[shown, "receipt"] == both.loc[shown, "receipt_true"]).all() and (
        both.loc[~shown, "receipt"] == ""
    ).all()
    assert len(pages.as_bytes(page)) < 500_000


def test_a_shared_out_figure_is_marked_in_sentences(small: Workspace) -> None:
    from hfwork.release.sentences import sentences

    cells = small.current().cells("health_record_coverage", period="2017")
    marked = cells.assign(apportioned=cells["level"] == "township")
    [row] = sentences(small.plan, marked).to_dict("records")
    count = int((cells["level"] == "township").sum())
    assert f"{count}个单位的数按权重分摊" in row["zh3"] and "shared out by weight" in row["en3"]
    whole = cells[cells["level"] == "district"].assign(apportioned=True)
    [row] = sentences(small.plan, whole).to_dict("records")
    indicator = small.plan.indicators["health_record_coverage"]
    assert f"≈{figure(whole['value'].iloc[0], indicator, 'zh')}" in row["zh1"]
    assert not len(sentences(small.plan, whole.assign(boundaries="then")))
