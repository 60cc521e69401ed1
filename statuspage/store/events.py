"""Events: numbered without gaps in the order of their commits, each body rendered once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, insert, select, update

from statuspage.core.event import Event, EventDraft, document
from statuspage.errors import StoreError
from statuspage.ports import EventQuery
from statuspage.store import schema
from statuspage.store.codec import EVENT_DRAFT
from statuspage.store.session import Found, Session

EVENT = schema.event.c
SUBJECT = schema.event_subject.c
COUNTER = schema.counter.c
COLUMNS = (EVENT.seq, EVENT.draft, EVENT.body)


class EventsReading(Session):
    """Reads events."""

    async def last_seq(self, at: datetime | None = None) -> int:
        """The ``seq`` of the newest event (committed at or before ``at``), 0 when there is none."""
        newest = select(func.max(EVENT.seq))
        return await self.value(newest if at is None else newest.where(EVENT.recorded_at <= at)) or 0

    async def events(self, query: EventQuery) -> list[Event]:
        """Events in order of ``seq``."""
        order = EVENT.seq.desc() if query.newest else EVENT.seq
        rows = await self.all(select(*COLUMNS).where(*_conditions(query)).order_by(order).limit(query.limit))
        return [_event(row) for row in rows]

    async def event(self, event_id: str) -> Event | None:
        """One event."""
        row = await self.first(select(*COLUMNS).where(EVENT.id == event_id))
        return _event(row) if row else None


class EventsWriting(EventsReading):
    """Writes events."""

    async def append_events(self, drafts: Sequence[EventDraft], site_url: str) -> list[Event]:
        """Give each draft its ``seq``, render its body once, and append it. Called last in a transaction.

        The counter stays locked until the commit, so that nobody ever sees a ``seq`` before a smaller one.
        """
        if not drafts:
            return []
        last = await self._count(len(drafts))
        events = [
            Event(seq, draft, _body(draft, seq, site_url)) for seq, draft in enumerate(drafts, last - len(drafts) + 1)
        ]
        await self.run(insert(schema.event), [_record(event) for event in events])
        await self.run(insert(schema.event_subject), [record for event in events for record in _subjects(event)])
        self.shown = True
        return events

    async def _count(self, more: int) -> int:
        taken: int = await self.value(
            update(schema.counter)
            .where(COUNTER.name == "event")
            .values(value=COUNTER.value + more)
            .returning(COUNTER.value)
        )
        return taken


def _conditions(query: EventQuery) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [EVENT.seq > query.after_seq]
    if query.types:
        conditions.append(EVENT.type.in_(query.types))
    asked = {"model": query.models, "provider": query.providers, "user_class": query.user_classes}
    for dimension, values in asked.items():
        if values:
            naming = select(SUBJECT.seq).where(SUBJECT.dimension == dimension, SUBJECT.value.in_(values))
            conditions.append(EVENT.seq.in_(naming))
    return conditions


def _subjects(event: Event) -> list[dict[str, Any]]:
    """What an event names, once each."""
    draft = event.draft
    named = {
        "model": {*draft.models, draft.model},
        "provider": {*draft.providers, draft.provider},
        "user_class": {*draft.user_classes, None},
    }
    return [
        {"dimension": dimension, "value": value, "seq": event.seq}
        for dimension, values in named.items()
        for value in sorted(value for value in values if value is not None)
    ]


def _body(draft: EventDraft, seq: int, site_url: str) -> bytes:
    try:
        return orjson.dumps(document(draft, seq, site_url))
    except TypeError as error:
        raise StoreError(f"the event {draft.id} cannot be rendered: {error}") from error


def _record(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "id": event.id,
        "type": event.draft.type.value,
        "recorded_at": event.draft.timestamp,
        "draft": EVENT_DRAFT.encode(event.draft),
        "body": event.body,
    }


def _event(row: Found) -> Event:
    return Event(row.seq, EVENT_DRAFT.decode(row.draft), row.body)
