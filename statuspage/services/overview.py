"""What staff look at: what needs a person now, how checks and money stand, and webhooks with their deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from statuspage.core import need
from statuspage.core.diagnosis import Line
from statuspage.core.need import Need, NewText
from statuspage.core.settings import Settings
from statuspage.core.snapshot import Snapshot
from statuspage.core.spend import Purse
from statuspage.core.subscription import Subscription
from statuspage.ports import Clock, Fingerprint, RevisionKind, Store
from statuspage.services.alerts import kept
from statuspage.services.diagnosis import Diagnosis
from statuspage.services.documents import INCIDENT
from statuspage.services.fingerprints import standings
from statuspage.services.spending import purses
from statuspage.services.subscriptions import Shown, Subscriptions


@dataclass
class Overview:
    """Reads for staff; it changes nothing, and asks nobody outside."""

    store: Store
    settings: Settings
    clock: Clock
    diagnosis: Diagnosis
    subscriptions: Subscriptions

    async def needs(self, snapshot: Snapshot) -> list[Need]:
        """What needs a person now, the most harmful first."""
        at = self.clock()
        async with self.store.reading() as view:
            incidents = [INCIDENT.validate_python(one.document) for one in await view.revisions(RevisionKind.INCIDENT)]
            texts = [_text(one.seen) for one in await standings(view) if one.open]
            alerts = await kept(view)
            subscriptions = await view.subscriptions()
        return need.ordered(
            chain(
                need.of_cells(snapshot.cells),
                need.of_attestations(snapshot.cells, at),
                need.of_incidents(incidents, at),
                need.of_texts(texts, at),
                need.of_alerts(alerts, at),
                need.of_subscriptions(subscriptions),
            )
        )

    async def lines(self) -> list[Line]:
        """How the checks, their credentials, clocks and money stand, from what is stored."""
        self.diagnosis.settings = self.settings
        return await self.diagnosis.stored()

    async def spend(self) -> list[Purse]:
        """The month of every credential."""
        at = self.clock()
        async with self.store.reading() as view:
            months = [await purses(view, self.settings, one.id, at) for one in self.settings.providers]
        return [purse for month in months for purse in month.values()]

    async def webhooks(self) -> list[Subscription]:
        """Every subscription, those that fail first."""
        found = await self.subscriptions.list()
        return sorted(found, key=lambda one: need.failing_since(one) is None)

    async def webhook(self, subscription_id: str) -> Shown:
        """One subscription with its newest deliveries."""
        return await self.subscriptions.show(subscription_id, 50)


def _text(one: Fingerprint) -> NewText:
    return NewText(one.provider, one.fingerprint, one.first_seen, one.status, one.sample)
