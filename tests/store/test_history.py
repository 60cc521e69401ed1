"""Transitions and revisions rebuild what was known at any moment, also when the clock ran backwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import Episode
from statuspage.ports import RevisionKind
from statuspage.store.database import Database
from tests.store.cast import ABROAD, FABLE, MINUTE, NOON, OPUS, state, transition


async def test_transitions_in_a_window_come_with_the_one_before(store: Database) -> None:
    early, before, within, at_end = (transition(FABLE, NOON + n * MINUTE) for n in range(4))
    other = transition(OPUS, NOON)
    async with store.writing() as writer:
        await writer.add_transitions([early, before, other, within, at_end])
        start, end = within.recorded_at, at_end.recorded_at
        assert await writer.transitions(None, start, end) == [other, before, within]
        assert await writer.transitions([FABLE], start, end) == [before, within]
        assert await writer.transitions([FABLE], None, end) == [early, before, within]
        assert await writer.transitions([FABLE], end, None) == [within, at_end]
        assert await writer.transitions([], None, None) == []


async def test_what_an_incident_was_seen_to_do(store: Database) -> None:
    refused, elsewhere, later = transition(FABLE), transition(OPUS), transition(FABLE, NOON + 9 * MINUTE)
    named = replace(refused, published=replace(refused.published, incident="inc_a"))
    answered = transition(FABLE, NOON + MINUTE)
    usable = replace(answered.published, availability=Availability.AVAILABLE)
    reopened = replace(answered, from_availability=Availability.RESTRICTED, published=usable)
    quiet = replace(answered, id="trn_quiet", from_availability=Availability.DOWN, published=usable)
    async with store.writing() as writer:
        await writer.add_transitions([named, elsewhere, reopened, quiet, later])
        span = NOON, later.recorded_at
        assert await writer.transitions_about("inc_a", lambda _: True, *span) == [named, reopened]
        assert await writer.transitions_about("inc__", lambda key: key == FABLE, *span) == [reopened]
        assert await writer.transitions_about("inc_a", lambda key: key == OPUS, *span) == []
        assert await writer.transitions_about("inc_a", lambda _: True, NOON + MINUTE, later.recorded_at) == [reopened]


async def test_the_newest_at_a_moment(store: Database) -> None:
    changes = [transition(FABLE, NOON + n * MINUTE) for n in range(3)]
    async with store.writing() as writer:
        await writer.add_transitions(changes)
        await writer.add_transitions([transition(ABROAD, NOON + 5 * MINUTE)])
        for change in changes:
            assert await writer.transitions_at(change.recorded_at) == {FABLE: change}
        assert await writer.transitions_at(NOON - MINUTE) == {}
        assert set(await writer.transitions_at(NOON + 9 * MINUTE)) == {FABLE, ABROAD}


async def test_two_at_the_same_moment_stay_in_order(store: Database) -> None:
    first, second = transition(FABLE), transition(FABLE)
    async with store.writing() as writer:
        await writer.add_transitions([first])
        await writer.add_transitions([second])
        assert await writer.transitions([FABLE], None, None) == [first, second]
        assert await writer.transitions_at(NOON) == {FABLE: second}


@pytest.mark.parametrize("together", [True, False])
async def test_recorded_time_never_decreases_within_a_cell(store: Database, together: bool) -> None:
    first, earlier, elsewhere = transition(FABLE), transition(FABLE, NOON - MINUTE), transition(OPUS, NOON - MINUTE)
    async with store.writing() as writer:
        for batch in [[first, earlier, elsewhere]] if together else [[first], [earlier], [elsewhere]]:
            await writer.add_transitions(batch)
        assert await writer.transitions([FABLE], None, None) == [first, replace(earlier, recorded_at=NOON)]
        assert await writer.transitions([OPUS], None, None) == [elsewhere]


async def test_the_transitions_of_an_event_and_its_open_episodes(store: Database) -> None:
    told = [transition(FABLE, event="evt_a"), transition(OPUS, event="evt_a")]
    async with store.writing() as writer:
        await writer.add_transitions([*told, transition(ABROAD, event="evt_b"), transition(ABROAD)])
        await writer.save_cells([state(FABLE, episode=Episode(NOON, "evt_a")), state(OPUS), state(ABROAD)])
        assert await writer.transition_of_event("evt_a") == told
        assert await writer.cells_in_episode("evt_a") == {FABLE}
        await writer.save_cells([state(FABLE)])
        assert await writer.cells_in_episode("evt_a") == set()


async def test_cells_that_differ_only_in_letters_that_databases_may_fold(store: Database) -> None:
    keys = [CellKey(model, "p", "c") for model in ("a", "A", "á", "a ", "ａ", "")]
    async with store.writing() as writer:
        await writer.save_cells([state(key) for key in keys])
    async with store.reading() as reader:
        assert set(await reader.cells()) == set(keys)


async def test_revisions_at_a_moment(store: Database) -> None:
    async with store.writing() as writer:
        for key, minute in (("b", 0), ("a", 1), ("b", 2)):
            await writer.add_revision(RevisionKind.INCIDENT, key, {"minute": minute}, NOON + minute * MINUTE, "staff")
        await writer.add_revision(RevisionKind.CATALOGUE, "b", {"other": "kind"}, NOON, "staff")
        now = await writer.revisions(RevisionKind.INCIDENT)
        then = await writer.revisions(RevisionKind.INCIDENT, NOON + MINUTE)
    assert [(one.key, one.rev, one.document) for one in now] == [("a", 1, {"minute": 1}), ("b", 2, {"minute": 2})]
    assert [(one.key, one.rev) for one in then] == [("a", 1), ("b", 1)]
