"""The way of a text to the public, as staff's verbs change it: asked for, alone in an emergency, found by its id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from statuspage.core.incident import Incident, Proposal
from statuspage.core.proposal import with_proposal
from statuspage.core.review import Asked, Override, Review
from statuspage.core.staff import Action, Actor, require
from statuspage.errors import Conflict, FieldMistake, Invalid, NotFound, UsageError

UPDATE_ID = re.compile(r"upd_[0-9a-z]{5,32}")
INCIDENT_ID = re.compile(r"inc_[0-9a-z]{5,32}")


@dataclass(frozen=True, slots=True)
class Terms:
    """How something is to be published: quietly, later, or alone in an emergency, with the reason."""

    quiet: bool = False
    publish_at: datetime | None = None
    override: str | None = None


def check_free(incident_id: str | None, known: Iterable[Incident]) -> None:
    """Refuse an id that is none, or that is taken."""
    if incident_id is None:
        return
    if not INCIDENT_ID.fullmatch(incident_id):
        raise NotFound(f"there is no incident {incident_id[:80]!r}")
    if incident_id in {one.id for one in known}:
        raise Conflict(f"there is an incident {incident_id} already")


def asked(review: Review, actor: Actor, at: datetime, terms: Terms) -> Review:
    """The review after somebody asked for publication on these terms."""
    if terms.override is not None:
        require(actor, Action.OVERRIDE)
        if not terms.override.strip():
            raise Invalid((FieldMistake("override", "say why it cannot wait for a second person"),))
        review = replace(review, override=Override(actor.eyes, actor.label, at, terms.override.strip()))
    later = terms.publish_at if terms.publish_at and terms.publish_at > at else None
    wish = Asked(actor.eyes, actor.label, at, terms.quiet, later)
    approvals = () if review.asked and _other(review.asked, wish) else review.approvals
    return replace(review, asked=wish, approvals=approvals)


def _other(before: Asked, wish: Asked) -> bool:
    """Whether a wish is not the one that was approved: louder or quieter, or sooner than an embargo allows."""
    sooner = before.publish_at is not None and (wish.publish_at is None or wish.publish_at < before.publish_at)
    return wish.quiet is not before.quiet or sooner


def detail(quiet: bool, override: str | None, update_id: str | None = None) -> dict[str, Any]:
    """What belongs in the record of it."""
    said = {"quiet": quiet or None, "override": override, "update": update_id}
    return {name: value for name, value in said.items() if value is not None}


def check_draft(incident: Incident) -> None:
    """Refuse what is public already."""
    if not incident.draft:
        raise UsageError(f"{incident.id} is public already")


def proposal(incident: Incident, update_id: str) -> Proposal:
    """The waiting update of that id; NotFound."""
    for one in incident.proposals:
        if one.id == update_id:
            return one
    raise NotFound(f"{incident.id} has no update {update_id[:80]!r} that is not public yet")


def review_of(incident: Incident, update_id: str | None) -> Review:
    """The review of a draft, or of a waiting update."""
    if update_id:
        return proposal(incident, update_id).review
    check_draft(incident)
    return incident.review


def with_review(incident: Incident, update_id: str | None, review: Review) -> Incident:
    """The incident with that review changed."""
    if update_id is None:
        return replace(incident, review=review)
    return with_proposal(incident, replace(proposal(incident, update_id), review=review))
