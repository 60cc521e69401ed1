"""A whole outbox for tests: a real store, a clock that is set by hand, and a sender that answers what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from statuspage.core.delivery import Attempt, Delivery, Outcome
from statuspage.core.event import Event, EventDraft, EventType, Severity
from statuspage.core.subscription import Filters, Subscription
from statuspage.errors import UsageError
from statuspage.ports import Parcel, Store
from statuspage.services.courier import Courier, Pace
from statuspage.services.deliveries import owe
from statuspage.services.subscriptions import Subscriptions
from tests.staff import STAFF

START = datetime(2026, 6, 12, 14, tzinfo=UTC)
SITE = "https://status.example.org"
OK = Outcome(200, None, 0.01, excerpt=b"ok")


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


@dataclass
class Telling:
    """A sender that keeps what it is given; ``answers`` come in turn, the last one stays; ``gate`` holds them back."""

    answers: Sequence[Outcome] = (OK,)
    gate: asyncio.Event | None = None
    parcels: list[Parcel] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    takes: float = 0.0
    flying: int = 0
    most: int = 0

    async def send(self, parcel: Parcel, at: datetime) -> Outcome:
        """Keep the parcel and answer."""
        self.parcels.append(parcel)
        self.times.append(at)
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            await asyncio.sleep(self.takes)
            if self.gate:
                await self.gate.wait()
        finally:
            self.flying -= 1
        return self.answers[min(len(self.parcels), len(self.answers)) - 1]

    @property
    def ids(self) -> list[str]:
        """The event ids that were sent, in order."""
        return [parcel.delivery.event_id for parcel in self.parcels]


async def until(happened: Callable[[], object]) -> None:
    """Let others run until something has happened; the test's own timeout ends it."""
    while not happened():  # noqa: ASYNC110 - what is awaited does not know of the test
        await asyncio.sleep(0.005)


class Outbox:
    """Everything that sends, put together as the program does it."""

    def __init__(
        self,
        store: Store,
        sender: Telling | None = None,
        pace: Pace = Pace(poll=0.01),
        random: Callable[[int], bytes] = bytes,
    ) -> None:
        self.store = store
        self.clock = HandClock()
        self.sender = sender or Telling()
        self._numbers = count(1)
        self.courier = self.another_courier(pace)
        self.subscriptions = Subscriptions(
            store, self.sender, self.clock, self.ids, check_url=_check, random=random, site_url=SITE
        )

    def ids(self, prefix: str) -> str:
        """Ids that count."""
        return f"{prefix}_{next(self._numbers):06d}"

    def another_courier(self, pace: Pace = Pace(poll=0.01)) -> Courier:
        """A courier as another process, or this one after a restart, would have it."""
        return Courier(self.store, self.sender, self.clock, self.ids, chance=lambda: 0.5, pace=pace)

    async def subscribe(self, url: str = "https://hooks.example.com/", filters: Filters = Filters()) -> Subscription:
        """A live subscription."""
        return (await self.subscriptions.add(url, STAFF, filters)).subscription

    async def publish(self, *models: str, quiet: bool = False, kind: EventType = EventType.MODEL_DOWN) -> list[Event]:
        """Commit one event for each model, and owe it, in one transaction."""
        drafts = [self.draft(model, kind, quiet) for model in models or ("fable",)]
        async with self.store.writing() as tx:
            events = await tx.append_events(drafts, SITE)
            await owe(tx, events, self.clock(), self.ids)
        return events

    def draft(self, model: str, kind: EventType = EventType.MODEL_DOWN, quiet: bool = False) -> EventDraft:
        """An event about one model at one provider."""
        return EventDraft(
            self.ids("evt"), kind, self.clock(), model, "cloud", f"{model} is down", Severity.MAJOR, self.clock(),
            models=(model,), providers=("cloud",), user_classes=("us",), quiet=quiet,
        )  # fmt: skip

    async def deliveries(self, subscription: Subscription) -> list[Delivery]:
        """What a subscription was owed, oldest first."""
        async with self.store.reading() as view:
            return (await view.deliveries(subscription.id, 10_000))[::-1]

    async def attempts(self, delivery: Delivery) -> list[Attempt]:
        """The log of one delivery."""
        async with self.store.reading() as view:
            return await view.attempts(delivery.id)

    async def again(self, subscription: Subscription) -> Subscription:
        """The subscription as it is now."""
        return (await self.subscriptions.show(subscription.id)).subscription

    async def pass_time(self, whole: timedelta, step: timedelta) -> None:
        """Let time pass in steps, with the courier at work."""
        end = self.clock() + whole
        while self.clock() < end:
            self.clock.move(step)
            await self.courier.run_once()


def _check(url: str, origin: object) -> None:
    if not url.startswith("http"):
        raise UsageError(f"not a URL for {origin}")
