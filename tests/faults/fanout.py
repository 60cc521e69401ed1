"""A sending process to be killed: publishes events and brings them to every subscription of a store.

``python -m tests.faults.fanout URL`` does both until it is ended; with ``drain`` it only sends, until nothing is owed.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from datetime import timedelta

from statuspage import clock
from statuspage.core.delivery import DeliveryState
from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.ports import Store
from statuspage.senders.guard import Rules, networks
from statuspage.senders.http import Client, Limits
from statuspage.senders.webhook import WebhookSender
from statuspage.services.courier import Courier, Pace
from statuspage.services.deliveries import owe
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing

KEY = KeyRing.of(bytes(range(32)))
RULES = Rules(allowed=networks("127.0.0.0/8"), allow_http=True)
LEASE = timedelta(seconds=2)


def new_id(prefix: str) -> str:
    """An id that no other process makes."""
    return f"{prefix}_{os.urandom(12).hex()}"


async def publish(store: Store, courier: Courier) -> None:
    """Commit one event after the other, each with what it owes."""
    while True:
        model = f"model-{random.randrange(5)}"
        now = clock.now()
        draft = EventDraft(new_id("evt"), EventType.MODEL_DOWN, now, model, "cloud", "down", Severity.MAJOR, now)
        async with store.writing() as tx:
            await owe(tx, await tx.append_events([draft], "http://127.0.0.1"), now, new_id)
        courier.wake()
        await asyncio.sleep(random.uniform(0, 0.05))


async def drained(store: Store) -> bool:
    """Whether nothing is owed."""
    async with store.reading() as view:
        for subscription in await view.subscriptions():
            if any(one.state is DeliveryState.PENDING for one in await view.deliveries(subscription.id, 100_000)):
                return False
    return True


async def main(url: str, drain: bool) -> None:
    """Open the store and work."""
    store = await open_store(url, key=KEY)
    client = Client(Limits(total=1))
    pace = Pace(lease=LEASE, poll=0.2)
    courier = Courier(store, WebhookSender(client, RULES), clock.now, new_id, chance=random.random, pace=pace)
    print("ready", flush=True)
    if drain:
        while not await drained(store):
            await courier.run_once()
            await asyncio.sleep(0.1)
        await client.close()
        await store.close()
    else:
        await asyncio.gather(courier.run(), publish(store, courier))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], "drain" in sys.argv))
