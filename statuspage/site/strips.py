"""Strips: ninety days in two lanes, technical uptime and the access of one user class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

from statuspage.core.availability import CellKey
from statuspage.core.incident import Incident
from statuspage.core.settings import Model
from statuspage.core.snapshot import Snapshot
from statuspage.core.uptime import Day, Figures
from statuspage.site import days
from statuspage.site.look import LOUD, look

TIMED = (*LOUD, "unknown", "expected")
"""The looks of which a day says how long they lasted."""

NONE = Figures()
MOST = 60
"""How many stories the days of one page may name."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row with one look."""

    look: str
    start: date
    days: int
    minutes: tuple[int, ...] = ()

    @property
    def told_minutes(self) -> str:
        """The minutes of each of its days that looked so, as the script reads them: ``9 3x1440 5``."""
        return " ".join(
            f"{count}x{one}" if count > 1 else str(one)
            for one, count in ((one, len(list(many))) for one, many in groupby(self.minutes))
        )

    @property
    def end(self) -> date:
        """The last of its days."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def told(self) -> bool:
        """Whether a summary of the lane names it."""
        return self.look in TIMED


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a strip. ``share`` is None where nothing can be said, and rounded down to what is shown of it;
    ``cell`` is whose days they are.

    ``told`` are the numbers, in ``incidents``, of the stories that cover the cell.
    """

    kind: str
    cell: CellKey
    runs: tuple[Run, ...]
    share: float | None
    by_design: bool
    told: tuple[int, ...] = ()

    @property
    def offered_from(self) -> date | None:
        """The first day with anything known, when that is not the first of the lane; None as well for an empty one."""
        begins_later = len(self.runs) > 1 and self.runs[0].look == "absent"
        return self.runs[1].start if begins_later else None


@dataclass(frozen=True, slots=True)
class Shares:
    """The uptime and the access of one cell, as a table shows them."""

    cell: CellKey
    uptime: float | None
    access: float | None
    by_design: bool


def lanes(snapshot: Snapshot, key: CellKey, told: tuple[int, ...] | None = None) -> tuple[Lane, Lane]:
    """The two lanes of a cell."""
    if told is None:
        told = tuple(at for at, one in enumerate(incidents(snapshot)) if one.covers(key))
    (uptime, access), held = _both(snapshot.days.get(key, ()), days.window(snapshot)), shares(snapshot, key)
    kept = _LANES.get(key)
    if kept is None or kept[0] is not uptime or kept[1] is not access or kept[2:4] != (held, told):
        if len(_LANES) >= MOST_KEPT:
            _LANES.clear()
        made = (
            Lane("uptime", key, uptime, held.uptime, held.uptime is None and held.by_design, told),
            Lane("access", key, access, held.access, held.access is None and held.by_design, told),
        )
        kept = _LANES[key] = (uptime, access, held, told, made)
    return kept[4]


def shares(snapshot: Snapshot, key: CellKey) -> Shares:
    """The shares of a cell; ``by_design`` is whether a restriction by design is any part of what is known."""
    figures = snapshot.figures.get(key, NONE)
    kept = _SHARES.get(id(figures))
    if kept is None or kept[0] is not figures:
        if len(_SHARES) >= MOST_KEPT:
            _SHARES.clear()
        shown = floored(figures.uptime), floored(figures.access), figures.expected > 0
        kept = _SHARES[id(figures)] = (figures, shown)
    return Shares(key, *kept[1])


def floored(share: float | None) -> float | None:
    """A share rounded down to hundredths of a per cent, so that a blemish never reads as 100."""
    return None if share is None else int(share * 10000 + 1e-9) / 10000


def incidents(snapshot: Snapshot) -> tuple[Incident, ...]:
    """The stories that the days of a strip may name: the newest that were open in its window."""
    first = days.window(snapshot)[0]
    return tuple(one for one in snapshot.incidents if one.resolved_at is None or one.resolved_at.date() >= first)[:MOST]


