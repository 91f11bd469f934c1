"""The cube against a plain second calculation, on the small sample and on random tables."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import oracle
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hfwork.measure import examples
from hfwork.measure.cube import roll_up
from hfwork.measure.engine import Engine, store_rows
from hfwork.measure.frame import Frame, frame_of
from hfwork.plan.folder import Plan, load_plan
from hfwork.sample import district

DATA = Path(__file__).parent.parent / "data"
PLAN = load_plan(DATA / "ninghe-2016")
AS_OF = dt.date(2018, 6, 15)  # inside a month, so that the last month is cut
ALL_EXAMPLES = [
    pytest.param(plan, name, id=f"{plan.id}-{name}")
    for plan in (PLAN, load_plan(DATA / "north-carolina-1974"))
    for name in plan.indicators
]


@pytest.mark.parametrize(("plan", "name"), ALL_EXAMPLES)
def test_worked_example(plan: Plan, name: str) -> None:
    monitoring, phases = plan.campaign.monitoring, plan.campaign.phase_dates
    indicator = plan.indicators[name]
    found = examples.run(indicator, plan.tables, plan.measures, plan.places, monitoring.start, phases)
    expected = found[["period", "place", "expected_numerator", "expected_denominator"]]
    counted = found[["period", "place", "numerator", "denominator"]].set_axis(expected.columns, axis=1)
    pd.testing.assert_frame_equal(counted, expected)


def counted(tables: dict[str, pd.DataFrame], folder: Path, frame: Frame) -> pd.DataFrame:
    files, received = {}, {}
    for name, rows in tables.items():
        plain = rows.astype(object).where(rows.notna(), None)
        for column in plain.columns:
            plain[column] = [v.date() if isinstance(v, pd.Timestamp) else v for v in plain[column]]
        files[name] = [store_rows(PLAN.tables[name], plain.to_dict("records"), folder / f"{name}.parquet")]
        received[name] = dict.fromkeys(frame.units["township"].dropna(), dt.date.max)
    engine = Engine()
    measures = PLAN.measures
    cube = engine.count(measures.values(), PLAN.tables, files, frame.as_of)
    returned = engine.returned(measures.values(), PLAN.tables, files, frame.as_of)
    return roll_up(cube, returned, measures, PLAN.tables, received, frame)


def assert_equal_to_oracle(tables: dict[str, pd.DataFrame], counts: pd.DataFrame, frame: Frame) -> None:
    for measure in PLAN.measures:
        mine = counts[counts["measure"] == measure]
        for period in frame.periods:
            plain = oracle.count(measure, tables, period.start, period.end, frame.as_of, frame.start)
            here = mine[mine["period"] == period.token].set_index("place")["count"]
            pd.testing.assert_series_equal(
                here[here != 0].sort_index(),
                pd.Series(plain, dtype="int64").loc[lambda s: s != 0].sort_index(),
                check_names=False,
                check_index_type=False,
                obj=f"{measure} {period.token}",
            )


@pytest.mark.slow
def test_small_sample_equals_plain_calculation(tmp_path: Path) -> None:
    tables = district.draw(PLAN, small=True, as_of=dt.date(2018, 6, 30))
    for rows in tables.values():
        for column in rows.columns:
            if column.endswith(("_on", "_in", "_out", "_end", "_until", "_start")) or column.startswith("joined_"):
                rows[column] = pd.to_datetime(rows[column])
    for as_of in (AS_OF, dt.date(2018, 6, 30)):
        frame = frame_of(PLAN, as_of)
        counts = counted(tables, tmp_path, frame)
        assert_equal_to_oracle(tables, counts, frame)
        assert (counts.loc[counts["measure"] == "residents", "count"] > 0).any()


def test_prepared_columns_keep_their_meaning_in_any_order(tmp_path: Path) -> None:
    """Prepared files are found again by definitions; another order of the same ones must not swap columns."""
    rows = [{"couple_id": "a", "village_code": "120117102201", "checked_on": dt.date(2017, 1, 5), "risk": "high"}]
    file = store_rows(PLAN.tables["couples"], rows, tmp_path / "couples.parquet")
    for measures in (list(PLAN.measures.values()), list(PLAN.measures.values())[::-1]):
        cube = Engine().count(measures, PLAN.tables, {"couples": [file]}, AS_OF)
        counts = cube.groupby("measure")["count"].sum().to_dict()
        assert counts == {"couples_checked": 1, "couples_high_risk": 1, "high_risk_due": 1}
    assert len(list(tmp_path.glob("*.prepared"))) == 1


VILLAGES = ["120117102201", "120117102202", "120117104201", "120117204201", "120117113201"]
DAY = st.none() | st.dates(dt.date(2016, 5, 20), dt.date(2018, 7, 10))


def table_of(name: str) -> st.SearchStrategy[pd.DataFrame]:
    table = PLAN.tables[name]
    fields = {c: DAY for c, column in table.columns.items() if column.type == "date"}
    fields |= {c: st.sampled_from([*column.codes, None]) for c, column in table.columns.items() if column.codes}
    fields |= {"village_code": st.sampled_from(VILLAGES)}
    rows = st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=12)

    def frame(found: list[dict[str, object]]) -> pd.DataFrame:
        made = pd.DataFrame(found).assign(**{table.key: [f"{name}{i}" for i in range(len(found))]})
        for column, declared in table.columns.items():
            if declared.type == "date":
                made[column] = pd.to_datetime(made[column])
            elif column not in made:
                made[column] = None
        return made

    return rows.map(frame)


ONE_MONTH = [p for p in frame_of(PLAN, AS_OF).periods if p.token in ("2016-06", "2017-Q2", "2018-06", "MC2017", "P2")]


RANDOM = {name: table_of(name) for name in ("residents", "households", "couples")}


@settings(max_examples=15)
@given(**RANDOM)
def test_random_tables_equal_plain_calculation(
    residents: pd.DataFrame, households: pd.DataFrame, couples: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_random(residents, households, couples, tmp_path_factory)


@pytest.mark.deep
@settings(max_examples=400)
@given(**RANDOM)
def test_many_random_tables_equal_plain_calculation(
    residents: pd.DataFrame, households: pd.DataFrame, couples: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_random(residents, households, couples, tmp_path_factory)


def check_random(
    residents: pd.DataFrame, households: pd.DataFrame, couples: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = {"village_code": [], "lectures": [], "volunteers": [], "_start": [], "_end": []}
    activity = pd.DataFrame(empty).assign(
        _start=lambda t: pd.to_datetime(t["_start"]), _end=lambda t: pd.to_datetime(t["_end"])
    )
    tables = {"residents": residents, "households": households, "couples": couples}
    whole = frame_of(PLAN, AS_OF)
    frame = Frame(whole.units, whole.levels, whole.valid, ONE_MONTH, whole.start, whole.as_of)
    counts = counted(tables, tmp_path_factory.mktemp("rows"), frame)
    assert_equal_to_oracle(tables | {"activity": activity}, counts, frame)
