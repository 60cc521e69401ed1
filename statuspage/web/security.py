"""Headers that every answer carries, by what it is: a strict content policy for pages, nothing to sniff anywhere."""

from __future__ import annotations

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_PAGE = [
    *_COMMON,
    (b"content-security-policy", PAGE_POLICY.encode()),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
_OTHER = [*_COMMON, (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox")]


def headers_for(content_type: str) -> list[tuple[bytes, bytes]]:
    """The security headers of an answer of this content type."""
    return _PAGE if content_type.startswith("text/html") else _OTHER
