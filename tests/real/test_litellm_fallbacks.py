"""The example that writes LiteLLM's fallbacks from ``/api/v1/route``: run as it is documented, read by a real proxy."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from statuspage import clock
from statuspage.core.snapshot import Snapshot
from statuspage.store.database import Database
from statuspage.store.secrets import KeyRing
from tests.real.proxy import running
from tests.site import story
from tests.web.serving import empty_store, serving

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "litellm_fallbacks.py"
FABLE, OPUS, CLASS = "claude-fable-5", "claude-opus-4-8", "foreign-abroad"
KEY = f"sk-{secrets.token_hex(32)}"
BROKEN = "claude-opus-4-8@claude-api"


@pytest.fixture
async def some_store(tmp_path: Path, sqlite_template: Path, key: KeyRing) -> AsyncIterator[Database]:
    """A new and empty store."""
    async with empty_store(tmp_path, sqlite_template, key) as store:
        yield store


def today(valid_for: timedelta) -> Snapshot:
    """The story in its middle: the first model is restricted for one class; valid from now on."""
    now = clock.now()
    return replace(story.june(), generated_at=now, valid_until=now + valid_for)


def base(snapshot: Snapshot) -> dict[str, Any]:
    """A gateway that has a mock of every place; one of them always fails."""
    names = [f"{model.id}@{offering.provider}" for model in snapshot.models for offering in model.offered]
    key = {"master_key": KEY}
    return {
        "model_list": [_mock(name) for name in names],
        "litellm_settings": {"num_retries": 0},
        "general_settings": key,
    }


def _mock(name: str) -> dict[str, Any]:
    said = "litellm.InternalServerError" if name == BROKEN else f"I am {name}"
    return {"model_name": name, "litellm_params": {"model": f"openai/{name}", "api_key": "x", "mock_response": said}}


async def run(folder: Path, page: str) -> str:
    """Run the example as it is documented; what it says."""
    command = [sys.executable, str(SCRIPT), page, "base.json", "config.json", CLASS, FABLE, OPUS]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return (out + err).decode().strip()


def ask(url: str, model: str) -> str:
    """What a model answers through the gateway."""
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Who are you?"}]}).encode()
    request = urllib.request.Request(
        f"{url}/chat/completions", body, {"content-type": "application/json", "authorization": f"Bearer {KEY}"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        said: str = json.load(response)["choices"][0]["message"]["content"]
    return said


async def test_a_gateway_calls_what_this_class_can_use(tmp_path: Path, some_store: Database) -> None:
    snapshot = today(timedelta(minutes=5))
    (tmp_path / "base.json").write_text(json.dumps(base(snapshot)))
    async with serving(some_store, snapshot) as served:
        assert await run(tmp_path, served.url) == "changed"
        assert await run(tmp_path, served.url) == "the same"
    config = json.loads((tmp_path / "config.json").read_text())
    [fallbacks] = [one[FABLE] for one in config["router_settings"]["fallbacks"] if FABLE in one]
    first = next(one for one in config["model_list"] if one["model_name"] == FABLE)
    assert first["litellm_params"]["model"] == f"openai/{BROKEN}", "the restricted model is not called at all"
    assert fallbacks
    assert not any(name.startswith(FABLE) for name in fallbacks)

    def call() -> str:
        folder = tmp_path / "proxy"
        folder.mkdir()
        with running(folder, "http://127.0.0.1:9", config) as proxy:
            return ask(proxy.url, FABLE)

    assert await asyncio.to_thread(call) == f"I am {fallbacks[0]}"


async def test_it_keeps_what_it_has_when_in_doubt(tmp_path: Path, some_store: Database) -> None:
    stale = today(timedelta(seconds=-1))
    (tmp_path / "base.json").write_text(json.dumps(base(stale)))
    (tmp_path / "config.json").write_text("{}")
    async with serving(some_store, stale) as served:
        assert "past its valid_until" in await run(tmp_path, served.url)
    assert "cannot be read" in await run(tmp_path, "http://127.0.0.1:9")
    assert (tmp_path / "config.json").read_text() == "{}"
