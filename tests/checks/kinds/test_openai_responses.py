"""The Responses dialect: what it asks on the wire, and what it observes."""

from __future__ import annotations

import pytest

from checks.kinds.openai_responses import is_content, is_end
from checks.observation import Cause, Lifecycle
from checks.target import Level
from tests.checks.kinds.conftest import Asking
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import CREDENTIAL, says, streams

KIND = "openai-responses"
SAMPLE = SAMPLES[KIND]


async def test_an_answer_is_asked_for_as_the_vendor_documents_it(asking: Asking) -> None:
    observation, script = await asking(Level.ANSWERS, SAMPLE.whole, at="/v1/")
    [seen] = script.seen
    assert seen.line == "POST /v1/responses"
    assert seen.headers["authorization"] == f"Bearer {CREDENTIAL.secret}"
    assert str(seen.body.pop("input")).startswith("Reply with the single word OK. (ref ")
    assert seen.body == {"model": SAMPLE.model, "max_output_tokens": 32, "stream": True, "store": False}
    assert (observation.cause, observation.served_model) == (Cause.OK, "model-5-2026-05-01")


async def test_the_list_is_that_of_the_other_endpoint(asking: Asking) -> None:
    observation, script = await asking(Level.LISTED, says({"data": [{"id": SAMPLE.model}]}), at="/v1")
    assert script.seen[0].line == "GET /v1/models"
    assert observation.lifecycle is Lifecycle.LISTED


async def test_a_gateway_that_does_not_know_store_is_asked_without_it(asking: Asking) -> None:
    error = {"error": {"message": "Unknown parameter: 'store'.", "type": "invalid_request_error", "param": "store"}}
    observation, script = await asking(Level.ANSWERS, says(error, status="400 Bad Request"), SAMPLE.whole)
    assert observation.cause is Cause.OK
    assert ["store" in seen.body for seen in script.seen] == [True, False]


def ends(kind: str, **inside: object) -> bytes:
    response = {"object": "response", "model": SAMPLE.model, "output": [], **inside}
    return streams({"type": "response.created", "response": {}}, {"type": kind, "response": response}, named=True)


@pytest.mark.parametrize(
    ("reply", "cause"),
    [
        (ends("response.incomplete", incomplete_details={"reason": "max_output_tokens"}), Cause.OK),
        (ends("response.incomplete", incomplete_details={"reason": "content_filter"}), Cause.CONTENT_FILTER),
        (ends("response.failed", error={"code": "server_error", "message": "It failed."}), Cause.SERVER_ERROR),
        (
            ends("response.failed", error={"code": "rate_limit_exceeded", "message": "Rate limit reached."}),
            Cause.RATE_LIMITED,
        ),
        (streams({"type": "error", "code": "server_error", "message": "Boom"}, named=True), Cause.SERVER_ERROR),
    ],
)
async def test_the_end_of_a_stream_says_how_it_went(asking: Asking, reply: bytes, cause: Cause) -> None:
    assert (await asking(Level.ANSWERS, reply))[0].cause is cause


@pytest.mark.parametrize(
    ("data", "content", "end"),
    [
        (b'{"type": "response.output_text.delta", "delta": "a"}', True, False),
        (b'{"type": "response.reasoning_summary_text.delta", "delta": "hm"}', True, False),
        (b'{"type": "response.output_text.delta", "delta": ""}', False, False),
        (b'{"type": "response.output_text.done", "text": "a"}', False, False),
        (b'{"type": "response.completed"}', False, True),
        (b'{"type": "error"}', False, True),
        (b"[DONE]", False, True),
        (b"{}", False, False),
    ],
)
def test_content_and_end_are_told_from_the_rest(data: bytes, content: bool, end: bool) -> None:
    assert (is_content(data), is_end(data)) == (content, end)


async def test_a_family_is_kept_from_reasoning_until_it_refuses(asking: Asking) -> None:
    error = {"error": {"message": "Unsupported parameter: 'reasoning.effort' is not supported with this model."}}
    refused = says(error, status="400 Bad Request")
    _, script = await asking(Level.ANSWERS, refused, SAMPLE.whole, model_id="o1-mini")
    assert [seen.body.get("reasoning") for seen in script.seen] == [{"effort": "low"}, None]
