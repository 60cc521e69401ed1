"""The outbox: what is owed, the ladder of attempts, and what failures do to an endpoint."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from statuspage.core.alert import AlertKind
from statuspage.core.delivery import SCHEDULE, DeliveryState, Failure, Outcome
from statuspage.core.event import EventType
from statuspage.core.subscription import Filters, SubscriptionState
from statuspage.ports import Store
from statuspage.services.alerts import kept
from statuspage.services.courier import Pace
from statuspage.services.deliveries import lane_of, owe
from tests.services.outbox import OK, START, Outbox, Telling
from tests.staff import STAFF

BAD = Outcome(500, Failure.STATUS)
SECOND = timedelta(seconds=1)


async def test_an_event_is_owed_to_whoever_wishes_for_it(store: Store) -> None:
    box = Outbox(store)
    every = await box.subscribe()
    some = await box.subscribe(filters=Filters(models=("fable",)))
    none = await box.subscribe(filters=Filters(types=("model.restricted",)))
    off = await box.subscribe()
    await box.subscriptions.disable(off.id, STAFF)
    events = await box.publish("fable", "opus")
    assert [one.event_id for one in await box.deliveries(every)] == [event.id for event in events]
    assert [one.event_id for one in await box.deliveries(some)] == [events[0].id]
    assert await box.deliveries(none) == []
    assert await box.deliveries(off) == []
    [first, _] = await box.deliveries(every)
    assert (first.lane, first.seq, first.attempts, first.next_attempt_at) == ("fable@cloud", events[0].seq, 0, START)


async def test_quiet_events_and_those_on_request_are_not_owed(store: Store) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    await box.publish(quiet=True)
    await box.publish(kind=EventType.CELL_UNKNOWN)
    assert await box.deliveries(subscription) == []


async def test_owing_is_part_of_the_transaction(store: Store) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    with suppress(RuntimeError):
        async with store.writing() as tx:
            events = await tx.append_events([box.draft("fable")], "https://s.example.org")
            assert await owe(tx, events, box.clock(), box.ids) == 1
            raise RuntimeError
    assert await box.deliveries(subscription) == []
    assert await box.courier.run_once() == 0


async def test_a_lane_is_a_model_at_a_provider(store: Store) -> None:
    event = Outbox(store).draft("fable")
    assert lane_of(event) == "fable@cloud"
    assert lane_of(replace(event, model=None)) == "*@cloud"
    assert lane_of(replace(event, model=None, provider=None)) == "*@*"


async def test_a_delivery_is_done_after_a_success(store: Store) -> None:
    box = Outbox(store)
    subscription = await box.subscribe()
    [event] = await box.publish()
    assert await box.courier.run_once() == 1
    [delivery] = await box.deliveries(subscription)
    assert (delivery.state, delivery.attempts, delivery.lease_until) == (DeliveryState.DELIVERED, 1, None)
    [attempt] = await box.attempts(delivery)
    assert attempt.outcome == OK
    assert attempt.next_attempt_at is None
    assert (await box.again(subscription)).last_success_at == START
    [parcel] = box.sender.parcels
    assert (parcel.body, parcel.delivery.event_id, parcel.secrets) == (event.body, event.id, (bytes(32),))
    assert await box.courier.run_once() == 0


async def test_the_whole_ladder_to_exhaustion(store: Store) -> None:
    box = Outbox(store, Telling([BAD]))
    subscription = await box.subscribe()
    await box.publish()
    waits = []
    for _ in range(14):
        [delivery] = await box.deliveries(subscription)
        waits.append(delivery.next_attempt_at - box.clock())
        resting = (await box.again(subscription)).paused_until
        box.clock.now = max(delivery.next_attempt_at, resting or START)
        assert await box.courier.run_once() == 1
    assert waits == list(SCHEDULE)
    [delivery] = await box.deliveries(subscription)
    assert (delivery.state, delivery.attempts) == (DeliveryState.EXHAUSTED, 14)
    log = await box.attempts(delivery)
    assert len(log) == 14
    assert [one.next_attempt_at for one in log][-1] is None
    assert {parcel.body for parcel in box.sender.parcels} == {box.sender.parcels[0].body}
    assert set(box.sender.ids) == {delivery.event_id}
    assert (await box.again(subscription)).state is SubscriptionState.LIVE


async def test_nothing_is_sent_before_its_time(store: Store) -> None:
    box = Outbox(store, Telling([BAD, OK]))
    await box.subscribe()
    await box.publish()
    await box.courier.run_once()
    box.clock.move(5 * SECOND - timedelta(microseconds=1))
    assert await box.courier.run_once() == 0
    box.clock.move(timedelta(microseconds=1))
    assert await box.courier.run_once() == 1


async def test_gone_disables_at_once_and_cancels_the_rest(store: Store) -> None:
    box = Outbox(store, Telling([Outcome(410, Failure.STATUS)]), Pace(poll=0.01, per_endpoint=1))
    subscription = await box.subscribe()
    await box.publish("fable", "opus")
    assert await box.courier.run_once() == 1
    after = await box.again(subscription)
    assert (after.state, after.disabled_at) == (SubscriptionState.DISABLED, START)
    assert {one.state for one in await box.deliveries(subscription)} == {DeliveryState.CANCELLED}
    await box.publish()
    assert len(await box.deliveries(subscription)) == 2


async def test_staff_are_told_of_an_endpoint_that_was_given_up(store: Store) -> None:
    box = Outbox(store, Telling([Outcome(410, Failure.STATUS)]))
    subscription = await box.subscribe()
    await box.publish()
    await box.courier.run_once()
    async with store.reading() as view:
        [told] = await kept(view)
    assert (told.kind, told.subject) == (AlertKind.WEBHOOK, subscription.id)
    assert "410: the receiver wants no more" in told.text


async def test_retry_after_pauses_the_whole_endpoint(store: Store) -> None:
    busy = Outcome(429, Failure.STATUS, retry_after=timedelta(minutes=10))
    box = Outbox(store, Telling([busy, OK]), Pace(poll=0.01, per_endpoint=1))
    subscription = await box.subscribe()
    await box.publish("fable")
    await box.courier.run_once()
    await box.publish("opus")
    box.clock.move(timedelta(minutes=10) - SECOND)
    assert await box.courier.run_once() == 0
    box.clock.move(SECOND)
    assert await box.courier.run_once() == 2
    assert {one.state for one in await box.deliveries(subscription)} == {DeliveryState.DELIVERED}
    assert (await box.again(subscription)).paused_until is None


async def test_the_breaker_rests_an_endpoint_and_probes(store: Store) -> None:
    box = Outbox(store, Telling([BAD]), Pace(poll=0.01, per_endpoint=1))
    subscription = await box.subscribe()
    await box.publish(*(f"model-{number}" for number in range(10)))
    assert await box.courier.run_once() == 5
    assert (await box.again(subscription)).paused_until == START + timedelta(seconds=30)
    box.clock.move(timedelta(seconds=29))
    assert await box.courier.run_once() == 0
    box.clock.move(SECOND)
    assert await box.courier.run_once() == 1
    after = await box.again(subscription)
    assert after.failures_running == 6
    assert after.paused_until == box.clock() + timedelta(seconds=60)
    box.sender.answers = [OK]
    await box.pass_time(timedelta(minutes=20), timedelta(minutes=1))
    assert {one.state for one in await box.deliveries(subscription)} == {DeliveryState.DELIVERED}
    assert (await box.again(subscription)).failures_running == 0


async def test_two_failures_at_once_are_one_probe(store: Store) -> None:
    """Both of an endpoint's attempts fail together: the second settlement sees what the first wrote."""
    box = Outbox(store, Telling([BAD], takes=0.02))
    subscription = await box.subscribe()
    await box.publish(*(f"model-{number}" for number in range(10)))
    await box.courier.run_once()
    assert (await box.again(subscription)).failures_running == 5
    assert len(box.sender.parcels) in (5, 6)


