"""Inequality measures agree with published packages, stay out where they mean nothing, and keep their properties."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hfwork.errors import HfworkError
from hfwork.judge import disproportion, equity, groups, slope

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(params=["golden", "reference"])
def peers(request: pytest.FixtureRequest, reference: Path | None) -> Iterator[Path]:
    yield GOLDEN if request.param == "golden" else reference or pytest.skip("no folder of reference values")


def close(got: Any, wanted: Any, rtol: float = 1e-9) -> None:
    np.testing.assert_allclose(np.asarray(got, dtype=float), np.asarray(wanted, dtype=float), rtol=rtol)


SINGLE: dict[str, Callable[[groups.Groups], groups.Estimate]] = {
    "d": equity.difference,
    "r": equity.ratio,
    "parisk": equity.par,
    "paf": equity.paf,
    "mld": disproportion.mean_log_deviation,
    "ti": disproportion.theil,
    "bgv": disproportion.between_group_variance,
    "bgsd": disproportion.between_group_deviation,
    "covar": disproportion.coefficient_of_variation,
    "idisw": disproportion.disparity_index,
    "idisu": lambda g: disproportion.disparity_index(g, False),
    "mdbw": lambda g: disproportion.mean_difference(g, "best"),
    "mdbu": lambda g: disproportion.mean_difference(g, "best", False),
    "mdmw": lambda g: disproportion.mean_difference(g, "mean"),
    "mdmu": lambda g: disproportion.mean_difference(g, "mean", False),
    "mdrw": lambda g: disproportion.mean_difference(g, "reference"),
    "mdru": lambda g: disproportion.mean_difference(g, "reference", False),
    "aci": lambda g: equity.concentration(g, "absolute"),
}
# The peer gives these standard errors unscaled beside scaled estimates.
UNSCALED = {"paf": 100, "mld": 1000, "ti": 1000}


def test_measures(peers: Path) -> None:
    inputs = pd.read_csv(peers / "inequality_inputs.csv", comment="#")
    wanted = pd.read_csv(peers / "inequality_outputs.csv", comment="#").fillna({"options": ""})
    seen = 0
    for row in wanted.to_dict("records"):
        own, options, name = inputs[inputs.dataset == row["dataset"]], row["options"], str(row["measure"])
        reference = own.reference_subgroup.eq(1).to_numpy()
        found = groups.of(
            own.estimate,
            own.population,
            own.se,
            ordered=bool(own.ordered_dimension.iloc[0]),
            favourable=bool(own.favourable_indicator.iloc[0]),
            reference=int(reference.argmax()) if reference.any() and "reference_subgroup=NULL" not in options else None,
        )
        if name in ("sii", "rii"):
            slopes(found, row)
        else:
            form = next((f for f in ("wagstaff", "erreygers") if f in options), "relative")
            got = equity.concentration(found, form) if name == "rci" else SINGLE[name](found)
            close(got[0], row["estimate"])
            if not np.isnan(row["se"]):  # simulated limits of 100 draws are no yardstick
                close(got[1], row["se"] * UNSCALED.get(name, 1))
                if name not in UNSCALED:
                    close(got[2:], [row["lowerci"], row["upperci"]], 1e-7 if name == "r" else 1e-9)
        seen += 1
    assert seen == len(wanted) >= 43


def slopes(found: groups.Groups, row: dict[Any, Any]) -> None:
    if "pop=NULL" in row["options"]:
        # One person per group, rounded to have or have not: the ranks separate them and the slope has no end. The peer
        # prints 100; here there is no number.
        assert row["estimate"] == pytest.approx(100)
        assert np.isnan(slope.who(np.round(found.value / 100), np.ones(len(found.value))).sii)
        return
    linear = "linear=TRUE" in row["options"]
    got = slope.who(found.value / 100, found.population, linear=linear, power=1 if linear else 2)
    if row["measure"] == "sii":
        close([got.sii * 100, got.sii_se], [row["estimate"], row["se"]], 1e-5)
        close(np.array(got.sii_limits) * 100, [row["lowerci"], row["upperci"]], 1e-5)
    else:
        close([got.rii, got.rii_se], [row["estimate"], row["se"]], 1e-5)
        close(got.rii_limits, [row["lowerci"], row["upperci"]], 1e-5)


def test_slope_indices(peers: Path) -> None:
    inputs = pd.read_csv(peers / "sii_inputs.csv", comment="#")
    scales = {"0": "identity", "1": "log", "2": "logit"}
    for row in pd.read_csv(peers / "sii_rii_outputs.csv", comment="#").to_dict("records"):
        own = inputs[inputs.dataset == row["dataset"]]
        options = dict(pair.split("=") for pair in str(row["variant"]).split(","))
        scale, times = scales[options["value_type"]], float(options.get("multiplier", 1))
        fitted = scale if options["transform"] == "TRUE" else "identity"
        for confidence, name, share in ((0.95, "95_0", 0.015), (0.998, "99_8", 0.03)):
            got = slope.linear(
                own.value, own["pop"], own.lower, own.upper, simulated=scale, fitted=fitted, confidence=confidence
            )
            made = slope.signed(got, times > 0)  # a negative multiplier turns the axis round
            close(made["sii"][0] * abs(times), row["sii"])
            close(made["rii"][0], row["rii"])
            close(got.intercept, row["intercept"])
            for index, scaled in (("sii", abs(times)), ("rii", 1.0)):
                limits = np.array([row[f"{index}_lower{name}cl"], row[f"{index}_upper{name}cl"]])
                limits = np.sort(limits)
                apart = np.abs(np.array(made[index][2:]) * scaled - limits)
                assert (apart <= share * (limits[1] - limits[0])).all(), (row["variant"], index, confidence)


values = st.lists(st.tuples(st.floats(1, 99), st.integers(1, 5000)), min_size=3, max_size=12)


@given(values, st.floats(0.1, 0.99), st.randoms(use_true_random=False))
def test_properties(some: list[tuple[float, int]], times: float, random: Any) -> None:
    y, p = np.array(some).T
    found = groups.of(y, p, np.ones(len(y)))
    for index in (
        disproportion.theil,
        disproportion.mean_log_deviation,
        equity.ratio,
        disproportion.coefficient_of_variation,
    ):
        scaled = index(groups.of(y * times, p, np.ones(len(y))))[0]
        assert scaled == pytest.approx(index(found)[0], rel=1e-6, abs=1e-6)  # relative: the unit does not matter
    order = list(range(len(y)))
    random.shuffle(order)
    shuffled = equity.measures(groups.of(y[order], p[order], np.ones(len(y))))
    whole = equity.measures(found)
    np.testing.assert_allclose(shuffled.estimate, whole.estimate, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        equity.measures(groups.of(y, p * 2, np.ones(len(y)))).estimate, whole.estimate, rtol=1e-9, atol=1e-9
    )
    estimate = whole.set_index("measure").estimate
    assert estimate["theil"] > -1e-9 and estimate["mean_log_deviation"] > -1e-9 and estimate["ratio"] >= 1
    moved = groups.of(y + 5, p, np.ones(len(y)))
    assert equity.difference(moved)[0] == pytest.approx(equity.difference(found)[0], abs=1e-9)
    assert disproportion.between_group_variance(moved)[0] == pytest.approx(
        disproportion.between_group_variance(found)[0], rel=1e-6, abs=1e-6
    )
    ordered = groups.of(y, p, ordered=True)
    back = groups.of(y[::-1], p[::-1], ordered=True)
    assert equity.concentration(back)[0] == pytest.approx(-equity.concentration(ordered)[0], abs=1e-9)
    assert slope.linear(y[::-1], p[::-1]).sii == pytest.approx(-slope.linear(y, p).sii, abs=1e-6)


def test_equal_groups_have_no_inequality() -> None:
    for ordered in (True, False):
        made = equity.measures(groups.of([40.0] * 4, [10, 20, 30, 40], [1.0] * 4, ordered=ordered))
        estimate = made.set_index("measure").estimate
        assert estimate.drop(estimate.index.intersection(["ratio", "rii"])).abs().max() < 1e-9
        assert estimate["ratio"] == 1 and estimate.get("rii", 1) == pytest.approx(1)
        assert made.set_index("measure").reason["par"] == "no_gap"


def test_only_what_is_valid_is_offered() -> None:
    assert equity.valid(True, 1) == [] and equity.valid(False, 2) == list(equity.SIMPLE)
    assert "sii" in equity.valid(True, 5) and "theil" not in equity.valid(True, 5)
    assert "sii" not in equity.valid(False, 14) and "theil" in equity.valid(False, 14)


def test_direction() -> None:
    good = groups.of([20, 50, 80], [1, 1, 1], ordered=True)
    assert equity.difference(good)[0] == 60 and equity.ratio(good)[0] == 4
    bad = groups.of([80, 50, 20], [1, 1, 1], ordered=True, favourable=False)
    assert equity.difference(bad)[0] == 60 and equity.ratio(bad)[0] == 4
    assert equity.par(bad)[0] == pytest.approx(-30)
    turned = equity.measures(bad).set_index("measure")
    assert turned.estimate["sii"] > 0 and turned.estimate["rii"] > 1
    assert turned.lower95["rii"] <= turned.estimate["rii"] <= turned.upper95["rii"]


def test_reasons_instead_of_errors() -> None:
    gap = equity.measures(groups.of([10, np.nan, 30, 40], [1, 1, 1, 1])).set_index("measure")
    assert (gap.reason == "missing").all() and gap.estimate.isna().all()
    ends = equity.measures(groups.of([10, np.nan, 30], [1, 1, 1], ordered=True)).set_index("measure")
    assert ends.estimate["difference"] == 20 and ends.reason["sii"] == "missing"
    nobody = equity.measures(groups.of([10, 20, 30], [0, 0, 0])).set_index("measure")
    assert nobody.reason["theil"] == "no_population" and nobody.estimate["difference"] == 20
    zero = equity.measures(groups.of([0, 0, 30], [1, 1, 1])).set_index("measure")
    assert zero.reason["theil"] == "zero_value" and zero.reason["ratio"] == "zero_value"
    nothing = equity.measures(groups.of([0, 0, 0], [1, 1, 1])).set_index("measure")
    assert nothing.reason["coefficient_of_variation"] == "zero_mean"
    for call in (
        lambda: groups.of([1, 2], [1]),
        lambda: equity.concentration(groups.of([1, 2, 3], [1, 1, 1]), "gini"),
        lambda: disproportion.mean_difference(groups.of([1, 2, 3], [1, 1, 1]), "reference"),
        lambda: slope.linear([1, 2], [1]),
        lambda: slope.linear([1, 2], [1, 1], fitted="probit"),
    ):
        with pytest.raises(HfworkError):
            call()
    assert np.isnan(slope.linear([1.0, np.nan], [1, 1]).sii) and np.isnan(slope.who([0.1, 0.2], [1, 1]).sii)


@pytest.mark.slow
def test_slope_limits_cover() -> None:
    random = np.random.default_rng(6)
    p, truth = np.full(8, 4000.0), np.linspace(30, 60, 8)
    wanted, hits = slope.linear(truth, p).sii, 0
    for _ in range(300):
        y = random.normal(truth, 2)
        found = slope.linear(y, p, y - 1.96 * 2, y + 1.96 * 2, draws=2000)
        hits += found.sii_limits[0] <= wanted <= found.sii_limits[1]
    assert hits / 300 == pytest.approx(0.95, abs=0.04)


def test_no_interval_without_standard_errors() -> None:
    for found in (groups.of([20, 50, 80], [100] * 3), groups.of([20, 50, 80], [100] * 3, [1.0, np.nan, 1.0])):
        made = equity.measures(found).set_index("measure")
        assert made.loc[["par", "paf"], ["se", "lower95", "upper95"]].isna().all(axis=None)
        assert made.estimate["par"] == pytest.approx(30)
    down = equity.measures(groups.of([80, 50, 20], [1.0] * 3, [1.0] * 3, ordered=True)).set_index("measure")
    assert down.reason["par"] == "no_gap" and np.isnan(down.lower95["par"]) and down.estimate["par"] == 0


@pytest.mark.filterwarnings("error")
def test_ordered_groups_without_a_curve_say_why() -> None:
    nothing = equity.measures(groups.of([0, 0, 0], [1] * 3, ordered=True)).set_index("measure")
    assert nothing.reason["concentration_relative"] == "zero_mean" and nothing.estimate["concentration_absolute"] == 0
    full = equity.measures(groups.of([0, 100, 100], [1] * 3, ordered=True)).set_index("measure")
    assert set(full.reason[["sii", "rii"]]) == {"not_fitted"}
    above = equity.measures(groups.of([90, 100, 120], [1] * 3, ordered=True)).set_index("measure")
    assert set(above.reason[["sii", "rii"]]) == {"above_scale"}
    crossed = slope.linear([1, 2, 3], [1, 1, 1], [2, 3, 4], [1, 2, 3])
    assert np.isnan(crossed.sii_limits).all() and crossed.sii > 0
    with pytest.raises(HfworkError):
        slope.linear([1, 2, 3], [1, 1, 1], [1, 2], [3, 4])
