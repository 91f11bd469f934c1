"""One door to the checkout: makes .venv when needed, then runs what was asked. Standard library only.

python3 run.py demo [ARGS…]           an invented district on a page in the browser (hfwork demo)
python3 run.py test [--deep] [ARGS…]  the tests; --deep runs only the long ones; ARGS go to pytest
python3 run.py lab [ARGS…]            JupyterLab on this checkout, in Chinese
python3 run.py bench [ARGS…]          the benchmarks
python3 run.py exec CMD…              any command inside .venv
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "hfwork.stamp"
OLDEST, TOO_NEW = (3, 11), (3, 15)  # as requires-python in pyproject.toml
# The small build of the plotly.js that the locked plotly package brings whole (1.1 MB for 4.8 MB).
PLOTLY_JS = "4.1.1"
PLOTLY_SHA512 = "1oNF8PeQx2hv/y7tqEVWKD3JGwn/MGEMQ8mL9HUwsaqG9FGy/OU5FHUHvzqbqxN4mnwZGI9abTiE775C4kkjMQ=="
# What the browser tests judge accessibility with; nothing else uses it.
AXE = "4.14.1"
AXE_SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
LAB_SETTINGS = {
    "@jupyterlab/translation-extension:plugin": {"locale": "zh_CN"},
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Notebooks show internal figures and are stored without outputs: nothing is saved until somebody means it.
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
# Compiled files make every later start quicker, and this variable would forbid them.
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
ENV.update(VIRTUAL_ENV=str(VENV), PATH=os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]))


def say(zh: str, en: str) -> None:
    print(f"{zh}\n{en}", file=sys.stderr, flush=True)


def stop(zh: str, en: str) -> None:
    say(zh, en)
    sys.exit(2)


def ask(*command: str | Path) -> bool:
    """Run a step of the set-up; what it prints is shown, and it must not wait for a key."""
    return subprocess.call([str(word) for word in command], cwd=ROOT, env=ENV, stdin=subprocess.DEVNULL) == 0


def fingerprint() -> str:
    """What .venv was made from; the path is in it because a moved .venv holds dead scripts."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def ensure_venv() -> None:
    """Make .venv anew unless its stamp says that it fits the lock."""
    mark = fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == mark:
        return
    say("正在准备运行环境（首次约需一至三分钟）……", "Setting up (one to three minutes the first time) …")
    if not (install_with_uv() or install_with_pip()):
        stop(
            "安装未完成，原因见上。请检查网络或软件源设置后重试。",
            "The set-up did not finish, see above. Check the network or index settings, then try again.",
        )
    settings = VENV / "share/jupyter/lab/settings/overrides.json"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(json.dumps(LAB_SETTINGS, indent=2))
    fetch_small_plotly()
    STAMP.write_text(mark)  # last, so that a broken set-up is never taken for a whole one


def install_with_uv() -> bool:
    uv = shutil.which("uv")
    if not uv:
        return False
    shutil.rmtree(VENV, ignore_errors=True)
    install = (uv, "pip", "install", "-q", "--python", PYTHON)
    done = (
        ask(uv, "venv", "-q", "--python", base_python(), VENV)
        and ask(*install, "--require-hashes", "--compile-bytecode", "-r", LOCK)
        and ask(*install, "--no-deps", "--no-build-isolation", "-e", ROOT)
    )
    if not done:  # uv does not read pip's settings: a mirror may be known to pip alone
        say("uv 安装失败，改用 pip。", "uv did not manage; trying pip.")
    return done


