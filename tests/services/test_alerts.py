"""Alerts: told once, kept until they are over, and never on the public page."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from checks.target import Credential
from statuspage.core.alert import KEPT_FOR, MOST, QUIET, Alert, AlertKind, alert, merged
from statuspage.core.availability import Availability, Basis, Reason
from statuspage.services.alerts import kept
from tests.house import FABLE_HOME, GATEWAY, HAIKU, HOME, OPUS, START, VENDOR, House

NOBODY = "http://127.0.0.1:1"


async def told(house: House) -> list[Alert]:
    async with house.store.reading() as view:
        return list(await kept(view))


async def kinds(house: House) -> set[tuple[AlertKind, str]]:
    return {one.name for one in await told(house)}


def with_key(house: House, key: str) -> None:
    """The vendor's credential at home has another secret."""
    vendor, *others = house.settings.providers
    held = replace(vendor.credentials[HOME], credential=Credential(f"{VENDOR}/{HOME}", key))
    credentials = vendor.credentials | {HOME: held}
    house.configure(replace(house.settings, providers=(replace(vendor, credentials=credentials), *others)))


async def test_a_calm_house_has_none(calm: House) -> None:
    assert await told(calm) == []


async def test_a_key_that_fails_is_one_alert_until_it_answers(calm: House, caplog: pytest.LogCaptureFixture) -> None:
    right = calm.settings
    with_key(calm, "a-key-that-was-revoked")
    with caplog.at_level(logging.WARNING):
        await calm.settle()
        await calm.round()
    assert await kinds(calm) == {(AlertKind.CREDENTIAL, f"{VENDOR}/{HOME}")}
    [one] = await told(calm)
    assert one.count > 1
    assert sum("staff alert: credential" in line for line in caplog.messages) == 1
    assert "a-key-that-was-revoked" not in caplog.text + one.text
    calm.configure(right)
    await calm.round()
    assert await told(calm) == []


async def test_an_unknown_text_is_told_once(calm: House) -> None:
    calm.do("answer", model=OPUS, provider=VENDOR, signal="ant-500")
    await calm.round(VENDOR, (OPUS,))
    before = [one for one in await told(calm) if one.kind is AlertKind.FINGERPRINT]
    await calm.round(VENDOR, (OPUS,))
    assert [one for one in await told(calm) if one.kind is AlertKind.FINGERPRINT] == before


async def test_our_own_network_lost_publishes_unknown_network_and_no_event(calm: House) -> None:
    subscription = await calm.subscribe()
    silent = tuple(replace(provider, base_url=NOBODY, neutral_host=NOBODY) for provider in calm.settings.providers)
    calm.configure(replace(calm.settings, providers=silent))
    for provider in (VENDOR, GATEWAY):
        await calm.settle(provider)
    probed = [key for key in calm.settings.cells() if calm.settings.credential(key)]
    states = await calm.cells()
    assert {(states[key].measured.availability, states[key].measured.reason) for key in probed} == {
        (Availability.UNKNOWN, Reason.NETWORK)
    }
    shown = {states[key].published.reason for key in probed if states[key].published.basis is not Basis.EXPECTED}
    assert shown == {Reason.NETWORK}
    assert await calm.events() == []
    assert await calm.owed(subscription) == []
    assert await kinds(calm) == {(AlertKind.NETWORK, "local")}


async def test_when_the_network_is_back_the_alert_ends(calm: House) -> None:
    right = calm.settings
    silent = tuple(replace(one, base_url=NOBODY, neutral_host=NOBODY) for one in right.providers)
    calm.configure(replace(right, providers=silent))
    await calm.settle()
    calm.configure(right)
    await calm.settle()
    assert await told(calm) == []
    assert await calm.said(FABLE_HOME) == (Availability.AVAILABLE, Reason.NONE)
    assert await calm.events() == []


@pytest.mark.parametrize(("classes", "flagged"), [(2, True), (3, False)])
async def test_classes_that_turn_region_at_once_are_a_possible_misfire(
    calm: House, classes: int, flagged: bool
) -> None:
    policy = replace(calm.settings.policy, misfire_classes=classes)
    calm.configure(replace(calm.settings, policy=policy))
    calm.do("answer", model=HAIKU, provider=VENDOR, signal="oai-geo")
    await calm.round(VENDOR, (HAIKU,))
    assert ((AlertKind.MISFIRE, VENDOR) in await kinds(calm)) is flagged


def test_an_alert_that_was_quiet_for_a_day_is_news_again() -> None:
    first = alert(AlertKind.CAP, "a", "text", START)
    soon, late = (alert(AlertKind.CAP, "a", "text", START + wait) for wait in (QUIET / 2, QUIET))
    assert merged((first,), [soon], (), soon.last_at).news == ()
    assert len(merged((first,), [late], (), late.last_at).news) == 1


def test_old_alerts_are_forgotten_and_their_number_is_bounded() -> None:
    old = alert(AlertKind.CAP, "old", "text", START)
    many = [alert(AlertKind.CAP, str(number), "text", START + KEPT_FOR) for number in range(2 * MOST)]
    found = merged((old,), many, (), START + KEPT_FOR).alerts
    assert len(found) == MOST
    assert old not in found
    assert found[-1] == many[-1]


def test_the_same_alert_counts_and_keeps_its_beginning() -> None:
    first = alert(AlertKind.CAP, "a", "then", START)
    again = alert(AlertKind.CAP, "a", "now", START + timedelta(hours=1))
    [one] = merged((first,), [again], (), again.last_at).alerts
    assert (one.first_at, one.last_at, one.count, one.text) == (START, again.last_at, 2, "now")
    assert merged((one,), [], [one.name], again.last_at).alerts == ()
