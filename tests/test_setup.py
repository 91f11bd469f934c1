"""The set-up files agree with each other and hold no address of any machine."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WANTED = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
CONDA_NAMES = {"python-duckdb": "duckdb"}  # conda-forge name: name in pyproject.toml


def bounds(lines: list[str]) -> dict[str, SpecifierSet]:
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(CONDA_NAMES.get(r.name, r.name)): r.specifier for r in parsed}


def lock_entries() -> dict[str, str]:
    """Each locked requirement with its hashes, by name."""
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {canonicalize_name(line.split("==")[0]): line for line in lines}


def test_conda_names_and_bounds_are_those_of_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    pip_lines = next(part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    conda = bounds(lines + [line for line in pip_lines if not line.startswith("-")])
    conda.pop("pip")
    assert conda.pop("python") == SpecifierSet(PROJECT["project"]["requires-python"])
    assert conda == bounds(WANTED)
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_every_dependency_is_locked_within_its_bounds() -> None:
    locked = lock_entries()
    for name, specifier in bounds(WANTED).items():
        assert name in locked, f"{name} is not in requirements.lock"
        version = locked[name].split("==")[1].split()[0]
        assert specifier.contains(version), f"{name}: locked {version}, wanted {specifier}"


def test_every_lock_line_has_hashes_and_no_address() -> None:
    marker, hashes = r"(?: ; [\w\s'\"<>=!.()]+?)?", r"(?:\s+--hash=sha256:[0-9a-f]{64})+"
    line_shape = re.compile(rf"[\w.-]+==[\w.+]+{marker}{hashes}\s*")
    for name, line in lock_entries().items():
        assert line_shape.fullmatch(line), f"unexpected text in the lock at {name}"


def test_lock_serves_other_systems() -> None:
    """Hashes of the public files for all systems, not only of what one machine has at hand."""
    for name in ("numpy", "pandas", "pyarrow", "duckdb"):
        assert lock_entries()[name].count("--hash=") >= 12


def test_run_refuses_the_pythons_that_the_project_refuses() -> None:
    run = runpy.run_path(str(ROOT / "run.py"))
    oldest, too_new = (".".join(map(str, run[name])) for name in ("OLDEST", "TOO_NEW"))
    assert SpecifierSet(PROJECT["project"]["requires-python"]) == SpecifierSet(f">={oldest},<{too_new}")


def test_run_fetches_the_plotly_js_that_the_plotly_package_brings() -> None:
    run = runpy.run_path(str(ROOT / "run.py"))
    spec = find_spec("plotly")
    assert spec is not None and spec.origin is not None
    with open(Path(spec.origin).parent / "package_data" / "plotly.min.js", encoding="utf-8") as script:
        assert f"plotly.js v{run['PLOTLY_JS']}\n" in script.read(400)


def test_run_explains_itself() -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "run.py"), *words]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)

    shown = run("--help")
    assert shown.returncode == 0
    assert all(f"run.py {name} " in shown.stdout for name in ("demo", "test", "lab", "bench", "exec"))
    assert run("dmo").returncode == 2
    assert run("exec").returncode == 2


def test_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    packed = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    files = (path for path in (ROOT / "hfwork").rglob("*") if path.is_file() and path.suffix != ".pyc")
    wanted = {path.relative_to(ROOT).as_posix() for path in files}
    assert wanted and not wanted - packed
