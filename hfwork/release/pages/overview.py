"""The page 总览: where the programme stands, what changed, what needs attention and whose it is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hfwork.judge.verdict import UNFINISHED
from hfwork.release.cells import day
from hfwork.release.pages.source import Source

_LONGEST_FIRST = ("span", "year", "mc_year", "half", "quarter", "month")
_WORSE = {"up": ("lower", "falling"), "down": ("higher", "rising")}  # verdicts that are bad news
_ORDER = ("behind", "worse", "units_behind", "missing")


def overview(source: Source) -> dict[str, Any]:
    """Three sentences on the whole programme, attention by lead department, changes, kinds, map and phases."""
    latest = standing(source)
    return {
        "layout": [["brief"], ["attention", "changes"], ["kinds"], ["map", "trend"], ["timeline"]],
        "selectors": ["indicator", "period", "place"],
        "standing": {name: source.period_at[cell["period"]] for name, cell in latest.items()},
        "attention": attention(source, latest),
        "changes": changes(source),
    }


def standing(source: Source) -> dict[str, dict[str, Any]]:
    """The district's latest complete figure of each indicator: of what ends last, the longest period."""
    over = {p.token for p in source.shown if p.end <= day(source.meta["as_of"]) and p.level in _LONGEST_FIRST}
    rank = {p.token: (p.end, -_LONGEST_FIRST.index(p.level)) for p in source.shown if p.token in over}
    whole = source.today
    whole = whole[(whole["at_place"] == -1) & whole["period"].isin(over) & ~whole["reason"].isin(UNFINISHED)]
    found: dict[str, dict[str, Any]] = {}
    for row in whole[whole["state"] == "value"].to_dict("records"):
        cell = {str(key): value for key, value in row.items()}
        name = str(cell["indicator"])
        if name not in found or rank[cell["period"]] > rank[found[name]["period"]]:
            found[name] = cell
    return found


def attention(source: Source, latest: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """What somebody should look at: ``indicator period why count``, the most pressing first.

    ``behind``: the district lies behind its target; ``worse``: a real change for the worse; ``units_behind``: so many
    units behind theirs; ``missing``: so many units without a return.
    """
    verdicts = source.found["verdicts"]
    whole = verdicts[verdicts["place"] == source.plan.places.root]
    bad = {
        (str(name), str(period))
        for name, period, code in zip(whole["indicator"], whole["period"], whole["code"], strict=True)
        if code in _WORSE.get(source.plan.indicators[str(name)].direction, ())
    }
    units = source.today[source.today["at_place"] >= 0]
    counted = {
        key: {
            "units_behind": int((part["status"] == "behind").sum()),
            "missing": int((part["state"] == "missing").sum()),
        }
        for key, part in units.groupby(["indicator", "period"])
    }
    made = []
    for name, cell in latest.items():
        own = counted.get((name, cell["period"]), {"units_behind": 0, "missing": 0})
        why = {
            "behind": int(cell["status"] == "behind"),
            "worse": int((name, cell["period"]) in bad),
            "units_behind": int(own["units_behind"]) if cell["status"] != "behind" else 0,
            "missing": int(own["missing"]),
        }
        made += [
            {"indicator": name, "period": cell["period"], "why": code, "count": why[code]}
            for code in _ORDER if why[code]
        ]  # fmt: skip
    at = source.indicator_at
    return sorted(made, key=lambda row: (_ORDER.index(row["why"]), -row["count"], at[row["indicator"]]))


def changes(source: Source) -> dict[str, Any] | None:
    """Since the release before: its id and day, what was revised or redefined, and each indicator then and now."""
    found = source.before
    if found is None:
        return None
    latest = found.latest[found.latest["period"].isin(source.period_at)]
    revised = found.rows[found.rows["what"] == "revised"]
    was, now = revised["old_state"] == "value", revised["new_state"] == "value"
    counts = {kind: found.count(kind) for kind in ("revised", "completed", "added_file", "replaced_file", "definition",
                                                    "target", "new_indicator", "recoded")}  # fmt: skip
    counts |= {
        "revised": int((was & now).sum()),
        "withheld": int((was & ~now).sum()),
        "released": int((~was & now).sum()),
    }
    return {
        "id": found.old.id,
        "as_of": found.old.meta["as_of"],
        "counts": counts,
        "latest": [
            {
                "indicator": row["indicator"],
                "period": row["period"],
                "old_period": row["old_period"],
                "old": round(float(row["old"]), 4),
                "new": round(float(row["new"]), 4),
                "intervals": row["intervals"] if pd.notna(row["intervals"]) else "",
            }
            for row in latest.to_dict("records")
        ],
    }
