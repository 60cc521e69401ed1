"""What one subscription is owed, looked up by event and cancelled whole; nobody else's is touched."""

from __future__ import annotations

from dataclasses import replace

from statuspage.core.delivery import DeliveryState
from statuspage.store.database import Database
from tests.store.cast import FABLE, NOON, append, draft, owe, owed, subscribe, subscription


async def test_by_event_and_cancelled_whole(store: Database) -> None:
    mine, other = subscription(), subscription()
    await subscribe(store, mine, other)
    events = await append(store, *(draft(FABLE) for _ in range(3)))
    pending = [replace(owed(one, mine), lease_until=NOON) for one in events]
    done = replace(owed(events[0], mine, at=NOON.replace(hour=11)), state=DeliveryState.DELIVERED)
    theirs = owed(events[0], other)
    await owe(store, *pending, done, theirs)
    async with store.writing() as writer:
        assert await writer.deliveries_of(mine.id, [events[2].seq, events[0].seq]) == [pending[2], pending[0], done]
        assert await writer.deliveries_of(mine.id, []) == []
        assert await writer.cancel_deliveries(mine.id) == 3
        assert await writer.cancel_deliveries(mine.id) == 0
    cancelled = [replace(one, state=DeliveryState.CANCELLED, lease_until=None) for one in pending]
    async with store.reading() as reader:
        assert await reader.deliveries(mine.id) == [*cancelled[::-1], done]
        assert await reader.deliveries(other.id) == [theirs]
