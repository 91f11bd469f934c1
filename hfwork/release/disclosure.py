"""Small numbers are hidden, and so are the numbers that would give them away by subtraction.

Hiding is decided per measure, not per indicator: a count hidden in one figure shows in no other. Primary:
a protected count of 1 … k−1. Complementary: every published total equals its published parts, across
places (village, town, district) and across periods (month … phase). No such equation may keep a single
unknown, nor a visible total hidden parts that sum to less than k; and, since equations share cells,
no hidden number may follow from all of them together (linear algebra; a stock's tree of places has no
cycles and needs none, unless a unit that was split or merged is shown beside its heirs).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.linalg import eigh
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from hfwork.measure.frame import Frame
from hfwork.plan.folder import Plan
from hfwork.release import equations
from hfwork.release.cells import NUMBERS

_PLAIN = {"place": "str", "period": "str"}
_ZERO = 1e-7  # of eigenvalues and of entries of eigenvectors


def hide(plan: Plan, cells: pd.DataFrame, counts: Sequence[pd.DataFrame], frame: Frame) -> pd.DataFrame:
    """The cells to publish, with every unsafe one blanked: state ``suppressed``, reason ``below_threshold``.

    ``cells`` hold only what may be published at all; ``counts`` are the true ones, also of units of then. Primary and
    complementary cells look alike, otherwise the mark itself would tell the small ones.
    """
    if plan.policy.minimum_count <= 0:
        return cells
    hidden_keys = []
    users: dict[str, list[str]] = {}
    for indicator in plan.indicators.values():
        for name in indicator.measure_ids():
            users.setdefault(name, []).append(indicator.id)
    of_measure = [{str(name): part for name, part in each.groupby("measure", observed=True)} for each in counts]
    for name, indicators in users.items():
        measure = plan.measures[name]
        if measure.unit in plan.policy.protected_units:
            shown = cells.loc[cells["indicator"].isin(indicators), ["place", "period"]].drop_duplicates()
            own = pd.concat([parts[name].astype(_PLAIN) for parts in of_measure if name in parts])
            hidden = hide_counts(own, shown, frame, plan.policy.minimum_count, measure.is_stock)
            hidden_keys.append(hidden.merge(pd.DataFrame({"indicator": indicators}), how="cross"))
    if not hidden_keys:
        return cells
    keys = pd.concat(hidden_keys).drop_duplicates()
    matched = cells.merge(keys, how="left", indicator="_unsafe")["_unsafe"].eq("both")
    unsafe = matched.to_numpy() & cells["state"].eq("value").to_numpy()
    safe = cells.copy()
    safe.loc[unsafe, NUMBERS] = np.nan
    safe.loc[unsafe, ["state", "reason", "status"]] = ["suppressed", "below_threshold", "none"]
    return safe


def hide_counts(counts: pd.DataFrame, shown: pd.DataFrame, frame: Frame, k: int, is_stock: bool) -> pd.DataFrame:
    """Keys ``place period`` of one measure's counts that must not be seen.

    ``counts``: columns place, level, period, count of one measure, every place and period; ``shown``: the keys
    meant for publication; ``k`` the smallest count that may be seen (0 may).
    """
    whole = counts.pivot(index="place", columns="period", values="count")
    windows, of_token = equations.windows_of(frame, whole, is_stock)
    first_token = {w: token for token, w in reversed(of_token.items())}
    table = whole[[first_token[w] for w in range(len(windows))]]
    row = {place: i for i, place in enumerate(table.index)}
    number = table.fillna(0).to_numpy(dtype=np.int64)  # a unit of then has no count in periods it did not see
    public = np.zeros(number.shape, dtype=bool)
    public[shown["place"].map(row).to_numpy(dtype=int), shown["period"].map(of_token).to_numpy(dtype=int)] = True
    then = equations.of_then(frame, row, public)
    found = equations.of_places(frame, row, public) + then
    if not is_stock:
        found += equations.of_periods(frame, windows, of_token, public)
    is_tree = is_stock and not then
    hidden = _hidden(number.ravel(), public.ravel(), found, k, is_tree).reshape(public.shape)
    keys = shown[hidden[shown["place"].map(row), shown["period"].map(of_token)]]
    return keys[["place", "period"]].reset_index(drop=True)


def _hidden(
    number: np.ndarray, public: np.ndarray, found: list[equations.Equation], k: int, is_tree: bool
) -> np.ndarray:
    """The cells to hide.

    ``is_tree``: no two equations share more than a total, so none has to be looked at together with others.
    """
    hidden = public & (number > 0) & (number < k)
    if not found:
        return hidden
    shape = (len(found), len(number))
    left, right = (_matrix([sides[side] for sides in found], shape) for side in (0, 1))
    member = left + right
    single = np.array([len(sides[0]) == 1 for sides in found])
    totals = np.array([sides[0][0] for sides in found])

    def hide_smallest(candidates: np.ndarray) -> bool:
        free = candidates[public[candidates] & ~hidden[candidates]]
        if len(free):  # zeros last: hiding one protects little
            hidden[min(free, key=lambda cell: (number[cell] == 0, number[cell], cell))] = True
        return len(free) > 0

    while True:
        unknown = hidden | ~public
        lone = (member @ unknown == 1) & (member @ hidden == 1)
        few = single & ~unknown[totals] & (right @ (hidden * number) < k) & (right @ hidden > 0)
        broken = [found[e] for e in np.flatnonzero(lone | few)]
        # Parts before totals; `any` must not stop at the first equation that is mended.
        if any([hide_smallest(parts) or hide_smallest(total) for total, parts in broken]):
            continue
        known = np.zeros(0, dtype=int) if is_tree else _determined(right - left, hidden, unknown)
        if not len(known):
            return hidden
        near = np.unique(np.concatenate([np.concatenate(found[e]) for e in member[:, known[:1]].nonzero()[0]]))
        if not (hide_smallest(near) or hide_smallest(np.flatnonzero(public))):
            return hidden


def _matrix(cells: list[np.ndarray], shape: tuple[int, int]) -> csr_matrix:
    """(equations, cells): 1 where a cell is in the equation."""
    rows = np.repeat(np.arange(len(cells)), [len(own) for own in cells])
    columns = np.concatenate(cells)
    return csr_matrix((np.ones(len(columns), dtype=np.int64), (rows, columns)), shape)


def _determined(balance: csr_matrix, hidden: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """The hidden cells that all equations together determine; rows of ``balance`` read right − left = 0.

    A cell that is never shown and stands in one equation only takes that equation away: it can be anything. Equations
    that share no unknown cell, even through others, are solved apart: the cost is that of the largest such group.
    """
    cells = np.flatnonzero(unknown)
    is_hidden = hidden[cells]
    system = balance[:, cells].tocsr()
    system = system[np.flatnonzero(system.getnnz(axis=1))]
    while True:
        free = (system.getnnz(axis=0) == 1) & ~is_hidden
        rows = abs(system) @ free == 0
        if rows.all():
            break
        system = system[np.flatnonzero(rows)]
    used = np.flatnonzero(system.getnnz(axis=0))
    system, cells, is_hidden = system[:, used], cells[used], is_hidden[used]
    if not is_hidden.any():
        return np.zeros(0, dtype=int)
    count, group = connected_components(abs(system).T @ abs(system), directed=False)
    known = []
    for label in range(count):
        mine = np.flatnonzero(group == label)
        if is_hidden[mine].any():
            part = system[:, mine]
            # The null space of AᵀA is that of A, at a fraction of the cost; its entries are small whole numbers.
            values, vectors = eigh((part.T @ part).toarray().astype(float), driver="evd")
            can_move = np.abs(vectors[:, values < _ZERO]).max(axis=1, initial=0) > _ZERO
            known.append(cells[mine[~can_move & is_hidden[mine]]])
    return np.sort(np.concatenate(known)) if known else np.zeros(0, dtype=int)
