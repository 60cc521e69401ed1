"""Every answer that we know means what a person says, whatever the dialect is called."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from checks.classify import classify
from checks.observation import Answer, Cause, Strength
from tests.checks.corpus import ERRORS, EXAMPLES, PROVIDERS, Example, answer
from tests.checks.sentences import SENTENCES

FLOOR = 0.98
"""The share of answers that must keep their cause without their dialect; measured: 1.0."""
LINK = "https://example.net/why"


def by_id(example: Example) -> str:
    return example.id


@pytest.mark.parametrize("example", EXAMPLES, ids=by_id)
def test_a_real_answer_means_what_a_person_says(example: Example) -> None:
    assert classify(example.provider, example.answer).cause == example.cause


@pytest.mark.parametrize(("status", "message", "cause", "strength"), SENTENCES)
def test_an_unseen_sentence_means_what_a_person_reads(
    status: int, message: str, cause: str, strength: str | None
) -> None:
    body = {"type": "error", "error": {"type": "invalid_request_error", "message": message}, "request_id": "req_x"}
    found = classify("generic", answer(status, body))
    assert found.cause == cause
    assert strength in {None, found.strength}


@pytest.mark.parametrize("dialect", ["generic", "nobody-knows-this", ""])
def test_rules_do_not_depend_on_the_dialect(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for example in EXAMPLES:
        total[example.provider] += 1
        right[example.provider] += classify(dialect, example.answer).cause == example.cause
    with capsys.disabled():
        if dialect == "generic":
            print("\n" + "\n".join(f"{name:15} {right[name]:3}/{total[name]:3}" for name in PROVIDERS))
    assert right.total() / total.total() >= FLOOR


@pytest.mark.parametrize("other", ["anthropic", "openai", "bedrock", "ollama"])
def test_a_wrong_dialect_does_not_mislead(other: str) -> None:
    right = sum(classify(other, example.answer).cause == example.cause for example in EXAMPLES)
    assert right / len(EXAMPLES) >= FLOOR


def deeper(body: Any) -> Any:
    return {"result": {"outcome": {"error": body}}}


def in_detail(body: Any) -> Any:
    return {"detail": body}


def in_a_list(body: Any) -> Any:
    return {"errors": [body]}


def as_text_in_json(body: Any) -> Any:
    return {"error": {"message": json.dumps(body)}}


def as_json_string(body: Any) -> Any:
    return json.dumps(json.dumps(body))


def wrapped_by_a_gateway(body: Any) -> Any:
    return {"error": {"message": f"litellm.APIError: SomeException - {json.dumps(body)}. Received Model Group=x"}}


def with_noise(body: Any) -> Any:
    return {"trace": {"took_ms": 12, "node": "a-1"}, **body, "timestamp": "2026-06-13T01:58:01Z", "documentation": LINK}


def in_an_array(body: Any) -> Any:
    return [body]


DISGUISES = [
    deeper,
    in_detail,
    in_a_list,
    as_text_in_json,
    as_json_string,
    wrapped_by_a_gateway,
    with_noise,
    in_an_array,
]


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_moved_or_wrapped_error_keeps_its_cause(disguise: Any) -> None:
    changed = [
        example.id
        for example in ERRORS
        if classify("generic", answer(example.status, disguise(example.body), example.headers)).cause != example.cause
    ]
    assert changed == []


def test_more_headers_change_nothing() -> None:
    noise = {"server": "envoy", "x-cache": "MISS", "via": "1.1 varnish", "date": "Sat, 13 Jun 2026 01:58:01 GMT"}
    for example in EXAMPLES:
        noisy = answer(example.status, example.body, {**noise, **example.headers})
        assert classify("generic", noisy).cause == example.cause, example.id


def test_an_upper_case_header_counts() -> None:
    body = {"message": "The token is old."}
    found = classify("bedrock", answer(403, body, {"X-Amzn-ErrorType": "ExpiredTokenException:http://x"}))
    assert (found.cause, found.strength) == (Cause.CREDENTIAL, Strength.STRONG)


def test_the_wrong_content_type_changes_nothing() -> None:
    for example in ERRORS:
        mislabelled = answer(example.status, example.body, {**example.headers, "content-type": "text/html"})
        assert classify("generic", mislabelled).cause == example.cause, example.id


@pytest.mark.parametrize(("failure", "cause"), [("timeout", Cause.TIMEOUT), ("network", Cause.NETWORK)])
def test_no_answer_is_a_failure(failure: str, cause: Cause) -> None:
    found = classify("openai", Answer(status=None, failure=failure, failure_detail="no luck"))
    assert (found.cause, found.rule, found.message) == (cause, f"failure.{cause}", "no luck")


def test_a_blocked_by_link_is_legal_whatever_the_status() -> None:
    found = classify("any", answer(403, "", {"link": '<https://law.example/>; rel="blocked-by"'}))
    assert (found.cause, found.strength, found.rule) == (Cause.LEGAL, Strength.STRONG, "legal.blocked-by")


def test_a_withdrawal_is_strong_only_with_a_name_and_a_way_out() -> None:
    def strength(message: str, asked: str | None = None) -> Strength | None:
        found = classify("anthropic", answer(404, {"error": {"message": message}}), asked=asked)
        assert found.cause is Cause.WITHDRAWN
        return found.strength

    assert strength("Fable is not available. Please use Opus 4.8.", asked="claude-fable-5") is Strength.STRONG
    assert strength("Claude Fable 5 is not available. Please use Opus 4.8.", asked="claude-fable-5") is Strength.STRONG
    assert strength("claude-fable-5 is not available.", asked="claude-fable-5") is Strength.WEAK
    assert strength("This model is not available.") is Strength.WEAK


def test_a_bare_edge_refusal_is_a_weak_region_unless_the_api_signed_it() -> None:
    body = {"error": {"type": "forbidden", "message": "Request not allowed"}}
    bare = classify("anthropic", answer(403, body))
    assert (bare.cause, bare.strength) == (Cause.REGION, Strength.WEAK)
    assert classify("anthropic", answer(403, body, {"request-id": "req_1"})).cause is Cause.ENTITLEMENT


def test_the_evidence_is_redacted_and_the_unknown_gets_a_fingerprint() -> None:
    body = {"error": {"type": "invalid_request_error", "message": "The frobnicator of sk-abc123456789 is blue."}}
    found = classify("generic", answer(400, body))
    assert found.rule == "status.400"
    assert "abc123456789" not in found.message
    assert found.error_type == "invalid_request_error"
    assert found.fingerprint


def test_an_answer_that_worked_has_no_fingerprint() -> None:
    found = classify("openai", answer(200, {"model": "m-1", "choices": [{"message": {"content": "OK"}}]}), asked="m-1")
    assert (found.cause, found.strength, found.fingerprint, found.served_model) == (Cause.OK, None, None, "m-1")


@pytest.mark.parametrize("served", ["claude-opus-4-8", "anthropic/claude-opus-4.8"])
def test_another_model_is_substituted(served: str) -> None:
    body = {"type": "message", "model": served, "content": [{"type": "text", "text": "OK"}], "stop_reason": "end_turn"}
    found = classify("anthropic", answer(200, body), asked="claude-fable-5")
    assert (found.cause, found.served_model, found.strength) == (Cause.SUBSTITUTED, served, None)
    assert classify("anthropic", answer(200, body), asked="claude-fable-5", serves=("claude-opus-*",)).cause is Cause.OK
    assert classify("anthropic", answer(200, body)).cause is Cause.OK


def test_a_refusal_by_another_model_is_still_an_answer() -> None:
    body = {"type": "message", "model": "claude-opus-4-8", "content": [], "stop_reason": "refusal"}
    assert classify("anthropic", answer(200, body), asked="claude-fable-5").cause is Cause.CONTENT_FILTER


def test_a_deployment_name_is_not_a_model_name() -> None:
    body = {"model": "gpt-4o-2024-08-06", "choices": [{"message": {"content": "OK"}}]}
    assert classify("azure", answer(200, body), asked="our-deployment").cause is Cause.OK
    assert classify("azure", answer(200, body), asked="our-deployment", serves=("gpt-5*",)).cause is Cause.SUBSTITUTED


def test_a_gateway_that_cools_down_only_asks_us_to_wait() -> None:
    message = "No deployments available for selected model, Try again in 5 seconds. All deployments are in cooldown."
    found = classify("openai", answer(429, {"error": {"message": message, "type": "all_deployments_in_cooldown"}}))
    assert (found.cause, found.rule) == (Cause.RATE_LIMITED, "phrase.rate-limit")


def test_a_page_that_a_gateway_packed_into_its_error_is_still_a_page() -> None:
    page = "<!DOCTYPE html><html><title>Attention Required!</title><p>Sorry, you have been blocked</p></html>"
    packed = {"error": {"message": f"APIError: {page}", "type": "permission_error", "code": "403"}}
    assert classify("openai", answer(403, packed)).cause is Cause.EDGE_BLOCK
    country = page.replace("Sorry, you have been blocked", "This service is not available in your country")
    packed = {"error": {"message": f"APIError: {country}", "type": "permission_error"}}
    assert classify("openai", answer(403, packed)).cause is Cause.REGION
