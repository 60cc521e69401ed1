"""Snapshots: the whole public state, now and as it was, and the catalogue revisions that let the past be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from statuspage.core.assembly import WINDOW, Surroundings, folds, public, redacted, spans, view
from statuspage.core.availability import Availability, CellKey
from statuspage.core.cell import CellState, Transition
from statuspage.core.event import ON_REQUEST, Event, EventDraft, EventType, Severity
from statuspage.core.memory import first_state
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.summary import summarise
from statuspage.core.uptime import by_day, measure
from statuspage.errors import NotFound
from statuspage.ports import EventQuery, Ids, Reading, RevisionKind, Store
from statuspage.services.documents import CATALOGUE, dump
from statuspage.services.publishing import tell
from statuspage.services.world import World, load

EVENTS_A_TIME = 400
MOST_EVENTS = 2000
"""How many events a snapshot holds at most: those of its window, and ``EVENTS_A_TIME`` where there are as many."""


async def take(tx: Reading, settings: Settings, at: datetime) -> Snapshot:
    """The public state now."""
    world = await load(tx, settings)
    known = await tx.cells()
    states = {key: _state(known, key, world, at) for key in world.settings.cells()}
    return await _assemble(tx, world, states, await _history(tx, states, at, None), at, None)


async def take_past(tx: Reading, at: datetime) -> Snapshot:
    """The public state as it was recorded at ``at``; NotFound before the first record."""
    catalogues = await tx.revisions(RevisionKind.CATALOGUE, at)
    if not catalogues:
        raise NotFound(f"nothing was recorded yet at {at.isoformat()}")
    world = await load(tx, CATALOGUE.validate_python(catalogues[0].document), at)
    history = await _history(tx, world.settings.cells(), at, at)
    states = {key: _past_state(found, key, world, at) for key, found in history.items()}
    return await _assemble(tx, world, states, history, at, at)


async def record_catalogue(store: Store, settings: Settings, at: datetime, ids: Ids) -> bool:
    """Append the catalogue if it differs from the newest recorded one, with a ``config.changed`` event; whether."""
    document = dump(CATALOGUE, redacted(settings))
    async with store.writing() as tx:
        newest = await tx.revisions(RevisionKind.CATALOGUE)
        if newest and newest[0].document == document:
            return False
        await tx.add_revision(RevisionKind.CATALOGUE, "catalogue", document, at, "configuration")
        if newest:
            await tell(tx, [_changed(ids("evt"), at)], await load(tx, settings), at, ids)
        return True


def _changed(event_id: str, at: datetime) -> EventDraft:
    summary = "The catalogue or the policy of this page has changed"
    return EventDraft(event_id, EventType.CONFIG_CHANGED, at, None, None, summary, Severity.NONE, at)


async def _assemble(
    tx: Reading,
    world: World,
    states: dict[CellKey, CellState],
    history: dict[CellKey, list[Transition]],
    at: datetime,
    recorded: datetime | None,
) -> Snapshot:
    settings = world.settings
    incidents = tuple(sorted((public(i) for i in world.incidents if not i.draft), key=lambda i: i.created_at))[::-1]
    around = Surroundings(settings, incidents, world.attestations, states, at)
    cells = tuple(view(state, around) for state in states.values())
    folded = folds(cells, settings)
    start = at - WINDOW
    spanned = {key: spans(found, at, incidents) for key, found in history.items()}
    newest = None if recorded else await tx.newest_observation_at()
    return Snapshot(
        generated_at=at,
        as_of_seq=await tx.last_seq(recorded),
        newest_observation_at=newest,
        valid_until=(newest or at) + _validity(settings),
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
        recent_events=tuple(await _recent(tx, recorded, start)),
        transitions=tuple(sorted((t for found in history.values() for t in found), key=lambda t: t.recorded_at)),
        days={key: by_day(found, start, at) for key, found in spanned.items()},
        figures={key: measure(found, start, at) for key, found in spanned.items()},
        paces={key: state.paces for key, state in states.items() if state.paces},
    )


def _validity(settings: Settings) -> timedelta:
    """How long a page may be relied on after its newest observation: two refreshes and one check interval."""
    return 2 * settings.site.refresh + settings.schedule.accepts_every


async def _history(
    tx: Reading, keys: Iterable[CellKey], at: datetime, recorded: datetime | None
) -> dict[CellKey, list[Transition]]:
    found: dict[CellKey, list[Transition]] = {key: [] for key in keys}
    end = recorded + timedelta(microseconds=1) if recorded else None
    for transition in await tx.transitions(None, at - WINDOW, end):
        if transition.key in found:
            found[transition.key].append(transition)
    return found


async def _recent(tx: Reading, recorded: datetime | None, since: datetime) -> list[Event]:
    """The newest events, newest first: all since ``since``, and at most ``MOST_EVENTS``.

    ``seq`` has no gaps, so pieces of the log can be read backwards by number.
    """
    found: list[Event] = []
    upper = await tx.last_seq(recorded)
    while upper > 0 and len(found) < MOST_EVENTS:
        lower = max(0, upper - EVENTS_A_TIME)
        piece = await tx.events(EventQuery(after_seq=lower, limit=upper - lower))
        found += [event for event in reversed(piece) if event.draft.type not in ON_REQUEST]
        if not piece or piece[0].draft.timestamp < since:
            break
        upper = lower
    return found[:MOST_EVENTS]


def _state(known: dict[CellKey, CellState], key: CellKey, world: World, at: datetime) -> CellState:
    return known.get(key) or first_state(key, world.settings.offering(key).id, at)


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
