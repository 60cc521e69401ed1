"""Shapes for staff: the JSON form of an incident with all that is private, and of what a publication would do."""

from __future__ import annotations

from typing import Any

from statuspage.core.event import rfc3339
from statuspage.core.incident import Attestation, Incident, Proposal
from statuspage.core.review import Review
from statuspage.core.snapshot import Snapshot
from statuspage.services.rehearsal import Rehearsal
from statuspage.site import shapes

Shape = dict[str, Any]


def incident(snapshot: Snapshot, one: Incident) -> Shape:
    """An incident as staff see it: the public shape, and beside it what is private."""
    return shapes.incident(snapshot, one) | {
        "rev": one.rev,
        "draft": one.draft,
        "discarded": one.discarded,
        "quiet": one.quiet,
        "review": review(one.review),
        "waiting": [proposal(each) for each in one.proposals],
        "notes": [{"at": rfc3339(each.at), "by": each.actor, "body": each.body} for each in one.notes],
        "overrides": [{"by": each.name, "at": rfc3339(each.at), "reason": each.reason} for each in one.overrides],
    }


def review(one: Review) -> Shape:
    """The way of a text to the public."""
    asked = one.asked
    return {
        "writers": list(one.writers),
        "asked": {
            "by": asked.name,
            "at": rfc3339(asked.at),
            "quiet": asked.quiet,
            "publish_at": shapes.moment(asked.publish_at),
            "held": asked.held,
        }
        if asked
        else None,
        "approvals": [{"by": each.name, "at": rfc3339(each.at)} for each in one.approvals],
        "override": {"by": one.override.name, "at": rfc3339(one.override.at), "reason": one.override.reason}
        if one.override
        else None,
    }


def proposal(one: Proposal) -> Shape:
    """An update that is not public yet."""
    return {
        "id": one.id,
        "created_at": rfc3339(one.created_at),
        "body": one.body,
        "stage": one.stage.value if one.stage else None,
        "scope": None if one.scope is None else [shapes.scope_row(row) for row in one.scope],
        "declarations": [shapes.declaration(each) for each in one.declarations],
        "next_update_by": shapes.moment(one.next_update_by),
        "backdated_to": shapes.moment(one.backdated_to),
        "ends": one.ends,
        "review": review(one.review),
    }


def rehearsal(one: Rehearsal) -> Shape:
    """What a publication would do: the public document as it would be, the events, who is told."""
    shown = next(each for each in one.snapshot.incidents if each.id == one.incident.id)
    return {
        "incident": shapes.incident(one.snapshot, shown),
        "events": [{"type": each.draft.type.value, "summary": each.draft.summary} for each in one.events],
        "told": [
            {"channel": each.channel, "count": each.count, "failing": each.failing, "messages": each.messages}
            for each in one.audiences
        ],
        "headline": one.snapshot.summary.headline,
    }


def attestation(one: Attestation) -> Shape:
    """Staff's word on cells that no check can reach."""
    return {
        "id": one.id,
        "scope": shapes.scope_row(one.scope),
        "availability": "available" if one.available else "restricted",
        "recorded_at": rfc3339(one.recorded_at),
        "until": rfc3339(one.until),
        "by_role": one.by_role,
        "source": one.source,
    }
