"""The end of the log, followed once for everybody: one poller reads new events and keeps them in memory for a while."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from statuspage.core.event import Event
from statuspage.errors import StatuspageError
from statuspage.ports import EventQuery, Store

log = logging.getLogger(__name__)


class Ended(StatuspageError):
    """A reader gets nothing more; the text is a word that says why."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is held at most: the newest events for all readers together, events a step, readers catching up at once.

    ``poll`` is seconds between two looks when nobody wakes the poller.
    """

    kept: int = 1000
    step: int = 200
    catching_up: int = 4
    poll: float = 5.0


class Tail:
    """The newest events. A reader has no queue of its own, only its place among them."""

    def __init__(self, store: Store, bounds: Bounds = Bounds()) -> None:
        self.bounds = bounds
        self.closing = False
        self._store = store
        self._kept: deque[Event] = deque(maxlen=bounds.kept)
        self._head: int | None = None
        self._woken = asyncio.Event()
        self._news = asyncio.Event()
        self._catching_up = asyncio.Semaphore(bounds.catching_up)

    @property
    def head(self) -> int:
        """The ``seq`` of the newest event that was read."""
        return self._head or 0

    def wake(self) -> None:
        """Look for new events now instead of at the next poll."""
        self._woken.set()

    def close(self) -> None:
        """Follow no more; every reader ends."""
        self.closing = True
        self.wake()
        self._tell()

    async def run(self) -> None:
        """Follow the log until closed."""
        while not self.closing:
            self._woken.clear()
            try:
                await self.look()
            except StatuspageError as error:
                log.warning("new events could not be read: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self.bounds.poll)

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow the log as long as the block lasts."""
        task = asyncio.create_task(self.run(), name="tail")
        try:
            yield
        finally:
            self.close()
            await task

    async def look(self) -> None:
        """Read what is new; the first time, only where the log ends."""
        if self._head is None:
            async with self._store.reading() as view:
                self._head = await view.last_seq()
            self._tell()
        while found := await self._page(self.head):
            self._kept.extend(found)
            self._head = found[-1].seq
            self._tell()

    async def reader(self, query: EventQuery, *, from_now: bool = False) -> Reader:
        """A reader of what a query means, after its ``after_seq`` or from now on."""
        while self._head is None and not self.closing:
            await self._news.wait()
        after = self.head if from_now else min(query.after_seq, self.head)
        return Reader(self, query, after)

    async def news(self, within: float) -> None:
        """Wait for news, so many seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._news.wait()

    def kept(self, after_seq: int) -> Sequence[Event] | None:
        """The next events after a ``seq``, as far as they are in memory; None when they are not any more."""
        if not self._kept or self._kept[0].seq > after_seq + 1:
            return None
        first = len(self._kept) - (self.head - after_seq)
        return [self._kept[at] for at in range(first, min(first + self.bounds.step, len(self._kept)))]

    async def past(self, after_seq: int) -> Sequence[Event]:
        """The next events after a ``seq``, from the store; only a few readers ask it at once."""
        async with self._catching_up:
            return await self._page(after_seq)

    async def _page(self, after_seq: int) -> Sequence[Event]:
        async with self._store.reading() as view:
            return await view.events(EventQuery(after_seq=after_seq, limit=self.bounds.step))

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


@dataclass
class Reader:
    """One reader's place in the log. Once it has caught up it must keep up: the store is not asked for it again."""

    tail: Tail
    query: EventQuery
    seq: int
    caught_up: bool = False

    async def more(self, within: float) -> list[Event]:
        """The next events that the query means, without gaps; none when there was no news within so many seconds."""
        if self.seq >= self.tail.head and not self.tail.closing:
            self.caught_up = True
            await self.tail.news(within)
        if self.tail.closing:
            raise Ended("closing")
        if self.seq >= self.tail.head:
            return []
        found = await self._next()
        self.seq = found[-1].seq
        return [event for event in found if selects(self.query, event)]

    async def _next(self) -> Sequence[Event]:
        found = self.tail.kept(self.seq)
        if found is None and self.caught_up:
            raise Ended("slow")
        return found or await self.tail.past(self.seq)


def selects(query: EventQuery, event: Event) -> bool:
    """Whether a query means an event: just what the store's own filter says."""
    draft = event.draft
    return (
        (not query.types or draft.type.value in query.types)
        and _names(query.models, (*draft.models, draft.model))
        and _names(query.providers, (*draft.providers, draft.provider))
        and _names(query.user_classes, draft.user_classes)
    )


def _names(asked: tuple[str, ...], named: Sequence[str | None]) -> bool:
    return not asked or any(one in asked for one in named)
