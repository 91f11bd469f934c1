"""Edited decks brought up to a later release: what people did stays, every other number is the later release's."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from grown import EARLIER, LATER, SECRET, SPLIT, grow
from office import converted
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_VERTICAL_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE as KIND
from pptx.oxml.ns import qn
from pptx.parts.embeddedpackage import EmbeddedXlsxPart
from pptx.util import Emu, Inches, Pt

from hfwork.errors import HfworkError
from hfwork.judge.verdict import UNFINISHED
from hfwork.present.pack import proof
from hfwork.present.pack.elements import Plot, Series, Tiles
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.slides import binding, deck, deck_proof, drawing, native, refresh
from hfwork.present.pack.slides.refresh import Renewal
from hfwork.release.bundle import Release, open_release
from hfwork.workspace import Workspace

pytestmark = pytest.mark.slow

# The same units a quarter later, every figure another; LATER itself splits a unit.
SAME_UNITS = replace(LATER, identity="cccc2018063000cc", units=EARLIER.units)


@dataclass
class Given:
    """Two releases of one district, the later with and without a split, and decks made from the earlier."""

    earlier: Release
    later: Release
    split: Release
    zh: bytes
    en: bytes


@pytest.fixture(scope="module")
def given(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Given:
    folder = tmp_path_factory.mktemp("grown")
    made = [open_release(grow(release.resolve(), folder, grown)) for grown in (EARLIER, SAME_UNITS, LATER)]
    decks = [deck.build(Facts(made[0], lang), "midterm")[0] for lang in ("zh", "en")]
    return Given(*made, *decks)


# -- reading a deck ------------------------------------------------------------------------------------------------


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def saved(made: Any) -> bytes:
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def shapes(slide: Any) -> list[Any]:
    notes = drawing.walk(slide.notes_slide.shapes) if slide.has_notes_slide else ()
    return [*drawing.walk(slide.shapes), *notes]


def on(made: Any, key: str, part: str = "") -> Any:
    """The first shape in the deck whose key begins so."""
    for slide in made.slides:
        for shape in shapes(slide):
            bound = binding.read(shape.name)
            if bound and bound.key.startswith(key) and bound.part == part:
                return shape
    raise LookupError(key)


def tiles(made: Any) -> dict[str, Any]:
    """Code of a unit → its shape on the map."""
    every = [(binding.read(s.name), s) for slide in made.slides for s in shapes(slide)]
    return {bound.part: shape for bound, shape in every if bound and bound.part}


def fill(shape: Any) -> str:
    held = shape._element.spPr.find(qn("a:solidFill"))
    return "" if held is None else str(held[0].get("val"))


def rows(table: Any) -> list[list[str]]:
    return [[cell.text_frame.text for cell in row.cells] for row in table.rows]


def content(shape: Any) -> object:
    """What people see of a shape, without its place and looks."""
    if getattr(shape, "has_chart", False):
        return native.shown(shape.chart)
    if getattr(shape, "has_table", False):
        return rows(shape.table)
    bound = binding.read(shape.name)
    return (shape.text_frame.text if shape.has_text_frame else "", fill(shape) if bound and bound.part else "")


def seen(made: Any) -> list[tuple[int, str, object]]:
    every = [(number, s) for number, slide in enumerate(made.slides, 1) for s in shapes(slide)]
    return [(number, s.name.split(" [hf:")[0], content(s)) for number, s in every]


def drop(made: Any, keep: Callable[[int, Any], bool]) -> None:
    """Delete slides as an office program does: out of the list, and out of the file."""
    listed = made.slides._sldIdLst
    for number, held in list(enumerate(listed, 1)):
        if not keep(number, made.slides[list(listed).index(held)]):
            made.part.drop_rel(held.rId)
            listed.remove(held)
    made.part.rename_slide_parts([held.rId for held in listed])


def only(made: Any, *keys: str) -> None:
    """Leave the slides on which one of these stands."""

    def wanted(_: int, slide: Any) -> bool:
        bound = [binding.read(s.name) for s in slide.shapes]
        return any(b.key.split("/")[0] in keys for b in bound if b)

    drop(made, wanted)


# -- a second calculation ------------------------------------------------------------------------------------------


class Second:
    """The figures of a release from its published rows alone."""

    def __init__(self, release: Release) -> None:
        page = release.page("overview")
        frame = release.rows()
        frame.loc[frame["reason"].isin(UNFINISHED), "status"] = "none"  # what will still move is not judged
        self.own = {i["id"]: i for i in page["indicators"]}
        self.names = {i["name"][lang]: i["id"] for i in page["indicators"] for lang in ("zh", "en")}
        self.tokens = [p["token"] for p in page["periods"]]
        self.standing = page["standing"]
        self.labels = {p["label"][lang]: p["code"] for p in page["places"] for lang in ("zh", "en")}
        self.at = {tuple(key): row for *key, row in zip(frame["indicator"], frame["period"], frame["place"],
                                                        frame.to_dict("records"), strict=True)}  # fmt: skip
        self.receipts = dict(zip(frame["receipt"], frame.to_dict("records"), strict=True))
        self.root = page["root"]["code"]

    def latest(self, indicator: str, place: str) -> dict[str, Any]:
        return dict(self.at[indicator, self.tokens[self.standing[indicator]], place])

    def printed(self, row: dict[str, Any]) -> str:
        """``86.3`` as it should stand; the sign of its state where it has no value."""
        if row["state"] != "value":
            return {"missing": "—", "suppressed": "*", "unstable": "~", "not_applicable": "/"}[row["state"]]
        own = self.own[row["indicator"]]
        return f"{row['value'] + 1e-9:,.{0 if own['plain'] else own['decimals']}f}"

    def counts(self) -> dict[str, int]:
        """How many indicators of the district have each status at their latest complete period."""
        rows = [self.latest(name, self.root) for name in self.standing]
        return {s: sum(r["status"] == s and r["state"] == "value" for r in rows) for s in ("met", "near", "behind")}


def check(made: Any, second: Second, but: frozenset[str] = frozenset()) -> int:
    """Every figure that stands beside a receipt, on a map, in a chart of units or on a card; returns how many."""
    count = 0
    for slide in made.slides:
        for shape in shapes(slide):
            bound = binding.read(shape.name)
            if bound is None or bound.key in but:
                continue
            name, *arguments = bound.key.split("/")
            if name == "map" and bound.part:
                row = second.latest(arguments[0], bound.part)
                assert re.match(re.escape(second.printed(row)), shape.text_frame.paragraphs[-1].text), bound
                count += 1
            elif name == "score":
                assert shape.text_frame.paragraphs[0].text == str(second.counts()[arguments[0]])
                count += 1
            elif name == "units":
                count += _units(shape.chart, second, arguments[0])
            elif name == "chain_steps":
                count += _steps(rows(shape.table)[1:], second)
            elif name == "notes":
                count += _noted(shape.text_frame.text, second)
    return count


def _units(chart: Any, second: Second, indicator: str) -> int:
    categories, series = native.shown(chart)
    for at, label in enumerate(categories):
        row = second.latest(indicator, second.labels[re.sub(r"[\s*~—/●▲■]+$", "", label)])
        found = [
            values[at]
            for name, values in series
            if not name.lower().startswith(("目标", "target")) and values[at] is not None
        ]
        assert [f"{v:,.{second.own[indicator]['decimals']}f}" for v in found] == (
            [second.printed(row)] if row["state"] == "value" else []
        )
    return len(categories)


def _steps(lines: list[list[str]], second: Second) -> int:
    for line in lines:
        row = second.latest(second.names[line[0]], second.root)
        if row["state"] == "value":
            assert line[2] == f"{row['numerator']:,.0f} / {row['denominator']:,.0f}"
        assert line[3].startswith(second.printed(row))
    return len(lines)


def _noted(said: str, second: Second) -> int:
    pairs = re.findall(r"(.*?)(HF(?:-[0-9A-Z]+)+)", said.replace("\n", "; "))
    for before, receipt in pairs:
        wanted = second.printed(second.receipts[receipt])
        if re.search(r"(?:凭据码?：?|[Rr]eceipts?:?)\s*$|^[、,]\s*$", before):
            continue  # an answer to a question: its words hold more numbers than the figure
        for unit in second.own[second.receipts[receipt]["indicator"]]["unit"].values():
            before = before.replace(unit, "")
        figures = re.findall(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?|[—*~/]", before)
        assert figures[-1] == wanted, (before, wanted)
    return len(pairs)


# -- the edits -----------------------------------------------------------------------------------------------------

Edit = Callable[[Any, Given], Generator[None, tuple[Any, Renewal], None]]
EDITS: dict[str, tuple[Edit, tuple[str, ...], tuple[str, ...]]] = {}


def edit(*keys: str, typed: tuple[str, ...] = ()) -> Callable[[Edit], Edit]:
    """An edit of the slides with these keys: up to its ``yield`` what people do, then what must be so after.

    ``typed`` are the numbers people write: all that the proof may find.
    """

    def take(made: Edit) -> Edit:
        EDITS[made.__name__] = (made, keys, typed)
        return made

    return take


@edit("map", "units", "brief")
def moved_and_resized(made: Any, given: Given) -> Any:
    boxes = {}
    for key, by in (("map/", 1.0), ("units/", 0.5), ("score/met", 0.7), ("source/", 1.2), ("map_title", 0.9)):
        shape = on(made, key)
        shape.left, shape.top = Inches(0.3 + by), Inches(0.4)
        shape.width, shape.height = Emu(int(shape.width * by)), Emu(int(shape.height * by))
        shape.rotation = 0 if key in ("map/", "units/") else 3.0
        boxes[key] = (shape.left, shape.top, shape.width, shape.height)
    after, _ = yield
    assert {key: (s.left, s.top, s.width, s.height) for key in boxes for s in [on(after, key)]} == boxes
    assert on(after, "score/met").rotation == 3.0


@edit("units", "trend", "chain")
def series_recoloured(made: Any, given: Given) -> Any:
    colours = {}
    for at, key in enumerate(("units/", "trend/", "chain/")):
        for index, series in enumerate(s for p in on(made, key).chart.plots for s in p.series):
            series.format.line.color.rgb = colours[key, index] = RGBColor(10 * at, 20 * index, 99)
    on(made, "units/").chart.plots[0].gap_width = 33
    on(made, "trend/").chart.has_title = True
    on(made, "trend/").chart.chart_title.text_frame.text = "变化情况"
    after, _ = yield
    for (key, index), colour in colours.items():
        series = [s for p in on(after, key).chart.plots for s in p.series][index]
        assert series.format.line.color.rgb == colour
    assert on(after, "units/").chart.plots[0].gap_width == 33
    assert on(after, "trend/").chart.chart_title.text_frame.text == "变化情况"


@edit("map")
def a_status_in_another_colour(made: Any, given: Given) -> Any:
    status = {code: _status(shape) for code, shape in tiles(made).items()}
    for code, shape in tiles(made).items():
        if status[code] == "behind":
            shape.fill.solid()
            shape.fill.fore_color.rgb = RGBColor(0x7B, 0x2D, 0x8B)
    assert "behind" in status.values()
    after, _ = yield
    colour = {"behind": "7B2D8B", "near": "F2C14E", "met": "007A5E", "none": None}
    second = Second(given.later)
    for code, shape in tiles(after).items():
        row = second.latest(binding.read(shape.name).key.split("/")[1], code)  # type: ignore[union-attr]
        assert fill(shape) == (colour[row["status"]] if row["state"] == "value" else "FFFFFF")


def _status(shape: Any) -> str:
    bound = binding.read(shape.name)
    assert bound
    return bound.prints.split(",")[0].split(".")[1]


@edit("map")
def one_tile_in_another_colour(made: Any, given: Given) -> Any:
    every = tiles(made)
    code = next(c for c in every if [_status(s) for s in every.values()].count(_status(every[c])) > 1)
    every[code].fill.solid()
    every[code].fill.fore_color.rgb = RGBColor(1, 2, 3)
    every[code].text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor(9, 9, 9)
    after, _ = yield
    assert fill(tiles(after)[code]) == "010203"
    assert tiles(after)[code].text_frame.paragraphs[0].runs[0].font.color.rgb == RGBColor(9, 9, 9)
    assert "010203" not in [fill(s) for c, s in tiles(after).items() if c != code]


@edit("towns", "kinds")
def cells_restyled(made: Any, given: Given) -> Any:
    for key in ("towns/", "kinds/"):
        table = on(made, key).table
        table.cell(1, 1).fill.solid()
        table.cell(1, 1).fill.fore_color.rgb = RGBColor(200, 1, 1)
        table.cell(2, 2).text_frame.paragraphs[0].runs[0].font.size = Pt(31)
        table.columns[0].width = Inches(3)
        table.rows[1].height = Inches(0.77)
    after, renewal = yield
    for key in ("towns/", "kinds/"):
        table = on(after, key).table
        assert table.cell(1, 1).fill.fore_color.rgb == RGBColor(200, 1, 1)
        assert table.cell(2, 2).text_frame.paragraphs[0].runs[0].font.size == Pt(31)
        assert (table.columns[0].width, table.rows[1].height) == (Inches(3), Inches(0.77))
    assert renewal.of("left") == []


@edit("brief", "quality")
def a_number_in_bold_inside_a_sentence(made: Any, given: Given) -> Any:
    for key in ("brief_title", "quality_title"):
        paragraph = on(made, key).text_frame.paragraphs[0]
        run = paragraph.runs[0]
        number = re.search(r"\d[\d.]*", run.text)
        assert number
        parts = run.text[: number.start()], number[0], run.text[number.end() :]
        twins = [run._r, copy.deepcopy(run._r), copy.deepcopy(run._r)]
        run._r.addnext(twins[1])
        twins[1].addnext(twins[2])
        for own, said in zip(paragraph.runs, parts, strict=True):
            own.text = said
        paragraph.runs[1].font.bold, paragraph.runs[1].font.color.rgb = True, RGBColor(255, 0, 0)
    after, renewal = yield
    for key in ("brief_title", "quality_title"):
        runs = on(after, key).text_frame.paragraphs[0].runs
        red = [r.text for r in runs if r.font.bold and r.font.color.rgb == RGBColor(255, 0, 0)]
        assert len(red) == 1 and re.fullmatch(r"[\d.]+", red[0].strip("有目标的")), red
    assert renewal.of("left") == []


@edit("quality", "brief", typed=("2025", "3"))
def a_title_rewritten(made: Any, given: Given) -> Any:
    titles = {"quality_title": "报表2025年要抓紧", "brief_title": "请3个部门支持"}
    for key, said in titles.items():
        on(made, key).text_frame.text = said
    after, renewal = yield
    assert {key: on(after, key).text_frame.text for key in titles} == titles
    assert {n.old for n in renewal.of("left")} == set(titles.values())


@edit("quality", "brief")
def words_around_a_title(made: Any, given: Given) -> Any:
    first = on(made, "quality_title").text_frame.paragraphs[0]
    twin = copy.deepcopy(first.runs[0]._r)
    first.runs[0]._r.addprevious(twin)
    first.runs[0].text = "三、"
    first.add_run().text = "（较好）"
    on(made, "brief_title").text_frame.paragraphs[0].runs[0].text += "，请各单位对照检查"
    after, renewal = yield
    assert re.fullmatch(r"三、2018年上半年报表收齐[\d.]+%.*级（较好）", on(after, "quality_title").text_frame.text)
    counts = Second(given.later).counts()
    words = {"met": "达标", "near": "接近", "behind": "未达标"}
    said = "、".join(f"{counts[s]}项{word}" for s, word in words.items() if counts[s]) + "，请各单位对照检查"
    assert on(after, "brief_title").text_frame.text.endswith(said)
    assert renewal.of("left") == []


@edit("brief", "quality", typed=("19", "99.9"))
def numbers_changed_by_hand(made: Any, given: Given) -> Any:
    card = on(made, "score/behind").text_frame.paragraphs[0]
    before = card.text
    card.runs[0].text = f"1{before}"  # 9 has become 19: the old number is inside the new one
    title = on(made, "quality_title").text_frame.paragraphs[0].runs[0]
    title.text = re.sub(r"\d+\.\d", "99.9", title.text)
    after, renewal = yield
    assert on(after, "score/behind").text_frame.paragraphs[0].text == f"1{before}"
    assert "99.9%" in on(after, "quality_title").text_frame.text
    assert {n.old.split()[0] for n in renewal.of("left")} == {f"1{before}", title.text}


@edit("brief", "units")
def slides_deleted(made: Any, given: Given) -> Any:
    count = len(made.slides)
    drop(made, lambda number, _: number != 1)
    after, renewal = yield
    assert len(after.slides) == count - 1 == 1
    assert {n.slide for n in renewal.notes} == {1}


@edit("units", "map")
def slides_duplicated(made: Any, given: Given) -> Any:
    """As PowerPoint copies a slide: every shape, and every chart with a part and a workbook of its own."""
    for slide in list(made.slides):
        twin = made.slides.add_slide(slide.slide_layout)
        for shape in list(twin.shapes):
            shape._element.getparent().remove(shape._element)
        for shape in slide.shapes:
            element = copy.deepcopy(shape._element)
            twin.shapes._spTree.append(element)
            for held in element.iter(qn("c:chart")):
                chart = type(shape.chart.part).load(
                    made.part.package.next_partname("/ppt/charts/chart%d.xml"), shape.chart.part.content_type,
                    made.part.package, shape.chart.part.blob,
                )  # fmt: skip
                held.set(qn("r:id"), twin.part.relate_to(chart, KIND.CHART))
                book = EmbeddedXlsxPart.new(shape.chart.part.chart_workbook.xlsx_part.blob, made.part.package)
                chart._element.find(qn("c:externalData")).set(qn("r:id"), chart.relate_to(book, KIND.PACKAGE))
    after, _ = yield
    pages = [[content(s) for s in drawing.walk(slide.shapes)] for slide in after.slides]
    assert len(pages) == 4 and pages[:2] == pages[2:]


@edit("brief", "units", "map", "quality")
def slides_reordered(made: Any, given: Given) -> Any:
    listed = made.slides._sldIdLst
    for held in list(listed)[::-1]:
        listed.append(held)
    order = [s.shapes.title.name.split("#")[0] for s in made.slides]
    after, renewal = yield
    assert [s.shapes.title.name.split("#")[0] for s in after.slides] == order
    assert order[0].endswith("quality_title") and renewal.of("left") == []


@edit("brief", typed=("4182", "17", "51.8"))
def slides_of_ones_own(made: Any, given: Given) -> Any:
    slide = made.slides.add_slide(made.slide_layouts[2])
    slide.shapes.title.text_frame.text = "现场走访4182户"
    slide.shapes.add_table(2, 2, 0, 0, Inches(3), Inches(1)).table.cell(1, 1).text = "17"
    data = CategoryChartData()
    data.categories = ["甲", "乙"]
    data.add_series("走访", (51.8, None))
    slide.shapes.add_chart(51, 0, 0, Inches(3), Inches(3), data)
    before = [content(s) for s in slide.shapes]
    after, renewal = yield
    assert [content(s) for s in after.slides[1].shapes] == before
    assert {n.slide for n in renewal.notes} == {1}


@edit("brief", "map")
def shapes_deleted(made: Any, given: Given) -> Any:
    for key in ("score/near", "source/", "map_note", "notes/map"):
        element = on(made, key)._element
        element.getparent().remove(element)
    after, renewal = yield
    left = [b.key for slide in after.slides for s in shapes(slide) if (b := binding.read(s.name))]
    assert not [k for k in left if k.startswith(("score/near", "source/", "map_note", "notes/map"))]
    assert renewal.of("left") == renewal.of("gone") == []


@edit("map")
def the_map_ungrouped(made: Any, given: Given) -> Any:
    _ungroup(on(made, "map/"))
    after, _ = yield
    assert len(tiles(after)) == 4 and not [s for s in after.slides[0].shapes if hasattr(s, "shapes")]


def _ungroup(group: Any) -> list[Any]:
    elements = [s._element for s in group.shapes]
    for element in elements:
        group._element.addprevious(element)
    group._element.getparent().remove(group._element)
    return elements


@edit("map")
def the_map_regrouped(made: Any, given: Given) -> Any:
    slide = made.slides[0]
    elements = _ungroup(on(made, "map/"))
    own = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(1), Inches(0.4))
    own.text_frame.text = "区政府"
    group = slide.shapes.add_group_shape()
    for element in [*elements[:2], own._element]:
        group.shapes._spTree.append(element) if hasattr(group.shapes, "_spTree") else group._element.append(element)
    group.name = "组合 7"
    after, _ = yield
    held = next(s for s in after.slides[0].shapes if s.name == "组合 7")
    assert [s.text_frame.text for s in held.shapes][-1] == "区政府" and len(held.shapes) == 3
    assert len(tiles(after)) == 4


@edit("kinds", "towns")
def table_rows_deleted(made: Any, given: Given) -> Any:
    labels = {}
    for key in ("kinds/", "towns/"):
        table = on(made, key).table
        table._tbl.remove(table._tbl.tr_lst[2])
        labels[key] = [row[0] for row in rows(table)]
    after, renewal = yield
    for key, wanted in labels.items():
        assert [row[0] for row in rows(on(after, key).table)] == wanted
    assert renewal.of("left") == renewal.of("new") == renewal.of("gone") == []


@edit("kinds", "towns", typed=("3",))
def a_column_added(made: Any, given: Given) -> Any:
    for key in ("kinds/", "towns/"):
        table = on(made, key).table
        for r, row in enumerate(table._tbl.tr_lst):
            row.tc_lst[-1].addnext(copy.deepcopy(row.tc_lst[-1]))
            cell = table.cell(r, len(row.tc_lst) - 1)
            cell.text_frame.text = "备注" if r == 0 else f"第{r}号" if r == 3 else ""
        table._tbl.tblGrid.append(copy.deepcopy(table._tbl.tblGrid.gridCol_lst[-1]))
    after, renewal = yield
    for key in ("kinds/", "towns/"):
        own = rows(on(after, key).table)
        assert [row[-1] for row in own] == ["备注", "", "", "第3号", *[""] * (len(own) - 4)]
    assert renewal.of("left") == renewal.of("new") == renewal.of("gone") == []


@edit("towns")
def rows_in_another_order(made: Any, given: Given) -> Any:
    table = on(made, "towns/").table
    for row in table._tbl.tr_lst[1:][::-1]:
        table._tbl.append(row)
    labels = [row[0] for row in rows(table)]
    after, renewal = yield
    own = rows(on(after, "towns/").table)
    assert [row[0] for row in own] == labels and labels[-1] == "宁河区"
    assert sorted(own[1:]) == sorted(_fresh(given.later, "towns")[1:])
    assert renewal.of("left") == []


def _fresh(release: Release, key: str) -> list[list[str]]:
    """The table as a deck made from the later release has it."""
    return rows(on(opened(deck.build(Facts(release, "zh"), "midterm")[0]), f"{key}/").table)


@edit("towns", typed=("88",))
def a_cell_overwritten_and_a_label_shortened(made: Any, given: Given) -> Any:
    table = on(made, "towns/").table
    table.cell(2, 1).text_frame.paragraphs[0].runs[0].text = "约88%"
    assert rows(table)[4][0] == "示例甲镇"
    table.cell(4, 0).text_frame.paragraphs[0].runs[0].text = "甲镇"
    after, renewal = yield
    own, fresh = rows(on(after, "towns/").table), _fresh(given.later, "towns")
    fresh[2][1], fresh[4][0] = "约88%", "甲镇"
    assert own == fresh
    assert [(n.kind, n.old.split()[-1]) for n in renewal.of("left")] == [("left", "约88%")]


@edit("units", "trend")
def chart_type_changed(made: Any, given: Given) -> Any:
    """Columns turned into lying bars, a line into an area, by one attribute and one tag as programs do."""
    on(made, "units/").chart._chartSpace.xpath(".//c:barDir")[0].set("val", "bar")
    line = on(made, "trend/").chart._chartSpace.xpath(".//c:lineChart")[0]
    for tag in ("c:marker", "c:smooth"):
        for held in list(line.iter(qn(tag))):
            held.getparent().remove(held)
    line.tag = qn("c:areaChart")
    after, renewal = yield
    assert on(after, "units/").chart._chartSpace.xpath(".//c:barDir/@val") == ["bar"]
    assert len(on(after, "trend/").chart._chartSpace.xpath(".//c:areaChart")) == 1
    assert renewal.of("left") == []


@edit("units", typed=("77.7",))
def chart_data_overwritten(made: Any, given: Given) -> Any:
    chart = on(made, "units/").chart
    categories, series = native.shown(chart)
    data = CategoryChartData()
    data.categories = categories
    for at, (name, values) in enumerate(series):
        data.add_series(name, (77.7, *values[1:]) if at == 0 else values)
    chart.replace_data(data)
    before = native.shown(chart)
    after, renewal = yield
    assert native.shown(on(after, "units/").chart) == before
    assert [(n.kind, "77.7" in n.old) for n in renewal.of("left")] == [("left", True)]


@edit("brief", "timeline")
def text_merged_into_one_paragraph(made: Any, given: Given) -> Any:
    frame = on(made, "timeline_notes").text_frame
    first, *rest = frame.paragraphs
    for paragraph in rest:
        for run in paragraph.runs:
            first._p.append(run._r)
        paragraph._p.getparent().remove(paragraph._p)
    after, renewal = yield
    assert len(on(after, "timeline_notes").text_frame.paragraphs) == 1
    assert renewal.of("left") == []


@edit("quality", "brief")
def a_title_split_by_a_line_break(made: Any, given: Given) -> Any:
    for key in ("quality_title", "brief_title"):
        paragraph = on(made, key).text_frame.paragraphs[0]
        run = paragraph.runs[0]
        twin = copy.deepcopy(run._r)
        at = min(run.text.index(sign) for sign in "，：" if sign in run.text) + 1
        run.text, twin.find(qn("a:t")).text = run.text[:at], run.text[at:]
        broken = run._r.makeelement(qn("a:br"), {})
        run._r.addnext(broken)
        broken.addnext(twin)
    after, renewal = yield
    for key in ("quality_title", "brief_title"):
        assert re.search(r"[，：]\v", on(after, key).text_frame.text), on(after, key).text_frame.text
    assert renewal.of("left") == []


@edit("units", typed=("6",))
def notes_edited(made: Any, given: Given) -> Any:
    frame = on(made, "notes/units").text_frame
    frame.paragraphs[1].runs[0].text = "（此处停顿6秒）"
    frame.add_paragraph().text = "请张主任补充"
    after, renewal = yield
    said = [p.text for p in on(after, "notes/units").text_frame.paragraphs]
    assert said[1] == "（此处停顿6秒）" and said[-1] == "请张主任补充"
    assert len(renewal.of("left")) == 1


@edit("map", "units", "kinds")
def shapes_renamed(made: Any, given: Given) -> Any:
    """In the selection pane people change the words; what is in brackets they leave."""
    for key in ("map/", "units/", "kinds/"):
        shape = on(made, key)
        shape.name = re.sub(r"^.*? \[", "我的图形 [", shape.name)
    after, _ = yield
    assert all(on(after, key).name.startswith("我的图形 [hf:zh:") for key in ("map/", "units/", "kinds/"))


@edit("brief", typed=("3",))
def a_title_that_lost_its_name(made: Any, given: Given) -> Any:
    """Some programs name placeholders anew when they save: what stands in one is left, and said."""
    title = on(made, "brief_title")
    title.name, title.text_frame.text = "PlaceHolder 1", "3项任务"
    after, renewal = yield
    kept = next(s for slide in after.slides for s in slide.shapes if s.name == "PlaceHolder 1")
    assert kept.text_frame.text == "3项任务"
    (note,) = renewal.of("left")
    assert (note.shape, note.old) == ("PlaceHolder 1", "3项任务") and note.new.startswith("有目标的")


@edit("map", "units")
def a_hidden_slide_and_another_size(made: Any, given: Given) -> Any:
    made.slides[0]._element.set("show", "0")
    made.slide_width, made.slide_height = Inches(10), Inches(7.5)
    after, _ = yield
    assert after.slides[0]._element.get("show") == "0"
    assert (after.slide_width, after.slide_height) == (Inches(10), Inches(7.5))


@edit("brief")
def a_card_pasted_twice_with_other_looks(made: Any, given: Given) -> Any:
    card = on(made, "score/met")
    twin = copy.deepcopy(card._element)
    card._element.addnext(twin)
    card.text_frame.vertical_anchor = MSO_VERTICAL_ANCHOR.TOP
    card.fill.background()
    after, _ = yield
    cards = [s for s in after.slides[0].shapes if "score/met" in s.name]
    assert len(cards) == 2 and {s.text_frame.text for s in cards} == {cards[0].text_frame.text}
    assert cards[0].text_frame.vertical_anchor == MSO_VERTICAL_ANCHOR.TOP and fill(cards[0]) == ""


@edit("limits", "chain")
def an_alternative_text_rewritten(made: Any, given: Given) -> Any:
    drawing.typeset.describe(on(made, "chain/"), "孕前优生服务各步的条形图")
    after, _ = yield
    assert on(after, "chain/")._element.xpath(".//p:cNvPr/@descr") == ["孕前优生服务各步的条形图"]


def _run(made: Any, given: Given, release: Release, name: str) -> tuple[Any, Renewal]:
    """Edit, save, refresh, prove; what the edit asserts is asserted last."""
    how, keys, typed = EDITS[name]
    only(made, *keys)
    steps = how(made, given)
    next(steps)
    edited = saved(made)
    content_, renewal = refresh.refresh(edited, release)
    after = opened(content_)
    before, now = seen(opened(edited)), seen(after)
    assert len(before) == len(now)
    differ = {a[:2] for a, b in zip(before, now, strict=True) if a[2] != b[2]}
    assert {(n.slide, n.shape) for n in renewal.of("changed")} == differ
    found = deck_proof.prove(content_, release, "deck.pptx")
    left = [number for note in renewal.of("left") for number in proof.numbers(note.old)]
    assert [f for f in found if not {*proof.numbers(f.given)} <= {*typed, *left}] == []
    again, second = refresh.refresh(content_, release)
    assert second.of("changed") == second.of("new") == second.of("gone") == []
    assert seen(opened(again)) == now
    with pytest.raises(StopIteration):
        steps.send((after, renewal))
    return after, renewal


@pytest.mark.parametrize("name", list(EDITS))
def test_an_edit_stays_and_the_rest_is_new(given: Given, name: str) -> None:
    after, renewal = _run(opened(given.zh), given, given.later, name)
    assert renewal.bound > 0 and renewal.of("changed")
    touched = {"numbers_changed_by_hand": {"score/behind/latest"}, "notes_edited": {"notes/units"},
               "chart_data_overwritten": {"units/household_participation/latest"}}  # fmt: skip
    assert check(after, Second(given.later), frozenset(touched.get(name, ()))) > 0
    assert f"{SECRET:g}" not in str(seen(after))


# -- what is no single edit ----------------------------------------------------------------------------------------


def test_the_same_release_changes_nothing(given: Given) -> None:
    for before in (given.zh, given.en):
        made = opened(before)
        on(made, "score/met").text_frame.paragraphs[0].runs[0].text = "42"
        on(made, "brief_title").text_frame.text = "自拟标题"
        edited = saved(made)
        content_, renewal = refresh.refresh(edited, given.earlier)
        assert renewal.notes == [] and renewal.bound > 70
        assert seen(opened(content_)) == seen(opened(edited))
        names = [[s.name for slide in opened(c).slides for s in shapes(slide)] for c in (edited, content_)]
        assert names[0] == names[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unedited_deck_becomes_the_deck_of_the_later_release(given: Given, lang: str) -> None:
    before = given.zh if lang == "zh" else given.en
    for release in (given.later, given.split):
        content_, renewal = refresh.refresh(before, release)
        after, fresh = opened(content_), opened(deck.build(Facts(release, lang), "midterm")[0])
        assert deck_proof.prove(content_, release, "deck.pptx") == []
        assert check(after, Second(release)) > 100
        assert renewal.of("left") == renewal.of("gone") == renewal.of("new") == []
        bound = {b.key: content(s) for slide in fresh.slides for s in shapes(slide)
                 if (b := binding.read(s.name)) and not b.part}  # fmt: skip
        now = {b.key: content(s) for slide in after.slides for s in shapes(slide)
               if (b := binding.read(s.name)) and not b.part}  # fmt: skip
        shared = bound.keys() & now.keys()
        assert len(shared) > 60 and {k: now[k] for k in shared} == {k: bound[k] for k in shared}
        assert after.core_properties.subject == fresh.core_properties.subject


def test_a_deck_merged_from_two_languages_and_two_releases(given: Given) -> None:
    """Slides pasted from another deck: of the English one, and of one already brought up to the later release."""
    newer = refresh.refresh(given.zh, given.later)[0]
    made = opened(given.zh)
    only(made, "brief", "map")
    for other in (opened(given.en), opened(newer)):
        only(other, "kinds", "map", "quality")
        for slide in other.slides:
            twin = made.slides.add_slide(made.slide_layouts[3])
            for shape in slide.shapes:
                twin.shapes._spTree.append(copy.deepcopy(shape._element))
    merged = saved(made)
    content_, renewal = refresh.refresh(merged, given.later)
    after = opened(content_)
    assert deck_proof.prove(content_, given.later, "deck.pptx") == []
    assert check(after, Second(given.later)) > 20
    assert {n.slide for n in renewal.of("changed")} == {1, 2, 3, 4, 5}  # the newer ones are as they should be
    assert renewal.of("left") == []
    langs = [{b.lang for s in shapes(slide) if (b := binding.read(s.name))} for slide in after.slides]
    assert langs == [{"zh"}, {"zh"}, {"en"}, {"en"}, {"en"}, {"zh"}, {"zh"}, {"zh"}]


def test_a_deck_of_another_plan_lists_what_is_gone(given: Given, carolina: Workspace) -> None:
    foreign = deck.build(Facts(carolina.current(), "en"), "annual")[0]
    content_, renewal = refresh.refresh(foreign, given.later)
    gone = {n.old.split("/")[0] for n in renewal.of("gone")}
    assert {"map", "map_title", "units", "units_title"} <= gone
    before, after = opened(foreign), opened(content_)
    assert fill(next(iter(tiles(before).values()))) == fill(next(iter(tiles(after).values())))
    assert content(on(before, "units/")) == content(on(after, "units/"))
    found = deck_proof.prove(content_, given.later, "deck.pptx")
    assert {f.given.split("/")[0] for f in found if f.kind == "lost"} >= {"map", "units"}


def test_a_deck_without_anything_bound_is_refused(given: Given) -> None:
    for content_ in (saved(Presentation()), _unbound(given.zh)):
        with pytest.raises(HfworkError) as problem:
            refresh.refresh(content_, given.later)
        assert problem.value.code == "pack_unbound"


def _unbound(content_: bytes) -> bytes:
    made = opened(content_)
    for slide in made.slides:
        for shape in shapes(slide):
            shape.name = "形状"
    return saved(made)


@pytest.mark.parametrize("damage", ["empty", "cut", "text", "other"])
def test_a_damaged_file_is_refused(given: Given, damage: str) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as made:
        made.writestr("a.txt", "no deck")
    content_ = {"empty": b"", "cut": given.zh[:20000], "text": "演示".encode(), "other": other.getvalue()}[damage]
    for run in (refresh.refresh, lambda c, r: deck_proof.prove(c, r, "deck.pptx")):
        with pytest.raises(HfworkError) as problem:
            run(content_, given.later)
        assert problem.value.code == "pack_unreadable"


def test_a_map_whose_unit_was_split_is_drawn_anew(given: Given) -> None:
    """In the room and the colours people gave it, under what lay over it, with what they put into it; copies too."""
    made = opened(given.zh)
    only(made, "map")
    slide, group = made.slides[0], on(made, "map/")
    for shape in tiles(made).values():
        if _status(shape) == "behind":
            shape.fill.fore_color.rgb = RGBColor(0x7B, 0x2D, 0x8B)
    note = group.shapes.add_textbox(group.left, group.top, Inches(1), Inches(0.3))
    note.text_frame.text = "区政府驻地"
    group.left, group.top = Inches(0.2), Inches(2)
    group.width, group.height = int(group.width * 0.5), int(group.height * 0.5)
    group._element.addnext(copy.deepcopy(group._element))
    order = [s.name.split("#")[0] for s in slide.shapes]
    edited = saved(made)
    content_, renewal = refresh.refresh(edited, given.split)
    after = opened(content_)
    groups = [s for s in after.slides[0].shapes if hasattr(s, "shapes")]
    new, old = set(SPLIT["120117999002"]), {"120117999002"}
    for own in groups:
        parts = {b.part for s in own.shapes if (b := binding.read(s.name))}
        assert new <= parts and not parts & old
        assert own.left >= Inches(0.2) - 9 and own.width <= group.width + 9 and own.height <= group.height + 9
        assert {"C44E00"}.isdisjoint(fill(s) for s in own.shapes)
    assert len(groups) == 2
    own_notes = [s for s in after.slides[0].shapes if s.has_text_frame and s.text_frame.text == "区政府驻地"]
    assert [s.left for s in own_notes] == [Inches(0.2)] * 2 and abs(own_notes[0].width - Inches(0.5)) < 9
    kept = [s.name.split("#")[0] for s in after.slides[0].shapes if s not in own_notes]
    assert [n for n in kept if "TextBox" not in n] == order
    assert deck_proof.prove(content_, given.split, "deck.pptx") == []
    assert check(after, Second(given.split)) > 8
    assert renewal.of("left") == renewal.of("gone") == []


def test_a_map_taken_apart_tells_of_the_unit_that_is_gone(given: Given) -> None:
    made = opened(given.zh)
    only(made, "map")
    _ungroup(on(made, "map/"))
    content_, renewal = refresh.refresh(saved(made), given.split)
    assert [n.old.split()[0] for n in renewal.of("gone")] == ["示例乙镇"]
    found = deck_proof.prove(content_, given.split, "deck.pptx")
    assert [(f.kind, f.given) for f in found if f.kind == "lost"] == [("lost", "120117999002")]


def test_a_palette_holds_whatever_the_order_of_the_units(given: Given) -> None:
    """The only unit of a status in a colour of people's own becomes another one, and another comes to that status."""
    made = opened(given.zh)
    only(made, "map")
    first, second, *rest = tiles(made).values()
    for shape, was in ((first, "007A5E.met"), (second, "C44E00.behind")):
        shape.name = re.sub(r"#[0-9A-F]{6}\.\w+,", f"#{was},", shape.name)
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor(0, 0, 255) if was.endswith("met") else RGBColor(0xC4, 0x4E, 0)
    for shape in rest:
        shape._element.getparent().remove(shape._element)
    key = binding.read(first.name)
    assert key
    facts = Facts(given.later, "zh")
    tiles_ = refresh.compose(facts, key.key).tiles  # type: ignore[union-attr]
    wanted = {first.name: "behind", second.name: "met"}
    looks = {"behind": ("#C44E00", "#FFFFFF"), "met": ("#007A5E", "#FFFFFF")}
    renewal = Renewal()
    for shape in (first, second):
        bound = binding.read(shape.name)
        assert bound
        status = wanted[shape.name]
        tile = next(t for t in tiles_ if t.code == bound.part)
        tile = replace(tile, fill=looks[status][0], ink=looks[status][1], status=status)
        refresh.remap.renew(refresh.Place(made.slides[0], 1, shape, renewal), bound, Tiles((tile,)))
    assert [fill(first), fill(second)] == ["C44E00", "0000FF"]


