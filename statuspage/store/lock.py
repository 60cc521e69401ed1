"""The advisory lock by which one service process owns an SQLite database; commands may still write to it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from statuspage.errors import StoreBusy, StoreError


@contextmanager
def hold(database: Path) -> Iterator[None]:
    """Own a database while the block runs; StoreBusy when another process does. The lock ends with the process."""
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"the lock file {path} cannot be opened: {error}") from error
    try:
        _lock(descriptor, database)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        raise StoreBusy(
            f"process {owner} already serves the database {database}: stop it first (kill {owner}), "
            "or give this one another database under ``store: url``"
        ) from None
