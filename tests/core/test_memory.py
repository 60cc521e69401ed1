"""What a cell remembers of its answers, and the history that it gives to the judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from checks.observation import Cause, Timings
from checks.target import Level
from statuspage.core.availability import Availability, Basis, Reason
from statuspage.core.cell import CellState, Pace
from statuspage.core.memory import PACES, PACES_NEEDED, first_state, history_of, remember, renamed, slow
from statuspage.core.verdict import History
from tests.core.builders import AWAY, HOME, POLICY, T0, after, cell, restricted, seen, settled


def after_all(*observations: Any, state: CellState | None = None) -> CellState:
    state = state or cell()
    for one in observations:
        state = remember(state, one, POLICY)
    return state


def history(state: CellState, cause: Cause = Cause.MODEL_NOT_FOUND, seconds: float = 0, **given: Any) -> History:
    known = {"linked": False, "expected": False, "listed": False, "sends_limit_headers": False}
    observation = given.pop("observation", seen(cause, after(seconds)))
    return history_of(state, observation, given.pop("peers", ()), POLICY, **known | given)


def test_a_new_cell_is_unknown_on_no_basis() -> None:
    state = first_state(HOME, "fable-5", T0)
    assert (state.measured.availability, state.published.basis) == (Availability.UNKNOWN, Basis.NONE)
    assert state.last_known is None


def test_a_renamed_cell_forgets_all_but_its_episode_its_number_and_what_is_published() -> None:
    old = replace(restricted(), cell_seq=4, last_answer_at=T0, first_refusal_at=after(1))
    new = renamed(old, "fable-5-1", after(minutes=1))
    assert (new.episode, new.cell_seq, new.published) == (old.episode, 4, old.published)
    assert (new.measured.availability, new.measured.since) == (Availability.UNKNOWN, after(minutes=1))
    assert (new.last_known, new.last_answer_at, new.first_refusal_at, new.last_measured) == (None,) * 4


def test_a_renamed_cell_is_so_until_it_is_answered() -> None:
    new = renamed(settled(Availability.AVAILABLE), "fable-5-1", after(minutes=1))
    refused = after_all(seen(Cause.WITHDRAWN, after(minutes=2)), seen(Cause.TIMEOUT, after(minutes=3)), state=new)
    assert history(refused, Cause.WITHDRAWN).renamed
    assert not history(after_all(seen(Cause.OK, after(minutes=4)), state=refused)).renamed
    assert not history(cell()).renamed


def test_an_answer_is_remembered_and_ends_a_refusal() -> None:
    state = after_all(seen(Cause.WITHDRAWN, after(1)), seen(Cause.OK, after(2)))
    assert (state.last_answer_at, state.first_refusal_at, state.last_observed_at) == (after(2), None, after(2))


@pytest.mark.parametrize("cause", [Cause.WITHDRAWN, Cause.MODEL_NOT_FOUND, Cause.LEGAL])
def test_the_first_refusal_after_an_answer_is_kept(cause: Cause) -> None:
    state = after_all(seen(Cause.OK), seen(cause, after(1)), seen(cause, after(2)), seen(Cause.TIMEOUT, after(3)))
    assert (state.last_answer_at, state.first_refusal_at) == (T0, after(1))


@pytest.mark.parametrize("cause", [Cause.SUBSTITUTED, Cause.TIMEOUT, Cause.BILLING, Cause.RATE_LIMITED])
def test_what_is_neither_an_answer_nor_a_refusal_moves_neither(cause: Cause) -> None:
    state = after_all(seen(cause, after(1)))
    assert (state.last_answer_at, state.first_refusal_at) == (None, None)


@pytest.mark.parametrize("level", [Level.LISTED, Level.ACCEPTS])
def test_a_check_below_answers_never_tells_of_an_answer_and_never_cancels_a_refusal(level: Level) -> None:
    state = after_all(seen(Cause.WITHDRAWN, after(1)), seen(Cause.OK, after(2), level=level))
    assert (state.last_answer_at, state.first_refusal_at, state.last_observed_at) == (None, after(1), after(2))
    assert state.recent_usable == ()


def test_a_refusal_below_answers_is_remembered() -> None:
    assert after_all(seen(Cause.WITHDRAWN, after(1), level=Level.ACCEPTS)).first_refusal_at == after(1)


def test_observed_time_never_decreases() -> None:
    state = after_all(seen(Cause.OK, after(9)), seen(Cause.OK, after(1)))
    assert (state.last_observed_at, state.last_answer_at) == (after(9), after(9))


def test_the_places_of_the_newest_answers_are_kept_without_their_addresses() -> None:
    away = seen(Cause.OK, egress="http://user:secret@proxy.example")
    places = [seen(Cause.OK, vantage=name) for name in "abcde"]
    assert after_all(away, away, seen(Cause.OK)).seen_from == ("local via proxy", "local")
    assert after_all(*places).seen_from == ("b", "c", "d", "e")


# Spells: how long something has lasted.


def test_refusals_of_our_prompt_last_from_the_first_to_the_next_real_answer() -> None:
    state = after_all(seen(Cause.CONTENT_FILTER, T0), seen(Cause.TIMEOUT, after(60)))
    assert not history(state, Cause.CONTENT_FILTER, 899).refusing_long
    assert history(state, Cause.CONTENT_FILTER, 900).refusing_long
    assert after_all(seen(Cause.OK, after(800)), state=state).refusing_since is None
    assert after_all(seen(Cause.CONTENT_FILTER, after(800)), state=state).refusing_since == T0


def test_while_a_restriction_stands_a_refusal_of_our_prompt_is_no_answer_and_ends_no_refusal() -> None:
    refused = restricted(last_answer_at=T0, first_refusal_at=after(1))
    state = after_all(seen(Cause.CONTENT_FILTER, after(60)), state=refused)
    assert (state.last_answer_at, state.first_refusal_at, state.refusing_since) == (T0, after(1), after(60))
    assert history(state, Cause.CONTENT_FILTER, 60).closed
    assert not history(cell(), Cause.CONTENT_FILTER).closed
    assert after_all(seen(Cause.OK, after(90)), state=state).last_answer_at == after(90)


def test_limits_last_from_the_first_to_anything_else() -> None:
    state = after_all(seen(Cause.RATE_LIMITED, T0), seen(Cause.RATE_LIMITED, after(300)))
    assert not history(state, Cause.RATE_LIMITED, 599).limited_long
    assert history(state, Cause.RATE_LIMITED, 600).limited_long
    assert after_all(seen(Cause.TIMEOUT, after(400)), state=state).limited_since is None


def test_limits_are_hidden_where_their_headers_are_missing_against_habit() -> None:
    assert history(cell(), sends_limit_headers=True).limits_hidden
    assert not history(cell(), sends_limit_headers=False).limits_hidden
    with_headers = seen(Cause.RATE_LIMITED, limit_headers=True)
    assert not history(cell(), observation=with_headers, sends_limit_headers=True).limits_hidden


def failing() -> CellState:
    """A cell that is confirmed down: the next failure is not a lone one."""
    return settled(Availability.DOWN, Reason.TIMEOUT)


def test_states_for_the_flapping_formula_are_answers_and_faults_only() -> None:
    causes = (Cause.OK, Cause.TIMEOUT, Cause.WITHDRAWN, Cause.BILLING, Cause.RATE_LIMITED, Cause.NETWORK)
    assert after_all(*(seen(cause) for cause in causes), state=failing()).recent_usable == (True, False, False)


def test_a_lone_error_among_answers_is_no_change_of_state() -> None:
    assert after_all(seen(Cause.OK), seen(Cause.TIMEOUT), seen(Cause.OK)).recent_usable == (True, True, True)


def test_a_cell_that_changes_all_the_time_is_unstable_and_calms_down() -> None:
    changing = after_all(*(seen(cause) for cause in (Cause.OK, Cause.TIMEOUT) * 11), state=failing())
    assert changing.unstable
    assert len(changing.recent_usable) == POLICY.flapping_states
    assert not after_all(*([seen(Cause.OK)] * 21), state=changing).unstable


def test_changes_are_counted_while_a_cell_is_unstable() -> None:
    changing = after_all(*(seen(cause) for cause in (Cause.OK, Cause.TIMEOUT) * 11), state=failing())
    assert changing.flips == 20 + 1, "those of the window that made it unstable, and one more"
    more = after_all(seen(Cause.OK), seen(Cause.OK), seen(Cause.TIMEOUT), state=replace(changing, candidate=None))
    assert more.flips == 23
    calm = after_all(*([seen(Cause.OK)] * 21), state=more)
    assert (calm.unstable, calm.flips) == (False, 24), "kept until it is told"
    again = after_all(*(seen(cause) for cause in (Cause.OK, Cause.TIMEOUT) * 11), state=replace(calm, flips=99))
    assert again.flips < 99, "the next time is counted anew"


# Paces.


def paced(seconds: float, at: float = 0, cause: Cause = Cause.OK) -> Any:
    return seen(cause, after(at), timings=Timings(9, first_token=seconds))


def test_one_pace_an_hour_is_sampled_for_seven_days() -> None:
    state = after_all(paced(1, 0), paced(2, 3599), paced(3, 3600), paced(4, 9999, Cause.CONTENT_FILTER))
    assert [pace.seconds for pace in state.paces] == [1, 3]
    long = after_all(*(paced(1, 3600 * hour) for hour in range(PACES + 9)))
    assert len(long.paces) == PACES
    assert long.paces[0].at == after(hours=9)


def test_slow_is_three_times_the_own_median_once_there_is_one() -> None:
    usual = cell(paces=tuple(Pace(after(hours=hour), 2.0) for hour in range(PACES_NEEDED)))
    assert slow(usual, paced(6.1), POLICY)
    assert not slow(usual, paced(6.0), POLICY)
    assert not slow(replace(usual, paces=usual.paces[1:]), paced(60), POLICY)
    assert not slow(usual, seen(Cause.OK, timings=Timings(60)), POLICY)


def test_what_takes_no_second_is_never_slow() -> None:
    quick = cell(paces=tuple(Pace(after(hours=hour), 0.1) for hour in range(PACES_NEEDED)))
    assert not slow(quick, paced(0.9), POLICY)
    assert slow(quick, paced(1.1), POLICY)


# History.


def test_answered_before_is_anchored_where_the_refusal_began() -> None:
    week = timedelta(days=7).total_seconds()
    lately = after_all(seen(Cause.OK, T0), seen(Cause.MODEL_NOT_FOUND, after(week)))
    assert history(lately, seconds=10 * week).answered_before, "for as long as it lasts"
    long_ago = after_all(seen(Cause.OK, T0), seen(Cause.MODEL_NOT_FOUND, after(week + 1)))
    assert not history(long_ago, seconds=week + 1).answered_before
    assert not history(cell()).answered_before


def test_another_class_was_answered_before_under_the_same_provider_id_only() -> None:
    refused = after_all(seen(Cause.MODEL_NOT_FOUND, after(60)))
    peer = settled(Availability.AVAILABLE, key=AWAY, last_answer_at=T0)
    assert history(refused, peers=[peer]).peer_answered_before
    assert not history(refused, peers=[replace(peer, last_answer_at=after(days=-8))]).peer_answered_before
    assert not history(refused, peers=[replace(peer, provider_model_id="fable-4")]).peer_answered_before
    assert not history(refused, peers=[peer]).answered_before


def test_a_model_is_known_to_exist_if_any_class_was_ever_answered_or_any_list_names_it() -> None:
    peer = settled(Availability.DOWN, Reason.TIMEOUT, AWAY, last_answer_at=after(days=-99))
    assert not history(cell()).known_to_exist
    assert history(cell(), listed=True).known_to_exist
    assert history(cell(last_answer_at=after(days=-99))).known_to_exist
    assert history(cell(), peers=[peer]).known_to_exist
    assert not history(cell(), peers=[replace(peer, provider_model_id="fable-4")]).known_to_exist


def test_links_and_expectations_are_passed_on() -> None:
    assert history(cell(), linked=True, expected=True) == History(linked=True, expected=True)
