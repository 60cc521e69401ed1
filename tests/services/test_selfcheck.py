"""The self-check over real HTTP: canaries are asked through the same checks, and what is wrong reaches staff."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from checks.observation import Cause
from checks.target import Vantage
from statuspage.core.alert import AlertKind
from statuspage.demo.canary import Canaries
from statuspage.runtime.asker import CheckAsker
from statuspage.services.alerts import StaffAlerts, kept
from statuspage.services.selfcheck import SelfCheck
from tests.house import VENDOR, House

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
async def canaries(house: House) -> AsyncIterator[Canaries]:
    made = Canaries(house.clock)
    await made.start()
    yield made
    await made.stop()


def checking(house: House, canaries: Canaries) -> SelfCheck:
    asker = CheckAsker(canaries.settings, house.fetcher, Vantage(), house.clock)
    return SelfCheck(house.store, house.monitor, asker, canaries.targets, house.clock, StaffAlerts())


async def kinds(house: House) -> set[AlertKind]:
    async with house.store.reading() as view:
        return {one.kind for one in await kept(view)}


async def test_a_healthy_monitor_finds_itself_healthy(calm: House, canaries: Canaries) -> None:
    calm.monitor.recall.ahead.clear()
    check = checking(calm, canaries)
    assert set(check.canaries) == {Cause.OK, Cause.CREDENTIAL, Cause.WITHDRAWN}
    assert await check.run()
    assert await kinds(calm) == set()


async def test_a_canary_that_is_silent_is_told_until_it_sings(calm: House, canaries: Canaries) -> None:
    calm.monitor.recall.ahead.clear()
    check = checking(calm, canaries)
    right = dict(check.canaries)
    check.canaries = {cause: replace(one, base_url=NOBODY) for cause, one in right.items()}
    assert not await check.run()
    assert await kinds(calm) == {AlertKind.CANARY}
    check.canaries = right
    assert await check.run()
    assert await kinds(calm) == set()


async def test_a_clock_that_is_wrong_is_told(calm: House, canaries: Canaries) -> None:
    assert calm.monitor.recall.ahead[VENDOR] < -60, "the tests' clock stands in the past"
    assert await checking(calm, canaries).run()
    assert await kinds(calm) == {AlertKind.CLOCK}


async def test_with_our_network_lost_no_heartbeat_is_due(calm: House, canaries: Canaries) -> None:
    calm.monitor.recall.ahead.clear()
    silent = tuple(replace(one, base_url=NOBODY, neutral_host=NOBODY) for one in calm.settings.providers)
    calm.configure(replace(calm.settings, providers=silent))
    for provider in calm.settings.providers:
        await calm.settle(provider.id)
    assert not await checking(calm, canaries).run()
    assert await kinds(calm) == {AlertKind.NETWORK, AlertKind.UNKNOWN}
