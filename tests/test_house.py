"""The rules of the house: who may import whom, where files and widgets live, how long a module may be."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "hfwork"
MODULES = sorted(HOUSE.rglob("*.py"))
# A room imports rooms of a smaller number only; intake, measure and judge do not know each other.
RANK = {
    "text": 0,
    "errors": 0,
    "plan": 1,
    "options": 1,
    "intake": 2,
    "measure": 2,
    "judge": 2,
    "release": 3,
    "present": 4,
}
RANK |= {"sample": 4, "counting": 4, "workspace": 5, "demo": 6, "showing": 6, "meeting": 7, "cli": 8}
DENIED = {"present": {"intake", "measure", "counting"}, "sample": {"measure", "judge", "release", "present"}}
OPENERS = {"plan", "intake", "release", "sample", "text", "workspace", "demo", "showing", "meeting", "cli"}
OPENERS |= {"measure/engine.py", "measure/examples.py"}
OPENERS |= {f"present/{name}.py" for name in ("pages", "server", "panels", "dashboards", "login", "static")}
PACK = "documents make manifest shelf verify bank/questions_page book/appendix_proof book/workbook package"
OPENERS |= {f"present/pack/{name}.py" for name in [*PACK.split(), "papers/paper_proof"]}
OPENING = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "read_csv", "read_parquet", "to_parquet"}
ONLY = {"ipywidgets": {"present/panels.py"}, "anywidget": {"present/panels.py"}}
ONLY |= {"plotly": {"present/charts.py", "present/maps.py"}, "geopandas": {"release/shapes.py", "sample/public.py"}}


def names(module: Path) -> tuple[set[str], set[str]]:
    """What a module imports and what it calls."""
    nodes = list(ast.walk(ast.parse(module.read_text("utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return imported, {getattr(call, "attr", getattr(call, "id", "")) for call in calls}


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(HOUSE)))
def test_module_keeps_the_rules(module: Path) -> None:
    name = module.relative_to(HOUSE).as_posix()
    room = name.split("/")[0].removesuffix(".py")
    imported, called = names(module)
    rooms = {i.split(".")[1] for i in imported if i.startswith("hfwork.")} - {room}
    if room != "__init__":
        too_far = {r for r in rooms if RANK[r] > RANK[room] or RANK[r] == RANK[room] == 2}
        assert not too_far | (rooms & DENIED.get(room, set()))
    assert {room, name} & OPENERS or not called & OPENING
    assert all(name in ONLY[i.split(".")[0]] for i in imported if i.split(".")[0] in ONLY)
    assert len(module.read_text("utf-8").splitlines()) <= 300
    assert module.stem not in {"utils", "helpers", "common", "base"}


@pytest.mark.slow
@pytest.mark.parametrize("notebook", sorted((ROOT / "dashboards").glob("*.ipynb")), ids=lambda n: n.stem)
def test_dashboard_cannot_reach_rows(notebook: Path, release: Path) -> None:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    probe = [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"]
    done = subprocess.run(probe, env={"HFWORK_RELEASE": str(release)}, cwd=ROOT, capture_output=True, check=True)
    rooms = {f"hfwork.{room}" for room in ("intake", "measure", "judge", "sample", "counting", "workspace")}
    loaded = set(done.stdout.decode().split())
    assert "hfwork.present.panels" in loaded
    assert not loaded & {"pandas", "pyarrow", "plotly", "geopandas", "duckdb", *rooms}
