"""A blank workbook for one sender and period: refused for the same reasons as the filled one would be."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pandas as pd
from xlsxwriter.exceptions import XlsxWriterException

from hfwork import text
from hfwork.errors import HfworkError
from hfwork.intake import sender, template, values
from hfwork.intake.workbook import Sheet, period_token
from hfwork.plan.folder import Plan

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def write(plan: Plan, table: str, place: str, period: str, folder: Path) -> Path:
    """Write the blank form of ``table`` into ``folder`` and return its path; nothing is overwritten.

    Returns list the units of their grain below the sender. ``period`` is a token; for extracts the day of the extract.
    Raises ``unknown_table``, what ``sender.identify`` raises, ``bad_extract_date`` and ``file_there``.
    """
    lang = text.language()
    if table not in plan.tables:
        raise HfworkError("unknown_table", given=table, allowed=list(plan.tables), where="columns.yaml")
    shape = plan.tables[table]
    returned = shape.kind == "return"
    try:
        day = None if returned else values.date(period)
    except values.Refused:
        day = None
    if not returned and day is None:
        raise HfworkError("bad_extract_date", given=period, where=shape.title[lang])
    asked = Sheet(
        path=folder,
        sha256="",
        name=shape.title[lang],
        table=table,
        place=place,
        period=period_token(period) if returned else None,
        extract_date=day,
        header_row=0,
        frame=pd.DataFrame(),
    )
    sheet = sender.identify(asked, plan)
    on = sender.reported_on(sheet, plan)
    rows = None
    if returned:
        units = sender.units_to_report(plan.places, sheet.place, on, sender.grain(shape, plan))
        rows = pd.DataFrame({shape.place: units})
    name = plan.places.name(sheet.place, lang, on)
    stem = f"{shape.title[lang]}_{name}_{sheet.period or day}"
    path = folder / (_NOT_IN_NAMES.sub("_", stem) + ".xlsx")
    folder.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise HfworkError("file_there", given=path)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as beside:
        part = Path(beside) / path.name
        facts = {"place": sheet.place, "place_name": name, "period": sheet.period, "extract_date": day}
        try:
            template.write(shape, part, frame=rows, lang=lang, **facts)  # type: ignore[arg-type]
        except XlsxWriterException as problem:  # it hides the system's reason
            raise next((a for a in problem.args if isinstance(a, OSError)), OSError(str(problem))) from None
        os.replace(part, path)
    return path
