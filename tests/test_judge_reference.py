"""Every judgement agrees with published tools: the numbers of other software, and small copies of them kept here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from hfwork.judge import change, compare, control, exact, funnel, intervals, runs, standardised

GOLDEN = Path(__file__).parent / "golden"


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, comment="#")


@pytest.fixture(params=["golden", "reference"])
def peers(request: pytest.FixtureRequest, reference: Path | None) -> Iterator[Path]:
    """Our own small copy, then the whole folder where there is one."""
    yield GOLDEN if request.param == "golden" else reference or pytest.skip("no folder of reference values")


def agree(got: object, wanted: object, rtol: float = 1e-9, atol: float = 1e-15) -> None:
    np.testing.assert_allclose(np.asarray(got, dtype=float), np.asarray(wanted, dtype=float), rtol=rtol, atol=atol)


def test_binomial(peers: Path) -> None:
    rows = table(peers / "binomial_exact.csv")
    for alternative, column in (("two-sided", "p_two_sided"), ("less", "p_less"), ("greater", "p_greater")):
        agree(exact.binomial_test(rows.x, rows.n, rows.p0, alternative), rows[column], rtol=1e-7, atol=1e-300)
    for confidence, name in ((0.95, "95"), (0.998, "99_8")):
        agree(exact.clopper_pearson(rows.x, rows.n, confidence), rows[[f"cp_lower{name}", f"cp_upper{name}"]].T)


def test_poisson(peers: Path) -> None:
    rows = table(peers / "poisson_exact.csv")
    agree(exact.poisson_test(rows.x, rows.E), rows.p_two_sided, rtol=1e-7, atol=1e-300)
    agree(intervals.poisson_exact(rows.x), rows[["ci_lower95", "ci_upper95"]].T)
    agree(rows.x / rows.E, rows.smr)


def test_adjusted_p(peers: Path) -> None:
    rows = table(peers / "p_adjust.csv")
    for method, column in (("bh", "BH"), ("by", "BY"), ("holm", "holm"), ("bonferroni", "bonferroni")):
        agree(compare.adjust(rows.p, method), rows[column])


def test_direct_standardisation(peers: Path) -> None:
    inputs, wanted = table(peers / "dsr_inputs.csv"), table(peers / "dsr_outputs.csv").set_index("group_id")
    for group, bands in inputs.groupby("group_id"):
        for confidence, name in ((0.95, "95_0"), (0.998, "99_8")):
            got = standardised.dsr(bands.x, bands.n, bands.stdpop, confidence=confidence)
            agree(got, wanted.loc[group, ["value", f"lower{name}cl", f"upper{name}cl"]])
        few = bool(wanted.loc[group, "total_count"] < 10)  # withheld there and here
        assert standardised.reasons(bands.x, bands.n, bands.stdpop) == ("too_few_events" if few else "")


def test_indirect_standardisation(peers: Path) -> None:
    inputs = table(peers / "isr_inputs.csv")
    for row in table(peers / "isr_ratio_outputs.csv").to_dict("records"):
        bands = inputs[(inputs.dataset == row["dataset"]) & (inputs.township == row["township"])]
        agree(standardised.expected(bands.n, bands.x_ref, bands.n_ref), row["expected"])
        for confidence, name in ((0.95, "95_0"), (0.998, "99_8")):
            got = standardised.isr(bands.x, bands.n, bands.x_ref, bands.n_ref, 100, confidence)
            agree(got, [row["value"], row[f"lower{name}cl"], row[f"upper{name}cl"]])


def test_funnel_of_proportions(peers: Path) -> None:
    rows = table(peers / "funnel_proportion_limits.csv")
    for confidence, name in ((0.95, "2s"), (0.998, "3s")):
        got = funnel.proportion_limits(rows.Population, rows.baseline / 100, confidence)
        agree(np.array(got) * 100, rows[[f"lower_{name}_limit", f"upper_{name}_limit"]].T, atol=1e-12)


SAID = {
    "inside": "Not significant",
    "low95": "Low (0.025)",
    "high95": "High (0.025)",
    "low998": "Low (0.001)",
    "high998": "High (0.001)",
    "none": None,
}


def test_funnel_flags(peers: Path) -> None:
    for _, rows in table(peers / "funnel_proportion_inputs_flags.csv").groupby("dataset"):
        share = rows.numerator.sum() / rows.denominator.sum()
        got = funnel.flags(rows.numerator, rows.denominator, share)
        assert [SAID[code] for code in got] == rows.significance.tolist()
    for _, rows in table(peers / "funnel_rate_inputs_flags.csv").groupby("dataset"):
        whole = rows["count"].sum() / rows["pop"].sum() * 1e5
        got = funnel.flags(rows["count"], rows["pop"], whole, "rate", 1e5)
        assert [SAID[code] for code in got] == rows.significance.tolist()


def test_funnel_of_rates(peers: Path) -> None:
    """The peer gives, for a number of events, the population at which their own exact interval reaches the baseline."""
    rows = table(peers / "funnel_rate_limits.csv")
    rows = rows.assign(tolerance=np.where(rows.Events <= 3, 5e-4, 1e-5))
    for confidence, name in ((0.95, "2s"), (0.998, "3s")):
        for side, limit in (("lower", 0), ("upper", 1)):
            at = rows[f"{side}_{name}_population_1_year"]
            got = funnel.rate_limits(at, rows.baseline, 1e5, confidence)[limit]
            assert (np.abs(got / rows[f"{side}_{name}_limit"] - 1) <= rows.tolerance).all()


def test_overdispersion(peers: Path) -> None:
    for (_, kind), rows in table(peers / "funnel_overdispersion.csv").groupby(["dataset", "data_type"]):
        name = {"PR": "proportion", "SR": "ratio"}[str(kind)]
        found = funnel.overdispersion(rows.numerator, rows.denominator, name)
        agree([found.phi, found.tau2], rows[["phi", "tau2"]].iloc[0])
        assert found.reason == "over_dispersed"
        target = rows.numerator.sum() / rows.denominator.sum() if kind == "PR" else 1.0
        for z, level in ((1.959964, "95"), (3.090232, "99")):  # the peer rounds its normal quantiles
            confidence = 2 * float(ndtr(z)) - 1
            wide = funnel.adjusted_limits(rows.denominator, target, found.tau2, name, confidence)
            agree(wide, rows[[f"OD{level}LCL", f"OD{level}UCL"]].T)
            plain = (
                funnel.adjusted_limits(rows.denominator, target, 0.0, name, confidence)
                if kind == "PR"
                else funnel.ratio_limits(rows.denominator, {"95": 0.95, "99": 0.998}[level])
            )
            agree(plain, rows[[f"LCL{level}", f"UCL{level}"]].T)


def test_control_charts(peers: Path) -> None:
    inputs = table(peers / "spc_inputs.csv")
    for file, screen in (("spc_qicharts2.csv", True), ("spc_qicharts2_unscreened.csv", False)):
        for (series, kind), rows in table(peers / file).groupby(["series", "chart"]):
            own = inputs[inputs.series == series]
            chart = (
                control.xmr(own.y, screen=screen)
                if kind == "i"
                else control.p(own.x, own.n, prime=kind == "pp", screen=screen)
            )
            known = rows.cl.notna().to_numpy()
            agree(chart.loc[known, ["centre", "lower", "upper"]], rows.loc[known, ["cl", "lcl", "ucl"]])
            flags = runs.flags(chart)
            assert flags.outside[known].tolist() == rows.sigma_signal[known].tolist()
            if not screen:
                continue
            agree(chart.loc[known, ["lower95", "upper95"]], rows.loc[known, ["lcl95", "ucl95"]])
            found, row = runs.anhoej(chart.value, chart.centre), rows.iloc[0]
            assert [found.points, found.longest, found.crossings] == [row.n_useful, row.longest_run, row.n_crossings]
            assert [found.longest_allowed, found.crossings_needed] == [row.longest_run_max, row.n_crossings_min]
            assert found.signal == bool(row.runs_signal)


def test_rules_of_points(peers: Path) -> None:
    inputs = table(peers / "spc_inputs.csv")
    named = {"Above UCL": "outside", "Below LCL": "outside", "Common Cause": ""}
    for (series, screen), rows in table(peers / "spc_nhsr_plotthedots.csv").groupby(["series", "screen_outliers"]):
        y = inputs[(inputs.series == series) & inputs.y.notna()].y
        chart = control.xmr(y, screen=bool(screen), constant=control.ROUNDED)
        agree(chart[["centre", "lower", "upper"]], rows[["mean", "lpl", "upl"]])
        flags = runs.flags(chart)
        wanted = [named.get(cause, "trend" if "Trend" in cause else cause) for cause in rows.special_cause_type]
        assert flags.rule.tolist() == wanted
        assert flags.outside.tolist() == rows.outside_limits.tolist()
        far = ((chart.value - chart.centre).abs() > (2 / 3) * (chart.upper - chart.centre)).to_numpy()
        assert (far & ~flags.outside.to_numpy()).tolist() == rows.close_to_limits.tolist()
        agree(np.sign(chart.value - chart.centre), rows.relative_to_mean)


def test_trends(peers: Path) -> None:
    wanted = table(peers / "trend_outputs.csv").set_index("series")
    for series, rows in table(peers / "trend_inputs.csv").groupby("series"):
        row, t, share = wanted.loc[series], rows.year - rows.year.min() + 1, rows.x / rows.n
        agree(change.cochran_armitage(rows.x, rows.n, t)[:2], row[["trend_chisq", "trend_p"]], rtol=1e-9)
        # R's time starts at 0: slopes agree, intercepts are one step apart.
        plain = change.logistic(rows.x, rows.n, t - 1)
        agree(plain[["slope", "se", "z", "p", "intercept"]], row[[f"logit_{k}" for k in
              ("slope", "se", "z", "p", "intercept")]], rtol=1e-5)  # fmt: skip
        quasi = change.logistic(rows.x, rows.n, t, quasi=True)
        agree(quasi[["se", "z", "p", "dispersion"]], row[["quasi_se", "quasi_t", "quasi_p", "quasi_dispersion"]], 1e-5)
        line = change.linear(share, t)
        agree(line, row[["lm_slope", "lm_se", "lm_p", "lm_slope_lower95", "lm_slope_upper95"]], rtol=1e-8)
        agree(change.linear(share, t, rows.n)[:3], row[["wlm_slope", "wlm_se", "wlm_p"]], rtol=1e-8)
        agree(change.kendall(share, t), row[["kendall_tau", "kendall_p"]])
        agree(pd.Series(share).corr(t, method="spearman"), row["spearman_rho"])
        rates = change.loglinear(rows.x, rows.n, t)
        agree(rates[["slope", "se", "rate_ratio"]], row[["poisson_slope", "poisson_se", "rate_ratio_per_year"]], 1e-5)
        # R stops one step earlier; what that leaves in the standard error is ten times as much in p.
        agree(rates["p"], row["poisson_p"], rtol=1e-5, atol=1e-7)
