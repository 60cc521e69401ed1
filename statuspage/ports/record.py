"""What the use cases need for the public record: revisions of what people wrote, and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from statuspage.core.event import Event, EventDraft


class RevisionKind(StrEnum):
    """What is kept as append-only revisions, so that every past page can be rebuilt."""

    CATALOGUE = "catalogue"
    INCIDENT = "incident"
    ATTESTATION = "attestation"
    USER_CLASS = "user_class"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Revision:
    """One recorded version of a thing. ``rev`` counts from 1 within (kind, key); ``document`` is plain JSON data."""

    kind: RevisionKind
    key: str
    rev: int
    recorded_at: datetime
    actor: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events a reader wants, oldest first; an empty tuple means all. ``newest`` turns the order round."""

    after_seq: int = 0
    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    limit: int = 100
    newest: bool = False


class RecordReading(Protocol):
    """A consistent view of the public record."""

    async def revisions(self, kind: RevisionKind, at: datetime | None = None) -> list[Revision]:
        """The newest revision of each key, recorded at or before ``at``; ordered by key."""
        ...

    async def revision_log(self, kind: RevisionKind, key: str) -> list[Revision]:
        """All revisions of one thing, oldest first."""
        ...

    async def last_seq(self, at: datetime | None = None) -> int:
        """The ``seq`` of the newest event (committed at or before ``at``), 0 when there is none."""
        ...

    async def events(self, query: EventQuery) -> list[Event]:
        """Events in order of ``seq``."""
        ...

    async def event(self, event_id: str) -> Event | None:
        """One event."""
        ...


class RecordWriting(RecordReading, Protocol):
    """Changes of the public record, in a transaction."""

    async def add_revision(
        self,
        kind: RevisionKind,
        key: str,
        document: Mapping[str, Any],
        recorded_at: datetime,
        actor: str,
        *,
        shown: bool = True,
    ) -> Revision:
        """Append a revision of a thing; with ``shown`` false no page shows it, and none is published anew for it."""
        ...

    async def append_events(self, drafts: Sequence[EventDraft], site_url: str) -> list[Event]:
        """Give each draft its ``seq``, render its body once, and append it. Called last in a transaction."""
        ...
