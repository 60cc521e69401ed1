"""The store: consistent views and transactions over SQLite or PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from statuspage.core.availability import CellKey
from statuspage.errors import StoreError
from statuspage.store import engine, schema
from statuspage.store.audit import AuditReading, AuditWriting
from statuspage.store.beginning import BeginningWriting
from statuspage.store.claims import ClaimsWriting
from statuspage.store.deliveries import DeliveriesReading
from statuspage.store.events import EventsReading, EventsWriting
from statuspage.store.letters import LettersReading, LettersWriting
from statuspage.store.notes import NotesReading, NotesWriting
from statuspage.store.observations import ObservationsReading, ObservationsWriting
from statuspage.store.people import PeopleReading, PeopleWriting
from statuspage.store.revisions import RevisionsReading, RevisionsWriting
from statuspage.store.secrets import KeyRing
from statuspage.store.session import Kept, Session
from statuspage.store.settle import settled
from statuspage.store.subscriptions import SubscriptionsReading
from statuspage.store.transitions import TransitionsReading, TransitionsWriting
from statuspage.store.translate import translated
from statuspage.store.upgrade import require_current, upgrade

TURN = 7_046_029_254_386_353_131
"""The advisory lock under which the writers on one PostgreSQL take turns; SQLite has its own."""

CHANGE = schema.counter.c.name == "change"


class Reader(
    TransitionsReading,
    ObservationsReading,
    RevisionsReading,
    EventsReading,
    SubscriptionsReading,
    DeliveriesReading,
    NotesReading,
    AuditReading,
    PeopleReading,
    LettersReading,
):
    """Every verb that reads."""


class Writer(
    BeginningWriting,
    ClaimsWriting,
    TransitionsWriting,
    ObservationsWriting,
    RevisionsWriting,
    EventsWriting,
    NotesWriting,
    AuditWriting,
    PeopleWriting,
    LettersWriting,
):
    """Every verb that reads or writes."""


class Database:
    """A store. Writing transactions do not nest: a task that is in one uses its verbs."""

    def __init__(self, writing: AsyncEngine, keys: KeyRing) -> None:
        self._write = writing
        self._read = engine.reading(writing)
        self._keys = keys
        self._directory: dict[CellKey, int] = {}
        self._kept = Kept()
        self._writers: set[asyncio.Task[Any] | None] = set()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reader]:
        """A consistent view."""
        async with _transaction(self._read) as connection:
            reader = Reader(connection, self._keys, self._directory, self._kept)
            yield reader
        self._directory.update(reader.found)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writer]:
        """A transaction that commits when the block ends and rolls back when it raises.

        Writers take turns, on both databases and across processes: what one has read stays true until it commits. Those
        of this process wait without a connection, so that they never use up the pool that readers share.
        """
        async with self._alone(), self._turn, _transaction(self._write) as connection:
            if connection.dialect.name != "sqlite":
                await connection.execute(select(func.pg_advisory_xact_lock(TURN)))
            writer = Writer(connection, self._keys, self._directory)
            yield writer
            if writer.shown:
                await _tell_change(writer)
        self._directory.update(writer.found)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """Refuse a task that would wait for itself."""
        task = asyncio.current_task()
        if task in self._writers:
            raise RuntimeError("this task is inside a transaction already; use that one's verbs")
        self._writers.add(task)
        try:
            yield
        finally:
            self._writers.discard(task)

    async def version(self) -> int:
        """A number that grows with every commit, of any process, that a page could show."""
        async with self.reading() as session:
            count: int = await session.value(select(schema.counter.c.value).where(CHANGE))
            return count

    async def unlock(self) -> None:
        """Make the first key where there is none; StoreError when a stored secret needs a key that is missing."""
        async with self.reading() as session:
            needed = [key_id for (key_id,) in await session.all(select(schema.secret.c.key_id).distinct())]
        for key_id in needed:
            if key_id not in self._keys.keys:
                raise StoreError(self._keys.missing(key_id))
        self._keys.make()

    async def close(self) -> None:
        """Release every connection."""
        await self._write.dispose()


async def open_store(url: str, *, key: KeyRing) -> Database:
    """Open a store: an SQLite file is made and upgraded here; PostgreSQL must have been upgraded by command."""
    if engine.sqlite_file(url):
        await upgrade(url)
    using = engine.engine(url)
    database = Database(using, key)
    try:
        await require_current(using)
        await database.unlock()
    except BaseException:
        await database.close()
        raise
    return database


@asynccontextmanager
async def _transaction(using: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A transaction on a connection of the pool, ended and given back whatever happens, cancellation included."""
    connection = using.connect()
    with translated():
        try:
            await settled(using.dialect, connection.start())
            await settled(using.dialect, connection.begin().start())
            yield connection
            await settled(using.dialect, connection.commit())
        finally:
            if connection.sync_connection is not None:
                await settled(using.dialect, connection.close())


async def _tell_change(session: Session) -> None:
    value = schema.counter.c.value
    await session.run(update(schema.counter).where(CHANGE).values(value=value + 1))
