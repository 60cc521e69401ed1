"""What follows an attempt: the schedule, the receiver's wishes, and the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.core.delivery import (
    BREAKER_LIMIT,
    RETRY_AFTER_LIMIT,
    SCHEDULE,
    SLOW_DOWN,
    Decision,
    DeliveryState,
    Failure,
    Outcome,
    breaker_pause,
    decide,
)

AT = datetime(2026, 6, 12, 14, tzinfo=UTC)
ZERO = timedelta(0)

statuses = st.integers(100, 599)
outcomes = st.one_of(
    st.builds(Outcome, statuses, st.none(), retry_after=st.none() | st.timedeltas(timedelta(-1), timedelta(days=400))),
    st.builds(Outcome, st.none(), st.sampled_from(Failure)),
)
chances = st.floats(0, 1, exclude_max=True)
tries = st.integers(1, 20)


def test_fourteen_attempts_over_three_days() -> None:
    assert len(SCHEDULE) == 14
    assert SCHEDULE[0] == ZERO
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    assert SCHEDULE[1:6] == (minute / 12, minute / 2, 2 * minute, 5 * minute, 15 * minute)
    assert SCHEDULE[6:] == (hour / 2, hour, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour)
    assert timedelta(days=3) <= sum(SCHEDULE, ZERO) <= timedelta(days=3.5)


@settings(deadline=None)
@given(st.lists(chances, min_size=13, max_size=13))
def test_the_ladder_takes_three_days_give_or_take_a_fifth(chance: list[float]) -> None:
    now = AT
    for attempt in range(1, 14):
        decision = decide(Outcome(500), attempt, now, chance[attempt - 1])
        assert decision.state is DeliveryState.PENDING
        assert decision.next_attempt_at
        now = decision.next_attempt_at
    assert decide(Outcome(500), 14, now, 0.5).state is DeliveryState.EXHAUSTED
    whole = sum(SCHEDULE, ZERO)
    assert whole * 0.8 - timedelta(seconds=1) <= now - AT <= whole * 1.2 + timedelta(seconds=1)


@settings(deadline=None)
@given(outcomes, tries, chances)
def test_never_earlier_than_asked_or_than_the_spread_allows(outcome: Outcome, attempt: int, chance: float) -> None:
    decision = decide(outcome, attempt, AT, chance)
    if decision.next_attempt_at is None:
        assert decision.state is not DeliveryState.PENDING
        return
    wait = decision.next_attempt_at - AT
    assert wait >= SCHEDULE[attempt] * 0.8 - timedelta(microseconds=1)
    assert wait >= min(outcome.retry_after or ZERO, RETRY_AFTER_LIMIT)
    if outcome.status in SLOW_DOWN or outcome.failure is Failure.TIMEOUT:
        assert wait >= timedelta(seconds=60)
    assert wait <= max(SCHEDULE[attempt] * 1.2, RETRY_AFTER_LIMIT, timedelta(seconds=60)) + timedelta(microseconds=1)


@settings(deadline=None)
@given(outcomes, tries, chances)
def test_every_decision_has_a_reason_and_only_success_delivers(outcome: Outcome, attempt: int, chance: float) -> None:
    decision = decide(outcome, attempt, AT, chance)
    assert decision.reason
    assert (decision.state is DeliveryState.DELIVERED) == (
        outcome.status is not None and 200 <= outcome.status < 300 and outcome.failure is None
    )
    assert decision.disable == (outcome.status == 410)


@pytest.mark.parametrize("attempt", [1, 14])
def test_a_success_ends_it_on_any_attempt(attempt: int) -> None:
    assert decide(Outcome(204), attempt, AT, 0).state is DeliveryState.DELIVERED


@pytest.mark.parametrize(("status", "taken"), [(199, False), (200, True), (299, True), (300, False)])
def test_success_is_200_to_299(status: int, taken: bool) -> None:
    assert Outcome(status).succeeded is taken


def test_nothing_at_all_is_no_success() -> None:
    assert not Outcome(None).succeeded


def test_a_status_that_broke_off_is_no_success() -> None:
    assert not Outcome(200, Failure.PROTOCOL).succeeded
    assert decide(Outcome(200, Failure.PROTOCOL), 1, AT, 0).state is DeliveryState.PENDING


def test_gone_ends_the_subscription() -> None:
    assert decide(Outcome(410, Failure.STATUS), 1, AT, 0) == Decision(
        DeliveryState.CANCELLED, None, "410: the receiver wants no more", disable=True
    )


@pytest.mark.parametrize(
    ("outcome", "seconds", "pause"),
    [
        (Outcome(500), 5, None),
        (Outcome(500, retry_after=timedelta(seconds=100)), 100, None),
        (Outcome(503), 60, None),
        (Outcome(503, retry_after=timedelta(seconds=100)), 100, 100),
        (Outcome(429, retry_after=timedelta(seconds=10)), 60, 10),
        (Outcome(429, retry_after=timedelta(days=9)), 86_400, 86_400),
        (Outcome(429, retry_after=timedelta(0)), 60, None),
        (Outcome(502), 60, None),
        (Outcome(504), 60, None),
        (Outcome(501), 5, None),
        (Outcome(None, Failure.TIMEOUT), 60, None),
        (Outcome(None, Failure.CONNECT), 5, None),
        (Outcome(302), 5, None),
        (Outcome(199), 5, None),
        (Outcome(300), 5, None),
    ],
)
def test_the_wait_after_the_first_attempt(outcome: Outcome, seconds: int, pause: int | None) -> None:
    decision = decide(outcome, 1, AT, 0.5)
    assert decision.next_attempt_at == AT + timedelta(seconds=seconds)
    assert decision.pause == (None if pause is None else timedelta(seconds=pause))


def test_the_reason_names_the_answer_or_what_kept_it_away() -> None:
    assert decide(Outcome(500, Failure.STATUS), 1, AT, 0.5).reason == "the receiver answered 500"
    assert decide(Outcome(None, Failure.TIMEOUT), 1, AT, 0.5).reason == "no answer: timeout"


def test_the_last_attempt_still_pauses_an_endpoint_that_asks_for_it() -> None:
    decision = decide(Outcome(429, retry_after=timedelta(hours=2)), 14, AT, 0.5)
    assert decision.state is DeliveryState.EXHAUSTED
    assert decision.pause == timedelta(hours=2)


def test_what_a_resting_endpoint_left_too_few_attempts_for_ends_after_five_days() -> None:
    owed_since = AT - timedelta(days=5)
    assert decide(Outcome(500), 3, AT, 0.5, owed_since).reason == "5 days without a 2xx"
    assert decide(Outcome(500), 3, AT, 0.5, owed_since + timedelta(seconds=1)).state is DeliveryState.PENDING
    assert decide(Outcome(200), 3, AT, 0.5, owed_since).state is DeliveryState.DELIVERED


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, None), (4, None), (5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (10_000, 900)],
)
def test_the_breaker_opens_after_five_failures_and_doubles(failures: int, seconds: int | None) -> None:
    assert breaker_pause(failures) == (None if seconds is None else timedelta(seconds=seconds))


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_a_breaker_never_rests_longer_than_its_limit(failures: int) -> None:
    assert (breaker_pause(failures) or ZERO) <= BREAKER_LIMIT
