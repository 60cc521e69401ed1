"""Forms: the compressed forms of published bytes, made when the first reader asks for them and kept with the page."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import brotli

SMALL = 800
"""Bodies under this size travel in one packet anyhow and are not compressed."""

DENSE = ("image/png", "image/webp")
"""What is compressed already."""

QUICK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "br": lambda body: brotli.compress(body, quality=5),
}
THOROUGH: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    "br": lambda body: brotli.compress(body, quality=11),
}
"""For what never changes."""


class Made:
    """The forms of one body. Two threads that ask at once make the same bytes twice, which harms nobody."""

    __slots__ = ("_body", "_how", "_made")

    def __init__(self, body: bytes, how: dict[str, Callable[[bytes], bytes]]) -> None:
        self._body = body
        self._how = how
        self._made: dict[str, bytes] = {}

    def of(self, encoding: str) -> bytes:
        """The bytes in an encoding."""
        found = self._made.get(encoding)
        if found is None:
            found = self._made[encoding] = self._how[encoding](self._body)
        return found

    def ready(self, encoding: str) -> bool:
        """Whether they are made already."""
        return encoding in self._made


def forms(content_type: str, body: bytes, *, kept: bool = False) -> Made | None:
    """The forms of a body, None where compressing it is no use; ``kept`` bytes are compressed as far as they can be."""
    if len(body) < SMALL or content_type in DENSE:
        return None
    return Made(body, THOROUGH if kept else QUICK)
