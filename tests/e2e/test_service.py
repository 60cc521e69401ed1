"""The real service with the shipped configuration: what the sandbox answers is on the page, in the feeds and sent."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from statuspage import app
from statuspage.config import load
from statuspage.demo.loopback import LoopbackServer
from statuspage.errors import StoreBusy, UsageError
from tests.e2e.conftest import FirstStart
from tests.shipped import ROOT
from tests.staff import STAFF

pytestmark = pytest.mark.timeout(300)

FABLE, VENDOR, HOME, ABROAD = "claude-fable-5", "claude-api", "us-persons", "foreign-nationals-abroad"
SOON = 30.0
"""Seconds within which something must have happened on a busy machine."""


@dataclass
class Inbox:
    """A receiver that takes only what the reference library verifies."""

    secret: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0

    async def take(self, request: Request) -> Response:
        """Verify and keep one event."""
        body = await request.body()
        try:
            self.events.append(Webhook(self.secret).verify(body, dict(request.headers)))
        except Exception:
            self.refused += 1
            return Response(status_code=401)
        return Response(status_code=204)


@dataclass
class Running:
    """The service behind a web server, and a client of it."""

    config: Path
    service: app.Service
    client: httpx2.AsyncClient

    async def json(self, path: str, **query: str) -> Any:
        """A document."""
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def cell(self, user_class: str = HOME, provider: str = VENDOR) -> dict[str, Any]:
        """What the API says of Fable."""
        said = await self.json("/api/v1/availability", model=FABLE, provider=provider, user_class=user_class)
        cell: dict[str, Any] = said["cells"][0]
        return cell

    async def command(self, *words: str) -> str:
        """A command in another process."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "statuspage", *words, "--config", str(self.config),
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, error = await process.communicate()
        assert process.returncode == 0, error.decode()
        return out.decode()


@asynccontextmanager
async def running(config: Path) -> AsyncIterator[Running]:
    async with app.service(load(config, {})) as service:
        server = LoopbackServer(service.asgi)
        await server.start()
        try:
            async with httpx2.AsyncClient(base_url=server.url, timeout=SOON) as client:
                await eventually(lambda: _ready(client))
                yield Running(config, service, client)
        finally:
            await server.stop()


@pytest.fixture
def config(first_start: FirstStart, tmp_path: Path) -> Path:
    """A seeded installation."""
    return first_start.moved_to(tmp_path)


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, str]]:
    made = Inbox()
    server = LoopbackServer(Starlette(routes=[Route("/hook", made.take, methods=["POST"])]))
    await server.start()
    yield made, f"{server.url}/hook"
    await server.stop()


async def eventually(check: Callable[[], Awaitable[object]], seconds: float = SOON) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not await check():  # noqa: ASYNC110 - what is awaited does not know of the test
            await asyncio.sleep(0.1)


async def test_a_restriction_of_one_class_reaches_everybody_and_so_does_its_end(
    config: Path, inbox: tuple[Inbox, str]
) -> None:
    box, url = inbox
    async with running(config) as here:
        added = await here.service.verbs.subscriptions.add(url, STAFF)
        box.secret = added.secret
        await eventually(lambda: _is(here, "available"))
        await here.command("demo", "restrict", FABLE, "--user-class", HOME)
        await eventually(lambda: _is(here, "restricted"))
        [restricted] = await _told(here, box, "model.restricted")
        await _everywhere(here, restricted)
        assert (await here.cell(ABROAD))["availability"] == "available"
        await here.command("demo", "restore", FABLE, "--user-class", HOME)
        await eventually(lambda: _is(here, "available"))
        [restored] = await _told(here, box, "model.restored")
        assert [change["restores"] for change in restored["data"]["changes"]] == [restricted["id"]]
        assert box.refused == 0


async def _is(here: Running, availability: str) -> bool:
    return bool((await here.cell())["availability"] == availability)


