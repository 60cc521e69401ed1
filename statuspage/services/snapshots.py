"""Snapshots: the whole public state, now and as it was, and the catalogue revisions that let the past be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from statuspage.core.assembly import Surroundings, public, redacted, told_catalogue, window
from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import CellState, Transition
from statuspage.core.event import ON_REQUEST, Event, EventDraft, EventType, Severity
from statuspage.core.memory import first_state
from statuspage.core.misfire import possible_misfires
from statuspage.core.moments import not_ahead
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.summary import summarise
from statuspage.errors import NotFound
from statuspage.ports import EventQuery, Ids, Reading, RevisionKind, Store
from statuspage.services import hindsight
from statuspage.services.documents import CATALOGUE, dump
from statuspage.services.publishing import tell
from statuspage.services.recollection import Recollection
from statuspage.services.world import World, load

EVENTS_A_TIME = 400
MOST_EVENTS = 2000
"""How many events a snapshot holds at most: those of its window, and ``EVENTS_A_TIME`` where there are as many."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the store tells of one moment: enough to put a snapshot together without it, and beside the event loop."""

    world: World
    states: dict[CellKey, CellState]
    history: dict[CellKey, list[Transition]]
    earlier: tuple[Transition, ...]
    at: datetime
    seq: int
    newest_observation_at: datetime | None
    events: tuple[Event, ...]


async def take(tx: Reading, settings: Settings, at: datetime, before: Recollection | None = None) -> Snapshot:
    """The public state now; quicker with what is remembered of the snapshot ``before``."""
    world = await load(tx, settings)
    known = await tx.cells()
    states = {key: _state(known, key, world, at) for key in world.settings.cells()}
    memory = before or Recollection()
    history, earlier = await _history(tx, states, world, at, memory)
    recent, observed = await _recent(tx, None, window(at), memory), await tx.newest_observation_at(at)
    return assembled(Told(world, states, history, earlier, at, await tx.last_seq(), observed, recent), memory)


async def read_past(tx: Reading, at: datetime) -> Told:
    """What was recorded at ``at``; NotFound before the first record."""
    catalogues = await tx.revisions(RevisionKind.CATALOGUE, at)
    if not catalogues:
        raise NotFound(f"nothing was recorded yet at {at.isoformat()}")
    world = await load(tx, CATALOGUE.validate_python(catalogues[0].document), at)
    history, earlier = await _history(tx, world.settings.cells(), world, at, Recollection(), at)
    states = {key: _past_state(found, key, world, at) for key, found in history.items()}
    recent = await _recent(tx, at, window(at), Recollection())
    return Told(world, states, history, earlier, at, await tx.last_seq(at), None, recent)


async def record_catalogue(store: Store, settings: Settings, at: datetime, ids: Ids) -> bool:
    """Append the configuration if it differs from the newest recorded one; whether it did.

    ``config.changed`` tells of the catalogue and the policy only; a new name of the site is no news to programs.
    """
    document = dump(CATALOGUE, redacted(settings))
    async with store.writing() as tx:
        newest = await tx.revisions(RevisionKind.CATALOGUE)
        if newest and newest[0].document == document:
            return False
        await tx.add_revision(RevisionKind.CATALOGUE, "catalogue", document, at, "configuration")
        if newest and told_catalogue(CATALOGUE.validate_python(newest[0].document)) != told_catalogue(settings):
            await tell(tx, [_changed(ids("evt"), at)], await load(tx, settings), at, ids)
        return True


def _changed(event_id: str, at: datetime) -> EventDraft:
    summary = "The catalogue or the policy of this page has changed"
    return EventDraft(event_id, EventType.CONFIG_CHANGED, at, None, None, summary, Severity.NONE, at)


