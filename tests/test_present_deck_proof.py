"""Every wrong number planted in a deck is found, wherever it stands; nothing is found in a deck that is right."""

from __future__ import annotations

import copy
import io
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from grown import EARLIER, LATER, grow
from office import converted
from openpyxl import load_workbook
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.constants import RELATIONSHIP_TYPE as KIND
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.util import Inches

from hfwork.present.pack import proof
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.proof import LOST, UNPROVED, WRONG
from hfwork.present.pack.slides import binding, deck, deck_proof, drawing
from hfwork.present.pack.slides.agenda import MEETINGS
from hfwork.release.bundle import Release, open_release

pytestmark = pytest.mark.slow

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
NEW = 7301  # numbers no release prints begin here; each planted one is the next


@pytest.fixture(scope="module")
def later(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(grow(release.resolve(), tmp_path_factory.mktemp("grown"), LATER))


@pytest.fixture(scope="module")
def decks(later: Release) -> dict[tuple[str, str], bytes]:
    return {(m, lang): deck.build(Facts(later, lang), m)[0] for m in MEETINGS for lang in ("zh", "en")}


@dataclass
class Garden:
    """A deck in which numbers are planted, each in a shape of its own, with what must be found."""

    deck: Any
    rng: random.Random
    count: int = 0
    taken: set[str] = field(default_factory=set)
    expected: list[tuple[str, str, str]] = field(default_factory=list)  # how planted, where, number

    def fresh(self) -> int:
        self.count += 1
        return NEW + self.count

    def shapes(self, fits: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
        """Shapes not planted in yet, in random order."""
        found = []
        for number, slide in enumerate(self.deck.slides, 1):
            every = [*drawing.walk(slide.shapes), *drawing.walk(slide.notes_slide.shapes if number > 1 else ())]
            found += [(f"{number} · {s.name.split(' [hf:')[0]}", s) for s in every if fits(s)]
        self.rng.shuffle(found)
        for where, shape in found:
            if where not in self.taken:
                self.taken.add(where)
                yield where, shape

    def slide(self) -> tuple[str, Any]:
        number = self.rng.randrange(1, len(self.deck.slides) + 1)
        return str(number), self.deck.slides[number - 1]


def _key(shape: Any) -> str:
    bound = binding.read(shape.name)
    return bound.key if bound and not bound.part else ""


def _texts(shape: Any) -> bool:
    return bool(_key(shape)) and shape.has_text_frame and bool(proof.numbers(shape.text_frame.text))


def _run(garden: Garden, shape: Any) -> tuple[Any, re.Match[str]]:
    """A run of a text with a number in it, and the number."""
    runs = [r for p in shape.text_frame.paragraphs for r in p.runs if re.search(r"\d", r.text)]
    run = garden.rng.choice(runs)
    return run, garden.rng.choice(list(re.finditer(r"\d[\d,]*(?:\.\d+)?", run.text)))


def _digit(garden: Garden, number: str) -> str:
    """The number with one digit changed."""
    at = garden.rng.choice([i for i, sign in enumerate(number) if sign.isdigit()])
    return f"{number[:at]}{(int(number[at]) + garden.rng.randrange(1, 10)) % 10}{number[at + 1 :]}"


def _change(how: Callable[[Garden, str], str]) -> Callable[[Garden], Iterator[Any]]:
    def plant(garden: Garden) -> Iterator[Any]:
        for where, shape in garden.shapes(_texts):
            run, number = _run(garden, shape)
            run.text = f"{run.text[: number.start()]}{how(garden, number[0])}{run.text[number.end() :]}"
            yield where, ""

    return plant


def _minus(garden: Garden) -> Iterator[Any]:
    """A Chinese minus before a number; after a letter, as in Q−4, it would be a hyphen and no other number."""
    for where, shape in garden.shapes(_texts):
        run, number = _run(garden, shape)
        before = run.text[: number.start()]
        if not re.search(r"[0-9A-Za-z]$", before):
            run.text = f"{before}−{run.text[number.start() :]}"
            yield where, ""


def _decimal(garden: Garden, number: str) -> str:
    plain = number.replace(",", "").replace(".", "")
    return f"{number}.5" if len(plain) == 1 else f"{plain[:-1]}.{plain[-1]}" if "." not in number else f"{plain}.0"


def _wide(garden: Garden, number: str) -> str:
    return _digit(garden, number).translate(str.maketrans("0123456789.,", "０１２３４５６７８９．，"))


def _minus(garden: Garden) -> Iterator[Any]:
    """A minus before a number – inside a code, such as a receipt, it would be none."""
    for where, shape in garden.shapes(_texts):
        for run in (r for p in shape.text_frame.paragraphs for r in p.runs):
            own = list(re.finditer(r"(?<![A-Za-z0-9.,%‰-])\d+(?![0-9A-Za-z-])", run.text))
            if own:
                at = garden.rng.choice(own).start()
                run.text = f"{run.text[:at]}−{run.text[at:]}"
                yield where, ""
                break


def _title(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(lambda s: _texts(s) and "title" in _key(s)):
        run, number = _run(garden, shape)
        run.text = run.text.replace(number[0], str(garden.fresh()), 1)
        yield where, str(NEW + garden.count)


def _appended(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(lambda s: bool(_key(s)) and s.has_text_frame):
        paragraph = garden.rng.choice(shape.text_frame.paragraphs)
        paragraph.add_run().text = f" （{garden.fresh()}）"
        yield where, str(NEW + garden.count)


def _paragraph(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(lambda s: bool(_key(s)) and s.has_text_frame):
        shape.text_frame.add_paragraph().text = f"其中{garden.fresh()}人"
        yield where, str(NEW + garden.count)


def _rewritten(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(_texts):
        shape.text_frame.paragraphs[0].runs[0].text = f"据了解已完成{garden.fresh()}户"
        yield where, str(NEW + garden.count)


def _field(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(_texts):
        held = (
            f'<a:fld xmlns:a="{_A}" id="{{00000000-0000-0000-0000-000000000001}}" type="hf"><a:t>{garden.fresh()}</a:t>'
        )
        shape.text_frame.paragraphs[0]._p.append(parse_xml(f"{held}</a:fld>"))
        yield where, str(NEW + garden.count)


def _swapped_line(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(_texts):
        for run in (r for p in shape.text_frame.paragraphs for r in p.runs):
            own = list(re.finditer(r"(?<![\d.,A-Z-])\d+(?![\d.,A-Z-])", run.text))
            if len(own) > 1 and own[0][0] != own[-1][0]:
                a, b = own[0], own[-1]
                text = run.text
                run.text = f"{text[: a.start()]}{b[0]}{text[a.end() : b.start()]}{a[0]}{text[b.end() :]}"
                yield where, ""
                break


def _cells(shape: Any, head: bool) -> list[Any]:
    rows = list(shape.table.rows)
    found = [c for row in (rows[:1] if head else rows[1:]) for c in row.cells]
    return [c for c in found if re.search(r"\d", c.text_frame.text) and c.text_frame.paragraphs[0].runs]


def _table(shape: Any) -> bool:
    return bool(_key(shape)) and getattr(shape, "has_table", False)


def _cell(head: bool) -> Callable[[Garden], Iterator[Any]]:
    def plant(garden: Garden) -> Iterator[Any]:
        for where, shape in garden.shapes(lambda s: _table(s) and bool(_cells(s, head))):
            run = garden.rng.choice(_cells(shape, head)).text_frame.paragraphs[0].runs[0]
            number = garden.rng.choice(list(re.finditer(r"\d[\d,]*(?:\.\d+)?", run.text)))
            run.text = f"{run.text[: number.start()]}{_digit(garden, number[0])}{run.text[number.end() :]}"
            yield where, ""

    return plant


def _swapped_cells(down: bool) -> Callable[[Garden], Iterator[Any]]:
    def plant(garden: Garden) -> Iterator[Any]:
        for where, shape in garden.shapes(_table):
            rows, columns = len(shape.table.rows), len(shape.table.columns)
            spots = [(r, c) for r in range(1, rows) for c in range(1, columns)]
            pairs = [(a, b) for a in spots for b in spots if a < b and a[1 if down else 0] == b[1 if down else 0]]
            garden.rng.shuffle(pairs)
            for a, b in pairs:
                one, two = (shape.table.cell(*at).text_frame.paragraphs[0] for at in (a, b))
                numbers = [proof.numbers(p.text) for p in (one, two)]
                if one.runs and two.runs and all(numbers) and numbers[0] != numbers[1]:
                    one.runs[0].text, two.runs[0].text = two.text, one.text
                    yield where, ""
                    break

    return plant


def _no_number(garden: Garden) -> Iterator[Any]:
    """A number where the release withholds or has none."""
    for where, shape in garden.shapes(_table):
        signs = [c for row in list(shape.table.rows)[1:] for c in row.cells if c.text_frame.text[:1] in "*~—"]
        for cell in [c for c in signs if c.text_frame.paragraphs[0].runs][:1]:
            cell.text_frame.paragraphs[0].runs[0].text = str(garden.fresh())
            yield where, str(NEW + garden.count)


def _charts(shape: Any) -> bool:
    return bool(_key(shape)) and getattr(shape, "has_chart", False)


def _points(shape: Any, tag: str) -> list[Any]:
    return [v for held in shape.chart._chartSpace.iter(qn(tag)) for v in held.iter(qn("c:v"))]


def _cached(tag: str, said: str) -> Callable[[Garden], Iterator[Any]]:
    def plant(garden: Garden) -> Iterator[Any]:
        for where, shape in garden.shapes(_charts):
            held = garden.rng.choice(_points(shape, tag))
            held.text = said.format(held.text, garden.fresh())
            yield where, str(NEW + garden.count)

    return plant


def _beyond(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(_charts):
        cache = next(shape.chart._chartSpace.iter(qn("c:numCache")))
        count = cache.find(qn("c:ptCount"))
        size = int(count.get("val"))
        count.set("val", str(size + 1))
        added = cache.makeelement(qn("c:pt"), {"idx": str(size)})
        added.append(added.makeelement(qn("c:v"), {}))
        added[0].text = str(garden.fresh())
        cache.append(added)
        yield where, str(NEW + garden.count)


def _chart_words(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(_charts):
        if garden.rng.random() < 0.5:
            shape.chart.has_title = True
            shape.chart.chart_title.text_frame.text = f"最高{garden.fresh()}"
        else:
            point = shape.chart.plots[0].series[-1].points[0]
            point.data_label.text_frame.text = f"{garden.fresh()}"
        yield where, str(NEW + garden.count)


def _workbook(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(_charts):
        held = shape.chart.part.chart_workbook.xlsx_part
        book = load_workbook(io.BytesIO(held.blob))
        sheet = book.worksheets[0]
        last, wide = sheet.max_row, sheet.max_column
        number = garden.fresh()
        spots: list[tuple[int, int, object]] = [
            (garden.rng.randint(2, last), garden.rng.randint(2, wide), number),
            (garden.rng.randint(2, last), 1, f"第{number}组"),
            (1, wide, f"目标{number}"),
            (1, 1, f"共{number}"),
            (last + 1, 1, f"合计{number}"),
            (last + 1, 2, number),
            (2, wide + 1, number),
            (2, 2, f"={number}+1"),
        ]
        if garden.rng.random() < 0.2:
            book.create_sheet("明细").append(["", "值"])
            book["明细"].append(["x", number])
        else:
            row, column, value = garden.rng.choice(spots)
            sheet.cell(row, column).value = value  # type: ignore[assignment]
        made = io.BytesIO()
        book.save(made)
        held._blob = made.getvalue()
        yield where, str(number)


def _tiles(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(lambda s: bool((b := binding.read(s.name)) and b.part)):
        second = shape.text_frame.paragraphs[1]
        if garden.rng.random() < 0.5 and second.runs:
            second.runs[0].text = f"{garden.fresh()}%"
        else:
            drawing.typeset.describe(shape, f"达到{garden.fresh()}")
        yield where, str(NEW + garden.count)


def _swapped_tiles(garden: Garden) -> Iterator[Any]:
    pairs: list[tuple[str, Any]] = []
    for where, shape in garden.shapes(lambda s: bool((b := binding.read(s.name)) and b.part)):
        said = shape.text_frame.paragraphs[1].text
        if not proof.numbers(said):
            continue
        pairs.append((where, shape))
        if len(pairs) == 2:
            one, two = (s.text_frame.paragraphs[1].runs[0] for _, s in pairs)
            if one.text == two.text:
                pairs.pop()
                continue
            one.text, two.text = two.text, one.text
            yield pairs[0][0], ""
            pairs = []


def _alt(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(lambda s: bool(_key(s))):
        held = shape._element.xpath(".//p:cNvPr")[0]
        held.set(garden.rng.choice(["descr", "title"]), f"{held.get('descr', '')} {garden.fresh()}")
        yield where, str(NEW + garden.count)


def _notes(garden: Garden) -> Iterator[Any]:
    for where, shape in garden.shapes(lambda s: _key(s).startswith("notes/") and _texts(s)):
        run, number = _run(garden, shape)
        run.text = f"{run.text[: number.start()]}{garden.fresh()}{run.text[number.end() :]}"
        yield where, str(NEW + garden.count)


def _new_shape(garden: Garden) -> Iterator[Any]:
    while True:
        where, slide = garden.slide()
        number, kind = garden.fresh(), garden.rng.randrange(5)
        box = (Inches(1), Inches(1), Inches(3), Inches(1))
        if kind == 0:
            slide.shapes.add_textbox(*box).text_frame.text = f"新增{number}户"
        elif kind == 1:
            slide.shapes.add_table(2, 2, *box).table.cell(1, 1).text = str(number)
        elif kind == 2:
            data = CategoryChartData()
            data.categories = ["甲"]
            data.add_series("数", (number,))
            slide.shapes.add_chart(XL_CHART_TYPE.PIE, *box, data)
        elif kind == 3:
            group = slide.shapes.add_group_shape()
            group.shapes.add_textbox(*box).text_frame.text = f"{number}"
        else:
            slide.notes_slide.notes_text_frame.add_paragraph().text = f"口头补充：{number}"
        yield where, str(number)


def _raw(garden: Garden) -> Iterator[Any]:
    """What no library writes: equations, SmartArt, comments, words on master and layouts, a file's properties."""
    while True:
        where, slide = garden.slide()
        number, kind = garden.fresh(), garden.rng.randrange(8)
        if kind == 0:
            body = f'<a:p xmlns:a="{_A}"><a:r><a:t>{number}</a:t></a:r></a:p>'
            mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
            shape = f'<p:sp xmlns:p="{_P}"><p:txBody>{body}</p:txBody></p:sp>'
            held = f'<mc:Choice Requires="a14">{shape}</mc:Choice>'
            slide.shapes._spTree.append(parse_xml(f'<mc:AlternateContent xmlns:mc="{mc}">{held}</mc:AlternateContent>'))
        elif kind == 1:
            said = f"<a:p><a:r><a:t>{number}人</a:t></a:r></a:p>"
            xml = f'<x:dataModel xmlns:x="urn:dgm" xmlns:a="{_A}">{said}</x:dataModel>'
            _part(garden, slide, "/ppt/diagrams/data%d.xml", "drawingml.diagramData+xml", KIND.DIAGRAM_DATA, xml)
            where = "/ppt/diagrams"
        elif kind == 2:
            xml = f'<p:cmLst xmlns:p="{_P}"><p:cm><p:text>应为{number}</p:text></p:cm></p:cmLst>'
            _part(garden, slide, "/ppt/comments/comment%d.xml", "presentationml.comments+xml", KIND.COMMENTS, xml)
            where = "/ppt/comments"
        elif kind in (3, 4):
            held = garden.deck.slide_master if kind == 3 else garden.rng.choice(list(garden.deck.slide_layouts))
            box = slide.shapes.add_textbox(0, 0, 9, 9)
            box.text_frame.text = f"版式{number}"
            held.shapes._spTree.append(box._element)
            where = "/ppt/slide"
        else:
            own = garden.deck.core_properties
            name = garden.rng.choice(["subject", "title", "keywords", "comments", "category"])
            setattr(own, name, f"{getattr(own, name)} {number}"[:255])
            where = "docProps"
        yield where, str(number)


def _part(garden: Garden, slide: Any, name: str, content: str, kind: str, xml: str) -> None:
    uri = PackURI(name % garden.count)
    made = Part(uri, f"application/vnd.openxmlformats-officedocument.{content}", slide.part.package, xml.encode())
    slide.part.relate_to(made, kind)


PLANTERS: dict[str, Callable[[Garden], Iterator[Any]]] = {
    "digit": _change(_digit),
    "decimal moved": _change(_decimal),
    "full-width": _change(_wide),
    "Chinese minus": _minus,
    "ten thousands": _change(lambda _, number: f"{number}万"),
    "digit added": _change(lambda _, number: f"{number}7"),
    "title": _title,
    "appended": _appended,
    "paragraph": _paragraph,
    "rewritten": _rewritten,
    "field": _field,
    "swapped in a line": _swapped_line,
    "cell": _cell(False),
    "header": _cell(True),
    "swapped in a row": _swapped_cells(False),
    "swapped in a column": _swapped_cells(True),
    "number for a sign": _no_number,
    "cache": _cached("c:val", "{1}"),
    "category": _cached("c:cat", "{0}{1}"),
    "series name": _cached("c:tx", "{0}{1}"),
    "beyond the end": _beyond,
    "words on a chart": _chart_words,
    "workbook": _workbook,
    "tile": _tiles,
    "swapped tiles": _swapped_tiles,
    "alternative text": _alt,
    "notes": _notes,
    "new shape": _new_shape,
    "raw": _raw,
}


def planted(content: bytes, seed: int, names: list[str]) -> Garden:
    """A deck with one number of each kind, as far as there is a shape left for it."""
    garden = Garden(Presentation(io.BytesIO(content)), random.Random(seed))
    names = random.Random(seed).sample(names, len(names))
    for name in names:
        for where, number in PLANTERS[name](garden):
            garden.expected.append((name, where, number))
            break
    return garden


def missed(garden: Garden, release: Release) -> list[tuple[str, str, str]]:
    """What was planted and not found."""
    made = io.BytesIO()
    garden.deck.save(made)
    found = [f for f in deck_proof.prove(made.getvalue(), release, "deck.pptx") if f.kind in (WRONG, UNPROVED)]
    return [
        (name, where, number)
        for name, where, number in garden.expected
        if not any(f.where.startswith(where) and number in proof.tidy(f.given) for f in found)
    ]


def test_every_planted_number_is_found(later: Release, decks: dict[tuple[str, str], bytes]) -> None:
    count, lost = 0, []
    for seed, at in enumerate([*decks, *decks]):
        garden = planted(decks[at], seed, list(PLANTERS))
        count += len(garden.expected)
        lost += [(at, seed, *one) for one in missed(garden, later)]
    assert lost == []
    assert count >= 250


@pytest.mark.slow
def test_every_number_planted_alone_is_found(later: Release, decks: dict[tuple[str, str], bytes]) -> None:
    lost = []
    count = 0
    for at, name in enumerate(list(PLANTERS) * 8):
        meeting = list(decks)[at % len(decks)]
        garden = planted(decks[meeting], 1000 + at, [name])
        count += len(garden.expected)
        lost += [(meeting, 1000 + at, *one) for one in missed(garden, later)]
    assert lost == []
    assert count >= 200


def test_an_untouched_deck_is_proved(later: Release, decks: dict[tuple[str, str], bytes]) -> None:
    found = {at: deck_proof.prove(content, later, "deck.pptx") for at, content in decks.items()}
    assert found == {at: [] for at in decks}


def _innocent(made: Any, rng: random.Random) -> None:
    """Moved, restyled, merged, split, reordered and added to in words: no number is touched."""
    for slide in made.slides:
        for shape in slide.shapes:
            shape.left, shape.top = Inches(rng.random()), Inches(rng.random())
            if shape.has_text_frame and shape.text_frame.paragraphs[0].runs:
                first = shape.text_frame.paragraphs[0]
                first.runs[0].font.bold = rng.random() < 0.5
                whole = first.runs[0].text
                if len(first.runs) == 1 and len(whole) > 1:  # one run made two, in the middle of a number or not
                    half = rng.randrange(1, len(whole))
                    twin = copy.deepcopy(first.runs[0]._r)
                    first.runs[0].text, twin.find(qn("a:t")).text = whole[:half], whole[half:]
                    first.runs[0]._r.addnext(twin)
                first.add_run().text = "（见附录）"
                for later_one in shape.text_frame.paragraphs[1:]:  # all in one paragraph
                    for run in later_one._p.findall(qn("a:r")):
                        first._p.append(run)
                    later_one._p.getparent().remove(later_one._p)
            if getattr(shape, "has_table", False):
                rows = shape.table._tbl.tr_lst
                shape.table._tbl.append(rows[1])  # the first row is now the last
        slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "请各单位补充说明"
    slides = made.slides._sldIdLst
    slides.append(slides[1])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_innocent_edit_is_no_wrong_number(later: Release, decks: dict[tuple[str, str], bytes], lang: str) -> None:
    made = Presentation(io.BytesIO(decks["midterm", lang]))
    _innocent(made, random.Random(7))
    saved = io.BytesIO()
    made.save(saved)
    found = deck_proof.prove(saved.getvalue(), later, "deck.pptx")
    assert found == []


def test_the_deck_of_another_release_is_wrong(
    later: Release, release: Path, tmp_path: Path, decks: dict[tuple[str, str], bytes]
) -> None:
    earlier = open_release(grow(release.resolve(), tmp_path, EARLIER))
    found = deck_proof.prove(decks["midterm", "zh"], earlier, "deck.pptx")
    slides = {f.where.split(" · ")[0] for f in found if f.kind in (WRONG, UNPROVED)}
    assert slides == {*map(str, range(1, 15)), "docProps"}


def test_a_shape_under_a_key_that_is_gone_is_lost(later: Release, decks: dict[tuple[str, str], bytes]) -> None:
    made = Presentation(io.BytesIO(decks["annual", "zh"]))
    shape = made.slides[3].shapes.title
    shape.name = "标题 [hf:zh:map_title/no_such_indicator/latest#1.00000000]"
    shape.text_frame.text = "全区7个镇街"
    saved = io.BytesIO()
    made.save(saved)
    found = deck_proof.prove(saved.getvalue(), later, "deck.pptx")
    assert [(f.kind, f.where, f.given) for f in found] == [
        (LOST, "4 · 标题", "map_title/no_such_indicator/latest"),
        (UNPROVED, "4 · 标题", "7"),
    ]


def test_a_workbook_that_cannot_be_read_is_told(later: Release, decks: dict[tuple[str, str], bytes]) -> None:
    made = Presentation(io.BytesIO(decks["midterm", "en"]))
    chart = next(s.chart for slide in made.slides for s in slide.shapes if getattr(s, "has_chart", False))
    chart.part.chart_workbook.xlsx_part._blob = b"PK no workbook"
    saved = io.BytesIO()
    made.save(saved)
    found = deck_proof.prove(saved.getvalue(), later, "deck.pptx")
    assert [(f.kind, f.where.endswith("xlsx"), f.given) for f in found] == [(UNPROVED, True, "BadZipFile")]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_deck_saved_by_libreoffice_has_no_wrong_number(
    later: Release, decks: dict[tuple[str, str], bytes], lang: str, tmp_path: Path
) -> None:
    """LibreOffice 7 takes the names of placeholders (titles, notes): what stands in them is unproved, nothing else."""
    saved = converted(decks["acceptance", lang], tmp_path, "pptx").read_bytes()
    found = deck_proof.prove(saved, later, "deck.pptx")
    assert [f for f in found if f.kind != UNPROVED] == []
    assert [f for f in found if "PlaceHolder" not in f.where] == []
