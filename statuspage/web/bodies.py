"""Bodies of requests: bounded in size and in the time that they may take to come; JSON objects, and forms."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from statuspage.errors import UsageError

STAFF = 256 * 1024
"""The largest body that staff may send."""

FORM = "application/x-www-form-urlencoded"
Fields = list[tuple[str, str]]

WITHIN = 30.0
"""Seconds within which the whole body must be there."""


async def body_of(request: Request, largest: int, what: str = "body", within: float = WITHIN) -> bytes:
    """The body of a request; 413 when it is larger, 408 when it does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    raise HTTPException(413, f"the {what} must have at most {largest} bytes")
    except TimeoutError:
        raise HTTPException(408, f"the {what} did not come within {within:.0f} seconds") from None
    return bytes(body)


async def json_object(request: Request, largest: int = STAFF) -> dict[str, Any]:
    """The JSON object in a body; an empty body is an empty one."""
    content = await body_of(request, largest)
    if not content:
        return {}
    if _type(request) != "application/json":
        raise HTTPException(415, "send JSON, with Content-Type: application/json")
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise UsageError("the body must be JSON") from None
    if not isinstance(said, dict):
        raise UsageError("the body must be a JSON object")
    return said


async def form(request: Request, largest: int = STAFF) -> Fields:
    """The fields of a posted form, in order."""
    content = await body_of(request, largest)
    if content and _type(request) != FORM:
        raise HTTPException(415, f"send a form, with Content-Type: {FORM}")
    return fields(content.decode("utf-8", "replace"))


def fields(text: str) -> Fields:
    """The fields of an urlencoded form, in order."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=2000)
    except ValueError:
        raise UsageError("the form has too many fields") from None


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
