"""One revision of an incident, committed: appended, recorded, its cells published anew, its events told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from statuspage.core import story
from statuspage.core.assembly import public
from statuspage.core.availability import CellKey
from statuspage.core.event import Event
from statuspage.core.incident import Incident
from statuspage.core.settings import Settings
from statuspage.core.staff import Actor
from statuspage.core.story import Told
from statuspage.errors import NotFound, Outdated
from statuspage.ports import Ids, RevisionKind, Writing
from statuspage.services.audit import record
from statuspage.services.documents import INCIDENT, dump
from statuspage.services.publishing import republish, tell
from statuspage.services.world import World


@dataclass(frozen=True, slots=True)
class Scene:
    """What a change of an incident needs to know: the moment, the settings in force, and who could approve."""

    at: datetime
    settings: Settings
    approvers: int


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did what, and what besides belongs in the record; never a word of what is not public.

    ``quiet`` tells no subscriber of the words; what cells become is always told, because routers act on it.
    """

    actor: Actor
    verb: str
    detail: Mapping[str, Any]
    quiet: bool = False


async def commit(
    tx: Writing, world: World, before: Incident | None, after: Incident, deed: Deed, at: datetime, ids: Ids
) -> tuple[Incident, list[Event]]:
    """Append ``after`` and the record; where the public sees a difference, publish its cells and tell its events."""
    shown = _shown(before, after)
    told = _told(before, after)
    dated = replace(after, updated_at=at if shown or before is None else before.updated_at)
    kept = await _append(tx, dated, deed, at, shown=shown)
    if not shown:
        return kept, []
    others = tuple(one for one in world.incidents if one.id != kept.id)
    changed = replace(world, incidents=(*others, kept))
    known = await tx.cells()
    touched = [known[key] for key in changed.settings.cells() if key in known and _bears_on(before, kept, key)]
    moved = await republish(tx, known, touched, changed, at, ids)
    drafts = [story.event(one, kept, ids("evt"), at, changed.settings) for one in told]
    words = [replace(one, quiet=one.quiet or deed.quiet) for one in drafts]
    return kept, await tell(tx, [*words, *moved], changed, at, ids)


def find(incidents: Sequence[Incident], incident_id: str) -> Incident:
    """The incident of that id; NotFound."""
    for incident in incidents:
        if incident.id == incident_id:
            return incident
    raise NotFound(f"there is no incident {incident_id[:80]!r}; `statuspage incident list` shows all")


def check_rev(incident: Incident, base_rev: int | None) -> None:
    """Outdated when somebody saved the incident after ``base_rev`` was read; None asks for no such care."""
    if base_rev is not None and base_rev != incident.rev:
        raise Outdated(
            f"somebody changed {incident.id} in the meantime: you read revision {base_rev}, now it is {incident.rev}",
            incident.rev,
        )


def _shown(before: Incident | None, after: Incident) -> bool:
    """Whether the public sees a difference."""
    if after.draft:
        return False
    if before is None or before.draft:
        return True
    return public(replace(before, updated_at=after.updated_at)) != public(after)


def _told(before: Incident | None, after: Incident) -> list[Told]:
    if after.draft:
        return []
    return story.opened(after) if before is None or before.draft else story.updated(before, after)


async def _append(tx: Writing, incident: Incident, deed: Deed, at: datetime, *, shown: bool) -> Incident:
    document = dump(INCIDENT, replace(incident, rev=0))
    kept = await tx.add_revision(RevisionKind.INCIDENT, incident.id, document, at, deed.actor.label, shown=shown)
    said = {"rev": kept.rev, "draft": incident.draft, **deed.detail}
    await record(tx, deed.actor, deed.verb, incident.id, said, at)
    return replace(incident, rev=kept.rev)


def _bears_on(before: Incident | None, after: Incident, key: CellKey) -> bool:
    return after.covers(key) or (before is not None and before.covers(key))
