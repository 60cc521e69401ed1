"""The one bounded fetch: every request of a check goes through here, and every far-side fault ends as an answer."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Self

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from checks.observation import Answer, Timings
from checks.stopwatch import Stopwatch, tls_context, tracing
from checks.stream import Stream, StreamWatch
from checks.target import DIRECT, Credential

JSON_CAP = 64 * 1024
STREAM_CAP = 256 * 1024
LIST_CAP = 4 * 1024 * 1024
USER_AGENT = "statuspage-checks"

_CONNECT_TIMEOUT = 10.0
_KEEP_ALIVE = 2.0
_GRACE = 0.1
_MAX_HEADER = 32 * 1024
_CHUNK = 16 * 1024
_PROXY_AUTH_REQUIRED = 407


@dataclass(frozen=True, slots=True)
class Request:
    """One question: where, as whom, and how long and how much of an answer to bear.

    ``timeout`` bounds everything in seconds, body included; ``cap`` is where reading stops. With ``stream`` the time
    to the first content is taken, and the answer is whole at its end marker, whether or not the connection closes.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = None
    credential: Credential | None = None
    timeout: float = 20.0
    cap: int = JSON_CAP
    stream: Stream | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came back, or the failure to get it, and how long each phase took.

    ``broken_off`` is a stream that began and then closed in order, with neither content nor an end.
    """

    answer: Answer
    timings: Timings
    broken_off: bool = False


class Fetcher:
    """Asks over HTTP with one connection pool a credential, so that classes never share a connection.

    No redirects, cookies, environment proxies, decompression while reading, or retries. Faults of the far side and of
    the way there are returned as answers; mistakes of the caller (a header with a line break) are raised.
    """

    def __init__(
        self,
        *,
        user_agent: str = USER_AGENT,
        connect_timeout: float = _CONNECT_TIMEOUT,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._connect_timeout = connect_timeout
        self._tls = tls or _default_tls()
        self._sessions: dict[tuple[str, str], aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every pool."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    async def fetch(self, request: Request) -> Fetched:
        """Ask once; never raises for the far side's faults."""
        with Stopwatch() as watch:
            answer = await self._answer(request, watch)
        return Fetched(answer, watch.timings(), watch.broken_off)

    async def _answer(self, request: Request, watch: Stopwatch) -> Answer:
        deadline = asyncio.timeout(request.timeout)
        try:
            async with deadline:
                return await self._ask(request, watch)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            late = deadline.expired()
            return Answer(None, failure="timeout" if late else "network", failure_detail=_describe(error, late))

    async def _ask(self, request: Request, watch: Stopwatch) -> Answer:
        egress = _egress(request.credential)
        asking = self._session(request.credential).request(
            request.method,
            URL(request.url, encoded=True),
            headers={"user-agent": self._user_agent, "accept-encoding": "identity", **request.headers},
            data=request.body,
            proxy=None if egress == DIRECT else egress,
            allow_redirects=False,
            trace_request_ctx=watch,
        )
        async with asking as response:
            watch.first_byte = watch.elapsed()
            body = await _read(response, request, watch)
        if response.status == _PROXY_AUTH_REQUIRED:
            return Answer(None, failure="network", failure_detail="the egress proxy wants authentication")
        headers = _headers(response.headers)
        return Answer(response.status, headers, _inflate(body, headers.get("content-encoding", ""), request.cap))

    def _session(self, credential: Credential | None) -> aiohttp.ClientSession:
        key = ("", DIRECT) if credential is None else (credential.id, credential.egress)
        if key not in self._sessions:
            self._sessions[key] = self._new_session()
        return self._sessions[key]

    def _new_session(self) -> aiohttp.ClientSession:
        # The pool has no limit: waiting for a connection of our own must not look like the far side's timeout.
        # Idle connections go before any server drops them, so that a reused one is never one just closed.
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE, ssl=self._tls),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._connect_timeout),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
            trace_configs=[tracing()],
        )


@cache
def _default_tls() -> ssl.SSLContext:
    return tls_context()


async def _read(response: aiohttp.ClientResponse, request: Request, watch: Stopwatch) -> bytes:
    """Read the body up to the cap, or to the stream's end marker and what comes at once after it."""
    stream = StreamWatch(request.stream) if request.stream else None
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if stream and _is_over(stream, chunk, watch):
            body += await _rest(response, request, watch)
            break
        if len(body) >= request.cap:
            response.close()
            break
    else:
        watch.broken_off = stream is not None and not _is_over(stream, b"\n", watch) and stream.is_hollow
    return bytes(body[: request.cap])


def _is_over(stream: StreamWatch, chunk: bytes, watch: Stopwatch) -> bool:
    stream.feed(chunk)
    if stream.begun and watch.first_token is None:
        watch.first_token = watch.elapsed()
    return stream.ended


async def _rest(response: aiohttp.ClientResponse, request: Request, watch: Stopwatch) -> bytes:
    """After the end marker: a moment to close in order, which keeps the connection for the next question."""
    watch.total = watch.elapsed()
    rest = bytearray()
    try:
        async with asyncio.timeout(min(_GRACE, (request.timeout - watch.total) / 2)):
            while len(rest) < request.cap and not response.content.at_eof():
                rest += await response.content.readany()
    except (aiohttp.ClientError, OSError):
        response.close()
    return bytes(rest)


def _headers(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for name, value in headers.items():
        text = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        key = name.lower()
        merged[key] = f"{merged[key]}, {text}" if key in merged else text
    return merged


def _inflate(body: bytes, encoding: str, cap: int) -> bytes:
    """Undo a compression that nobody asked for, never beyond the cap; what cannot be undone stays as it came."""
    if encoding.strip().lower() not in {"gzip", "x-gzip", "deflate"}:
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32).decompress(body, cap)
    except zlib.error:
        return body


def _egress(credential: Credential | None) -> str:
    return DIRECT if credential is None else credential.egress


def _describe(error: BaseException, late: bool) -> str:
    """The class of an error and never its text, which may name addresses or credentials."""
    if late:
        return "Timeout"
    cause = getattr(error, "os_error", None) or error
    names: Iterable[str] = dict.fromkeys((type(error).__name__, type(cause).__name__))
    return ": ".join(names)
