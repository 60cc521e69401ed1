"""What is saved, as the plain data that would write it again: to fill a form, or to change a part of it."""

from __future__ import annotations

from typing import Any

from statuspage.core.incident import Declaration, Incident, Proposal, ScopeRow
from statuspage.services.written import row_of


def story_of(draft: Incident) -> dict[str, Any]:
    """A draft as the data that would write it again."""
    asked = draft.review.asked
    said = {
        "kind": draft.kind,
        "title": draft.title,
        "body": draft.updates[-1].body if draft.updates else "",
        "scope": [row_of(one).model_dump(by_alias=True) for one in draft.scope],
        "statements": [_fact(one, draft.scope) for one in draft.declarations],
        "impact": draft.impact,
        "stage": draft.stage,
        "started_at": draft.started_at,
        "next_update_by": draft.next_update_by,
        "scheduled_for": draft.scheduled_for,
        "scheduled_until": draft.scheduled_until,
        "publish_at": asked.publish_at if asked else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def more_of(waiting: Proposal, incident: Incident) -> dict[str, Any]:
    """A waiting update as the data that would write it again."""
    scope = waiting.scope if waiting.scope is not None else incident.scope
    said = {
        "body": waiting.body,
        "stage": waiting.stage,
        "scope": None if waiting.scope is None else [row_of(one).model_dump(by_alias=True) for one in waiting.scope],
        "statements": [_fact(one, scope) for one in waiting.declarations],
        "next_update_by": waiting.next_update_by,
        "backdated_to": waiting.backdated_to,
        "ends": waiting.ends,
        "publish_at": waiting.review.asked.publish_at if waiting.review.asked else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _fact(one: Declaration, story: tuple[ScopeRow, ...]) -> dict[str, Any]:
    own = [] if one.scope == story else [row_of(row).model_dump(by_alias=True) for row in one.scope]
    return {
        "says": one.says,
        "certainty": one.certainty,
        "by": one.by,
        "authority": one.authority,
        "basis": one.basis,
        "announced_at": one.announced_at,
        "from": one.effective_from,
        "until": one.until,
        "source": one.source,
        "scope": own,
    }
