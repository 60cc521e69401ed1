"""Money: what an answer costs, and that a cap is never passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.observation import Cause, Observation, Usage
from checks.target import Level
from statuspage.core.plan import INPUT_TOKENS, OUTPUT_TOKENS
from statuspage.core.settings import Model, Offering, Price, Settings
from statuspage.core.spend import ASSUMED, cost, cost_of, dearest_round, month_of, price_of, purse
from tests.core import builders
from tests.core.builders import AT_HOME, SETTINGS

DEAR, CHEAP = Price(10, 50), Price(1, 5)


def priced(cap: float | None = None, dear: Price | None = DEAR) -> Settings:
    """The vendor sells two models at a price; its control is the cheap one."""
    vendor = SETTINGS.providers[0]
    held = vendor.credentials[AT_HOME]
    credentials = vendor.credentials | {AT_HOME: replace(held, monthly_cap_usd=cap)}
    models = (
        Model("fable", "Fable 5", (Offering("vendor", "fable-5", price=dear),)),
        Model("haiku", "Haiku 4", (Offering("vendor", "haiku", price=CHEAP),)),
    )
    return replace(SETTINGS, providers=(replace(vendor, credentials=credentials),), models=models)


def seen(cause: Cause = Cause.OK, status: int | None = 200, **fields: Any) -> Observation:
    return builders.seen(cause, evidence=builders.evidence(status=status), **fields)


def test_an_answer_costs_what_it_says_it_used() -> None:
    assert cost_of(priced(), seen(usage=Usage(1000, 100))) == pytest.approx(0.015)


def test_an_answer_that_does_not_say_costs_what_the_plan_assumes() -> None:
    assert cost_of(priced(), seen()) == cost(DEAR, Usage(INPUT_TOKENS, OUTPUT_TOKENS))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (seen(Cause.SERVER_ERROR, 500), 0.0),
        (seen(Cause.WITHDRAWN, 404), 0.0),
        (seen(Cause.NETWORK, None), 0.0),
        (seen(Cause.TIMEOUT, None), cost(DEAR, ASSUMED)),
        (seen(Cause.SERVER_ERROR, 200), cost(DEAR, ASSUMED)),
        (seen(Cause.SERVER_ERROR, 500, usage=Usage(10, 0)), cost(DEAR, Usage(10, 0))),
        (seen(level=Level.ACCEPTS, usage=Usage(10, 10)), 0.0),
    ],
)
def test_who_pays_for_what(given: Observation, expected: float) -> None:
    assert cost_of(priced(), given) == expected


def test_without_a_price_nothing_is_reckoned() -> None:
    settings = replace(priced(), models=(Model("fable", "Fable 5", (Offering("vendor", "fable-5"),)),))
    assert cost_of(settings, seen()) == 0.0
    assert dearest_round(settings, "vendor", AT_HOME) == 0.0


def test_a_control_that_nobody_offers_costs_the_dearest_price() -> None:
    assert price_of(priced(), "vendor", "old-one") == DEAR
    assert price_of(priced(), "vendor", "haiku") == CHEAP
    assert price_of(priced(), "nobody", "haiku") is None


def test_the_dearest_round_asks_everything_everywhere() -> None:
    cells = cost(DEAR, ASSUMED) + cost(CHEAP, ASSUMED)
    assert dearest_round(priced(), "vendor", AT_HOME) == pytest.approx(2 * cells + cost(CHEAP, ASSUMED))


def test_without_a_cap_a_purse_is_open() -> None:
    assert purse(priced(), "vendor", AT_HOME, 1e9).open


def test_a_class_without_a_credential_has_an_open_purse() -> None:
    assert purse(priced(1.0), "vendor", "nobody", 5.0).open


PRICES = st.builds(Price, st.floats(0.01, 100), st.floats(0.01, 500))


@given(st.floats(0, 1), PRICES, st.lists(st.floats(0, 1), max_size=60))
def test_the_cap_is_never_passed_as_long_as_no_round_is_dearer_than_the_forecast(
    cap: float, price: Price, shares: list[float]
) -> None:
    settings, spent = priced(cap, price), 0.0
    for share in shares:
        now = purse(settings, "vendor", AT_HOME, spent)
        if now.open:
            spent += share * now.next_round_usd
        assert spent <= cap + 1e-12


@given(st.floats(0, 1), st.floats(0, 2), st.floats(0, 2))
def test_a_shut_purse_stays_shut_for_the_month(cap: float, spent: float, more: float) -> None:
    settings = priced(cap)
    if not purse(settings, "vendor", AT_HOME, spent).open:
        assert not purse(settings, "vendor", AT_HOME, spent + more).open


def test_months_are_those_of_utc() -> None:
    assert month_of(datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == "2026-06"
    assert month_of(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07"
