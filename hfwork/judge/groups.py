"""The groups of one setting over which something is spread, and how an estimate with its limits is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hfwork.errors import HfworkError

Floats = NDArray[np.float64]
Estimate = tuple[float, float, float, float]  # estimate, standard error, lower and upper 95 % limit
Z = 1.959963984540054


@dataclass(frozen=True)
class Groups:
    """Groups of one setting: ``value`` in the unit of ``scale`` (100 for %), standard errors ``se``, ``population``.

    All have shape (groups,). ``ordered``: the groups have a natural order and stand in it, most disadvantaged first.
    ``favourable``: more is better. ``reference``: position of the group to compare with, when there is one.
    """

    value: Floats
    population: Floats
    se: Floats
    ordered: bool = False
    favourable: bool = True
    reference: int | None = None
    scale: float = 100.0

    @property
    def share(self) -> Floats:
        """Population shares."""
        return self.population / self.population.sum()

    @property
    def mean(self) -> float:
        """Population-weighted mean: the setting's own value."""
        return float((self.share * self.value).sum())

    @property
    def best(self) -> int:
        """The most advantaged group when ordered, else the group with the best value."""
        if self.ordered:
            return len(self.value) - 1
        return int(np.argmax(self.value) if self.favourable else np.argmin(self.value))


def of(
    value: ArrayLike,
    population: ArrayLike,
    se: ArrayLike | None = None,
    *,
    ordered: bool = False,
    favourable: bool = True,
    reference: int | None = None,
    scale: float = 100.0,
) -> Groups:
    """Check and keep the columns of ``Groups``; ``se`` is NaN when not given. Errors: ``judge_lengths``."""
    y, p = np.asarray(value, dtype=float), np.asarray(population, dtype=float)
    errors = np.full(y.shape, np.nan) if se is None else np.asarray(se, dtype=float)
    if not y.shape == p.shape == errors.shape or y.ndim != 1:
        raise HfworkError("judge_lengths", sizes=f"value {y.shape}, population {p.shape}, se {errors.shape}")
    return Groups(y, p, errors, ordered, favourable, reference, scale)


def around(estimate: float, se: float) -> Estimate:
    """An estimate with its 95 % limits by its standard error."""
    return estimate, se, estimate - Z * se, estimate + Z * se
