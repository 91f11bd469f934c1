"""Cells as people read them: choices for a selector, tables, hovers, notes and the columns all charts share."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from hfwork import text
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import LEVELS, parse
from hfwork.present.maps import STATUS

Cell = dict[str, Any]
SIGNS = {"missing": "—", "suppressed": "*", "not_applicable": "/", "unstable": "~"}
SHARED = "≈"  # a figure of before a change of units, shared out to the new ones by weight
BLUE = "#0072B2"
_TABLE = ["place", "period", "value", "numerator", "denominator", "lower95", "upper95", "target", "status", "state",
          "apportioned", "grade", "receipt"]  # fmt: skip
_HEADS = {"lower95": "lower", "upper95": "upper"}


def records(cells: pd.DataFrame) -> list[Cell]:
    """The rows of a table of cells."""
    return [{str(k): v for k, v in row.items()} for row in cells.to_dict("records")]


def choices(cells: pd.DataFrame, plan: Plan, *levels: str) -> list[tuple[str, str]]:
    """Periods of these levels as (name, token) for a selector: level by level, the newest first."""
    ends = cells.groupby("period", sort=False)["end"].max().sort_values(ascending=False, kind="stable")
    phases = plan.campaign.phase_dates
    of = {str(token): parse(str(token), phases).level for token in ends.index}
    return [(text.period(token), token) for level in levels for token in of if of[token] == level]


def complete_first(cells: pd.DataFrame, plan: Plan, *levels: str) -> list[tuple[str, str]]:
    """As ``choices``, the periods that still move, or have no figure of the whole, behind the others."""
    whole = cells[cells["place"] == plan.places.root]
    done = set(whole.loc[whole["value"].notna() & ~whole["reason"].isin(UNFINISHED), "period"])
    found = choices(cells, plan, *levels)
    return [pair for pair in found if pair[1] in done] + [pair for pair in found if pair[1] not in done]


def finest(cells: pd.DataFrame, plan: Plan) -> str:
    """The finest level of periods that these cells have, e.g. ``quarter``."""
    have = {parse(str(token), plan.campaign.phase_dates).level for token in cells["period"].unique()}
    return min(have, key=LEVELS.index)


def places(plan: Plan, cells: pd.DataFrame, level: str) -> list[tuple[str, str]]:
    """Places of a level as (name, code) for a selector, in official order."""
    codes = cells.loc[cells["level"] == level, "place"].drop_duplicates()
    return [(plan.places.name(str(code), text.language()), str(code)) for code in codes]


def published(meta: dict[str, Any]) -> str:
    """The note under a title of published figures; ``meta`` of a release."""
    return text.say("explore.published", release=meta["id"], **_facts(meta["as_of"], meta["sample"]))


def internal(as_of: dt.date, sample: object) -> str:
    """The note under a title of figures straight from the vault: they must not leave the room."""
    return text.say("explore.internal", **_facts(as_of.isoformat(), sample))


def table(cells: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Cells of one indicator as a table to read: names for codes, words for states, numbers left as numbers."""
    lang = text.language()
    made = cells[[column for column in _TABLE if column in cells]].copy()
    rows = records(cells)
    made["place"] = [plan.places.name(row["place"], lang) for row in rows]
    made["period"] = [text.period(row["period"]) for row in rows]
    made["status"] = [f"{STATUS[s]['mark']} {text.say(f'status.{s}')}" if s in STATUS else "" for s in cells["status"]]
    made["state"] = [said_state(row) for row in rows]
    if "apportioned" in made:  # empty unless something is, so that ``neat`` leaves the column out
        made["apportioned"] = [said_shared(row) for row in rows]
    for column in ("numerator", "denominator"):
        made[column] = made[column].astype("Int64")
    return made.rename(columns={c: text.say(f"ui.col.{_HEADS.get(c, c)}") for c in _TABLE if c != "period"}).rename(
        columns={"period": text.say("ui.period")}
    )