def test_a_chart_with_other_statuses_paints_each_in_its_own_colour() -> None:
    looks = {"达标": "met", "接近": "near", "未达标": "behind", "目标": "target"}
    colours = {"达标": "007A5E", "接近": "F2C14E", "未达标": "010203", "目标": "040506"}

    def plot(*names: str) -> Plot:
        return Plot("columns", ("甲", "乙"), tuple(Series(n, (float(len(n)), None), looks[n]) for n in names))

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    chart = native.draw(slide, (0, 0, Inches(5), Inches(4)), plot("达标", "未达标", "目标"), "zh").chart
    chart.plots[0].series[1].format.fill.fore_color.rgb = RGBColor(1, 2, 3)
    chart.plots[1].series[0].format.line.color.rgb = RGBColor(4, 5, 6)
    for names in (("接近", "未达标", "目标"), ("达标", "接近", "未达标", "目标"), ("接近", "未达标")):
        native.renew(chart, plot(*names))
        held = opened(saved(made)).slides[0].shapes[0].chart
        drawn = [[s.name for s in p.series] for p in held.plots]
        assert drawn == ([list(names[:-1]), ["目标"]] if "目标" in names else [list(names)])
        for series in (s for p in held.plots for s in p.series):
            assert series._element.xpath("./c:spPr//a:srgbClr/@val") == [colours[series.name]]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_deck_saved_by_libreoffice_is_brought_up(given: Given, lang: str, tmp_path: Path) -> None:
    """LibreOffice 7 gives placeholders names of its own: titles and notes are people's from then on, and said."""
    before = given.zh if lang == "zh" else given.en
    again = converted(before, tmp_path, "pptx").read_bytes()
    content_, renewal = refresh.refresh(again, given.later)
    found = deck_proof.prove(content_, given.later, "deck.pptx")
    assert [f for f in found if "PlaceHolder" not in f.where] == []
    assert check(opened(content_), Second(given.later)) > 10
    left = renewal.of("left")
    fresh = {s.shapes.title.text_frame.text for s in opened(deck.build(Facts(given.later, lang), "midterm")[0]).slides}
    assert left and {note.shape for note in left} == {"PlaceHolder 1"} and {note.new for note in left} <= fresh


@pytest.mark.slow
def test_a_deck_of_a_release_built_earlier_is_brought_up(own_small: Workspace) -> None:
    earlier = open_release(own_small.releases / own_small.build(dt.date(2018, 3, 31)))
    later = own_small.current()
    for lang in ("zh", "en"):
        before = deck.build(Facts(earlier, lang), "acceptance")[0]
        content_, renewal = refresh.refresh(before, later)
        assert deck_proof.prove(content_, later, "deck.pptx") == []
        assert check(opened(content_), Second(later)) > 50
        assert renewal.of("changed") and renewal.of("left") == []
