"""A clock that was set: nothing that a cell remembers lies ahead of it, and what is being confirmed moves along."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from checks.observation import Cause
from statuspage.core.availability import Availability, Reason
from statuspage.core.cell import Candidate, CellState, Pace
from statuspage.core.confirmation import stale
from statuspage.core.memory import remember
from statuspage.core.moments import LEAST_JUMP, WORKING, jump, moved, not_ahead
from tests.core.builders import POLICY, T0, after, cell, measured, restricted, seen, settled

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
WAITING = Candidate(Availability.AVAILABLE, Reason.NONE, 1, 3, after(1), after(9))


def stamps(state: CellState) -> list[datetime]:
    """Every working stamp of a cell."""
    found = [stamp for name in WORKING if (stamp := getattr(state, name)) is not None]
    found += [state.candidate.first_at, state.candidate.last_at] if state.candidate else []
    return [*found, state.measured.since, *(pace.at for pace in state.paces)]


def full(*seconds: float) -> CellState:
    """A cell with every working stamp, at these seconds in turn."""
    at = [after(one) for one in seconds]
    fields = dict(zip(WORKING, at, strict=False))
    candidate = replace(WAITING, first_at=min(at), last_at=max(at))
    state = cell(measured=measured(Availability.AVAILABLE, since=at[0]), candidate=candidate, paces=(Pace(at[1], 1.0),))
    return replace(state, **fields)  # type: ignore[arg-type]


SECONDS = st.integers(-100_000, 100_000)
FULL = st.tuples(*[SECONDS] * len(WORKING)).map(lambda seconds: full(*seconds))


@given(FULL, SECONDS)
def test_no_stamp_lies_ahead_and_those_of_the_past_stay(state: CellState, now: int) -> None:
    after_all = not_ahead(state, after(now))
    for before, stamp in zip(stamps(state), stamps(after_all), strict=True):
        assert stamp == min(before, after(now))
    assert not_ahead(after_all, after(now)) is after_all


@given(FULL, SECONDS)
def test_moving_there_and_back_changes_nothing_and_keeps_every_distance(state: CellState, by: int) -> None:
    there = moved(state, timedelta(seconds=by))
    assert moved(there, timedelta(seconds=-by)) == state
    for name in WORKING:
        assert getattr(there, name) - getattr(state, name) == timedelta(seconds=by)
    assert there.published == state.published
    assert there.measured == state.measured, "what was published and since when is record"


def test_a_cell_with_stamps_ahead_grows_stale_all_the_same() -> None:
    ahead = replace(settled(Availability.AVAILABLE), last_valid_at=after(hours=30))
    assert stale(ahead, T0 + HOUR, QUARTER, POLICY) is None, "this is why"
    mended = not_ahead(ahead, T0)
    lost = stale(mended, T0 + QUARTER, QUARTER, POLICY)
    assert lost is not None
    assert lost.measured.since == T0 + QUARTER


def test_new_answers_are_stamped_by_the_clock_and_not_by_the_future() -> None:
    ahead = restricted(last_observed_at=after(days=3), last_answer_at=after(days=3))
    state = remember(not_ahead(ahead, after(60)), seen(Cause.OK, after(60)), POLICY)
    assert (state.last_observed_at, state.last_answer_at) == (after(60), after(60))


@given(st.integers(-10_000, 10_000), st.integers(0, 10_000))
def test_a_jump_is_what_the_wall_moved_beyond_the_steady_clock(by: int, passed: int) -> None:
    wall, steady = timedelta(seconds=by + passed), timedelta(seconds=passed)
    assert jump(wall, steady) == (timedelta(seconds=by) if abs(by) >= LEAST_JUMP.total_seconds() else timedelta(0))
