"""What one revision of an incident changed against the one before, in pieces that can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from statuspage.core import moment
from statuspage.core.difference import Piece, difference
from statuspage.core.incident import Declaration, Incident, Link, Proposal, ScopeRow, Update
from statuspage.core.review import Review
from statuspage.ports import Revision


@dataclass(frozen=True, slots=True)
class Changed:
    """One part that changed. ``private`` is whether no public page ever shows it."""

    what: str
    pieces: tuple[Piece, ...]
    private: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """One revision: who saved it, when, and what it changed."""

    rev: int
    at: datetime
    actor: str
    draft: bool
    changes: tuple[Changed, ...]


def history(log: Sequence[tuple[Revision, Incident]]) -> tuple[Saved, ...]:
    """Every revision, the newest first."""
    befores: list[Incident | None] = [None, *(incident for _, incident in log)]
    return tuple(
        Saved(revision.rev, revision.recorded_at, revision.actor, incident.draft, changes(before, incident))
        for before, (revision, incident) in zip(befores, log, strict=False)
    )[::-1]


def changes(before: Incident | None, after: Incident) -> tuple[Changed, ...]:
    """What differs between two revisions."""
    found = []
    for what, private, words in PARTS:
        old, new = words(before) if before else "", words(after)
        if old != new:
            found.append(Changed(what, difference(old, new), private))
    return tuple(found)


def text_of(incident: Incident) -> str:
    """The newest words of an incident."""
    return incident.updates[-1].body if incident.updates else ""


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(lines)


def _update(one: Update) -> str:
    return f"{moment.shown(one.at)} {one.stage.value}: {one.body}"


def _scope(rows: Iterable[ScopeRow]) -> str:
    return "; ".join(_row(row) for row in rows)


def _row(row: ScopeRow) -> str:
    words = [", ".join(one) for one in (row.models, row.providers, row.user_classes) if one]
    excepted = f"except {', '.join(row.excepted)}" if row.excepted else ""
    return " · ".join([*words, excepted] if excepted else words) or "everything"


def _fact(one: Declaration) -> str:
    told = [one.says.value, f"by {one.authority or one.by.value}", one.certainty.value, f"for {_scope(one.scope)}"]
    until = f"until {moment.shown(one.until)}" if one.until else ""
    return ", ".join(filter(None, [*told, f"from {moment.shown(one.starts)}", until, one.basis, one.source]))


def _link(one: Link) -> str:
    return f"{one.provider} {one.fingerprint}"


def _waiting(one: Proposal) -> str:
    parts = [one.body, "ends the story" if one.ends else "", _scope(one.scope) if one.scope is not None else ""]
    return _listed(filter(None, [*parts, *map(_fact, one.declarations), _way(one.review)]))


def _way(review: Review) -> str:
    """The way of a text to the public."""
    asked, override = review.asked, review.override
    return _listed(
        filter(
            None,
            [
                f"written by {', '.join(review.writers)}" if review.writers else "",
                f"asked for by {asked.name}{' for ' + moment.shown(asked.publish_at) if asked.publish_at else ''}"
                if asked
                else "",
                *(f"approved by {one.name}" for one in review.approvals),
                f"published alone by {override.name}: {override.reason}" if override else "",
            ],
        )
    )


PARTS: tuple[tuple[str, bool, Callable[[Incident], str]], ...] = (
    ("Title", False, lambda one: one.title),
    ("What was said", False, lambda one: _listed(map(_update, one.updates))),
    ("Stage", False, lambda one: one.stage.value),
    ("Scope", False, lambda one: _scope(one.scope)),
    ("Facts", False, lambda one: _listed(map(_fact, one.declarations))),
    ("Linked answers", False, lambda one: _listed(map(_link, one.links))),
    ("Impact", False, lambda one: one.impact.value),
    ("It began", False, lambda one: moment.shown(one.started_at)),
    ("Next update by", False, lambda one: moment.shown(one.next_update_by)),
    ("The window", False, lambda one: f"{moment.shown(one.scheduled_for)} {moment.shown(one.scheduled_until)}".strip()),
    ("Visible", False, lambda one: "discarded" if one.discarded else "draft" if one.draft else "public"),
    ("Not public yet", True, lambda one: _listed(map(_waiting, one.proposals))),
    ("Way to the public", True, lambda one: _way(one.review)),
    ("Notes", True, lambda one: _listed(f"{note.actor}: {note.body}" for note in one.notes)),
)
"""Every part of an incident, whether it is private for ever, and how it reads."""
