"""How gateways, proxies and client libraries pack an error that they met into a sentence of their own."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

from tests.checks.corpus import Example


def said(text: str, **more: Any) -> Any:
    """An error of OpenAI's shape that says this."""
    return {"error": {"message": text, **more}}


def printed(one: Example) -> Any:
    return said(f"Error code: {one.status} - {one.body!r}", type="upstream_error")


def printed_by_litellm(one: Example) -> Any:
    return said(
        f"litellm.BadRequestError: OpenAIException - {one.body!r}\nReceived Model Group=m-1", code=str(one.status)
    )


def printed_as_text(one: Example) -> Any:
    return f"Upstream error {one.status}: {one.body!r}"


def printed_bytes(one: Example) -> Any:
    return said(f"upstream: {json.dumps(one.body).encode()!r}")


def printed_utf8(one: Example) -> Any:
    return said(f"upstream: {json.dumps(one.body, ensure_ascii=False).encode()!r}")


def with_a_trace(one: Example) -> Any:
    met = f"Error from provider(p,m-1: {one.status}): {json.dumps(one.body)}"
    return said(f"{met}Error: {met}\n    at nt (/dist/cli.js:1:2)", code="provider_response_error")


def with_its_body(one: Example) -> Any:
    text = f"bad response status code {one.status}, message: , body: {json.dumps(one.body)} (request id: 2026)"
    return said(text, type="bad_response_status_code")


def after_retries(one: Example) -> Any:
    return said(
        f"All 3 attempts failed. Error: HTTP {one.status}: {json.dumps(one.body, indent=2)}\n", type="api_error"
    )


def raw_twice(one: Example) -> Any:
    inner = said("Provider returned error", code=one.status, metadata={"raw": json.dumps(one.body)})
    return said("Provider returned error", code=one.status, metadata={"raw": json.dumps(inner)})


def quoted(one: Example) -> Any:
    return said("upstream: " + json.dumps(json.dumps(one.body)))


def escaped_for_html(one: Example) -> Any:
    return said(f"upstream said {html.escape(json.dumps(one.body))}")


def fenced(one: Example) -> Any:
    return said(f"POST /v1/{{id}} failed:\n```json\n{json.dumps(one.body, indent=2)}\n```")


def as_a_parameter(one: Example) -> Any:
    met = {"statusCode": one.status, "name": "AI_APICallError", "responseBody": json.dumps(one.body)}
    return said("The call failed.", type="AI_APICallError", param=met)


PACKINGS: tuple[Callable[[Example], Any], ...] = (
    printed,
    printed_by_litellm,
    printed_as_text,
    printed_bytes,
    printed_utf8,
    with_a_trace,
    with_its_body,
    after_retries,
    raw_twice,
    quoted,
    escaped_for_html,
    fenced,
    as_a_parameter,
)
