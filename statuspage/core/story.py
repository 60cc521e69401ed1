"""Writing a story: the next revision of an incident, and the events that tell of it; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core.availability import CellKey
from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.core.incident import (
    ENDED,
    Certainty,
    Declaration,
    Impact,
    Incident,
    Kind,
    Link,
    Says,
    ScopeRow,
    Stage,
    Update,
)
from statuspage.core.publish import Stand, standing
from statuspage.core.settings import Settings

OPENED = {
    Kind.INCIDENT: EventType.INCIDENT_OPENED,
    Kind.RESTRICTION: EventType.INCIDENT_OPENED,
    Kind.NOTICE: EventType.INCIDENT_OPENED,
    Kind.MAINTENANCE: EventType.MAINTENANCE_SCHEDULED,
}

FIRST_STAGE = {
    Kind.INCIDENT: Stage.INVESTIGATING,
    Kind.RESTRICTION: Stage.IDENTIFIED,
    Kind.NOTICE: Stage.MONITORING,
    Kind.MAINTENANCE: Stage.SCHEDULED,
}

_DECLARED = {
    Says.ORDERED: EventType.RESTRICTION_ANNOUNCED,
    Says.ANNOUNCED: EventType.RESTRICTION_ANNOUNCED,
    Says.APPLIED: EventType.RESTRICTION_EFFECTIVE,
    Says.LIFTED: EventType.RESTRICTION_LIFTED,
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event that a revision makes: its type, its sentence, and when what it tells took effect."""

    type: EventType
    summary: str
    effective_at: datetime
    scope: tuple[ScopeRow, ...]


def opened(incident: Incident) -> list[Told]:
    """What a newly public incident tells: that it is open, and each confirmed declaration."""
    first = Told(OPENED[incident.kind], incident.title, incident.started_at or incident.created_at, incident.scope)
    return [first, *(_declared(incident, one) for one in incident.declarations if _counts(one))]


def updated(before: Incident, after: Incident) -> list[Told]:
    """What the difference of two public revisions tells."""
    known = [_unmarked(one) for one in before.declarations]
    added = [one for one in after.declarations if _unmarked(one) not in known and _counts(one)]
    told = [_declared(after, one) for one in added if not _amends(before, one)]
    told += [_effect(after, one) for one in after.declarations if one.effect_told and one not in before.declarations]
    if any(_amends(before, one) for one in added) or (before.declarations and before.scope != after.scope):
        told.append(_told(after, EventType.RESTRICTION_AMENDED, f"Amended: {after.title}"))
    if after.stage in ENDED and before.stage not in ENDED:
        told.append(_told(after, _ended(after), f"Resolved: {after.title}"))
    elif after.stage is Stage.IN_PROGRESS and before.stage is Stage.SCHEDULED:
        told.append(_told(after, EventType.MAINTENANCE_STARTED, f"Started: {after.title}"))
    elif len(after.updates) > len(before.updates):
        told.append(_told(after, EventType.INCIDENT_UPDATED, f"Update: {after.title}"))
    return told


def taking_effect(incident: Incident, at: datetime, cells: Collection[CellKey] = ()) -> tuple[Incident, list[Told]]:
    """The incident with every declaration marked whose time has come since, and the events of those.

    One that was lifted for each of its ``cells`` before its time came takes no effect.
    """
    due = [one for one in incident.declarations if _takes_effect(one, at) and _holds(incident, one, at, cells)]
    if not due or not incident.open:
        return incident, []
    marked = tuple(replace(one, effect_told=True) if one in due else one for one in incident.declarations)
    told = [_effect(incident, one) for one in due]
    return replace(incident, declarations=marked), told


def event(told: Told, incident: Incident, event_id: str, at: datetime, settings: Settings) -> EventDraft:
    """The event of one told fact."""
    return EventDraft(
        id=event_id,
        type=told.type,
        timestamp=at,
        model=_only(row.models for row in told.scope),
        provider=_only(row.providers for row in told.scope),
        summary=told.summary,
        severity=Severity(incident.impact.value) if told.type not in _GOOD_NEWS else Severity.NONE,
        effective_at=told.effective_at,
        incident=incident.id,
        models=_all(row.models for row in told.scope),
        providers=_all(row.providers for row in told.scope),
        user_classes=_classes(told.scope, settings),
        quiet=incident.quiet,
    )


