"""What a document will show, looked at before it is made: text, tables, and plots as tables of their numbers."""

from __future__ import annotations

import pandas as pd

from hfwork.present.pack.elements import Element, Grid, Plot, Tiles, Words, compose
from hfwork.present.pack.facts import Facts


def preview(facts: Facts, key: str) -> str | pd.DataFrame:
    """An element of a pack as text or as a DataFrame. Raises ``Gone`` when the release has nothing for it.

    Words are joined by line ends; a table keeps its heads; a plot has a row per category and a column per series; a
    map a row per unit with what is written on it and its status.
    """
    return _as_table(compose(facts, key))


def _as_table(made: Element) -> str | pd.DataFrame:
    if isinstance(made, Words):
        return "\n".join(made.lines)
    if isinstance(made, Grid):
        return pd.DataFrame([list(row) for row in made.rows], columns=list(made.header))
    if isinstance(made, Plot):
        return pd.DataFrame({s.name: list(s.values) for s in made.series}, index=list(made.categories))
    assert isinstance(made, Tiles)
    return pd.DataFrame({"alt": [t.alt for t in made.tiles], "status": [t.status for t in made.tiles]},
                        index=[t.code for t in made.tiles])  # fmt: skip
