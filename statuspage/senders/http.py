"""The guarded way out: one bounded POST through a door, in sessions that keep nothing and follow nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from types import SimpleNamespace
from typing import Protocol

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ConnectionKey
from yarl import URL

from statuspage.core.delivery import Failure
from statuspage.senders.addresses import Blocked, GuardedResolver, GuardedSockets, SystemResolver
from statuspage.senders.guard import Door


@dataclass(frozen=True, slots=True)
class Limits:
    """How long (seconds) and how much (bytes) an attempt may take; ``total`` includes the body of the answer.

    Connections to at most ``warm`` hosts are kept open after an answer, ``warm_for`` seconds: each holds a descriptor
    and, with TLS, a hundred kilobytes.
    """

    dns: float = 3.0
    connect: float = 5.0
    total: float = 15.0
    read: int = 16 * 1024
    kept: int = 2 * 1024
    headers: int = 8 * 1024
    at_once: int = 400
    at_once_per_host: int = 10
    warm: int = 50
    warm_for: float = 15.0


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


class Outbound(Protocol):
    """Whatever makes POST requests through doors: a client in this process, or relays in processes of their own."""

    async def post(self, url: str, door: Door, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST and read the answer; whatever keeps it from coming whole is a Fault."""
        ...

    async def close(self) -> None:
        """Stop sending."""
        ...


class Warm:
    """The hosts whose connections are kept open for a while: few, so that a fan-out leaves no thousands behind."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._called: OrderedDict[str, float] = OrderedDict()

    def keeps(self, host: str, now: float) -> bool:
        """Whether a connection to a host that is called now is kept."""
        while self._called and next(iter(self._called.values())) <= now - self._seconds:
            self._called.popitem(last=False)
        if host not in self._called and len(self._called) >= self._most:
            return False
        self._called[host] = now
        self._called.move_to_end(host)
        return True


class Curt(aiohttp.TCPConnector):
    """Ends a connection without a farewell: TLS would write one and wait half a minute for the other side's."""

    def _release(self, key: ConnectionKey, protocol: ResponseHandler, *, should_close: bool = False) -> None:
        if not self._closed and (self._force_close or should_close or protocol.should_close):
            self._release_acquired(key, protocol)
            self._loop.call_soon(protocol.abort)  # the transport may be in the middle of telling what it has read
        else:
            super()._release(key, protocol, should_close=should_close)


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
        self._sessions: dict[tuple[Door, bool], aiohttp.ClientSession] = {}
        self._warm = Warm(limits.warm, limits.warm_for)
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
        target = URL(url, encoded=True)
        kept = self._warm.keeps(target.raw_authority, monotonic())
        asking = self._session(door, kept).post(
            target,
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

    def _session(self, door: Door, kept: bool) -> aiohttp.ClientSession:
        if (door, kept) not in self._sessions:
            self._sessions[door, kept] = self._new_session(door, kept)
        return self._sessions[door, kept]

    def _new_session(self, door: Door, kept: bool) -> aiohttp.ClientSession:
        limits = self._limits
        connector = Curt(
            limit=limits.at_once,
            limit_per_host=limits.at_once_per_host,
            use_dns_cache=False,
            force_close=not kept,
            keepalive_timeout=limits.warm_for if kept else None,
            resolver=GuardedResolver(self._resolver, door, limits.dns),
            socket_factory=GuardedSockets(door),
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
            trace_configs=[_tracing()] if kept else [],  # only a connection that is kept is ever reused
        )


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
