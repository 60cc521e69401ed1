"""Kills a sending process at random instants, some with the cause of its events gone before it is started again."""

from __future__ import annotations

import asyncio
import hashlib
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

from statuspage import clock
from statuspage.core.cell import CellState
from statuspage.core.delivery import DeliveryState
from statuspage.core.event import Event
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState
from statuspage.ports import EventQuery
from statuspage.store.database import open_store
from tests.faults.fanout import KEY, MODELS

ROOT = Path(__file__).parents[2]
SUBSCRIPTIONS = 12


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What is left after the kills: what was committed, what came, and how often the cause was gone first."""

    kills: int
    gone: int
    events: list[Event]
    cells: list[CellState]
    states: Counter[DeliveryState]
    received: dict[tuple[str, str], list[str]]

    @property
    def owed(self) -> set[tuple[str, str]]:
        """Every subscription with every event."""
        return {(f"sub_{number}", event.id) for number in range(SUBSCRIPTIONS) for event in self.events}

    @property
    def lost(self) -> set[tuple[str, str]]:
        """What is owed and never came."""
        return self.owed - set(self.received)

    @property
    def duplicates(self) -> int:
        """How many requests came beside the first of each."""
        return sum(len(many) - 1 for many in self.received.values())

    @property
    def altered(self) -> int:
        """How many requests did not hold the very bytes that were committed."""
        digests = {event.id: hashlib.sha256(event.body).hexdigest() for event in self.events}
        return sum(one != digests.get(event) for (_, event), many in self.received.items() for one in many)

    @property
    def untold(self) -> int:
        """How many changes of cells no event tells: those between the first and the number that the cell counts."""
        told = sorted((str(one.key), one.cell_seq) for event in self.events for one in event.draft.changes)
        found = {key: [number for _, number in many] for key, many in groupby(told, key=lambda pair: pair[0])}
        return sum(found.get(str(cell.key), []) != list(range(1, cell.cell_seq + 1)) for cell in self.cells)

    @property
    def told(self) -> int:
        """How many events the judge made."""
        return sum(bool(event.draft.changes) for event in self.events)


def killed(folder: Path, kills: int, progress: Callable[[int], None] = lambda _: None) -> Aftermath:
    """Start a sender and kill it at some moment, many times; then let one finish."""
    url, cause, log = f"sqlite:///{folder / 'statuspage.db'}", folder / "cause", folder / "received"
    cause.write_text("")
    with process("receiving", str(log)) as receiver:
        asyncio.run(subscribe(url, first_line(receiver)))
        gone = 0
        for number in range(kills):
            progress(number)
            cause.write_text(random.choice(MODELS) if random.random() < 0.7 else "")
            with process("fanout", url, str(cause)) as sender:
                if first_line(sender) != "ready":
                    raise RuntimeError("the sender did not start")
                time.sleep(random.uniform(0.05, 1.5))
                sender.kill()
            if cause.read_text() and random.random() < 0.6:
                cause.write_text("")  # the model is back before anybody could be told that it was away
                gone += 1
        with process("fanout", url, str(cause), "drain") as sender:
            if first_line(sender) != "ready" or sender.wait() != 0:
                raise RuntimeError("the last sender did not finish")
    events, cells, states = asyncio.run(committed(url))
    return Aftermath(kills, gone, events, cells, states, received_in(log))


@contextmanager
def process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process at work; killed at the latest with the block."""
    command = [sys.executable, "-m", f"tests.faults.{module}", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def first_line(running: subprocess.Popen[str]) -> str:
    """What a process says when it is ready."""
    out: IO[str] | None = running.stdout
    assert out
    return out.readline().strip()


async def subscribe(url: str, port: str) -> None:
    """Subscribe every endpoint of the receiver."""
    store = await open_store(url, key=KEY)
    async with store.writing() as tx:
        for number in range(SUBSCRIPTIONS):
            subscription = Subscription(
                id=f"sub_{number}",
                url=f"http://127.0.0.{number + 1}:{port}/sub_{number}",
                filters=Filters(),
                state=SubscriptionState.LIVE,
                origin=Origin.OPERATOR,
                created_at=clock.now(),
            )
            await tx.add_subscription(subscription, bytes(32), None)
    await store.close()


async def committed(url: str) -> tuple[list[Event], list[CellState], Counter[DeliveryState]]:
    """Every event, every cell, and how many deliveries are in which state."""
    store = await open_store(url, key=KEY)
    async with store.reading() as view:
        events = await view.events(EventQuery(limit=100_000))
        cells = list((await view.cells()).values())
        states: Counter[DeliveryState] = Counter()
        for number in range(SUBSCRIPTIONS):
            states.update(one.state for one in await view.deliveries(f"sub_{number}", 100_000))
    await store.close()
    return events, cells, states


def received_in(log: Path) -> dict[tuple[str, str], list[str]]:
    """What came, by subscription and event: the digest of each body."""
    received: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in log.read_text().splitlines():
        endpoint, event_id, digest = line.split()
        received[endpoint.strip("/"), event_id].append(digest)
    return received
