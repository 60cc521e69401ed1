"""What runs by itself: rounds follow the agenda, never two of one provider at once, and everything ends in order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import structlog

from checks.target import Level
from statuspage import clock
from statuspage.core.agenda import Agenda, Beat
from statuspage.core.availability import Availability
from statuspage.errors import StatuspageError
from statuspage.runtime.local import Chore, Runtime
from statuspage.services.monitoring import Monitor, Result
from tests.house import FABLE, FABLE_HOME, GATEWAY, OPUS, VENDOR, House

OFTEN = timedelta(milliseconds=20)


@dataclass
class Watched:
    """The real monitor, and a note of when each of its rounds begins and ends."""

    monitor: Monitor
    begun: list[tuple[str, Level, tuple[str, ...]]] = field(default_factory=list)
    ended: int = 0
    under_way: set[str] = field(default_factory=set)
    overlapped: bool = False
    together: int = 0
    slow: float = 0.0

    async def round(self, provider: str, level: Level, models: Iterable[str] | None = None) -> Result:
        """One round, ``slow`` seconds late."""
        self.begun.append((provider, level, tuple(models or ())))
        self.overlapped |= provider in self.under_way
        self.under_way.add(provider)
        self.together = max(self.together, len(self.under_way))
        try:
            await asyncio.sleep(self.slow)
            return await self.monitor.round(provider, level, models)
        finally:
            self.under_way.discard(provider)
            self.ended += 1


def watched(house: House, slow: float = 0.0) -> Watched:
    return Watched(house.monitor, slow=slow)


def running(
    monitor: Watched, *beats: Beat, chores: tuple[Chore, ...] = (), after: Callable[[], None] | None = None
) -> Runtime:
    agenda = Agenda(0.0, lambda: 0.0)
    agenda.fill(beats, clock.now())
    return Runtime(monitor, agenda, clock.now, chores, after or (lambda: None))  # type: ignore[arg-type]


async def eventually(check: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while not await check():  # noqa: ASYNC110 - what is awaited does not know of the test
            await asyncio.sleep(0.05)


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    with structlog.testing.capture_logs() as caught:
        yield caught


async def until(happened: Callable[[], object], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 - what is awaited does not know of the test
            await asyncio.sleep(0.01)


def beat(provider: str = VENDOR, level: Level = Level.ANSWERS, every: timedelta = OFTEN, *models: str) -> Beat:
    return Beat(provider, models or (OPUS,), level, every)


async def test_rounds_follow_the_agenda_and_are_told(house: House) -> None:
    monitor, told = watched(house), []
    runtime = running(monitor, beat(), beat(GATEWAY), after=lambda: told.append(1))
    runtime.start()
    await until(lambda: {one[0] for one in monitor.begun} == {VENDOR, GATEWAY} and told)
    await runtime.stop()
    assert {key.model for key in await house.cells()} == {OPUS}


async def test_two_rounds_of_one_provider_never_overlap_and_other_providers_do_not_wait(house: House) -> None:
    monitor = watched(house, slow=0.4)
    runtime = running(monitor, beat(), beat(VENDOR, Level.ACCEPTS, OFTEN, FABLE), beat(GATEWAY))
    runtime.start()
    await until(lambda: monitor.ended >= 5)
    await runtime.stop()
    assert not monitor.overlapped
    assert monitor.together == 2


async def test_rounds_that_fall_due_while_a_provider_is_slow_are_asked_once(house: House) -> None:
    """A provider that takes longer than its interval is asked as often as it can answer; nothing piles up."""
    monitor = watched(house, slow=0.6)
    runtime = running(monitor, beat(), beat(VENDOR, Level.ACCEPTS, OFTEN, OPUS, FABLE))
    runtime.start()
    await until(lambda: monitor.ended >= 4)
    await runtime.stop()
    assert monitor.begun[:4] == 2 * [(VENDOR, Level.ANSWERS, (OPUS,)), (VENDOR, Level.ACCEPTS, (FABLE,))]


async def test_what_is_being_confirmed_is_asked_again_soon(house: House) -> None:
    await house.calm()
    house.configure(replace(house.settings, policy=replace(house.settings.policy, reprobe_after=(OFTEN,))))
    house.do("restrict", model=FABLE)
    monitor = watched(house)
    runtime = running(monitor, beat(VENDOR, Level.ANSWERS, timedelta(hours=1), FABLE))
    runtime.start()
    await until(lambda: len(monitor.begun) >= 2)
    house.pass_time(minutes=1)
    await eventually(lambda: _is_restricted(house))
    await runtime.stop()
    assert set(monitor.begun) == {(VENDOR, Level.ANSWERS, (FABLE,))}


async def _is_restricted(house: House) -> bool:
    return (await house.said(FABLE_HOME))[0] is Availability.RESTRICTED


async def test_a_model_that_is_limited_is_left_alone(house: House) -> None:
    house.do("answer", model=OPUS, provider=VENDOR, signal="ant-429")
    monitor = watched(house)
    runtime = running(monitor, beat())
    runtime.start()
    await until(lambda: monitor.ended >= 3)
    await runtime.stop()
    asked = Counter(one.key for one in house.asked if one.model == OPUS and one.path == "/messages")
    assert asked
    assert set(asked.values()) == {1}


async def test_stopping_waits_for_what_is_under_way(house: House) -> None:
    monitor = watched(house, slow=0.5)
    runtime = running(monitor, beat())
    runtime.start()
    await until(lambda: monitor.begun)
    await runtime.stop()
    assert monitor.ended == len(monitor.begun)
    async with house.store.reading() as view:
        assert await view.newest_observation_at() == house.clock()


async def test_what_takes_too_long_is_cut_off_at_the_deadline(house: House) -> None:
    monitor = watched(house, slow=60)
    runtime = running(monitor, beat())
    runtime.start()
    await until(lambda: monitor.begun)
    async with asyncio.timeout(5):
        await runtime.stop(deadline=0.1)
    assert monitor.ended == 1
    assert await house.cells() == {}


async def test_nothing_begins_after_the_stop(house: House) -> None:
    monitor = watched(house)
    runtime = running(monitor, beat())
    runtime.start()
    await until(lambda: monitor.begun)
    await runtime.stop()
    count = len(monitor.begun)
    await asyncio.sleep(0.6)
    assert len(monitor.begun) == count


@pytest.mark.parametrize("error", [StatuspageError("the store is gone"), RuntimeError("a fault of ours")])
async def test_a_chore_that_fails_stops_neither_itself_nor_the_others(
    house: House, error: Exception, logs: list[MutableMapping[str, Any]]
) -> None:
    failed, done = [], []

    async def fail() -> None:
        failed.append(1)
        raise error

    async def work() -> None:
        done.append(1)

    chores = (Chore("failing", OFTEN, fail), Chore("working", OFTEN, work))
    monitor = watched(house)
    runtime = running(monitor, beat(), chores=chores)
    runtime.start()
    await until(lambda: len(failed) >= 2 and len(done) >= 2 and monitor.ended)
    await runtime.stop()
    assert {(one["log_level"], one["event"], one["work"]) for one in logs} == {("error", "work failed", "failing")}


async def test_a_round_that_fails_is_followed_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch, logs: list[MutableMapping[str, Any]]
) -> None:
    monitor, real = watched(house), house.store.writing
    runtime = running(monitor, beat())
    monkeypatch.setattr(house.store, "writing", _broken)
    runtime.start()
    await until(lambda: monitor.ended >= 2)
    monkeypatch.setattr(house.store, "writing", real)
    await eventually(house.cells)
    await runtime.stop()


def _broken() -> None:
    raise StatuspageError("the store is gone")


async def test_a_chore_that_is_still_going_is_not_started_again(house: House) -> None:
    started = []

    async def long() -> None:
        started.append(1)
        await asyncio.sleep(60)

    runtime = running(watched(house), chores=(Chore("long", OFTEN, long),))
    runtime.start()
    await until(lambda: started)
    await asyncio.sleep(0.3)
    await runtime.stop(deadline=0.05)
    assert len(started) == 1
