"""What an operator does with subscriptions: add, look, test, disable, enable, resend and recover."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from statuspage.core.delivery import Attempt, Delivery, DeliveryState, Outcome
from statuspage.core.event import Event, EventDraft, EventType, Severity, document
from statuspage.core.staff import Action, Actor, require
from statuspage.core.subscription import (
    BY_OPERATOR,
    Filters,
    Format,
    Origin,
    Subscription,
    SubscriptionState,
    disabled,
    enabled,
    new_secret,
    owes,
    secret_text,
)
from statuspage.errors import Conflict, FieldMistake, Invalid, NotFound, UsageError
from statuspage.ports import Clock, EventQuery, Ids, Parcel, Reading, Sender, Store, Writing
from statuspage.services.audit import record
from statuspage.services.deliveries import AT_A_TIME, flies, owe_again, owed

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
MOST_SECRETS = 3
"""Secrets that sign at one time."""

PAGE = 500
EVERYTHING = Filters()
RESEND_LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Added:
    """A new subscription with the text of its secret, which is never shown again."""

    subscription: Subscription
    secret: str


@dataclass(frozen=True, slots=True)
class Enabled:
    """A subscription that lives again; ``recover_since`` is from when on it missed events, None when it never did."""

    subscription: Subscription
    recover_since: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription with its newest deliveries and their attempts, as the subscriber may see them."""

    subscription: Subscription
    deliveries: tuple[tuple[Delivery, tuple[Attempt, ...]], ...]


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new secret, shown this once, and until when the earlier one signs too."""

    secret: str
    old_valid_until: datetime


class Subscriptions:
    """The operator's verbs on webhook subscriptions; each writes one transaction, sending is never inside one.

    An ``actor`` of None is the subscriber itself, whose token was checked: that is no deed of staff.
    """

    def __init__(
        self,
        store: Store,
        sender: Sender,
        clock: Clock,
        ids: Ids,
        *,
        check_url: Callable[[str, Origin], None],
        random: Callable[[int], bytes],
        site_url: str,
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._ids = ids
        self._check_url = check_url
        self._random = random
        self._site_url = site_url

    def adopt(self, check_url: Callable[[str, Origin], None], site_url: str) -> None:
        """Go on with other rules and another address of the site."""
        self._check_url = check_url
        self._site_url = site_url

    async def add(
        self, url: str, actor: Actor, filters: Filters = EVERYTHING, shape: Format = Format.STANDARD
    ) -> Added:
        """Add an operator's own subscription, live at once."""
        require(actor, Action.SUBSCRIBE)
        self._check_url(url, Origin.OPERATOR)
        _check_types(filters)
        subscription = Subscription(
            self._ids("sub"), url, filters, SubscriptionState.LIVE, Origin.OPERATOR, self._clock(), shape
        )
        secret = new_secret(self._random)
        async with self._store.writing() as tx:
            await tx.add_subscription(subscription, secret, None)
            said = {"host": urlsplit(url).hostname, "format": shape.value}
            await record(tx, actor, "subscription.add", subscription.id, said, subscription.created_at)
        return Added(subscription, secret_text(secret))

    async def list(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        async with self._store.reading() as view:
            return await view.subscriptions()

    async def show(self, subscription_id: str, deliveries: int = 20) -> Shown:
        """One subscription with its newest deliveries and their attempts."""
        async with self._store.reading() as view:
            subscription = await _found(view, subscription_id)
            newest = await view.deliveries(subscription_id, deliveries)
            return Shown(subscription, tuple([(one, tuple(await view.attempts(one.id))) for one in newest]))

    async def test(self, subscription_id: str, actor: Actor | None) -> Outcome:
        """Send a signed ``webhook.test`` now and return what came of it; nothing is stored or retried."""
        now = self._clock()
        async with self._store.writing() as tx:
            subscription = await _found(tx, subscription_id)
            if subscription.state is SubscriptionState.PENDING:
                raise Conflict("the subscription is not verified yet, so nothing is sent to it")
            secrets = await tx.secrets(subscription_id, now)
            await _record(tx, actor, "subscription.test", subscription_id, {}, now)
        draft = _test_event(self._ids("evt"), now)
        body = json.dumps(document(draft, None, self._site_url), ensure_ascii=False, separators=(",", ":")).encode()
        delivery = owed(subscription, Event(0, draft, body), self._ids("dlv"), now)
        return await self._sender.send(Parcel(delivery, subscription, body, secrets), now)

    async def disable(self, subscription_id: str, actor: Actor, reason: str = BY_OPERATOR) -> Subscription:
        """Send nothing more to a subscription; what it is still owed is cancelled."""
        now = self._clock()
        async with self._store.writing() as tx:
            ended = disabled(await _found(tx, subscription_id), reason, now)
            await tx.save_subscription(ended)
            await tx.cancel_deliveries(subscription_id)
            await _record(tx, actor, "subscription.disable", subscription_id, {"reason": reason}, now)
        return ended

    async def enable(self, subscription_id: str, actor: Actor) -> Enabled:
        """Let a disabled subscription live again; what it missed comes only by ``recover``."""
        async with self._store.writing() as tx:
            subscription = await _found(tx, subscription_id)
            if subscription.state is SubscriptionState.PENDING:
                raise Conflict("the subscription must be verified by its receiver")
            alive = enabled(subscription)
            await tx.save_subscription(alive)
            await _record(tx, actor, "subscription.enable", subscription_id, {}, self._clock())
        return Enabled(alive, subscription.failing_since or subscription.disabled_at)

    async def rotate(self, subscription_id: str, overlap: timedelta, actor: Actor | None) -> Rotated:
        """Sign with a new secret from now on, and with the earlier one too until the overlap ends."""
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            longest = f"must be from 0 to {LONGEST_OVERLAP.total_seconds():.0f} seconds"
            raise Invalid((FieldMistake("old_valid_for", longest),))
        now, secret = self._clock(), new_secret(self._random)
        async with self._store.writing() as tx:
            await _found(tx, subscription_id)
            signing = await tx.secrets(subscription_id, now)
            if overlap and len(signing) >= MOST_SECRETS:
                raise Conflict(f"{len(signing)} secrets sign already: wait, or end them with an overlap of 0")
            await tx.rotate_secret(subscription_id, secret, now + overlap)
            said = {"old_valid_until": (now + overlap).isoformat()}
            await _record(tx, actor, "subscription.rotate", subscription_id, said, now)
        return Rotated(secret_text(secret), now + overlap)

    async def resend(self, delivery_id: str, actor: Actor | None) -> Outcome:
        """Send one delivery now, outside its schedule: a success ends it, a failure leaves it as it was."""
        began = self._clock()
        async with self._store.writing() as tx:
            parcel = await _parcel(tx, delivery_id, began)
            await tx.save_delivery(replace(parcel.delivery, lease_until=began + RESEND_LEASE))
            await _record(tx, actor, "delivery.resend", delivery_id, {"subscription": parcel.subscription.id}, began)
        outcome = await self._sender.send(parcel, began)
        await self._keep_resent(parcel, outcome, began)
        return outcome

    async def recover(self, subscription_id: str, since: datetime, actor: Actor | None) -> int:
        """Owe again every event since a moment that a live subscription wishes for, also those it already took.

        Quiet events are skipped, and those older than the subscription; how many are owed. A piece at a time, so that
        whatever else is to be written gets its turn; one that is cut off half-way can be repeated.
        """
        now = self._clock()
        async with self._store.reading() as view:
            subscription = await _live(view, subscription_id)
            events = _events_since(view, since)
            wished = [
                owed(subscription, one, self._ids("dlv"), now) async for one in events if owes(subscription, one.draft)
            ]
        async with self._store.writing() as tx:
            said = {"since": since.isoformat(), "owed": len(wished)}
            await _record(tx, actor, "subscription.recover", subscription_id, said, now)
        for place in range(0, len(wished), AT_A_TIME):
            async with self._store.writing() as tx:
                await _live(tx, subscription_id)
                await owe_again(tx, subscription_id, wished[place : place + AT_A_TIME], now)
        return len(wished)

    async def _keep_resent(self, parcel: Parcel, outcome: Outcome, began: datetime) -> None:
        async with self._store.writing() as tx:
            owed_next = parcel.delivery.next_attempt_at if parcel.delivery.state is DeliveryState.PENDING else None
            left = None if outcome.succeeded else owed_next
            await tx.add_attempt(Attempt(self._ids("att"), parcel.delivery.id, began, outcome, left))
            state = DeliveryState.DELIVERED if outcome.succeeded else parcel.delivery.state
            await tx.save_delivery(replace(parcel.delivery, state=state, lease_until=None))


async def _record(
    tx: Writing, actor: Actor | None, verb: str, subject: str, detail: dict[str, Any], at: datetime
) -> None:
    """Write down what staff do; Forbidden, with everything undone, when they may not."""
    if actor is not None:
        require(actor, Action.OPERATE)
        await record(tx, actor, verb, subject, detail, at)


async def _found(view: Reading, subscription_id: str) -> Subscription:
    subscription = await view.subscription(subscription_id)
    if subscription is None:
        raise NotFound(f"there is no subscription {subscription_id}")
    return subscription


async def _live(view: Reading, subscription_id: str) -> Subscription:
    subscription = await _found(view, subscription_id)
    if subscription.state is not SubscriptionState.LIVE:
        raise Conflict("enable the subscription first")
    return subscription


async def _parcel(tx: Writing, delivery_id: str, now: datetime) -> Parcel:
    """A delivery with all that one attempt needs, as long as no attempt is under way."""
    delivery = await tx.delivery(delivery_id)
    event = await tx.event(delivery.event_id) if delivery else None
    if delivery is None or event is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    subscription = await _live(tx, delivery.subscription_id)
    if flies(delivery, now):
        raise Conflict("the delivery is being sent at this moment")
    return Parcel(delivery, subscription, event.body, await tx.secrets(subscription.id, now))


async def _events_since(view: Reading, since: datetime) -> AsyncIterator[Event]:
    seq = await view.last_seq(since - timedelta(microseconds=1))
    while page := await view.events(EventQuery(after_seq=seq, limit=PAGE)):
        for event in page:
            yield event
        seq = page[-1].seq


def _check_types(filters: Filters) -> None:
    unknown = sorted(set(filters.types) - {one.value for one in EventType})
    if unknown:
        raise UsageError(f"no such event type: {', '.join(unknown)}; see docs/webhooks.md")


def _test_event(event_id: str, now: datetime) -> EventDraft:
    return EventDraft(
        id=event_id,
        type=EventType.WEBHOOK_TEST,
        timestamp=now,
        model=None,
        provider=None,
        summary="A test: this subscription works.",
        severity=Severity.NONE,
        effective_at=now,
        test=True,
    )
