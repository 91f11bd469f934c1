"""The report to a meeting and the page for a township: what they say, how they look, and that they are proved."""

from __future__ import annotations

import random
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm
from office import needed
from playwright.sync_api import Browser

from hfwork.errors import HfworkError
from hfwork.present.maps import STATUS
from hfwork.present.pack import proof
from hfwork.present.pack.facts import LATEST, Facts, Gone
from hfwork.present.pack.papers.assessment import WORSE, Assessment
from hfwork.present.pack.papers.brief import report
from hfwork.present.pack.papers.paper import Annex, Heading, Paper, Paragraph, Table
from hfwork.present.pack.papers.paper_docx import write_docx
from hfwork.present.pack.papers.paper_html import write_html
from hfwork.present.pack.papers.paper_proof import prove_docx, prove_html
from hfwork.present.pack.papers.township import township
from hfwork.release.bundle import open_release
from hfwork.workspace import Workspace

MEETINGS = ("midterm", "annual", "acceptance")


@pytest.fixture(scope="module", params=["zh", "en"])
def facts(request: pytest.FixtureRequest, release: Path) -> Facts:
    """The small release in both languages."""
    return Facts(open_release(release), request.param)


@pytest.fixture(scope="module")
def chinese(release: Path) -> Facts:
    """The small release in Chinese."""
    return Facts(open_release(release), "zh")


def body(paper: Paper) -> list[str]:
    """Headings and paragraphs before the first attachment."""
    blocks = paper.blocks[: next(i for i, block in enumerate(paper.blocks) if isinstance(block, Annex))]
    return [block.said for block in blocks if isinstance(block, Heading | Paragraph)]


def papers(facts: Facts) -> list[Paper]:
    """All papers of a release."""
    return [report(facts, m) for m in MEETINGS] + [township(facts, code, "midterm") for code in facts.places]


def test_every_sentence_and_row_shows_the_cells_it_is_tied_to(facts: Facts) -> None:
    for paper in papers(facts):
        for sentence in paper.sentences():
            for cell in sentence.cells:
                assert facts.figure(cell) in sentence.said
        for table in (block for block in paper.blocks if isinstance(block, Table)):
            for row in table.rows:
                said = "\n".join(row.texts)
                assert all(facts.figure(cell) in said and cell["receipt"] in said for cell in row.cells)
        assert all(facts.by_receipt[cell["receipt"]] == cell for cell in paper.cells() if cell["state"] == "value")


def test_figures_in_sentences_have_their_receipts_in_the_paper(facts: Facts) -> None:
    for paper in papers(facts):
        whole = "\n".join(paper.lines())
        assert {c["receipt"] for s in paper.sentences() for c in s.cells} <= set(re.findall(r"HF(?:-\w+)+", whole))


def test_suppressed_figures_are_a_sign(facts: Facts) -> None:
    for paper in papers(facts):
        rows = [row for block in paper.blocks if isinstance(block, Table) for row in block.rows]
        for row in rows:
            texts = {cell["receipt"]: text for cell in row.cells for text in row.texts if cell["receipt"] in text}
            for cell in row.cells:
                if cell["state"] == "suppressed" and "\n" in texts[cell["receipt"]]:
                    assert texts[cell["receipt"]].split("\n")[0] == "*"
        assert all(cell["state"] == "value" for sentence in paper.sentences() for cell in sentence.cells)


def test_chapters_of_the_report(chinese: Facts) -> None:
    found = {
        m: [b.said for b in report(chinese, m).blocks if isinstance(b, Heading) and b.level == 1] for m in MEETINGS
    }
    assert found["midterm"] == ["一、工作进展", "二、主要成效", "三、存在的问题", "四、数据质量", "五、下一步建议"]
    assert found["annual"] == found["midterm"]
    assert found["acceptance"] == [
        "一、工作进展",
        "二、创建方式逐条情况",
        "三、主要成效",
        "四、存在的问题",
        "五、数据质量",
        "六、下一步建议",
    ]


