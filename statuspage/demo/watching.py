"""Watching the sandbox's receiver from a terminal: each delivery once, as it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from statuspage.demo.state import SandboxError

LOOK_EVERY = 0.5
"""Seconds between two looks."""


async def deliveries(url: str) -> AsyncIterator[Mapping[str, Any]]:
    """Every delivery that the receiver at ``url`` takes, oldest first; SandboxError where there is none."""
    shown: set[tuple[str, str]] = set()
    async with aiohttp.ClientSession(trust_env=False) as session:
        while True:
            for row in reversed(await _rows(session, url)):
                mark = (row["received_at"], row["webhook_id"])
                if mark not in shown:
                    shown.add(mark)
                    yield row
            await asyncio.sleep(LOOK_EVERY)


async def _rows(session: aiohttp.ClientSession, url: str) -> list[dict[str, Any]]:
    try:
        async with session.get(f"{url}/deliveries") as response:
            rows: list[dict[str, Any]] = (await response.json())["deliveries"]
            return rows
    except aiohttp.ClientError:
        raise SandboxError(f"no receiver answers at {url}; start the sandbox with `statuspage serve`") from None
