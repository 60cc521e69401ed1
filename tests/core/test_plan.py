"""The plan: what a configuration will call, cost and write."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.target import Credential, Level
from statuspage.core.plan import BYTES_PER_OBSERVATION, Calls, Spend, answer_cost, plan
from statuspage.core.settings import (
    ClassCredential,
    Expectation,
    Model,
    Offering,
    Price,
    Provider,
    Retention,
    Settings,
    Site,
    UserClass,
)

CLASSES = (
    UserClass("staff", "Staff"),
    UserClass("partners", "Partners", attested=True),
    UserClass("zero", "Zero retention"),
    UserClass("nobody", "Nobody"),
)
VENDOR = Provider(
    "vendor",
    "Vendor",
    "anthropic",
    "https://v.example",
    {"staff": ClassCredential(Credential("vendor/staff", "k"), monthly_cap_usd=10)},
)
LARGE = Model(
    "large",
    "Large",
    (Offering("vendor", "large", price=Price(10, 50)),),
    expect=(Expectation(("zero", "partners")),),
)
SETTINGS = Settings(user_classes=CLASSES, providers=(VENDOR,), models=(LARGE,))


def test_each_cell_is_counted_once() -> None:
    made = plan(SETTINGS)
    assert (made.probed, made.attested, made.expected, made.unreached) == (1, 1, 1, 1)
    assert made.cells == 4


def test_what_is_restricted_by_design_is_counted_so_and_costs_nothing_though_it_is_asked() -> None:
    zero = ClassCredential(Credential("vendor/zero", "z"), monthly_cap_usd=1)
    held = replace(VENDOR, credentials={**VENDOR.credentials, "zero": zero})
    made = plan(replace(SETTINGS, providers=(held,)))
    assert (made.probed, made.expected, made.expected_probed, made.cells) == (1, 1, 1, 4)
    assert made.calls_per_minute("vendor") == pytest.approx(2.4)
    assert [one.usd > 0 for one in made.spend] == [True, False]


def test_a_sandbox_costs_nothing() -> None:
    made = plan(replace(SETTINGS, site=Site(sandbox=True)))
    assert (made.usd_month, made.sandbox) == (0, True)


def test_calls_a_minute_by_provider_and_level() -> None:
    made = plan(SETTINGS)
    assert made.calls == (Calls("vendor", Level.ACCEPTS, 1.0), Calls("vendor", Level.ANSWERS, 0.2))
    assert made.calls_per_minute("vendor") == pytest.approx(1.2)
    assert made.calls_per_minute("other") == 0


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({Level.LISTED, Level.ANSWERS}, (Calls("vendor", Level.LISTED, 1.0), Calls("vendor", Level.ANSWERS, 0.2))),
        ({Level.LISTED}, (Calls("vendor", Level.LISTED, 1.0),)),
        ({Level.ANSWERS}, (Calls("vendor", Level.ANSWERS, 0.2),)),
    ],
)
def test_a_kind_is_asked_only_what_it_knows(levels: set[Level], expected: tuple[Calls, ...]) -> None:
    assert plan(SETTINGS, {"anthropic": levels}).calls == expected


def test_an_offering_has_its_own_schedule() -> None:
    offering = replace(LARGE.offered[0], accepts_every=timedelta(seconds=10), answers_every=timedelta(hours=1))
    made = plan(replace(SETTINGS, models=(replace(LARGE, offered=(offering,)),)))
    assert [calls.per_minute for calls in made.calls] == pytest.approx([6.0, 1 / 60])


def test_the_cost_of_an_answer() -> None:
    assert answer_cost(Price(10, 50)) == pytest.approx(0.002)


def test_the_forecast_of_a_credential() -> None:
    (spend,) = plan(SETTINGS).spend
    answers_a_month = 30 * 24 * 12
    assert spend.usd == pytest.approx(answers_a_month * 0.002)
    assert spend.over_cap
    assert plan(SETTINGS).usd_month == spend.usd


def test_a_cell_without_a_price_is_said_not_guessed() -> None:
    offering = replace(LARGE.offered[0], price=None)
    made = plan(replace(SETTINGS, models=(replace(LARGE, offered=(offering,)),)))
    assert made.spend == (Spend("vendor", "staff", 0.0, 10, unpriced=1),)
    assert not made.spend[0].over_cap


def test_a_kind_that_never_answers_costs_nothing() -> None:
    assert plan(SETTINGS, {"anthropic": {Level.LISTED}}).spend == (Spend("vendor", "staff", 0.0, 10, unpriced=0),)


def test_disk_follows_calls_and_retention() -> None:
    made = plan(replace(SETTINGS, retention=Retention(observations=timedelta(days=3))))
    assert made.observations_month == round(1.2 * 60 * 24 * 30)
    assert made.disk_bytes_month == made.observations_month * BYTES_PER_OBSERVATION
    assert made.disk_bytes_kept == made.disk_bytes_month // 10


def test_nothing_configured_is_nothing_planned() -> None:
    made = plan(Settings())
    assert (made.cells, made.calls, made.spend, made.usd_month, made.disk_bytes_kept) == (0, (), (), 0, 0)
