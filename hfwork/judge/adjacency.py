"""Who borders whom: neighbours from a table of pairs, or from shapes that touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hfwork.errors import HfworkError


@dataclass(frozen=True)
class Neighbours:
    """Who borders whom. ``positions``: for each of ``ids`` the positions of its neighbours, in ``ids``."""

    ids: tuple[str, ...]
    positions: tuple[tuple[int, ...], ...] = field(repr=False)

    @property
    def islands(self) -> list[str]:
        """Units without a neighbour: they take no part in any measure, and are to be named."""
        return [name for name, near in zip(self.ids, self.positions, strict=True) if not near]

    @cached_property
    def weights(self) -> Any:
        """A libpysal ``W``, rows adding up to 1."""
        from libpysal.weights import W

        made = W(dict(enumerate(map(list, self.positions))), id_order=list(range(len(self.ids))), silence_warnings=True)
        made.transform = "r"
        return made

    def among(self, kept: NDArray[np.bool_]) -> Neighbours:
        """The same for some of the units only; who loses the last neighbour becomes an island."""
        if kept.all():
            return self
        new = np.cumsum(kept) - 1
        near = [tuple(int(new[j]) for j in self.positions[i] if kept[j]) for i in np.flatnonzero(kept)]
        return Neighbours(tuple(name for name, keep in zip(self.ids, kept, strict=True) if keep), tuple(near))


def of_pairs(ids: Sequence[str], pairs: Iterable[tuple[str, str]], mutual: bool = True) -> Neighbours:
    """Neighbours from a table of pairs (or from shapes, by the pairs ``release.shapes`` finds).

    Parameters: ``ids`` of the units in order; ``pairs`` of two ids; ``mutual``: each pair counts both ways. A pair
    twice counts once. Errors: ``judge_neighbour`` for an id that is not among ``ids`` or is its own neighbour.
    """
    at = {name: i for i, name in enumerate(ids)}
    near: list[set[int]] = [set() for _ in ids]
    for one, other in pairs:
        for name in (one, other):
            if name not in at:
                raise HfworkError("judge_neighbour", given=name, allowed=ids)
        if one == other:
            raise HfworkError("judge_neighbour", given=f"{one}–{other}")
        near[at[one]].add(at[other])
        if mutual:
            near[at[other]].add(at[one])
    return Neighbours(tuple(ids), tuple(tuple(sorted(found)) for found in near))