def assembled(told: Told, memory: Recollection) -> Snapshot:
    """The public state that the store told, quicker with what is remembered of the one before."""
    world, states, history, at = told.world, told.states, told.history, told.at
    settings = world.settings
    incidents = tuple(sorted((public(i) for i in world.incidents if not i.draft), key=lambda i: i.created_at))[::-1]
    misfires = possible_misfires(states.values(), settings.policy)
    cells = memory.view_all(Surroundings(settings, incidents, world.attestations, states, at, misfires))
    folded = memory.fold_all(cells, settings)
    days, figures = memory.days_all(history, incidents, at)
    return Snapshot(
        generated_at=at,
        as_of_seq=told.seq,
        newest_observation_at=told.newest_observation_at,
        valid_until=(told.newest_observation_at or at) + _validity(settings),
        site=settings.site,
        summary=summarise(cells, folded, settings),
        user_classes=settings.user_classes,
        providers=redacted(settings).providers,
        models=settings.models,
        cells=cells,
        folds=folded,
        incidents=incidents,
        policy=settings.policy,
        schedule=settings.schedule,
        recent_events=told.events,
        earlier=told.earlier,
        transitions=tuple(sorted((t for found in history.values() for t in found), key=lambda t: t.recorded_at)),
        days=days,
        figures=figures,
        paces={key: state.paces for key, state in states.items() if state.paces},
    )


def _validity(settings: Settings) -> timedelta:
    """How long a page may be relied on after its newest observation: two refreshes and one check interval."""
    return 2 * settings.site.refresh + settings.schedule.accepts_every


async def _history(
    tx: Reading,
    keys: Iterable[CellKey],
    world: World,
    at: datetime,
    memory: Recollection,
    recorded: datetime | None = None,
) -> tuple[dict[CellKey, list[Transition]], tuple[Transition, ...]]:
    """The transitions of the window for each cell, and those besides that stories tell of."""
    found: dict[CellKey, list[Transition]] = {key: [] for key in keys}
    end = recorded + timedelta(microseconds=1) if recorded else None
    read = await tx.transitions(None, window(at), end)
    for transition in read:
        if transition.key in found:
            found[transition.key].append(transition)
    return found, await hindsight.earlier(tx, world, at, read, found, memory)


async def _recent(tx: Reading, recorded: datetime | None, since: datetime, memory: Recollection) -> tuple[Event, ...]:
    """The newest events, newest first: ``EVENTS_A_TIME`` of them and all since ``since``, at most ``MOST_EVENTS``.

    ``seq`` has no gaps, so pieces of the log can be read backwards by number, down to what is known already.
    """
    known = memory.events_since(since)
    last = known[0].seq if known else 0
    found: list[Event] = []
    upper = await tx.last_seq(recorded)
    while upper > last and len(found) < MOST_EVENTS:
        lower = max(last, upper - EVENTS_A_TIME)
        piece = await tx.events(EventQuery(after_seq=lower, limit=upper - lower))
        found += reversed(piece)
        if not piece or piece[0].draft.timestamp < since:
            break
        upper = lower
    memory.keep_events(tuple(newest(found + list(known), since)), since)
    return tuple(one for one in memory.events if one.draft.type not in ON_REQUEST)


def newest(events: Sequence[Event], since: datetime) -> Iterable[Event]:
    """Those of the log's end, newest first, that belong into a snapshot."""
    for place, event in enumerate(events[:MOST_EVENTS]):
        if place >= EVENTS_A_TIME and event.draft.timestamp < since:
            return
        yield event


def _state(known: dict[CellKey, CellState], key: CellKey, world: World, at: datetime) -> CellState:
    stored = known.get(key)
    return not_ahead(stored, at) if stored else first_state(key, world.settings.offering(key).id, at)


def _past_state(history: list[Transition], key: CellKey, world: World, at: datetime) -> CellState:
    state = first_state(key, world.settings.offering(key).id, at)
    if not history:
        return state
    transition = history[-1]
    known = [one.published for one in history if one.provider_model_id == transition.provider_model_id]
    return replace(
        state,
        last_known=next((one for one in reversed(known) if one.availability is not Availability.UNKNOWN), None),
        provider_model_id=transition.provider_model_id,
        measured=transition.measured,
        published=transition.published,
        cell_seq=transition.cell_seq,
        last_answer_at=transition.last_answer_at,
        first_refusal_at=transition.first_refusal_at,
    )
