"""The audit log: appended under the writers' one turn, each entry sealed by the hash of the one before it."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from statuspage.core.audit import Deed, Entry, Head, entry
from statuspage.errors import StoreError
from statuspage.ports.access import AuditQuery
from statuspage.store import schema
from statuspage.store.codec import DEED
from statuspage.store.session import Found, Session

AUDIT = schema.audit.c
COUNTED = schema.counter.c.name == "audit"


class AuditReading(Session):
    """Reads the audit log."""

    async def audit(self, query: AuditQuery) -> list[Entry]:
        """Entries of the audit log, the newest first."""
        wanted = select(AUDIT.number, AUDIT.entry, AUDIT.previous, AUDIT.hash)
        if query.before is not None:
            wanted = wanted.where(AUDIT.number < query.before)
        if query.actor is not None:
            wanted = wanted.where(AUDIT.actor == query.actor)
        if query.subject is not None:
            wanted = wanted.where(AUDIT.subject == query.subject)
        return [_entry(row) for row in await self.all(wanted.order_by(AUDIT.number.desc()).limit(query.limit))]

    async def audit_head(self) -> Head:
        """The newest entry of the audit log, by number and hash."""
        row = await self.first(select(AUDIT.number, AUDIT.hash).order_by(AUDIT.number.desc()).limit(1))
        return Head(row.number, row.hash) if row else Head()


class AuditWriting(AuditReading):
    """Writes the audit log."""

    async def add_audit(self, done: Deed) -> Entry:
        """Append a deed to the audit log."""
        try:
            made = entry(done, await self.audit_head())
        except (TypeError, ValueError) as error:
            raise StoreError(f"this deed holds more than plain JSON data: {error}") from error
        record = {
            "number": made.number,
            "actor": done.actor,
            "subject": done.subject,
            "entry": made.text,
            "previous": made.previous,
            "hash": made.hash,
        }
        await self.run(insert(schema.audit), record)
        await self.run(update(schema.counter).where(COUNTED).values(value=made.number))
        return made


def _entry(row: Found) -> Entry:
    return Entry(row.number, DEED.decode(row.entry), row.entry, row.previous, row.hash)
