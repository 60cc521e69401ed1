"""What is due when: a priority queue of rounds, free of clock and chance."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from checks.target import Level
from statuspage.core.settings import Settings

FIRST_ROUNDS_WITHIN = timedelta(seconds=2)
"""At start every provider is asked within this time, spread so that they are not asked all at once."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A round that comes again and again: some models of a provider, at one level."""

    provider: str
    models: tuple[str, ...]
    level: Level
    every: timedelta


@dataclass(frozen=True, slots=True)
class Due:
    """One round that is due. ``beat`` is None for one that confirms something."""

    provider: str
    models: tuple[str, ...]
    level: Level
    beat: Beat | None = None


@dataclass
class Agenda:
    """The rounds to come. ``chance`` is uniform in [0, 1); it spreads beats by the configured jitter."""

    jitter: float
    chance: Callable[[], float]
    _heap: list[tuple[datetime, int, Due]] = field(default_factory=list)
    _count: int = 0
    _seen: datetime | None = None

    def fill(self, beats: Iterable[Beat], now: datetime) -> None:
        """Start over with these beats: the ones that prove most come first."""
        self._heap.clear()
        self._seen = now
        for beat in beats:
            first = FIRST_ROUNDS_WITHIN if beat.level is Level.ANSWERS else beat.every
            self._push(now + first * self.chance(), _due(beat))

    def confirm(self, provider: str, model: str, at: datetime) -> None:
        """Ask one model again at ``answers``, because something about it is being confirmed."""
        self._push(at, Due(provider, (model,), Level.ANSWERS))

    def take(self, now: datetime) -> list[Due]:
        """Everything that is due, each at most once; beats are put back for their next time."""
        self._follow(now)
        taken: list[Due] = []
        while self._heap and self._heap[0][0] <= now:
            _, _, due = heapq.heappop(self._heap)
            if due.beat:
                spread = 1 - self.jitter + 2 * self.jitter * self.chance()
                self._push(now + due.beat.every * spread, due)
            taken.append(due)
        return merged(taken)

    def next_at(self) -> datetime | None:
        """When something is due next."""
        return self._heap[0][0] if self._heap else None

    def _push(self, at: datetime, due: Due) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, due))

    def _follow(self, now: datetime) -> None:
        """Move everything along with a clock that was set back; otherwise nothing would be due until it caught up."""
        if self._seen is not None and now < self._seen:
            self._heap = [(at + (now - self._seen), number, due) for at, number, due in self._heap]
        self._seen = now


def beats(settings: Settings) -> list[Beat]:
    """The beats of a configuration: at each provider, the models that share an interval go together."""
    groups: dict[tuple[str, Level, timedelta], list[str]] = {}
    for model in settings.models:
        for offering in model.offered:
            answers = offering.answers_every or settings.schedule.answers_every
            accepts = offering.accepts_every or settings.schedule.accepts_every
            groups.setdefault((offering.provider, Level.ANSWERS, answers), []).append(model.id)
            groups.setdefault((offering.provider, Level.ACCEPTS, accepts), []).append(model.id)
    return [Beat(provider, tuple(models), level, every) for (provider, level, every), models in groups.items()]


def _due(beat: Beat) -> Due:
    return Due(beat.provider, beat.models, beat.level, beat)


def merged(taken: Iterable[Due]) -> list[Due]:
    """One round a provider and level; a model that is asked at ``answers`` is not asked below it as well."""
    asked: dict[tuple[str, Level], list[str]] = {}
    for due in taken:
        asked.setdefault((due.provider, due.level), []).extend(due.models)
    rounds = []
    for (provider, level), models in asked.items():
        full = asked.get((provider, Level.ANSWERS), []) if level is not Level.ANSWERS else []
        left = tuple(dict.fromkeys(model for model in models if model not in full))
        if left:
            rounds.append(Due(provider, left, level))
    return sorted(rounds, key=lambda due: due.level is not Level.ANSWERS)
