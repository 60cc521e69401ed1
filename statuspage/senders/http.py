"""The guarded way out: one bounded POST through a door, in sessions that keep nothing and follow nothing."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from statuspage.core.delivery import Failure
from statuspage.senders.guard import Door

AddressInfo = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long (seconds) and how much (bytes) an attempt may take; ``total`` includes the body of the answer."""

    dns: float = 3.0
    connect: float = 5.0
    total: float = 15.0
    read: int = 16 * 1024
    kept: int = 2 * 1024
    headers: int = 8 * 1024
    at_once: int = 200
    at_once_per_host: int = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver answered: ``body`` is the kept beginning."""

    status: int
    retry_after: str | None
    body: bytes


class Fault(Exception):
    """An attempt without an answer: what it means to the subscriber, and the detail that staff may read."""

    def __init__(self, failure: Failure, detail: str) -> None:
        self.failure = failure
        super().__init__(detail)


class Blocked(OSError):
    """A door refused an address; nothing was sent."""


class Client:
    """Sends POST requests, each through its door; doors never share a connection.

    ``resolver`` and ``tls`` replace the system's name resolution and trusted authorities.
    """

    def __init__(
        self,
        limits: Limits = Limits(),
        *,
        resolver: AbstractResolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._resolver = resolver or SystemResolver()
        self._tls = tls or ssl.create_default_context()
        self._sessions: dict[Door, aiohttp.ClientSession] = {}
        self._slots = asyncio.Semaphore(limits.at_once)

    async def close(self) -> None:
        """Close every connection and stop resolving names."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()
        await self._resolver.close()

    async def post(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST and read the answer; whatever keeps it from coming whole is a Fault."""
        try:
            async with self._slots, asyncio.timeout(self._limits.total):
                return await self._patiently(url, door, headers, body)
        except Exception as error:  # also what a hostile answer makes a parser raise
            raise _fault(error) from error

    async def _patiently(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST once, and once more at once when a reused connection dies before a byte of the answer."""
        connection = _Connection()
        try:
            return await self._once(url, door, headers, body, connection)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
            if not connection.was_stale(error):
                raise
        return await self._once(url, door, headers, body, _Connection())

    async def _once(
        self, url: str, door: Door, headers: Mapping[str, str], body: bytes, connection: _Connection
    ) -> Answer:
        asking = self._session(door).post(
            URL(url, encoded=True),
            data=body,
            headers=headers,
            allow_redirects=False,
            trace_request_ctx=connection,
        )
        async with asking as response:
            connection.answered = True
            return Answer(response.status, response.headers.get("retry-after"), await self._read(response))

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The kept beginning of an answer that is read to its end or the limit; what comes after is never received."""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) >= self._limits.read:
                response.close()
                break
        return bytes(body[: self._limits.kept])

    def _session(self, door: Door) -> aiohttp.ClientSession:
        if door not in self._sessions:
            self._sessions[door] = self._new_session(door)
        return self._sessions[door]

    def _new_session(self, door: Door) -> aiohttp.ClientSession:
        limits = self._limits
        connector = aiohttp.TCPConnector(
            limit=limits.at_once,
            limit_per_host=limits.at_once_per_host,
            use_dns_cache=False,
            resolver=_GuardedResolver(self._resolver, door, limits.dns),
            socket_factory=_Sockets(door),
            ssl=self._tls,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=limits.dns + limits.connect, sock_connect=limits.connect),
            auto_decompress=False,
            trust_env=False,
            read_bufsize=limits.read,
            max_line_size=limits.headers,
            max_field_size=limits.headers,
            trace_configs=[_tracing()],
        )


class SystemResolver(AbstractResolver):
    """The system's name resolution in threads of its own, so that slow names hold up nothing else."""

    def __init__(self, threads: int = 32) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="webhook-dns")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of a name."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        )
        return [resolved(host, str(address[0]), port) for _, _, _, _, address in found]

    async def close(self) -> None:
        """Wait for no name any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def resolved(host: str, address: str, port: int) -> ResolveResult:
    """One answer of a resolver."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)


class _GuardedResolver(AbstractResolver):
    """Refuses a name if any of its addresses is refused."""

    def __init__(self, inner: AbstractResolver, door: Door, seconds: float) -> None:
        self._inner = inner
        self._door = door
        self._seconds = seconds

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            async with asyncio.timeout(self._seconds):
                answers = await self._inner.resolve(host, port, family)
        except TimeoutError:
            raise OSError(errno.ETIMEDOUT, "the name did not resolve in time") from None
        for answer in answers:
            _pass(self._door, answer["host"], port)
        return answers

    async def close(self) -> None:
        """The inner resolver belongs to the client."""


class _Sockets:
    """Makes the sockets: the last point at which the address is known, also for URLs that no resolver sees."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def __call__(self, info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        _pass(self._door, address[0], address[1])
        if self._door.public and not self._door.lets_inside(address[0]) and is_own(address[0], family):
            raise Blocked(f"{address[0]}: an address of this machine")
        return socket.socket(family, kind, protocol)


def is_own(address: str, family: int) -> bool:
    """Whether an address is this machine's: exactly those can be bound."""
    return _can_bind(address, family) and not _can_bind("2001:db8::1" if ":" in address else "192.0.2.1", family)


def _can_bind(address: str, family: int) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _pass(door: Door, address: str, port: int) -> None:
    reason = door.refusal(address, port)
    if reason is not None:
        raise Blocked(f"{address}: {reason}")


class _Connection:
    """What is known of the connection of one request; a trace hook writes into it."""

    def __init__(self) -> None:
        self.reused = False
        self.answered = False

    def was_stale(self, error: Exception) -> bool:
        """Whether a reused connection died before a byte: the receiver had closed it already."""
        partial = isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str)
        return self.reused and not self.answered and not partial


def _tracing() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_reused)
    return trace


async def _reused(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    context.trace_request_ctx.reused = True


_FAILURES: tuple[tuple[type[BaseException], Failure], ...] = (
    (Blocked, Failure.BLOCKED),
    (aiohttp.InvalidURL, Failure.BLOCKED),
    (aiohttp.ClientConnectorDNSError, Failure.DNS),
    (ssl.SSLError, Failure.TLS),
    (ssl.CertificateError, Failure.TLS),
    (TimeoutError, Failure.TIMEOUT),
    (aiohttp.ClientConnectorError, Failure.CONNECT),
)
"""Which failure an error means: the first that it or one of its causes is. Others are PROTOCOL."""


def _fault(error: Exception) -> Fault:
    met = tuple(_chain(error))
    failure = next((failure for kind, failure in _FAILURES if any(isinstance(one, kind) for one in met)), None)
    detail = ": ".join(dict.fromkeys(f"{type(one).__name__} {one}".strip() for one in met))
    return Fault(failure or Failure.PROTOCOL, detail[:500])


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error with the ones that caused it."""
    while error is not None:
        yield error
        error = getattr(error, "os_error", None) or error.__cause__
