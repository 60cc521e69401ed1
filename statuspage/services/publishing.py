"""The step that every writer shares: publish cells anew, store the transitions, tell the events, owe the deliveries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from statuspage.core import announcement, transition
from statuspage.core.announcement import Move
from statuspage.core.availability import CellKey
from statuspage.core.cell import CellState, Published, Transition
from statuspage.core.event import Event, EventDraft
from statuspage.core.publish import publish
from statuspage.core.size import fitting
from statuspage.ports import EventQuery, Ids, Writing
from statuspage.services.deliveries import owe
from statuspage.services.world import World

Known = Mapping[CellKey, CellState]


@dataclass(frozen=True, slots=True)
class _Step:
    """One cell on its way from one published state to the next."""

    state: CellState
    after: Published
    change: transition.Change
    found_anew: bool

    @property
    def moved(self) -> bool:
        """Whether the page shows something else: the published words, or the verdict and the proof behind them."""
        told = self.change.type is not None or self.change.opens
        return self.after != self.state.published or told or self.found_anew

    @property
    def move(self) -> Move | None:
        if self.change.type is None:
            return None
        return Move(self.state, self.after, self.change.type, self.change.restores)


async def republish(
    tx: Writing, known: Known, states: Iterable[CellState], world: World, at: datetime, ids: Ids
) -> list[EventDraft]:
    """Publish ``states`` under ``world``, save them with their transitions, and return the events that are to be told.

    ``known`` is what is stored of every cell.
    The events are not committed yet: the caller adds its own and passes all of them to ``tell``.
    """
    steps = [_step(known.get(state.key), state, world, at) for state in states]
    groups = announcement.grouped(step.move for step in steps if step.move)
    named = [(ids("evt"), moves) for moves in groups]
    for_cell = {move.state.key: event_id for event_id, moves in named for move in moves}
    back = {move.state.key: move.restores for moves in groups for move in moves}
    saved = {s.state.key: _applied(s, at, for_cell.get(s.state.key)) for s in steps}
    drafts = [
        announcement.draft(event_id, moves, world.settings, at, complete=await _complete(tx, moves, back, world))
        for event_id, moves in named
    ]
    drafts += [
        announcement.disagreement(ids("evt"), incident, kind, keys, world.settings, at)
        for (incident, kind), keys in announcement.disagreements((s.state, s.after) for s in steps).items()
    ]
    await tx.save_cells(saved.values())
    await tx.add_transitions([_transition(s, saved[s.state.key], at, ids, for_cell) for s in steps if s.moved])
    return await _furnished(tx, drafts, {**known, **saved}, world)


async def tell(tx: Writing, drafts: Sequence[EventDraft], world: World, at: datetime, ids: Ids) -> list[Event]:
    """Commit events in order, and owe each to everybody who wished for it; the last step of a transaction."""
    if not drafts:
        return []
    site_url = world.settings.site.url
    events = await tx.append_events([fitting(one, site_url) for one in drafts], site_url)
    await owe(tx, events, at, ids)
    return events


def _step(stored: CellState | None, state: CellState, world: World, at: datetime) -> _Step:
    after = publish(state, world.word(state.key, at), at, world.settings.policy)
    found_anew = stored is None or _found(stored) != _found(state)
    return _Step(state, after, transition.compare(state, after), found_anew)


def _found(state: CellState) -> tuple[object, ...]:
    measured = state.measured
    return measured.availability, measured.reason, measured.linked, measured.proof, measured.one_place


def _applied(step: _Step, at: datetime, event_id: str | None) -> CellState:
    return transition.apply(step.state, step.after, step.change, at, event_id)


def _transition(step: _Step, saved: CellState, at: datetime, ids: Ids, for_cell: Mapping[CellKey, str]) -> Transition:
    return Transition(
        id=ids("trn"),
        key=saved.key,
        provider_model_id=saved.provider_model_id,
        at=step.after.since if step.after.availability is not step.state.published.availability else at,
        recorded_at=at,
        from_availability=step.state.published.availability,
        published=saved.published,
        measured=saved.measured,
        cell_seq=saved.cell_seq,
        event=for_cell.get(saved.key),
        last_answer_at=saved.last_answer_at,
        first_refusal_at=saved.first_refusal_at,
    )


async def _complete(tx: Writing, moves: Sequence[Move], back: Mapping[CellKey, str | None], world: World) -> bool:
    """Whether no cell of the catalogue is left in an episode that ends here; ``back`` says what each cell restores."""
    there = set(world.settings.cells())
    for event_id in {move.restores for move in moves if move.restores}:
        left = {key for key in await tx.cells_in_episode(event_id) if back.get(key) != event_id}
        if left & there:
            return False
    return True


async def _furnished(tx: Writing, drafts: list[EventDraft], states: Known, world: World) -> list[EventDraft]:
    furnished: list[EventDraft] = []
    for draft in drafts:
        query = EventQuery(providers=(draft.provider,) if draft.provider else (), limit=20, newest=True)
        recent = [event.draft for event in await tx.events(query)]
        linked = announcement.with_group(draft, [*furnished[::-1], *recent], world.settings.policy)
        furnished.append(announcement.with_alternatives(linked, world.settings, states))
    return furnished
