"""The courier: sends owed deliveries, and settles and leases many of them in one transaction.

Every step may be cut off at any instant. A claim is a lease in the row: what is sent but not settled is due again when
the lease ends, with the same id and bytes. A delivery is done only by the transaction that follows a 2xx.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from statuspage.core.alert import Alert, AlertKind, alert
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.fairness import SLOW, Flights, Room, room
from statuspage.core.settlement import Landing, Settlement, settle
from statuspage.core.subscription import Subscription
from statuspage.errors import NotSent, StatuspageError
from statuspage.ports import Alerts, Clock, Ids, Parcel, Sender, Store, Writing
from statuspage.services.alerts import StaffAlerts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is sent at once, and for how long a claim holds: longer than the longest attempt.

    As many as may be ``waiting`` for a slow answer hold none of the places that there are ``at_once``.
    What finds its host ``crowded`` waits that long, and queues behind what waits already. What has landed is settled
    once it is half of what flew (a transaction costs as much as sending ten), or after ``gather`` seconds. ``poll`` is
    seconds between two looks without news.
    """

    lease: timedelta = timedelta(seconds=60)
    at_once: int = 200
    waiting: int = 200
    per_endpoint: int = 2
    per_host: int = 10
    crowded: timedelta = timedelta(seconds=0.25)
    gather: float = 0.25
    poll: float = 1.0


@dataclass(frozen=True, slots=True)
class Flight:
    """An attempt under way: its task, since when on the loop's clock, and whether its endpoint's last one failed."""

    task: asyncio.Task[None]
    since: float
    suspect: bool


