"""What the use cases need to tell: subscriptions, deliveries and their attempts, and letters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from statuspage.core.delivery import Attempt, Delivery
from statuspage.core.letter import Letter
from statuspage.core.subscription import Subscription, SubscriptionState


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery with all that one attempt needs. ``secrets`` are raw key bytes, the newest first."""

    delivery: Delivery
    subscription: Subscription
    body: bytes
    secrets: tuple[bytes, ...]


class OutboxReading(Protocol):
    """A consistent view of who is told, and what is owed."""

    async def subscriptions(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        ...

    async def subscription(self, subscription_id: str) -> Subscription | None:
        """One subscription."""
        ...

    async def subscriptions_of(self, ids: Iterable[str]) -> dict[str, Subscription]:
        """Several subscriptions by id; those that are not there are left out."""
        ...

    async def subscriptions_in(self, state: SubscriptionState) -> list[Subscription]:
        """Every subscription in one state, oldest first."""
        ...

    def portions_in(self, state: SubscriptionState) -> AsyncIterator[list[Subscription]]:
        """Every subscription in one state, oldest first, a portion at a time: there may be very many."""
        ...

    async def failing(self) -> list[Subscription]:
        """Every live subscription whose last attempt failed, oldest first."""
        ...

    async def token_hash(self, subscription_id: str) -> str | None:
        """The hash of a subscription's management token, None where there is none."""
        ...

    async def deliveries(self, subscription_id: str, limit: int = 100) -> list[Delivery]:
        """A subscription's deliveries, newest first."""
        ...

    async def deliveries_of(self, subscription_id: str, seqs: Sequence[int]) -> list[Delivery]:
        """What a subscription is or was owed of some events, newest first."""
        ...

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        ...

    async def attempts(self, delivery_id: str) -> list[Attempt]:
        """The tries of one delivery, oldest first."""
        ...

    async def letters(self, limit: int = 100) -> list[Letter]:
        """The newest letters to people and staff channels."""
        ...

    async def next_letter_at(self) -> datetime | None:
        """When the next letter is due, None when nothing is owed."""
        ...


class OutboxWriting(OutboxReading, Protocol):
    """Changes of who is told, and what is owed, in a transaction."""

    async def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Append deliveries that are owed."""
        ...

    async def save_delivery(self, delivery: Delivery) -> None:
        """Replace what can change of a delivery."""
        ...

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Replace what can change of several deliveries; those that are not there are left out."""
        ...

    async def cancel_deliveries(self, subscription_id: str) -> int:
        """Cancel whatever a subscription is still owed; how many. ``recover`` owes it again."""
        ...

    async def hasten_deliveries(self, by: timedelta) -> None:
        """Let every pending delivery be due so much earlier, because the clock was set back by it."""
        ...

    async def claim(
        self, now: datetime, lease: timedelta, limit: int, per_endpoint: int, suspects: int | None = None
    ) -> list[Parcel]:
        """Lease due deliveries: oldest first, fair across subscriptions, one in flight a subscription and lane.

        At most ``suspects`` of them go to endpoints whose last attempt failed.
        """
        ...

    async def add_attempt(self, attempt: Attempt) -> None:
        """Append an attempt to the log."""
        ...

    async def add_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Append attempts to the log."""
        ...

    async def add_subscription(self, subscription: Subscription, secret: bytes, token_hash: str | None) -> None:
        """Insert a subscription with its secret, which is encrypted at rest."""
        ...

    async def save_subscription(self, subscription: Subscription) -> None:
        """Replace a subscription; its secrets stay."""
        ...

    async def save_subscriptions(self, subscriptions: Sequence[Subscription]) -> None:
        """Replace several subscriptions; those that are not there are left out."""
        ...

    async def secrets(self, subscription_id: str, at: datetime | None = None) -> tuple[bytes, ...]:
        """A subscription's signing secrets, the newest first; ``at`` leaves out those that have ended."""
        ...

    async def rotate_secret(self, subscription_id: str, secret: bytes, old_until: datetime) -> None:
        """Give a subscription a new secret; the earlier ones end at ``old_until`` at the latest."""
        ...

    async def remove_subscription(self, subscription_id: str) -> None:
        """Delete a subscription with its secrets, deliveries and attempts."""
        ...

    async def add_letters(self, letters: Sequence[Letter]) -> None:
        """Append letters that are owed."""
        ...

    async def save_letter(self, letter: Letter) -> None:
        """Replace a letter."""
        ...

    async def claim_letters(self, now: datetime, lease: timedelta, limit: int) -> list[Letter]:
        """Lease due letters, the oldest first."""
        ...

    async def forget_letters(self, before: datetime) -> int:
        """Delete letters that are over and older; how many."""
        ...
