"""Small numbers are hidden, and so are the numbers that would give them away by subtraction.

Hiding is decided per measure, not per indicator: a count hidden in one figure shows in no other. Primary:
a protected count of 1 … k−1. Complementary: every published total equals its published parts, across
places (village, town, district) and across periods (month … phase). No such equation may keep a single
unknown, nor a visible total hidden parts that sum to less than k; and, since equations share cells,
no hidden number may follow from all of them together (linear algebra; a stock's tree of places has no
cycles and needs none, unless a unit that was split is shown beside its heirs).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.linalg import null_space
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from hfwork.measure.frame import Frame
from hfwork.plan.folder import Plan
from hfwork.release.cells import NUMBERS

_PLAIN = {"place": "str", "period": "str"}
_FINER = {
    "phase": ("mc_year", "year", "half", "quarter", "month"),
    "mc_year": ("quarter", "month"),
    "year": ("half", "quarter", "month"),
    "half": ("quarter", "month"),
    "quarter": ("month",),
}


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
    for name, indicators in users.items():
        measure = plan.measures[name]
        if measure.unit in plan.policy.protected_units:
            shown = cells.loc[cells["indicator"].isin(indicators), ["place", "period"]].drop_duplicates()
            own = pd.concat([part[part["measure"] == name].astype(_PLAIN) for part in counts])
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
    windows, of_token = _windows(frame, whole, is_stock)
    first_token = {w: token for token, w in reversed(of_token.items())}
    table = whole[[first_token[w] for w in range(len(windows))]]
    row = {place: i for i, place in enumerate(table.index)}
    number = table.fillna(0).to_numpy(dtype=np.int64)  # a unit of then has no count in periods it did not see
    public = np.zeros(number.shape, dtype=bool)
    public[shown["place"].map(row).to_numpy(dtype=int), shown["period"].map(of_token).to_numpy(dtype=int)] = True
    then = _then_equations(frame, row, public)
    equations = _place_equations(frame, row, public) + then
    if not is_stock:
        equations += _period_equations(frame, windows, of_token, np.flatnonzero(public.any(axis=1)))
    if not equations:
        equations = [np.array([0, 0])]
    is_tree = is_stock and not then
    hidden = _hidden(number.ravel(), public.ravel(), equations, k, is_tree).reshape(public.shape)
    keys = shown[hidden[shown["place"].map(row), shown["period"].map(of_token)]]
    return keys[["place", "period"]].reset_index(drop=True)


def _hidden(number: np.ndarray, public: np.ndarray, equations: list[np.ndarray], k: int, is_tree: bool) -> np.ndarray:
    """The cells to hide; an equation is an array of cells, its total first, that total = sum of the rest.

    ``is_tree``: no two equations share more than a total, so none has to be looked at together with others.
    """
    rows = np.repeat(np.arange(len(equations)), [len(cells) for cells in equations])
    cells = np.concatenate(equations)
    totals = np.array([cells[0] for cells in equations])
    shape = (len(equations), len(number))
    member = csr_matrix((np.ones(len(cells), dtype=np.int64), (rows, cells)), shape)
    sign = csr_matrix((np.ones(len(totals), dtype=np.int64), (np.arange(len(totals)), totals)), shape)
    hidden = public & (number > 0) & (number < k)

    def hide_smallest(candidates: np.ndarray) -> bool:
        free = candidates[public[candidates] & ~hidden[candidates]]
        if len(free):  # zeros last: hiding one protects little
            hidden[min(free, key=lambda cell: (number[cell] == 0, number[cell], cell))] = True
        return len(free) > 0

    while True:
        unknown = hidden | ~public
        parts = (member - sign) @ (hidden * number)
        lone = (member @ unknown == 1) & (member @ hidden == 1)
        few = ~unknown[totals] & (parts < k) & (member @ hidden > 0)
        broken = [equations[e] for e in np.flatnonzero(lone | few)]
        # Parts before totals; `any` must not stop at the first equation that is mended.
        if any([hide_smallest(cells[1:]) or hide_smallest(cells[:1]) for cells in broken]):
            continue
        known = np.zeros(0, dtype=int) if is_tree else _determined(member - 2 * sign, hidden, unknown)
        if not len(known):
            return hidden
        near = np.unique(np.concatenate([equations[e] for e in member[:, known[:1]].nonzero()[0]]))
        if not (hide_smallest(near) or hide_smallest(np.flatnonzero(public))):
            return hidden


def _determined(balance: csr_matrix, hidden: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    """The hidden cells that all equations together determine; rows of ``balance`` read parts − total = 0.

    Equations that share no hidden cell, even through others, are solved apart: the cost is that of the largest
    such group, not of all together.
    """
    cells = np.flatnonzero(hidden)
    clear = np.flatnonzero((abs(balance) @ (unknown & ~hidden) == 0) & (abs(balance) @ hidden > 0))
    if not len(cells) or not len(clear):
        return np.zeros(0, dtype=int)
    system = balance[clear][:, cells].tocsr()
    count, group = connected_components(abs(system).T @ abs(system), directed=False)
    known = []
    for label in range(count):
        mine = np.flatnonzero(group == label)
        part = system[:, mine]
        part = part[np.flatnonzero(part.getnnz(axis=1))].toarray()
        if len(part):
            can_move = np.abs(null_space(part)).max(axis=1, initial=0) > 1e-9
            known.append(cells[mine[~can_move & part.any(axis=0)]])
    return np.sort(np.concatenate(known)) if known else np.zeros(0, dtype=int)


def _windows(frame: Frame, counts: pd.DataFrame, is_stock: bool) -> tuple[list[tuple[int, int]], dict[str, int]]:
    """Distinct month windows, and the window of each token: equal ones show the very same count.

    A stock is that of the last month, unless its return is due less often: then a quarter has a number where
    its last month has none, and the two stay apart.
    """
    of_token: dict[str, int] = {}
    windows: list[tuple[int, int]] = []
    seen: dict[tuple[int, int, bytes], int] = {}
    for period in frame.periods:
        first, last = frame.window(period)
        window = (last, last) if is_stock else (first, last)
        key = (*window, counts[period.token].to_numpy(dtype=float).tobytes() if is_stock else b"")
        if key not in seen:
            seen[key] = len(windows)
            windows.append(window)
        of_token[period.token] = seen[key]
    return windows, of_token


def _place_equations(frame: Frame, row: dict[str, int], public: np.ndarray) -> list[np.ndarray]:
    """Unit above = sum of its units, in each window in which one of them is shown."""
    equations = []
    width = public.shape[1]
    for upper, lower in pairwise(frame.levels):
        pairs = frame.units[[upper, lower]].dropna().drop_duplicates()
        for parent, group in pairs.groupby(upper):
            places = np.array([row[place] for place in [parent, *group[lower]]])
            equations += [places * width + window for window in np.flatnonzero(public[places].any(axis=0))]
    return equations


def _then_equations(frame: Frame, row: dict[str, int], public: np.ndarray) -> list[np.ndarray]:
    """A unit of then = the sum of the units it became, in each window in which it is shown."""
    equations = []
    width = public.shape[1]
    for place in row.keys() - set(frame.units[frame.levels].to_numpy().ravel()):
        heirs = [row[heir] for heir in frame.places.heirs(place, frame.as_of) if heir in row]
        if heirs:
            places = np.array([row[place], *sorted(heirs)])
            equations += [places * width + window for window in np.flatnonzero(public[row[place]])]
    return equations


def _period_equations(
    frame: Frame, windows: list[tuple[int, int]], of_token: dict[str, int], places: np.ndarray
) -> list[np.ndarray]:
    """Longer period = sum of the finer periods that tile it, at each of the places."""
    equations = []
    for parent in frame.periods:
        first, last = windows[of_token[parent.token]]
        for level in _FINER.get(parent.level, ()):
            parts = {of_token[p.token] for p in frame.periods if p.level == level}
            inside = sorted(w for w in parts if first <= windows[w][0] and windows[w][1] <= last)
            if len(inside) > 1 and sum(windows[w][1] - windows[w][0] + 1 for w in inside) == last - first + 1:
                line = np.array([of_token[parent.token], *inside])
                equations += [place * len(windows) + line for place in places]
    return equations
