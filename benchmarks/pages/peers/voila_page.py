"""The page as an ordinary notebook for Voila: pandas, figure widgets, dropdowns. Written into a notebook as it is."""

import json
import os
from pathlib import Path

import ipywidgets as widgets
import pandas as pd
import plotly.graph_objects as go
from IPython.display import display

made = json.loads((Path(os.environ["BENCH_FIGURES"]) / "figures.json").read_text("utf-8"))
indicator = widgets.Dropdown(description="指标", options=[(label, value) for value, label in made["indicators"]])
period = widgets.Dropdown(description="时期", options=[(label, value) for value, label in made["periods"]])


def chosen():
    return made["figures"][f"{indicator.value}/{period.value}"]


def rows():
    return pd.DataFrame(chosen()["table"], columns=made["columns"]).to_html(index=False)


def show(_change):
    for name, chart in charts.items():
        with chart.batch_update():
            chart.update(chosen()[name], overwrite=True)
    table.value = rows()


charts = {name: go.FigureWidget(chosen()[name]) for name in ("map", "trend")}
table = widgets.HTML(rows())
indicator.observe(show, "value")
period.observe(show, "value")
display(widgets.HBox([indicator, period]), widgets.HBox(list(charts.values())), table)