def states(cells: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """How many figures of each indicator exist, are missing, not shown or not applicable."""
    lang = text.language()
    counted = pd.crosstab(cells["indicator"], cells["state"]).reindex(columns=["value", *SIGNS], fill_value=0)
    counted = counted.loc[sorted(counted.index, key=lambda i: plan.indicators[i].code)]
    heads = {"value": text.say("ui.col.value")} | {s: f"{SIGNS[s]} {text.say(f'state.{s}')}" for s in SIGNS}
    counted.index = pd.Index([plan.indicators[i].name[lang] for i in counted.index], name=text.say("ui.indicator"))
    return counted.rename(columns=heads).rename_axis(columns=None)


def completeness(received: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Returns expected and received by place and table (``Release.findings('completeness')``), to read."""
    lang = text.language()
    return pd.DataFrame(
        {
            text.say("ui.period"): [text.period(token) for token in received["period"]],
            text.say("ui.col.place"): [plan.places.name(code, lang) for code in received["place"]],
            text.say("explore.kind"): [plan.tables[name].title[lang] for name in received["table"]],
            text.say("explore.expected"): received["expected"].to_numpy(),
            text.say("explore.reported"): received["reported"].to_numpy(),
            text.say("explore.complete"): (received["reported"] / received["expected"] * 100).to_numpy(),
        }
    )


def points(cells: pd.DataFrame, plan: Plan, indicator: Indicator) -> dict[str, list[Any]]:
    """The columns every chart of values with intervals has: value, plus, minus, target, name, hover, symbol, colour.

    A figure with reservations (a reason) is hollow, one shared out by weight has a dot in it; shape and colour
    tell the status.
    """
    lang = text.language()
    rows = records(cells)
    looks = [STATUS.get(row["status"], {"symbol": "circle", "colour": BLUE}) for row in rows]
    names = [plan.places.name(row["place"], lang) for row in rows]
    return {
        "value": numbers(cells["value"]),
        "plus": [v or 0 for v in numbers(cells["upper95"] - cells["value"])],
        "minus": [v or 0 for v in numbers(cells["value"] - cells["lower95"])],
        "target": numbers(cells["target"]),
        "name": [escape(name) for name in names],
        "hover": [hover(row, indicator, name) for row, name in zip(rows, names, strict=True)],
        "symbol": [look["symbol"] + style(row) for row, look in zip(rows, looks, strict=True)],
        "colour": [look["colour"] for look in looks],
    }


def style(cell: Cell) -> str:
    """The ending of a plotly symbol."""
    return "-open" * bool(cell["reason"] or is_shared(cell)) + "-dot" * is_shared(cell)


def is_shared(cell: Cell) -> bool:
    """Whether a cell's figure was shared out by weight."""
    return bool(cell.get("apportioned")) and cell["state"] == "value"


def said_shared(cell: Cell) -> str:
    """``≈ 按权重分摊`` for a figure shared out by weight, else nothing."""
    return f"{SHARED} {text.say('ui.apportioned')}" if is_shared(cell) else ""


def hover(cell: Cell, indicator: Indicator, name: str) -> str:
    """What a cell says when pointed at."""
    lines = [f"<b>{escape(name)} {text.period(cell['period'])}</b>", reading(cell, indicator)]
    if cell.get("status") in STATUS:
        look = STATUS[cell["status"]]
        target = text.say("ui.target", target=shown(cell["target"], indicator))
        lines.append(f"{look['mark']} {text.say('status.' + cell['status'])} {target}")
    if cell["state"] == "value" and cell["reason"]:
        lines.append(text.say(f"reason.{cell['reason']}"))
    if is_shared(cell):
        lines.append(said_shared(cell))
    if cell.get("grade"):
        lines.append(f"{text.say('ui.grade')} {text.say('ui.grade_word', grade=cell['grade'])}")
    return "<br>".join(lines)


def reading(cell: Cell, indicator: Indicator) -> str:
    """``2,892 / 3,923　73.7%（72.3–75.1）``; the state of a cell without a value, after the counts it may have."""
    if cell["state"] == "unstable":
        return f"{text.number(cell['numerator'])} / {text.number(cell['denominator'])}　{said_state(cell)}"
    if cell["state"] != "value":
        return said_state(cell)
    said = marked(cell, indicator)
    if not indicator.plain:
        said = f"{text.number(cell['numerator'])} / {text.number(cell['denominator'])}　<b>{said}</b>"
    if pd.notna(cell["lower95"]):
        low, high = (text.number(cell[end], indicator.decimals) for end in ("lower95", "upper95"))
        said += f"（{low}–{high}）" if text.language() == "zh" else f" ({low}–{high})"
    return said


def counts(cell: Cell) -> str:
    """Numerator, denominator and status, to stand beside a plot; empty without a value."""
    if cell["state"] != "value":
        return ""
    parts: list[float] = [cell["value"]] if pd.isna(cell["denominator"]) else [cell["numerator"], cell["denominator"]]
    said = SHARED * is_shared(cell) + " / ".join(text.number(part) for part in parts)
    if cell["status"] in STATUS:
        said += f"　{STATUS[cell['status']]['mark']} {text.say('status.' + cell['status'])}"
    return said


def said_state(cell: Cell) -> str:
    """``* 不公布（数字较小或为防止推算）``; for a value only its reservation."""
    reason = text.say(f"reason.{cell['reason']}") if cell["reason"] else ""
    if cell["state"] == "value":
        return reason
    state = f"{SIGNS.get(cell['state'], '')} {text.say('state.' + cell['state'])}".strip()
    return f"{state}（{reason}）" if reason and text.language() == "zh" else f"{state} ({reason})" if reason else state


def marked(cell: Cell, indicator: Indicator) -> str:
    """A cell's value with its unit, ≈ before one shared out by weight."""
    return SHARED * is_shared(cell) + shown(cell["value"], indicator)


def shown(value: float, indicator: Indicator) -> str:
    """A value with its unit."""
    unit = indicator.unit[text.language()]
    number = text.number(value, 0 if indicator.plain else indicator.decimals)
    return number + (unit if unit.startswith(("%", "‰")) else f" {unit}")


def numbers(column: pd.Series) -> list[float | None]:
    """A column as plain numbers; what is missing is None, which plotly leaves out."""
    return [None if pd.isna(v) else float(v) for v in column]


def rounded(column: pd.Series, decimals: int) -> pd.Series:
    """Numbers rounded as they are printed (``text.number``): half away from zero."""
    scale = 10.0**decimals
    return np.sign(column) * np.floor(column.abs() * scale + 0.5 + 1e-9) / scale


def difference_unit(indicator: Indicator) -> str:
    """The unit in which two figures differ: points for percentages, else the unit itself."""
    unit = indicator.unit[text.language()]
    return text.say("explore.points") if indicator.unit["en"].startswith("%") else unit


def key(columns: dict[str, list[Any]], *kinds: str, **facts: str) -> str:
    """What the signs of a chart mean, without those it has not: no target, no figure with reservations."""
    present = {"target": any(v is not None for v in columns["target"]),
               "reserved": any(symbol.endswith("-open") for symbol in columns["symbol"])}  # fmt: skip
    said = [text.say(f"explore.key.{kind}", **facts) for kind in kinds if present.get(kind, True)]
    if any(symbol.endswith("-dot") for symbol in columns["symbol"]):
        said.append(text.say("explore.key.shared"))
    return escape(text.say("explore.space").join(said))


def neat(frame: pd.DataFrame, note: str = "") -> Any:
    """A table to look at: one decimal, no row numbers, nothing where there is nothing, a note above.

    Columns of words stand left and may take several lines. Returns a pandas Styler.
    """
    filled = [not len(frame) or bool((frame[column].notna() & (frame[column] != "")).any()) for column in frame]
    shown = frame.loc[:, filled]
    style = shown.reset_index(drop=True).style.format(precision=1, thousands=",", na_rep="").hide(axis="index")
    style = style.set_properties(None, **{"white-space": "nowrap", "text-align": "right"})
    wordy = [name for name in shown if shown[name].map(lambda cell: len(str(cell))).max() > 30] if len(shown) else []
    look = {"white-space": "normal", "text-align": "left", "max-width": "30em"}
    style = style.set_properties(subset=wordy, **look)
    return style.set_caption(note) if note else style


def _facts(as_of: str, sample: object) -> dict[str, str]:
    return {"sample": text.say("explore.sample") if sample else "", "date": text.date(dt.date.fromisoformat(as_of))}
