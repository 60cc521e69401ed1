"""Strips: ninety days in two lanes, technical uptime and the access of one user class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
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
    """One line of a strip. ``share`` is None where nothing can be said; ``cell`` is whose days they are.

    ``told`` are the numbers, in ``incidents``, of the stories that cover the cell.
    """

    kind: str
    cell: CellKey
    runs: tuple[Run, ...]
    share: float | None
    figures: Figures
    told: tuple[int, ...] = ()

    @property
    def by_design(self) -> bool:
        """Whether all that is known is a restriction by design."""
        return self.share is None and self.figures.expected > 0

    @property
    def offered_from(self) -> date | None:
        """The first day with anything known, when that is not the first of the lane; None as well for an empty one."""
        begins_later = len(self.runs) > 1 and self.runs[0].look == "absent"
        return self.runs[1].start if begins_later else None


def lanes(snapshot: Snapshot, key: CellKey) -> tuple[Lane, Lane]:
    """The two lanes of a cell."""
    known = _last_days(snapshot, key)
    figures = snapshot.figures.get(key, Figures())
    told = tuple(at for at, one in enumerate(incidents(snapshot)) if one.covers(key))
    return (
        Lane("uptime", key, _runs(known, _works), figures.uptime, figures, told),
        Lane("access", key, _runs(known, _may), figures.access, figures, told),
    )


def incidents(snapshot: Snapshot) -> tuple[Incident, ...]:
    """The stories that the days of a strip may name: the newest that were open in its window."""
    first = days.window(snapshot)[0]
    return tuple(one for one in snapshot.incidents if one.resolved_at is None or one.resolved_at.date() >= first)[:MOST]


def reference_cell(snapshot: Snapshot, model: Model, user_class: str | None = None) -> CellKey | None:
    """The cell that speaks for a model in one strip: its first platform, for the reference class or the one given."""
    wanted = user_class or next((one.id for one in snapshot.user_classes if one.reference), None)
    keys = [cell.key for cell in snapshot.of_model(model.id)]
    primary = next((one.provider for one in model.offered if one.primary), None)
    ranked = sorted(keys, key=lambda key: (key.user_class != wanted, key.provider != primary))
    return next((key for key in ranked if user_class is None or key.user_class == user_class), None)


def months(snapshot: Snapshot) -> tuple[Run, ...]:
    """The days of a strip by month, for its axis."""
    window = days.window(snapshot)
    return _runs(tuple(Day(day, Figures()) for day in window), lambda one: f"{one.day:%Y-%m}")


def _last_days(snapshot: Snapshot, key: CellKey) -> tuple[Day, ...]:
    known = {one.day: one for one in snapshot.days.get(key, ())}
    return tuple(known.get(day) or Day(day, Figures()) for day in days.window(snapshot))


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
