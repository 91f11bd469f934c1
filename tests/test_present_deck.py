"""The deck of a meeting: what is on its slides, in its charts and their workbooks, on its map – and what never is."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from grown import EARLIER, LATER, SECRET, grow
from openpyxl import load_workbook
from pptx import Presentation
from pptx.oxml.ns import qn

from hfwork.present.pack.content.courses import short_period
from hfwork.present.pack.facts import Facts
from hfwork.present.pack.slides import binding, deck, deck_proof, drawing, native
from hfwork.present.pack.slides.agenda import MEETINGS
from hfwork.release.bundle import MANIFEST, Release, open_release

pytestmark = pytest.mark.slow

FILLS = {"met": "007A5E", "near": "F2C14E", "behind": "C44E00", "none": "DDE6E4"}
SIGNS = {"missing": "—", "suppressed": "*", "unstable": "~", "not_applicable": "/"}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
Decks = dict[tuple[str, str], bytes]


@pytest.fixture(scope="module")
def later(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_release(grow(release.resolve(), tmp_path_factory.mktemp("grown"), LATER))


@pytest.fixture(scope="module")
def decks(later: Release) -> Decks:
    return {(m, lang): deck.build(Facts(later, lang), m)[0] for m in MEETINGS for lang in ("zh", "en")}


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def bound(slide: Any) -> Iterator[tuple[binding.Binding, Any]]:
    """The shapes of a slide and its notes with what they show."""
    for shape in [
        *drawing.walk(slide.shapes),
        *drawing.walk(slide.notes_slide.shapes if slide.has_notes_slide else ()),
    ]:
        own = binding.read(shape.name)
        if own:
            yield own, shape


def charts(made: Any) -> Iterator[tuple[str, Any]]:
    for slide in made.slides:
        yield from ((own.key, s.chart) for own, s in bound(slide) if getattr(s, "has_chart", False))


def cells(release: Release) -> dict[tuple[str, str, str], dict[str, Any]]:
    frame = release.rows()
    keys = zip(frame["indicator"], frame["period"], frame["place"], strict=True)
    return dict(zip(keys, ({str(k): v for k, v in r.items()} for r in frame.to_dict("records")), strict=True))


def parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of a file, those of the workbooks inside it too."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        for name in held.namelist():
            data = held.read(name)
            yield name, data
            if name.endswith(".xlsx"):
                yield from ((f"{name}/{inner}", own) for inner, own in parts(data))


def test_each_meeting_gets_ten_to_fourteen_slides_with_a_finding_as_title(decks: Decks) -> None:
    for at, content in decks.items():
        made = opened(content)
        assert 10 <= len(made.slides) <= 14
        titles = [slide.shapes.title.text_frame.text for slide in made.slides]
        assert len(set(titles)) == len(titles) and all(titles)
        assert (made.slide_width, made.slide_height) == (12191695, 6858000)
        keys = [next(own.key for own, s in bound(slide) if s.name == slide.shapes.title.name) for slide in made.slides]
        plain = (
            "cover_title",
            "limits_title",
            "chain_title",
            "timeline_title",
        )  # a chain whose steps cannot be compared has no finding
        said = [t for t, key in zip(titles, keys, strict=True) if not key.startswith(plain)]
        assert all(re.search(r"\d", t) for t in said), (at, said)


def test_every_figure_has_its_receipt_and_every_slide_its_notes(later: Release, decks: Decks) -> None:
    known = set(later.rows()["receipt"])
    for content in decks.values():
        for slide in list(opened(content).slides)[1:]:
            keys = {own.key.split("/")[0]: s for own, s in bound(slide)}
            notes = slide.notes_slide.notes_text_frame.text
            if keys.keys() & {
                "map",
                "units",
                "trend",
                "chain",
                "towns",
                "kinds",
                "help",
                "changes",
                "methods",
                "brief",
            }:
                line = (keys.get("source") or keys["sources"]).text_frame.text
                receipts = re.findall(r"HF(?:-[0-9A-Z]+)+", line)
                assert receipts and known.issuperset(receipts)
                listed = set(re.findall(r"HF(?:-[0-9A-Z]+)+", notes))
                assert listed and listed <= known
                assert "sources" not in keys or set(receipts) <= listed, line
            assert "notes" in keys


def test_charts_maps_and_tables_have_alternative_texts(decks: Decks) -> None:
    for content in decks.values():
        for slide in opened(content).slides:
            for _, shape in bound(slide):
                drawn = getattr(shape, "has_chart", False) or getattr(shape, "has_table", False)
                own = binding.read(shape.name)
                if drawn or hasattr(shape, "shapes") or (own and own.part):
                    assert len(shape._element.xpath(".//p:cNvPr")[0].get("descr", "")) > 3, shape.name


def test_every_run_has_its_language_and_an_east_asian_font(decks: Decks) -> None:
    for (_, lang), content in decks.items():
        for slide in opened(content).slides:
            elements = [slide._element, *([slide.notes_slide._element] if slide.has_notes_slide else [])]
            runs = [run for element in elements for run in element.iter(qn("a:r"))]
            assert runs
            for run in runs:
                own = run.find(qn("a:rPr"))
                assert own is not None and own.get("lang") == LANGUAGES[lang], run.findtext(qn("a:t"))
                faces = [own.find(qn(tag)).get("typeface") for tag in ("a:latin", "a:ea")]
                assert faces == ["Segoe UI", "微软雅黑"]
        for _, chart in charts(opened(content)):
            own = chart._chartSpace.xpath("c:txPr//a:defRPr")[0]
            assert own.get("lang") == LANGUAGES[lang] and own.find(qn("a:ea")).get("typeface") == "微软雅黑"


def _workbook(chart: Any) -> list[tuple[Any, ...]]:
    book = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
    assert len(book.sheetnames) == 1
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_a_workbook_in_a_chart_holds_what_the_chart_draws_and_nothing_else(decks: Decks) -> None:
    for content in decks.values():
        found = list(charts(opened(content)))
        assert len(found) >= 4
        for _, chart in found:
            categories, series = native.shown(chart)
            table = _workbook(chart)
            assert table[0] == (None, *(name for name, _ in series))
            columns = [values for _, values in series]
            assert table[1:] == [(c, *(v[at] for v in columns)) for at, c in enumerate(categories)]


def test_charts_draw_the_published_values(later: Release, decks: Decks) -> None:
    page, published = later.page("overview"), cells(later)
    tokens = [p["token"] for p in page["periods"]]
    decimals = {i["id"]: 0 if i["plain"] else i["decimals"] for i in page["indicators"]}
    courses = later.findings("courses")
    drawn, facts = 0, {lang: Facts(later, lang) for lang in ("zh", "en")}
    for (meeting, lang), content in decks.items():
        for key, chart in charts(opened(content)):
            kind, name, *_ = [*key.split("/"), ""]
            categories, series = native.shown(chart)
            if kind == "units" and meeting != "annual":  # of the latest complete period
                values = {re.sub(r"\s*[●▲■]$", "", label).replace("\n", " "):
                          [v[at] for n, v in series if not n.lower().startswith(("目标", "target"))]
                          for at, label in enumerate(categories)}  # fmt: skip
                for place in page["places"]:
                    cell = published[name, tokens[page["standing"][name]], place["code"]]
                    sign = f" {SIGNS[cell['state']]}" if cell["state"] != "value" else ""
                    shown = [v for v in values[f"{place['label'][lang]}{sign}"] if v is not None]
                    wanted = [] if sign else [pytest.approx(cell["value"], abs=0.5 * 10 ** -decimals[name] + 1e-9)]
                    assert shown == wanted
                    drawn += 1
            elif kind == "trend":
                named = {short_period(facts[lang], token): token for token in tokens}
                own = [published.get((name, named[c], page["root"]["code"])) for c in categories]
                for cell, value in zip(own, series[0][1], strict=True):
                    assert cell is not None
                    assert (value is None) == (cell["state"] != "value")
                    assert value is None or abs(value - cell["value"]) <= 0.5 * 10 ** -decimals[name] + 1e-9
                    drawn += 1
                limits = courses[(courses["indicator"] == name) & (courses["place"] == page["root"]["code"])]
                allowed = [v for column in ("centre", "upper", "lower") for v in limits[column].dropna()]
                allowed += [c["value"] for c in own if c] + [c["target"] for c in own if c]
                for _, values in series:
                    for value in filter(None, values):
                        assert min(abs(value - a) for a in allowed) <= 0.5 * 10 ** -decimals[name] + 1e-9
    assert drawn > 40


def test_map_shapes_are_filled_by_status(later: Release, decks: Decks) -> None:
    page, published = later.page("overview"), cells(later)
    tokens = [p["token"] for p in page["periods"]]
    count = 0
    for (meeting, _), content in decks.items():
        if meeting == "annual":
            continue
        for slide in opened(content).slides:
            for own, shape in bound(slide):
                if not own.part:
                    continue
                name = own.key.split("/")[1]
                cell = published[name, tokens[page["standing"][name]], own.part]
                known = cell["state"] == "value"
                assert str(shape.fill.fore_color.rgb) == (FILLS[cell["status"]] if known else "FFFFFF")
                assert (shape.line.dash_style is not None) == (not known)
                assert known or SIGNS[cell["state"]] in shape.text_frame.text
                count += 1
    assert count == 4 * len(page["places"])


def test_no_withheld_number_is_in_any_byte(release: Path, decks: Decks, tmp_path: Path) -> None:
    """A withheld cell of these releases holds a number nobody may see: it stands in no part, nor rounded or cut."""
    earlier = open_release(grow(release.resolve(), tmp_path, EARLIER))
    found = later_ones = [*decks.values(), *(deck.build(Facts(earlier, "zh"), m)[0] for m in MEETINGS)]
    assert sum(earlier.rows()["value"] == SECRET) > 100 and len(found) == 9
    for content in later_ones:
        for name, data in parts(content):
            assert not re.search(rb"98[,\xc2\xa0 ]?76[45]|0?\.98765", data), name


def test_two_builds_give_equal_bytes(later: Release, decks: Decks) -> None:
    for (meeting, lang), content in [*decks.items()][:4]:
        again, shown = deck.build(Facts(open_release(later.folder), lang), meeting)
        assert again == content
        assert {c["receipt"] for c in shown} <= set(later.rows()["receipt"])


def test_reopened_and_saved_its_text_is_the_same(decks: Decks) -> None:
    for content in decks.values():
        again = io.BytesIO()
        opened(content).save(again)
        before, after = dict(parts(content)), dict(parts(again.getvalue()))
        assert before.keys() == after.keys()
        texts = [[re.findall(rb"<(?:a:t|c:v)>([^<]*)", d[n]) for n in sorted(before) if n.endswith(".xml")]
                 for d in (before, after)]  # fmt: skip
        assert texts[0] == texts[1]


TITLE = '创建<&>"幸福"家庭 😀 ]#@ 100%'
LONG = "关于" + "孕产妇健康管理与家庭医生签约服务相结合的示范性" * 2 + "覆盖率"


def _hostile(source: Path, folder: Path) -> Release:
    """The release of a plan whose authors write what they like."""
    target = grow(source.resolve(), folder, LATER)
    meta = json.loads((target / MANIFEST).read_text("utf-8"))
    meta["title"] = {"zh": TITLE, "en": TITLE}
    (target / MANIFEST).write_text(json.dumps(meta, ensure_ascii=False), "utf-8")
    for file in (target / "pages").glob("*.json"):
        page = json.loads(file.read_text("utf-8"))
        for at, indicator in enumerate(page.get("indicators", [])):
            indicator["name"] = {"zh": f"{LONG}<{at}>&\"'", "en": f"{'Unbreakable' * 5} <{at}> & \"rate'"}
        for place in page.get("places", []):
            place["name"]["zh"] += "]#@[hf:zh:x]"
        file.write_text(json.dumps(page, ensure_ascii=False), "utf-8")
    return open_release(target)


def test_hostile_names_break_nothing(release: Path, tmp_path: Path) -> None:
    hostile = _hostile(release, tmp_path)
    for meeting, lang in (("midterm", "zh"), ("acceptance", "en")):
        content, _ = deck.build(Facts(hostile, lang), meeting)
        made = opened(content)
        assert made.slides[0].shapes.title.text_frame.text == TITLE
        assert TITLE in made.core_properties.title
        assert len(made.slides) >= 10
        assert deck_proof.prove(content, hostile, "deck.pptx") == []
        for slide in made.slides:
            for _, shape in bound(slide):
                if shape.has_text_frame and not shape.is_placeholder and shape.left is not None:
                    assert shape.left + shape.width <= made.slide_width
                if getattr(shape, "has_table", False):
                    rows = sum(row.height for row in shape.table.rows)
                    low = (shape.top + rows) / made.slide_height
                    assert low <= 1, (shape.name[:20], low)
