"""The courier: many at once and fair, one courier beside another, woken, closed, and cut off at any instant."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from statuspage.core.delivery import DeliveryState, Failure, Outcome
from statuspage.errors import NotSent, StoreError
from statuspage.ports import Parcel, Reading, Store, Writing
from statuspage.services.courier import Courier, Pace
from tests.services.outbox import OK, START, Outbox, Telling, until
from tests.staff import STAFF

BAD = Outcome(500, Failure.STATUS)
SECOND = timedelta(seconds=1)


async def test_a_crash_between_send_and_settlement_repeats_the_same_bytes(store: Store) -> None:
    class Dies(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            await super().send(parcel, at)
            raise asyncio.CancelledError

    box = Outbox(store, Dies())
    subscription = await box.subscribe()
    await box.publish()
    await box.courier.run_once()
    [delivery] = await box.deliveries(subscription)
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 0)
    assert delivery.lease_until == START + timedelta(seconds=60)
    box.sender.__class__ = Telling
    after = box.another_courier()
    box.clock.move(timedelta(seconds=59))
    assert await after.run_once() == 0
    box.clock.move(SECOND)
    assert await after.run_once() == 1
    first, second = box.sender.parcels
    assert (first.body, first.delivery.event_id) == (second.body, second.delivery.event_id)
    [delivery] = await box.deliveries(subscription)
    assert delivery.state is DeliveryState.DELIVERED


async def test_two_couriers_never_hold_the_same_delivery(store: Store) -> None:
    box = Outbox(store, Telling(takes=0.005))
    for number in range(20):
        await box.subscribe(f"https://hooks{number}.example.com/")
    await box.publish("fable", "opus")
    couriers = [box.courier, *(box.another_courier() for _ in range(3))]
    assert sum(await asyncio.gather(*(one.run_once() for one in couriers))) == 40
    assert max(Counter(parcel.delivery.id for parcel in box.sender.parcels).values()) == 1


async def test_one_in_flight_for_a_cell_group_and_two_an_endpoint(store: Store) -> None:
    flying: Counter[str] = Counter()
    most: Counter[str] = Counter()

    class Watches(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            names = (parcel.subscription.id, f"{parcel.subscription.id} {parcel.delivery.lane}")
            flying.update(names)
            for name in names:
                most[name] = max(most[name], flying[name])
            outcome = await super().send(parcel, at)
            flying.subtract(names)
            return outcome

    box = Outbox(store, Watches(takes=0.005))
    subscription = await box.subscribe()
    for _ in range(5):
        await box.publish("fable", "opus", "haiku")
    await box.courier.run_once()
    assert len(box.sender.parcels) == 15
    assert most.pop(subscription.id) == 2
    assert set(most.values()) == {1}
    for lane in ("fable@cloud", "opus@cloud", "haiku@cloud"):
        seqs = [parcel.delivery.seq for parcel in box.sender.parcels if parcel.delivery.lane == lane]
        assert seqs == sorted(seqs)


async def test_a_dead_endpoints_backlog_delays_nobody(store: Store) -> None:
    gate = asyncio.Event()

    class Hangs(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            if "dead" in parcel.subscription.url:
                await gate.wait()
            return await super().send(parcel, at)

    box = Outbox(store, Hangs())
    dead = await box.subscribe("https://dead.example.com/")
    for number in range(30):
        await box.publish(f"model-{number}")
    well = await box.subscribe("https://well.example.com/")
    await box.publish("fable")
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: [parcel.subscription.id for parcel in box.sender.parcels] == [well.id])
    assert {one.state for one in await box.deliveries(dead)} == {DeliveryState.PENDING}
    gate.set()
    await running
    assert {one.state for one in await box.deliveries(dead)} == {DeliveryState.DELIVERED}


async def test_ten_at_once_a_host_and_the_others_are_not_held_up(store: Store) -> None:
    gate = asyncio.Event()

    class Hangs(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            self.flying += 1
            self.most = max(self.most, self.flying)
            await gate.wait()
            return OK

    box = Outbox(store, Hangs(), Pace(poll=0.01, at_once=20))
    crowd = [await box.subscribe(f"https://chat.example.com/{number}") for number in range(30)]
    alone = await box.subscribe("https://alone.example.com/")
    await box.publish()
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: box.sender.most == 11)
    await asyncio.sleep(0.1)
    assert box.sender.most == 11
    gate.set()
    await running
    await box.pass_time(timedelta(seconds=3), timedelta(seconds=0.25))
    for subscription in (*crowd, alone):
        [delivery] = await box.deliveries(subscription)
        assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)


@dataclass
class Bad(Telling):
    """A sender of which the endpoints named bad hang until they are let go, and then fail."""

    hold: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Answer, or hang and fail."""
        if "bad" not in parcel.subscription.url:
            return OK
        self.flying += 1
        self.most = max(self.most, self.flying)
        await self.hold.wait()
        self.flying -= 1
        return BAD


