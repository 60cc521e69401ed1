"""An operator's verbs on subscriptions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from statuspage.core.delivery import Delivery, DeliveryState, Failure, Outcome
from statuspage.core.event import EventType
from statuspage.core.subscription import Filters, Format, Origin, Subscription, SubscriptionState
from statuspage.errors import Conflict, NotFound, UsageError
from statuspage.ports import Store, Writing
from statuspage.services import subscriptions
from statuspage.services.deliveries import owe_again, owed
from tests.services.outbox import OK, START, Outbox, Telling, until
from tests.staff import STAFF

BAD = Outcome(500, Failure.STATUS)


async def pending(box: Outbox) -> Subscription:
    """A subscription that nobody has verified."""
    subscription = Subscription(
        "sub_pending", "https://p.example.com/", Filters(), SubscriptionState.PENDING, Origin.SELF_SERVE, START
    )
    async with box.store.writing() as tx:
        await tx.add_subscription(subscription, bytes(32), None)
    return subscription


async def test_adding_shows_the_secret_once(store: Store) -> None:
    box = Outbox(store)
    added = await box.subscriptions.add("https://hooks.example.com/", STAFF, Filters(models=("fable",)))
    assert added.secret == "whsec_" + "A" * 43 + "="
    assert added.subscription.id.startswith("sub_")
    assert (added.subscription.state, added.subscription.origin) == (SubscriptionState.LIVE, Origin.OPERATOR)
    assert await box.subscriptions.list() == [added.subscription]
    assert (await box.subscriptions.show(added.subscription.id)).subscription == added.subscription


async def test_adding_in_another_shape(store: Store) -> None:
    box = Outbox(store)
    added = await box.subscriptions.add("https://hooks.example.com/", STAFF, shape=Format.STATUSPAGE)
    assert [one.format for one in await box.subscriptions.list()] == [added.subscription.format] == [Format.STATUSPAGE]


async def test_a_url_or_type_that_cannot_be_is_refused(store: Store) -> None:
    box = Outbox(store)
    with pytest.raises(UsageError):
        await box.subscriptions.add("gopher://x", STAFF)
    with pytest.raises(UsageError, match=r"model\.gone"):
        await box.subscriptions.add("https://a.example.com/", STAFF, Filters(types=("model.gone", "model.down")))
    assert await box.subscriptions.list() == []


async def test_showing_has_the_log_of_attempts(store: Store) -> None:
    box = Outbox(store, Telling([BAD, OK]))
    subscription = await box.subscribe()
    [event] = await box.publish()
    await box.courier.run_once()
    box.clock.move(timedelta(seconds=5))
    await box.courier.run_once()
    [(delivery, attempts)] = (await box.subscriptions.show(subscription.id)).deliveries
    assert delivery.event_id == event.id
    assert [one.outcome.status for one in attempts] == [500, 200]
    assert attempts[0].next_attempt_at == START + timedelta(seconds=5)


async def test_a_test_event_is_answered_at_once_and_leaves_no_trace(store: Store) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    assert await box.subscriptions.test(subscription.id, STAFF) == OK
    [parcel] = box.sender.parcels
    document = json.loads(parcel.body)
    assert (document["type"], document["seq"], document["data"]["test"]) == ("webhook.test", None, True)
    assert document["id"] == parcel.delivery.event_id
    assert parcel.secrets == (bytes(32),)
    assert await box.deliveries(subscription) == []
    box.sender.answers = [BAD]
    assert await box.subscriptions.test(subscription.id, STAFF) == BAD
    assert (await box.again(subscription)).failures_running == 0


async def test_nothing_is_sent_to_an_unverified_one(store: Store) -> None:
    box = Outbox(store)
    subscription = await pending(box)
    await box.publish()
    assert await box.courier.run_once() == 0
    with pytest.raises(Conflict):
        await box.subscriptions.test(subscription.id, STAFF)
    with pytest.raises(Conflict):
        await box.subscriptions.enable(subscription.id, STAFF)
    with pytest.raises(Conflict):
        await box.subscriptions.recover(subscription.id, START, STAFF)
    assert box.sender.parcels == []


async def test_disabling_cancels_and_enabling_tells_from_when_to_recover(store: Store) -> None:
    box = Outbox(store, Telling([BAD]))
    subscription = await box.subscribe()
    await box.publish()
    await box.courier.run_once()
    box.clock.move(timedelta(hours=1))
    ended = await box.subscriptions.disable(subscription.id, STAFF)
    assert (ended.state, ended.disabled_at) == (SubscriptionState.DISABLED, box.clock())
    assert [one.state for one in await box.deliveries(subscription)] == [DeliveryState.CANCELLED]
    missed = await box.publish("opus")
    back = await box.subscriptions.enable(subscription.id, STAFF)
    assert back.recover_since == START
    assert back.subscription.state is SubscriptionState.LIVE
    assert await box.courier.run_once() == 0
    box.sender.answers = [OK]
    assert await box.subscriptions.recover(subscription.id, START, STAFF) == 2
    assert await box.courier.run_once() == 2
    assert missed[0].id in box.sender.ids
    assert {one.state for one in await box.deliveries(subscription)} == {DeliveryState.DELIVERED}


async def test_enabling_one_that_lives_asks_for_nothing(store: Store) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    assert (await box.subscriptions.enable(subscription.id, STAFF)).recover_since is None


async def test_recovering_skips_quiet_older_and_unwished_events_and_sends_the_rest_again(store: Store) -> None:
    box = Outbox(store)
    await box.publish("before")
    box.clock.move(timedelta(hours=1))
    subscription = await box.subscribe(filters=Filters(types=("model.down", "cell.unknown")))
    await box.publish("early")
    box.clock.move(timedelta(hours=1))
    since = box.clock()
    wanted = await box.publish("fable", "opus")
    await box.publish("quiet", quiet=True)
    await box.publish("other", kind=EventType.MODEL_RETIRED)
    wanted += await box.publish("asked", kind=EventType.CELL_UNKNOWN)
    await box.courier.run_once()
    bodies = {parcel.delivery.event_id: parcel.body for parcel in box.sender.parcels}
    box.sender.parcels.clear()
    assert await box.subscriptions.recover(subscription.id, since, STAFF) == 3
    assert await box.courier.run_once() == 3
    assert set(box.sender.ids) == {event.id for event in wanted}
    assert all(bodies[parcel.delivery.event_id] == parcel.body for parcel in box.sender.parcels)
    assert await box.subscriptions.recover(subscription.id, START - timedelta(days=1), STAFF) == 4


async def test_recovering_begins_the_schedule_anew_but_never_doubles_what_flies(store: Store) -> None:
    gate = asyncio.Event()
    box = Outbox(store, Telling([OK], gate))
    subscription = await box.subscribe()
    await box.publish()
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: box.sender.parcels)
    assert await box.subscriptions.recover(subscription.id, START, STAFF) == 1
    gate.set()
    await running
    assert len(box.sender.parcels) == 1
    [delivery] = await box.deliveries(subscription)
    assert delivery.state is DeliveryState.DELIVERED


async def test_recovering_many_pages(store: Store) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    await box.subscriptions.disable(subscription.id, STAFF)
    await box.publish(*(f"model-{number}" for number in range(700)))
    await box.subscriptions.enable(subscription.id, STAFF)
    assert await box.subscriptions.recover(subscription.id, START, STAFF) == 700
    assert len(await box.deliveries(subscription)) == 700


async def crowded(box: Outbox) -> Subscription:
    """A subscription with one event that it is still owed, and 10,000 deliveries of a newer one."""
    subscription = await box.subscribe()
    await box.publish("first")
    [newer] = await box.publish("second")
    done = replace(owed(subscription, newer, "", START), state=DeliveryState.DELIVERED)
    async with box.store.writing() as tx:
        await tx.add_deliveries([replace(done, id=box.ids("dlv")) for _ in range(10_000)])
    return subscription


async def of_the_first(box: Outbox, subscription: Subscription) -> list[DeliveryState]:
    """How the deliveries of the first event stand."""
    async with box.store.reading() as view:
        return [one.state for one in await view.deliveries_of(subscription.id, [1])]


async def test_however_much_came_later_nothing_is_doubled(store: Store) -> None:
    box = Outbox(store)
    subscription = await crowded(box)
    for _ in range(2):
        assert await box.subscriptions.recover(subscription.id, START, STAFF) == 2
    assert await of_the_first(box, subscription) == [DeliveryState.PENDING]


async def test_however_much_came_later_everything_is_cancelled(store: Store) -> None:
    box = Outbox(store)
    subscription = await crowded(box)
    await box.subscriptions.disable(subscription.id, STAFF)
    assert await of_the_first(box, subscription) == [DeliveryState.CANCELLED]


async def test_a_recovery_that_is_cut_off_is_kept_so_far_and_repeated(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    await box.subscriptions.disable(subscription.id, STAFF)
    await box.publish(*(f"model-{number}" for number in range(5)))
    await box.subscriptions.enable(subscription.id, STAFF)
    pieces: list[int] = []

    async def cut_off(tx: Writing, subscription_id: str, wished: Sequence[Delivery], now: datetime) -> None:
        if pieces:
            raise TimeoutError
        pieces.append(len(wished))
        await owe_again(tx, subscription_id, wished, now)

    with monkeypatch.context() as patch:
        patch.setattr(subscriptions, "AT_A_TIME", 2)
        patch.setattr(subscriptions, "owe_again", cut_off)
        with pytest.raises(TimeoutError):
            await box.subscriptions.recover(subscription.id, START, STAFF)
    assert (pieces, len(await box.deliveries(subscription))) == ([2], 2)
    assert await box.subscriptions.recover(subscription.id, START, STAFF) == 5
    assert len(await box.deliveries(subscription)) == 5


async def test_resending_is_outside_the_schedule(store: Store) -> None:
    box = Outbox(store, Telling([BAD]))
    subscription = await box.subscribe()
    await box.publish()
    await box.courier.run_once()
    [before] = await box.deliveries(subscription)
    assert await box.subscriptions.resend(before.id, STAFF) == BAD
    assert await box.deliveries(subscription) == [before]
    log = await box.attempts(before)
    assert [one.next_attempt_at for one in log] == [before.next_attempt_at] * 2
    box.sender.answers = [OK]
    assert (await box.subscriptions.resend(before.id, STAFF)).succeeded
    [after] = await box.deliveries(subscription)
    assert (after.state, after.attempts) == (DeliveryState.DELIVERED, 1)
    assert len({parcel.body for parcel in box.sender.parcels}) == 1
    assert len(set(box.sender.ids)) == 1
    box.clock.move(timedelta(days=1))
    assert await box.courier.run_once() == 0


async def test_resending_what_was_delivered_leaves_it_so(store: Store) -> None:
    box = Outbox(store, Telling([OK, BAD]))
    subscription = await box.subscribe()
    await box.publish()
    await box.courier.run_once()
    [delivery] = await box.deliveries(subscription)
    assert await box.subscriptions.resend(delivery.id, STAFF) == BAD
    assert await box.deliveries(subscription) == [delivery]


async def test_resending_waits_for_what_flies_and_for_the_subscription(store: Store) -> None:
    gate = asyncio.Event()
    box = Outbox(store, Telling([OK], gate))
    subscription = await box.subscribe()
    await box.publish()
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: box.sender.parcels)
    [delivery] = await box.deliveries(subscription)
    with pytest.raises(Conflict, match="at this moment"):
        await box.subscriptions.resend(delivery.id, STAFF)
    gate.set()
    await running
    await box.subscriptions.disable(subscription.id, STAFF)
    with pytest.raises(Conflict, match="enable"):
        await box.subscriptions.resend(delivery.id, STAFF)


async def test_nothing_of_that_name(store: Store) -> None:
    subscriptions = Outbox(store).subscriptions
    with pytest.raises(NotFound, match="sub_none"):
        await subscriptions.show("sub_none")
    for verb in (subscriptions.test, subscriptions.disable, subscriptions.enable):
        with pytest.raises(NotFound, match="sub_none"):
            await verb("sub_none", STAFF)
    with pytest.raises(NotFound, match="dlv_none"):
        await subscriptions.resend("dlv_none", STAFF)
    with pytest.raises(NotFound):
        await subscriptions.recover("sub_none", START, STAFF)
