"""Hindsight: what was seen of an incident stays on its page, also when the window has moved on."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from datetime import datetime

from statuspage.core.assembly import WINDOW, window
from statuspage.core.availability import CellKey
from statuspage.core.cell import Transition
from statuspage.core.incident import Incident, Kind
from statuspage.ports import Reading
from statuspage.services.recollection import Recollection
from statuspage.services.world import World


async def earlier(
    tx: Reading, world: World, at: datetime, read: Sequence[Transition], shown: Container[CellKey], memory: Recollection
) -> tuple[Transition, ...]:
    """What public restrictions tell of besides what was ``read`` of the cells that are ``shown``, oldest first.

    That is what was seen before the window, and of cells that have left the catalogue.
    """
    public = [one for one in world.incidents if one.kind is Kind.RESTRICTION and not one.draft]
    left = (each for each in read if each.key not in shown)
    found = {each.id: each for each in left if any(told_by(one, each) for one in public)}
    for one in public:
        found |= {each.id: each for each in await _before(tx, one, window(at), memory)}
    there = {each.id for each in read if each.key in shown} if found else set()
    return tuple(sorted((each for each in found.values() if each.id not in there), key=lambda each: each.recorded_at))


def told_by(incident: Incident, change: Transition) -> bool:
    """Whether the story of an incident tells of a change of a cell."""
    return change.published.incident == incident.id or (change.reopens and incident.covers(change.key))


async def _before(tx: Reading, incident: Incident, start: datetime, memory: Recollection) -> tuple[Transition, ...]:
    """What was seen of an incident before the window, and at most the length of a window after its end."""
    until = min(start, incident.resolved_at + WINDOW) if incident.resolved_at else start
    if incident.first_known_at >= until:
        return ()
    seen = memory.stories.get(incident.id)
    if seen is None or seen[:2] != (incident, until):
        many = await tx.transitions_about(incident.id, _touching(incident), incident.first_known_at, until)
        seen = incident, until, tuple(one for one in many if told_by(incident, one))
        memory.stories[incident.id] = seen
    return seen[2]


def _touching(incident: Incident) -> Callable[[CellKey], bool]:
    """Whether a cell can have to do with an incident: by its scope, or by an answer that is linked to it."""
    places = {link.provider for link in incident.links}
    return lambda key: key.provider in places or incident.covers(key)
