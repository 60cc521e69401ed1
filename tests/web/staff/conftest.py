"""The staff area over a new store."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from tests.web.staff.front import Front


@pytest.fixture
async def front(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Front]:
    """The application, over a copy of an empty store."""
    file = tmp_path / "statuspage.db"
    shutil.copy(sqlite_template, file)
    store = await open_store(f"sqlite:///{file}", key=KeyRing.of(bytes(range(32))))
    made = Front(store)
    yield made
    made.door.passwords.close()
    await store.close()
