"""The headline: one honest sentence with a subject and a class, and never all is well without knowing it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.assembly import Surroundings, folds, view
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Summary
from statuspage.core.summary import summarise
from tests.core.builders import (
    ABROAD,
    AT_CLOUD,
    AWAY,
    BY_DESIGN,
    HOME,
    OPUS,
    SETTINGS,
    T0,
    measured,
    published,
    restricted,
    settled,
)

AVAILABLE, DEGRADED, DOWN = Availability.AVAILABLE, Availability.DEGRADED, Availability.DOWN
RESTRICTED, UNKNOWN = Availability.RESTRICTED, Availability.UNKNOWN
FABLE = [key for key in SETTINGS.cells() if key.model == "fable"]
CALM = dict.fromkeys(SETTINGS.cells(), AVAILABLE)


def summary(states: dict[CellKey, Availability], by_design: CellKey | None = None) -> Summary:
    views = []
    for key, availability in states.items():
        state = settled(availability, key=key)
        if key == by_design:
            state = replace(state, published=published(RESTRICTED, Reason.POLICY, Basis.EXPECTED))
        views.append(view(state, Surroundings(SETTINGS, (), (), {}, T0)))
    return summarise(views, folds(views, SETTINGS), SETTINGS)


def headline(states: dict[CellKey, Availability]) -> str:
    return summary(CALM | states).headline


def test_when_all_is_well_it_says_for_whom() -> None:
    calm = summary(CALM)
    assert (calm.availability, calm.unaffected) == (AVAILABLE, ("fable", "opus", "haiku"))
    assert calm.headline == "Every model answers for every class that may use it."
    assert calm.cells == len(CALM)


def test_nothing_watched_is_not_all_well() -> None:
    empty = summarise((), (), Settings())
    assert (empty.availability, empty.headline) == (UNKNOWN, "Nothing is watched yet.")


def test_nothing_known_is_not_all_well() -> None:
    lost = summary(dict.fromkeys(CALM, UNKNOWN))
    assert (lost.availability, lost.unknown_cells) == (UNKNOWN, len(CALM))
    assert lost.headline == "We cannot tell yet: no check has answered."


def test_what_we_cannot_tell_is_said() -> None:
    partly = summary(CALM | dict.fromkeys(FABLE, UNKNOWN))
    assert (partly.availability, partly.unknown) == (AVAILABLE, ("fable",))
    assert partly.headline == "2 models answer; we cannot tell about 1."
    one = {key: UNKNOWN for key in CALM if key.model != "haiku"}
    assert summary(CALM | one).headline == "1 model answers; we cannot tell about 2."


def test_one_model_is_named_and_counted_by_class() -> None:
    assert headline({AWAY: RESTRICTED}) == "Fable 5 is restricted for 1 of 5 user classes; 2 models are unaffected."


def test_a_model_that_nobody_can_use_is_restricted_for_every_class() -> None:
    everyone = headline(dict.fromkeys(FABLE, RESTRICTED))
    assert everyone == "Fable 5 is restricted for every user class; 2 models are unaffected."


def test_several_models_are_counted() -> None:
    away = CellKey("opus", "vendor", ABROAD)
    told = headline({AWAY: RESTRICTED, away: RESTRICTED})
    assert told == "Two models are restricted for 1 of 5 user classes; 1 model is unaffected."


def test_the_worst_comes_first_and_decides() -> None:
    states = {AWAY: RESTRICTED, CellKey("haiku", "vendor", ABROAD): DEGRADED, CellKey("opus", "vendor", ABROAD): DOWN}
    told = summary(CALM | states)
    assert told.availability is RESTRICTED
    assert (told.restricted, told.down, told.degraded, told.unaffected) == (("fable",), ("opus",), ("haiku",), ())
    assert told.headline == (
        "Fable 5 is restricted for 1 of 5 user classes; Opus 4 is down for 1 of 5 user classes; "
        "Haiku 4 is degraded for 1 of 5 user classes."
    )


def test_a_model_that_another_platform_still_serves_is_unaffected() -> None:
    assert summary(CALM | {HOME: RESTRICTED}).restricted == ()
    assert summary(CALM | {HOME: RESTRICTED, AT_CLOUD: RESTRICTED}).restricted == ("fable",)


def test_what_is_restricted_by_design_is_no_part_of_it() -> None:
    calm = summary(CALM, by_design=BY_DESIGN)
    assert (calm.availability, calm.restricted) == (AVAILABLE, ())
    shut = summary(CALM | {AWAY: RESTRICTED}, by_design=BY_DESIGN)
    assert "for 1 of 4 user classes" in shut.headline


def test_a_model_of_one_class_speaks_of_its_class() -> None:
    opus = {OPUS: DOWN}
    assert summary(opus).headline.startswith("Opus 4 is down for its user class")


@pytest.mark.parametrize("availability", [RESTRICTED, DOWN, DEGRADED])
def test_every_model_is_in_one_list(availability: Availability) -> None:
    told = summary(CALM | dict.fromkeys(FABLE, availability))
    assert [told.restricted, told.down, told.degraded].count(("fable",)) == 1
    assert told.unaffected == ("opus", "haiku")


@given(st.fixed_dictionaries({key: st.sampled_from(Availability) for key in CALM}))
def test_no_model_is_lost_and_unknown_is_never_shown_as_well(states: dict[CellKey, Availability]) -> None:
    told = summary(states)
    listed = (*told.restricted, *told.down, *told.degraded, *told.unknown, *told.unaffected)
    assert sorted(listed) == ["fable", "haiku", "opus"]
    assert not told.headline[0].islower()
    assert told.headline.endswith(".")
    if told.availability is AVAILABLE:
        assert told.unaffected
        assert (told.restricted, told.down, told.degraded) == ((), (), ())
    if set(states.values()) == {UNKNOWN}:
        assert told.availability is UNKNOWN


def test_a_monitor_without_a_network_says_so_and_nothing_else() -> None:
    lost = measured(UNKNOWN, Reason.NETWORK)
    states = [settled(UNKNOWN, Reason.NETWORK, key=key, measured=lost) for key in CALM]
    held = [replace(restricted(FABLE[0]), measured=lost, published=published(RESTRICTED, basis=Basis.LAST_KNOWN))]
    for cells in (states, [*states[1:], *held]):
        assert of(cells).headline.startswith("Our monitor has lost its network")
    assert "lost" not in of([*states, settled(AVAILABLE, key=OPUS)]).headline


def of(cells: list[CellState]) -> Summary:
    views = [view(state, Surroundings(SETTINGS, (), (), {}, T0)) for state in cells]
    return summarise(views, folds(views, SETTINGS), SETTINGS)
