"""Latency: the time to the first token over seven days, with its median and 95th percentile of each day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from statuspage.core.availability import USABLE, Availability, CellKey
from statuspage.core.cell import Pace, Transition
from statuspage.core.settings import Model
from statuspage.core.snapshot import Snapshot
from statuspage.site.look import look
from statuspage.site.strips import reference_cell

DAYS = 7
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WIDTH, HEIGHT = 700, 120
States = list[tuple[datetime, Availability]]
FEWEST = 3
"""With fewer samples than this nothing is drawn, of all days or of one."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A time in which no answer could come, in the chart's own measure."""

    look: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A small chart of one cell; its curves are SVG paths, ``top`` is the number of seconds at its upper edge."""

    model: Model
    provider: str
    user_class: str
    samples: int
    median: float
    p95: float
    top: float
    dots: str
    medians: str
    p95s: str
    closed: tuple[Closed, ...]
    days: tuple[tuple[float, datetime], ...]


def charts(snapshot: Snapshot, model: Model, alternatives: Iterable[Model]) -> tuple[Chart, ...]:
    """The chart of a model and of the first alternative that has one, on the same axes; empty without the first."""
    mine = _paces(snapshot, model)
    if mine is None:
        return ()
    others = ((other, found) for other in alternatives if (found := _paces(snapshot, other)))
    shown = [(model, mine), *[one for _, one in zip(range(1), others, strict=False)]]
    top = _round_up(max(one.seconds for _, (_, paces) in shown for one in paces))
    return tuple(_chart(snapshot, one, key, paces, top) for one, (key, paces) in shown)


def share(ordered: list[float], part: float) -> float:
    """The nearest-rank percentile: the smallest sample that at least this part of them does not exceed."""
    return ordered[max(0, ceil(part * len(ordered)) - 1)]


def _paces(snapshot: Snapshot, model: Model) -> tuple[CellKey, list[Pace]] | None:
    key = reference_cell(snapshot, model)
    start = _end(snapshot) - DAYS * DAY
    found = [one for one in snapshot.paces.get(key, ()) if one.at >= start] if key else []
    return (key, found) if key and len(found) >= FEWEST else None


def _chart(snapshot: Snapshot, model: Model, key: CellKey, paces: list[Pace], top: float) -> Chart:
    start = _end(snapshot) - DAYS * DAY
    seconds = sorted(one.seconds for one in paces)
    return Chart(
        model,
        key.provider,
        key.user_class,
        len(paces),
        share(seconds, 0.5),
        share(seconds, 0.95),
        top,
        "".join(f"M{_x(one.at, start)} {_y(one.seconds, top)}h0" for one in paces),
        _steps(paces, start, top, 0.5),
        _steps(paces, start, top, 0.95),
        tuple(_closed(snapshot, key, start)),
        _ticks(start),
    )


def _steps(paces: list[Pace], start: datetime, top: float, part: float) -> str:
    """One level line for each day that has enough samples."""
    made = []
    for number in range(DAYS):
        begin = start + number * DAY
        held = sorted(one.seconds for one in paces if begin <= one.at < begin + DAY)
        if len(held) >= FEWEST:
            made.append(f"M{_x(begin, start)} {_y(share(held, part), top)}H{_x(begin + DAY, start)}")
    return "".join(made)


def _closed(snapshot: Snapshot, key: CellKey, start: datetime) -> Iterable[Closed]:
    """When the cell could not be used. The changes of a cell that has been usable all the time are not looked for."""
    cell = next((one for one in snapshot.of_model(key.model) if one.key == key), None)
    if cell is None or (cell.availability in USABLE and cell.since <= start):
        return
    states = _states(snapshot.transitions).get(key) or [(cell.since, cell.availability)]
    ends = [at for at, _ in states[1:]] + [_end(snapshot)]
    for (at, state), end in zip(states, ends, strict=True):
        if state not in USABLE and end > start:
            left = _x(max(at, start), start)
            yield Closed(look(state), left, round(_x(end, start) - left, 1))


def _end(snapshot: Snapshot) -> datetime:
    """The end of the present hour: a chart moves once an hour."""
    return snapshot.generated_at.replace(minute=0, second=0, microsecond=0) + HOUR


_LAST: list[tuple[tuple[Transition, ...], dict[CellKey, States]]] = []


def _states(transitions: tuple[Transition, ...]) -> dict[CellKey, States]:
    """What each cell was, and from when; sorted once for all the charts of a snapshot."""
    if not _LAST or _LAST[0][0] is not transitions:
        found: dict[CellKey, States] = {}
        for one in transitions:
            found.setdefault(one.key, []).append((one.recorded_at, one.published.availability))
        _LAST[:] = [(transitions, found)]
    return _LAST[0][1]


def _ticks(start: datetime) -> tuple[tuple[float, datetime], ...]:
    first = start.replace(hour=0, minute=0, second=0, microsecond=0) + DAY
    return tuple((_x(day, start), day) for day in (first + n * DAY for n in range(DAYS)))


def _x(at: datetime, start: datetime) -> float:
    return round((at - start) / (DAYS * DAY) * WIDTH, 1)


def _y(seconds: float, top: float) -> float:
    return round(HEIGHT - seconds / top * HEIGHT, 1)


def _round_up(seconds: float) -> float:
    for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0):
        if seconds <= step:
            return step
    return float(ceil(seconds / 100) * 100)
