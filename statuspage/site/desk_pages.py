"""What the pages on which staff work on incidents show: from snapshots and revisions to what their templates need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statuspage.core.difference import difference
from statuspage.core.incident import Incident, Kind, Proposal, Stage
from statuspage.core.moment import short_month
from statuspage.core.review import ENOUGH_APPROVERS, may_approve, missing, waits
from statuspage.core.settings import UserClass
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.core.staff import Action, Actor, allowed, is_person
from statuspage.core.suggestion import Suggestion
from statuspage.errors import FieldMistake
from statuspage.ports import Fingerprint, Revision
from statuspage.services.publication import waiting
from statuspage.services.rehearsal import Rehearsal
from statuspage.services.sheets import Sheet
from statuspage.site import desk_history, stories
from statuspage.site.desk_forms import Form
from statuspage.site.desk_history import Changed, text_of
from statuspage.site.wordings import for_kind

Context = dict[str, Any]
"""What a template needs besides what every staff page has."""

NEW = "/staff/incidents/new"
FEW = 12
"""As many models are shown at once without asking."""

STAGES = (Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be ticked; ``shown`` is whether it is seen without opening a list."""

    id: str
    name: str
    look: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else saved first: who, what differs, and the whole text that was saved."""

    who: str
    changes: tuple[Changed, ...]
    theirs: str


@dataclass(frozen=True, slots=True)
class Line:
    """One incident in the list, with where it stands and the one thing to do."""

    incident: Incident
    stands: str
    link: str
    do: str
    word: str
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Incidents that need the same."""

    name: str
    stories: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of a provider that may be linked to a restriction, or is."""

    provider: str
    fingerprint: str
    linked: bool
    status: int | None = None
    sample: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands around a form: its mistakes, what was typed and not saved, who saved another version."""

    form: Form
    mistakes: tuple[FieldMistake, ...] = ()
    sheet: Sheet | None = None
    offered: Sheet | None = None
    conflict: Conflict | None = None


def incidents(snapshot: Snapshot, found: Sequence[Incident]) -> Context:
    """Every incident, by what it needs."""
    return {"groups": _groups(found, snapshot)}


def story_form(snapshot: Snapshot, filling: Filling, saved: Incident | None, found: Suggestion | None) -> Context:
    """The form of a new incident or a draft."""
    wordings = [(one.id, one.name) for one in for_kind(filling.form.kind)]
    return {"saved": saved, "suggested": found, "wordings": wordings} | _form(snapshot, filling)


def update_form(
    snapshot: Snapshot, filling: Filling, incident: Incident, purpose: str, affected: tuple[CellView, ...]
) -> Context:
    """The form of an update, a lifting, an end, a postmortem or a correction."""
    kind = "update" if purpose == "lift" else purpose
    return {
        "incident": incident,
        "purpose": purpose,
        "affected": affected,
        "stages": [(one.value, one.value) for one in STAGES],
        "wordings": [(one.id, one.name) for one in for_kind(kind)],
    } | _form(snapshot, filling)


def review(rehearsal: Rehearsal, incident: Incident, update: Proposal | None, actor: Actor, approvers: int) -> Context:
    """Exactly what will be public, and who is told."""
    way = update.review if update else incident.review
    base = f"/staff/incidents/{incident.id}"
    shown = next(one for one in rehearsal.snapshot.incidents if one.id == incident.id)
    seen = actor.eyes in {one.person for one in way.approvals}
    twice = rehearsal.concerned and (approvers >= ENOUGH_APPROVERS or bool(way.asked and way.asked.held))
    return {
        "incident": incident,
        "update": update,
        "review": way,
        "story": stories.story(rehearsal.snapshot, shown),
        "told": rehearsal.audiences,
        "events": rehearsal.events,
        "cells": _moved(rehearsal),
        "headline": rehearsal.snapshot.summary.headline,
        "approvers": approvers,
        "needs_second": twice and missing(way) > 0,
        "missing": missing(way),
        "unnamed": [one for one in way.writers if not is_person(one)],
        "may_approve": allowed(actor, Action.APPROVE) and may_approve(way, actor.eyes) and not seen,
        "may_override": allowed(actor, Action.OVERRIDE),
        "edit": f"{base}/updates/{update.id}/edit" if update else f"{base}/edit",
    }


def incident(snapshot: Snapshot, one: Incident, fingerprints: Sequence[Fingerprint]) -> Context:
    """A public incident, as staff work on it."""
    return {
        "incident": one,
        "story": stories.story(snapshot, one),
        "links": answers(snapshot, one, fingerprints),
    }


def history(log: Sequence[tuple[Revision, Incident]]) -> Context:
    """Who changed what."""
    return {"incident": log[-1][1], "revisions": desk_history.history(log)}


def conflict_of(saved_by: str, theirs: str, mine: str) -> Conflict:
    """The same for the words of one update."""
    found = () if theirs == mine else (Changed("What was said", difference(theirs, mine)),)
    return Conflict(saved_by, found, theirs)


def conflict(theirs: Incident, saved_by: str, mine: Incident) -> Conflict:
    """What somebody else saved while another version was being written."""
    found = tuple(one for one in desk_history.changes(theirs, mine) if not one.private)
    return Conflict(saved_by, found, text_of(theirs))


