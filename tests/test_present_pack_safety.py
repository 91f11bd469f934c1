"""What a pack must not hold in any byte: hidden numbers, people, machines, links that load, code."""

from __future__ import annotations

import getpass
import io
import json
import re
import shutil
import socket
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from hfwork.present.pack.make import make_pack
from hfwork.present.readings import SIGNS
from hfwork.release.bundle import open_release

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = ["numerator", "denominator", "value", "lower95", "upper95", "lower998", "upper998"]
HIDDEN = ("missing", "not_applicable", "suppressed")
MADE = (("midterm", "zh"), ("annual", "en"), ("acceptance", "zh"))
# Names of formats and schemas: nothing is fetched from them.
SCHEMAS = ("schemas.openxmlformats.org", "schemas.microsoft.com", "purl.org", "www.w3.org")


def planted(release: Path, folder: Path, secret: float) -> Path:
    """The release with a number wherever it hides one: more than a release ever holds."""
    target = folder / release.resolve().name
    shutil.copytree(release.resolve(), target)
    file = target / "cells.parquet"
    rows = pd.read_parquet(file)
    hidden, unstable = rows["state"].isin(HIDDEN), rows["state"] == "unstable"
    assert (rows["state"] == "suppressed").any() and unstable.any()
    for at, name in enumerate(n for n in NUMBERS if n in rows):
        assert rows.loc[hidden, name].isna().all()
        counted = name in ("numerator", "denominator")  # of an unsteady figure they are published
        which = hidden if counted else hidden | unstable
        rows[name] = rows[name].astype(float)
        rows.loc[which, name] = secret + at
    rows.to_parquet(file)
    return target


def packed(release: Path, folder: Path) -> dict[str, bytes]:
    """The files of three packs, by path."""
    for meeting, lang in MADE:
        make_pack(open_release(release), meeting, folder / f"{meeting}-{lang}", lang)
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


@pytest.fixture(scope="module")
def two(release: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The packs of two releases that differ only in what they hide."""
    low, high = (
        packed(planted(release, tmp_path_factory.mktemp("r"), secret), tmp_path_factory.mktemp("p"))
        for secret in (4.0, 98765.25)
    )
    return low, high


def members(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file and, where it is a package, every member of it, packages in packages too."""
    if not data.startswith(b"PK"):
        yield name, data
    else:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert not package.comment
            for member in package.infolist():
                assert not member.extra and not member.comment
                yield from members(f"{name}!{member.filename}", package.read(member))


def test_packs_of_releases_that_differ_in_hidden_numbers_are_the_same(
    two: tuple[dict[str, bytes], dict[str, bytes]],
) -> None:
    """Not the number, nor a sum, a colour, an order or a count that it goes into."""
    low, high = two
    assert list(low) == list(high)
    assert [name for name in low if low[name] != high[name]] == []


def test_hidden_figures_have_signs_and_no_numbers(two: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    figures = {f["receipt"]: f for name, data in two[0].items() if name.endswith("manifest.json")
               for f in json.loads(data)["figures"]}  # fmt: skip
    states = {receipt: f["state"] for receipt, f in figures.items()}
    assert "suppressed" in states.values() and "unstable" in states.values()
    for figure in figures.values():
        if figure["state"] != "value":
            assert figure["printed"] == SIGNS[figure["state"]]
            assert (figure["counts"] == "") == (figure["state"] != "unstable")
    seen = 0
    for name in (name for name in two[0] if name.endswith(".xlsx")):
        for sheet in load_workbook(io.BytesIO(two[0][name]), data_only=False).worksheets:
            assert sheet.sheet_state == "visible"
            assert all(not c.hidden for c in sheet.column_dimensions.values())
            for row in sheet.iter_rows(values_only=True):
                receipts = [v for v in row if isinstance(v, str) and re.fullmatch(r"HF(-[0-9A-Z]+)+", v)]
                if receipts and states.get(receipts[0], "value") in HIDDEN:
                    numbers = [v for v in row if isinstance(v, int | float)]
                    assert len(numbers) <= 1, row  # the target, which is of the plan
                    assert not any(isinstance(v, str) and v.startswith("=") for v in row)
                    seen += 1
    assert seen


def test_nothing_of_people_machines_or_the_outside(two: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    here = [str(ROOT), tempfile.gettempdir() + "/", str(Path.home()) + "/", socket.gethostname(), "pytest"]
    here = [word for word in here if len(word) > 4]
    user = getpass.getuser()
    for path, data in two[0].items():
        for name, content in members(path, data):
            said = content.decode("utf-8", "ignore")
            for word in here:
                assert word not in said and word not in name, (name, word)
            assert not re.search(rf"<(dc:creator|cp:lastModifiedBy)>\s*{re.escape(user)}\s*<", said), name
            assert not re.search(
                r"vba|activeX|\.bin$|macro|externalLink|oleObject|printerSettings|thumbnail", name, re.I
            ), name
            assert "macroEnabled" not in said and "<script src" not in said, name
            assert 'TargetMode="External"' not in said, name
            hosts = set(re.findall(r"https?://([\w.-]+)", said))
            assert hosts <= set(SCHEMAS), (name, hosts)
            # identity cards, mobile phones, the pseudonyms of rows
            plain = re.sub(r"HF(-[0-9A-Z]+)+|[0-9a-f]{64}|sha256-[\w+/=]+", " ", said)
            assert not re.search(r"(?<![\d.])\d{17}[\dXx](?![\d.])", plain), name
            assert not re.search(r"(?<![\d.-])1[3-9]\d{9}(?![\d.])", plain), name
            assert not re.search(r"person_id|household_id|couple_id|身份证|手机号", plain), name


def test_the_sample_is_marked_in_every_file(two: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    for path, data in two[0].items():
        said = "".join(content.decode("utf-8", "ignore") for _, content in members(path, data))
        if path.endswith("manifest.json"):
            assert json.loads(data)["sample"] is True
        else:
            assert re.search("示例数据|sample data", said, re.IGNORECASE), path
        with_dates = re.findall(r"<dcterms:(?:created|modified)[^>]*>([^<]*)<", said)
        assert all(day.endswith("T00:00:00Z") for day in with_dates), path


def test_a_pack_tells_no_more_than_its_release(release: Path, two: tuple[dict[str, bytes], dict[str, bytes]]) -> None:
    """Every figure of a manifest is a published cell with that receipt: a pack adds no cell and no relation."""
    rows = open_release(release).rows().set_index("receipt")
    for name, data in two[0].items():
        for figure in json.loads(data)["figures"] if name.endswith("manifest.json") else ():
            cell = rows.loc[figure["receipt"]]
            assert (figure["indicator"], figure["place"], figure["period"], figure["state"]) == tuple(
                cell[["indicator", "place", "period", "state"]]
            )
