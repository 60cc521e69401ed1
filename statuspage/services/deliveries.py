"""The outbox: deliveries are owed inside the transaction of their events, then sent, settled and retried until taken.

Every step may be cut off at any instant. A claim is a lease in the row: what is sent but not settled is due again when
the lease ends, with the same id and bytes. A delivery is done only by the transaction that follows a 2xx.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from statuspage.core.alert import Alert, AlertKind, alert
from statuspage.core.delivery import Attempt, Decision, Delivery, DeliveryState, Failure, Outcome, decide
from statuspage.core.event import Event, EventDraft
from statuspage.core.subscription import Subscription, SubscriptionState, after_attempt, owes
from statuspage.errors import StatuspageError
from statuspage.ports import Alerts, Clock, Ids, Parcel, Sender, Store, Writing
from statuspage.services.alerts import StaffAlerts

log = logging.getLogger(__name__)

RECENT = 10_000
"""As many of a subscription's newest deliveries are looked at; what is still owed is among them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is sent at once, and for how long a claim holds: longer than the longest attempt.

    What finds its host ``crowded`` waits that long, and queues behind what waits already.
    """

    lease: timedelta = timedelta(seconds=60)
    at_once: int = 200
    per_endpoint: int = 2
    per_host: int = 10
    crowded: timedelta = timedelta(seconds=0.25)
    poll: float = 1.0


def lane_of(event: EventDraft) -> str:
    """The cell group of an event: of one lane and subscription, only one delivery is in flight."""
    return f"{event.model or '*'}@{event.provider or '*'}"


def owed(subscription: Subscription, event: Event, delivery_id: str, now: datetime) -> Delivery:
    """One event owed to one subscription, due at once."""
    return Delivery(
        id=delivery_id,
        event_id=event.id,
        seq=event.seq,
        subscription_id=subscription.id,
        lane=lane_of(event.draft),
        state=DeliveryState.PENDING,
        attempts=0,
        next_attempt_at=now,
        created_at=now,
    )


async def owe(tx: Writing, events: Sequence[Event], at: datetime, ids: Ids) -> int:
    """Owe events to every live subscription that wishes for them, in their own transaction; how many deliveries."""
    if all(event.draft.quiet for event in events):
        return 0
    live = [one for one in await tx.subscriptions() if one.state is SubscriptionState.LIVE]
    deliveries = [owed(one, event, ids("dlv"), at) for event in events for one in live if owes(one, event.draft)]
    if deliveries:
        await tx.add_deliveries(deliveries)
    return len(deliveries)


async def cancel_pending(tx: Writing, subscription_id: str) -> int:
    """Cancel what a disabled subscription is still owed; how many. ``recover`` owes it again."""
    pending = [one for one in await tx.deliveries(subscription_id, RECENT) if one.state is DeliveryState.PENDING]
    for one in pending:
        await tx.save_delivery(replace(one, state=DeliveryState.CANCELLED, lease_until=None))
    return len(pending)


class Courier:
    """Brings owed deliveries to their endpoints; one for each process that sends."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        clock: Clock,
        ids: Ids,
        *,
        chance: Callable[[], float],
        pace: Pace = Pace(),
        alerts: Alerts | None = None,
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._pace = pace
        self._alerts = alerts or StaffAlerts()
        self._flying: set[asyncio.Task[None]] = set()
        self._hosts: Counter[str] = Counter()
        self._queues: dict[str, datetime] = {}
        self._woken = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """Look for due work now instead of at the next poll."""
        self._woken.set()

    async def run(self) -> None:
        """Send until closed: at every wake, and at every poll without one."""
        while not self._closing:
            try:
                await self.run_once()
            except StatuspageError as error:
                log.warning("deliveries could not be claimed: %s", error)
            await self._turn()

    async def run_once(self) -> int:
        """Send what is due, and what becomes due meanwhile; return when nothing is due and nothing flies."""
        launched = 0
        while not self._closing:
            waited_for = bool(self._flying)
            claimed = await self._launch()
            launched += claimed
            if not claimed and not waited_for:
                break
            await self._turn()
        return launched

    async def close(self, deadline: timedelta) -> int:
        """Claim no more, let what flies land until the deadline, cut off the rest; how many were cut off.

        What is cut off is due again when its lease ends.
        """
        self._closing = True
        self.wake()
        if not self._flying:
            return 0
        _, late = await asyncio.wait(self._flying, timeout=deadline.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def _launch(self) -> int:
        """Claim due parcels into the free slots and let them fly; how many do."""
        self._woken.clear()
        free = self._pace.at_once - len(self._flying)
        parcels = await self._claim(free) if free > 0 else []
        for parcel in parcels:
            self._hosts[_host(parcel)] += 1
            task = asyncio.create_task(self._deliver(parcel), name=f"delivery {parcel.delivery.id}")
            self._flying.add(task)
            task.add_done_callback(partial(self._landed, _host(parcel)))
        return len(parcels)

    def _landed(self, host: str, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._hosts -= Counter([host])
        self.wake()

    async def _claim(self, free: int) -> list[Parcel]:
        """Lease due parcels; those whose host is crowded are handed back for a moment, so that they hold no slot."""
        now = self._clock()
        async with self._store.writing() as tx:
            claimed = await tx.claim(now, self._pace.lease, free, self._pace.per_endpoint)
            boarded, crowded = self._sorted(claimed)
            for parcel in crowded:
                later = self._queue(_host(parcel), now)
                await tx.save_delivery(replace(parcel.delivery, lease_until=None, next_attempt_at=later))
        return boarded

    def _sorted(self, claimed: Sequence[Parcel]) -> tuple[list[Parcel], list[Parcel]]:
        """Parcels that may fly now, and those whose host has all the connections that it gets."""
        hosts = self._hosts.copy()
        boarded: list[Parcel] = []
        crowded: list[Parcel] = []
        for parcel in claimed:
            host = _host(parcel)
            hosts[host] += 1
            (boarded if hosts[host] <= self._pace.per_host else crowded).append(parcel)
        return boarded, crowded

    def _queue(self, host: str, now: datetime) -> datetime:
        """When a parcel for a crowded host is due again: one after the other, at the pace of its connections."""
        at = max(self._queues.get(host, now), now + self._pace.crowded)
        self._queues[host] = at + self._pace.crowded / self._pace.per_host
        return at

    async def _turn(self) -> None:
        """Wait until something lands, somebody wakes us, or something might have become due."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), self._pace.poll)

    async def _deliver(self, parcel: Parcel) -> None:
        """Send one parcel and settle it; without a settlement the lease makes it due again."""
        try:
            began = self._clock()
            outcome = await self._sent(parcel, began)
            await self._settle(parcel, outcome, began)
        except Exception:
            log.exception("delivery %s was not settled and will be repeated", parcel.delivery.id)

    async def _sent(self, parcel: Parcel, began: datetime) -> Outcome:
        try:
            return await self._sender.send(parcel, began)
        except Exception as error:
            log.exception("the sender failed on delivery %s", parcel.delivery.id)
            return Outcome(None, Failure.PROTOCOL, detail=type(error).__name__)

    async def _settle(self, parcel: Parcel, outcome: Outcome, began: datetime) -> None:
        """Write what came of an attempt, in one transaction: the delivery, its log, the endpoint's health.

        When the subscription has another URL by now, the attempt says nothing of it, and the delivery is due again.
        """
        delivery = parcel.delivery
        now = self._clock()
        async with self._store.writing() as tx:
            subscription = await tx.subscription(parcel.subscription.id)
            if subscription is None or subscription.url != parcel.subscription.url:
                return
            decision = decide(outcome, delivery.attempts + 1, now, self._chance(), delivery.created_at)
            after = after_attempt(subscription, outcome, decision, began, now)
            if after.state is SubscriptionState.DISABLED:
                decision = _last(decision)
            await tx.add_attempt(Attempt(self._ids("att"), delivery.id, began, outcome, decision.next_attempt_at))
            if outcome.succeeded or not _lapsed(delivery, now):
                await tx.save_delivery(_settled(delivery, decision, now))
            if after != subscription:
                await tx.save_subscription(after)
            if after.state is not subscription.state:
                await cancel_pending(tx, after.id)
                await self._alerts.tell(tx, [_given_up(after, now)], (), now)


def _given_up(ended: Subscription, now: datetime) -> Alert:
    text = f"a webhook was disabled: {ended.disabled_reason}; `statuspage subscription show {ended.id}` tells more"
    return alert(AlertKind.WEBHOOK, ended.id, text, now)


def _last(decision: Decision) -> Decision:
    """A decision for an endpoint that gets nothing more."""
    if decision.state is not DeliveryState.PENDING:
        return decision
    return replace(decision, state=DeliveryState.CANCELLED, next_attempt_at=None)


def _settled(delivery: Delivery, decision: Decision, now: datetime) -> Delivery:
    return replace(
        delivery,
        state=decision.state,
        attempts=delivery.attempts + 1,
        next_attempt_at=decision.next_attempt_at or now,
        lease_until=None,
    )


def _lapsed(delivery: Delivery, now: datetime) -> bool:
    """Whether the lease ended during the attempt: another may have delivered since, so a failure must not overwrite."""
    return delivery.lease_until is not None and now >= delivery.lease_until


def _host(parcel: Parcel) -> str:
    return urlsplit(parcel.subscription.url).hostname or ""
