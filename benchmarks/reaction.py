"""From the answer that confirms a withdrawal to the first byte of its webhook, for one cell and for a thousand."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import uvloop

from benchmarks.houses import PROVIDER, House, Memory, house
from benchmarks.receivers import Arrival, Receivers, receiving, url
from benchmarks.report import Options, Section, Table, figure, quantile, seconds
from benchmarks.sending.given import trusting
from checks.observation import Observation
from checks.target import Level, Target
from statuspage.app import new_id
from statuspage.core.delivery import Outcome
from statuspage.core.event import Event
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState
from statuspage.ports import Parcel, Sender
from statuspage.senders.guard import Rules, networks
from statuspage.senders.relays import Relays
from statuspage.senders.webhook import WebhookSender
from statuspage.services.courier import Courier

SUBSCRIPTIONS = 10
ONE_BY_ONE, MODELS, CLASSES = 40, 250, 4


@dataclass
class Remembering:
    """Providers in memory that keep when each model was answered last."""

    memory: Memory
    answered: dict[str, float] = field(default_factory=dict)

    def levels(self, provider: str) -> frozenset[Level]:
        """Every level."""
        return self.memory.levels(provider)

    async def ask(self, target: Target, level: Level) -> Observation:
        """An answer, and when it came."""
        seen = await self.memory.ask(target, level)
        self.answered[target.model] = perf_counter()
        return seen

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """There is no neutral host."""
        return await self.memory.neutral(provider, egress)


@dataclass
class Counted:
    """A sender that counts what has come of its attempts; looking into the store would disturb what is measured."""

    sender: Sender
    landed: int = 0

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send, and count."""
        outcome = await self.sender.send(parcel, at)
        if outcome.status != 204:
            raise RuntimeError(f"{parcel.subscription.url}: {outcome}")
        self.landed += 1
        return outcome


@dataclass(frozen=True, slots=True)
class Reacted:
    """Seconds from the confirming answers: to the commit, to each webhook, and to the first webhook of each event."""

    events: int
    committed: list[float]
    each: list[float]
    first: list[float]


def run(options: Options) -> Section:
    """Withdraw one cell after the other, then a thousand at once."""
    times, models = (3, 10) if options.quick else (ONE_BY_ONE, MODELS)
    with TemporaryDirectory(prefix="reaction") as folder, receiving(Path(folder)) as receivers:
        options.progress("one cell", 0.1)
        one = uvloop.run(_reacting(receivers, times, 1, one_by_one=True))
        options.progress(f"{models * CLASSES} cells", 0.5)
        many = uvloop.run(_reacting(receivers, models, CLASSES, one_by_one=False))
    claim = (
        f"Providers answer in memory; from the answer that confirms a refusal through judgement, one durable "
        f"transaction, the outbox, signature and TLS to the first byte at {SUBSCRIPTIONS} receivers in another process "
        "(each at a host name of its own, two connections each), while the page is published beside it."
    )
    rows = (_row(f"1 ({times} times)", one), _row(f"{figure(models * CLASSES)} at once", many))
    columns = (
        "cells", "events", "answer to commit: p50", "to an event's first webhook: p50", "p99", "to every webhook: p50",
        "p99",
    )  # fmt: skip
    return Section("reaction", claim, (Table("From the confirming answer", columns, rows),))


def _row(name: str, found: Reacted) -> tuple[str, ...]:
    parts = [(found.committed, 0.5), (found.first, 0.5), (found.first, 0.99), (found.each, 0.5), (found.each, 0.99)]
    return (name, figure(found.events), *(seconds(quantile(values, part)) for values, part in parts))


async def _reacting(receivers: Receivers, models: int, classes: int, *, one_by_one: bool) -> Reacted:
    async with house(models, classes) as made:
        asker = Remembering(made.memory)
        made.monitor.asker = asker
        await _subscribe(made, receivers.port)
        relays = Relays(command=trusting(receivers.authority))
        sender = Counted(WebhookSender(relays, Rules(allowed=networks("127.0.0.0/8"))))
        courier = Courier(made.store, sender, made.now, new_id, chance=random.random)
        running = asyncio.create_task(courier.run())
        cells = made.settings.cells()
        groups = [[cell] for cell in cells] if one_by_one else [list(cells)]
        confirmed: dict[str, tuple[float, float]] = {}
        for group in groups:
            made.memory.refused.update(group)
            confirmed |= await _withdrawn(made, asker, courier, {cell.model for cell in group})
            while sender.landed < SUBSCRIPTIONS * len(confirmed):  # noqa: ASYNC110 - it counts, and tells nobody
                await asyncio.sleep(0.05)
            await made.publisher.look()
        await courier.close(timedelta(seconds=20))
        await running
        await relays.close()
    return _reacted(confirmed, receivers.taken())


async def _withdrawn(
    made: House, asker: Remembering, courier: Courier, models: set[str]
) -> dict[str, tuple[float, float]]:
    """Ask until the withdrawals are confirmed, and deliver; when each event was confirmed and committed."""
    events: tuple[Event, ...] = ()
    while not events:
        made.now.at += timedelta(seconds=10)
        events = (await made.monitor.round(PROVIDER, Level.ANSWERS, models)).events
    committed = perf_counter()
    courier.wake()
    publishing = asyncio.create_task(made.publisher.look())
    await publishing
    return {event.id: (max(asker.answered[model] for model in event.draft.models), committed) for event in events}


async def _subscribe(made: House, port: int) -> None:
    async with made.store.writing() as tx:
        for number in range(SUBSCRIPTIONS):
            one = Subscription(
                f"sub_{number}", url(number, port), Filters(), SubscriptionState.LIVE, Origin.OPERATOR, made.now()
            )
            await tx.add_subscription(one, bytes(32), None)


def _reacted(confirmed: dict[str, tuple[float, float]], arrivals: list[Arrival]) -> Reacted:
    each: dict[str, list[float]] = {event: [] for event in confirmed}
    for arrival in arrivals:
        each[arrival.event].append(arrival.at - confirmed[arrival.event][0])
    if {len(many) for many in each.values()} != {SUBSCRIPTIONS}:
        raise RuntimeError("some webhooks did not come, or came twice")
    return Reacted(
        len(confirmed),
        [committed - answered for answered, committed in confirmed.values()],
        [taken for many in each.values() for taken in many],
        [min(many) for many in each.values()],
    )
