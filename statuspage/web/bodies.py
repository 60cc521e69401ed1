"""Bodies of requests: bounded in size, and in the time that they may take to come."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request

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
