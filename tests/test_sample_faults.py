"""Whatever the answer key says is planted has the outcome the key says when intake sees the file."""

import datetime as dt
import shutil
from collections import defaultdict
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.intake.expected import completeness
from hfwork.plan.folder import load_plan
from hfwork.sample import files
from hfwork.sample.faults import PLANNED
from hfwork.sample.files import Written
from hfwork.sample.narrow import narrow
from hfwork.workspace import Workspace, init

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow
TODAY = dt.date(2020, 7, 10)
# What the small sample lacks: only its two towns, only until the middle of 2018.
LARGE_ONLY = {"dissolved_village", "sender_too_early", "wrong_code_year", "invented_figures", "village_unsettled"}
LARGE_ONLY |= {"village_gone", "new_code_early"}


def kinds(written: Written) -> set[str]:
    return {fault.kind for fault in written.key}


def refusals(workspace: Workspace, paths: list[Path]) -> dict[str, set[str]]:
    """File name → what intake says against it, all files at once."""
    with pytest.raises(HfworkError) as refused:
        workspace.check(paths, today=TODAY)
    found: dict[str, set[str]] = defaultdict(set)
    for problem in refused.value.problems:
        finding = getattr(problem, "finding", None)
        found[problem.where].add(finding["code"] if finding else problem.code)
    return dict(found)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the plan of the two towns, empty."""
    folder = Path(shutil.copytree(ROOT / "data" / "ninghe-2016", tmp_path_factory.mktemp("plan") / "plan"))
    narrow(folder)
    return init(tmp_path_factory.mktemp("faults") / "workspace", folder, sample=True)


@pytest.fixture(scope="module")
def written(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return files.write(workspace.plan, tmp_path_factory.mktemp("inbox"), small=True)


def test_every_kind_is_planted_and_has_its_words(written: Written) -> None:
    planted = {planned.kind for planned in PLANNED}
    assert planted - kinds(written) == planted & LARGE_ONLY
    for kind in planted | LARGE_ONLY | kinds(written):
        for lang in text.LANGUAGES:
            assert text.say(f"fault.{kind}", lang)


def test_files_in_time_and_late_ones_are_received_as_the_key_says(workspace: Workspace, written: Written) -> None:
    summary = workspace.check([*written.files, *written.late], today=TODAY)
    assert len(summary.received) == len(written.files) + len(written.late)
    assert summary.put_aside == 0
    told = {(Path(f.file).name, f.code) for f in written.key if f.outcome == "accepted" and f.code}
    found = set(zip(summary.findings["file"], summary.findings["code"], strict=True))
    assert found == told  # nothing else is complained about
    assert (summary.findings["severity"] == "warning").all()


def test_refused_files_are_refused_with_the_code_of_the_key(workspace: Workspace, written: Written) -> None:
    found = refusals(workspace, written.refused)
    told = {Path(f.file).name: f.code for f in written.key if f.outcome == "refused"}
    assert set(found) == set(told) == {path.name for path in written.refused}
    for name, code in told.items():
        assert found[name] == {code}, name


def test_what_is_missing_or_late_is_so_in_completeness(workspace: Workspace, written: Written) -> None:
    first = workspace.check(written.files, today=TODAY).received
    both = workspace.check([*written.files, *written.late], today=TODAY).received
    gone: dict[str, set[tuple[str, str]]] = {"missing": set(), "late": set()}
    for fault in written.key:
        if fault.outcome in gone:
            gone[fault.outcome].add((fault.unit, fault.period))
    assert gone["missing"] and gone["late"]
    for entries, expected in ((first, gone["missing"] | gone["late"]), (both, gone["missing"])):
        found = completeness(workspace.plan, entries, dt.date(2018, 6, 30))
        lacking = found[found["received"] == 0]
        assert {(place, f"{start:%Y-%m}") for place, start in zip(lacking["place"], lacking["start"], strict=True)} == (
            expected
        )


def test_the_slip_of_a_nought_is_in_the_file(workspace: Workspace, written: Written) -> None:
    slip = next(fault for fault in written.key if fault.kind == "factor_ten_slip")

    def volunteers(month: str) -> list[float]:
        file = written.answers.parent / slip.file.replace(slip.period, month)
        rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
        return [row[4] for row in rows[3:-2]]

    before, now = volunteers("2018-02"), volunteers(slip.period)
    grown = [late / early for early, late in zip(before, now, strict=True)]
    assert sum(rise > 8 for rise in grown) == 1
    assert sorted(grown)[-2] < 2


@pytest.mark.slow
def test_the_whole_sample_is_received_and_refused_as_the_key_says(tmp_path: Path) -> None:
    whole = init(tmp_path / "workspace", ROOT / "data" / "ninghe-2016", sample=True)
    written = files.write(load_plan(ROOT / "data" / "ninghe-2016"), tmp_path / "inbox")
    assert {planned.kind for planned in PLANNED} | LARGE_ONLY <= kinds(written)
    summary = whole.check([*written.files, *written.late], today=TODAY)
    assert summary.put_aside == 0
    found = set(zip(summary.findings["file"], summary.findings["code"], strict=True))
    told = {(Path(f.file).name, f.code) for f in written.key if f.outcome == "accepted" and f.code}
    assert told <= found
    extra = {(name, code) for name, code in found - told}
    assert {code for _, code in extra} <= {"former_place"}  # the same villages in the other extracts
    refused = refusals(whole, written.refused)
    for fault in written.key:
        if fault.outcome == "refused":
            assert refused[Path(fault.file).name] == {fault.code}, fault.file
