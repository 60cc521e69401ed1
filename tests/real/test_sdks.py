"""The vendors' own SDKs as judges: what the sandbox and our samples say parses as theirs, errors as their classes."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import AsyncExitStack
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from statuspage.demo.catalogue import MODELS, PROVIDER_BY_ID, USER_CLASSES
from statuspage.demo.sandbox import SandboxServer
from statuspage.demo.state import State, answer, outage
from tests.checks.hostile import serve
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import NOW, Scripted, says
from tests.real.installs import venv

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

ORACLE = Path(__file__).with_name("oracle.py")
FAST = State(first_token=0.0, between_tokens=0.0)
SDKS = {"claude-api": "anthropic", "gateway": "openai"}
KEYS = {user_class.id: user_class.key for user_class in USER_CLASSES if user_class.key}
GOOD_KEY, NO_RETENTION = KEYS["us-persons"], KEYS["zero-retention"]

SIGNALS: dict[str, dict[str, tuple[str, int]]] = {
    "claude-api": {
        "ant-legal-404": ("NotFoundError", 404),
        "ant-retired": ("NotFoundError", 404),
        "ant-perm": ("PermissionDeniedError", 403),
        "ant-geo": ("PermissionDeniedError", 403),
        "ant-badkey": ("AuthenticationError", 401),
        "ant-credit": ("BadRequestError", 400),
        "ant-disabled": ("BadRequestError", 400),
        "ant-badreq": ("BadRequestError", 400),
        "ant-429": ("RateLimitError", 429),
        "ant-500": ("InternalServerError", 500),
        "ant-529": ("OverloadedError", 529),
    },
    "gateway": {
        "oai-401": ("AuthenticationError", 401),
        "oai-geo": ("PermissionDeniedError", 403),
        "oai-proj": ("PermissionDeniedError", 403),
        "oai-404": ("NotFoundError", 404),
        "oai-deprecated": ("NotFoundError", 404),
        "or-none": ("NotFoundError", 404),
        "or-402": ("APIStatusError", 402),
        "oai-mct": ("BadRequestError", 400),
        "oai-quota": ("RateLimitError", 429),
        "oai-rl": ("RateLimitError", 429),
        "oai-503": ("InternalServerError", 503),
    },
}
"""By provider: what the sandbox says, and the class and status that the vendor's SDK makes of it."""

GOOGLE = {
    400: ("INVALID_ARGUMENT", "ClientError"),
    403: ("PERMISSION_DENIED", "ClientError"),
    404: ("NOT_FOUND", "ClientError"),
    429: ("RESOURCE_EXHAUSTED", "ClientError"),
    500: ("INTERNAL", "ServerError"),
    503: ("UNAVAILABLE", "ServerError"),
}


async def judged(cases: list[dict[str, str]]) -> list[dict[str, Any]]:
    """What the SDKs make of each case."""
    environment = {"PATH": os.defpath, "HOME": str(ORACLE.parent)}
    process = await asyncio.create_subprocess_exec(
        venv("sdks") / "bin/python",
        "-I",
        ORACLE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    said, complaint = await process.communicate(json.dumps(cases).encode())
    assert process.returncode == 0, complaint.decode()[-3000:]
    outcomes: list[dict[str, Any]] = json.loads(said)
    return outcomes


async def sandbox(stack: AsyncExitStack, folder: Path, state: State) -> SandboxServer:
    """A sandbox for as long as the stack lasts."""
    server = SandboxServer(folder, lambda: NOW, start_state=state)
    await server.start()
    stack.push_async_callback(server.stop)
    return server


def case(server: SandboxServer, provider: str, model: str = MODELS[0].id, key: str = GOOD_KEY) -> dict[str, str]:
    """A question to a provider of the sandbox."""
    prefix = PROVIDER_BY_ID[provider].prefix
    return {"sdk": SDKS[provider], "url": server.base_url(provider), "key": key, "model": prefix + model}


@pytest.mark.parametrize("provider", SIGNALS)
async def test_the_sandboxs_signals_are_the_vendors_errors(tmp_path: Path, provider: str) -> None:
    places = list(zip(SIGNALS[provider], product([model.id for model in MODELS], KEYS), strict=False))
    state = FAST
    for signal, (model, user_class) in places:
        state = answer(state, model, provider, signal, user_class)
    async with AsyncExitStack() as stack:
        server = await sandbox(stack, tmp_path, state)
        outcomes = await judged([case(server, provider, model, KEYS[user]) for _, (model, user) in places])
    heard = {signal: (one.get("error"), one.get("status")) for (signal, _), one in zip(places, outcomes, strict=True)}
    assert heard == SIGNALS[provider]


OWN_WORDS = {
    "claude-api": [
        ("AuthenticationError", 401, "authentication_error"),
        ("NotFoundError", 404, "not_found_error"),
        ("BadRequestError", 400, "invalid_request_error"),
        ("PermissionDeniedError", 403, "permission_error"),
        ("OverloadedError", 529, "overloaded_error"),
    ],
    "gateway": [
        ("AuthenticationError", 401, None),
        ("BadRequestError", 400, None),
        ("BadRequestError", 400, None),
        ("PermissionDeniedError", 403, "key_model_access_denied"),
        ("InternalServerError", 529, None),
    ],
}
"""What the SDKs make of a wrong key, an unknown model, a policy, a missing entitlement and an outage."""


@pytest.mark.parametrize("provider", OWN_WORDS)
async def test_the_sandbox_says_it_as_the_vendor_does(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, provider: str
) -> None:
    async with AsyncExitStack() as stack:
        server = await sandbox(stack, tmp_path, FAST)
        broken = await sandbox(stack, tmp_path_factory.mktemp("broken"), outage(FAST, provider, 529))
        outcomes = await judged(
            [
                case(server, provider),
                case(server, provider, key="sk-wrong"),
                case(server, provider, "no-such-model-9"),
                case(server, provider, "claude-fable-5", NO_RETENTION),
                case(server, provider, "claude-mythos-5"),
                case(broken, provider),
            ]
        )
    good, *errors = outcomes
    assert good == {"said": "OK."}
    assert [(one.get("error"), one.get("status"), one.get("type")) for one in errors] == OWN_WORDS[provider]


async def test_our_samples_are_what_the_vendors_send() -> None:
    kinds = ["anthropic", "azure", "gemini", "openai", "openai-responses"]
    async with AsyncExitStack() as stack:
        cases = []
        for kind in kinds:
            url = await stack.enter_async_context(serve(Scripted([SAMPLES[kind].whole])))
            path = "/v1" if kind.startswith("openai") else ""
            cases.append({"sdk": kind, "url": url + path, "key": "k", "model": SAMPLES[kind].model})
        outcomes = await judged(cases)
    heard = {kind: str(one.get("said", one)).rstrip(".") for kind, one in zip(kinds, outcomes, strict=True)}
    assert heard == dict.fromkeys(kinds, "OK")


async def test_googles_sdk_reads_the_errors_that_we_expect_of_google() -> None:
    async with AsyncExitStack() as stack:
        cases = []
        for code, (status, _) in GOOGLE.items():
            reply = says({"error": {"code": code, "message": "No.", "status": status}}, status=f"{code} No")
            url = await stack.enter_async_context(serve(Scripted([reply])))
            cases.append({"sdk": "gemini", "url": url, "key": "k", "model": "gemini-2.5-pro"})
        outcomes = await judged(cases)
    heard = {one.get("status"): one.get("error") for one in outcomes}
    assert heard == {code: name for code, (_, name) in GOOGLE.items()}
