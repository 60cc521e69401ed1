"""The description of the API and the routes of the web application name each other, in both directions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from statuspage.services.streaming import Tail
from statuspage.site import compat
from statuspage.site.openapi.operation import Operation
from statuspage.site.openapi.paths import OPERATIONS
from statuspage.store.secrets import KeyRing
from tests.site import snapshots
from tests.site.test_openapi import answer, check
from tests.web.serving import application, empty_store


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    """A client in front of it."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://status.example") as made:
        yield made


@pytest.fixture
async def app(tmp_path: Path, sqlite_template: Path, key: KeyRing) -> AsyncIterator[Starlette]:
    """The whole application."""
    async with empty_store(tmp_path, sqlite_template, key) as store:
        yield application(store, snapshots.an_empty_site(), Tail(store))


def routes(app: Starlette) -> Iterator[tuple[str, str]]:
    """Every method and path under ``/api``; HEAD goes with GET."""
    for mount in app.routes:
        if isinstance(mount, Mount) and mount.path.startswith("/api"):
            for route in mount.routes:
                assert isinstance(route, Route)
                for method in (route.methods or set()) - {"HEAD"}:
                    yield method.lower(), mount.path + route.path


async def test_every_route_is_described_and_every_described_path_is_one(app: Starlette) -> None:
    described = {(one.method, one.path) for one in OPERATIONS if not one.published}
    published = {(one.method, one.path) for one in OPERATIONS if one.published}
    assert set(routes(app)) - published == described


@pytest.mark.parametrize("path", [*compat.DOCUMENTS, "/history.rss", "/history.atom", "/api/openapi.json"])
async def test_head_is_like_get(client: httpx2.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert got.status_code == head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "access-control-allow-origin"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("path", ["/proxy/status.example", "/proxy/", "/api/v2/", "/api/v2/summary"])
async def test_nothing_answers_where_another_vendor_would(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


MADE = {"url": "https://hooks.example.com/status", "filters": {"types": ["model.restricted"]}, "format": "statuspage"}


def described(method: str, path: str) -> Operation:
    """An operation of subscriptions."""
    return next(one for one in OPERATIONS if (one.method, one.path) == (method, f"/api/v1/subscriptions{path}"))


async def test_the_answers_of_subscriptions_are_as_described(client: httpx2.AsyncClient) -> None:
    async def ask(method: str, path: str = "", said: object = None) -> httpx2.Response:
        wanted = described(method, "/{subscription_id}" + path)
        url = f"/api/v1/subscriptions/{mine['id']}{path}"
        heard = await client.request(method.upper(), url, headers=token, json=said)
        assert heard.status_code == wanted.status, heard.text
        if wanted.answer:
            check(heard.content, answer(wanted))
        return heard

    made = await client.post("/api/v1/subscriptions", json=MADE)
    assert made.status_code == 201
    check(made.content, answer(described("post", "")))
    mine = made.json()
    token = {"authorization": f"Bearer {mine['token']}"}
    assert (await ask("get")).json()["state"] == "pending"
    assert (await ask("post", "/verify")).json()["state"] == "live"
    await ask("post", "/test")
    await ask("post", "/secret/rotate", {"old_valid_for": 60})
    await ask("get", "/deliveries")
    await ask("post", "/recover", {"since": "2026-06-01"})
    await ask("patch", "", {"filters": {}})
    await ask("get")
    await ask("delete")
    assert (await client.get(f"/api/v1/subscriptions/{mine['id']}", headers=token)).status_code == 401
