"""Claiming: which due deliveries are leased next, so that nothing races and no endpoint starves another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, update

from statuspage.core.event import EventType
from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.ports import Parcel
from statuspage.store import schema
from statuspage.store.codec import SUBSCRIPTION
from statuspage.store.deliveries import COLUMNS, OWED, DeliveriesWriting, delivery_of
from statuspage.store.secrets import Unopened
from statuspage.store.session import Found
from statuspage.store.subscriptions import SubscriptionsWriting

PAGE, SPARE = 500, 16
"""How many candidates are read at once: at most, and beside twice the number that is wanted."""

SUBSCRIBED = schema.subscription.c
EVENT = schema.event.c
FLYING = schema.delivery.alias("flying").c


@dataclass(slots=True)
class Choice:
    """Chooses deliveries in order of ``seq``: few at a time of an endpoint, one at a time of its lane.

    No more than ``suspects`` are for endpoints that fail.
    """

    limit: int
    per_endpoint: int
    suspects: int
    busy: Counter[str] = field(default_factory=Counter)
    lanes: set[tuple[str, str]] = field(default_factory=set)
    chosen: list[str] = field(default_factory=list)

    def occupy(self, endpoint: str, lane: str) -> None:
        """Note that one delivery is in flight."""
        self.busy[endpoint] += 1
        self.lanes.add((endpoint, lane))

    def take(self, page: Sequence[Found]) -> list[str]:
        """Choose from a page of candidates; the ids of those that are new."""
        before = len(self.chosen)
        for delivery_id, endpoint, lane, _, failing in page:
            free = self.busy[endpoint] < self.per_endpoint and (endpoint, lane) not in self.lanes
            if free and not self.full and (self.suspects or not failing):
                self.chosen.append(delivery_id)
                self.occupy(endpoint, lane)
                self.suspects -= bool(failing)
        return self.chosen[before:]

    @property
    def wanted(self) -> int:
        """How many more are wanted."""
        return max(self.limit - len(self.chosen), 0)

    @property
    def full(self) -> bool:
        """Whether no more are wanted."""
        return not self.wanted


class ClaimsWriting(DeliveriesWriting, SubscriptionsWriting):
    """Leases deliveries."""

    async def claim(
        self, now: datetime, lease: timedelta, limit: int, per_endpoint: int, suspects: int | None = None
    ) -> list[Parcel]:
        """Lease due deliveries: oldest first, fair across subscriptions, one in flight a subscription and lane.

        At most ``suspects`` of them go to endpoints whose last attempt failed.
        """
        if await self.first(select(OWED.id).where(OWED.due_at <= now).limit(1)) is None:
            return []
        choice = Choice(limit, per_endpoint, limit if suspects is None else suspects)
        chosen = await self._choose(now, now + lease, choice)
        return await self._parcels(chosen, now)

    async def _choose(self, now: datetime, until: datetime, choice: Choice) -> list[str]:
        """Lease page by page in order of ``seq``; each page steps over endpoints and lanes that have no room left.

        Once suspects have no room either, they are not read at all: thousands of them may stand at the queue's head.
        """
        for endpoint, lane in await self.all(select(FLYING.subscription_id, FLYING.lane).where(*_in_flight(now))):
            choice.occupy(endpoint, lane)
        start = 0
        while not choice.full:
            size = min(PAGE, 2 * choice.wanted + SPARE)
            trusted = not choice.suspects
            page = await self.all(_candidates(now, choice.per_endpoint, start, size, trusted=trusted))
            taken = choice.take(page)
            leased = update(schema.delivery).where(OWED.id.in_(taken))
            await self.run(leased.values(lease_until=until, due_at=until))
            if len(page) < size or not taken:
                break
            start = page[-1].seq
        return choice.chosen

    async def _parcels(self, chosen: Sequence[str], now: datetime) -> list[Parcel]:
        """What the attempts need; a delivery whose secret cannot be opened is left out and waits."""
        rows = await self.all(
            select(*COLUMNS, EVENT.body)
            .join_from(schema.delivery, schema.event, OWED.seq == EVENT.seq)
            .where(OWED.id.in_(chosen))
            .order_by(OWED.seq, OWED.id)
        )
        endpoints = sorted({row.subscription_id for row in rows})
        subscriptions = await self._subscriptions(endpoints)
        secrets = await self._openable(endpoints, now)
        return [_parcel(row, subscriptions, secrets) for row in rows if row.subscription_id in secrets]

    async def _subscriptions(self, ids: Sequence[str]) -> dict[str, Subscription]:
        rows = await self.all(select(SUBSCRIBED.id, SUBSCRIBED.body).where(SUBSCRIBED.id.in_(ids)))
        return {subscription_id: SUBSCRIPTION.decode(text) for subscription_id, text in rows}

    async def _openable(self, ids: Sequence[str], now: datetime) -> dict[str, tuple[bytes, ...]]:
        """The secrets of subscriptions, without those that cannot be opened: one must not hold back the others."""
        try:
            return await self.secrets_of(ids, now)
        except Unopened:
            if len(ids) == 1:
                return {}
        middle = len(ids) // 2
        return await self._openable(ids[:middle], now) | await self._openable(ids[middle:], now)


def _in_flight(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return FLYING.lease_until > now, FLYING.due_at.is_not(None)


def _candidates(now: datetime, per_endpoint: int, start: int, size: int, *, trusted: bool) -> Select[Any]:
    flying = select(FLYING.subscription_id).where(*_in_flight(now))
    saturated = flying.group_by(FLYING.subscription_id).having(func.count() >= per_endpoint)
    failing = OWED.subscription_id.in_(select(SUBSCRIBED.id).where(SUBSCRIBED.failing_since.is_not(None)))
    found = (
        select(OWED.id, OWED.subscription_id, OWED.lane, OWED.seq, failing)
        .where(
            OWED.due_at <= now,
            OWED.seq >= start,
            OWED.subscription_id.not_in(saturated),
            tuple_(OWED.subscription_id, OWED.lane).not_in(flying.add_columns(FLYING.lane)),
            _receivable(now),
        )
        .order_by(OWED.seq, OWED.id)
        .limit(size)
        .with_hint(schema.delivery, "INDEXED BY ix_delivery_order", "sqlite")
        .with_for_update(of=schema.delivery, skip_locked=True, key_share=True)
    )
    return found.where(~failing) if trusted else found


def _receivable(now: datetime) -> ColumnElement[bool]:
    """The subscription is live, or it is pending and this is its verification; and it is not paused."""
    paused = SUBSCRIBED.paused_until > now
    resting = select(SUBSCRIBED.id).where(or_(SUBSCRIBED.state != SubscriptionState.LIVE.value, paused))
    pending = select(SUBSCRIBED.id).where(
        SUBSCRIBED.state == SubscriptionState.PENDING.value,
        or_(SUBSCRIBED.paused_until.is_(None), SUBSCRIBED.paused_until <= now),
    )
    verifying = select(EVENT.seq).where(EVENT.type == EventType.WEBHOOK_VERIFY.value)
    return or_(
        OWED.subscription_id.not_in(resting),
        and_(OWED.subscription_id.in_(pending), OWED.seq.in_(verifying)),
    )


def _parcel(row: Found, subscriptions: dict[str, Subscription], secrets: dict[str, tuple[bytes, ...]]) -> Parcel:
    endpoint = row.subscription_id
    return Parcel(delivery_of(row), subscriptions[endpoint], row.body, secrets[endpoint])
