"""A sending process to be killed: publishes events, judges rounds, and brings what is owed to every subscription.

``python -m tests.faults.fanout URL CAUSE`` does all of it until it is ended; with ``drain`` it only judges and sends,
until nothing is owed. CAUSE is a file that names the models which the provider refuses.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from benchmarks.simulating.answers import KINDS
from checks.observation import Observation
from checks.target import Credential, Level, Target
from statuspage import clock
from statuspage.core.delivery import DeliveryState
from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.core.settings import ClassCredential, Model, Need, Offering, Policy, Provider, Settings, UserClass
from statuspage.ports import Store
from statuspage.senders.guard import Rules, networks
from statuspage.senders.http import Client, Limits
from statuspage.senders.webhook import WebhookSender
from statuspage.services.courier import Courier, Pace
from statuspage.services.deliveries import owe
from statuspage.services.monitoring import Monitor
from statuspage.store.database import open_store
from statuspage.store.secrets import KeyRing

KEY = KeyRing.of(bytes(range(32)))
RULES = Rules(allowed=networks("127.0.0.0/8"), allow_http=True)
LEASE = timedelta(seconds=2)
HASTY = Policy(
    restricted_strong=Need(2, apart=timedelta(seconds=0.1)),
    available_from_restricted=Need(3, over=timedelta(seconds=0.4)),
    flapping_on=1.1,
)
"""A withdrawal is confirmed, and ends, within a second."""
PROVIDER = "provider"
MODELS = ("model-a", "model-b", "model-c")
SETTINGS = Settings(
    user_classes=(UserClass("everyone", "Everyone", reference=True),),
    providers=(Provider(PROVIDER, "Provider", "openai", "", {"everyone": ClassCredential(Credential("key", "x"))}),),
    models=tuple(Model(one, one, (Offering(PROVIDER, one, primary=True),)) for one in MODELS),
    policy=HASTY,
)


@dataclass
class Refusing:
    """A provider in memory that refuses the models which a file names."""

    cause: Path

    def levels(self, provider: str) -> frozenset[Level]:
        """Every level."""
        return frozenset(Level)

    async def ask(self, target: Target, level: Level) -> Observation:
        """A refusal that names the model, or an answer."""
        kind = KINDS["404_strong" if target.model in self.cause.read_text().split() else "ok"]
        seen = kind.observed(clock.now(), target.provider, target.provider_model_id, target.user_class, "direct")
        return replace(seen, level=level)

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """There is no neutral host."""
        return None


def new_id(prefix: str) -> str:
    """An id that no other process makes."""
    return f"{prefix}_{os.urandom(12).hex()}"


async def publish(store: Store, courier: Courier) -> None:
    """Commit one event after the other, each with what it owes."""
    while True:
        model = f"model-{random.randrange(5)}"
        now = clock.now()
        draft = EventDraft(new_id("evt"), EventType.INCIDENT_UPDATED, now, model, "cloud", "news", Severity.MAJOR, now)
        async with store.writing() as tx:
            await owe(tx, await tx.append_events([draft], "http://127.0.0.1"), now, new_id)
        courier.wake()
        await asyncio.sleep(random.uniform(0, 0.05))


async def judge(store: Store, courier: Courier, cause: Path) -> None:
    """Ask round after round."""
    monitor = Monitor(store, Refusing(cause), SETTINGS, clock.now, new_id)
    while True:
        if (await monitor.round(PROVIDER, Level.ANSWERS)).events:
            courier.wake()
        await asyncio.sleep(0.05)


async def drained(store: Store) -> bool:
    """Whether nothing is owed."""
    async with store.reading() as view:
        for subscription in await view.subscriptions():
            if any(one.state is DeliveryState.PENDING for one in await view.deliveries(subscription.id, 100_000)):
                return False
    return True


async def main(url: str, cause: Path, drain: bool) -> None:
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
        await asyncio.gather(courier.run(), publish(store, courier), judge(store, courier, cause))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), "drain" in sys.argv))
