"""What the owner of a self-serve subscription does with it: test, rotate, read the log, resend, recover."""

from __future__ import annotations

from datetime import datetime, timedelta

from statuspage.core import enrolment
from statuspage.core.delivery import Outcome
from statuspage.core.subscription import Subscription
from statuspage.errors import FieldMistake, Invalid, NotFound
from statuspage.ports import Clock, Store
from statuspage.services.enrolment import ID
from statuspage.services.subscriptions import OVERLAP, Rotated, Shown, Subscriptions


class SelfServe:
    """The verbs behind a management token; the caller has authenticated it for the subscription that is given."""

    def __init__(self, store: Store, subscriptions: Subscriptions, clock: Clock) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._clock = clock

    async def test(self, subscription: Subscription) -> Outcome:
        """Send a ``webhook.test`` now to a live subscription."""
        enrolment.require_live(subscription)
        return await self._subscriptions.test(subscription.id, None)

    async def rotate(self, subscription: Subscription, overlap: timedelta = OVERLAP) -> Rotated:
        """Sign with a new secret from now on, and with the earlier one too until the overlap ends."""
        return await self._subscriptions.rotate(subscription.id, overlap, None)

    async def log(self, subscription: Subscription, limit: int) -> Shown:
        """The newest deliveries with their attempts."""
        return await self._subscriptions.show(subscription.id, limit)

    async def resend(self, subscription: Subscription, delivery_id: str) -> Outcome:
        """Send one of its deliveries now, outside the schedule."""
        async with self._store.reading() as view:
            found = await view.delivery(delivery_id) if ID.fullmatch(delivery_id) else None
        if found is None or found.subscription_id != subscription.id:
            raise NotFound(f"this subscription has no delivery {delivery_id[:80]!r}")
        enrolment.require_live(subscription)
        return await self._subscriptions.resend(delivery_id, None)

    async def recover(self, subscription: Subscription, since: datetime) -> int:
        """Owe again every event that it wishes for since a moment; how many."""
        enrolment.require_live(subscription)
        if since > self._clock():
            raise Invalid((FieldMistake("since", "must not lie in the future"),))
        return await self._subscriptions.recover(subscription.id, max(since, subscription.created_at), None)
