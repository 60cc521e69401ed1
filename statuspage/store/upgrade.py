"""Bringing a database's schema up to date, and saying when it is not."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from statuspage.errors import SchemaOutdated, StoreBusy, StoreDamaged, StoreError
from statuspage.store import engine
from statuspage.store.lock import unserved
from statuspage.store.translate import translated

MIGRATIONS = "statuspage.store:migrations"
PRIVATE = 0o600
"""The mode of a new database: drafts, private notes and hashes are nobody else's. Its log and backups inherit it."""

UPGRADING = 7_046_029_254_386_353_132
"""The advisory lock under which one process upgrades a PostgreSQL database."""


async def upgrade(url: str, *, migrations: str = MIGRATIONS) -> str:
    """Run what migrations there are to run, all or nothing; the revision that the schema then has.

    SchemaOutdated where another process serves an SQLite file: it was written for the schema that it found.
    """
    file = engine.sqlite_file(url)
    if file:
        _prepare(file)
    using = engine.engine(url, foreign_keys=False)
    try:
        with translated():
            async with engine.reading(using).connect() as connection:
                current = await connection.run_sync(_current)
            if current == head(migrations):
                return current
            with ExitStack() as stack:
                if file and current and is_known(current):
                    stack.enter_context(_unserved(file, current))
                async with using.begin() as connection:
                    return await connection.run_sync(_migrate, migrations)
    finally:
        await using.dispose()


async def require_current(using: AsyncEngine) -> None:
    """Raise SchemaOutdated unless the schema is the one that this program was written for."""
    with translated():
        async with engine.reading(using).connect() as connection:
            current = await connection.run_sync(_current)
    if current != head():
        raise SchemaOutdated(_outdated(current))


@cache
def head(migrations: str = MIGRATIONS) -> str:
    """The revision that this program was written for; reading it compiles every migration, so once."""
    return ScriptDirectory.from_config(_config(migrations)).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Whether this program knows a revision of the schema."""
    scripts = ScriptDirectory.from_config(_config(MIGRATIONS)).walk_revisions()
    return revision in {script.revision for script in scripts}


def _unserved(file: Path, current: str) -> ExitStack:
    """Nobody else serves this file, until the stack closes."""
    stack = ExitStack()
    try:
        stack.enter_context(unserved(file))
    except StoreBusy as error:
        raise SchemaOutdated(
            f"the database has schema {current}, this program needs {head()}, and an older version serves it still: "
            "restart the service, which upgrades it"
        ) from error
    return stack


def _migrate(connection: Connection, migrations: str) -> str:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADING})")
    config = _config(migrations)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaOutdated(_outdated(_current(connection))) from error
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreDamaged("the upgrade would leave rows that refer to nothing; nothing was changed")
    return head(migrations)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(migrations: str) -> Config:
    config = Config()
    config.set_main_option("script_location", migrations)
    return config


def _outdated(current: str | None) -> str:
    if current is not None and not is_known(current):
        return f"the database was made by a newer version of this program (schema {current}); install that version"
    have = f"has schema {current}" if current else "is empty"
    return f"the database {have}, but schema {head()} is needed: run `statuspage db upgrade`"


def _prepare(file: Path) -> None:
    """Make a database's folder and see whether it opens, before a driver's thread finds out."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder of the database cannot be made: {error}") from error
    with suppress(FileExistsError), _explained():
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    with translated():
        sqlite3.connect(file).close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise StoreError(f"the database cannot be made: {error}") from error
