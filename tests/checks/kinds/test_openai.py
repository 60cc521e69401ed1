"""The OpenAI dialect: what it asks on the wire, what it observes, and the parameter that has two names."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from checks.http import Fetcher
from checks.kinds.openai import OpenAI, is_content
from checks.observation import Cause, Lifecycle, Observation
from checks.target import Level, Vantage
from tests.checks.hostile import serve
from tests.checks.kinds.scripted import CREDENTIAL, NOW, Scripted, says, streams, target

MODEL = "vendor/model-5"


def chunk(content: str, finish: str | None = None) -> dict[str, object]:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return {"id": "x", "object": "chat.completion.chunk", "model": MODEL, "choices": [choice]}


ANSWER = streams(chunk(""), chunk("OK"), chunk("", "stop"), {"choices": [], "usage": {"total_tokens": 2}}, "[DONE]")


def refusal(sent: str, wanted: str) -> bytes:
    message = f"Unsupported parameter: '{sent}' is not supported with this model. Use '{wanted}' instead."
    error = {"message": message, "type": "invalid_request_error", "param": sent, "code": "unsupported_parameter"}
    return says({"error": error}, status="400 Bad Request")


def parameters(script: Scripted) -> list[str]:
    return [next(name for name in seen.body if name.startswith("max_")) for seen in script.seen]


@pytest.fixture
async def check() -> AsyncIterator[OpenAI]:
    async with Fetcher() as fetcher:
        yield OpenAI(fetcher, Vantage("here"), lambda: NOW, nonce=lambda: "n1")


async def ask(check: OpenAI, level: Level, *replies: bytes, **changes: object) -> tuple[Observation, Scripted]:
    script = Scripted(list(replies))
    async with serve(script) as url:
        return await check.ask(target(url + "/v1/", MODEL, **changes), level), script


async def test_an_answer_is_asked_for_as_the_vendor_documents_it(check: OpenAI) -> None:
    observation, script = await ask(check, Level.ANSWERS, ANSWER)
    [seen] = script.seen
    assert seen.line == "POST /v1/chat/completions"
    assert seen.headers["authorization"] == f"Bearer {CREDENTIAL.secret}"
    assert seen.body == {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Reply with the single word OK. (ref n1)"}],
        "max_tokens": 32,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert (observation.cause, observation.served_model) == (Cause.OK, MODEL)
    assert observation.timings.first_token is not None


async def test_a_gateway_that_does_not_stream_answers_all_the_same(check: OpenAI) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "OK"}, "finish_reason": "stop"}
    whole = says({"id": "x", "object": "chat.completion", "model": MODEL, "choices": [choice]})
    observation, _ = await ask(check, Level.ANSWERS, whole)
    assert (observation.cause, observation.served_model) == (Cause.OK, MODEL)
    assert observation.timings.first_token is None


async def test_there_is_no_level_accepts(check: OpenAI) -> None:
    assert check.levels == {Level.LISTED, Level.ANSWERS}
    with pytest.raises(ValueError, match="accepts"):
        await ask(check, Level.ACCEPTS, ANSWER)


async def test_the_other_parameter_is_tried_once_and_remembered(check: OpenAI) -> None:
    script = Scripted([refusal("max_tokens", "max_completion_tokens"), ANSWER])
    async with serve(script) as url:
        first = await check.ask(target(url, MODEL), Level.ANSWERS)
        second = await check.ask(target(url, MODEL), Level.ANSWERS)
        await check.ask(target(url, "another-model"), Level.ANSWERS)
    assert (first.cause, second.cause) == (Cause.OK, Cause.OK)
    assert parameters(script) == ["max_tokens", "max_completion_tokens", "max_completion_tokens", "max_tokens"]


async def test_it_works_the_other_way_round_too(check: OpenAI) -> None:
    reply = refusal("max_completion_tokens", "max_tokens")
    observation, script = await ask(check, Level.ANSWERS, reply, ANSWER, provider_model_id="gpt-5-nano")
    assert observation.cause is Cause.SUBSTITUTED, "and the other model that answers is noticed"
    assert parameters(script) == ["max_completion_tokens", "max_tokens"]


async def test_two_refusals_are_our_mistake_and_end_there(check: OpenAI) -> None:
    first, second = refusal("max_tokens", "max_completion_tokens"), refusal("max_completion_tokens", "max_tokens")
    observation, script = await ask(check, Level.ANSWERS, first, second)
    assert observation.cause is Cause.BAD_REQUEST
    assert len(script.seen) == 2


UNKNOWN_OPTION = (
    {"error": {"message": "Unrecognized request argument supplied: stream_options", "type": "invalid_request_error"}},
    {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs not permitted"}]},
    {"error": {"message": "stream_options is not available for this model"}},
)


@pytest.mark.parametrize("error", UNKNOWN_OPTION)
@pytest.mark.parametrize("status", ["400 Bad Request", "422 Unprocessable Entity"])
async def test_a_gateway_without_stream_options_is_asked_without(check: OpenAI, error: object, status: str) -> None:
    script = Scripted([says(error, status=status), ANSWER])
    async with serve(script) as url:
        causes = [(await check.ask(target(url, MODEL), Level.ANSWERS)).cause for _ in range(2)]
    assert causes == [Cause.OK, Cause.OK]
    assert ["stream_options" in seen.body for seen in script.seen] == [True, False, False]


async def test_both_can_be_conceded_to_one_model(check: OpenAI) -> None:
    option = says(UNKNOWN_OPTION[0], status="400 Bad Request")
    script = Scripted([option, refusal("max_tokens", "max_completion_tokens"), ANSWER])
    async with serve(script) as url:
        for _ in range(2):
            assert (await check.ask(target(url, MODEL), Level.ANSWERS)).cause is Cause.OK
    assert parameters(script) == ["max_tokens", "max_tokens", "max_completion_tokens", "max_completion_tokens"]
    assert ["stream_options" in seen.body for seen in script.seen] == [True, False, False, False]


async def test_a_gateway_that_changes_its_mind_is_followed(check: OpenAI) -> None:
    there, back = refusal("max_tokens", "max_completion_tokens"), refusal("max_completion_tokens", "max_tokens")
    script = Scripted([there, ANSWER, back, ANSWER])
    async with serve(script) as url:
        for _ in range(3):
            assert (await check.ask(target(url, MODEL), Level.ANSWERS)).cause is Cause.OK
    first, second = "max_tokens", "max_completion_tokens"
    assert parameters(script) == [first, second, second, first, first]


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("gpt-5", "minimal"),
        ("openai/gpt-5-mini-2025-08-07", "minimal"),
        ("o4-mini", "low"),
        ("openai/o3-2025-04-16", "low"),
        ("gpt-5.1", None),
        ("gpt-5-pro", None),
        ("gpt-5-chat-latest", None),
        ("gpt-4o", None),
        ("claude-opus-4-8", None),
    ],
)
async def test_a_family_is_kept_from_reasoning(check: OpenAI, model: str, effort: str | None) -> None:
    script = Scripted([ANSWER])
    async with serve(script) as url:
        await check.ask(target(url, model), Level.ANSWERS)
    assert script.seen[0].body.get("reasoning_effort") == effort


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
        "Unsupported value: 'reasoning_effort' does not support 'low' with this model. Supported values are: 'medium'.",
    ],
)
async def test_a_model_that_refuses_an_effort_is_asked_without(check: OpenAI, message: str) -> None:
    refused = says({"error": {"message": message, "type": "invalid_request_error"}}, status="400 Bad Request")
    script = Scripted([refused, ANSWER])
    async with serve(script) as url:
        for _ in range(2):
            await check.ask(target(url, "o1-mini"), Level.ANSWERS)
    assert ["reasoning_effort" in seen.body for seen in script.seen] == [True, False, False]


async def test_a_model_that_cannot_finish_its_thoughts_gets_room(check: OpenAI) -> None:
    message = "Could not finish the message because max_tokens or model output limit was reached. Please try again."
    refused = says({"error": {"message": message, "type": "invalid_request_error"}}, status="400 Bad Request")
    script = Scripted([refused, ANSWER])
    async with serve(script) as url:
        observation = await check.ask(target(url, "o3"), Level.ANSWERS)
    assert observation.cause is not Cause.BAD_REQUEST
    assert [seen.body["max_completion_tokens"] for seen in script.seen] == [32, 512]


@pytest.mark.parametrize(
    ("status", "message", "cause"),
    [
        ("400 Bad Request", "Invalid value for 'messages'.", Cause.BAD_REQUEST),
        ("500 Internal Server Error", "max_tokens max_completion_tokens", Cause.SERVER_ERROR),
        ("503 Service Unavailable", "overloaded", Cause.CAPACITY),
    ],
)
async def test_nothing_else_is_tried_again(check: OpenAI, status: str, message: str, cause: Cause) -> None:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    observation, script = await ask(check, Level.ANSWERS, says({"error": error}, status=status))
    assert observation.cause is cause
    assert len(script.seen) == 1


async def test_the_list_tells_who_is_there(check: OpenAI) -> None:
    entries = [{"id": "other"}, {"id": MODEL, "object": "model"}, "noise", {"id": None}]
    observation, script = await ask(check, Level.LISTED, says({"object": "list", "data": entries}))
    assert script.seen[0].line == "GET /v1/models"
    assert (observation.cause, observation.lifecycle) == (Cause.OK, Lifecycle.LISTED)


async def test_a_model_that_is_not_in_the_list_is_absent(check: OpenAI) -> None:
    observation, _ = await ask(check, Level.LISTED, says({"data": [{"id": "other"}]}))
    assert (observation.cause, observation.lifecycle) == (Cause.OK, Lifecycle.ABSENT)


async def test_a_long_list_is_read_to_its_end(check: OpenAI) -> None:
    entries = [{"id": f"m{number}", "description": "x" * 1000} for number in range(800)] + [{"id": MODEL}]
    observation, _ = await ask(check, Level.LISTED, says({"data": entries}))
    assert observation.lifecycle is Lifecycle.LISTED


@pytest.mark.parametrize("content", [{}, [], {"data": {}}, {"data": None}])
async def test_a_list_of_another_shape_says_nothing(check: OpenAI, content: object) -> None:
    observation, _ = await ask(check, Level.LISTED, says(content))
    assert observation.lifecycle is None
    assert observation.cause is not Cause.OK


async def test_a_refused_list_says_nothing_of_the_lifecycle(check: OpenAI) -> None:
    error = {"message": "Incorrect API key provided.", "code": "invalid_api_key", "type": "invalid_request_error"}
    observation, _ = await ask(check, Level.LISTED, says({"error": error}, status="401 Unauthorized"))
    assert (observation.cause, observation.lifecycle) == (Cause.CREDENTIAL, None)


async def test_without_a_credential_no_key_is_sent(check: OpenAI) -> None:
    reply = says({"error": {"message": "No auth credentials found", "code": 401}}, status="401 Unauthorized")
    observation, script = await ask(check, Level.ANSWERS, reply, credential=None)
    assert "authorization" not in script.seen[0].headers
    assert observation.cause is Cause.CREDENTIAL


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b'{"choices": [{"delta": {"content": "a"}}]}', True),
        (b'{"choices": [{"delta": {"reasoning_content": "hm"}}]}', True),
        (b'{"choices": [{"delta": {"content": ""}}]}', False),
        (b'{"choices": [{"delta": {"role": "assistant"}}]}', False),
        (b'{"choices": [null, 1, {"delta": null}]}', False),
        (b'{"choices": []}', False),
        (b"[DONE]", False),
    ],
)
def test_content_is_told_from_the_rest(data: bytes, content: bool) -> None:
    assert is_content(data) is content
