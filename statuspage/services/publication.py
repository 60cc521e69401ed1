"""From "asked" to "public": what of an incident may be published now, and what staff are told of what waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core import review as reviews
from statuspage.core.alert import Alert, AlertKind, Name, alert
from statuspage.core.incident import Incident, Kind, Proposal
from statuspage.core.proposal import applied, published, with_proposal
from statuspage.core.review import Override, Review, Ruling
from statuspage.services.commits import Scene


@dataclass(frozen=True, slots=True)
class Step:
    """An incident on its way to the public. ``quiet`` is whether all that went public was to tell nobody."""

    incident: Incident
    quiet: bool = False


def concerned(incident: Incident, proposal: Proposal | None, two_people: Collection[Kind]) -> bool:
    """Whether two people publish this: of the kinds that the configuration names, all but mere words."""
    return incident.kind in two_people and (proposal is None or proposal.changes_cells(incident))


def ruling_on(incident: Incident, proposal: Proposal | None, scene: Scene) -> Ruling:
    """Whether a draft, or a proposal, may be published."""
    review = proposal.review if proposal else incident.review
    twice = concerned(incident, proposal, scene.settings.staffing.two_people)
    return reviews.ruling(review, concerned=twice, approvers=scene.approvers)


def advanced(incident: Incident, scene: Scene) -> Step:
    """The incident after everything became public that somebody asked for, that is due, and that may.

    What may not is marked as held.
    """
    if incident.discarded:
        return Step(incident)
    return _draft_advanced(incident, scene) if incident.draft else _proposals_advanced(incident, scene)


def waiting(incident: Incident) -> tuple[Review, ...]:
    """What somebody asked to publish and that waits for a second person."""
    found = (incident.review,) if incident.draft else tuple(one.review for one in incident.proposals)
    return tuple(one for one in found if reviews.waits(one))


def alerts_of(before: Incident | None, after: Incident, at: datetime) -> tuple[list[Alert], list[Name]]:
    """What staff are told, and no longer told, after a change: who must look, who acted alone; no word of a draft."""
    link, name = f"/staff/incidents/{after.id}", (AlertKind.APPROVAL, after.id)
    was, now = bool(before and waiting(before)), bool(waiting(after))
    known = _overrides(before) if before else ()
    raised = [
        alert(AlertKind.OVERRIDE, after.id, f"{one.name} published {after.id} alone, see {link}: {one.reason}", at)
        for one in _overrides(after)
        if one not in known
    ]
    if now and not was:
        raised.append(alert(*name, f"{after.id} waits for a second person: {link}", at))
    return raised, [name] if was and not now else []


def _draft_advanced(incident: Incident, scene: Scene) -> Step:
    review = incident.review
    ruled = ruling_on(incident, None, scene)
    if not ruled.allowed:
        return Step(replace(incident, review=reviews.held(review)))
    if review.asked is None or not reviews.due(review, scene.at):
        return Step(incident)
    return Step(published(incident, scene.at, quiet=review.asked.quiet))


def _proposals_advanced(incident: Incident, scene: Scene) -> Step:
    went: list[bool] = []
    for one in incident.proposals:
        if not ruling_on(incident, one, scene).allowed:
            incident = with_proposal(incident, replace(one, review=reviews.held(one.review)))
        elif one.review.asked and reviews.due(one.review, scene.at):
            incident = applied(incident, one, scene.at)
            went.append(one.review.asked.quiet)
    return Step(incident, bool(went) and all(went))


def _overrides(incident: Incident) -> tuple[Override, ...]:
    """Every time that one person published alone."""
    return tuple(one for one in (incident.review.override, *incident.overrides) if one)
