"""Claiming: leases, lanes, fairness, and several processes at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from statuspage.core.delivery import Delivery, DeliveryState
from statuspage.core.event import EventType
from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.ports import Parcel
from statuspage.store import engine
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KeyRing
from tests.store.cast import (
    FABLE,
    MINUTE,
    NOON,
    SECOND,
    append,
    draft,
    owe,
    owed,
    subscribe,
    subscription,
)


async def claim(
    store: Database, now: datetime = NOON, lease: timedelta = MINUTE, limit: int = 100, per_endpoint: int = 2
) -> list[Parcel]:
    async with store.writing() as writer:
        return await writer.claim(now, lease, limit, per_endpoint)


def ids(parcels: list[Parcel]) -> list[str]:
    return [parcel.delivery.id for parcel in parcels]


async def owing(store: Database, *lanes: str, to: Subscription | None = None) -> tuple[Subscription, list[Delivery]]:
    """A subscription that is owed one delivery for each lane, in this order."""
    if to is None:
        to = subscription()
        await subscribe(store, to)
    events = await append(store, *(draft(FABLE) for _ in lanes))
    deliveries = [owed(event, to, lane) for event, lane in zip(events, lanes, strict=True)]
    await owe(store, *deliveries)
    return to, deliveries


async def test_a_parcel_holds_what_the_attempt_needs(store: Database) -> None:
    to, [delivery] = await owing(store, "a")
    async with store.reading() as reader:
        event = await reader.event(delivery.event_id)
    [parcel] = await claim(store)
    assert event
    assert parcel == Parcel(replace(delivery, lease_until=NOON + MINUTE), to, event.body, (to.id.encode(),))


async def test_a_lease_ends(store: Database) -> None:
    _, [delivery] = await owing(store, "a")
    assert ids(await claim(store)) == [delivery.id]
    assert await claim(store, NOON + MINUTE - SECOND) == []
    assert ids(await claim(store, NOON + MINUTE)) == [delivery.id]


@pytest.mark.parametrize("over", [DeliveryState.DELIVERED, DeliveryState.EXHAUSTED, DeliveryState.CANCELLED])
async def test_what_is_over_is_not_claimed_and_holds_nothing_back(store: Database, over: DeliveryState) -> None:
    _, [first, second] = await owing(store, "a", "a")
    [parcel] = await claim(store)
    async with store.writing() as writer:
        await writer.save_delivery(replace(parcel.delivery, state=over))
    assert parcel.delivery.id == first.id
    assert ids(await claim(store)) == [second.id]
    assert first.id not in ids(await claim(store, NOON + 5 * MINUTE))


async def test_a_retry_waits_for_its_time_and_lets_the_next_one_go(store: Database) -> None:
    _, [first, second] = await owing(store, "a", "a")
    async with store.writing() as writer:
        await writer.save_delivery(replace(first, next_attempt_at=NOON + SECOND, attempts=1))
    assert ids(await claim(store)) == [second.id]
    assert await claim(store, NOON + SECOND) == []
    async with store.writing() as writer:
        await writer.save_delivery(replace(second, state=DeliveryState.DELIVERED))
    assert ids(await claim(store, NOON + SECOND)) == [first.id]


async def test_one_in_flight_in_a_lane_and_the_lowest_seq_first(store: Database) -> None:
    _, [first, second, other] = await owing(store, "a", "a", "b")
    assert ids(await claim(store, per_endpoint=5)) == [first.id, other.id]
    assert await claim(store, per_endpoint=5) == []
    async with store.writing() as writer:
        await writer.save_delivery(replace(first, state=DeliveryState.DELIVERED))
    assert ids(await claim(store, per_endpoint=5)) == [second.id]


async def test_the_same_lane_of_two_subscriptions_is_two_lanes(store: Database) -> None:
    _, [one] = await owing(store, "a")
    _, [two] = await owing(store, "a")
    assert ids(await claim(store)) == [one.id, two.id]


async def test_few_at_a_time_of_an_endpoint(store: Database) -> None:
    _, [first, second, third] = await owing(store, "a", "b", "c")
    assert ids(await claim(store, limit=1)) == [first.id]
    assert ids(await claim(store)) == [second.id]
    assert await claim(store) == []
    assert ids(await claim(store, per_endpoint=3)) == [third.id]


async def test_a_long_backlog_does_not_delay_others(store: Database) -> None:
    hog, _ = await owing(store, *(f"lane-{n}" for n in range(1200)))
    _, same_lane = await owing(store, *("same" for _ in range(1200)))
    _, [late] = await owing(store, "a")
    claimed = await claim(store, limit=10)
    assert Counter(parcel.subscription.id for parcel in claimed)[hog.id] == 2
    assert ids(claimed)[2:] == [same_lane[0].id, late.id]


async def test_oldest_first_and_no_more_than_asked(store: Database) -> None:
    [event, later] = await append(store, draft(FABLE), draft(FABLE))
    many = [subscription() for _ in range(20)]
    await subscribe(store, *many)
    await owe(store, *(owed(later, one) for one in many), *(owed(event, one) for one in many))
    assert [parcel.delivery.seq for parcel in await claim(store, limit=25)] == [1] * 20 + [2] * 5


async def test_who_is_paused_or_disabled_waits(store: Database) -> None:
    paused = subscription(paused_until=NOON + SECOND)
    disabled = subscription(SubscriptionState.DISABLED)
    await subscribe(store, paused, disabled)
    _, [delivery] = await owing(store, "a", to=paused)
    await owing(store, "a", to=disabled)
    assert await claim(store) == []
    assert ids(await claim(store, NOON + SECOND)) == [delivery.id]


async def test_a_pending_subscription_gets_its_verification_and_nothing_else(store: Database) -> None:
    pending, paused = (
        subscription(SubscriptionState.PENDING),
        subscription(SubscriptionState.PENDING, paused_until=NOON + SECOND),
    )
    await subscribe(store, pending, paused)
    [verify, other] = await append(store, draft(type=EventType.WEBHOOK_VERIFY), draft(FABLE))
    wanted = owed(verify, pending)
    await owe(store, wanted, owed(other, pending), owed(verify, paused))
    assert ids(await claim(store, per_endpoint=9)) == [wanted.id]


async def test_both_secrets_sign_until_the_old_one_ends(store: Database) -> None:
    to, _ = await owing(store, "a", "b", "c")
    async with store.writing() as writer:
        await writer.rotate_secret(to.id, b"new", NOON + SECOND)
    [parcel] = await claim(store, limit=1)
    assert parcel.secrets == (b"new", to.id.encode())
    [parcel] = await claim(store, NOON + SECOND, limit=1)
    assert parcel.secrets == (b"new",)


async def test_a_secret_that_cannot_be_opened_holds_back_only_its_own(store: Database, store_url: str) -> None:
    broken, _ = await owing(store, "a")
    _, sound = await owing(store, "a", "b")
    _, more = await owing(store, "a")
    direct = engine.engine(store_url)
    async with direct.begin() as connection:
        sealed = "zeroblob(40)" if connection.dialect.name == "sqlite" else "repeat('0', 40)::bytea"
        await connection.exec_driver_sql(f"UPDATE secret SET sealed = {sealed} WHERE subscription_id = '{broken.id}'")
    await direct.dispose()
    assert ids(await claim(store)) == [one.id for one in (*sound, *more)]


async def test_nothing_is_claimed_twice_by_many_at_once(store: Database, store_url: str, key: KeyRing) -> None:
    events = await append(store, *(draft(FABLE) for _ in range(6)))
    many = [subscription() for _ in range(25)]
    await subscribe(store, *many)
    await owe(store, *(owed(event, one, f"lane-{event.seq % 3}") for one in many for event in events))
    claimed: list[Parcel] = []

    async def work() -> None:
        own = await open_store(store_url, key=key)
        try:
            while parcels := await claim(own, limit=7):
                claimed.extend(parcels)
        finally:
            await own.close()

    await asyncio.gather(*(work() for _ in range(4)))
    assert len(set(ids(claimed))) == len(claimed) == 50
    assert set(Counter(parcel.subscription.id for parcel in claimed).values()) == {2}
    assert len({(parcel.subscription.id, parcel.delivery.lane) for parcel in claimed}) == 50


async def test_a_removed_subscription_takes_everything_with_it(store: Database) -> None:
    to, [delivery] = await owing(store, "a")
    async with store.writing() as writer:
        await writer.remove_subscription(to.id)
        assert await writer.subscription(to.id) is None
        assert await writer.delivery(delivery.id) is None
        assert await writer.secrets(to.id) == ()
    assert await claim(store) == []


async def test_suspects_at_the_queues_head_leave_room_to_the_others(store: Database) -> None:
    """More of them than a page holds, all of one event: who is well stands behind them and is reached."""
    [event] = await append(store, draft(FABLE))
    ailing = [replace(subscription(), failing_since=NOON) for _ in range(40)]
    well = [subscription() for _ in range(3)]
    for one in (*ailing, *well):
        await subscribe(store, one)
    sick = [owed(event, one, "a") for one in ailing]
    await owe(store, *sick, *(replace(owed(event, one, "a"), id=f"dlv_z{one.id}") for one in well))
    async with store.writing() as writer:
        claimed = await writer.claim(NOON, MINUTE, 5, 2, 2)
        again = await writer.claim(NOON, MINUTE, 5, 2, 0)
        rest = await writer.claim(NOON, MINUTE, 100, 2)
    found = [parcel.subscription.failing_since is not None for parcel in claimed]
    assert sorted(found) == [False, False, False, True, True]
    assert again == []
    assert len(rest) == 38
