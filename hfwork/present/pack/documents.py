"""The documents of a pack: where each lies, what people call it, what writes it, and what proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from hfwork.present.pack.bank import questions_page as bank
from hfwork.present.pack.book import appendix, appendix_proof
from hfwork.present.pack.facts import Cell, Facts
from hfwork.present.pack.papers import brief, paper_docx, paper_html, paper_proof
from hfwork.present.pack.papers.paper import Paper
from hfwork.present.pack.papers.township import township
from hfwork.present.pack.proof import Finding
from hfwork.present.pack.slides import deck, deck_proof
from hfwork.text import LANGUAGES

DECK = "deck.pptx"


@dataclass(frozen=True)
class Document:
    """One file of a pack, its whole title and a short one.

    ``write`` returns the published cells it shows, ``prove`` what is not the release's.
    """

    path: str
    title: str
    label: str
    write: Callable[[Path], Iterable[Cell]]
    prove: Callable[[Path], list[Finding]]


def documents(facts: Facts, meeting: str) -> list[Document]:
    """All documents of a meeting: slides, report, appendix, question bank, one page for every unit."""
    own_first = sorted(LANGUAGES, key=lambda lang: lang != facts.lang)
    both = {lang: facts.translated(lang) for lang in own_first}
    report = cache(lambda: brief.report(facts, meeting))

    def named(file: str) -> tuple[str, str]:
        return _named(facts, meeting, facts.say(f"pack.file.{file}"))

    made = [
        Document(DECK, *named("deck"), partial(_write_deck, facts, meeting), partial(_prove_deck, facts)),
        _paper("report.docx", named("report"), report),
        _paper("report.html", named("report"), report),
        Document(
            "appendix.xlsx",
            *named("appendix"),
            partial(appendix.write, facts, meeting),
            partial(appendix_proof.prove, facts, meeting),
        ),
        Document("questions.html", *named("questions"), partial(bank.write_page, both), partial(bank.prove_page, both)),
    ]
    for code in facts.places:
        name = facts.place(code)
        page = cache(partial(township, facts, code, meeting))
        made.append(_paper(f"briefs/{code}-{name}.docx", _named(facts, meeting, name), page))
    return made


def _paper(path: str, named: tuple[str, str], paper: Callable[[], Paper]) -> Document:
    """A paper as Word or as one page for a browser."""
    word = path.endswith(".docx")

    def write(target: Path) -> Iterable[Cell]:
        (paper_docx.write_docx if word else paper_html.write_html)(paper(), target)
        return paper().cells()

    def prove(file: Path) -> list[Finding]:
        return (paper_proof.prove_docx if word else paper_proof.prove_html)(paper(), file)

    return Document(path, *named, write, prove)


def _write_deck(facts: Facts, meeting: str, target: Path) -> Iterable[Cell]:
    content, cells = deck.build(facts, meeting)
    target.write_bytes(content)
    return cells


def _prove_deck(facts: Facts, file: Path) -> list[Finding]:
    return deck_proof.prove(file.read_bytes(), facts.release, file.name, facts)


def _named(facts: Facts, meeting: str, file: str) -> tuple[str, str]:
    """What people call a file, whole and short: 宁河区创建幸福家庭活动中期推动会汇报 幻灯片, 幻灯片."""
    own = {"campaign": facts.meta["title"][facts.lang], "meeting": facts.say(f"pack.meeting.{meeting}")}
    return facts.say("pack.file.title", file=file, **own), file
