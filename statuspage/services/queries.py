"""Questions of readers that the published bytes do not answer: the log of events, the past, one event."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

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
