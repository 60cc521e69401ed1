"""The embedded server: it keeps no part of an answer back until the one before was acknowledged."""

from __future__ import annotations

import asyncio
import socket

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from statuspage.demo.loopback import HOST, LoopbackServer


async def test_what_is_written_is_sent_at_once() -> None:
    server = LoopbackServer(Starlette())
    await server.start()
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 404")
    [connection] = server._server.server_state.connections
    accepted = connection.transport.get_extra_info("socket")
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    await server.stop()


async def test_an_idle_connection_is_closed_and_the_port_is_free_again() -> None:
    server = LoopbackServer(Starlette())
    await server.start()
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 404")
    await server.stop()
    assert (await reader.read()).endswith(b"Not Found")
    writer.close()
    again = LoopbackServer(Starlette(), server.port)
    await again.start()
    await again.stop()


async def test_an_answer_under_way_is_waited_for() -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        asked.set()
        await may_answer.wait()
        return PlainTextResponse("at last")

    server = LoopbackServer(Starlette(routes=[Route("/", slow)]))
    await server.start()
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
    await asked.wait()
    stopping = asyncio.create_task(server.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_answer.set()
    assert (await reader.read()).endswith(b"at last")
    await stopping
    writer.close()
