"""The Ollama dialect: what it asks on the wire, and what it observes."""

from __future__ import annotations

import pytest

from checks.kinds.ollama import is_content, is_end
from checks.observation import Cause, Lifecycle
from checks.target import Credential, Level
from tests.checks.hostile import response
from tests.checks.kinds.conftest import Asking
from tests.checks.kinds.samples import SAMPLES, json_lines
from tests.checks.kinds.scripted import says

KIND = "ollama"
SAMPLE = SAMPLES[KIND]
TAGS = says({"models": [{"name": "llama3.2:latest", "model": "llama3.2:latest"}, {"name": "qwen3:4b"}]})


async def test_an_answer_is_asked_for_as_the_vendor_documents_it(asking: Asking) -> None:
    observation, script = await asking(Level.ANSWERS, SAMPLE.whole, credential=Credential("everyone", ""))
    [seen] = script.seen
    assert seen.line == "POST /api/chat"
    assert "authorization" not in seen.headers
    assert seen.body["options"] == {"num_predict": 32}
    assert set(seen.body) == {"model", "messages", "stream", "options"}
    assert (observation.cause, observation.served_model) == (Cause.OK, SAMPLE.model)


@pytest.mark.parametrize(
    ("model", "lifecycle"),
    [
        ("llama3.2", Lifecycle.LISTED),
        ("llama3.2:latest", Lifecycle.LISTED),
        ("qwen3:4b", Lifecycle.LISTED),
        ("qwen3", Lifecycle.ABSENT),
    ],
)
async def test_the_list_holds_what_was_pulled(asking: Asking, model: str, lifecycle: Lifecycle) -> None:
    observation, script = await asking(Level.LISTED, TAGS, model_id=model)
    assert script.seen[0].line == "GET /api/tags"
    assert (observation.cause, observation.lifecycle) == (Cause.OK, lifecycle)


async def test_a_model_that_was_not_pulled_is_missing(asking: Asking) -> None:
    error = says({"error": "model 'llama3.2' not found"}, status="404 Not Found")
    assert (await asking(Level.ANSWERS, error))[0].cause is Cause.MODEL_NOT_FOUND


async def test_an_error_inside_the_stream_is_an_error(asking: Asking) -> None:
    body = SAMPLE.before + json_lines({"error": "an error was encountered while running the model"})
    observation, _ = await asking(Level.ANSWERS, response(body, "content-type: application/x-ndjson"))
    assert observation.cause is Cause.SERVER_ERROR


@pytest.mark.parametrize(
    ("data", "content", "end"),
    [
        (b'{"message": {"content": "a"}, "done": false}', True, False),
        (b'{"message": {"content": "", "thinking": "hm"}, "done": false}', True, False),
        (b'{"message": {"content": ""}, "done": true}', False, True),
        (b'{"message": "a", "done": "no"}', False, False),
        (b'{"error": "no"}', False, True),
        (b"nonsense", False, False),
    ],
)
def test_content_and_end_are_told_from_the_rest(data: bytes, content: bool, end: bool) -> None:
    assert (is_content(data), is_end(data)) == (content, end)
