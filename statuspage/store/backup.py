"""Online backup and restore of an SQLite store; PostgreSQL has its own tools for that."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from statuspage.errors import StoreDamaged, StoreError, UsageError
from statuspage.store.engine import BUSY_SECONDS, sqlite_file
from statuspage.store.lock import hold
from statuspage.store.secrets import default_path
from statuspage.store.translate import translated
from statuspage.store.upgrade import is_known

Progress = Callable[[int, int], None]
"""Called with the pages copied so far and the pages in all."""

PAGES = 2048
ELSEWHERE = (
    "PostgreSQL is backed up with its own tools: pg_dump --format=custom --file=FILE DATABASE, "
    "and restored with pg_restore --clean --if-exists --single-transaction --dbname=DATABASE FILE"
)


@dataclass(frozen=True, slots=True)
class Copied:
    """A finished copy. ``kept`` is the former database that a restore put aside; ``key`` is not in the copy."""

    file: Path
    size: int
    events: int
    key: Path
    kept: Path | None = None


async def backup(url: str, target: Path, progress: Progress | None = None) -> Copied:
    """Copy a store to a new file while it is in use: one consistent moment, checked before it gets its name."""
    return await asyncio.to_thread(_backup, url, target, progress)


async def restore(url: str, source: Path, progress: Progress | None = None) -> Copied:
    """Put a backup in the place of a store, which is put aside; no service may run on it meanwhile."""
    return await asyncio.to_thread(_restore, url, source, progress)


def _backup(url: str, target: Path, progress: Progress | None) -> Copied:
    database = _file(url)
    if target.exists():
        raise UsageError(f"{target} exists already; a backup never overwrites: give another name")
    if not database.exists():
        raise StoreError(f"there is no database at {database}")
    draft = target.with_name(f".{target.name}.part")
    try:
        _copy(database, draft, progress, alone=True)
        events = _verify(draft)
        os.replace(draft, target)
    except OSError as error:
        raise StoreError(f"the backup {target} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return Copied(target, target.stat().st_size, events, default_path(url))


def _restore(url: str, source: Path, progress: Progress | None) -> Copied:
    database = _file(url)
    if not source.is_file():
        raise UsageError(f"there is no backup at {source}")
    events = _verify(source)
    with hold(database):
        kept, change = _put_aside(database)
        _copy(source, database, progress, alone=False)
        _outrun(database, change)
    return Copied(database, database.stat().st_size, events, default_path(url), kept)


def _file(url: str) -> Path:
    file = sqlite_file(url)
    if file is None:
        raise UsageError(ELSEWHERE)
    return file


def _copy(source: Path, target: Path, progress: Progress | None, *, alone: bool) -> None:
    """Copy the newest commit of one database over another; a transaction pins it while others write.

    A copy that stands ``alone`` is one file; the store's own keeps its log beside it.
    """
    if not target.exists():
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    with translated(), closing(_open(source)) as given, closing(_open(target)) as copy:
        given.execute("BEGIN")
        given.execute("SELECT 1 FROM sqlite_schema").fetchone()
        given.backup(copy, pages=PAGES, progress=lambda _, left, of: progress and progress(of - left, of))
        if alone:
            copy.execute("PRAGMA journal_mode = DELETE")


def _verify(file: Path) -> int:
    """The number of events in a sound backup of this program; StoreDamaged or StoreError otherwise."""
    with translated(), closing(_open(file)) as backup_file:
        (found,) = backup_file.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreDamaged(f"{file} is damaged: {found}")
        if not backup_file.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
            raise StoreError(f"{file} is no backup of this program")
        (revision,) = backup_file.execute("SELECT version_num FROM alembic_version").fetchone()
        if not is_known(revision):
            raise StoreError(f"{file} was made by a newer version of this program (schema {revision})")
        (events,) = backup_file.execute("SELECT count(*) FROM event").fetchone()
        return int(events)


def _put_aside(database: Path) -> tuple[Path | None, int]:
    """Copy the present database aside; where that is, and its change counter."""
    if not database.exists():
        return None, 0
    kept = database.with_name(database.name + ".before-restore")
    _copy(database, kept, None, alone=True)
    with closing(_open(kept)) as former:
        try:
            (change,) = former.execute("SELECT value FROM counter WHERE name = 'change'").fetchone()
        except (sqlite3.Error, TypeError):
            change = 0
    return kept, change


def _outrun(database: Path, change: int) -> None:
    """Let the change counter grow over a restore, so that every reader notices."""
    with translated(), closing(_open(database)) as restored:
        restored.execute("UPDATE counter SET value = max(value, ?) + 1 WHERE name = 'change'", (change,))


def _open(file: Path) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
