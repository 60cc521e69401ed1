"""What the use cases need from the store for staff: the audit log, people, sessions and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from statuspage.core.audit import Deed, Entry, Head


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries a reader wants, the newest first; None means all."""

    before: int | None = None
    actor: str | None = None
    subject: str | None = None
    limit: int = 100


class AccessReading(Protocol):
    """A consistent view of what belongs to staff."""

    async def audit(self, query: AuditQuery) -> list[Entry]:
        """Entries of the audit log, the newest first."""
        ...

    async def audit_head(self) -> Head:
        """The newest entry of the audit log, by number and hash."""
        ...


class AccessWriting(AccessReading, Protocol):
    """What a transaction changes of it."""

    async def add_audit(self, done: Deed) -> Entry:
        """Append a deed to the audit log."""
        ...