async def test_five_days_without_a_success_disable(store: Store) -> None:
    box = Outbox(store, Telling([BAD]))
    subscription = await box.subscribe()
    await box.publish()
    await box.pass_time(timedelta(days=4), timedelta(hours=1))
    [first] = await box.deliveries(subscription)
    assert first.state is DeliveryState.EXHAUSTED
    assert (await box.again(subscription)).state is SubscriptionState.LIVE
    await box.publish()
    await box.pass_time(timedelta(days=4), timedelta(hours=1))
    after = await box.again(subscription)
    assert after.state is SubscriptionState.DISABLED
    assert after.disabled_reason == "5 days without a success: 14 attempts without a 2xx"


async def test_a_long_backlog_cannot_keep_a_dead_endpoint_alive(store: Store) -> None:
    box = Outbox(store, Telling([BAD]))
    subscription = await box.subscribe()
    await box.publish(*(f"model-{number}" for number in range(30)))
    await box.pass_time(timedelta(days=5, hours=6), timedelta(hours=1))
    assert (await box.again(subscription)).state is SubscriptionState.DISABLED
    assert DeliveryState.PENDING not in {one.state for one in await box.deliveries(subscription)}


async def test_a_clock_that_was_set_back_loses_no_event(store: Store) -> None:
    """The event seems older than the subscription, but it is told now."""
    box = Outbox(store)
    subscription = await box.subscribe()
    box.clock.move(timedelta(hours=-1))
    await box.publish()
    assert await box.courier.run_once() == 1
    [delivery] = await box.deliveries(subscription)
    assert delivery.state is DeliveryState.DELIVERED
