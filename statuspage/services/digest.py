"""The daily digest: a heartbeat for those who asked for it, with the state and the counts of cells."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from statuspage.core.availability import Availability
from statuspage.core.event import EventDraft, EventType, Severity
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.subscription import Subscription, SubscriptionState
from statuspage.ports import Clock, Ids, Store
from statuspage.services.publishing import tell
from statuspage.services.snapshots import take
from statuspage.services.world import load

NOTE = "digest.day"
HOUR = 8
"""The hour of the site's day from which the digest is due."""

_SEVERITY = {
    Availability.RESTRICTED: Severity.MAJOR,
    Availability.DOWN: Severity.MAJOR,
    Availability.DEGRADED: Severity.MINOR,
}


class Digest:
    """Tells the digest once a day; on days on which nobody asked for it, nothing is told."""

    def __init__(self, store: Store, settings: Settings, clock: Clock, ids: Ids) -> None:
        self.settings = settings
        self._store = store
        self._clock = clock
        self._ids = ids

    async def tell_due(self) -> bool:
        """Tell today's digest if it is due; whether it was told. The day is noted in the event's own transaction."""
        now = self._clock()
        local = now.astimezone(ZoneInfo(self.settings.site.time_zone))
        today = local.date().isoformat()
        async with self._store.reading() as view:
            told = await view.note(NOTE)
            if local.hour < HOUR or (told is not None and told >= today):
                return False
            wanted = any(wishes_digest(one) for one in await view.subscriptions_in(SubscriptionState.LIVE))
        async with self._store.writing() as tx:
            if wanted:
                shown = await take(tx, self.settings, now)
                await tell(tx, [digest(shown, self._ids("evt"), now)], await load(tx, self.settings), now, self._ids)
            await tx.set_note(NOTE, today)
        return wanted


def wishes_digest(one: Subscription) -> bool:
    """Whether a subscription names the digest."""
    return EventType.DIGEST_DAILY.value in one.filters.types


def digest(shown: Snapshot, event_id: str, now: datetime) -> EventDraft:
    """The state in one sentence, and how many cells there are in each availability."""
    counts = {kind.value: sum(cell.availability is kind for cell in shown.cells) for kind in Availability}
    return EventDraft(
        id=event_id,
        type=EventType.DIGEST_DAILY,
        timestamp=now,
        model=None,
        provider=None,
        summary=shown.summary.headline,
        severity=_SEVERITY.get(shown.summary.availability, Severity.NONE),
        effective_at=now,
        counts=counts,
    )
