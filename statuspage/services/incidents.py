"""Incidents: each verb of staff writes one revision, publishes the cells it bears on, and tells its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core import story
from statuspage.core.incident import (
    By,
    Certainty,
    Declaration,
    Impact,
    Incident,
    Kind,
    Link,
    Note,
    Says,
    ScopeRow,
    Stage,
    Update,
)
from statuspage.core.settings import Settings
from statuspage.core.staff import CLOCK, Action, Actor, require
from statuspage.core.story import Told
from statuspage.errors import NotFound, UsageError
from statuspage.ports import Clock, Ids, RevisionKind, Store, Writing
from statuspage.services import world as worlds
from statuspage.services.audit import record
from statuspage.services.documents import INCIDENT, dump
from statuspage.services.publishing import republish, tell
from statuspage.services.scopes import check_names, check_scope
from statuspage.services.world import World

MAX_TITLE = 200
MAX_BODY = 50_000
NOTE = "incident.note"


@dataclass(frozen=True, slots=True)
class Statement:
    """What staff say of a restriction. ``by`` None is derived from ``authority`` and ``says``."""

    says: Says
    certainty: Certainty = Certainty.CONFIRMED
    by: By | None = None
    authority: str | None = None
    basis: str | None = None
    announced_at: datetime | None = None
    effective_from: datetime | None = None
    until: datetime | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What staff write to open an incident. ``impact`` None is derived from kind and scope."""

    kind: Kind
    title: str
    body: str = ""
    scope: tuple[ScopeRow, ...] = ()
    statements: tuple[Statement, ...] = ()
    impact: Impact | None = None
    stage: Stage | None = None
    started_at: datetime | None = None
    next_update_by: datetime | None = None
    scheduled_for: datetime | None = None
    scheduled_until: datetime | None = None
    draft: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Continuation:
    """What staff write to continue an incident; what is None stays as it is."""

    body: str = ""
    stage: Stage | None = None
    scope: tuple[ScopeRow, ...] | None = None
    statements: tuple[Statement, ...] = ()
    statement_scope: tuple[ScopeRow, ...] | None = None
    next_update_by: datetime | None = None


