"""Server-sent events over real HTTP: resumed without loss, filtered, bounded, ended with a word, drained."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from starlette.types import Message

from statuspage.core.event import EventType
from statuspage.ports import EventQuery
from statuspage.services.streaming import Bounds
from statuspage.store.database import Database
from statuspage.store.secrets import KeyRing
from statuspage.web.stream import EventStream, Limits, Streams
from tests.site import snapshots
from tests.store.cast import FABLE, OPUS, append, draft
from tests.web.serving import Served, empty_store, serving

STREAMS = 200


@pytest.fixture
async def web_store(tmp_path: Path, sqlite_template: Path, key: KeyRing) -> AsyncIterator[Database]:
    """A new and empty store, on SQLite alone: the web knows no database."""
    async with empty_store(tmp_path, sqlite_template, key) as store:
        yield store


@dataclass
class Frame:
    """One frame of a stream: its fields, or a comment."""

    fields: dict[str, str] = field(default_factory=dict)
    comment: str = ""

    @property
    def seq(self) -> int:
        """The event's ``seq``."""
        return int(self.fields["id"])


async def frames(response: aiohttp.ClientResponse) -> AsyncIterator[Frame]:
    """The frames of a stream, in order."""
    frame = Frame()
    async for line in response.content:
        text = line.decode().rstrip("\n")
        if not text:
            yield frame
            frame = Frame()
        elif text.startswith(":"):
            frame.comment = text[1:].strip()
        else:
            name, _, value = text.partition(": ")
            frame.fields[name] = value


@asynccontextmanager
async def listening(served: Served, path: str = "", **headers: str) -> AsyncIterator[AsyncIterator[Frame]]:
    """A stream that is being read."""
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector) as client,
        client.get(f"{served.url}/api/v1/events/stream{path}", headers=headers) as response,
    ):
        assert response.status == 200
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield frames(response)


async def events(stream: AsyncIterator[Frame], count: int) -> list[Frame]:
    """The next events of a stream, without its comments."""
    found: list[Frame] = []
    async for frame in stream:
        if "id" in frame.fields:
            found.append(frame)
        if len(found) == count:
            break
    return found


@asynccontextmanager
async def house(store: Database, **more: Any) -> AsyncIterator[Served]:
    """The server over a calm day."""
    async with serving(store, snapshots.a_calm_day(), **more) as served:
        yield served


async def test_a_frame_is_seq_type_and_the_bytes_of_the_webhook(web_store: Database) -> None:
    async with house(web_store) as served, listening(served) as stream:
        first = await anext(stream)
        assert first.fields == {"retry": "3000"}
        assert first.comment == "events after 0"
        [event] = await append(web_store, draft(FABLE))
        [frame] = await events(stream, 1)
        assert frame.fields == {"id": "1", "event": "model.restricted", "data": event.body.decode()}


async def test_filters_are_those_of_the_log(web_store: Database) -> None:
    async with house(web_store) as served:
        await append(web_store, draft(FABLE), draft(OPUS), draft(OPUS, type=EventType.MODEL_DOWN), draft(FABLE))
        async with listening(served, "?after_seq=0&model=opus&type=model.down,model.restored") as stream:
            assert [one.seq for one in await events(stream, 1)] == [3]
        async with listening(served, "?after_seq=1&model=fable") as stream:
            assert [one.seq for one in await events(stream, 1)] == [4]


