"""Whole people shared out: counts of a code that was split go to its heirs by weight, none lost or doubled."""

from __future__ import annotations

import numpy as np

from hfwork.measure.frame import Frame


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

    def rows(self, counts: np.ndarray) -> np.ndarray:
        """(codes, …) → (rows, …): whole numbers whose heirs add up to the code's count."""
        shared = counts[self.origin]
        for code, heirs in self.heirs.items():
            for (row, _), part in zip(heirs, split(counts[code], [w for _, w in heirs]), strict=True):
                shared[row] = part
        return shared

    def spread(self, positions: np.ndarray, *values: np.ndarray) -> list[np.ndarray]:
        """Code positions and (…, the last being counts) values as rows of the frame; counts are shared out."""
        if not self.heirs or not np.isin(positions, list(self.heirs)).any():
            return [self.first[positions], *values]
        parts: list[list[np.ndarray]] = []
        alone = ~np.isin(positions, list(self.heirs))
        parts.append([self.first[positions[alone]], *(value[alone] for value in values)])
        for code, heirs in self.heirs.items():
            mine = positions == code
            counts = split(values[-1][mine], [w for _, w in heirs])
            for (row, _), part in zip(heirs, counts, strict=True):
                parts.append([np.full(mine.sum(), row), *(value[mine] for value in values[:-1]), part])
        return [np.concatenate(column) for column in zip(*parts, strict=True)]


def split(counts: np.ndarray, weights: list[float]) -> list[np.ndarray]:
    """Whole numbers ≥ 0 by weights (they add up to 1): parts add up to the counts and never fall as those grow.

    Each heir in turn takes its rounded share of what is left, so that a running sum may be split month by month.
    """
    parts, left, rest = [], np.asarray(counts), 1.0
    for weight in weights[:-1]:
        part = np.floor(left * min(weight / rest, 1.0) + 0.5).astype(left.dtype)
        parts.append(part)
        left, rest = left - part, rest - weight
    return [*parts, left]