@dataclass
class Incidents:
    """The verbs of staff on incidents. ``actor`` is who acts, for the record."""

    store: Store
    settings: Settings
    clock: Clock
    ids: Ids

    async def open(self, opening: Opening, actor: Actor) -> Incident:
        """Record a new incident; unless it is a draft, publish and tell it."""
        async with self.store.writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            incident = self._new(opening, at, world.settings)
            told = [] if incident.draft else story.opened(incident)
            await self._commit(tx, world, incident, told, actor, "incident.open", at)
        return incident

    async def update(self, incident_id: str, written: Continuation, actor: Actor) -> Incident:
        """Add an update, a declaration, another scope or stage."""
        return await self._revise(
            incident_id, actor, "incident.update", lambda old, at, s: self._continued(old, written, at, s)
        )

    async def resolve(self, incident_id: str, body: str, actor: Actor) -> Incident:
        """End an incident with a last update."""
        return await self._revise(
            incident_id, actor, "incident.resolve", lambda old, at, _s: self._resolved(old, body, at)
        )

    async def publish(self, incident_id: str, actor: Actor, *, quiet: bool = False) -> Incident:
        """Make a draft public and tell it, or, quietly, tell nobody."""
        return await self._revise(
            incident_id, actor, "incident.publish", lambda old, at, _s: _published(old, at, quiet)
        )

    async def link(self, incident_id: str, provider: str, fingerprint: str, actor: Actor) -> Incident:
        """Say that a provider's fingerprint is how this restriction shows there."""
        check_names("provider", (provider,), [one.id for one in self.settings.providers])
        return await self._revise(
            incident_id,
            actor,
            "incident.link",
            lambda old, at, _s: story.with_link(old, Link(provider, fingerprint, actor.label, at)),
        )

    async def note(self, incident_id: str, body: str, actor: Actor) -> Incident:
        """Add a private remark."""
        return await self._revise(
            incident_id,
            actor,
            NOTE,
            lambda old, at, _s: replace(old, notes=(*old.notes, Note(at, actor.label, body))),
        )

    async def all(self) -> list[Incident]:
        """Every incident, drafts included, newest first."""
        async with self.store.reading() as tx:
            found = [INCIDENT.validate_python(r.document) for r in await tx.revisions(RevisionKind.INCIDENT)]
        return sorted(found, key=lambda incident: incident.created_at, reverse=True)

    async def one(self, incident_id: str) -> Incident:
        """One incident; NotFound names those there are."""
        return _find(await self.all(), incident_id)

    async def take_effect(self) -> int:
        """Tell the declarations whose time has come since; how many events that made."""
        count = 0
        async with self.store.writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            for incident in world.incidents:
                revised, told = story.taking_effect(incident, at, world.settings.cells())
                if told:
                    count += len(told)
                    await self._commit(tx, world, revised, told, CLOCK, "incident.effect", at)
        return count

    async def _revise(
        self, incident_id: str, actor: Actor, verb: str, change: Callable[[Incident, datetime, Settings], Incident]
    ) -> Incident:
        async with self.store.writing() as tx:
            at = self.clock()
            world = await worlds.load(tx, self.settings)
            before = _find(world.incidents, incident_id)
            after = replace(change(before, at, world.settings), updated_at=at)
            told = _told(before, after)
            await self._commit(tx, world, after, told, actor, verb, at)
        return after

    async def _commit(
        self, tx: Writing, world: World, incident: Incident, told: Sequence[Told], actor: Actor, verb: str, at: datetime
    ) -> None:
        """Append the revision and the record, publish the cells it bears on, and tell everything in one go."""
        require(actor, Action.WRITE if incident.draft or verb == NOTE else Action.PUBLISH)
        kept = await tx.add_revision(RevisionKind.INCIDENT, incident.id, dump(INCIDENT, incident), at, actor.label)
        await record(tx, actor, verb, incident.id, {"rev": kept.rev, "draft": incident.draft}, at)
        others = tuple(one for one in world.incidents if one.id != incident.id)
        after = replace(world, incidents=(*others, incident))
        known = await tx.cells()
        touched = [known[key] for key in after.settings.cells() if key in known and incident.covers(key)]
        moved = await republish(tx, known, touched, after, at, self.ids)
        drafts = [story.event(one, incident, self.ids("evt"), at, after.settings) for one in told]
        await tell(tx, [*drafts, *moved], after, at, self.ids)

    def _new(self, opening: Opening, at: datetime, settings: Settings) -> Incident:
        if not opening.title.strip() or len(opening.title) > MAX_TITLE:
            raise UsageError(f"the title must have 1 to {MAX_TITLE} characters")
        check_scope(opening.scope, settings)
        if opening.kind is Kind.MAINTENANCE and opening.scheduled_for is None:
            raise UsageError("maintenance needs the time at which it starts (--from)")
        stage = opening.stage or story.FIRST_STAGE[opening.kind]
        updates = (self._update(opening.body, stage, at),) if opening.body.strip() else ()
        return Incident(
            id=self.ids("inc"),
            kind=opening.kind,
            title=opening.title.strip(),
            stage=stage,
            impact=opening.impact or story.impact_of(opening.kind, opening.scope, settings),
            created_at=at,
            updated_at=at,
            scope=opening.scope,
            declarations=tuple(_declaration(one, opening.scope, at) for one in opening.statements),
            updates=updates,
            started_at=opening.started_at,
            next_update_by=opening.next_update_by,
            scheduled_for=opening.scheduled_for,
            scheduled_until=opening.scheduled_until,
            draft=opening.draft,
            quiet=opening.quiet,
        )

    def _continued(self, old: Incident, written: Continuation, at: datetime, settings: Settings) -> Incident:
        scope = written.scope if written.scope is not None else old.scope
        said_of = written.statement_scope or scope
        check_scope((*scope, *said_of), settings)
        declared = tuple(_declaration(one, said_of, at) for one in written.statements)
        new = replace(old, scope=scope, declarations=(*old.declarations, *declared))
        if written.next_update_by is not None:
            new = replace(new, next_update_by=written.next_update_by)
        if written.body.strip() or (written.stage and written.stage is not old.stage):
            new = story.with_update(new, self._update(written.body, written.stage or old.stage, at))
        return new

    def _resolved(self, old: Incident, body: str, at: datetime) -> Incident:
        if not old.open:
            raise UsageError(f"{old.id} is not open: it is {'a draft' if old.draft else old.stage.value}")
        stage = Stage.COMPLETED if old.kind is Kind.MAINTENANCE else Stage.RESOLVED
        return story.with_update(old, self._update(body, stage, at))

    def _update(self, body: str, stage: Stage, at: datetime) -> Update:
        if len(body) > MAX_BODY:
            raise UsageError(f"the text must have at most {MAX_BODY} characters")
        return Update(self.ids("upd"), at, stage, body.strip())


def _published(old: Incident, at: datetime, quiet: bool) -> Incident:
    if not old.draft:
        raise UsageError(f"{old.id} is public already")
    declared = tuple(replace(one, recorded_at=at) for one in old.declarations)
    return replace(old, draft=False, quiet=quiet, declarations=declared)


def _told(before: Incident, after: Incident) -> list[Told]:
    if after.draft:
        return []
    return story.opened(after) if before.draft else story.updated(before, after)


def _declaration(said: Statement, scope: tuple[ScopeRow, ...], at: datetime) -> Declaration:
    by = said.by or (By.AUTHORITY if said.authority else By.PROVIDER if said.says is not Says.APPLIED else By.STAFF)
    return Declaration(
        says=said.says,
        by=by,
        certainty=said.certainty,
        scope=scope or (ScopeRow(),),
        recorded_at=at,
        authority=said.authority,
        basis=said.basis,
        announced_at=said.announced_at,
        effective_from=said.effective_from,
        until=said.until,
        source=said.source,
    )


def _find(incidents: Sequence[Incident], incident_id: str) -> Incident:
    for incident in incidents:
        if incident.id == incident_id:
            return incident
    raise NotFound(f"there is no incident {incident_id!r}; `statuspage incident list` shows all")
