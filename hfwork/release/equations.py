"""Every equation between the counts of one measure that a reader could set up: sum of some = sum of others.

A cell is ``place row × number of windows + window``; an equation is two arrays of cells, of which the first holds
the total where there is one.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import numpy as np
import pandas as pd

from hfwork.measure.frame import Frame

Equation = tuple[np.ndarray, np.ndarray]
Window = tuple[int, int]
_FINER = {
    "phase": ("mc_year", "year", "half", "quarter", "month"),
    "mc_year": ("quarter", "month"),
    "year": ("half", "quarter", "month"),
    "half": ("quarter", "month"),
    "quarter": ("month",),
}


def windows_of(frame: Frame, counts: pd.DataFrame, is_stock: bool) -> tuple[list[Window], dict[str, int]]:
    """Distinct month windows, and the window of each token: equal ones show the very same count.

    A stock is that of the last month, unless its return is due less often: then a quarter has a number where
    its last month has none, and the two stay apart.
    """
    of_token: dict[str, int] = {}
    windows: list[Window] = []
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


def of_places(frame: Frame, row: dict[str, int], public: np.ndarray) -> list[Equation]:
    """Unit above = sum of its units, in each window in which one of them is shown."""
    equations = []
    width = public.shape[1]
    for upper, lower in pairwise(frame.levels):
        pairs = frame.units[[upper, lower]].dropna().drop_duplicates()
        for parent, group in pairs.groupby(upper):
            above, below = np.array([row[str(parent)]]), np.array([row[place] for place in group[lower]])
            shown = np.flatnonzero(public[[*above, *below]].any(axis=0))
            equations += [(above * width + window, below * width + window) for window in shown]
    return equations


def of_then(frame: Frame, row: dict[str, int], public: np.ndarray) -> list[Equation]:
    """A unit of then = the sum of those it became; units that became one = that one; in each window they are shown."""
    equations = []
    width = public.shape[1]
    origins: dict[tuple[int, ...], list[int]] = {}
    for place in sorted(row.keys() - set(frame.units[frame.levels].to_numpy().ravel())):
        heirs = tuple(sorted(row[heir] for heir in frame.places.heirs(place, frame.as_of) if heir in row))
        if heirs:
            origins.setdefault(heirs, []).append(row[place])
    for heirs, places in origins.items():
        one, more = (places, list(heirs)) if len(places) == 1 else (list(heirs), places)
        shown = np.flatnonzero(public[places].any(axis=0))
        equations += [(np.array(one) * width + window, np.array(more) * width + window) for window in shown]
    return equations


def of_periods(frame: Frame, windows: list[Window], of_token: dict[str, int], public: np.ndarray) -> list[Equation]:
    """Every way in which windows add up to others, at each place that shows one.

    Longer periods equal the finer ones that tile them; and, since a window is the difference between two points of
    time, whatever windows lead from one point to another adds up to the same: a phase less another may be four
    maternal years.
    """
    lines = {
        _key(line): line
        for line in [*_tilings(frame, windows, of_token), *_cycles(windows, np.flatnonzero(public.any(axis=0)))]
    }
    width = len(windows)
    places = np.flatnonzero(public.any(axis=1))
    return [(left + place * width, right + place * width) for left, right in lines.values() for place in places]


def _key(line: Equation) -> frozenset[frozenset[int]]:
    return frozenset(frozenset(side.tolist()) for side in line)


def _tilings(frame: Frame, windows: list[Window], of_token: dict[str, int]) -> list[Equation]:
    found = []
    for parent in frame.periods:
        first, last = windows[of_token[parent.token]]
        for level in _FINER.get(parent.level, ()):
            parts = {of_token[p.token] for p in frame.periods if p.level == level}
            inside = sorted(w for w in parts if first <= windows[w][0] and windows[w][1] <= last)
            if len(inside) > 1 and sum(windows[w][1] - windows[w][0] + 1 for w in inside) == last - first + 1:
                found.append((np.array([of_token[parent.token]]), np.array(inside)))
    return found


def _cycles(windows: list[Window], shown: np.ndarray) -> list[Equation]:
    """A basis of all equations between windows: each window against the fewest shorter ones between its ends."""
    steps: dict[int, list[tuple[int, int, int]]] = {}  # point of time → (other point, window, +1 forward or −1 back)
    found = []
    for window in sorted(shown.tolist(), key=lambda w: windows[w][1] - windows[w][0]):
        begin, end = windows[window][0], windows[window][1] + 1
        if path := _path(steps, begin, end):
            back = [w for w, way in path if way < 0]
            found.append((np.array([window, *back]), np.array([w for w, way in path if way > 0])))
        steps.setdefault(begin, []).append((end, window, 1))
        steps.setdefault(end, []).append((begin, window, -1))
    return [line if len(line[0]) <= len(line[1]) else line[::-1] for line in found]


def _path(steps: dict[int, list[tuple[int, int, int]]], begin: int, end: int) -> list[tuple[int, int]]:
    """The fewest windows that lead from one point of time to another, each with its direction; empty if none do."""
    came: dict[int, tuple[int, int, int]] = {}
    queue = deque([begin])
    while queue and end not in came:
        here = queue.popleft()
        for there, window, way in steps.get(here, []):
            if there not in came and there != begin:
                came[there] = (here, window, way)
                queue.append(there)
    path: list[tuple[int, int]] = []
    here = end
    while here in came:
        before, window, way = came[here]
        path.append((window, way))
        here = before
    return path
