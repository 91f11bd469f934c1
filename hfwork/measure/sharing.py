"""Whole people shared out: counts of a code that was split go to its heirs by weight, none lost or doubled."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hfwork.measure.frame import Frame

# Steps of two low-discrepancy sequences (golden and plastic ratio): over many small counts their rounding evens out.
_BY_MONTH, _BY_CODE = 0.6180339887498949, 0.7548776662466927


class Sharing:
    """How the codes of a frame's units turn into its rows; most have one row, a split code one per heir."""

    def __init__(self, frame: Frame) -> None:
        units = frame.units
        self.codes = list(units["code"].unique())
        self.index = {code: i for i, code in enumerate(self.codes)}
        self.origin = units["code"].map(self.index).to_numpy(dtype=int)
        weight = units["weight"].to_numpy(dtype=float)
        self.heirs: dict[int, list[tuple[int, float]]] = {}
        for row in np.flatnonzero(weight < 1):
            self.heirs.setdefault(int(self.origin[row]), []).append((int(row), float(weight[row])))
        self.first = np.zeros(len(self.codes), dtype=int)
        self.first[self.origin[::-1]] = np.arange(len(units))[::-1]
        lines = [tuple(line) for line in units[[*frame.levels, "weight"]].astype(object).fillna("").to_numpy()]
        # Codes that went the same way: their counts are shared out together.
        self.groups: dict[tuple[object, ...], list[int]] = {}
        for code, heirs in self.heirs.items():
            self.groups.setdefault(tuple(lines[row] for row, _ in heirs), []).append(code)

    def rows(self, counts: np.ndarray) -> np.ndarray:
        """(codes, months) running totals → (rows, months): whole numbers that add up to the total of each group.

        Codes that went the same way are shared out as one, on the rows of the first: a code of one person has no
        fair half.
        """
        shared = counts[self.origin]
        for codes in self.groups.values():
            parts = split(counts[codes].sum(axis=0), [w for _, w in self.heirs[codes[0]]])
            for code in codes:
                for (row, _), part in zip(self.heirs[code], parts, strict=True):
                    shared[row] = part if code == codes[0] else 0
        return shared

    def spread(
        self, positions: np.ndarray, starts: np.ndarray, ends: np.ndarray, counts: np.ndarray, *, is_stock: bool
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Returned counts by code position → by row of the frame; a return of a split code gives one per heir.

        Rounding alternates over months and codes in the same way for every measure: a part never exceeds its
        whole, and many small counts come out near the weights. A stock is rounded alike in every month.
        """
        alone = ~np.isin(positions, list(self.heirs))
        parts = [(self.first[positions[alone]], starts[alone], ends[alone], counts[alone])]
        for codes in self.groups.values():
            for k, code in enumerate(codes):
                mine = positions == code
                if mine.any():
                    turn = 0.5 + k * _BY_CODE + (0 if is_stock else ends[mine] * _BY_MONTH)
                    heirs = self.heirs[code]
                    for (row, _), part in zip(heirs, split(counts[mine], [w for _, w in heirs], turn), strict=True):
                        parts.append((np.full(mine.sum(), row), starts[mine], ends[mine], part))
        where, starts, ends, counts = (np.concatenate(column) for column in zip(*parts, strict=True))
        return where, starts, ends, counts

    def behind(self, counts: np.ndarray) -> np.ndarray:
        """(…, rows, periods) shared counts → how many were shared out with each: those of all heirs of its code."""
        frame = pd.Series(self.origin)
        rows = [row for heirs in self.heirs.values() for row, _ in heirs]
        whole = np.zeros_like(counts)
        if rows:
            of = frame[rows].to_numpy()
            total = np.zeros((*counts.shape[:-2], len(self.codes), counts.shape[-1]), dtype=counts.dtype)
            np.add.at(np.moveaxis(total, -2, 0), of, np.moveaxis(np.abs(counts[..., rows, :]), -2, 0))
            whole[..., rows, :] = total[..., of, :]
        return whole


def split(counts: np.ndarray, weights: list[float], turn: np.ndarray | float = 0.5) -> list[np.ndarray]:
    """Whole numbers ≥ 0 by weights (they add up to 1): parts add up to the counts and never fall as those grow.

    Each heir in turn takes its rounded share of what is left, so that a running sum may be split month by month.
    A share is rounded up when its fraction exceeds 1 − ``turn`` (its fractional part): 0.5 rounds to the nearest.
    """
    parts, left, rest = [], np.asarray(counts), 1.0
    for weight in weights[:-1]:
        part = np.floor(left * min(weight / rest, 1.0) + np.mod(turn, 1.0)).astype(left.dtype)
        parts.append(part)
        left, rest, turn = left - part, rest - weight, np.asarray(turn) + _BY_MONTH
    return [*parts, left]
