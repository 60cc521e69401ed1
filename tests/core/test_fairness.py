"""Fairness: suspects never hold more than half of the places, however many hang."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.fairness import Flights, Room, room

COUNTS = st.integers(0, 400)


def test_an_idle_courier_gives_suspects_half() -> None:
    assert room(Flights(), 200, 200) == Room(200, 100)
    assert room(Flights(), 10, 0) == Room(10, 5)


def test_slow_ones_sit_down_and_give_their_places_back() -> None:
    assert room(Flights(slow=200), 200, 200) == Room(200, 100)
    assert room(Flights(slow=250), 200, 200) == Room(150, 50)
    assert room(Flights(slow=400), 200, 200) == Room(0, 0)


def test_those_that_are_well_may_have_every_place() -> None:
    assert room(Flights(well=200), 200, 200) == Room(0, 0)
    assert room(Flights(well=150), 200, 200) == Room(50, 50)


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 300), st.integers(0, 300))
def test_no_more_than_there_is(well: int, suspect: int, slow: int, places: int, waiting: int) -> None:
    found = room(Flights(well, suspect, slow), places, waiting)
    assert 0 <= found.suspects <= found.places <= places
    assert found.places == 0 or well + suspect + found.places <= places
    assert found.suspects == 0 or suspect + found.suspects <= places // 2


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), max_size=40), st.integers(2, 300), st.integers(0, 300))
def test_however_many_suspects_hang_half_stays_for_the_others(
    turns: list[tuple[int, int, int]], places: int, waiting: int
) -> None:
    """Known suspects take off as far as they may, and some of what flies turns slow; none of it ever ends."""
    suspect = slow = 0
    for wish, turning, well in turns:
        turned = min(turning, suspect)
        suspect, slow = suspect - turned, slow + turned
        found = room(Flights(0, suspect, slow), places, waiting)
        assert found.places >= places - places // 2
        taken = min(wish, found.suspects)
        suspect += taken
        assert room(Flights(min(well, found.places - taken), suspect, slow), places, waiting).suspects >= 0
    assert suspect + slow <= places // 2 + waiting
