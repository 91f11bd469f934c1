"""A release as a folder: write it whole or not at all, open it without loading what a page does not need."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hfwork.errors import HfworkError

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "datapackage.json"
SHARED = "columns"  # in pages/: what all pages share


class Release:
    """An opened release: aggregates that passed disclosure control, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta = _json(folder / MANIFEST)
        if not {"id", "resources"} <= set(self.meta):
            raise _damaged(folder / MANIFEST)
        self.id: str = self.meta["id"]

    def page(self, name: str) -> dict[str, Any]:
        """The columns of a page, those all pages share among them, as written when the release was made."""
        own = self.page_columns(name)
        return {**_json(self.folder / "pages" / f"{SHARED}.json"), **own}

    def page_columns(self, name: str) -> dict[str, Any]:
        """What a page has besides the shared columns."""
        allowed = self.pages()
        if name not in allowed:
            raise HfworkError("unknown_page", given=name, allowed=allowed)
        return _json(self.folder / "pages" / f"{name}.json")

    def pages(self) -> list[str]:
        """The names of the pages, in the order in which they are listed."""
        found = [name for name in self._names("pages") if name != SHARED]
        told = [Path(resource["path"]).stem for resource in self.meta["resources"]]
        return sorted(found, key=lambda name: (told.index(name) if name in told else len(told), name))

    def plan(self) -> dict[str, Any]:
        """The definitions behind the figures: indicators, measures, policy (``plan.json``)."""
        return _json(self.folder / "plan.json")

    def cells(
        self,
        indicator: str | None = None,
        *,
        by: str | None = None,
        period: str | None = None,
        boundaries: str | None = None,
    ) -> pd.DataFrame:
        """Published cells as a DataFrame with their receipts; narrowed by indicator, place level and period.

        Units are those of the release's day. With ``boundaries="then"`` a unit that was since split or merged
        stands instead of its heirs in the periods that ended before.
        """
        if boundaries not in (None, "then"):
            raise HfworkError("unknown_boundaries", given=boundaries, allowed=["then"])
        cells = self.rows()
        of_then = cells["boundaries"] != self.meta["as_of"]
        if boundaries is None:
            cells = cells[~of_then]
        elif of_then.any():
            import pandas as pd

            replaced = cells.loc[of_then, ["indicator", "period", "place"]].merge(self.findings("lineage"), on="place")
            key = ["indicator", "period", "place"]
            heirs = pd.MultiIndex.from_frame(replaced[["indicator", "period", "heir"]].set_axis(key, axis=1))
            cells = cells[~pd.MultiIndex.from_frame(cells[key]).isin(heirs)]
        return narrow(cells, indicator, by=by, period=period)

    def rows(self) -> pd.DataFrame:
        """Every published row, with its receipt: units of the release's day and units of then one below the other."""
        cells = _table(self.folder / "cells.parquet")
        receipts = _table(self.folder / "findings" / "receipts.parquet")
        if len(cells) != len(receipts):
            raise _damaged(self.folder / "cells.parquet")
        cells["receipt"] = receipts["receipt"].to_numpy()
        return cells

    def findings(self, name: str) -> pd.DataFrame:
        """A table of findings.

        ``sentences``, ``comparisons``, ``verdicts``, ``courses``, ``inequality``, ``smoothed``, ``funnel``,
        ``neighbours``, ``patterns``, ``clusters``, ``steadying``, ``completeness``, ``lineage`` or ``receipts``.
        """
        allowed = self._names("findings")
        if name not in allowed:
            raise HfworkError("unknown_findings", given=name, allowed=allowed)
        return _table(self.folder / "findings" / f"{name}.parquet")

    def real_change(self, indicator: str, place: str) -> pd.DataFrame:
        """Is the latest complete figure a real change? One row per length of period, as stored: no vault is needed.

        Columns ``period code test zh en`` and the numbers behind them (``release.verdicts``). Errors:
        ``unknown_indicator``, ``unknown_place``.
        """
        found = narrow(self.findings("verdicts"), indicator)
        if not (found["place"] == place).any():
            raise HfworkError("unknown_place", given=place, allowed=found["place"].drop_duplicates())
        return found[found["place"] == place].reset_index(drop=True)

    def _names(self, inside: str) -> list[str]:
        """The names of the files that are or should be in a folder of the release."""
        there = [Path(inside, file.name) for file in (self.folder / inside).glob("[!.]*")]
        told = [Path(resource["path"]) for resource in self.meta["resources"]]
        return sorted({path.stem for path in [*there, *told] if path.parent == Path(inside)})


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (FileNotFoundError, IsADirectoryError, ValueError, RecursionError):
        raise _damaged(file) from None
    if not isinstance(content, dict):
        raise _damaged(file)
    return content


