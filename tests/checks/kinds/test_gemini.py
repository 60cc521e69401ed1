"""The Gemini dialect: what it asks on the wire, what it observes, and how each family is kept from thinking long."""

from __future__ import annotations

import pytest

from checks.kinds.gemini import is_content, is_end
from checks.observation import Cause, Lifecycle
from checks.target import Level
from tests.checks.kinds.conftest import Asking
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import CREDENTIAL, Scripted, says, streams

KIND = "gemini"
SAMPLE = SAMPLES[KIND]
MODEL_PATH = f"/v1beta/models/{SAMPLE.model}"


def error(code: int, status: str, message: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "status": status}}


def settings(script: Scripted) -> list[object]:
    return [seen.body["generationConfig"] for seen in script.seen]


async def test_an_answer_is_asked_for_as_the_vendor_documents_it(asking: Asking) -> None:
    observation, script = await asking(Level.ANSWERS, SAMPLE.whole)
    [seen] = script.seen
    assert seen.line == f"POST {MODEL_PATH}:streamGenerateContent?alt=sse"
    assert seen.headers["x-goog-api-key"] == CREDENTIAL.secret
    assert set(seen.body) == {"contents", "generationConfig"}
    assert settings(script) == [{"maxOutputTokens": 32}]
    assert (observation.cause, observation.served_model) == (Cause.OK, SAMPLE.model)


@pytest.mark.parametrize(
    ("model", "how"),
    [
        ("gemini-2.0-flash", None),
        ("gemini-2.5-flash-lite", {"thinkingBudget": 0}),
        ("models/gemini-3-pro-preview", {"thinkingLevel": "low"}),
    ],
)
async def test_a_family_is_kept_from_thinking(asking: Asking, model: str, how: object) -> None:
    _, script = await asking(Level.ANSWERS, SAMPLE.whole, model_id=model)
    expected = {"maxOutputTokens": 32} | ({"thinkingConfig": how} if how else {})
    assert settings(script) == [expected]
    assert f"/models/{model.removeprefix('models/')}:" in script.seen[0].line


async def test_a_model_that_must_think_may(asking: Asking) -> None:
    refused = says(error(400, "INVALID_ARGUMENT", "Budget 0 is invalid. It only works in thinking mode."))
    refused = refused.replace(b"200 OK", b"400 Bad Request")
    observation, script = await asking(Level.ANSWERS, refused, SAMPLE.whole, model_id="gemini-2.5-flash")
    assert observation.cause is Cause.SUBSTITUTED
    assert settings(script) == [
        {"maxOutputTokens": 32, "thinkingConfig": {"thinkingBudget": 0}},
        {"maxOutputTokens": 32},
    ]


async def test_a_token_count_is_acceptance(asking: Asking) -> None:
    observation, script = await asking(Level.ACCEPTS, says({"totalTokens": 9}))
    assert script.seen[0].line == f"POST {MODEL_PATH}:countTokens"
    assert set(script.seen[0].body) == {"contents"}
    assert (observation.cause, observation.evidence.rule) == (Cause.OK, "accepted")


async def test_a_listing_tells_who_is_there(asking: Asking) -> None:
    observation, script = await asking(Level.LISTED, says({"name": f"models/{SAMPLE.model}", "version": "2.5"}))
    assert script.seen[0].line == f"GET {MODEL_PATH}"
    assert (observation.cause, observation.lifecycle) == (Cause.OK, Lifecycle.LISTED)
    gone = says(error(404, "NOT_FOUND", f"models/{SAMPLE.model} is not found"), status="404 Not Found")
    observation, _ = await asking(Level.LISTED, gone)
    assert (observation.cause, observation.lifecycle) == (Cause.MODEL_NOT_FOUND, Lifecycle.ABSENT)


@pytest.mark.parametrize(
    ("code", "status", "message", "cause"),
    [
        (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", Cause.CREDENTIAL),
        (400, "FAILED_PRECONDITION", "User location is not supported for the API use.", Cause.REGION),
        (429, "RESOURCE_EXHAUSTED", "Quota exceeded for requests per minute.", Cause.RATE_LIMITED),
        (500, "INTERNAL", "An internal error has occurred.", Cause.SERVER_ERROR),
        (503, "UNAVAILABLE", "The model is overloaded. Please try again later.", Cause.CAPACITY),
    ],
)
async def test_an_error_says_what_it_means(asking: Asking, code: int, status: str, message: str, cause: Cause) -> None:
    observation, _ = await asking(Level.ANSWERS, says(error(code, status, message), status=f"{code} No"))
    assert observation.cause is cause


async def test_a_blocked_prompt_is_an_answer_of_its_kind(asking: Asking) -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": SAMPLE.model}
    assert (await asking(Level.ANSWERS, streams(blocked)))[0].cause is Cause.CONTENT_FILTER


@pytest.mark.parametrize(
    ("data", "content", "end"),
    [
        (b'{"candidates": [{"content": {"parts": [{"text": "a"}]}}]}', True, False),
        (b'{"candidates": [{"content": {"parts": [{"text": ""}]}}]}', False, False),
        (b'{"candidates": [{"content": {"parts": "a"}}, 1, null, {"content": []}]}', False, False),
        (b'{"candidates": [{"finishReason": "MAX_TOKENS"}]}', False, True),
        (b'{"candidates": {}}', False, False),
        (b'{"error": {"code": 500}}', False, True),
    ],
)
def test_content_and_end_are_told_from_the_rest(data: bytes, content: bool, end: bool) -> None:
    assert (is_content(data), is_end(data)) == (content, end)
