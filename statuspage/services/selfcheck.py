"""The self-check: asks canaries over real HTTP, weighs what rounds remember, and tells staff what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from checks.observation import Cause, Observation
from checks.target import Level, Target
from statuspage.core import selfcheck
from statuspage.core.alert import AlertKind
from statuspage.core.selfcheck import SelfReport
from statuspage.ports import Alerts, Asker, Clock, Reading, Store
from statuspage.services.alerts import kept
from statuspage.services.monitoring import Monitor


@dataclass
class SelfCheck:
    """Checks ourselves; ``canaries`` are questions whose cause is known beforehand."""

    store: Store
    monitor: Monitor
    asker: Asker
    canaries: Mapping[Cause, Target]
    clock: Clock
    alerts: Alerts

    async def run(self) -> bool:
        """Check once, and tell staff; whether rounds can be trusted and reach the world."""
        heard = await self._heard()
        async with self.store.writing() as tx:
            at = self.clock()
            found = selfcheck.together(
                (
                    selfcheck.canaries(heard, at),
                    selfcheck.clock(self.monitor.recall.ahead.values(), at),
                    await self._unknown(tx),
                )
            )
            await self.alerts.tell(tx, found.raised, found.ended, at)
            lost = any(one.kind is AlertKind.NETWORK for one in await kept(tx))
        return found.healthy and not lost

    async def tell(self, report: SelfReport) -> None:
        """Tell staff what another check of ourselves found."""
        async with self.store.writing() as tx:
            await self.alerts.tell(tx, report.raised, report.ended, self.clock())

    async def _heard(self) -> dict[Cause, Observation]:
        seen = await asyncio.gather(*(self.asker.ask(one, Level.ANSWERS) for one in self.canaries.values()))
        return dict(zip(self.canaries, seen, strict=True))

    async def _unknown(self, tx: Reading) -> SelfReport:
        settings, known = self.monitor.settings, await tx.cells()
        probed = [known[key] for key in settings.cells() if key in known and settings.credential(key) is not None]
        return selfcheck.unknown(probed, self.clock())
