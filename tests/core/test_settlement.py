"""Settling one landing: the delivery, the log and the endpoint follow from what was met, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.delivery import SCHEDULE, Delivery, DeliveryState, Failure, Outcome
from statuspage.core.settlement import Landing, settle
from statuspage.core.subscription import Filters, Origin, Subscription, SubscriptionState

NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
URL = "https://hooks.example.com/"
LEASED = Delivery("dlv", "evt", 1, "sub", "lane", DeliveryState.PENDING, 0, NOON, NOON, NOON + MINUTE)
LIVE = Subscription("sub", URL, Filters(), SubscriptionState.LIVE, Origin.OPERATOR, NOON - timedelta(days=9))
OUTCOMES = st.one_of(
    st.builds(Outcome, st.integers(200, 299)),
    st.builds(
        Outcome,
        st.sampled_from([300, 400, 404, 410, 429, 500, 502, 503, 504]),
        st.just(Failure.STATUS),
        retry_after=st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=3))),
    ),
    st.builds(Outcome, st.none(), st.sampled_from([one for one in Failure if one is not Failure.STATUS])),
)


def landing(outcome: Outcome, after: timedelta = timedelta(seconds=1), delivery: Delivery = LEASED) -> Landing:
    return Landing(delivery, URL, outcome, NOON, NOON + after)


def test_an_attempt_says_nothing_of_an_endpoint_that_is_gone_or_elsewhere() -> None:
    ok = landing(Outcome(200))
    assert settle(ok, None, "att", 0.5) is None
    assert settle(ok, replace(LIVE, url="https://other.example.com/"), "att", 0.5) is None


def test_a_success_counts_even_after_the_lease_and_a_failure_does_not() -> None:
    late = settle(landing(Outcome(200), 2 * MINUTE), LIVE, "att", 0.5)
    assert late
    assert late.delivery
    assert late.delivery.state is DeliveryState.DELIVERED
    failed = settle(landing(Outcome(500, Failure.STATUS), 2 * MINUTE), LIVE, "att", 0.5)
    assert failed
    assert failed.delivery is None


def test_what_is_in_flight_when_the_endpoint_ends_gets_no_further_attempt() -> None:
    ended = replace(LIVE, state=SubscriptionState.DISABLED, disabled_reason="by an operator")
    found = settle(landing(Outcome(500, Failure.STATUS)), ended, "att", 0.5)
    assert found
    assert found.delivery
    assert found.delivery.state is DeliveryState.CANCELLED
    assert (found.attempt.next_attempt_at, found.ends) == (None, False)


def test_a_lease_is_over_at_its_very_end_and_without_one_nothing_lapses() -> None:
    failed = Outcome(500, Failure.STATUS)
    found = settle(landing(failed, MINUTE), LIVE, "att", 0.5)
    assert found
    assert found.delivery is None
    assert not landing(failed, delivery=replace(LEASED, lease_until=None)).lapsed(NOON + MINUTE)


def test_the_attempt_that_is_settled_is_one_more_than_before() -> None:
    states = []
    for attempts in (len(SCHEDULE) - 2, len(SCHEDULE) - 1):
        found = settle(landing(Outcome(500), delivery=replace(LEASED, attempts=attempts)), LIVE, "att", 0.5)
        assert found
        assert found.delivery
        states.append(found.delivery.state)
    assert states == [DeliveryState.PENDING, DeliveryState.EXHAUSTED]


def test_a_success_in_flight_when_the_endpoint_ends_is_a_success() -> None:
    ended = replace(LIVE, state=SubscriptionState.DISABLED, disabled_reason="by an operator")
    found = settle(landing(Outcome(200)), ended, "att", 0.5)
    assert found
    assert found.delivery
    assert found.delivery.state is DeliveryState.DELIVERED


def test_a_failure_at_an_endpoint_that_lives_is_due_again() -> None:
    found = settle(landing(Outcome(500, Failure.STATUS)), LIVE, "att", 0.5)
    assert found
    assert found.delivery
    assert found.delivery.state is DeliveryState.PENDING
    assert found.delivery.next_attempt_at == NOON + timedelta(seconds=6)


@given(OUTCOMES, st.integers(0, len(SCHEDULE) - 1), st.floats(0, 1, exclude_max=True))
def test_one_attempt_is_one_step_and_the_log_agrees_with_the_delivery(
    outcome: Outcome, attempts: int, chance: float
) -> None:
    before = replace(LEASED, attempts=attempts)
    found = settle(landing(outcome, delivery=before), LIVE, "att", chance)
    assert found
    after = found.delivery
    assert after
    assert (after.attempts, after.lease_until) == (attempts + 1, None)
    assert (after.state is DeliveryState.DELIVERED) == outcome.succeeded
    assert (found.attempt.next_attempt_at is not None) == (after.state is DeliveryState.PENDING)
    assert found.ends == (outcome.status == 410)
    if after.state is not DeliveryState.PENDING:
        assert after.next_attempt_at == NOON + timedelta(seconds=1)
    else:
        assert after.next_attempt_at == found.attempt.next_attempt_at
        assert after.next_attempt_at - NOON >= timedelta(seconds=4)
    assert replace(after, state=before.state, attempts=attempts, next_attempt_at=NOON, lease_until=None) == replace(
        before, lease_until=None
    )