async def _told(here: Running, box: Inbox, type_: str) -> list[dict[str, Any]]:
    """The vendor's events of one type on Fable, once they have come; the log holds the very same."""

    async def came() -> list[dict[str, Any]]:
        return [one for one in box.events if one["type"] == type_ and one["data"]["provider"] == VENDOR]

    await eventually(came)
    for event in await came():
        assert await here.json(f"/api/v1/events/{event['id']}") == event
        assert [change["user_class"] for change in event["data"]["changes"]] == [HOME]
    return await came()


async def _everywhere(here: Running, event: dict[str, Any]) -> None:
    """The event is in the feeds and has its page; the model's page says so."""
    for feed in ("all", f"models/{FABLE}", f"user-classes/{HOME}", f"providers/{VENDOR}"):
        for ending in ("rss", "atom", "json"):
            assert event["id"] in (await here.client.get(f"/feeds/{feed}.{ending}")).text, feed
    assert event["id"] not in (await here.client.get(f"/feeds/user-classes/{ABROAD}.rss")).text
    assert (await here.client.get(f"/events/{event['id']}")).status_code == 200
    assert "estricted" in (await here.client.get(f"/models/{FABLE}")).text
    route = await here.json("/api/v1/route", model=FABLE, user_class=HOME)
    assert all((one["model"], one["provider"]) != (FABLE, VENDOR) for one in route["use"])


async def test_a_note_from_another_terminal_shows_at_once_and_a_restart_keeps_everything(
    config: Path, inbox: tuple[Inbox, str]
) -> None:
    box, url = inbox
    title = "Posted from a terminal"
    async with running(config) as here:
        box.secret = (await here.service.verbs.subscriptions.add(url, STAFF)).secret
        said = await here.command("incident", "open", title, "-m", "We look into it.", "--model", FABLE)
        incident = said.split()[0]
        await eventually(lambda: _has(here, f"/incidents/{incident}", title), 10)
        assert title in (await here.client.get("/feeds/incidents.atom")).text
        await eventually(lambda: _opened(box, incident))
        before = await here.json("/api/v1/events", limit="500")
    async with running(config) as again:
        after = await again.json("/api/v1/events", limit="500")
        assert after["events"][: len(before["events"])] == before["events"]
        assert await _has(again, f"/incidents/{incident}", title)
        assert [one.url for one in await again.service.verbs.subscriptions.list()] == [url]
        assert {one["type"] for one in after["events"][len(before["events"]) :]} <= {"cell.unknown", "cell.known"}
        await again.command("incident", "resolve", incident, "-m", "Fixed.")
        await eventually(lambda: _has(again, f"/incidents/{incident}", "Fixed."), 10)
        await eventually(lambda: _resolved(box, incident))


async def _ready(client: httpx2.AsyncClient) -> bool:
    """Whether the first page of this start is published: until then, what is computed says so with a 503."""
    return (await client.get("/api/v1/events")).status_code == 200


async def _has(here: Running, path: str, text: str) -> bool:
    return text in (await here.client.get(path)).text


async def _opened(box: Inbox, incident: str) -> bool:
    return any(one["type"] == "incident.opened" and one["data"]["incident"] == incident for one in box.events)


async def _resolved(box: Inbox, incident: str) -> bool:
    return any(one["type"] == "incident.resolved" and one["data"]["incident"] == incident for one in box.events)


async def test_a_second_service_on_the_same_store_is_refused_clearly(config: Path) -> None:
    async with running(config):
        with pytest.raises(StoreBusy):
            async with running(config):
                pass


async def test_a_port_that_is_taken_is_named(config: Path) -> None:
    port = app.receiver_port(load(config, {})) - 1
    blocker = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    try:
        with pytest.raises(UsageError, match=f"cannot listen on port {port}"):
            async with running(config):
                pass
    finally:
        blocker.close()
        await blocker.wait_closed()
