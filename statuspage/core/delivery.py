"""Deliveries: one event owed to one subscription, and the pure decision what follows an attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SCHEDULE: tuple[timedelta, ...] = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The wait before each attempt: 14 of them over three days."""

SPREAD = 0.20
"""Each wait varies by this share, so that many receivers are not called at once."""

SLOW_DOWN = frozenset({429, 502, 503, 504})
"""Answers of a receiver that is overloaded: at least ``SLOW_DOWN_FOR`` passes before the next attempt."""

SLOW_DOWN_FOR = timedelta(seconds=60)
RETRY_AFTER_LIMIT = timedelta(hours=24)
GONE = 410
BREAKER_OPENS_AFTER = 5
BREAKER_FIRST = timedelta(seconds=30)
BREAKER_LIMIT = timedelta(minutes=15)
DISABLED_AFTER = timedelta(days=5)
OWED_FOR = timedelta(days=5)
"""A delivery that fails after this time is exhausted, however few attempts a resting endpoint left it."""


class DeliveryState(StrEnum):
    """Where a delivery stands; ``exhausted`` ones can be recovered later."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    CANCELLED = "cancelled"


class Failure(StrEnum):
    """Why an attempt got no 2xx; the subscriber sees one of these, never an address or a stack."""

    BLOCKED = "blocked"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt met: an HTTP status, or a failure without one. ``retry_after`` is what the receiver asked."""

    status: int | None
    failure: Failure | None = None
    duration: float = 0.0
    retry_after: timedelta | None = None
    excerpt: bytes = b""
    detail: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has taken it: 200 to 299 and nothing else."""
        return self.failure is None and self.status is not None and 200 <= self.status <= 299


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event owed to one subscription. ``lane`` names the cell group of which only one may be in flight."""

    id: str
    event_id: str
    seq: int
    subscription_id: str
    lane: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    created_at: datetime
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as the subscriber's log shows it."""

    id: str
    delivery_id: str
    at: datetime
    outcome: Outcome
    next_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows an attempt, with its reason.

    ``pause`` holds back the whole endpoint; ``disable`` ends the subscription.
    """

    state: DeliveryState
    next_attempt_at: datetime | None
    reason: str
    pause: timedelta | None = None
    disable: bool = False


def decide(
    outcome: Outcome, attempts: int, at: datetime, chance: float, owed_since: datetime | None = None
) -> Decision:
    """What follows attempt number ``attempts`` (from 1) that met ``outcome``; ``chance`` is uniform in [0, 1)."""
    if outcome.succeeded:
        return Decision(DeliveryState.DELIVERED, None, "taken by the receiver")
    if outcome.status == GONE:
        return Decision(DeliveryState.CANCELLED, None, "410: the receiver wants no more", disable=True)
    asked = min(outcome.retry_after or timedelta(0), RETRY_AFTER_LIMIT)
    pause = asked if outcome.status in (429, 503) and asked > timedelta(0) else None
    if attempts >= len(SCHEDULE):
        return Decision(DeliveryState.EXHAUSTED, None, f"{attempts} attempts without a 2xx", pause)
    if owed_since is not None and at - owed_since >= OWED_FOR:
        return Decision(DeliveryState.EXHAUSTED, None, f"{OWED_FOR.days} days without a 2xx", pause)
    return Decision(DeliveryState.PENDING, at + max(_wait(outcome, attempts, chance), asked), _why(outcome), pause)


def breaker_pause(failures_running: int) -> timedelta | None:
    """How long an endpoint rests after that many failures running; None while it is trusted."""
    if failures_running < BREAKER_OPENS_AFTER:
        return None
    doublings = min(failures_running - BREAKER_OPENS_AFTER, 10)
    rest: timedelta = BREAKER_FIRST * 2**doublings
    return min(rest, BREAKER_LIMIT)


def _wait(outcome: Outcome, attempts: int, chance: float) -> timedelta:
    wait = SCHEDULE[attempts] * (1 - SPREAD + 2 * SPREAD * chance)
    overloaded = outcome.status in SLOW_DOWN or outcome.failure is Failure.TIMEOUT
    return max(wait, SLOW_DOWN_FOR) if overloaded else wait


def _why(outcome: Outcome) -> str:
    if outcome.status is not None:
        return f"the receiver answered {outcome.status}"
    return f"no answer: {outcome.failure.value if outcome.failure else 'unknown'}"
