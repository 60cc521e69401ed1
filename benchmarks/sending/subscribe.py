"""Subscribes every endpoint of a fan-out, in a process of its own, so that nothing of it counts as the service's."""

from __future__ import annotations

import asyncio
import os

from benchmarks.receivers import WELL
from benchmarks.sending.given import Given, given
from statuspage import clock
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState
from statuspage.store.database import open_store
from statuspage.store.secrets import key_ring


async def subscribe(job: Given) -> None:
    """Subscribe every endpoint, as an operator would."""
    store = await open_store(job.store, key=key_ring(job.store, os.environ))
    async with store.writing() as tx:
        for number, url in enumerate(job.urls()):
            one = Subscription(
                f"sub_{number:06d}", url, Filters(), SubscriptionState.LIVE, Origin.OPERATOR, clock.now(),
                failing_since=clock.now() if job.known and f"/{WELL}/" not in url else None,
            )  # fmt: skip
            await tx.add_subscription(one, bytes(32), None)
    await store.close()


if __name__ == "__main__":
    asyncio.run(subscribe(given()))