def test_acceptance_goes_through_every_method(facts: Facts) -> None:
    said = body(report(facts, "acceptance"))
    methods = [m for kind in facts.release.page("kinds")["methods"] for m in kind["methods"]]
    leads = [facts.say("paper.clause", clause=m["clause"], text=m["text"][facts.lang]) for m in methods]
    assert [line for line in said if line.startswith(tuple(leads))] == [
        next(line for line in said if line.startswith(lead)) for lead in leads
    ]
    assert len(leads) == 18
    assert sum(facts.say("paper.clause.open") in line for line in said) == sum(not m["indicators"] for m in methods)


def test_sensitive_indicators_are_described_only(facts: Facts) -> None:
    names = [i["name"][facts.lang] for i in facts.indicators.values() if i["sensitive"]]
    for meeting in MEETINGS:
        lines = body(report(facts, meeting))
        start = next(i for i, line in enumerate(lines) if line.endswith(facts.say("paper.results")))
        assert not [line for line in lines[start:] if any(name in line for name in names)]
    for code in facts.places:
        for sentence in township(facts, code, "midterm").sentences():
            assert not any(name in sentence.said for name in names)


def test_wording_of_a_township_goes_by_its_gaps(facts: Facts) -> None:
    for code in facts.places:
        own = Assessment(facts, LATEST, code)
        gaps = [item for item in own.read if item.status == "behind" or item.against == WORSE]
        said = "\n".join(b.said for b in township(facts, code, "midterm").blocks if isinstance(b, Paragraph))
        calm = (facts.say("paper.town.no_gaps"), facts.say("paper.town.near", names="@").split("@")[1])
        assert bool(gaps) != any(words in said for words in calm)
        for item in gaps[:1]:
            assert facts.name(item.indicator) in said or len(gaps) > 5
        for word in ("最差", "落后", "倒数", "worst", "lowest"):
            assert word not in said


def test_units_stand_in_official_order(facts: Facts) -> None:
    tables = [b for b in report(facts, "midterm").blocks if isinstance(b, Table)]
    across = [t for t in tables if t.header[0] == facts.say("ui.col.place")]
    assert across
    for table in across:
        assert [row.texts[0] for row in table.rows] == [facts.place(c) for c in (facts.root, *facts.places)]


def test_unknown_unit_is_gone(chinese: Facts) -> None:
    with pytest.raises(Gone):
        township(chinese, "999", "midterm")


def test_a_plan_without_kinds_targets_or_leads(carolina: Workspace, tmp_path: Path) -> None:
    plain = Facts(open_release(carolina.releases / "current"), "zh")
    paper = report(plain, "midterm")
    said = body(paper)
    assert "各项指标均未设定目标，只作描述和比较。" in said[0]
    assert "本期没有可以排除偶然波动的好转，有待继续积累数据。" in said
    assert not [line for line in said if "生育" in line or "家庭" in line]
    assert prove_docx(paper, write_docx(paper, tmp_path / "a.docx")) == []
    english = Facts(plain.release, "en")
    assert township(english, next(iter(english.places)), "midterm").title == "Alamance: brief"


def test_page_after_gbt_9704(chinese: Facts, tmp_path: Path) -> None:
    document = Document(str(write_docx(report(chinese, "midterm"), tmp_path / "a.docx")))
    section = document.sections[0]
    assert [round(side.mm) for side in (section.page_width, section.page_height)] == [210, 297]
    assert abs(section.top_margin - Mm(37)) <= Mm(1) and abs(section.left_margin - Mm(28)) <= Mm(1)
    assert abs(section.page_width - section.left_margin - section.right_margin - Mm(156)) < Mm(0.1)
    assert abs(section.page_height - section.top_margin - section.bottom_margin - Mm(225)) < Mm(0.1)
    looks = {}
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3", "Footer"):
        style = document.styles[name]
        fonts = style.element.rPr.find(qn("w:rFonts"))
        looks[name] = (fonts.get(qn("w:eastAsia")), style.font.size.pt)
        assert not [key for key in fonts.attrib if "Theme" in key]
    assert looks == {
        "Normal": ("仿宋", 16),
        "Title": ("方正小标宋简体", 22),
        "Heading 1": ("黑体", 16),
        "Heading 2": ("楷体", 16),
        "Heading 3": ("仿宋", 16),
        "Footer": ("宋体", 14),
    }
    normal = document.styles["Normal"].element.pPr
    assert normal.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    assert round(22 * int(normal.find(qn("w:spacing")).get(qn("w:line"))) / 20 / 72 * 25.4) == 225
    assert [f.paragraphs[0].text for f in (section.footer, section.even_page_footer)] == ["—  —", "—  —"]
    assert [f.paragraphs[0].style.name for f in (section.footer, section.even_page_footer)] == ["Footer", "HF Even"]
    said = [p.text for p in document.paragraphs]
    at = said.index("附件：1.主要指标表")
    assert said[at + 1 : at + 3] == ["2.指标定义", "3.方法、局限与数据凭据"]
    assert said[at + 5 : at + 7] == ["宁河区创建幸福家庭活动领导小组办公室", chinese.date(chinese.meta["as_of"])]


