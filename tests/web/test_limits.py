"""Limits: pasted answers, streams, connections and slow requests; nobody takes what others need."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from statuspage.services.streaming import Tail
from statuspage.store.secrets import KeyRing
from statuspage.web import connections
from statuspage.web.bodies import body_of
from statuspage.web.capacity import LEAST, MOST_STREAMS, RESERVED, WANTED, capacity, descriptors
from statuspage.web.connections import Bounded, bounded, is_public
from statuspage.web.limits import address_of, household_of
from statuspage.web.routes import PASTING
from statuspage.web.stream import Limits, Streams
from tests.site import snapshots
from tests.web.conftest import Web
from tests.web.serving import application, empty_store, listener

LONG = 32 * 1024 * 1024
"""Bytes of an answer that fits into no buffer of a system."""

BROWSER = "text/html,*/*;q=0.8"


async def test_so_many_pasted_answers_a_minute_in_whatever_way(web: Web) -> None:
    for _ in range(PASTING.count // 2):
        assert (await web.client.post("/api/v1/classify", json={"text": "model not found"})).status_code == 200
        assert (await web.client.post("/is-it-me", data={"answer": "model not found"})).status_code == 200
    refused = await web.client.post("/api/v1/classify", json={"text": "x"})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 60
    page = await web.client.post("/is-it-me", data={"answer": "x"}, headers={"accept": BROWSER})
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert int(page.headers["retry-after"]) > 0
    assert "too many requests" in page.text


async def test_streams_are_counted_by_address(tmp_path: Path, sqlite_template: Path, key: KeyRing) -> None:
    async with empty_store(tmp_path, sqlite_template, key) as store:
        tail = Tail(store)
        await tail.look()
        app = application(store, snapshots.a_calm_day(), tail)
        streams = Streams(tail, Limits(streams=3, per_address=1))
        app.router.routes = list(streams.routes())

        async def asked(address: str) -> int:
            transport = httpx2.ASGITransport(app, client=(address, 40_000))
            async with httpx2.AsyncClient(transport=transport, base_url="http://status.example") as client:
                return (await client.head("/events/stream")).status_code

        with streams.seat("192.0.2.7"), streams.seat("2001:db8::/64"), streams.seat("127.0.0.1"):
            assert await asked("192.0.2.8") == 429
        with streams.seat("192.0.2.7"), streams.seat("2001:db8::/64"):
            assert await asked("192.0.2.7") == 429
            assert await asked("2001:db8::77") == 429
            assert await asked("192.0.2.8") == 200
        with streams.seat("127.0.0.1"), streams.seat("::/64"):
            assert await asked("127.0.0.1") == 200
            assert await asked("::1") == 200
        assert streams.addresses == {}


@pytest.mark.parametrize(
    ("host", "address", "household"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2ff::7", "2001:db8:1:2ff::/64", "2001:db8:1:200::/56"),
        ("2001:db8:1:201::7", "2001:db8:1:201::/64", "2001:db8:1:200::/56"),
    ],
)
def test_one_household_is_one_client(host: str, address: str, household: str) -> None:
    request = Request({"type": "http", "client": (host, 40_000)})
    assert (address_of(request), household_of(request)) == (address, household)


@pytest.mark.parametrize(
    ("have", "connections", "streams"),
    [(WANTED, WANTED - RESERVED, MOST_STREAMS), (1024, 512, 256), (256, LEAST, LEAST // 2)],
)
def test_readers_never_get_the_descriptors_that_checks_need(have: int, connections: int, streams: int) -> None:
    assert (capacity(have).connections, capacity(have).streams) == (connections, streams)


def test_as_many_descriptors_as_the_system_gives() -> None:
    assert descriptors() == descriptors() >= 256


@asynccontextmanager
async def standing(most: int, **bounds: Any) -> AsyncIterator[int]:
    """A server with room for so many connections; its port."""

    async def hello(_: Request) -> PlainTextResponse:
        return PlainTextResponse("hello")

    async def long(_: Request) -> Response:
        return Response(b"x" * LONG)

    app = Starlette(routes=[Route("/", hello), Route("/long", long)])
    with listener() as port:
        protocol = bounded(most, **bounds)
        config = uvicorn.Config(app, loop="none", http=protocol, ws="none", lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve([port]))
        while not server.started:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)
        yield port.getsockname()[1]
        server.should_exit = True
        await running


async def asked(port: int) -> bytes:
    """What a whole request gets; nothing when the connection is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_beyond_its_room_a_server_takes_no_connection() -> None:
    async with standing(most=2) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await asked(port) == b""
        idle[0][1].close()
        await asyncio.sleep(0.05)
        assert b"hello" in await asked(port)
        idle[1][1].close()


async def test_who_does_not_ask_is_left() -> None:
    async with standing(most=1, head_within=0.1) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n")
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        await asyncio.sleep(0.05)
        assert b"hello" in await asked(port)


@pytest.mark.parametrize("goes_on", ["keep-alive", "close"])
async def test_who_asks_and_does_not_read_is_left(goes_on: str) -> None:
    async with standing(most=1, look_every=0.1) as port:
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.sendall(f"GET /long HTTP/1.1\r\nhost: x\r\nconnection: {goes_on}\r\n\r\n".encode())
            while b"hello" not in await asked(port):  # noqa: ASYNC110 - nobody tells when the connection has ended
                await asyncio.sleep(0.05)


async def test_who_reads_slowly_gets_everything() -> None:
    async with standing(most=1, look_every=0.5) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=256 * 1024)
        writer.write(b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        got = 0
        for _ in range(12):
            await asyncio.sleep(0.1)
            got += len(await reader.readexactly(LONG // 16))
        got += len(await reader.read())
        assert got > LONG
        writer.close()


async def test_one_address_has_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "is_public", lambda _: True)
    monkeypatch.setattr(Bounded, "trusts", lambda *_: False)
    async with standing(most=10, most_of_one=2) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await asked(port) == b""
        idle[0][1].close()
        await asyncio.sleep(0.05)
        assert b"hello" in await asked(port)
        idle[1][1].close()


async def test_this_machine_may_be_a_proxy_for_everybody() -> None:
    async with standing(most=10, most_of_one=1) as port:
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert b"hello" in await asked(port)
        for _, writer in idle:
            writer.close()


@pytest.mark.parametrize(
    ("host", "public"),
    [("9.9.9.9", True), ("2620:fe::9", True), ("10.0.0.1", False), ("172.17.0.1", False), ("::1", False), ("", False)],
)
def test_private_networks_are_not_counted(host: str, public: bool) -> None:
    assert is_public(host) is public


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(HTTPException) as caught:
        await body_of(request, 10, within=0.01)
    assert caught.value.status_code == 408
