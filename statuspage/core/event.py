"""Events: the public, versioned facts that something changed, and their JSON shape (docs/webhooks.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from checks.observation import Evidence
from statuspage.core.availability import Availability, Basis, CellKey, Reason

SCHEMA = 1
"""The version of the event document; it only ever grows."""


class EventType(StrEnum):
    """Every type of event; closed within one schema version."""

    MODEL_RESTRICTED = "model.restricted"
    MODEL_RESTORED = "model.restored"
    MODEL_RETIRED = "model.retired"
    MODEL_DOWN = "model.down"
    MODEL_RECOVERED = "model.recovered"
    MODEL_DEGRADED = "model.degraded"
    PROVIDER_DOWN = "provider.down"
    PROVIDER_RECOVERED = "provider.recovered"
    CELL_UNKNOWN = "cell.unknown"
    CELL_KNOWN = "cell.known"
    CONFIG_CHANGED = "config.changed"
    RESTRICTION_ANNOUNCED = "restriction.announced"
    RESTRICTION_EFFECTIVE = "restriction.effective"
    RESTRICTION_AMENDED = "restriction.amended"
    RESTRICTION_LIFTED = "restriction.lifted"
    RESTRICTION_DISAGREEMENT = "restriction.disagreement"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_UPDATED = "incident.updated"
    INCIDENT_RESOLVED = "incident.resolved"
    MAINTENANCE_SCHEDULED = "maintenance.scheduled"
    MAINTENANCE_STARTED = "maintenance.started"
    MAINTENANCE_COMPLETED = "maintenance.completed"
    WEBHOOK_VERIFY = "webhook.verify"
    WEBHOOK_TEST = "webhook.test"
    DIGEST_DAILY = "digest.daily"


ON_REQUEST = frozenset({EventType.CELL_UNKNOWN, EventType.CELL_KNOWN, EventType.DIGEST_DAILY})
"""Types that only those receive who name them in their filter."""


class Severity(StrEnum):
    """How much an event hurts, in the words that status pages share."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Change:
    """One cell's part in an event. ``restores`` names the event whose restriction ends here."""

    key: CellKey
    provider_model_id: str
    from_availability: Availability
    to_availability: Availability
    reason: Reason
    basis: Basis
    cell_seq: int
    restores: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A model that can be called instead."""

    model: str
    provider: str
    provider_model_id: str


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event before it has its ``seq``; ``quiet`` tells no subscriber. ``provider.*`` has no model."""

    id: str
    type: EventType
    timestamp: datetime
    model: str | None
    provider: str | None
    summary: str
    severity: Severity
    effective_at: datetime
    detected_at: datetime | None = None
    changes: tuple[Change, ...] = ()
    complete: bool = True
    incident: str | None = None
    alternatives: dict[str, tuple[Alternative, ...]] = field(default_factory=dict)
    group: str | None = None
    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    quiet: bool = False
    test: bool = False
    challenge: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A committed event: ``seq`` is global and without gaps, ``body`` the bytes that every attempt sends."""

    seq: int
    draft: EventDraft
    body: bytes

    @property
    def id(self) -> str:
        """The event's id, which is also the ``webhook-id``."""
        return self.draft.id


def document(draft: EventDraft, seq: int | None, site_url: str) -> dict[str, Any]:
    """The public JSON shape of an event, as docs/webhooks.md describes it."""
    data: dict[str, Any] = {
        "model": draft.model,
        "provider": draft.provider,
        "changes": [_change(change, draft.model is None) for change in draft.changes],
        "complete": draft.complete,
        "summary": draft.summary,
        "effective_at": rfc3339(draft.effective_at),
        "detected_at": rfc3339(draft.detected_at) if draft.detected_at else None,
        "severity": draft.severity.value,
        "incident": draft.incident,
        "alternatives": {name: [_alternative(one) for one in many] for name, many in draft.alternatives.items()},
        "group": draft.group,
        "links": _links(draft, site_url),
        "test": draft.test,
    }
    if draft.counts:
        data["counts"] = draft.counts
    if draft.challenge is not None:
        data["challenge"] = draft.challenge
    return {
        "id": draft.id,
        "type": draft.type.value,
        "timestamp": rfc3339(draft.timestamp),
        "seq": seq,
        "schema": SCHEMA,
        "data": data,
    }


def rfc3339(moment: datetime) -> str:
    """A moment in UTC as RFC 3339 with milliseconds and ``Z``."""
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """The public JSON shape of one piece of evidence."""
    return {
        "observed_at": rfc3339(evidence.observed_at),
        "status": evidence.status,
        "error_type": evidence.error_type,
        "error_code": evidence.error_code,
        "excerpt": evidence.excerpt,
        "fingerprint": evidence.fingerprint,
        "request_id_hash": evidence.request_id_hash,
        "rule": evidence.rule,
    }


def _change(change: Change, names_model: bool) -> dict[str, Any]:
    named = {"model": change.key.model} if names_model else {}
    return named | {
        "user_class": change.key.user_class,
        "provider_model_id": change.provider_model_id,
        "from": change.from_availability.value,
        "to": change.to_availability.value,
        "reason": change.reason.value or None,
        "cell_seq": change.cell_seq,
        "basis": change.basis.value,
        "restores": change.restores,
        "evidence": evidence_document(change.evidence) if change.evidence else None,
    }


def _alternative(one: Alternative) -> dict[str, str]:
    return {"model": one.model, "provider": one.provider, "provider_model_id": one.provider_model_id}


def _links(draft: EventDraft, site_url: str) -> dict[str, str | None]:
    current = f"{site_url}/api/v1/models/{draft.model}" if draft.model else f"{site_url}/api/v1/snapshot"
    return {
        "self": f"{site_url}/api/v1/events/{draft.id}",
        "current": current,
        "html": f"{site_url}/events/{draft.id}",
    }
