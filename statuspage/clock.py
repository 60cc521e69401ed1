"""The only reader of wall time, and of a clock that nobody can set."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def now() -> datetime:
    """The current moment in UTC."""
    return datetime.now(UTC)  # noqa: TID251


def steady() -> float:
    """Seconds that only ever grow, also while the machine sleeps; they say nothing about the time of day."""
    return time.clock_gettime(_STEADY)
