"""What is past its retention goes: observations, attempts, and what receivers answered; nothing else does."""

from __future__ import annotations

from datetime import timedelta

from statuspage.core.delivery import Attempt, Outcome
from statuspage.store.database import Database
from tests.store.cast import FABLE, NOON, append, draft, observation, owe, owed, subscribe, subscription, transition

DAY = timedelta(days=1)


async def test_each_kind_of_row_has_a_retention_of_its_own(store: Database) -> None:
    to = subscription()
    await subscribe(store, to)
    [event] = await append(store, draft(FABLE))
    delivery = owed(event, to)
    await owe(store, delivery)
    tried = [
        Attempt(f"att_{days}", delivery.id, NOON - days * DAY, Outcome(500, excerpt=b"what they said"), None)
        for days in (40, 10, 1)
    ]
    async with store.writing() as tx:
        await tx.add_transitions([transition(FABLE, NOON - 90 * DAY)])
        await tx.add_observations([observation(FABLE, NOON - days * DAY) for days in (31, 29)])
        for one in tried:
            await tx.add_attempt(one)
        assert await tx.forget(NOON - 30 * DAY, NOON - 30 * DAY, NOON - 7 * DAY) == 3
        assert await tx.forget(NOON - 30 * DAY, NOON - 30 * DAY, NOON - 7 * DAY) == 0
    async with store.reading() as view:
        left = await view.attempts(delivery.id)
        assert [(one.id, one.outcome.status, one.outcome.excerpt) for one in left] == [
            ("att_10", 500, b""),
            ("att_1", 500, b"what they said"),
        ]
        assert [one.at for one in await view.observations(FABLE, NOON - 99 * DAY)] == [NOON - 29 * DAY]
        assert len(await view.transitions([FABLE], None, None)) == 1


async def test_a_clock_that_went_back_hastens_what_is_owed_and_nothing_else(store: Database) -> None:
    to = subscription()
    await subscribe(store, to)
    [event] = await append(store, draft(FABLE))
    ahead = owed(event, to, at=NOON + DAY)
    await owe(store, ahead)
    async with store.writing() as tx:
        assert await tx.claim(NOON, timedelta(minutes=1), 10, 10) == []
        await tx.hasten_deliveries(DAY)
        [parcel] = await tx.claim(NOON, timedelta(minutes=1), 10, 10)
        assert (parcel.delivery.id, parcel.delivery.next_attempt_at) == (ahead.id, NOON)
