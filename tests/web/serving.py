"""The web application over a real store and a snapshot of the cast, served on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from statuspage.cli.serving import Draining
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.demo.loopback import at_once
from statuspage.ports import Store
from statuspage.services.queries import Queries
from statuspage.services.streaming import Bounds, Tail
from statuspage.site.publish import PublishedSite, render_site
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from statuspage.web.routes import make_app
from statuspage.web.stream import Limits, Streams
from statuspage.web.subscribe import Subscribe
from tests.services.enrolling import Desk
from tests.site.snapshots import NOW
from tests.web.staff.front import Front


@dataclass
class Served:
    """A running server."""

    url: str
    app: Starlette
    tail: Tail
    server: uvicorn.Server


@asynccontextmanager
async def empty_store(folder: Path, template: Path, key: KeyRing) -> AsyncIterator[Database]:
    """A new and empty store, copied from an upgraded one."""
    file = folder / "statuspage.db"
    shutil.copy(template, file)
    database = await open_store(f"sqlite:///{file}", key=key)
    try:
        yield database
    finally:
        await database.close()


def application(store: Store, snapshot: Snapshot, tail: Tail) -> Starlette:
    """The whole web application, with the snapshot published; webhooks go to receivers that are only simulated."""
    queries = Queries(store, Settings(site=snapshot.site), lambda: NOW)
    desk = Desk(store)
    subscribe = Subscribe(desk.enrolments, desk.own, lambda: snapshot, desk.clock)
    site = PublishedSite(render_site(snapshot))
    staff = Front(store, snapshot).area
    return make_app(queries, site, lambda: snapshot, lambda: NOW, tail, subscribe, staff=staff)


@asynccontextmanager
async def serving(
    store: Store, snapshot: Snapshot, bounds: Bounds = Bounds(poll=0.05), limits: Limits | None = None
) -> AsyncIterator[Served]:
    """The application on a port of its own, followed by a tail; drained at the end."""
    async with AsyncExitStack() as stack:
        tail = Tail(store, bounds)
        await stack.enter_async_context(tail.following())
        whole = application(store, snapshot, tail)
        app = Starlette(routes=[Mount("/api/v1", routes=streams(tail, limits))]) if limits else whole
        port = stack.enter_context(listener())
        config = uvicorn.Config(app, loop="none", http="httptools", ws="none", lifespan="off", log_config=None)
        config.timeout_graceful_shutdown = 5
        server = Draining(config, tail.close)
        running = asyncio.create_task(server.serve([port]))
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        yield Served(f"http://127.0.0.1:{port.getsockname()[1]}", whole, tail, server)
        server.should_exit = True
        await running


def streams(tail: Tail, limits: Limits) -> list[Route]:
    """The stream alone, with limits of its own."""
    return Streams(tail, limits).routes()


def listener() -> socket.socket:
    """A socket that listens on a free port of loopback."""
    made = socket.create_server(("127.0.0.1", 0), backlog=512)
    at_once(made)
    return made
