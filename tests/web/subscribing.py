"""Self-serve subscriptions over HTTP for tests: the real application, a real store, receivers on loopback."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import httpx2

from statuspage.senders.guard import Door, networks
from statuspage.senders.http import Answer, Client
from statuspage.services.queries import Queries
from statuspage.site.publish import PublishedSite
from statuspage.web.routes import make_app
from statuspage.web.subscribe import Subscribe
from tests.services.enrolling import Desk
from tests.web.conftest import Told

API = "/api/v1/subscriptions"
HOST = "hooks.example.com"


class Front:
    """The application in front of a desk; ``client`` comes from one address, ``from_`` makes others."""

    def __init__(self, desk: Desk, told: Told) -> None:
        self.desk = desk
        queries = Queries(desk.store, desk.settings, desk.clock)
        subscribe = Subscribe(desk.enrolments, desk.own, lambda: told.snapshot, desk.clock)
        self.app = make_app(queries, PublishedSite(told.pages), lambda: told.snapshot, desk.clock, subscribe=subscribe)
        self.client = self.from_("192.0.2.7")

    def from_(self, address: str) -> httpx2.AsyncClient:
        """A client at an address."""
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 40_000))
        return httpx2.AsyncClient(transport=transport, base_url="https://status.example")

    async def make(self, **said: Any) -> dict[str, Any]:
        """A pending subscription, from an address of its own."""
        async with self.from_(f"2001:db8:0:{random.getrandbits(16):x}::1") as client:
            answer = await client.post(API, json={"url": f"https://{HOST}/status"} | said)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def live(self, **said: Any) -> dict[str, Any]:
        """A live subscription."""
        made = await self.make(**said)
        await self.desk.later(minutes=1)
        return made

    async def ask(
        self, made: Mapping[str, Any], method: str = "GET", path: str = "", said: Any = None
    ) -> httpx2.Response:
        """A request with the subscription's token."""
        headers = {"authorization": f"Bearer {made['token']}"}
        return await self.client.request(method, f"{API}/{made['id']}{path}", headers=headers, json=said)


class Bridge(Client):
    """The real client with its last door replaced: the names of the tests lead to loopback, and only there."""

    async def post(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST to loopback what was allowed to leave for the public internet."""
        assert door.public
        assert door.allowed == ()
        return await super().post(url, Door(False, networks("127.0.0.0/8")), headers, body)


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """A problem document of that status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    said: dict[str, Any] = json.loads(answer.content)
    return said
