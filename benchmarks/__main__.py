"""``run.py bench``: every benchmark, or those named: ``run.py bench pipeline``; options go to ``pages``."""

from __future__ import annotations

import sys
from itertools import takewhile

from benchmarks import intervals, judgement, packs, pages, pipeline

BENCHMARKS = {"pipeline": pipeline.main, "intervals": intervals.main, "judgement": judgement.main, "packs": packs.main}

if __name__ == "__main__":
    names = list(takewhile(lambda word: not word.startswith("-"), sys.argv[1:]))
    options = sys.argv[1 + len(names) :]
    for name in names or [*BENCHMARKS, "pages"]:
        if name not in (*BENCHMARKS, "pages"):
            sys.exit(f"{name}: {', '.join([*BENCHMARKS, 'pages'])}")
        print(f"\n== {name}")
        if name == "pages":
            pages.main(options)
        else:
            BENCHMARKS[name]()
