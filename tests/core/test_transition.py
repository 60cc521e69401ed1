"""The event table: what is told of a change, what becomes of the episode, and what holds over whole histories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.availability import Availability, Basis, Reason, Scope
from statuspage.core.cell import CellState, Episode, Published
from statuspage.core.event import ON_REQUEST, EventType
from statuspage.core.memory import renamed
from statuspage.core.transition import OUR_TROUBLE, OVERLAY, Change, apply, compare
from tests.core.builders import T0, after, cell, published, restricted, settled

AVAILABLE = published(Availability.AVAILABLE)
SLOW = published(Availability.DEGRADED, Reason.SLOW)
DOWN = published(Availability.DOWN, Reason.SERVER_ERROR)
PROVIDER_DOWN = published(Availability.DOWN, Reason.SERVER_ERROR, scope=Scope.PROVIDER)
WITHDRAWN = published(Availability.RESTRICTED, Reason.WITHDRAWN)
LEGAL = published(Availability.RESTRICTED, Reason.LEGAL)
DECLARED = published(Availability.RESTRICTED, Reason.LEGAL, Basis.DECLARED)
ATTESTED = published(Availability.RESTRICTED, Reason.POLICY, Basis.ATTESTED)
LINKED = published(Availability.RESTRICTED, Reason.WITHDRAWN, Basis.LINKED)
EXPECTED = published(Availability.RESTRICTED, Reason.POLICY, Basis.EXPECTED)
LAST_KNOWN = published(Availability.RESTRICTED, Reason.WITHDRAWN, Basis.LAST_KNOWN)
RETIRED = published(Availability.RESTRICTED, Reason.RETIRED)
STALE = published(Availability.UNKNOWN, Reason.STALE, Basis.NONE)
DEAD_KEY = published(Availability.UNKNOWN, Reason.CREDENTIAL, Basis.NONE)

KNOWN = (AVAILABLE, SLOW, DOWN, PROVIDER_DOWN, WITHDRAWN, LEGAL, DECLARED, ATTESTED, EXPECTED, LAST_KNOWN, RETIRED)
OPENING = (WITHDRAWN, LEGAL, DECLARED, ATTESTED, LINKED)


def told(*states: Published, start: CellState | None = None) -> list[EventType | None]:
    """What is told as a cell goes through those states."""
    return [change.type for change, _ in history(states, start)]


def history(states: Sequence[Published], start: CellState | None = None) -> list[tuple[Change, CellState]]:
    """Every change, with the state after it; the events are evt_1, evt_2, …"""
    state, numbers, taken = start or cell(), count(1), []
    for minute, after_ in enumerate(states):
        change = compare(state, after_)
        event = f"evt_{next(numbers)}" if change.type else None
        state = apply(state, after_, change, after(minutes=minute), event)
        taken.append((change, state))
    return taken


# Baselines.


@pytest.mark.parametrize("first", KNOWN)
def test_the_first_verdict_is_a_baseline(first: Published) -> None:
    ((change, state),) = history((first,))
    assert (change.type, state.cell_seq, state.last_known) == (None, 0, first)


@pytest.mark.parametrize("first", OPENING)
def test_a_restriction_found_at_the_first_look_opens_an_episode_without_an_event(first: Published) -> None:
    ((_, state), (end, _)) = history((first, AVAILABLE))
    assert state.episode == Episode(T0, None)
    assert (end.type, end.restores) == (EventType.MODEL_RESTORED, None)


@pytest.mark.parametrize("first", [EXPECTED, RETIRED, LAST_KNOWN])
def test_a_quiet_restriction_found_at_the_first_look_opens_none(first: Published) -> None:
    assert history((first,))[0][1].episode is None


def test_a_new_provider_id_is_unknown_then_a_baseline_and_the_open_episode_stays() -> None:
    state = renamed(restricted(), "fable-5-1", after(minutes=1))
    changes = history((DEAD_KEY, AVAILABLE, AVAILABLE), state)
    assert [change.type for change, _ in changes] == [None, None, EventType.MODEL_RESTORED]
    assert changes[-1][0].restores == "evt_restricted"


def test_a_new_provider_id_is_never_told_as_withdrawn() -> None:
    state = renamed(settled(Availability.AVAILABLE), "fable-5-1", after(minutes=1))
    assert told(DEAD_KEY, WITHDRAWN, WITHDRAWN, start=state) == [None] * 3


# Restricted, restored, retired.


@pytest.mark.parametrize("before", [AVAILABLE, SLOW, DOWN])
@pytest.mark.parametrize("now", OPENING)
def test_a_restriction_is_told_and_opens_an_episode(before: Published, now: Published) -> None:
    (_, (change, state)) = history((before, now))
    assert change.type is EventType.MODEL_RESTRICTED
    assert state.episode == Episode(after(minutes=1), "evt_1")


@pytest.mark.parametrize("now", [AVAILABLE, SLOW, published(Availability.AVAILABLE, basis=Basis.ATTESTED)])
def test_an_episode_ends_in_answers_and_names_the_event_that_opened_it(now: Published) -> None:
    (change, state) = history((AVAILABLE, WITHDRAWN, now))[-1]
    assert (change.type, change.restores) == (EventType.MODEL_RESTORED, "evt_1")
    assert state.episode is None


def test_what_is_restricted_last_known_opens_nothing() -> None:
    (_, (change, state)) = history((AVAILABLE, LAST_KNOWN))
    assert (change.type, state.episode) == (None, None)


@pytest.mark.parametrize("overlay", [DOWN, LAST_KNOWN, STALE, DEAD_KEY, DECLARED])
def test_inside_an_episode_nothing_is_told_until_it_ends(overlay: Published) -> None:
    changes = history((AVAILABLE, WITHDRAWN, overlay, WITHDRAWN, AVAILABLE))
    assert [change.type for change, _ in changes][1:] == [
        EventType.MODEL_RESTRICTED,
        None,
        None,
        EventType.MODEL_RESTORED,
    ]
    assert changes[-1][0].restores == "evt_1"


def test_another_reason_of_the_same_restriction_is_not_told() -> None:
    assert told(AVAILABLE, WITHDRAWN, LEGAL, DECLARED, LINKED)[2:] == [None] * 3


@pytest.mark.parametrize("before", [AVAILABLE, DOWN, WITHDRAWN, EXPECTED])
def test_a_retirement_is_told_and_ends_the_episode(before: Published) -> None:
    (change, state) = history((AVAILABLE, before, RETIRED))[-1]
    assert (change.type, state.episode) == (EventType.MODEL_RETIRED, None)


def test_a_retirement_is_told_once() -> None:
    assert told(AVAILABLE, RETIRED, RETIRED, STALE, RETIRED) == [
        None,
        EventType.MODEL_RETIRED,
        None,
        EventType.CELL_UNKNOWN,
        EventType.CELL_KNOWN,
    ]


# As expected.


def test_what_is_restricted_by_design_is_not_told() -> None:
    assert told(EXPECTED, EXPECTED, replace(EXPECTED, reason=Reason.ENTITLEMENT)) == [None] * 3


def test_an_expected_restriction_that_opens_up_and_comes_back_is_told() -> None:
    changes = history((EXPECTED, AVAILABLE, EXPECTED, AVAILABLE))
    assert [change.type for change, _ in changes] == [
        None,
        EventType.MODEL_RESTORED,
        EventType.MODEL_RESTRICTED,
        EventType.MODEL_RESTORED,
    ]
    assert all(state.episode is None for _, state in changes)


def test_an_expected_restriction_that_ceases_to_be_expected_opens_an_episode_in_silence() -> None:
    (_, (change, state), (end, _)) = history((EXPECTED, WITHDRAWN, AVAILABLE))
    assert (change.type, state.episode) == (None, Episode(after(minutes=1), None))
    assert end.type is EventType.MODEL_RESTORED


# Technical changes.


def test_down_and_back_again() -> None:
    assert told(AVAILABLE, DOWN, AVAILABLE)[1:] == [EventType.MODEL_DOWN, EventType.MODEL_RECOVERED]
    assert told(SLOW, DOWN, SLOW)[1:] == [EventType.MODEL_DOWN, EventType.MODEL_RECOVERED]


def test_a_whole_provider_down_and_back_again() -> None:
    assert told(AVAILABLE, PROVIDER_DOWN, AVAILABLE)[1:] == [EventType.PROVIDER_DOWN, EventType.PROVIDER_RECOVERED]
    assert told(AVAILABLE, PROVIDER_DOWN, SLOW)[2] is EventType.PROVIDER_RECOVERED


def test_degraded_and_back_again() -> None:
    assert told(AVAILABLE, SLOW, AVAILABLE)[1:] == [EventType.MODEL_DEGRADED, EventType.MODEL_RECOVERED]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (DOWN, PROVIDER_DOWN),
        (SLOW, replace(SLOW, reason=Reason.UNSTABLE)),
        (DOWN, replace(DOWN, reason=Reason.TIMEOUT)),
    ],
)
def test_the_same_availability_for_another_reason_or_scope_is_not_told(one: Published, other: Published) -> None:
    assert told(one, other, one)[1:] == [None, None]


# Unknown is transparent.


@pytest.mark.parametrize("known", [AVAILABLE, SLOW, DOWN, EXPECTED])
def test_unknown_and_back_is_told_to_those_who_ask(known: Published) -> None:
    assert told(known, STALE, STALE, known, known)[1:] == [EventType.CELL_UNKNOWN, None, EventType.CELL_KNOWN, None]
    assert {EventType.CELL_UNKNOWN, EventType.CELL_KNOWN} <= ON_REQUEST


@pytest.mark.parametrize("reason", sorted(OUR_TROUBLE))
def test_our_own_trouble_is_not_told(reason: Reason) -> None:
    assert told(AVAILABLE, replace(DEAD_KEY, reason=reason), AVAILABLE)[1:] == [None, None]


@pytest.mark.parametrize("unknown", [STALE, DEAD_KEY])
@pytest.mark.parametrize("now", [DOWN, SLOW, WITHDRAWN, RETIRED])
def test_a_change_behind_unknown_is_told_as_if_it_had_been_seen(unknown: Published, now: Published) -> None:
    assert told(AVAILABLE, unknown, now)[-1] is told(AVAILABLE, now)[-1]


def test_a_cell_that_was_never_known_is_never_told_unknown() -> None:
    assert told(STALE, DEAD_KEY, STALE) == [None] * 3


# Over whole histories.

WALKS = st.lists(st.sampled_from((*KNOWN, LINKED, STALE, DEAD_KEY)), max_size=25)
ENDS = {EventType.MODEL_RESTORED, EventType.MODEL_RETIRED}


@given(WALKS)
def test_a_restriction_ends_once_before_the_next_begins(walk: list[Published]) -> None:
    since_restricted: list[EventType] = []
    for change, _ in history(walk):
        if change.type is EventType.MODEL_RESTRICTED:
            assert not since_restricted or set(since_restricted) & ENDS
            since_restricted = [change.type]
        elif change.type in ENDS and since_restricted:
            since_restricted.append(change.type)


@given(WALKS)
def test_restores_names_the_event_that_opened_the_episode(walk: list[Published]) -> None:
    opened: str | None = None
    for change, state in history(walk):
        if change.type is EventType.MODEL_RESTORED and change.ends:
            assert change.restores == opened
        else:
            assert change.restores is None
        opened = state.episode.event if state.episode else None


@given(WALKS)
def test_an_event_opens_one_episode_at_most_and_ends_one_at_most(walk: list[Published]) -> None:
    open_ = False
    for change, state in history(walk):
        assert not (change.opens and change.ends)
        assert not (change.opens and open_)
        assert not change.ends or open_
        open_ = state.episode is not None


@given(WALKS)
def test_the_cells_number_counts_exactly_the_changes_that_were_told(walk: list[Published]) -> None:
    changes = history(walk)
    numbers = [state.cell_seq for _, state in changes]
    counted = 0
    for (change, _), number in zip(changes, numbers, strict=True):
        counted += change.type is not None
        assert number == counted


@given(WALKS, st.integers(1, 3))
def test_what_does_not_change_is_not_told_again(walk: list[Published], times: int) -> None:
    for change, state in history(walk):
        again = history((state.published,) * (times + 1), state)
        late = [one for one, _ in again if one.type is not None or one.opens or one.ends]
        assert len(late) <= (change.row == "baseline"), "only a baseline may leave an open episode to its next look"
        assert all(one.type in ENDS for one in late)
        assert history((state.published,), again[-1][1])[0][0].type is None


@given(WALKS)
def test_inside_an_episode_only_its_end_is_told(walk: list[Published]) -> None:
    before = cell()
    for change, state in history(walk):
        if before.episode is not None:
            assert change.type is None or change.type in ENDS
            assert change.ends is (change.type is not None)
        before = state


@given(WALKS)
def test_known_is_what_was_published_last_but_for_unknown_and_overlays(walk: list[Published]) -> None:
    known = None
    for (change, state), shown in zip(history(walk), walk, strict=True):
        if shown.availability is not Availability.UNKNOWN and change.row != OVERLAY:
            known = shown
        assert (state.last_known, state.published) == (known, shown)
