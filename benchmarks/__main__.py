"""``run.py bench``: every benchmark, or those named: ``run.py bench pipeline``."""

from __future__ import annotations

import sys

from benchmarks import intervals, judgement, pipeline

BENCHMARKS = {"pipeline": pipeline.main, "intervals": intervals.main, "judgement": judgement.main}

if __name__ == "__main__":
    wanted = sys.argv[1:] or list(BENCHMARKS)
    for name in wanted:
        if name not in BENCHMARKS:
            sys.exit(f"{name}: {', '.join(BENCHMARKS)}")
        print(f"\n== {name}")
        BENCHMARKS[name]()
