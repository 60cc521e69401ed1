"""Four eyes: nobody approves their own words, an approval is of one text, and nothing goes out by accident."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.review import (
    Approval,
    Asked,
    Because,
    Override,
    Review,
    approved,
    due,
    held,
    may_approve,
    missing,
    ruling,
    written,
)
from statuspage.core.review import waits as waits_for
from tests.core.builders import T0, after

PEOPLE = ("person:ada", "person:grace", "terminal:root")
people = st.sampled_from(PEOPLE)
approvals = st.lists(people.map(lambda one: Approval(one, one, T0)), max_size=3).map(tuple)
asks = st.none() | st.booleans().map(lambda waits: Asked("person:ada", "ada", T0, held=waits))
overrides = st.none() | people.map(lambda one: Override(one, one, T0, "the phones are down"))
reviews = st.builds(Review, st.sets(people, min_size=1).map(lambda s: tuple(sorted(s))), asks, approvals, overrides)


@given(reviews, st.integers(0, 4))
def test_what_concerns_two_people_goes_out_only_with_two_or_with_an_override(review: Review, approvers: int) -> None:
    ruled = ruling(review, concerned=True, approvers=approvers)
    second = {one.person for one in review.approvals} - set(review.writers) - {"terminal:root"}
    wanted = 2 if "terminal:root" in review.writers else 1
    waits = approvers >= 2 or (review.asked is not None and review.asked.held)
    assert ruled.allowed == (not waits or len(second) >= wanted or review.override is not None)
    assert (ruled.because is Because.NEEDS_SECOND) == (not ruled.allowed)
    assert ruled.allowed or missing(review) == wanted - len(second) > 0
    assert waits_for(review) == (bool(review.asked and review.asked.held) and not ruled.allowed)


@given(reviews, st.sampled_from(PEOPLE[:2]))
def test_no_one_person_is_enough_whoever_sat_at_the_terminal(review: Review, one: str) -> None:
    """Whatever of it this person wrote, as themselves or at a terminal, and however often they approve."""
    theirs = {one, "terminal:root"}
    mine = replace(review, writers=tuple(each for each in review.writers if each in theirs) or (one,), override=None)
    mine = replace(mine, approvals=tuple(each for each in review.approvals if each.person in theirs))
    assert not ruling(mine, concerned=True, approvers=2).allowed


@given(reviews, st.integers(0, 4))
def test_what_concerns_one_person_may_unless_it_had_to_wait_before(review: Review, approvers: int) -> None:
    ruled = ruling(review, concerned=False, approvers=approvers)
    waits = review.asked is not None and review.asked.held
    assert (ruled.because is Because.NO_SECOND_NEEDED) is not waits
    assert ruled == ruling(review, concerned=True, approvers=2) or not waits


@given(reviews, people)
def test_whoever_changes_the_words_takes_approval_and_override_away_and_is_no_second_person(
    review: Review, person: str
) -> None:
    changed = written(review, person)
    assert (changed.approvals, changed.override, changed.asked) == ((), None, review.asked)
    assert not may_approve(changed, person)
    assert set(changed.writers) == {*review.writers, person}


def test_approving_twice_counts_once() -> None:
    once = approved(Review(("person:ada",)), Approval("person:grace", "grace", T0))
    twice = approved(once, Approval("person:grace", "grace", after(60)))
    assert [one.at for one in twice.approvals] == [after(60)]


@pytest.mark.parametrize(
    ("asked", "ready"),
    [
        (None, False),
        (Asked("p", "p", T0), True),
        (Asked("p", "p", T0, publish_at=after(60)), True),
        (Asked("p", "p", T0, publish_at=after(61)), False),
    ],
)
def test_a_wish_is_due_at_its_time(asked: Asked | None, ready: bool) -> None:
    assert due(Review(asked=asked), after(60)) is ready


def test_what_waited_for_a_second_person_does_not_go_out_when_approvers_leave() -> None:
    waits = held(Review(("person:ada",), Asked("person:ada", "ada", T0)))
    assert ruling(waits, concerned=True, approvers=1).because is Because.NEEDS_SECOND
    assert held(Review()) == Review()
