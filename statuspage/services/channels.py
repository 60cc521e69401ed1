"""Chat channels of the configuration as subscriptions, so that they have the same outbox, ladder and log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from statuspage.core.channel import CHANNEL, Channel
from statuspage.core.subscription import (
    BY_OPERATOR,
    SECRET_BYTES,
    Format,
    Origin,
    Subscription,
    SubscriptionState,
    disabled,
    enabled,
)
from statuspage.ports import Clock, Store, Writing

NOT_CONFIGURED = "not in the configuration any more"


async def adopt_channels(
    store: Store, channels: Sequence[Channel], clock: Clock, random: Callable[[int], bytes]
) -> int:
    """Make the stored channels those of the configuration; how many changed.

    One that left is disabled and keeps its log; one that comes back, or had failed for too long, lives again. What an
    operator disabled stays so, also at the same moment: what is known is read in the transaction that writes.
    """
    now = clock()
    async with store.writing() as tx:
        known = {one.id: one for one in await tx.subscriptions() if one.origin is Origin.CONFIGURED}
        wanted = {one.id: one for one in (_subscription(channel, known, now) for channel in channels)}
        left = [disabled(one, NOT_CONFIGURED, now) for name, one in known.items() if name not in wanted]
        changed = [one for one in (*wanted.values(), *left) if one != known.get(one.id)]
        for one in changed:
            await _keep(tx, one, one.id in known, random)
    return len(changed)


def _subscription(channel: Channel, known: dict[str, Subscription], now: datetime) -> Subscription:
    """The subscription of a channel: as it was, with the filters of now."""
    fresh = Subscription(
        id=f"chat_{channel.name}",
        url=f"{CHANNEL}{channel.name}",
        filters=channel.filters,
        state=SubscriptionState.LIVE,
        origin=Origin.CONFIGURED,
        created_at=now,
        format=Format.CHAT,
    )
    before = replace(known.get(fresh.id, fresh), filters=channel.filters)
    ended = before.state is SubscriptionState.DISABLED and before.disabled_reason != BY_OPERATOR
    return enabled(before) if ended else before


async def _keep(tx: Writing, one: Subscription, known: bool, random: Callable[[int], bytes]) -> None:
    if not known:
        await tx.add_subscription(one, random(SECRET_BYTES), None)
        return
    await tx.save_subscription(one)
    if one.state is SubscriptionState.DISABLED:
        await tx.cancel_deliveries(one.id)