def with_update(incident: Incident, update: Update) -> Incident:
    """The incident with one more public update, which also sets the stage."""
    resolved = update.at if update.stage in ENDED and incident.resolved_at is None else incident.resolved_at
    return replace(
        incident,
        stage=update.stage,
        updates=(*incident.updates, update),
        updated_at=update.at,
        resolved_at=resolved if update.stage in ENDED else None,
        next_update_by=None if update.stage in ENDED else incident.next_update_by,
    )


def with_link(incident: Incident, link: Link) -> Incident:
    """The incident with a provider's fingerprint linked to it, once."""
    others = tuple(o for o in incident.links if (o.provider, o.fingerprint) != (link.provider, link.fingerprint))
    return replace(incident, links=(*others, link), updated_at=link.at)


def without_link(incident: Incident, provider: str, fingerprint: str) -> Incident:
    """The incident without a link."""
    kept = tuple(one for one in incident.links if (one.provider, one.fingerprint) != (provider, fingerprint))
    return replace(incident, links=kept)


def impact_of(kind: Kind, scope: Iterable[ScopeRow], settings: Settings) -> Impact:
    """The impact that a scope suggests: a restriction of every class is critical, of some classes major."""
    if kind is not Kind.RESTRICTION:
        return Impact.MINOR if kind is Kind.INCIDENT else Impact.NONE
    rows = tuple(scope)
    cells = [key for key in settings.cells() if any(_ignoring_class(row).covers(key) for row in rows)]
    return Impact.CRITICAL if cells and all(_covered(key, rows) for key in cells) else Impact.MAJOR


def _ignoring_class(row: ScopeRow) -> ScopeRow:
    return replace(row, user_classes=(), excepted=())


def _covered(key: CellKey, rows: tuple[ScopeRow, ...]) -> bool:
    return any(row.covers(key) for row in rows)


def _counts(declaration: Declaration) -> bool:
    return declaration.certainty is Certainty.CONFIRMED


def _amends(before: Incident, declaration: Declaration) -> bool:
    if declaration.says is Says.LIFTED:
        return False
    earlier = (one for one in before.declarations if _counts(one) and one.says is declaration.says)
    return any(one.scope != declaration.scope for one in earlier)


def _takes_effect(declaration: Declaration, at: datetime) -> bool:
    return (
        _counts(declaration)
        and declaration.says in (Says.ORDERED, Says.ANNOUNCED)
        and declaration.effective_from is not None
        and not declaration.effect_told
        and declaration.begun(at)
    )


def _holds(incident: Incident, declaration: Declaration, at: datetime, cells: Collection[CellKey]) -> bool:
    meant = [key for key in cells if declaration.covers(key)]
    return not meant or any(standing((incident,), key, at).stand is Stand.RESTRICTS for key in meant)


def _unmarked(declaration: Declaration) -> Declaration:
    return replace(declaration, effect_told=False)


def _effect(incident: Incident, one: Declaration) -> Told:
    return Told(EventType.RESTRICTION_EFFECTIVE, f"In effect: {incident.title}", one.starts, one.scope)


def _declared(incident: Incident, declaration: Declaration) -> Told:
    type_ = _DECLARED[declaration.says]
    return Told(
        type_, f"{declaration.says.value.capitalize()}: {incident.title}", declaration.starts, declaration.scope
    )


def _told(incident: Incident, type_: EventType, summary: str) -> Told:
    return Told(type_, summary, incident.updated_at, incident.scope)


def _ended(incident: Incident) -> EventType:
    return EventType.MAINTENANCE_COMPLETED if incident.kind is Kind.MAINTENANCE else EventType.INCIDENT_RESOLVED


_GOOD_NEWS = frozenset({EventType.RESTRICTION_LIFTED, EventType.INCIDENT_RESOLVED, EventType.MAINTENANCE_COMPLETED})


def _all(rows: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    found = list(rows)
    return () if any(not row for row in found) else tuple(dict.fromkeys(one for row in found for one in row))


def _only(rows: Iterable[tuple[str, ...]]) -> str | None:
    found = _all(rows)
    return found[0] if len(found) == 1 else None


def _classes(scope: tuple[ScopeRow, ...], settings: Settings) -> tuple[str, ...]:
    known = tuple(one.id for one in settings.user_classes)
    named = [
        tuple(c for c in (row.user_classes or known) if c not in row.excepted)
        if row.user_classes or row.excepted
        else ()
        for row in scope
    ]
    return _all(named)
