"""Engines: how a connection is made and how a transaction begins on SQLite and on PostgreSQL."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from statuspage.errors import UsageError

BUSY_SECONDS = 10
READERS = 8
BEGIN = "statuspage_begin"
TALKATIVE = ("aiosqlite", "sqlalchemy.engine.Engine", "psycopg")
"""Loggers that show at DEBUG what statements carry and rows hold: drafts, hashes of secrets, answers."""

SQLITE_PRAGMAS = (
    f"busy_timeout = {BUSY_SECONDS * 1000}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "journal_size_limit = 67108864",
)


def parse(url: str) -> URL:
    """The URL of a store, with its driver; UsageError when it is neither SQLite's nor PostgreSQL's."""
    try:
        given = make_url(url)
    except ArgumentError:
        raise UsageError(f"{_hidden(url)} is no store: give sqlite:///FILE or postgresql://…") from None
    backend = given.get_backend_name()
    if backend == "sqlite" and given.database and given.database != ":memory:":
        return given.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return given.set(drivername="postgresql+psycopg")
    raise UsageError(f"{given.render_as_string()} is no store: give sqlite:///FILE or postgresql://…")


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite store, None for PostgreSQL."""
    parsed = parse(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def engine(url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """An engine whose transactions are writes; ``reading`` gives its twin."""
    parsed = parse(url)
    for talkative in TALKATIVE:
        logging.getLogger(talkative).addFilter(_without_values)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, foreign_keys)
    return create_async_engine(
        parsed, pool_size=READERS, pool_pre_ping=True, isolation_level="READ COMMITTED", hide_parameters=True
    )


def reading(writing: AsyncEngine) -> AsyncEngine:
    """The twin of an engine, on the same pool, whose transactions are read-only snapshots."""
    if writing.dialect.name == "sqlite":
        return writing.execution_options(**{BEGIN: "BEGIN DEFERRED"})
    return writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite(url: URL, foreign_keys: bool) -> AsyncEngine:
    settings = {"isolation_level": None, "timeout": BUSY_SECONDS}
    made = create_async_engine(url, pool_size=READERS, connect_args=settings, hide_parameters=True)

    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        if not foreign_keys:
            cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.close()

    event.listen(made.sync_engine, "connect", prepare)
    event.listen(made.sync_engine, "begin", _begin)
    return made


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE"))


def _hidden(url: str) -> str:
    return f"{url.partition(':')[0]}:…"


def _without_values(record: logging.LogRecord) -> bool:
    """Whatever the level of the log is set to, no value of a statement or a row is in it."""
    return record.levelno > logging.DEBUG
