"""A figure shared out by weight is marked in notebooks' tables and charts, and in a trace."""

from __future__ import annotations

import pytest

from hfwork import text
from hfwork.present import explore, readings, tables
from hfwork.workspace import Workspace

ID = "health_record_coverage"


def test_tables_and_charts_mark_it(small: Workspace) -> None:
    cells = small.current().cells(ID)
    town = cells.loc[cells["level"] == "township", "place"].iloc[0]
    shared = cells.assign(apportioned=(cells["place"] == town) & (cells["period"] == "2018-06"))
    month = shared[shared["period"] == "2018-06"]
    table = readings.table(month[month["level"] == "township"], small.plan)
    assert list(table["分摊"]) == ["≈ 按权重分摊", ""]
    assert "分摊" not in readings.neat(readings.table(cells[cells["period"] == "2017"], small.plan)).data.columns
    points = readings.points(month, small.plan, small.plan.indicators[ID])
    dotted = [symbol.endswith("-dot") for symbol in points["symbol"]]
    assert dotted == list(month["apportioned"]) == ["≈" in hover and "按权重分摊" in hover for hover in points["hover"]]
    drawn = explore.interval_chart(month, small.plan).to_plotly_json()
    assert "按权重分摊" in str(drawn["layout"]["xaxis"]["title"]["text"])
    series = explore.series_chart(shared, small.plan, town, "month")
    value = next(trace for trace in series.data if trace.name == "value")
    assert [symbol for symbol in value.marker.symbol if symbol.endswith("-dot")] == ["circle-open-dot"]
    assert "按权重分摊" in str(series.layout.xaxis.title.text)
    states = explore.states_chart(shared, small.plan, "month")
    assert sum("≈" in sign for row in states.data[0].text for sign in row) == 1
    assert "≈" not in str(explore.states_chart(cells, small.plan, "month").to_plotly_json())


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_a_trace_says_so(small: Workspace, lang: str) -> None:
    cells = small.current().cells(ID, by="township", period="2018-06")
    found = small.trace(cells["receipt"].iloc[0])
    assert "≈" not in tables.trace(found, lang)
    found["cell"]["apportioned"] = True
    said = tables.trace(found, lang)
    assert "≈" in said and text.say("ui.apportioned", lang) in said
