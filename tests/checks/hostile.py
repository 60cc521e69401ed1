"""Loopback servers that misbehave on purpose: raw asyncio, so that every byte on the wire is ours."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serve(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve ``handler`` on an ephemeral port; yields the base URL and ends every connection afterwards."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def head_of(reader: asyncio.StreamReader) -> bytes:
    """The request line and headers that were sent."""
    return await reader.readuntil(b"\r\n\r\n")


def saying(raw: bytes, *, then: Callable[[asyncio.StreamWriter], Awaitable[None]] | None = None) -> Handler:
    """A server that reads the request's head, writes ``raw`` as it is, does ``then``, and closes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(raw)
        await writer.drain()
        if then:
            await then(writer)
        writer.write_eof()
        await reader.read()

    return handler


async def hang(_: asyncio.StreamWriter) -> None:
    """Never go on."""
    await asyncio.sleep(60)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection hard."""
    await asyncio.sleep(0.02)
    writer.transport.abort()


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole, correct HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
