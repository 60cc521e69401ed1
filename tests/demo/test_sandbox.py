"""The sandbox over real HTTP: asked by the project's own checks, steered as from another terminal."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from checks.check import Check
from checks.http import Fetcher
from checks.observation import Cause, Lifecycle, Observation
from checks.registry import KINDS
from checks.target import Credential, Level, Target, Vantage
from statuspage.demo.catalogue import CLASS_BY_ID, MODEL_BY_ID, MODELS, PROVIDER_BY_ID, PROVIDERS, USER_CLASSES
from statuspage.demo.control import CONTROL_FILE, SandboxClient
from statuspage.demo.sandbox import STATE_FILE, SandboxServer
from statuspage.demo.signals import SIGNALS
from statuspage.demo.state import SandboxError, State

NOW = datetime(2026, 6, 13, 2, 0, tzinfo=UTC)
FAST = State(first_token=0.0, between_tokens=0.0)
BOTH = [provider.id for provider in PROVIDERS]
PROBED = [user_class.id for user_class in USER_CLASSES if user_class.probed]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[SandboxServer]:
    server = SandboxServer(tmp_path, lambda: NOW, start_state=FAST)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def steer(server: SandboxServer, tmp_path: Path) -> AsyncIterator[SandboxClient]:
    async with SandboxClient.from_data(tmp_path) as client:
        yield client


class Prober:
    """Asks the sandbox as the service would."""

    def __init__(self, server: SandboxServer, fetcher: Fetcher) -> None:
        self._server = server
        self._checks: dict[str, Check] = {kind: make(fetcher, Vantage(), lambda: NOW) for kind, make in KINDS.items()}

    async def ask(
        self,
        model: str = "claude-fable-5",
        user_class: str = "us-persons",
        provider: str = "claude-api",
        level: Level = Level.ANSWERS,
        key: str | None = "",
    ) -> Observation:
        offered = PROVIDER_BY_ID[provider]
        secret = CLASS_BY_ID[user_class].key if key == "" else key
        target = Target(
            provider=provider,
            base_url=self._server.base_url(provider),
            model=model,
            provider_model_id=offered.model_id(MODEL_BY_ID[model]),
            user_class=user_class,
            credential=None if secret is None else Credential(user_class, secret),
            timeout=5.0,
        )
        return await self._checks[offered.kind].ask(target, level)

    async def causes(self, model: str, provider: str) -> dict[str, Cause]:
        return {group: (await self.ask(model, group, provider)).cause for group in PROBED}


@pytest.fixture
async def prober(server: SandboxServer) -> AsyncIterator[Prober]:
    async with Fetcher() as fetcher:
        yield Prober(server, fetcher)


@pytest.mark.parametrize("provider", BOTH)
async def test_in_quiet_times_every_class_gets_what_design_gives_it(prober: Prober, provider: str) -> None:
    for model in MODELS:
        causes = await prober.causes(model.id, provider)
        expected = dict.fromkeys(PROBED, Cause.OK)
        if model.id == "claude-mythos-5":
            expected = dict.fromkeys(PROBED, Cause.ENTITLEMENT) | {"listed-organisations": Cause.OK}
        if model.gated:
            expected |= {"zero-retention": Cause.POLICY_CONFIG}
        assert causes == expected, model.id


@pytest.mark.parametrize("provider", BOTH)
@pytest.mark.parametrize("key", [None, "sk-wrong"])
async def test_a_missing_or_wrong_key_is_refused(prober: Prober, provider: str, key: str | None) -> None:
    observation = await prober.ask(provider=provider, key=key)
    assert (observation.evidence.status, observation.cause) == (401, Cause.CREDENTIAL)


async def test_the_other_levels_answer_too(prober: Prober) -> None:
    assert (await prober.ask(level=Level.ACCEPTS)).cause is Cause.OK
    for provider in BOTH:
        listed = await prober.ask("claude-haiku-4-5", provider=provider, level=Level.LISTED)
        assert (listed.cause, listed.lifecycle) == (Cause.OK, Lifecycle.LISTED)
    hidden = await prober.ask("claude-mythos-5", provider="gateway", level=Level.LISTED)
    assert hidden.lifecycle is Lifecycle.ABSENT


async def test_a_withdrawal_reaches_all_and_the_list_does_not_know(prober: Prober, steer: SandboxClient) -> None:
    await steer.restrict("claude-fable-5")
    direct = await prober.causes("claude-fable-5", "claude-api")
    assert direct == dict.fromkeys(PROBED, Cause.WITHDRAWN) | {"zero-retention": Cause.POLICY_CONFIG}
    reseller = await prober.ask("claude-fable-5", provider="gateway")
    assert (reseller.cause, reseller.evidence.status) == (Cause.MODEL_NOT_FOUND, 404)
    assert "No endpoints found" in reseller.evidence.excerpt
    assert (await prober.ask(level=Level.ACCEPTS)).cause is Cause.WITHDRAWN
    assert (await prober.ask(level=Level.LISTED)).lifecycle is Lifecycle.LISTED
    assert (await prober.ask("claude-opus-4-8")).cause is Cause.OK
    await steer.restore("claude-fable-5")
    assert (await prober.ask()).cause is Cause.OK


async def test_a_withdrawal_from_one_class_leaves_the_others(prober: Prober, steer: SandboxClient) -> None:
    await steer.restrict("claude-fable-5", "foreign-nationals-abroad")
    causes = await prober.causes("claude-fable-5", "claude-api")
    assert causes["foreign-nationals-abroad"] is Cause.WITHDRAWN
    assert causes["us-persons"] is Cause.OK


async def test_a_withdrawal_names_the_model_that_was_asked(prober: Prober, steer: SandboxClient) -> None:
    await steer.restrict("claude-sonnet-4-6")
    assert "Claude Sonnet 4.6 is not available" in (await prober.ask("claude-sonnet-4-6")).evidence.excerpt


async def test_an_outage_fails_a_provider_and_not_the_other(prober: Prober, steer: SandboxClient) -> None:
    for status, cause in ((500, Cause.SERVER_ERROR), (503, Cause.CAPACITY), (529, Cause.CAPACITY)):
        await steer.outage("claude-api", status)
        observation = await prober.ask("claude-haiku-4-5")
        assert observation.evidence.status == status
        assert observation.cause in {cause, Cause.SERVER_ERROR}
    assert (await prober.ask(level=Level.LISTED)).lifecycle is None
    assert (await prober.ask(provider="gateway")).cause is Cause.OK
    await steer.recover("claude-api")
    assert (await prober.ask("claude-haiku-4-5")).cause is Cause.OK


async def test_a_substitute_gives_itself_away(prober: Prober, steer: SandboxClient) -> None:
    await steer.substitute("claude-opus-4-8", "claude-haiku-4-5", provider="gateway")
    observation = await prober.ask("claude-opus-4-8", provider="gateway")
    assert (observation.cause, observation.served_model) == (Cause.SUBSTITUTED, "anthropic/claude-haiku-4-5")
    assert (await prober.ask("claude-opus-4-8")).cause is Cause.OK


async def test_a_retirement_is_in_the_catalogue(prober: Prober, steer: SandboxClient) -> None:
    await steer.retire("claude-opus-4-5")
    listed = await prober.ask("claude-opus-4-5", level=Level.LISTED)
    assert listed.lifecycle is Lifecycle.RETIRED
    absent = await prober.ask("claude-opus-4-5", provider="gateway", level=Level.LISTED)
    assert absent.lifecycle is Lifecycle.ABSENT
    assert (await prober.ask("claude-opus-4-5")).cause is Cause.MODEL_NOT_FOUND
    assert (await prober.ask("claude-opus-4-5", provider="gateway")).cause is Cause.RETIRED


@pytest.mark.parametrize("provider", BOTH)
async def test_any_signal_of_the_corpus_can_be_answered(prober: Prober, steer: SandboxClient, provider: str) -> None:
    for signal in SIGNALS.values():
        if (signal.provider in {"anthropic", "any"}) is (provider == "claude-api"):
            await steer.answer("claude-opus-4-8", provider, signal.id, "us-persons")
            assert (await prober.ask("claude-opus-4-8", provider=provider)).cause == signal.cause, signal.id
    assert (await prober.ask("claude-opus-4-8", "zero-retention", provider)).cause is Cause.OK


async def test_a_class_can_be_let_in(prober: Prober, steer: SandboxClient) -> None:
    await steer.grant("claude-mythos-5", "us-persons")
    assert (await prober.ask("claude-mythos-5")).cause is Cause.OK
    assert (await prober.ask("claude-mythos-5", provider="gateway", level=Level.LISTED)).lifecycle is Lifecycle.LISTED


async def test_a_slow_model_is_slow_to_its_first_token(prober: Prober, steer: SandboxClient) -> None:
    await steer.slow_down("claude-opus-4-8", 1.0)
    for provider in BOTH:
        slow = (await prober.ask("claude-opus-4-8", provider=provider)).timings
        fast = (await prober.ask("claude-sonnet-4-6", provider=provider)).timings
        assert slow.first_token is not None
        assert fast.first_token is not None
        assert slow.first_token >= 1.0 > fast.first_token
        assert slow.first_byte is not None
        assert slow.first_byte < slow.first_token - 0.5


async def test_the_state_survives_a_restart(tmp_path: Path) -> None:
    async def running(use: Callable[[SandboxServer, SandboxClient], Awaitable[None]]) -> None:
        server = SandboxServer(tmp_path, lambda: NOW, start_state=FAST)
        await server.start()
        async with SandboxClient.from_data(tmp_path) as client:
            await use(server, client)
        await server.stop()

    async def restrict(_: SandboxServer, client: SandboxClient) -> None:
        await client.restrict("claude-fable-5")

    async def still_restricted(server: SandboxServer, _: SandboxClient) -> None:
        async with Fetcher() as fetcher:
            assert (await Prober(server, fetcher).ask()).cause is Cause.WITHDRAWN

    await running(restrict)
    assert not (tmp_path / CONTROL_FILE).exists()
    assert (tmp_path / STATE_FILE).exists()
    await running(still_restricted)


async def test_a_taken_port_is_an_error(server: SandboxServer, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        await SandboxServer(tmp_path / "other", lambda: NOW, port=server.port).start()


async def test_only_the_token_steers(server: SandboxServer, tmp_path: Path) -> None:
    assert (tmp_path / CONTROL_FILE).stat().st_mode & 0o777 == 0o600
    for token in ("", "wrong", "ä"):
        async with SandboxClient(server.url, token) as client:
            with pytest.raises(SandboxError, match="token"):
                await client.reset()
            with pytest.raises(SandboxError, match="token"):
                await client.state()


async def test_a_command_that_makes_no_sense_is_explained(steer: SandboxClient) -> None:
    before = await steer.state()
    with pytest.raises(SandboxError, match="did you mean 'claude-fable-5'"):
        await steer.restrict("claude-fable5")
    with pytest.raises(SandboxError, match="there are: restrict"):
        await steer.send("explode")
    assert await steer.state() == before == await steer.reset()


async def test_without_a_sandbox_the_client_says_so(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no sandbox is running"):
        SandboxClient.from_data(tmp_path)
    (tmp_path / CONTROL_FILE).write_text(json.dumps({"url": "http://127.0.0.1:1", "token": "x"}))
    async with SandboxClient.from_data(tmp_path) as client:
        with pytest.raises(SandboxError, match=r"no sandbox answers at http://127\.0\.0\.1:1"):
            await client.state()
    (tmp_path / CONTROL_FILE).write_text("{}")
    with pytest.raises(SandboxError, match="cannot be read"):
        SandboxClient.from_data(tmp_path)


@pytest.fixture
async def raw(server: SandboxServer) -> AsyncIterator[aiohttp.ClientSession]:
    keys = {"x-api-key": "sandbox-key-us-persons", "authorization": "Bearer sandbox-key-us-persons"}
    async with aiohttp.ClientSession(server.url, headers=keys) as session:
        yield session


MESSAGES = [{"role": "user", "content": "Hello"}]


async def test_messages_without_a_stream(raw: aiohttp.ClientSession) -> None:
    question = {"model": "claude-haiku-4-5", "max_tokens": 32, "messages": MESSAGES}
    async with raw.post("/anthropic/v1/messages", json=question) as response:
        message = await response.json()
        assert response.headers["request-id"].startswith("req_")
    assert message["content"] == [{"type": "text", "text": "OK."}]
    assert (message["model"], message["stop_reason"]) == ("claude-haiku-4-5-20251001", "end_turn")


async def test_messages_in_a_stream(raw: aiohttp.ClientSession) -> None:
    question = {"model": "claude-haiku-4-5", "max_tokens": 1, "messages": MESSAGES, "stream": True}
    async with raw.post("/anthropic/v1/messages", json=question) as response:
        assert response.content_type == "text/event-stream"
        lines = (await response.text()).splitlines()
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert names == [
        "message_start", "content_block_start", "ping", "content_block_delta",
        "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert [each["type"] for each in data] == names
    assert data[-2]["delta"]["stop_reason"] == "max_tokens"


async def test_completions_with_and_without_a_stream(raw: aiohttp.ClientSession) -> None:
    question = {"model": "anthropic/claude-opus-4-8", "messages": MESSAGES}
    async with raw.post("/gateway/v1/chat/completions", json=question) as response:
        completion = await response.json()
    assert completion["choices"][0]["message"]["content"] == "OK."
    options = {"stream": True, "stream_options": {"include_usage": True}}
    async with raw.post("/gateway/v1/chat/completions", json=question | options) as response:
        lines = [line for line in (await response.text()).split("\n\n") if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks[:-1]) == "OK."
    assert (chunks[-1]["choices"], chunks[-1]["usage"]["completion_tokens"]) == ([], 2)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "JSON|unexpected|Input"),
        (b"[]", "JSON object"),
        (b'{"model": "claude-haiku-4-5"}', "max_tokens: Field required"),
        (b'{"model": "claude-haiku-4-5", "max_tokens": 0, "messages": []}', "max_tokens: Input"),
        (b'{"model": "x", "max_tokens": 1, "messages": []}', "model: x"),
    ],
)
async def test_a_mistaken_request_gets_the_vendors_words(raw: aiohttp.ClientSession, body: bytes, message: str) -> None:
    async with raw.post("/anthropic/v1/messages", data=body) as response:
        content = await response.json()
        assert response.status in {400, 404}
    assert content["type"] == "error"
    assert re.search(message, content["error"]["message"])


@pytest.mark.parametrize("body", [b"", b"{}", b'{"model": "x"}', b'{"model": "x", "messages": [1], "max_tokens": "y"}'])
async def test_the_gateway_refuses_mistakes_too(raw: aiohttp.ClientSession, body: bytes) -> None:
    async with raw.post("/gateway/v1/chat/completions", data=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]["code"] == 400


async def test_the_model_lists(raw: aiohttp.ClientSession) -> None:
    async with raw.get("/anthropic/v1/models") as response:
        ids = [entry["id"] for entry in (await response.json())["data"]]
    assert "claude-fable-5" in ids
    assert "claude-mythos-5" not in ids
    async with raw.get("/gateway/v1/models") as response:
        ids = [entry["id"] for entry in (await response.json())["data"]]
    assert "anthropic/claude-haiku-4-5" in ids


async def test_the_neutral_host_answers_anyone(server: SandboxServer) -> None:
    async with aiohttp.ClientSession() as session, session.get(server.url + "/neutral") as response:
        assert response.status == 200
