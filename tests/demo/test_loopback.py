"""The embedded server: it keeps no part of an answer back until the one before was acknowledged."""

from __future__ import annotations

import asyncio
import socket

from starlette.applications import Starlette

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
