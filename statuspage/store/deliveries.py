"""Deliveries and their attempts: what is owed, what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from statuspage.core.delivery import Attempt, Delivery, DeliveryState
from statuspage.errors import NotFound
from statuspage.store import schema
from statuspage.store.codec import OUTCOME
from statuspage.store.session import Found, Session

OWED = schema.delivery.c
TRIED = schema.attempt.c
COLUMNS = (
    OWED.id,
    OWED.event_id,
    OWED.seq,
    OWED.subscription_id,
    OWED.lane,
    OWED.state,
    OWED.attempts,
    OWED.next_attempt_at,
    OWED.created_at,
    OWED.lease_until,
)

CHANGING = (
    update(schema.delivery)
    .where(OWED.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("state", "attempts", "next_attempt_at", "lease_until", "due_at")})
)


class DeliveriesReading(Session):
    """Reads deliveries and attempts."""

    async def deliveries(self, subscription_id: str, limit: int = 100) -> list[Delivery]:
        """A subscription's deliveries, newest first."""
        rows = await self.all(
            select(*COLUMNS)
            .where(OWED.subscription_id == subscription_id)
            .order_by(OWED.seq.desc(), OWED.created_at.desc(), OWED.id)
            .limit(limit)
        )
        return [delivery_of(row) for row in rows]

    async def deliveries_of(self, subscription_id: str, seqs: Sequence[int]) -> list[Delivery]:
        """What a subscription is or was owed of some events, newest first."""
        rows = await self.all(
            select(*COLUMNS)
            .where(OWED.subscription_id == subscription_id, OWED.seq.in_(seqs))
            .order_by(OWED.seq.desc(), OWED.created_at.desc(), OWED.id)
        )
        return [delivery_of(row) for row in rows]

    async def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery."""
        row = await self.first(select(*COLUMNS).where(OWED.id == delivery_id))
        return delivery_of(row) if row else None

    async def attempts(self, delivery_id: str) -> list[Attempt]:
        """The tries of one delivery, oldest first."""
        rows = await self.all(
            select(TRIED.id, TRIED.delivery_id, TRIED.at, TRIED.outcome, TRIED.excerpt, TRIED.next_attempt_at)
            .where(TRIED.delivery_id == delivery_id)
            .order_by(TRIED.at, TRIED.id)
        )
        return [_attempt(row) for row in rows]


class DeliveriesWriting(DeliveriesReading):
    """Writes deliveries and attempts."""

    async def add_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Append deliveries that are owed."""
        await self.run(insert(schema.delivery), [_record(one) for one in deliveries])

    async def save_delivery(self, delivery: Delivery) -> None:
        """Replace what can change of a delivery."""
        statement = update(schema.delivery).where(OWED.id == delivery.id)
        if not await self.run(statement.values(_changeable(delivery))):
            raise NotFound(f"no delivery {delivery.id}")

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Replace what can change of several deliveries; those that are not there are left out."""
        await self.run(CHANGING, [{"of": one.id} | _changeable(one) for one in deliveries])

    async def cancel_deliveries(self, subscription_id: str) -> int:
        """Cancel whatever a subscription is still owed; how many."""
        still = update(schema.delivery).where(
            OWED.subscription_id == subscription_id, OWED.state == DeliveryState.PENDING.value
        )
        return await self.run(still.values(state=DeliveryState.CANCELLED.value, lease_until=None, due_at=None))

    async def hasten_deliveries(self, by: timedelta) -> None:
        """Let every pending delivery be due so much earlier, because the clock was set back by it."""
        pending = await self.all(select(*COLUMNS).where(OWED.due_at.is_not(None)))
        await self.save_deliveries([_hastened(delivery_of(row), by) for row in pending])

    async def add_attempt(self, attempt: Attempt) -> None:
        """Append an attempt to the log."""
        await self.add_attempts([attempt])

    async def add_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Append attempts to the log."""
        await self.run(insert(schema.attempt), [_tried(one) for one in attempts])

    async def forget(self, observations_before: datetime, attempts_before: datetime, bodies_before: datetime) -> int:
        """Delete raw observations, attempts, and what receivers answered to them, past retention; how many rows."""
        observations = delete(schema.observation).where(schema.observation.c.at < observations_before)
        attempts = delete(schema.attempt).where(TRIED.at < attempts_before)
        silenced = update(schema.attempt).where(TRIED.at < bodies_before, TRIED.excerpt != b"").values(excerpt=b"")
        return await self.run(observations) + await self.run(attempts) + await self.run(silenced)


def delivery_of(row: Found) -> Delivery:
    """The delivery in a row of ``COLUMNS``."""
    return Delivery(
        row.id,
        row.event_id,
        row.seq,
        row.subscription_id,
        row.lane,
        DeliveryState(row.state),
        row.attempts,
        row.next_attempt_at,
        row.created_at,
        row.lease_until,
    )


def _hastened(one: Delivery, by: timedelta) -> Delivery:
    lease = one.lease_until and one.lease_until - by
    return replace(one, next_attempt_at=one.next_attempt_at - by, lease_until=lease)


def _attempt(row: Found) -> Attempt:
    outcome = replace(OUTCOME.decode(row.outcome), excerpt=row.excerpt)
    return Attempt(row.id, row.delivery_id, row.at, outcome, row.next_attempt_at)


def _tried(attempt: Attempt) -> dict[str, Any]:
    return {
        "id": attempt.id,
        "delivery_id": attempt.delivery_id,
        "at": attempt.at,
        "next_attempt_at": attempt.next_attempt_at,
        "excerpt": attempt.outcome.excerpt,
        "outcome": OUTCOME.encode(replace(attempt.outcome, excerpt=b"")),
    }


def _record(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "event_id": delivery.event_id,
        "seq": delivery.seq,
        "subscription_id": delivery.subscription_id,
        "lane": delivery.lane,
        "created_at": delivery.created_at,
    } | _changeable(delivery)


def _changeable(delivery: Delivery) -> dict[str, Any]:
    return {
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "next_attempt_at": delivery.next_attempt_at,
        "lease_until": delivery.lease_until,
        "due_at": _due_at(delivery),
    }


def _due_at(delivery: Delivery) -> datetime | None:
    """From when a delivery may be claimed; None when it is over."""
    if delivery.state is not DeliveryState.PENDING:
        return None
    return max(delivery.next_attempt_at, delivery.lease_until or delivery.next_attempt_at)
