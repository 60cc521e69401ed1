"""What the owner of a self-serve subscription does with it: test, rotate, read the log, resend, recover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuspage.core import enrolment
from statuspage.core.delivery import Outcome
from statuspage.core.subscription import Subscription, new_secret, secret_text
from statuspage.errors import Conflict, FieldMistake, Invalid, NotFound
from statuspage.ports import Clock, Store
from statuspage.services.enrolment import ID
from statuspage.services.subscriptions import Shown, Subscriptions

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)
MOST_SECRETS = 3
"""Secrets that sign at one time."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The new secret, shown this once, and until when the earlier one signs too."""

    secret: str
    old_valid_until: datetime


class SelfServe:
    """The verbs behind a management token; the caller has authenticated it for the subscription that is given."""

    def __init__(
        self, store: Store, subscriptions: Subscriptions, clock: Clock, *, random: Callable[[int], bytes]
    ) -> None:
        self._store = store
        self._subscriptions = subscriptions
        self._clock = clock
        self._random = random

    async def test(self, subscription: Subscription) -> Outcome:
        """Send a ``webhook.test`` now to a live subscription."""
        enrolment.require_live(subscription)
        return await self._subscriptions.test(subscription.id, None)

    async def rotate(self, subscription: Subscription, overlap: timedelta = OVERLAP) -> Rotated:
        """Sign with a new secret from now on, and with the earlier one too until the overlap ends."""
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            longest = f"must be from 0 to {LONGEST_OVERLAP.total_seconds():.0f} seconds"
            raise Invalid((FieldMistake("old_valid_for", longest),))
        now, secret = self._clock(), new_secret(self._random)
        async with self._store.writing() as tx:
            signing = await tx.secrets(subscription.id, now)
            if overlap and len(signing) >= MOST_SECRETS:
                raise Conflict(f"{len(signing)} secrets sign already: wait, or end them with old_valid_for 0")
            await tx.rotate_secret(subscription.id, secret, now + overlap)
        return Rotated(secret_text(secret), now + overlap)

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
