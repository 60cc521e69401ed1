"""Latency: the hourly samples of the time to the first token over seven days, with their median and 95th."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from statuspage.core.cell import Pace
from statuspage.core.settings import Model
from statuspage.core.snapshot import Snapshot
from statuspage.site.strips import reference_cell

WINDOW = timedelta(days=7)
WIDTH, HEIGHT = 700, 120
FEWEST = 3
"""With fewer samples than this nothing is drawn."""

GAP = timedelta(hours=3)
"""A line is broken where no sample came for so long."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A small chart of one cell; ``lines`` are SVG paths, ``top`` is the number of seconds at its upper edge."""

    provider: str
    user_class: str
    samples: int
    median: float
    p95: float
    top: float
    lines: tuple[str, ...]
    median_y: float
    p95_y: float
    days: tuple[tuple[float, datetime], ...]


def chart(snapshot: Snapshot, model: Model) -> Chart | None:
    """The chart of the cell that speaks for a model; None where too few samples are known."""
    key = reference_cell(snapshot, model)
    start = snapshot.generated_at - WINDOW
    paces = [one for one in snapshot.paces.get(key, ()) if one.at >= start] if key else []
    if key is None or len(paces) < FEWEST:
        return None
    seconds = sorted(one.seconds for one in paces)
    top = _round_up(seconds[-1])
    return Chart(
        key.provider,
        key.user_class,
        len(paces),
        share(seconds, 0.5),
        share(seconds, 0.95),
        top,
        _lines(paces, start, top),
        _y(share(seconds, 0.5), top),
        _y(share(seconds, 0.95), top),
        _days(start),
    )


def share(ordered: list[float], part: float) -> float:
    """The nearest-rank percentile: the smallest sample that at least this part of them does not exceed."""
    return ordered[max(0, ceil(part * len(ordered)) - 1)]


def _lines(paces: list[Pace], start: datetime, top: float) -> tuple[str, ...]:
    lines: list[list[str]] = []
    before: datetime | None = None
    for one in paces:
        point = f"{_x(one.at, start)} {_y(one.seconds, top)}"
        if before is None or one.at - before > GAP:
            lines.append([])
        lines[-1].append(point)
        before = one.at
    return tuple("M" + "L".join(points if len(points) > 1 else points * 2) for points in lines)


def _days(start: datetime) -> tuple[tuple[float, datetime], ...]:
    first = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return tuple((_x(day, start), day) for day in (first + timedelta(days=n) for n in range(7)))


def _x(at: datetime, start: datetime) -> float:
    return round((at - start) / WINDOW * WIDTH, 1)


def _y(seconds: float, top: float) -> float:
    return round(HEIGHT - seconds / top * HEIGHT, 1)


def _round_up(seconds: float) -> float:
    for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0):
        if seconds <= step:
            return step
    return float(ceil(seconds / 100) * 100)
