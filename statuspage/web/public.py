"""Serves published bytes straight from memory, in front of every route: conditional, compressed, GET and HEAD alike."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from email.utils import format_datetime
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from statuspage.ports import Page, Published
from statuspage.web.security import headers_for

Headers = list[tuple[bytes, bytes]]


ENCODINGS = ("br", "gzip")
"""The compressed forms, the one that we rather send first."""

LONG = 64 * 1024
"""Bodies over this size are compressed beside the event loop: a page of this size takes about two milliseconds."""

Ready = tuple[Page, Headers, bytes]
"""A page in one form, with the headers of its 200."""


class PublishedFirst:
    """ASGI middleware: a path that is published is answered here, any other goes on to ``app``."""

    def __init__(self, app: ASGIApp, published: Published) -> None:
        self.app = app
        self.published = published
        self._ready: dict[tuple[str, str], Ready] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        page = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            page = self.published.page(scope["path"])
        if page is None:
            await self.app(scope, receive, send)
            return
        encoding, has_it = wish(page, scope["headers"])
        if not has_it and takes_long(page, encoding):
            await asyncio.to_thread(form, page, encoding)
        status, headers, body = self.answer(page, encoding, has_it)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def answer(self, page: Page, encoding: str, has_it: bool = False) -> tuple[int, Headers, bytes]:
        """The response for a published page in one form: 304 where the reader has it."""
        if has_it:
            return 304, headers_of(page, encoding), b""
        kept = self._ready.get((page.path, encoding))
        if kept is None or kept[0] is not page:
            body = form(page, encoding)
            headers = [*headers_of(page, encoding), *headers_of_body(page, encoding, body)]
            kept = self._ready[page.path, encoding] = (page, headers, body)
        return page.status, kept[1], kept[2]


def wish(page: Page, headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, bool]:
    """The form in which a reader wants a page, and whether it has these bytes already."""
    accepted, known = b"", None
    for name, value in headers:
        if name == b"accept-encoding":
            accepted = accepted + b"," + value if accepted else value
        elif name == b"if-none-match":
            known = known + b"," + value if known else value
    has_it = known is not None and matches(known.decode("latin-1"), page)
    return choose(page, accepted.decode("latin-1")), has_it


def takes_long(page: Page, encoding: str) -> bool:
    """Whether making that form would hold up everybody else's answers."""
    made = encoding == "identity" or page.forms is None or page.forms.ready(encoding)
    return not made and len(page.body) > LONG


def headers_of(page: Page, encoding: str) -> Headers:
    """What a page's 200 and 304 say alike; each form has a tag of its own, as its bytes are others."""
    headers: Headers = [
        (b"etag", tag(page, encoding).encode()),
        (b"cache-control", f"public, max-age={page.cache_seconds}".encode()),
        (b"vary", b"Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        *headers_for(page.content_type),
    ]
    if page.modified_at:
        headers.append((b"last-modified", format_datetime(page.modified_at, usegmt=True).encode()))
    if page.age:
        headers.append((b"age", str(page.age).encode()))
    return headers


def headers_of_body(page: Page, encoding: str, body: bytes) -> Headers:
    """What only a 200 says."""
    said: Headers = [
        (b"content-type", page.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    return said if encoding == "identity" else [*said, (b"content-encoding", encoding.encode())]


def form(page: Page, encoding: str) -> bytes:
    """The bytes of a page in a form that it has; a form that nobody asked for yet is made now."""
    return page.body if encoding == "identity" or page.forms is None else page.forms.of(encoding)


def tag(page: Page, encoding: str) -> str:
    """The strong tag of a page in one form."""
    return page.etag if encoding == "identity" else f'{page.etag[:-1]}-{encoding}"'


def choose(page: Page, accepted: str) -> str:
    """The form that the reader likes best, and of those that it likes alike the smallest."""
    return _order(accepted)[0] if page.forms else "identity"


def matches(wanted: str, page: Page) -> bool:
    """Whether the reader has these bytes already in any form (RFC 9110, If-None-Match; compared weakly, as it says)."""
    if wanted.strip() == "*":
        return True
    known = {tag(page, one) for one in ("identity", *ENCODINGS)}
    return any(one.strip().removeprefix("W/") in known for one in wanted.split(","))


@lru_cache(maxsize=512)
def _order(accepted: str) -> tuple[str, ...]:
    """The encodings that are taken, the best liked first; as it is comes last where nothing is said of it."""
    said = _qualities(accepted)
    others = said.get("*", 0.0)
    taken = [(said.get(name, others), -place, name) for place, name in enumerate(ENCODINGS)]
    taken.append((said.get("identity", 0.0), -len(ENCODINGS), "identity"))
    return tuple(name for quality, _, name in sorted(taken, reverse=True) if quality > 0 or name == "identity")


def _qualities(accepted: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accepted.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        quality = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
        try:
            found[name] = min(1.0, float(quality))
        except ValueError:
            continue
    return found
