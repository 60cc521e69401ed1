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
from tests.house import Past
from tests.house import calm_past as calm_past_of
from tests.shipped import quiet_port

settings.register_profile("loaded machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("loaded machine")

KEY = KeyRing.of(bytes(range(32)))
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


@pytest.fixture(scope="session")
def sandbox_port() -> int:
    """Where every house of this worker has its sandbox: a copied store remembers that address."""
    return quiet_port()


@pytest.fixture(scope="session")
def sqlite_calm(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, sandbox_port: int
) -> tuple[Path, Past]:
    """A SQLite store in which every cell is known, and what its house has gone through."""
    file = tmp_path_factory.mktemp("calm") / "statuspage.db"
    shutil.copy(sqlite_template, file)
    return file, _calmed(f"sqlite:///{file}", sandbox_port)


@pytest.fixture(scope="session")
def postgres_calm(postgres_server: postgres.Server, postgres_template: str, sandbox_port: int) -> tuple[str, Past]:
    """The same as a template of PostgreSQL."""
    url = postgres_server.create(postgres_template)
    return postgres.name_of(url), _calmed(url, sandbox_port)


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new store, once on each database: empty, or calm where the test begins with a calm house."""
    begins_calm = "calm" in request.fixturenames
    if request.param == SQLITE:
        file = tmp_path / "statuspage.db"
        empty: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(request.getfixturevalue("sqlite_calm")[0] if begins_calm else empty, file)
        yield f"sqlite:///{file}"
    else:
        server: postgres.Server = request.getfixturevalue("postgres_server")
        name: str = request.getfixturevalue("postgres_template")
        url = server.create(request.getfixturevalue("postgres_calm")[0] if begins_calm else name)
        yield url
        server.drop(url)


@pytest.fixture
def calm_past(request: pytest.FixtureRequest, store_url: str) -> Past:
    """What a calm store has seen."""
    past: Past = request.getfixturevalue("sqlite_calm" if store_url.startswith(SQLITE) else "postgres_calm")[1]
    return past


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
    return KEY


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


def _calmed(url: str, port: int) -> Past:
    """Calm an empty store from a fixture without an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _calm(url, port)).result()


async def _calm(url: str, port: int) -> Past:
    store = await open_store(url, key=KEY)
    try:
        return await calm_past_of(store, port)
    finally:
        await store.close()
