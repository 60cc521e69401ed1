"""Questions of readers that the published bytes do not answer: the log of events, the past, one event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from statuspage.core.cell import Transition
from statuspage.core.event import Event
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.errors import NotFound, UsageError
from statuspage.ports import Clock, EventQuery, Store
from statuspage.services import snapshots
from statuspage.services.recollection import Recollection

MOST_EVENTS = 500


@dataclass
class Queries:
    """Reads for readers; nothing here writes."""

    store: Store
    settings: Settings
    clock: Clock
    memory: Recollection = field(default_factory=Recollection)

    async def snapshot(self) -> Snapshot:
        """The public state now."""
        memory, self.memory = self.memory, Recollection()
        async with self.store.reading() as tx:
            snapshot = await snapshots.take(tx, self.settings, self.clock(), memory)
        self.memory = memory
        return snapshot

    async def at(self, at: datetime) -> Snapshot:
        """The public state as it was; a time to come is refused. It is put together beside the event loop."""
        if at > self.clock():
            raise UsageError("that time is still to come")
        async with self.store.reading() as tx:
            told = await snapshots.read_past(tx, at)
        return await asyncio.to_thread(snapshots.assembled, told, Recollection())

    async def events(self, query: EventQuery) -> list[Event]:
        """The log of events in order of ``seq``; at most ``MOST_EVENTS`` a call."""
        async with self.store.reading() as tx:
            return await tx.events(query)

    async def require_known(self, query: EventQuery, current: Callable[[], Snapshot]) -> None:
        """NotFound for a name in a query that nothing has now and no event ever had: to hear nothing of what is
        misspelt would look as if nothing happened. What has left the catalogue can be asked for as long as it is told.
        """
        if not (query.models or query.providers or query.user_classes):
            return
        for kind, name, asked in _unknown(query, current()):
            if not await self.events(asked):
                raise NotFound(f"There is no {kind} {name!r} here.")

    async def event(self, event_id: str) -> tuple[Event, list[Transition]]:
        """One event with the transitions that it tells."""
        async with self.store.reading() as tx:
            event = await tx.event(event_id)
            if event is None:
                raise NotFound(f"there is no event {event_id!r}")
            return event, await tx.transition_of_event(event_id)

    async def newest_observation_at(self) -> datetime | None:
        """When the newest observation was made."""
        async with self.store.reading() as tx:
            return await tx.newest_observation_at(self.clock())


def _unknown(query: EventQuery, there: Snapshot) -> Iterator[tuple[str, str, EventQuery]]:
    """The names in a query that nothing has now, each with what it names and the question for one event about it."""
    for dimension, kind in (("models", "model"), ("providers", "provider"), ("user_classes", "user class")):
        known = {one.id for one in getattr(there, dimension)}
        for name in getattr(query, dimension):
            if name not in known:
                asked: dict[str, Any] = {dimension: (name,)}
                yield kind, name, EventQuery(**asked, limit=1)
