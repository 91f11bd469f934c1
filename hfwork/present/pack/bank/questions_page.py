"""The question bank as one page that needs no server and no network, and the proof of what it says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from string import Template
from typing import Any

from hfwork import text
from hfwork.errors import no_access
from hfwork.present.pack import proof
from hfwork.present.pack.bank.questions import CODES, Answer, bank
from hfwork.present.pack.facts import Cell, Facts, Gone

HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src data:; form-action 'none'; base-uri 'none'"
)
_FEW = 300  # more lines than this that differ are another page, not one that somebody has changed
_WORDS = ("question.title", "question.lead", "question.page.", "ui.sample", "ui.skip")
Progress = Callable[[str], None]


def write_page(facts_by_language: dict[str, Facts], target: Path, progress: Progress | None = None) -> list[Cell]:
    """Write the question bank to one HTML file that asks for nothing, and return the cells it shows.

    ``facts_by_language``: one release read in each language (``zh``, ``en`` or both); the page opens in the first.
    ``progress`` is told what is being made. Raises ``HfworkError`` ``no_access`` when the file cannot be written;
    a file there is replaced whole or stays.
    """
    made, cells = _made(facts_by_language, progress)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_text(made, "utf-8")
        os.replace(part, target)
    except OSError as problem:
        raise no_access(problem, target) from problem
    finally:
        with suppress(OSError):
            part.unlink()
    return cells


def prove_page(facts_by_language: dict[str, Facts], file: Path) -> list[proof.Finding]:
    """Read the page again and hold every line of it against the release: text, stored answers, code.

    Numbers that are not the release's are ``wrong`` or ``unproved``; ``lost`` is a line that is gone or has other
    words, and a page that is none of this release.
    """
    wanted, read = _lines(_made(facts_by_language)[0]), _lines(file.read_text("utf-8"))
    given, expected = {line.said for line in read}, {line.said for line in wanted}
    strange = [line for line in read if line.said not in expected]
    absent = [line for line in wanted if line.said not in given]
    few = max(len(strange), len(absent)) <= _FEW
    found = proof.compare(file.name, [line.said for line in absent], strange) if few else []
    if absent and not found:
        found = [proof.Finding(proof.LOST, file.name, absent[0].where, "", absent[0].said[:120])]
    return found


def _made(facts_by_language: dict[str, Facts], progress: Progress | None = None) -> tuple[str, list[Cell]]:
    banks = {}
    for lang, facts in facts_by_language.items():
        if progress:
            progress(facts.say("question.title"))
        banks[lang] = bank(facts)
    content, cells = _content(facts_by_language, banks)
    first = next(iter(facts_by_language.values()))
    script, style = ((HERE / f"questions.{kind}").read_text("utf-8") for kind in ("js", "css"))
    return Template((HERE / "questions.html").read_text("utf-8")).substitute(
        lang="zh-CN" if first.lang == "zh" else first.lang,
        policy=escape(_POLICY.format(script=_hash(script), style=_hash(style))),
        title=escape(f"{first.say('question.title')} · {first.meta['title'][first.lang]}"),
        noscript=escape(" ".join(facts.say("question.page.noscript") for facts in facts_by_language.values())),
        bank=json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
        style=style,
        script=script,
    ), cells


def _hash(code: str) -> str:
    """How a policy names the one script, or the one sheet, that may run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _content(
    facts_by_language: dict[str, Facts], banks: dict[str, dict[tuple[str, str], list[Answer]]]
) -> tuple[dict[str, Any], list[Cell]]:
    """What the page holds: names, words, each text once (``pool``), and per entry the numbers of its texts."""
    langs, facts = list(facts_by_language), next(iter(facts_by_language.values()))
    pool: dict[tuple[str, ...], int] = {}
    receipts: dict[int, list[str]] = {}
    cells: dict[str, Cell] = {}

    def pooled(texts: tuple[str, ...]) -> int:
        return pool.setdefault(texts, len(pool))

    leads = list(dict.fromkeys(json.dumps(own["lead"]) for own in facts.indicators.values() if own["lead"]))
    kinds = [{"id": kind["id"], "name": kind["name"]} for kind in facts.page["kinds"]]
    ids = [kind["id"] for kind in kinds]
    indicators = [
        {"id": own["id"], "code": own["code"], "name": own["name"]}
        | {"kind": ids.index(own["kind"]) if own["kind"] in ids else -1}
        | {"lead": leads.index(json.dumps(own["lead"])) if own["lead"] else -1}
        for own in facts.indicators.values()
    ]
    whole = {"code": facts.root, "name": facts.page["root"]["name"], "label": facts.page["root"]["name"]}
    places = [whole, *({name: place[name] for name in ("code", "name", "label")} for place in facts.places.values())]
    rows = {}
    for at in banks[langs[0]]:
        entry = {lang: banks[lang][at] for lang in langs}
        used = [cell for answer in entry[langs[0]] for cell in answer.cells]
        cells |= {cell["receipt"]: cell for cell in used}
        now = pooled(tuple(_now(facts_by_language[lang], *at) for lang in langs))
        receipts.setdefault(now, []).extend(cell["receipt"] for cell in used if cell["place"] == at[1])
        texts = [pooled(tuple(getattr(entry[lang][k], part) for lang in langs))
                 for k in range(len(CODES)) for part in ("question", "answer")]  # fmt: skip
        rows["/".join(at)] = [now, *texts]
    day, meta = facts.meta["as_of"], facts.meta
    content = {
        "langs": langs,
        "codes": CODES,
        "release": {"id": meta["id"], "sample": meta["sample"], "title": meta["title"]}
        | {"date": {lang: facts_by_language[lang].date(day) for lang in langs}},
        "words": {key: {lang: both[lang] for lang in langs} for key, both in text.words(*_WORDS).items()},
        "indicators": indicators,
        "places": places,
        "kinds": kinds,
        "leads": [{"name": json.loads(lead)} for lead in leads],
        "pool": {lang: [texts[k] for texts in pool] for k, lang in enumerate(langs)},
        "receipts": {n: sorted(set(found)) for n, found in receipts.items()},
        "rows": rows,
    }
    return content, list(cells.values())


def _now(facts: Facts, indicator: str, place: str) -> str:
    """Period, figure and status of an entry, under its heading."""
    try:
        token = facts.period(indicator)
    except Gone:
        return text.DASH
    cell = facts.cell(indicator, token, place)
    return "　".join(part for part in (facts.when(token), facts.figure(cell), facts.status(cell)) if part)


class _Reader(HTMLParser):
    """Texts and attributes of a page in their order; scripts, data and sheets line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[proof.Line] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside = "bank" if given.get("id") == "bank" else tag
        self.lines += [proof.Line(f"{tag} {name}", value) for name, value in attrs if value and name != "id"]

    def handle_data(self, data: str) -> None:
        if self.inside == "bank":
            with suppress(ValueError):
                self.lines += _leaves("bank", json.loads(data))
        else:
            self.lines += [proof.Line(self.inside, line) for line in data.splitlines() if line.strip()]


def _lines(page: str) -> list[proof.Line]:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.lines


def _leaves(where: str, content: Any) -> list[proof.Line]:
    """Each stored text, or list of numbers, with its address: a right text in a wrong entry is found as well."""
    if isinstance(content, dict):
        return [line for key, each in content.items() for line in _leaves(f"{where}/{key}", each)]
    if isinstance(content, list) and not all(isinstance(each, int) for each in content):
        return [line for n, each in enumerate(content) for line in _leaves(f"{where}/{n}", each)]
    return [proof.Line(where, f"{where} {content}")]
