"""Fixtures that every part of the suite may use."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from statuspage.store.upgrade import upgrade
from tests import postgres

settings.register_profile("loaded machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loaded machine")

SQLITE = "sqlite"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.postgresql)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server for this session, one for each worker."""
    folder = postgres.binaries()
    if folder is None:
        reason = "no PostgreSQL server here: apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with postgres.running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of an upgraded, empty database, from which each test's own is copied."""
    url = postgres_server.create()
    _migrate(url)
    return postgres.name_of(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded, empty SQLite database, from which each test's own is copied."""
    file = tmp_path_factory.mktemp("template") / "statuspage.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new and empty store, once on each database."""
    if request.param == SQLITE:
        file = tmp_path / "statuspage.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = server.create(request.getfixturevalue("postgres_template"))
        yield url
        server.drop(url)


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store that was never upgraded, once on each database."""
    if request.param == SQLITE:
        yield f"sqlite:///{tmp_path / 'statuspage.db'}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        url = server.create()
        yield url
        server.drop(url)


@pytest.fixture
def key() -> KeyRing:
    """The key that encrypts secrets in tests."""
    return KeyRing.of(bytes(range(32)))


@pytest.fixture
async def store(store_url: str, key: KeyRing) -> AsyncIterator[Database]:
    """A new and empty store, once on each database."""
    database = await open_store(store_url, key=key)
    yield database
    await database.close()


def _migrate(url: str) -> None:
    """Upgrade a database from a fixture without an event loop, whether or not one runs in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, upgrade(url)).result()
