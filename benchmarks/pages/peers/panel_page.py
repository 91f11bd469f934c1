"""The page in Panel: panes bound to two selects."""

import json
import os
from pathlib import Path

import pandas as pd
import panel as pn

pn.extension("plotly")


@pn.cache
def load():
    return json.loads((Path(os.environ["BENCH_FIGURES"]) / "figures.json").read_text("utf-8"))


made = load()
indicator = pn.widgets.Select(name="指标", options={label: value for value, label in made["indicators"]})
period = pn.widgets.Select(name="时期", options={label: value for value, label in made["periods"]})


def shown(part):
    return pn.bind(lambda chosen, when: made["figures"][f"{chosen}/{when}"][part], indicator, period)


def table(chosen, when):
    return pd.DataFrame(made["figures"][f"{chosen}/{when}"]["table"], columns=made["columns"])


pn.Column(
    f"# {made['title']}",
    pn.Row(indicator, period),
    pn.Row(pn.pane.Plotly(shown("map"), config=made["config"]), pn.pane.Plotly(shown("trend"), config=made["config"])),
    pn.pane.DataFrame(pn.bind(table, indicator, period), index=False),
).servable(title=made["title"])
