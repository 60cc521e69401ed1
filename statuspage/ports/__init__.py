"""The protocols that the use cases need from the world outside, by what they are about."""

from __future__ import annotations

from statuspage.ports.monitoring import Fingerprint
from statuspage.ports.outbox import Parcel
from statuspage.ports.record import EventQuery, Revision, RevisionKind
from statuspage.ports.store import Reading, Store, Writing
from statuspage.ports.world import Alerts, Asker, Clock, Forms, Herald, Ids, Page, Published, Sender

__all__ = [
    "Alerts",
    "Asker",
    "Clock",
    "EventQuery",
    "Fingerprint",
    "Forms",
    "Herald",
    "Ids",
    "Page",
    "Parcel",
    "Published",
    "Reading",
    "Revision",
    "RevisionKind",
    "Sender",
    "Store",
    "Writing",
]
