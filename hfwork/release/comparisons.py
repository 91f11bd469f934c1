"""Each published figure beside its target, the rest of the district, its peers, the funnel and a year before, as codes.

Computed from published cells when the release is made, so that pages only show; a hidden figure is compared with
nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfwork.judge import compare, differences, funnel
from hfwork.judge.verdict import UNFINISHED
from hfwork.plan.folder import Plan
from hfwork.plan.periods import Period

KEY = ["indicator", "place", "period"]
COLUMNS = [*KEY, "against_target", "rest", "peers", "funnel", "fifth", "before", "change", "change_lower",
           "change_upper", "before_period"]  # fmt: skip
_PEERS = 5  # units nearest in size
_WIDE = 0.998  # fourteen units at once: at 95 % a false alarm would be the rule
Floats = NDArray[np.float64]


def comparisons(plan: Plan, cells: pd.DataFrame, periods: list[Period], fit: pd.DataFrame) -> pd.DataFrame:
    """One row per published figure of the two coarsest levels (read with the units of the release's day): ``COLUMNS``.

    ``against_target rest peers before``: codes of ``compare.against``. ``against_target``: the 95 % interval of the
    figure against its target. ``rest``: the unit against the rest of the district, ``peers``: against the five others
    nearest in size together (``none`` without five), both by the 99.8 % interval of the difference (ratio, for rates).
    ``funnel``: codes of ``funnel.flags`` around the district, ``none`` where ``fit`` (the release's table ``funnel``)
    has a reason or no row. ``fifth``: 1 … 5 by value where the indicator has no interval, else 0. ``before``: against
    the same period a year earlier at 95 %, each figure for itself, with that ``change`` and its limits (in the unit of
    the figure, or a ratio for rates); ``none`` where one of the two is not complete or not there. People counted in
    both years make the two alike: the code then errs towards ``similar``.
    """
    root, units = plan.places.levels[:2]
    own = cells[cells["level"].isin([root, units]) & (cells["state"] == "value")].reset_index(drop=True)
    x, n = own["numerator"].to_numpy(dtype=float), own["denominator"].to_numpy(dtype=float)
    method = own["indicator"].map({i.id: i.interval for i in plan.indicators.values()})
    plain = own["indicator"].map({i.id: i.plain for i in plan.indicators.values()}).to_numpy(dtype=bool)
    direction = own["indicator"].map({i.id: i.direction for i in plan.indicators.values()}).to_numpy(dtype=object)
    share = (method == "wilson").to_numpy() & ~(x > n)
    events = (method == "byar").to_numpy() & ~plain
    made = own[KEY].copy()
    whole = own[own["level"] == root].set_index(["indicator", "period"])[["numerator", "denominator"]]
    at = pd.MultiIndex.from_frame(own[["indicator", "period"]])
    inside = (own["level"] == units).to_numpy()
    xs, ns = (np.where(inside, whole[side].reindex(at).to_numpy(dtype=float), np.nan) for side in whole.columns)
    y, m = (np.asarray(column) for column in compare.rest(x, n, xs, ns))
    made["rest"] = _against((x, n, y, m), share, events, direction, _WIDE)[0]
    y, m = _of_peers(own, inside & (share | events), x, n)
    made["peers"] = _against((x, n, y, m), share & ~(y > m), events, direction, _WIDE)[0]
    target, lower, upper = (own[name].to_numpy(dtype=float) for name in ("target", "lower95", "upper95"))
    made["against_target"] = compare.against(lower, upper, target, direction)
    of_rates = np.asarray(funnel.flags(x, n, xs / ns, "rate"))
    of_shares = np.asarray(funnel.flags(np.where(share, x, np.nan), n, xs / ns))
    fits = at.isin(pd.MultiIndex.from_frame(fit.loc[fit["reason"] == "", ["indicator", "period"]]))
    made["funnel"] = np.where(fits, np.where(events, of_rates, of_shares), "none")
    made["fifth"] = _fifths(own, inside & ~share & ~events, direction)
    earlier = _year_before(periods)
    before = pd.Series([earlier.get(str(token), "") for token in own["period"]], dtype="str")
    done = own[~own["reason"].isin(UNFINISHED)].set_index(KEY)
    past = done.reindex(pd.MultiIndex.from_arrays([own["indicator"], own["place"], before], names=KEY))
    same = (past["version"].to_numpy() == own["version"].to_numpy()) & ~own["reason"].isin(UNFINISHED).to_numpy()
    y, m = (np.where(same, past[side].to_numpy(dtype=float), np.nan) for side in ("numerator", "denominator"))
    code, value, lower, upper = _against((x, n, y, m), share & ~(y > m), events, direction, 0.95)
    made["before"] = code
    factor = own["indicator"].map({i.id: i.factor for i in plan.indicators.values()}).to_numpy(dtype=float)
    scale = np.where(share, factor, 1.0)
    for name, column in (("change", value), ("change_lower", lower), ("change_upper", upper)):
        made[name] = np.where(code != "none", column * scale, np.nan)
    made["before_period"] = np.where(code != "none", before, "")
    return made[COLUMNS].reset_index(drop=True)


def _against(
    columns: tuple[Floats, Floats, Floats, Floats],
    share: NDArray[np.bool_],
    events: NDArray[np.bool_],
    direction: NDArray[np.object_],
    confidence: float,
) -> tuple[NDArray[np.object_], Floats, Floats, Floats]:
    """Code, estimate and limits of one column of counts against another: differences of shares, ratios of rates."""
    made = np.full((3, len(share)), np.nan)
    code = np.full(len(share), "none", dtype=object)
    for rows, interval, reference in (
        (share, differences.proportion_difference, 0.0),
        (events, differences.rate_ratio, 1.0),
    ):
        x, n, y, m = (column[rows] for column in columns)
        found = interval(x, n, y, m, confidence)
        made[:, rows] = np.where(np.isfinite(found[1]), np.array(found), np.nan)
        code[rows] = compare.against(found[1], found[2], reference, direction[rows])
    return code, made[0], made[1], made[2]


def _of_peers(own: pd.DataFrame, rows: NDArray[np.bool_], x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """The counts of each unit's peers together; NaN where there are too few others."""
    made = np.full((2, len(own)), np.nan)
    for _, part in own[rows].groupby(["indicator", "period"], sort=False):
        at = part.index.to_numpy()
        for row, near in zip(at, compare.peers(n[at], _PEERS), strict=True):
            if len(near) == _PEERS:
                made[:, row] = x[at[near]].sum(), n[at[near]].sum()
    return made[0], made[1]


def _fifths(own: pd.DataFrame, rows: NDArray[np.bool_], direction: NDArray[np.object_]) -> NDArray[np.int64]:
    fifths = np.zeros(len(own), dtype=np.int64)
    for _, part in own[rows].groupby(["indicator", "period"], sort=False):
        fifths[part.index.to_numpy()] = compare.quintiles(part["value"].to_numpy(dtype=float), direction[part.index[0]])
    return fifths


def _year_before(periods: list[Period]) -> dict[str, str]:
    """For each period that of the same length a year earlier, where there is one."""
    by_start = {
        (p.level, p.start): p.token for p in periods if p.level in ("month", "quarter", "half", "year", "mc_year")
    }
    found = {}
    for (level, start), token in by_start.items():
        earlier = by_start.get((level, start.replace(year=start.year - 1)))
        if earlier:
            found[token] = earlier
    return found
