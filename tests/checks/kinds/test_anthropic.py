"""The Anthropic dialect: what it asks on the wire, and what it observes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import pytest

from checks.http import Fetcher
from checks.kinds.anthropic import Anthropic, is_content
from checks.observation import Cause, Lifecycle, Observation, Strength
from checks.target import Level, Vantage
from tests.checks.hostile import reset, saying, serve
from tests.checks.kinds.scripted import CREDENTIAL, NOW, Scripted, says, streams, target

MODEL = "claude-fable-5"

ANSWER = (
    {"type": "message_start", "message": {"type": "message", "role": "assistant", "model": MODEL, "content": []}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "OK"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
)

WITHDRAWN = {
    "type": "error",
    "error": {
        "type": "not_found_error",
        "message": "Claude Fable 5 is not available. Please use Opus 4.8. Learn more: https://example.org/why",
    },
    "request_id": "req_7",
}


@pytest.fixture
async def check() -> AsyncIterator[Anthropic]:
    async with Fetcher() as fetcher:
        yield Anthropic(fetcher, Vantage("here"), lambda: NOW, nonce=lambda: "n1")


async def ask(check: Anthropic, level: Level, *replies: bytes, **changes: object) -> tuple[Observation, Scripted]:
    script = Scripted(list(replies))
    async with serve(script) as url:
        return await check.ask(target(url, MODEL, **changes), level), script


async def test_an_answer_is_asked_for_as_the_vendor_documents_it(check: Anthropic) -> None:
    observation, script = await ask(check, Level.ANSWERS, streams(*ANSWER, named=True))
    [seen] = script.seen
    assert seen.line == "POST /v1/messages"
    assert seen.headers["x-api-key"] == CREDENTIAL.secret
    assert seen.headers["anthropic-version"] == "2023-06-01"
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["accept-encoding"] == "identity"
    message = {"role": "user", "content": "Reply with the single word OK. (ref n1)"}
    assert seen.body == {"model": MODEL, "messages": [message], "max_tokens": 32, "stream": True}
    assert observation.cause is Cause.OK


async def test_an_answer_is_observed_with_everything_around_it(check: Anthropic) -> None:
    observation, _ = await ask(check, Level.ANSWERS, streams(*ANSWER, named=True))
    assert (observation.at, observation.vantage, observation.egress) == (NOW, "here", "direct")
    assert (observation.provider, observation.model, observation.user_class) == ("test", "a-model", "us-persons")
    assert (observation.provider_model_id, observation.level) == (MODEL, Level.ANSWERS)
    assert observation.served_model == MODEL
    assert observation.strength is None
    assert observation.lifecycle is None
    assert observation.evidence.excerpt == ""
    assert observation.timings.first_token is not None


async def test_a_withdrawal_is_observed_with_its_evidence(check: Anthropic) -> None:
    reply = says(WITHDRAWN, "request-id: req_42", "anthropic-ratelimit-requests-remaining: 9", status="404 Not Found")
    observation, _ = await ask(check, Level.ANSWERS, reply)
    assert (observation.cause, observation.strength) == (Cause.WITHDRAWN, Strength.STRONG)
    assert observation.limit_headers
    evidence = observation.evidence
    assert (evidence.status, evidence.error_type) == (404, "not_found_error")
    assert "is not available" in evidence.excerpt
    assert evidence.fingerprint
    assert evidence.request_id_hash == hashlib.sha256(b"req_42").hexdigest()[:16]
    assert observation.timings.first_token is None


async def test_the_request_id_may_be_in_the_body_alone(check: Anthropic) -> None:
    observation, _ = await ask(check, Level.ANSWERS, says(WITHDRAWN, status="404 Not Found"))
    assert observation.evidence.request_id_hash == hashlib.sha256(b"req_7").hexdigest()[:16]
    assert not observation.limit_headers


async def test_a_token_count_is_acceptance(check: Anthropic) -> None:
    observation, script = await ask(check, Level.ACCEPTS, says({"input_tokens": 18}))
    assert script.seen[0].line == "POST /v1/messages/count_tokens"
    assert set(script.seen[0].body) == {"model", "messages"}
    assert (observation.cause, observation.evidence.rule) == (Cause.OK, "accepted")


async def test_a_refused_token_count_is_a_refusal(check: Anthropic) -> None:
    observation, _ = await ask(check, Level.ACCEPTS, says(WITHDRAWN, status="404 Not Found"))
    assert observation.cause is Cause.WITHDRAWN


@pytest.mark.parametrize("level", [Level.LISTED, Level.ACCEPTS, Level.ANSWERS])
async def test_a_page_is_no_answer_at_any_level(check: Anthropic, level: Level) -> None:
    page = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 21\r\n\r\n<html>welcome</html>\n"
    observation, _ = await ask(check, level, page)
    assert observation.cause is Cause.SERVER_ERROR
    assert observation.lifecycle is None


@pytest.mark.parametrize(
    ("entry", "lifecycle"),
    [
        ({}, Lifecycle.LISTED),
        ({"lifecycle": "active"}, Lifecycle.LISTED),
        ({"lifecycle": "deprecated"}, Lifecycle.LISTED),
        ({"lifecycle": "retired"}, Lifecycle.RETIRED),
        ({"lifecycle": {"status": "End-Of-Life"}}, Lifecycle.RETIRED),
        ({"lifecycle": "deprecated", "retires_at": "2026-06-12T00:00:00Z"}, Lifecycle.LISTED),
        ({"retirement_date": "2026-06-12"}, Lifecycle.RETIRED),
        ({"retirement_date": "2026-06-14T00:00:00Z"}, Lifecycle.LISTED),
        ({"retired_at": None, "shutdown_at": True, "status": 5}, Lifecycle.LISTED),
        ({"shutdown_date": "one day"}, Lifecycle.LISTED),
        ({"expiration_date": 1_780_000_000}, Lifecycle.RETIRED),
        ({"archived": True}, Lifecycle.RETIRED),
    ],
)
async def test_a_listing_tells_the_lifecycle(check: Anthropic, entry: dict[str, object], lifecycle: Lifecycle) -> None:
    observation, script = await ask(check, Level.LISTED, says({"type": "model", "id": MODEL} | entry))
    assert script.seen[0].line == f"GET /v1/models/{MODEL}"
    assert "content-type" not in script.seen[0].headers
    assert (observation.cause, observation.lifecycle) == (Cause.OK, lifecycle)


async def test_a_model_that_is_not_listed_is_absent(check: Anthropic) -> None:
    error = {"type": "error", "error": {"type": "not_found_error", "message": f"model: {MODEL}"}}
    observation, _ = await ask(check, Level.LISTED, says(error, status="404 Not Found"))
    assert (observation.cause, observation.lifecycle) == (Cause.MODEL_NOT_FOUND, Lifecycle.ABSENT)


async def test_a_missing_path_says_nothing_of_the_model(check: Anthropic) -> None:
    observation, _ = await ask(check, Level.LISTED, says({"detail": "Not Found"}, status="404 Not Found"))
    assert observation.lifecycle is None


async def test_an_id_with_a_slash_stays_one_segment(check: Anthropic) -> None:
    _, script = await ask(check, Level.LISTED, says({"id": "a/b"}), provider_model_id="a/b?c")
    assert script.seen[0].line == "GET /v1/models/a%2Fb%3Fc"


async def test_without_a_credential_no_key_is_sent(check: Anthropic) -> None:
    error = {"type": "error", "error": {"type": "authentication_error", "message": "x-api-key header is required"}}
    observation, script = await ask(check, Level.ANSWERS, says(error, status="401 Unauthorized"), credential=None)
    assert not {"x-api-key", "authorization"} & set(script.seen[0].headers)
    assert (observation.cause, observation.egress) == (Cause.CREDENTIAL, "direct")


async def test_an_error_inside_a_stream_is_an_error(check: Anthropic) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    observation, _ = await ask(check, Level.ANSWERS, streams(ANSWER[0], error, named=True))
    assert observation.cause is Cause.CAPACITY


async def test_another_model_is_noticed(check: Anthropic) -> None:
    other = {"type": "message_start", "message": {"type": "message", "model": "claude-haiku-4-5"}}
    observation, _ = await ask(check, Level.ANSWERS, streams(other, *ANSWER[1:], named=True))
    assert (observation.cause, observation.served_model) == (Cause.SUBSTITUTED, "claude-haiku-4-5")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("retry-after: 12", 12.0),
        ("retry-after-ms: 1500", 1.5),
        ("retry-after: Sat, 13 Jun 2026 02:00:30 GMT", 30.0),
        ("retry-after: Fri, 12 Jun 2026 02:00:30 GMT", 0.0),
        ("retry-after: 9999999999", 86_400.0),
        ("retry-after: -5", 0.0),
        ("retry-after: inf", None),
        ("retry-after: soon", None),
        ("retry-after: Sat, 99 Jun 2026 02:00:30 GMT", None),
        ("x-other: 1", None),
    ],
)
async def test_the_wait_that_is_asked_for_is_read(check: Anthropic, header: str, seconds: float | None) -> None:
    error = {"type": "error", "error": {"type": "rate_limit_error", "message": "This would exceed your rate limit."}}
    observation, _ = await ask(check, Level.ANSWERS, says(error, header, status="429 Too Many Requests"))
    assert (observation.cause, observation.retry_after) == (Cause.RATE_LIMITED, seconds)


async def test_our_key_never_gets_into_the_evidence(check: Anthropic) -> None:
    error = {"type": "error", "error": {"type": "authentication_error", "message": f"bad: {CREDENTIAL.secret}"}}
    observation, _ = await ask(check, Level.ANSWERS, says(error, status="401 Unauthorized"))
    assert CREDENTIAL.secret not in repr(observation)


@pytest.mark.parametrize("level", list(Level))
async def test_a_cut_connection_is_observed_not_raised(check: Anthropic, level: Level) -> None:
    async with serve(saying(b"HTTP/1.1 200 OK\r\n", then=reset)) as url:
        observation = await check.ask(target(url, MODEL), level)
    assert observation.cause is Cause.NETWORK
    assert observation.evidence.status is None
    assert observation.evidence.excerpt
    assert observation.lifecycle is None


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b'{"delta": {"text": "a"}}', True),
        (b'{"delta": {"thinking": "hm"}}', True),
        (b'{"delta": {"text": ""}}', False),
        (b'{"delta": "text"}', False),
        (b"[" * 60_000, False),
        (b"\xff", False),
        (b"[DONE]", False),
    ],
)
def test_content_is_told_from_the_rest(data: bytes, content: bool) -> None:
    assert is_content(data) is content
