"""The words of the page: availabilities, reasons, bases and scopes (docs/glossary.md explains each)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Availability(StrEnum):
    """What a cell is, in one word."""

    AVAILABLE = "available"
    DEGRADED = "degraded"
    RESTRICTED = "restricted"
    DOWN = "down"
    UNKNOWN = "unknown"


USABLE = frozenset({Availability.AVAILABLE, Availability.DEGRADED})
"""The availabilities in which a model can be called and answers."""


class Reason(StrEnum):
    """Why; a closed list. The empty reason belongs to ``available``."""

    NONE = ""
    LEGAL = "legal"
    REGION = "region"
    ENTITLEMENT = "entitlement"
    POLICY = "policy"
    WITHDRAWN = "withdrawn"
    RETIRED = "retired"
    CAPACITY = "capacity"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    NETWORK = "network"
    SUBSTITUTED = "substituted"
    SLOW = "slow"
    REFUSING = "refusing"
    UNSTABLE = "unstable"
    CREDENTIAL = "credential"
    BILLING = "billing"
    RATE_LIMITED = "rate_limited"
    EDGE = "edge"
    PROBE_FAULT = "probe_fault"
    CHECK_ID = "check_id"
    INCONCLUSIVE = "inconclusive"
    STALE = "stale"


def callable_now(availability: Availability, reason: Reason) -> bool:
    """Whether a call to the model is answered by the model; another model's answer is not access."""
    return availability in USABLE and reason is not Reason.SUBSTITUTED


NO_RETURN = frozenset({Reason.SUBSTITUTED, Reason.REFUSING})
"""Answers of another model, and refusals of our harmless question: neither shows that a restriction is over."""


def returned(availability: Availability, reason: Reason) -> bool:
    """Whether it shows that a restriction is over: real answers of the model itself."""
    return availability in USABLE and reason not in NO_RETURN


class Basis(StrEnum):
    """On what a published availability rests."""

    MEASURED = "measured"
    LINKED = "linked"
    DECLARED = "declared"
    ATTESTED = "attested"
    EXPECTED = "expected"
    LAST_KNOWN = "last_known"
    NONE = "none"


class Scope(StrEnum):
    """How far a verdict reaches, as far as our checks can tell."""

    THIS_CLASS = "this_class"
    EVERY_CLASS_HELD = "every_class_held"
    PROVIDER = "provider"
    UNKNOWN = "unknown"


class Disagreement(StrEnum):
    """How a declaration and the measurement differ, or that a measured restriction has no declaration."""

    ORDERED_NOT_APPLIED = "ordered_not_applied"
    LIFTED_STILL_REFUSED = "lifted_still_refused"
    UNEXPLAINED = "unexplained"


class Retry(StrEnum):
    """What a program should do with a call that failed."""

    NO = "no"
    LATER = "later"
    YES = "yes"


RETRY: dict[Availability, Retry] = {
    Availability.AVAILABLE: Retry.YES,
    Availability.DEGRADED: Retry.LATER,
    Availability.RESTRICTED: Retry.NO,
    Availability.DOWN: Retry.LATER,
    Availability.UNKNOWN: Retry.LATER,
}


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """The unit of which the page speaks: one offering for one user class."""

    model: str
    provider: str
    user_class: str

    def __str__(self) -> str:
        return f"{self.model}@{self.provider}/{self.user_class}"
