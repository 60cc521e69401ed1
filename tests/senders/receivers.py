"""Real receivers on loopback that count connections and keep requests, and resolvers that answer what a test says."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp.abc import AbstractResolver, ResolveResult

from statuspage.senders.addresses import resolved

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass
class Request:
    """One request as it came over the wire; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    names: list[str]


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """A listening server: how many connections came, and which requests."""

    host: str
    port: int
    secure: bool = False
    connections: int = 0
    requests: list[Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address as a URL."""
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}/hook"


def answering(raw: bytes) -> Handler:
    """A handler that writes these bytes."""

    async def handler(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()

    return handler


def status(code: int, *headers: str, body: bytes = b"") -> Handler:
    """A handler that answers with a status."""
    lines = [f"HTTP/1.1 {code} Said", f"content-length: {len(body)}", *headers]
    return answering("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


@contextlib.asynccontextmanager
async def receive(
    handler: Handler | None = None, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    """Listen on an ephemeral port; every connection ends with the block."""
    answer = handler or answering(OK)
    receiver = Receiver(host, 0, tls is not None)
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        receiver.connections += 1
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                request = await _request(reader)
                receiver.requests.append(request)
                await answer(request, writer)
        writer.transport.abort()

    server = await asyncio.start_server(connected, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.strip().split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (one.partition(":") for one in rest)]
    headers = dict(pairs)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(line, headers, body, [name for name, _ in pairs])


class Says(AbstractResolver):
    """A resolver whose answers are written down; each call takes the next list, the last one stays."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._answers = {name: list(lists) for name, lists in answers.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The next answer for a name."""
        self.asked.append(host)
        host = host.rstrip(".").lower()
        if host not in self._answers:
            raise OSError(None, "no such name")
        lists = self._answers[host]
        addresses = lists.pop(0) if len(lists) > 1 else lists[0]
        return [resolved(host, address, port) for address in addresses]

    async def close(self) -> None:
        """Nothing to release."""


class Hangs(Says):
    """A resolver that never answers."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Never."""
        await asyncio.sleep(60)
        return []
