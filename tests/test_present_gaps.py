"""Tables of inequality and smoothing hold what the judgements say of the published figures."""

from __future__ import annotations

import numpy as np
import pytest

from hfwork import text
from hfwork.judge import equity, smoothing
from hfwork.present import gaps
from hfwork.workspace import Workspace


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


def test_every_measure_and_reason_has_words() -> None:
    for name in {*equity.SIMPLE, *equity.ORDERED, *equity.UNORDERED}:
        assert text.say(f"equity.{name}", "zh") != text.say(f"equity.{name}", "en")
    for reason in ("missing", "no_population", "zero_mean", "zero_value", "no_gap"):
        assert text.say(f"equity.why.{reason}", "zh")
