"""Figures as text: what ``hfwork trace`` prints."""

from __future__ import annotations

from typing import Any

from hfwork import text


def trace(found: dict[str, Any], lang: str) -> str:
    """A figure's origin, one fact per line; ``found`` from ``Workspace.trace``."""
    cell, release, files = found["cell"], found["release"], found["files"]
    definitions = release.plan()
    indicator = definitions["nouns"][f"Indicator.{cell['indicator']}"]
    names = {row["code"]: row[f"name_{lang}"] for row in definitions["places"]}
    unit, decimals = indicator["unit"][lang], indicator["decimals"]
    whole = not any(version["denominator"] for version in indicator["versions"])
    version: dict[str, Any] = next((v for v in indicator["versions"] if v["version"] == cell["version"]), {})
    shown = text.number(cell["value"], 0 if whole else decimals)
    value = f"{shown} {unit}" if cell["state"] == "value" else text.DASH
    state = text.say(f"state.{cell['state']}", lang)
    if cell["reason"]:
        state += f" ({text.say('reason.' + cell['reason'], lang)})"
    if cell["apportioned"]:
        value = f"≈{value}"
        state = text.say("list.comma", lang).join(filter(None, [state, text.say("ui.apportioned", lang)]))
    lines = [
        ("figure", f"{cell['receipt']}  {value}"),
        ("indicator", f"{indicator['name'][lang]} ({indicator['code']} {indicator['id']})"),
        ("definition", indicator["definition"][lang]),
        ("calculation", indicator["calculation"][lang]),
        ("place", f"{names.get(cell['place'], '')} ({cell['place']})"),
        ("period", f"{text.period(cell['period'], lang)}  {cell['start']} … {cell['end']}"),
        ("numerator", f"{text.number(cell['numerator'])}  ({', '.join(version.get('numerator', []))})"),
        ("denominator", f"{text.number(cell['denominator'])}  ({', '.join(version.get('denominator', []))})"),
        ("interval", f"{text.number(cell['lower95'], decimals)} – {text.number(cell['upper95'], decimals)}"),
        ("state", state),
        ("boundaries", cell["boundaries"]),
        ("version", cell["version"]),
        ("grade", cell["grade"]),
        ("release", f"{release.id}  ({release.meta['as_of']})"),
    ]
    said = [f"{text.say(f'trace.{key}', lang)}: {fact}" for key, fact in lines if fact]
    said.append(text.say("trace.files", lang, count=len(files)) + ":")
    said += [f"  {file['sha256'][:12]}  {file['name']}" for file in files.to_dict("records")]
    return "\n".join(said)
