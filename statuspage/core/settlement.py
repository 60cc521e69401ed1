"""What an attempt that is over does to its delivery, to the log and to its endpoint: one pure step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from statuspage.core.delivery import Attempt, Decision, Delivery, DeliveryState, Outcome, decide
from statuspage.core.subscription import Subscription, SubscriptionState, after_attempt


@dataclass(frozen=True, slots=True)
class Landing:
    """An attempt that is over: the delivery as it was leased, the URL that was called, and what that met, when."""

    delivery: Delivery
    url: str
    outcome: Outcome
    began: datetime
    ended: datetime

    def lapsed(self, now: datetime) -> bool:
        """Whether its lease is over: another may have delivered since."""
        return self.delivery.lease_until is not None and now >= self.delivery.lease_until


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is written of a landing. ``delivery`` is None where it must stay as it is."""

    delivery: Delivery | None
    attempt: Attempt
    endpoint: Subscription
    ends: bool


def settle(landing: Landing, endpoint: Subscription | None, attempt_id: str, chance: float) -> Settlement | None:
    """What is written; None when the subscription is gone or has another URL, so that the attempt says nothing of it.

    A failure that comes after the end of its lease does not overwrite what another may have written since.
    """
    if endpoint is None or endpoint.url != landing.url:
        return None
    delivery, outcome, ended = landing.delivery, landing.outcome, landing.ended
    decision = decide(outcome, delivery.attempts + 1, ended, chance, delivery.created_at)
    after = after_attempt(endpoint, outcome, decision, landing.began, ended)
    if after.state is SubscriptionState.DISABLED:
        decision = _last(decision)
    return Settlement(
        _settled(delivery, decision, ended) if outcome.succeeded or not landing.lapsed(ended) else None,
        Attempt(attempt_id, delivery.id, landing.began, outcome, decision.next_attempt_at),
        after,
        after.state is not endpoint.state,
    )


def _last(decision: Decision) -> Decision:
    """A decision for an endpoint that gets nothing more."""
    if decision.state is not DeliveryState.PENDING:
        return decision
    return replace(decision, state=DeliveryState.CANCELLED, next_attempt_at=None)


def _settled(delivery: Delivery, decision: Decision, ended: datetime) -> Delivery:
    return replace(
        delivery,
        state=decision.state,
        attempts=delivery.attempts + 1,
        next_attempt_at=decision.next_attempt_at or ended,
        lease_until=None,
    )
