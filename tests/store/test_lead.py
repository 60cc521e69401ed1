"""One process at a time watches for a PostgreSQL store, and whoever lost that right knows it."""

from __future__ import annotations

import pytest

from statuspage.errors import StoreBusy, StoreError
from statuspage.store.lock import lead
from tests import postgres

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgres_server: postgres.Server) -> str:
    """An empty database."""
    return postgres_server.create()


async def test_one_leads_and_the_next_is_told_who(url: str) -> None:
    async with lead(url) as first:
        assert await first.holds()
        with pytest.raises(StoreBusy, match=r"from this machine since \d{4}-.*--role web"):
            async with lead(url):
                pass
        assert await first.holds()
    async with lead(url) as next_:
        assert await next_.holds()


async def test_each_database_has_its_own(url: str, postgres_server: postgres.Server) -> None:
    async with lead(url) as one, lead(postgres_server.create()) as other:
        assert await one.holds()
        assert await other.holds()


async def test_who_loses_the_connection_has_lost_the_right(url: str, postgres_server: postgres.Server) -> None:
    async with lead(url) as first:
        postgres_server.run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
        assert not await first.holds()
        async with lead(url) as second:
            assert await second.holds()
            assert not await first.holds(), "a connection that comes back comes back without it"


async def test_nobody_there() -> None:
    with pytest.raises(StoreError, match="cannot be reached"):
        async with lead("postgresql://nobody@127.0.0.1:9/none"):
            pass
