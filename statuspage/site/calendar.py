"""The calendar: announced planned work as RFC 5545, byte-identical for identical content."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from statuspage.core.incident import Incident, Kind, Stage
from statuspage.core.snapshot import Snapshot
from statuspage.site.feeds import host
from statuspage.site.prose import printable

ASSUMED = timedelta(hours=1)
"""How long planned work is shown to last when nobody said."""


def maintenance(snapshot: Snapshot) -> bytes:
    """Every planned work that is public, past ones too."""
    calendar = Calendar()
    calendar.add("prodid", "-//statuspage//maintenance//EN")
    calendar.add("version", "2.0")
    calendar.add("name", printable(snapshot.site.name))
    calendar.add("x-wr-calname", printable(snapshot.site.name))
    for one in snapshot.incidents:
        if one.kind is Kind.MAINTENANCE and one.scheduled_for:
            calendar.add_component(_event(snapshot, one, one.scheduled_for))
    return bytes(calendar.to_ical())


def _event(snapshot: Snapshot, one: Incident, start: datetime) -> Event:
    made = Event()
    made.add("uid", f"{one.id}@{host(snapshot.site)}")
    made.add("dtstamp", one.updated_at.replace(microsecond=0))
    made.add("last-modified", one.updated_at.replace(microsecond=0))
    made.add("sequence", len(one.updates))
    made.add("dtstart", start.replace(microsecond=0))
    made.add("dtend", (one.scheduled_until or start + ASSUMED).replace(microsecond=0))
    made.add("summary", printable(one.title))
    if one.updates:
        made.add("description", printable(max(one.updates, key=lambda update: update.at).body))
    made.add("url", f"{snapshot.site.url}/incidents/{one.id}")
    made.add("transp", "TRANSPARENT")
    made.add("status", "CANCELLED" if _called_off(one, start) else "CONFIRMED")
    return made


def _called_off(one: Incident, start: datetime) -> bool:
    return one.stage is Stage.RESOLVED and one.resolved_at is not None and one.resolved_at < start
