"""The paced asker: rounds, controls and repeated rounds together stay below the configured rate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from checks.observation import Observation
from checks.target import Level, Target
from statuspage.core.settings import Settings
from statuspage.ports import Asker
from statuspage.runtime.pacing import PacedAsker
from statuspage.store.database import Database
from tests.house import FABLE, GATEWAY, VENDOR, House, house_over

LIMIT = 20


@dataclass
class Wrist:
    """A clock that moves only while somebody sleeps."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds


@dataclass
class Noted:
    """An asker that notes when it asked whom."""

    asker: Asker
    now: Wrist
    times: list[tuple[str, float]] = field(default_factory=list)

    def levels(self, provider: str) -> frozenset[Level]:
        return self.asker.levels(provider)

    async def ask(self, target: Target, level: Level) -> Observation:
        self.times.append((target.provider, self.now()))
        return await self.asker.ask(target, level)

    async def neutral(self, provider: str, egress: str) -> Observation | None:
        return await self.asker.neutral(provider, egress)


@pytest.fixture
async def house(store: Database) -> AsyncIterator[House]:
    async with house_over(store) as made:
        yield made


def limited(settings: Settings, limit: int | None) -> Settings:
    providers = (replace(settings.providers[0], rate_limit=limit), *settings.providers[1:])
    return replace(settings, providers=providers)


def paced(house: House, limit: int | None) -> Noted:
    """Put a pace on the house's monitor; the list of what really goes out."""
    wrist = Wrist()
    noted = Noted(house.asker, wrist)
    house.monitor.asker = PacedAsker(noted, limited(house.settings, limit), wrist, wrist.sleep)
    return noted


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_rounds_controls_and_repeated_rounds_never_exceed_the_rate(house: House) -> None:
    noted = paced(house, LIMIT)
    await house.settle()
    house.do("restrict", model=FABLE)
    await house.settle()
    times = [at for provider, at in noted.times if provider == VENDOR]
    assert len(times) > LIMIT
    assert all(sum(start <= at < start + 59.999 for at in times) <= LIMIT for start in times)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_another_provider_and_one_without_a_limit_never_wait(house: House) -> None:
    noted = paced(house, LIMIT)
    await house.settle(GATEWAY)
    assert noted.now.at == 0
    assert {provider for provider, _ in noted.times} == {GATEWAY}
    noted = paced(house, None)
    await house.settle()
    assert noted.now.at == 0


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_provider_that_stands_in_for_a_neutral_host_is_asked_within_its_own_rate(house: House) -> None:
    vendor, gateway = house.settings.providers
    lonely = replace(vendor, base_url="http://127.0.0.2:1", neutral_host=None)
    house.configure(replace(house.settings, providers=(lonely, replace(gateway, rate_limit=6))))
    wrist = Wrist()
    asker = PacedAsker(house.asker, house.settings, wrist, wrist.sleep)
    for _ in range(7):
        heard = await asker.neutral(VENDOR, "direct")
        assert heard
        assert heard.evidence.status is not None
    assert wrist.at >= 59
