"""How a subscription becomes live, whatever happens in whichever order."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core import enrolment
from statuspage.core.delivery import Failure, Outcome
from statuspage.core.subscription import (
    BY_OPERATOR,
    Filters,
    Origin,
    Subscription,
    SubscriptionState,
    disabled,
)
from statuspage.errors import Conflict

AT = datetime(2026, 6, 12, 14, tzinfo=UTC)
NEW = Subscription(
    "sub_1", "https://a.example.com/", Filters(), SubscriptionState.PENDING, Origin.SELF_SERVE, AT
)  # fmt: skip
PENDING = enrolment.pending(NEW, "first", AT, "request")


def says(challenge: object) -> Outcome:
    return Outcome(200, excerpt=json.dumps({"challenge": challenge}).encode())


OUTCOMES = (says("first"), says("second"), says(None), Outcome(200, excerpt=b"ok"), Outcome(500, Failure.STATUS))
GONE = Outcome(410, Failure.STATUS)


@pytest.mark.parametrize(
    ("answer", "echoed"),
    [
        (b'{"challenge":"first"}', True),
        (b' {"challenge" : "first", "more": [1]} ', True),
        (b'{"challenge":"second"}', False),
        (b'{"data":{"challenge":"first"}}', False),
        (b'["first"]', False),
        (b'"first"', False),
        (b"first", False),
        (b"", False),
        (b"\xff\xfe", False),
        (b'{"challenge":null}', False),
        (b'{"challenge":["first"]}', False),
        (b'{"challenge":"\\ud800"}', False),
        (b'{"challenge":1e999999}', False),
        (b"[" * 2048, False),
        (b'{"challenge":' + b"9" * 2000, False),
    ],
    ids=str,
)
def test_only_an_object_with_the_challenge_is_an_answer(answer: bytes, echoed: bool) -> None:
    assert enrolment.echoes(answer, "first") is echoed


@given(st.binary(max_size=300))
def test_no_other_bytes_are(answer: bytes) -> None:
    assert not enrolment.echoes(answer, "first")


def test_an_echo_makes_it_live_once() -> None:
    live = enrolment.settled(PENDING, "first", says("first"), AT)
    assert live.state is SubscriptionState.LIVE
    assert live.enrolment
    assert live.enrolment.verified_at == AT
    assert enrolment.settled(live, "first", GONE, AT) == live
    assert enrolment.verified(live, AT) == live


def test_an_answer_to_an_earlier_challenge_counts_for_nothing() -> None:
    again = enrolment.pending(PENDING, "second", AT)
    assert enrolment.settled(again, "first", says("first"), AT) == again
    assert enrolment.settled(again, "first", GONE, AT) == again


def test_a_chat_tool_is_asked_once_and_a_failing_receiver_again() -> None:
    sent = enrolment.begun(PENDING, AT)
    chat = enrolment.settled(sent, "first", Outcome(200, excerpt=b"ok"), AT)
    assert not enrolment.is_due(chat, AT + timedelta(hours=20))
    fails = enrolment.settled(sent, "first", Outcome(401, Failure.STATUS), AT)
    assert not enrolment.is_due(fails, AT + timedelta(seconds=59))
    assert enrolment.is_due(fails, AT + timedelta(minutes=1))


def test_the_ladder_of_verifications() -> None:
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    one, now, waits = PENDING, AT, []
    while one.enrolment and one.enrolment.next_at is not None:
        waits.append(one.enrolment.next_at - now)
        now = one.enrolment.next_at
        one = enrolment.begun(one, now)
    rungs = [minute, 2 * minute, 5 * minute, 15 * minute, hour, 3 * hour, 8 * hour]
    assert waits == [timedelta(seconds=2), *rungs]
    assert one.enrolment
    assert one.enrolment.tries == 8
    again = enrolment.begun(one, now).enrolment
    assert again
    assert (again.tries, again.next_at) == (9, None), "a person may ask for more, and still none comes by itself"


def test_it_is_due_at_its_moment_until_it_vanishes() -> None:
    due = AT + timedelta(seconds=2)
    assert not enrolment.is_due(PENDING, due - timedelta(microseconds=1))
    assert enrolment.is_due(PENDING, due)
    end = AT + timedelta(hours=24)
    assert enrolment.is_due(PENDING, end - timedelta(microseconds=1))
    assert not enrolment.is_due(PENDING, end)
    assert (enrolment.vanishes(PENDING, end - timedelta(microseconds=1)), enrolment.vanishes(PENDING, end)) == (
        False,
        True,
    )
    assert not enrolment.is_due(replace(PENDING, state=SubscriptionState.LIVE), due)
    assert timedelta(minutes=1) == enrolment.HOST_REST


def test_what_is_verified_anew_keeps_who_asked_and_when_it_first_answered() -> None:
    made = enrolment.pending(NEW, "first", AT, "request", "somebody")
    live = enrolment.verified(made, AT + timedelta(minutes=1))
    anew = enrolment.pending(live, "second", AT + timedelta(days=3), "other", "other").enrolment
    assert anew
    assert (anew.request, anew.asked_by, anew.verified_at) == ("request", "somebody", AT + timedelta(minutes=1))
    assert (anew.challenge, anew.tries, anew.pending_since) == ("second", 0, AT + timedelta(days=3))


def test_gone_ends_it_and_it_vanishes() -> None:
    gone = enrolment.settled(PENDING, "first", GONE, AT)
    assert gone.state is SubscriptionState.DISABLED
    assert "410" in (gone.disabled_reason or "")
    assert enrolment.vanishes(gone, AT + enrolment.VANISHES_AFTER)


def test_one_that_was_live_before_does_not_vanish_when_it_is_disabled() -> None:
    live = enrolment.verified(PENDING, AT)
    assert not enrolment.vanishes(disabled(live, "410", AT), AT + timedelta(days=900))


def test_an_operators_word_stands() -> None:
    ended = disabled(enrolment.verified(PENDING, AT), BY_OPERATOR, AT)
    with pytest.raises(Conflict, match="operator"):
        enrolment.renewed(ended, "third", AT)
    with pytest.raises(Conflict, match="operator"):
        enrolment.require_live(ended)


def test_an_operators_own_has_no_enrolment() -> None:
    waiting = replace(NEW, origin=Origin.OPERATOR)
    assert enrolment.challenge_of(waiting) is None
    assert not enrolment.is_due(waiting, AT + timedelta(hours=1))
    assert enrolment.settled(waiting, "first", GONE, AT) is waiting
    own = replace(NEW, state=SubscriptionState.LIVE, origin=Origin.OPERATOR)
    assert not enrolment.vanishes(own, AT + timedelta(days=900))
    assert enrolment.begun(own, AT) == own == enrolment.settled(own, "", says(""), AT) == enrolment.verified(own, AT)
    assert not enrolment.is_due(own, AT)


STEPS = st.one_of(
    st.tuples(st.just("answer"), st.sampled_from(["first", "second"]), st.sampled_from([*OUTCOMES, GONE])),
    st.sampled_from([("begin",), ("confirm",), ("renew",), ("url",), ("disable",)]),
)


@given(st.lists(st.tuples(STEPS, st.integers(0, 90_000)), max_size=25))
def test_whatever_happens_it_lives_only_by_its_own_challenge(steps: list[tuple[tuple[object, ...], int]]) -> None:
    """A model beside it: which challenge is open, and whether it was answered."""
    one, now, open_challenge = PENDING, AT, "first"
    for step, seconds in steps:
        now += timedelta(seconds=seconds)
        before = one.state
        match step:
            case ("answer", str(sent), Outcome() as met):
                one = enrolment.settled(one, sent, met, now)
                answered = met == says(sent) and sent == open_challenge and before is SubscriptionState.PENDING
                assert (one.state is SubscriptionState.LIVE) == (before is SubscriptionState.LIVE or answered)
            case ("begin",):
                one = enrolment.begun(one, now)
            case ("confirm",):
                one = enrolment.verified(one, now)
                assert (one.state is SubscriptionState.LIVE) == (before is not SubscriptionState.DISABLED)
            case ("renew",) if before is SubscriptionState.DISABLED:
                one, open_challenge = enrolment.renewed(one, "second", now), "second"
            case ("url",):
                one, open_challenge = enrolment.pending(one, "second", now), "second"
                assert one.state is SubscriptionState.PENDING
            case ("disable",):
                one = disabled(one, "5 days without a success", now)
        assert one.enrolment
        assert (enrolment.challenge_of(one) is not None) == (one.state is SubscriptionState.PENDING)
        assert not (enrolment.is_due(one, now) and one.state is not SubscriptionState.PENDING)
        assert (enrolment.advice(one) == "") == (one.state is SubscriptionState.LIVE)
        assert one.enrolment.request == "request"
