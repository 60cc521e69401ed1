"""The record of what staff did: written in the transaction that does it, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from statuspage.core.audit import Entry, Head, deed
from statuspage.core.staff import Action, Actor, require
from statuspage.ports import Store, Writing
from statuspage.ports.access import AuditQuery

MOST = 500


async def record(
    tx: Writing, actor: Actor, action: str, subject: str, detail: Mapping[str, Any], at: datetime
) -> Entry:
    """Write down, in this transaction, that somebody did something; ``detail`` is plain JSON data without secrets."""
    return await tx.add_audit(deed(actor, action, subject, detail, at))


@dataclass
class AuditLog:
    """Reads the record."""

    store: Store

    async def entries(self, actor: Actor, query: AuditQuery) -> list[Entry]:
        """Entries, the newest first."""
        require(actor, Action.AUDIT)
        async with self.store.reading() as view:
            return await view.audit(query)

    async def head(self) -> Head:
        """The newest entry by number and hash; whoever keeps it elsewhere can prove a change."""
        async with self.store.reading() as view:
            return await view.audit_head()
