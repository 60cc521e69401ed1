"""Asking providers through their check kinds: the services' ``Asker`` over ``checks``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from checks.check import Check, Now
from checks.http import Fetcher
from checks.observation import Observation
from checks.registry import KINDS
from checks.target import DIRECT, Credential, Level, Target, Vantage
from statuspage.core.settings import Settings

NEUTRAL = "http"
"""The check kind that asks a neutral host: any HTTP answer will do."""


@dataclass
class CheckAsker:
    """Asks each provider in its own dialect; ``settings`` may be replaced while it runs."""

    settings: Settings
    fetcher: Fetcher
    vantage: Vantage
    now: Now
    _checks: dict[str, Check] = field(default_factory=dict)

    def levels(self, provider: str) -> frozenset[Level]:
        """The levels that a provider's kind can ask."""
        return self._check(self.settings.provider(provider).kind).levels

    async def ask(self, target: Target, level: Level) -> Observation:
        """Ask one question; never raises for the far side's faults."""
        return await self._check(self.settings.provider(target.provider).kind).ask(target, level)

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        """Control C5: ask the provider's neutral host through the same egress; without one, other providers' doors."""
        host = self.settings.provider(provider).neutral_host
        heard = None
        hosts = [host] if host else [one.base_url for one in self.settings.stand_ins(provider)]
        for url in filter(partial(_tells, egress), hosts):
            heard = await self._knock(provider, url, egress)
            if heard.evidence.status is not None:
                break
        return heard

    async def _knock(self, provider: str, url: str, egress: str) -> Observation:
        """Whether anybody answers at an address, as nobody in particular."""
        through = None if egress == DIRECT else Credential(f"neutral+{egress}", "", egress)
        target = Target(provider, url, "neutral host", "", "", through, timeout=10.0)
        return await self._check(NEUTRAL).ask(target, Level.LISTED)

    def _check(self, kind: str) -> Check:
        if kind not in self._checks:
            self._checks[kind] = KINDS[kind](self.fetcher, self.vantage, self.now)
        return self._checks[kind]


def _tells(egress: str, url: str) -> bool:
    """Whether an answer from there can only come from there: in plain http a proxy may have written it."""
    return egress == DIRECT or url.lower().startswith("https://")
