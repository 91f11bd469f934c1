"""The analysts' notebooks run top to bottom on the small district, answer a changed selector, and hold no outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from nbclient.output_widget import OutputWidget

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.folder import load_plan
from hfwork.present import explore, gaps, readings, titles
from hfwork.workspace import Workspace

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PLOTLY = "application/vnd.plotly.v1+json"


class KeptOutput(OutputWidget):
    """Keeps what a selector shows here instead of also sending it back to the kernel.

    nbclient sends on the very socket on which it awaits the cell's reply, and now and then misses the reply.
    """

    def sync_state(self) -> None:
        pass


def source(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def executed(path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook as a kernel runs it."""
    monkeypatch.setenv("HFWORK_WORKSPACE", str(workspace))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}})
    client.widget_registry["@jupyter-widgets/output"]["OutputModel"] = KeptOutput
    client.execute()
    return notebook


def outputs(notebook: Any) -> list[dict[str, Any]]:
    """What cells show and what selectors show (the latter lies in the widgets' state)."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    state = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    models = state.get("state", {}).values()  # a notebook without selectors has none
    return shown + [output for model in models for output in model["state"].get("outputs", [])]


@pytest.fixture(scope="module")
def opened(small: Workspace) -> dict[str, dict[str, Any]]:
    """The names that each notebook's code leaves behind, run without a kernel: selectors are plain objects."""
    spaces: dict[str, dict[str, Any]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HFWORK_WORKSPACE", str(small.folder))
        for path in NOTEBOOKS:
            exec(compile("\n".join(source(path)), path.name, "exec"), spaces.setdefault(path.stem[:2], {}))
    return spaces


def drawn(view: Any, trace: str = "value") -> Any:
    """A trace of the figure that an ``interact`` shows now."""
    return next(t for t in view.widget.result.data if t.name == trace)


def numbers(column: Any) -> list[float | None]:
    return [None if pd.isna(value) else float(value) for value in column]


FIGURES = {
    "01_health_record_coverage": 4,
    "02_screening_by_township": 4,
    "03_coverage_in_depth": 5,
    "04_from_couple_to_outcome": 4,
    "05_birth_defects_and_rare_events": 3,
    "06_assistance_and_volunteers": 5,
    "07_add_your_own_indicator": 0,
    "08_mid_term_review": 1,
    "09_meeting_pack": 0,
}


def test_all_notebooks_are_here() -> None:
    assert [path.stem for path in NOTEBOOKS] == list(FIGURES)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_committed_notebook_is_thin_and_bare(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert all(len(cell.source.splitlines()) <= 15 and "def " not in cell.source for cell in code)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert notebook.metadata["title"]
    assert set(notebook.metadata) == {"kernelspec", "language_info", "title"}  # no state of widgets either


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs(path: Path, small: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = outputs(executed(path, small.folder, monkeypatch))
    assert [o for o in shown if o["output_type"] == "error" or o.get("name") == "stderr"] == []
    figures = [output["data"][PLOTLY] for output in shown if PLOTLY in output.get("data", {})]
    assert len(figures) == FIGURES[path.stem]
    for figure in figures:
        assert figure["config"]["showSendToCloud"] is False and figure["config"]["plotlyServerURL"] == ""
        assert "示例数据" in figure["layout"]["title"]["subtitle"]["text"]
        assert figure["layout"]["title"]["text"]


def test_missing_workspace_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HFWORK_WORKSPACE", str(tmp_path / "none"))
    for path in NOTEBOOKS:
        with pytest.raises(HfworkError, match="hfwork init"):
            exec("\n".join(source(path)[:2]), {})


@pytest.mark.slow
def test_chosen_period_is_drawn_from_its_cells(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    book = opened["01"]
    before = list(drawn(book["towns"]).x)
    for token in ("2017-03", "2016-06"):
        book["period"].value = token
        cells = small.cells("health_record_coverage", by="township", period=token)
        now = drawn(book["towns"])
        assert list(now.x) == numbers(cells["value"]) != before
        assert [x + e for x, e in zip(now.x, now.error_x.array, strict=True)] == pytest.approx(list(cells["upper95"]))
        assert [x - e for x, e in zip(now.x, now.error_x.arrayminus, strict=True)] == pytest.approx(
            list(cells["lower95"])
        )
        assert list(drawn(book["towns"], "target").x) == numbers(cells["target"])
    district = small.cells("health_record_coverage", by="district", period="2016-06")["value"].item()
    assert [shape.x0 for shape in book["towns"].widget.result.layout.shapes] == [district]


@pytest.mark.slow
def test_places_stand_in_official_order(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    layout = opened["01"]["towns"].widget.result.layout
    places = small.plan.places.at(small.built_as_of(), "township")
    assert list(layout.yaxis.ticktext) == list(places["name_zh"])
    assert layout.yaxis.range[0] > layout.yaxis.range[1]  # the first stands on top


@pytest.mark.slow
def test_chosen_town_is_drawn_over_time_and_by_village(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    book = opened["01"]
    cells = small.cells("health_record_coverage")
    villages = small.plan.places.at(small.built_as_of(), "village").set_index("code")["parent"]
    book["period"].value = "2018-06"
    for town in [code for _, code in book["place"].options][::-1]:
        book["place"].value = town
        series = cells[(cells["place"] == town) & cells["period"].str.fullmatch(r"\d{4}-\d\d")]
        assert list(drawn(book["over_time"]).y) == numbers(series.sort_values("end")["value"])
        inside = cells[(cells["place"].map(villages) == town) & (cells["period"] == "2018-06")]
        assert len(inside) and list(drawn(book["villages"]).x) == numbers(inside["value"])


@pytest.mark.slow
def test_published_figures_come_first_and_internal_ones_carry_a_warning(
    opened: dict[str, dict[str, Any]], small: Workspace
) -> None:
    book = opened["02"]
    chosen = (book["indicator"].value, book["period"].value)
    assert book["source"].value == "published"
    published = small.current().cells(chosen[0], by="township", period=chosen[1])
    assert set(published["state"]) == {"suppressed"}  # so small is the small district
    assert list(drawn(book["towns"]).x) == [None] * len(published)
    marks = [note.text for note in book["towns"].widget.result.layout.annotations]
    assert sum("不公布" in mark for mark in marks) == len(published)
    assert "⚠" not in book["towns"].widget.result.layout.title.subtitle.text
    book["source"].value = "internal"
    internal = small.cells(chosen[0], by="township", period=chosen[1])
    assert list(drawn(book["towns"]).x) == numbers(internal["value"])
    for view in ("steps", "towns", "over_time"):
        assert "⚠ 内部数据" in book[view].widget.result.layout.title.subtitle.text
    assert "⚠" not in book["hidden"].widget.result.layout.title.subtitle.text
    book["source"].value = "published"


@pytest.mark.slow
def test_every_indicator_and_period_can_be_chosen(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    book = opened["02"]
    sensitive = {i.id for i in small.plan.indicators.values() if i.sensitive}
    offered = [identity for _, identity in book["indicator"].options]
    assert sensitive and not sensitive & set(offered)
    for identity in offered[::-1]:
        book["indicator"].value = identity
        for _, token in book["period"].options:
            book["period"].value = token
            title = book["towns"].widget.result.layout.title.subtitle.text
            assert small.plan.indicators[identity].name.zh in title and text.period(token) in title


@pytest.mark.slow
def test_every_choice_in_depth_is_drawn(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    """Selectors swallow what goes wrong in them: what is shown must be what was chosen."""
    book, plan = opened["03"], small.plan
    for identity in [i for _, i in book["indicator"].options][::-4]:
        book["indicator"].value = identity
        for _, token in book["period"].options[::7]:
            book["period"].value = token
            for view in ("funnel", "smooth_map", "clusters"):
                title = book[view].widget.result.layout.title.subtitle.text
                assert plan.indicators[identity].name.zh in title and text.period(token) in title
    for identity in [i for _, i in book["village"].options][::-1]:
        book["village"].value = identity
        for _, token in book["year"].options:
            book["year"].value = token
            title = book["villages"].widget.result.layout.title
            assert (
                plan.indicators[identity].name.zh in title.subtitle.text and text.period(token) in title.subtitle.text
            )
            assert "⚠ 内部数据" in title.subtitle.text
    sensitive = {i.id for i in plan.indicators.values() if i.sensitive}
    assert not sensitive & {i for _, i in [*book["village"].options, *book["few"].options]}
    for identity in [i for _, i in book["few"].options][::2]:
        book["few"].value = identity
        assert len(book["when"].options)
        for _, token in book["when"].options:
            cells = small.cells(identity, period=token)
            for town in small.plan.places.at(small.built_as_of(), "township")["code"].iloc[:2]:
                found = gaps.merged(cells, plan, str(town))
                assert len(found.columns) in (0, 6)
    assert not len(gaps.merged(small.cells("health_record_coverage").iloc[:0], plan, "120117102000"))


@pytest.mark.slow
def test_steps_have_their_own_denominators_and_mark_what_is_not_due(
    opened: dict[str, dict[str, Any]], small: Workspace
) -> None:
    book = opened["02"]
    book["source"].value = "internal"
    names = ["preconception_check_coverage", "preconception_high_risk_share", "high_risk_counselling",
             "early_pregnancy_followup", "pregnancy_outcome_followup"]  # fmt: skip
    tokens = ["2018", "2018", "2018", "MC2018", "MC2018"]
    cells = pd.concat([small.cells(n, by="district", period=t) for n, t in zip(names, tokens, strict=True)])
    done, due = drawn(book["steps"], "numerator"), drawn(book["steps"], "denominator")
    assert list(done.x) == numbers(cells["numerator"])
    assert list(due.x) == [value or 0 for value in numbers(cells["denominator"])]
    waiting = list(cells["reason"].isin(UNFINISHED))  # a running year, or couples not yet due
    assert waiting == [True] * 5 and set(cells["reason"]) == {"partial_period", "not_yet_due"}
    assert [pattern == "/" for pattern in done.marker.pattern.shape] == waiting
    book["steps"].widget.children[1].value = "2017"
    done = drawn(book["steps"], "numerator")
    tokens = ["2017", "2017", "2017", "MC2017", "MC2017"]
    cells = pd.concat([small.cells(n, by="district", period=t) for n, t in zip(names, tokens, strict=True)])
    waiting = list(cells["reason"].isin(UNFINISHED))
    assert not all(waiting) and [pattern == "/" for pattern in done.marker.pattern.shape] == waiting
    book["source"].value = "published"


@pytest.mark.slow
def test_gaps_and_states_are_not_zero(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    book, lectures = opened["01"], small.current().cells("family_lectures", by="township")
    chart = explore.states_chart(lectures, small.plan, "month").data[0]
    missing = lectures[(lectures["state"] == "missing") & lectures["period"].str.fullmatch(r"\d{4}-\d\d")]
    assert len(missing) and sum(sign == "—" for row in chart.text for sign in row) == len(missing)
    counted = readings.states(lectures, small.plan)
    assert counted.to_numpy().sum() == len(lectures) and counted.iloc[0, 1] == len(missing)
    table = readings.table(missing, small.plan)
    assert table["数值"].isna().all() and table["说明"].str.startswith("— 缺数据").all()
    assert book["latest"]["receipt"].str.startswith("HF-").all()


@pytest.mark.slow
def test_english_figures_hold_no_chinese(small: Workspace) -> None:
    text.use("en")
    try:
        cells, plan = small.cells("health_record_coverage"), small.plan
        note = readings.internal(small.built_as_of(), True)
        district = cells[(cells["period"] == "2018") & (cells["level"] == "district")]
        made = [
            explore.interval_chart(cells[cells["period"] == "2018-06"], plan, note=note),
            explore.series_chart(cells, plan, plan.places.root, "quarter", note),
            explore.states_chart(cells, plan, "half", note),
            explore.steps_chart(district, plan, note),
        ]
    finally:
        text.use("zh")
    for figure in made:
        written = json.dumps(figure.to_plotly_json()["layout"]["title"], ensure_ascii=False)
        assert not any("一" <= letter <= "鿿" for letter in written), written


def test_names_are_shown_as_text_never_as_markup() -> None:
    plan = load_plan(ROOT / "data" / "ninghe-2016")
    cell = {"period": "2018-06", "state": "missing", "reason": "returns_missing", "grade": "", "status": "none"}
    assert "<i>" not in readings.hover(cell, plan.indicators["health_record_coverage"], "<i>镇</i>")
    assert titles.headline("<i>x</i>", "<b>")["title"] == "&lt;i&gt;x&lt;/i&gt;"


@pytest.mark.slow
def test_own_indicator_is_counted_and_its_mistake_named(small: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = executed(ROOT / "notebooks" / "07_add_your_own_indicator.ipynb", small.folder, monkeypatch)
    said = "".join(output["text"] for output in outputs(notebook) if output.get("name") == "stdout")
    assert "\n一致\n" in said and "volunters" in said and "是否指：volunteers" in said


@pytest.mark.slow
def test_cascade_names_what_is_not_due(opened: dict[str, dict[str, Any]], small: Workspace) -> None:
    book = opened["04"]
    cells = small.current().cells(by="district")
    due = cells[cells["indicator"].isin(book["steps"][3:]) & cells["period"].str.startswith("MC")]
    assert [row[4] for row in book["rows"]] == pytest.approx(list(due["value"]), nan_ok=True)
    waiting = due["reason"] == "not_yet_due"
    assert waiting.any()
    assert [("未到随访期" in row[5]) for row in book["rows"]] == list(waiting)
