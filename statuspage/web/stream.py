"""``/api/v1/events/stream``: the log as server-sent events, resumed by ``seq``, bounded and drained."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from statuspage.core.event import Event
from statuspage.errors import UsageError
from statuspage.ports import EventQuery
from statuspage.services.streaming import Ended, Reader, Tail
from statuspage.web import ask
from statuspage.web.capacity import MOST_STREAMS
from statuspage.web.limits import address_of, is_loopback
from statuspage.web.problems import problem
from statuspage.web.security import headers_for

CONTENT_TYPE = "text/event-stream"
LAST_SEEN = "last-event-id"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many streams at once, and of one address; seconds between heartbeats, and for which a reader may take
    nothing. This machine itself has no limit of its own: a proxy on it may stand for everybody."""

    streams: int = MOST_STREAMS
    per_address: int = 50
    heartbeat: float = 15.0
    stalled: float = 60.0


@dataclass
class Streams:
    """The open streams."""

    tail: Tail
    limits: Limits = Limits()
    require_known: Callable[[EventQuery], Awaitable[None]] | None = None
    addresses: Counter[str] = field(default_factory=Counter)

    @property
    def open(self) -> int:
        """How many there are."""
        return self.addresses.total()

    def routes(self) -> list[Route]:
        """The route, under ``/api/v1``; it stands before the one for a single event."""
        return [Route("/events/stream", self.stream)]

    async def stream(self, request: Request) -> Response:
        """Events from now on, or after a ``seq``."""
        query = request.query_params
        wanted = ask.events(query)
        last_seen = _last_seen(request)
        from_now = last_seen is None and "after_seq" not in query
        address = address_of(request)
        if refusal := self._full(address):
            full = problem(429, refusal)
            full.headers["retry-after"] = "30"
            return full
        if self.require_known:
            await self.require_known(wanted)
        after = wanted if last_seen is None else replace(wanted, after_seq=last_seen)
        return EventStream(self, await self.tail.reader(after, from_now=from_now), address)

    @contextmanager
    def seat(self, address: str) -> Iterator[None]:
        """Count a stream as long as the block lasts."""
        self.addresses[address] += 1
        try:
            yield
        finally:
            self.addresses[address] -= 1
            self.addresses += Counter()

    def _full(self, address: str) -> str | None:
        """Why there is no room for one more stream, if there is none."""
        if self.open >= self.limits.streams:
            return "there are as many streams as this server keeps; read /api/v1/events instead"
        if self.addresses[address] >= self.limits.per_address and not is_loopback(address):
            return f"{self.limits.per_address} streams of one address are open; share one, or read /api/v1/events"
        return None


class EventStream(Response):
    """An answer that goes on until the reader leaves, falls behind, or the server drains."""

    def __init__(self, streams: Streams, reader: Reader, address: str = "") -> None:
        super().__init__(media_type=CONTENT_TYPE)
        self._streams = streams
        self._reader = reader
        self._address = address
        del self.headers["content-length"]
        self.headers.update({name.decode(): value.decode() for name, value in headers_for(CONTENT_TYPE)})
        self.headers["access-control-allow-origin"] = "*"
        self.headers["cache-control"] = "no-store"
        self.headers["x-accel-buffering"] = "no"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the end."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        with self._streams.seat(self._address):
            await self._until_either_ends(send, receive)

    async def _until_either_ends(self, send: Send, receive: Receive) -> None:
        telling = asyncio.create_task(self._tell(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({telling, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            telling.cancel()
            leaving.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)
        if not telling.cancelled():
            telling.result()

    async def _tell(self, send: Send) -> None:
        with suppress(TimeoutError):
            await self._follow(send, self._streams.limits.heartbeat)

    async def _follow(self, send: Send, heartbeat: float) -> None:
        try:
            await self._write(send, f"retry: 3000\n: events after {self._reader.seq}\n\n".encode())
            while True:
                events = await self._reader.more(heartbeat)
                await self._write(send, frames(events) or b": still here\n\n")
        except Ended as ended:
            await self._write(send, _end(str(ended), self._reader.seq), more=False)

    async def _write(self, send: Send, chunk: bytes, *, more: bool = True) -> None:
        """Write to the reader; one that takes nothing for too long is left."""
        message = {"type": "http.response.body", "body": chunk, "more_body": more}
        async with asyncio.timeout(self._streams.limits.stalled):
            await send(message)


def frames(events: Iterable[Event]) -> bytes:
    """Events as they stand on the wire: ``seq``, type, and the very bytes that webhooks carry."""
    return b"".join(
        f"id: {one.seq}\nevent: {one.draft.type.value}\n".encode() + b"data: " + one.body + b"\n\n" for one in events
    )


def _end(reason: str, seq: int) -> bytes:
    return b"event: end\ndata: " + orjson.dumps({"reason": reason, "after_seq": seq}) + b"\n\n"


def _last_seen(request: Request) -> int | None:
    text = request.headers.get(LAST_SEEN, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise UsageError("Last-Event-ID must be the seq of an event")
    return int(text)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
