"""Subscriptions read in portions, and what one is owed, looked up by event and cancelled whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from statuspage.core.delivery import DeliveryState
from statuspage.core.subscription import SubscriptionState
from statuspage.store import subscriptions
from statuspage.store.database import Database
from tests.store.cast import FABLE, NOON, SECOND, append, draft, owe, owed, subscribe, subscription


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


async def test_very_many_are_read_a_portion_at_a_time(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "PORTION", 2)
    live = [replace(subscription(), created_at=NOON + number * SECOND) for number in range(5)]
    resting = replace(subscription(), state=SubscriptionState.DISABLED)
    await subscribe(store, *reversed(live), resting)
    async with store.reading() as reader:
        portions = [portion async for portion in reader.portions_in(SubscriptionState.LIVE)]
        assert portions == [live[:2], live[2:4], live[4:]]
        assert [one async for one in reader.portions_in(SubscriptionState.PENDING)] == []


async def test_only_live_endpoints_fail(store: Database) -> None:
    failing = replace(subscription(), failing_since=NOON)
    await subscribe(store, failing, subscription(), replace(failing, id="sub_off", state=SubscriptionState.DISABLED))
    async with store.reading() as reader:
        assert await reader.failing() == [failing]
