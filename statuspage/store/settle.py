"""Cancellation that never tears a step of an SQLite connection apart, which would leave its lock behind."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlalchemy import Dialect

T = TypeVar("T")


async def settled(on: Dialect, step: Coroutine[Any, Any, T]) -> T:
    """The result of a step; on SQLite a cancelled caller first waits until the step, which is short, has ended.

    PostgreSQL's driver cancels a statement at the server itself, where it may have waited long.
    """
    if on.name != "sqlite":
        return await step
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _ended(task)
        raise


async def _ended(task: asyncio.Future[Any]) -> None:
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()
