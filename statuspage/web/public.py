"""Serves published bytes straight from memory, in front of every route: conditional, compressed, GET and HEAD alike."""

from __future__ import annotations

from email.utils import format_datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspage.ports import Page, Published
from statuspage.web.security import headers_for

Headers = list[tuple[bytes, bytes]]


class PublishedFirst:
    """ASGI middleware: a path that is published is answered here, any other goes on to ``app``."""

    def __init__(self, app: ASGIApp, published: Published) -> None:
        self.app = app
        self.published = published

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        page = self.published.page(scope["path"])
        if page is None:
            await self.app(scope, receive, send)
            return
        status, headers, body = answer(page, dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def answer(page: Page, asked: dict[bytes, bytes]) -> tuple[int, Headers, bytes]:
    """The response for a published page: 304 where the reader has it, else the smallest form that it takes."""
    encoding, body = choose(page, asked.get(b"accept-encoding", b"").decode("latin-1"))
    etag = page.etag.encode()
    headers: Headers = [
        (b"etag", etag),
        (b"cache-control", f"public, max-age={page.cache_seconds}".encode()),
        (b"vary", b"Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        *headers_for(page.content_type),
    ]
    if page.modified_at:
        headers.append((b"last-modified", format_datetime(page.modified_at, usegmt=True).encode()))
    if matches(asked, page):
        return 304, headers, b""
    headers += [(b"content-type", page.content_type.encode()), (b"content-length", str(len(body)).encode())]
    if encoding:
        headers.append((b"content-encoding", encoding))
    return page.status, headers, body


def choose(page: Page, accepted: str) -> tuple[bytes | None, bytes]:
    """The content encoding and the bytes: brotli, gzip or as it is, of those that the reader accepts."""
    offered = _qualities(accepted)
    for name, body in (("br", page.brotli), ("gzip", page.gzip)):
        if body is not None and offered.get(name, offered.get("*", 0.0)) > 0:
            return name.encode(), body
    return None, page.body


def matches(asked: dict[bytes, bytes], page: Page) -> bool:
    """Whether the reader has these bytes already (RFC 9110, If-None-Match; compared weakly, as it says)."""
    wanted = asked.get(b"if-none-match")
    if wanted is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in wanted.decode("latin-1").split(",")]
    return "*" in tags or page.etag.removeprefix("W/") in tags


def _qualities(accepted: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accepted.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        quality = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
        try:
            found[name] = float(quality)
        except ValueError:
            continue
    return found