def test_same_paper_gives_same_bytes(facts: Facts, tmp_path: Path) -> None:
    for number, paper in enumerate((report(facts, "midterm"), township(facts, next(iter(facts.places)), "annual"))):
        files = [(write_docx, "docx"), (write_html, "html")]
        for write, kind in files:
            one = write(paper, tmp_path / f"{number}a.{kind}").read_bytes()
            assert one == write(paper, tmp_path / f"{number}b.{kind}").read_bytes()
    assert not list(tmp_path.glob(".*"))
    core = Document(str(tmp_path / "0a.docx")).core_properties
    assert core.created is not None and core.created.date().isoformat() == facts.meta["as_of"]


def test_a_folder_that_is_not_there(chinese: Facts, tmp_path: Path) -> None:
    paper = township(chinese, next(iter(chinese.places)), "midterm")
    for write in (write_docx, write_html):
        with pytest.raises(HfworkError) as refused:
            write(paper, tmp_path / "none" / "a")
        assert refused.value.code == "no_access"


def test_web_page_asks_for_nothing(facts: Facts, tmp_path: Path) -> None:
    said = write_html(report(facts, "acceptance"), tmp_path / "a.html").read_text("utf-8")
    assert "default-src &#x27;none&#x27;" in said
    assert not re.search(r"https?:|<script|@import|url\(|<img", said)
    assert facts.say("ui.sample") in said


def test_untouched_files_are_proved(facts: Facts, tmp_path: Path) -> None:
    for number, paper in enumerate(papers(facts)):
        assert prove_docx(paper, write_docx(paper, tmp_path / f"{number}.docx")) == []
        assert prove_html(paper, write_html(paper, tmp_path / f"{number}.html")) == []


def _edited(file: Path, target: Path, part: str, edit: tuple[str, str]) -> Path:
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text.replace(*(s.encode() for s in edit), 1) if name == part else text)
    assert target.read_bytes() != file.read_bytes()
    return target


def _plants(text: str, count: int) -> Iterator[tuple[str, str]]:
    """The text with one digit of what people read changed, many times over; and the words around it."""
    readable = [at for m in re.finditer(r">([^<>]+)<", text) for at in range(*m.span(1)) if text[at].isdigit()]
    for at in random.Random(9704).sample(readable, count):
        wrong = str((int(text[at]) + 3) % 10)
        yield text[:at] + wrong + text[at + 1 :], text[at - 40 : at + 10]


@pytest.mark.parametrize("kind", ["report", "township"])
def test_every_planted_number_in_a_word_file_is_found(facts: Facts, tmp_path: Path, kind: str) -> None:
    code = next(iter(facts.places))
    paper = report(facts, "midterm") if kind == "report" else township(facts, code, "midterm")
    file = write_docx(paper, tmp_path / "a.docx")
    with zipfile.ZipFile(file) as package:
        text = package.read("word/document.xml").decode()
    for wrong, where in _plants(text, 30):
        assert prove_docx(paper, _edited(file, tmp_path / "b.docx", "word/document.xml", (text, wrong))), where


def test_every_planted_number_in_a_web_page_is_found(facts: Facts, tmp_path: Path) -> None:
    paper = report(facts, "midterm")
    file = write_html(paper, tmp_path / "a.html")
    head, mark, text = file.read_text("utf-8").partition("<main")
    for wrong, where in _plants(text, 30):
        file.write_text(head + mark + wrong, "utf-8")
        assert prove_html(paper, file), where


