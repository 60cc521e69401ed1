"""The outbox against a model of its promise: whatever happens in whatever order, nothing is lost, early or changed."""

from __future__ import annotations

import asyncio
import shutil
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from statuspage.core.delivery import SCHEDULE, SLOW_DOWN, SLOW_DOWN_FOR, Delivery, DeliveryState, Failure, Outcome
from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.ports import Parcel
from statuspage.services.courier import Pace
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing
from tests.services.outbox import OK, START, Outbox, Telling
from tests.staff import STAFF

ENDPOINTS = 3
MODELS = ("fable", "opus", "haiku")
MOODS = {
    "well": OK,
    "broken": Outcome(500, Failure.STATUS),
    "overloaded": Outcome(503, Failure.STATUS),
    "limiting": Outcome(429, Failure.STATUS, retry_after=timedelta(minutes=20)),
    "hanging": Outcome(None, Failure.TIMEOUT),
    "unreachable": Outcome(None, Failure.CONNECT),
    "gone": Outcome(410, Failure.STATUS),
}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Moody(Telling):
    """A sender whose endpoints are in moods; ``crashing`` dies after sending. It keeps every request by delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: dict[str, str] = {}
        self.crashing = False
        self.elapsed = timedelta(0)
        self.sent: dict[str, list[tuple[Parcel, timedelta, Outcome | None]]] = defaultdict(list)
        self.violations: list[str] = []
        self.flights: dict[str, int] = defaultdict(int)

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Answer as the endpoint's mood is."""
        endpoint, lane = parcel.subscription.id, f"{parcel.subscription.id} {parcel.delivery.lane}"
        self.flights[endpoint] += 1
        self.flights[lane] += 1
        if self.flights[endpoint] > 2 or self.flights[lane] > 1:
            self.violations.append(
                f"{lane}: {self.flights[endpoint]} at the endpoint, {self.flights[lane]} in the lane"
            )
        await asyncio.sleep(0)
        self.flights[endpoint] -= 1
        self.flights[lane] -= 1
        outcome = MOODS[self.moods[endpoint]]
        self.sent[parcel.delivery.id].append((parcel, self.elapsed, None if self.crashing else outcome))
        if self.crashing:
            raise asyncio.CancelledError
        return outcome