async def test_endpoints_that_failed_and_hang_leave_half_of_the_places(store: Store) -> None:
    sender = Bad()
    box = Outbox(store, sender, Pace(poll=0.01, at_once=8, waiting=0))
    for number in range(10):
        await box.subscribe(f"https://bad{number}.example.com/")
    await box.publish("fable")
    sender.hold.set()
    await box.courier.run_once()
    sender.hold, sender.most = asyncio.Event(), 0
    box.clock.move(timedelta(seconds=10))
    for number in range(10):
        await box.subscribe(f"https://well{number}.example.com/")
    await box.publish("opus")
    running = asyncio.create_task(box.courier.run_once())
    await until_delivered(box, 10)
    assert sender.most == 4
    sender.hold.set()
    await running


async def test_endpoints_that_hang_now_give_their_places_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """None has failed before; whoever takes long waits beside the places for its answer."""
    monkeypatch.setattr("statuspage.services.courier.SLOW", 0.02)
    sender = Bad()
    box = Outbox(store, sender, Pace(poll=0.01, at_once=4, waiting=4))
    for number in range(4):
        await box.subscribe(f"https://bad{number}.example.com/")
    await box.subscribe("https://well.example.com/")
    await box.publish()
    running = asyncio.create_task(box.courier.run_once())
    await until_delivered(box, 1)
    assert sender.flying == 4
    sender.hold.set()
    await running


async def test_what_is_in_flight_when_the_subscription_ends(store: Store) -> None:
    gate = asyncio.Event()
    box = Outbox(store, Telling([BAD], gate))
    subscription = await box.subscribe()
    await box.publish()
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: box.sender.parcels)
    await box.subscriptions.disable(subscription.id, STAFF)
    gate.set()
    await running
    [delivery] = await box.deliveries(subscription)
    assert delivery.state is DeliveryState.CANCELLED
    assert (await box.again(subscription)).disabled_reason == "disabled by an operator"


async def test_a_late_failure_does_not_undo_a_success(store: Store) -> None:
    """Two hold one delivery because a process slept through its lease; whoever fails last must not overwrite."""
    box = Outbox(store)
    subscription = await box.subscribe()
    await box.publish()

    class Sleeps(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            box.clock.move(timedelta(seconds=61))
            await box.courier.run_once()
            return BAD

    slow = Courier(store, Sleeps(), box.clock, box.ids, chance=lambda: 0.5)
    await slow.run_once()
    [delivery] = await box.deliveries(subscription)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 1)
    assert len(await box.attempts(delivery)) == 2


