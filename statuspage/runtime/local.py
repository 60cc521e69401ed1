"""Everything that runs by itself on one machine: APScheduler only ticks, the work is in tasks that can be drained."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from checks.target import Level
from statuspage.core.agenda import Agenda, Due, merged
from statuspage.errors import StatuspageError
from statuspage.ports import Clock
from statuspage.services.monitoring import Monitor, Result

TICK = timedelta(milliseconds=250)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done every so often; a run that is still going is not started again."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]


@dataclass
class Runtime:
    """Ticks the agenda and the chores, and drains what is under way when it is told to stop."""

    monitor: Monitor
    agenda: Agenda
    clock: Clock
    chores: tuple[Chore, ...] = ()
    after_round: Callable[[], None] = lambda: None
    _scheduler: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _waiting: dict[str, list[Due]] = field(default_factory=dict)
    steady: Callable[[], float] = monotonic
    _round_at: float | None = None

    def start(self) -> None:
        """Begin to tick."""
        self._every("rounds", TICK, self._tick)
        for chore in self.chores:
            self._every(chore.name, chore.every, self._starter(chore))
        self._scheduler.start()

    async def stop(self, deadline: float = 10.0) -> None:
        """Start nothing new, wait for what is under way until the deadline (seconds), then cut it off."""
        await self._drain(deadline)
        self._scheduler.shutdown(wait=False)

    @asynccontextmanager
    async def still(self, deadline: float = 30.0) -> AsyncIterator[None]:
        """While the block runs nothing else does: what is under way ends first, or is cut off at the deadline."""
        await self._drain(deadline)
        try:
            yield
        finally:
            self._scheduler.resume()

    async def _drain(self, deadline: float) -> None:
        self._scheduler.pause()
        self._waiting.clear()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=deadline)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def rounds_run(self, within: timedelta) -> bool:
        """Whether a round was asked, judged and stored of late."""
        return self._round_at is not None and self.steady() - self._round_at <= within.total_seconds()

    def _every(self, name: str, interval: timedelta, tick: Callable[[], None]) -> None:
        self._scheduler.add_job(
            _coroutine(tick),
            "interval",
            seconds=interval.total_seconds(),
            id=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def _starter(self, chore: Chore) -> Callable[[], None]:
        return lambda: self._launch(chore.name, chore.do)

    def _tick(self) -> None:
        for due in self.agenda.take(self.clock()):
            self._waiting[due.provider] = merged([*self._waiting.get(due.provider, ()), due])
        for provider in list(self._waiting):
            if f"round {provider}" not in self._tasks and self._waiting[provider]:
                dues = self._waiting.pop(provider)
                self._launch(f"round {provider}", lambda dues=dues: self._rounds(dues))  # type: ignore[misc]

    def _launch(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        if name in self._tasks:
            return
        task = asyncio.create_task(self._guarded(name, work), name=name)
        self._tasks[name] = task
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _guarded(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except StatuspageError as error:
            log.error("work failed", work=name, error=str(error))
        except Exception:
            log.exception("work failed", work=name)

    async def _rounds(self, dues: list[Due]) -> None:
        for due in dues:
            result = await self.monitor.round(due.provider, due.level, due.models)
            self._round_at = self.steady()
            self._follow(due.provider, result)
            if result.judged or due.level is Level.ANSWERS:
                self.after_round()

    def _follow(self, provider: str, result: Result) -> None:
        now = self.clock()
        for model, delay in result.again.items():
            self.agenda.confirm(provider, model, now + delay)


def _coroutine(tick: Callable[[], None]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def run() -> None:
        tick()

    return run