class Machine(RuleBasedStateMachine):
    """Events, moods, crashes, clocks and operators, in any order."""

    template: Path

    @initialize()
    def begin(self) -> None:
        """A new store with live subscriptions."""
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory(prefix="outbox")
        file = Path(self.folder.name) / "outbox.db"
        shutil.copy(self.template, file)
        self.store = self.runner.run(open_store(f"sqlite:///{file}", key=KeyRing.of(bytes(32))))
        self.sender = Moody()
        self.box = Outbox(self.store, self.sender, Pace(poll=0.001, gather=0.001))
        self.subscriptions = [
            self.runner.run(self.box.subscribe(f"https://h{number}.example.com/")) for number in range(ENDPOINTS)
        ]
        self.sender.moods = {one.id: "well" for one in self.subscriptions}
        self.owed: dict[str, set[str]] = {one.id: set() for one in self.subscriptions}
        self.bodies: dict[str, bytes] = {}
        self.courier = self.box.courier
        self.ended: set[str] = set()
        self.box.clock.move(2 * HOUR)

    @rule(models=st.lists(st.sampled_from(MODELS), min_size=1, max_size=3))
    def publish(self, models: list[str]) -> None:
        """Commit events; every live subscription is owed each."""
        live = [one for one in self._now() if one.state is SubscriptionState.LIVE]
        for event in self.runner.run(self.box.publish(*models)):
            self.bodies[event.id] = event.body
            for one in live:
                self.owed[one.id].add(event.id)

    @rule(endpoint=st.integers(0, ENDPOINTS - 1), mood=st.sampled_from(sorted(MOODS)))
    def turn(self, endpoint: int, mood: str) -> None:
        """An endpoint answers otherwise from now on."""
        self.sender.moods[self.subscriptions[endpoint].id] = mood

    @rule(by=st.sampled_from([timedelta(seconds=5), timedelta(seconds=61), timedelta(minutes=16), 3 * HOUR, DAY]))
    def wait(self, by: timedelta) -> None:
        """Time passes, or the clock is set forward; the courier works."""
        self.box.clock.move(by)
        self.sender.elapsed += by
        self.runner.run(self.courier.run_once())

    @rule(endpoint=st.integers(0, ENDPOINTS - 1), mood=st.sampled_from(sorted(MOODS)), steps=st.integers(2, 8))
    def struggle(self, endpoint: int, mood: str, steps: int) -> None:
        """News for an endpoint that turns, and the courier looks every few seconds."""
        self.turn(endpoint, mood)
        self.publish(list(MODELS))
        for _ in range(steps):
            self.wait(timedelta(seconds=8))

    @rule()
    def set_the_clock_back(self) -> None:
        """The clock is set back by an hour."""
        if self.box.clock.now - HOUR > START:
            self.box.clock.move(-HOUR)

    @rule()
    def crash(self) -> None:
        """The process dies after sending; another one takes its place."""
        self.sender.crashing = True
        self.runner.run(self.courier.run_once())
        self.sender.crashing = False
        self.courier = self.box.another_courier(Pace(poll=0.001, gather=0.001))

    @rule(endpoint=st.integers(0, ENDPOINTS - 1))
    def disable(self, endpoint: int) -> None:
        """An operator disables a subscription."""
        self.runner.run(self.box.subscriptions.disable(self.subscriptions[endpoint].id, STAFF))

    @rule(endpoint=st.integers(0, ENDPOINTS - 1))
    def enable(self, endpoint: int) -> None:
        """An operator lets a subscription live again."""
        self.runner.run(self.box.subscriptions.enable(self.subscriptions[endpoint].id, STAFF))

    @invariant()
    def what_is_owed_is_written(self) -> None:
        """Every event that a live subscription wished for has its one delivery; nobody else has any."""
        for one in self._now():
            self.ended |= {one.id} if one.state is SubscriptionState.DISABLED else set()
            found = [each.event_id for each in self._deliveries(one)]
            assert sorted(found) == sorted(self.owed[one.id])

    @invariant()
    def what_is_sent_is_what_was_committed(self) -> None:
        """The same id and bytes on every attempt, and none after a 2xx that was settled."""
        for attempts in self.sender.sent.values():
            settled = [outcome for _, _, outcome in attempts if outcome]
            assert all(parcel.body == self.bodies[parcel.delivery.event_id] for parcel, _, _ in attempts)
            assert not any(outcome.succeeded for outcome in settled[:-1])
            assert len(settled) <= len(SCHEDULE)

    @invariant()
    def nobody_is_hammered(self) -> None:
        """What is overloaded or hangs is left alone for a minute, wherever the clock is set; lanes are kept."""
        assert self.sender.violations == []
        for attempts in self.sender.sent.values():
            for (_, before, outcome), (_, after, _) in pairwise(attempts):
                if outcome and (outcome.status in SLOW_DOWN or outcome.failure is Failure.TIMEOUT):
                    assert after - before >= SLOW_DOWN_FOR
                if outcome and outcome.retry_after:
                    assert after - before >= outcome.retry_after

    def teardown(self) -> None:
        """Everybody is well at last: what is still owed comes, and everything else can be recovered."""
        if not hasattr(self, "store"):
            return
        self.sender.moods = dict.fromkeys(self.sender.moods, "well")
        for _ in range(7):
            self.wait(DAY)
        self.what_is_owed_is_written()
        for one in self.subscriptions:
            states = {each.state for each in self._deliveries(one)}
            assert DeliveryState.PENDING not in states
            assert one.id in self.ended or DeliveryState.CANCELLED not in states
            self.runner.run(self.box.subscriptions.enable(one.id, STAFF))
            self.runner.run(self.box.subscriptions.recover(one.id, START, STAFF))
        for _ in range(3):
            self.wait(HOUR)
        for one in self.subscriptions:
            took = {
                parcel.delivery.event_id
                for attempts in self.sender.sent.values()
                for parcel, _, outcome in attempts
                if parcel.subscription.id == one.id and outcome and outcome.succeeded
            }
            assert took == set(self.bodies)
        self.runner.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    def _now(self) -> list[Subscription]:
        return [self.runner.run(self.box.again(one)) for one in self.subscriptions]

    def _deliveries(self, one: Subscription) -> list[Delivery]:
        return self.runner.run(self.box.deliveries(one))


@pytest.mark.timeout(300)
def test_the_outbox_keeps_its_promise(sqlite_template: Path) -> None:
    Machine.template = sqlite_template
    run_state_machine_as_test(Machine, settings=settings(max_examples=8, stateful_step_count=20, deadline=None))
