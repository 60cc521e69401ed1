"""Our whole service, with one event owed to everybody, and what its checks and its loop notice of that."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks.houses import settings_of
from benchmarks.receivers import FAILING, HANGING, WELL
from benchmarks.report import quantile
from benchmarks.sending.given import Given, Scales, given, spent, tell, trusting
from benchmarks.store import Made
from checks.observation import Observation
from checks.target import Level, Target
from statuspage import clock
from statuspage.app import Service, new_id, service
from statuspage.core.availability import Availability
from statuspage.core.delivery import Outcome
from statuspage.core.settings import Schedule, Settings, Webhooks
from statuspage.core.subscription import Format
from statuspage.errors import Starting
from statuspage.ports import Asker, Parcel, Sender
from statuspage.runtime.garbage import settle
from statuspage.senders.relays import Relays
from statuspage.services.deliveries import owe

MODELS, CLASSES = 20, 6
CHECKED_EVERY = timedelta(seconds=2)
SELDOM = timedelta(hours=1)
SETTLED = 30.0
"""Seconds after the first rounds: until then what they found is asked again, to confirm it."""

CALM = 20.0
TICK = 0.01


@dataclass
class Watched:
    """A sender that counts attempts at some kinds of endpoints, and is done when each of these had one; those that hang
    need not answer."""

    sender: Sender
    left: int
    kinds: tuple[str, ...] = (WELL, FAILING, HANGING)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Send, and count."""
        kind = parcel.subscription.url.split("/")[3]
        if kind == HANGING:
            self._count(kind)
            return await self.sender.send(parcel, at)
        outcome = await self.sender.send(parcel, at)
        if outcome.status not in (204, 500):
            raise RuntimeError(f"{parcel.subscription.url}: {outcome}")
        self._count(kind)
        return outcome

    def _count(self, kind: str) -> None:
        self.left -= kind in self.kinds
        if self.left == 0:
            self.done.set()


@dataclass
class Timed:
    """An asker that keeps how long each question took."""

    asker: Asker
    took: list[float] = field(default_factory=list)

    def levels(self, provider: str) -> frozenset[Level]:
        """What the provider can be asked."""
        return self.asker.levels(provider)

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask, and keep how long that took."""
        began = perf_counter()
        seen = await self.asker.ask(target, level)
        self.took.append(perf_counter() - began)
        return seen

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """Control C5."""
        return await self.asker.neutral(provider, egress)


@dataclass
class Noticed:
    """What checks and the loop notice between two moments."""

    timed: Timed
    late: list[float] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def during(self, when: str) -> AsyncIterator[None]:
        """Keep what is noticed while the block runs."""
        self.timed.took.clear()
        self.late.clear()
        ticking, began = asyncio.create_task(self._tick()), perf_counter()
        yield
        lasted = perf_counter() - began
        ticking.cancel()
        self.found[f"{when}.checks"] = len(self.timed.took) / lasted
        for name, many in (("check", self.timed.took), ("tick", self.late)):
            for part in (0.5, 0.99):
                self.found[f"{when}.{name}.p{part * 100:.0f}"] = quantile(many or [0.0], part)

    async def _tick(self) -> None:
        while True:
            began = perf_counter()
            await asyncio.sleep(TICK)
            self.late.append(perf_counter() - began - TICK)


def settings(job: Given) -> Settings:
    """A page of usual size, whose provider is asked every other second, or seldom."""
    base = settings_of(MODELS, CLASSES)
    provider = replace(base.providers[0], base_url=f"http://127.0.0.1:{job.provider}")
    every = CHECKED_EVERY if job.checking else SELDOM
    return replace(
        base,
        store_url=job.store,
        providers=(provider,),
        schedule=Schedule(accepts_every=SELDOM, answers_every=every),
        webhooks=Webhooks(allow_networks=("127.0.0.0/8",)),
    )


async def send(job: Given) -> None:
    """Run the service, let it rest, tell one event to everybody, and wait for the attempts."""
    await _process("subscribe")  # what it takes is not ours
    relays = Relays(command=trusting(Path(job.authority)))
    async with service(settings(job), client=relays) as running:
        timed = Timed(running.verbs.monitor.asker)
        running.verbs.monitor.asker = timed
        noticed = Noticed(timed)
        await _baseline(running)
        settle()
        if job.checking:
            await asyncio.sleep(SETTLED)
            async with noticed.during("nothing"):
                await asyncio.sleep(CALM)
            for module in ("counting", "bare"):
                async with noticed.during(module):
                    await _process(module)
        scales = Scales()
        async with noticed.during("ours"):
            found = await _told(running, job)
        tell(found | noticed.found | {"memory": scales.peak})


async def _process(module: str) -> None:
    """Run another module of this package with the same job; what it tells is not ours to tell."""
    command = (sys.executable, "-m", f"benchmarks.sending.{module}", sys.argv[1])
    if await (await asyncio.create_subprocess_exec(*command, stdout=DEVNULL)).wait():
        raise RuntimeError(f"{module} failed")


async def _baseline(running: Service) -> None:
    """Wait until the first rounds are over and published: what a start costs is no part of a fan-out."""
    cells = len(running.verbs.settings.cells())
    while True:
        with suppress(Starting):
            snapshot = running.publisher.current()
            if sum(one.availability is not Availability.UNKNOWN for one in snapshot.cells) >= cells:
                return
        await asyncio.sleep(0.1)


async def _told(running: Service, job: Given) -> dict[str, float]:
    registry = running.verbs.sending.sender
    sender = registry.of(Format.STANDARD)
    watched = Watched(sender, job.well, kinds=(WELL,)) if job.known else Watched(sender, job.count)
    registry.use({Format.STANDARD: watched})
    made, store = Made(clock.now()), running.verbs.store
    began, cpu = perf_counter(), spent()
    async with store.writing() as tx:
        await owe(tx, await tx.append_events([made.draft()], "https://status.example"), clock.now(), new_id)
    committed, owing = perf_counter(), spent()
    running.wake()
    await watched.done.wait()
    await asyncio.sleep(0.3)  # what has landed last is settled, too
    return {
        "committed": committed,
        "owing": committed - began,
        "owing_cpu": owing - cpu,
        "cpu": spent() - cpu,
    }


if __name__ == "__main__":
    os.environ["STATUSPAGE_KEY"] = "A" * 43 + "="
    uvloop.run(send(given()))
