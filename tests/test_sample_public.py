"""The public plan's returns hold the source's figures, county by county."""

from pathlib import Path

import geopandas
import libpysal
import pytest
from python_calamine import CalamineWorkbook

from hfwork.errors import HfworkError
from hfwork.plan.folder import load_plan
from hfwork.sample import public

ROOT = Path(__file__).resolve().parent.parent


def test_both_returns_equal_the_source(tmp_path: Path) -> None:
    paths = public.write(load_plan(ROOT / "data" / "north-carolina-1974"), tmp_path / "inbox")
    source = geopandas.read_file(Path(libpysal.__file__).parent / "examples/sids2/sids2.shp").set_index("FIPSNO")
    totals = []
    for path, year in zip(paths, ("74", "79"), strict=True):
        title, facts, header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        assert "示例" not in str(title[0])
        assert "37000" in str(facts[0])
        assert len(header) == 4
        counties, total = rows[:100], rows[100]
        assert [row[0] for row in counties] == sorted(str(code) for code in source.index)
        for code, births, nonwhite, deaths in counties:
            there = source.loc[int(code)]
            assert (births, nonwhite, deaths) == (there[f"BIR{year}"], there[f"NWBIR{year}"], there[f"SID{year}"])
        assert total[1:] == source[[f"BIR{year}", f"NWBIR{year}", f"SID{year}"]].sum().tolist()
        totals.append(total[1:])
    assert totals[0] == [329962, 105081, 667]
    assert [path.stem.rpartition("_")[2] for path in paths] == ["1974-07..1978-06", "1979-07..1984-06"]


def test_a_plan_without_public_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HfworkError) as refused:
        public.write(load_plan(ROOT / "data" / "ninghe-2016"), tmp_path)
    assert refused.value.code == "no_public_data"
    assert "ninghe-2016" in refused.value.message("en")
