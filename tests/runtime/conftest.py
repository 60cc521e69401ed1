"""A whole house over SQLite: what runs by itself is the same over any store."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from statuspage.store.database import Database
from tests.house import House, house_over


@pytest.fixture
def store_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A new and empty SQLite store."""
    file = tmp_path / "statuspage.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
async def house(store: Database) -> AsyncIterator[House]:
    """Nothing was asked yet."""
    async with house_over(store) as made:
        yield made
