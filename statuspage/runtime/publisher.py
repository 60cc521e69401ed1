"""Publishing in two rhythms: content as soon as anything changed, freshness at every refresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from statuspage.core.snapshot import Snapshot
from statuspage.errors import Starting
from statuspage.ports import Clock, Store
from statuspage.services.queries import Queries


@dataclass
class Publisher:
    """Takes snapshots and hands them to ``render``, which runs outside the event loop.

    ``render`` is also told whether a refresh is due: otherwise only what changed moves.
    """

    store: Store
    queries: Queries
    clock: Clock
    refresh: timedelta
    render: Callable[[Snapshot, bool], None]
    _snapshot: Snapshot | None = None
    _version: int = -1
    _refreshed_at: datetime | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def current(self) -> Snapshot:
        """The snapshot that is published."""
        if self._snapshot is None:
            raise Starting("nothing is published yet; ask again in a moment")
        return self._snapshot

    async def publish(self, *, refresh: bool = True) -> None:
        """Publish now, whatever changed."""
        async with self._turn:
            version = await self.store.version()
            snapshot = await self.queries.snapshot()
            await asyncio.to_thread(self.render, snapshot, refresh)
            self._snapshot, self._version = snapshot, version
            if refresh:
                self._refreshed_at = snapshot.generated_at

    async def look(self) -> bool:
        """Publish if anything was committed by whatever process, or a refresh is due; whether it did."""
        due = self._due()
        if not due and await self.store.version() == self._version:
            return False
        await self.publish(refresh=due)
        return True

    def _due(self) -> bool:
        """Whether freshness is to move: its rhythm has come round, or the clock was set back."""
        since = self.clock() - self._refreshed_at if self._refreshed_at else self.refresh
        return since >= self.refresh or since < timedelta(0)
