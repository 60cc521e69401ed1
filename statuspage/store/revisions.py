"""Append-only revisions of what people change, from which every past page can be rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, select

from statuspage.ports import Revision, RevisionKind
from statuspage.store import schema
from statuspage.store.codec import dump, load
from statuspage.store.session import Found, Session

REVISION = schema.revision.c
COLUMNS = (REVISION.kind, REVISION.key, REVISION.rev, REVISION.recorded_at, REVISION.actor, REVISION.document)


class RevisionsReading(Session):
    """Reads revisions."""

    async def revisions(self, kind: RevisionKind, at: datetime | None = None) -> list[Revision]:
        """The newest revision of each key, recorded at or before ``at``; ordered by key."""
        of_kind = [REVISION.kind == kind.value]
        if at is not None:
            of_kind.append(REVISION.recorded_at <= at)
        newest = (
            select(REVISION.key, func.max(REVISION.rev).label("rev")).where(*of_kind).group_by(REVISION.key).subquery()
        )
        rows = await self.all(
            select(*COLUMNS).join(
                newest,
                and_(REVISION.kind == kind.value, REVISION.key == newest.c.key, REVISION.rev == newest.c.rev),
            )
        )
        return sorted(map(_revision, rows), key=lambda one: one.key)

    async def revision_log(self, kind: RevisionKind, key: str) -> list[Revision]:
        """All revisions of one thing, oldest first."""
        rows = await self.all(
            select(*COLUMNS).where(REVISION.kind == kind.value, REVISION.key == key).order_by(REVISION.rev)
        )
        return [_revision(row) for row in rows]


class RevisionsWriting(RevisionsReading):
    """Writes revisions."""

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
        """Append a revision of a thing; Conflict when somebody else appended the same one first."""
        last = await self.value(select(func.max(REVISION.rev)).where(REVISION.kind == kind.value, REVISION.key == key))
        text = dump(document)
        revision = Revision(kind, key, (last or 0) + 1, recorded_at, actor, load(text))
        record = {
            "kind": kind.value,
            "key": key,
            "rev": revision.rev,
            "recorded_at": recorded_at,
            "actor": actor,
            "document": text,
        }
        await self.run(insert(schema.revision), record)
        self.shown = self.shown or shown
        return revision


def _revision(row: Found) -> Revision:
    return Revision(RevisionKind(row.kind), row.key, row.rev, row.recorded_at, row.actor, load(row.document))
