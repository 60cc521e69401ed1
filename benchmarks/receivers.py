"""Receivers of webhooks in a process of their own: thousands of host names over TLS, all on loopback, timed.

``python -m benchmarks.receivers FOLDER`` tells its port and answers until standard input ends. Of each request it keeps
when its first byte came, on the clock that every process of a machine shares.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from subprocess import PIPE, Popen
from time import perf_counter, process_time
from typing import cast

import orjson
import uvloop
from aiohttp.abc import AbstractResolver, ResolveResult

from benchmarks.certificates import AUTHORITY, server_context

DOMAIN = "hooks.bench.internal"
WELL, FAILING, HANGING = "well", "failing", "hanging"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n"
FIRST_ADDRESS = int(IPv4Address("127.1.0.1"))


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: at what kind of endpoint, which one, which event, and when its first byte came."""

    kind: str
    endpoint: str
    event: str
    at: float


class Loopback(AbstractResolver):
    """Gives every host name an address of its own, inside 127.0.0.0/8."""

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - the protocol's name
    ) -> list[ResolveResult]:
        """The address of a name that begins with its number."""
        address = str(IPv4Address(FIRST_ADDRESS + int(host.partition(".")[0].rpartition("-")[2])))
        flags = socket.AI_NUMERICHOST
        return [ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=flags)]

    async def close(self) -> None:
        """Nothing to release."""


class Hook(asyncio.Protocol):
    """Reads one request at a time, keeps when it came, and answers as its path says."""

    def __init__(self, kept: list[Arrival]) -> None:
        self._kept = kept
        self._read = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember whom to answer."""
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer when the whole request is there."""
        self._began = self._began or perf_counter()
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end or len(body) < int(_header(head, b"content-length") or 0):
            return
        path = head.split(b" ", 2)[1].decode()
        _, kind, endpoint = path.split("/")
        self._kept.append(Arrival(kind, endpoint, _header(head, b"webhook-id").decode(), self._began))
        self._read, self._began = b"", 0.0
        if HANGING not in path:
            self._transport.write(BROKEN if FAILING in path else NO_CONTENT)


def url(number: int, port: int, kind: str = WELL) -> str:
    """The URL of an endpoint at a host of its own."""
    return f"https://h-{number}.{DOMAIN}:{port}/{kind}/{number}"


@dataclass(frozen=True, slots=True)
class Receivers:
    """The running receivers: their port, their authority's certificate, and what came."""

    port: int
    authority: Path
    _process: Popen[bytes]

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts their authority alone."""
        return ssl.create_default_context(cafile=self.authority)

    def taken(self) -> list[Arrival]:
        """What came since the last time."""
        return self.spent()[1]

    def spent(self) -> tuple[float, list[Arrival]]:
        """The CPU seconds that the receivers took since the last time, and what came."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"take\n")
        self._process.stdin.flush()
        cpu, *came = orjson.loads(self._process.stdout.readline())
        return cpu, [Arrival(*one) for one in came]


@contextmanager
def receiving(folder: Path) -> Iterator[Receivers]:
    """Receivers for the length of the block."""
    process = Popen([sys.executable, "-m", "benchmarks.receivers", str(folder)], stdin=PIPE, stdout=PIPE)
    assert process.stdin
    assert process.stdout
    try:
        yield Receivers(int(process.stdout.readline()), folder / AUTHORITY, process)
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""


async def _receive(folder: Path) -> None:
    loop = asyncio.get_running_loop()
    kept: list[Arrival] = []
    context = server_context(folder, f"*.{DOMAIN}")
    server = await loop.create_server(partial(Hook, kept), "0.0.0.0", 0, ssl=context, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    before = process_time()
    while await loop.run_in_executor(None, sys.stdin.readline):
        cpu, before = process_time() - before, process_time()
        told, kept[:] = [[one.kind, one.endpoint, one.event, one.at] for one in kept], []
        sys.stdout.buffer.write(orjson.dumps([cpu, *told]) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(_receive(Path(sys.argv[1])))
