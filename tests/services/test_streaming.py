"""The end of the log, followed: nothing is missed, one poller serves all, and who is too slow is told."""

from __future__ import annotations

import asyncio

import pytest

from statuspage.core.event import EventType
from statuspage.ports import EventQuery
from statuspage.services.streaming import Bounds, Ended, Reader, Tail, selects
from statuspage.store.database import Database
from tests.store.cast import ABROAD, FABLE, OPUS, append, draft

SOON = 0.05
SMALL = Bounds(kept=4, step=3, poll=0.02)
EVERYTHING = EventQuery()


async def add(store: Database, count: int) -> None:
    """Append so many events."""
    for _ in range(count):
        await append(store, draft(FABLE))


async def taken(reader: Reader, last: int) -> list[int]:
    """The ``seq`` of the next events, until that of the last one."""
    found: list[int] = []
    while not found or found[-1] < last:
        found += [event.seq for event in await reader.more(SOON)]
    return found


async def test_from_now_on_only_what_is_new_is_told(store: Database) -> None:
    await add(store, 3)
    tail = Tail(store)
    async with tail.following():
        reader = await tail.reader(EVERYTHING, from_now=True)
        assert await reader.more(SOON) == []
        await add(store, 2)
        tail.wake()
        assert await taken(reader, 5) == [4, 5]


async def test_the_past_comes_from_the_store_and_meets_what_is_new_without_a_gap(store: Database) -> None:
    await add(store, 10)
    tail = Tail(store, SMALL)
    async with tail.following():
        reader = await tail.reader(EventQuery(after_seq=2))
        first = await taken(reader, 5)
        await add(store, 6)
        tail.wake()
        assert first + await taken(reader, 16) == list(range(3, 17))


async def test_a_reader_that_had_caught_up_and_falls_behind_ends(store: Database) -> None:
    tail = Tail(store, SMALL)
    async with tail.following():
        slow, late = await tail.reader(EVERYTHING), await tail.reader(EVERYTHING)
        assert await slow.more(SOON) == []
        await add(store, 9)
        while tail.head < 9:
            await tail.news(SOON)
        with pytest.raises(Ended, match="slow"):
            await slow.more(SOON)
        assert await taken(late, 9) == list(range(1, 10)), "one that is still catching up is not too slow"


async def test_closing_ends_every_reader(store: Database) -> None:
    tail = Tail(store)
    async with tail.following():
        reader = await tail.reader(EVERYTHING)
        waiting = asyncio.create_task(reader.more(60))
        await asyncio.sleep(SOON)
        tail.close()
        with pytest.raises(Ended, match="closing"):
            await waiting


async def test_a_place_in_the_future_begins_now(store: Database) -> None:
    tail = Tail(store, SMALL)
    async with tail.following():
        reader = await tail.reader(EventQuery(after_seq=99))
        await add(store, 1)
        assert await taken(reader, 1) == [1]


async def test_one_poller_asks_for_all(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = Tail(store, Bounds(poll=60))
    asked = 0
    page = tail._page

    async def counted(after_seq: int) -> object:
        nonlocal asked
        asked += 1
        return await page(after_seq)

    monkeypatch.setattr(tail, "_page", counted)
    async with tail.following():
        readers = [await tail.reader(EVERYTHING) for _ in range(50)]
        before = asked
        reading = [asyncio.create_task(reader.more(5)) for reader in readers]
        await asyncio.sleep(0)
        await add(store, 1)
        tail.wake()
        found = await asyncio.gather(*reading)
        assert {tuple(event.seq for event in events) for events in found} == {(1,)}
        assert asked - before <= 3


QUERIES = [
    EVERYTHING,
    EventQuery(models=("fable",)),
    EventQuery(models=("opus", "nobody")),
    EventQuery(providers=("bedrock",)),
    EventQuery(user_classes=("abroad",)),
    EventQuery(user_classes=("us-persons",), types=("model.down",)),
    EventQuery(types=("config.changed",)),
    EventQuery(models=("nobody",)),
]


@pytest.mark.parametrize("query", QUERIES)
async def test_a_filter_means_what_it_means_to_the_store(store: Database, query: EventQuery) -> None:
    await append(store, draft(FABLE), draft(OPUS, type=EventType.MODEL_DOWN), draft(ABROAD))
    await append(store, draft(FABLE, OPUS), draft(type=EventType.CONFIG_CHANGED), draft(type=EventType.CELL_UNKNOWN))
    async with store.reading() as view:
        every, wanted = await view.events(EVERYTHING), await view.events(query)
    assert [event.seq for event in every if selects(query, event)] == [event.seq for event in wanted]
