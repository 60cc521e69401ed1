"""The confirmation table: how many rounds, how far apart, from how many places, before anything is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.observation import Strength
from statuspage.core.availability import USABLE, Availability, Reason, Scope
from statuspage.core.cell import CellState, Episode
from statuspage.core.confirmation import KEEP_CONFIRMATIONS, Advance, Round, advance, flapping, stale
from statuspage.core.settings import Need
from statuspage.core.verdict import Row, Ruling
from tests.core.builders import POLICY, T0, after, cell, confirmation, proof, restricted, settled

UNKNOWN, DOWN = Availability.UNKNOWN, Availability.DOWN
STRONG = Ruling(Row.REFUSED, Availability.RESTRICTED, Reason.WITHDRAWN, Strength.STRONG)
WEAK = replace(STRONG, row=Row.NOT_FOUND_WITHDRAWN, strength=Strength.WEAK)
LINKED = replace(STRONG, row=Row.LINKED)
ANSWER = Ruling(Row.ANSWERED, Availability.AVAILABLE)
SLOW = Ruling(Row.SLOW, Availability.DEGRADED, Reason.SLOW)
REFUSING = Ruling(Row.REFUSING, Availability.DEGRADED, Reason.REFUSING)
SUBSTITUTED = Ruling(Row.SUBSTITUTED, Availability.DEGRADED, Reason.SUBSTITUTED)
MODEL_DOWN = Ruling(Row.DOWN_MODEL, DOWN, Reason.SERVER_ERROR)
PROVIDER_DOWN = Ruling(Row.DOWN_PROVIDER, DOWN, Reason.SERVER_ERROR, scope=Scope.PROVIDER)
DEAD_KEY = Ruling(Row.OURS, UNKNOWN, Reason.CREDENTIAL)
LIMITED = Ruling(Row.LIMITED, UNKNOWN, Reason.RATE_LIMITED)
HOLD = Ruling(Row.REFUSED_HOLD, None)

AVAILABLE = settled(Availability.AVAILABLE)
BROKEN = settled(DOWN, Reason.SERVER_ERROR)
LOST = settled(UNKNOWN, Reason.CREDENTIAL)
REFUSED = restricted()
SLUGGISH = settled(Availability.DEGRADED, Reason.SLOW)


def step(state: CellState, ruling: Ruling, at: datetime, *egresses: str, places: int = 1) -> Advance:
    round_ = Round(at, ruling, confirmation(at), proof(at), egresses=egresses or ("local",), places=places)
    return advance(state, round_, POLICY)


def run(state: CellState, ruling: Ruling, *seconds: float, places: int = 1) -> list[Advance]:
    """The same ruling at each of those seconds."""
    taken = []
    for second in seconds:
        taken.append(step(state, ruling, after(second), places=places))
        state = taken[-1].state
    return taken


def confirmed(state: CellState, ruling: Ruling, *seconds: float) -> list[bool]:
    return [one.confirmed for one in run(state, ruling, *seconds)]


# Row by row.


def test_a_strong_restriction_needs_two_rounds_five_seconds_apart() -> None:
    assert confirmed(AVAILABLE, STRONG, 0, 5) == [False, True]
    assert confirmed(AVAILABLE, STRONG, 0, 4, 5) == [False, False, True]


def test_a_weak_restriction_needs_three_rounds_fifteen_seconds_apart() -> None:
    assert confirmed(AVAILABLE, WEAK, 0, 15, 30) == [False, False, True]
    assert confirmed(AVAILABLE, WEAK, 0, 5, 15, 29, 30) == [False, False, False, False, True]


def test_two_strong_rounds_confirm_though_weak_ones_came_first() -> None:
    state = run(AVAILABLE, WEAK, 0)[-1].state
    assert confirmed(state, STRONG, 5, 10) == [False, True]


def test_a_weak_round_does_not_take_the_reason_of_a_strong_one() -> None:
    state = run(AVAILABLE, STRONG, 0)[-1].state
    state = run(state, replace(WEAK, reason=Reason.ENTITLEMENT), 15)[-1].state
    assert state.candidate
    assert (state.candidate.reason, state.candidate.have, state.candidate.need) == (Reason.WITHDRAWN, 2, 3)


def test_a_model_is_down_after_five_rounds_over_a_minute() -> None:
    assert confirmed(AVAILABLE, MODEL_DOWN, 0, 15, 30, 45, 60) == [False] * 4 + [True]
    assert confirmed(AVAILABLE, MODEL_DOWN, 0, 5, 10, 15, 20, 59, 60) == [False] * 6 + [True]


def test_a_provider_is_down_after_three_rounds_over_forty_seconds() -> None:
    assert confirmed(AVAILABLE, PROVIDER_DOWN, 0, 20, 40) == [False, False, True]
    assert confirmed(AVAILABLE, PROVIDER_DOWN, 0, 5, 15, 39, 40) == [False] * 4 + [True]


def test_a_provider_is_down_only_if_two_of_several_egresses_say_so() -> None:
    alone = run(AVAILABLE, PROVIDER_DOWN, 0, 20, 40, 60, places=3)[-1]
    assert not alone.confirmed
    assert step(alone.state, PROVIDER_DOWN, after(80), "proxy", places=3).confirmed


def test_a_model_needs_no_second_egress_to_be_down() -> None:
    assert run(AVAILABLE, MODEL_DOWN, 0, 15, 30, 45, 60, places=3)[-1].confirmed


def test_trouble_of_the_whole_provider_must_be_seen_in_every_round() -> None:
    state = run(AVAILABLE, PROVIDER_DOWN, 0, 20)[-1].state
    mixed = step(state, MODEL_DOWN, after(40))
    assert not mixed.confirmed
    assert mixed.state.candidate
    assert (mixed.state.candidate.scope, mixed.state.candidate.need) == (Scope.UNKNOWN, 5)
    assert step(mixed.state, PROVIDER_DOWN, after(60)).state.measured.availability is Availability.AVAILABLE


def test_the_model_down_alone_becomes_the_provider_down_only_by_its_own_count() -> None:
    assert confirmed(BROKEN, PROVIDER_DOWN, 0, 20, 40) == [False, False, True]
    assert confirmed(BROKEN, MODEL_DOWN, 0, 20, 40, 60, 80) == [False] * 5, "it stands already"


@pytest.mark.parametrize("ruling", [SLOW, SUBSTITUTED], ids=["slow", "substituted"])
def test_degraded_needs_three_rounds(ruling: Ruling) -> None:
    assert confirmed(AVAILABLE, ruling, 0, 5, 10) == [False, False, True]


@pytest.mark.parametrize("away", [SUBSTITUTED, REFUSING], ids=["substituted", "refusing"])
@pytest.mark.parametrize("real", [SLOW, ANSWER], ids=["slow", "quick"])
def test_answers_of_another_model_and_refusals_never_add_up_with_real_answers(away: Ruling, real: Ruling) -> None:
    state = run(REFUSED, away, 0, 300)[-1].state
    taken = step(state, real, after(600))
    assert not taken.confirmed
    assert taken.state.candidate
    assert taken.state.candidate.have == 1


def test_unknown_needs_two_rounds() -> None:
    assert confirmed(AVAILABLE, DEAD_KEY, 0, 1) == [False, True]


@pytest.mark.parametrize("ruling", [ANSWER, SLOW], ids=["available", "degraded"])
def test_a_restriction_ends_with_three_answers_over_ten_minutes(ruling: Ruling) -> None:
    assert confirmed(REFUSED, ruling, 0, 300, 600) == [False, False, True]
    assert confirmed(REFUSED, ruling, 0, 5, 10, 599, 600) == [False] * 4 + [True]


@pytest.mark.parametrize("state", [BROKEN, LOST], ids=["down", "unknown"])
@pytest.mark.parametrize("ruling", [ANSWER, SLOW], ids=["available", "degraded"])
def test_after_a_failure_two_answers_half_a_minute_apart_are_enough(state: CellState, ruling: Ruling) -> None:
    assert confirmed(state, ruling, 0, 30) == [False, True]
    assert confirmed(state, ruling, 0, 29, 30) == [False, False, True]


def test_inside_an_episode_an_overlay_ends_no_faster_than_the_restriction() -> None:
    overlaid = replace(BROKEN, episode=Episode(T0, "evt_1"))
    assert confirmed(overlaid, ANSWER, 0, 30, 599, 600) == [False, False, False, True]


def test_degraded_ends_after_a_quarter_of_an_hour() -> None:
    assert confirmed(SLUGGISH, ANSWER, 0, 300, 899, 900) == [False, False, False, True]


def test_the_first_verdict_needs_the_same_numbers() -> None:
    new = cell()
    assert confirmed(new, ANSWER, 0, 30) == [False, True]
    assert confirmed(new, STRONG, 0, 5) == [False, True]
    assert confirmed(new, WEAK, 0, 15, 30) == [False, False, True]
    assert confirmed(new, MODEL_DOWN, 0, 15, 30, 45, 60) == [False] * 4 + [True]


def test_a_linked_restriction_is_marked_and_differs_from_an_unlinked_one() -> None:
    linked = run(REFUSED, LINKED, 0, 5)[-1]
    assert linked.confirmed
    assert linked.state.measured.linked
    assert not run(linked.state, WEAK, 20, 35, 50)[-1].state.measured.linked


# What a change carries.


def test_a_verdict_counts_from_its_first_round_and_shows_its_rounds() -> None:
    now = run(AVAILABLE, WEAK, 100, 115, 130)[-1].state.measured
    assert (now.availability, now.reason, now.since) == (Availability.RESTRICTED, Reason.WITHDRAWN, after(100))
    assert now.proof
    assert [one.at for one in now.proof.confirmations] == [after(100), after(115), after(130)]


def test_a_proof_shows_the_newest_rounds_only() -> None:
    now = run(REFUSED, ANSWER, *range(0, 700, 60))[-1].state.measured
    assert now.proof
    assert len(now.proof.confirmations) == KEEP_CONFIRMATIONS
    assert now.proof.confirmations[-1].at > after(500)


def test_a_new_reason_keeps_since_when_it_began() -> None:
    state = run(LOST, LIMITED, 3600, 3605)[-1].state
    assert (state.measured.reason, state.measured.since) == (Reason.RATE_LIMITED, T0)


def test_what_was_measured_before_unknown_is_kept() -> None:
    lost = run(REFUSED, DEAD_KEY, 0, 5)[-1].state
    assert lost.last_measured == REFUSED.measured
    assert run(lost, LIMITED, 10, 15)[-1].state.last_measured == REFUSED.measured


def test_progress_is_public() -> None:
    shown = [one.state.candidate for one in run(REFUSED, ANSWER, 0, 5, 15, 35, 235)]
    assert [(one.have, one.need) for one in shown if one] == [(1, 3), (2, 3), (3, 3), (3, 3), (3, 3)]


def test_agreement_forgets_what_was_being_confirmed() -> None:
    doubted = run(AVAILABLE, WEAK, 0, 15)[-1].state
    calmed = step(doubted, ANSWER, after(20)).state
    assert calmed.candidate is None
    assert confirmed(calmed, WEAK, 30, 45, 60) == [False, False, True], "in a row"


def test_another_candidate_starts_again() -> None:
    doubted = run(AVAILABLE, WEAK, 0, 15)[-1].state
    assert confirmed(step(doubted, DEAD_KEY, after(20)).state, WEAK, 30, 45) == [False, False]


def test_agreement_refreshes_scope_and_served_model() -> None:
    scoped = replace(REFUSED, measured=replace(REFUSED.measured, scope=Scope.THIS_CLASS))
    assert step(scoped, WEAK, after(0)).state.measured.scope is Scope.THIS_CLASS
    wider = replace(WEAK, scope=Scope.EVERY_CLASS_HELD)
    assert step(scoped, wider, after(0)).state.measured.scope is Scope.EVERY_CLASS_HELD


# Asking again.


def test_the_ladder_asks_again_after_five_ten_and_twenty_seconds() -> None:
    paces = [one.again_in for one in run(AVAILABLE, WEAK, 0, 1, 2, 3)]
    assert paces == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 20)]


def test_a_long_confirmation_is_asked_for_at_the_pace_of_its_need() -> None:
    assert run(REFUSED, ANSWER, 0, 5, 15, 35)[-1].again_in == timedelta(minutes=10) / 3


def test_following_the_ladder_a_strong_restriction_is_confirmed_in_five_seconds() -> None:
    first = step(AVAILABLE, STRONG, T0)
    assert first.again_in == timedelta(seconds=5)
    assert step(first.state, STRONG, T0 + first.again_in).confirmed


@pytest.mark.parametrize("ruling", [ANSWER, HOLD], ids=["agreement", "hold"])
def test_nothing_is_asked_again_where_nothing_is_being_confirmed(ruling: Ruling) -> None:
    assert step(AVAILABLE, ruling, T0).again_in is None


# Holding, and growing stale.


def test_a_hold_counts_for_nothing() -> None:
    doubted = run(AVAILABLE, WEAK, 0, 15)[-1].state
    held = step(doubted, HOLD, after(20)).state
    assert (held.candidate, held.measured, held.last_valid_at) == (doubted.candidate, doubted.measured, after(15))
    assert step(held, WEAK, after(30)).confirmed


def test_three_intervals_of_holding_are_inconclusive() -> None:
    held = run(AVAILABLE, HOLD, 0, 300, 600, 899)[-1].state
    assert held.measured == AVAILABLE.measured
    lost = step(held, HOLD, after(900))
    assert lost.confirmed
    assert (lost.state.measured.availability, lost.state.measured.reason) == (UNKNOWN, Reason.INCONCLUSIVE)
    assert (lost.state.measured.since, lost.state.last_measured) == (after(900), AVAILABLE.measured)


def test_any_valid_round_ends_a_hold() -> None:
    held = step(run(AVAILABLE, HOLD, 0, 600)[-1].state, ANSWER, after(700)).state
    assert held.holding_since is None
    assert not any(confirmed(held, HOLD, 800, 1600))


def test_holding_never_makes_unknown_anew() -> None:
    assert not any(confirmed(LOST, HOLD, 0, 900, 9000))


def test_without_a_valid_round_for_three_intervals_a_cell_is_stale() -> None:
    fresh = replace(AVAILABLE, last_valid_at=T0)
    quarter = timedelta(minutes=15)
    assert stale(fresh, after(899), quarter, POLICY) is None
    lost = stale(fresh, after(900), quarter, POLICY)
    assert lost
    assert (lost.measured.availability, lost.measured.reason, lost.measured.since) == (
        UNKNOWN,
        Reason.STALE,
        after(900),
    )
    assert lost.last_measured == fresh.measured
    assert stale(lost, after(9000), quarter, POLICY) is None, "once"


def test_a_cell_that_was_never_asked_is_not_stale() -> None:
    assert stale(AVAILABLE, after(days=9), timedelta(minutes=15), POLICY) is None


# Flapping.


def changing(times: int, of: int = POLICY.flapping_states) -> tuple[bool, ...]:
    """States of which the oldest so many changes are changes."""
    states = [True]
    for index in range(of - 1):
        states.append(not states[-1] if index < times else states[-1])
    return tuple(states)


def test_flapping_needs_the_whole_window() -> None:
    assert not flapping(changing(19, of=20), unstable=False, policy=POLICY)
    assert flapping(changing(20), unstable=False, policy=POLICY)


def test_new_changes_weigh_half_more_than_old_ones() -> None:
    old = changing(6)
    assert not flapping(old, unstable=False, policy=POLICY), "six old changes weigh less than 30 %"
    assert flapping(old[::-1], unstable=False, policy=POLICY), "six new ones more"


def test_flapping_goes_on_at_thirty_and_off_below_twenty_per_cent() -> None:
    newest = {times: changing(times)[::-1] for times in range(8)}
    assert [flapping(newest[times], unstable=False, policy=POLICY) for times in range(8)] == [False] * 6 + [True] * 2
    assert [flapping(newest[times], unstable=True, policy=POLICY) for times in range(8)] == [False] * 4 + [True] * 4


def test_the_weights_are_those_of_nagios() -> None:
    share = sum(0.8 + 0.4 * index / 19 for index in range(7)) / 20
    exactly = replace(POLICY, flapping_on=share)
    assert flapping(changing(7), unstable=False, policy=replace(exactly, flapping_on=share - 1e-9))
    assert not flapping(changing(7), unstable=False, policy=replace(exactly, flapping_on=share + 1e-9))


@pytest.mark.parametrize("ruling", [ANSWER, MODEL_DOWN, PROVIDER_DOWN, SLOW])
def test_an_unstable_cell_is_degraded_whatever_it_answers_next(ruling: Ruling) -> None:
    flapped = replace(AVAILABLE, unstable=True)
    now = run(flapped, ruling, 0, 5, 10)[-1].state.measured
    assert (now.availability, now.reason) == (Availability.DEGRADED, Reason.UNSTABLE)


def test_a_first_strong_restriction_is_never_held_back_by_flapping() -> None:
    assert confirmed(replace(AVAILABLE, unstable=True), STRONG, 0, 5) == [False, True]


def test_an_open_episode_is_not_shown_as_unstable() -> None:
    now = run(replace(REFUSED, unstable=True), ANSWER, 0, 300, 600)[-1].state.measured
    assert now.availability is Availability.AVAILABLE


# Whatever comes, in whatever rhythm.

RULINGS = (
    STRONG,
    WEAK,
    LINKED,
    ANSWER,
    SLOW,
    SUBSTITUTED,
    REFUSING,
    MODEL_DOWN,
    PROVIDER_DOWN,
    DEAD_KEY,
    LIMITED,
    HOLD,
)
STEPS = st.lists(st.tuples(st.sampled_from(RULINGS), st.integers(0, 400), st.sampled_from(("a", "b"))), max_size=40)
STARTS = st.sampled_from((cell(), AVAILABLE, BROKEN, LOST, REFUSED, SLUGGISH, replace(AVAILABLE, unstable=True)))
MINIMUM = {Availability.RESTRICTED: 2, DOWN: 3, UNKNOWN: 2, Availability.DEGRADED: 2, Availability.AVAILABLE: 2}


@given(STARTS, STEPS)
def test_time_never_runs_backwards_and_nothing_is_believed_at_once(
    state: CellState, steps: list[tuple[Ruling, int, str]]
) -> None:
    at, agreeing = T0, 0
    for ruling, pause, egress in steps:
        at += timedelta(seconds=pause)
        taken = step(state, ruling, at, egress, places=2)
        now, before = taken.state, state
        agreeing = _agreeing(before, now, agreeing, ruling)
        assert now.measured.since >= before.measured.since
        assert now.measured.since <= at
        assert taken.confirmed or _verdict(now) == _verdict(before)
        if taken.confirmed and not ruling.hold:
            assert agreeing >= MINIMUM[now.measured.availability]
            assert now.candidate is None
        if now.candidate:
            assert 1 <= now.candidate.have <= now.candidate.need
            assert now.candidate.have <= now.candidate.rounds
            assert now.candidate.first_at <= now.candidate.last_at <= at
        assert (taken.again_in is not None) is (not taken.confirmed and now.candidate is not None)
        state = now


def _verdict(state: CellState) -> tuple[Availability, Reason, bool]:
    return state.measured.availability, state.measured.reason, state.measured.linked


def _agreeing(before: CellState, now: CellState, agreeing: int, ruling: Ruling) -> int:
    """How many rounds in a row, holds apart, have spoken for the same change."""
    if ruling.hold:
        return agreeing
    spoken_for = before.candidate.availability if before.candidate else None
    towards = now.candidate.availability if now.candidate else now.measured.availability
    coming_back = before.measured.availability not in USABLE and {spoken_for, towards} <= USABLE
    return agreeing + 1 if spoken_for is towards or coming_back else 1


def test_a_hold_does_not_end_the_asking_again() -> None:
    waiting = step(AVAILABLE, STRONG, after(0)).state
    assert step(waiting, HOLD, after(5)).again_in == POLICY.reprobe_after[-1]
    assert step(AVAILABLE, HOLD, after(5)).again_in is None


def test_slow_answers_and_quick_ones_bring_a_model_back_together() -> None:
    state, moments = REFUSED, zip((ANSWER, SLOW, ANSWER), (0, 300, 600), strict=True)
    for ruling, second in moments:
        state = step(state, ruling, after(second)).state
    assert state.measured.availability is Availability.AVAILABLE


@given(STARTS, st.sampled_from(RULINGS), st.integers(0, 10**6))
def test_a_single_different_round_never_changes_a_verdict(state: CellState, ruling: Ruling, second: int) -> None:
    assert step(state, ruling, after(second)).state.measured.availability is state.measured.availability


@given(st.sampled_from(RULINGS), st.integers(1, 6))
def test_any_ruling_that_lasts_is_believed_in_the_end(ruling: Ruling, places: int) -> None:
    state = AVAILABLE
    for second in range(0, 4000, 60):
        state = step(state, ruling, after(second), "a", "b", places=places).state
    wanted = UNKNOWN if ruling.hold else ruling.availability
    assert state.measured.availability is wanted


def test_slow_answers_and_quick_ones_end_an_overlay_together() -> None:
    state = replace(settled(Availability.DEGRADED, Reason.REFUSING), episode=Episode(T0, "evt_1"))
    for ruling, second in zip((SLOW, ANSWER, SLOW), (0, 300, 600), strict=True):
        taken = step(state, ruling, after(second))
        state = taken.state
    assert taken.confirmed


# What a proof says of the numbers, and from where a provider's trouble was seen.


@pytest.mark.parametrize(
    ("start", "ruling", "seconds", "need"),
    [
        (AVAILABLE, STRONG, (0, 5), POLICY.restricted_strong),
        (AVAILABLE, WEAK, (0, 15, 30), POLICY.restricted_weak),
        (AVAILABLE, MODEL_DOWN, (0, 15, 30, 45, 60), POLICY.down_model),
        (AVAILABLE, PROVIDER_DOWN, (0, 20, 40), POLICY.down_provider),
        (REFUSED, ANSWER, (0, 300, 600), POLICY.available_from_restricted),
        (BROKEN, ANSWER, (0, 30), POLICY.available_from_failure),
        (AVAILABLE, DEAD_KEY, (0, 1), POLICY.unknown),
    ],
)
def test_a_proof_keeps_the_numbers_that_it_met(
    start: CellState, ruling: Ruling, seconds: tuple[int, ...], need: Need
) -> None:
    now = run(start, ruling, *seconds)[-1].state.measured
    assert now.proof
    assert now.proof.needed == need


def test_a_provider_down_from_one_place_says_so_until_another_agrees() -> None:
    alone = run(AVAILABLE, PROVIDER_DOWN, 0, 20, 40)[-1].state
    assert alone.measured.one_place
    assert step(alone, PROVIDER_DOWN, after(60)).state.measured.one_place
    agreed = step(alone, PROVIDER_DOWN, after(60), "a", "b", places=2).state
    assert not agreed.measured.one_place
    assert not step(agreed, PROVIDER_DOWN, after(80)).state.measured.one_place, "it was seen from two"
    both = [step(AVAILABLE, PROVIDER_DOWN, after(0), "a", "b", places=2).state]
    for second in (20, 40):
        both.append(step(both[-1], PROVIDER_DOWN, after(second), "a", "b", places=2).state)
    assert (both[-1].measured.availability, both[-1].measured.one_place) == (DOWN, False)
    assert not run(AVAILABLE, MODEL_DOWN, 0, 15, 30, 45, 60)[-1].state.measured.one_place
