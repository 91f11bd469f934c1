"""Tables of inequality and smoothing hold what the judgements say of the published figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hfwork import text
from hfwork.judge import equity, smoothing
from hfwork.plan.folder import load_plan
from hfwork.plan.periods import parse
from hfwork.present import gaps
from hfwork.workspace import Workspace

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_tables(small: Workspace, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_chosen", [lang])
    shown = small.current().cells()
    shares = shown["indicator"].map(
        {i.id: i.interval == "wilson" and not i.plain for i in small.plan.indicators.values()}
    )
    seen = shown[shares & (shown["level"] == "township") & shown["lower95"].notna()]
    indicator, period = seen.groupby(["indicator", "period"]).size().idxmax()
    cells = shown[(shown["indicator"] == indicator) & (shown["period"] == period)]
    towns = cells[(cells["level"] == "township") & cells["value"].notna()]
    assert len(towns) >= 2
    factor = small.plan.indicators[indicator].factor
    found = gaps.inequality(cells, small.plan).set_index(text.say("equity.col.measure", lang))
    assert list(found.index) == [text.say(f"equity.{name}", lang) for name in equity.valid(False, len(towns))]
    spread = towns["value"].max() - towns["value"].min()
    assert found.loc[text.say("equity.difference", lang), text.say("equity.col.estimate", lang)] == pytest.approx(
        spread, abs=0.01
    )
    table = gaps.smoothed(cells, small.plan)
    wanted = smoothing.empirical_bayes(towns["numerator"], towns["denominator"], kind="proportion").smooth * factor
    np.testing.assert_allclose(table[text.say("equity.col.smooth", lang)], wanted, atol=0.06)
    assert list(table[text.say("equity.col.place", lang)]) == [small.plan.places.name(c, lang) for c in towns["place"]]


def test_every_measure_has_words() -> None:
    for name in {*equity.SIMPLE, *equity.ORDERED, *equity.UNORDERED}:
        assert text.say(f"equity.{name}", "zh") != text.say(f"equity.{name}", "en")


def test_steadied() -> None:
    """Two towns, four quarters: one always steady; the other has 12 a quarter and needs three for thirty persons."""
    plan = load_plan(ROOT / "data" / "ninghe-2016")
    quarters = ["2018-Q1", "2018-Q2", "2018-Q3", "2018-Q4"]
    rows = [
        (place, token, count, total)
        for place, count, total in (("120117102000", 100.0, 120.0), ("120117103000", 9.0, 12.0))
        for token in quarters
    ]
    cells = pd.DataFrame(rows, columns=["place", "period", "numerator", "denominator"]).assign(
        indicator="preconception_check_coverage", level="township", state="value"
    )
    cells["end"] = [parse(token, {}).end for token in cells["period"]]
    found = gaps.steadied(cells, plan, "2018-Q4")
    assert found.to_numpy().tolist()[0] == [plan.places.name("120117102000", "zh"), "100", "120", 83.3, "", ""]
    _, _, total, value, reason, merge = found.to_numpy().tolist()[1]
    assert (total, reason, merge) == ("12", "太少（分母不足30，或事件不足10）", "合并最近3期") and np.isnan(value)
    assert gaps.steadied(cells, plan, "2018-Q2")["怎样才稳"].tolist() == ["", "只看全区"]
    stock = cells.assign(indicator="health_record_coverage")  # a stock is never summed over time
    assert gaps.steadied(stock, plan, "2018-Q4")["怎样才稳"].tolist() == ["", "只看全区"]
    hidden = cells.assign(numerator=cells["numerator"].mask(cells["place"] == "120117103000"))
    hidden["state"] = np.where(hidden["numerator"].isna(), "suppressed", "value")
    assert gaps.steadied(hidden, plan, "2018-Q4").iloc[1]["不列的原因"] == "本期数不公布"  # hidden is not missing
    gone = cells.assign(numerator=cells["numerator"].mask(cells["period"] == "2018-Q3"))
    assert gaps.steadied(gone, plan, "2018-Q4")["怎样才稳"].tolist() == ["", "只看全区"]  # nothing across a gap


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_small_villages_are_joined_and_add_up(small: Workspace, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_chosen", [lang])
    plan, town = small.plan, "120117102000"
    cells = small.cells("preconception_check_coverage", period="2017")
    villages = cells[[plan.places.parent(str(code)) == town for code in cells["place"]]]
    enough = villages.assign(numerator=villages["numerator"] + 20, denominator=villages["denominator"] + 30)
    found = gaps.merged(pd.concat([cells[cells["place"] == town], enough]), plan, town)
    names = ("、" if lang == "zh" else ", ").join(plan.places.name(str(code), lang) for code in enough["place"])
    assert ("、" if lang == "zh" else ", ").join(found.iloc[:, 0]) == names
    counts = found.iloc[:, 1:3].map(lambda said: int(said.replace(",", "")))
    assert counts.sum().tolist() == enough[["numerator", "denominator"]].sum().tolist()
    value, lower, upper = (found.iloc[:, at] for at in (3, 4, 5))
    np.testing.assert_allclose(value, 100 * counts.iloc[:, 0] / counts.iloc[:, 1], atol=0.051)
    assert ((lower < value) & (value < upper)).all()
    few = villages.assign(numerator=1.0, denominator=2.0).iloc[:3]
    assert not len(gaps.merged(few, plan, town))
