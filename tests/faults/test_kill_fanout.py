"""A sender killed at random instants: nothing that was committed is lost, and what comes twice is the same."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from statuspage import clock
from statuspage.core.delivery import DeliveryState
from statuspage.core.event import Event
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState
from statuspage.ports import EventQuery
from statuspage.store.database import open_store
from tests.faults.fanout import KEY

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("STATUSPAGE_KILLS", "10"))
SUBSCRIPTIONS = 12


def start(module: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python process at work, as far as its first line."""
    command = [sys.executable, "-m", f"tests.faults.{module}", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> str:
    out: IO[str] | None = process.stdout
    assert out
    return out.readline().strip()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "received"


@pytest.fixture
def port(log: Path) -> Iterator[str]:
    with start("receiving", str(log)) as receiver:
        yield first_line(receiver)
        receiver.kill()


async def subscribe(url: str, port: str) -> None:
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


async def committed(url: str) -> tuple[list[Event], Counter[DeliveryState]]:
    """Every event, and how many deliveries are in which state."""
    store = await open_store(url, key=KEY)
    async with store.reading() as view:
        events = await view.events(EventQuery(limit=100_000))
        states: Counter[DeliveryState] = Counter()
        for number in range(SUBSCRIPTIONS):
            states.update(one.state for one in await view.deliveries(f"sub_{number}", 100_000))
    await store.close()
    return events, states


def received_in(log: Path) -> dict[tuple[str, str], list[str]]:
    """What came, by subscription and event: the digest of each body."""
    received: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in log.read_text().splitlines():
        endpoint, event_id, digest = line.split()
        received[endpoint.strip("/"), event_id].append(digest)
    return received


def kill_again_and_again(url: str) -> None:
    """Start a sender and kill it at some moment, many times; then let one finish."""
    for _ in range(KILLS):
        with start("fanout", url) as sender:
            assert first_line(sender) == "ready"
            time.sleep(random.uniform(0.05, 1.0))
            sender.kill()
    with start("fanout", url, "drain") as sender:
        assert first_line(sender) == "ready"
        assert sender.wait() == 0


@pytest.mark.faults
@pytest.mark.timeout(120 + 15 * KILLS)
def test_nothing_is_lost_whenever_the_sender_is_killed(
    tmp_path: Path, log: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'statuspage.db'}"
    asyncio.run(subscribe(url, port))
    kill_again_and_again(url)
    events, states = asyncio.run(committed(url))
    received = received_in(log)
    digests = {event.id: hashlib.sha256(event.body).hexdigest() for event in events}
    owed = {(f"sub_{number}", event.id) for number in range(SUBSCRIPTIONS) for event in events}
    lost = owed - set(received)
    twice = sum(len(many) - 1 for many in received.values())
    with capsys.disabled():
        print(f"\n{KILLS} kills: {len(events)} events, {len(owed)} owed, {len(lost)} lost, {twice} duplicates")

    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert lost == set()
    assert set(received) == owed
    assert all(set(many) == {digests[event_id]} for (_, event_id), many in received.items())
    assert states == {DeliveryState.DELIVERED: len(owed)}
