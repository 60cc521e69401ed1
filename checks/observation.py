"""What came back from one question: frozen facts, free of I/O, clock and third-party code."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from checks.target import Level


class Cause(StrEnum):
    """What one answer means on its own (docs/verdicts.md lists the evidence for each)."""

    OK = "ok"
    CONTENT_FILTER = "content_filter"
    SUBSTITUTED = "substituted"
    LEGAL = "legal"
    POLICY_CONFIG = "policy_config"
    RETIRED = "retired"
    REGION = "region"
    ENTITLEMENT = "entitlement"
    WITHDRAWN = "withdrawn"
    MODEL_NOT_FOUND = "model_not_found"
    CAPACITY = "capacity"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CREDENTIAL = "credential"
    ORG_DISABLED = "org_disabled"
    BILLING = "billing"
    BAD_REQUEST = "bad_request"
    RATE_LIMITED = "rate_limited"
    NETWORK = "network"
    EDGE_BLOCK = "edge_block"


class Group(StrEnum):
    """The families in which the judge reads causes."""

    ANSWERED = "answered"
    SUBSTITUTED = "substituted"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    FAILED = "failed"
    OURS = "ours"
    LIMITED = "limited"
    NO_ANSWER = "no_answer"


GROUPS: dict[Cause, Group] = {
    Cause.OK: Group.ANSWERED,
    Cause.CONTENT_FILTER: Group.ANSWERED,
    Cause.SUBSTITUTED: Group.SUBSTITUTED,
    Cause.LEGAL: Group.REFUSED,
    Cause.POLICY_CONFIG: Group.REFUSED,
    Cause.RETIRED: Group.REFUSED,
    Cause.REGION: Group.REFUSED,
    Cause.ENTITLEMENT: Group.REFUSED,
    Cause.WITHDRAWN: Group.REFUSED,
    Cause.MODEL_NOT_FOUND: Group.AMBIGUOUS,
    Cause.CAPACITY: Group.FAILED,
    Cause.SERVER_ERROR: Group.FAILED,
    Cause.TIMEOUT: Group.FAILED,
    Cause.CREDENTIAL: Group.OURS,
    Cause.ORG_DISABLED: Group.OURS,
    Cause.BILLING: Group.OURS,
    Cause.BAD_REQUEST: Group.OURS,
    Cause.RATE_LIMITED: Group.LIMITED,
    Cause.NETWORK: Group.NO_ANSWER,
    Cause.EDGE_BLOCK: Group.NO_ANSWER,
}


class Strength(StrEnum):
    """How surely one answer has its cause: two strong answers confirm what takes three weak ones."""

    STRONG = "strong"
    WEAK = "weak"


class Lifecycle(StrEnum):
    """What a provider's catalogue says of a model; a listing is metadata, never access."""

    LISTED = "listed"
    RETIRED = "retired"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came over the wire, or the failure to get one.

    ``body`` is at most the size cap of ``checks.http``; header names are lower-case. ``failure`` is
    ``"timeout"`` or ``"network"`` when no HTTP answer came; ``status`` is then None.
    """

    status: int | None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str | None = None
    failure_detail: str = ""


@dataclass(frozen=True, slots=True)
class Classification:
    """The meaning of one answer: its cause, how surely, the rule that said so, and a hint for people.

    ``strength`` is None for causes that carry none (answers, limits, silence). ``fingerprint`` is the error
    text with digits, ids and model names blanked, hashed to 16 hexadecimal digits; None for an answer that worked.
    """

    cause: Cause
    strength: Strength | None
    rule: str
    hint: str = ""
    error_type: str | None = None
    error_code: str | None = None
    message: str = ""
    fingerprint: str | None = None
    served_model: str | None = None

    @property
    def group(self) -> Group:
        """The family of the cause."""
        return GROUPS[self.cause]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The small redacted part of an answer that is kept and shown.

    ``excerpt`` is at most 500 characters with credentials, request ids and account ids blanked;
    ``request_id_hash`` is the first 16 hexadecimal digits of the SHA-256 of the provider's request id.
    """

    observed_at: datetime
    status: int | None
    error_type: str | None
    error_code: str | None
    excerpt: str
    fingerprint: str | None
    request_id_hash: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class Timings:
    """Phases of one request in seconds; None where the phase did not happen (a reused connection has no connect)."""

    total: float
    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    first_token: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """How many tokens one answer used, as it says itself."""

    input: int
    output: int


@dataclass(frozen=True, slots=True)
class Observation:
    """An immutable fact: what came back, when, from where, as whom.

    ``retry_after`` is in seconds. ``limit_headers`` says whether the answer carried rate-limit headers.
    ``lifecycle`` is set at level ``listed`` only, ``usage`` at ``answers`` only. ``clock_ahead`` is by how many seconds
    our clock was ahead of the answer's ``date``.
    """

    at: datetime
    provider: str
    model: str
    provider_model_id: str
    user_class: str
    vantage: str
    egress: str
    level: Level
    cause: Cause
    strength: Strength | None
    evidence: Evidence
    timings: Timings
    served_model: str | None = None
    hint: str = ""
    retry_after: float | None = None
    limit_headers: bool = False
    lifecycle: Lifecycle | None = None
    usage: Usage | None = None
    clock_ahead: float | None = None

    @property
    def group(self) -> Group:
        """The family of the cause."""
        return GROUPS[self.cause]

    @property
    def tokens_per_second(self) -> float | None:
        """How fast the model spoke once it had begun; None where the answer says nothing of it."""
        first, spoken = self.timings.first_token, self.usage.output if self.usage else 0
        lasted = 0.0 if first is None else self.timings.total - first
        return (spoken - 1) / lasted if spoken > 1 and lasted > 0 else None
