"""The advisory locks by which one process owns an SQLite database, or watches for a PostgreSQL one; commands may still
write to either."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from statuspage.errors import StoreBusy, StoreError
from statuspage.store.engine import parse

WATCHING = 0x5357_4154
"""The number of the advisory lock in PostgreSQL, for whoever looks into ``pg_locks``."""
TAKE = text("SELECT pg_try_advisory_lock(:lock)").bindparams(lock=WATCHING)
HOLDS = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() AND objid = :lock"
).bindparams(lock=WATCHING)
HOLDER = text(
    "SELECT a.pid, coalesce(host(a.client_addr), 'this machine'), a.backend_start FROM pg_locks AS l "
    "JOIN pg_stat_activity AS a USING (pid) WHERE l.locktype = 'advisory' AND l.granted "
    "AND l.objid = :lock AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(lock=WATCHING)


_ours: set[Path] = set()
"""The databases that this process owns: its own lock keeps it from nothing."""


@contextmanager
def hold(database: Path) -> Iterator[None]:
    """Own a database while the block runs; StoreBusy when another process does. The lock ends with the process."""
    with _locked(database, fcntl.LOCK_EX) as descriptor:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _ours.add(database.resolve())
        try:
            yield
        finally:
            _ours.discard(database.resolve())


@contextmanager
def unserved(database: Path) -> Iterator[None]:
    """Let no other process own a database while the block runs; StoreBusy when one does."""
    if database.resolve() in _ours:
        yield
        return
    with _locked(database, fcntl.LOCK_SH):
        yield


@contextmanager
def _locked(database: Path, how: int) -> Iterator[int]:
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"the lock file {path} cannot be opened: {error}") from error
    try:
        _lock(descriptor, database, how)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, database: Path, how: int) -> None:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise StoreBusy(
            f"process {owner} already serves the database {database}: stop it first (kill {owner}), "
            "or give this one another database under ``store: url``"
        ) from None


@dataclass(frozen=True)
class Lead:
    """The right to watch for a PostgreSQL store: it ends with the connection that took it."""

    _connection: AsyncConnection

    async def holds(self) -> bool:
        """Whether this process still has it."""
        try:
            return bool(await self._connection.scalar(HOLDS))
        except SQLAlchemyError:
            return False


@asynccontextmanager
async def lead(url: str) -> AsyncIterator[Lead]:
    """Watch for a PostgreSQL store while the block runs; StoreBusy when another process does, wherever it runs."""
    engine = create_async_engine(parse(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        connection = await engine.connect()
    except SQLAlchemyError as error:
        raise StoreError(f"the store cannot be reached: {error.__cause__ or error}") from error
    try:
        if not await connection.scalar(TAKE):
            raise StoreBusy(await _who_leads(connection))
        yield Lead(connection)
    finally:
        await connection.close()
        await engine.dispose()


async def _who_leads(connection: AsyncConnection) -> str:
    found = (await connection.execute(HOLDER)).first()
    where = f"from {found[1]} since {found[2]:%Y-%m-%dT%H:%M:%SZ} (server process {found[0]})" if found else "just now"
    return f"another process watches for this database, {where}: stop it first, or serve readers beside it: --role web"
