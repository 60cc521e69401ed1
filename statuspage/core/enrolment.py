"""Enrolment: the decisions by which a self-serve subscription becomes live, or vanishes unverified."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from statuspage.core.delivery import GONE, Outcome
from statuspage.core.subscription import (
    BY_OPERATOR,
    Enrolment,
    Subscription,
    SubscriptionState,
    Tried,
    disabled,
    enabled,
)
from statuspage.errors import Conflict

FIRST_AFTER = timedelta(seconds=2)
"""So long the maker of a subscription has to give its secret to the receiver before the first verification."""

WAITS: tuple[timedelta, ...] = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=8),
)
"""The wait after each failed verification; after the last one only a person asks for another."""

VANISHES_AFTER = timedelta(hours=24)
HOST_REST = timedelta(minutes=1)
"""The least time between two verifications at one host, whoever asks for them."""

GONE_REASON = "410: the receiver wants no more"


def pending(
    subscription: Subscription, challenge: str, now: datetime, request: str = "", asked_by: str = ""
) -> Subscription:
    """The subscription at the beginning of a verification with a new challenge; its health is forgotten."""
    known = subscription.enrolment
    begun = Enrolment(
        request=known.request if known else request,
        pending_since=now,
        challenge=challenge,
        next_at=now + FIRST_AFTER,
        verified_at=known.verified_at if known else None,
        asked_by=known.asked_by if known else asked_by,
    )
    return replace(enabled(subscription), state=SubscriptionState.PENDING, enrolment=begun)


def challenge_of(subscription: Subscription) -> str | None:
    """The challenge that a subscription still has to answer."""
    waits = subscription.state is SubscriptionState.PENDING and subscription.enrolment
    return subscription.enrolment.challenge if waits and subscription.enrolment else None


def is_due(subscription: Subscription, now: datetime) -> bool:
    """Whether a verification is to be sent now."""
    enrolment = subscription.enrolment
    waits = challenge_of(subscription) is not None and not vanishes(subscription, now)
    return waits and enrolment is not None and enrolment.next_at is not None and enrolment.next_at <= now


def begun(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription as one more verification is sent; one that is cut off is due again like one that failed."""
    enrolment = subscription.enrolment
    if enrolment is None:
        return subscription
    following = now + WAITS[enrolment.tries] if enrolment.tries < len(WAITS) else None
    return replace(subscription, enrolment=replace(enrolment, tries=enrolment.tries + 1, next_at=following))


def settled(subscription: Subscription, challenge: str, outcome: Outcome, began: datetime) -> Subscription:
    """What follows a verification; nothing when it belongs to a challenge that is answered or replaced.

    A 2xx without the challenge is a chat tool's: it waits for a person and is not repeated.
    """
    enrolment = subscription.enrolment
    if enrolment is None or challenge_of(subscription) != challenge:
        return subscription
    met = Tried(began, outcome.status, outcome.failure, outcome.duration)
    noted = replace(enrolment, last=met, next_at=None if outcome.succeeded else enrolment.next_at)
    after = replace(subscription, enrolment=noted)
    if outcome.status == GONE:
        return disabled(after, GONE_REASON, began)
    return verified(after, began) if outcome.succeeded and echoes(outcome.excerpt, challenge) else after


def least_missed(waiting: Sequence[Subscription]) -> Subscription | None:
    """Who goes where too many wait: of the client that made the most, the oldest whose receiver never answered."""
    silent = [(one.enrolment.asked_by, one) for one in waiting if one.enrolment and _is_silent(one.enrolment)]
    made = Counter(client for client, _ in silent)
    going = min(silent, key=lambda found: (-made[found[0]], found[1].created_at, found[1].id), default=None)
    return going[1] if going else None


def _is_silent(enrolment: Enrolment) -> bool:
    """Whether nothing ever answered well: neither now, nor before its URL was changed."""
    answered = enrolment.last is not None and enrolment.last.failure is None
    return enrolment.verified_at is None and not answered


def verified(subscription: Subscription, now: datetime) -> Subscription:
    """The subscription, live, because its receiver or a person there answered; nothing for one that does not wait."""
    enrolment = subscription.enrolment
    if enrolment is None or subscription.state is not SubscriptionState.PENDING:
        return subscription
    answered = replace(enrolment, next_at=None, verified_at=enrolment.verified_at or now)
    return replace(enabled(subscription), enrolment=answered)


def echoes(answer: bytes, challenge: str) -> bool:
    """Whether an answer is a JSON object whose ``challenge`` is the one that was sent."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    given = said.get("challenge") if isinstance(said, dict) else None
    return isinstance(given, str) and hmac.compare_digest(given.encode(errors="replace"), challenge.encode())


def vanishes(subscription: Subscription, now: datetime) -> bool:
    """Whether a subscription has gone unverified for too long."""
    enrolment = subscription.enrolment
    if enrolment is None or subscription.state is SubscriptionState.LIVE:
        return False
    refused = subscription.state is SubscriptionState.DISABLED and enrolment.verified_at is None
    unanswered = subscription.state is SubscriptionState.PENDING
    return (refused or unanswered) and now - enrolment.pending_since >= VANISHES_AFTER


def renewed(subscription: Subscription, challenge: str, now: datetime) -> Subscription:
    """The subscription when a verification is asked for: a disabled one begins anew; Conflict where none helps."""
    if subscription.state is SubscriptionState.LIVE:
        raise Conflict("the subscription is live; there is nothing to verify")
    require_free(subscription)
    waits = subscription.state is SubscriptionState.PENDING
    return subscription if waits else pending(subscription, challenge, now)


def require_free(subscription: Subscription) -> None:
    """Conflict where only an operator may let the subscription live again."""
    if subscription.state is SubscriptionState.DISABLED and subscription.disabled_reason == BY_OPERATOR:
        raise Conflict(advice(subscription))


def require_live(subscription: Subscription) -> None:
    """Conflict, saying what to do, unless the subscription is live."""
    if subscription.state is not SubscriptionState.LIVE:
        raise Conflict(advice(subscription))


def advice(subscription: Subscription) -> str:
    """What the owner of a subscription should do next; empty when nothing is to be done."""
    if subscription.state is SubscriptionState.PENDING:
        return (
            "answer the webhook.verify event with its data.challenge, or open its data.links.confirm; "
            "POST …/verify sends it again"
        )
    if subscription.state is SubscriptionState.LIVE:
        return ""
    if subscription.disabled_reason == BY_OPERATOR:
        return "an operator of this site disabled the subscription: ask them"
    return "repair the receiver, POST …/verify, and when it is live POST …/recover with since = disabled.missed_since"
