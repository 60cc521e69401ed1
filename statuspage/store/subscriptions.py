"""Subscriptions and their signing secrets, which are encrypted at rest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select, update

from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.errors import NotFound
from statuspage.store import schema
from statuspage.store.codec import SUBSCRIPTION
from statuspage.store.secrets import Sealed
from statuspage.store.session import Session

SUBSCRIBED = schema.subscription.c
SECRET = schema.secret.c
DECODED_AT_ONCE = 200
PORTION = 500

CHANGING = (
    update(schema.subscription)
    .where(SUBSCRIBED.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("state", "paused_until", "failing_since", "body")})
)


class SubscriptionsReading(Session):
    """Reads subscriptions."""

    async def subscriptions(self) -> list[Subscription]:
        """Every subscription, oldest first."""
        return await self._read(select(SUBSCRIBED.body))

    async def subscriptions_in(self, state: SubscriptionState) -> list[Subscription]:
        """Every subscription in one state, oldest first."""
        return await self._read(select(SUBSCRIBED.body).where(SUBSCRIBED.state == state.value))

    async def portions_in(self, state: SubscriptionState) -> AsyncIterator[list[Subscription]]:
        """Every subscription in one state, oldest first, a portion at a time; others get a turn between two."""
        here = SUBSCRIBED.state == state.value
        ids = [
            row.id
            for row in await self.all(select(SUBSCRIBED.id).where(here).order_by(SUBSCRIBED.created_at, SUBSCRIBED.id))
        ]
        for start in range(0, len(ids), PORTION):
            yield await self._read(select(SUBSCRIBED.body).where(SUBSCRIBED.id.in_(ids[start : start + PORTION])))

    async def failing(self) -> list[Subscription]:
        """Every live subscription whose last attempt failed, oldest first."""
        live = SUBSCRIBED.state == SubscriptionState.LIVE.value
        return await self._read(select(SUBSCRIBED.body).where(live, SUBSCRIBED.failing_since.is_not(None)))

    async def subscriptions_of(self, ids: Iterable[str]) -> dict[str, Subscription]:
        """Several subscriptions by id; those that are not there are left out."""
        rows = await self.all(select(SUBSCRIBED.id, SUBSCRIBED.body).where(SUBSCRIBED.id.in_(sorted(ids))))
        return {subscription_id: SUBSCRIPTION.decode(text) for subscription_id, text in rows}

    async def subscription(self, subscription_id: str) -> Subscription | None:
        """One subscription."""
        row = await self.first(select(SUBSCRIBED.body).where(SUBSCRIBED.id == subscription_id))
        return SUBSCRIPTION.decode(row.body) if row else None

    async def token_hash(self, subscription_id: str) -> str | None:
        """The hash of a subscription's management token, None where there is none."""
        found: str | None = await self.value(select(SUBSCRIBED.token_hash).where(SUBSCRIBED.id == subscription_id))
        return found

    async def secrets_of(
        self, subscription_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, tuple[bytes, ...]]:
        """The signing secrets of several subscriptions, the newest first; ``at`` leaves out those that have ended."""
        mine = select(SECRET.subscription_id, SECRET.key_id, SECRET.sealed).where(
            SECRET.subscription_id.in_(subscription_ids)
        )
        if at is not None:
            mine = mine.where(or_(SECRET.expires_at.is_(None), SECRET.expires_at > at))
        opened: dict[str, tuple[bytes, ...]] = dict.fromkeys(subscription_ids, ())
        for owner, key_id, sealed in await self.all(mine.order_by(SECRET.id.desc())):
            opened[owner] += (self.keys.open(Sealed(key_id, sealed), owner),)
        return opened

    async def _read(self, bodies: Select[tuple[str]]) -> list[Subscription]:
        """Subscriptions, oldest first; others get a turn while many are decoded."""
        found: list[Subscription] = []
        for number, (text,) in enumerate(await self.all(bodies)):
            if number % DECODED_AT_ONCE == DECODED_AT_ONCE - 1:
                await asyncio.sleep(0)
            found.append(SUBSCRIPTION.decode(text))
        return sorted(found, key=lambda one: (one.created_at, one.id))


class SubscriptionsWriting(SubscriptionsReading):
    """Writes subscriptions."""

    async def add_subscription(self, subscription: Subscription, secret: bytes, token_hash: str | None) -> None:
        """Insert a subscription with its secret, which is encrypted at rest."""
        named = {"id": subscription.id, "created_at": subscription.created_at, "token_hash": token_hash}
        record = named | _changeable(subscription)
        await self.run(insert(schema.subscription), record)
        await self._add_secret(subscription.id, secret)

    async def save_subscription(self, subscription: Subscription) -> None:
        """Replace a subscription; its secrets stay."""
        statement = update(schema.subscription).where(SUBSCRIBED.id == subscription.id)
        if not await self.run(statement.values(_changeable(subscription))):
            raise NotFound(f"no subscription {subscription.id}")

    async def save_subscriptions(self, subscriptions: Sequence[Subscription]) -> None:
        """Replace several subscriptions; those that are not there are left out."""
        await self.run(CHANGING, [{"of": one.id} | _changeable(one) for one in subscriptions])

    async def secrets(self, subscription_id: str, at: datetime | None = None) -> tuple[bytes, ...]:
        """A subscription's signing secrets, the newest first; ``at`` leaves out those that have ended."""
        return (await self.secrets_of([subscription_id], at))[subscription_id]

    async def rotate_secret(self, subscription_id: str, secret: bytes, old_until: datetime) -> None:
        """Give a subscription a new secret; the earlier ones end at ``old_until`` at the latest."""
        ending = update(schema.secret).where(
            SECRET.subscription_id == subscription_id,
            or_(SECRET.expires_at.is_(None), SECRET.expires_at > old_until),
        )
        await self.run(ending.values(expires_at=old_until))
        await self._add_secret(subscription_id, secret)

    async def remove_subscription(self, subscription_id: str) -> None:
        """Delete a subscription with its secrets, deliveries and attempts."""
        owed = select(schema.delivery.c.id).where(schema.delivery.c.subscription_id == subscription_id)
        await self.run(delete(schema.attempt).where(schema.attempt.c.delivery_id.in_(owed)))
        await self.run(delete(schema.delivery).where(schema.delivery.c.subscription_id == subscription_id))
        await self.run(delete(schema.secret).where(SECRET.subscription_id == subscription_id))
        await self.run(delete(schema.subscription).where(SUBSCRIBED.id == subscription_id))

    async def _add_secret(self, owner: str, secret: bytes) -> None:
        sealed = self.keys.seal(secret, owner)
        record = {"subscription_id": owner, "key_id": sealed.key_id, "sealed": sealed.data}
        await self.run(insert(schema.secret), record)


def _changeable(subscription: Subscription) -> dict[str, Any]:
    return {
        "state": subscription.state.value,
        "paused_until": subscription.paused_until,
        "failing_since": subscription.failing_since,
        "body": SUBSCRIPTION.encode(subscription),
    }
