"""The page of one subscription, for those who have its token, and the form that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from statuspage.core import enrolment
from statuspage.core.channel import MAIL, address_of
from statuspage.core.delivery import Attempt, Delivery, DeliveryState, Failure, Outcome
from statuspage.core.event import rfc3339
from statuspage.core.snapshot import Snapshot
from statuspage.core.subscription import BY_OPERATOR, Subscription
from statuspage.core.wish import TYPES
from statuspage.services.subscriptions import Shown
from statuspage.site.render import page
from statuspage.site.subscriptions import excerpt, failure, unsubscribing

FAILURES = {
    "dns": "the name leads nowhere, or to no public address",
    "connect": "no connection came about",
    "tls": "the certificate or the encryption is not right",
    "timeout": "no answer came in time",
    "protocol": "the answer is not HTTP as it should be",
}
STATES = {
    DeliveryState.PENDING: "owed",
    DeliveryState.DELIVERED: "taken",
    DeliveryState.EXHAUSTED: "given up",
    DeliveryState.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is shown this once."""

    secret: str | None = None
    token: str | None = None


def entrance(snapshot: Snapshot, subscription_id: str = "") -> bytes:
    """The form that asks for id and token."""
    return page("subscriptions.html", snapshot, "/subscriptions", id=subscription_id[:80])


def gone(snapshot: Snapshot) -> bytes:
    """What is left of a subscription that was ended."""
    return unsubscribing(snapshot, None)


def page_of(
    snapshot: Snapshot, shown: Shown, token: str, said: str = "", fresh: Fresh | None = None, *, leaving: bool = False
) -> bytes:
    """One subscription with its log, and everything that can be done with it."""
    one, known = shown.subscription, shown.subscription.enrolment
    mail = one.url.startswith(MAIL)
    missed = one.failing_since or one.disabled_at or snapshot.generated_at
    context: dict[str, Any] = {
        "one": one,
        "host": address_of(one.url) if mail else urlsplit(one.url).hostname,
        "mail": mail,
        "token": token,
        "said": said,
        "fresh": fresh,
        "leaving": leaving,
        "types": TYPES,
        "expires": known.pending_since + enrolment.VANISHES_AFTER if known else None,
        "last": _last(one),
        "missed": missed,
        "since": rfc3339(max(missed, one.created_at)),
        "mendable": one.disabled_reason != BY_OPERATOR,
        "deliveries": [_sent(delivery, attempts) for delivery, attempts in shown.deliveries],
    }
    return page("manage.html", snapshot, "/subscriptions", **context)


def tried(met: Outcome) -> str:
    """What one attempt met, in a sentence."""
    if met.succeeded:
        return f"taken with {met.status} after {round(met.duration * 1000)} ms."
    return f"{_why(met.status, met.failure)}."


def _why(status: int | None, met: Failure | None) -> str:
    if status is not None:
        return f"it answered {status}"
    return FAILURES.get(failure(met) or "", "it was not taken")


def _last(one: Subscription) -> dict[str, Any] | None:
    last = one.enrolment.last if one.enrolment else None
    if last is None:
        return None
    taken = last.failure is None and last.status is not None
    said = f"taken with {last.status}, without the challenge" if taken else _why(last.status, last.failure)
    return {"at": last.at, "said": said}


def _sent(one: Delivery, attempts: tuple[Attempt, ...]) -> dict[str, Any]:
    waits = one.state is DeliveryState.PENDING
    return {
        "id": one.id,
        "event": one.event_id,
        "at": one.created_at,
        "state": STATES[one.state],
        "next_at": one.next_attempt_at if waits else None,
        "attempts": [_attempt(each) for each in attempts],
    }


def _attempt(one: Attempt) -> dict[str, datetime | str]:
    return {"at": one.at, "said": tried(one.outcome), "answer": excerpt(one.outcome)}
