"""From a draft to a public story: publishing it, applying a proposal to it, editing its words; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from statuspage.core.incident import ENDED, Declaration, Edit, Incident, Kind, Proposal, Stage, Update
from statuspage.core.story import with_update


def published(draft: Incident, at: datetime, *, quiet: bool = False) -> Incident:
    """The draft as it becomes public at ``at``: nothing of it tells how long it was known here."""
    last = len(draft.updates) - 1
    return replace(
        draft,
        draft=False,
        quiet=quiet,
        created_at=at,
        updated_at=at,
        declarations=_recorded(draft.declarations, at),
        updates=tuple(_told(one, at - timedelta(microseconds=last - n)) for n, one in enumerate(draft.updates)),
    )


def applied(incident: Incident, proposal: Proposal, at: datetime) -> Incident:
    """The incident after a proposal became public at ``at``."""
    new = replace(
        incident,
        scope=incident.scope if proposal.scope is None else proposal.scope,
        declarations=(*incident.declarations, *_recorded(proposal.declarations, at)),
        next_update_by=proposal.next_update_by or incident.next_update_by,
        overrides=(*incident.overrides, *filter(None, [proposal.review.override])),
    )
    stage = ending(incident.kind) if proposal.ends else proposal.stage or incident.stage
    if proposal.body.strip() or stage is not incident.stage:
        new = with_update(new, _update(proposal, stage, at))
    return without(replace(new, updated_at=at), proposal.id)


def ending(kind: Kind) -> Stage:
    """The stage in which a story of this kind is over."""
    return Stage.COMPLETED if kind is Kind.MAINTENANCE else Stage.RESOLVED


def with_proposal(incident: Incident, proposal: Proposal) -> Incident:
    """The incident with a proposal, new or written again."""
    others = tuple(one for one in incident.proposals if one.id != proposal.id)
    return replace(incident, proposals=(*others, proposal))


def without(incident: Incident, proposal_id: str) -> Incident:
    """The incident without a proposal."""
    return replace(incident, proposals=tuple(one for one in incident.proposals if one.id != proposal_id))


def edited(incident: Incident, update_id: str, body: str, at: datetime) -> Incident:
    """The incident with other words in one update; those before stay in its history, if they were ever public."""
    known = not incident.draft
    updates = tuple(_edited(one, body, at, known=known) if one.id == update_id else one for one in incident.updates)
    return replace(incident, updates=updates, updated_at=at)


def retitled(incident: Incident, title: str, at: datetime) -> Incident:
    """The incident under another title; the one before stays in its history, unless it was never public."""
    if title == incident.title:
        return incident
    before = () if incident.draft else (Edit(at, incident.title),)
    return replace(incident, title=title, title_edits=(*incident.title_edits, *before), updated_at=at)


def turned(incident: Incident, at: datetime) -> Incident:
    """Planned work at ``at``: begun, or completed, when its time has come; one step at a time, so that each is told."""
    if incident.kind is not Kind.MAINTENANCE or incident.draft or incident.stage in ENDED:
        return incident
    begins = incident.scheduled_for is not None and incident.scheduled_for <= at
    if begins and incident.stage is Stage.SCHEDULED:
        return replace(incident, stage=Stage.IN_PROGRESS, started_at=incident.scheduled_for, updated_at=at)
    if incident.stage is Stage.IN_PROGRESS and incident.scheduled_until and incident.scheduled_until <= at:
        return replace(incident, stage=Stage.COMPLETED, resolved_at=at, next_update_by=None, updated_at=at)
    return incident


def _recorded(declarations: Iterable[Declaration], at: datetime) -> tuple[Declaration, ...]:
    return tuple(replace(one, recorded_at=at) for one in declarations)


def _told(update: Update, at: datetime) -> Update:
    if update.recorded_at is not None:
        return replace(update, recorded_at=at)
    return replace(update, at=at)


def _update(proposal: Proposal, stage: Stage, at: datetime) -> Update:
    said = Update(proposal.id, at, stage, proposal.body.strip())
    if proposal.backdated_to is None:
        return said
    return replace(said, at=min(proposal.backdated_to, at), recorded_at=at)


def _edited(update: Update, body: str, at: datetime, *, known: bool) -> Update:
    before = (Edit(at, update.body),) if known else ()
    return replace(update, body=body, edits=(*update.edits, *before))