async def test_a_failing_sender_is_an_outcome(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    class Breaks(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            raise ZeroDivisionError

    box = Outbox(store, Breaks())
    subscription = await box.subscribe()
    await box.publish()
    with caplog.at_level(logging.CRITICAL):
        await box.courier.run_once()
    [delivery] = await box.deliveries(subscription)
    [attempt] = await box.attempts(delivery)
    assert (attempt.outcome.failure, attempt.outcome.detail) == (Failure.PROTOCOL, "ZeroDivisionError")
    assert delivery.next_attempt_at > START


async def test_work_that_becomes_due_meanwhile_is_sent_in_the_same_run(store: Store) -> None:
    gate = asyncio.Event()
    box = Outbox(store, Telling(gate=gate))
    await box.subscribe()
    await box.publish("fable")
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: box.sender.parcels)
    await box.publish("opus")
    box.courier.wake()
    await until(lambda: len(box.sender.parcels) == 2)
    gate.set()
    assert await running == 2


async def test_waking_cuts_the_wait(store: Store) -> None:
    box = Outbox(store, pace=Pace(poll=30))
    await box.subscribe()
    running = asyncio.create_task(box.courier.run())
    await asyncio.sleep(0.05)
    await box.publish()
    assert box.sender.parcels == []
    box.courier.wake()
    await until(lambda: box.sender.parcels)
    assert await box.courier.close(timedelta(seconds=1)) == 0
    await asyncio.wait_for(running, 1)


async def test_without_a_wake_the_poll_finds_the_work(store: Store) -> None:
    box = Outbox(store, pace=Pace(poll=0.02))
    await box.subscribe()
    running = asyncio.create_task(box.courier.run())
    await box.publish()
    await until(lambda: box.sender.parcels)
    await box.courier.close(timedelta(seconds=1))
    await asyncio.wait_for(running, 1)


async def test_closing_lets_what_flies_land(store: Store) -> None:
    gate = asyncio.Event()
    box = Outbox(store, Telling(gate=gate))
    subscription = await box.subscribe()
    await box.publish("fable", "opus", "haiku")
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: len(box.sender.parcels) == 2)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    gate.set()
    assert await box.courier.close(timedelta(seconds=30)) == 0
    states = Counter(one.state for one in await box.deliveries(subscription))
    assert states == {DeliveryState.DELIVERED: 2, DeliveryState.PENDING: 1}


async def test_closing_cuts_off_what_is_late_and_it_is_due_again(store: Store) -> None:
    box = Outbox(store, Telling(takes=30))
    subscription = await box.subscribe()
    await box.publish()
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: box.sender.parcels)
    assert await box.courier.close(timedelta(seconds=0.05)) == 1
    await running
    [delivery] = await box.deliveries(subscription)
    assert delivery.state is DeliveryState.PENDING
    box.sender.takes = 0
    box.clock.move(timedelta(seconds=60))
    assert await box.another_courier().run_once() == 1


