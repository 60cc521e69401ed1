"""A whole house over each store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from statuspage.store.database import Database
from tests.house import House, Past, house_over


@pytest.fixture
async def house(store: Database, sandbox_port: int) -> AsyncIterator[House]:
    """Nothing was asked yet."""
    async with house_over(store, port=sandbox_port) as made:
        yield made


@pytest.fixture
async def calm(house: House, calm_past: Past) -> House:
    """Every cell was asked and is known; nobody was told anything."""
    house.resume(calm_past)
    return house