class Courier:
    """Brings owed deliveries to their endpoints; one for each process that sends."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        clock: Clock,
        ids: Ids,
        *,
        chance: Callable[[], float],
        pace: Pace = Pace(),
        alerts: Alerts | None = None,
    ) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock
        self._ids = ids
        self._chance = chance
        self._pace = pace
        self._alerts = alerts or StaffAlerts()
        self._flying: dict[str, Flight] = {}
        self._landed: list[Landing] = []
        self._hosts: Counter[str] = Counter()
        self._queues: dict[str, datetime] = {}
        self._woken = asyncio.Event()
        self._gathering: asyncio.TimerHandle | None = None
        self._turn = asyncio.Lock()
        self._closing = False
        self._slow = 0

    def wake(self) -> None:
        """Look for due work now instead of at the next poll."""
        self._woken.set()

    async def run(self) -> None:
        """Send until closed: at every wake, and at every poll without one."""
        while not self._closing:
            try:
                await self.run_once()
            except StatuspageError as error:
                log.warning("deliveries could not be settled or claimed: %s", error)
            except Exception:
                log.exception("deliveries could not be settled or claimed")
            await self._news()

    async def run_once(self) -> int:
        """Send what is due, and what becomes due meanwhile; return when nothing is due and nothing flies."""
        launched = 0
        while not self._closing:
            launched += await asyncio.shield(self._step())
            if not self._flying and not self._landed:
                break
            await self._news()
        return launched

    async def close(self, deadline: timedelta) -> int:
        """Claim no more, let what flies land until the deadline, cut off the rest; how many were cut off.

        What is cut off is due again when its lease ends.
        """
        self._closing = True
        self.wake()
        late: set[asyncio.Task[None]] = set()
        if self._flying:
            tasks = [one.task for one in self._flying.values()]
            _, late = await asyncio.wait(tasks, timeout=deadline.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        try:
            await self._step()
        except StatuspageError as error:
            log.warning("the last deliveries were not settled and will be repeated: %s", error)
        self.wake()
        return len(late)

    async def _step(self) -> int:
        """One turn: settle what has landed and lease what is due, in one transaction; how many take off."""
        async with self._turn:
            self._woken.clear()
            landed, self._landed = self._landed, []
            free = Room(0, 0) if self._closing else self._room()
            parcels = await self._exchanged(landed, free) if landed or free.places else []
            for parcel in parcels:
                self._take_off(parcel)
                await asyncio.sleep(0)  # one a turn of the loop, so that a fan-out holds nothing else up
            return len(parcels)

    def _room(self) -> Room:
        """How many may take off now."""
        late = asyncio.get_running_loop().time() - SLOW
        prompt = [one for one in self._flying.values() if one.since > late]
        suspect = sum(one.suspect for one in prompt)
        self._slow = len(self._flying) - len(prompt)
        flights = Flights(len(prompt) - suspect, suspect, self._slow)
        return room(flights, self._pace.at_once, self._pace.waiting)

    async def _exchanged(self, landed: Sequence[Landing], free: Room) -> list[Parcel]:
        """Write what has landed and lease what is due; what cannot be written stays until its lease ends."""
        try:
            async with self._store.writing() as tx:
                await self._settle(tx, landed)
                return await self._claim(tx, free)
        except Exception:
            await self._one_by_one(landed)
            raise

    async def _one_by_one(self, landed: Sequence[Landing]) -> None:
        """Settle each landing in a transaction of its own, so that one holds back no other."""
        for landing in landed:
            try:
                async with self._store.writing() as tx:
                    await self._settle(tx, [landing])
            except Exception as error:
                log.warning("delivery %s is not settled yet: %s", landing.delivery.id, error)
                if not landing.lapsed(self._clock()):
                    self._landed.append(landing)

    def _take_off(self, parcel: Parcel) -> None:
        delivery, host = parcel.delivery, _host(parcel)
        self._hosts[host] += 1
        task = asyncio.create_task(self._fly(parcel), name=f"delivery {delivery.id}")
        suspect = parcel.subscription.failing_since is not None
        self._flying[delivery.id] = Flight(task, asyncio.get_running_loop().time(), suspect)
        task.add_done_callback(lambda _: self._touch_down(delivery.id, host))

    def _touch_down(self, delivery_id: str, host: str) -> None:
        del self._flying[delivery_id]
        self._hosts -= Counter([host])
        if len(self._landed) >= len(self._flying) - self._slow:
            self.wake()
        elif self._gathering is None or self._gathering.when() <= asyncio.get_running_loop().time():
            self._gathering = asyncio.get_running_loop().call_later(self._pace.gather, self.wake)

    async def _fly(self, parcel: Parcel) -> None:
        began = self._clock()
        try:
            outcome = await self._sent(parcel, began)
        except NotSent as error:
            log.error("delivery %s is due again when its lease ends: %s", parcel.delivery.id, error)
            return
        self._landed.append(Landing(parcel.delivery, parcel.subscription.url, outcome, began, self._clock()))

    async def _sent(self, parcel: Parcel, began: datetime) -> Outcome:
        try:
            return await self._sender.send(parcel, began)
        except NotSent:
            raise
        except Exception as error:
            log.exception("the sender failed on delivery %s", parcel.delivery.id)
            return Outcome(None, Failure.PROTOCOL, detail=type(error).__name__)

    async def _claim(self, tx: Writing, free: Room) -> list[Parcel]:
        """Lease due parcels; those whose host is crowded are handed back for a moment, so that they hold no slot.

        What flies here already, or has landed meanwhile, is left out: its lease ended early because the clock was set
        forward.
        """
        if not free.places:
            return []
        now = self._clock()
        pace = self._pace
        claimed = await tx.claim(now, pace.lease, free.places, pace.per_endpoint, free.suspects)
        here = self._flying.keys() | {one.delivery.id for one in self._landed}
        boarded, crowded = self._sorted([one for one in claimed if one.delivery.id not in here])
        waiting = [(one.delivery, self._queue(_host(one), now)) for one in crowded]
        await tx.save_deliveries([replace(one, lease_until=None, next_attempt_at=later) for one, later in waiting])
        return boarded

    def _sorted(self, claimed: Sequence[Parcel]) -> tuple[list[Parcel], list[Parcel]]:
        """Parcels that may fly now, and those whose host has all the connections that it gets."""
        hosts = self._hosts.copy()
        boarded: list[Parcel] = []
        crowded: list[Parcel] = []
        for parcel in claimed:
            host = _host(parcel)
            hosts[host] += 1
            (boarded if hosts[host] <= self._pace.per_host else crowded).append(parcel)
        return boarded, crowded

    def _queue(self, host: str, now: datetime) -> datetime:
        """When a parcel for a crowded host is due again: one after the other, at the pace of its connections."""
        at = max(self._queues.get(host, now), now + self._pace.crowded)
        self._queues[host] = at + self._pace.crowded / self._pace.per_host
        return at

    async def _news(self) -> None:
        """Wait until enough has landed, somebody wakes us, or something might have become due."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), self._pace.poll)

    async def _settle(self, tx: Writing, landed: Sequence[Landing]) -> None:
        """Write what came of attempts: the deliveries, their log, the endpoints' health."""
        if not landed:
            return
        before = await tx.subscriptions_of({one.delivery.subscription_id for one in landed})
        settled, after = self._settlements(landed, before)
        await tx.save_deliveries([one.delivery for one in settled if one.delivery])
        await tx.add_attempts([one.attempt for one in settled])
        await tx.save_subscriptions([one for one in after.values() if one != before[one.id]])
        now = self._clock()
        for ended in (one.endpoint for one in settled if one.ends):
            await tx.cancel_deliveries(ended.id)
            await self._alerts.tell(tx, [_given_up(ended, now)], (), now)

    def _settlements(
        self, landed: Sequence[Landing], before: dict[str, Subscription]
    ) -> tuple[list[Settlement], dict[str, Subscription]]:
        """Each landing's settlement, in order, and the endpoints after all of them."""
        after, settled = dict(before), list[Settlement]()
        for landing in landed:
            endpoint = after.get(landing.delivery.subscription_id)
            one = settle(landing, endpoint, self._ids("att"), self._chance())
            if one:
                settled.append(one)
                after[one.endpoint.id] = one.endpoint
        return settled, after


def _given_up(ended: Subscription, now: datetime) -> Alert:
    text = f"a webhook was disabled: {ended.disabled_reason}; `statuspage subscription show {ended.id}` tells more"
    return alert(AlertKind.WEBHOOK, ended.id, text, now)


def _host(parcel: Parcel) -> str:
    return _host_of(parcel.subscription.url)


@lru_cache(1024)
def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
