"""A whole house over each store."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from statuspage.store.database import Database
from tests.house import House, house_over


@pytest.fixture
async def house(store: Database) -> AsyncIterator[House]:
    """Nothing was asked yet."""
    async with house_over(store) as made:
        yield made


@pytest.fixture
async def calm(house: House) -> House:
    """Every cell was asked and is known; nobody was told anything."""
    await house.calm()
    return house