RUN = "<w:r><w:t>增长 987.6%</w:t></w:r>"
PLACES = {
    "inserted": ("word/document.xml", f'<w:p><w:ins w:id="1" w:author="a">{RUN}</w:ins></w:p>', "987.6"),
    "box": (
        "word/document.xml",
        '<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>'
        f"<w:p>{RUN}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>",
        "987.6",
    ),
    "split": ("word/document.xml", "<w:p><w:r><w:t>增长 98</w:t></w:r><w:r><w:t>7.6%</w:t></w:r></w:p>", "987.6"),
    "wide": ("word/document.xml", "<w:p><w:r><w:t>增长９８７.6％</w:t></w:r></w:p>", "987.6"),
    "table": ("word/document.xml", f"<w:tbl><w:tr><w:tc><w:p>{RUN}</w:p></w:tc></w:tr></w:tbl><w:p/>", "987.6"),
}


@pytest.mark.parametrize("place", PLACES)
def test_numbers_people_add_are_found_wherever_they_stand(chinese: Facts, tmp_path: Path, place: str) -> None:
    paper = township(chinese, next(iter(chinese.places)), "midterm")
    part, xml, number = PLACES[place]
    file = write_docx(paper, tmp_path / "a.docx")
    found = prove_docx(paper, _edited(file, tmp_path / "b.docx", part, ("<w:sectPr", f"{xml}<w:sectPr")))
    assert [(f.kind, f.given) for f in found] == [(proof.UNPROVED, number)]


def test_headers_footers_and_properties_are_read(chinese: Facts, tmp_path: Path) -> None:
    paper = township(chinese, next(iter(chinese.places)), "midterm")
    file = write_docx(paper, tmp_path / "a.docx")
    for name in zipfile.ZipFile(file).namelist():
        if re.fullmatch(r"word/(header|footer)\d+\.xml", name):
            edit = ("</w:p>", f"{RUN}</w:p>")
            found = prove_docx(paper, _edited(file, tmp_path / "b.docx", name, edit))
            assert [f.given for f in found] == ["987.6"], name
    day = chinese.date(chinese.meta["as_of"])
    found = prove_docx(paper, _edited(file, tmp_path / "c.docx", "docProps/core.xml", (day, day.replace("20", "19"))))
    assert [f.kind for f in found] == [proof.WRONG]


def test_what_was_deleted_with_tracking_is_not_read(chinese: Facts, tmp_path: Path) -> None:
    paper = township(chinese, next(iter(chinese.places)), "midterm")
    xml = f'<w:p><w:del w:id="1" w:author="a">{RUN.replace("w:t>", "w:delText>")}</w:del></w:p>'
    file = _edited(write_docx(paper, tmp_path / "a.docx"), tmp_path / "b.docx", "word/document.xml",
                   ("<w:sectPr", f"{xml}<w:sectPr"))  # fmt: skip
    assert prove_docx(paper, file) == []


def _office(folder: Path, to: str, files: list[Path]) -> Path:
    program = needed()
    out = folder / to
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", to, "--outdir", str(out), *map(str, files)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return out


@pytest.mark.slow
def test_saved_by_another_office_program_nothing_is_a_false_alarm(facts: Facts, tmp_path: Path) -> None:
    made = {f"{n}.docx": paper for n, paper in enumerate(papers(facts)[:5])}
    files = [write_docx(paper, tmp_path / name) for name, paper in made.items()]
    out = _office(tmp_path, "docx", files)
    for name, paper in made.items():
        assert prove_docx(paper, out / name) == []


@pytest.mark.slow
def test_a_township_is_one_page(facts: Facts, tmp_path: Path) -> None:
    files = [write_docx(township(facts, code, "midterm"), tmp_path / f"{code}.docx") for code in facts.places]
    out = _office(tmp_path, "pdf", files)
    for file in files:
        pages = re.findall(rb"/Type\s*/Page\b(?!s)", (out / f"{file.stem}.pdf").read_bytes())
        assert len(pages) == 1, file.stem


def test_a_township_prints_on_one_page_from_the_web(facts: Facts, tmp_path: Path, browser: Browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for code in facts.places:
        file = write_html(township(facts, code, "midterm"), tmp_path / f"{code}.html")
        page.goto(file.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1, code
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


def test_marks_are_those_of_the_maps(chinese: Facts) -> None:
    marks = {look["mark"] for look in STATUS.values()}
    whole = "".join(report(chinese, "midterm").lines())
    assert any(mark in whole for mark in marks)
