"""Giving way on the loop: many small works that can wait let the few that cannot go first."""

from __future__ import annotations

import asyncio
from time import thread_time

BUSY = 0.0005
"""Processor seconds that others take in a turn of the loop in which something goes on: a check takes a millisecond."""


async def give_way(patience: float) -> None:
    """Wait until the others leave the loop idle, at most ``patience`` seconds; always at least one turn.

    What this thread computed is counted and not what time went by: on a machine that is busy with something else nobody
    here would be the sooner for our waiting.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + patience
    while True:
        before = thread_time()
        await asyncio.sleep(0)
        if loop.time() >= until or thread_time() - before < BUSY:
            return
