"""Wilson intervals of ten million cells: ours beside statsmodels, plain numpy, a loop and the bare limit.

Run with ``python -m benchmarks.intervals``. CPU seconds, median of nine in alternation; a loop over 200,000
cells is extrapolated. Only the ratios carry over to another machine.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from benchmarks.timing import Ways, compare
from hfwork.judge import intervals

CELLS = 10_000_000
LOOPED = 200_000
REPEATS = 9
Z = 1.959963984540054


def loop(count: list[int], total: list[int]) -> tuple[list[float], list[float]]:
    lower, upper = [], []
    for x, n in zip(count, total, strict=True):
        half = Z * math.sqrt(Z * Z + 4 * x * (1 - x / n))
        lower.append((2 * x + Z * Z - half) / (2 * (n + Z * Z)))
        upper.append((2 * x + Z * Z + half) / (2 * (n + Z * Z)))
    return lower, upper


def plain_numpy(count: Any, total: Any) -> tuple[Any, Any]:
    half = Z * np.sqrt(Z * Z + 4 * count * (1 - count / total))
    base = 2 * (total + Z * Z)
    return (2 * count + Z * Z - half) / base, (2 * count + Z * Z + half) / base


def streaming(count: Any, total: Any) -> tuple[Any, Any]:
    """The least that reading two columns and writing two can cost."""
    return count + 1.0, total + 1.0


def main() -> None:
    """Print CPU seconds and ratios."""
    draw = np.random.default_rng(20160601)
    total = draw.integers(1, 5000, CELLS)
    count = draw.binomial(total, 0.3)
    few = count[:LOOPED].tolist(), total[:LOOPED].tolist()
    ways: Ways = {
        "limit: two streaming numpy passes": (lambda: streaming(count, total), 1),
        "hfwork intervals.wilson": (lambda: intervals.wilson(count, total), 1),
        "statsmodels proportion_confint": (lambda: proportion_confint(count, total, method="wilson"), 1),
        "numpy, plain expressions": (lambda: plain_numpy(count, total), 1),
        "Python loop (extrapolated)": (lambda: loop(*few), CELLS / LOOPED),
    }
    compare(f"Wilson, {CELLS:,} cells", ways, "hfwork intervals.wilson", REPEATS)
    got, peer = intervals.wilson(count, total), proportion_confint(count, total, method="wilson")
    apart = max(float(np.abs(a - b).max()) for a, b in zip(got, peer, strict=True))
    print(f"largest difference from statsmodels: {apart:.1e}")


if __name__ == "__main__":
    main()
