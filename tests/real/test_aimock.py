"""Every kind of model API against aimock, which nobody here wrote: answers, statuses, drops, garbage in each shape."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from checks.http import Fetcher
from checks.observation import Cause, Observation
from checks.registry import KINDS
from checks.target import Credential, Level, Vantage
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import NOW, target
from tests.real.mock import KEY, running

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]

PATHS = {"openai": "/v1", "openai-responses": "/v1"}
LONG = "OK and some more words that would come later in the stream"
CUT = {"response": {"content": LONG}, "chunkSize": 4, "latency": 20}
SLOW = {"response": {"content": LONG}, "chunkSize": 8, "streamingProfile": {"ttft": 300, "tps": 60}}

ERRORS = {
    "bad-request": (400, "invalid_request_error", "Invalid value for 'messages'.", Cause.BAD_REQUEST),
    "no-money": (402, "billing_error", "Insufficient credits. Add more to continue.", Cause.BILLING),
    "no-region": (403, "forbidden", "Country, region, or territory not supported", Cause.REGION),
    "no-access": (403, "permission_error", "You don't have access to the model.", Cause.ENTITLEMENT),
    "missing": (404, "not_found_error", "The model `missing` does not exist.", Cause.MODEL_NOT_FOUND),
    "withdrawn": (
        404,
        "not_found_error",
        "Fable 5 is not available. Please use Opus 4.8. Learn more: https://a.example/why",
        Cause.WITHDRAWN,
    ),
    "retired": (404, "not_found_error", "The model `retired` has been deprecated.", Cause.RETIRED),
    "limited": (429, "rate_limit_error", "Rate limit reached for requests per minute.", Cause.RATE_LIMITED),
    "forbidden-by-law": (451, "legal", "Unavailable for legal reasons.", Cause.LEGAL),
    "broken": (500, "server_error", "The server had an error while processing your request.", Cause.SERVER_ERROR),
    "busy": (503, "overloaded_error", "The engine is overloaded, please try again later.", Cause.CAPACITY),
    "overloaded": (529, "overloaded_error", "Overloaded", Cause.CAPACITY),
}
"""By model: status, type, message, and what they mean in every shape."""

FAULTS = {
    "cut-in-the-stream": ({**CUT, "truncateAfterChunks": 6}, Cause.NETWORK),
    "cut-after-a-while": ({**CUT, "disconnectAfterMs": 90}, Cause.NETWORK),
    "garbage": ({"response": {"content": "OK"}, "chaos": {"malformedRate": 1}}, Cause.SERVER_ERROR),
    "dropped": ({"response": {"content": "OK"}, "chaos": {"dropRate": 1}}, Cause.SERVER_ERROR),
    "gone": ({"response": {"content": "OK"}, "chaos": {"disconnectRate": 1}}, Cause.NETWORK),
    "throttled": ({"response": {"content": "OK"}, "chaos": {"rateLimitRate": 1}}, Cause.RATE_LIMITED),
    "late": ({"response": {"content": "OK"}, "chaos": {"latencyMs": 30_000}}, Cause.TIMEOUT),
}
"""By model: a fixture, and what its effect means in every shape."""

ANSWERS = {
    "sound": {"content": "OK"},
    "silent": {"content": ""},
    "stopped-at-the-limit": {"content": LONG, "finishReason": "length"},
    "thoughtful": {"content": "OK", "reasoning": "Let me see."},
}


def error(status: int, kind: str, message: str) -> dict[str, object]:
    return {"response": {"error": {"message": message, "type": kind}, "status": status}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    fixtures: dict[str, dict[str, object]] = {name: {"response": said} for name, said in ANSWERS.items()}
    fixtures |= {name: error(status, kind, message) for name, (status, kind, message, _) in ERRORS.items()}
    fixtures |= {name: fixture for name, (fixture, _) in FAULTS.items()}
    fixtures |= {
        "slow": SLOW,
        "swapped": {"response": {"content": "OK", "model": "another-9"}},
        "filtered": {"response": {"content": "", "finishReason": "content_filter"}},
    }
    with running(tmp_path_factory.mktemp("aimock"), fixtures) as url:
        yield url


class Asking:
    """Asks the server as one kind does."""

    def __init__(self, kind: str, url: str, fetcher: Fetcher) -> None:
        self._check = KINDS[kind](fetcher, Vantage(), lambda: NOW)
        self._url = url + PATHS.get(kind, "")

    async def __call__(self, model: str, level: Level = Level.ANSWERS, *, key: str = KEY) -> Observation:
        patience = 1.0 if model == "late" else 10.0
        asked = target(self._url, model, credential=Credential("all", key), timeout=patience)
        return await self._check.ask(asked, level)


@pytest.fixture(params=SAMPLES)
async def ask(request: pytest.FixtureRequest, server: str) -> AsyncIterator[Asking]:
    async with Fetcher() as fetcher:
        yield Asking(request.param, server, fetcher)


async def test_an_answer_is_an_answer(ask: Asking) -> None:
    for model in ANSWERS:
        observation = await ask(model)
        assert (observation.cause, observation.served_model) in {(Cause.OK, model), (Cause.OK, None)}, model
        assert (observation.timings.first_token is None) == (model == "silent"), model


async def test_the_first_token_is_timed(ask: Asking) -> None:
    timings = (await ask("slow")).timings
    assert timings.first_token is not None
    assert 0.25 < timings.first_token < timings.total


async def test_each_error_means_the_same_in_every_shape(ask: Asking) -> None:
    heard = {model: (await ask(model)).cause for model in ERRORS}
    assert heard == {model: cause for model, (*_, cause) in ERRORS.items()}


async def test_no_fault_is_an_answer_or_raises(ask: Asking) -> None:
    heard = {model: (await ask(model)).cause for model in FAULTS}
    assert heard == {model: cause for model, (_, cause) in FAULTS.items()}


async def test_a_limit_says_how_long_to_wait(ask: Asking) -> None:
    observation = await ask("throttled")
    assert observation.retry_after is not None
    assert observation.retry_after >= 1


async def test_a_wrong_key_is_told_from_a_right_one(ask: Asking) -> None:
    assert (await ask("sound", key="another")).cause is Cause.CREDENTIAL
    assert (await ask("sound")).cause is Cause.OK


@pytest.mark.parametrize("ask", ["anthropic", "openai", "openai-responses"], indirect=True)
async def test_another_model_is_noticed(ask: Asking) -> None:
    observation = await ask("swapped")
    assert (observation.cause, observation.served_model) == (Cause.SUBSTITUTED, "another-9")


@pytest.mark.parametrize("ask", ["anthropic", "openai", "azure", "gemini", "bedrock"], indirect=True)
async def test_a_filter_is_an_answer_of_its_kind(ask: Asking) -> None:
    assert (await ask("filtered")).cause is Cause.CONTENT_FILTER


@pytest.mark.parametrize("ask", ["openai", "openai-responses", "ollama"], indirect=True)
async def test_the_list_can_be_read(ask: Asking) -> None:
    assert (await ask("sound", Level.LISTED)).lifecycle is not None


@pytest.mark.parametrize("ask", ["anthropic", "gemini", "bedrock", "azure"], indirect=True)
async def test_a_list_that_is_not_there_says_nothing_of_the_model(ask: Asking) -> None:
    observation = await ask("sound", Level.LISTED)
    assert (observation.evidence.status, observation.lifecycle) == (404, None)
