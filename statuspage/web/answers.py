"""JSON answers: orjson bytes, open to every origin, with an ETag of their content."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from statuspage.web.security import headers_for


def document(content: Any, *, status: int = 200, content_type: str = "application/json") -> Response:
    """A JSON document."""
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    response = Response(body, status, media_type=content_type)
    response.headers["access-control-allow-origin"] = "*"
    response.headers.update({name.decode(): value.decode() for name, value in headers_for(content_type)})
    return response


def text(content: str | bytes, content_type: str = "text/plain; charset=utf-8") -> Response:
    """Plain text for operators' tools, never cached."""
    response = Response(content, media_type=content_type)
    response.headers["cache-control"] = "no-store"
    response.headers.update({name.decode(): value.decode() for name, value in headers_for(content_type)})
    return response


def computed(request: Request, body: bytes, content_type: str, *, cache_seconds: int = 0) -> Response:
    """Bytes that were computed for this request: cached by their ETag, 304 where the reader has them."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    response = Response(status_code=304) if etag in known else Response(body, media_type=content_type)
    response.headers["etag"] = etag
    response.headers["cache-control"] = f"public, max-age={cache_seconds}"
    response.headers["access-control-allow-origin"] = "*"
    response.headers.update({name.decode(): value.decode() for name, value in headers_for(content_type)})
    return response
