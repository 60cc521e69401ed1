"""What staff write of an incident, checked, and made into drafts and proposals."""

from __future__ import annotations

from collections.abc import Iterable
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
    Proposal,
    Says,
    ScopeRow,
    Stage,
    Update,
)
from statuspage.core.review import Review
from statuspage.core.settings import Settings
from statuspage.errors import FieldMistake, Invalid, UsageError
from statuspage.ports import Ids
from statuspage.services.scopes import check_scope

MAX_TITLE = 200
MAX_BODY = 50_000
MAX_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Statement:
    """What staff say of a restriction. ``by`` None is derived from ``authority`` and ``says``; an empty ``scope`` is
    that of the incident."""

    says: Says
    certainty: Certainty = Certainty.CONFIRMED
    by: By | None = None
    authority: str | None = None
    basis: str | None = None
    announced_at: datetime | None = None
    effective_from: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    scope: tuple[ScopeRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """What staff write to open an incident. ``impact`` None is derived from kind and scope.

    With ``publish_at`` it stays a draft until then.
    """

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
    publish_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """What staff write to continue an incident; what is None stays as it is.

    ``ends`` resolves it. ``draft`` keeps it private, ``publish_at`` until then; ``quiet`` tells no subscriber.
    """

    body: str = ""
    stage: Stage | None = None
    scope: tuple[ScopeRow, ...] | None = None
    statements: tuple[Statement, ...] = ()
    statement_scope: tuple[ScopeRow, ...] | None = None
    next_update_by: datetime | None = None
    backdated_to: datetime | None = None
    ends: bool = False
    draft: bool = False
    quiet: bool = False
    publish_at: datetime | None = None


def drafted(opening: Opening, incident_id: str, at: datetime, settings: Settings, ids: Ids) -> Incident:
    """The incident that an opening describes, as a draft."""
    check_title(opening.title)
    check_scope((*opening.scope, *(row for one in opening.statements for row in one.scope)), settings)
    _check_statements(opening.statements)
    _check_times(opening, at)
    stage = opening.stage or story.FIRST_STAGE[opening.kind]
    check_body(opening.body)
    updates = (Update(ids("upd"), at, stage, opening.body.strip()),) if opening.body.strip() else ()
    return Incident(
        id=incident_id,
        kind=opening.kind,
        title=opening.title.strip(),
        stage=stage,
        impact=opening.impact or story.impact_of(opening.kind, opening.scope, settings),
        created_at=at,
        updated_at=at,
        scope=opening.scope,
        declarations=tuple(declaration(one, opening.scope, at) for one in opening.statements),
        updates=updates,
        started_at=opening.started_at,
        next_update_by=opening.next_update_by,
        scheduled_for=opening.scheduled_for,
        scheduled_until=opening.scheduled_until,
        draft=True,
    )


def rewritten(old: Incident, opening: Opening, at: datetime, settings: Settings, ids: Ids) -> Incident:
    """A draft written again: its id, its notes, its links and its way to the public stay."""
    new = drafted(opening, old.id, at, settings, ids)
    return replace(new, created_at=old.created_at, notes=old.notes, links=old.links, review=old.review)


def proposed(old: Incident, written: Continuation, at: datetime, settings: Settings, ids: Ids) -> Proposal:
    """What a continuation would change."""
    scope = written.scope if written.scope is not None else old.scope
    said_of = written.statement_scope or scope
    check_scope((*scope, *said_of, *(row for one in written.statements for row in one.scope)), settings)
    _check_statements(written.statements)
    check_body(written.body)
    if written.ends and not old.draft and not old.open:
        raise UsageError(f"{old.id} is not open: it is {old.stage.value}")
    return Proposal(
        id=ids("upd"),
        created_at=at,
        body=written.body.strip(),
        stage=written.stage,
        scope=None if written.scope == old.scope else written.scope,
        declarations=tuple(declaration(one, said_of, at) for one in written.statements),
        next_update_by=written.next_update_by,
        backdated_to=written.backdated_to,
        ends=written.ends,
        review=Review(),
    )


def declaration(said: Statement, scope: tuple[ScopeRow, ...], at: datetime) -> Declaration:
    """The fact that a statement makes, of its own scope or of the one given."""
    by = said.by or (By.AUTHORITY if said.authority else By.PROVIDER if said.says is not Says.APPLIED else By.STAFF)
    return Declaration(
        says=said.says,
        by=by,
        certainty=said.certainty,
        scope=said.scope or scope or (ScopeRow(),),
        recorded_at=at,
        authority=said.authority,
        basis=said.basis,
        announced_at=said.announced_at,
        effective_from=said.effective_from,
        until=said.until,
        source=said.source,
    )


def check_title(title: str) -> None:
    """UsageError for a title that is empty or too long."""
    if not title.strip() or len(title) > MAX_TITLE:
        raise Invalid((FieldMistake("title", f"the title must have 1 to {MAX_TITLE} characters"),))


def check_body(body: str) -> None:
    """UsageError for a text that is too long."""
    if len(body) > MAX_BODY:
        raise Invalid((FieldMistake("body", f"the text must have at most {MAX_BODY} characters"),))


def _check_statements(statements: Iterable[Statement]) -> None:
    for one in statements:
        for name in ("authority", "basis", "source"):
            if len(getattr(one, name) or "") > MAX_LINE:
                raise Invalid((FieldMistake(f"statements.{name}", f"must have at most {MAX_LINE} characters"),))
        if one.until and one.effective_from and one.until <= one.effective_from:
            raise Invalid((FieldMistake("statements.until", "must come after the time from which it holds"),))


def _check_times(opening: Opening, at: datetime) -> None:
    start, end = opening.scheduled_for, opening.scheduled_until
    if opening.kind is Kind.MAINTENANCE and start is None:
        raise Invalid((FieldMistake("scheduled_for", "maintenance needs the time at which it starts (--from)"),))
    if start and end and end <= start:
        raise Invalid((FieldMistake("scheduled_until", "maintenance must end after it starts"),))
    if opening.started_at and opening.started_at > at:
        raise Invalid((FieldMistake("started_at", "a story cannot have begun in the future"),))
