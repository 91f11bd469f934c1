"""Spatial measures and smoothing agree with spdep (or with its number re-scaled), and say who took no part."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from hfwork.errors import HfworkError
from hfwork.judge import adjacency, smoothing, space

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(params=["golden", "reference"])
def peers(request: pytest.FixtureRequest, reference: Path | None) -> Iterator[Path]:
    yield GOLDEN if request.param == "golden" else reference or pytest.skip("no folder of reference values")


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, comment="#", dtype={"i": str, "j": str})


def bordering(weights: pd.DataFrame, dataset: str) -> adjacency.Neighbours:
    own = weights[weights.dataset == dataset]
    ids = sorted(own.i.unique(), key=int)
    return adjacency.of_pairs(ids, zip(own.i, own.j, strict=True), mutual=False)


def close(got: object, wanted: object, rtol: float = 1e-9) -> None:
    np.testing.assert_allclose(np.asarray(got, dtype=float), np.asarray(wanted, dtype=float), rtol=rtol, atol=1e-13)


def test_global_measures(peers: Path) -> None:
    near, local = bordering(table(peers / "spatial_weights.csv"), "ring16"), table(peers / "spatial_local.csv")
    values = {str(name): rows.y.to_numpy() for name, rows in local.groupby("variable")}
    for row in table(peers / "spatial_global.csv").to_dict("records"):
        normal, z = row["assumption"] == "normality", (row["I"] - row["EI"]) / np.sqrt(row["VarI"])
        close([z, 2 * ndtr(-abs(z))], [row["z"], row["p_two_sided"]])
        if row["variable"] not in values:  # the values themselves are not told: what does not rest on them is checked
            some = space.moran(np.arange(16.0), near, permutations=0, normal=normal)
            close(some.expected, row["EI"])
            if normal:
                close(some.variance, row["VarI"])
            continue
        # On a ring every unit has two neighbours, so binary and row-standardised weights agree.
        found = space.moran(values[row["variable"]], near, 9999, normal=normal)
        close([found.value, found.expected, found.variance, found.z], [row["I"], row["EI"], row["VarI"], row["z"]])
        close(found.p, row["p_two_sided"], 1e-7)
        if np.isfinite(row["geary_C"]):
            other = space.geary(values[row["variable"]], near)
            close([other.value, other.variance], [row["geary_C"], row["geary_VarC"]])
        if np.isfinite(row["mc_p_greater_9999_W"]):
            upper = row["mc_p_greater_9999_W"]
            assert found.permuted_p == pytest.approx(2 * min(upper, 1 - upper), abs=0.02)


def test_local_measures(peers: Path) -> None:
    near = bordering(table(peers / "spatial_weights.csv"), "ring16")
    for _, rows in table(peers / "spatial_local.csv").groupby("variable"):
        y = rows.y.to_numpy()
        found = space.lisa(y, near, 9999)
        close(found.local, rows.Ii)
        close(found[["expected", "variance", "z"]], rows[["E_Ii", "Var_Ii", "Z_Ii"]])
        close(found.p, rows.p_two_sided, 1e-7)
        assert found.quadrant.tolist() == rows.quadrant_mean.str.lower().str.replace("-", "_").tolist()
        close(space.getis_ord(y, near), rows.localG_binary)
        close(space.getis_ord(y, near, star=True), rows.localGstar_binary)
        close([y[list(part)].mean() for part in near.positions], rows.lag_W)
        # Every possible pair of neighbours: ours without replacement, ties in both tails; the peer draws
        # with replacement and counts ties in the lower tail only.
        z = y - y.mean()
        for i, part in enumerate(near.positions):
            others = [j for j in range(16) if j != i]
            seen = z[list(part)].mean() * z[i]
            ours = tails([z[list(pair)].mean() * z[i] for pair in combinations(others, 2)], seen)
            theirs = tails([z[list(pair)].mean() * z[i] for pair in product(others, repeat=2)], seen, ties=False)
            assert found.permuted_p.iloc[i] == pytest.approx(ours, abs=0.02)
            assert rows.perm_p_sim.iloc[i] == pytest.approx(theirs, abs=0.02)


def tails(all_of: list[float], seen: float, ties: bool = True) -> float:
    drawn = np.array(all_of)
    above = (drawn >= seen - 1e-9) if ties else (drawn > seen + 1e-9)
    return float(min(1.0, 2 * min(above.mean(), (drawn <= seen + 1e-9).mean())))


def test_smoothing(peers: Path) -> None:
    near = bordering(table(peers / "spatial_weights.csv"), "grid16_queen")
    for _, rows in table(peers / "empirical_bayes.csv").groupby("dataset"):
        found = smoothing.empirical_bayes(rows.x, rows.n)
        close(np.c_[found.raw, found.smooth], rows[["raw", "eb_global"]])
        close(np.c_[found.variance, found.mean], rows[["prior_a", "prior_b"]])
        assert set(found.reason) == {"no_between_variance"}
        close(smoothing.empirical_bayes(rows.x, rows.n, near.positions).smooth, rows.eb_local)
        low, tail = smoothing.chance_map(rows.x, rows.n)
        close(np.c_[low, tail], rows[["probmap_p", "choynowski_p"]])
        assert (rows.x < rows.n * rows.prior_b).tolist() == rows.choynowski_type.tolist()
        close(rows.raw / rows.prior_b * 100, rows.smr100)
        close(space.moran_rate(rows.x, rows.n, near, 0).value, rows.ebi_I.iloc[0])


def grid(side: int) -> adjacency.Neighbours:
    ids = [f"{r}-{c}" for r in range(side) for c in range(side)]
    right = [(f"{r}-{c}", f"{r}-{c + 1}") for r in range(side) for c in range(side - 1)]
    down = [(f"{r}-{c}", f"{r + 1}-{c}") for r in range(side - 1) for c in range(side)]
    return adjacency.of_pairs(ids, right + down)


@given(st.lists(st.floats(0, 100), min_size=16, max_size=16), st.floats(0.1, 10), st.floats(-50, 50))
def test_unit_and_names_do_not_matter(values: list[float], times: float, shift: float) -> None:
    y, near = np.round(values, 3), grid(4)
    one = space.moran(y, near, 0)
    if one.reason:
        return
    assert space.moran(y * times + shift, near, 0).value == pytest.approx(one.value, abs=1e-6)
    order = np.random.default_rng(1).permutation(16)
    names = [near.ids[i] for i in order]
    pairs = [(near.ids[i], near.ids[j]) for i, part in enumerate(near.positions) for j in part]
    mixed = adjacency.of_pairs(names, pairs)
    assert space.moran(y[order], mixed, 0).value == pytest.approx(one.value, abs=1e-9)
    plain = sum((y[i] - y.mean()) * np.mean([y[j] - y.mean() for j in part]) for i, part in enumerate(near.positions))
    assert one.value == pytest.approx(plain / ((y - y.mean()) ** 2).sum(), abs=1e-9)


def test_patterns_are_found_and_chance_is_not() -> None:
    near, random = grid(12), np.random.default_rng(3)
    slope = np.repeat(np.arange(12.0), 12) + random.normal(0, 0.3, 144)
    assert space.moran(slope, near).p < 1e-6 and space.geary(slope, near).value < 0.5
    clusters = space.lisa(slope, near).cluster
    assert (clusters[-24:] == "high_high").mean() > 0.6 and (clusters[:24] == "low_low").mean() > 0.6
    alarms = [(space.lisa(random.normal(size=144), near, 199, seed).cluster != "none").sum() for seed in range(20)]
    assert np.mean(alarms) < 2


def test_islands_and_gaps_are_named() -> None:
    near = adjacency.of_pairs([*map(str, range(10)), "x"], [(str(i), str(i + 1)) for i in range(9)])
    assert near.islands == ["x"]
    y = np.array([1.0, 3, 2, 5, 4, 7, 6, 8, 9, 12, 50])
    found = space.moran(y, near, 99)
    assert found.islands == ["x"] and found.units == 10 and found.expected == pytest.approx(-1 / 9)
    y[8] = np.nan  # and with it the last one loses its only neighbour
    found, local = space.moran(y, near, 99), space.lisa(y, near, 99)
    assert found.missing == ["8"] and found.islands == ["9", "x"] and found.units == 8
    assert local.reason[["8", "9", "x", "0"]].tolist() == ["missing", "island", "island", ""]
    assert np.isnan(space.getis_ord(y, near)[[8, 9, 10]]).all()
    y[7] = np.nan
    assert space.moran(y, near).reason == "too_few_units"
    assert set(space.lisa(np.ones(11), near).reason) == {"no_variance", "island"}
    for call in (lambda: adjacency.of_pairs(["a"], [("a", "b")]), lambda: space.moran([1.0], near)):
        with pytest.raises(HfworkError):
            call()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(61, 5000)), min_size=4, max_size=16))
def test_smooth_rates_lie_between(units: list[tuple[int, int]]) -> None:
    x, n = np.array(units, dtype=float).T
    found = smoothing.empirical_bayes(x, n)
    low, high = np.minimum(found.raw, found.mean), np.maximum(found.raw, found.mean)
    assert ((low - 1e-12 <= found.smooth) & (found.smooth <= high + 1e-12)).all()
    order = np.argsort(n, kind="stable")
    assert (np.diff(found.weight[order]) >= -1e-12).all()  # more people, less shrinkage
    assert ((found.weight >= 0) & (found.weight <= 1)).all()


def test_common_shares_keep_what_is_real() -> None:
    n = np.full(14, 400.0)
    truth = np.linspace(0.6, 0.9, 14)
    x = np.random.default_rng(1).binomial(400, truth)
    share = smoothing.empirical_bayes(x, n, kind="proportion")
    rare = smoothing.empirical_bayes(x, n)
    assert share.weight[0] > 0.9 > rare.weight[0]
    assert np.abs(share.smooth - truth).mean() < np.abs(rare.smooth - truth).mean()
    mean, away = x.sum() / n.sum(), ((x / n - x.sum() / n.sum()) ** 2).mean()  # by hand, all of one size
    chance = mean * (1 - mean) / 400
    assert share.weight[0] == pytest.approx((away - chance) / away)
    with pytest.raises(HfworkError):
        smoothing.empirical_bayes(x, n, kind="share")


def test_smoothing_reasons() -> None:
    found = smoothing.empirical_bayes([5, None, 3, 400, 2], [100, 50, 0, 1000, 900])
    assert found.reason.tolist() == ["", "missing", "no_denominator", "", ""]
    assert np.isnan(found.smooth).tolist() == [False, True, True, False, False]


@pytest.mark.slow  # compiles esda's permutations first
def test_many_units_go_through_esda_and_agree_with_few(monkeypatch: pytest.MonkeyPatch) -> None:
    near = grid(33)
    value = np.random.default_rng(5).normal(size=33 * 33) + np.repeat(np.linspace(0, 1, 33), 33)
    through = space.lisa(value, near, 999)
    monkeypatch.setattr(space, "FEW_UNITS", 2000)
    ours = space.lisa(value, near, 999)
    assert np.abs(through.permuted_p - ours.permuted_p).max() < 0.1  # two draws of 999
    assert np.abs(through.permuted_p - ours.permuted_p).mean() < 0.02
    pd.testing.assert_frame_equal(through[["local", "z", "quadrant"]], ours[["local", "z", "quadrant"]])


@pytest.mark.filterwarnings("error:.*divide.*:RuntimeWarning", "error:.*invalid.*:RuntimeWarning")
def test_odd_neighbours_and_values() -> None:
    names = [*map(str, range(10)), "y", "x"]
    ring = [(str(i), str((i + 1) % 10)) for i in range(10)]
    back = [(b, a) for a, b in ring]
    one_way = adjacency.of_pairs(names, [*ring, *back, ("y", "x")], mutual=False)  # y's only neighbour is an island
    value = np.random.default_rng(2).normal(size=12)
    found, local = space.moran(value, one_way, 99), space.lisa(value, one_way, 99)
    assert found.units == 10 and found.islands == ["y", "x"] and local.reason.tolist() == [""] * 10 + ["island"] * 2
    value[3] = np.inf
    assert space.moran(value, one_way, 0).missing == ["3"]
    everyone = adjacency.of_pairs(list("abcdefgh"), combinations("abcdefgh", 2))
    local = space.lisa(np.arange(8.0), everyone, 99)  # neighbours are always all the others: nothing can vary
    assert local.z.isna().all() and set(local.cluster) == {"none"} and set(local.reason) == {""}


def test_a_share_above_its_whole_informs_no_mean() -> None:
    found = smoothing.empirical_bayes([50, 60, 120], [100, 100, 100], kind="proportion")
    assert found.reason.tolist()[2] == "part_exceeds_whole" and np.isnan(found.smooth[2])
    assert found.mean[0] == pytest.approx(0.55)