def install_with_pip() -> bool:
    if not (importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")):
        stop(
            "缺少 venv 模块。请先运行：sudo apt install python3-venv",
            "The venv module is missing. First run: sudo apt install python3-venv",
        )
    shutil.rmtree(VENV, ignore_errors=True)
    install = (PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--compile")
    return (
        ask(base_python(), "-m", "venv", VENV)
        and ask(*install, "--require-hashes", "-r", LOCK)
        and ask(*install, "--no-deps", "--no-build-isolation", "-e", ROOT)
    )


def base_python() -> str:
    """The interpreter outside any virtual environment: run.py may be run by the .venv it is to replace."""
    return getattr(sys, "_base_executable", None) or sys.executable


def fetch_small_plotly() -> None:
    """Put plotly.js' small build beside the environment; pages do without it if it cannot be had."""
    why = fetch(f"plotly.js-basic-dist-min@{PLOTLY_JS}", PLOTLY_SHA512, "plotly-basic.min.js")
    if why:
        print(f"未取得精简版 plotly.js，改用完整版 / using the full plotly.js ({why})", file=sys.stderr)


def fetch_axe() -> None:
    """Put axe-core beside the environment, once; the test that needs it is skipped if it cannot be had."""
    if not (VENV / "share/hfwork/axe.min.js").exists() and (why := fetch(f"axe-core@{AXE}", AXE_SHA512, "axe.min.js")):
        print(f"未取得 axe-core，无障碍测试将跳过 / no axe-core, its test is skipped ({why})", file=sys.stderr)


def fetch(wanted: str, sha512: str, member: str) -> str:
    """Put one file of an npm package into share/hfwork of the environment; returns why not, or nothing."""
    try:
        npm = shutil.which("npm")
        if not npm:
            raise LookupError("npm: not found")
        with tempfile.TemporaryDirectory() as folder:
            quiet = {"check": True, "timeout": 120, "stdin": subprocess.DEVNULL, "capture_output": True}
            subprocess.run([npm, "pack", wanted, "--pack-destination", folder], cwd=folder, **quiet)
            archive = next(Path(folder).glob("*.tgz"))
            if base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode() != sha512:
                raise ValueError(f"{wanted}: wrong sha512")
            with tarfile.open(archive) as packed:
                script = packed.extractfile(f"package/{member}").read()
        home = VENV / "share/hfwork" / member
        home.parent.mkdir(parents=True, exist_ok=True)
        home.write_bytes(script)
    except Exception as why:  # an extra: whatever goes wrong here must not stop the set-up
        return str(why).splitlines()[0] if str(why) else type(why).__name__
    return ""


def hand_over(command: list[str | Path], folder: Path = ROOT) -> int:
    """Become the command where the system can, so that its signals and exit code are its own."""
    words = [str(word) for word in command]
    found = shutil.which(words[0], path=ENV["PATH"])
    if not found:
        stop(f"找不到命令：{words[0]}", f"No such command: {words[0]}")
    os.chdir(folder)
    if os.name == "nt":
        return subprocess.call([found, *words[1:]], env=ENV)
    os.execve(found, words, ENV)


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console may not know Chinese
    if not OLDEST <= sys.version_info[:2] < TOO_NEW:
        seen = ".".join(map(str, sys.version_info[:2]))
        stop(f"需要 Python 3.11 至 3.14，当前为 {seen}。", f"Python 3.11 to 3.14 is needed, this is {seen}.")
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    marked = "deep" if "--deep" in rest else "not deep"
    lab = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={ROOT}",
        "--LabApp.default_url=/lab/tree/notebooks",
    ]
    commands = {
        "demo": ["hfwork", "demo", *rest],
        "test": [
            PYTHON,
            "-m",
            "pytest",
            "-n",
            "2",
            "-m",
            marked,
            *(word for word in rest if word != "--deep"),
        ],
        "lab": [PYTHON, "-m", "jupyterlab", *lab, *rest],
        "bench": [PYTHON, "-m", "benchmarks", *rest],
        "exec": rest,
    }
    if not commands.get(name):
        stop(
            "用法：python3 run.py demo | test | lab | bench | exec 命令",
            "Usage: python3 run.py demo | test | lab | bench | exec CMD",
        )
    ensure_venv()
    if name == "test":
        fetch_axe()
    return hand_over(commands[name], Path.cwd() if name == "exec" else ROOT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
