"""The page in Dash: one callback for both figures and the table."""

import json
import os
from pathlib import Path

from dash import Dash, Input, Output, callback, dcc, html

made = json.loads((Path(os.environ["BENCH_FIGURES"]) / "figures.json").read_text("utf-8"))


def options(pairs):
    return [{"label": label, "value": value} for value, label in pairs]


app = Dash(title=made["title"])
app.layout = html.Div([
    html.H1(made["title"]),
    dcc.Dropdown(options(made["indicators"]), made["indicators"][0][0], id="indicator", clearable=False),
    dcc.Dropdown(options(made["periods"]), made["periods"][0][0], id="period", clearable=False),
    html.Div([dcc.Graph(id="map", config=made["config"]), dcc.Graph(id="trend", config=made["config"])],
             style={"display": "flex"}),
    html.Table(id="table"),
])  # fmt: skip


@callback(
    Output("map", "figure"), Output("trend", "figure"), Output("table", "children"),
    Input("indicator", "value"), Input("period", "value"),
)  # fmt: skip
def show(indicator, period):
    shown = made["figures"][f"{indicator}/{period}"]
    head = html.Thead(html.Tr([html.Th(column) for column in made["columns"]]))
    body = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in shown["table"]])
    return shown["map"], shown["trend"], [head, body]


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=os.environ["BENCH_PORT"], debug=False)
