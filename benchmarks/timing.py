"""Ways of doing one thing, timed in turn: CPU seconds, medians, and how many times ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

Ways = dict[str, tuple[Callable[[], object], float]]  # what to run, and what its time is multiplied by


def compare(title: str, ways: Ways, ours: str, repeats: int) -> None:
    """Run each way once to warm up, then all in alternation; print the median and its ratio to that of ``ours``."""
    for run, _ in ways.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, (run, scale) in ways.items():
            start = time.process_time()
            run()
            seconds[name].append((time.process_time() - start) * scale)
    least = median(seconds[ours])
    print(f"{title}, median of {repeats}")
    for name, taken in seconds.items():
        line = f"{name:40}{median(taken):9.4f} CPU s ({min(taken):.4f} to {max(taken):.4f})"
        print(f"{line}{median(taken) / least:9.2f} x hfwork")
