"""Turn a fetched answer into an observation: the part that every dialect shares."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import orjson

from checks.check import Now
from checks.classify import classify
from checks.http import Fetched
from checks.observation import Answer, Cause, Classification, Evidence, Lifecycle, Observation, Timings
from checks.redact import redact
from checks.target import DIRECT, Level, Target, Vantage
from checks.usage import usage_of

REQUEST_ID_HEADERS = ("request-id", "x-request-id", "x-amzn-requestid", "apim-request-id", "cf-ray")
LIMIT_HEADERS = ("anthropic-ratelimit-", "x-ratelimit-", "ratelimit-")

_LONGEST_WAIT = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Observer:
    """Writes down what one dialect's answers mean, from one vantage."""

    dialect: str
    vantage: Vantage
    now: Now

    def observe(
        self, target: Target, level: Level, fetched: Fetched, lifecycle: Lifecycle | None = None
    ) -> Observation:
        """The observation of an answer that only the classifier can read."""
        answer = fetched.answer
        meaning = classify(self.dialect, answer, asked=target.provider_model_id, serves=target.serves)
        return self.record(target, level, fetched, meaning, lifecycle)

    def record(
        self,
        target: Target,
        level: Level,
        fetched: Fetched,
        meaning: Classification,
        lifecycle: Lifecycle | None = None,
    ) -> Observation:
        """The observation of an answer whose meaning is already known."""
        at = self.now()
        return Observation(
            at=at,
            provider=target.provider,
            model=target.model,
            provider_model_id=target.provider_model_id,
            user_class=target.user_class,
            vantage=self.vantage.id,
            egress=DIRECT if target.credential is None else target.credential.egress,
            level=level,
            cause=meaning.cause,
            strength=meaning.strength,
            evidence=_evidence(at, fetched.answer, meaning, target),
            timings=fetched.timings,
            served_model=meaning.served_model,
            hint=meaning.hint,
            retry_after=retry_after(fetched.answer.headers, at),
            limit_headers=any(name.startswith(LIMIT_HEADERS) for name in fetched.answer.headers),
            lifecycle=lifecycle,
            usage=usage_of(fetched.answer.body) if level is Level.ANSWERS else None,
            clock_ahead=clock_ahead(fetched.answer.headers, _began_to_answer(at, fetched.timings)),
        )


def worked(rule: str) -> Classification:
    """The meaning of an answer that says yes without any output of a model."""
    return Classification(Cause.OK, None, rule)


def fresh_nonce() -> str:
    """A short random word; the edge's default where a check needs one."""
    return secrets.token_hex(4)


def bland_prompt(nonce: str) -> str:
    """A prompt that no filter minds and no cache has seen."""
    return f"Reply with the single word OK. (ref {nonce})"


def json_object(body: bytes) -> dict[str, object]:
    """The JSON object in ``body``; empty when there is none."""
    try:
        loaded = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the provider asks to wait, in seconds; None when it does not say or makes no sense."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return _bounded(seconds) if seconds is not None else _until(value, now)


def clock_ahead(headers: Mapping[str, str], now: datetime) -> float | None:
    """By how many seconds our clock is ahead of the answer's ``date``; None where it gives none that makes sense."""
    try:
        then = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    return round((now - then).total_seconds(), 1) if then.tzinfo else None


def _began_to_answer(at: datetime, timings: Timings) -> datetime:
    first_byte = timings.total if timings.first_byte is None else timings.first_byte
    return at - timedelta(seconds=max(0.0, timings.total - first_byte))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _until(date: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    return _bounded((then - now).total_seconds()) if then.tzinfo else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def _evidence(at: datetime, answer: Answer, meaning: Classification, target: Target) -> Evidence:
    return Evidence(
        observed_at=at,
        status=answer.status,
        error_type=meaning.error_type,
        error_code=meaning.error_code,
        excerpt="" if meaning.cause is Cause.OK else _excerpt(answer, target),
        fingerprint=meaning.fingerprint,
        request_id_hash=_request_id_hash(answer),
        rule=meaning.rule,
    )


def _excerpt(answer: Answer, target: Target) -> str:
    text = answer.failure_detail if answer.failure else answer.body.decode("utf-8", "replace")
    if target.credential and target.credential.secret:
        text = text.replace(target.credential.secret, "[credential]")
    return redact(text)


def _request_id_hash(answer: Answer) -> str | None:
    found = (answer.headers.get(name) for name in REQUEST_ID_HEADERS)
    request_id = next((value for value in found if value), None) or json_object(answer.body).get("request_id")
    if not isinstance(request_id, str) or not request_id:
        return None
    return hashlib.sha256(request_id.encode("utf-8", "replace")).hexdigest()[:16]
