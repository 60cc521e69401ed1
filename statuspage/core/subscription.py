"""Subscriptions: standing wishes, whether an event is wished for, and what attempts do to their endpoints."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from statuspage.core.delivery import DISABLED_AFTER, Decision, DeliveryState, Failure, Outcome, breaker_pause
from statuspage.core.event import ON_REQUEST, EventDraft

BY_OPERATOR = "disabled by an operator"
"""The reason of those that only an operator may let live again."""

SUCCESS_NOTED_EVERY = timedelta(minutes=1)
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - not a secret itself


class SubscriptionState(StrEnum):
    """Where a subscription stands; only a live one is owed deliveries."""

    PENDING = "pending"
    LIVE = "live"
    DISABLED = "disabled"


class Origin(StrEnum):
    """Who made a subscription: only an operator's may reach networks that the configuration allows.

    A configured one is a chat channel: it comes and goes with the configuration.
    """

    OPERATOR = "operator"
    SELF_SERVE = "self_serve"
    CONFIGURED = "configured"


class Format(StrEnum):
    """The shape in which events go out, and so the sender: our own event, Atlassian Statuspage's, a text for people."""

    STANDARD = "standard"
    STATUSPAGE = "statuspage"
    CHAT = "chat"
    EMAIL = "email"


BODIES = (Format.STANDARD, Format.STATUSPAGE)
"""The shapes between which a webhook chooses."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a subscriber wishes to hear of; an empty tuple means all. Who names incidents hears of these alone."""

    models: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    user_classes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """What one verification met. The answer itself is not kept: a receiver that echoes everything would give away
    the confirmation link to whoever asked for the subscription."""

    at: datetime
    status: int | None
    failure: Failure | None
    duration: float


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How a self-serve subscription is verified: its challenge, the tries so far and the next one.

    ``pending_since`` is when the verification began that is or was the last; ``verified_at`` when one first succeeded.
    ``request`` is the fingerprint of the request that made the subscription, ``asked_by`` that of who made it.
    """

    request: str
    pending_since: datetime
    challenge: str
    tries: int = 0
    next_at: datetime | None = None
    last: Tried | None = None
    verified_at: datetime | None = None
    asked_by: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One webhook subscription. Its secrets are kept encrypted by the store and are no part of this value.

    Only a self-serve one has an ``enrolment``. ``owner`` is an e-mail address for notices about the subscription, and
    ``owner_told_of`` the ``disabled_at`` of which it was told.
    """

    id: str
    url: str
    filters: Filters
    state: SubscriptionState
    origin: Origin
    created_at: datetime
    format: Format = Format.STANDARD
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    last_success_at: datetime | None = None
    failing_since: datetime | None = None
    failures_running: int = 0
    paused_until: datetime | None = None
    enrolment: Enrolment | None = None
    owner: str | None = None
    owner_told_of: datetime | None = None

    def rested_at(self, moment: datetime) -> bool:
        """Whether the endpoint is resting at a moment."""
        return self.paused_until is not None and moment < self.paused_until


def matches(filters: Filters, event: EventDraft) -> bool:
    """Whether an event passes every filter; an event that names nothing of a dimension passes that filter."""
    if event.type in ON_REQUEST and event.type.value not in filters.types:
        return False
    if filters.incidents and event.incident not in filters.incidents:
        return False
    return (
        (not filters.types or event.type.value in filters.types)
        and _meets(filters.models, event.models)
        and _meets(filters.providers, event.providers)
        and _meets(filters.user_classes, event.user_classes)
    )


def wishes(subscription: Subscription, event: EventDraft) -> bool:
    """Whether a subscription wishes for an event that is told now; no clock is asked, which may have been set back."""
    return not event.quiet and matches(subscription.filters, event)


def owes(subscription: Subscription, event: EventDraft) -> bool:
    """Whether an earlier event is owed to a subscription: wished for, and not older than it; its state is not asked."""
    return event.timestamp >= subscription.created_at and wishes(subscription, event)


def after_attempt(
    subscription: Subscription, outcome: Outcome, decision: Decision, began: datetime, ended: datetime
) -> Subscription:
    """The endpoint's health after an attempt: its running failures, its rest, and its end when it has failed too long.

    A failure of an attempt that began before the endpoint was put to rest says nothing new, so it is not counted.
    """
    if outcome.succeeded:
        return _well(subscription, ended)
    resting = subscription.rested_at(began)
    failures = subscription.failures_running if resting else subscription.failures_running + 1
    rests = [ended + rest for rest in (decision.pause, None if resting else breaker_pause(failures)) if rest]
    failing = replace(
        subscription,
        failing_since=subscription.failing_since or began,
        failures_running=failures,
        paused_until=max(filter(None, [subscription.paused_until, *rests]), default=None),
    )
    reason = _end(failing, decision, ended)
    return disabled(failing, reason, ended) if reason else failing


def disabled(subscription: Subscription, reason: str, at: datetime) -> Subscription:
    """The subscription, ended; one that has ended already keeps its time and reason."""
    if subscription.state is SubscriptionState.DISABLED:
        return subscription
    return replace(subscription, state=SubscriptionState.DISABLED, disabled_at=at, disabled_reason=reason)


def enabled(subscription: Subscription) -> Subscription:
    """The subscription, live, as if it had never failed."""
    return replace(
        subscription,
        state=SubscriptionState.LIVE,
        disabled_at=None,
        disabled_reason=None,
        failing_since=None,
        failures_running=0,
        paused_until=None,
    )


def new_secret(random: Callable[[int], bytes]) -> bytes:
    """A signing secret from a source of random bytes."""
    return random(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """The form in which a secret is shown: standard base64, because verifiers silently truncate the url-safe one."""
    return SECRET_PREFIX + b64encode(secret).decode()


def _well(subscription: Subscription, at: datetime) -> Subscription:
    """An endpoint after a success; while nothing was wrong, the time is kept only now and then."""
    noted = subscription.last_success_at
    if noted and subscription.failing_since is None and at - noted < SUCCESS_NOTED_EVERY:
        return subscription
    return replace(subscription, last_success_at=at, failing_since=None, failures_running=0, paused_until=None)


def _end(failing: Subscription, decision: Decision, at: datetime) -> str | None:
    """Why an endpoint is given up, if it is."""
    if decision.disable:
        return decision.reason
    since = failing.failing_since or at
    if decision.state is DeliveryState.EXHAUSTED and at - since >= DISABLED_AFTER:
        return f"{DISABLED_AFTER.days} days without a success: {decision.reason}"
    return None


def _meets(wished: tuple[str, ...], named: tuple[str, ...]) -> bool:
    return not wished or not named or not set(wished).isdisjoint(named)
