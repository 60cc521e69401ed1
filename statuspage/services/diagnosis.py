"""The diagnosis of what is stored and what can be asked: cells, credentials, money, clocks, egresses, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from checks.observation import Observation
from checks.target import DIRECT
from statuspage.core import diagnosis
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState
from statuspage.core.diagnosis import Line
from statuspage.core.settings import Settings
from statuspage.ports import Asker, Clock, Reading, Store
from statuspage.services.alerts import kept
from statuspage.services.spending import purses

FRESH_INTERVALS = 3
LOOKED_AT = 5
"""Of each credential the newest observations of so many cells are looked at."""


@dataclass
class Diagnosis:
    """Looks at one installation; it writes nothing, and asks neutral hosts only."""

    store: Store
    asker: Asker
    settings: Settings
    clock: Clock

    async def lines(self) -> list[Line]:
        """Everything that the store and the network tell."""
        return [*await self.stored(), *await self._egresses()]

    async def stored(self) -> list[Line]:
        """What the store tells; nobody is asked."""
        at = self.clock()
        async with self.store.reading() as tx:
            known = await tx.cells()
            last = diagnosis.newest(await self._observed(tx, known))
            money = [one for provider in self.settings.providers for one in await self._money(tx, provider.id, at)]
            told = diagnosis.alerts(await kept(tx), at)
        ahead = [one.clock_ahead for one in last.values() if one and one.clock_ahead is not None]
        fresh = FRESH_INTERVALS * self.settings.schedule.answers_every
        return [
            diagnosis.clock(ahead),
            self._cells(known, at),
            *(diagnosis.credential(name, seen, at, fresh) for name, seen in last.items()),
            *money,
            *told,
        ]

    def _cells(self, known: dict[CellKey, CellState], at: datetime) -> Line:
        probed = [key for key in self.settings.cells() if self.settings.credential(key) is not None]
        states = [known[key] for key in probed if key in known]
        stale = [one for one in states if at - (one.last_valid_at or at) > self.settings.stale_after(one.key)]
        return diagnosis.cells(states, stale, len(probed))

    async def _observed(self, tx: Reading, known: dict[CellKey, CellState]) -> dict[str, list[Observation]]:
        """The newest observations of each credential, by its name."""
        names = (f"{one.id}/{user_class}" for one in self.settings.providers for user_class in one.credentials)
        found: dict[str, list[Observation]] = {name: [] for name in names}
        by_age = sorted((one for one in known.values() if one.last_observed_at), key=_observed_at, reverse=True)
        for state in by_age:
            seen = found.get(f"{state.key.provider}/{state.key.user_class}")
            if seen is not None and len(seen) < LOOKED_AT:
                seen += await tx.observations(state.key, _observed_at(state), 1)
        return found

    async def _money(self, tx: Reading, provider: str, at: datetime) -> list[Line]:
        lines = [diagnosis.money(one) for one in (await purses(tx, self.settings, provider, at)).values()]
        return [line for line in lines if line is not None]

    async def _egresses(self) -> list[Line]:
        asked: dict[str, str] = {}
        for provider in self.settings.providers:
            for held in provider.credentials.values():
                if provider.neutral_host:
                    asked.setdefault(held.credential.egress, provider.id)
        lines = []
        for egress, provider_id in asked.items():
            heard = await self.asker.neutral(provider_id, egress)
            name = DIRECT if egress == DIRECT else f"proxy of {provider_id}"
            lines.append(diagnosis.egress(name, heard.evidence.status if heard else None))
        return lines


def _observed_at(state: CellState) -> datetime:
    return state.last_observed_at or state.measured.since