async def test_two_hundred_streams_lose_nothing_while_a_writer_appends(web_store: Database) -> None:
    """Half of them are cut in the middle and resumed by ``Last-Event-ID``; all see every event once, in order."""
    count = 40

    async def follow(served: Served, cut: bool) -> list[int]:
        seen: list[int] = []
        if cut:
            async with listening(served, "?after_seq=0") as stream:
                seen += [one.seq for one in await events(stream, count // 2)]
        last = {"last-event-id": str(seen[-1])} if seen else {}
        async with listening(served, "?after_seq=0", **last) as stream:
            seen += [one.seq for one in await events(stream, count - len(seen))]
        return seen

    async def write(served: Served) -> None:
        for _ in range(count):
            await append(web_store, draft(FABLE))
            served.tail.wake()
            await asyncio.sleep(0.01)

    async with house(web_store) as served:
        followers = [asyncio.create_task(follow(served, number % 2 == 0)) for number in range(STREAMS)]
        await write(served)
        assert {tuple(seen) for seen in await asyncio.gather(*followers)} == {tuple(range(1, count + 1))}


async def test_a_stream_begins_where_the_snapshot_ends(web_store: Database) -> None:
    await append(web_store, draft(FABLE), draft(OPUS))
    async with house(web_store) as served, listening(served) as stream:
        await append(web_store, draft(OPUS))
        assert [one.seq for one in await events(stream, 1)] == [3]


async def test_heartbeats_are_comments(web_store: Database) -> None:
    async with house(web_store, limits=Limits(heartbeat=0.05)) as served, listening(served) as stream:
        await anext(stream)
        assert [await anext(stream), await anext(stream)] == [Frame(comment="still here")] * 2


async def test_draining_ends_streams_at_once_and_with_a_word(web_store: Database) -> None:
    await append(web_store, draft(FABLE))
    async with house(web_store) as served:
        async with listening(served, "?after_seq=0") as stream:
            await events(stream, 1)
            started = time.monotonic()
            served.server.should_exit = True
            rest = [frame async for frame in stream]
            assert time.monotonic() - started < 3
        assert rest[-1].fields["event"] == "end"
        assert orjson.loads(rest[-1].fields["data"]) == {"reason": "closing", "after_seq": 1}


async def test_a_slow_reader_is_dropped_with_a_word(web_store: Database) -> None:
    """What it took is bounded: not one event waits for it in memory, and it is told where to go on."""
    async with house(web_store, bounds=Bounds(kept=5, step=5, poll=0.02)) as served:
        slow = Slow()
        streams = Streams(served.tail)
        answer = EventStream(streams, await served.tail.reader(EventQuery()))
        going = asyncio.create_task(answer({"type": "http", "method": "GET"}, slow.receive, slow.send))
        await slow.until(b"events after 0")
        slow.free.clear()
        for _ in range(3):
            await append(web_store, *[draft(FABLE) for _ in range(5)])
            served.tail.wake()
            await asyncio.sleep(0.1)
        assert streams.open == 1
        slow.free.set()
        await asyncio.wait_for(going, 5)
        assert streams.open == 0
        last = slow.chunks[-1].decode()
        assert last.startswith("event: end\n")
        assert orjson.loads(last.splitlines()[1].removeprefix("data: "))["reason"] == "slow"


async def test_a_reader_that_takes_nothing_is_left(web_store: Database) -> None:
    async with house(web_store) as served:
        stuck = Slow()
        streams = Streams(served.tail, Limits(stalled=0.1))
        answer = EventStream(streams, await served.tail.reader(EventQuery()))
        stuck.free.clear()
        await asyncio.wait_for(answer({"type": "http", "method": "GET"}, stuck.receive, stuck.send), 5)
        assert streams.open == 0


async def test_a_reader_that_leaves_is_forgotten(web_store: Database) -> None:
    async with house(web_store) as served:
        streams = Streams(served.tail)
        reader = Slow()
        answer = EventStream(streams, await served.tail.reader(EventQuery()))
        going = asyncio.create_task(answer({"type": "http", "method": "GET"}, reader.receive, reader.send))
        await reader.until(b"events after")
        assert streams.open == 1
        reader.left.set()
        await asyncio.wait_for(going, 5)
        assert streams.open == 0


async def test_there_is_a_most(web_store: Database) -> None:
    async with house(web_store, limits=Limits(streams=1)) as served, listening(served) as stream:
        await anext(stream)
        async with aiohttp.ClientSession() as client, client.get(f"{served.url}/api/v1/events/stream") as response:
            assert response.status == 429
            assert response.headers["retry-after"] == "30"


@pytest.mark.parametrize("ask", ["?after_seq=-1", "?after_seq=x", "?type=model.gone", "?limit=3", "?modle=x"])
async def test_what_cannot_be_meant_is_refused(web_store: Database, ask: str) -> None:
    async with (
        house(web_store) as served,
        aiohttp.ClientSession() as client,
        client.get(f"{served.url}/api/v1/events/stream{ask}") as response,
    ):
        assert response.status == 422


async def test_a_name_that_nothing_has_is_no_silence(web_store: Database) -> None:
    async with (
        house(web_store) as served,
        aiohttp.ClientSession() as client,
        client.get(f"{served.url}/api/v1/events/stream?model=nope") as response,
    ):
        assert response.status == 404
        assert "'nope'" in (await response.json())["detail"]


async def test_head_and_a_bad_last_event_id(web_store: Database) -> None:
    async with house(web_store) as served, aiohttp.ClientSession() as client:
        url = f"{served.url}/api/v1/events/stream"
        async with client.head(url) as response:
            assert response.status == 200
            assert response.headers["content-type"].startswith("text/event-stream")
        async with client.get(url, headers={"last-event-id": "evt_1"}) as response:
            assert response.status == 422


@dataclass
class Slow:
    """A reader that takes what is sent only while it is not blocked."""

    chunks: list[bytes] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free.set()

    async def send(self, message: Message) -> None:
        """Take a message when not blocked."""
        if message["type"] == "http.response.body":
            await self.free.wait()
            self.chunks.append(message["body"])

    async def receive(self) -> Message:
        """Say that the reader has left, once it has."""
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def until(self, text: bytes) -> None:
        """Wait until something was taken."""
        while not any(text in chunk for chunk in self.chunks):  # noqa: ASYNC110 - it is a test
            await asyncio.sleep(0.005)
