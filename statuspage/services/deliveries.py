"""The outbox: deliveries are owed inside the transaction of their events, to whoever wishes for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from statuspage.core.delivery import Delivery, DeliveryState
from statuspage.core.event import Event, EventDraft
from statuspage.core.subscription import Subscription, SubscriptionState, wishes
from statuspage.ports import Ids, Writing

AT_A_TIME = 500
"""So many deliveries are added in one step, so that a great fan-out or recovery does not hold up everything else."""


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
    count = 0
    async for live in tx.portions_in(SubscriptionState.LIVE):
        wished = ((one, event) for event in events for one in live if wishes(one, event.draft))
        while some := [owed(one, event, ids("dlv"), at) for one, event in islice(wished, AT_A_TIME)]:
            await tx.add_deliveries(some)
            count += len(some)
    return count


async def owe_again(tx: Writing, subscription_id: str, wished: Sequence[Delivery], now: datetime) -> None:
    """Owe events to one subscription once more: what it had of them begins anew, unless it is being sent just now."""
    found = await tx.deliveries_of(subscription_id, [one.seq for one in wished])
    had = {one.seq: one for one in reversed(found)}
    await tx.add_deliveries([one for one in wished if one.seq not in had])
    await tx.save_deliveries([_anew(one, now) for one in had.values() if not flies(one, now)])


def flies(delivery: Delivery, now: datetime) -> bool:
    """Whether an attempt is under way."""
    return delivery.lease_until is not None and now < delivery.lease_until


def _anew(delivery: Delivery, now: datetime) -> Delivery:
    """A delivery at the beginning of its schedule."""
    return replace(
        delivery, state=DeliveryState.PENDING, attempts=0, next_attempt_at=now, created_at=now, lease_until=None
    )
