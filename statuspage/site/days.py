"""Days: what was wrong on one UTC day, in which cells, for how many minutes, and which stories were open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import ceil

from statuspage.core.incident import Incident
from statuspage.core.settings import Model, UserClass
from statuspage.core.snapshot import Snapshot
from statuspage.core.uptime import Figures

STATES = ("restricted", "down", "degraded", "unknown", "maintenance")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What classes share on one platform: the minutes in each state that is not well."""

    provider: str
    minutes: tuple[tuple[str, int], ...]
    classes: tuple[UserClass, ...]
    every: bool


@dataclass(frozen=True, slots=True)
class DayOf:
    """One model on that day."""

    model: Model
    troubles: tuple[Trouble, ...]


def minutes(seconds: float) -> int:
    """Seconds in minutes, rounded up so that a blemish is never none."""
    return ceil(round(seconds, 3) / 60)


def troubles(snapshot: Snapshot) -> dict[date, tuple[DayOf, ...]]:
    """The days of the window, each with the models that had trouble on it, in configured order."""
    found: dict[date, dict[str, dict[tuple[str, tuple[tuple[str, int], ...]], list[str]]]] = {}
    seen: dict[int, list[tuple[date, tuple[tuple[str, int], ...]]]] = {}
    for key, many in snapshot.days.items():
        if id(many) not in seen:
            seen[id(many)] = [(one.day, said) for one in many if (said := _said(one.figures))]
        for day, said in seen[id(many)]:
            models = found.setdefault(day, {})
            models.setdefault(key.model, {}).setdefault((key.provider, said), []).append(key.user_class)
    return {
        day: tuple(_day_of(snapshot, model, here[model.id]) for model in snapshot.models if model.id in here)
        for day, here in found.items()
    }


def window(snapshot: Snapshot, count: int = 90) -> tuple[date, ...]:
    """The days of the strips, oldest first."""
    return _window(snapshot.generated_at.astimezone(UTC).date(), count)


@lru_cache(maxsize=8)
def _window(last: date, count: int) -> tuple[date, ...]:
    return tuple(last - timedelta(days=count - 1 - n) for n in range(count))


def open_on(incidents: Iterable[Incident], day: date) -> tuple[Incident, ...]:
    """The stories that were open at some time of a day."""
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    return tuple(one for one in incidents if began(one) < end and (one.resolved_at is None or one.resolved_at >= start))


def began(one: Incident) -> datetime:
    """When a story began; planned work begins when it is planned for."""
    return one.scheduled_for or one.started_at or one.created_at


def _said(figures: Figures) -> tuple[tuple[str, int], ...]:
    if not (figures.restricted or figures.down or figures.degraded or figures.unknown or figures.maintenance):
        return ()
    return tuple((name, minutes(getattr(figures, name))) for name in STATES if getattr(figures, name) > 0)


def _day_of(snapshot: Snapshot, model: Model, found: dict[tuple[str, tuple[tuple[str, int], ...]], list[str]]) -> DayOf:
    classes = {one.id: one for one in snapshot.user_classes}
    made = []
    for (provider, said), ids in found.items():
        here = tuple(classes[name] for name in classes if name in ids)
        made.append(Trouble(provider, said, here, len(here) == len(classes)))
    return DayOf(model, tuple(made))