class Flaky:
    """A store that counts its transactions, and of which as many fail as it is told, after their work was done."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.failures = 0
        self.begun = 0
        self.version = store.version
        self.close = store.close

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        return self.store.reading()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        self.begun += 1
        async with self.store.writing() as tx:
            yield tx
            if self.failures:
                self.failures -= 1
                raise StoreError("the disk of the database is full")


async def test_what_could_not_be_settled_is_settled_later_and_not_sent_again(store: Store) -> None:
    gate = asyncio.Event()
    flaky = Flaky(store)
    box = Outbox(flaky, Telling(gate=gate), Pace(poll=0.01))
    for _ in range(3):
        await box.subscribe()
    await box.publish()
    running = asyncio.create_task(box.courier.run())
    await until(lambda: len(box.sender.parcels) == 3)
    flaky.failures = 12
    gate.set()
    await until(lambda: not flaky.failures)
    await until_delivered(box, 3)
    await box.courier.close(SECOND)
    await running
    assert len(box.sender.parcels) == 3


async def test_what_cannot_be_settled_until_its_lease_ends_is_sent_again(store: Store) -> None:
    gate = asyncio.Event()
    flaky = Flaky(store)
    box = Outbox(flaky, Telling(gate=gate), Pace(poll=0.01))
    await box.subscribe()
    await box.publish()
    running = asyncio.create_task(box.courier.run())
    await until(lambda: len(box.sender.parcels) == 1)
    flaky.failures = 10**6
    gate.set()
    await until(lambda: flaky.failures < 10**6 - 4)
    box.clock.move(timedelta(seconds=61))
    failed = flaky.failures
    await until(lambda: flaky.failures < failed - 4)
    flaky.failures = 0
    await until_delivered(box, 1)
    await box.courier.close(SECOND)
    await running
    assert len({parcel.body for parcel in box.sender.parcels}) == 1
    assert len(box.sender.parcels) == 2


async def test_one_that_cannot_be_settled_holds_back_no_other(store: Store) -> None:
    """The ids of two attempts are the same, which the log refuses; the rest of the batch is settled all the same."""
    box = Outbox(store, Telling(takes=0.01), Pace(poll=0.01))
    for _ in range(5):
        await box.subscribe()
    await box.publish()
    numbers = iter(range(100))
    courier = Courier(
        store,
        box.sender,
        box.clock,
        lambda prefix: f"{prefix}_{max(next(numbers), 3)}",
        chance=lambda: 0.5,
        pace=Pace(gather=0.2, poll=0.01),
    )
    running = asyncio.create_task(courier.run())
    await until_delivered(box, 5)
    await courier.close(SECOND)
    await running
    assert len(box.sender.parcels) == 5


async def test_a_clock_that_is_set_forward_sends_nothing_twice(store: Store) -> None:
    """Every lease ends at once, but what flies here is known here."""
    gate = asyncio.Event()
    box = Outbox(store, Telling(gate=gate))
    subscription = await box.subscribe()
    await box.publish("fable", "opus")
    running = asyncio.create_task(box.courier.run_once())
    await until(lambda: len(box.sender.parcels) == 2)
    box.clock.move(timedelta(days=1))
    box.courier.wake()
    await asyncio.sleep(0.05)
    gate.set()
    await running
    assert len(box.sender.parcels) == 2
    assert {one.state for one in await box.deliveries(subscription)} == {DeliveryState.DELIVERED}


async def test_what_could_not_be_sent_from_here_is_nobodys_failure(store: Store) -> None:
    class Stuck(Telling):
        async def send(self, parcel: Parcel, at: datetime) -> Outcome:
            raise NotSent("no sending process could be started: no memory")

    box = Outbox(store, Stuck())
    subscription = await box.subscribe()
    await box.publish()
    assert await box.courier.run_once() == 1
    [delivery] = await box.deliveries(subscription)
    assert (delivery.state, delivery.attempts) == (DeliveryState.PENDING, 0)
    async with store.reading() as view:
        found = await view.subscription(subscription.id)
        assert found
        assert (found.failing_since, found.failures_running) == (None, 0)
        assert await view.attempts(delivery.id) == []
    box.sender.__class__ = Telling
    box.clock.move(timedelta(seconds=60))
    assert await box.courier.run_once() == 1
    [delivery] = await box.deliveries(subscription)
    assert delivery.state is DeliveryState.DELIVERED


async def test_a_fan_out_is_settled_in_few_transactions(store: Store) -> None:
    counted = Flaky(store)
    box = Outbox(counted, Telling(takes=0.001))
    for number in range(100):
        await box.subscribe(f"https://hooks{number}.example.com/")
    await box.publish()
    before = counted.begun
    assert await box.courier.run_once() == 100
    assert counted.begun - before < 12


async def until_delivered(box: Outbox, count: int) -> None:
    """Wait until so many deliveries are done."""
    while True:
        states = [one.state for each in await box.subscriptions.list() for one in await box.deliveries(each)]
        if states.count(DeliveryState.DELIVERED) == count:
            return
        await asyncio.sleep(0.01)
