"""Telling: an event in parts, from which a template makes one sentence in the page's own words."""

from __future__ import annotations

from dataclasses import dataclass

from statuspage.core.event import Event, EventType
from statuspage.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says: of cells (``model`` or ``provider``), or of a story (``title``); else only its summary."""

    model: str | None = None
    provider: str | None = None
    classes: tuple[str, ...] = ()
    every: bool = False
    reason: str = ""
    title: str = ""


def told(snapshot: Snapshot, event: Event) -> Told:
    """The parts of an event."""
    draft = event.draft
    if draft.changes and draft.provider:
        classes = tuple(dict.fromkeys(one.key.user_class for one in draft.changes))
        reasons = {one.reason.value for one in draft.changes if one.to_availability not in ("available", "unknown")}
        reason = reasons.pop() if len(reasons) == 1 else ""
        return Told(
            draft.model, draft.provider, classes, _every(snapshot, draft.model, draft.provider, classes), reason
        )
    known = (one.title for one in snapshot.incidents if one.id == draft.incident)
    title = next(known, "") if draft.type is not EventType.RESTRICTION_DISAGREEMENT else ""
    return Told(title=title)


def _every(snapshot: Snapshot, model: str | None, provider: str, classes: tuple[str, ...]) -> bool:
    everyone = tuple(one.id for one in snapshot.user_classes)
    places = (
        each for one in snapshot.models if model in (None, one.id) for each in one.offered if each.provider == provider
    )
    offered = {user_class for place in places for user_class in place.user_classes or everyone}
    return bool(offered) and offered <= set(classes)
