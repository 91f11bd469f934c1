"""docs/another-district.md followed literally: its blocks are run and saved in order, ending in a release."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hfwork.plan.folder import load_plan
from hfwork.release.bundle import open_release, verify

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "another-district.md"
pytestmark = pytest.mark.slow
FENCE = re.compile(r"^```(bash|csv)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


def steps() -> list[tuple[str, str, str]]:
    """The blocks in order: what they are, the file a CSV block becomes, the text."""
    return [(kind, file or "", body) for kind, file, body in FENCE.findall(PAGE.read_text("utf-8"))]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which the page was followed, and what each command block said."""
    here = tmp_path_factory.mktemp("district")
    shutil.copytree(ROOT / "data" / "ninghe-2016", here / "data" / "ninghe-2016")
    command = here / "bin" / "hfwork"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m hfwork.cli "$@"\n', "utf-8")
    command.chmod(0o755)
    paths = {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HFWORK")} | paths
    said = []
    for kind, file, body in steps():
        if kind == "csv":
            (here / file).parent.mkdir(parents=True, exist_ok=True)
            (here / file).write_text(body, "utf-8")
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", body], cwd=here, env=environment, capture_output=True, encoding="utf-8"
        )
        assert done.returncode == 0, f"{body}\n{done.stdout}{done.stderr}"
        said.append(done.stdout)
    return here, said


def test_every_csv_block_names_its_file() -> None:
    assert len(steps()) > 12 and all(file for kind, file, _ in steps() if kind == "csv")
    assert not [file for kind, file, _ in steps() if kind == "bash" and file]


def test_no_block_leaves_the_root_or_makes_files_a_commit_would_take() -> None:
    commands = "\n".join(body for kind, _, body in steps() if kind == "bash")
    assert not re.search(r"^\s*(cd|rm -r|xargs rm)\b", commands, re.M)
    assert all(name.startswith("workspace") for name in re.findall(r"--(?:workspace|out) (\S+)", commands))


def test_the_page_ends_in_a_published_release(followed: tuple[Path, list[str]]) -> None:
    here, said = followed
    release = open_release(here / "workspace-shili" / "releases" / "current")
    verify(release.folder)
    assert release.meta["sample"] is True and release.meta["plan"] == "shili-2024"
    cells = release.cells("family_lectures", by="township", period="2024-01").set_index("place")
    assert cells["value"].to_dict() == {"990101100000": 3.0, "990101101000": 3.0}
    assert release.cells("volunteer_teams", by="district", period="2024-01")["value"].tolist() == [5.0]
    assert release.page("overview")["release"]["title"]["zh"] == "示例区创建幸福家庭活动"
    assert any("文明家庭" in text for text in said) and release.id in "".join(said)


def test_the_new_plan_has_nothing_of_the_old_district(followed: tuple[Path, list[str]]) -> None:
    here, _ = followed
    plan = load_plan(here / "shili-2024")
    assert plan.id == "shili-2024" and list(plan.indicators) == ["family_lectures", "volunteer_teams"]
    assert list(plan.places.frame["code"].str[:6].unique()) == ["990101"]
    for name in ("campaign.yaml", "places.csv", "indicators/family_lectures.yaml", "indicators/volunteer_teams.yaml"):
        text = (here / "shili-2024" / name).read_text("utf-8")
        assert "宁河" not in text and "120117" not in text, name
    assert (here / "shili-2024" / "indicators.md").read_text("utf-8").startswith("# 指标目录")
