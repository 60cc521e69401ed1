"""The store as a whole: one consistent view, one transaction."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from statuspage.ports.access import AccessReading, AccessWriting
from statuspage.ports.monitoring import MonitoringReading, MonitoringWriting
from statuspage.ports.outbox import OutboxReading, OutboxWriting
from statuspage.ports.record import RecordReading, RecordWriting


class Reading(MonitoringReading, RecordReading, OutboxReading, AccessReading, Protocol):
    """A consistent view of the store."""

    async def note(self, name: str) -> str | None:
        """A small named fact of the installation (for example when the sandbox was seeded)."""
        ...


class Writing(Reading, MonitoringWriting, RecordWriting, OutboxWriting, AccessWriting, Protocol):
    """A transaction: everything in it is committed together or not at all."""

    async def set_note(self, name: str, value: str) -> None:
        """Write a small named fact of the installation."""
        ...

    async def drop_notes(self, prefix: str, below: str) -> int:
        """Delete the notes whose names begin so and whose values sort before ``below``; how many."""
        ...

    async def keep_notes(self, prefix: str, most: int) -> int:
        """Delete the notes whose names begin so, but for the ``most`` whose values sort last; how many."""
        ...

    async def start_over(self) -> None:
        """Delete a history that was only half played; people, subscriptions and their secrets stay."""
        ...

    async def forget(self, observations_before: datetime, attempts_before: datetime, bodies_before: datetime) -> int:
        """Delete raw observations, attempts, and what receivers answered to them, past retention; how many rows."""
        ...


class Store(Protocol):
    """The one place where facts are kept."""

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """A consistent view."""
        ...

    def writing(self) -> AbstractAsyncContextManager[Writing]:
        """A transaction that commits when the block ends and rolls back when it raises."""
        ...

    async def version(self) -> int:
        """A number that grows with every commit, of any process, that a page could show."""
        ...

    async def close(self) -> None:
        """Release every connection."""
        ...
