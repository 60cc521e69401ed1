"""The desk over a copy of the store in which something has happened."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from statuspage.store.database import open_store
from tests.web.conftest import KEY, Told
from tests.web.desk.office import Office


@pytest.fixture
async def office(told: Told, tmp_path: Path) -> AsyncIterator[Office]:
    """The application with its desk."""
    file = tmp_path / "statuspage.db"
    shutil.copy(told.file, file)
    store = await open_store(f"sqlite:///{file}", key=KEY)
    made = Office(store, told)
    yield made
    made.door.passwords.close()
    await store.close()
