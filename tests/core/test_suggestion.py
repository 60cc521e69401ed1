"""Suggestions: the scope that the checks see, in the fewest rows, and what they still see at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.assembly import Surroundings, view
from statuspage.core.availability import Availability, Basis, CellKey, Reason
from statuspage.core.cell import CellState
from statuspage.core.incident import Kind, ScopeRow
from statuspage.core.snapshot import CellView
from statuspage.core.suggestion import rows, still_affected, suggest
from tests.core.builders import (
    ABROAD,
    AT_CLOUD,
    AT_HOME,
    AWAY,
    BY_DESIGN,
    HOME,
    OPUS,
    SETTINGS,
    after,
    incident,
    published,
    restricted,
    settled,
)

CELLS = SETTINGS.cells()
OFFERED = [key for key in CELLS if not SETTINGS.expectation(key)]


def views(states: Iterable[CellState]) -> list[CellView]:
    return [view(state, Surroundings(SETTINGS, (), (), {}, after(days=1))) for state in states]


def calm(*others: CellState) -> list[CellView]:
    states = {key: settled(Availability.AVAILABLE, key=key) for key in CELLS} | {one.key: one for one in others}
    return views(states.values())


@given(st.sets(st.sampled_from(CELLS), min_size=1))
def test_rows_mean_exactly_the_cells_and_at_most_those_restricted_by_design(keys: set[CellKey]) -> None:
    suggested = rows(sorted(keys), [key for key in CELLS if key in keys or not SETTINGS.expectation(key)])
    meant = {key for key in CELLS if any(row.covers(key) for row in suggested)}
    assert keys <= meant
    assert all(SETTINGS.expectation(key) for key in meant - keys)


def test_a_model_that_is_touched_everywhere_needs_no_more_words() -> None:
    assert rows([key for key in CELLS if key.model == "fable"], OFFERED) == (ScopeRow(models=("fable",)),)
    without_design = [key for key in CELLS if key.model == "fable" and key != BY_DESIGN]
    assert rows(without_design, OFFERED) == (ScopeRow(models=("fable",)),)


def test_models_that_are_touched_alike_share_a_row() -> None:
    keys = [HOME, OPUS]
    assert rows(keys, OFFERED) == (ScopeRow(("fable", "opus"), ("vendor",), (AT_HOME,)),)


def test_cells_that_turned_together_are_one_story() -> None:
    late = restricted(AT_CLOUD, published=published(Availability.RESTRICTED, Reason.WITHDRAWN, since=after(hours=2)))
    cells = calm(restricted(HOME), restricted(AWAY), late)
    seed = next(one for one in cells if one.key == HOME)
    found = suggest(cells, seed)
    assert (found.kind, {one.key for one in found.cells}) == (Kind.RESTRICTION, {HOME, AWAY})
    assert found.rows == (ScopeRow(("fable",), ("vendor",), tuple(sorted((AT_HOME, ABROAD)))),)
    assert found.since == seed.since


def test_what_is_told_already_or_expected_is_left_out() -> None:
    told = restricted(AWAY, published=published(Availability.RESTRICTED, Reason.WITHDRAWN, incident="inc_1"))
    said = published(Availability.RESTRICTED, Reason.POLICY, Basis.EXPECTED)
    cells = calm(restricted(HOME), told, restricted(BY_DESIGN, published=said))
    seed = next(one for one in cells if one.key == HOME)
    assert [one.key for one in suggest(cells, seed).cells] == [HOME]


def test_an_outage_suggests_an_incident() -> None:
    cells = calm(settled(Availability.DOWN, Reason.SERVER_ERROR, HOME))
    seed = next(one for one in cells if one.key == HOME)
    assert suggest(cells, seed).kind is Kind.INCIDENT


def test_the_end_asks_what_the_checks_still_see() -> None:
    story = incident()
    cells = calm(restricted(HOME), restricted(OPUS), settled(Availability.DOWN, Reason.SERVER_ERROR, AT_CLOUD))
    assert {one.key for one in still_affected(cells, story)} == {HOME, AT_CLOUD}
    assert still_affected(calm(), story) == ()
    only_abroad = replace(story, scope=(ScopeRow(user_classes=(ABROAD,)),))
    assert still_affected(cells, only_abroad) == ()
