"""Standardised rates of 10,000 places and local Moran of 10,000 areas, beside the libraries and plain loops."""

from __future__ import annotations

import esda
import numpy as np
from esda.smoothing import direct_age_standardization
from libpysal.weights import lat2W

from benchmarks.timing import Ways, compare
from hfwork.judge import adjacency, space, standardised

PLACES, BANDS, SIDE, PERMUTATIONS, REPEATS = 10_000, 19, 100, 999, 7
FEW = 500  # of the loop: a part, and its time multiplied


def main() -> None:
    random = np.random.default_rng(20161108)
    _rates(random)
    _local_moran(random)


def _rates(random: np.random.Generator) -> None:
    population = random.integers(20, 4000, (PLACES, BANDS)).astype(float)
    count = random.poisson(population * np.linspace(0.001, 0.04, BANDS)).astype(float)
    standard = random.integers(1000, 7000, BANDS).astype(float)
    flat = [column.ravel() for column in (count, population, np.tile(standard, (PLACES, 1)))]

    def loop() -> None:
        for x, n in zip(count[:FEW].tolist(), population[:FEW].tolist(), strict=True):
            weight = standard.sum()
            value = sum(w * a / b for w, a, b in zip(standard, x, n, strict=True)) / weight
            spread = sum((w / b) ** 2 * a for w, a, b in zip(standard, x, n, strict=True)) / weight**2
            seen, z = sum(x), 1.959964
            lower = seen * (1 - 1 / (9 * seen) - z / 3 / seen**0.5) ** 3
            upper = (seen + 1) * (1 - 1 / (9 * (seen + 1)) + z / 3 / (seen + 1) ** 0.5) ** 3
            (value + (spread / seen) ** 0.5 * (lower - seen), value + (spread / seen) ** 0.5 * (upper - seen))

    ways: Ways = {
        "hfwork standardised.dsr": (lambda: standardised.dsr(count, population, standard), 1),
        "esda direct_age_standardization": (lambda: direct_age_standardization(*flat, PLACES), 1),
        f"plain loop ({FEW} places, scaled)": (loop, PLACES / FEW),
    }
    compare(f"Directly standardised rates, {PLACES:,} × {BANDS}", ways, "hfwork standardised.dsr", REPEATS)


def _local_moran(random: np.random.Generator) -> None:
    weights = lat2W(SIDE, SIDE, rook=False)
    weights.transform = "r"
    names = [str(i) for i in range(SIDE * SIDE)]
    near = adjacency.Neighbours(tuple(names), tuple(tuple(weights.neighbors[i]) for i in range(SIDE * SIDE)))
    near.weights.sparse  # noqa: B018 – both sides have their weights ready
    value = random.normal(size=SIDE * SIDE)

    def loop() -> None:
        z = (value - value.mean()) / value.std()
        draws = np.random.default_rng(1)
        for i in range(FEW):
            part = weights.neighbors[i]
            others = np.delete(z, i)
            seen = z[i] * z[part].mean()
            sum(
                z[i] * draws.choice(others, len(part), replace=False).mean() >= seen for _ in range(PERMUTATIONS // 100)
            )

    ways: Ways = {
        "hfwork space.lisa": (lambda: space.lisa(value, near, PERMUTATIONS), 1),
        "esda Moran_Local": (lambda: esda.Moran_Local(value, weights, permutations=PERMUTATIONS, seed=1, n_jobs=1), 1),
        f"plain loop ({FEW} areas, scaled)": (loop, SIDE * SIDE / FEW * PERMUTATIONS / (PERMUTATIONS // 100)),
    }
    compare(f"Local Moran, {SIDE * SIDE:,} areas, {PERMUTATIONS} permutations", ways, "hfwork space.lisa", REPEATS)


if __name__ == "__main__":
    main()
