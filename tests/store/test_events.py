"""Events are numbered without gaps in the order in which they become visible, whoever writes at once."""

from __future__ import annotations

import asyncio

import pytest

from statuspage.core.event import EventType
from statuspage.ports import EventQuery
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from tests.store.cast import ABROAD, FABLE, MINUTE, NOON, OPUS, append, draft, state

WRITERS, EACH = 8, 12


async def seqs(store: Database, query: EventQuery) -> list[int]:
    async with store.reading() as reader:
        return [event.seq for event in await reader.events(query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (EventQuery(), [1, 2, 3, 4]),
        (EventQuery(newest=True), [4, 3, 2, 1]),
        (EventQuery(limit=2), [1, 2]),
        (EventQuery(newest=True, limit=1), [4]),
        (EventQuery(after_seq=2), [3, 4]),
        (EventQuery(after_seq=2, newest=True), [4, 3]),
        (EventQuery(models=("fable",)), [1, 3]),
        (EventQuery(models=("fable", "opus")), [1, 2, 3]),
        (EventQuery(models=("unheard-of",)), []),
        (EventQuery(providers=("bedrock",)), [3]),
        (EventQuery(user_classes=("us-persons",), models=("fable",)), [1, 3]),
        (EventQuery(user_classes=("abroad",), models=("opus",)), []),
        (EventQuery(types=("model.down", "incident.opened")), [2, 4]),
        (EventQuery(types=("model.down",), providers=("claude-api",), after_seq=1), [2]),
    ],
)
async def test_filters(store: Database, query: EventQuery, found: list[int]) -> None:
    await append(
        store,
        draft(FABLE),
        draft(OPUS, type=EventType.MODEL_DOWN),
        draft(FABLE, ABROAD),
        draft(type=EventType.INCIDENT_OPENED),
    )
    assert await seqs(store, query) == found


async def test_the_newest_seq_at_a_moment(store: Database) -> None:
    async with store.reading() as reader:
        assert await reader.last_seq() == 0
        assert await reader.last_seq(NOON) == 0
    await append(store, *(draft(FABLE, at=NOON + n * MINUTE) for n in range(3)))
    async with store.reading() as reader:
        assert await reader.last_seq() == 3
        assert await reader.last_seq(NOON + MINUTE) == 2
        assert await reader.last_seq(NOON - MINUTE) == 0


async def test_a_cursor_misses_nothing_while_eight_write(store: Database, store_url: str, key: KeyRing) -> None:
    seen: list[int] = []
    writing = True

    async def follow() -> None:
        while writing or len(seen) < WRITERS * EACH:
            seen.extend(await seqs(store, EventQuery(after_seq=seen[-1] if seen else 0, limit=7)))
            await asyncio.sleep(0)

    async def write() -> None:
        own = await open_store(store_url, key=key)
        try:
            for _ in range(EACH):
                async with own.writing() as writer:
                    await writer.save_cells([state(FABLE), state(OPUS)])
                    await writer.append_events([draft(FABLE)], "https://status.example")
        finally:
            await own.close()

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    writing = False
    await asyncio.wait_for(following, 30)
    assert seen == list(range(1, WRITERS * EACH + 1))
