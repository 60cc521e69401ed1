"""Self-serve subscriptions as their owners see them: JSON documents, and the small pages behind the signed links."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from checks.redact import redact
from statuspage.core import enrolment
from statuspage.core.delivery import Attempt, Delivery, DeliveryState, Failure, Outcome
from statuspage.core.event import rfc3339
from statuspage.core.snapshot import Snapshot
from statuspage.core.subscription import Enrolment, Filters, Subscription, SubscriptionState
from statuspage.site.render import page

Shape = dict[str, Any]

EXCERPT = 200
"""Characters of an answer that the log shows."""


def subscription(one: Subscription) -> Shape:
    """A subscription; never its secrets or its token."""
    disabled = {
        "at": _when(one.disabled_at),
        "reason": one.disabled_reason,
        "missed_since": _when(one.failing_since or one.disabled_at),
    }
    return {
        "id": one.id,
        "url": one.url,
        "filters": _filters(one.filters),
        "format": one.format.value,
        "email": one.owner,
        "state": one.state.value,
        "next": enrolment.advice(one) or None,
        "created_at": rfc3339(one.created_at),
        "verification": _verification(one, one.enrolment) if one.enrolment else None,
        "disabled": disabled if one.state is SubscriptionState.DISABLED else None,
        "failing_since": _when(one.failing_since),
        "failures_running": one.failures_running,
        "paused_until": _when(one.paused_until),
        "last_success_at": _when(one.last_success_at),
    }


def log(deliveries: Iterable[tuple[Delivery, tuple[Attempt, ...]]]) -> Shape:
    """The newest deliveries with the attempts of each, oldest first."""
    return {"deliveries": [_delivery(one, attempts) for one, attempts in deliveries]}


def outcome(met: Outcome) -> Shape:
    """What one attempt met: nothing of addresses, and nothing that only staff may read."""
    return {
        "succeeded": met.succeeded,
        "status": met.status,
        "failure": failure(met.failure),
        "duration_ms": round(met.duration * 1000),
        "answer": excerpt(met),
    }


def verification(met: Outcome, after: Subscription) -> Shape:
    """What one verification met; not its answer, in which a receiver that echoes all would show the links."""
    shown = outcome(met)
    del shown["answer"]
    return shown | {"state": after.state.value, "next": enrolment.advice(after) or None}


def excerpt(met: Outcome) -> str:
    """The beginning of what a receiver answered, without what looks like a secret."""
    return redact(met.excerpt.decode("utf-8", "replace"), EXCERPT)


def failure(met: Failure | None) -> str | None:
    """The class of a failure. A name that leads inside looks like one that leads nowhere, and tells nothing."""
    if met is None:
        return None
    return (Failure.DNS if met is Failure.BLOCKED else met).value


def confirming(snapshot: Snapshot, one: Subscription) -> bytes:
    """The page on which a person confirms."""
    return _page(snapshot, "confirm", one)


def unsubscribing(snapshot: Snapshot, one: Subscription | None) -> bytes:
    """The page on which a person unsubscribes; without a subscription it is done."""
    return _page(snapshot, "unsubscribe", one)


def _page(snapshot: Snapshot, purpose: str, one: Subscription | None) -> bytes:
    path = f"/subscriptions/{one.id}/{purpose}" if one else "/subscribe"
    host = urlsplit(one.url).hostname if one else None
    wishes = {name: ids for name, ids in _filters(one.filters).items() if ids} if one else {}
    state = one.state.value if one else "removed"
    return page("subscription.html", snapshot, path, purpose=purpose, host=host, wishes=wishes, standing=state)


def _verification(one: Subscription, known: Enrolment) -> Shape:
    pending = one.state is SubscriptionState.PENDING
    last = known.last
    return {
        "verified_at": _when(known.verified_at),
        "expires_at": rfc3339(known.pending_since + enrolment.VANISHES_AFTER) if pending else None,
        "attempts": known.tries,
        "next_attempt_at": _when(known.next_at) if pending else None,
        "last": {
            "at": rfc3339(last.at),
            "status": last.status,
            "failure": failure(last.failure),
            "duration_ms": round(last.duration * 1000),
        }
        if last
        else None,
    }


def _delivery(one: Delivery, attempts: tuple[Attempt, ...]) -> Shape:
    waits = one.state is DeliveryState.PENDING
    return {
        "id": one.id,
        "event": one.event_id,
        "seq": one.seq,
        "state": one.state.value,
        "created_at": rfc3339(one.created_at),
        "next_attempt_at": rfc3339(one.next_attempt_at) if waits else None,
        "attempts": [
            {"at": rfc3339(tried.at), **outcome(tried.outcome), "next_attempt_at": _when(tried.next_attempt_at)}
            for tried in attempts
        ],
    }


def _filters(filters: Filters) -> Shape:
    return {
        "models": list(filters.models),
        "providers": list(filters.providers),
        "user_classes": list(filters.user_classes),
        "types": list(filters.types),
    }


def _when(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