def _table(file: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(file)
    except PermissionError:
        raise
    except (OSError, ValueError):  # what pyarrow raises for a file that is gone, cut short or none
        raise _damaged(file) from None


def _damaged(file: Path) -> HfworkError:
    folder = file.parent.parent if file.parent.name in ("pages", "findings") else file.parent
    return HfworkError("damaged_release", given=file.name, where=folder)


def verify(folder: Path) -> None:
    """Compare every file of a release with the hash in its manifest. Raises ``damaged_release``."""
    release = Release(folder)
    if release.id != folder.name:
        raise _damaged(folder / MANIFEST)
    for resource in release.meta["resources"]:
        file = folder / resource["path"]
        if not file.is_file() or resource.get("hash") != f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}":
            raise _damaged(file)


def narrow(
    cells: pd.DataFrame, indicator: str | None = None, *, by: str | None = None, period: str | None = None
) -> pd.DataFrame:
    """Cells of one indicator, place level and period; an unknown name is refused with the nearest match."""
    for column, code, wanted in (
        ("indicator", "unknown_indicator", indicator),
        ("level", "unknown_level", by),
        ("period", "unknown_period", period),
    ):
        if wanted is not None:
            if not (cells[column] == wanted).any():
                raise HfworkError(code, given=wanted, allowed=cells[column].drop_duplicates())
            cells = cells[cells[column] == wanted]
    return cells.reset_index(drop=True)


def open_release(path: str | Path) -> Release:
    """Open a release folder, or ``releases/current``, which is followed once: later moves do not mix."""
    folder = Path(path).resolve()
    if not (folder / MANIFEST).is_file():
        raise HfworkError("no_release", given=str(path))
    return Release(folder)


def folders(releases: Path) -> list[Path]:
    """The release folders of a workspace, whole or damaged; pointers and unfinished ones are none."""
    named = (folder for folder in sorted(releases.glob("*")) if re.fullmatch("[0-9a-f]{16}", folder.name))
    return [folder for folder in named if folder.is_dir() and not folder.is_symlink()]


def write(releases: Path, identity: str, files: Mapping[str, bytes | pd.DataFrame]) -> Path:
    """Write a release folder whole: into a temporary one, then renamed; an equal one is left as it is.

    ``files`` maps relative names to bytes or to a DataFrame (written as Parquet). The manifest must be
    among them; every other file's SHA-256 is added to it.
    """
    target = releases / identity
    if target.exists():
        try:
            verify(target)
            return target
        except HfworkError:
            pass  # damaged: the same contents written anew mend it
    part = releases / f".{identity}.{os.getpid()}.part"
    if part.exists():
        shutil.rmtree(part)
    try:
        _write_part(part, files)
        if target.exists():
            aside = part.with_suffix(".damaged")
            os.replace(target, aside)
            os.replace(part, target)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            os.replace(part, target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return target


def _write_part(part: Path, files: Mapping[str, bytes | pd.DataFrame]) -> None:
    resources = []
    for name, content in files.items():
        file = part / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            content.to_parquet(file, index=False, compression="zstd")
        resources.append({"path": name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()})
    manifest = json.loads((part / MANIFEST).read_text("utf-8"))
    for resource in manifest["resources"]:
        resource["hash"] = next(f"sha256:{r['sha256']}" for r in resources if r["path"] == resource["path"])
    (part / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    for file in part.rglob("*"):
        if file.is_file():
            with file.open("rb") as handle:
                os.fsync(handle.fileno())


def point(releases: Path, name: str, identity: str) -> None:
    """Move a pointer such as ``current`` to a release by atomic rename."""
    part = releases / f".{name}.{os.getpid()}.part"
    part.unlink(missing_ok=True)
    part.symlink_to(identity, target_is_directory=True)
    try:
        os.replace(part, releases / name)
    finally:
        part.unlink(missing_ok=True)
