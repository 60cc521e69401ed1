"""Step 6: what a status, or a type that only repeats it, means when nothing else spoke."""

from __future__ import annotations

from dataclasses import dataclass

from checks.observation import Cause

RFC = "https://www.rfc-editor.org/rfc/rfc9110#section-15"


@dataclass(frozen=True, slots=True)
class StatusRule:
    """One status and its meaning; always weak, where the cause has a strength."""

    status: int
    cause: Cause
    hint: str
    source: str = RFC

    @property
    def name(self) -> str:
        """The rule's stable name."""
        return f"status.{self.status}"


UNKNOWN_MODEL = (
    "The address answers, but not for this model id: mistyped, hidden or taken away; history and controls decide."
)
OUR_REQUEST = "The provider refuses our request without a reason that we know; staff should read it."
SLOW = "Someone on the way gave up waiting."
FAULT = "The provider failed."

ROWS = (
    StatusRule(400, Cause.BAD_REQUEST, OUR_REQUEST),
    StatusRule(401, Cause.CREDENTIAL, "The provider does not know our key."),
    StatusRule(402, Cause.BILLING, "The provider wants money before it answers."),
    StatusRule(403, Cause.ENTITLEMENT, "The provider knows us and refuses, without a reason that we know."),
    StatusRule(404, Cause.MODEL_NOT_FOUND, UNKNOWN_MODEL),
    StatusRule(407, Cause.NETWORK, "Our own proxy wants a password; the provider was never asked."),
    StatusRule(408, Cause.TIMEOUT, SLOW),
    StatusRule(410, Cause.RETIRED, "Gone: usually an end of life, at some gateways a suspension."),
    StatusRule(424, Cause.SERVER_ERROR, "Something that the provider depends on failed.", "https://docs.aws.amazon.com/bedrock"),
    StatusRule(425, Cause.SERVER_ERROR, FAULT),
    StatusRule(420, Cause.RATE_LIMITED, "We ask faster than this key may."),
    StatusRule(429, Cause.RATE_LIMITED, "We ask faster than this key may.", "https://www.rfc-editor.org/rfc/rfc6585#section-4"),
    StatusRule(498, Cause.CAPACITY, "No room in the flexible tier.", "https://console.groq.com/docs/errors"),
    StatusRule(499, Cause.TIMEOUT, SLOW, "https://docs.cohere.com/reference/errors"),
    StatusRule(503, Cause.CAPACITY, "The provider cannot take the request now."),
    StatusRule(504, Cause.TIMEOUT, SLOW),
    StatusRule(511, Cause.NETWORK, "A captive portal stands between us and the provider.", "https://www.rfc-editor.org/rfc/rfc6585#section-6"),
    StatusRule(522, Cause.SERVER_ERROR, "The edge cannot reach the provider's servers.", "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/"),
    StatusRule(524, Cause.TIMEOUT, SLOW, "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/"),
    StatusRule(529, Cause.CAPACITY, "The provider is overloaded.", "https://docs.anthropic.com/en/api/errors"),
    StatusRule(598, Cause.TIMEOUT, SLOW),
)  # fmt: skip
EXACT = {row.status: row for row in ROWS}
FAMILIES = {
    1: StatusRule(100, Cause.SERVER_ERROR, FAULT),
    2: StatusRule(200, Cause.SERVER_ERROR, "A success without an answer in the API's shape."),
    3: StatusRule(300, Cause.BAD_REQUEST, "The API has moved, or a gate redirects us: check the configured address."),
    4: StatusRule(400, Cause.BAD_REQUEST, OUR_REQUEST),
}
FAILURE = StatusRule(500, Cause.SERVER_ERROR, FAULT)


def rule_for(status: int) -> StatusRule:
    """The row of a status, or of its family."""
    return EXACT.get(status) or FAMILIES.get(status // 100) or FAILURE


TELLING = frozenset(range(401, 600)) - {403, 404, 409, 422}
"""Statuses that say more than any generic type beside them."""
MORE_TELLING = frozenset({401, 402, 403, 404, 429, 503})
"""Statuses that a generic type may name better than the HTTP status did."""
