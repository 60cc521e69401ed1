"""Publishing in two rhythms: content as soon as anything changed, freshness at every refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from statuspage.core.snapshot import Snapshot
from statuspage.ports import Clock, Store
from statuspage.services.queries import Queries


@dataclass
class Publisher:
    """Takes snapshots and hands them to ``render``, which runs outside the event loop."""

    store: Store
    queries: Queries
    clock: Clock
    refresh: timedelta
    render: Callable[[Snapshot], None]
    _snapshot: Snapshot | None = None
    _version: int = -1
    _rendered_at: datetime | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def current(self) -> Snapshot:
        """The snapshot that is published."""
        if self._snapshot is None:
            raise RuntimeError("nothing is published yet")
        return self._snapshot

    async def publish(self) -> None:
        """Publish now, whatever changed."""
        async with self._turn:
            version = await self.store.version()
            snapshot = await self.queries.snapshot()
            await asyncio.to_thread(self.render, snapshot)
            self._snapshot, self._version, self._rendered_at = snapshot, version, snapshot.generated_at

    async def look(self) -> bool:
        """Publish if anything was committed by whatever process, or a refresh is due; whether it did."""
        passed = None if self._rendered_at is None else self.clock() - self._rendered_at
        due = passed is None or not timedelta(0) <= passed < self.refresh
        if not due and await self.store.version() == self._version:
            return False
        await self.publish()
        return True