def reference_cell(snapshot: Snapshot, model: Model, user_class: str | None = None) -> CellKey | None:
    """The cell that speaks for a model in one strip: its first platform, for the reference class or the one given."""
    wanted = user_class or next((one.id for one in snapshot.user_classes if one.reference), None)
    primary = next((one.provider for one in model.offered if one.primary), None)
    keys = [cell.key for cell in snapshot.of_model(model.id)]
    mine = [key for key in keys if key.user_class == wanted]
    ranked = mine if mine or user_class else keys
    return next((key for key in ranked if key.provider == primary), ranked[0] if ranked else None)


def months(snapshot: Snapshot) -> tuple[Run, ...]:
    """The days of a strip by month, for its axis."""
    return _months(days.window(snapshot))


@lru_cache(maxsize=4)
def _months(window: tuple[date, ...]) -> tuple[Run, ...]:
    return _runs(tuple(Day(day, Figures()) for day in window), lambda one: f"{one.day:%Y-%m}")


Lines = tuple[tuple[Run, ...], tuple[Run, ...]]
_OVER: dict[tuple[int, ...], tuple[tuple[Day, ...], Lines]] = {}
"""The lines of days that are over, by the identity of those days: the cells that were alike share the objects."""

_LANES: dict[CellKey, tuple[tuple[Run, ...], tuple[Run, ...], Shares, tuple[int, ...], tuple[Lane, Lane]]] = {}
"""The lanes of a cell as they were drawn last: pages of a model and of a class show the same."""

_SHARES: dict[int, tuple[Figures, tuple[float | None, float | None, bool]]] = {}
_WHOLE: dict[int, tuple[tuple[Day, ...], date, Lines]] = {}
MOST_KEPT = 20_000


def _both(known: tuple[Day, ...], window: tuple[date, ...]) -> Lines:
    """The runs of both lanes; cells that were alike share them."""
    kept = _WHOLE.get(id(known))
    if kept is None or kept[0] is not known or kept[1] != window[-1]:
        if len(_WHOLE) >= MOST_KEPT:
            _WHOLE.clear()
        kept = _WHOLE[id(known)] = (known, window[-1], _drawn(known, window))
    return kept[2]


def _drawn(known: tuple[Day, ...], window: tuple[date, ...]) -> Lines:
    """The runs of both lanes; what is over is drawn once."""
    if not known or known[-1].day != window[-1] or known[0].day != window[0] or len(known) != len(window):
        by_day = {one.day: one for one in known}
        return _lines(tuple(by_day.get(day) or Day(day, Figures()) for day in window))
    over, today = known[:-1], known[-1]
    name = tuple(map(id, over))
    kept = _OVER.get(name)
    if kept is None:
        if len(_OVER) >= MOST_KEPT:
            _OVER.clear()
        kept = _OVER[name] = (over, _lines(over))
    begun = _lines((today,))
    return _joined(kept[1][0], begun[0][0]), _joined(kept[1][1], begun[1][0])


def _lines(known: tuple[Day, ...]) -> Lines:
    return _runs(known, _works), _runs(known, _may)


def _joined(runs: tuple[Run, ...], last: Run) -> tuple[Run, ...]:
    if not runs or runs[-1].look != last.look:
        return (*runs, last)
    before = runs[-1]
    return (*runs[:-1], Run(before.look, before.start, before.days + last.days, before.minutes + last.minutes))


def _works(day: Day) -> str:
    figures = day.figures
    if figures.down > 0:
        return "down"
    if figures.degraded > 0:
        return "degraded"
    if figures.available > 0:
        return "available"
    limited = figures.restricted + figures.expected > 0
    return "unknown" if figures.unknown > 0 and not limited else "absent"


def _may(day: Day) -> str:
    worst = day.figures.worst
    return "absent" if worst is None else look(worst, day.figures.restricted == 0)


def _runs(known: tuple[Day, ...], state: Callable[[Day], str]) -> tuple[Run, ...]:
    made = []
    for found, many in groupby(known, state):
        run = list(many)
        held = tuple(days.minutes(getattr(day.figures, found)) for day in run) if found in TIMED else ()
        made.append(Run(found, run[0].day, len(run), held))
    return tuple(made)
