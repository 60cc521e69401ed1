"""A transaction is whole or nothing, a view is one moment, and every commit that matters is noticed."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from statuspage.errors import Conflict, UsageError
from statuspage.ports import RevisionKind
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from tests.store.cast import (
    FABLE,
    NOON,
    OPUS,
    SECOND,
    SITE,
    append,
    draft,
    observation,
    owe,
    owed,
    state,
    subscribe,
    subscription,
    transition,
)


class Regret(Exception):
    """Raised in the middle of a transaction."""


async def test_a_block_that_raises_leaves_nothing(store: Database) -> None:
    with suppress(Regret):
        async with store.writing() as writer:
            await writer.save_cells([state(FABLE)])
            await writer.add_transitions([transition(FABLE)])
            await writer.add_observations([observation(FABLE)])
            await writer.append_events([draft(FABLE)], SITE)
            raise Regret
    async with store.reading() as reader:
        assert await reader.cells() == {}
        assert await reader.transitions(None, None, None) == []
        assert await reader.newest_observation_at() is None
        assert await reader.last_seq() == 0


async def test_a_cell_number_that_was_rolled_back_is_not_remembered(store: Database) -> None:
    with suppress(Regret):
        async with store.writing() as writer:
            await writer.add_observations([observation(FABLE)])
            raise Regret
    async with store.writing() as writer:
        await writer.add_observations([observation(OPUS)])
    async with store.writing() as writer:
        await writer.add_observations([observation(FABLE)])
        assert await writer.observations(OPUS, NOON) == [observation(OPUS)]
        assert await writer.observations(FABLE, NOON) == [observation(FABLE)]


async def test_a_rolled_back_event_leaves_no_gap(store: Database) -> None:
    await append(store, draft(FABLE))
    with suppress(Regret):
        async with store.writing() as writer:
            await writer.append_events([draft(FABLE)], SITE)
            raise Regret
    [event] = await append(store, draft(FABLE))
    assert event.seq == 2


async def test_a_view_does_not_move(store: Database) -> None:
    await append(store, draft(FABLE))
    async with store.reading() as reader:
        assert await reader.last_seq() == 1
        await append(store, draft(FABLE))
        assert await reader.last_seq() == 1
    async with store.reading() as reader:
        assert await reader.last_seq() == 2


async def test_the_same_id_twice_is_a_conflict(store: Database) -> None:
    once = draft(FABLE)
    await append(store, once)
    with pytest.raises(Conflict):
        await append(store, once)


async def test_what_refers_to_nothing_is_a_conflict(store: Database) -> None:
    [event] = await append(store, draft(FABLE))
    with pytest.raises(Conflict):
        await owe(store, owed(event, subscription()))


async def test_the_version_grows_with_what_a_page_could_show(store: Database, store_url: str, key: KeyRing) -> None:
    other = await open_store(store_url, key=key)
    seen = [await store.version()]

    async def moved() -> bool:
        seen.append(await store.version())
        return seen[-1] > seen[-2]

    async with other.writing() as writer:
        await writer.add_observations([observation(FABLE)])
        await writer.set_note("seeded", "yes")
        await writer.save_cells([state(FABLE)])
    await subscribe(other, subscription())
    assert not await moved()
    async with other.writing() as writer:
        await writer.add_transitions([transition(FABLE)])
    assert await moved()
    async with other.writing() as writer:
        await writer.add_revision(RevisionKind.INCIDENT, "inc_1", {}, NOON, "staff")
    assert await moved()
    await append(other, draft(FABLE))
    assert await moved()
    assert not await moved()
    await other.close()


async def test_a_transaction_inside_a_transaction_is_refused_at_once(store: Database) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction already"):
        async with store.writing():
            await append(store, draft(FABLE))
    [event] = await append(store, draft(FABLE))
    assert event.seq == 1


async def test_a_cancelled_writer_does_not_block_the_next(store: Database) -> None:
    started = asyncio.Event()

    async def linger() -> None:
        async with store.writing() as writer:
            await writer.append_events([draft(FABLE)], SITE)
            started.set()
            await asyncio.sleep(60)

    lingering = asyncio.create_task(linger())
    await started.wait()
    waiting = [asyncio.create_task(append(store, draft(OPUS))) for _ in range(3)]
    await asyncio.sleep(0.05)
    waiting[0].cancel()
    lingering.cancel()
    done = await asyncio.gather(lingering, *waiting, return_exceptions=True)
    assert [isinstance(one, asyncio.CancelledError) for one in done] == [True, True, False, False]
    [event] = await append(store, draft(OPUS))
    assert event.seq == 3


async def test_writers_who_wait_leave_the_connections_to_the_readers(store: Database) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def linger() -> None:
        async with store.writing() as writer:
            await writer.append_events([draft(FABLE)], SITE)
            entered.set()
            await leave.wait()

    lingering = asyncio.create_task(linger())
    await entered.wait()
    waiting = [asyncio.create_task(append(store, draft(OPUS))) for _ in range(30)]
    await asyncio.sleep(0.5)
    try:
        async with asyncio.timeout(15), store.reading() as reader:
            assert await reader.last_seq() == 0
    finally:
        leave.set()
        done = await asyncio.gather(lingering, *waiting, return_exceptions=True)
    assert [one for one in done if isinstance(one, BaseException)] == []
    async with store.reading() as reader:
        assert await reader.last_seq() == 31


async def test_cancelling_at_any_moment_leaves_the_store_usable(store: Database) -> None:
    for delay in range(40):
        task = asyncio.create_task(append(store, draft(FABLE)))
        await asyncio.sleep(delay / 4000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    [event] = await append(store, draft(FABLE))
    async with store.reading() as reader:
        assert await reader.last_seq() == event.seq


async def test_the_clock_of_a_lease_is_the_callers(store: Database) -> None:
    to = subscription()
    await subscribe(store, to)
    [event] = await append(store, draft(FABLE))
    await owe(store, owed(event, to))
    async with store.writing() as writer:
        assert await writer.claim(NOON - SECOND, SECOND, 10, 2) == []
        assert len(await writer.claim(NOON, SECOND, 10, 2)) == 1


@pytest.mark.parametrize("url", ["mysql://somewhere/x", "sqlite://", "nonsense", "sqlite:///:memory:"])
async def test_what_is_no_store(url: str, key: KeyRing) -> None:
    with pytest.raises(UsageError, match="sqlite:///FILE"):
        await open_store(url, key=key)
