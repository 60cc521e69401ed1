"""The web application over a store in which something has happened; made once a session, copied for each test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.demo.story import MovedClock
from statuspage.services.incidents import Incidents, Opening, Statement
from statuspage.services.queries import Queries
from statuspage.site.press import Pages
from statuspage.site.publish import PublishedSite, render_site
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from statuspage.web.routes import make_app
from tests.house import FABLE, OPUS, VENDOR, House, house_over
from tests.staff import STAFF

KEY = KeyRing.of(bytes(range(32)))


@dataclass(frozen=True)
class Told:
    """A store in which something has happened, and the site that was published of it."""

    file: Path
    settings: Settings
    at: datetime
    snapshot: Snapshot
    pages: Pages


@dataclass
class Web:
    """A client in front of the application, and what is behind it."""

    client: httpx2.AsyncClient
    clock: MovedClock
    incidents: Incidents
    queries: Queries
    told: Told

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """GET, with header names in snake case."""
        return await self.client.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Told:
    """A model is restricted for everybody, staff say why; another one is down; a draft is being written."""
    file = tmp_path_factory.mktemp("web") / "statuspage.db"
    shutil.copy(sqlite_template, file)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _happen(file)).result()


@pytest.fixture
async def web(told: Told, tmp_path: Path) -> AsyncIterator[Web]:
    """The application over a copy of the store."""
    file = tmp_path / "statuspage.db"
    shutil.copy(told.file, file)
    store = await open_store(f"sqlite:///{file}", key=KEY)
    clock = MovedClock(told.at)
    queries = Queries(store, told.settings, clock)
    app = make_app(queries, PublishedSite(told.pages), lambda: told.snapshot, clock)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    numbers = iter(range(10_000))
    incidents = Incidents(store, told.settings, clock, lambda prefix: f"{prefix}_web{next(numbers):05d}")
    async with httpx2.AsyncClient(transport=transport, base_url="http://status.example") as client:
        yield Web(client, clock, incidents, queries, told)
    await store.close()


async def _happen(file: Path) -> Told:
    store = await open_store(f"sqlite:///{file}", key=KEY)
    async with house_over(store) as house:
        await house.calm()
        await _play(house)
        snapshot = await house.queries.snapshot()
        made = Told(file, house.settings, house.clock(), snapshot, render_site(snapshot))
    await store.close()
    return made


async def _play(house: House) -> None:
    scope = (ScopeRow(models=(FABLE,)),)
    ordered = Statement(Says.ORDERED, authority="the authority", basis="a directive")
    await house.incidents.open(Opening(Kind.RESTRICTION, "Directive", "It is **ordered**.", scope, (ordered,)), STAFF)
    house.pass_time(minutes=10)
    house.do("restrict", model=FABLE)
    await house.settle()
    house.do("answer", model=OPUS, provider=VENDOR, signal="lit-dead")
    await house.settle()
    draft = Opening(Kind.INCIDENT, "A secret draft", "Nobody may read this.", scope)
    await house.incidents.open(replace(draft, draft=True), STAFF)
    house.clock.at += timedelta(seconds=1)
    await house.round()
