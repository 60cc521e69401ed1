"""What staff read of incidents: all of them, one, and every revision of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from statuspage.core.incident import Incident
from statuspage.core.staff import Action
from statuspage.errors import NotFound
from statuspage.ports import Fingerprint, Reading, Revision, RevisionKind, Store
from statuspage.services.commits import find
from statuspage.services.documents import incident as of_revision

Count = Callable[[Reading], Awaitable[int]]
"""How many people could approve."""


async def one_person(_: Reading) -> int:
    """Nobody counts the staff here, so there is no second person to wait for."""
    return 1


async def active_approvers(view: Reading) -> int:
    """How many people of staff may approve now."""
    return sum(person.may(Action.APPROVE) for person in await view.people())


class IncidentReading:
    """Reads incidents, drafts and all that is private included."""

    store: Store
    approvers: Count

    async def count_approvers(self) -> int:
        """How many people could approve."""
        async with self.store.reading() as view:
            return await self.approvers(view)

    async def fingerprints(self) -> list[Fingerprint]:
        """Error texts that no rule knows."""
        async with self.store.reading() as view:
            return await view.fingerprints()

    async def all(self) -> list[Incident]:
        """Every incident but the discarded ones, drafts included, newest first."""
        async with self.store.reading() as tx:
            found = [of_revision(one) for one in await tx.revisions(RevisionKind.INCIDENT)]
        kept = [incident for incident in found if not incident.discarded]
        return sorted(kept, key=lambda incident: incident.created_at, reverse=True)

    async def one(self, incident_id: str) -> Incident:
        """One incident; NotFound names those there are."""
        return find(await self.all(), incident_id)

    async def log(self, incident_id: str) -> list[tuple[Revision, Incident]]:
        """Every revision of one incident, oldest first."""
        async with self.store.reading() as tx:
            found = await tx.revision_log(RevisionKind.INCIDENT, incident_id)
        if not found:
            raise NotFound(f"there is no incident {incident_id[:80]!r}")
        return [(one, of_revision(one)) for one in found]
