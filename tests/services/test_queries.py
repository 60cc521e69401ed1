"""The log is complete for whoever pages through it, also while it is being written; the past is never the future."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.core.snapshot import Snapshot
from statuspage.errors import NotFound, UsageError
from statuspage.ports import EventQuery
from tests.house import FABLE, GATEWAY, HOME, OPUS, SITE, VENDOR, House


def draft(house: House, model: str = FABLE, provider: str = VENDOR) -> EventDraft:
    now = house.clock()
    return EventDraft(
        house.ids("evt"), EventType.MODEL_DOWN, now, model, provider, "down", Severity.MAJOR, now,
        models=(model,), providers=(provider,), user_classes=(HOME,),
    )  # fmt: skip


async def append(house: House, *drafts: EventDraft) -> None:
    async with house.store.writing() as tx:
        await tx.append_events(drafts, SITE.url)


async def write(house: House, count: int, size: int) -> None:
    """Append ``count`` events in transactions of ``size``."""
    for _ in range(count // size):
        await append(house, *(draft(house) for _ in range(size)))
        await asyncio.sleep(0)


async def test_whoever_pages_after_seq_misses_nothing_while_several_write(house: House) -> None:
    writers = asyncio.gather(*(write(house, 40, size) for size in (1, 2, 4)))
    seen: list[int] = []
    while len(seen) < 120:
        page = await house.queries.events(EventQuery(after_seq=seen[-1] if seen else 0, limit=7))
        seen += [event.seq for event in page]
        if not page:
            await asyncio.sleep(0.001)
    await writers
    assert seen == list(range(1, 121))


async def test_filters_narrow_the_log_and_keep_its_order(house: House) -> None:
    await append(house, draft(house), draft(house, OPUS), draft(house, FABLE, GATEWAY), draft(house, OPUS, GATEWAY))
    find = house.queries.events
    assert [e.seq for e in await find(EventQuery(models=(OPUS,)))] == [2, 4]
    assert [e.seq for e in await find(EventQuery(providers=(GATEWAY,), after_seq=3))] == [4]
    assert [e.seq for e in await find(EventQuery(user_classes=(HOME,), limit=2))] == [1, 2]
    assert [e.seq for e in await find(EventQuery(types=("model.restored",)))] == []
    assert [e.seq for e in await find(EventQuery(newest=True, limit=2))] == [4, 3]


def not_yet() -> Snapshot:
    raise AssertionError("nothing is published yet, and nobody need ask")


async def test_a_name_is_known_while_something_has_it_or_an_event_tells_of_it(calm: House) -> None:
    there = await calm.queries.snapshot()
    everything = EventQuery(models=(FABLE, OPUS), providers=(VENDOR,), user_classes=(HOME,), types=("model.down",))
    await calm.queries.require_known(everything, lambda: there)
    emptied = replace(there, models=(), providers=(), user_classes=())
    for kind, query in (
        ("model", EventQuery(models=(FABLE,), after_seq=10**6)),
        ("provider", EventQuery(providers=(VENDOR,), newest=True)),
        ("user class", EventQuery(user_classes=(HOME,), types=("model.gone",))),
    ):
        with pytest.raises(NotFound, match=f"There is no {kind} '"):
            await calm.queries.require_known(query, lambda: emptied)
    await calm.queries.require_known(EventQuery(), not_yet)
    await append(calm, draft(calm))
    await calm.queries.require_known(EventQuery(10**6, (FABLE,), (VENDOR,), (HOME,), ("model.gone",)), lambda: emptied)


async def test_an_event_that_is_not_there_says_so(house: House) -> None:
    with pytest.raises(NotFound, match="there is no event 'evt_x'"):
        await house.queries.event("evt_x")


async def test_a_time_to_come_is_refused(calm: House) -> None:
    with pytest.raises(UsageError, match="still to come"):
        await calm.queries.at(calm.clock() + timedelta(microseconds=1))
    assert (await calm.queries.at(calm.clock())).generated_at == calm.clock()


async def test_the_newest_observation_is_known(house: House) -> None:
    assert await house.queries.newest_observation_at() is None
    await house.round()
    assert await house.queries.newest_observation_at() == house.clock()
