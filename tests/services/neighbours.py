"""Others on the loop, who compute there or hold it up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import sleep, thread_time


@asynccontextmanager
async def beside(turns: int, turn: float, *, sleeping: bool = False) -> AsyncIterator[list[int]]:
    """Somebody who takes so many turns of the loop, computing or only letting time go by; the turns that it had."""
    had: list[int] = []

    async def work() -> None:
        for number in range(turns):
            until = thread_time() + turn
            if sleeping:
                sleep(turn)  # noqa: ASYNC251 - what blocks the loop without computing is what is tested
            while not sleeping and thread_time() < until:
                pass
            had.append(number)
            await asyncio.sleep(0)

    task = asyncio.create_task(work())
    try:
        yield had
    finally:
        task.cancel()
