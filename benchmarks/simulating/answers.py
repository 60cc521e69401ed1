"""The answers of the simulated providers: real signals of the corpus, read once by the real classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.classify import classify
from checks.observation import Answer, Cause, Evidence, Observation, Strength, Timings
from checks.observe import retry_after
from checks.target import Level
from statuspage.demo.signals import SIGNALS

BEGIN = datetime(2026, 4, 1, tzinfo=UTC)
VANTAGE = "local"
ASKED = "claude-fable-5"

FIRST_TOKEN = 0.5
SLOW = 4.0
"""Seconds to the first token: as a rule, and where a model is slow."""

_DIALECTS = {"anthropic": "anthropic"}
_GONE = Answer(410, {"content-type": "application/json"}, b'{"error":{"message":"Gone","code":410}}')
_JSON = {"content-type": "application/json"}
_UNREAD = Answer(
    404, _JSON, b'{"error":{"message":"The lantern for this vessel has been dimmed by the harbour master."}}'
)
_ENDED = Answer(404, _JSON, b'{"error":{"code":"model_deprecated","message":"This model was shut down."}}')
_SUBSTITUTE = Answer(
    200,
    {"content-type": "application/json"},
    b'{"object":"chat.completion","model":"another-model","choices":[{"index":0,"finish_reason":"stop",'
    b'"message":{"role":"assistant","content":"OK"}}]}',
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of answer, as the classifier reads it."""

    name: str
    cause: Cause
    strength: Strength | None
    evidence: Evidence
    limit_headers: bool = False
    retry_after: float | None = None
    first_token: float | None = None

    def observed(self, at: datetime, provider: str, model: str, user_class: str, egress: str) -> Observation:
        """The observation of this answer."""
        return Observation(
            at, provider, model, model, user_class, VANTAGE, egress, Level.ANSWERS, self.cause, self.strength,
            self.evidence, _timings(self.first_token), None, "", self.retry_after, self.limit_headers,
        )  # fmt: skip


def _timings(first_token: float | None) -> Timings:
    return Timings(0.5 + (first_token or 0.0), first_token=first_token)


def _signal(name: str) -> Kind:
    signal = SIGNALS[name]
    headers = {"content-type": signal.content_type, **{key.lower(): value for key, value in signal.headers.items()}}
    return _kind(name, Answer(signal.status, headers, signal.body.encode()), _DIALECTS.get(signal.provider, "openai"))


def _kind(name: str, answer: Answer, dialect: str = "openai") -> Kind:
    read = classify(dialect, answer, asked=ASKED)
    evidence = Evidence(BEGIN, answer.status, None, None, "", read.fingerprint, None, read.rule)
    limited = read.cause is Cause.RATE_LIMITED
    spoke = FIRST_TOKEN if read.cause is Cause.OK else None
    return Kind(name, read.cause, read.strength, evidence, limited, retry_after(answer.headers, BEGIN), spoke)


KINDS: Mapping[str, Kind] = {
    "ok": _signal("ant-ok"),
    "slow": replace(_signal("ant-ok"), name="slow", first_token=SLOW),
    "404_unread": _kind("404_unread", _UNREAD),
    "402": _signal("ant-billing402"),
    "retired": _kind("retired", _ENDED),
    "retired_weak": _signal("oai-deprecated"),
    "content_filter": _signal("ant-refusal"),
    "substituted": _kind("substituted", _SUBSTITUTE),
    "404_strong": _signal("ant-legal-404"),
    "404_weak": _signal("ant-retired"),
    "404_endpoints": _signal("or-none"),
    "410": _kind("410", _GONE),
    "500": _signal("ant-500"),
    "502": _signal("cf-502"),
    "503": _signal("oai-503"),
    "529": _signal("ant-529"),
    "429": _signal("ant-429"),
    "401": _signal("ant-badkey"),
    "region": _signal("oai-geo"),
    "region_weak": _signal("ant-geo"),
    "edge": _signal("cf-html"),
    "timeout": _kind("timeout", Answer(None, failure="timeout")),
    "network": _kind("network", Answer(None, failure="network")),
}

TRANSIENT: Mapping[str, float] = {
    "500": 0.40,
    "529": 0.20,
    "503": 0.10,
    "timeout": 0.15,
    "network": 0.06,
    "429": 0.06,
    "edge": 0.0149,
    "401": 0.01,
    "404_weak": 0.005,
    "404_strong": 0.0001,
}
"""What an independent error looks like: shares of all of them."""
