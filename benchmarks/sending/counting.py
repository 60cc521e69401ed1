"""Processes that only count, at the lowest priority: what a machine that is busy with anything takes from checks."""

from __future__ import annotations

import os
from multiprocessing import Process
from time import monotonic

LASTS = 20.0
LOWEST = 19


def count() -> None:
    """Count for a while, whenever nobody else wants the processor."""
    os.nice(LOWEST)
    until, number = monotonic() + LASTS, 0
    while monotonic() < until:
        number += 1


if __name__ == "__main__":
    counting = [Process(target=count) for _ in os.sched_getaffinity(0)]
    for one in counting:
        one.start()
    for one in counting:
        one.join()
