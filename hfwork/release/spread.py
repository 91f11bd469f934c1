"""How published figures of the units of one period lie to each other: gaps, smoothed figures, the fit of a funnel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from hfwork.judge import compare, differences, equity, exact, funnel, groups, smoothing
from hfwork.judge.verdict import LEVEL, SMALL
from hfwork.plan.folder import Plan
from hfwork.plan.indicators import Indicator
from hfwork.plan.periods import Period
from hfwork.release.steadiness import of_people
from hfwork.release.verdicts import kind_of

KEY = ["indicator", "period"]
INEQUALITY = [*KEY, "measure", "estimate", "lower95", "upper95", "method", "reason"]
SMOOTHED = ["indicator", "place", "period", "smooth", "weight", "reason"]
FUNNEL = [*KEY, "units", "phi", "reason"]


def inequality(units: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """The inequality measures valid for units without an order: columns of ``judge.equity.measures``.

    ``units``: the cells of one indicator and period at one level; those with a figure take part, weighted by their
    denominator. Standard errors are those of proportions, so there are limits only where each figure is a share, and
    none from a share of 0 or 100 %, whose standard error would be 0; where one exceeds its whole there are no measures
    (``part_exceeds_whole``): its lead over the others is a fault of counting.
    """
    rows = units[units["value"].notna()]
    value, total = (rows[name].to_numpy(dtype=float) for name in ("value", "denominator"))
    share = value / indicator.factor
    proper = indicator.interval == "wilson"
    inner = np.where((share > 0) & (share < 1), share, np.nan)
    with np.errstate(invalid="ignore"):
        se = indicator.factor * np.sqrt(inner * (1 - inner) / total) if proper else None
    found = groups.of(value, total, se, favourable=indicator.direction != "down", scale=indicator.factor)
    made = equity.measures(found)
    if proper and (share > 1).any():
        made[["estimate", "se", "lower95", "upper95"]] = np.nan
        made["reason"] = "part_exceeds_whole"
    return made


def counted(units: pd.DataFrame) -> pd.DataFrame:
    """The units whose counts are known: those with a figure, and those whose figure alone is too unsteady to read."""
    return units[units["numerator"].notna() & (units["denominator"] > 0)]


def smoothed(units: pd.DataFrame, indicator: Indicator) -> smoothing.Smoothed:
    """The empirical Bayes figures of units, drawn towards their mean; ``units`` as above, each ``counted``.

    Fractions or events per person, not in the unit of the indicator.
    """
    kind = "proportion" if indicator.interval == "wilson" else "rate"
    return smoothing.empirical_bayes(units["numerator"], units["denominator"], kind=kind)


def unsmoothable(plan: Plan, units: pd.DataFrame, indicator: Indicator) -> str:
    """Why drawing figures towards their mean would mean nothing: empty where it does.

    ``no_interval`` (plain counts and values), ``not_of_people`` (six of a town's seven clinics is no sample; events),
    ``part_exceeds_whole`` (a share above a whole).
    """
    kind = kind_of(indicator)
    if kind not in ("proportion", "rate"):
        return "no_interval"
    if not of_people(plan, indicator):
        return "not_of_people"
    over = kind == "proportion" and bool((units["numerator"] > units["denominator"]).any())
    return "part_exceeds_whole" if over else ""


def within(units: pd.DataFrame, parents: Sequence[str], indicator: Indicator) -> tuple[pd.DataFrame, float]:
    """Each unit against the rest of the unit above it, and the share of all variation that lies between those above.

    ``units``: as ``smoothed``, ``parents`` row for row. Returns: ``code`` (``higher``, ``lower``, ``none``, also where
    there is no rest) by the ``adjusted_p`` of all units at once (Benjamini–Hochberg, 5 %) of the pooled z test,
    Fisher's where an expected cell is below five, or the exact test of two rates; and η² = Σn(M − μ)²/Σn(r − μ)², M the
    figure of the unit above (NaN where nothing varies).
    """
    x, n = (units[side].to_numpy(dtype=float) for side in ("numerator", "denominator"))
    above = pd.DataFrame({"x": x, "n": n}).groupby(np.asarray(parents)).transform("sum")
    whole, size = above["x"].to_numpy(), above["n"].to_numpy()
    y, m = (np.asarray(side) for side in compare.rest(x, n, whole, size))
    if kind_of(indicator) == "rate":
        p = np.asarray(exact.poisson_pair_test(x, n, y, m))
    else:
        few = differences.smallest_expected(x, n, y, m) < SMALL
        p = np.asarray(differences.score_test(x, n, y, m))
        p[few] = np.asarray(exact.fisher_test(x[few], n[few], y[few], m[few]))
    adjusted = np.asarray(compare.adjust(p))
    with np.errstate(divide="ignore", invalid="ignore"):
        higher = x / n > y / m
        mean = x.sum() / n.sum()
        share = float((n * (whole / size - mean) ** 2).sum() / (n * (x / n - mean) ** 2).sum())
    code = np.select([~(adjusted <= LEVEL), higher], ["none", "higher"], "lower")
    return pd.DataFrame({"code": code, "adjusted_p": adjusted}, index=units.index), share


def fit(plan: Plan, units: pd.DataFrame, indicator: Indicator, whole: float) -> tuple[float, str]:
    """φ of the units (NaN where not asked), and why a funnel around ``whole`` (district's figure) is not to be drawn.

    The reason is one of ``unsmoothable``, ``no_district``, one of ``judge.funnel.overdispersion``, or empty.
    """
    if reason := unsmoothable(plan, units, indicator):
        return np.nan, reason
    if np.isnan(whole):
        return np.nan, "no_district"
    if kind_of(indicator) == "proportion":
        found = funnel.overdispersion(units["numerator"], units["denominator"])
        return found.phi, found.reason
    if len(units) < funnel.LEAST_UNITS:
        return np.nan, "too_few_units"
    # A unit without an event has no logarithm: it takes no part in φ, but stands in the funnel.
    found = funnel.overdispersion(units["numerator"], units["denominator"] * whole / indicator.factor, "ratio")
    return found.phi, found.reason if found.reason == "over_dispersed" else ""


def spreads(plan: Plan, cells: pd.DataFrame, periods: list[Period]) -> dict[str, pd.DataFrame]:
    """The tables ``inequality`` (``INEQUALITY``), ``smoothed`` (``SMOOTHED``) and ``funnel`` (``FUNNEL``) of a release.

    ``cells``: published ones at one set of boundaries. Units of the second level with a figure take part, two at
    least; months are left out (a month's gap is mostly chance). Smoothed figures and limits are in the unit of the
    indicator, ``weight`` is the share a unit keeps of its own; units too unsteady to be read are smoothed too.
    """
    gaps, funnels, smooths = [], [], []
    for (name, period), indicator, known, whole in _groups(plan, cells, periods):
        of = {"indicator": name, "period": period}
        if len(known) > 1 and not unsmoothable(plan, known, indicator):
            drawn = smoothed(known, indicator)
            columns = {"smooth": drawn.smooth * indicator.factor, "weight": drawn.weight, "reason": drawn.reason}
            smooths.append(known[["indicator", "place", "period"]].assign(**columns))
        units = known[known["value"].notna()]
        if len(units) < 2:
            continue
        phi, reason = fit(plan, units, indicator, whole)
        funnels.append({**of, "units": len(units), "phi": phi, "reason": reason})
        if indicator.plain:
            continue
        gaps.append(inequality(units, indicator).assign(**of))
    return {
        "inequality": _stack(gaps, INEQUALITY),
        "smoothed": _stack(smooths, SMOOTHED),
        "funnel": pd.DataFrame(funnels, columns=FUNNEL),
    }


def _groups(
    plan: Plan, cells: pd.DataFrame, periods: list[Period]
) -> Iterator[tuple[tuple[str, str], Indicator, pd.DataFrame, float]]:
    """Each indicator and period with its definition, the units that have counts, and the district's figure."""
    longer = {p.token for p in periods if p.level != "month"}
    own = cells[cells["numerator"].notna() & cells["period"].isin(longer)]
    whole = own[own["place"] == plan.places.root].set_index(KEY)["value"]
    for (name, period), units in own[own["level"] == plan.places.levels[1]].groupby(KEY, sort=False):
        key = (str(name), str(period))
        indicator = plan.indicators[key[0]]
        yield key, indicator, units if indicator.plain else counted(units), float(whole.get(key, np.nan))


def _stack(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
