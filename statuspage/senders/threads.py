"""Blocking work in threads that nobody has to wait for: few for each name, given up at a deadline."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class Busy(Exception):
    """Earlier work of that name still hangs."""


class Threads:
    """Runs each piece of work in a daemon thread of its own, so that one that never ends holds up no shutdown."""

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._working: Counter[str] = Counter()

    async def run(self, name: str, work: Callable[[], T], seconds: float) -> T:
        """The result of the work; TimeoutError at the deadline, Busy when too much of that name hangs already."""
        if self._working[name] >= self._most:
            raise Busy(f"{self._working[name]} earlier attempts still hang")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._working[name] += 1
        Thread(target=self._work, args=(name, work, loop, future), name=f"{name} (blocking)", daemon=True).start()
        return await asyncio.wait_for(future, seconds)

    def _work(
        self, name: str, work: Callable[[], T], loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]
    ) -> None:
        try:
            result = work()
        except BaseException as error:
            self._end(name, loop, future, lambda caught=error: future.set_exception(caught))  # type: ignore[misc]
        else:
            self._end(name, loop, future, lambda: future.set_result(result))

    def _end(
        self, name: str, loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], finish: Callable[[], None]
    ) -> None:
        def land() -> None:
            self._working[name] -= 1
            if not future.done():
                finish()

        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(land)
