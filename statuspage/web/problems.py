"""Errors as people and programs read them: RFC 9457 problem documents with a type that the docs explain."""

from __future__ import annotations

import math
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from statuspage.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    NotSent,
    Starting,
    StatuspageError,
    StoreError,
    TooSoon,
    Unauthorized,
    UsageError,
)
from statuspage.site.openapi.problems import PROBLEMS
from statuspage.web.answers import document

TYPES = {one.status: one.name for one in PROBLEMS}
"""The fragment of ``/docs/api`` that explains each status."""

_STATUS: tuple[tuple[type[StatuspageError], int], ...] = (
    (Unauthorized, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (UsageError, 422),
    (TooSoon, 429),
    (NotSent, 503),
    (Starting, 503),
    (StoreError, 503),
)

_TITLES = {one.name: one.title for one in PROBLEMS}


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> Response:
    """A problem document; ``errors`` names every field that is wrong."""
    name = TYPES.get(status, "bad-request" if status < 500 else "internal")
    body: dict[str, Any] = {"type": f"/docs/api#{name}", "title": _TITLES[name], "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    response = document(body, status=status, content_type="application/problem+json")
    response.headers["cache-control"] = "no-store"
    return response


async def on_http_error(_: Request, error: Exception) -> Response:
    """A problem for an error of the framework: no such route, no such method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    response = problem(status, detail)
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


async def on_our_error(_: Request, error: Exception) -> Response:
    """A problem for an error of ours."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    wrong = error.mistakes if isinstance(error, Invalid) else ()
    response = problem(status, str(error), [{"field": one.field, "detail": one.detail} for one in wrong])
    if isinstance(error, Unauthorized):
        response.headers["www-authenticate"] = "Bearer"
    if isinstance(error, TooSoon):
        response.headers["retry-after"] = str(max(1, math.ceil(error.wait.total_seconds())))
    return response


async def on_any_error(_: Request, __: Exception) -> Response:
    """A problem that tells nothing of the inside."""
    return problem(500, "The error was logged.")
