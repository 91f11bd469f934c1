"""A plan folder cut down to two towns, so that the small sample is a whole district of its own."""

from __future__ import annotations

import csv
from pathlib import Path

from hfwork.plan.folder import load_plan
from hfwork.sample.homes import SMALL_TOWNS

# Which columns of a file name units; a row stays when all of them (empty ones aside) stay.
_FILES = {
    "places.csv": ("code",),
    "place_changes.csv": ("from_code", "to_code"),
    "aliases.csv": ("code",),
    "map/tiles.csv": ("code",),
    "map/points.csv": ("code",),
    "map/neighbours.csv": ("a", "b"),
}


def narrow(folder: Path) -> None:
    """Keep the root, the sample's two towns (else the first two) and their villages; other units leave the plan."""
    places = load_plan(folder).places
    towns = places.frame[places.frame["level"] == places.levels[1]]
    chosen = set(towns.loc[towns["name_zh"].isin(SMALL_TOWNS), "code"]) or set(towns["code"].iloc[:2])
    below = places.frame[places.frame["parent"].isin(chosen)]
    kept = {places.root, *chosen, *below["code"]}
    for name, columns in _FILES.items():
        file = folder / name
        if not file.is_file():
            continue
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            rows = [row for row in reader if {row[c] for c in columns if row[c]} <= kept]
        with file.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, reader.fieldnames or ())
            writer.writeheader()
            writer.writerows(rows)
