"""Atlassian Statuspage's vocabulary: how our states are said in its words, and permanent ids in its form; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from statuspage.core.availability import Availability, CellKey
from statuspage.core.incident import ENDED, Impact, Incident, Kind, Stage

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 12
FORM = re.compile(r"[0-9a-z]{12}")
"""What such an id looks like; none of ours does, they hold an underscore."""
SAFE_INTEGER = 2**48
"""Numbers below it are exact in every reader's language."""


class Component(StrEnum):
    """What a component can be."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded_performance"
    PARTIAL = "partial_outage"
    MAJOR = "major_outage"
    MAINTENANCE = "under_maintenance"


class Indicator(StrEnum):
    """What a whole page can be."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


DESCRIPTIONS = {
    Indicator.NONE: "All Systems Operational",
    Indicator.MINOR: "Partially Degraded Service",
    Indicator.MAJOR: "Partial System Outage",
    Indicator.CRITICAL: "Major Service Outage",
    Indicator.MAINTENANCE: "Service Under Maintenance",
}

_LEAF = {
    Availability.AVAILABLE: Component.OPERATIONAL,
    Availability.DEGRADED: Component.DEGRADED,
    Availability.UNKNOWN: Component.DEGRADED,
    Availability.DOWN: Component.MAJOR,
    Availability.RESTRICTED: Component.MAJOR,
}


@lru_cache(maxsize=65_536)
def permanent_id(kind: str, *parts: str) -> str:
    """The id of a thing of ours: twelve characters that depend on nothing but what it is."""
    number, digits = _number(kind, *parts), ""
    for _ in range(ID_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits += ALPHABET[digit]
    return digits


def page_id(site_url: str) -> str:
    """The id of the page at an address."""
    return permanent_id("page", urlsplit(site_url).netloc, urlsplit(site_url).path)


def group_id(model: str) -> str:
    """The id of a model's group."""
    return permanent_id("model", model)


def leaf_id(key: CellKey) -> str:
    """The id of a cell's component."""
    return permanent_id("cell", key.model, key.provider, key.user_class)


def incident_id(incident: str) -> str:
    """The id of an incident; one that came from such a page keeps its own."""
    return incident if FORM.fullmatch(incident) else permanent_id("incident", incident)


def update_id(incident: str, update: str) -> str:
    """The id of an update; one that came from such a page keeps its own."""
    return update if FORM.fullmatch(update) else permanent_id("update", incident, update)


def incident_number(incident: str) -> int:
    """The whole number by which feeds name an incident."""
    return _number("incident number", incident) % SAFE_INTEGER


def leaf_status(availability: Availability, maintained: bool = False) -> Component:
    """The status of one cell. A restriction shows even during maintenance: it does not end with it."""
    if maintained and availability is not Availability.RESTRICTED:
        return Component.MAINTENANCE
    return _LEAF[availability]


def group_status(leaves: Sequence[Component]) -> Component:
    """The status of a model: a major outage only where no leaf is better."""
    if leaves and all(one is Component.MAJOR for one in leaves):
        return Component.MAJOR
    if Component.MAJOR in leaves or Component.PARTIAL in leaves:
        return Component.PARTIAL
    worse = (one for one in (Component.DEGRADED, Component.MAINTENANCE) if one in leaves)
    return next(worse, Component.OPERATIONAL)


def roll_up(leaves: Sequence[Component]) -> Indicator:
    """The indicator of a page: critical when more than half of its leaves are out."""
    out = sum(one is Component.MAJOR for one in leaves)
    if out * 2 > len(leaves):
        return Indicator.CRITICAL
    if out:
        return Indicator.MAJOR
    if Component.DEGRADED in leaves:
        return Indicator.MINOR
    return Indicator.MAINTENANCE if Component.MAINTENANCE in leaves else Indicator.NONE


def incident_status(kind: Kind, stage: Stage) -> str:
    """The status of an incident or an update; the cause of a restriction is known, so nobody investigates it."""
    if kind is Kind.MAINTENANCE:
        return _planned(stage)
    if stage in (Stage.SCHEDULED, Stage.IN_PROGRESS):
        return Stage.IDENTIFIED.value
    if stage is Stage.COMPLETED:
        return Stage.RESOLVED.value
    restriction = kind is Kind.RESTRICTION and stage is Stage.INVESTIGATING
    return (Stage.IDENTIFIED if restriction else stage).value


def incident_impact(incident: Incident, every_class: Iterable[str]) -> str:
    """The impact of an incident: of a restriction its scope, for every class critical, for some major."""
    if incident.kind is Kind.MAINTENANCE:
        return Indicator.MAINTENANCE.value
    rows = incident.scope
    if incident.kind is not Kind.RESTRICTION or not rows:
        return incident.impact.value
    everyone = set(every_class)
    meant = {name for row in rows for name in (set(row.user_classes) or everyone) - set(row.excepted)}
    return (Impact.CRITICAL if meant >= everyone else Impact.MAJOR).value


def _planned(stage: Stage) -> str:
    if stage in (Stage.SCHEDULED, Stage.IN_PROGRESS):
        return stage.value
    return (Stage.COMPLETED if stage in ENDED else Stage.IN_PROGRESS).value


def _number(*parts: str) -> int:
    return int.from_bytes(sha256("\x1f".join(parts).encode()).digest()[:16], "big")
