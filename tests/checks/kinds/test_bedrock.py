"""The Bedrock dialect: what it asks on the wire, what it observes, and its two hosts."""

from __future__ import annotations

import pytest

from checks.http import Fetcher
from checks.kinds.bedrock import Bedrock, is_content, is_end
from checks.observation import Cause, Lifecycle, Usage
from checks.target import Level, Vantage
from tests.checks.hostile import response
from tests.checks.kinds.conftest import Asking
from tests.checks.kinds.samples import SAMPLES, frame
from tests.checks.kinds.scripted import CREDENTIAL, NOW, says, target

KIND = "bedrock"
SAMPLE = SAMPLES[KIND]
MODEL = "anthropic.claude-fable-5-v1:0"
CUT_SHORT = "content-type: application/vnd.amazon.eventstream"


async def test_an_answer_is_asked_for_as_the_vendor_documents_it(asking: Asking) -> None:
    observation, script = await asking(Level.ANSWERS, SAMPLE.whole)
    [seen] = script.seen
    assert seen.line == "POST /model/us.anthropic.claude-fable-5-v1%3A0/converse-stream"
    assert seen.headers["authorization"] == f"Bearer {CREDENTIAL.secret}"
    assert seen.body["inferenceConfig"] == {"maxTokens": 32}
    assert set(seen.body) == {"messages", "inferenceConfig"}
    assert (observation.cause, observation.served_model) == (Cause.OK, None)
    assert observation.usage == Usage(9, 2), "which comes after the end"


async def test_a_model_that_cannot_stream_is_asked_without(asking: Asking) -> None:
    refused = says({"message": "This model doesn't support streaming."}, status="400 Bad Request")
    message = {"role": "assistant", "content": [{"text": "OK"}]}
    plain = says({"output": {"message": message}, "stopReason": "end_turn", "usage": {"totalTokens": 2}})
    observation, script = await asking(Level.ANSWERS, refused, plain)
    assert observation.cause is Cause.OK
    assert [seen.line.rpartition("/")[2] for seen in script.seen] == ["converse-stream", "converse"]


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("throttlingException", Cause.RATE_LIMITED),
        ("internalServerException", Cause.SERVER_ERROR),
        ("modelTimeoutException", Cause.TIMEOUT),
        ("serviceUnavailableException", Cause.CAPACITY),
    ],
)
async def test_an_exception_inside_the_stream_is_an_error(asking: Asking, name: str, cause: Cause) -> None:
    broken = SAMPLE.before + frame(name, {"message": "It did not work."}, kind="exception")
    observation, _ = await asking(Level.ANSWERS, response(broken, CUT_SHORT))
    assert observation.cause is cause


@pytest.mark.parametrize(
    ("status", "kind", "message", "cause"),
    [
        ("403 Forbidden", "AccessDeniedException", "The security token is expired.", Cause.CREDENTIAL),
        ("403 Forbidden", "AccessDeniedException", "You don't have access to the model.", Cause.ENTITLEMENT),
        ("400 Bad Request", "ValidationException", "The provided model identifier is invalid.", Cause.MODEL_NOT_FOUND),
        ("429 Too Many Requests", "ThrottlingException", "Too many requests.", Cause.RATE_LIMITED),
    ],
)
async def test_an_error_says_what_it_means(asking: Asking, status: str, kind: str, message: str, cause: Cause) -> None:
    error = says({"message": message}, f"x-amzn-errortype: {kind}", status=status)
    assert (await asking(Level.ANSWERS, error))[0].cause is cause


@pytest.mark.parametrize(
    ("model", "path", "document", "lifecycle"),
    [
        (MODEL, "foundation-models", {"modelDetails": {"modelLifecycle": {"status": "ACTIVE"}}}, Lifecycle.LISTED),
        (MODEL, "foundation-models", {"modelDetails": {"modelId": MODEL}}, Lifecycle.LISTED),
        (
            MODEL,
            "foundation-models",
            {"modelDetails": {"modelLifecycle": {"status": "LEGACY", "endOfLifeTime": "2026-06-12T00:00:00Z"}}},
            Lifecycle.LISTED,
        ),
        (f"us.{MODEL}", "inference-profiles", {"inferenceProfileId": f"us.{MODEL}"}, Lifecycle.LISTED),
        (MODEL, "foundation-models", {"modelDetails": None}, None),
    ],
)
async def test_a_listing_tells_the_lifecycle(
    asking: Asking, model: str, path: str, document: dict[str, object], lifecycle: Lifecycle | None
) -> None:
    observation, script = await asking(Level.LISTED, says(document), model_id=model)
    assert script.seen[0].line == f"GET /{path}/{model.replace(':', '%3A')}"
    assert observation.lifecycle is lifecycle


async def test_the_catalogue_has_a_host_of_its_own() -> None:
    asked = target("https://bedrock-runtime.us-east-1.amazonaws.com/", MODEL)
    async with Fetcher() as fetcher:
        check = Bedrock(fetcher, Vantage(), lambda: NOW)
    assert check.address(asked, "/foundation-models/a") == "https://bedrock.us-east-1.amazonaws.com/foundation-models/a"
    assert check.address(asked, "/model/a/converse").startswith("https://bedrock-runtime.us-east-1.")


@pytest.mark.parametrize(
    ("data", "content", "end"),
    [
        (b'{"contentBlockDelta": {"delta": {"text": "a"}}}', True, False),
        (b'{"contentBlockDelta": {"delta": {"reasoningContent": {"text": "hm"}}}}', True, False),
        (b'{"contentBlockDelta": {"delta": {"text": ""}}}', False, False),
        (b'{"contentBlockDelta": "text"}', False, False),
        (b'{"messageStop": {"stopReason": "end_turn"}}', False, True),
        (b'{"error": {"message": "no"}}', False, True),
        (b"[]", False, False),
    ],
)
def test_content_and_end_are_told_from_the_rest(data: bytes, content: bool, end: bool) -> None:
    assert (is_content(data), is_end(data)) == (content, end)
