"""The page in Streamlit: the data cached, a key for every chart, and the script from top to bottom at every change."""

import json
import os
from pathlib import Path

import pandas as pd
import streamlit as st


@st.cache_data
def load():
    return json.loads((Path(os.environ["BENCH_FIGURES"]) / "figures.json").read_text("utf-8"))


st.set_page_config(layout="wide")
made = load()
st.title(made["title"])
names, periods = dict(made["indicators"]), dict(made["periods"])
left, right = st.columns(2)
indicator = left.selectbox("指标", list(names), format_func=names.get)
period = right.selectbox("时期", list(periods), format_func=periods.get)
shown = made["figures"][f"{indicator}/{period}"]
left.plotly_chart(shown["map"], key="map", theme=None, width="content", config=made["config"])
right.plotly_chart(shown["trend"], key="trend", theme=None, width="content", config=made["config"])
st.table(pd.DataFrame(shown["table"], columns=made["columns"]).set_index(made["columns"][0]))