def choices(
    snapshot: Snapshot,
    chosen: Iterable[str],
) -> dict[str, list[Choice]]:
    """What a scope can name; models that are in trouble, or chosen, come first where there are many."""
    picked, looks = set(chosen), _looks(snapshot)
    few = len(snapshot.models) <= FEW
    models = [
        Choice(one.id, one.name, looks.get(one.id, "available"), few or one.id in picked or one.id in looks)
        for one in snapshot.models
    ]
    return {
        "models": sorted(models, key=lambda one: one.id not in looks),
        "providers": [Choice(one.id, one.name) for one in snapshot.providers],
        "classes": [Choice(one.id, _class_name(one)) for one in snapshot.user_classes],
    }


def answers(snapshot: Snapshot, one: Incident, fingerprints: Sequence[Fingerprint]) -> tuple[Answer, ...]:
    """Answers that may be the restriction: what its cells, or its models anywhere, fail with; and those linked."""
    seen = {(each.provider, each.fingerprint): each for each in fingerprints}
    linked = {(each.provider, each.fingerprint) for each in one.links}
    found = {key: _answer(snapshot, cell, key, linked) for cell in snapshot.cells if (key := _failing(cell, one))}
    for key in linked - set(found):
        sample = seen[key].sample if key in seen else ""
        found[key] = Answer(*key, linked=True, sample=sample, words="linked")
    return tuple(found.values())


def _failing(cell: CellView, one: Incident) -> tuple[str, str] | None:
    """How a cell of the story fails otherwise than by a refusal; None where it does not."""
    measured, evidence = cell.measured, cell.evidence
    if not one.covers(cell.key) or not measured or not evidence or not evidence.fingerprint:
        return None
    return (cell.key.provider, evidence.fingerprint) if measured.availability.value == "down" else None


def _answer(snapshot: Snapshot, cell: CellView, key: tuple[str, str], linked: set[tuple[str, str]]) -> Answer:
    names = {model.id: model.name for model in snapshot.models}
    words = f"{names.get(cell.key.model, cell.key.model)}, since {cell.since:%H:%M} UTC"
    status = cell.evidence.status if cell.evidence else None
    sample = cell.evidence.excerpt if cell.evidence else ""
    return Answer(*key, linked=key in linked, status=status, sample=sample or "", words=words)


def _form(snapshot: Snapshot, filling: Filling) -> dict[str, Any]:
    chosen = {name for row in filling.form.rows for name in row.models}
    return {
        "form": filling.form,
        "mistakes": filling.mistakes,
        "sheet": filling.sheet,
        "offered": filling.offered,
        "conflict": filling.conflict,
        "choices": choices(snapshot, chosen),
    }


def _looks(snapshot: Snapshot) -> dict[str, str]:
    said = snapshot.summary
    groups = (("unknown", said.unknown), ("degraded", said.degraded), ("down", said.down))
    looks = {name: look for look, names in groups for name in names}
    return looks | dict.fromkeys(said.restricted, "restricted")


def _class_name(one: UserClass) -> str:
    return f"{one.name} (attested)" if one.attested else one.name


def _moved(rehearsal: Rehearsal) -> list[str]:
    """What cells become, in the words of the events."""
    return [one.draft.summary for one in rehearsal.events if one.draft.changes]


def _groups(found: Sequence[Incident], snapshot: Snapshot) -> tuple[Group, ...]:
    now: datetime = snapshot.generated_at
    lines = [_line(one, now) for one in found]
    held = [one for one in lines if waiting(one.incident)]
    drafts = [one for one in lines if one.incident.draft and one not in held]
    opened = [one for one in lines if one.incident.open and one not in held]
    over = [one for one in lines if not one.incident.draft and not one.incident.open and one not in held]
    return (
        Group("Waiting for a second person", tuple(held)),
        Group("Open", tuple(sorted(opened, key=lambda one: (not one.overdue, one.incident.kind is Kind.MAINTENANCE)))),
        Group("Drafts", tuple(drafts)),
        Group("Over", tuple(over[:50])),
    )


def _line(one: Incident, now: datetime) -> Line:
    base = f"/staff/incidents/{one.id}"
    late = bool(one.open and one.next_update_by and one.next_update_by < now)
    held = next((each for each in one.proposals if each.review.asked and each.review.asked.held), None)
    if one.draft:
        word = "Review" if one.review.asked else "Write on"
        do = f"{base}/review" if one.review.asked else f"{base}/edit"
        return Line(one, _standing(one), do, do, word)
    if held:
        return Line(one, "an update waits", base, f"{base}/updates/{held.id}/review", "Review")
    if one.open:
        return Line(one, one.stage.value.replace("_", " "), base, f"{base}/updates/new", "Update", late)
    return Line(one, one.stage.value, base, f"{base}/updates/new?as=postmortem", "Postmortem")


def _standing(draft: Incident) -> str:
    asked = draft.review.asked
    if asked is None:
        return "draft"
    if waits(draft.review):
        return f"asked for by {asked.name}"
    at = asked.publish_at
    return f"public {at:%d} {short_month(at)} {at:%H:%M} UTC" if at else "draft"
