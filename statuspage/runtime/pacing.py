"""An asker that never asks a provider more often than its configured rate limit allows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from checks.observation import Observation
from checks.target import Level, Target
from statuspage.core.quota import Quota
from statuspage.core.settings import Settings
from statuspage.ports import Asker


@dataclass
class PacedAsker:
    """Waits before a question where the provider's minute is used up; controls and repeated rounds count alike.

    ``settings`` may be replaced while it runs. A wait is no part of a question's timeout.
    """

    asker: Asker
    settings: Settings
    now: Callable[[], float] = monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _promised: dict[str, float] = field(default_factory=dict)

    def levels(self, provider: str) -> frozenset[Level]:
        """The levels that a provider's kind can ask."""
        return self.asker.levels(provider)

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask one question, as soon as the provider's rate limit allows."""
        await self._turn(target.provider)
        return await self.asker.ask(target, level)

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """Control C5: a neutral host is nobody's API, so no rate limit counts it; providers that stand in have one."""
        for one in self.settings.stand_ins(provider):
            await self._turn(one.id)
        return await self.asker.neutral(provider, egress)

    async def _turn(self, provider: str) -> None:
        limit = self.settings.provider(provider).rate_limit
        if limit is None:
            return
        now, quota = self.now(), Quota(limit)
        at, self._promised[provider] = quota.reserve(self._promised.get(provider, quota.used_up(now)), now)
        if at > now:
            await self.sleep(at - now)
