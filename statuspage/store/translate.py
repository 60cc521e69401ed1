"""The one place where the drivers' errors become the program's own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import exc

from statuspage.errors import Conflict, StoreBusy, StoreDamaged, StoreError, UsageError

FULL = frozenset({sqlite3.SQLITE_FULL})
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
RACED = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.LockNotAvailable,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise a StatuspageError in place of whatever a driver raises inside."""
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreBusy("every connection to the store is in use; try again in a moment") from error
    except exc.StatementError as error:
        raise meaning(error.orig or error) from error
    except (exc.SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise meaning(error) from error


def meaning(error: BaseException) -> StoreError | Conflict | UsageError:
    """What a driver's error means, in words for people."""
    if isinstance(error, (sqlite3.IntegrityError, psycopg.IntegrityError)):
        return Conflict(f"the store already holds this, or lacks what it refers to: {_first_line(error)}")
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return UsageError("no text may hold the character NUL")
    if isinstance(error, RACED):
        return Conflict(f"somebody else changed it at the same moment: {_first_line(error)}")
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    return StoreError(f"the store cannot be used: {_first_line(error)}")


def _sqlite(error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in BUSY:
        return StoreBusy("another process has been writing to the database for too long; try again in a moment")
    if code in FULL:
        return StoreError("the disk of the database is full; free some space, nothing was written")
    if code in READ_ONLY:
        return StoreError("the database cannot be written: check the permissions of its file and its folder")
    if code in DAMAGED:
        return StoreDamaged(f"the database is damaged ({error}); restore a backup with `statuspage db restore`")
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreError("the database cannot be opened: check that its folder exists and may be written")
    return StoreError(f"the store cannot be used: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
