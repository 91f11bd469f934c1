"""Two releases compared, in words and as a table: what ``hfwork compare`` prints and writes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pandas as pd

from hfwork import text
from hfwork.release.revisions import COLUMNS, Comparison

_NAMED = 8  # names in a line; the table has all
_NUMBERS = ("old_numerator", "new_numerator", "old_denominator", "new_denominator")


class _Names:
    """Names of the codes in a comparison, in one language; what the newer plan has lost, the older one knows."""

    def __init__(self, found: Comparison, lang: str) -> None:
        self.lang = lang
        plans = [found.old.plan(), found.new.plan()]
        self.indicators = {n.removeprefix("Indicator."): noun for plan in plans for n, noun in plan["nouns"].items()}
        self.places = {row["code"]: row[f"name_{lang}"] for plan in plans for row in plan["places"]}
        self.tables = {n.removeprefix("Table."): noun for plan in plans for n, noun in plan["nouns"].items()}

    def indicator(self, code: object) -> str:
        return str(self.indicators[code]["name"][self.lang]) if code in self.indicators else ""

    def place(self, code: object) -> str:
        return str(self.places.get(code, ""))

    def table(self, code: object) -> str:
        return str(self.tables[code]["title"][self.lang]) if code in self.tables else ""

    def figure(self, code: str, value: float) -> str:
        """A value of an indicator with its unit."""
        noun = self.indicators[code]
        plain = not any(version["denominator"] for version in noun["versions"])
        unit = noun["unit"][self.lang]
        gap = "" if self.lang == "zh" or unit.startswith(("%", "‰")) else " "
        return f"{text.number(value, 0 if plain else noun['decimals'])}{gap}{unit}"


def summary(found: Comparison, lang: str) -> str:
    """A few lines: counts of what changed, then the district's latest figure of each indicator in both."""
    names = _Names(found, lang)
    facts = {side: {"id": r.id, "as_of": text.date(dt.date.fromisoformat(r.meta["as_of"]), lang)}
             for side, r in (("old", found.old), ("new", found.new))}  # fmt: skip
    title = {f"{side}_{name}": fact for side, pair in facts.items() for name, fact in pair.items()}
    lines = [text.say("compare.title", lang, **title)]
    for kinds in (("revised",), ("completed",), ("definition", "measure"), ("target",), ("added_file",),
                  ("replaced_file",), ("gone_file",), ("recoded",)):  # fmt: skip
        if count := found.count(*kinds):
            lines.append(text.say(f"compare.count.{kinds[0]}", lang, count=text.number(count)))
    for column in ("indicator", "period", "place"):
        for side in ("new", "gone"):
            codes = found.names(f"{side}_{column}", column)
            if codes:
                said = [_called(names, column, code) for code in codes[:_NAMED]]
                more = text.say("compare.more", lang, count=len(codes) - _NAMED) if len(codes) > _NAMED else ""
                listed = text.say("list.comma", lang).join(said) + more
                lines.append(text.say(f"compare.{side}_{column}", lang, count=len(codes), names=listed))
    if len(lines) == 1:
        lines.append(text.say("compare.same", lang))
    if len(found.latest):
        lines += ["", text.say("compare.latest", lang)]
        lines += [_pair(names, row, lang) for row in found.latest.to_dict("records")]
    return "\n".join(lines)


def _called(names: _Names, column: str, code: str) -> str:
    if column == "period":
        return text.period(code, names.lang)
    return (names.indicator(code) if column == "indicator" else names.place(code)) or code


def _pair(names: _Names, row: dict[Any, Any], lang: str) -> str:
    code = str(row["indicator"])
    facts = {
        "name": names.indicator(code),
        "first": text.period(row["old_period"], lang),
        "last": text.period(row["period"], lang),
        "a": names.figure(code, row["old"]),
        "b": names.figure(code, row["new"]),
    }
    said = text.say("compare.pair", lang, **facts)
    if row["intervals"]:
        said += text.say("compare.stop", lang) + text.say(f"compare.intervals.{row['intervals']}", lang)
    return said


def table(found: Comparison, lang: str) -> pd.DataFrame:
    """All rows with words beside the codes, the latest figures last; texts no spreadsheet will run."""
    names = _Names(found, lang)
    rows = pd.concat([found.rows, found.latest[COLUMNS]], ignore_index=True) if len(found.latest) else found.rows
    limits = rows["intervals"]
    made = pd.DataFrame(
        {
            "what": [text.say(f"compare.what.{what}", lang) for what in rows["what"]],
            "indicator": rows["indicator"],
            "indicator_name": [names.indicator(code) for code in rows["indicator"]],
            "place": rows["place"],
            "place_name": [names.place(code) for code in rows["place"]],
            "period": rows["period"],
            "field": [_field(names, str(field), lang) if pd.notna(field) else "" for field in rows["field"]],
            "old": [_value(value) for value in rows["old"]],
            "new": [_value(value) for value in rows["new"]],
            "difference": rows["difference"],
            **{name: rows[name] for name in _NUMBERS},
            "old_state": [_state(state, lang) for state in rows["old_state"]],
            "new_state": [_state(state, lang) for state in rows["new_state"]],
            "intervals": [text.say(f"compare.intervals.{i}", lang) if isinstance(i, str) and i else "" for i in limits],
        }
    )
    made = made.rename(columns={name: text.say(f"compare.col.{name}", lang) for name in made})
    return made.map(lambda value: f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@") else value)


def _field(names: _Names, field: str, lang: str) -> str:
    key = f"compare.field.{field}"
    return text.say(key, lang) if key in text.catalogue() else names.table(field) or field


def _value(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None or value != value else value


def _state(state: object, lang: str) -> str:
    if not isinstance(state, str) or not state:
        return ""
    return text.say("ui.has_value" if state == "value" else f"state.{state}", lang)
