"""Run by the interpreter that has the vendors' SDKs: asks as each case says and prints what the SDK makes of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

PROMPT = [{"role": "user", "content": "Reply with the single word OK."}]
OPTIONS: dict[str, Any] = {"max_retries": 0, "timeout": 20.0}

Case = dict[str, Any]


def anthropic(case: Case) -> Iterator[str | None]:
    """A streamed message."""
    sdk = import_module("anthropic")
    header = {"x-api-key": case["key"]}
    client = sdk.Anthropic(base_url=case["url"], api_key=case["key"], default_headers=header, **OPTIONS)
    stream = client.messages.create(model=case["model"], max_tokens=32, messages=PROMPT, stream=True)
    yield from (event.delta.text for event in stream if event.type == "content_block_delta")


def openai(case: Case) -> Iterator[str | None]:
    """A streamed completion."""
    sdk = import_module("openai")
    yield from completed(sdk.OpenAI(base_url=case["url"], api_key=case["key"], **OPTIONS), case)


def azure(case: Case) -> Iterator[str | None]:
    """A streamed completion of a deployment."""
    sdk = import_module("openai")
    version = "2024-10-21"
    client = sdk.AzureOpenAI(azure_endpoint=case["url"], api_key=case["key"], api_version=version, **OPTIONS)
    yield from completed(client, case)


def completed(client: Any, case: Case) -> Iterator[str | None]:
    """What a streamed completion says."""
    stream = client.chat.completions.create(model=case["model"], max_tokens=32, messages=PROMPT, stream=True)
    yield from (chunk.choices[0].delta.content for chunk in stream if chunk.choices)


def responses(case: Case) -> Iterator[str | None]:
    """A streamed response."""
    sdk = import_module("openai")
    client = sdk.OpenAI(base_url=case["url"], api_key=case["key"], **OPTIONS)
    stream = client.responses.create(model=case["model"], max_output_tokens=32, input=PROMPT, stream=True)
    yield from (event.delta for event in stream if event.type == "response.output_text.delta")


def gemini(case: Case) -> Iterator[str | None]:
    """A streamed generation."""
    sdk = import_module("google.genai")
    client = sdk.Client(api_key=case["key"], http_options={"base_url": case["url"], "timeout": 20_000})
    stream = client.models.generate_content_stream(model=case["model"], contents=PROMPT[0]["content"])
    yield from (chunk.text for chunk in stream)


SDKS: dict[str, Callable[[Case], Iterator[str | None]]] = {
    "anthropic": anthropic,
    "azure": azure,
    "gemini": gemini,
    "openai": openai,
    "openai-responses": responses,
}


def outcome(case: Case) -> dict[str, object]:
    """What was said, or the error's class, status and the vendor's own word for it."""
    try:
        return {"said": "".join(text or "" for text in SDKS[case["sdk"]](case))}
    except Exception as error:
        status = getattr(error, "status_code", None) or getattr(error, "code", None)
        return {"error": type(error).__name__, "status": status, "type": getattr(error, "type", None)}


if __name__ == "__main__":
    json.dump([outcome(case) for case in json.load(sys.stdin)], sys.stdout)
