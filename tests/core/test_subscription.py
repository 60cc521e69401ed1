"""Whether an event is wished for, and what attempts do to an endpoint."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuspage.core.delivery import Decision, DeliveryState, Failure, Outcome, decide
from statuspage.core.event import ON_REQUEST, EventDraft, EventType, Severity
from statuspage.core.subscription import (
    Filters,
    Origin,
    Subscription,
    SubscriptionState,
    after_attempt,
    disabled,
    enabled,
    matches,
    new_secret,
    owes,
    secret_text,
)

AT = datetime(2026, 6, 12, 14, tzinfo=UTC)
LIVE = Subscription("sub_1", "https://a.example.com/", Filters(), SubscriptionState.LIVE, Origin.OPERATOR, AT)
GOOD, BAD = Outcome(200), Outcome(500, Failure.STATUS)


def event(kind: EventType = EventType.MODEL_DOWN, **changes: object) -> EventDraft:
    draft = EventDraft(
        "evt_1", kind, AT, "fable", "cloud", "…", Severity.MAJOR, AT,
        models=("fable",), providers=("cloud",), user_classes=("us", "abroad"),
    )  # fmt: skip
    return replace(draft, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "wished"),
    [
        (Filters(), True),
        (Filters(models=("fable",)), True),
        (Filters(models=("other", "fable")), True),
        (Filters(models=("other",)), False),
        (Filters(providers=("cloud",)), True),
        (Filters(providers=("other",)), False),
        (Filters(user_classes=("abroad",)), True),
        (Filters(user_classes=("partners",)), False),
        (Filters(types=("model.down",)), True),
        (Filters(types=("model.restricted",)), False),
        (Filters(("fable",), ("cloud",), ("us",), ("model.down",)), True),
        (Filters(("fable",), ("cloud",), ("partners",), ("model.down",)), False),
    ],
)
def test_an_event_must_pass_every_filter(filters: Filters, wished: bool) -> None:
    assert matches(filters, event()) is wished


def test_who_names_incidents_hears_of_these_alone() -> None:
    filters = Filters(incidents=("inc_1", "inc_2"))
    assert matches(filters, event(incident="inc_2"))
    assert not matches(filters, event(incident="inc_3"))
    assert not matches(filters, event())


def test_a_new_secret_has_256_bits() -> None:
    assert new_secret(bytes) == bytes(32)


def test_an_event_that_names_nothing_of_a_dimension_passes_its_filter() -> None:
    filters = Filters(("other",), ("other",), ("other",))
    assert matches(filters, event(EventType.CONFIG_CHANGED, models=(), providers=(), user_classes=()))


@pytest.mark.parametrize("kind", sorted(ON_REQUEST))
def test_some_types_come_only_to_those_who_name_them(kind: EventType) -> None:
    assert not matches(Filters(), event(kind))
    assert not matches(Filters(types=("model.down",)), event(kind))
    assert matches(Filters(types=(kind.value,)), event(kind))


@settings(deadline=None)
@given(st.sampled_from(sorted(set(EventType) - ON_REQUEST)))
def test_without_filters_everything_else_comes(kind: EventType) -> None:
    assert matches(Filters(), event(kind))


def test_quiet_and_older_events_are_not_owed() -> None:
    assert owes(LIVE, event())
    assert not owes(LIVE, event(quiet=True))
    assert not owes(LIVE, event(timestamp=AT - timedelta(microseconds=1)))
    assert not owes(replace(LIVE, filters=Filters(models=("other",))), event())


def failing(times: int, start: datetime = AT, apart: timedelta = timedelta(hours=1)) -> Subscription:
    """The endpoint after so many failures, each after the rest that the one before caused."""
    endpoint = LIVE
    for number in range(times):
        at = start + apart * number
        endpoint = after_attempt(endpoint, BAD, decide(BAD, 1, at, 0.5), at, at)
    return endpoint


def test_failures_are_counted_from_the_first() -> None:
    endpoint = failing(3)
    assert (endpoint.failures_running, endpoint.failing_since, endpoint.paused_until) == (3, AT, None)


def test_the_breaker_opens_at_the_fifth_failure() -> None:
    last = AT + timedelta(hours=4)
    assert failing(5).paused_until == last + timedelta(seconds=30)
    assert failing(6).paused_until == last + timedelta(hours=1, seconds=60)


def test_a_failure_that_began_before_the_rest_is_not_counted_again() -> None:
    endpoint = failing(5)
    assert endpoint.paused_until
    late = endpoint.paused_until - timedelta(seconds=10)
    again = after_attempt(endpoint, BAD, decide(BAD, 1, late, 0.5), late - timedelta(seconds=25), late)
    assert again == endpoint


def test_a_success_heals() -> None:
    at = AT + timedelta(days=1)
    healed = after_attempt(failing(7), GOOD, decide(GOOD, 1, at, 0.5), at, at)
    assert healed == replace(LIVE, last_success_at=at)


def test_the_time_of_a_success_is_noted_once_a_minute() -> None:
    well = replace(LIVE, last_success_at=AT)
    soon, later = AT + timedelta(seconds=59), AT + timedelta(seconds=60)
    assert after_attempt(well, GOOD, decide(GOOD, 1, soon, 0), soon, soon) is well
    assert after_attempt(well, GOOD, decide(GOOD, 1, later, 0), later, later).last_success_at == later


def test_a_success_heals_also_within_a_minute_of_the_last_one() -> None:
    well = after_attempt(LIVE, GOOD, decide(GOOD, 1, AT, 0), AT, AT)
    at = AT + timedelta(seconds=30)
    failing = after_attempt(well, BAD, decide(BAD, 1, at, 0), at, at)
    assert failing.failures_running == 1
    healed = after_attempt(failing, GOOD, decide(GOOD, 2, at, 0), at, at)
    assert (healed.failures_running, healed.failing_since, healed.last_success_at) == (0, None, at)


def test_a_rest_ends_at_its_moment() -> None:
    resting = replace(LIVE, paused_until=AT)
    assert resting.rested_at(AT - timedelta(microseconds=1))
    assert not resting.rested_at(AT)
    assert not LIVE.rested_at(AT)


def test_a_secret_is_shown_in_standard_base64() -> None:
    assert secret_text(b"\xfb\xff" + bytes(30)) == "whsec_+/8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_a_receivers_wish_pauses_the_endpoint_and_the_longer_rest_wins() -> None:
    asked = Outcome(429, Failure.STATUS, retry_after=timedelta(hours=1))
    once = after_attempt(LIVE, asked, decide(asked, 1, AT, 0.5), AT, AT)
    assert once.paused_until == AT + timedelta(hours=1)
    brief = Outcome(503, Failure.STATUS, retry_after=timedelta(seconds=1))
    assert after_attempt(once, brief, decide(brief, 1, AT, 0.5), AT, AT).paused_until == once.paused_until


def test_gone_disables_at_once() -> None:
    gone = Outcome(410, Failure.STATUS)
    ended = after_attempt(LIVE, gone, decide(gone, 1, AT, 0.5), AT, AT)
    assert (ended.state, ended.disabled_at) == (SubscriptionState.DISABLED, AT)
    assert ended.disabled_reason == "410: the receiver wants no more"


@pytest.mark.parametrize(
    ("failed_for", "exhausted", "ends"),
    [(timedelta(days=5), True, True), (timedelta(days=5), False, False), (timedelta(days=4), True, False)],
)
def test_five_days_without_a_success_and_an_exhausted_delivery_disable(
    failed_for: timedelta, exhausted: bool, ends: bool
) -> None:
    endpoint = replace(LIVE, failing_since=AT - failed_for)
    state = DeliveryState.EXHAUSTED if exhausted else DeliveryState.PENDING
    after = after_attempt(endpoint, BAD, Decision(state, None, "14 attempts without a 2xx"), AT, AT)
    assert (after.state is SubscriptionState.DISABLED) is ends
    if ends:
        assert after.disabled_reason == "5 days without a success: 14 attempts without a 2xx"


def test_disabling_twice_keeps_the_first_reason_and_enabling_forgets_it() -> None:
    ended = disabled(failing(6), "first", AT)
    assert disabled(ended, "second", AT + timedelta(days=1)) == ended
    assert enabled(ended) == LIVE


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4000)), max_size=40))
def test_health_holds_together_whatever_happens(attempts: list[tuple[bool, int]]) -> None:
    endpoint, now = LIVE, AT
    for good, wait in attempts:
        now += timedelta(seconds=wait)
        outcome = GOOD if good else BAD
        endpoint = after_attempt(endpoint, outcome, decide(outcome, 1, now, 0.5), now, now)
        assert (endpoint.failing_since is None) == (endpoint.failures_running == 0) == good
        assert endpoint.paused_until is None or endpoint.failures_running >= 5
        assert endpoint.state is SubscriptionState.LIVE
